// Holds a user's config against the connector's specification, before the tap starts.
#pragma once

#include "util/json/value.h"

#include <string>
#include <vector>

namespace tapbridge::translate {

// What is wrong, each in a sentence that names the setting by the spec's own title and by its path:
// `"API key" (api_key) is missing.` Empty where all is well. Never quotes a value: it may be a
// secret. Judges by type, required, enum, const, pattern, length and range, format (date,
// date-time, uri are looked at leniently), properties, items, oneOf/anyOf of objects (by the
// alternative that their constants choose) and additionalProperties: false. Other keywords are not
// looked at. A null counts as absent. `accepts_json`: paths of settings whose text may hold JSON
// (Spec::json_settings): there a value of any kind is right.
std::vector<std::string>
problems_of_config(const json::Value& config, const json::Value& connection_specification,
                   const std::vector<std::vector<std::string>>& accepts_json = {});

} // namespace tapbridge::translate
