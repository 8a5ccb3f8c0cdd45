// What a YAML value means in JSON, by the core schema of YAML 1.2.
#pragma once

#include "adapter/yaml_node.h"
#include "util/json/value.h"

#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

namespace tapbridge::adapter {

enum class Meaning : std::uint8_t {
    data,
    schema // a list below the key `type` names JSON types: a null in it is "null"
};

// Numbers keep their digits. "no", "yes" and "on" are texts. Adds a problem for each plain number
// that JSON cannot write so (0x1F, .5).
json::Value json_of(const YamlNode& node, Meaning meaning, std::vector<Problem>& problems);

// true and false, not in quotes.
std::optional<bool> boolean_of(const YamlNode& node);

// Whether that is the whole of a JSON number.
bool is_json_number(std::string_view text);

// Whether a plain scalar of that text would be no text.
bool is_no_plain_text(std::string_view text);

} // namespace tapbridge::adapter
