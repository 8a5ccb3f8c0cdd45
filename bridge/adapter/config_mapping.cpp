#include "adapter/config_mapping.h"

#include "airbyte/error.h"
#include "airbyte/input_error.h"
#include "airbyte/letters.h"
#include "airbyte/secret_name.h"
#include "airbyte/secret_text.h"
#include "translate/spec_values.h"
#include "util/json/member_index.h"
#include "util/text.h"

#include <algorithm>
#include <span>
#include <vector>

namespace tapbridge::adapter {

using json::Kind;
using json::Member;
using json::Value;

namespace {

constexpr std::string_view k_remedy = "Mend the file or write it anew.";

// A place where a path of the spec leads, seen from where we stand.
struct Place {
    std::span<const std::string> path;
    bool or_text = false; // of a JSON setting
};
using Places = std::vector<Place>;

Places json_places(const translate::Spec* spec)
{
    Places places;
    if (spec != nullptr) {
        for (const translate::JsonSetting& setting : spec->json_settings)
            places.push_back({setting.path, setting.or_text});
    }
    return places;
}

Places secret_places(const translate::Spec* spec)
{
    Places places;
    if (spec != nullptr) {
        for (const std::vector<std::string>& path : spec->secret_paths)
            places.push_back({path});
    }
    return places;
}

// Those that lead on through `step`, seen from there.
Places below(const Places& places, std::string_view step)
{
    Places result;
    for (const Place& place : places) {
        if (!place.path.empty() && place.path.front() == step)
            result.push_back({place.path.subspan(1), place.or_text});
    }
    return result;
}

const Place* place_here(const Places& places)
{
    const auto here = std::find_if(places.begin(), places.end(),
                                   [](const Place& place) { return place.path.empty(); });
    return here != places.end() ? &*here : nullptr;
}

bool is_list_or_object(const Value& value)
{
    return value.is_array() || value.is_object();
}

// A JSON setting on its way to the tap. Blank: the user left the field empty.
class ToTap {
public:
    explicit ToTap(const std::string& path) : m_path(path) {}

    void convert(Value& value, const Places& places)
    {
        if (places.empty())
            return;
        if (value.is_array()) {
            const Places of_items = below(places, translate::k_every_item);
            m_names.emplace_back(translate::k_every_item);
            for (Value& item : value.items())
                convert(item, of_items);
            m_names.pop_back();
        } else if (value.is_object()) {
            convert_members(value, places);
        }
    }

private:
    void convert_members(Value& object, const Places& places)
    {
        std::vector<std::string> blank;
        for (Member& member : object.members()) {
            const Places further = below(places, member.name);
            const Place* json_setting = place_here(further);
            m_names.push_back(member.name);
            if (json_setting == nullptr || !member.value.is_string())
                convert(member.value, further);
            else if (text::trim(member.value.as_string()).empty() && !json_setting->or_text)
                blank.push_back(member.name);
            else
                parse_setting(member.value, json_setting->or_text);
            m_names.pop_back();
        }
        for (const std::string& name : blank)
            object.erase(name);
    }

    void parse_setting(Value& value, bool or_text) const
    {
        json::ParseError error;
        std::optional<Value> parsed = json::parse(value.as_string(), &error, {.strict = true});
        if (parsed && (!or_text || is_list_or_object(*parsed)))
            value = std::move(*parsed);
        else if (!parsed && !or_text)
            complain(error);
    }

    // Without the text itself: it may hold a secret.
    [[noreturn]] void complain(const json::ParseError& error) const
    {
        const std::string where =
            "line " + std::to_string(error.line) + ", column " + std::to_string(error.column);
        airbyte::throw_config_error("Config file " + m_path + ": the setting \"" +
                                    text::join(m_names, ".") + "\" has to be JSON, but its text " +
                                    std::string(json::describe(error.kind)) + " (" + where +
                                    " of the text). Correct the setting.");
    }

    const std::string& m_path;
    std::vector<std::string> m_names;
};

// What the tap has in a place where the user has nothing to compare with.
Value for_user(const Value& tap, const Places& places)
{
    if (const Place* json_setting = place_here(places)) {
        const bool stays = json_setting->or_text && !is_list_or_object(tap);
        return stays ? tap : Value::string(tap.text());
    }
    if (places.empty() || !is_list_or_object(tap))
        return tap;
    Value result = tap;
    const Places of_items = below(places, translate::k_every_item);
    for (Value& item : result.items())
        item = for_user(item, of_items);
    for (Member& member : result.members())
        member.value = for_user(member.value, below(places, member.name));
    return result;
}

Value from_tap(const Value& tap, const Value& given, const Value& user, const Places& places);

Value object_from_tap(const Value& tap, const Value& given, const Value& user, const Places& places)
{
    Value result = user;
    const json::MemberIndex of_tap(tap);
    const json::MemberIndex of_given(given);
    const json::MemberIndex of_user(user);
    for (const Member& member : tap.members()) {
        if (!of_tap.is_last(member))
            continue;
        const Value* before = of_given.find(member.name);
        const std::optional<std::size_t> own = of_user.position(member.name);
        const Places further = below(places, member.name);
        if (!own)
            result.members().push_back({member.name, {}, for_user(member.value, further)});
        else
            result.members()[*own].value =
                before != nullptr
                    ? from_tap(member.value, *before, user.members()[*own].value, further)
                    : for_user(member.value, further);
    }
    // Of an item of a list: elsewhere completed() has left nothing out.
    std::erase_if(result.members(), [&](const Member& member) {
        return of_given.find(member.name) != nullptr && of_tap.find(member.name) == nullptr;
    });
    return result;
}

Value from_tap(const Value& tap, const Value& given, const Value& user, const Places& places)
{
    // Taps rewrite the whole file, and many spell numbers and texts in their own way (1.10 as 1.1).
    if (translate::same_value(tap, given))
        return user;
    if (place_here(places) != nullptr)
        return for_user(tap, places);
    if (tap.is_object() && given.is_object() && user.is_object())
        return object_from_tap(tap, given, user, places);
    const std::size_t size = tap.items().size();
    if (tap.is_array() && given.items().size() == size && user.items().size() == size) {
        const Places of_items = below(places, translate::k_every_item);
        std::vector<Value> items;
        for (std::size_t i = 0; i < size; ++i)
            items.push_back(from_tap(tap.items()[i], given.items()[i], user.items()[i], of_items));
        return Value::array(std::move(items));
    }
    return for_user(tap, places);
}

// A key file or a list of tables is often given as a text that holds JSON; the tap shows its parts.
std::optional<Value> value_within(const Value& text)
{
    std::optional<Value> inner = json::parse(text.as_string());
    return inner && is_list_or_object(*inner) ? inner : std::nullopt;
}

// "oauth2", "basic"
bool is_plain_word(std::string_view text)
{
    if (!text.empty() && airbyte::is_digit(text.back()))
        text.remove_suffix(1);
    return std::all_of(text.begin(), text.end(),
                       [](char c) { return airbyte::is_lower(c) || c == '_'; });
}

enum class Secrecy {
    open,    // the name says that it is no secret
    unknown, // what is secret within its texts
    group,   // stands among secrets: what looks generated
    whole
};

class Collector {
public:
    explicit Collector(airbyte::Redactor& redactor) : m_redactor(redactor) {}

