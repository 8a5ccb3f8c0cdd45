#include "catch.h"
#include "translate/schema.h"

#include <string>

using namespace tapbridge;
using translate::normalise_schema;

namespace {

json::Value parsed(const std::string& text)
{
    json::ParseError error;
    auto value = json::parse(text, &error);
    INFO(text);
    REQUIRE(value);
    return *value;
}

const std::string k_head =
    R"({"$schema":"http://json-schema.org/draft-07/schema#","type":"object","properties":)";

std::string stream_schema(const std::string& schema)
{
    return normalise_schema(parsed(schema)).text();
}

// What becomes of one column; `more` stands beside `properties`.
std::string column(const std::string& schema, const std::string& more = "")
{
    const std::string all =
        stream_schema(R"({"type": "object", "properties": {"c": )" + schema + "}" + more + "}");
    const std::string before = k_head + R"({"c":)";
    REQUIRE(all.substr(0, before.size()) == before);
    REQUIRE(all.substr(all.size() - 2) == "}}");
    return all.substr(before.size(), all.size() - before.size() - 2);
}

// A column that refers to `definitions`.
std::string referring(const std::string& reference, const std::string& definitions)
{
    return column(R"({"$ref": ")" + reference + R"("})", R"(, "definitions": )" + definitions);
}

} // namespace

TEST_CASE("normalise_schema makes the top level an object with properties, whatever it was")
{
    const std::string empty = k_head + "{}}";
    for (const char* schema :
         {"{}", R"({"type": "object"})", R"({"type": ["null", "object"]})", "null", "true", "[]",
          R"({"type": "string"})", R"({"type": ["null"], "required": ["a"]})", R"("object")",
          R"({"properties": null})", R"({"properties": []})", R"({"$ref": "#"})",
          R"({"additionalProperties": false, "selected": true, "$id": "x", "definitions": {}})"})
        CHECK(stream_schema(schema) == empty);
    CHECK(
        stream_schema(
            R"({"$schema": "https://json-schema.org/draft/2020-12/schema", "properties": {"": {}}})") ==
        k_head + R"({"":{}}})");
    CHECK(stream_schema(R"({"type": "null", "title": "T", "properties": {"a": true}})") ==
          R"({"$schema":"http://json-schema.org/draft-07/schema#","type":"object","title":"T",)"
          R"("properties":{"a":{}}})");
}

TEST_CASE("normalise_schema keeps what Airbyte knows of a column")
{
    CHECK(column(R"({"type": "string"})") == R"({"type":"string"})");
    CHECK(column(R"({"type": ["string"]})") == R"({"type":"string"})");
    CHECK(column(R"({"type": ["integer", "null"]})") == R"({"type":["null","integer"]})");
    CHECK(column(R"({"type": ["object", "null", "string"]})") ==
          R"({"type":["null","string","object"]})");
    CHECK(column(R"({"type": ["number", "integer"]})") == R"({"type":"number"})");
    CHECK(column(R"({"type": "null"})") == R"({"type":"null"})");
    CHECK(column(R"({"type": "string", "title": "T", "description": "D \u00e9"})") ==
          "{\"type\":\"string\",\"title\":\"T\",\"description\":\"D \xC3\xA9\"}");
    CHECK(column(R"({"type": "string", "title": ["T"], "description": null})") ==
          R"({"type":"string"})");
    CHECK(column(R"({"type": ["null", "object"], "properties": {"x": {"type": "string"}}})") ==
          R"({"type":["null","object"],"properties":{"x":{"type":"string"}}})");
    CHECK(column(R"({"type": "array", "items": {"type": ["string", "null"]}})") ==
          R"({"type":"array","items":{"type":["null","string"]}})");
    CHECK(column(R"({"properties": {"x": {}}})") == R"({"properties":{"x":{}}})");
    CHECK(column(R"({"type": "object", "properties": {}})") == R"({"type":"object"})");
}

TEST_CASE("normalise_schema leaves out what only hinders")
{
    CHECK(column(R"({"type": "integer", "minimum": 0, "exclusiveMinimum": true, "maximum": 9,
        "multipleOf": 1e-38, "inclusion": "automatic", "selected": true, "default": 1,
        "examples": [1], "x-more": {}})") == R"({"type":"integer"})");
    CHECK(column(R"({"type": "string", "maxLength": 5, "pattern": "a", "enum": ["a"],
        "const": "a", "not": {"const": "b"}, "contentEncoding": "base64"})") ==
          R"({"type":"string"})");
    CHECK(column(R"({"type": "object", "additionalProperties": false, "required": ["x"],
        "patternProperties": {"^x": {}}, "propertyNames": {}, "dependencies": {}, "minProperties": 1,
        "if": {}, "then": {}, "else": {}})") == R"({"type":"object"})");
    CHECK(column(R"({"type": "array", "uniqueItems": true, "contains": {}, "minItems": 1,
        "items": {}})") == R"({"type":"array"})");
}

