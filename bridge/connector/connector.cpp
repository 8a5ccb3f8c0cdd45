#include "connector/connector.h"

#include "connector/parts.h"
#include "connector/sample.h"
#include "util/text.h"

#include <algorithm>
#include <cctype>

namespace tapbridge::connector {

namespace {

constexpr mode_t k_private = 0600;

void collect_todos(const File& file, std::vector<std::string>& todos)
{
    constexpr std::string_view mark = "TODO: ";
    std::size_t number = 0;
    for (const std::string_view line : text::split(file.content, '\n')) {
        ++number;
        if (const std::size_t at = line.find(mark); at != std::string_view::npos) {
            todos.push_back(file.path + ':' + std::to_string(number) + ": " +
                            std::string(line.substr(at + mark.size())));
        }
    }
}

const char* const k_git_ignored =
    "# Secrets, what is copied here to build with, and what tests leave behind.\n"
    "/secrets/\n"
    "/tapbridge\n"
    "/.tmp/\n"
    "/build/\n"
    "/pip-extra/*\n"
    "!/pip-extra/.gitkeep\n";

const char* const k_docker_ignored = "# Only what the Dockerfile copies: never secrets/.\n"
                                     "*\n"
                                     "!adapter.yaml\n"
                                     "!constraints.txt\n"
                                     "!pip-extra\n"
                                     "!requirements.txt\n"
                                     "!tapbridge\n";

void append_pretty(std::string& out, const json::Value& value, std::size_t indent)
{
    const bool is_object = value.is_object();
    const std::size_t count = is_object ? value.members().size() : value.items().size();
    const bool is_short =
        std::all_of(value.items().begin(), value.items().end(),
                    [](const json::Value& item) { return !item.is_object() && !item.is_array(); });
    if (count == 0 || (!is_object && is_short)) {
        value.write(out);
        return;
    }
    const std::string pad(indent + 2, ' ');
    out += is_object ? "{\n" : "[\n";
    for (std::size_t i = 0; i < count; ++i) {
        out += pad;
        if (is_object) {
            out += json::quoted(value.members()[i].name) + ": ";
        }
        append_pretty(out, is_object ? value.members()[i].value : value.items()[i], indent + 2);
        out += i + 1 < count ? ",\n" : "\n";
    }
    out += std::string(indent, ' ') + (is_object ? '}' : ']');
}

// Indented, with a newline at the end.
std::string pretty_json(const json::Value& value)
{
    std::string out;
    append_pretty(out, value, 0);
    return out + '\n';
}

} // namespace

std::string short_line(std::string_view text)
{
    return text::shorten(text::one_line(text), 300);
}

Connector make_connector(const Facts& facts)
{
    Connector connector;
    connector.files = {{"adapter.yaml", adapter_text(facts)},
                       {"Dockerfile", dockerfile(facts)},
                       {"requirements.txt", requirements(facts)},
                       {"constraints.txt", constraints(facts)},
                       {"metadata.yaml", metadata(facts)},
                       {"acceptance-test-config.yml", acceptance_tests(facts)},
                       {"README.md", readme(facts)},
                       {".gitignore", k_git_ignored},
                       {".dockerignore", k_docker_ignored},
                       {"pip-extra/.gitkeep", ""},
                       {"secrets/.gitignore", "*\n"}};
    const bool all = facts.settings_from != SettingsFrom::tap;
    connector.files.push_back(
        {"integration_tests/sample_config.json", pretty_json(sample_config(facts.form, all))});
    if (!facts.streams.empty()) {
        connector.files.push_back({"integration_tests/configured_catalog.json",
                                   pretty_json(configured_catalog(facts.streams))});
    }
    if (facts.config) {
        connector.files.push_back({"secrets/config.json", pretty_json(*facts.config), k_private});
    }
    for (const File& file : connector.files) {
        // What a tap or a user says is no advice of ours.
        if (!file.path.ends_with(".json")) {
            collect_todos(file, connector.todos);
        }
    }
    return connector;
}

const std::vector<std::string>& connector_paths()
{
    static const std::vector<std::string> paths{"adapter.yaml",
                                                "Dockerfile",
                                                "requirements.txt",
                                                "constraints.txt",
                                                "metadata.yaml",
                                                "acceptance-test-config.yml",
                                                "README.md",
                                                ".gitignore",
                                                ".dockerignore",
                                                "pip-extra/.gitkeep",
                                                "secrets/.gitignore",
                                                "secrets/config.json",
                                                "integration_tests/sample_config.json",
                                                "integration_tests/configured_catalog.json",
                                                "tapbridge"};
    return paths;
}

std::string problem_of_name(const std::string& name)
{
    const auto allowed = [](char c) {
        return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-';
    };
    const bool is_good = name.starts_with("source-") && name.size() > 7 && name.size() <= 100 &&
                         std::all_of(name.begin(), name.end(), allowed) && !name.ends_with('-') &&
                         name[7] != '-' && !text::contains(name, "--");
    return is_good ? ""
                   : "A connector's name is source- and small letters, digits and single dashes, "
                     "such as source-github";
}

std::string connector_name(const std::string& tap)
{
    std::string name;
    for (const char c : text::lower(tap.substr(tap.rfind('/') + 1))) {
        const bool is_word = (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9');
        if (is_word) {
            name += c;
        } else if (!name.empty() && !name.ends_with('-')) {
            name += '-';
        }
    }
    if (name.starts_with("tap-")) {
        name.erase(0, 4);
    }
    if (name.ends_with('-')) {
        name.pop_back();
    }
    return "source-" + (name.empty() ? "tap" : name.substr(0, 80));
}

} // namespace tapbridge::connector
