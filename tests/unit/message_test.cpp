#include "catch.h"
#include "random_json.h"
#include "singer/message.h"

#include <boost/json.hpp>

#include <cstdlib>
#include <new>

using namespace tapbridge;
using json::Defect;
using singer::LineKind;
using singer::MessageReader;
using singer::MessageType;

namespace {

std::size_t g_allocations = 0;

singer::MessageReader read_message(std::string_view line, MessageType type)
{
    INFO(line);
    MessageReader reader;
    REQUIRE(reader.read(line) == LineKind::message);
    REQUIRE(reader.message().type == type);
    return reader;
}

struct Damage {
    std::string problem;
    std::size_t column;
    bool operator==(const Damage&) const = default;
};

std::ostream& operator<<(std::ostream& out, const Damage& damage)
{
    return out << damage.problem << ", column " << damage.column;
}

Damage damage_of(std::string_view line)
{
    INFO(line);
    MessageReader reader;
    CHECK(reader.read(line) == LineKind::damaged);
    return {std::string(reader.problem()), reader.column()};
}

LineKind kind_of(std::string_view line)
{
    MessageReader reader;
    return reader.read(line);
}

std::string repeat(std::string_view text, std::size_t times)
{
    std::string result;
    for (std::size_t i = 0; i < times; ++i)
        result += text;
    return result;
}

} // namespace

// Counts what the program allocates, for the promise that a RECORD costs nothing.
// Not inlined: g++ would take free() for the wrong partner of new.
[[gnu::noinline]] void* operator new(std::size_t size, const std::nothrow_t&) noexcept
{
    ++g_allocations;
    return std::malloc(size);
}

[[gnu::noinline]] void* operator new(std::size_t size)
{
    if (void* const memory = operator new(size, std::nothrow))
        return memory;
    throw std::bad_alloc();
}

[[gnu::noinline]] void operator delete(void* memory) noexcept
{
    std::free(memory);
}

[[gnu::noinline]] void operator delete(void* memory, std::size_t) noexcept
{
    std::free(memory);
}

TEST_CASE("read finds the parts of a RECORD in place")
{
    const std::string line =
        R"({"type": "RECORD", "stream": "orders", "record": {"id": 1, "x": 1.10}, "version": 1, )"
        R"("time_extracted": "2024-01-02T03:04:05Z"})";
    const MessageReader reader = read_message(line, MessageType::record);
    CHECK(reader.message().type_name == "RECORD");
    CHECK(reader.message().stream == "orders");
    CHECK(reader.message().payload == R"({"id": 1, "x": 1.10})");
    CHECK(reader.message().payload.data() == line.data() + line.find("{\"id"));
    CHECK(reader.message().key_properties.empty());
    CHECK(reader.message().line == line);
    CHECK(reader.defects().empty());
}

TEST_CASE("read takes any order of keys and any spacing")
{
    for (const char* line :
         {R"({"stream":"s","record":{"a":1},"type":"RECORD"})",
          R"({"record":{"a":1},"type":"RECORD","stream":"s"})",
          " \t{ \"type\"\t:\"RECORD\" ,\"x\":[{\"record\":{}}],\"stream\" : \"s\" , "
          "\"record\":{\"a\":1} }\t ",
          R"({"\u0074ype":"REC\u004fRD","stre\u0061m":"\u0073","r\u0065cord":{"a":1}})"}) {
        MessageReader reader;
        INFO(line);
        REQUIRE(reader.read(line) == LineKind::message);
        CHECK(reader.message().type == MessageType::record);
        CHECK(reader.message().type_name == "RECORD");
        CHECK(reader.message().stream == "s");
        CHECK(reader.message().payload == R"({"a":1})");
    }
}

TEST_CASE("read takes the last of duplicate keys")
{
    MessageReader reader;
    REQUIRE(reader.read(
                R"({"type":"STATE","stream":"a","record":{"n":NaN},"type":"RECORD","stream":"b",)"
                R"("record":{"n":1},"\u0072ecord":{"n":2}})") == LineKind::message);
    CHECK(reader.message().type == MessageType::record);
    CHECK(reader.message().stream == "b");
    CHECK(reader.message().payload == R"({"n":2})");
    CHECK(reader.defects().empty());
    CHECK(kind_of(R"({"type":"RECORD","type":1,"stream":"s","record":{}})") == LineKind::noise);
    CHECK(kind_of(R"({"type":"RECORD","stream":"s","record":{},"record":null})") ==
          LineKind::damaged);
}

