#include "catch.h"
#include "util/text.h"

using namespace tapbridge;

TEST_CASE("trim takes blanks from both ends only")
{
    CHECK(text::trim("") == "");
    CHECK(text::trim(" \t\r\n\v\f ") == "");
    CHECK(text::trim("  a b\t\n") == "a b");
    CHECK(text::trim("\xC2\xA0x") == "\xC2\xA0x");
}

TEST_CASE("lower and upper change ASCII letters only")
{
    CHECK(text::lower("AZaz@[`{ \xC3\x84") == "azaz@[`{ \xC3\x84");
    CHECK(text::upper("AZaz@[`{ \xC3\xA4") == "AZAZ@[`{ \xC3\xA4");
}

TEST_CASE("contains_ignoring_case finds a part in any case")
{
    CHECK(text::contains_ignoring_case("Error: UNAUTHORIZED (401)", "unauthorized"));
    CHECK(text::contains_ignoring_case("x", ""));
    CHECK(text::contains_ignoring_case("", ""));
    CHECK_FALSE(text::contains_ignoring_case("unauthorize", "unauthorized"));
    CHECK_FALSE(text::contains("Abc", "abc"));
    CHECK(text::contains("Abc", "bc"));
}

TEST_CASE("equals_ignoring_case compares whole texts")
{
    CHECK(text::equals_ignoring_case("Record", "RECORD"));
    CHECK(text::equals_ignoring_case("", ""));
    CHECK_FALSE(text::equals_ignoring_case("RECORD", "RECORDS"));
    CHECK_FALSE(text::equals_ignoring_case("RECORDS", "RECORD"));
    CHECK_FALSE(text::equals_ignoring_case("@", "`")); // 0x40 and 0x60: no letters
}

TEST_CASE("split keeps empty parts")
{
    using Parts = std::vector<std::string_view>;
    CHECK(text::split("", ',') == Parts{""});
    CHECK(text::split(",", ',') == Parts{"", ""});
    CHECK(text::split("a,,b,", ',') == Parts{"a", "", "b", ""});
}

TEST_CASE("join undoes split")
{
    CHECK(text::join({}, ", ").empty());
    CHECK(text::join({"a"}, ", ") == "a");
    CHECK(text::join({"a", "", "b"}, ", ") == "a, , b");
}

TEST_CASE("replace_all replaces without looking at what it has put in")
{
    CHECK(text::replace_all("aaa", "a", "aa") == "aaaaaa");
    CHECK(text::replace_all("aaa", "aa", "b") == "ba");
    CHECK(text::replace_all("abc", "", "x") == "abc");
    CHECK(text::replace_all("abc", "x", "y") == "abc");
    CHECK(text::replace_all("abc", "abc", "") == "");
}

TEST_CASE("to_utf8 keeps what is valid")
{
    const std::string valid = std::string("a\0\x7F", 3) + "\xC2\x80\xDF\xBF\xE0\xA0\x80\xED\x9F\xBF"
                                                          "\xEE\x80\x80\xEF\xBF\xBF\xF0\x90\x80\x80"
                                                          "\xF4\x8F\xBF\xBF";
    CHECK(text::to_utf8(valid) == valid);
    CHECK(text::to_utf8("").empty());
}

TEST_CASE("to_utf8 replaces each bad sequence by one U+FFFD, as Python's errors='replace' does")
{
    const std::string bad = "\xEF\xBF\xBD";
    CHECK(text::to_utf8("\xFF") == bad);
    CHECK(text::to_utf8("a\x80\x80z") == "a" + bad + bad + "z");
    CHECK(text::to_utf8("\xC0\xAF") == bad + bad);                     // overlong
    CHECK(text::to_utf8("\xE0\x80\x80") == bad + bad + bad);           // overlong
    CHECK(text::to_utf8("\xED\xA0\x80") == bad + bad + bad);           // surrogate
    CHECK(text::to_utf8("\xF4\x90\x80\x80") == bad + bad + bad + bad); // beyond U+10FFFF
    CHECK(text::to_utf8("\xE2\x82") == bad);                           // cut off
    CHECK(text::to_utf8("\xE2\x82z") == bad + "z");
    CHECK(text::to_utf8("\xF0\x9F\x98") == bad);
    CHECK(text::to_utf8("\xF0\x9F\x98"
                        "A") == bad + "A");
    CHECK(text::to_utf8("\xF0\x9F\xC3\xA4") == bad + "\xC3\xA4");
    CHECK(text::to_utf8("\xE9t\xE9") == bad + "t" + bad); // Latin-1
}

