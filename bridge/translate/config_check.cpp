#include "translate/config_check.h"

#include "translate/config_rule.h"
#include "translate/spec.h"
#include "translate/spec_values.h"
#include "util/text.h"

#include <algorithm>
#include <cstddef>
#include <iterator>
#include <optional>
#include <utility>

namespace tapbridge::translate {

using json::Kind;
using json::Member;
using json::Value;

namespace {

// Nobody reads on after these.
constexpr std::size_t k_most_problems = 20;

using Alternatives = std::vector<const Value*>;
using Constants = std::vector<std::pair<std::string, Value>>;

const Value* property_of(const Value& node, std::string_view name)
{
    const Value* const properties = node.find("properties");
    return properties != nullptr ? properties->find(name) : nullptr;
}

const Value* given_at(const Value& object, std::string_view name)
{
    const Value* const value = object.find(name);
    return value != nullptr && !value->is_null() ? value : nullptr;
}

const std::vector<Member>& properties_of(const Value& node)
{
    static const Value none;
    const Value* const properties = node.find("properties");
    return (properties != nullptr ? *properties : none).members();
}

Alternatives alternatives_of(const Value& node, std::string_view keyword)
{
    Alternatives result;
    if (const Value* const list = node.find(keyword)) {
        for (const Value& item : list->items())
            result.push_back(&item);
    }
    return result;
}

std::string title_of_node(const Value& node)
{
    const Value* const title = node.find("title");
    return title != nullptr ? std::string(text::trim(title->as_string())) : std::string();
}

// The settings by which an alternative is known.
Constants constants_of(const Value& alternative)
{
    Constants constants;
    for (const Member& member : properties_of(alternative)) {
        const Value* const constant = member.value.find("const");
        const Value* const choices = member.value.find("enum");
        if (constant != nullptr)
            constants.emplace_back(member.name, *constant);
        else if (choices != nullptr && choices->items().size() == 1)
            constants.emplace_back(member.name, choices->items().front());
    }
    return constants;
}

// How a user tells an alternative: "OAuth (auth_type: oauth2.0)".
std::string alternative_words(const Value& alternative)
{
    std::vector<std::string> words;
    for (const auto& [name, constant] : constants_of(alternative))
        words.push_back(name + ": " + listed({constant}));
    std::string title = title_of_node(alternative);
    if (!words.empty())
        return title.empty() ? text::join(words, " and ")
                             : title + " (" + text::join(words, ", ") + ")";
    if (!title.empty())
        return title;
    if (const Value* required = alternative.find("required")) {
        for (const Value& name : required->items())
            words.push_back(name.as_string());
    }
    const std::string types = declared_types({&alternative});
    return !words.empty() ? "one with " + text::join(words, " and ")
                          : (types.empty() ? "another" : types);
}

std::string all_words(const Alternatives& alternatives)
{
    std::vector<std::string> words;
    for (const Value* alternative : alternatives)
        words.push_back(alternative_words(*alternative));
    return text::join(words, "; ");
}

std::string type_complaint(const Alternatives& settings)
{
    const std::string types = declared_types(settings);
    return types.empty() ? "has to be left out" : "has to be " + types; // it can only be null
}

bool declares(const Value& node, std::string_view name)
{
    if (property_of(node, name) != nullptr)
        return true;
    for (const std::string_view keyword : {"oneOf", "anyOf"}) {
        const Alternatives alternatives = alternatives_of(node, keyword);
        if (std::any_of(alternatives.begin(), alternatives.end(),
                        [&](const Value* one) { return declares(*one, name); }))
            return true;
    }
    return false;
}

class ConfigCheck {
public:
    explicit ConfigCheck(const std::vector<std::vector<std::string>>& accepts_json)
        : m_accepts_json(accepts_json)
    {}

    // `outer`: what `node` is an alternative of, or null.
    void check(const Value& value, const Value& node, const std::string& title, const Value* outer);
    std::vector<std::string> take_problems() { return std::move(m_problems); }

private:
    struct Choice; // which alternatives a value may mean

