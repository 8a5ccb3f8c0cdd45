// Changes inputs as a mutator of bytes hardly ever could: members and items of JSON are moved,
// renamed, copied and replaced, so that what comes out is JSON again. The first line, and in one of
// four cases the whole, is left to libFuzzer's own mutations.
#include "util/json/value.h"

#include <algorithm>
#include <array>
#include <cstdint>
#include <cstring>
#include <random>
#include <string>
#include <string_view>
#include <vector>

extern "C" std::size_t LLVMFuzzerMutate(std::uint8_t* data, std::size_t size, std::size_t max_size);

namespace {

using tapbridge::json::Kind;
using tapbridge::json::Member;
using tapbridge::json::Value;

// Keys that a reader of ours looks for.
constexpr std::array k_names{"streams",
                             "stream",
                             "tap_stream_id",
                             "schema",
                             "metadata",
                             "breadcrumb",
                             "selected",
                             "selected-by-default",
                             "inclusion",
                             "replication-method",
                             "replication-key",
                             "forced-replication-method",
                             "valid-replication-keys",
                             "table-key-properties",
                             "view-key-properties",
                             "schema-name",
                             "database-name",
                             "is-view",
                             "sql-datatype",
                             "fieldExclusions",
                             "parent-tap-stream-id",
                             "replication_method",
                             "replication_key",
                             "key_properties",
                             "table_name",
                             "database_name",
                             "stream_alias",
                             "properties",
                             "items",
                             "type",
                             "format",
                             "anyOf",
                             "oneOf",
                             "allOf",
                             "not",
                             "$ref",
                             "definitions",
                             "$defs",
                             "enum",
                             "const",
                             "additionalProperties",
                             "patternProperties",
                             "additionalItems",
                             "prefixItems",
                             "nullable",
                             "title",
                             "description",
                             "required",
                             "default",
                             "secret",
                             "writeOnly",
                             "minimum",
                             "maximum",
                             "exclusiveMinimum",
                             "multipleOf",
                             "airbyte_type",
                             "if",
                             "then",
                             "else",
                             "contains",
                             "record",
                             "value",
                             "version",
                             "time_extracted",
                             "bookmarks",
                             "bookmark",
                             "bookmark_text",
                             "shared",
                             "shared_text",
                             "base",
                             "base_text",
                             "base_sequence",
                             "sequence",
                             "currently_syncing",
                             "currently_syncing_repo",
                             "current_stream",
                             "activate_versions",
                             "stream_descriptor",
                             "stream_state",
                             "stream_states",
                             "shared_state",
                             "global",
                             "data",
                             "state",
                             "singer_state",
                             "name",
                             "namespace",
                             "catalog",
                             "sync_mode",
                             "cursor_field",
                             "primary_key",
                             "json_schema",
                             "settings",
                             "config",
                             "level",
                             "message",
                             "event",
                             "exc_info",
                             "levelname",
                             "a",
                             "b",
                             "id",
                             ""};

constexpr std::array k_scalars{"null",
                               "true",
                               "false",
                               "0",
                               "1",
                               "-1",
                               "-0",
                               "1.10",
                               "1E400",
                               "1e-400",
                               "0.1",
                               "1.5",
                               "12345678901234567890.123456789",
                               "9007199254740993",
                               "18446744073709551616",
                               "5e-324",
                               "NaN",
                               "-Infinity",
                               "sNaN",
                               R"("")",
                               R"("\ud800")",
                               R"("\u0000")",
                               R"("\u2028")",
                               R"("id")",
                               R"("a")",
                               R"("object")",
                               R"("array")",
                               R"("string")",
                               R"("integer")",
                               R"("number")",
                               R"("boolean")",
                               R"("null")",
                               R"("date-time")",
                               R"("date")",
                               R"("time")",
                               R"("singer.decimal")",
                               R"("INCREMENTAL")",
                               R"("FULL_TABLE")",
                               R"("LOG_BASED")",
                               R"("automatic")",
                               R"("available")",
                               R"("unsupported")",
                               R"("#/definitions/a")",
                               R"("#")",
                               R"("#/properties/a")",
                               R"("RECORD")",
                               R"("SCHEMA")",
                               R"("STATE")",
                               R"("ACTIVATE_VERSION")",
                               R"("BATCH")",
                               R"("STREAM")",
                               R"("GLOBAL")",
                               R"("LEGACY")",
                               R"("2024-01-01T00:00:00Z")",
                               R"("[\"properties\",\"a\"]")",
                               R"("{\"a\":1.10}")",
                               "[]",
                               "{}",
                               "\"\xE2\x80\xA8\"",
                               "\"\xC3\xA4\xF0\x9F\x98\x80\""};

class TreeMutator {
public:
    TreeMutator(Value& root, unsigned seed) : m_random(seed) { list(root); }