TEST_CASE("normalise_schema keeps formats and airbyte_types where they fit")
{
    CHECK(column(R"({"type": ["null", "string"], "format": "date-time"})") ==
          R"({"type":["null","string"],"format":"date-time"})");
    CHECK(column(R"({"type": "string", "format": "date"})") ==
          R"({"type":"string","format":"date"})");
    CHECK(column(R"({"type": "string", "format": "time"})") ==
          R"({"type":"string","format":"time"})");
    for (const char* format : {"singer.decimal", "x-singer.decimal", "uri", "binary", "DATE", ""})
        CHECK(column(R"({"type": "string", "format": ")" + std::string(format) + "\"}") ==
              R"({"type":"string"})");
    CHECK(column(R"({"type": "number", "format": "singer.decimal"})") == R"({"type":"number"})");
    CHECK(column(R"({"type": "integer", "format": "date-time"})") == R"({"type":"integer"})");
    CHECK(column(R"({"type": ["integer", "string"], "format": "date-time"})") ==
          R"({"type":["integer","string"]})");
    CHECK(column(R"({"type": ["null"], "format": "date"})") == R"({"type":"null"})");
    CHECK(column(R"({"format": "date-time"})") == "{}");
    CHECK(
        column(
            R"({"type": "string", "format": "date-time", "airbyte_type": "timestamp_without_timezone"})") ==
        R"({"type":"string","format":"date-time","airbyte_type":"timestamp_without_timezone"})");
    CHECK(column(R"({"type": "number", "airbyte_type": "integer"})") ==
          R"({"type":"number","airbyte_type":"integer"})");
    CHECK(column(R"({"type": "string", "airbyte_type": "integer"})") == R"({"type":"string"})");
    CHECK(column(R"({"type": "string", "airbyte_type": "time_with_timezone"})") ==
          R"({"type":"string"})");
    CHECK(column(R"({"type": "string", "airbyte_type": "uuid"})") == R"({"type":"string"})");
}

TEST_CASE("normalise_schema understands odd types and gives way where it does not")
{
    CHECK(column(R"({"type": "int"})") == R"({"type":"integer"})");
    CHECK(column(R"({"type": ["Null", " Bool "]})") == R"({"type":["null","boolean"]})");
    CHECK(column(R"({"type": ["null", "float"]})") == R"({"type":["null","number"]})");
    CHECK(column(R"({"type": "date-time"})") == R"({"type":"string","format":"date-time"})");
    CHECK(column(R"({"type": ["null", "date", "datetime"]})") == R"({"type":["null","string"]})");
    CHECK(column(R"({"type": ["string", "date"]})") == R"({"type":"string"})");
    for (const char* type : {R"("timestamp")", R"(["null", "geometry"])", "[]", "null", "7", "{}",
                             R"([{"type": "string"}, "null"])", R"("any")", R"("")"})
        CHECK(column(R"({"type": )" + std::string(type) + "}") == "{}");
    CHECK(column(R"({"type": "geometry", "properties": {"x": {"type": "string"}}})") ==
          R"({"properties":{"x":{"type":"string"}}})");
    for (const char* schema : {"true", "false", "null", "7", "[]", "{}", R"("a word")"})
        CHECK(column(schema) == "{}");
    CHECK(column(R"("string")") == R"({"type":"string"})");
    CHECK(column(R"({"type": "string", "nullable": true})") == R"({"type":["null","string"]})");
    CHECK(column(R"({"type": "string", "nullable": "yes"})") == R"({"type":"string"})");
}

