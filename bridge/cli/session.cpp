#include "cli/session.h"

#include "adapter/adapter_file.h"
#include "airbyte/message.h"
#include "cli/log_sink.h"
#include "util/fd.h"
#include "util/text.h"
#include "util/time.h"

#include <unistd.h>

#include <cstdlib>
#include <cstring>

namespace tapbridge::cli {

namespace {

Level least_level(const Options& options)
{
    const char* const wanted = std::getenv("LOG_LEVEL");
    const bool debug = wanted != nullptr && text::equals_ignoring_case(wanted, "debug");
    return options.debug || debug ? Level::debug : Level::info;
}

bool is_for_the_tap(std::string_view variable)
{
    return !variable.starts_with("AIRBYTE_") && !variable.starts_with("WORKER_") &&
           !variable.starts_with("TAPBRIDGE_");
}

adapter::Adapter default_adapter(const Options& options)
{
    adapter::Adapter adapter;
    adapter.tap.command = options.tap;
    return adapter;
}

} // namespace

Session::Session(const Options& options)
    : m_options(options), m_adapter(default_adapter(options)), m_supervisor(m_output),
      m_log(make_protocol_log(m_output.buffer(), m_redactor, least_level(options)))
{}

void Session::read_adapter()
{
    const std::string path =
        adapter::adapter_path(m_options.adapter, std::getenv("TAPBRIDGE_ADAPTER"));
    if (path.empty() && !m_options.adapter) {
        return;
    }
    m_log->debug("Reading the adapter " + path);
    m_adapter =
        adapter::read_adapter(read_input_file(path, "Adapter", adapter::k_longest_adapter), path);
    if (!m_options.tap.empty()) {
        m_adapter.tap.command = m_options.tap;
    }
}

const process::WorkFolder& Session::folder()
{
    if (!m_folder) {
        m_folder = std::make_unique<process::WorkFolder>();
    }
    return *m_folder;
}

process::TapCommand Session::tap(const std::vector<std::string>& arguments) const
{
    process::TapCommand command;
    command.argv = m_adapter.tap.command;
    command.argv.insert(command.argv.end(), arguments.begin(), arguments.end());
    for (char** variable = environ; *variable != nullptr; ++variable) {
        if (is_for_the_tap(*variable)) {
            command.environment.emplace_back(*variable);
        }
    }
    return command;
}

process::TapOutcome Session::run(const process::TapCommand& command, process::TapHandler& handler,
                                 std::optional<std::chrono::milliseconds> timeout, bool survive)
{
    m_log->debug("Running: " + text::join(command.argv, " "));
    process::RunLimits limits;
    limits.grace = m_adapter.stop_grace;
    limits.timeout = timeout;
    if (!timeout && m_adapter.idle.count() > 0) {
        limits.idle = m_adapter.idle;
    }
    const process::TapOutcome outcome = m_supervisor.run(command, handler, limits);
    using process::StopReason;
    const bool interrupted = outcome.stopped_by == StopReason::fatal_signal ||
                             outcome.stopped_by == StopReason::reader_gone ||
                             outcome.stopped_by == StopReason::output_failed ||
                             m_supervisor.fatal_signal() != 0;
    if (interrupted && !survive) {
        throw Interrupted{};
    }
    return outcome;
}

void Session::send(const airbyte::Error& error)
{
    airbyte::append_error(out(), m_redactor.redact(error), now_ms());
}

std::string read_input_file(const std::string& path, const char* what, std::size_t most)
{
    std::string content;
    const process::SignalsLetThrough while_waiting;
    if (const int error = read_file(path, content, most); error != 0) {
        airbyte::throw_config_error(std::string(what) + " file " + path + " cannot be read: " +
                                    std::strerror(error) + ". Check the path and its permissions.");
    }
    return content;
}

} // namespace tapbridge::cli
