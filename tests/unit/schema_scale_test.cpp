#include "catch.h"
#include "translate/schema.h"

#include <chrono>
#include <string>
#include <utility>

using namespace tapbridge;
using translate::normalise_schema;

namespace {

json::Value parsed(const std::string& text)
{
    auto value = json::parse(text);
    REQUIRE(value);
    return *value;
}

std::string repeated(const std::string& text, std::size_t times)
{
    std::string out;
    for (std::size_t i = 0; i < times; ++i)
        out += text;
    return out;
}

// Nine definitions of which each refers ten times to the next: ten to the ninth strings.
std::string exploding_definitions()
{
    std::string out;
    for (int level = 0; level < 9; ++level) {
        out += "\"d" + std::to_string(level) + R"(": {"type": "object", "properties": {)";
        for (int i = 0; i < 10; ++i)
            out += (i > 0 ? ",\"p" : "\"p") + std::to_string(i) +
                   R"(": {"$ref": "#/definitions/d)" + std::to_string(level + 1) + "\"}";
        out += "}},";
    }
    return out + R"("d9": {"type": "string"})";
}

} // namespace

TEST_CASE("normalise_schema cuts what is nested too deeply")
{
    for (const auto& [open, close] :
         {std::pair<std::string, std::string>{R"({"type":"array","items":)", "}"},
          {R"({"type":"object","properties":{"a":)", "}}"},
          {R"({"anyOf":[)", "]}"},
          {R"({"allOf":[)", "]}"},
          {R"({"type":"array","additionalItems":false,"items":[)", "]}"}}) {
        INFO(open);
        const std::string column =
            repeated(open, 450) + R"({"type":"string"})" + repeated(close, 450);
        const json::Value schema =
            normalise_schema(parsed(R"({"properties": {"c": )" + column + "}}"));
        CHECK(schema.text().size() < 5'000);
        CHECK(schema.text().find("string") == std::string::npos);
        CHECK(normalise_schema(schema) == schema);
    }
    const std::string allowed =
        repeated(R"({"type":"array","items":)", 90) + R"({"type":"string"})" + repeated("}", 90);
    CHECK(normalise_schema(parsed(R"({"properties": {"c": )" + allowed + "}}"))
              .find("properties")
              ->find("c")
              ->text() == allowed);
}

TEST_CASE("normalise_schema follows a long chain of references no further than it may")
{
    std::string definitions;
    for (int i = 0; i < 5000; ++i)
        definitions += "\"d" + std::to_string(i) + R"(": {"$ref": "#/definitions/d)" +
                       std::to_string(i + 1) + "\"},";
    const std::string text =
        normalise_schema(
            parsed(
                R"({"properties": {"c": {"$ref": "#/definitions/d0"}, "d": {"$ref": "#/definitions/d4990"}},
            "definitions": {)" +
                definitions + R"("d5000": {"type": "string"}}})"))
            .text();
    CHECK(text.find(R"("c":{},"d":{"type":"string"})") != std::string::npos);
}

TEST_CASE("normalise_schema keeps some type for every column where references multiply")
{
    const json::Value schema = normalise_schema(parsed(
        R"({"properties": {"a": {"$ref": "#/definitions/d0"}, "b": {"$ref": "#/definitions/d1"},
            "c": {"$ref": "#/definitions/d9"}}, "definitions": {)" +
        exploding_definitions() + "}}"));
    CHECK(schema.text().size() < 10'000'000);
    const json::Value& properties = *schema.find("properties");
    CHECK(properties.find("a")->find("type")->as_string() == "object");
    CHECK(properties.find("b")->find("properties")->find("p9")->find("type")->as_string() ==
          "object");
    CHECK(properties.find("c")->text() == R"({"type":"string"})");
}

TEST_CASE("normalise_schema gives up references only where nothing else helps")
{
    std::string wide = R"("wide": {"type": "object", "properties": {)";
    std::string columns;
    for (int i = 0; i < 1000; ++i) {
        const std::string comma = i > 0 ? "," : "";
        wide += comma + "\"w" + std::to_string(i) + R"(": {"type": "string"})";
        columns += comma + "\"c" + std::to_string(i) + R"(": {"$ref": "#/definitions/wide"})";
    }
    const std::string text = normalise_schema(parsed(R"({"properties": {)" + columns +
                                                     R"(, "z": {"type": "string"}},
            "definitions": {)" + wide + "}}}}"))
                                 .text();
    CHECK(text.find(R"("c0":{},"c1":{})") != std::string::npos);
    CHECK(text.find(R"("c999":{},"z":{"type":"string"}}})") != std::string::npos);
}

TEST_CASE("normalise_schema takes ten thousand columns")
{
    std::string columns;
    for (int i = 0; i < 10'000; ++i)
        columns += (i > 0 ? ",\"c" : "\"c") + std::to_string(i) +
                   R"(": {"anyOf": [{"$ref": "#/definitions/n"}, {"type": "null"}]})";
    const std::string node = R"({"properties": {)" + columns + "}}";
    const json::Value tap_schema =
        parsed(R"({"allOf": [)" + node + R"(], "anyOf": [)" + node + "," + node +
               R"(], "definitions": {"n": {"type": "number"}}})");
    const auto start = std::chrono::steady_clock::now();
    const json::Value schema = normalise_schema(tap_schema);
    CHECK(std::chrono::steady_clock::now() - start < std::chrono::seconds(20));
    REQUIRE(schema.find("properties")->members().size() == 10'000);
    CHECK(schema.find("properties")->members().back().value.text() ==
          R"({"type":["null","number"]})");
}
