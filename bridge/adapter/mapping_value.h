// What a rule of the mapping makes of one value.
#pragma once

#include "adapter/mapping.h"
#include "util/json/value.h"

#include <optional>
#include <string>

namespace tapbridge::adapter {

// Whether a user has set it: not to null, and not to a blank text where a date, a number, JSON or
// the like is wanted (forms send such for a field that was left empty).
bool is_set(const MappedSetting& rule, const json::Value& value);

// As text: a string's own, a number by its digits, a list or an object as JSON.
std::string text_of(const json::Value& value);

// The value as the rule's `shift` (of what a user has set only), `format` and `as` want it; `file`
// is left to the caller. None where it cannot be; `problem` then says what it has to be: "has to be
// a whole number such as 10."
std::optional<json::Value> converted(const MappedSetting& rule, const json::Value& value,
                                     bool of_user, std::string& problem);

// What the tap has made of a value, in the kind that the user has written (`as` the other way).
json::Value in_kind_of(const json::Value& user, const json::Value& value);

} // namespace tapbridge::adapter