TEST_CASE("normalise_schema takes the type from an enum or const where none is named")
{
    CHECK(column(R"({"enum": ["a", null]})") == R"({"type":["null","string"]})");
    CHECK(column(R"({"enum": [1, 2.5]})") == R"({"type":"number"})");
    CHECK(column(R"({"enum": [1, 2]})") == R"({"type":"integer"})");
    CHECK(column(R"({"const": true})") == R"({"type":"boolean"})");
    CHECK(column(R"({"const": [1]})") == R"({"type":"array"})");
    CHECK(column(R"({"const": {}})") == R"({"type":"object"})");
    CHECK(column(R"({"enum": []})") == "{}");
    CHECK(column(R"({"enum": "a"})") == "{}");
}

TEST_CASE("normalise_schema folds alternatives into one node")
{
    for (const char* keyword : {"anyOf", "oneOf"}) {
        auto folded = [keyword](const std::string& alternatives, const std::string& beside = "") {
            return column("{" + beside + "\"" + keyword + "\": [" + alternatives + "]}");
        };
        const std::string null = R"({"type": "null"}, )";
        CHECK(folded(null + R"({"type": "string", "format": "date-time", "title": "T"})") ==
              R"({"type":["null","string"],"format":"date-time","title":"T"})");
        CHECK(folded(R"({"type": "array", "items": {"type": "string"}}, "null")") ==
              R"({"type":["null","array"],"items":{"type":"string"}})");
        CHECK(folded(null + "{}") == "{}");
        CHECK(folded("true, " + null + R"({"type": "string"})") == "{}");
        CHECK(folded("{}") == "{}");
        CHECK(folded("") == "{}");
        CHECK(
            folded(R"({"type": ["null", "string"], "format": "date-time"}, {"type": "string"})") ==
            R"({"type":["null","string"]})");
        CHECK(
            folded(
                R"({"type": "string", "format": "date"}, {"type": "string", "format": "date"})") ==
            R"({"type":"string","format":"date"})");
        CHECK(folded(R"({"type": "integer"}, {"type": "number"}, {"type": "boolean"})") ==
              R"({"type":["boolean","number"]})");
        CHECK(folded(R"({"type": "string"}, {"type": "array", "items": {"type": "integer"}},
                {"type": "object", "properties": {"x": {"type": "string"}}})") ==
              R"({"type":["string","array","object"],"properties":{"x":{"type":"string"}},)"
              R"("items":{"type":"integer"}})");
        CHECK(folded(R"({"type": "array", "items": {"type": "integer"}},
                {"type": "array", "items": {"type": "string"}})") ==
              R"({"type":"array","items":{"type":["integer","string"]}})");
        CHECK(folded(R"({"type": "array", "items": {"type": "integer"}}, {"type": "array"})") ==
              R"({"type":"array"})");
        CHECK(folded(R"({"type": "string"}, {"type": "null"})",
                     R"("description": "D", "format": "date", )") ==
              R"({"type":["null","string"],"format":"date","description":"D"})");
        CHECK(folded(R"({"required": ["x"]}, {"required": ["y"]})",
                     R"("type": "object", "properties": {"x": {"type": "string"}}, )") ==
              R"({"type":"object","properties":{"x":{"type":"string"}}})");
        CHECK(column("{\"type\": \"string\", \"" + std::string(keyword) + "\": {}}") ==
              R"({"type":"string"})");
    }
}

