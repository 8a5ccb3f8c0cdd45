// What the name of a setting says of its value. camelCase, dashes and numbers at the end are
// normalised; of a path the last name counts.
#pragma once

#include "util/json/value.h"

#include <string_view>

namespace tapbridge::airbyte {

// Whether a setting of that name looks like a secret (Airbyte's acceptance tests, section
// test_secret_is_properly_marked, and the CDK's lint).
bool looks_secret(std::string_view setting_name);

// One that looks secret wherever it stands: "password", "access_token". Those that are ordinary
// words as well ("key", "auth", "token") are none of these.
bool is_telling(std::string_view name);

// Whether a setting of that name is none although it stands among secrets: the "type" and the
// "project_id" of a service account, which are ordinary words that an error message needs.
bool looks_public(std::string_view setting_name);

// One that looks secret and holds ordinary settings beside its secrets: "credentials".
bool names_a_group(std::string_view setting_name);

// One that looks secret, but often says just how to log in: {"auth": "oauth2"}.
bool names_a_method(std::string_view setting_name);

// {"name": "Authorization", "value": "Bearer ..."}: the name stands beside its value.
bool names_a_secret(const json::Value& object);

// The key's own name is worth hiding where the key stands beside it.
bool is_id_of_key(std::string_view name, const json::Value& object);

} // namespace tapbridge::airbyte
