#include "translate/spec_settings.h"

#include "airbyte/secret_name.h"
#include "translate/secret_setting.h"
#include "translate/spec_scalar.h"
#include "translate/spec_values.h"
#include "util/text.h"

#include <algorithm>
#include <array>
#include <iterator>
#include <utility>

namespace tapbridge::translate {

using json::Member;
using json::Value;

namespace {

// References can make a small schema unfold into a huge one.
constexpr std::size_t k_most_settings = 5000;

// What the SDK adds to the settings of every tap. The bridge does the like itself or does not want
// it.
constexpr std::array<std::string_view, 10> k_built_in = {
    "stream_maps",          "stream_map_config",    "faker_config",
    "flattening_enabled",   "flattening_max_depth", "flattening_max_key_length",
    "flattening_separator", "batch_config",         "emit_activate_version_messages",
    "use_singer_decimal"};

bool is_built_in(std::string_view name)
{
    return std::find(k_built_in.begin(), k_built_in.end(), name) != k_built_in.end();
}

// Browsers strip the line ends from what is pasted into a field of one line.
bool is_several_lines_long(std::string_view name)
{
    return name.ends_with("private_key") || name.ends_with("certificate") ||
           name.ends_with("service_account") || name.ends_with("service_account_info");
}

bool has_properties(const Value& node)
{
    const Value* properties = node.find("properties");
    return properties != nullptr && !properties->members().empty();
}

// Forms fill in a default setting by setting: what an object has as default belongs to its members.
void hand_down_defaults(Value& node)
{
    const Value* defaults = node.find("default");
    Value* properties = node.find("properties");
    if (defaults == nullptr || properties == nullptr)
        return;
    for (const Member& member : defaults->members()) {
        Value* property = properties->find(member.name);
        if (property != nullptr && property->is_object() && property->find("default") == nullptr)
            property->set("default", member.value);
    }
}

// The one text that an alternative's property always has.
std::string constant_of(const Value& property)
{
    const Value* constant = property.find("const");
    const Value* choices = property.find("enum");
    if (constant == nullptr && choices != nullptr && choices->items().size() == 1)
        constant = &choices->items().front();
    return constant != nullptr ? constant->as_string() : std::string();
}

// The property by which Airbyte tells alternatives apart: in every one of them, always with another
// constant text. Empty where there is not exactly one.
std::string discriminator_of(const std::vector<Value>& branches)
{
    std::vector<std::string> candidates;
    for (const Member& member : branches.front().find("properties")->members()) {
        std::vector<std::string> constants;
        for (const Value& branch : branches) {
            const Value* property = branch.find("properties")->find(member.name);
            const std::string constant = property ? constant_of(*property) : std::string();
            if (!constant.empty() &&
                std::find(constants.begin(), constants.end(), constant) == constants.end())
                constants.push_back(constant);
        }
        if (constants.size() == branches.size())
            candidates.push_back(member.name);
    }
    return candidates.size() == 1 ? candidates.front() : std::string();
}

} // namespace

struct SettingsForm::Found {
    std::size_t secrets, json_settings, notes;
};

SettingsForm::Found SettingsForm::found() const
{
    return {m_spec.secret_paths.size(), m_spec.json_settings.size(), m_spec.notes.size()};
}

void SettingsForm::forget_since(const Found& earlier)
{
    m_spec.secret_paths.resize(earlier.secrets);
    m_spec.json_settings.resize(earlier.json_settings);
    m_spec.notes.resize(earlier.notes);
}

void SettingsForm::fill(Value& form)
{
    const SchemaFolder::Level level(m_folder);
    Value root = m_schema;
    if (!m_folder.fold(root) || root.find("oneOf") != nullptr)
        m_spec.notes.emplace_back("The tap describes alternative sets of settings; the form shows "
                                  "only those that they have in common.");
    hand_down_defaults(root);
    form.set("properties", Value::object());
    add_properties(root, false, form);
}

bool SettingsForm::add_properties(const Value& node, bool secret, Value& out)
{
    Value shown = Value::object();
    const Value* const found = node.find("properties");
    const Value none = Value::object();
    const Value& declared = found ? *found : none;
    for (const Member& member : declared.members()) {
        if (shown.find(member.name) != nullptr || (m_path.empty() && is_built_in(member.name)))
            continue;
        m_path.push_back(member.name);
        std::optional<Value> shown_setting = setting(*declared.find(member.name), secret);
        m_path.pop_back();
        if (!shown_setting)
            continue;
        shown_setting->set("order",
                           Value::number(static_cast<std::int64_t>(shown.members().size())));
        shown.set(member.name, std::move(*shown_setting));
    }
    std::vector<Value> required;
    if (const Value* names = node.find("required")) {
        for (const Value& name : names->items()) {
            const Value text = mended(name);
            if (name.is_string() && shown.find(name.as_string()) != nullptr &&
                std::find(required.begin(), required.end(), text) == required.end())
                required.push_back(text);
        }
    }
    const bool some = !shown.members().empty();
    out.set("properties", std::move(shown));
    if (!required.empty())
        out.set("required", Value::array(std::move(required)));
    return some;
}

std::optional<Value> SettingsForm::setting(const Value& raw, bool below_secret)
{
    const SchemaFolder::Level level(m_folder);
    Value node = raw.is_object() ? raw : Value::object();
    const bool folded = m_folder.fold(node) && ++m_count <= k_most_settings;
    const Kinds kinds = m_folder.kinds(node);
    if (kinds.only_null) {
        note("can only be null and is left out");
        return std::nullopt;
    }
    const bool secret = below_secret || is_marked_secret(node);
    Value shown = folded ? form(node, kinds, secret) : Value();
    const bool is_json = shown.is_null();
    if (is_json)
        shown = json_text(node, kinds);
    Value out = described(node, kinds, is_json);
    for (const Member& member : shown.members())
        out.set(member.name, member.value);
    if (secret || stands_at_secret_place(m_path) || (is_json && m_folder.holds_secret(node)))
        mark_secret(out);
    if (out.find("type")->as_string() == "string" && is_several_lines_long(name()))
        out.set("multiline", Value::boolean(true));
    return out;
}

Value SettingsForm::form(const Value& node, const Kinds& kinds, bool secret)
{
    const bool alternatives = node.find("oneOf") != nullptr;
    if (kinds.is_only("object")) {
        if (alternatives && !has_properties(node))
            return choice(node, secret);
        if (alternatives && std::any_of(node.find("oneOf")->items().begin(),
                                        node.find("oneOf")->items().end(), has_properties))
            return {};
        Value with_defaults = node;
        hand_down_defaults(with_defaults);
        Value out = Value::object();
        out.set("type", Value::string("object"));
        return add_properties(with_defaults, secret, out) ? out : Value();
    }
    if (kinds.is_only("array"))
        return alternatives ? Value() : list(node, secret);
    if (kinds.names.empty() && (alternatives || !kinds.complete))
        return {};
    const std::string type = common_scalar(kinds);
    return type.empty() || !kinds.complete ? Value() : scalar_form(node, type);
}

Value SettingsForm::list(const Value& node, bool secret)
{
    const Value* declared = node.find("items");
    if (declared == nullptr || !declared->is_object())
        return {};
    const SchemaFolder::Level level(m_folder);
    Value item = *declared;
    const Kinds kinds = m_folder.fold(item) ? m_folder.kinds(item) : Kinds();
    if (kinds.names.size() != 1 || kinds.has("boolean") || kinds.has("array"))
        return {};
    const Found before = found();
    m_path.emplace_back(k_every_item);
    std::optional<Value> shown = setting(item, secret);
    const bool usable = shown && !(m_spec.json_settings.size() > before.json_settings &&
                                   m_spec.json_settings.back().path == m_path);
    m_path.pop_back();
    if (!usable) {
        forget_since(before);
        return {};
    }
    Value out = Value::object();
    out.set("type", Value::string("array"));
    out.set("items", std::move(*shown));
    keep_limits(node, {"minItems", "maxItems"}, out);
    keep_values(node, out);
    return out;
}

std::vector<Value> SettingsForm::options(const Value& node, bool& usable)
{
    std::vector<Value> branches;
    usable = true;
    for (Value branch : node.find("oneOf")->items()) {
        usable = usable && m_folder.fold(branch) && branch.find("oneOf") == nullptr &&
                 m_folder.kinds(branch).is_only("object") && has_properties(branch);
        branches.push_back(std::move(branch));
    }
    return branches;
}

Value SettingsForm::choice(const Value& node, bool secret)
{
    const SchemaFolder::Level level(m_folder);
    bool usable = true;
    const std::vector<Value> branches = options(node, usable);
    const std::string discriminator = usable ? discriminator_of(branches) : std::string();
    if (discriminator.empty())
        return {};
    const Found before = found();
    std::vector<Value> shown;
    shown.reserve(branches.size());
    for (const Value& branch : branches)
        shown.push_back(option(branch, discriminator, secret));
    // The same name may be a plain text in one alternative and JSON in another: which it is
    // could not be told from the path.
    if (m_spec.json_settings.size() > before.json_settings) {
        forget_since(before);
        return {};
    }
    Value out = Value::object();
    out.set("type", Value::string("object"));
    out.set("oneOf", Value::array(std::move(shown)));
    return out;
}

Value SettingsForm::option(const Value& branch, const std::string& discriminator, bool secret)
{
    Value plain = branch;
    Value& property = *plain.find("properties")->find(discriminator);
    const std::string constant = constant_of(property);
    for (const std::string_view keyword : {"enum", "default", "examples"})
        property.erase(keyword);
    property.set("type", Value::string("string"));
    property.set("const", Value::string(constant));
    Value out = Value::object();
    out.set("type", Value::string("object"));
    const Value* title = branch.find("title");
    out.set("title",
            Value::string(title && title->is_string() ? title->as_string() : title_of(constant)));
    if (const Value* description = branch.find("description");
        description && description->is_string())
        out.set("description", mended(*description));
    add_properties(plain, secret, out);
    return out;
}

Value SettingsForm::json_text(const Value& node, const Kinds& kinds)
{
    const bool or_text = kinds.has("string") || kinds.names.empty();
    m_spec.json_settings.push_back({m_path, or_text});
    note("is a text that holds JSON in the form, since Airbyte's forms cannot show it");
    Value out = Value::object();
    out.set("type", Value::string("string"));
    out.set("multiline", Value::boolean(true));
    const auto text_of = [&](const Value& value) {
        const Value clean = mended(value);
        return or_text && clean.is_string() ? clean : Value::string(clean.text());
    };
    if (const Value* value = node.find("default"); value && !value->is_null())
        out.set("default", text_of(*value));
    if (const Value* examples = node.find("examples"); examples && !examples->items().empty()) {
        std::vector<Value> texts;
        std::transform(examples->items().begin(), examples->items().end(),
                       std::back_inserter(texts), text_of);
        out.set("examples", Value::array(std::move(texts)));
    }
    return out;
}

Value SettingsForm::described(const Value& node, const Kinds& kinds, bool is_json) const
{
    Value out = Value::object();
    out.set("type", Value());
    const auto text_at = [&](std::string_view key) {
        const Value* value = node.find(key);
        return value != nullptr ? std::string(text::trim(value->as_string())) : std::string();
    };
    const bool is_item = !m_path.empty() && m_path.back() == k_every_item;
    std::string title = text_at("title");
    if (title.empty() && !is_item)
        title = title_of(name());
    if (!title.empty())
        out.set("title", Value::string(title));
    std::string description = text_at("description");
    if (is_json)
        description += (description.empty() ? "" : " ") + json_words(kinds);
    if (!description.empty())
        out.set("description", Value::string(description));
    return out;
}

void SettingsForm::mark_secret(Value& setting)
{
    const std::string type = setting.find("type")->as_string();
    if (setting.find("const") != nullptr ||
        (type != "string" && type != "integer" && type != "number"))
        return;
    setting.set("airbyte_secret", Value::boolean(true));
    auto& paths = m_spec.secret_paths;
    if (std::find(paths.begin(), paths.end(), m_path) == paths.end())
        paths.push_back(m_path);
}

void SettingsForm::note(const std::string& words)
{
    m_spec.notes.push_back("Setting \"" + text::join(m_path, ".") + "\" " + words + ".");
}

const std::string& SettingsForm::name() const
{
    static const std::string none;
    const auto named = std::find_if(m_path.rbegin(), m_path.rend(),
                                    [](const std::string& step) { return step != k_every_item; });
    return named != m_path.rend() ? *named : none;
}

} // namespace tapbridge::translate
