#include "catch.h"
#include "singer/message.h"
#include "translate/record.h"

#include <boost/json.hpp>

using namespace tapbridge;

namespace {

// The Airbyte line for the record that stands in `line`, as the read path makes it.
std::string splice(std::string_view line)
{
    singer::MessageReader reader;
    REQUIRE(reader.read(line) == singer::LineKind::message);
    translate::RecordWriter writer;
    writer.set_emitted_at(1700000000123);
    std::string out;
    writer.append(out, translate::record_prefix({"users", std::nullopt}), reader.message().payload,
                  reader.defects());
    return out;
}

std::string record(std::string_view data)
{
    return R"({"type":"RECORD","stream":"users","record":)" + std::string(data) + "}";
}

std::string expected(std::string_view data, std::string_view meta = "")
{
    return R"({"type":"RECORD","record":{"stream":"users","data":)" + std::string(data) +
           std::string(meta) + ",\"emitted_at\":1700000000123}}\n";
}

constexpr const char* k_nulled_a =
    R"(,"meta":{"changes":[{"field":"a","change":"NULLED","reason":"SOURCE_SERIALIZATION_ERROR"}]})";

} // namespace

TEST_CASE("RecordWriter leaves good bytes as they came")
{
    for (const char* data : {R"({"a": 12345678901234567890.123456789, "b":1E400,"c" : -0})",
                             R"({"é":"\u00e9\/", "a":1, "a":2})", R"({"z":1.10,"a":[ ]})",
                             R"({"deep":{"a":[{"b":[[]]}]}})"}) {
        CHECK(splice(record(data)) == expected(data));
    }
}

TEST_CASE("RecordWriter names the namespace where there is one")
{
    CHECK(translate::record_prefix({"o", "shop"}) ==
          R"({"type":"RECORD","record":{"stream":"o","namespace":"shop","data":)");
}

TEST_CASE("RecordWriter makes non-finite numbers null and says in which field")
{
    CHECK(splice(record(R"({"a": NaN})")) == expected(R"({"a": null})", k_nulled_a));
    CHECK(splice(record(R"({"a":{"x":[1,-Infinity,NaN]},"b":2})")) ==
          expected(R"({"a":{"x":[1,null,null]},"b":2})", k_nulled_a));
    CHECK(splice(record(R"({"x\"y":Infinity,"b":sNaN})")) ==
          expected(R"({"x\"y":null,"b":null})",
                   R"(,"meta":{"changes":[)"
                   R"({"field":"x\"y","change":"NULLED","reason":"SOURCE_SERIALIZATION_ERROR"},)"
                   R"({"field":"b","change":"NULLED","reason":"SOURCE_SERIALIZATION_ERROR"}]})"));
}

TEST_CASE("RecordWriter makes over-long numbers null")
{
    const std::string digits(1001, '7');
    CHECK(splice(record(R"({"a":)" + digits + "}")) ==
          expected(R"({"a":null})", R"(,"meta":{"changes":[{"field":"a","change":"NULLED",)"
                                    R"("reason":"SOURCE_FIELD_SIZE_LIMITATION"}]})"));
    const std::string longest(1000, '7');
    CHECK(splice(record(R"({"a":)" + longest + "}")) == expected(R"({"a":)" + longest + "}"));
}

TEST_CASE("RecordWriter mends strings without telling")
{
    CHECK(splice(record(R"({"a":"x\ud800y","b":"\udc00","c":"\ud83d\ude00"})")) ==
          expected(R"({"a":"x\ufffdy","b":"\ufffd","c":"\ud83d\ude00"})"));
    CHECK(splice(record("{\"a\":\"x\u2028y\u2029z\u0085\"}")) ==
          expected(R"({"a":"x\u2028y\u2029z\u0085"})"));
    CHECK(splice(record("{\"a\":\r1}")) == expected("{\"a\": 1}"));
    CHECK(splice(record("{\r\r\r\"a\":\r \r1}")) == expected("{ \"a\":   1}"));
}

TEST_CASE("RecordWriter output is strict JSON whatever is mended")
{
    const std::string out = splice(
        record("{\"\\ud800\":[NaN,{\"k\":\"\u2028\"}],\"b\":-Infinity,\r\"c\":\"\\udfff\"}"));
    const boost::json::value value = boost::json::parse(out);
    CHECK(value.at("record").at("meta").at("changes").as_array().size() == 2);
}

TEST_CASE("is_empty_record sees through blanks")
{
    CHECK(translate::is_empty_record("{}"));
    CHECK(translate::is_empty_record("{ \t }"));
    CHECK_FALSE(translate::is_empty_record(R"({"a":1})"));
}
