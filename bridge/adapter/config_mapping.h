// The user's configuration on its way to the tap, and back.
#pragma once

#include "airbyte/redactor.h"
#include "translate/spec.h"
#include "util/json/value.h"

#include <string>
#include <string_view>

namespace tapbridge::adapter {

// Reads a user's config file. Throws config_error with file, line, column for what is not a JSON
// object.
json::Value read_config(std::string_view text, const std::string& path);

// The tap's config: the user's, verbatim, with JSON settings (see Spec::json_settings) parsed where
// they are strings, and left out where they are blank. Throws config_error that names a JSON
// setting whose text is not JSON. `spec` may be null.
json::Value config_for_tap(const json::Value& user_config, const translate::Spec* spec,
                           const std::string& path);

// The tap's config with what it lacks of what it was given, in objects within it too: taps often
// write only their tokens back, so nothing follows from what is not there. A list counts as it is
// written, as do its items: nobody knows which one was which.
json::Value completed(const json::Value& tap_config, const json::Value& given_to_tap);

// The user's config with what the tap has changed in its own (rotated tokens); another spelling of
// the same value is no change, nor is what the tap's config lacks (see completed()); null is one. A
// JSON setting that has not changed keeps the user's own form; a
// changed one is written as JSON text.
json::Value config_from_tap(const json::Value& tap_config, const json::Value& given_to_tap,
                            const json::Value& user_config, const translate::Spec* spec);

// Adds every string and number below a setting that is marked secret or looks it, at any depth, in
// texts that hold JSON too; of what stands there, only what looks_public() is left out. Of a group
// of settings ("credentials"), those that look secret themselves and the texts that look generated.
// Of other settings, the secrets within their texts (airbyte/secret_text.h); the "value" beside a
// "name" that looks secret; a "key_id" beside its key.
void collect_secrets(const json::Value& config, const translate::Spec* spec,
                     airbyte::Redactor& redactor);

} // namespace tapbridge::adapter