    // Copies a part of `other` into the tree.
    void cross(const Value& other)
    {
        Value copy = other;
        TreeMutator donor(copy, static_cast<unsigned>(m_random()));
        const Value part = *donor.any();
        insert(*any(), part);
    }

    void mutate()
    {
        Value& node = *any();
        switch (below(9)) {
        case 0:
            node = scalar();
            break;
        case 1:
            node = Value(*any());
            break;
        case 2:
            insert(node, Value(*any()));
            break;
        case 3:
            insert(node, scalar());
            break;
        case 4:
            remove(node);
            break;
        case 5:
            rename(node);
            break;
        case 6:
            wrap(node);
            break;
        case 7:
            swap(node);
            break;
        default:
            change_source(node);
        }
    }

private:
    static constexpr std::size_t k_most_nodes = 4000;

    std::size_t below(std::size_t limit) { return m_random() % limit; }
    Value* any() { return m_nodes[below(m_nodes.size())]; }
    std::string name() { return k_names[below(k_names.size())]; }
    Value scalar() { return *tapbridge::json::parse(k_scalars[below(k_scalars.size())]); }

    void list(Value& node)
    {
        if (m_nodes.size() >= k_most_nodes)
            return;
        m_nodes.push_back(&node);
        for (Value& item : node.items())
            list(item);
        for (Member& member : node.members()) {
            m_used.push_back(member.name);
            list(member.value);
        }
    }

    void insert(Value& node, Value value)
    {
        if (node.is_array()) {
            const auto at = static_cast<std::ptrdiff_t>(below(node.items().size() + 1));
            node.items().insert(node.items().begin() + at, std::move(value));
        } else if (node.is_object()) {
            const auto at = static_cast<std::ptrdiff_t>(below(node.members().size() + 1));
            node.members().insert(node.members().begin() + at,
                                  Member{some_name(), {}, std::move(value)});
        } else {
            node = std::move(value);
        }
    }

    std::string some_name()
    {
        return m_used.empty() || below(2) == 0 ? name() : m_used[below(m_used.size())];
    }

    void remove(Value& node)
    {
        if (!node.items().empty())
            node.items().erase(node.items().begin() +
                               static_cast<std::ptrdiff_t>(below(node.items().size())));
        else if (!node.members().empty())
            node.members().erase(node.members().begin() +
                                 static_cast<std::ptrdiff_t>(below(node.members().size())));
    }

    void rename(Value& node)
    {
        if (node.members().empty())
            return;
        Member& member = node.members()[below(node.members().size())];
        member.name = some_name();
        member.source.clear();
    }

    void wrap(Value& node)
    {
        Value inner = std::move(node);
        node = below(2) == 0 ? Value::array() : Value::object();
        insert(node, std::move(inner));
    }

    void swap(Value& node)
    {
        if (!node.items().empty())
            std::swap(node.items()[below(node.items().size())], node.items().back());
        else if (!node.members().empty())
            std::swap(node.members()[below(node.members().size())], node.members().back());
    }

