// What the four commands share: output, log, secrets, the tap's command and files.
#pragma once

#include "adapter/adapter.h"
#include "airbyte/redactor.h"
#include "cli/options.h"
#include "process/output.h"
#include "process/supervisor.h"
#include "process/work_folder.h"
#include "util/log.h"

#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace tapbridge::cli {

// Thrown when a signal told us to end, or nobody reads our stdout any more: there is nothing left
// to say.
struct Interrupted {};

class Session {
public:
    explicit Session(const Options& options);
    // For a command that is none of the protocol's: messages go to that descriptor, and the log,
    // from warnings on, to stderr.
    Session(const Options& options, int messages);

    // Reads the adapter file, where there is one. Throws config_error with all that is wrong in it,
    // and where neither it nor the command line names a tap.
    void read_adapter();

    const Options& options() const { return m_options; }
    const adapter::Adapter& adapter() const { return m_adapter; }
    std::string& out() { return m_output.buffer(); }
    process::Output& output() { return m_output; }
    process::Supervisor& supervisor() { return m_supervisor; }
    airbyte::Redactor& redactor() { return m_redactor; }
    Log& log() { return *m_log; }
    const process::WorkFolder& folder();

    // The tap's program, as an error message names it.
    const std::string& tap_name() const { return m_adapter.tap.command.front(); }
    // The tap's command with further arguments. Its environment is ours without AIRBYTE_*, WORKER_*
    // and TAPBRIDGE_*, and with what the adapter sets. A command of the adapter's runs in a private
    // folder, where the adapter names none.
    process::TapCommand tap(const std::vector<std::string>& arguments);
    // Runs it; without a time limit, limits.idle holds. Throws Interrupted where a signal or the
    // reader ended the run, unless `survive` says that the caller has something to say even then.
    process::TapOutcome run(const process::TapCommand& command, process::TapHandler& handler,
                            std::optional<std::chrono::milliseconds> timeout, bool survive = false);

    // Sends a TRACE ERROR.
    void send(const airbyte::Error& error);

private:
    Options m_options;
    adapter::Adapter m_adapter;
    process::Output m_output;
    process::Supervisor m_supervisor;
    airbyte::Redactor m_redactor;
    std::unique_ptr<Log> m_log;
    std::unique_ptr<process::WorkFolder> m_folder;
    std::unique_ptr<process::WorkFolder> m_tap_cwd;
};

// Reads a file that the user named, or some more than `most` bytes of a longer one. Throws
// config_error that says which and why not.
std::string read_input_file(const std::string& path, const char* what,
                            std::size_t most = std::string::npos);

// Reads a file that the adapter names: adapter::FileReader from the disk.
std::optional<std::string> read_named_file(const std::string& path, std::string& problem);

} // namespace tapbridge::cli
