#include "cli/select.h"

#include "airbyte/error.h"
#include "cli/print.h"
#include "cli/run.h"
#include "cli/session.h"
#include "translate/select.h"
#include "util/fd.h"

#include <CLI/CLI.hpp>

#include <unistd.h>

#include <cerrno>
#include <cstring>

namespace tapbridge::cli {

namespace {

constexpr const char* k_stdin = "-";

std::string choice_problem(const std::string& word)
{
    const std::size_t equals = word.find('=');
    const bool right = equals != std::string::npos && equals > 0 && equals + 1 < word.size();
    return right ? std::string() : "\"" + word + "\" is not of the form STREAM=FIELD";
}

std::vector<translate::FieldChoice> choices_of(const std::vector<std::string>& words)
{
    std::vector<translate::FieldChoice> choices;
    for (const std::string& word : words) {
        const std::size_t equals = word.find('=');
        choices.push_back({word.substr(0, equals), word.substr(equals + 1)});
    }
    return choices;
}

void add_choice(CLI::App& app, const char* flag, std::vector<std::string>& words, const char* help)
{
    app.add_option(flag, words, help)
        ->type_name("STREAM=FIELD")
        ->allow_extra_args(false)
        ->check(CLI::Validator([](const std::string& word) { return choice_problem(word); }, ""));
}

std::string read_catalog(const std::string& path)
{
    if (path != k_stdin) {
        return read_input_file(path, "Catalog");
    }
    std::string text;
    const Fd input(::dup(STDIN_FILENO));
    if (const int error = input ? read_all(input, text, std::string::npos) : errno; error != 0) {
        airbyte::throw_config_error(std::string("The catalog cannot be read from stdin: ") +
                                    std::strerror(error) + ".");
    }
    return text;
}

} // namespace

void add_select(CLI::App& command, SelectOptions& options)
{
    command.add_option("--catalog", options.catalog, "What discover printed; - is stdin")
        ->type_name("FILE")
        ->required()
        ->multi_option_policy(CLI::MultiOptionPolicy::Throw);
    command
        .add_option("streams", options.streams,
                    "Names, \"namespace.name\" or globs; all where none is given")
        ->type_name("STREAM");
    CLI::Option* const incremental =
        command.add_flag("--incremental", options.incremental,
                         "Incremental for each; an error where a stream cannot");
    command.add_flag("--full-refresh", options.full_refresh, "Full refresh for each")
        ->excludes(incremental);
    add_choice(command, "--cursor", options.cursors, "The cursor of a stream");
    add_choice(command, "--exclude-field", options.excluded_fields, "A field not to be read");
    command.add_flag("--list", options.list,
                     "Show the streams, their modes, keys and cursors instead");
}

int run_select(const SelectOptions& options)
{
    const std::vector<translate::OfferedStream> offered = translate::read_discovered_catalog(
        read_catalog(options.catalog), options.catalog == k_stdin ? "on stdin" : options.catalog);
    if (options.list) {
        print(translate::stream_table(offered, options.streams));
        return k_success;
    }
    translate::SelectChoices choices;
    choices.streams = options.streams;
    if (options.incremental) {
        choices.mode = translate::SelectChoices::Mode::incremental;
    } else if (options.full_refresh) {
        choices.mode = translate::SelectChoices::Mode::full_refresh;
    }
    choices.cursors = choices_of(options.cursors);
    choices.excluded_fields = choices_of(options.excluded_fields);
    print(translate::catalog_text(translate::configured_catalog(offered, choices)));
    return k_success;
}

} // namespace tapbridge::cli
