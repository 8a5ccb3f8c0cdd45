#include "catch.h"
#include "random_json.h"
#include "util/json/scanner.h"

#include <boost/json.hpp>

using namespace tapbridge;
using json::ScanError;

namespace {

constexpr unsigned k_limit = 1000;

std::string nested(std::size_t depth, const char* opening, const char* closing)
{
    std::string text;
    for (std::size_t i = 0; i < depth; ++i)
        text += opening;
    for (std::size_t i = 0; i < depth; ++i)
        text += closing;
    return text;
}

} // namespace

TEST_CASE("ObjectReader gives members in their order, in place")
{
    const std::string text =
        "\t{ \"a\" : 1.10 , \"b\\u0031\":[ {\"a\":2}, \"}\" ],\"a\":{}, \"\":\"x\\\"\" } ";
    json::ObjectReader reader(text, k_limit, nullptr);
    json::MemberView member{};
    std::vector<std::tuple<std::string_view, bool, std::string_view>> members;
    while (reader.next(member)) {
        CHECK(member.value.data() > text.data());
        members.emplace_back(member.key, member.key_escaped, member.value);
    }
    CHECK(reader.error() == ScanError::none);
    CHECK_FALSE(reader.next(member));
    REQUIRE(members.size() == 4);
    CHECK((members[0] == std::tuple{"a", false, "1.10"}));
    CHECK((members[1] == std::tuple{"b\\u0031", true, "[ {\"a\":2}, \"}\" ]"}));
    CHECK((members[2] == std::tuple{"a", false, "{}"}));
    CHECK((members[3] == std::tuple{"", false, "\"x\\\"\""}));
}

TEST_CASE("ObjectReader reports defects by their place in the whole text")
{
    std::vector<json::DefectAt> defects;
    json::ObjectReader reader("{\"a\": NaN, \"b\": {\"c\": Infinity}}", k_limit, &defects);
    json::MemberView member{};
    while (reader.next(member)) {
    }
    REQUIRE(defects.size() == 2);
    CHECK(defects[0].offset == 6);
    CHECK(defects[1].offset == 22);
}

TEST_CASE("ObjectReader stops at the first error and stays there")
{
    const std::vector<std::tuple<std::string_view, int, ScanError, std::size_t>> texts = {
        {"", 0, ScanError::syntax, 0},
        {"[]", 0, ScanError::syntax, 0},
        {"{", 0, ScanError::truncated, 1},
        {"{]", 0, ScanError::syntax, 1},
        {"{\"a\":1", 1, ScanError::truncated, 6},
        {"{\"a\":1,", 1, ScanError::truncated, 7},
        {"{\"a\":1,}", 1, ScanError::syntax, 7},
        {"{\"a\":1,\"b\":x}", 1, ScanError::syntax, 11},
        {"{\"a\":1]", 1, ScanError::syntax, 6},
        {"{\"a\":1} x", 1, ScanError::trailing, 8},
        {"{}{}", 0, ScanError::trailing, 2},
        {"{\"a\":[[]]}", 0, ScanError::too_deep, 6},
        {"{\"a\":[],\"b\":\"\xFF\"}", 1, ScanError::invalid_utf8, 13},
    };
    for (const auto& [text, members, error, offset] : texts) {
        INFO(text);
        json::ObjectReader reader(text, 2, nullptr);
        json::MemberView member{};
        int found = 0;
        while (reader.next(member))
            ++found;
        CHECK_FALSE(reader.next(member));
        CHECK(found == members);
        CHECK(reader.error() == error);
        CHECK(reader.error_offset() == offset);
    }
}

TEST_CASE("ObjectReader counts the outer object as one level")
{
    const auto error = [](std::string_view text, unsigned max_depth) {
        json::ObjectReader reader(text, max_depth, nullptr);
        json::MemberView member{};
        while (reader.next(member)) {
        }
        return reader.error();
    };
    CHECK(error("{}", 0) == ScanError::too_deep);
    CHECK(error("{\"a\":1}", 1) == ScanError::none);
    CHECK(error("{\"a\":[]}", 1) == ScanError::too_deep);
    CHECK(error("{\"a\":" + nested(998, "[", "]") + "}", 999) == ScanError::none);
    CHECK(error("{\"a\":" + nested(999, "[", "]") + "}", 999) == ScanError::too_deep);
}

TEST_CASE("ObjectReader finds the members that Boost.JSON finds")
{
    constexpr std::uint64_t k_seed = 424242;
    random_json::Generator generator(k_seed);
    for (int i = 0; i < 10'000; ++i) {
        const std::string text = generator.object(4);
        INFO("seed " << k_seed << ", text " << i << ": " << text);
        const boost::json::value expected = boost::json::parse(text);
        boost::json::object found; // the last of duplicates, as Boost.JSON has it
        json::ObjectReader reader(text, k_limit, nullptr);
        json::MemberView member{};
        while (reader.next(member)) {
            const auto key = boost::json::parse('"' + std::string(member.key) + '"').as_string();
            CHECK(member.key_escaped == (member.key.find('\\') != std::string_view::npos));
            found[key] = boost::json::parse(member.value);
        }
        if (reader.error() != ScanError::none || boost::json::value(found) != expected)
            FAIL("found " << boost::json::serialize(found));
    }
}
