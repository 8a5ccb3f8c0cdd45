#include "cli/session.h"

#include "adapter/adapter_file.h"
#include "airbyte/message.h"
#include "airbyte/secret_name.h"
#include "cli/log_sink.h"
#include "util/fd.h"
#include "util/text.h"
#include "util/time.h"

#include <unistd.h>

#include <algorithm>
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

using Variables = std::vector<std::pair<std::string, std::string>>;

// What the tap inherits; an adapter's variables replace those of the same name.
std::vector<std::string> environment_with(const Variables& set)
{
    std::vector<std::string> environment;
    for (char** variable = environ; *variable != nullptr; ++variable) {
        const std::string_view inherited = *variable;
        const std::string_view name = inherited.substr(0, inherited.find('='));
        const bool replaced = std::any_of(set.begin(), set.end(),
                                          [name](const auto& pair) { return pair.first == name; });
        if (is_for_the_tap(inherited) && !replaced) {
            environment.emplace_back(inherited);
        }
    }
    for (const auto& [name, value] : set) {
        environment.push_back(std::string(name).append("=").append(value));
    }
    return environment;
}

adapter::Adapter default_adapter(const Options& options)
{
    adapter::Adapter adapter;
    adapter.tap.command = options.tap;
    return adapter;
}

// As read_file; a signal ends the wait for a pipe to which nobody writes.
int read_patiently(const std::string& path, std::string& content, std::size_t most)
{
    const process::SignalsLetThrough while_waiting;
    return read_file(path, content, most);
}

} // namespace

Session::Session(const Options& options)
    : m_options(options), m_adapter(default_adapter(options)), m_supervisor(m_output),
      m_log(make_protocol_log(m_output.buffer(), m_redactor, least_level(options)))
{}

Session::Session(const Options& options, int messages)
    : m_options(options), m_adapter(default_adapter(options)), m_output(messages),
      m_supervisor(m_output),
      m_log(make_stderr_log(m_redactor, options.debug ? Level::debug : Level::warn))
{}

void Session::read_adapter()
{
    const std::string path =
        adapter::adapter_path(m_options.adapter, std::getenv("TAPBRIDGE_ADAPTER"));
    if (path.empty() && !m_options.adapter) {
        return;
    }
    m_log->debug("Reading the adapter " + path);
    m_adapter = adapter::read_adapter(read_input_file(path, "Adapter", adapter::k_longest_adapter),
                                      path, read_named_file);
    if (!m_options.tap.empty()) {
        m_adapter.tap.command = m_options.tap;
    }
    for (const auto& [name, value] : m_adapter.tap.environment) {
        if (airbyte::looks_secret(name)) {
            m_redactor.add(value);
        }
    }
    if (m_adapter.tap.command.empty()) {
        airbyte::throw_config_error("The adapter " + path +
                                    " names no tap. Add tap.command to it, or put the tap's "
                                    "command after \"--\".");
    }
}

const process::WorkFolder& Session::folder()
{
    if (!m_folder) {
        m_folder = std::make_unique<process::WorkFolder>();
    }
    return *m_folder;
}

process::TapCommand Session::tap(const std::vector<std::string>& arguments)
{
    process::TapCommand command;
    command.argv = m_adapter.tap.command;
    command.argv.insert(command.argv.end(), arguments.begin(), arguments.end());
    command.environment = environment_with(m_adapter.tap.environment);
    command.cwd = m_adapter.tap.cwd;
    if (command.cwd.empty() && m_options.tap.empty()) {
        if (!m_tap_cwd) {
            m_tap_cwd = std::make_unique<process::WorkFolder>(process::WorkFolder::Place::disk);
        }
        command.cwd = m_tap_cwd->path();
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
    if (const int error = read_patiently(path, content, most); error != 0) {
        airbyte::throw_config_error(std::string(what) + " file " + path + " cannot be read: " +
                                    std::strerror(error) + ". Check the path and its permissions.");
    }
    return content;
}

std::optional<std::string> read_named_file(const std::string& path, std::string& problem)
{
    std::string content;
    if (const int error = read_patiently(path, content, adapter::k_longest_adapter); error != 0) {
        problem = std::strerror(error);
        return std::nullopt;
    }
    return content;
}

} // namespace tapbridge::cli
