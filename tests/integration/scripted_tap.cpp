// A tap that does what a scenario file says: the fake child of all integration tests. See
// README.md.
#include "scenario.h"
#include "tap_files.h"
#include "tap_processes.h"

#include <signal.h>
#include <unistd.h>

#include <algorithm>
#include <cctype>
#include <cerrno>
#include <chrono>
#include <climits>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <functional>
#include <utility>

namespace scripted {

namespace {

constexpr int k_bad_scenario = 99;
constexpr int k_waited_too_long = 98;
constexpr int k_never_stopped = 97;
constexpr auto k_wait_limit = std::chrono::seconds(60);
constexpr std::size_t k_enough_to_write = 64 * 1024;

constexpr const char* k_help = R"(usage: scripted-tap [-h] -c CONFIG [-s STATE] [-p PROPERTIES]
                    [--catalog CATALOG] [-d]

options:
  -h, --help            show this help message and exit
  -c CONFIG, --config CONFIG
                        Config file
  -s STATE, --state STATE
                        State file
  -p PROPERTIES, --properties PROPERTIES
                        Property selections: DEPRECATED, Please use --catalog
                        instead
  --catalog CATALOG     Catalog file
  -d, --discover        Do schema discovery
)";
constexpr const char* k_no_about = "scripted-tap: error: unrecognized arguments: --about\n";

bool replace_variable(std::string& text, std::size_t at, const std::string& name,
                      const std::string& value)
{
    const std::size_t end = at + 1 + name.size();
    if (text.compare(at + 1, name.size(), name) != 0)
        return false;
    if (end < text.size() &&
        (std::isalnum(static_cast<unsigned char>(text[end])) != 0 || text[end] == '_'))
        return false; // "$id" is not "$i"
    text.replace(at, name.size() + 1, value);
    return true;
}

class Tap {
public:
    Tap(std::string scenario, std::vector<std::string> arguments)
        : m_scenario(std::move(scenario)), m_arguments(std::move(arguments))
    {
        ::sigemptyset(&m_handled);
        const std::size_t slash = m_scenario.rfind('/');
        m_folder = slash == std::string::npos ? "." : m_scenario.substr(0, slash);
    }

    int play()
    {
        const Scenario scenario = parse_scenario(m_scenario);
        check(scenario);
        if (const auto common = scenario.find(""); common != scenario.end())
            run(common->second);
        const std::string section = has_flag("--help") || has_flag("-h")       ? "help"
                                    : has_flag("--about")                      ? "about"
                                    : has_flag("--discover") || has_flag("-d") ? "discover"
                                                                               : "sync";
        const auto program = scenario.find(section);
        if (program == scenario.end())
            return play_default(section);
        run(program->second);
        return 0;
    }

private:
    using Action = std::function<void(Tap&, const Instruction&)>;

    static const std::map<std::string, Action>& actions();

    void check(const Scenario& scenario) const
    {
        for (const auto& [section, program] : scenario)
            check(program);
    }

    void check(const Program& program) const
    {
        for (const Instruction& instruction : program) {
            if (actions().count(instruction.name) == 0)
                throw ScenarioError(m_scenario + ":" + std::to_string(instruction.line) +
                                    ": unknown instruction " + instruction.name);
            check(instruction.body);
        }
    }

    int play_default(const std::string& section)
    {
        if (section == "help")
            write_all(STDOUT_FILENO, k_help);
        if (section == "about")
            write_all(STDERR_FILENO, k_no_about);
        if (section == "discover")
            throw ScenarioError(m_scenario + ": has no [discover]");
        return section == "about" ? 2 : 0;
    }

    void run(const Program& program)
    {
        for (const Instruction& instruction : program) {
            handle_signals();
            actions().at(instruction.name)(*this, instruction);
        }
        handle_signals();
        flush();
    }

    bool has_flag(const std::string& flag) const
    {
        return std::find(m_arguments.begin(), m_arguments.end(), flag) != m_arguments.end();
    }

    std::string value_of(const std::string& flag) const
    {
        const auto found = std::find(m_arguments.begin(), m_arguments.end(), flag);
        if (found == m_arguments.end() || found + 1 == m_arguments.end())
            return {};
        return *(found + 1);
    }

    std::string expanded(std::string text) const
    {
        for (std::size_t at = text.find('$'); at != std::string::npos;
             at = text.find('$', at + 1)) {
            replace_variable(text, at, "i", m_round) || replace_variable(text, at, "n", m_call) ||
                replace_variable(text, at, "dir", m_folder);
        }
        return text;
    }

