// Records of log-based streams: one member more, every other byte as it came.
#include "catch.h"
#include "random_json.h"
#include "singer/message.h"
#include "translate/deletion.h"
#include "translate/record.h"
#include "util/json/mend.h"

#include <boost/json.hpp>

using namespace tapbridge;

namespace {

// The Airbyte line for a record with this source text, as the read path makes it.
std::string spliced(std::string_view data, std::string_view column = "_sdc_deleted_at")
{
    singer::MessageReader reader;
    const std::string line =
        R"({"type":"RECORD","stream":"users","record":)" + std::string(data) + "}";
    REQUIRE(reader.read(line) == singer::LineKind::message);
    translate::RecordWriter writer;
    writer.set_emitted_at(1700000000123);
    std::string out;
    writer.append_from_log(out, translate::record_prefix({"users", std::nullopt}),
                           reader.message().payload, reader.defects(), column);
    return out;
}

std::string expected(std::string_view data, std::string_view meta = "")
{
    return R"({"type":"RECORD","record":{"stream":"users","data":)" + std::string(data) +
           std::string(meta) + ",\"emitted_at\":1700000000123}}\n";
}

std::string nulled(std::string_view field)
{
    return R"({"field":")" + std::string(field) +
           R"(","change":"NULLED","reason":"SOURCE_SERIALIZATION_ERROR"})";
}

} // namespace

TEST_CASE("A record from a log tells when its row was deleted")
{
    CHECK(spliced(R"({"id": 1, "_sdc_deleted_at": "2024-01-01 00:00:00+00"})") ==
          expected(R"({"id": 1, "_sdc_deleted_at": "2024-01-01 00:00:00+00")"
                   R"(,"_ab_cdc_deleted_at":"2024-01-01 00:00:00+00"})"));
    CHECK(spliced(R"({"_sdc_deleted_at":null,"id":12345678901234567890.10})") ==
          expected(R"({"_sdc_deleted_at":null,"id":12345678901234567890.10)"
                   R"(,"_ab_cdc_deleted_at":null})"));
    CHECK(spliced(R"({"id":1E400 })") == expected(R"({"id":1E400 ,"_ab_cdc_deleted_at":null})"));
}

TEST_CASE("A record that tells it already keeps its own")
{
    for (const char* data : {R"({"_ab_cdc_deleted_at":"x","_sdc_deleted_at":"y"})",
                             R"({"_sdc_deleted_at":"y","_ab_cdc_deleted_at":null})",
                             R"({"_sdc_deleted_at":"y","\u005fab_cdc_deleted_at":1})",
                             R"({"_ab_cdc_deleted_at":1,"_ab_cdc_deleted_at":2,"id":3})"}) {
        CHECK(spliced(data) == expected(data));
    }
    CHECK(spliced(R"({"_ab_cdc_deleted_at":NaN})") ==
          expected(R"({"_ab_cdc_deleted_at":null})",
                   R"(,"meta":{"changes":[)" + nulled("_ab_cdc_deleted_at") + "]}"));
}

TEST_CASE("The deletion is found at the top level only, and the last of duplicates counts")
{
    const auto deletion = [](std::string_view record) {
        return translate::deletion_of(record, "_sdc_deleted_at");
    };
    CHECK(deletion(
              R"({"a":{"_sdc_deleted_at":"x","_ab_cdc_deleted_at":1},"b":["_sdc_deleted_at"]})") ==
          "null");
    CHECK(deletion(R"({"_sdc_deleted_at":"first","id":1,"_sdc_deleted_at": "last" })") ==
          R"("last")");
    CHECK(deletion(R"({"_sdc_deleted_at":"first","_sdc_deleted_at":null})") == "null");
    CHECK(deletion(R"({"\u005fsdc_deleted_at":"escaped"})") == R"("escaped")");
    CHECK(deletion(R"({"_sdc_deleted_at2":1,"x_sdc_deleted_at":2,"_SDC_DELETED_AT":3})") == "null");
    CHECK(deletion(R"({"_ab_cdc_deleted_at":null})") == std::nullopt);
}

TEST_CASE("The adapter may name another column")
{
    CHECK(translate::deletion_of(R"({"gone \"é\"":7})", "gone \"é\"") == "7");
    CHECK(translate::deletion_of(R"({"_sdc_deleted_at":7})", "_deleted") == "null");
    CHECK(translate::deletion_of(R"({"_ab_cdc_deleted_at":7})", "_ab_cdc_deleted_at") ==
          std::nullopt);
}

TEST_CASE("What has to be mended is mended in the copy, too")
{
    CHECK(spliced(R"({"id":NaN,"_sdc_deleted_at":"x\ud800"})") ==
          expected(R"({"id":null,"_sdc_deleted_at":"x\ufffd","_ab_cdc_deleted_at":"x\ufffd"})",
                   R"(,"meta":{"changes":[)" + nulled("id") + "]}"));
    CHECK(spliced(R"({"_sdc_deleted_at":-Infinity})") ==
          expected(R"({"_sdc_deleted_at":null,"_ab_cdc_deleted_at":null})",
                   R"(,"meta":{"changes":[)" + nulled("_sdc_deleted_at") + "," +
                       nulled("_ab_cdc_deleted_at") + "]}"));
    CHECK(spliced("{\"\\ud800\":\r\"\u2028\"}") ==
          expected("{\"\\ufffd\": \"\\u2028\",\"_ab_cdc_deleted_at\":null}"));
}

TEST_CASE("Any record with its deletion is strict JSON and equals the record and one member")
{
    random_json::Generator random(20261123);
    const auto name = [&] {
        return random.pick({R"("_sdc_deleted_at")", R"("_sdc_deleted_at")",
                            R"("_ab_cdc_deleted_at")", R"("\u005fsdc_deleted_at")",
                            R"("\u005fab_cdc_deleted_at")"});
    };
    const auto value = [&] {
        return random.below(4) == 0
                   ? random.pick({"NaN", "\"\\udfff\"", "[-Infinity]", "\"\u2029\""})
                   : random.value(3);
    };
    std::size_t given = 0;
    for (int round = 0; round < 20'000; ++round) {
        std::string data = random.object(4);
        for (std::size_t more = random.below(4); more > 0; --more) {
            const bool is_empty = data.find_first_not_of(" \t\n{}") == std::string::npos;
            const std::string member = name() + random.blanks() + ":" + random.blanks() + value();
            data = random.below(2) == 0 ? "{" + member + (is_empty ? "}" : "," + data.substr(1))
                                        : data.substr(0, data.size() - 1) + (is_empty ? "" : ",") +
                                              member + random.blanks() + "}";
        }
        if (translate::is_empty_record(data)) {
            continue;
        }
        std::erase(data, '\n'); // it is one line
        CAPTURE(data);
        const std::string out = spliced(data);

        const boost::json::value message = boost::json::parse(out); // as strict as Airbyte is
        boost::json::value mended = boost::json::parse([&] {
            std::string text;
            json::append_mended(text, data);
            return text;
        }());
        boost::json::object& record = mended.as_object();
        if (!record.contains("_ab_cdc_deleted_at")) {
            const boost::json::value* deleted_at = record.if_contains("_sdc_deleted_at");
            const boost::json::value copy = deleted_at == nullptr ? nullptr : *deleted_at;
            given += copy.is_null() ? 0 : 1;
            record["_ab_cdc_deleted_at"] = copy;
            CHECK(out.find(R"(,"_ab_cdc_deleted_at":)") != std::string::npos);
        }
        CHECK(message.at("record").at("data") == mended);
    }
    CHECK(given > 2000);
}
