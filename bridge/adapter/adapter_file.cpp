#include "adapter/adapter_file.h"

#include "adapter/adapter_keys.h"
#include "adapter/adapter_sections.h"
#include "adapter/yaml_node.h"
#include "airbyte/error.h"
#include "util/text.h"

#include <sys/stat.h>

#include <algorithm>
#include <array>
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

void read_name(AdapterKeys& file, Adapter& adapter)
{
    adapter.name = file.text("name").value_or("");
    const std::string_view key = "documentation_url";
    const auto url = file.text(key);
    if (url && !url->starts_with("https://") && !url->starts_with("http://")) {
        file.complain(*file.take(key), key, "Write an address that begins with https://.");
    }
    adapter.documentation_url = url.value_or("");
}

void read_state(AdapterKeys& state, Adapter& adapter)
{
    adapter.global_state = state.choice("type", {"stream", "global"}) == 1;
    state.duration("interval", adapter.state_interval, {"0s", "1h"});
}

void read_check(AdapterKeys& keys, Check& check)
{
    if (keys.choice("by", {"read", "discovery"}) == 1) {
        check.by = Check::By::discovery;
    }
    check.streams = keys.texts("streams", "Write a list of names, as in [users, orders].")
                        .value_or(check.streams);
    keys.duration("timeout", check.timeout, {"1s", "24h"});
}

void read_error(AdapterKeys& keys, translate::ErrorPattern& pattern)
{
    const YamlNode* const match = keys.take("match");
    if (match == nullptr) {
        keys.complain("has no match. Add what the tap says, as in match: \"Bad credentials\".");
    }
    pattern.match = keys.text("match").value_or("");
    const YamlNode* const type = keys.take("type");
    if (type == nullptr) {
        keys.complain("has no type. Add type: config_error, transient_error or system_error.");
    }
    using airbyte::FailureType;
    const std::array types{FailureType::config_error, FailureType::transient_error,
                           FailureType::system_error};
    const auto chosen = keys.choice("type", {"config_error", "transient_error", "system_error"});
    pattern.type = types.at(chosen.value_or(0));
    pattern.message = keys.text("message").value_or("");
}

void read_errors(AdapterKeys& file, std::vector<translate::ErrorPattern>& errors)
{
    file.items("errors", [&](const YamlNode& item, const std::string& path) {
        AdapterKeys::read(
            item, path, file.findings(),
            [&](AdapterKeys& keys) { read_error(keys, errors.emplace_back()); },
            "Write {match: TEXT, type: config_error, message: TEXT}.");
    });
}

void read_limits(AdapterKeys& limits, Adapter& adapter)
{
    limits.size("line", adapter.line_limit, {"64KiB", "4GiB"});
    limits.duration("idle", adapter.idle, {"0s", "24h"});
    limits.duration("stop_grace", adapter.stop_grace, {"0s", "1h"});
    limits.duration("discover", adapter.discover_timeout, {"1s", "24h"});
    limits.duration("probe", adapter.probe_timeout, {"1s", "1h"});
}

// The folder in which a file lies, with the slash.
std::string folder_of(const std::string& path)
{
    return path.substr(0, path.rfind('/') + 1);
}

void read_file_keys(AdapterKeys& file, AdapterFile& result, const std::string& folder,
                    const FileReader& reader)
{
    Adapter& adapter = result.adapter;
    file.take("version");
    read_name(file, adapter);
    file.mapping("tap", [&](AdapterKeys& tap) { read_tap(tap, adapter.tap); });
    adapter.spec = read_spec(file, folder, reader);
    adapter.config = read_config(file, adapter.spec ? &*adapter.spec : nullptr);
    read_streams(file, result.streams);
    file.mapping("state", [&](AdapterKeys& state) { read_state(state, adapter); });
    file.mapping("check", [&](AdapterKeys& check) { read_check(check, adapter.check); });
    read_errors(file, adapter.errors);
    file.mapping("limits", [&](AdapterKeys& limits) { read_limits(limits, adapter); });
}

void read_tree(const YamlNode& file, AdapterFile& result, Findings& findings,
               const std::string& folder, const FileReader& reader)
{
    if (file.kind == YamlNode::Kind::null) {
        findings.problems.push_back({{}, "the file is empty. Begin it with: version: 1"});
    } else if (file.kind != YamlNode::Kind::map) {
        findings.problems.push_back({file.place, "the file holds " + description(file) +
                                                     " where keys with values belong. Write KEY: "
                                                     "VALUE, with a blank after the colon, one a "
                                                     "line."});
    } else if (is_known_version(file, findings.problems)) {
        AdapterKeys::read(file, "", findings,
                          [&](AdapterKeys& keys) { read_file_keys(keys, result, folder, reader); });
    }
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

AdapterFile read_adapter_file(std::string_view text, const std::string& path,
                              const FileReader& reader)
{
    constexpr std::string_view byte_order_mark = "\xEF\xBB\xBF";
    if (text.starts_with(byte_order_mark)) {
        text.remove_prefix(byte_order_mark.size());
    }
    Findings findings;
    AdapterFile result;
    if (text.size() > k_longest_adapter) {
        findings.problems.push_back(
            {{}, "the file is longer than 1 MiB, as no adapter is. Name another."});
    } else if (const std::optional<YamlNode> file = parse_yaml(text, findings.problems)) {
        read_tree(*file, result, findings, folder_of(path), reader);
    }
    if (!findings.problems.empty()) {
        throw_all(std::move(findings.problems), text, path);
    }
    for (const NamedStreamRule& stream : result.streams) {
        result.adapter.streams.add(stream.pattern, stream.rule);
    }
    result.lines = std::move(findings.lines);
    return result;
}

Adapter read_adapter(std::string_view text, const std::string& path, const FileReader& reader)
{
    return read_adapter_file(text, path, reader).adapter;
}

} // namespace tapbridge::adapter