    void say(const std::string& text)
    {
        m_out += text;
        if (!m_in_repeat || m_out.size() >= k_enough_to_write)
            flush();
    }

    void flush()
    {
        write_all(STDOUT_FILENO, m_out);
        m_out.clear();
    }

    static void write_all(int fd, const std::string& text)
    {
        for (std::size_t done = 0; done < text.size();) {
            const ssize_t put = ::write(fd, text.data() + done, text.size() - done);
            if (put >= 0)
                done += static_cast<std::size_t>(put);
            else if (errno != EINTR)
                return; // after `ignore PIPE`: a tap that does not care
        }
    }

    // Signals and waiting. Signals that are handled are blocked, and looked for between two
    // instructions.

    void on_signal(const Instruction& instruction)
    {
        const int signal = signal_of(instruction.head[0]);
        auto& program = m_on[signal];
        program.insert(program.end(), instruction.body.begin(), instruction.body.end());
        ::sigaddset(&m_handled, signal);
        ::sigprocmask(SIG_BLOCK, &m_handled, nullptr);
    }

    void handle_signals()
    {
        while (!m_on.empty() && wait_signal(std::chrono::milliseconds(0))) {
        }
    }

    bool wait_signal(std::chrono::milliseconds limit)
    {
        const auto seconds = std::chrono::duration_cast<std::chrono::seconds>(limit);
        const timespec time{seconds.count(), std::chrono::nanoseconds(limit - seconds).count()};
        const int signal = ::sigtimedwait(&m_handled, nullptr, &time);
        if (signal < 0)
            return false;
        const Program program = m_on[signal];
        for (const Instruction& instruction : program)
            actions().at(instruction.name)(*this, instruction);
        flush();
        return true;
    }

    void wait_file(const std::string& path)
    {
        flush();
        const auto limit = std::chrono::steady_clock::now() + k_wait_limit;
        while (::access(path.c_str(), F_OK) != 0) {
            if (std::chrono::steady_clock::now() > limit)
                give_up("waited too long for " + path);
            wait_signal(std::chrono::milliseconds(10));
        }
    }

    [[noreturn]] void give_up(const std::string& why)
    {
        write_all(STDERR_FILENO, "scripted-tap: " + why + "\n");
        ::_exit(k_waited_too_long);
    }

    void sleep_forever()
    {
        flush();
        const auto limit = std::chrono::steady_clock::now() + std::chrono::seconds(k_forever_s);
        while (std::chrono::steady_clock::now() < limit)
            wait_signal(std::chrono::seconds(k_forever_s));
        ::_exit(k_never_stopped);
    }

    // Instructions that contain others

    void repeat(const Instruction& instruction)
    {
        const bool forever = instruction.head[0] == "forever";
        const long rounds = forever ? LONG_MAX : std::stol(expanded(instruction.head[0]));
        const auto outer = std::exchange(m_in_repeat, true);
        const std::string outer_round = m_round;
        for (long round = 1; round <= rounds; ++round) {
            m_round = std::to_string(round);
            for (const Instruction& inner : instruction.body)
                actions().at(inner.name)(*this, inner);
            handle_signals();
        }
        m_round = outer_round;
        m_in_repeat = outer;
        flush();
    }

    void fork_child(const Instruction& instruction)
    {
        flush();
        if (::fork() != 0)
            return;
        run(instruction.body);
        ::_exit(0);
    }

    void grandchild(const Instruction& instruction)
    {
        flush();
        if (::fork() == 0)
            be_grandchild(words_of(expanded(instruction.text)));
    }

    void close_stream(const std::string& name)
    {
        flush();
        if (name != "stdout" && name != "stderr")
            throw ScenarioError("close what? " + name);
        ::close(name == "stdout" ? STDOUT_FILENO : STDERR_FILENO);
    }

    void count_call(const std::string& path)
    {
        const std::string before = ::access(path.c_str(), F_OK) == 0 ? read_whole(path) : "0";
        m_call = std::to_string(std::stol(before) + 1);
        put_file(path, m_call);
    }

