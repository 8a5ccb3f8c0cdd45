// What a JSON schema accepts, reduced to what Airbyte can say: types, properties, items, a format.
//
// Every operation is exact or widens: a value that was accepted stays accepted.
#pragma once

#include "util/json/value.h"

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace tapbridge::translate {

using Types = std::uint8_t; // a set of the k_..._type below

inline constexpr Types k_null_type = 1;
inline constexpr Types k_boolean_type = 2;
inline constexpr Types k_integer_type = 4;
inline constexpr Types k_fraction_type = 8; // numbers that are no integers
inline constexpr Types k_number_type = k_integer_type | k_fraction_type;
inline constexpr Types k_string_type = 16;
inline constexpr Types k_array_type = 32;
inline constexpr Types k_object_type = 64;
inline constexpr Types k_unstated_type = 128; // no type was named, so that every value is accepted
inline constexpr Types k_any_type = 255;

enum class Format : std::uint8_t { none, date, date_time, time };

struct Property;

// Properties count only where objects are accepted, items where arrays are, the format where
// strings are; where they are not, these members may hold anything.
struct Shape {
    Types types = k_any_type;
    Format format = Format::none;
    bool closed = false; // objects have no other properties than these
    std::string airbyte_type;
    std::string title;
    std::string description;
    std::vector<Property> properties; // names are unique
    std::unique_ptr<Shape> items;     // null: any
};

struct Property {
    std::string name;
    Shape shape;
};

// Accepts what one of the two accepts.
Shape unite(Shape a, Shape b);
// Accepts what both accept. Where they contradict each other one of them is wrong: both are
// believed.
Shape intersect(Shape a, Shape b);

// "" for Format::none, and back.
std::string_view format_name(Format format);
Format format_of(std::string_view name);

// As a JSON schema.
json::Value to_schema(const Shape& shape);
// As the schema of a stream, whose values are objects whatever `types` says.
json::Value to_stream_schema(const Shape& shape);

} // namespace tapbridge::translate
