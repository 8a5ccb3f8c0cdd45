// Reads the keys of a mapping in an adapter file.
#pragma once

#include "adapter/yaml_node.h"

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace tapbridge::adapter {

// What reading an adapter finds out beside its values.
struct Findings {
    std::vector<Problem> problems;
    std::map<std::string, int> lines; // of every key that the file has, by its path: "limits.idle"
};

// What a value may be at least and at most, as a user writes it.
struct Bounds {
    std::string_view least;
    std::string_view most;
};

// Each call takes one key: where it is there and right, the value is set or returned, else a
// problem is added or the default stays. Whoever reads a mapping thereby says which keys it has;
// any other is unknown. Texts are taken from any scalar, by their characters: 1.10 is "1.10".
class AdapterKeys {
public:
    using Reader = std::function<void(AdapterKeys&)>;
    using MemberReader = std::function<void(const YamlMember&, const std::string& path)>;
    using ItemReader = std::function<void(const YamlNode&, const std::string& path)>;
    enum class Empty : std::uint8_t { refused, allowed };

    // Has `reader` take the keys of that mapping, or complains that it is none. `path` is what
    // messages call it ("limits"), empty for the file.
    static void read(const YamlNode& map, const std::string& path, Findings& findings,
                     const Reader& reader,
                     std::string_view remedy = "Give it keys with values below it (KEY: VALUE), "
                                               "or leave it out.");

    AdapterKeys(const AdapterKeys&) = delete;
    AdapterKeys& operator=(const AdapterKeys&) = delete;

    void duration(std::string_view key, std::chrono::milliseconds& value, const Bounds& bounds);
    void size(std::string_view key, std::size_t& value, const Bounds& bounds); // bytes
    std::optional<std::string> text(std::string_view key, Empty empty = Empty::refused);
    std::optional<bool> flag(std::string_view key);
    // Which of them.
    std::optional<std::size_t> choice(std::string_view key,
                                      const std::vector<std::string>& choices);
    // A list of texts; `remedy` shows how to write one.
    std::optional<std::vector<std::string>> texts(std::string_view key, std::string_view remedy,
                                                  Empty empty = Empty::refused);
    // The same, or one text for a list of one.
    std::optional<std::vector<std::string>> text_or_texts(std::string_view key,
                                                          std::string_view remedy);
    void mapping(std::string_view key, const Reader& reader);
    // A mapping whose keys are the user's own; a list.
    void members(std::string_view key, const MemberReader& reader);
    void items(std::string_view key, const ItemReader& reader);

    // For what is read otherwise: the value of that key, or null.
    const YamlNode* take(std::string_view key);
    void complain(const YamlNode& value, std::string_view key, const std::string& what);
    // Of the mapping as a whole.
    void complain(const std::string& what);
    std::string path_of(std::string_view key) const;
    Findings& findings() { return m_findings; }

private:
    AdapterKeys(const YamlNode& map, const std::string& path, Findings& findings)
        : m_map(map), m_path(path), m_findings(findings)
    {}

    std::optional<std::vector<std::string>> list_of_texts(const YamlNode& node,
                                                          const std::string& path,
                                                          std::string_view remedy, Empty empty);
    void complain_of_unknown_keys();
    std::string remedy(const YamlMember& unknown) const;

    const YamlNode& m_map;
    const std::string& m_path;
    Findings& m_findings;
    std::vector<std::string> m_known;
};

// The text of a scalar; none where it is something else, a problem then.
std::optional<std::string> text_of(const YamlNode& node, const std::string& path,
                                   Findings& findings,
                                   AdapterKeys::Empty empty = AdapterKeys::Empty::refused);

// "limits.idle is a list. WHAT"
void add_problem(Findings& findings, const YamlNode& value, const std::string& path,
                 std::string_view what);

// A value as a message names it: `"10"`, "a list", "a mapping", "empty".
std::string description(const YamlNode& value);

// In quotes, on one line, not too long.
std::string quoted_briefly(std::string_view text);

} // namespace tapbridge::adapter
