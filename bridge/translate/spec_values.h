// Values in a tap's settings (defaults, enums, examples), and whether they fit their setting.
#pragma once

#include "util/json/value.h"

namespace tapbridge::translate {

bool is_whole_number(const json::Value& value);
bool is_finite_number(const json::Value& value); // and one that the platform can read

// The same value in other words: strings are compared decoded, numbers by value (1.10 is 1.1, and
// whole numbers are compared by all their digits).
bool same_value(const json::Value& a, const json::Value& b);

// The value with strings that every reader can take (no lone surrogates, no raw line separators).
json::Value mended(const json::Value& value);

// Whether a value is of the type that a finished setting (see SettingsForm) declares.
bool fits(const json::Value& value, const json::Value& setting);

} // namespace tapbridge::translate
