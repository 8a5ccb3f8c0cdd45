#include "process_driver.h"

#include "airbyte/error.h"
#include "process/supervisor.h"
#include "process/work_folder.h"
#include "tap_files.h"

#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <map>
#include <sstream>
#include <stdexcept>

namespace driver {

namespace {

using namespace tapbridge;
using namespace tapbridge::process;

struct Options {
    std::map<std::string, std::string> values;
    TapCommand command;

    bool has(const std::string& name) const { return values.count(name) != 0; }
    std::string text(const std::string& name) const { return has(name) ? values.at(name) : ""; }
    std::chrono::milliseconds ms(const std::string& name) const
    {
        return std::chrono::milliseconds(std::stol(values.at(name)));
    }
};

Options parse(int argc, char** argv)
{
    Options options;
    int at = 2;
    for (; at < argc && std::string(argv[at]) != "--"; ++at) {
        const std::string option = argv[at];
        const std::size_t equals = option.find('=');
        options.values[option.substr(0, equals)] =
            equals == std::string::npos ? "" : option.substr(equals + 1);
    }
    options.command.argv.assign(argv + at + 1, argv + argc);
    for (char** variable = environ; *variable; ++variable)
        options.command.environment.emplace_back(*variable);
    options.command.cwd = options.text("cwd");
    return options;
}

class PassThrough : public TapHandler {
public:
    PassThrough(Output& output, const Options& options) : m_output(output), m_options(options)
    {
        if (options.has("tick"))
            m_tick_at = Clock::now() + options.ms("tick");
    }

    std::span<char> stdout_space() override { return m_space; }
    void on_stdout(std::size_t bytes) override
    {
        const std::string_view chunk(m_space.data(), bytes);
        m_output.buffer() += chunk;
        m_stop = m_stop || said(chunk, "stop-on");
        if (said(chunk, "throw-on"))
            throw std::runtime_error("the handler threw");
    }
    void on_stdout_end() override { ++m_stdout_ends; }
    void on_stderr(std::string_view chunk) override { m_stderr += chunk; }
    void on_stderr_end() override { ++m_stderr_ends; }
    std::optional<Clock::time_point> deadline() const override { return m_tick_at; }
    void on_deadline() override
    {
        m_tick_at.reset();
        m_output.buffer() += "tick\n";
    }
    bool wants_stop() const override { return m_stop; }

    std::string report() const
    {
        return "ends: " + std::to_string(m_stdout_ends) + " " + std::to_string(m_stderr_ends) +
               "\nstderr: " + m_stderr.substr(0, 1000) +
               (m_stderr.empty() || m_stderr.back() != '\n' ? "\n" : "");
    }

private:
    bool said(std::string_view chunk, const char* option) const
    {
        return m_options.has(option) &&
               chunk.find(m_options.text(option)) != std::string_view::npos;
    }

    Output& m_output;
    const Options& m_options;
    std::vector<char> m_space = std::vector<char>(256 * 1024);
    std::string m_stderr;
    std::optional<Clock::time_point> m_tick_at;
    bool m_stop = false;
    int m_stdout_ends = 0;
    int m_stderr_ends = 0;
};

std::string name_of(const TapOutcome& outcome)
{
    constexpr const char* k_kinds[] = {"exited", "signalled", "not_started", "lost"};
    constexpr const char* k_reasons[] = {"none",        "handler",       "timeout",
                                         "hung",        "idle",          "fatal_signal",
                                         "reader_gone", "output_failed", "orphaned"};
    return "run: " + std::string(k_kinds[static_cast<int>(outcome.exit.kind)]) + " " +
           std::to_string(outcome.exit.value) + " " +
           k_reasons[static_cast<int>(outcome.stopped_by)] + "\n";
}

pid_t start_foreign_child()
{
    const pid_t pid = ::fork();
    if (pid == 0) {
        ::alarm(60);
        for (;;)
            ::pause();
    }
    return pid;
}

std::string end_foreign_child(pid_t pid)
{
    const bool alive = ::waitpid(pid, nullptr, WNOHANG) == 0;
    ::kill(pid, SIGKILL);
    ::waitpid(pid, nullptr, 0);
    return alive ? "foreign child: alive\n" : "foreign child: dead\n";
}

RunLimits limits_of(const Options& options)
{
    RunLimits limits;
    if (options.has("grace"))
        limits.grace = options.ms("grace");
    if (options.has("timeout"))
        limits.timeout = options.ms("timeout");
    if (options.has("idle"))
        limits.idle = options.ms("idle");
    return limits;
}

std::string run_all(const Options& options, Output& output, Supervisor& supervisor)
{
    std::string report;
    const WorkFolder folder;
    folder.write("config.json", "{}");
    const long runs = options.has("runs") ? std::stol(options.text("runs")) : 1;
    for (long i = 0; i < runs; ++i) {
        PassThrough handler(output, options);
        try {
            report += name_of(supervisor.run(options.command, handler, limits_of(options)));
        } catch (const std::exception& error) {
            report += "run: threw " + std::string(error.what()) + "\n";
        }
        report += handler.report();
    }
    output.buffer() += options.text("last-words");
    report += supervisor.flush() ? "flush: done\n" : "flush: lost\n";
    return report;
}

} // namespace

int run(int argc, char** argv)
{
    occupy_standard_descriptors();
    const Options options = parse(argc, argv);
    const std::string descriptors = scripted::descriptors_as_lines();
    const pid_t foreign = options.has("foreign-child") ? start_foreign_child() : -1;
    std::string report;
    int fatal_signal = 0;
    bool reader_gone = false;
    {
        Output output;
        Supervisor supervisor(output);
        report = run_all(options, output, supervisor);
        fatal_signal = supervisor.fatal_signal();
        reader_gone = supervisor.reader_gone();
        if (foreign > 0)
            report += end_foreign_child(foreign);
    }
    if (::waitpid(-1, nullptr, WNOHANG) != -1)
        report += "CHILDREN LEFT\n";
    if (scripted::descriptors_as_lines() != descriptors)
        report += "DESCRIPTORS LEFT\n" + scripted::descriptors_as_lines();
    scripted::put_file(options.text("result"), report);
    if (fatal_signal != 0)
        end_by_signal(fatal_signal);
    return reader_gone ? 141 : 0;
}

} // namespace driver