TEST_CASE("read compares types without case")
{
    for (const char* type : {"record", "Record", "RECORD", "rEcOrD"}) {
        MessageReader reader;
        REQUIRE(reader.read(R"({"type":")" + std::string(type) +
                            R"(","stream":"s","record":{}})") == LineKind::message);
        CHECK(reader.message().type == MessageType::record);
    }
    CHECK(read_message(R"({"type":"state","value":{}})", MessageType::state).message().payload ==
          "{}");
    read_message(R"({"type":"Activate_Version","stream":"s","version":1})",
                 MessageType::activate_version);
    read_message(R"({"type":"RECORDS"})", MessageType::unknown);
    read_message(R"({"type":""})", MessageType::unknown);
}

TEST_CASE("read takes any value for a STATE")
{
    for (const char* value :
         {"{}", "null", "[1]", "\"x\"", "1.10", "{\"bookmarks\":{\"a\":NaN}}"}) {
        const MessageReader reader =
            read_message(R"({"type":"STATE","stream":"s","value": )" + std::string(value) + " }",
                         MessageType::state);
        CHECK(reader.message().stream.empty());
    }
    const std::string line = R"({"type":"STATE","value": {"bookmarks": {}} })";
    CHECK(read_message(line, MessageType::state).message().payload == R"({"bookmarks": {}})");
}

TEST_CASE("read finds schema and keys of a SCHEMA")
{
    const std::string line =
        R"({"type":"SCHEMA","stream":"s","schema":{"properties":{}},"key_properties":["id"],)"
        R"("bookmark_properties":["x"]})";
    const MessageReader reader = read_message(line, MessageType::schema);
    CHECK(reader.message().stream == "s");
    CHECK(reader.message().payload == R"({"properties":{}})");
    CHECK(reader.message().key_properties == R"(["id"])");
    const std::string bare = R"({"type":"SCHEMA","stream":"s","schema":{}})";
    CHECK(read_message(bare, MessageType::schema).message().key_properties.empty());
}

TEST_CASE("read takes BATCH and unknown types with nothing else in them")
{
    const std::string batch = R"({"type":"BATCH","stream":"s","manifest":[]})";
    CHECK(read_message(batch, MessageType::batch).message().stream == "s");
    read_message(R"({"type":"BATCH"})", MessageType::batch);
    read_message(R"({"type":"BATCH","stream":7})", MessageType::batch);
    const std::string unknown = R"({"type":"SYNC_STATUS","stream":"s"})";
    CHECK(read_message(unknown, MessageType::unknown).message().type_name == "SYNC_STATUS");
}

TEST_CASE("read decodes names")
{
    MessageReader reader;
    REQUIRE(reader.read(R"({"type":"RECORD","stream":"a\"\\\u00e4\ud83d\ude00","record":{}})") ==
            LineKind::message);
    CHECK(reader.message().stream == "a\"\\\xC3\xA4\xF0\x9F\x98\x80");
    REQUIRE(reader.read(R"({"type":"RECORD","stream":"a\ud800","record":{}})") ==
            LineKind::message);
    CHECK(reader.message().stream == "a\xEF\xBF\xBD");
    CHECK(reader.defects().empty());
    REQUIRE(reader.read(R"({"type":"RECORD","stream":"","record":{}})") == LineKind::message);
    CHECK(reader.message().stream.empty());
}

TEST_CASE("read finds the defects of a payload behind more of them than are listed")
{
    std::string many;
    for (std::size_t i = 0; i < 2 * json::k_most_listed; ++i)
        many += "NaN,";
    singer::MessageReader reader;
    const auto defects = [&](const std::string& value) {
        const std::string line =
            R"({"x":[)" + many + R"(0],"type":"RECORD","stream":"a","record":{"n":)" + value + "}}";
        REQUIRE(reader.read(line) == LineKind::message);
        return reader.defects();
    };
    REQUIRE(defects("NaN").size() == 1);
    CHECK(reader.defects().front().offset == 5);
    CHECK(defects("1").empty());
    CHECK(defects("[" + many + "0]").size() == json::k_most_listed);
}

TEST_CASE("read reports defects relative to the payload, and only those in it")
{
    const std::string before =
        R"({"type":"RECORD","time_extracted":NaN,"x":"\ud800","stream":"s","record": )";
    const std::string record = "{\"a\":NaN,\"b\":\"\xE2\x80\xA8\",\"c\":\r[-Infinity,\"\\udfff\"," +
                               std::string(1001, '1') + "]}";
    const std::string line = before + record + ",\r\"version\":NaN,\"y\":\"\xC2\x85\"}";
    const MessageReader reader = read_message(line, MessageType::record);
    const auto& defects = reader.defects();
    REQUIRE(defects.size() == 6);
    const std::vector<std::pair<Defect, std::string>> expected = {
        {Defect::nonfinite, "NaN"},          {Defect::line_separator, "\xE2\x80\xA8"},
        {Defect::carriage_return, "\r"},     {Defect::nonfinite, "-Infinity"},
        {Defect::lone_surrogate, "\\udfff"}, {Defect::long_number, std::string(1001, '1')},
    };
    for (std::size_t i = 0; i < expected.size(); ++i) {
        CHECK(defects[i].kind == expected[i].first);
        CHECK(reader.message().payload.substr(defects[i].offset, defects[i].length) ==
              expected[i].second);
    }
    CHECK(read_message(R"({"type":"STATE","value":NaN})", MessageType::state).defects().size() ==
          1);
}

