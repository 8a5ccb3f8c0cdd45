#include "catch.h"
#include "random_json.h"
#include "util/json/value.h"

#include <boost/json.hpp>

#include <ctime>

using namespace tapbridge;
using json::Kind;
using json::ScanError;
using json::Value;

namespace {

Value parsed(std::string_view text)
{
    INFO(text);
    std::optional<Value> value = json::parse(text);
    REQUIRE(value);
    return std::move(*value);
}

json::ParseError error_of(std::string_view text, json::ParseOptions options = {})
{
    INFO(text);
    json::ParseError error;
    CHECK_FALSE(json::parse(text, &error, options));
    return error;
}

std::string repeat(std::string_view text, std::size_t times)
{
    std::string result;
    for (std::size_t i = 0; i < times; ++i)
        result += text;
    return result;
}

std::string nested(std::size_t depth)
{
    return repeat("[", depth) + repeat("]", depth);
}

// Without the blanks between tokens.
std::string compact(std::string_view text)
{
    std::string result;
    bool in_string = false;
    for (std::size_t i = 0; i < text.size(); ++i) {
        if (text[i] == '"')
            in_string = !in_string;
        if (in_string && text[i] == '\\')
            result += text[i++];
        if (in_string || (text[i] != ' ' && text[i] != '\t' && text[i] != '\n' && text[i] != '\r'))
            result += text[i];
    }
    return result;
}

double cpu_seconds()
{
    return static_cast<double>(std::clock()) / CLOCKS_PER_SEC;
}

} // namespace

TEST_CASE("parse keeps the source text of every scalar and key")
{
    const std::string text =
        R"({"a":12345678901234567890.123456789,"\u0062":[1E400,-0,1.10,1e+5,NaN,"\ud800\/"],)"
        R"("a":{"":null,"t":true,"f":false},"ä":[],"o":{}})";
    CHECK(parsed(text).text() == text);
    CHECK(parsed(" \r\n\t{ \"a\" : [ 1 , 2 ] } ").text() == R"({"a":[1,2]})");
}

TEST_CASE("parse gives kinds and contents")
{
    const Value value = parsed(R"({"n":null,"b":true,"i":-42,"s":"x\ny","a":[1,[]],"o":{"k":0}})");
    REQUIRE(value.is_object());
    REQUIRE(value.members().size() == 6);
    CHECK(value.source().empty());
    CHECK(value.find("n")->is_null());
    CHECK(value.find("b")->kind() == Kind::boolean);
    CHECK(value.find("b")->as_bool());
    CHECK(value.find("i")->kind() == Kind::number);
    CHECK(value.find("i")->as_integer() == -42);
    CHECK(value.find("s")->is_string());
    CHECK(value.find("s")->as_string() == "x\ny");
    CHECK(value.find("s")->source() == R"("x\ny")");
    CHECK(value.find("a")->is_array());
    CHECK(value.find("a")->items().size() == 2);
    CHECK(value.find("a")->source().empty());
    CHECK(value.find("o")->find("k")->source() == "0");
    CHECK(value.find("x") == nullptr);
    CHECK(value.find("a")->find("x") == nullptr);
    CHECK(parsed("NaN").kind() == Kind::number);
    CHECK(parsed("-Infinity").kind() == Kind::number);
    CHECK(Value().is_null());
    CHECK(Value().text() == "null");
}

TEST_CASE("parse says line and column of an error")
{
    const json::ParseError error = error_of("{\n  \"a\": 1,\n  \"b\": x\n}");
    CHECK(error.kind == ScanError::syntax);
    CHECK(error.offset == 19);
    CHECK(error.line == 3);
    CHECK(error.column == 8);
    CHECK(error_of("").kind == ScanError::syntax);
    CHECK(error_of("").line == 1);
    CHECK(error_of("").column == 1);
    CHECK(error_of("[\n").kind == ScanError::truncated);
    CHECK(error_of("[\n").line == 2);
    CHECK(error_of("[\n").column == 1);
    CHECK(error_of("\n\n\"\n\"").line == 3);
    CHECK(error_of("\n\n\"\n\"").column == 2);
    CHECK(error_of("{} {}").kind == ScanError::trailing);
    CHECK(error_of("\xEF\xBB\xBF{}").kind == ScanError::syntax);
    CHECK(error_of(std::string_view("{}\0", 3)).kind == ScanError::trailing);
}

TEST_CASE("parse does not need anywhere to put its error")
{
    CHECK_FALSE(json::parse("{"));
}

TEST_CASE("parse in strict mode refuses what only Python prints")
{
    const json::ParseOptions strict{true, 1000};
    CHECK(json::parse(R"({"a":[1e400,"\ud83d\ude00"]})", nullptr, strict));
    CHECK(json::parse(std::string(2000, '1'), nullptr, strict));
    for (const char* text :
         {"[NaN]", "[-Infinity]", "[sNaN]", R"(["\ud800"])", R"([{"\udc00":1}])"}) {
        CHECK(json::parse(text));
        const json::ParseError error = error_of(text, strict);
        CHECK(error.kind == ScanError::syntax);
        CHECK(error.offset >= 1);
        CHECK(error.offset <= 3);
    }
}

