// What the place of a setting in the specification says of it.
#pragma once

#include <string>
#include <vector>

namespace tapbridge::translate {

// Whether a setting at this path (as in JsonSetting) looks secret. As Airbyte's acceptance tests
// do it, by the last name that says something: a "type" within "credentials" is taken for
// credentials, an entry of "api_keys" for a key.
bool stands_at_secret_place(const std::vector<std::string>& path);

} // namespace tapbridge::translate
