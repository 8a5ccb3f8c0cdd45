// Forms of taps made up for the tests of spec_from_about.
#pragma once

#include "translate/spec.h"

#include <string>
#include <vector>

namespace tapbridge::translate {

using json::Value;
using Paths = std::vector<std::vector<std::string>>;

inline Spec of_settings(const std::string& settings)
{
    return spec_from_about(R"({"name": "tap-shop", "settings": )" + settings + "}");
}

inline Spec of_setting(const std::string& setting)
{
    return of_settings(R"({"type": "object", "properties": {"it": )" + setting + "}}");
}

inline const Value& form(const Spec& spec)
{
    return *spec.specification.find("connectionSpecification");
}

// The finished setting without what every one has.
inline std::string shown(const Spec& spec, const std::string& name = "it")
{
    const Value* setting = form(spec).find("properties")->find(name);
    if (setting == nullptr)
        return "absent";
    Value bare = *setting;
    bare.erase("title");
    bare.erase("order");
    return bare.text();
}

inline std::string shown(const std::string& setting)
{
    return shown(of_setting(setting));
}

// Where JSON settings lie, those that may be a text too with a question mark.
inline std::string json_settings(const Spec& spec)
{
    std::string result;
    for (const translate::JsonSetting& setting : spec.json_settings) {
        for (const std::string& step : setting.path)
            result += "/" + step;
        result += setting.or_text ? "? " : " ";
    }
    return result;
}

} // namespace tapbridge::translate
