#include "cli/options.h"

#include "adapter/adapter_file.h"
#include "cli/run.h"
#include "cli/version.h"
#include "util/text.h"

#include <CLI/CLI.hpp>

#include <algorithm>
#include <array>
#include <cstdlib>
#include <string>
#include <vector>

namespace tapbridge::cli {

namespace {

struct CommandWords {
    Command command;
    const char* name;
    const char* purpose;
    const char* usage;
};

constexpr std::array<CommandWords, 7> k_commands{{
    {Command::spec, "spec", "Print the settings that the tap takes",
     "spec [--adapter FILE] [-- TAP [ARG...]]"},
    {Command::check, "check", "Try whether the tap can read with this config",
     "check --config FILE [--adapter FILE] [-- TAP [ARG...]]"},
    {Command::discover, "discover", "Print the streams that the tap offers",
     "discover --config FILE [--adapter FILE] [-- TAP [ARG...]]"},
    {Command::read, "read", "Read the streams that the catalog selects",
     "read --config FILE --catalog FILE [--state FILE] [--adapter FILE] [-- TAP [ARG...]]"},
    {Command::adapter_check, "adapter", "Check an adapter file, and show what it amounts to",
     "adapter check FILE"},
    {Command::select, "select", "Make a configured catalog of what discover printed",
     "select --catalog FILE [STREAM...] [OPTION...]"},
    {Command::init, "init", "Write a connector's folder: adapter, Dockerfile, metadata, README",
     "init TAP [OPTION...]"},
}};

constexpr std::array k_files{"--config", "--catalog", "--state", "--adapter"};

const char* k_footer = R"(
The tap's own command stands after "--", or in the adapter:

