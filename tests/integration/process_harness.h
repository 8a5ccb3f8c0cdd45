// Starts the little bridge of process_driver.h over a scripted tap and watches it.
#pragma once

#include "util/fd.h"

#include <sys/types.h>

#include <filesystem>
#include <functional>
#include <string>
#include <vector>

namespace harness {

struct Start {
    std::vector<std::string> options{}; // of the driver
    std::vector<std::string> command{}; // instead of the scripted tap
    std::vector<std::string> prefix{};  // the driver is started by this command
    std::function<void()> in_child{};   // before its exec
    int stdout_fd = -1;                 // instead of a pipe that the test reads
};

// True once the condition holds; false where it does not within 20 seconds.
bool eventually(const std::function<bool()>& condition);

// Whether a test can be run here. Where it cannot, that is a warning, and on CI a failure.
bool can_run(bool possible, const std::string& needs);

class Bridge {
public:
    explicit Bridge(const std::string& scenario, Start start = {});
    ~Bridge(); // whatever a failed test left behind goes
    Bridge(const Bridge&) = delete;
    Bridge& operator=(const Bridge&) = delete;

    std::string path(const std::string& name) const { return (m_folder / name).string(); }
    bool exists(const std::string& name) const { return std::filesystem::exists(m_folder / name); }
    // Waits for a file that the tap makes. False after a deadline.
    bool reached(const std::string& name) const;
    void put(const std::string& name) const; // an empty file that the tap waits for
    std::string content(const std::string& name) const;

    std::string read_until(const std::string& text);
    std::string read_all();
    bool stdout_is_full() const; // waits for it
    void stop_reading() { m_stdout.reset(); }

    pid_t pid() const { return m_pid; }
    bool is_driver(pid_t pid) const; // also behind a prefix
    void send(int signal) const;
    // The wait status; -1 after a deadline.
    int wait();
    // What the driver wrote down.
    std::string result() const;

    // Processes with this test's mark, dead ones apart.
    std::vector<pid_t> processes() const;
    pid_t minder() const; // -1 where there is none
    bool nothing_left() const;

private:
    void exec(const Start& start) const;

    std::filesystem::path m_folder;
    std::string m_mark;
    pid_t m_pid = -1;
    tapbridge::Fd m_stdout;
    std::string m_read;
};

// The usual course: everything is read, the bridge ends. Its result, "exit N" or "signal N" last.
std::string play(Bridge& bridge);
std::string end_of(int status);

} // namespace harness
