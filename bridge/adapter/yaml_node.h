// A YAML file as a tree whose nodes know where they stand. The one place with yaml-cpp.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace tapbridge::adapter {

// Line and byte of the line, from 1.
struct Place {
    int line = 1;
    int column = 1;

    friend auto operator<=>(const Place&, const Place&) = default;
};

// What a user has to mend, in a sentence or two.
struct Problem {
    Place place;
    std::string text;

    friend auto operator<=>(const Problem&, const Problem&) = default;
};

struct YamlMember;

// Nothing is read into a scalar: "no" is text, as in YAML 1.2.
struct YamlNode {
    enum class Kind { null, scalar, list, map };

    Kind kind = Kind::null;
    Place place;      // of a null: its key's, since it may have none of its own
    std::string text; // of a scalar
    bool quoted = false;
    std::vector<YamlNode> items;     // of a list
    std::vector<YamlMember> members; // of a map, each key once
};

struct YamlMember {
    std::string key;
    Place place;
    YamlNode value;
};

// The one document of a YAML 1.2 file in UTF-8, aliases replaced by what they stand for. Adds what
// is wrong to `problems`; none where that leaves no tree. An empty file is null.
std::optional<YamlNode> parse_yaml(std::string_view text, std::vector<Problem>& problems);

} // namespace tapbridge::adapter