    void collect(const Value& value, const Places& places, Secrecy secrecy)
    {
        if (secrecy == Secrecy::whole && value.kind() == Kind::number)
            m_redactor.add(value.source());
        if (value.is_string())
            collect_text(value, secrecy);
        const Places of_items = below(places, translate::k_every_item);
        for (const Value& item : value.items())
            collect(item, of_items, place_here(of_items) != nullptr ? Secrecy::whole : secrecy);
        const bool pair = airbyte::names_a_secret(value);
        for (const Member& member : value.members()) {
            const Places further = below(places, member.name);
            const bool secret = place_here(further) != nullptr ||
                                airbyte::looks_secret(member.name) ||
                                airbyte::is_id_of_key(member.name, value) ||
                                (pair && text::lower(member.name) == "value");
            const Secrecy other = airbyte::looks_public(member.name) ? Secrecy::open : secrecy;
            collect(member.value, further, secret ? of_secret(member) : other);
        }
    }

private:
    static Secrecy of_secret(const Member& member)
    {
        if (!airbyte::names_a_group(member.name))
            return Secrecy::whole;
        if (is_list_or_object(member.value) || value_within(member.value))
            return Secrecy::group;
        const bool is_method =
            airbyte::names_a_method(member.name) && is_plain_word(member.value.as_string());
        return is_method ? Secrecy::open : Secrecy::whole;
    }

    void collect_text(const Value& value, Secrecy secrecy)
    {
        const std::string& text = value.as_string();
        if (secrecy == Secrecy::whole ||
            (secrecy == Secrecy::group && airbyte::looks_generated(text)))
            m_redactor.add(text);
        add_all(airbyte::secrets_within(text));
        if (secrecy != Secrecy::open)
            add_all(airbyte::secrets_of_header(text, secrecy == Secrecy::whole));
        if (const std::optional<Value> inner = value_within(value))
            collect(*inner, {}, secrecy);
    }

    void add_all(const std::vector<std::string>& secrets)
    {
        for (const std::string& secret : secrets)
            m_redactor.add(secret);
    }

    airbyte::Redactor& m_redactor;
};

} // namespace

Value read_config(std::string_view text, const std::string& path)
{
    const airbyte::InputFile file{"Config file", path, k_remedy};
    Value config = airbyte::parse_input(text, file, {.strict = true});
    if (!config.is_object())
        airbyte::throw_bad_input(file, "it holds " +
                                           std::string(airbyte::kind_name(config.kind())) +
                                           " where an object with the tap's settings belongs");
    return config;
}

Value config_for_tap(const Value& user_config, const translate::Spec* spec, const std::string& path)
{
    Value config = user_config;
    ToTap(path).convert(config, json_places(spec));
    return config;
}

Value completed(const Value& tap_config, const Value& given_to_tap)
{
    if (!tap_config.is_object() || !given_to_tap.is_object())
        return tap_config;
    const json::MemberIndex of_given(given_to_tap);
    Value result = tap_config;
    const json::MemberIndex of_tap(tap_config);
    for (const Member& member : given_to_tap.members()) {
        if (!of_given.is_last(member))
            continue;
        if (const std::optional<std::size_t> at = of_tap.position(member.name))
            result.members()[*at].value = completed(tap_config.members()[*at].value, member.value);
        else
            result.members().push_back(member);
    }
    return result;
}

Value config_from_tap(const Value& tap_config, const Value& given_to_tap, const Value& user_config,
                      const translate::Spec* spec)
{
    if (!tap_config.is_object() || !given_to_tap.is_object() || !user_config.is_object())
        return user_config;
    return from_tap(completed(tap_config, given_to_tap), given_to_tap, user_config,
                    json_places(spec));
}

void collect_secrets(const Value& config, const translate::Spec* spec, airbyte::Redactor& redactor)
{
    Collector(redactor).collect(config, secret_places(spec), Secrecy::unknown);
}

} // namespace tapbridge::adapter
