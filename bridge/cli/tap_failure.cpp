#include "cli/tap_failure.h"

#include "translate/failure.h"
#include "util/fd.h"
#include "util/text.h"

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
    std::string content;
    if (program.find('/') == std::string::npos || read_file(program, content) != 0 ||
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
    return "The tap " + text::quoted(program) + " cannot be run: " + std::strerror(error) + ".";
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

std::string last_line_of(const std::string& tail)
{
    std::string line(text::trim(tail.substr(tail.rfind('\n') + 1)));
    return text::shorten(line, 300);
}

bool is_crash(int signal)
{
    return signal == SIGSEGV || signal == SIGABRT || signal == SIGBUS || signal == SIGILL ||
           signal == SIGFPE || signal == SIGSYS || signal == SIGTRAP;
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
    if (outcome.exit.kind == TapExit::Kind::signalled) {
        return killed_message(program, outcome.exit.value) + last_words(words);
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

} // namespace

TapFailure tap_failure(const Session& session, const process::TapCommand& command,
                       const process::TapOutcome& outcome, const singer::LastWords& words)
{
    TapFailure failure;
    const std::string& program = session.tap_name();
    if (outcome.exit.kind == TapExit::Kind::not_started) {
        failure.not_started = true;
        failure.error.message = not_started_message(program, outcome.exit.value);
        return failure;
    }
    const std::string best = words.best();
    const std::string last_line = last_line_of(words.tail());
    if (best.empty() && is_launcher_failure(outcome.exit)) {
        failure.not_started = true;
        failure.error.message = "The tap " + text::quoted(program) +
                                " cannot be run (exit status " +
                                std::to_string(outcome.exit.value) + "): " + last_line +
                                ". Install the tap again in this place.";
        return failure;
    }
    const translate::Classified classified =
        translate::classify(best + "\n" + words.tail(), session.adapter().errors);
    failure.understood = classified.known;
    failure.error.failure_type = classified.type;
    failure.error.message = classified.message.empty()
                                ? message_for(program, outcome, best, last_line)
                                : classified.message;
    if (outcome.exit.kind == TapExit::Kind::signalled && outcome.exit.value == SIGKILL) {
        failure.error.failure_type = airbyte::FailureType::transient_error;
    }
    failure.error.internal_message =
        text::join(command.argv, " ") + " " + how_it_ended(outcome) + ".";
    if (const std::string tail = words.tail(); !tail.empty()) {
        failure.error.internal_message += " The end of its stderr:\n" + tail;
    }
    failure.error.stack_trace = words.last_traceback();
    return failure;
}

} // namespace tapbridge::cli
