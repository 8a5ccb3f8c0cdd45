// Settings by their paths.
#pragma once

#include "adapter/mapping.h"
#include "util/json/value.h"

#include <set>
#include <string>
#include <string_view>

namespace tapbridge::adapter {

// Null where there is none, or something else than an object on the way.
const json::Value* find_setting(const json::Value& config, const SettingPath& path);

// Objects on the way are made where nothing or null stands. False where something else stands.
bool set_setting(json::Value& config, const SettingPath& path, json::Value value);

// Which top-level settings go to the tap, and come back from it, under their own name.
class Passed {
public:
    explicit Passed(const ConfigMapping& mapping);
    bool contains(std::string_view name) const;

private:
    bool m_any;
    std::set<std::string, std::less<>> m_ruled; // read or made by a rule
};

} // namespace tapbridge::adapter