    void change_source(Value& node)
    {
        std::string text = node.source();
        const std::size_t size = text.size();
        text.resize(size + 16);
        text.resize(
            LLVMFuzzerMutate(reinterpret_cast<std::uint8_t*>(text.data()), size, text.size()));
        if (!node.is_array() && !node.is_object())
            node = Value::scalar(node.kind(), std::move(text)); // need not be JSON any more
    }

    std::minstd_rand m_random;
    std::vector<Value*> m_nodes;
    std::vector<std::string> m_used;
};

std::size_t write(const std::string& text, std::uint8_t* data, std::size_t max_size)
{
    const std::size_t size = std::min(text.size(), max_size);
    std::memcpy(data, text.data(), size);
    return size;
}

struct Place {
    std::size_t begin = 0;
    std::size_t size = 0;
};

// All behind the first line where that is JSON, else one of its lines.
Place place_of_json(std::string_view text, std::minstd_rand& random)
{
    const std::size_t first = text.find('\n');
    if (first == std::string_view::npos)
        return {0, text.size()};
    const std::size_t body = first + 1;
    if (tapbridge::json::parse(text.substr(body)))
        return {body, text.size() - body};
    const std::size_t somewhere = body + random() % (text.size() - body + 1);
    const std::size_t before = text.substr(0, somewhere).rfind('\n');
    const std::size_t begin = before == std::string_view::npos ? 0 : before + 1;
    return {begin, std::min(text.find('\n', begin), text.size()) - begin};
}

std::size_t mutate_first_line(std::string text, std::uint8_t* data, std::size_t max_size)
{
    const std::size_t first = std::min(text.find('\n'), text.size());
    std::string line = text.substr(0, first);
    line.resize(first + 32);
    line.resize(LLVMFuzzerMutate(reinterpret_cast<std::uint8_t*>(line.data()), first, line.size()));
    return write(text.replace(0, first, line), data, max_size);
}

} // namespace

extern "C" std::size_t LLVMFuzzerCustomMutator(std::uint8_t* data, std::size_t size,
                                               std::size_t max_size, unsigned seed)
{
    std::minstd_rand random(seed);
    const std::string text(reinterpret_cast<const char*>(data), size);
    const std::size_t kind = random() % 8;
    if (kind < 2)
        return LLVMFuzzerMutate(data, size, max_size);
    if (kind == 2)
        return mutate_first_line(text, data, max_size);
    const Place place = place_of_json(text, random);
    std::optional<Value> tree =
        tapbridge::json::parse(std::string_view(text).substr(place.begin, place.size));
    if (!tree)
        return LLVMFuzzerMutate(data, size, max_size);
    for (std::size_t changes = 1 + random() % 3; changes > 0; --changes)
        TreeMutator(*tree, static_cast<unsigned>(random())).mutate();
    return write(std::string(text).replace(place.begin, place.size, tree->text()), data, max_size);
}

extern "C" std::size_t LLVMFuzzerCustomCrossOver(const std::uint8_t* data1, std::size_t size1,
                                                 const std::uint8_t* data2, std::size_t size2,
                                                 std::uint8_t* out, std::size_t max_out_size,
                                                 unsigned seed)
{
    std::minstd_rand random(seed);
    const std::string text(reinterpret_cast<const char*>(data1), size1);
    const std::string_view other(reinterpret_cast<const char*>(data2), size2);
    const Place place = place_of_json(text, random);
    const Place from = place_of_json(other, random);
    std::optional<Value> tree =
        tapbridge::json::parse(std::string_view(text).substr(place.begin, place.size));
    const std::optional<Value> donor = tapbridge::json::parse(other.substr(from.begin, from.size));
    if (tree && donor) {
        TreeMutator(*tree, seed).cross(*donor);
        return write(std::string(text).replace(place.begin, place.size, tree->text()), out,
                     max_out_size);
    }
    // Lines of the one among those of the other.
    std::string both = text;
    const std::string_view lines = other.substr(from.begin, from.size);
    both.insert(place.begin, std::string(lines) + '\n');
    return write(both, out, max_out_size);
}
