#include "catch.h"
#include "schema_samples.h"
#include "translate/schema.h"

#include <set>
#include <string>

using namespace tapbridge;
using boost::json::array;
using boost::json::object;
using boost::json::value;
using schema_samples::Random;
using schema_samples::Sampler;

namespace {

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

value normalised(const object& schema)
{
    const auto tree = json::parse(boost::json::serialize(schema));
    REQUIRE(tree);
    const json::Value out = translate::normalise_schema(*tree);
    REQUIRE(translate::normalise_schema(out) == out);
    return boost::json::parse(out.text());
}

void check_form(const value& schema)
{
    REQUIRE(schema_samples::fault_in_stream_schema(schema.as_object()) == "");
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