TEST_CASE("read forgets the line before")
{
    MessageReader reader;
    REQUIRE(reader.read(R"({"type":"RECORD","stream":"s","record":{"a":NaN}})") ==
            LineKind::message);
    REQUIRE(reader.defects().size() == 1);
    REQUIRE(reader.read("{\"type") == LineKind::damaged);
    REQUIRE(reader.column() == 7);
    REQUIRE(reader.read(R"({"type":"STATE","value":1})") == LineKind::message);
    CHECK(reader.defects().empty());
    CHECK(reader.problem().empty());
    CHECK(reader.column() == 0);
    CHECK(reader.message().stream.empty());
}

TEST_CASE("read says what a message lacks")
{
    CHECK(damage_of(R"({"type":"RECORD","record":{}})") == Damage{"has no \"stream\"", 1});
    CHECK(damage_of(R"({"type":"RECORD","stream":null,"record":{}})") ==
          Damage{"has a \"stream\" that is no string", 27});
    CHECK(damage_of(R"({"type":"RECORD","stream":"s"})") == Damage{"has no \"record\"", 1});
    CHECK(damage_of(R"({"type":"RECORD","stream":"s","record":[1]})") ==
          Damage{"has a \"record\" that is no object", 40});
    CHECK(damage_of(R"({"type":"STATE"})") == Damage{"has no \"value\"", 1});
    CHECK(damage_of(R"({"type":"SCHEMA","schema":{}})") == Damage{"has no \"stream\"", 1});
    CHECK(damage_of(R"({"type":"SCHEMA","stream":"s"})") == Damage{"has no \"schema\"", 1});
    CHECK(damage_of(R"({"type":"SCHEMA","stream":"s","schema":true})") ==
          Damage{"has a \"schema\" that is no object", 40});
    CHECK(damage_of(R"({"type":"ACTIVATE_VERSION","version":1})") ==
          Damage{"has no \"stream\"", 1});
    CHECK(damage_of(R"({"type":"ACTIVATE_VERSION","stream":{}})") ==
          Damage{"has a \"stream\" that is no string", 37});
}

TEST_CASE("read says what is wrong with a broken message, and where")
{
    CHECK(damage_of(R"({"type":"RECORD","stream":"s","record":{"a":01}})") ==
          Damage{"is not JSON", 46});
    CHECK(damage_of(R"({"type":"RECORD","stream":"s","record":{"a":1})") ==
          Damage{"ends in the middle of a value", 47});
    CHECK(damage_of("{\"type\":\"RECORD\",\"stream\":\"s\",\"record\":{\"a\":\"\t\"}}") ==
          Damage{"has a raw control character in a string", 46});
    CHECK(damage_of("{\"type\":\"RECORD\",\"stream\":\"s\",\"record\":{\"a\":\"\xE9\"}}") ==
          Damage{"is not valid UTF-8", 46});
    CHECK(damage_of(R"({"type":"STATE","value":1}{"type":"STATE","value":2})") ==
          Damage{"has something after its end", 27});
    CHECK(damage_of(R"({"type":"STATE","value":1} done)") ==
          Damage{"has something after its end", 28});
}

