// The settings of a tap as a form that Airbyte can show.
#pragma once

#include "translate/spec.h"
#include "translate/spec_fold.h"

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

namespace tapbridge::translate {

class SettingsForm {
public:
    // `schema`: the JSON schema of the tap's configuration. What is found on the way (secrets, JSON
    // settings, notes) goes to `spec`. Both must outlive this.
    SettingsForm(const json::Value& schema, Spec& spec)
        : m_schema(schema), m_spec(spec), m_folder(schema)
    {}

    // `properties` (always) and `required` (where there are any) of the whole form.
    void fill(json::Value& form);

private:
    struct Found; // how much has been found so far, to go back to
    Found found() const;
    void forget_since(const Found& earlier);

    bool add_properties(const json::Value& node, bool secret, json::Value& out);
    std::optional<json::Value> setting(const json::Value& raw, bool below_secret);
    // Null where a form cannot show it.
    json::Value form(const json::Value& node, const Kinds& kinds, bool secret);
    json::Value list(const json::Value& node, bool secret);
    json::Value choice(const json::Value& node, bool secret);
    json::Value option(const json::Value& branch, const std::string& discriminator, bool secret);
    std::vector<json::Value> options(const json::Value& node, bool& usable);
    json::Value json_text(const json::Value& node, const Kinds& kinds);
    json::Value described(const json::Value& node, const Kinds& kinds, bool is_json) const;
    void mark_secret(json::Value& setting);
    void note(const std::string& words);
    const std::string& name() const; // of the setting, from inside its lists too

    const json::Value& m_schema;
    Spec& m_spec;
    SchemaFolder m_folder;
    std::vector<std::string> m_path;
    std::size_t m_count = 0;
};

} // namespace tapbridge::translate