TEST_CASE("shorten never exceeds its limit and never cuts a character")
{
    CHECK(text::shorten("abc", 3) == "abc");
    CHECK(text::shorten("abcdef", 5) == "ab...");
    CHECK(text::shorten("abcdef", 3) == "...");
    CHECK(text::shorten("abcdef", 2) == "ab");
    CHECK(text::shorten("abcdef", 0) == "");
    CHECK(text::shorten("", 0) == "");
    const std::string umlauts = "\xC3\xA4\xC3\xA4\xC3\xA4\xC3\xA4\xC3\xA4";
    CHECK(text::shorten(umlauts, 8) == "\xC3\xA4\xC3\xA4...");
    CHECK(text::shorten(umlauts, 7) == "\xC3\xA4\xC3\xA4...");
    for (std::size_t limit = 0; limit < 12; ++limit) {
        const std::string faces =
            text::shorten("\xF0\x9F\x98\x80\xF0\x9F\x98\x80\xF0\x9F\x98\x80", limit);
        CHECK(faces.size() <= limit);
        CHECK(text::to_utf8(faces) == faces);
    }
    CHECK(text::shorten(std::string(100, '\x80'), 50).size() <= 50); // no UTF-8: does not hang
}

TEST_CASE("nearest finds the probable spelling")
{
    const std::vector<std::string> keys = {"replication", "primary_key", "cursor",
                                           "modes",       "id",          "env"};
    CHECK(text::nearest("replicaton", keys) == "replication");
    CHECK(text::nearest("primarykey", keys) == "primary_key");
    CHECK(text::nearest("primary-key", keys) == "primary_key");
    CHECK(text::nearest("PRIMARY_KEY", keys) == "primary_key");
    CHECK(text::nearest("cusror", keys) == "cursor"); // neighbours swapped
    CHECK(text::nearest("mode", keys) == "modes");
    CHECK(text::nearest("di", keys) == "id");
    CHECK(text::nearest("cursor", keys) == "cursor");
}

TEST_CASE("nearest stays silent where nothing is near")
{
    CHECK(text::nearest("colour", {"replication", "cursor"}).empty());
    CHECK(text::nearest("x", {"y"}).empty());
    CHECK(text::nearest("", {"y"}).empty());
    CHECK(text::nearest("word", {}).empty());
}

TEST_CASE("nearest prefers the nearer candidate, and the first of two equal ones")
{
    CHECK(text::nearest("streams", {"stream", "streams"}) == "streams");
    CHECK(text::nearest("streamz", {"stream", "streams"}) == "stream");
}

TEST_CASE("percent_decoded decodes whole triplets only")
{
    CHECK(text::percent_decoded("a%20b%C3%a9") == "a b\xC3\xA9");
    CHECK(text::percent_decoded("100%") == "100%");
    CHECK(text::percent_decoded("%4") == "%4");
    CHECK(text::percent_decoded("%zz%41") == "%zzA");
}

TEST_CASE("size_text: the greatest unit that leaves no rest")
{
    CHECK(text::size_text(0) == "0 bytes");
    CHECK(text::size_text(65537) == "65537 bytes");
    CHECK(text::size_text(65536) == "64 KiB");
    CHECK(text::size_text(std::size_t{256} << 20) == "256 MiB");
    CHECK(text::size_text(std::size_t{4} << 30) == "4 GiB");
}

TEST_CASE("one_line: white space and control characters become one blank")
{
    CHECK(text::one_line(" a\n\t# b\x1B\x7F \r\n") == "a # b");
    CHECK(text::one_line("\xC3\xA9\xFF") == "\xC3\xA9\xEF\xBF\xBD");
    CHECK(text::one_line("\n").empty());
}