    std::string m_scenario;
    std::string m_folder;
    std::vector<std::string> m_arguments;
    std::map<int, Program> m_on;
    sigset_t m_handled{};
    std::string m_out;
    std::string m_round; // $i
    std::string m_call;  // $n
    bool m_in_repeat = false;
};

const std::map<std::string, Tap::Action>& Tap::actions()
{
    using I = const Instruction&;
    static const std::map<std::string, Action> k_actions{
        {"out", [](Tap& t, I i) { t.say(t.expanded(i.text) + "\n"); }},
        {"out-raw", [](Tap& t, I i) { t.say(unescaped(t.expanded(i.text))); }},
        {"out-file", [](Tap& t, I i) { t.say(read_whole(t.expanded(i.text))); }},
        {"err", [](Tap& t, I i) { write_all(STDERR_FILENO, t.expanded(i.text) + "\n"); }},
        {"err-raw", [](Tap& t, I i) { write_all(STDERR_FILENO, unescaped(t.expanded(i.text))); }},
        {"repeat", [](Tap& t, I i) { t.repeat(i); }},
        {"fork", [](Tap& t, I i) { t.fork_child(i); }},
        {"on", [](Tap& t, I i) { t.on_signal(i); }},
        {"if-flag",
         [](Tap& t, I i) {
             if (t.has_flag(i.head[0]))
                 t.run(i.body);
         }},
        {"if-not-flag",
         [](Tap& t, I i) {
             if (!t.has_flag(i.head[0]))
                 t.run(i.body);
         }},
        {"if-in",
         [](Tap& t, I i) {
             if (read_whole(t.value_of(i.head[0])).find(i.head[1]) != std::string::npos)
                 t.run(i.body);
         }},
        {"if-not-in",
         [](Tap& t, I i) {
             if (read_whole(t.value_of(i.head[0])).find(i.head[1]) == std::string::npos)
                 t.run(i.body);
         }},
        {"wait-file", [](Tap& t, I i) { t.wait_file(t.expanded(i.text)); }},
        {"wait-signal",
         [](Tap& t, I) {
             t.flush();
             if (!t.wait_signal(k_wait_limit))
                 t.give_up("waited too long for a signal");
         }},
        {"sleep-forever", [](Tap& t, I) { t.sleep_forever(); }},
        {"ignore", [](Tap&, I i) { ::signal(signal_of(i.text), SIG_IGN); }},
        {"kill",
         [](Tap& t, I i) {
             t.flush();
             kill_self(signal_of(i.text));
         }},
        {"exit",
         [](Tap& t, I i) {
             t.flush();
             ::_exit(std::stoi(t.expanded(i.text)));
         }},
        {"close", [](Tap& t, I i) { t.close_stream(i.text); }},
        {"setsid", [](Tap&, I) { ::setsid(); }},
        {"grandchild", [](Tap& t, I i) { t.grandchild(i); }},
        {"touch", [](Tap& t, I i) { put_file(t.expanded(i.text), ""); }},
        {"append",
         [](Tap& t, I i) {
             std::string text = i.text;
             const auto path = t.expanded(take_word(text));
             std::ofstream(path, std::ios::app) << t.expanded(text) << "\n";
         }},
        {"pid-file", [](Tap& t, I i) { put_file(t.expanded(i.text), std::to_string(::getpid())); }},
        {"count-call", [](Tap& t, I i) { t.count_call(t.expanded(i.text)); }},
        {"dump-args", [](Tap& t, I i) { put_file(t.expanded(i.text), as_lines(t.m_arguments)); }},
        {"dump-env", [](Tap& t, I i) { put_file(t.expanded(i.text), environment_as_lines()); }},
        {"dump-fds", [](Tap& t, I i) { put_file(t.expanded(i.text), descriptors_as_lines()); }},
        {"dump-status",
         [](Tap& t, I i) { put_file(t.expanded(i.text), read_whole("/proc/self/status")); }},
        {"dump-cwd", [](Tap& t, I i) { put_file(t.expanded(i.text), working_directory()); }},
        {"dump-file",
         [](Tap& t, I i) {
             const auto words = words_of(t.expanded(i.text));
             put_file(words.at(1), read_whole(t.value_of(words.at(0))));
         }},
        {"write-config", [](Tap& t, I i) { put_file(t.value_of("--config"), t.expanded(i.text)); }},
        {"write-file", [](Tap& t, I i) {
             std::string text = i.text;
             const auto path = t.expanded(take_word(text));
             put_file(path, t.expanded(text));
         }}};
    return k_actions;
}

} // namespace

} // namespace scripted

int main(int argc, char** argv)
{
    std::vector<std::string> arguments(argv + 1, argv + argc);
    std::string path;
    if (const char* from_environment = std::getenv("SCRIPTED_TAP")) {
        path = from_environment;
    } else if (!arguments.empty()) {
        path = arguments.front();
        arguments.erase(arguments.begin());
    }
    try {
        return scripted::Tap(path, arguments).play();
    } catch (const std::exception& error) {
        std::fprintf(stderr, "scripted-tap: %s\n", error.what());
        return scripted::k_bad_scenario;
    }
}
