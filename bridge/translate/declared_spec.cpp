#include "airbyte/error.h"
#include "airbyte/input_error.h"
#include "translate/secret_setting.h"
#include "translate/spec.h"
#include "translate/spec_values.h"
#include "util/text.h"

#include <algorithm>
#include <array>
#include <utility>

namespace tapbridge::translate {

using json::Member;
using json::Value;

namespace {

constexpr std::string_view k_schema = "http://json-schema.org/draft-07/schema#";

// What Airbyte's acceptance tests forbid in specifications, since its forms do not show it.
constexpr std::array<std::string_view, 13> k_not_shown = {
    "$ref", "not",   "anyOf",       "patternProperties", "prefixItems",      "allOf", "if", "then",
    "else", "$defs", "definitions", "dependentSchemas",  "dependentRequired"};

// Marks what looks secret, and finds what is marked.
class SecretMarker {
public:
    explicit SecretMarker(Spec& spec) : m_spec(spec) {}

    void visit(Value& node);

private:
    void visit_at(const std::string& step, Value& node);
    void mark(Value& node);
    void note_what_is_not_shown(const Value& node);

    Spec& m_spec;
    std::vector<std::string> m_path;
};

bool is_storable(const Value& node)
{
    const Value* const type = node.find("type");
    const auto is_plain = [](const Value& name) {
        const std::string text = name.as_string();
        return text == "string" || text == "integer" || text == "number";
    };
    return type != nullptr && node.find("const") == nullptr &&
           (is_plain(*type) || std::any_of(type->items().begin(), type->items().end(), is_plain));
}

void SecretMarker::mark(Value& node)
{
    const Value* const given = node.find("airbyte_secret");
    if (given == nullptr && is_storable(node) && stands_at_secret_place(m_path))
        node.set("airbyte_secret", Value::boolean(true));
    const Value* const secret = node.find("airbyte_secret");
    auto& paths = m_spec.secret_paths;
    if (secret != nullptr && secret->as_bool() && !m_path.empty() &&
        std::find(paths.begin(), paths.end(), m_path) == paths.end())
        paths.push_back(m_path);
}

void SecretMarker::note_what_is_not_shown(const Value& node)
{
    for (const std::string_view keyword : k_not_shown) {
        if (node.find(keyword) == nullptr)
            continue;
        std::string note = m_path.empty() ? std::string("The spec")
                                          : "Setting " + text::quoted(text::join(m_path, "."));
        note += " uses \"";
        note.append(keyword).append("\", which Airbyte's forms do not show.");
        if (std::find(m_spec.notes.begin(), m_spec.notes.end(), note) == m_spec.notes.end())
            m_spec.notes.push_back(std::move(note));
    }
}

void SecretMarker::visit_at(const std::string& step, Value& node)
{
    m_path.push_back(step);
    visit(node);
    m_path.pop_back();
}

void SecretMarker::visit(Value& node)
{
    if (!node.is_object())
        return;
    note_what_is_not_shown(node);
    mark(node);
    if (Value* const properties = node.find("properties")) {
        for (Member& member : properties->members())
            visit_at(member.name, member.value);
    }
    if (Value* const items = node.find("items")) {
        visit_at(std::string(k_every_item), *items);
        for (Value& item : items->items())
            visit_at(std::string(k_every_item), item);
    }
    for (const std::string_view keyword : {"oneOf", "anyOf", "allOf"}) {
        if (Value* const alternatives = node.find(keyword)) {
            for (Value& alternative : alternatives->items())
                visit(alternative);
        }
    }
    for (const std::string_view keyword : {"if", "then", "else"}) {
        if (Value* const part = node.find(keyword))
            visit(*part);
    }
}

[[noreturn]] void refuse(const std::string& complaint)
{
    airbyte::throw_config_error(
        "The spec " + complaint +
        ". Write a connectionSpecification: a JSON schema of type object whose properties are "
        "the connector's settings.");
}

void expect(const Value& value, json::Kind kind, const std::string& what)
{
    if (value.kind() == kind)
        return;
    std::string complaint = "is wrong: " + what + " is ";
    complaint.append(airbyte::kind_name(value.kind())).append(", not ");
    refuse(complaint.append(airbyte::kind_name(kind)));
}

void check_form(const Value& form)
{
    expect(form, json::Kind::object, "connectionSpecification");
    if (const Value* type = form.find("type"); type != nullptr && type->as_string() != "object")
        refuse("is wrong: its type is not object");
    if (const Value* properties = form.find("properties")) {
        expect(*properties, json::Kind::object, "properties");
        for (const Member& member : properties->members())
            expect(member.value, json::Kind::object, "setting " + text::quoted(member.name));
    } else if (form.find("type") == nullptr && !form.members().empty()) {
        refuse("has neither type nor properties");
    }
}

// What is missing stands before what is given.
Value completed(const Value& form, const std::string& name)
{
    Value result = Value::object();
    if (form.find("$schema") == nullptr)
        result.set("$schema", Value::string(k_schema));
    if (form.find("title") == nullptr && !name.empty())
        result.set("title", Value::string(name));
    if (form.find("type") == nullptr)
        result.set("type", Value::string("object"));
    for (const Member& member : form.members())
        result.set(member.name, member.value);
    if (form.find("properties") == nullptr)
        result.set("properties", Value::object());
    return result;
}

} // namespace

Spec declared_spec(const Value& given, const std::string& name,
                   const std::string& documentation_url)
{
    if (!given.is_object())
        refuse("is " + std::string(airbyte::kind_name(given.kind())) + ", not an object");
    const Value clean = mended(given);
    const Value* const inner = clean.find("connectionSpecification");
    const Value& form = inner != nullptr ? *inner : clean;
    check_form(form);

    Spec spec;
    Value shown = completed(form, name);
    SecretMarker(spec).visit(shown);
    Value whole = inner != nullptr ? clean : Value::object();
    if (const Value* url = whole.find("documentationUrl"))
        expect(*url, json::Kind::string, "documentationUrl");
    else
        whole.set("documentationUrl",
                  Value::string(documentation_url.empty() ? k_documentation_url
                                                          : std::string_view(documentation_url)));
    if (whole.find("supportsIncremental") == nullptr)
        whole.set("supportsIncremental", Value::boolean(true));
    whole.set("connectionSpecification", std::move(shown));
    spec.specification = std::move(whole);
    return spec;
}

} // namespace tapbridge::translate
