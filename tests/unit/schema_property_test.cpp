#include "catch.h"
#include "draft7.h"
#include "translate/schema.h"

#include <algorithm>
#include <random>
#include <set>
#include <string>
#include <vector>

using namespace tapbridge;
using boost::json::array;
using boost::json::object;
using boost::json::value;

namespace {

class Random {
public:
    explicit Random(std::uint64_t seed) : m_engine(seed) {}

    std::size_t below(std::size_t limit) { return m_engine() % limit; }
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

// Schemas of everything that taps write and more. Plain ones have no other keywords than those that
// survive, so that nothing may be widened either.
class SchemaGenerator {
public:
    SchemaGenerator(Random& random, bool plain) : m_random(random), m_plain(plain) {}

    object root()
    {
        object out = node(3);
        out.erase("$ref");
        if (m_plain || m_random.percent(80))
            out["type"] = "object";
        if (m_plain)
            out.erase("items");
        if (m_plain || m_random.percent(80))
            out["properties"] = properties(3);
        if (!m_plain) {
            object definitions;
            for (const char* name : {"r0", "r1", "r2"})
                definitions[name] = schema(2);
            out["definitions"] = definitions;
        }
        return out;
    }

private:
    value schema(int depth)
    {
        if (!m_plain && m_random.percent(4))
            return m_random.percent(50);
        return node(depth);
    }

    object node(int depth)
    {
        object out;
        if (!m_plain && m_random.percent(15))
            out["$ref"] = m_random.pick({"#/definitions/r0", "#/definitions/r1", "#/definitions/r2",
                                         "#/properties/a", "#/definitions/none", "#"});
        if (m_plain || m_random.percent(75))
            out["type"] = type();
        if (m_random.percent(20))
            out["format"] = m_random.pick({"date-time", "date", "time", "singer.decimal", "uri"});
        if (depth > 0 && m_random.percent(40))
            out["properties"] = properties(depth);
        if (depth > 0 && m_random.percent(40))
            out["items"] = m_plain || m_random.percent(80) ? schema(depth - 1) : schemas(depth);
        if (!m_plain)
            add_rest(out, depth);
        return out;
    }

    value type()
    {
        const auto one = [this] {
            return m_random.pick(
                {"null", "boolean", "integer", "number", "string", "array", "object", "object"});
        };
        if (m_random.percent(40))
            return value(one());
        std::set<std::string> names{one()};
        while (m_random.percent(60))
            names.insert(one());
        return array(names.begin(), names.end());
    }

    object properties(int depth)
    {
        object out;
        for (std::size_t i = m_random.below(4); i > 0; --i)
            out[m_random.name()] = schema(depth - 1);
        return out;
    }

    value schemas(int depth)
    {
        array out;
        for (std::size_t i = 1 + m_random.below(3); i > 0; --i)
            out.push_back(schema(depth - 1));
        if (m_random.percent(30))
            out.push_back(object{{"type", "null"}});
        return out;
    }

    void add_rest(object& out, int depth)
    {
        if (depth > 0)
            for (const char* keyword : {"anyOf", "oneOf", "allOf"})
                if (m_random.percent(12))
                    out[keyword] = schemas(depth);
        if (depth > 0)
            for (const char* keyword : {"not", "contains", "additionalItems", "if", "then", "else",
                                        "additionalProperties"})
                if (m_random.percent(5))
                    out[keyword] = schema(depth - 1);
        if (m_random.percent(25))
            out["additionalProperties"] = m_random.percent(20);
        if (m_random.percent(8))
            out["patternProperties"] = object{{"^a", schema(depth - 1)}};
        if (m_random.percent(10))
            out["additionalItems"] = false;
        if (m_random.percent(6))
            out["enum"] = array{m_random.any(1), m_random.any(0), m_random.any(0)};
        if (m_random.percent(4))
            out["const"] = m_random.any(1);
        if (m_random.percent(8))
            out["required"] = array{m_random.name()};
        if (m_random.percent(10)) {
            out["minimum"] = 0;
            out["exclusiveMinimum"] = true;
        }
        if (m_random.percent(10))
            out["maxLength"] = 4;
    }

    Random& m_random;
    bool m_plain;
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
        const array& types = type->get_array();
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

    object map(const object& node, int depth)
    {
        object out;
        const value* properties = node.if_contains("properties");
        const value* additional = node.if_contains("additionalProperties");
        for (const char* name : {"a", "b", "c", "ab"}) {
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

bool is_ordered_type(const value& type)
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
std::string fault_in(const object& node)
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

value normalised(const object& schema)
{
    const auto tree = json::parse(boost::json::serialize(schema));
    REQUIRE(tree);
    const json::Value out = translate::normalise_schema(*tree);
    REQUIRE(translate::normalise_schema(out) == out);
    return boost::json::parse(out.text());
}

void check_form(value schema)
{
    object& top = schema.as_object();
    REQUIRE(top.at("$schema") == "http://json-schema.org/draft-07/schema#");
    REQUIRE(top.at("type") == "object");
    REQUIRE(top.at("properties").is_object());
    top.erase("$schema");
    REQUIRE(fault_in(top) == "");
}

} // namespace

TEST_CASE("normalise_schema never makes a valid record invalid, for random schemas and records")
{
    std::size_t valid = 0;
    for (std::uint64_t seed = 1; seed <= 4000; ++seed) {
        Random random(seed);
        const object tap_schema = SchemaGenerator(random, false).root();
        INFO("seed " << seed << ": " << boost::json::serialize(tap_schema));
        const value ours = normalised(tap_schema);
        INFO("normalised: " << boost::json::serialize(ours));
        check_form(ours);
        const value theirs = tap_schema;
        Sampler sampler(random, tap_schema);
        for (int i = 0; i < 25; ++i) {
            const object record = sampler.record();
            INFO("record: " << boost::json::serialize(record));
            try {
                if (!draft7::Validator(theirs).accepts(record))
                    continue;
            } catch (const draft7::Undecided&) {
                continue;
            }
            ++valid;
            if (!draft7::Validator(ours).accepts(record))
                FAIL("is valid for the tap, but not for us");
        }
    }
    CHECK(valid > 20'000);
}

TEST_CASE("normalise_schema accepts nothing new where Airbyte can say it all, for random schemas")
{
    std::size_t valid = 0;
    std::size_t invalid = 0;
    for (std::uint64_t seed = 1; seed <= 1000; ++seed) {
        Random random(seed);
        const object tap_schema = SchemaGenerator(random, true).root();
        INFO("seed " << seed << ": " << boost::json::serialize(tap_schema));
        const value ours = normalised(tap_schema);
        const value theirs = tap_schema;
        Sampler sampler(random, tap_schema);
        for (int i = 0; i < 25; ++i) {
            const object record = sampler.record();
            INFO("record: " << boost::json::serialize(record));
            const bool is_valid = draft7::Validator(theirs).accepts(record);
            REQUIRE(draft7::Validator(ours).accepts(record) == is_valid);
            ++(is_valid ? valid : invalid);
        }
    }
    CHECK(valid > 5'000);
    CHECK(invalid > 1'000);
}
