#include "airbyte/configured_catalog.h"
#include "catch.h"

#include <string>
#include <vector>

using namespace tapbridge::airbyte;

namespace {

ConfiguredCatalog read(const std::string& text)
{
    return read_configured_catalog(text, "/x/catalog.json");
}

ConfiguredStream read_one(const std::string& entry)
{
    ConfiguredCatalog catalog = read("{\"streams\":[" + entry + "]}");
    REQUIRE(catalog.streams.size() == 1);
    return catalog.streams[0];
}

std::string complaint(const std::string& text)
{
    try {
        read(text);
    } catch (const ErrorException& failure) {
        CHECK(failure.error().failure_type == FailureType::config_error);
        return failure.error().message;
    }
    return "accepted";
}

std::string complaint_of(const std::string& entry)
{
    const std::string good = R"({"stream":{"name":"a"},"sync_mode":"full_refresh"})";
    return complaint("{\"streams\":[" + good + "," + entry + "]}");
}

std::string error(const std::string& what)
{
    return "Configured catalog /x/catalog.json: " + what +
           ". Make one of what discover printed: tapbridge select --help says how.";
}

const std::string k_discovered = error("this is what discover printed, not a configured catalog");

} // namespace

TEST_CASE("read_configured_catalog reads what the platform writes")
{
    const ConfiguredStream stream = read_one(R"({
        "stream":{"name":"orders","namespace":"shop","json_schema":{"type":"object","properties":
            {"id":{"type":"integer"},"na\u00efve":{},"id":{}}},
            "supported_sync_modes":["full_refresh","incremental"],"default_cursor_field":["id"]},
        "sync_mode":"incremental","destination_sync_mode":"append_dedup","cursor_field":["updated","at"],
        "primary_key":[["id"],["meta","no"]],"generation_id":1,"minimum_generation_id":0,"sync_id":3})");
    CHECK(stream.descriptor == StreamDescriptor{"orders", "shop"});
    CHECK(stream.incremental);
    CHECK(stream.sync_mode == "incremental");
    CHECK(stream.sync_mode_known);
    CHECK(stream.cursor_field == std::vector<std::string>{"updated", "at"});
    CHECK(stream.primary_key == std::vector<std::vector<std::string>>{{"id"}, {"meta", "no"}});
    CHECK(stream.columns == std::vector<std::string>{"id", "na\xC3\xAFve"});
}

TEST_CASE("read_configured_catalog takes null for absent")
{
    const ConfiguredStream stream = read_one(
        R"({"stream":{"name":"s","namespace":null,"json_schema":null},"sync_mode":"full_refresh",)"
        R"("destination_sync_mode":null,"cursor_field":null,"primary_key":null,"catalog":null})");
    CHECK(stream.descriptor == StreamDescriptor{"s", std::nullopt});
    CHECK_FALSE(stream.incremental);
    CHECK(stream.sync_mode_known);
    CHECK(stream.cursor_field.empty());
    CHECK(stream.primary_key.empty());
    CHECK(stream.columns.empty());
}

TEST_CASE("read_configured_catalog tells an empty namespace from none")
{
    const ConfiguredStream stream =
        read_one(R"({"stream":{"name":"s","namespace":""},"sync_mode":"full_refresh"})");
    CHECK(stream.descriptor == StreamDescriptor{"s", ""});
}

TEST_CASE("read_configured_catalog keeps a sync mode that it does not know")
{
    for (const char* mode : {"INVALID", "Incremental", "full refresh"}) {
        const ConfiguredStream stream =
            read_one("{\"stream\":{\"name\":\"s\"},\"sync_mode\":\"" + std::string(mode) + "\"}");
        CHECK(stream.sync_mode == mode);
        CHECK_FALSE(stream.sync_mode_known);
        CHECK_FALSE(stream.incremental);
    }
}

TEST_CASE("read_configured_catalog takes cursors and keys in every form")
{
    const auto one = [](const std::string& members) {
        return read_one("{\"stream\":{\"name\":\"s\"},\"sync_mode\":\"incremental\"," + members +
                        "}");
    };
    CHECK(one(R"("cursor_field":"at")").cursor_field == std::vector<std::string>{"at"});
    CHECK(one(R"("cursor_field":[])").cursor_field.empty());
    CHECK(one(R"("cursor_field":"")").cursor_field.empty());
    CHECK(one(R"("primary_key":[])").primary_key.empty());
    CHECK(one(R"("primary_key":[[]])").primary_key.empty());
    CHECK(one(R"("primary_key":["id",["a","b"]])").primary_key ==
          std::vector<std::vector<std::string>>{{"id"}, {"a", "b"}});
}

