#include "translate/spec.h"

#include "airbyte/error.h"
#include "airbyte/secret_name.h"
#include "translate/spec_scalar.h"
#include "translate/spec_settings.h"
#include "translate/spec_values.h"
#include "util/text.h"

#include <algorithm>
#include <cctype>

namespace tapbridge::translate {

using json::Value;

namespace {

// The platform reads it with java.net.URI, which refuses more than browsers do.
bool is_web_address(std::string_view text)
{
    const std::size_t scheme = text.starts_with("https://")  ? 8
                               : text.starts_with("http://") ? 7
                                                             : 0;
    const auto allowed = [](unsigned char c) {
        return c < 0x80 && (std::isalnum(c) != 0 ||
                            std::string_view("-._~:/?#@!$&'()*+,;=").find(static_cast<char>(c)) !=
                                std::string_view::npos);
    };
    return scheme != 0 && text.size() > scheme &&
           std::isalnum(static_cast<unsigned char>(text[scheme])) != 0 &&
           std::count(text.begin(), text.end(), '#') <= 1 &&
           std::all_of(text.begin(), text.end(), allowed);
}

std::string homepage(const Value& about)
{
    for (const std::string_view key :
         {"documentation_url", "homepage", "home_page", "repository", "url"}) {
        const Value* value = about.find(key);
        if (value != nullptr && is_web_address(value->as_string()))
            return value->as_string();
    }
    return std::string(k_documentation_url);
}

Value empty_form(const std::string& title, const std::string& description)
{
    Value form = Value::object();
    form.set("$schema", Value::string("http://json-schema.org/draft-07/schema#"));
    if (!title.empty())
        form.set("title", Value::string(title));
    if (!description.empty())
        form.set("description", Value::string(description));
    form.set("type", Value::string("object"));
    // Also so that settings of the tap which the form does not show can be given.
    form.set("additionalProperties", Value::boolean(true));
    form.set("properties", Value::object());
    return form;
}

Value specification(std::string_view documentation_url, Value form)
{
    Value result = Value::object();
    result.set("documentationUrl", Value::string(documentation_url));
    result.set("supportsIncremental", Value::boolean(true));
    result.set("connectionSpecification", std::move(form));
    return result;
}

std::string text_of(const Value& about, std::string_view key)
{
    const Value* value = about.find(key);
    return value != nullptr ? std::string(text::trim(value->as_string())) : std::string();
}

Value missing_setting(const std::string& key, std::size_t order)
{
    std::string description = "The tap asks for this setting. It does not say of what type it is.";
    if (key.ends_with("_date") || key.ends_with("_at"))
        description += " Most taps want a date and time such as 2024-01-31T00:00:00Z here.";
    Value setting = Value::object();
    setting.set("type", Value::string("string"));
    setting.set("title", Value::string(title_of(key)));
    setting.set("description", Value::string(description));
    if (airbyte::looks_secret(key))
        setting.set("airbyte_secret", Value::boolean(true));
    setting.set("order", Value::number(static_cast<std::int64_t>(order)));
    return setting;
}

} // namespace

Spec spec_from_about(std::string_view about_output)
{
    const std::optional<Value> about = json::find_object(about_output, "settings");
    const Value* settings = about ? about->find("settings") : nullptr;
    if (settings == nullptr || !settings->is_object())
        airbyte::throw_system_error("The tap's --about says nothing of its settings.",
                                    text::shorten(text::to_utf8(about_output), 1000));
    Spec spec;
    Value form = empty_form(text_of(*about, "name"), text_of(*about, "description"));
    SettingsForm(*settings, spec).fill(form);
    spec.specification = specification(homepage(*about), std::move(form));
    return spec;
}

Spec spec_from_missing_keys(const std::string& tap_name, const std::vector<std::string>& keys)
{
    const std::string more = " in the configuration's JSON, under their own names.";
    const std::string description =
        keys.empty()
            ? tap_name + " does not say which settings it takes. All that it needs can be given" +
                  more
            : "These are the settings that " + tap_name +
                  " refuses to start without. Further settings of the tap can be added" + more;
    Spec spec;
    Value form = empty_form(tap_name, description);
    Value properties = Value::object();
    std::vector<Value> required;
    for (const std::string& key : keys) {
        if (properties.find(key) != nullptr)
            continue;
        properties.set(key, missing_setting(key, required.size()));
        required.push_back(Value::string(key));
        if (airbyte::looks_secret(key))
            spec.secret_paths.push_back({key});
    }
    form.set("properties", std::move(properties));
    if (!required.empty())
        form.set("required", Value::array(std::move(required)));
    spec.specification = specification(k_documentation_url, std::move(form));
    return spec;
}

} // namespace tapbridge::translate
