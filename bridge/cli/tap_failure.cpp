#include "cli/tap_failure.h"

#include "translate/failure.h"
#include "util/fd.h"
#include "util/text.h"
#include "util/time.h"

#include <signal.h>
#include <sys/stat.h>

#include <cerrno>
#include <cstring>

namespace tapbridge::cli {

using process::StopReason;
using process::TapExit;

namespace {

// The interpreter that a script's first line names; "" where the file is no script.
std::string interpreter_of(const std::string& program)
{
    constexpr std::size_t k_longest_line = 4096;
    struct ::stat status {};
    std::string content;
    if (program.find('/') == std::string::npos || ::stat(program.c_str(), &status) != 0 ||
        !S_ISREG(status.st_mode) || read_file(program, content, k_longest_line) != 0 ||
        !content.starts_with("#!")) {
        return {};
    }
    const std::string_view line =
        text::trim(std::string_view(content).substr(2, content.find('\n') - 2));
    return std::string(line.substr(0, line.find(' ')));
}

bool is_folder(const std::string& path)
{
    struct ::stat status {};
    return ::stat(path.c_str(), &status) == 0 && S_ISDIR(status.st_mode);
}

std::string not_started_message(const std::string& program, int error)
{
    if (const std::string interpreter = interpreter_of(program);
        error == ENOENT && !interpreter.empty()) {
        return "The tap " + text::quoted(program) + " cannot be run: its interpreter, " +
               text::quoted(interpreter) + ", was not found. Install the tap again in this place.";
    }
    if (error == ENOENT) {
        return "The tap " + text::quoted(program) +
               " was not found. Install it, or give the full path of its program.";
    }
    if (error == EACCES && is_folder(program)) {
        return "The tap " + text::quoted(program) + " is a folder. Give the path of its program.";
    }
    if (error == EACCES) {
        return "The tap " + text::quoted(program) +
               " cannot be run: permission denied. Make the file executable (chmod +x).";
    }
    if (error == ENOEXEC) {
        return "The tap " + text::quoted(program) +
               " cannot be run: it is neither a program nor a script with a #! line.";
    }
    const bool too_many = error == EAGAIN || error == ENOMEM;
    return "The tap " + text::quoted(program) + " cannot be run: " + std::strerror(error) + "." +
           (too_many ? " Raise the limit of processes (ulimit -u, or the container's) or of memory."
                     : "");
}

std::string signal_name(int signal)
{
    const char* const name = ::sigabbrev_np(signal);
    return name != nullptr ? "SIG" + std::string(name) : "signal " + std::to_string(signal);
}

std::string how_it_ended(const process::TapOutcome& outcome)
{
    switch (outcome.exit.kind) {
    case TapExit::Kind::exited:
        return "ended with exit status " + std::to_string(outcome.exit.value);
    case TapExit::Kind::signalled:
        return "was killed by " + signal_name(outcome.exit.value);
    case TapExit::Kind::not_started:
        return "could not be started";
    case TapExit::Kind::lost:
        break;
    }
    return "was lost: the process that watches over it was killed";
}

bool rejects_option(const std::string& words)
{
    return text::contains_ignoring_case(words, "unrecognized arguments") ||
           text::contains_ignoring_case(words, "no such option");
}

// What a shell, env and their like say when they cannot run what they should.
bool is_launcher_failure(const TapExit& exit)
{
    return exit.kind == TapExit::Kind::exited && (exit.value == 126 || exit.value == 127);
}

bool is_crash(int signal)
{
    return signal == SIGSEGV || signal == SIGABRT || signal == SIGBUS || signal == SIGILL ||
           signal == SIGFPE || signal == SIGSYS || signal == SIGTRAP;
}

// 0 where it ended otherwise. Launchers hand the tap's signal on: sh and uv as 128 + its number,
// those in Python often as its negative.
int ending_signal(const TapExit& exit)
{
    constexpr int k_shell_base = 128;
    constexpr int k_statuses = 256;
    constexpr int k_most_signal = 64;
    if (exit.kind == TapExit::Kind::signalled) {
        return exit.value;
    }
    if (exit.kind != TapExit::Kind::exited) {
        return 0;
    }
    const int signal = exit.value > k_shell_base + k_most_signal ? k_statuses - exit.value
                                                                 : exit.value - k_shell_base;
    return signal == SIGKILL || is_crash(signal) ? signal : 0;
}

std::string killed_message(const std::string& program, int signal)
{
    if (signal == SIGKILL) {
        return "The tap " + text::quoted(program) +
               " was killed by SIGKILL, maybe because memory ran out. Give it more memory, or read "
               "fewer streams at a time.";
    }
    if (is_crash(signal)) {
        return "The tap " + text::quoted(program) + " crashed (" + signal_name(signal) +
               "). Report it to the maintainers of the tap.";
    }
    return "The tap " + text::quoted(program) + " was ended by " + signal_name(signal) +
           ", which something else than tapbridge sent. Another run may succeed.";
}

std::string last_words(const std::string& words)
{
    return words.empty() ? "" : " Its last words: " + words;
}

std::string message_for(const std::string& program, const process::TapOutcome& outcome,
                        const std::string& words, const std::string& last_line)
{
    if (outcome.stopped_by == StopReason::hung) {
        return "The tap " + text::quoted(program) +
               " closed its output but did not end, and was stopped. Report it to the maintainers "
               "of the tap." +
               last_words(words);
    }
    if (outcome.stopped_by == StopReason::orphaned) {
        return "The tap " + text::quoted(program) +
               " ended, but a process that it left behind went on writing, and was stopped. Start "
               "the tap so that its launcher waits for it (no \"&\", setsid --wait)." +
               last_words(words);
    }
    if (const int signal = ending_signal(outcome.exit)) {
        return killed_message(program, signal) + last_words(words);
    }
    if (outcome.exit.kind != TapExit::Kind::exited) {
        return "The tap " + text::quoted(program) + " " + how_it_ended(outcome) + "." +
               last_words(words);
    }
    if (words.empty() && last_line.empty()) {
        return "The tap " + text::quoted(program) + " " + how_it_ended(outcome) +
               " and said nothing on stderr. Run it by hand to see more.";
    }
    if (words.empty()) {
        return "The tap " + text::quoted(program) + " " + how_it_ended(outcome) +
               ". The last line of its stderr: " + last_line;
    }
    if (rejects_option(words)) {
        return "The tap does not take an option that it lists or that every tap should take: " +
               words;
    }
    return "The tap failed: " + words;
}

void blame_silence(TapFailure& failure, const Session& session, const LineHandler& said)
{
    failure.error.failure_type = airbyte::FailureType::transient_error;
    failure.error.message = "The tap " + text::quoted(session.tap_name()) +
                            " was stopped: it said nothing for " +
                            duration_text(session.adapter().idle) + " after " + said.last_heard() +
                            ". Another run may succeed; if it is only slow, raise limits.idle.";
}

bool is_understood(const translate::Classified& classified)
{
    return classified.known && classified.type != airbyte::FailureType::system_error;
}

// The last line of the log that a pattern knows: a tap that hangs need not have called it an error.
std::string last_understood(const Session& session, const singer::LastWords& words)
{
    const auto is_known = [&session](const std::string& line) {
        return is_understood(translate::classify(line, session.adapter().errors));
    };
    if (std::string best = words.best(); is_known(best)) {
        return best;
    }
    const std::string tail = words.tail();
    std::string found;
    for (const std::string_view line : text::split(tail, '\n')) {
        if (std::string copy(text::trim(line)); is_known(copy)) {
            found = std::move(copy);
        }
    }
    return found;
}

std::string as_sentence(std::string words)
{
    constexpr std::string_view k_ends = ".!?";
    return k_ends.find(words.back()) == std::string_view::npos ? words + "." : words;
}

// What it said decides, then how it ended.
void blame_words(TapFailure& failure, const Session& session, const process::TapOutcome& outcome,
                 const LineHandler& said)
{
    const singer::LastWords& words = said.last_words();
    const std::string best = words.best();
    const translate::Classified classified =
        translate::classify(best + "\n" + words.tail(), session.adapter().errors);
    failure.understood = classified.known;
    failure.error.failure_type = classified.type;
    failure.error.message = classified.message.empty() ? message_for(session.tap_name(), outcome,
                                                                     best, said.last_log_line())
                                                       : classified.message;
    if (ending_signal(outcome.exit) == SIGKILL) {
        failure.error.failure_type = airbyte::FailureType::transient_error;
    }
}

} // namespace

TapFailure understood_failure(airbyte::Error error)
{
    TapFailure failure;
    failure.understood = true;
    failure.error = std::move(error);
    return failure;
}

TapFailure tap_failure(const Session& session, const process::TapCommand& command,
                       const process::TapOutcome& outcome, const LineHandler& said)
{
    TapFailure failure;
    const singer::LastWords& words = said.last_words();
    const std::string& program = session.tap_name();
    if (outcome.exit.kind == TapExit::Kind::not_started) {
        failure.not_started = true;
        failure.error.message = not_started_message(program, outcome.exit.value);
        return failure;
    }
    if (words.best().empty() && is_launcher_failure(outcome.exit)) {
        failure.not_started = true;
        failure.error.message = "The tap " + text::quoted(program) +
                                " cannot be run (exit status " +
                                std::to_string(outcome.exit.value) + "): " + said.last_log_line() +
                                ". Install the tap again in this place.";
        return failure;
    }
    if (outcome.stopped_by == StopReason::idle) {
        blame_silence(failure, session, said);
    } else {
        blame_words(failure, session, outcome, said);
    }
    failure.error.internal_message =
        text::join(command.argv, " ") + " " + how_it_ended(outcome) + ".";
    if (const std::string tail = words.tail(); !tail.empty()) {
        failure.error.internal_message += " The end of its stderr:\n" + tail;
    }
    failure.error.stack_trace = words.last_traceback();
    return failure;
}

TapFailure timeout_failure(const Session& session, const LineHandler& said)
{
    TapFailure failure;
    failure.timed_out = true;
    const singer::LastWords& words = said.last_words();
    failure.error.internal_message = words.tail();
    failure.error.stack_trace = words.last_traceback();
    const std::string telling = last_understood(session, words);
    if (telling.empty()) {
        return failure;
    }
    const translate::Classified classified = translate::classify(telling, session.adapter().errors);
    failure.understood = true;
    failure.error.failure_type = classified.type;
    failure.error.message =
        as_sentence(classified.message.empty() ? "The tap said: " + telling : classified.message);
    return failure;
}

} // namespace tapbridge::cli