TEST_CASE("read_configured_catalog takes all columns where the schema names none")
{
    for (const char* schema : {"{}", R"({"properties":{}})", R"({"properties":null})",
                               R"({"properties":[]})", "true", "[]"}) {
        INFO(schema);
        CHECK(read_one("{\"stream\":{\"name\":\"s\",\"json_schema\":" + std::string(schema) +
                       "},\"sync_mode\":\"full_refresh\"}")
                  .columns.empty());
    }
}

TEST_CASE(
    "read_configured_catalog accepts an empty list, a byte order mark and the last of duplicates")
{
    CHECK(read(R"({"streams":[]})").streams.empty());
    CHECK(read("\xEF\xBB\xBF{\"streams\":null,\"streams\":[]}").streams.empty());
    CHECK(
        read_one(R"({"stream":{"name":"a","name":"b"},"sync_mode":"x","sync_mode":"incremental"})")
            .descriptor.name == "b");
}

TEST_CASE("read_configured_catalog says where the text is not JSON")
{
    CHECK(complaint("{\"streams\": x}") ==
          "Configured catalog /x/catalog.json, line 1, column 13: it is not JSON. "
          "Make one of what discover printed: tapbridge select --help says how.");
    CHECK(complaint("{\n\"streams\": [}")
              .rfind("Configured catalog /x/catalog.json, line 2, column 13: ", 0) == 0);
    CHECK(complaint("").rfind("Configured catalog /x/catalog.json: it is empty. ", 0) == 0);
}

TEST_CASE("read_configured_catalog names the place of what is missing or wrong")
{
    CHECK(complaint("[]") == error("it is a list, not an object"));
    CHECK(complaint("null") == error("it is null, not an object"));
    CHECK(complaint("{}") == error("streams is missing"));
    CHECK(complaint(R"({"streams":null})") == error("streams is missing"));
    CHECK(complaint(R"({"streams":{}})") == error("streams is an object, not a list"));
    CHECK(complaint_of("null") == error("streams[1] is null, not an object"));
    CHECK(complaint_of("{}") == error("streams[1].stream is missing"));
    CHECK(complaint_of(R"({"stream":"users"})") ==
          error("streams[1].stream is a string, not an object"));
    CHECK(complaint_of(R"({"stream":{}})") == error("streams[1].stream.name is missing"));
    CHECK(complaint_of(R"({"stream":{"name":null}})") ==
          error("streams[1].stream.name is missing"));
    CHECK(complaint_of(R"({"stream":{"name":""}})") == error("streams[1].stream.name is empty"));
    CHECK(complaint_of(R"({"stream":{"name":5}})") ==
          error("streams[1].stream.name is a number, not a string"));
    CHECK(complaint_of(R"({"stream":{"name":"b"}})") == error("streams[1].sync_mode is missing"));
    CHECK(complaint_of(R"({"stream":{"name":"b","namespace":[]}})") ==
          error("streams[1].stream.namespace is a list, not a string"));
    const std::string start = R"({"stream":{"name":"b"},"sync_mode":"incremental",)";
    CHECK(complaint_of(start + R"("cursor_field":["a",true]})") ==
          error("streams[1].cursor_field[1] is a boolean, not a string"));
    CHECK(complaint_of(start + R"("primary_key":[["id"],[{}]]})") ==
          error("streams[1].primary_key[1][0] is an object, not a string"));
    CHECK(complaint_of(start + R"("primary_key":"id"})") ==
          error("streams[1].primary_key is a string, not a list"));
}

TEST_CASE("read_configured_catalog refuses a stream that stands twice")
{
    CHECK(complaint_of(R"({"stream":{"name":"a"},"sync_mode":"incremental"})") ==
          error("streams[1] is stream \"a\", which streams[0] is already"));
    CHECK(complaint_of(R"({"stream":{"name":"a","namespace":""},"sync_mode":"incremental"})") ==
          error("streams[1] is stream \"a\", which streams[0] is already"));
    CHECK(complaint_of(R"({"stream":{"name":"a","namespace":"n"},"sync_mode":"incremental"})") ==
          "accepted");
}

TEST_CASE("read_configured_catalog knows what discover printed")
{
    const std::string catalog =
        R"({"streams":[{"name":"a","json_schema":{},"supported_sync_modes":["full_refresh"]}]})";
    const std::string message = R"({"type":"CATALOG","catalog":)" + catalog + "}";
    CHECK(complaint(catalog) == k_discovered);
    CHECK(complaint(message) == k_discovered);
    const std::string log = R"({"type":"LOG","log":{"level":"INFO","message":"m"}})";
    CHECK(complaint(log + "\n" + message + "\n") == k_discovered);
}
