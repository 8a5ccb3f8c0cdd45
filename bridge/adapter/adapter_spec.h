// The settings that a connectionSpecification has.
#pragma once

#include "adapter/mapping.h"

#include <set>
#include <string>
#include <vector>

namespace tapbridge::adapter {

class SpecSettings {
public:
    // A connectionSpecification, or a ConnectorSpecification that holds one; it must outlive this.
    explicit SpecSettings(const json::Value& spec);

    // Looks through alternatives (oneOf, anyOf, allOf). What the spec does not describe (an object
    // without properties, a reference) may have any setting.
    bool has(const SettingPath& path) const;
    // The JSON types that it may have; empty where the spec does not say.
    std::set<std::string> types(const SettingPath& path) const;
    // What was probably meant: the nearest setting, else the one of that name somewhere else; ""
    // where there is none.
    std::string nearest(const SettingPath& path) const;
    // All, as "credentials.access_token".
    const std::vector<std::string>& names() const { return m_names; }

private:
    struct Found {
        std::vector<const json::Value*> schemas;
        bool is_open = false; // it may have what nobody described
    };
    Found find(const SettingPath& path) const;
    void collect_names(const json::Value& schema, const std::string& prefix, unsigned depth);

    const json::Value* m_schema;
    std::vector<std::string> m_names;
};

// "credentials.access_token"
std::string path_text(const SettingPath& path);

} // namespace tapbridge::adapter
