#include "translate/shape.h"

#include <array>
#include <unordered_map>
#include <utility>

namespace tapbridge::translate {

namespace {

struct TypeName {
    Types type;
    std::string_view name;
};

constexpr std::array<TypeName, 7> k_type_names{{{k_null_type, "null"},
                                                {k_boolean_type, "boolean"},
                                                {k_integer_type, "integer"},
                                                {k_fraction_type, "number"},
                                                {k_string_type, "string"},
                                                {k_array_type, "array"},
                                                {k_object_type, "object"}}};

struct FormatName {
    Format format;
    std::string_view name;
};

constexpr std::array<FormatName, 3> k_format_names{
    {{Format::date, "date"}, {Format::date_time, "date-time"}, {Format::time, "time"}}};

std::unordered_map<std::string_view, std::size_t> index_of(const std::vector<Property>& properties)
{
    std::unordered_map<std::string_view, std::size_t> index;
    index.reserve(properties.size());
    for (std::size_t i = 0; i < properties.size(); ++i)
        index.emplace(properties[i].name, i);
    return index;
}

// A property that only one of the two knows may hold anything in the other, unless that is closed.
std::vector<Property> unite_properties(Shape& a, Shape& b)
{
    std::vector<Property> out;
    out.reserve(a.properties.size() + b.properties.size());
    const auto in_b = index_of(b.properties);
    std::vector<bool> taken(b.properties.size(), false);
    for (Property& property : a.properties) {
        const auto other = in_b.find(property.name);
        Shape shape;
        if (other != in_b.end()) {
            taken[other->second] = true;
            shape = unite(std::move(property.shape), std::move(b.properties[other->second].shape));
        } else if (b.closed) {
            shape = std::move(property.shape);
        }
        out.push_back({std::move(property.name), std::move(shape)});
    }
    for (std::size_t i = 0; i < b.properties.size(); ++i) {
        if (!taken[i])
            out.push_back({std::move(b.properties[i].name),
                           a.closed ? std::move(b.properties[i].shape) : Shape{}});
    }
    return out;
}

void intersect_properties(Shape& a, Shape& b)
{
    const auto in_a = index_of(a.properties);
    std::vector<Property> added;
    for (Property& property : b.properties) {
        const auto other = in_a.find(property.name);
        if (other == in_a.end()) {
            added.push_back(std::move(property));
            continue;
        }
        Shape& shape = a.properties[other->second].shape;
        shape = intersect(std::move(shape), std::move(property.shape));
    }
    for (Property& property : added)
        a.properties.push_back(std::move(property));
    a.closed = a.closed || b.closed;
}

// "number" says "integer" as well.
bool is_said_by_number(Types type, Types types)
{
    return type == k_integer_type && (types & k_fraction_type) != 0;
}

void write_type(json::Value& out, Types types)
{
    if ((types & k_unstated_type) != 0)
        return;
    std::vector<json::Value> names;
    for (const TypeName& known : k_type_names) {
        if ((types & known.type) != 0 && !is_said_by_number(known.type, types))
            names.push_back(json::Value::string(known.name));
    }
    if (names.size() == 1)
        out.set("type", std::move(names.front()));
    else
        out.set("type", json::Value::array(std::move(names)));
}

bool only(Types types, Types allowed)
{
    const Types beyond_null = types & static_cast<Types>(~k_null_type);
    return beyond_null != 0 && (beyond_null & ~allowed) == 0;
}

// A format on a column that may hold numbers too would make it neither a time nor a number.
Format effective_format(const Shape& shape)
{
    return only(shape.types, k_string_type) ? shape.format : Format::none;
}

// Airbyte knows these five, and only beside the type and format that they refine.
bool fits(const std::string& airbyte_type, const Shape& shape)
{
    const Format format = effective_format(shape);
    if (airbyte_type == "timestamp_with_timezone" || airbyte_type == "timestamp_without_timezone")
        return format == Format::date_time;
    if (airbyte_type == "time_with_timezone" || airbyte_type == "time_without_timezone")
        return format == Format::time;
    return airbyte_type == "integer" && only(shape.types, k_number_type);
}

void write_annotations(json::Value& out, const Shape& shape)
{
    if (!shape.title.empty())
        out.set("title", json::Value::string(shape.title));
    if (!shape.description.empty())
        out.set("description", json::Value::string(shape.description));
}

json::Value properties_of(const Shape& shape)
{
    std::vector<json::Member> members;
    members.reserve(shape.properties.size());
    for (const Property& property : shape.properties) {
        json::Member& member = members.emplace_back();
        member.name = property.name;
        member.value = to_schema(property.shape);
    }
    return json::Value::object(std::move(members));
}

} // namespace

Shape unite(Shape a, Shape b)
{
    if (a.types == k_null_type || b.types == k_null_type) {
        Shape& kept = a.types == k_null_type ? b : a;
        kept.types |= k_null_type;
        return std::move(kept);
    }
    const Types both = a.types & b.types;
    Shape out;
    out.types = a.types | b.types;
    if ((both & k_string_type) == 0)
        out.format = (a.types & k_string_type) != 0 ? a.format : b.format;
    else if (a.format == b.format)
        out.format = a.format;
    if (a.airbyte_type == b.airbyte_type)
        out.airbyte_type = std::move(a.airbyte_type);
    if (a.title == b.title)
        out.title = std::move(a.title);
    if (a.description == b.description)
        out.description = std::move(a.description);

    if ((both & k_object_type) != 0) {
        out.properties = unite_properties(a, b);
        out.closed = a.closed && b.closed;
    } else {
        Shape& object = (a.types & k_object_type) != 0 ? a : b;
        out.properties = std::move(object.properties);
        out.closed = object.closed;
    }
    if ((both & k_array_type) == 0)
        out.items = std::move((a.types & k_array_type) != 0 ? a.items : b.items);
    else if (a.items && b.items)
        out.items = std::make_unique<Shape>(unite(std::move(*a.items), std::move(*b.items)));
    return out;
}

Shape intersect(Shape a, Shape b)
{
    const Types common = a.types & b.types;
    a.types = common != 0 ? common : a.types | b.types;
    if (a.format == Format::none)
        a.format = b.format;
    if (a.airbyte_type.empty())
        a.airbyte_type = std::move(b.airbyte_type);
    if (a.title.empty())
        a.title = std::move(b.title);
    if (a.description.empty())
        a.description = std::move(b.description);
    intersect_properties(a, b);
    if (a.items && b.items)
        *a.items = intersect(std::move(*a.items), std::move(*b.items));
    else if (b.items)
        a.items = std::move(b.items);
    return a;
}

std::string_view format_name(Format format)
{
    for (const FormatName& known : k_format_names) {
        if (known.format == format)
            return known.name;
    }
    return {};
}

Format format_of(std::string_view name)
{
    for (const FormatName& known : k_format_names) {
        if (known.name == name)
            return known.format;
    }
    return Format::none;
}

json::Value to_schema(const Shape& shape)
{
    json::Value out = json::Value::object();
    write_type(out, shape.types);
    if (const Format format = effective_format(shape); format != Format::none)
        out.set("format", json::Value::string(format_name(format)));
    if (fits(shape.airbyte_type, shape))
        out.set("airbyte_type", json::Value::string(shape.airbyte_type));
    write_annotations(out, shape);
    // Airbyte takes empty properties for an object that never has any.
    if ((shape.types & k_object_type) != 0 && !shape.properties.empty())
        out.set("properties", properties_of(shape));
    if ((shape.types & k_array_type) != 0 && shape.items) {
        json::Value items = to_schema(*shape.items);
        if (!items.members().empty())
            out.set("items", std::move(items));
    }
    return out;
}

json::Value to_stream_schema(const Shape& shape)
{
    json::Value out = json::Value::object();
    out.set("$schema", json::Value::string("http://json-schema.org/draft-07/schema#"));
    out.set("type", json::Value::string("object"));
    write_annotations(out, shape);
    out.set("properties", properties_of(shape));
    return out;
}

} // namespace tapbridge::translate