TEST_CASE("normalise_schema keeps the type of a property that only one alternative knows if it can")
{
    auto folded = [](const std::string& second) {
        return column(R"({"anyOf": [{"type": "object", "additionalProperties": false,
            "properties": {"a": {"type": "string"}, "b": {"type": "string"}}}, )" +
                      second + "]}");
    };
    const std::string c = R"("properties": {"a": {"type": "null"}, "c": {"type": "integer"}})";
    CHECK(folded(R"({"type": "object", "additionalProperties": false, )" + c + "}") ==
          R"({"type":"object","properties":{"a":{"type":["null","string"]},)"
          R"("b":{"type":"string"},"c":{"type":"integer"}}})");
    CHECK(folded(R"({"type": "object", )" + c + "}") ==
          R"({"type":"object","properties":{"a":{"type":["null","string"]},"b":{},)"
          R"("c":{"type":"integer"}}})");
    CHECK(folded(R"({"type": "object", "additionalProperties": false, "patternProperties": {},)" +
                 c + "}") == R"({"type":"object","properties":{"a":{"type":["null","string"]},)"
                             R"("b":{},"c":{"type":"integer"}}})");
}

TEST_CASE("normalise_schema takes objects for closed only where every alternative is")
{
    const std::string closed = R"({"type": "object", "additionalProperties": false})";
    const std::string with_c = R"({"type": "object", "properties": {"c": {"type": "integer"}}})";
    CHECK(column(R"({"anyOf": [)" + closed + "," + closed + "," + with_c + "]}") ==
          R"({"type":"object","properties":{"c":{"type":"integer"}}})");
    CHECK(column(R"({"anyOf": [)" + closed + R"(, {"type": "object"}, )" + with_c + "]}") ==
          R"({"type":"object","properties":{"c":{}}})");
}

TEST_CASE("normalise_schema merges allOf")
{
    CHECK(column(R"({"allOf": [{"type": ["null", "object"], "properties": {"a": {}}},
        {"type": "object", "properties": {"a": {"type": "string"}, "b": {"type": "integer"}}}]})") ==
          R"({"type":"object","properties":{"a":{"type":"string"},"b":{"type":"integer"}}})");
    CHECK(column(R"({"title": "T", "allOf": [{"type": "string", "format": "date"}]})") ==
          R"({"type":"string","format":"date","title":"T"})");
    CHECK(column(R"({"type": "number", "allOf": [{"type": "integer"}, true]})") ==
          R"({"type":"integer"})");
    CHECK(column(R"({"type": "array", "items": {"type": "number"},
        "allOf": [{"items": {"type": "integer"}}]})") ==
          R"({"type":"array","items":{"type":"integer"}})");
    // A contradiction: no value is right, so any of the two may be what was meant.
    CHECK(column(R"({"type": "null", "allOf": [{"type": "integer"}]})") ==
          R"({"type":["null","integer"]})");
    CHECK(stream_schema(R"({"allOf": [{"properties": {"a": {"type": "string"}}}],
        "oneOf": [{"properties": {"b": {"type": "string"}}}]})") ==
          k_head + R"({"a":{"type":"string"},"b":{"type":"string"}}})");
}

TEST_CASE("normalise_schema replaces references by what they point to")
{
    CHECK(referring("#/definitions/a", R"({"a": {"type": "string"}})") == R"({"type":"string"})");
    CHECK(referring("#/definitions/a~1b~0~01", R"({"a/b~~1": {"type": "string"}})") ==
          R"({"type":"string"})");
    CHECK(referring("#/definitions/a%20%C3%A9%", R"({"a \u00e9%": {"type": "string"}})") ==
          R"({"type":"string"})");
    CHECK(referring("#/definitions/a/anyOf/1", R"({"a": {"anyOf": [{}, {"type": "string"}]}})") ==
          R"({"type":"string"})");
    CHECK(referring("#/definitions/", R"({"": {"type": "string"}})") == R"({"type":"string"})");
    CHECK(referring("#/definitions/a", R"({"a": {"$ref": "#/definitions/b"},
        "b": {"type": "string"}})") == R"({"type":"string"})");
    CHECK(column(R"({"$ref": "#/$defs/a", "type": "integer", "description": "D"})",
                 R"(, "$defs": {"a": {"type": "string", "description": "E"}})") ==
          R"({"type":"string","description":"D"})");
    CHECK(stream_schema(R"({"$ref": "#/definitions/a",
        "definitions": {"a": {"properties": {"x": {"type": "string"}}}}})") ==
          k_head + R"({"x":{"type":"string"}}})");
}

