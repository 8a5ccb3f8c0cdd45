// Writes YAML and JSON for people.
#pragma once

#include "util/json/value.h"

#include <string>
#include <string_view>

namespace tapbridge::connector {

// A text as a YAML scalar: plain where no reader of YAML 1.1 or 1.2 takes it for something else.
std::string yaml_scalar(std::string_view text);
// "[a, b]"
std::string yaml_list(const json::Value& list);
// The members of an object, one or more lines each, so many blanks from the left.
void append_yaml(std::string& out, const json::Value& object, std::size_t indent);

// Indented JSON with a newline at the end.
std::string pretty_json(const json::Value& value);

// For a comment: without what would end the line.
std::string one_line(std::string_view text);

} // namespace tapbridge::connector
