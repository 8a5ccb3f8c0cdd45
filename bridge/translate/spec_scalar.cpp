#include "translate/spec_scalar.h"

#include "translate/spec_values.h"
#include "util/text.h"

#include <algorithm>
#include <array>
#include <iterator>
#include <vector>

namespace tapbridge::translate {

using json::Value;

namespace {

// Taps write patterns for Python; forms use JavaScript, the platform Java. What the three do not
// share is left to the tap, which checks its settings itself.
bool is_portable_pattern(const std::string& pattern)
{
    static constexpr std::array<std::string_view, 8> k_foreign = {"(?P", "(?#", "(?<", "(?(",
                                                                  "\\A", "\\Z", "\\N", "[["};
    if (std::any_of(k_foreign.begin(), k_foreign.end(),
                    [&](std::string_view part) { return text::contains(pattern, part); }))
        return false;
    for (std::size_t at = pattern.find("(?"); at != std::string::npos;
         at = pattern.find("(?", at + 2)) {
        if (at + 2 == pattern.size() ||
            std::string_view(":=!").find(pattern[at + 2]) == std::string_view::npos)
            return false;
    }
    return true;
}

void keep_text_rules(const Value& node, Value& out)
{
    const Value* format = node.find("format");
    if (format && (format->as_string() == "date" || format->as_string() == "date-time"))
        out.set("format", mended(*format));
    const Value* pattern = node.find("pattern");
    if (pattern && pattern->is_string() && is_portable_pattern(pattern->as_string()))
        out.set("pattern", mended(*pattern));
    keep_limits(node, {"minLength", "maxLength"}, out);
    if (const Value* multiline = node.find("multiline"); multiline && multiline->as_bool())
        out.set("multiline", Value::boolean(true));
}

void keep_number_rules(const Value& node, Value& out)
{
    // Draft 4 has booleans in the exclusive ones.
    for (const std::string_view name :
         {"minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum"}) {
        if (const Value* limit = node.find(name); limit && is_finite_number(*limit))
            out.set(name, *limit);
    }
}

// The declared choices; else the constants of all alternatives, as a choice is often written.
std::vector<Value> declared_choices(const Value& node)
{
    const Value* declared = node.find("enum");
    const Value* branches = node.find("oneOf");
    if (declared != nullptr || branches == nullptr)
        return declared ? declared->items() : std::vector<Value>();
    std::vector<Value> choices;
    for (const Value& branch : branches->items()) {
        const Value* constant = branch.find("const");
        if (constant == nullptr)
            return {};
        choices.push_back(*constant);
    }
    return choices;
}

// An enum that could not be kept whole would forbid values that the tap takes.
void keep_enum(const Value& node, Value& out)
{
    std::vector<Value> choices;
    for (const Value& choice : declared_choices(node)) {
        if (choice.is_null())
            continue;
        if (!fits(choice, out))
            return;
        if (std::none_of(choices.begin(), choices.end(),
                         [&](const Value& earlier) { return same_value(earlier, choice); }))
            choices.push_back(mended(choice));
    }
    if (!choices.empty())
        out.set("enum", Value::array(std::move(choices)));
}

std::string kind_words(const Kinds& kinds)
{
    std::vector<std::string> words;
    for (const std::string& name : kinds.names) {
        if (name == "object")
            words.emplace_back("an object");
        else if (name == "array")
            words.emplace_back("a list");
        else if (name == "boolean")
            words.emplace_back("true or false");
        else if (name != "string")
            words.emplace_back("a number");
    }
    words.erase(std::unique(words.begin(), words.end()), words.end());
    if (words.empty())
        return "any value";
    return text::join(words, " or ");
}

} // namespace

std::string title_of(std::string_view name)
{
    static constexpr std::array<std::string_view, 10> k_acronyms = {
        "api", "csv", "id", "ip", "json", "sql", "ssh", "ssl", "uri", "url"};
    std::string spaced;
    for (const char c : name) {
        const bool hump =
            c >= 'A' && c <= 'Z' && !spaced.empty() && spaced.back() >= 'a' && spaced.back() <= 'z';
        if (hump)
            spaced += ' ';
        spaced += c == '_' || c == '-' ? ' ' : c;
    }
    std::vector<std::string> words;
    for (const std::string_view part : text::split(spaced, ' ')) {
        if (part.empty())
            continue;
        if (std::find(k_acronyms.begin(), k_acronyms.end(), text::lower(part)) != k_acronyms.end())
            words.push_back(text::upper(part));
        else
            words.push_back(text::upper(part.substr(0, 1)).append(part.substr(1)));
    }
    return words.empty() ? std::string(name) : text::join(words, " ");
}

std::string json_words(const Kinds& kinds)
{
    return (kinds.has("string") || kinds.names.empty() ? "A text, or JSON: " : "JSON: ") +
           kind_words(kinds) + ".";
}

std::string common_scalar(const Kinds& kinds)
{
    if (kinds.has("array") || kinds.has("object"))
        return {};
    if (kinds.has("string") || kinds.names.empty())
        return "string";
    if (kinds.names.size() == 1)
        return kinds.names.front();
    return kinds.has("boolean") ? std::string() : "number";
}

Value scalar_form(const Value& node, const std::string& type)
{
    Value out = Value::object();
    out.set("type", Value::string(type));
    if (type == "string")
        keep_text_rules(node, out);
    else if (type != "boolean")
        keep_number_rules(node, out);
    if (type != "boolean")
        keep_enum(node, out);
    if (const Value* constant = node.find("const");
        constant && fits(*constant, out) && !constant->as_string().empty())
        out.set("const", mended(*constant));
    keep_values(node, out);
    return out;
}

void keep_limits(const Value& node, std::initializer_list<std::string_view> names, Value& out)
{
    for (const std::string_view name : names) {
        const Value* limit = node.find(name);
        if (limit && limit->as_integer().value_or(-1) >= 0)
            out.set(name, *limit);
    }
}

void keep_values(const Value& node, Value& out)
{
    if (const Value* value = node.find("default"); value && fits(*value, out))
        out.set("default", mended(*value));
    std::vector<Value> examples;
    if (const Value* declared = node.find("examples")) {
        std::copy_if(declared->items().begin(), declared->items().end(),
                     std::back_inserter(examples),
                     [&](const Value& example) { return fits(example, out); });
    }
    if (!examples.empty())
        out.set("examples", mended(Value::array(std::move(examples))));
}

} // namespace tapbridge::translate
