#include "translate/schema.h"

#include "translate/schema_reference.h"
#include "translate/schema_types.h"
#include "translate/shape.h"

#include <algorithm>
#include <array>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

namespace tapbridge::translate {

namespace {

// Deeper than any schema that people write, and far from the end of the stack.
constexpr std::size_t k_deepest = 100;
// References to references multiply: so many nodes may come out of them in one schema.
constexpr std::size_t k_most_referenced_nodes = 200'000;
// Where that is too little, references are followed less deep, so that every column keeps some of
// its type rather than the last ones none.
constexpr std::array<std::size_t, 7> k_reference_levels{k_deepest, 16, 8, 4, 2, 1, 0};

class SchemaReader {
public:
    SchemaReader(const json::Value& root, std::size_t reference_levels)
        : m_references(root), m_reference_levels(reference_levels)
    {}

    Shape read(const json::Value& node);
    bool too_much() const { return m_referenced_nodes > k_most_referenced_nodes; }

private:
    Shape read_reference(const json::Value& node, const json::Value& reference);
    Shape read_keywords(const json::Value& node);
    Shape read_alternatives(const std::vector<json::Value>& alternatives);
    std::vector<Property> read_properties(const json::Value& properties);
    std::unique_ptr<Shape> read_items(const json::Value& node);
    std::unique_ptr<Shape> read_tuple(const json::Value& items, const json::Value* beyond);

    SchemaReferences m_references;
    std::size_t m_reference_levels;
    std::size_t m_reference_level = 0;
    std::size_t m_referenced_nodes = 0;
    std::vector<const json::Value*> m_path; // the nodes that are being read, outermost first
};

bool is_literal(const json::Value* value, bool literal)
{
    return value != nullptr && value->kind() == json::Kind::boolean && value->as_bool() == literal;
}

std::string text_of(const json::Value& node, std::string_view name)
{
    const json::Value* value = node.find(name);
    return value != nullptr ? value->as_string() : std::string();
}

void read_type(const json::Value& node, Shape& shape)
{
    const json::Value* type = node.find("type");
    if (type == nullptr) {
        shape.types = implied_types(node);
    } else {
        const StatedType stated = stated_type(*type);
        shape.types = stated.types;
        shape.format = stated.format;
    }
    if (is_literal(node.find("nullable"), true)) // OpenAPI's way
        shape.types |= k_null_type;
    if (const Format format = format_of(text_of(node, "format")); format != Format::none)
        shape.format = format;
}

void read_annotations(const json::Value& node, Shape& shape)
{
    shape.airbyte_type = text_of(node, "airbyte_type");
    shape.title = text_of(node, "title");
    shape.description = text_of(node, "description");
}

// Names that match a pattern are no strangers to a closed object.
bool is_closed(const json::Value& node)
{
    return is_literal(node.find("additionalProperties"), false) &&
           node.find("patternProperties") == nullptr;
}

Shape SchemaReader::read(const json::Value& node)
{
    Shape shape;
    if (m_reference_level > 0)
        ++m_referenced_nodes;
    if (m_path.size() >= k_deepest || too_much())
        return shape;
    if (node.is_string()) { // a bare type name, as some write it among alternatives
        const StatedType stated = stated_type(node);
        shape.types = stated.types;
        shape.format = stated.format;
        return shape;
    }
    if (!node.is_object())
        return shape;
    m_path.push_back(&node);
    const json::Value* reference = node.find("$ref");
    shape = reference != nullptr ? read_reference(node, *reference) : read_keywords(node);
    m_path.pop_back();
    return shape;
}

// In draft-07, what stands beside a $ref means nothing.
Shape SchemaReader::read_reference(const json::Value& node, const json::Value& reference)
{
    Shape shape;
    const json::Value* target = m_references.find(reference.as_string());
    const bool recursive = std::find(m_path.begin(), m_path.end(), target) != m_path.end();
    if (target != nullptr && !recursive && m_reference_level < m_reference_levels) {
        ++m_reference_level;
        shape = read(*target);
        --m_reference_level;
    }
    if (std::string title = text_of(node, "title"); !title.empty())
        shape.title = std::move(title);
    if (std::string description = text_of(node, "description"); !description.empty())
        shape.description = std::move(description);
    return shape;
}

Shape SchemaReader::read_keywords(const json::Value& node)
{
    Shape shape;
    read_type(node, shape);
    read_annotations(node, shape);
    if (const json::Value* properties = node.find("properties"))
        shape.properties = read_properties(*properties);
    shape.closed = is_closed(node);
    shape.items = read_items(node);
    if (const json::Value* all = node.find("allOf")) {
        for (const json::Value& part : all->items())
            shape = intersect(std::move(shape), read(part));
    }
    for (const std::string_view keyword : {"anyOf", "oneOf"}) {
        const json::Value* alternatives = node.find(keyword);
        if (alternatives != nullptr && !alternatives->items().empty())
            shape = intersect(std::move(shape), read_alternatives(alternatives->items()));
    }
    return shape;
}

// Destinations understand unions badly, so all alternatives become one node.
Shape SchemaReader::read_alternatives(const std::vector<json::Value>& alternatives)
{
    Shape all = read(alternatives.front());
    for (std::size_t i = 1; i < alternatives.size(); ++i)
        all = unite(std::move(all), read(alternatives[i]));
    return all;
}

std::vector<Property> SchemaReader::read_properties(const json::Value& properties)
{
    std::vector<Property> out;
    out.reserve(properties.members().size());
    std::unordered_map<std::string_view, std::size_t> index;
    for (const json::Member& member : properties.members()) {
        const auto [known, added] = index.emplace(member.name, out.size());
        if (added)
            out.push_back({member.name, read(member.value)});
        else
            out[known->second].shape = read(member.value);
    }
    return out;
}

std::unique_ptr<Shape> SchemaReader::read_items(const json::Value& node)
{
    const json::Value* items = node.find("items");
    // Beside prefixItems (2020-12), items speaks of the rest only.
    if (items == nullptr || node.find("prefixItems") != nullptr)
        return nullptr;
    if (items->is_array())
        return read_tuple(*items, node.find("additionalItems"));
    return std::make_unique<Shape>(read(*items));
}

// `beyond` is what the schema says of the items after those listed; by default they may be
// anything.
std::unique_ptr<Shape> SchemaReader::read_tuple(const json::Value& items, const json::Value* beyond)
{
    if (beyond == nullptr || items.items().empty())
        return nullptr;
    Shape all = read_alternatives(items.items());
    if (!is_literal(beyond, false))
        all = unite(std::move(all), read(*beyond));
    return std::make_unique<Shape>(std::move(all));
}

} // namespace

json::Value normalise_schema(const json::Value& tap_schema)
{
    Shape shape;
    for (const std::size_t levels : k_reference_levels) {
        SchemaReader reader(tap_schema, levels);
        shape = reader.read(tap_schema);
        if (!reader.too_much())
            break;
    }
    return to_stream_schema(shape);
}

} // namespace tapbridge::translate
