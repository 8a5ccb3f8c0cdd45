#include "discovery_fixture.h"
#include "translate/discovery.h"

using namespace discovery_fixture;

namespace {

using Path = std::vector<std::string>;
using Key = std::vector<Path>;

const json::Value* column(const Stream& stream, const std::string& name)
{
    const json::Value* properties = stream.json_schema.find("properties");
    REQUIRE(properties != nullptr);
    return properties->find(name);
}

} // namespace

TEST_CASE("discover offers a primary key as a list of paths")
{
    CHECK(discover_one(api("x", R"("table-key-properties":["id","at"])")).primary_key ==
          Key{{"id"}, {"at"}});
    CHECK(discover_one(api("x", "", R"("key_properties":["id"],)")).primary_key == Key{{"id"}});
    CHECK(discover_one(api("x", R"("table-key-properties":["id","id"])")).primary_key ==
          Key{{"id"}});
    CHECK(discover_one(api("x", R"("table-key-properties":[])")).primary_key.empty());
}

TEST_CASE("discover offers no part of a primary key")
{
    for (const std::string bad : {"gone", "tags", "body"}) {
        INFO(bad);
        const Discovered discovered =
            discover(api("x", R"("table-key-properties":["id",")" + bad + "\"]"));
        CHECK(discovered.streams.front().primary_key.empty());
        REQUIRE(discovered.warnings.size() == 1);
        CHECK(discovered.warnings.front() ==
              "Stream \"x\" is offered without a primary key: its key column \"" + bad +
                  (bad == "gone" ? "\" is not among the columns of its schema."
                                 : "\" is an object or an array."));
    }
}

TEST_CASE("discover leaves out columns that the tap calls unsupported, in either place")
{
    const Discovered discovered = discover(R"({"tap_stream_id":"t","schema":{"properties":{
        "id":{"type":"integer"},"geo":{"inclusion":"unsupported"},"blob":{"inclusion":"available"}}},
        "key_properties":["geo"],"metadata":[
        {"breadcrumb":["properties","blob"],"metadata":{"inclusion":"unsupported"}}]})");
    const Stream& stream = discovered.streams.front();
    CHECK(column(stream, "id") != nullptr);
    CHECK(column(stream, "geo") == nullptr);
    CHECK(column(stream, "blob") == nullptr);
    CHECK(stream.primary_key.empty());
    REQUIRE_FALSE(discovered.warnings.empty());
    CHECK(discovered.warnings.front() ==
          "Stream \"t\": the tap cannot read these columns, they are left out: geo, blob.");
}

TEST_CASE("discover: no word of replication means full refresh only")
{
    const Stream stream = discover_one(api("x", R"("inclusion":"available")"));
    CHECK_FALSE(stream.incremental);
    CHECK_FALSE(stream.source_defined_cursor);
    CHECK(stream.default_cursor.empty());
    CHECK_FALSE(stream.forced_full_table);
    CHECK_FALSE(discover_one(api("x", "", R"("replication_method":"FULL_TABLE",)")).incremental);
    CHECK_FALSE(discover_one(R"({"tap_stream_id":"a","key_properties":["id"],"metadata":[],
        "schema":{"type":"object","properties":{"id":{"type":"integer"}}}})")
                    .incremental);
}

TEST_CASE("discover: one valid replication key is the source's cursor, also from a plain string")
{
    for (const std::string keys : {R"(["at"])", R"("at")", R"(["at","gone"])", R"(["at","at"])"}) {
        INFO(keys);
        const Stream stream = discover_one(api("x", "\"valid-replication-keys\":" + keys));
        CHECK(stream.incremental);
        CHECK(stream.source_defined_cursor);
        CHECK(stream.default_cursor == Path{"at"});
    }
}

TEST_CASE("discover: of several valid replication keys the user chooses, the first is proposed")
{
    for (const std::string method : {"", R"(,"forced-replication-method":"INCREMENTAL")"}) {
        INFO(method);
        const Stream stream =
            discover_one(api("x", R"("valid-replication-keys":["at","id"])" + method));
        CHECK(stream.incremental);
        CHECK_FALSE(stream.source_defined_cursor);
        CHECK(stream.default_cursor == Path{"at"});
    }
    const Stream named = discover_one(
        api("x", R"("valid-replication-keys":["at","id"])", R"("replication_key":"id",)"));
    CHECK(named.default_cursor == Path{"id"});
    CHECK_FALSE(named.source_defined_cursor);
}

