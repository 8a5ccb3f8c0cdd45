// Values for a JSON schema, and what a schema of ours may look like: what the property test and the
// fuzzer of normalise_schema share.
#pragma once

#include "draft7.h"

#include <algorithm>
#include <random>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

namespace schema_samples {

using boost::json::array;
using boost::json::object;
using boost::json::value;

class Random {
public:
    explicit Random(std::uint64_t seed) : m_engine(seed) {}

    std::size_t below(std::size_t limit)
    {
        if (limit == 0)
            throw std::out_of_range("nothing to choose from");
        return m_engine() % limit;
    }
    bool percent(std::size_t chance) { return below(100) < chance; }
    std::string pick(std::initializer_list<const char*> choices)
    {
        return *(choices.begin() + below(choices.size()));
    }
    std::string name() { return pick({"a", "b", "c", "ab"}); }

    value any(int depth)
    {
        switch (below(depth > 0 ? 9 : 7)) {
        case 0:
            return nullptr;
        case 1:
            return percent(50);
        case 2:
            return static_cast<std::int64_t>(below(4));
        case 3:
            return 2.0;
        case 4:
            return 1.5;
        case 5:
            return "x";
        case 6:
            return "2024-01-01";
        case 7:
            return list(depth);
        default:
            return map(depth);
        }
    }
    value of_type(std::string_view type, int depth)
    {
        value made = any(0);
        if (type == "object")
            return map(depth);
        if (type == "array")
            return list(depth);
        for (int tries = 0; tries < 50 && !draft7::Validator(object{{"type", type}}).accepts(made);
             ++tries)
            made = any(0);
        return made;
    }
    array list(int depth)
    {
        array out;
        for (std::size_t i = below(3); i > 0; --i)
            out.push_back(any(depth - 1));
        return out;
    }
    object map(int depth)
    {
        object out;
        for (std::size_t i = below(4); i > 0; --i)
            out[name()] = any(depth - 1);
        return out;
    }

private:
    std::mt19937_64 m_engine;
};

// Values that are likely, but not certain, to be valid.
class Sampler {
public:
    Sampler(Random& random, const object& root) : m_random(random), m_root(root) {}

    object record() { return map(m_root, 4); }

private:
    value sample(const value& schema, int depth)
    {
        if (depth <= 0 || !schema.is_object() || m_random.percent(8))
            return m_random.any(depth > 0 ? 2 : 0);
        const object& node = schema.get_object();
        if (const value* reference = node.if_contains("$ref")) {
            boost::json::error_code error;
            const value whole = m_root;
            const value* target = whole.find_pointer(reference->as_string().subview(1), error);
            return target != nullptr ? sample(*target, depth - 1) : m_random.any(2);
        }
        for (const char* keyword : {"enum", "anyOf", "oneOf", "allOf"})
            if (const value* choices = node.if_contains(keyword)) {
                const value& choice =
                    choices->as_array()[m_random.below(choices->as_array().size())];
                if (m_random.percent(70))
                    return keyword == std::string_view("enum") ? choice : sample(choice, depth - 1);
            }
        if (const value* constant = node.if_contains("const"))
            return *constant;
        return of_type(node, chosen_type(node), depth);
    }

    std::string chosen_type(const object& node)
    {
        const value* type = node.if_contains("type");
        if (type == nullptr)
            return m_random.pick({"object", "array", "string", "null", "number"});
        if (type->is_string())
            return std::string(type->get_string());
        const array& types = type->as_array();
        return std::string(types[m_random.below(types.size())].as_string());
    }

    value of_type(const object& node, const std::string& type, int depth)
    {
        if (type == "object")
            return map(node, depth);
        const value* items = node.if_contains("items");
        if (type != "array" || items == nullptr)
            return m_random.of_type(type, depth - 1);
        array out;
        for (std::size_t i = 0; i < m_random.below(4); ++i) {
            const bool listed = items->is_array() && i < items->get_array().size();
            out.push_back(!items->is_array() ? sample(*items, depth - 1)
                          : listed           ? sample(items->get_array()[i], depth - 1)
                                             : m_random.any(0));
        }
        return out;
    }

    static std::vector<std::string> names(const value* properties)
    {
        std::vector<std::string> all{"a", "b", "c", "ab"};
        for (const auto& property : properties != nullptr ? properties->as_object() : object())
            if (std::find(all.begin(), all.end(), property.key()) == all.end())
                all.emplace_back(property.key());
        return all;
    }

    object map(const object& node, int depth)
    {
        object out;
        const value* properties = node.if_contains("properties");
        const value* additional = node.if_contains("additionalProperties");
        for (const std::string& name : names(properties)) {
            const value* property =
                properties != nullptr ? properties->as_object().if_contains(name) : nullptr;
            if (property == nullptr && additional != nullptr && m_random.percent(90))
                continue;
            if (m_random.percent(60))
                out[name] = property != nullptr ? sample(*property, depth - 1) : m_random.any(1);
        }
        return out;
    }

    Random& m_random;
    const object& m_root;
};

inline bool is_ordered_type(const value& type)
{
    static const std::vector<std::string> k_order{"null",   "boolean", "integer", "number",
                                                  "string", "array",   "object"};
    auto place = [](const value& name) {
        return std::find(k_order.begin(), k_order.end(), name.as_string()) - k_order.begin();
    };
    if (type.is_string())
        return place(type) < 7;
    std::ptrdiff_t last = -1;
    for (const value& name : type.as_array()) {
        if (place(name) <= last || place(name) == 7)
            return false;
        last = place(name);
    }
    return type.as_array().size() > 1;
}

// What is wrong with a node below the top level, or "".
inline std::string fault_in(const object& node)
{
    for (const auto& member : node) {
        const std::string_view key = member.key();
        std::string fault;
        if (key == "type")
            fault = is_ordered_type(member.value()) ? "" : "type";
        else if (key == "format")
            fault = node.contains("type") &&
                            draft7::Validator(object{{"type", node.at("type")}}).accepts("text")
                        ? ""
                        : "format on no string";
        else if (key == "title" || key == "description" || key == "airbyte_type")
            fault = member.value().is_string() ? "" : key;
        else if (key == "items")
            fault = fault_in(member.value().as_object());
        else if (key == "properties")
            for (const auto& property : member.value().as_object())
                fault += fault_in(property.value().as_object());
        else
            fault = key;
        if (!fault.empty())
            return fault;
    }
    return {};
}

// The same for the schema of a stream.
inline std::string fault_in_stream_schema(object top)
{
    if (top["$schema"] != "http://json-schema.org/draft-07/schema#")
        return "$schema";
    if (top["type"] != "object")
        return "type";
    if (!top["properties"].is_object())
        return "properties";
    top.erase("$schema");
    return fault_in(top);
}

} // namespace schema_samples
