// What one setting has to be by the rules of the specification that concern it alone.
#pragma once

#include "util/json/value.h"

#include <string>
#include <string_view>
#include <vector>

namespace tapbridge::translate {

// Whether the value is of one of the types that the setting declares, or it declares none. 5.0 is a
// whole number.
bool has_declared_type(const json::Value& value, const json::Value& setting);

// "a whole number or a text", for all the types that any of the settings declare. Null is left out.
std::string declared_types(const std::vector<const json::Value*>& settings);

// What is wrong with a value of the right type, in words that follow its name: "has to be at least
// 1". Empty where it keeps const, enum, pattern, format, length and range. What the specification
// itself gives as a default or as an example is right, whatever its rules say.
std::string broken_rule(const json::Value& value, const json::Value& setting);

// "eu, us": values of the specification, never of a user.
std::string listed(const std::vector<json::Value>& values);

// Whether the text fits the pattern (ECMA 262, anywhere in the text). True where that cannot be
// told: the pattern is not understood here, or one of them is too long.
bool fits_pattern(const std::string& text, const std::string& pattern);

} // namespace tapbridge::translate
