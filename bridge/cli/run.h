// The program.
#pragma once

namespace tapbridge::cli {

// Exit statuses beside those of signals; CLI11's own numbers never leak out.
enum ExitStatus : int {
    k_success = 0,
    k_failure = 1,      // the sync or the command failed; messages on stdout say why
    k_usage = 2,        // wrong arguments; one line on stderr
    k_reader_gone = 141 // nobody reads our stdout any more: 128 + SIGPIPE
};

// What main() does. Returns the exit status; ends by a signal where one ended the command.
int run(int argc, char** argv);

} // namespace tapbridge::cli
