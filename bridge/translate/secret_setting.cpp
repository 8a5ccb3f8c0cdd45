#include "translate/secret_setting.h"

#include "airbyte/secret_name.h"
#include "translate/spec.h"

#include <algorithm>
#include <array>
#include <string_view>

namespace tapbridge::translate {

namespace {

bool says_nothing(const std::string& name)
{
    static constexpr std::array<std::string_view, 8> k_keywords = {
        "anyOf", "oneOf", "allOf", "not", "properties", "items", "type", "prefixItems"};
    return name == k_every_item ||
           std::find(k_keywords.begin(), k_keywords.end(), name) != k_keywords.end() ||
           name.find_first_not_of("0123456789") == std::string::npos;
}

} // namespace

bool stands_at_secret_place(const std::vector<std::string>& path)
{
    const auto telling = std::find_if_not(path.rbegin(), path.rend(), says_nothing);
    return telling != path.rend() && airbyte::looks_secret(*telling);
}

} // namespace tapbridge::translate
