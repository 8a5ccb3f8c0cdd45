// The `type` of a JSON schema, as taps write it.
#pragma once

#include "translate/shape.h"
#include "util/json/value.h"

namespace tapbridge::translate {

struct StatedType {
    Types types = k_any_type;
    Format format = Format::none; // from types such as "date-time"
};

// From one name or a list of them, JSON schema's own or what was obviously meant ("int", "bool",
// "date-time"). Anything else accepts every value.
StatedType stated_type(const json::Value& type);

// The types of a node without `type`, by its `enum` or `const` where it has one.
Types implied_types(const json::Value& node);

} // namespace tapbridge::translate
