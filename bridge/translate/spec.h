// The connector specification: the tap's own, or the one that its adapter gives.
#pragma once

#include "util/json/value.h"

#include <string>
#include <string_view>
#include <vector>

namespace tapbridge::translate {

// A step of a path that stands for every item of a list.
inline constexpr std::string_view k_every_item = "[]";

// A setting that Airbyte's forms cannot show, offered as a string that holds JSON: its value is
// parsed on the way to the tap.
struct JsonSetting {
    std::vector<std::string> path; // from the top; k_every_item steps into lists
    bool or_text =
        false; // the tap takes a text as well: what is no JSON list or object stays a text
};

struct Spec {
    json::Value specification; // ConnectorSpecification: connectionSpecification, documentationUrl
    std::vector<std::vector<std::string>>
        secret_paths; // of settings marked secret, as in JsonSetting
    std::vector<JsonSetting> json_settings;
    std::vector<std::string> notes; // what could not be kept, for the operator
};

// Where a user finds out what a tap's settings mean, when the tap does not say.
inline constexpr std::string_view k_documentation_url = "https://hub.meltano.com/extractors/";

// From what `--about --format=json` printed (SDK taps). Text after the JSON is ignored. Built-in
// SDK settings (stream_maps, batch_config, ...) are left out; titles, defaults, descriptions,
// examples, enums are kept; secrets are those marked (`secret`, `writeOnly`) and those that look
// it. Valid under every rule of Airbyte's acceptance tests (TestSpec). What Airbyte's forms cannot
// show becomes a JsonSetting. Throws system_error where the text holds no settings.
Spec spec_from_about(std::string_view about_output);

// From the keys that a tap said it misses, for a tap without --about. Accepts further settings and
// says so.
Spec spec_from_missing_keys(const std::string& tap_name, const std::vector<std::string>& keys);

// From an adapter: a connectionSpecification, or a whole ConnectorSpecification that holds one;
// what else stands in that is kept. `$schema`, `type`, `title` (from `name`) and `properties` are
// added where they are missing, "airbyte_secret" where a setting's name looks secret and none is
// given. Throws config_error where it is neither.
Spec declared_spec(const json::Value& given, const std::string& name,
                   const std::string& documentation_url);

} // namespace tapbridge::translate
