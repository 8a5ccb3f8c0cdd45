#include "translate/select_field.h"

#include "airbyte/error.h"
#include "util/text.h"

#include <algorithm>
#include <array>
#include <cstddef>
#include <utility>

namespace tapbridge::translate {

using json::Member;
using json::Value;

namespace {

constexpr std::size_t k_most_named = 20;

using Path = std::vector<std::string>;

const Value* schema_of(const OfferedStream& stream)
{
    return stream.stream.find("json_schema");
}

const std::vector<Member>& fields_of(const Value* schema)
{
    static const Value none;
    const Value* const properties = schema != nullptr ? schema->find("properties") : nullptr;
    return (properties != nullptr ? *properties : none).members();
}

const Value* field_at(const Value* schema, const std::string& name)
{
    const Value* const properties = schema != nullptr ? schema->find("properties") : nullptr;
    return properties != nullptr ? properties->find(name) : nullptr;
}

// A name with a dot in it counts before a path.
Path path_of(const OfferedStream& stream, const std::string& field)
{
    if (field_at(schema_of(stream), field) != nullptr)
        return {field};
    Path path;
    for (const std::string_view step : text::split(field, '.'))
        path.emplace_back(step);
    return path;
}

const Value* find_field(const OfferedStream& stream, const Path& path)
{
    const Value* schema = schema_of(stream);
    for (const std::string& step : path)
        schema = field_at(schema, step);
    return schema;
}

bool is_of_type(const Value& schema, std::string_view name)
{
    const Value* const type = schema.find("type");
    if (type == nullptr)
        return false;
    return type->as_string() == name ||
           std::any_of(type->items().begin(), type->items().end(),
                       [&](const Value& one) { return one.as_string() == name; });
}

bool holds_one_value(const Value& schema)
{
    return !is_of_type(schema, "object") && !is_of_type(schema, "array") &&
           schema.find("properties") == nullptr;
}

std::string name_of(const OfferedStream& stream)
{
    return "Stream " + text::quoted(stream.shown);
}

[[noreturn]] void refuse_field(const OfferedStream& stream, const std::string& field,
                               const Path& path)
{
    // The nearest on the level where the path leaves the schema.
    const Value* schema = schema_of(stream);
    Path right;
    while (right.size() + 1 < path.size() && field_at(schema, path[right.size()]) != nullptr) {
        schema = field_at(schema, path[right.size()]);
        right.push_back(path[right.size()]);
    }
    std::vector<std::string> names;
    for (const Member& member : fields_of(schema))
        names.push_back(member.name);
    Path near = right;
    near.push_back(text::nearest(path[right.size()], names));
    if (!near.back().empty())
        near.insert(near.end(), path.begin() + static_cast<std::ptrdiff_t>(near.size()),
                    path.end());
    const std::string hint = near[right.size()].empty()
                                 ? fields_words(stream)
                                 : "Did you mean " + text::quoted(text::join(near, ".")) + "?";
    airbyte::throw_config_error(name_of(stream) + " has no field " + text::quoted(field) + ". " +
                                hint);
}

bool begins_with(const Path& path, const std::string& field)
{
    return !path.empty() && path.front() == field;
}

} // namespace

bool has_field(const OfferedStream& stream, const std::string& field)
{
    return fields_of(schema_of(stream)).empty() ||
           find_field(stream, path_of(stream, field)) != nullptr;
}

Path cursor_path(const OfferedStream& stream, const std::string& field)
{
    Path path = path_of(stream, field);
    if (!has_field(stream, field))
        refuse_field(stream, field, path);
    const Value* const schema = find_field(stream, path);
    if (schema != nullptr && !holds_one_value(*schema))
        airbyte::throw_config_error(
            "Field " + text::quoted(field) + " of stream " + text::quoted(stream.shown) +
            " holds objects or lists and cannot be a cursor. " + fields_words(stream));
    return path;
}

void check_excluded(const OfferedStream& stream, const std::string& field, const Path& cursor)
{
    if (field_at(schema_of(stream), field) == nullptr) {
        const Path path = path_of(stream, field);
        if (find_field(stream, path) == nullptr)
            refuse_field(stream, field, path);
        airbyte::throw_config_error("Field " + text::quoted(field) + " of stream " +
                                    text::quoted(stream.shown) +
                                    " is part of another one. Only whole fields can be left "
                                    "out: " +
                                    text::quoted(path.front()) + ".");
    }
    const bool is_key = std::any_of(stream.primary_key.begin(), stream.primary_key.end(),
                                    [&](const Path& key) { return begins_with(key, field); });
    if (is_key || begins_with(cursor, field))
        airbyte::throw_config_error("Field " + text::quoted(field) + " of stream " +
                                    text::quoted(stream.shown) + " is its " +
                                    (is_key ? "primary key" : "cursor") +
                                    " and has to stay. Leave it out of --exclude-field.");
}

Value without_fields(const OfferedStream& stream, const std::vector<std::string>& fields)
{
    Value result = stream.stream;
    Value* const schema = result.find("json_schema");
    Value* const properties = schema != nullptr ? schema->find("properties") : nullptr;
    if (properties == nullptr || fields.empty())
        return result;
    for (const std::string& field : fields) {
        properties->erase(field);
        if (Value* const required = schema->find("required"))
            std::erase_if(required->items(),
                          [&](const Value& name) { return name.as_string() == field; });
    }
    if (properties->members().empty())
        airbyte::throw_config_error(name_of(stream) +
                                    " would be left without any field. Leave the stream out, or "
                                    "keep one of its fields.");
    return result;
}

std::string fields_words(const OfferedStream& stream)
{
    std::vector<std::string> names;
    std::size_t left_out = 0;
    for (const Member& member : fields_of(schema_of(stream))) {
        if (!holds_one_value(member.value))
            continue;
        if (names.size() < k_most_named)
            names.push_back(member.name);
        else
            ++left_out;
    }
    return "Fields of " + text::quoted(stream.shown) + ": " + text::join(names, ", ") +
           (left_out != 0 ? " and " + std::to_string(left_out) + " more" : "") + ".";
}

namespace {

std::string printable(const std::string& cell)
{
    std::string result = text::to_utf8(cell);
    std::replace_if(
        result.begin(), result.end(),
        [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7F; }, '?');
    return result;
}

std::size_t width(const std::string& cell)
{
    return static_cast<std::size_t>(std::count_if(cell.begin(), cell.end(), [](char c) {
        return (static_cast<unsigned char>(c) & 0xC0U) != 0x80U;
    }));
}

} // namespace

std::string aligned(const std::vector<std::vector<std::string>>& rows)
{
    std::vector<std::size_t> widths;
    for (const std::vector<std::string>& row : rows) {
        widths.resize(std::max(widths.size(), row.size()));
        for (std::size_t i = 0; i < row.size(); ++i)
            widths[i] = std::max(widths[i], width(printable(row[i])));
    }
    std::string table;
    for (const std::vector<std::string>& row : rows) {
        std::string line;
        for (std::size_t i = 0; i < row.size(); ++i) {
            const std::string cell = printable(row[i]);
            line += cell;
            if (i + 1 < row.size())
                line.append(widths[i] - width(cell) + 2, ' ');
        }
        table += line + "\n";
    }
    return table;
}

} // namespace tapbridge::translate