TEST_CASE("parse stops at the limit on nesting")
{
    CHECK(json::parse(nested(1000)));
    CHECK(error_of(nested(1001)).kind == ScanError::too_deep);
    CHECK(error_of(nested(1001)).offset == 1000);
    CHECK(json::parse("1", nullptr, {false, 0}));
    CHECK(error_of("[]", {false, 0}).kind == ScanError::too_deep);
    CHECK(json::parse("[[],{},[1]]", nullptr, {false, 2}));
    CHECK(error_of(repeat("[", 1'000'000)).kind == ScanError::too_deep);
    CHECK(error_of(repeat("{\"a\":", 1'000'000), {false, 4'000'000'000U}).kind ==
          ScanError::too_deep);
}

TEST_CASE("values at the deepest nesting can be copied, compared, written and destroyed")
{
    const std::string text = repeat("{\"a\":[", 500) + repeat("]}", 500);
    const Value value = parsed(text);
    const Value copy = value;
    CHECK((copy == value));
    CHECK(copy.text() == text);
    CHECK(copy.text(true) == text);
    CHECK(json::has_defects(copy));
    Value moved = parsed(text);
    moved = Value();
    CHECK(moved.is_null());
}

TEST_CASE("find gives the last of duplicate members, by its decoded name")
{
    Value value = parsed(R"({"a":1,"b":2,"\u0061":3})");
    CHECK(value.find("a")->source() == "3");
    CHECK(value.find("\\u0061") == nullptr);
    *value.find("b") = Value::boolean(false);
    CHECK(value.text() == R"({"a":1,"b":false,"\u0061":3})");
    CHECK(Value::string("a").find("a") == nullptr);
}

TEST_CASE("set replaces in place or appends")
{
    Value value = parsed(R"({"a":1,"\u0062":2,"c":3})");
    value.set("b", Value::number(-5));
    Value& added = value.set("d\"\n", Value::array());
    added.items().push_back(Value::string("x"));
    CHECK(value.text() == R"({"a":1,"\u0062":-5,"c":3,"d\"\n":["x"]})");
    Value twice = parsed(R"({"a":1,"a":2})");
    twice.set("a", Value());
    CHECK(twice.find("a")->is_null());
}

TEST_CASE("erase removes every member of a name")
{
    Value value = parsed(R"({"a":1,"b":2,"\u0061":3})");
    CHECK(value.erase("a"));
    CHECK(value.text() == R"({"b":2})");
    CHECK_FALSE(value.erase("a"));
    CHECK_FALSE(Value().erase("a"));
}

TEST_CASE("values can be made without source text")
{
    CHECK(Value::boolean(true).text() == "true");
    CHECK(Value::boolean(false).text() == "false");
    CHECK_FALSE(Value::boolean(false).as_bool());
    CHECK(Value::number(INT64_MIN).text() == "-9223372036854775808");
    CHECK(Value::string("a\"\\\x01\n\xC3\xA4").text() == "\"a\\\"\\\\\\u0001\\n\xC3\xA4\"");
    CHECK(Value::array({Value(), Value::number(1)}).text() == "[null,1]");
    CHECK(Value::object({{"k", {}, Value::string("v")}}).text() == R"({"k":"v"})");
    CHECK(Value::array().text() == "[]");
    CHECK(Value::object().text() == "{}");
    CHECK(Value::scalar(Kind::number, "1.10").text() == "1.10");
}

TEST_CASE("as_integer takes integers of 64 bits only")
{
    CHECK(parsed("9223372036854775807").as_integer() == INT64_MAX);
    CHECK(parsed("-0").as_integer() == 0);
    for (const char* text : {"9223372036854775808", "1.0", "1e3", "\"1\"", "null", "NaN", "[1]"})
        CHECK_FALSE(parsed(text).as_integer());
}

TEST_CASE("as_string and as_bool give nothing for other kinds")
{
    CHECK(parsed("12").as_string().empty());
    CHECK(parsed("[\"a\"]").as_string().empty());
    CHECK_FALSE(parsed("1").as_bool());
    CHECK_FALSE(parsed("\"true\"").as_bool());
    CHECK(Value::scalar(Kind::string, "").as_string().empty());
}

TEST_CASE("write in ASCII escapes what is beyond it and nothing else")
{
    const Value value =
        parsed("{\"\xC3\xA4\\u00E4\":[\"\xE2\x82\xAC\xF0\x9F\x98\x80\\/\x7F\",1E+5,\"\xC2\x85\"]}");
    CHECK(value.text(true) ==
          "{\"\\u00e4\\u00E4\":[\"\\u20ac\\ud83d\\ude00\\/\x7F\",1E+5,\"\\u0085\"]}");
    CHECK(Value::object({{"\xC3\xA4", {}, Value()}}).text(true) == R"({"\u00e4":null})");
    CHECK(Value::scalar(Kind::string, "\"\xFF\xC3\"").text(true) == R"("\ufffd\ufffd")");
    std::string out = "before";
    value.write(out);
    CHECK(out == "before" + value.text());
}

TEST_CASE("equality compares source texts")
{
    const auto equal = [](const char* a, const char* b) { return parsed(a) == parsed(b); };
    CHECK(equal("1.10", "1.10"));
    CHECK_FALSE(equal("1.10", "1.1"));
    CHECK_FALSE(equal("\"a\"", "\"\\u0061\""));
    CHECK_FALSE(equal("\"1\"", "1"));
    CHECK_FALSE(equal("[]", "{}"));
    CHECK_FALSE(equal("[1,2]", "[2,1]"));
    CHECK_FALSE(equal("[1]", "[1,1]"));
    CHECK(equal("[1, 2]", "[1,2]"));
}

TEST_CASE("equality takes members in any order")
{
    const auto equal = [](const char* a, const char* b) { return parsed(a) == parsed(b); };
    CHECK(equal(R"({"a":1,"b":{"c":2,"d":3}})", R"({"b":{"d":3,"c":2},"a":1})"));
    CHECK(equal(R"({"a":1})", R"({"\u0061":1})"));
    CHECK_FALSE(equal(R"({"a":1,"b":2})", R"({"b":1,"a":2})"));
    CHECK_FALSE(equal(R"({"a":1,"b":2})", R"({"a":1})"));
    CHECK_FALSE(equal(R"({"a":1,"b":2})", R"({"a":1,"c":2})"));
    CHECK_FALSE(equal(R"({"a":1,"a":2})", R"({"a":2,"a":1})")); // the last one counts
    CHECK(equal(R"({"a":1,"b":0,"a":2})", R"({"b":0,"a":1,"a":2})"));
    CHECK_FALSE(equal(R"({"a":1,"a":1,"b":1})", R"({"a":1,"b":1,"b":1})"));
}

TEST_CASE("big objects are read and compared in reasonable time")
{
    constexpr int k_members = 20'000;
    Value forward = Value::object(), backward = Value::object();
    for (int i = 0; i < k_members; ++i) {
        const auto member = [](int n) {
            return json::Member{"member " + std::to_string(n), {}, Value::number(n)};
        };
        forward.members().push_back(member(i));
        backward.members().push_back(member(k_members - 1 - i));
    }
    const double started = cpu_seconds();
    CHECK((parsed(forward.text()) == parsed(backward.text())));
    CHECK(cpu_seconds() - started < 5); // comparing all pairs would take minutes with a sanitizer
}

TEST_CASE("has_defects sees what some reader could not take")
{
    for (const std::string& text :
         {std::string("NaN"), std::string("[-Infinity]"), std::string("{\"a\":{\"b\":sNaN}}"),
          std::string(R"("\ud800")"), std::string(R"({"\udc00":1})"), std::string(1001, '1'),
          "{\"a\":[" + std::string(1001, '1') + "]}", nested(901),
          std::string("\"\xE2\x80\xA8\"")}) {
        INFO(text);
        CHECK(json::has_defects(parsed(text)));
    }
    for (const std::string& text :
         {std::string("null"), std::string("-1.5e400"),
          std::string(R"(["\ud83d\ude00",{"a":true}])"), std::string(1000, '1'), nested(900),
          std::string("\"\\u2028\""), std::string("\"NaN\"")}) {
        INFO(text);
        CHECK_FALSE(json::has_defects(parsed(text)));
    }
}

TEST_CASE("parse and write give back random text without its blanks")
{
    constexpr std::uint64_t k_seed = 77;
    random_json::Generator generator(k_seed);
    for (int i = 0; i < 10'000; ++i) {
        const std::string text = generator.blanks() + generator.value(6);
        INFO("seed " << k_seed << ", text " << i << ": " << text);
        const std::optional<Value> value = json::parse(text);
        if (!value || value->text() != compact(text) || !(json::parse(value->text()) == value))
            FAIL("reads as " << (value ? value->text() : "nothing"));
        const std::string ascii = value->text(true);
        if (boost::json::parse(ascii) != boost::json::parse(text) ||
            std::any_of(ascii.begin(), ascii.end(), [](char c) { return (c & 0x80) != 0; }))
            FAIL("in ASCII: " << ascii);
    }
}

TEST_CASE("parse accepts what check accepts and finds the same error elsewhere")
{
    constexpr std::uint64_t k_seed = 99;
    random_json::Generator generator(k_seed);
    for (int i = 0; i < 30'000; ++i) {
        std::string text = generator.value(5);
        generator.damage(text);
        INFO("seed " << k_seed << ", text " << i << ": " << text);
        json::ParseError error;
        std::size_t offset = 0;
        const ScanError expected = json::check(text, 1000, nullptr, &offset);
        const bool accepted = json::parse(text, &error).has_value();
        if (accepted != (expected == ScanError::none) || error.kind != expected ||
            error.offset != offset)
            FAIL("parse: " << describe(error.kind) << " at " << error.offset
                           << ", check: " << describe(expected) << " at " << offset);
    }
}
