// What value.h has for text: finding JSON in it, strings to and from their source text.
#include "catch.h"
#include "random_json.h"
#include "util/json/value.h"

#include <boost/json.hpp>

#include <ctime>

using namespace tapbridge;
using json::Value;

namespace {

std::string repeat(std::string_view text, std::size_t times)
{
    std::string result;
    for (std::size_t i = 0; i < times; ++i)
        result += text;
    return result;
}

double cpu_seconds()
{
    return static_cast<double>(std::clock()) / CLOCKS_PER_SEC;
}

} // namespace

TEST_CASE("find_object finds an object among junk")
{
    const auto found = [](std::string_view text) {
        const std::optional<Value> value = json::find_object(text, "streams");
        return value ? value->text() : "";
    };
    const std::string catalog = R"({"streams":[{"stream":"a"}]})";
    CHECK(found(catalog) == catalog);
    CHECK(found("Starting {tap} v{1.0}\n" + catalog + "\nUse it with --catalog {file}\n") ==
          catalog);
    CHECK(found("{'a': 1} {\"level\": \"info\"}\n{\"a\": {\"streams\": 1}}" + catalog) == catalog);
    CHECK(found("{{{" + catalog) == catalog);
    CHECK(found("say \"{\" and \"" + catalog) == catalog);
    CHECK(found("{\"half {\"of it\": 1}" + catalog) == catalog);
    CHECK(found("{\"a\": 1, oops " + catalog + "}") == catalog);
    CHECK(found("{\"unfinished\": [{\"a\": 1}, " + catalog) == catalog);
    CHECK(found("\xEF\xBB\xBF" + catalog) == catalog);
    CHECK(found(std::string("\0\xFF", 2) + catalog + "\xFF") == catalog);
    CHECK(found(R"({"str\u0065ams":1})") == R"({"str\u0065ams":1})");
    CHECK(found(R"({"streams":1}{"streams":2})") == R"({"streams":1})");
    CHECK(found(R"({"streams": NaN})") == R"({"streams":NaN})");
}

TEST_CASE("find_object finds nothing where there is nothing")
{
    for (const std::string& text :
         {std::string(), std::string("{"), std::string("streams"), std::string("[\"streams\"]"),
          std::string("{\"streams\""), std::string("{\"streams\":["),
          std::string("{\"a\":\"streams\"}"), std::string("{'streams': []}")}) {
        INFO(text);
        CHECK_FALSE(json::find_object(text, "streams"));
    }
}

TEST_CASE("find_object takes linear time")
{
    constexpr std::size_t k_size = 4'000'000;
    const auto seconds = [](const std::string& text) {
        const double started = cpu_seconds();
        CHECK_FALSE(json::find_object(text, "streams"));
        return cpu_seconds() - started;
    };
    for (const char* piece :
         {"{", "{\"a\":", "[{\"a\":", "{\"", "{\"{\":", "{\"a{\":{\"b\":1},", "{\"a\":[1,", "{}",
          "{\"{\\\"a\\\":{", "{\"a\":{}}", "\"{\"", "{\"{\":{\"a\":\"}"}) {
        INFO(piece);
        CHECK(seconds(repeat(piece, k_size / std::char_traits<char>::length(piece))) < 2);
    }
    // Unfinished, with much inside every level.
    CHECK(seconds(repeat("{\"a\":", 900) + "[" + repeat("{\"b\":1},", k_size / 8)) < 2);
}

TEST_CASE("decode_string decodes escapes")
{
    CHECK(json::decode_string("").empty());
    CHECK(json::decode_string(R"(a\"\\\/\b\f\n\r\tz)") == "a\"\\/\b\f\n\r\tz");
    CHECK(json::decode_string(R"(\u0041\u00e4\u20AC\uD83D\uDE00)") ==
          "A\xC3\xA4\xE2\x82\xAC\xF0\x9F\x98\x80");
    CHECK(json::decode_string(R"(\uDBFF\uDFFF\ud800\udc00)") == "\xF4\x8F\xBF\xBF\xF0\x90\x80\x80");
    CHECK(json::decode_string(R"(\u0000)") == std::string(1, '\0'));
    CHECK(json::decode_string(R"(\ud800)") == "\xEF\xBF\xBD");
    CHECK(json::decode_string(R"(\ud800\u0041)") == "\xEF\xBF\xBD"
                                                    "A");
    CHECK(json::decode_string(R"(\udc00\ud800\udc00)") == "\xEF\xBF\xBD\xF0\x90\x80\x80");
}

TEST_CASE("decode_string survives what is no source text")
{
    for (const char* text :
         {"\\", "\\u", "\\u12", "\\ud800\\", "\\ud800\\u", "\\ud800\\u12", "\\x"})
        CHECK(json::decode_string(text).size() <= 12);
}

TEST_CASE("quoted makes a string that reads back as the same text")
{
    CHECK(json::quoted("a\b\f\n\r\t\x1F\x7F/") == "\"a\\b\\f\\n\\r\\t\\u001f\x7F/\"");
    CHECK(json::quoted(std::string_view("\0", 1)) == R"("\u0000")");
    CHECK(json::quoted("\xC2\x85\xE2\x80\xA8\xE2\x80\xA9") == R"("\u0085\u2028\u2029")");
    CHECK(json::quoted("\xFF\xED\xA0\x80") ==
          "\"\xEF\xBF\xBD\xEF\xBF\xBD\xEF\xBF\xBD\xEF\xBF\xBD\"");
    std::string out = "x";
    json::append_quoted(out, "\xF0\x9F\x98\x80");
    CHECK(out == "x\"\xF0\x9F\x98\x80\"");
}

TEST_CASE("strings decode as Boost.JSON decodes them")
{
    constexpr std::uint64_t k_seed = 5;
    random_json::Generator generator(k_seed);
    for (int i = 0; i < 10'000; ++i) {
        const std::string text = generator.string();
        INFO("seed " << k_seed << ", text " << i << ": " << text);
        const std::string decoded = json::parse(text)->as_string();
        if (decoded != std::string_view(boost::json::parse(text).as_string()) ||
            json::parse(json::quoted(decoded))->as_string() != decoded)
            FAIL("decoded as " << decoded);
    }
}