    tapbridge spec -- tap-github
    tapbridge check --config config.json -- tap-github
    tapbridge discover --config config.json -- tap-github
    tapbridge select --catalog discovered.jsonl > catalog.json
    tapbridge read --config config.json --catalog catalog.json --state state.json -- tap-github

Without --adapter, TAPBRIDGE_ADAPTER may name an adapter; else /airbyte/adapter.yaml is one.

Messages of the Airbyte protocol come out on stdout, one JSON object a line.
Exit status: 0 success, 1 failure (the messages say why), 2 wrong usage.)";

template <class Path>
void add_file(CLI::App& app, const char* flag, Path& path, const char* help, bool required)
{
    CLI::Option* option = app.add_option(flag, path, help)->type_name("FILE");
    option->required(required)->multi_option_policy(CLI::MultiOptionPolicy::Throw);
}

void add_adapter_check(CLI::App& app, Options& options)
{
    CLI::App* check = app.add_subcommand("check", "Check it, and show where each value comes from");
    check->add_option("FILE", options.adapter_file, "The adapter (YAML)")->required();
    app.require_subcommand(1);
}

void add_command_of_protocol(CLI::App& sub, Command command, Options& options)
{
    const bool runs_tap = command != Command::spec;
    if (runs_tap) {
        add_file(sub, "--config", options.config, "The tap's settings (JSON)", true);
    }
    if (command == Command::read) {
        add_file(sub, "--catalog", options.catalog, "Airbyte's configured catalog (JSON)", true);
        add_file(sub, "--state", options.state, "States of the last read (JSON)", false);
    }
    add_file(sub, "--adapter", options.adapter, "What is known of the tap, and limits (YAML)",
             false);
}

void add_command(CLI::App& app, const CommandWords& words, Options& options)
{
    CLI::App* sub = app.add_subcommand(words.name, words.purpose);
    sub->fallthrough();
    sub->callback([&options, command = words.command] { options.command = command; });
    if (!is_of_protocol(words.command)) {
        sub->footer("");
    }
    switch (words.command) {
    case Command::adapter_check:
        add_adapter_check(*sub, options);
        break;
    case Command::select:
        add_select(*sub, options.select);
        break;
    case Command::init:
        add_init(*sub, options.init);
        break;
    default:
        add_command_of_protocol(*sub, words.command, options);
    }
}

const CommandWords* named_command(const CLI::App& app)
{
    for (const CommandWords& words : k_commands) {
        if (app.got_subcommand(words.name)) {
            return &words;
        }
    }
    return nullptr;
}

Answer usage_error(const CLI::App& app, std::string what)
{
    std::replace(what.begin(), what.end(), '\n', ' ');
    const CommandWords* words = named_command(app);
    return {k_usage,
            "tapbridge: " + what + (what.ends_with('?') ? " " : ". ") + "Type: tapbridge " +
                (words != nullptr ? words->usage
                                  : "COMMAND [OPTION...] [-- TAP [ARG...]] (COMMAND is spec, "
                                    "check, discover, read, adapter, select or init)") +
                "\n",
            true};
}

// The options of the command that is named, without CLI11's own.
std::vector<std::string> flags_of(const CLI::App& app, const CommandWords* words)
{
    std::vector<std::string> flags(k_files.begin(), k_files.end());
    if (words != nullptr) {
        for (const CLI::Option* option : app.get_subcommand(words->name)->get_options()) {
            flags.push_back(option->get_name());
        }
    }
    return flags;
}

// What is wrong with a word that belongs nowhere.
std::string complaint_of(const CLI::App& app, const std::string& word, const CommandWords* words)
{
    const std::string quoted = '"' + word + '"';
    if (!word.starts_with('-') && words != nullptr && !is_of_protocol(words->command)) {
        return quoted + " does not belong here";
    }
    if (!word.starts_with('-')) {
        return words == nullptr ? quoted + " is no command"
                                : quoted + " does not belong here; the tap's command stands "
                                           "after \"--\"";
    }
    const std::string flag = word.substr(0, word.find('='));
    if (words != nullptr && std::find(k_files.begin(), k_files.end(), flag) != k_files.end()) {
        return std::string(words->name) + " takes no " + flag;
    }
    const std::string near = text::nearest(flag, flags_of(app, words));
    return "there is no option " + flag + (near.empty() ? "" : "; did you mean " + near + "?");
}

// What a flag wants: "FILE", "STREAM=FIELD".
std::string value_of(const CLI::App& app, const std::string& flag)
{
    const CommandWords* const words = named_command(app);
    const CLI::Option* const option =
        words != nullptr ? app.get_subcommand(words->name)->get_option_no_throw(flag) : nullptr;
    return option != nullptr ? option->get_type_name() : "value";
}

// In our words: CLI11's are about itself, and name a missing flag where the user has misspelt it.
std::string what_is_wrong(const CLI::App& app, const CLI::ParseError& error)
{
    if (const std::vector<std::string> rest = app.remaining(true); !rest.empty()) {
        return complaint_of(app, rest.front(), named_command(app));
    }
    if (named_command(app) == nullptr) {
        return "no command is given";
    }
    std::string what = error.what();
    if (what.starts_with("A subcommand is required")) {
        return "FILE is required";
    }
    if (error.get_name() == "ArgumentMismatch") {
        const std::string flag = what.substr(0, what.find(':'));
        return what.find("At Most") != std::string::npos ? flag + " is given twice"
                                                         : flag + " needs a " + value_of(app, flag);
    }
    while (what.ends_with('.') || what.ends_with('\n')) {
        what.pop_back();
    }
    return what;
}

void describe(CLI::App& app, Options& options)
{
    app.set_help_flag("-h,--help", "Print this help");
    app.set_version_flag("--version", std::string("tapbridge ") + k_version, "Print the version");
    app.add_flag("--debug", options.debug, "Log what is done in detail");
    app.footer(k_footer);
    for (const CommandWords& words : k_commands) {
        add_command(app, words, options);
    }
    app.require_subcommand(1);
}

std::string problem_of_tap(const Options& options, bool has_dashes)
{
    if (!is_of_protocol(options.command)) {
        return has_dashes ? "\"--\" does not belong here" : "";
    }
    if (!has_dashes) {
        const bool has_adapter =
            !adapter::adapter_path(options.adapter, std::getenv("TAPBRIDGE_ADAPTER")).empty();
        return has_adapter || options.adapter ? "" : "no tap is named, and there is no adapter";
    }
    if (options.tap.empty() || options.tap.front().empty()) {
        return "no tap is named after \"--\"";
    }
    return options.tap.front().starts_with('-')
               ? "after \"--\" stands the tap's command, not " + options.tap.front()
               : "";
}

} // namespace

bool is_of_protocol(Command command)
{
    return command == Command::spec || command == Command::check || command == Command::discover ||
           command == Command::read;
}

std::variant<Options, Answer> parse_options(int argc, char** argv)
{
    Options options;
    char** const end = argv + argc;
    char** const dashes = std::find(argv, end, std::string_view("--"));
    if (dashes != end) {
        options.tap.assign(dashes + 1, end);
    }

    CLI::App app("Makes any Singer tap an Airbyte source.", "tapbridge");
    describe(app, options);
    try {
        app.parse(static_cast<int>(dashes - argv), argv);
    } catch (const CLI::CallForHelp&) {
        const CommandWords* words = named_command(app);
        return Answer{k_success, words ? app.get_subcommand(words->name)->help() : app.help(),
                      false};
    } catch (const CLI::CallForVersion&) {
        return Answer{k_success, std::string("tapbridge ") + k_version + "\n", false};
    } catch (const CLI::ParseError& error) {
        return usage_error(app, what_is_wrong(app, error));
    }
    options.init.debug = options.debug;
    if (const std::string problem = problem_of_tap(options, dashes != end); !problem.empty()) {
        return usage_error(app, problem);
    }
    return options;
}

} // namespace tapbridge::cli
