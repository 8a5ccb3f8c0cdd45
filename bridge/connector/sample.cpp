#include "connector/sample.h"

#include "airbyte/secret_name.h"
#include "translate/spec_scalar.h"
#include "util/text.h"

#include <algorithm>
#include <cctype>

namespace tapbridge::connector {

using json::Kind;
using json::Value;

namespace {

// Whether the text has that shape; "0" stands for a digit.
bool has_shape(std::string_view text, std::string_view shape)
{
    return text.size() >= shape.size() &&
           std::equal(shape.begin(), shape.end(), text.begin(), [](char wanted, char c) {
               return wanted == '0' ? std::isdigit(static_cast<unsigned char>(c)) != 0
                                    : wanted == c;
           });
}

bool is_date(std::string_view text)
{
    return text.size() == 10 && has_shape(text, "0000-00-00");
}

bool is_date_time(std::string_view text)
{
    return has_shape(text, "0000-00-00T00:00:00");
}

bool is_integer(const std::string& source)
{
    return source.find_first_of(".eE") == std::string::npos;
}

// What the items of a list are, where they are all alike and single values; "" otherwise.
std::string type_of_items(const Value& list)
{
    std::string type;
    for (const Value& item : list.items()) {
        std::string of_item;
        if (item.is_string()) {
            of_item = "string";
        } else if (item.kind() == Kind::number) {
            of_item = is_integer(item.source()) && type != "number" ? "integer" : "number";
        }
        const bool is_wider = type == "integer" && of_item == "number";
        if (of_item.empty() || (!type.empty() && type != of_item && !is_wider)) {
            return {};
        }
        type = of_item;
    }
    return list.items().empty() ? "string" : type;
}

// Airbyte's forms know no object without properties and no list of mixed items.
bool can_be_shown(const Value& value, int depth = 0)
{
    if (value.is_array()) {
        return !type_of_items(value).empty();
    }
    if (!value.is_object()) {
        return true;
    }
    return depth < 2 && !value.members().empty() &&
           std::all_of(value.members().begin(), value.members().end(),
                       [depth](const json::Member& member) {
                           return can_be_shown(member.value, depth + 1);
                       });
}

Value setting_base(const std::string& key, std::string_view type)
{
    Value setting = Value::object();
    setting.set("title", Value::string(translate::title_of(key)));
    setting.set("type", Value::string(type));
    return setting;
}

Value guess_setting(const std::string& key, const Value& value);

void add_settings(Value& form, const Value& config)
{
    Value properties = Value::object();
    for (const json::Member& member : config.members()) {
        if (properties.find(member.name) == nullptr) {
            properties.set(member.name, guess_setting(member.name, *config.find(member.name)));
        }
    }
    form.set("properties", std::move(properties));
}

Value guess_text(const std::string& key, const std::string& text)
{
    Value setting = setting_base(key, "string");
    if (airbyte::looks_secret(key)) {
        setting.set("airbyte_secret", Value::boolean(true));
    } else if (is_date(text)) {
        setting.set("format", Value::string("date"));
        setting.set("examples", Value::array({Value::string("2024-01-31")}));
    } else if (is_date_time(text)) {
        setting.set("format", Value::string("date-time"));
        setting.set("examples", Value::array({Value::string("2024-01-31T00:00:00Z")}));
    }
    return setting;
}

Value guess_json(const std::string& key)
{
    Value setting = setting_base(key, "string");
    setting.set("description", Value::string("JSON, as the tap takes it."));
    if (airbyte::looks_secret(key)) {
        setting.set("airbyte_secret", Value::boolean(true));
    }
    return setting;
}

Value guess_setting(const std::string& key, const Value& value)
{
    if (!can_be_shown(value)) {
        return guess_json(key);
    }
    switch (value.kind()) {
    case Kind::object: {
        Value setting = setting_base(key, "object");
        add_settings(setting, value);
        return setting;
    }
    case Kind::array: {
        Value items = Value::object();
        items.set("type", Value::string(type_of_items(value)));
        Value setting = setting_base(key, "array");
        setting.set("items", std::move(items));
        return setting;
    }
    case Kind::boolean:
        return setting_base(key, "boolean");
    case Kind::number: {
        Value setting = setting_base(key, is_integer(value.source()) ? "integer" : "number");
        if (airbyte::looks_secret(key)) {
            setting.set("airbyte_secret", Value::boolean(true));
        }
        return setting;
    }
    case Kind::null:
    case Kind::string:
        break;
    }
    return guess_text(key, value.as_string());
}

// What a user finds in the place of a value that only they know.
std::string placeholder(const Value& setting, const std::string& key)
{
    const Value* const title = setting.find("title");
    const std::string name = title != nullptr ? title->as_string() : std::string();
    return "<" + (name.empty() ? key : name) + ">";
}

Value sample_value(const Value& setting, const std::string& key, bool all);

Value first_of(const Value& setting, std::string_view keyword)
{
    const Value* const list = setting.find(keyword);
    return list != nullptr && !list->items().empty() ? list->items().front() : Value();
}

std::string type_of(const Value& setting)
{
    const Value* const type = setting.find("type");
    if (type == nullptr) {
        return {};
    }
    return type->is_array() && !type->items().empty() ? type->items().front().as_string()
                                                      : type->as_string();
}

Value by_type(const Value& setting, const std::string& key, bool all)
{
    const std::string type = type_of(setting);
    if (type == "object" || setting.find("properties") != nullptr) {
        return sample_config(setting, all);
    }
    if (type == "array") {
        const Value* const items = setting.find("items");
        return Value::array({items != nullptr ? sample_value(*items, key, all)
                                              : Value::string(placeholder(setting, key))});
    }
    if (type == "boolean") {
        return Value::boolean(false);
    }
    if (type == "integer" || type == "number") {
        const Value* const least = setting.find("minimum");
        return least != nullptr ? *least : Value::number(1);
    }
    const Value* const format = setting.find("format");
    const std::string shape = format != nullptr ? format->as_string() : std::string();
    if (shape == "date" || shape == "date-time") {
        return Value::string(shape == "date" ? "2024-01-31" : "2024-01-31T00:00:00Z");
    }
    return Value::string(placeholder(setting, key));
}

Value sample_value(const Value& setting, const std::string& key, bool all)
{
    for (const std::string_view keyword : {"default", "const"}) {
        if (const Value* const value = setting.find(keyword); value != nullptr) {
            return *value;
        }
    }
    for (const std::string_view keyword : {"enum", "examples"}) {
        if (Value value = first_of(setting, keyword); !value.is_null()) {
            return value;
        }
    }
    for (const std::string_view keyword : {"oneOf", "anyOf"}) {
        if (const Value choice = first_of(setting, keyword); choice.is_object()) {
            return sample_value(choice, key, all);
        }
    }
    return by_type(setting, key, all);
}

} // namespace

GuessedForm guess_form(const Value& sample, const std::vector<std::string>& required,
                       const std::string& tap)
{
    Value config = sample;
    for (const std::string& key : required) {
        if (config.find(key) == nullptr) {
            config.set(key, Value::string(""));
        }
    }
    GuessedForm guessed;
    guessed.form = Value::object();
    guessed.form.set("title", Value::string(tap));
    guessed.form.set("type", Value::string("object"));
    std::vector<Value> keys;
    keys.reserve(required.size());
    for (const std::string& key : required) {
        keys.push_back(Value::string(key));
    }
    if (!keys.empty()) {
        guessed.form.set("required", Value::array(std::move(keys)));
    }
    guessed.form.set("additionalProperties", Value::boolean(true));
    add_settings(guessed.form, config);
    for (const json::Member& member : guessed.form.find("properties")->members()) {
        if (!can_be_shown(*config.find(member.name))) {
            guessed.json_settings.push_back(member.name);
        }
    }
    return guessed;
}

Value sample_config(const Value& form, bool all)
{
    Value config = Value::object();
    const Value* const properties = form.find("properties");
    const Value* const required = form.find("required");
    if (properties == nullptr) {
        return config;
    }
    for (const json::Member& member : properties->members()) {
        const bool is_required =
            required != nullptr &&
            std::any_of(required->items().begin(), required->items().end(),
                        [&](const Value& key) { return key.as_string() == member.name; });
        const bool is_constant = member.value.find("const") != nullptr;
        if (all || is_required || is_constant) {
            config.set(member.name, sample_value(member.value, member.name, all));
        }
    }
    return config;
}

Value configured_catalog(const std::vector<translate::Stream>& streams)
{
    std::vector<Value> entries;
    const Value offered = translate::to_airbyte(streams);
    for (const Value& stream : offered.items()) {
        const Value* const cursor = stream.find("default_cursor_field");
        const Value* const own = stream.find("source_defined_cursor");
        const Value* const key = stream.find("source_defined_primary_key");
        const bool has_cursor = cursor != nullptr && !cursor->items().empty();
        Value entry = Value::object();
        entry.set("stream", stream);
        entry.set("sync_mode",
                  Value::string(has_cursor || (own != nullptr && own->as_bool()) ? "incremental"
                                                                                 : "full_refresh"));
        entry.set("destination_sync_mode", Value::string("append"));
        if (has_cursor) {
            entry.set("cursor_field", *cursor);
        }
        if (key != nullptr) {
            entry.set("primary_key", *key);
        }
        entries.push_back(std::move(entry));
    }
    Value catalog = Value::object();
    catalog.set("streams", Value::array(std::move(entries)));
    return catalog;
}

} // namespace tapbridge::connector