TEST_CASE("normalise_schema accepts all where a reference leads nowhere")
{
    for (const char* reference :
         {"#/definitions/b", "#/definitions/a/b/c", "#/definitions/a/anyOf/2", "definitions/a", "",
          "#/definitions/a/anyOf/x", "#/definitions/a/anyOf/-1", "#a", "shared.json#/definitions/a",
          "https://example.com/schema.json"}) {
        INFO(reference);
        CHECK(referring(reference, R"({"a": {"anyOf": [{"type": "string"}]}})") == "{}");
    }
    CHECK(column(R"({"$ref": 7, "type": "string"})") == "{}");
    CHECK(column(R"({"$ref": null})") == "{}");
    CHECK(column(R"({"type": "object", "properties": {"$ref": {"type": "string"}}})") ==
          R"({"type":"object","properties":{"$ref":{"type":"string"}}})");
}

TEST_CASE("normalise_schema ends a recursion where it meets itself")
{
    CHECK(column(R"({"$ref": "#"})") == "{}");
    CHECK(referring("#/definitions/list", R"({"list": {"type": ["null", "string", "array"],
        "items": {"$ref": "#/definitions/list"}}})") == R"({"type":["null","string","array"]})");
    CHECK(referring("#/definitions/a", R"({"a": {"$ref": "#/definitions/b"},
        "b": {"$ref": "#/definitions/a"}})") == "{}");
    CHECK(column(R"({"type": "object", "properties": {"up": {"$ref": "#/properties/c"}}})") ==
          R"({"type":"object","properties":{"up":{}}})");
    CHECK(referring("#/definitions/a", R"({"a": {"type": "object", "properties":
        {"x": {"$ref": "#/definitions/b"}, "y": {"$ref": "#/definitions/b"}}},
        "b": {"type": "string"}})") ==
          R"({"type":"object","properties":{"x":{"type":"string"},"y":{"type":"string"}}})");
}

TEST_CASE("normalise_schema reads tuples")
{
    auto items = [](const std::string& keywords) {
        return column(R"({"type": "array", )" + keywords + "}");
    };
    const std::string pair = R"("items": [{"type": "string"}, {"type": "integer"}])";
    CHECK(items(pair) == R"({"type":"array"})");
    CHECK(items(pair + R"(, "additionalItems": true)") == R"({"type":"array"})");
    CHECK(items(pair + R"(, "additionalItems": false)") ==
          R"({"type":"array","items":{"type":["integer","string"]}})");
    CHECK(items(pair + R"(, "additionalItems": {"type": "null"})") ==
          R"({"type":"array","items":{"type":["null","integer","string"]}})");
    CHECK(items(R"("items": [])") == R"({"type":"array"})");
    CHECK(items(R"("items": true)") == R"({"type":"array"})");
    CHECK(items(R"("items": {"items": {"items": {}}})") == R"({"type":"array"})");
    CHECK(items(R"("items": null)") == R"({"type":"array"})");
    CHECK(items(R"("prefixItems": [{}], "items": {"type": "string"})") == R"({"type":"array"})");
}

TEST_CASE("normalise_schema takes the last of two equal names")
{
    CHECK(stream_schema(R"({"properties": {"a": {}},
        "properties": {"a": {"type": "string"}, "b": {}, "a": {"type": "integer"}}})") ==
          k_head + R"({"a":{"type":"integer"},"b":{}}})");
}

TEST_CASE("normalise_schema writes names that every reader can take")
{
    CHECK(stream_schema(R"({"properties": {"\ud800": {"title": "\udc00"}}})") ==
          k_head + "{\"\xEF\xBF\xBD\":{\"title\":\"\xEF\xBF\xBD\"}}}");
}
