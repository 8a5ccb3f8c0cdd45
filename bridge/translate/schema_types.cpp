#include "translate/schema_types.h"

#include "util/text.h"

#include <algorithm>
#include <array>
#include <string_view>

namespace tapbridge::translate {

namespace {

struct Meaning {
    std::string_view name;
    StatedType stated;
};

// Not here because no single type is obvious: "timestamp" (text or a number), "file", "json".
constexpr std::array<Meaning, 29> k_meanings{{{"null", {k_null_type}},
                                              {"none", {k_null_type}},
                                              {"boolean", {k_boolean_type}},
                                              {"bool", {k_boolean_type}},
                                              {"integer", {k_integer_type}},
                                              {"int", {k_integer_type}},
                                              {"int32", {k_integer_type}},
                                              {"int64", {k_integer_type}},
                                              {"long", {k_integer_type}},
                                              {"bigint", {k_integer_type}},
                                              {"smallint", {k_integer_type}},
                                              {"number", {k_number_type}},
                                              {"float", {k_number_type}},
                                              {"double", {k_number_type}},
                                              {"string", {k_string_type}},
                                              {"str", {k_string_type}},
                                              {"text", {k_string_type}},
                                              {"varchar", {k_string_type}},
                                              {"char", {k_string_type}},
                                              {"uuid", {k_string_type}},
                                              {"uri", {k_string_type}},
                                              {"date", {k_string_type, Format::date}},
                                              {"date-time", {k_string_type, Format::date_time}},
                                              {"datetime", {k_string_type, Format::date_time}},
                                              {"time", {k_string_type, Format::time}},
                                              {"array", {k_array_type}},
                                              {"list", {k_array_type}},
                                              {"object", {k_object_type}},
                                              {"dict", {k_object_type}}}};

StatedType named_type(const json::Value& name)
{
    const std::string lower = text::lower(text::trim(name.as_string()));
    const auto* known = std::find_if(k_meanings.begin(), k_meanings.end(),
                                     [&](const Meaning& m) { return m.name == lower; });
    return known != k_meanings.end() ? known->stated : StatedType{};
}

Types type_of(const json::Value& value)
{
    switch (value.kind()) {
    case json::Kind::null:
        return k_null_type;
    case json::Kind::boolean:
        return k_boolean_type;
    case json::Kind::number:
        return value.source().find_first_of(".eE") == std::string::npos ? k_integer_type
                                                                        : k_number_type;
    case json::Kind::string:
        return k_string_type;
    case json::Kind::array:
        return k_array_type;
    case json::Kind::object:
        return k_object_type;
    }
    return k_any_type;
}

} // namespace

StatedType stated_type(const json::Value& type)
{
    if (!type.is_array())
        return named_type(type);
    if (type.items().empty())
        return {};
    StatedType all{0, Format::none};
    for (const json::Value& item : type.items()) {
        const StatedType one = named_type(item);
        if ((one.types & k_unstated_type) != 0)
            return {};
        // Of two kinds of string, neither format holds for both.
        if ((all.types & one.types & k_string_type) != 0 && all.format != one.format)
            all.format = Format::none;
        else if ((one.types & k_string_type) != 0)
            all.format = one.format;
        all.types = all.types | one.types;
    }
    return all;
}

Types implied_types(const json::Value& node)
{
    if (const json::Value* constant = node.find("const"))
        return type_of(*constant);
    const json::Value* values = node.find("enum");
    if (values == nullptr || values->items().empty())
        return k_any_type;
    Types types = 0;
    for (const json::Value& value : values->items())
        types = types | type_of(value);
    return types;
}

} // namespace tapbridge::translate