    void check_members(const Value& value, const Value& node, const Value* outer);
    void check_required(const Value& value, const Value& node, const Value* outer);
    void check_unknown(const Value& value, const Value& node, const Value* outer);
    void check_items(const Value& value, const Value& node, const std::string& title);
    void check_choice(const Value& value, const Value& node, const Alternatives& alternatives,
                      const std::string& title);
    std::vector<std::string> problems_with(const Value& value, const Value& alternative,
                                           const std::string& title, const Value& outer);
    void complain(const std::string& title, const std::string& what);

    template <class Action>
    void at(const std::string& name, const Action& action);
    bool takes_json() const;

    const std::vector<std::vector<std::string>>& m_accepts_json;
    std::vector<std::string> m_path; // as in Spec::secret_paths
    std::string m_shown;             // as a user reads it: "servers[0].host"
    std::vector<std::string> m_problems;
};

// The alternatives whose constants the value has, and those that it does not contradict.
struct ConfigCheck::Choice {
    Alternatives meant;
    Alternatives possible;

    Choice(const Value& value, const Alternatives& alternatives)
    {
        for (const Value* alternative : alternatives) {
            const Constants constants = constants_of(*alternative);
            const auto contradicts = [&](const auto& constant) {
                const Value* const given = given_at(value, constant.first);
                return given != nullptr && !same_value(*given, constant.second);
            };
            if (std::any_of(constants.begin(), constants.end(), contradicts))
                continue;
            possible.push_back(alternative);
            if (std::any_of(constants.begin(), constants.end(), [&](const auto& constant) {
                    return given_at(value, constant.first) != nullptr;
                }))
                meant.push_back(alternative);
        }
    }
};

template <class Action>
void ConfigCheck::at(const std::string& name, const Action& action)
{
    const std::size_t length = m_shown.size();
    m_shown += (m_shown.empty() ? "" : ".") + name;
    m_path.push_back(name);
    action();
    m_path.pop_back();
    m_shown.resize(length);
}

bool ConfigCheck::takes_json() const
{
    return std::find(m_accepts_json.begin(), m_accepts_json.end(), m_path) != m_accepts_json.end();
}

void ConfigCheck::complain(const std::string& title, const std::string& what)
{
    std::string name = "The configuration";
    if (!m_shown.empty())
        name = title.empty() || title == m_shown ? text::quoted(m_shown)
                                                 : text::quoted(title) + " (" + m_shown + ")";
    m_problems.push_back(name + " " + what + ".");
}

void ConfigCheck::check(const Value& value, const Value& node, const std::string& title,
                        const Value* outer)
{
    if (m_problems.size() >= k_most_problems || takes_json())
        return;
    if (!has_declared_type(value, node)) {
        complain(title, type_complaint({&node}));
        return;
    }
    if (const std::string broken = broken_rule(value, node); !broken.empty()) {
        complain(title, broken);
        return;
    }
    if (value.is_object())
        check_members(value, node, outer);
    if (value.is_array())
        check_items(value, node, title);
    for (const std::string_view keyword : {"oneOf", "anyOf"}) {
        const Alternatives alternatives = alternatives_of(node, keyword);
        if (!alternatives.empty())
            check_choice(value, node, alternatives, title);
    }
}

void ConfigCheck::check_members(const Value& value, const Value& node, const Value* outer)
{
    check_required(value, node, outer);
    for (const Member& member : properties_of(node)) {
        const Value* const given = given_at(value, member.name);
        if (given == nullptr || property_of(node, member.name) != &member.value)
            continue; // of a name that stands twice the last one counts
        at(member.name, [&] { check(*given, member.value, title_of_node(member.value), nullptr); });
    }
    check_unknown(value, node, outer);
}

void ConfigCheck::check_required(const Value& value, const Value& node, const Value* outer)
{
    const Value* const required = node.find("required");
    if (required == nullptr)
        return;
    std::vector<std::string> undeclared; // one of them may be a misspelt name
    for (const Member& member : value.members()) {
        const auto is_it = [&](const Value& name) { return name.as_string() == member.name; };
        const auto& names = required->items();
        if (!member.value.is_null() && std::none_of(names.begin(), names.end(), is_it) &&
            !declares(node, member.name) && !(outer && declares(*outer, member.name)))
            undeclared.push_back(member.name);
    }
    for (const Value& item : required->items()) {
        const std::string name = item.as_string();
        const Value* property = property_of(node, name);
        if (property == nullptr && outer != nullptr)
            property = property_of(*outer, name);
        const bool has_default = property != nullptr && property->find("default") != nullptr;
        const bool is_null = value.find(name) != nullptr && property != nullptr &&
                             property->find("type") != nullptr &&
                             has_declared_type(Value(), *property);
        if (given_at(value, name) != nullptr || has_default || is_null)
            continue;
        const std::string near = text::nearest(name, undeclared);
        at(name, [&] {
            complain(property ? title_of_node(*property) : std::string(),
                     near.empty() ? "is missing"
                                  : "is missing; perhaps " + text::quoted(near) + " is meant");
        });
    }
}

void ConfigCheck::check_unknown(const Value& value, const Value& node, const Value* outer)
{
    const Value* const more = node.find("additionalProperties");
    if (more == nullptr || more->kind() != Kind::boolean || more->as_bool())
        return;
    std::vector<std::string> known;
    for (const Member& member : properties_of(node))
        known.push_back(member.name);
    for (const Member& member : value.members()) {
        // Airbyte's acceptance tests take names with an underscore in front for comments.
        if (member.name.starts_with('_') || member.value.is_null() || declares(node, member.name) ||
            (outer && declares(*outer, member.name)))
            continue;
        const std::string near = text::nearest(member.name, known);
        at(text::shorten(member.name, 100), [&] {
            complain({}, "is not known here" +
                             (near.empty() ? "" : "; perhaps " + text::quoted(near) + " is meant"));
        });
    }
}

void ConfigCheck::check_items(const Value& value, const Value& node, const std::string& title)
{
    const Value* const item = node.find("items");
    if (item == nullptr || !item->is_object())
        return;
    const std::string own = title_of_node(*item);
    const std::size_t length = m_shown.size();
    m_path.emplace_back(k_every_item);
    for (std::size_t i = 0; i < value.items().size() && m_problems.size() < k_most_problems; ++i) {
        m_shown += '[' + std::to_string(i) + ']';
        if (!value.items()[i].is_null())
            check(value.items()[i], *item, own.empty() ? title : own, nullptr);
        m_shown.resize(length);
    }
    m_path.pop_back();
}

std::vector<std::string> ConfigCheck::problems_with(const Value& value, const Value& alternative,
                                                    const std::string& title, const Value& outer)
{
    std::vector<std::string> problems;
    m_problems.swap(problems);
    check(value, alternative, title, &outer);
    m_problems.swap(problems);
    return problems;
}

void ConfigCheck::check_choice(const Value& value, const Value& node,
                               const Alternatives& alternatives, const std::string& title)
{
    Alternatives of_type;
    std::copy_if(alternatives.begin(), alternatives.end(), std::back_inserter(of_type),
                 [&](const Value* one) { return has_declared_type(value, *one); });
    if (of_type.empty()) {
        complain(title, type_complaint(alternatives));
        return;
    }
    const Choice choice(value, of_type);
    const Alternatives& candidates = choice.meant.empty() ? choice.possible : choice.meant;
    std::optional<std::vector<std::string>> least;
    for (const Value* candidate : candidates) {
        std::vector<std::string> problems = problems_with(value, *candidate, title, node);
        if (problems.empty())
            return;
        if (!least || problems.size() < least->size())
            least = std::move(problems);
    }
    // What is wrong within an alternative is of use where the user has chosen it.
    if (least && (!choice.meant.empty() || of_type.size() == 1))
        m_problems.insert(m_problems.end(), least->begin(), least->end());
    else
        complain(title, "has to be one of these: " + all_words(of_type));
}

} // namespace

std::vector<std::string>
problems_of_config(const Value& config, const Value& connection_specification,
                   const std::vector<std::vector<std::string>>& accepts_json)
{
    ConfigCheck check(accepts_json);
    check.check(config, connection_specification, {}, nullptr);
    return check.take_problems();
}

} // namespace tapbridge::translate
