// The section `tap` of an adapter: how the tap is called.
#include "adapter/adapter_sections.h"
#include "util/text.h"

namespace tapbridge::adapter {

namespace {

constexpr std::string_view k_command =
    "A command is a list, its program first, as in [tap-github, --flag].";
constexpr std::string_view k_discover =
    "Write the list of arguments that make the tap discover, as in [--discover]; for a tap that "
    "cannot, from_sync: true.";

// Not "-" for stdin, and no negative number.
bool is_flag(std::string_view text)
{
    return text.size() > 1 && text[0] == '-' && (text[1] < '0' || text[1] > '9');
}

bool is_relative_path(std::string_view program)
{
    return !program.starts_with('/') && program.find('/') != std::string_view::npos;
}

// How to write what was written as one text.
std::string command_remedy(const YamlNode& command)
{
    std::vector<std::string> words;
    for (const std::string_view word : text::split(command.text, ' ')) {
        if (!word.empty()) {
            words.emplace_back(word);
        }
    }
    if (command.kind != YamlNode::Kind::scalar || words.empty()) {
        return std::string(k_command);
    }
    return "A command is a list. Write [" + text::join(words, ", ") + "].";
}

void read_command(AdapterKeys& tap, TapCall& call)
{
    if (const YamlNode* const command = tap.take("command")) {
        call.command = tap.texts("command", command_remedy(*command)).value_or(call.command);
        // The tap does not run where the adapter or its caller is.
        if (!call.command.empty() && is_relative_path(call.command.front())) {
            tap.complain(command->items.front(), "command[0]",
                         "Write the whole path, or a program's name that PATH finds.");
        }
    }
}

void read_environment(AdapterKeys& tap, TapCall& call)
{
    tap.members("env", [&](const YamlMember& variable, const std::string& path) {
        if (variable.key.empty() ||
            variable.key.find_first_of(std::string_view("=\0", 2)) != std::string::npos) {
            tap.findings().problems.push_back(
                {variable.place, "tap.env names the variable " + quoted_briefly(variable.key) +
                                     ". A name has at least one character, and no \"=\"."});
            return;
        }
        const auto value =
            text_of(variable.value, path, tap.findings(), AdapterKeys::Empty::allowed);
        call.environment.emplace_back(variable.key, value.value_or(""));
    });
}

void read_flags(AdapterKeys& tap, TapCall& call)
{
    if (const auto flag = tap.text("catalog_flag")) {
        if (*flag == "none") {
            call.catalog_flags.emplace();
        } else if (*flag == "both") {
            call.catalog_flags = {"--catalog", "--properties"};
        } else if (is_flag(*flag)) {
            call.catalog_flags = {*flag};
        } else {
            tap.complain(*tap.take("catalog_flag"), "catalog_flag",
                         "It can be --catalog, --properties, both, none, or another flag that "
                         "begins with \"-\".");
        }
    }
    if (const auto flag = tap.text("state_flag")) {
        if (*flag == "none" || is_flag(*flag)) {
            call.state_flag = *flag == "none" ? "" : *flag;
        } else {
            tap.complain(*tap.take("state_flag"), "state_flag",
                         "It can be --state, none, or another flag that begins with \"-\".");
        }
    }
}

void read_discovery(AdapterKeys& tap, TapCall& call)
{
    call.discover = tap.texts("discover", k_discover);
    call.from_sync = tap.flag("from_sync").value_or(false);
    if (call.from_sync && tap.take("discover") != nullptr) {
        const YamlNode& from_sync = *tap.take("from_sync");
        tap.findings().problems.push_back(
            {from_sync.place, "tap.from_sync is for a tap that cannot discover, and tap.discover "
                              "says how it does. Keep one."});
    }
}

void read_folder(AdapterKeys& tap, TapCall& call)
{
    const auto folder = tap.text("cwd");
    if (folder && !folder->starts_with('/')) {
        tap.complain(*tap.take("cwd"), "cwd", "Write the whole path, beginning with \"/\".");
    }
    call.cwd = folder.value_or("");
}

} // namespace

void read_tap(AdapterKeys& tap, TapCall& call)
{
    read_command(tap, call);
    read_environment(tap, call);
    read_flags(tap, call);
    read_discovery(tap, call);
    read_folder(tap, call);
}

} // namespace tapbridge::adapter
