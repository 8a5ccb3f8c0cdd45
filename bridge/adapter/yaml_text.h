// JSON values as YAML in block style.
#pragma once

#include "util/json/value.h"

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace tapbridge::adapter {

// Plain where every reader takes it for that text, else in quotes.
std::string yaml_text(std::string_view text);

// "[a, b]"
std::string yaml_list(const std::vector<std::string>& texts);

// Appends "KEY: VALUE COMMENT" with what stands below it, so many blanks in. Of equal keys of an
// object the last one is written. `comment` is empty or begins with "#".
void append_yaml(std::string& out, std::size_t indent, std::string_view key,
                 const json::Value& value, std::string_view comment);

} // namespace tapbridge::adapter
