// JSON values as YAML for people: block style, plain where that is safe.
#pragma once

#include "util/json/value.h"

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace tapbridge::yaml {

// Plain where every reader, of YAML 1.1 or 1.2, takes it for that text, else in quotes.
std::string scalar(std::string_view text);

// "[a, b]"
std::string list(const std::vector<std::string>& texts);

// Appends "KEY: VALUE COMMENT" with what stands below it, so many blanks in. Of equal keys of an
// object the last one is written. `comment` is empty or begins with "#".
void append(std::string& out, std::size_t indent, std::string_view key, const json::Value& value,
            std::string_view comment = "");

// The same for each member of an object.
void append_members(std::string& out, std::size_t indent, const json::Value& object);

} // namespace tapbridge::yaml
