#include "adapter/adapter_file.h"

#include "adapter/adapter_keys.h"
#include "adapter/yaml_node.h"
#include "airbyte/error.h"
#include "util/text.h"

#include <sys/stat.h>

#include <algorithm>
#include <cerrno>
#include <vector>

namespace tapbridge::adapter {

namespace {

constexpr std::size_t k_most_shown = 20;

// A later version may mean other things by the same keys: then nothing else is judged.
bool is_known_version(const YamlNode& file, std::vector<Problem>& problems)
{
    const auto version =
        std::find_if(file.members.begin(), file.members.end(),
                     [](const YamlMember& member) { return member.key == "version"; });
    if (version == file.members.end()) {
        problems.push_back({file.place, "version is missing. Begin the file with: version: 1"});
        return true;
    }
    const YamlNode& value = version->value;
    if (value.kind == YamlNode::Kind::scalar && value.text == "1") {
        if (value.quoted) {
            problems.push_back({value.place, "version is a text. Write the number: version: 1"});
        }
        return true;
    }
    problems.push_back({value.place, "version is " + description(value) +
                                         ". This tapbridge knows version 1 only: version: 1"});
    return false;
}

void read_limits(AdapterKeys& limits, Adapter& adapter)
{
    limits.size("line", adapter.line_limit, {"64KiB", "4GiB"});
    limits.duration("idle", adapter.idle, {"0s", "24h"});
    limits.duration("stop_grace", adapter.stop_grace, {"0s", "1h"});
}

void read_state(AdapterKeys& state, Adapter& adapter)
{
    state.duration("interval", adapter.state_interval, {"0s", "1h"});
}

void read_file_keys(AdapterKeys& file, Adapter& adapter)
{
    file.take("version");
    file.mapping("state", [&](AdapterKeys& state) { read_state(state, adapter); });
    file.mapping("limits", [&](AdapterKeys& limits) { read_limits(limits, adapter); });
}

Adapter read_tree(const YamlNode& file, std::vector<Problem>& problems)
{
    Adapter adapter;
    if (file.kind == YamlNode::Kind::null) {
        problems.push_back({{}, "the file is empty. Begin it with: version: 1"});
    } else if (file.kind != YamlNode::Kind::map) {
        problems.push_back({file.place, "the file holds " + description(file) +
                                            " where keys with values belong. Write KEY: VALUE, "
                                            "with a blank after the colon, one a line."});
    } else if (is_known_version(file, problems)) {
        AdapterKeys::read(file, "", problems,
                          [&](AdapterKeys& keys) { read_file_keys(keys, adapter); });
    }
    return adapter;
}

// Editors count characters.
std::size_t column_in_characters(std::string_view text, const Place& place)
{
    for (int line = 1; line < place.line; ++line) {
        const std::size_t end = text.find('\n');
        text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
    }
    text = text.substr(0, static_cast<std::size_t>(place.column - 1));
    return 1 + static_cast<std::size_t>(std::count_if(text.begin(), text.end(), [](char byte) {
               return (static_cast<unsigned char>(byte) & 0xC0U) != 0x80U;
           }));
}

[[noreturn]] void throw_all(std::vector<Problem> problems, std::string_view text,
                            const std::string& path)
{
    std::sort(problems.begin(), problems.end());
    // An alias repeats what is wrong with its anchor.
    problems.erase(std::unique(problems.begin(), problems.end()), problems.end());
    const std::size_t count = problems.size();
    std::string message = count == 1 ? "The adapter has a problem: "
                                     : "The adapter has " + std::to_string(count) + " problems:\n";
    for (std::size_t i = 0; i < std::min(count, k_most_shown); ++i) {
        const Problem& problem = problems[i];
        message += (i == 0 ? "" : "\n") + path + ':' + std::to_string(problem.place.line) + ':' +
                   std::to_string(column_in_characters(text, problem.place)) + ": " + problem.text;
    }
    if (count > k_most_shown) {
        message += "\nand " + std::to_string(count - k_most_shown) + " more.";
    }
    airbyte::throw_config_error(std::move(message));
}

} // namespace

std::string adapter_path(const std::optional<std::string>& flag, const char* variable,
                         const std::string& usual)
{
    if (flag) {
        return *flag;
    }
    if (variable != nullptr && *variable != '\0') {
        return variable;
    }
    // What is there but cannot be read, a dangling link for one, is an error when it is opened.
    struct ::stat unused {};
    const bool is_absent =
        ::lstat(usual.c_str(), &unused) != 0 && (errno == ENOENT || errno == ENOTDIR);
    return is_absent ? "" : usual;
}

Adapter read_adapter(std::string_view text, const std::string& path)
{
    constexpr std::string_view byte_order_mark = "\xEF\xBB\xBF";
    if (text.starts_with(byte_order_mark)) {
        text.remove_prefix(byte_order_mark.size());
    }
    std::vector<Problem> problems;
    Adapter adapter;
    if (text.size() > k_longest_adapter) {
        problems.push_back({{}, "the file is longer than 1 MiB, as no adapter is. Name another."});
    } else if (const std::optional<YamlNode> file = parse_yaml(text, problems)) {
        adapter = read_tree(*file, problems);
    }
    if (!problems.empty()) {
        throw_all(std::move(problems), text, path);
    }
    return adapter;
}

} // namespace tapbridge::adapter