TEST_CASE("discover: a replication key without a list, or forced, is the source's cursor")
{
    const Stream sdk = discover_one(
        api("x", R"("forced-replication-method":"INCREMENTAL","valid-replication-keys":["at"])",
            R"("replication_key":"at","replication_method":"INCREMENTAL",)"));
    CHECK((sdk.incremental && sdk.source_defined_cursor));
    CHECK(sdk.default_cursor == Path{"at"});

    const Stream alone = discover_one(api("x", "", R"("replication_key":"at",)"));
    CHECK((alone.incremental && alone.source_defined_cursor));
    CHECK(alone.default_cursor == Path{"at"});

    const Stream forced = discover_one(api("x",
                                           R"("forced-replication-method":"INCREMENTAL",
        "replication-key":"at","valid-replication-keys":["id","at"])"));
    CHECK((forced.incremental && forced.source_defined_cursor));
    CHECK(forced.default_cursor == Path{"at"});
}

TEST_CASE("discover: a cursor that is no column, an object or an array does not count")
{
    for (const std::string key : {"gone", "tags", "body", ""}) {
        INFO(key);
        const Stream stream = discover_one(
            api("x", R"("valid-replication-keys":[")" + key + R"("])",
                R"("replication_method":"INCREMENTAL","replication_key":")" + key + "\","));
        CHECK_FALSE(stream.incremental);
        CHECK_FALSE(stream.source_defined_cursor);
        CHECK(stream.default_cursor.empty());
    }
    const Stream second = discover_one(api("x", R"("valid-replication-keys":["gone","at"])"));
    CHECK(second.default_cursor == Path{"at"});
}

TEST_CASE("discover: a stream forced to be incremental is, also without a column to go by")
{
    for (const std::string keys : {"", R"(,"valid-replication-keys":["gone"])"}) {
        INFO(keys);
        const Stream stream =
            discover_one(api("files", R"("forced-replication-method":"INCREMENTAL")" + keys));
        CHECK(stream.incremental);
        CHECK(stream.source_defined_cursor);
        CHECK(stream.default_cursor.empty());
    }
    const Stream forced_table =
        discover_one(table("t", "t", R"("forced-replication-method":"INCREMENTAL")"));
    CHECK((forced_table.incremental && forced_table.source_defined_cursor));
}

TEST_CASE("discover: FULL_TABLE ends it only where it is forced")
{
    const Stream forced = discover_one(
        api("x", R"("forced-replication-method":"FULL_TABLE","valid-replication-keys":["at"])"));
    CHECK(forced.forced_full_table);
    CHECK_FALSE(forced.incremental);
    CHECK_FALSE(forced.source_defined_cursor);
    CHECK(forced.default_cursor.empty());

    const Stream usual = discover_one(
        api("x", R"("replication-method":"FULL_TABLE","valid-replication-keys":["at"])"));
    CHECK_FALSE(usual.forced_full_table);
    CHECK(usual.incremental);

    const Stream forced_table =
        discover_one(table("t", "t", R"("forced-replication-method":"FULL_TABLE")"));
    CHECK(forced_table.forced_full_table);
    CHECK_FALSE(forced_table.incremental);
}

TEST_CASE("discover: a database table is incremental by a cursor of the user's choice")
{
    for (const std::string metadata :
         {"", R"("forced-replication-method":"")", R"("replication-method":"FULL_TABLE")"}) {
        INFO(metadata);
        const Stream stream = discover_one(table("t", "t", metadata));
        CHECK(stream.incremental);
        CHECK_FALSE(stream.source_defined_cursor);
        CHECK(stream.default_cursor.empty());
    }
    const Stream named = discover_one(table("t", "t", R"("replication-key":"at")"));
    CHECK(named.incremental);
    CHECK_FALSE(named.source_defined_cursor);
    CHECK(named.default_cursor == Path{"at"});
}

TEST_CASE("discover: a database table without sql-datatype needs its method left open")
{
    const auto entry = [](const std::string& method) {
        return R"({"tap_stream_id":"t","table_name":"t","replication_method":")" + method +
               R"(","schema":{"type":"object","properties":{"id":{"type":"integer"}}}})";
    };
    CHECK(discover_one(entry("")).incremental);
    CHECK_FALSE(discover_one(entry("FULL_TABLE")).incremental);
}

