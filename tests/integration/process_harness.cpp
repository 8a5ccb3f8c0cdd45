#include "process_harness.h"

#include "matchers.h"
#include "process_driver.h"
#include "tap_files.h"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/ioctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <chrono>
#include <stdexcept>

namespace harness {

namespace fs = std::filesystem;

namespace {

constexpr auto k_deadline = std::chrono::seconds(20);

std::string own_path()
{
    return fs::read_symlink("/proc/self/exe").string();
}

} // namespace

bool eventually(const std::function<bool()>& condition)
{
    const auto limit = std::chrono::steady_clock::now() + k_deadline;
    while (!condition()) {
        if (std::chrono::steady_clock::now() > limit)
            return false;
        ::poll(nullptr, 0, 5);
    }
    return true;
}

bool can_run(bool possible, const std::string& needs)
{
    const char* ci = ::getenv("CI");
    if (!possible && ci && std::string(ci) == "true")
        FAIL("not run, which CI does not allow: needs " << needs);
    if (!possible)
        WARN("not run: needs " << needs);
    return possible;
}

Bridge::Bridge(const std::string& scenario, Start start)
{
    std::string folder = (fs::temp_directory_path() / "process-test-XXXXXX").string();
    if (!::mkdtemp(folder.data()))
        throw std::runtime_error("mkdtemp failed");
    m_folder = folder;
    m_mark = "PROCESS_TEST_MARK=" + folder;
    fs::create_directory(m_folder / "private");
    fs::permissions(m_folder, fs::perms::all); // for tests that become another user
    fs::permissions(m_folder / "private", fs::perms::all);
    scripted::put_file(path("scenario"), scenario);

    std::array<int, 2> ends{-1, -1};
    if (start.stdout_fd < 0 && ::pipe2(ends.data(), O_CLOEXEC) != 0)
        throw std::runtime_error("pipe2 failed");
    m_stdout = tapbridge::Fd(ends[0]);
    const tapbridge::Fd writer(ends[1]);
    m_pid = ::fork();
    if (m_pid == 0) {
        ::dup2(start.stdout_fd < 0 ? writer.get() : start.stdout_fd, STDOUT_FILENO);
        if (start.in_child)
            start.in_child();
        exec(start);
        ::_exit(99);
    }
}

void Bridge::exec(const Start& start) const
{
    std::vector<std::string> words = start.prefix;
    words.insert(words.end(), {own_path(), driver::k_mode, "result=" + path("result")});
    words.insert(words.end(), start.options.begin(), start.options.end());
    words.emplace_back("--");
    if (start.command.empty())
        words.insert(words.end(), {SCRIPTED_TAP, path("scenario")});
    else
        words.insert(words.end(), start.command.begin(), start.command.end());
    std::vector<char*> pointers;
    for (std::string& word : words)
        pointers.push_back(word.data());
    pointers.push_back(nullptr);
    ::setenv("PROCESS_TEST_MARK", m_folder.c_str(), 1);
    ::setenv("TAPBRIDGE_TMPDIR", path("private").c_str(), 1);
    ::execvp(pointers[0], pointers.data());
}

Bridge::~Bridge()
{
    for (const pid_t pid : processes())
        ::kill(pid, SIGKILL);
    if (m_pid > 0)
        wait();
    fs::remove_all(m_folder);
}

bool Bridge::reached(const std::string& name) const
{
    return eventually([&] { return exists(name); });
}

void Bridge::put(const std::string& name) const
{
    scripted::put_file(path(name), "");
}

std::string Bridge::content(const std::string& name) const
{
    return scripted::read_whole(path(name));
}

std::string Bridge::read_until(const std::string& text)
{
    const auto limit = std::chrono::steady_clock::now() + k_deadline;
    while (m_read.find(text) == std::string::npos && std::chrono::steady_clock::now() < limit) {
        pollfd readable{m_stdout.get(), POLLIN, 0};
        if (::poll(&readable, 1, 100) <= 0)
            continue;
        std::array<char, 64 * 1024> chunk;
        const ssize_t got = ::read(m_stdout.get(), chunk.data(), chunk.size());
        if (got == 0 || (got < 0 && errno != EINTR))
            break;
        if (got > 0)
            m_read.append(chunk.data(), static_cast<std::size_t>(got));
    }
    return m_read;
}

std::string Bridge::read_all()
{
    return read_until(std::string("\0 comes in no test", 18));
}

bool Bridge::stdout_is_full() const
{
    return eventually([&] {
        int bytes = 0;
        return ::ioctl(m_stdout.get(), FIONREAD, &bytes) == 0 && bytes >= 64 * 1024 - 4096;
    });
}

void Bridge::send(int signal) const
{
    ::kill(m_pid, signal);
}

int Bridge::wait()
{
    int status = -1;
    if (m_pid > 0 && eventually([&] { return ::waitpid(m_pid, &status, WNOHANG) == m_pid; }))
        m_pid = -1;
    return status;
}

std::string Bridge::result() const
{
    return content("result");
}

std::vector<pid_t> Bridge::processes() const
{
    std::vector<pid_t> found;
    for (const auto& entry : fs::directory_iterator("/proc")) {
        const std::string name = entry.path().filename().string();
        if (name.find_first_not_of("0123456789") != std::string::npos)
            continue;
        const std::string environment = scripted::read_whole("/proc/" + name + "/environ");
        if (environment.find(m_mark) != std::string::npos)
            found.push_back(std::stoi(name));
    }
    return found;
}

pid_t Bridge::minder() const
{
    for (const pid_t pid : processes())
        if (scripted::read_whole("/proc/" + std::to_string(pid) + "/comm") == "tap-minder\n")
            return pid;
    return -1;
}

bool Bridge::is_driver(pid_t pid) const
{
    const std::string arguments = scripted::read_whole("/proc/" + std::to_string(pid) + "/cmdline");
    return arguments.compare(0, own_path().size(), own_path()) == 0 &&
           arguments.find(driver::k_mode) != std::string::npos;
}

bool Bridge::nothing_left() const
{
    return eventually([&] { return processes().empty(); }) && fs::is_empty(m_folder / "private");
}

std::string end_of(int status)
{
    if (status == -1)
        return "still running";
    if (WIFSIGNALED(status))
        return "signal " + std::to_string(WTERMSIG(status));
    return "exit " + std::to_string(WEXITSTATUS(status));
}

std::string play(Bridge& bridge)
{
    bridge.read_all();
    const int status = bridge.wait();
    return bridge.result() + end_of(status);
}

} // namespace harness
