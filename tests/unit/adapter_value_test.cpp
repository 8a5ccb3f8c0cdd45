#include "adapter/adapter_value.h"
#include "catch.h"

#include <string>
#include <vector>

using namespace tapbridge;
using namespace tapbridge::adapter;

namespace {

// The JSON of a YAML text, or the problem with it.
std::string json_text(const std::string& yaml, Meaning meaning = Meaning::data)
{
    std::vector<Problem> problems;
    const auto node = parse_yaml(yaml, problems);
    REQUIRE(node);
    const json::Value value = json_of(*node, meaning, problems);
    return problems.empty() ? value.text() : problems.at(0).text;
}

} // namespace

TEST_CASE("plain scalars mean what YAML 1.2 says")
{
    for (const std::string text : {"~", "null", "Null", "NULL", ""}) {
        CHECK(json_text("a: " + text) == R"({"a":null})");
    }
    for (const std::string text : {"true", "True", "TRUE"}) {
        CHECK(json_text("a: " + text) == R"({"a":true})");
    }
    CHECK(json_text("false") == "false");
    for (const std::string text :
         {"0", "-0", "1.10", "12345678901234567890.123456789", "1E400", "1e-7", "-12", "2.50e+3"}) {
        CHECK(json_text(text) == text);
    }
    for (const std::string text :
         {"no",  "yes",   "on",  "off",   "y",   "N",          "tRUE",  "1.2.3", "0x",
          "0b1", "1_000", "+",   ".",     "1e",  "2024-01-31", "12:30", "e5",    "0o8",
          "0xG", ".inF",  "nan", "+.nan", "1 2", "--1",        "-0x1F"}) {
        CHECK(json_text(text) == '"' + text + '"');
    }
    for (const std::string text : {"1", "true", "null", "~", "", "0x1F", ".5"}) {
        CHECK(json_text("a: '" + text + "'") == "{\"a\":\"" + text + "\"}");
        CHECK(json_text("a: \"" + text + "\"") == "{\"a\":\"" + text + "\"}");
    }
}

TEST_CASE("a number that JSON cannot write so is a problem")
{
    const std::vector<std::pair<std::string, std::string>> numbers = {
        {"+1", "1"},       {".5", "0.5"},  {"-.5", "-0.5"},   {"1.", "1.0"},
        {"1.e5", "1.0e5"}, {"007", "7"},   {"-00.5", "-0.5"}, {"+.5e3", "0.5e3"},
        {"0x1F", "31"},    {"0o17", "15"}, {"00", "0"}};
    for (const auto& [text, form] : numbers) {
        CHECK(json_text("a: [" + text + "]") == '"' + text +
                                                    "\" is no number in JSON. Put it in quotes, "
                                                    "or write it as " +
                                                    form + ".");
    }
    for (const std::string text :
         {".inf", "-.INF", "+.Inf", ".nan", ".NaN", "0xFFFFFFFFFFFFFFFFF"}) {
        CHECK(json_text(text) == '"' + text + "\" is no number in JSON. Put it in quotes.");
    }
}

TEST_CASE("lists and mappings become those of JSON")
{
    CHECK(json_text("a: [1, {b: no}]\n'1': &x {}\nc: *x\n") ==
          R"({"a":[1,{"b":"no"}],"1":{},"c":{}})");
    CHECK(json_text("- |\n  a\n  \"b\"\n") == R"(["a\n\"b\"\n"])");
}

TEST_CASE("in a schema the type null is a word")
{
    CHECK(json_text("{type: [null, string]}") == R"({"type":[null,"string"]})");
    CHECK(json_text("{type: [null, string]}", Meaning::schema) == R"({"type":["null","string"]})");
    CHECK(json_text("{items: {type: [~, 'null']}, enum: [null]}", Meaning::schema) ==
          R"({"items":{"type":["null","null"]},"enum":[null]})");
}