TEST_CASE("discover: a database table that restricts its keys, or has no column for one")
{
    const Stream one = discover_one(table("t", "t", R"("valid-replication-keys":["at"])"));
    CHECK((one.incremental && one.source_defined_cursor));
    CHECK(one.default_cursor == Path{"at"});
    CHECK_FALSE(discover_one(table("t", "t", R"("valid-replication-keys":["gone"])")).incremental);
    CHECK_FALSE(discover_one(R"({"tap_stream_id":"t","table_name":"t","schema":{"type":"object"}})")
                    .incremental);
    CHECK_FALSE(discover_one(R"({"tap_stream_id":"t","table_name":"t","schema":{"type":"object",
        "properties":{"doc":{"type":"object"}}}})")
                    .incremental);
}

TEST_CASE("discover: LOG_BASED is incremental and declares the columns that such taps add")
{
    const Stream stream = discover_one(table("t", "t", R"("replication-method":"LOG_BASED")"));
    CHECK(stream.log_based);
    CHECK(stream.incremental);
    CHECK(stream.source_defined_cursor);
    CHECK(stream.default_cursor == Path{"_sdc_lsn"});
    REQUIRE(column(stream, "_sdc_lsn") != nullptr);
    CHECK(column(stream, "_sdc_lsn")->text() == R"({"type":["null","integer"]})");
    REQUIRE(column(stream, "_sdc_deleted_at") != nullptr);
    CHECK(column(stream, "_sdc_deleted_at")->text() ==
          R"({"type":["null","string"],"format":"date-time"})");
    REQUIRE(column(stream, "_ab_cdc_deleted_at") != nullptr);
    CHECK(column(stream, "_ab_cdc_deleted_at")->text() == R"({"type":["null","string"]})");
    CHECK_FALSE(discover_one(table("t", "t", "")).log_based);
    CHECK(column(discover_one(table("t", "t", "")), "_sdc_lsn") == nullptr);
}

TEST_CASE("make_log_based keeps columns that are declared, and copes without properties")
{
    Stream stream;
    stream.json_schema = *json::parse(R"({"properties":{"_sdc_lsn":{"type":"string"}}})");
    translate::make_log_based(stream);
    CHECK(column(stream, "_sdc_lsn")->text() == R"({"type":"string"})");
    CHECK(column(stream, "_sdc_deleted_at") != nullptr);
    Stream bare;
    bare.json_schema = json::Value::object();
    translate::make_log_based(bare);
    CHECK(column(bare, "_sdc_lsn") != nullptr);
}

TEST_CASE("discover keeps the order of the catalog and points each stream to its entry")
{
    const Discovered discovered = discover(api("b", "") + "," + api("a", ""));
    CHECK(names(discovered) == "-/b -/a ");
    CHECK(discovered.streams[0].entry == 0);
    CHECK(discovered.streams[1].entry == 1);
    CHECK(translate::discover(catalog_of(R"({"streams":[]})")).streams.empty());
}

TEST_CASE("discover gives a stream without a schema empty properties")
{
    const Stream stream = discover_one(R"({"tap_stream_id":"x"})");
    const json::Value* properties = stream.json_schema.find("properties");
    REQUIRE(properties != nullptr);
    CHECK(properties->text() == "{}");
}

TEST_CASE("to_airbyte writes what a stream has and leaves out what it has not")
{
    Stream full;
    full.descriptor.name = "plain \"é\"";
    full.json_schema = *json::parse(R"({"properties":{"n":{"maximum":1.10}}})");
    Stream rich;
    rich.descriptor = {"orders", "shop"};
    rich.json_schema = json::Value::object();
    rich.incremental = true;
    rich.source_defined_cursor = true;
    rich.default_cursor = {"at"};
    rich.primary_key = {{"a"}, {"b"}};
    Stream open;
    open.descriptor.name = "open";
    open.json_schema = json::Value::object();
    open.incremental = true;
    const json::Value list = translate::to_airbyte({full, rich, open});
    REQUIRE(list.items().size() == 3);
    CHECK(list.items()[0].text() ==
          R"({"name":"plain \"é\"","json_schema":{"properties":{"n":{"maximum":1.10}}},)"
          R"("supported_sync_modes":["full_refresh"],"is_resumable":false})");
    CHECK(list.items()[1].text() ==
          R"({"name":"orders","namespace":"shop","json_schema":{},)"
          R"("supported_sync_modes":["full_refresh","incremental"],"source_defined_cursor":true,)"
          R"("default_cursor_field":["at"],"source_defined_primary_key":[["a"],["b"]],)"
          R"("is_resumable":false})");
    CHECK(
        list.items()[2].text() ==
        R"({"name":"open","json_schema":{},"supported_sync_modes":["full_refresh","incremental"],)"
        R"("source_defined_cursor":false,"is_resumable":false})");
    CHECK(translate::to_airbyte({}).text() == "[]");
}
