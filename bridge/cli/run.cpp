#include "cli/run.h"

#include "cli/adapter_check.h"
#include "cli/commands.h"
#include "cli/options.h"
#include "cli/tap_failure.h"
#include "process/minder.h"

#include <cstdio>
#include <cstring>
#include <exception>
#include <new>
#include <string_view>

namespace tapbridge::cli {

namespace {

// How the command ended, once everything of it is cleaned up.
struct Ending {
    int status = k_success;
    int signal = 0; // to end by
};

void complain(const std::string& text)
{
    std::fputs(text.c_str(), stderr);
}

int dispatch(Session& session)
{
    switch (session.options().command) {
    case Command::spec:
        return run_spec(session);
    case Command::check:
        return run_check(session);
    case Command::discover:
        return run_discover(session);
    default:
        return run_read(session);
    }
}

airbyte::Error internal_error(const char* what)
{
    airbyte::Error error;
    error.message = "tapbridge itself failed. Please report this with the log of the run.";
    error.internal_message = what;
    return error;
}

// The one place where errors become messages and an exit status.
int execute(Session& session)
{
    try {
        session.read_adapter();
        return dispatch(session);
    } catch (const TapFailureException& exception) {
        session.send(exception.failure().error);
    } catch (const airbyte::ErrorException& exception) {
        session.send(exception.error());
    } catch (const Interrupted&) {
        return k_failure;
    } catch (const std::bad_alloc&) {
        session.send(internal_error("out of memory"));
    } catch (const std::exception& exception) {
        session.send(internal_error(exception.what()));
    }
    return k_failure;
}

Ending conclude(Session& session, int status)
{
    const bool written = session.supervisor().flush();
    if (const int signal = session.supervisor().fatal_signal(); signal != 0) {
        return {k_failure, signal};
    }
    if (session.supervisor().reader_gone()) {
        return {k_reader_gone, 0};
    }
    if (!written) {
        complain(std::string("tapbridge: stdout cannot be written: ") +
                 std::strerror(session.output().error()) + "\n");
        return {k_failure, 0};
    }
    return {status, 0};
}

Ending run_command(const Options& options)
{
    Session session(options);
    return conclude(session, execute(session));
}

// A command for people: its errors go to stderr.
int run_tool(const Options& options)
{
    switch (options.command) {
    case Command::adapter_check:
        return run_adapter_check(options.adapter_file);
    case Command::select:
        return run_select(options.select);
    default:
        return run_init(options.init);
    }
}

int answer(const Answer& answer)
{
    std::FILE* const stream = answer.to_stderr ? stderr : stdout;
    const bool written = std::fputs(answer.text.c_str(), stream) >= 0 && std::fflush(stream) == 0;
    return written ? answer.status : k_failure;
}

} // namespace

int run(int argc, char** argv)
{
    if (argc > 1 && std::string_view(argv[1]) == process::k_minder_mode) {
        return process::run_minder(argc, argv);
    }
    process::occupy_standard_descriptors();
    try {
        const std::variant<Options, Answer> parsed = parse_options(argc, argv);
        if (const Answer* const text = std::get_if<Answer>(&parsed)) {
            return answer(*text);
        }
        const auto& options = std::get<Options>(parsed);
        if (!is_of_protocol(options.command)) {
            return run_tool(options);
        }
        const Ending ending = run_command(options);
        if (ending.signal != 0) {
            process::end_by_signal(ending.signal);
        }
        return ending.status;
    } catch (const airbyte::ErrorException& exception) {
        complain(std::string("tapbridge: ") + exception.what() + "\n");
    } catch (const std::exception& exception) {
        complain(std::string("tapbridge: ") + exception.what() + "\n");
    }
    return k_failure;
}

} // namespace tapbridge::cli
