// Normalises a tap's JSON schema for Airbyte: draft-07, and only what its destinations, suites and
// clients understand, but never so that a record that matched stops matching.
#pragma once

#include "util/json/value.h"

namespace tapbridge::translate {

// The json_schema of an Airbyte stream. The result always has "$schema" (draft-07), "type":
// "object" (also for ["null","object"]) and `properties`. Below, nodes have nothing but `type`
// (nullable ones read ["null", T]), `properties`, `items`, `title`, `description`, a `format` of
// date, date-time or time on strings, and an `airbyte_type` that fits. All else is left out, since
// a destination or suite could choke on it, and what it said is kept as far as those can say it:
// - a local $ref is replaced by what it points to; {} where that meets itself or is not to be
// found;
// - allOf, and what stands beside anyOf and oneOf, is merged; their alternatives become one node
// that
//   accepts each of them;
// - beyond 100 levels, and where references multiply beyond reason, there is {}.
json::Value normalise_schema(const json::Value& tap_schema);

} // namespace tapbridge::translate
