// Forms from sample configs, and sample configs from forms.
#pragma once

#include "translate/discovery.h"
#include "util/json/value.h"

#include <string>
#include <vector>

namespace tapbridge::connector {

struct GuessedForm {
    json::Value form; // a connectionSpecification
    // Settings that Airbyte's forms cannot show: texts that the tap gets as the JSON they hold.
    std::vector<std::string> json_settings;
};

// From a config that somebody wrote for the tap: types are guessed from its values, secrets told by
// the names. No value of it is in the form. `required` are keys that must be given, in the sample
// or not.
GuessedForm guess_form(const json::Value& sample, const std::vector<std::string>& required,
                       const std::string& tap);

// A config that fits the form, with what is right for everybody (defaults, constants, examples) and
// else a word in <...> saying what belongs there: the required settings, or all.
json::Value sample_config(const json::Value& form, bool all);

// Every stream, appended; incremental where the tap says by which cursor.
json::Value configured_catalog(const std::vector<translate::Stream>& streams);

} // namespace tapbridge::connector
