// A small validator for JSON schema draft-07, for property tests: every assertion that the tests'
// schemas use, read as the specification has it. Formats are not asserted; a pattern can only be
// "^" and a prefix. A boolean exclusiveMinimum, as in draft-4, means nothing.
#pragma once

#include <boost/json.hpp>

#include <algorithm>
#include <cmath>
#include <limits>
#include <stdexcept>
#include <string>
#include <string_view>

namespace draft7 {

using boost::json::array;
using boost::json::object;
using boost::json::value;

// References that go round in a circle without reading on, or that this cannot follow: valid means
// nothing there.
struct Undecided : std::runtime_error {
    Undecided() : std::runtime_error("neither valid nor invalid") {}
};

class Validator {
public:
    explicit Validator(const value& root) : m_root(root) {}

    bool accepts(const value& instance) { return accepts(m_root, instance); }

private:
    static constexpr int k_deepest = 200;
    static constexpr int k_most_steps = 100'000;

    bool accepts(const value& schema, const value& instance)
    {
        if (schema.is_bool())
            return schema.get_bool();
        if (++m_depth > k_deepest || ++m_steps > k_most_steps) {
            m_depth = m_steps = 0;
            throw Undecided();
        }
        const bool valid = accepts(schema.as_object(), instance);
        --m_depth;
        return valid;
    }

    bool accepts(const object& schema, const value& instance)
    {
        if (const value* reference = schema.if_contains("$ref")) {
            const value* target = resolve(reference->as_string());
            return target == nullptr || accepts(*target, instance);
        }
        return has_type(schema, instance) && in_values(schema, instance) &&
               in_combination(schema, instance) && in_limits(schema, instance) &&
               (!instance.is_object() || accepts_object(schema, instance.get_object())) &&
               (!instance.is_array() || accepts_array(schema, instance.get_array()));
    }

    const value* resolve(std::string_view reference)
    {
        // Another document, or percent-encoded.
        if (!reference.starts_with('#') || reference.find('%') != std::string_view::npos)
            throw Undecided();
        boost::json::error_code error;
        return m_root.find_pointer({reference.data() + 1, reference.size() - 1}, error);
    }

    static bool is_integer(const value& instance)
    {
        return instance.is_int64() || instance.is_uint64() ||
               (instance.is_double() && std::trunc(instance.get_double()) == instance.get_double());
    }

    static bool is_a(std::string_view type, const value& instance)
    {
        return (type == "null" && instance.is_null()) ||
               (type == "boolean" && instance.is_bool()) ||
               (type == "integer" && is_integer(instance)) ||
               (type == "number" && instance.is_number()) ||
               (type == "string" && instance.is_string()) ||
               (type == "array" && instance.is_array()) ||
               (type == "object" && instance.is_object());
    }

    static bool has_type(const object& schema, const value& instance)
    {
        const value* type = schema.if_contains("type");
        if (type == nullptr)
            return true;
        if (type->is_string())
            return is_a(type->get_string(), instance);
        const array& types = type->as_array();
        return std::any_of(types.begin(), types.end(),
                           [&](const value& one) { return is_a(one.as_string(), instance); });
    }

    static bool same(const value& a, const value& b)
    {
        return a.is_number() && b.is_number() ? a.to_number<double>() == b.to_number<double>()
                                              : a == b;
    }

    static bool in_values(const object& schema, const value& instance)
    {
        const value* constant = schema.if_contains("const");
        if (constant != nullptr && !same(*constant, instance))
            return false;
        const value* values = schema.if_contains("enum");
        return values == nullptr ||
               std::any_of(values->as_array().begin(), values->as_array().end(),
                           [&](const value& one) { return same(one, instance); });
    }

    std::size_t count(const array& schemas, const value& instance)
    {
        return static_cast<std::size_t>(
            std::count_if(schemas.begin(), schemas.end(),
                          [&](const value& schema) { return accepts(schema, instance); }));
    }

    bool in_combination(const object& schema, const value& instance)
    {
        const value* all = schema.if_contains("allOf");
        if (all != nullptr && count(all->as_array(), instance) != all->as_array().size())
            return false;
        const value* any = schema.if_contains("anyOf");
        if (any != nullptr && count(any->as_array(), instance) == 0)
            return false;
        const value* one = schema.if_contains("oneOf");
        if (one != nullptr && count(one->as_array(), instance) != 1)
            return false;
        const value* negated = schema.if_contains("not");
        if (negated != nullptr && accepts(*negated, instance))
            return false;
        const value* condition = schema.if_contains("if");
        if (condition == nullptr)
            return true;
        const value* then = schema.if_contains(accepts(*condition, instance) ? "then" : "else");
        return then == nullptr || accepts(*then, instance);
    }

    static bool in_limits(const object& schema, const value& instance)
    {
        auto limit = [&schema](std::string_view name) {
            const value* found = schema.if_contains(name);
            return found != nullptr && found->is_number()
                       ? found->to_number<double>()
                       : std::numeric_limits<double>::quiet_NaN();
        };
        if (instance.is_string())
            return !(static_cast<double>(instance.get_string().size()) > limit("maxLength"));
        if (!instance.is_number())
            return true;
        const auto number = instance.to_number<double>();
        return !(number < limit("minimum")) && !(number > limit("maximum")) &&
               !(number <= limit("exclusiveMinimum"));
    }

    bool accepts_object(const object& schema, const object& instance)
    {
        const value* required = schema.if_contains("required");
        if (required != nullptr)
            for (const value& name : required->as_array())
                if (!instance.contains(name.as_string()))
                    return false;
        return std::all_of(instance.begin(), instance.end(), [&](const auto& member) {
            return accepts_member(schema, member.key(), member.value());
        });
    }

    static std::string_view prefix_of(std::string_view pattern)
    {
        if (!pattern.starts_with('^') ||
            pattern.find_first_of("\\.*+?[](){}|$^", 1) != std::string_view::npos)
            throw Undecided();
        return pattern.substr(1);
    }

    bool accepts_member(const object& schema, std::string_view name, const value& instance)
    {
        bool known = false;
        if (const value* properties = schema.if_contains("properties"))
            if (const value* property = properties->as_object().if_contains(name)) {
                known = true;
                if (!accepts(*property, instance))
                    return false;
            }
        if (const value* patterns = schema.if_contains("patternProperties"))
            for (const auto& pattern : patterns->as_object())
                if (name.starts_with(prefix_of(pattern.key()))) {
                    known = true;
                    if (!accepts(pattern.value(), instance))
                        return false;
                }
        const value* additional = schema.if_contains("additionalProperties");
        return known || additional == nullptr || accepts(*additional, instance);
    }

    bool accepts_array(const object& schema, const array& instance)
    {
        const value* contained = schema.if_contains("contains");
        if (contained != nullptr &&
            std::none_of(instance.begin(), instance.end(),
                         [&](const value& item) { return accepts(*contained, item); }))
            return false;
        const value* items = schema.if_contains("items");
        const value* beyond = schema.if_contains("additionalItems");
        for (std::size_t i = 0; items != nullptr && i < instance.size(); ++i) {
            const bool listed = items->is_array() && i < items->get_array().size();
            const value* one = !items->is_array() ? items
                               : listed           ? &items->get_array()[i]
                                                  : beyond;
            if (one != nullptr && !accepts(*one, instance[i]))
                return false;
        }
        return true;
    }

    const value& m_root;
    int m_depth = 0;
    int m_steps = 0;
};

} // namespace draft7