TEST_CASE("read takes a RECORD nested 998 deep and none deeper")
{
    const auto line = [](std::size_t depth) {
        return R"({"type":"RECORD","stream":"s","record":)" + repeat("{\"a\":", depth) + "1" +
               repeat("}", depth) + "}";
    };
    CHECK(kind_of(line(998)) == LineKind::message);
    CHECK(damage_of(line(999)).problem == "is nested too deeply");
    CHECK(damage_of(line(200'000)).problem == "is nested too deeply");
}

TEST_CASE("read takes invalid lines for damaged where they were meant to be messages")
{
    for (const std::string& line :
         {std::string("{\""), std::string("{\"a\": }"), std::string("{ "), std::string("{\t'a'"),
          std::string("  {\"type\": \"REC"), std::string("{ 'type': 'RECORD' }"),
          std::string(R"(INFO {"type": "RECORD", "stream": "s", "record": {}})"),
          std::string(R"(x{"type": "State", "value": {}})"), std::string(R"(,"type":"schema"})"),
          std::string(R"([{"type":"RECORD")"),
          std::string("\xEF\xBB\xBF{\"type\":\"STATE\",\"value\":1}"),
          std::string("\0\0\"RECORD\"\xFF", 11), std::string("{\"a\0b\":1}", 9),
          std::string("{\"type\":\"STATE\",\"value\":1}\0", 27)}) {
        INFO(line);
        CHECK(kind_of(line) == LineKind::damaged);
    }
}

TEST_CASE("read takes everything else for noise")
{
    for (const std::string& line : {std::string("Starting sync"),
                                    std::string("{'type': 'RECORD', 'stream': 's'}"),
                                    std::string("{"),
                                    std::string("}"),
                                    std::string("{}"),
                                    std::string("{x}"),
                                    std::string("[]"),
                                    std::string("null"),
                                    std::string("42"),
                                    std::string("\"RECORD\""),
                                    std::string(R"(["RECORD", "STATE"])"),
                                    std::string(R"(  "state": 1,)").replace(2, 7, "\"stage\""),
                                    std::string("RECORD STATE SCHEMA"),
                                    std::string(R"({"a":1})"),
                                    std::string(R"({"type":null})"),
                                    std::string(R"({"type":1,"record":{}})"),
                                    std::string(R"({"type":["RECORD"]})"),
                                    std::string(R"({"Type":"RECORD","stream":"s","record":{}})"),
                                    std::string(R"({"record":{},"stream":"s"})"),
                                    std::string("\0", 1),
                                    std::string("\x7F"
                                                "ELF\x02\xFF\xFE"),
                                    std::string("NaN"),
                                    std::string("\xEF\xBB\xBF"),
                                    std::string("\"RECORD")}) {
        INFO(line);
        CHECK(kind_of(line) == LineKind::noise);
    }
}

TEST_CASE("read takes lines of nothing but blanks for blank")
{
    for (const char* line : {"", " ", "\t \t", "\r", "\r\r", "\v\f"}) {
        MessageReader reader;
        CHECK(reader.read(line) == LineKind::blank);
    }
    CHECK(kind_of(std::string_view()) == LineKind::blank);
    CHECK(kind_of("\xC2\xA0") == LineKind::noise);
}

TEST_CASE("read allocates nothing for a RECORD, once it has its buffers")
{
    const std::string clean =
        R"({"type": "RECORD", "stream": "orders", "record": {"id": 1, "n": [{"a": "b\n"}]}})";
    const std::string dirty =
        R"({"type":"RECORD","stream":"a rather long name \u00e4","record":{"id":NaN}})";
    MessageReader reader;
    REQUIRE(reader.read(dirty) == LineKind::message);
    const std::size_t before = g_allocations;
    const LineKind kind = reader.read(clean);
    const std::size_t after = g_allocations;
    CHECK(kind == LineKind::message);
    CHECK(after == before);
}

TEST_CASE("read agrees with Boost.JSON on what is a message, and finds the same parts")
{
    constexpr std::uint64_t k_seed = 31337;
    random_json::Generator generator(k_seed);
    int messages = 0;
    MessageReader reader;
    for (int i = 0; i < 30'000; ++i) {
        std::string line =
            std::string("{") +
            generator.pick({R"("type":"RECORD",)", R"("type": "record", "x": [], )", ""}) +
            R"("stream":)" + generator.string() + generator.blanks() + "," + generator.blanks() +
            R"("record":)" + generator.value(4) + generator.pick({"", R"(,"type":"RECORD")"}) + "}";
        if (i % 2 == 0)
            generator.damage(line);
        INFO("seed " << k_seed << ", line " << i << ": " << line);
        boost::json::error_code error;
        const boost::json::value oracle = boost::json::parse(line, error);
        const LineKind kind = reader.read(line);
        if (kind != LineKind::message) {
            const auto* const object = error ? nullptr : oracle.if_object();
            const auto* const type = object == nullptr ? nullptr : object->if_contains("type");
            const auto* const record = object == nullptr ? nullptr : object->if_contains("record");
            const auto* const stream = object == nullptr ? nullptr : object->if_contains("stream");
            if (type != nullptr && type->is_string() && stream != nullptr && stream->is_string() &&
                record != nullptr && record->is_object())
                FAIL("refused: " << reader.problem());
            continue;
        }
        std::vector<json::DefectAt> defects; // on some of which the two differ by intent
        json::check(line, 1000, &defects);
        if (reader.message().type != MessageType::record || !defects.empty())
            continue;
        ++messages;
        if (error || oracle.at("stream").as_string() != std::string(reader.message().stream) ||
            oracle.at("record") != boost::json::parse(reader.message().payload))
            FAIL("accepted: " << error.message() << ", payload " << reader.message().payload);
    }
    CHECK(messages > 1'000);
}
