#include "translate/spec_fold.h"

#include "airbyte/secret_name.h"
#include "translate/spec_values.h"
#include "util/text.h"

#include <algorithm>
#include <array>
#include <functional>
#include <iterator>
#include <utility>

namespace tapbridge::translate {

using json::Kind;
using json::Member;
using json::Value;

namespace {

constexpr std::array<std::string_view, 6> k_types = {"string",  "integer", "number",
                                                     "boolean", "array",   "object"};

void add_once(std::vector<std::string>& names, std::string_view name)
{
    if (std::find(names.begin(), names.end(), name) == names.end())
        names.emplace_back(name);
}

void merge_properties(Value& into, const Value& more)
{
    for (const Member& member : more.members()) {
        if (into.find(member.name) == nullptr)
            into.set(member.name, *more.find(member.name));
    }
}

// What `branch` says and `node` does not. `node` has the last word: a description beside a $ref
// is meant for this setting.
void merge(Value& node, const Value& branch)
{
    for (const Member& member : branch.members()) {
        Value* own = node.find(member.name);
        if (own == nullptr)
            node.set(member.name, member.value);
        else if (member.name == "properties" && own->is_object())
            merge_properties(*own, member.value);
        else if (member.name == "required" && own->is_array())
            own->items().insert(own->items().end(), member.value.items().begin(),
                                member.value.items().end());
    }
}

// The SDK has releases that write a bare "null" where {"type": "null"} belongs.
bool is_null_branch(const Value& branch)
{
    if (branch.is_null() || (branch.is_string() && branch.as_string() == "null"))
        return true;
    if (const Value* constant = branch.find("const"))
        return constant->is_null();
    const Value* type = branch.find("type");
    if (type == nullptr)
        return false;
    if (type->is_array())
        return type->items().size() == 1 && type->items().front().as_string() == "null";
    return type->as_string() == "null";
}

std::string_view type_of_value(const Value& value)
{
    switch (value.kind()) {
    case Kind::boolean:
        return "boolean";
    case Kind::number:
        return is_whole_number(value) ? "integer" : "number";
    case Kind::string:
        return "string";
    case Kind::array:
        return "array";
    case Kind::object:
        return "object";
    case Kind::null:
        break;
    }
    return {};
}

void add_declared(Kinds& kinds, const Value& type)
{
    const auto add = [&](const Value& name) {
        const std::string text = name.as_string();
        if (std::find(k_types.begin(), k_types.end(), text) != k_types.end())
            add_once(kinds.names, text);
        else if (text == "null")
            kinds.only_null = true;
    };
    if (type.is_array())
        std::for_each(type.items().begin(), type.items().end(), add);
    else
        add(type);
    kinds.only_null = kinds.only_null && kinds.names.empty();
}

void add_inferred(Kinds& kinds, const Value& node)
{
    if (node.find("properties") != nullptr)
        kinds.names.emplace_back("object");
    else if (node.find("items") != nullptr)
        kinds.names.emplace_back("array");
    else if (const Value* constant = node.find("const"); constant && !constant->is_null())
        kinds.names.emplace_back(type_of_value(*constant));
    else if (const Value* choices = node.find("enum")) {
        for (const Value& choice : choices->items()) {
            if (!choice.is_null())
                add_once(kinds.names, type_of_value(choice));
        }
    }
}

} // namespace

bool Kinds::has(std::string_view name) const
{
    return std::find(names.begin(), names.end(), name) != names.end();
}

bool is_marked_secret(const Value& node)
{
    for (const std::string_view mark : {"secret", "writeOnly", "airbyte_secret"}) {
        if (const Value* value = node.find(mark); value && value->as_bool())
            return true;
    }
    const Value* format = node.find("format");
    return format != nullptr && format->as_string() == "password";
}

const Value* SchemaFolder::target(const std::string& reference) const
{
    if (reference.empty() || reference.front() != '#')
        return nullptr;
    const Value* at = &m_root;
    bool first = true;
    for (const std::string_view step : text::split(reference, '/')) {
        if (std::exchange(first, false))
            continue; // the "#" itself
        const std::string name =
            text::replace_all(text::replace_all(std::string(step), "~1", "/"), "~0", "~");
        at = at->find(name);
        if (at == nullptr)
            return nullptr;
    }
    return at;
}

bool SchemaFolder::fold_reference(Value& node)
{
    const std::string reference = node.find("$ref")->as_string();
    node.erase("$ref");
    const Value* there = target(reference);
    if (there == nullptr || !there->is_object() ||
        std::find(m_open.begin(), m_open.end(), reference) != m_open.end())
        return false;
    m_open.push_back(reference);
    merge(node, *there);
    return true;
}

bool SchemaFolder::fold_all_of(Value& node)
{
    const Value branches = *node.find("allOf");
    node.erase("allOf");
    for (Value branch : branches.items()) {
        if (!fold(branch))
            return false;
        merge(node, branch);
    }
    return true;
}

bool SchemaFolder::fold_alternatives(Value& node)
{
    std::vector<std::vector<Value>> left;
    for (const std::string_view keyword : {"oneOf", "anyOf"}) {
        const Value* declared = node.find(keyword);
        if (declared == nullptr)
            continue;
        std::vector<Value> branches;
        std::copy_if(declared->items().begin(), declared->items().end(),
                     std::back_inserter(branches), std::not_fn(is_null_branch));
        node.erase(keyword);
        if (branches.size() == 1) {
            if (!fold(branches.front()))
                return false;
            merge(node, branches.front());
        } else if (!branches.empty()) {
            left.push_back(std::move(branches));
        }
    }
    if (left.size() == 1 && node.find("oneOf") == nullptr) {
        node.set("oneOf", Value::array(std::move(left.front())));
        return true;
    }
    return left.empty();
}

bool SchemaFolder::fold(Value& node)
{
    if (!node.is_object())
        return false;
    while (node.find("$ref") != nullptr || node.find("allOf") != nullptr) {
        if (!(node.find("$ref") != nullptr ? fold_reference(node) : fold_all_of(node)))
            return false;
    }
    return fold_alternatives(node);
}

Kinds SchemaFolder::kinds(const Value& node)
{
    Kinds kinds;
    if (const Value* type = node.find("type"))
        add_declared(kinds, *type);
    if (!kinds.names.empty() || kinds.only_null)
        return kinds;
    const Value* branches = node.find("oneOf");
    if (branches == nullptr) {
        add_inferred(kinds, node);
        return kinds;
    }
    for (Value branch : branches->items()) {
        const Level level(*this);
        const Kinds more = fold(branch) ? this->kinds(branch) : Kinds();
        kinds.complete = kinds.complete && more.complete && !more.names.empty();
        for (const std::string& name : more.names)
            add_once(kinds.names, name);
    }
    return kinds;
}

bool SchemaFolder::holds_secret(const Value& node) const
{
    std::vector<std::string> followed;
    return holds_secret(node, followed);
}

bool SchemaFolder::holds_secret(const Value& node, std::vector<std::string>& followed) const
{
    if (is_marked_secret(node))
        return true;
    if (const Value* reference = node.find("$ref")) {
        const std::string name = reference->as_string();
        const Value* there = target(name);
        if (there != nullptr &&
            std::find(followed.begin(), followed.end(), name) == followed.end()) {
            followed.push_back(name);
            if (holds_secret(*there, followed))
                return true;
        }
    }
    if (const Value* properties = node.find("properties")) {
        for (const Member& member : properties->members()) {
            if (airbyte::looks_secret(member.name))
                return true;
        }
    }
    const auto below = [&](const Value& child) { return holds_secret(child, followed); };
    return std::any_of(node.items().begin(), node.items().end(), below) ||
           std::any_of(node.members().begin(), node.members().end(),
                       [&](const Member& member) { return below(member.value); });
}

} // namespace tapbridge::translate
