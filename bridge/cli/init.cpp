#include "cli/init.h"

#include "airbyte/error.h"
#include "cli/connector_folder.h"
#include "cli/init_facts.h"
#include "cli/print.h"
#include "cli/run.h"
#include "connector/requirement.h"
#include "util/text.h"

#include <CLI/CLI.hpp>

#include <unistd.h>

#include <algorithm>
#include <cctype>
#include <cstdio>
#include <exception>
#include <iostream>
#include <optional>

namespace tapbridge::cli {

namespace {

constexpr mode_t k_program_mode = 0755;

void complain(const std::string& what)
{
    std::fputs(("tapbridge: " + what + "\n").c_str(), stderr);
}

bool is_on_terminal()
{
    return ::isatty(STDIN_FILENO) == 1 && ::isatty(STDERR_FILENO) == 1;
}

// Only "ENTER" where the user has no other wish, or stdin ends.
std::string ask(const std::string& question, const std::string& otherwise)
{
    std::fputs((question + (otherwise.empty() ? ": " : " [" + otherwise + "]: ")).c_str(), stderr);
    std::string answer;
    std::getline(std::cin, answer);
    const std::string_view trimmed = text::trim(answer);
    return trimmed.empty() ? otherwise : std::string(trimmed);
}

void ask_for_the_rest(InitOptions& options)
{
    if (options.name.empty()) {
        options.name = ask("Name of the connector", connector::connector_name(options.tap));
    }
    if (options.config.empty()) {
        options.config = ask("A config (JSON) to discover the streams with; none: Enter", "");
    }
    if (options.config.empty() && options.config_sample.empty()) {
        options.config_sample =
            ask("A sample config, for a tap that does not describe its settings; none: Enter", "");
    }
}

bool is_python_version(std::string_view text)
{
    const auto is_number = [](std::string_view part) {
        return !part.empty() && part.size() < 4 &&
               std::all_of(part.begin(), part.end(),
                           [](char c) { return std::isdigit(static_cast<unsigned char>(c)) != 0; });
    };
    const std::vector<std::string_view> parts = text::split(text, '.');
    return parts.size() == 2 && is_number(parts[0]) && is_number(parts[1]);
}

// What is wrong with the arguments; empty where nothing is.
std::string problem_of(const InitOptions& options)
{
    if (!options.python.empty() && !is_python_version(options.python)) {
        return "--python takes a version such as 3.11";
    }
    if (!options.pip.empty()) {
        if (std::string problem = connector::problem_of_requirement(options.pip);
            !problem.empty()) {
            return problem;
        }
    }
    return connector::problem_of_name(options.name);
}

void print_result(const std::string& folder, const connector::Facts& facts,
                  const connector::Connector& made)
{
    std::string out = folder + "/ is a connector for " + facts.tap +
                      (facts.package.version.empty() ? "" : " " + facts.package.version) +
                      ", Python " + facts.python + ":\n";
    for (const connector::File& file : made.files) {
        out += "  " + file.path + '\n';
    }
    out += made.todos.empty() ? "Nothing is left to do.\n" : "Left to do:\n";
    for (const std::string& todo : made.todos) {
        out += "  " + todo + '\n';
    }
    out += "Next: cd " + folder +
           " and follow README.md: docker build, spec, check, discover, read.\n";
    print(out);
}

// `rotated` is what must not be lost where this throws.
void make(const InitOptions& options, std::optional<json::Value>& rotated)
{
    const std::string folder = options.dir.empty() ? options.name : options.dir;
    const InitInput input = read_input(options);
    check_folder(folder, connector::connector_paths());
    connector::Facts facts = find_facts(input, rotated);
    const std::string bridge = own_static_program();
    facts.has_bridge = !bridge.empty();
    connector::Connector made = connector::make_connector(facts);
    if (facts.has_bridge) {
        made.files.push_back({"tapbridge", bridge, k_program_mode});
    }
    write_folder(folder, made.files);
    if (rotated) {
        complain(
            "the tap has changed its config, as taps with rotating tokens do. The new one is " +
            folder + "/secrets/config.json; the old one may not work any more.");
        rotated.reset();
    }
    print_result(folder, facts, made);
}

} // namespace

void add_init(CLI::App& command, InitOptions& options)
{
    const auto add = [&](const char* flag, std::string& value, const char* type, const char* help) {
        command.add_option(flag, value, help)
            ->type_name(type)
            ->multi_option_policy(CLI::MultiOptionPolicy::Throw);
    };
    command.add_option("TAP", options.tap, "The tap's program: in PATH, or a path")->required();
    add("--pip", options.pip, "SPEC", "What pip is to install: tap-x==1.2, git+https://...@TAG");
    add("--python", options.python, "X.Y", "Python of the image; default: the tap's");
    add("--dir", options.dir, "DIR", "Where to write to; default: NAME");
    add("--name", options.name, "NAME", "Name of the connector; default: source-...");
    add("--config", options.config, "FILE", "A config, to discover the streams with (JSON)");
    add("--config-sample", options.config_sample, "FILE",
        "A config that names the settings of a tap which does not describe them (JSON)");
}

int run_init(const InitOptions& given)
{
    InitOptions options = given;
    if (is_on_terminal()) {
        ask_for_the_rest(options);
    }
    if (options.name.empty()) {
        options.name = connector::connector_name(options.tap);
    }
    if (const std::string problem = problem_of(options); !problem.empty()) {
        complain(problem + ". Type: tapbridge init TAP [--pip SPEC] [--python X.Y] [--dir DIR] "
                           "[--name NAME] [--config-sample FILE] [--config FILE]");
        return k_usage;
    }
    std::optional<json::Value> rotated;
    std::string problem;
    try {
        make(options, rotated);
        return k_success;
    } catch (const airbyte::ErrorException& exception) {
        problem = exception.error().message;
    } catch (const std::exception& exception) {
        problem = exception.what();
    }
    if (rotated) {
        problem += (problem.ends_with('.') ? "" : ".") + save_rotated(options.config, *rotated);
    }
    complain(problem);
    return k_failure;
}

} // namespace tapbridge::cli
