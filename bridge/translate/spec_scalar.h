// Texts, numbers and switches in a form, and what forms know of a setting beside its type.
#pragma once

#include "translate/spec_fold.h"
#include "util/json/value.h"

#include <initializer_list>
#include <string>
#include <string_view>

namespace tapbridge::translate {

// 'start_date' -> 'Start Date'.
std::string title_of(std::string_view name);

// What a text has to hold that stands for such a value: "JSON: a list or an object."
std::string json_words(const Kinds& kinds);

// The one plain type that covers all the kinds: what takes a text and a number takes a text.
// Empty where there is none.
std::string common_scalar(const Kinds& kinds);

// Type, limits, format, enum, default and examples.
json::Value scalar_form(const json::Value& node, const std::string& type);

// Whole numbers from 0.
void keep_limits(const json::Value& node, std::initializer_list<std::string_view> names,
                 json::Value& out);
// The default and the examples that fit `out`.
void keep_values(const json::Value& node, json::Value& out);

} // namespace tapbridge::translate
