#include "catch.h"
#include "singer/catalog.h"

#include <string>
#include <string_view>
#include <utility>
#include <vector>

using namespace tapbridge;
using singer::read_catalog;
using Names = std::vector<std::string>;

namespace {

// A catalog of one entry, made of the given members.
singer::Catalog catalog_of(const std::string& members)
{
    auto result = read_catalog("{\"streams\": [{" + members + "}]}");
    INFO(members << ": " << result.problem);
    REQUIRE(result.catalog);
    REQUIRE(result.catalog->entries.size() == 1);
    return *result.catalog;
}

singer::CatalogEntry entry_of(const std::string& members)
{
    return catalog_of(members).entries.front();
}

// An entry with this metadata for the stream itself.
singer::CatalogEntry entry_with(const std::string& metadata, const std::string& at_top = "")
{
    return entry_of(R"("tap_stream_id": "a", "metadata": [{"breadcrumb": [], "metadata": {)" +
                    metadata + "}}]" + at_top);
}

Names ids_of(const singer::CatalogResult& result)
{
    Names ids;
    if (result.catalog)
        for (const auto& entry : result.catalog->entries)
            ids.push_back(entry.tap_stream_id);
    return ids;
}

std::string problem_of(std::string_view output)
{
    const auto result = read_catalog(output);
    CHECK_FALSE(result.catalog);
    return result.problem;
}

} // namespace

TEST_CASE("read_catalog reads a database table")
{
    const auto entry = entry_of(R"("tap_stream_id": "shop-orders", "stream": "orders",
        "table_name": "orders", "database_name": "ignored", "schema": {"type": "object"},
        "metadata": [
          {"breadcrumb": [], "metadata": {"schema-name": "shop", "database-name": "main",
             "table-key-properties": ["id", "line"], "is-view": true,
             "valid-replication-keys": ["updated_at"], "replication-key": "updated_at",
             "replication-method": "INCREMENTAL", "parent-tap-stream-id": "customers"}},
          {"breadcrumb": ["properties", "id"], "metadata": {"sql-datatype": "bigint"}}])");
    CHECK(entry.index == 0);
    CHECK(entry.tap_stream_id == "shop-orders");
    CHECK(entry.stream == "orders");
    CHECK(entry.table_name == "orders");
    CHECK(entry.schema_name == "shop");
    CHECK(entry.database_name == "main");
    CHECK(entry.key_properties == Names{"id", "line"});
    CHECK(entry.valid_replication_keys == Names{"updated_at"});
    CHECK(entry.replication_key == "updated_at");
    CHECK(entry.replication_method == "INCREMENTAL");
    CHECK_FALSE(entry.forced_replication_method);
    CHECK(entry.parent_tap_stream_id == "customers");
    CHECK(entry.is_view);
    CHECK(entry.has_sql_datatypes);
}

TEST_CASE("read_catalog takes one name for the other where one is missing")
{
    CHECK(entry_of(R"("tap_stream_id": "a")").stream == "a");
    CHECK(entry_of(R"("tap_stream_id": "a", "stream": null)").stream == "a");
    CHECK(entry_of(R"("tap_stream_id": "a", "stream": "")").stream == "a");
    CHECK(entry_of(R"("stream": "b")").tap_stream_id == "b");
    CHECK(entry_of(R"("stream": "b", "tap_stream_id": "")").tap_stream_id == "b");
    CHECK(entry_of(R"("stream": "b", "tap_stream_id": 12)").tap_stream_id == "12");
}

TEST_CASE("read_catalog leaves out entries that name no stream and says so")
{
    const auto result = read_catalog(
        R"({"streams": [{"schema": {}}, null, "x", {"stream": "a"}, {"stream": "", "tap_stream_id": null}]})");
    CHECK(ids_of(result) == Names{"a"});
    CHECK(result.catalog->entries.front().index == 3);
    CHECK(
        result.warnings ==
        Names{"entry 1 of the tap's catalog has neither \"tap_stream_id\" nor \"stream\": left out",
              "entry 2 of the tap's catalog is not an object: left out",
              "entry 3 of the tap's catalog is not an object: left out",
              "entry 5 of the tap's catalog has neither \"tap_stream_id\" nor \"stream\": left "
              "out"});
}

TEST_CASE("read_catalog keeps the first of two entries with one id")
{
    const auto result = read_catalog(R"({"streams": [
        {"tap_stream_id": "a", "stream": "x"}, {"tap_stream_id": "a", "stream": "y"},
        {"stream": "x", "tap_stream_id": "a"}, {"stream": "x", "tap_stream_id": "b"}]})");
    CHECK(ids_of(result) == Names{"a", "b"});
    CHECK(result.catalog->entries[0].stream == "x");
    CHECK(result.warnings == Names{"entry 2 of the tap's catalog has the same \"tap_stream_id\" as "
                                   "entry 1, \"a\", but is different: left out"});
}

TEST_CASE("read_catalog finds keys in metadata, else at top level, else those of a view")
{
    CHECK(entry_with(R"("table-key-properties": ["a"])", R"(, "key_properties": ["b"])")
              .key_properties == Names{"a"});
    CHECK(entry_with(R"("table-key-properties": [])", R"(, "key_properties": ["b"])")
              .key_properties == Names{"b"});
    CHECK(entry_with(R"("table-key-properties": null, "view-key-properties": ["v"])",
                     R"(, "key_properties": ["b"])")
              .key_properties == Names{"b"});
    CHECK(
        entry_with(R"("view-key-properties": ["v"])", R"(, "key_properties": [])").key_properties ==
        Names{"v"});
    CHECK(entry_of(R"("stream": "a", "key_properties": "id")").key_properties == Names{"id"});
    CHECK(entry_of(R"("stream": "a", "key_properties": "")").key_properties.empty());
    CHECK(entry_of(R"("stream": "a", "key_properties": "[\"id\", \"n\"]")").key_properties ==
          Names{"id", "n"});
    CHECK(entry_of(R"("stream": "a", "key_properties": "[id")").key_properties == Names{"[id"});
    CHECK(entry_of(R"("stream": "a", "key_properties": ["id", null, "", "id", {}, 7])")
              .key_properties == Names{"id", "7"});
    CHECK(entry_of(R"("stream": "a", "key_properties": {"id": 1})").key_properties.empty());
}

TEST_CASE("read_catalog takes a string for a list of replication keys")
{
    CHECK(entry_with(R"("valid-replication-keys": "updated_at")").valid_replication_keys ==
          Names{"updated_at"});
    CHECK(entry_with(R"("valid-replication-keys": "")").valid_replication_keys.empty());
    CHECK(entry_with(R"("valid-replication-keys": [])").valid_replication_keys.empty());
    CHECK(entry_with(R"("valid-replication-keys": null)", R"(, "valid_replication_keys": ["t"])")
              .valid_replication_keys == Names{"t"});
    CHECK(entry_with(R"("replication-key": "")", R"(, "replication_key": "t")").replication_key ==
          "t");
    CHECK(entry_with(R"("replication-key": ["t", "u"])").replication_key == "t");
    CHECK(entry_with(R"("replication-key": null)").replication_key.empty());
}

TEST_CASE("read_catalog finds the replication method, forced or not")
{
    const std::string top = R"(, "replication_method": "FULL_TABLE")";
    const auto forced =
        entry_with(R"("forced-replication-method": "incremental", "replication-method": "x")", top);
    CHECK(forced.replication_method == "INCREMENTAL");
    CHECK(forced.forced_replication_method);

    const auto object =
        entry_with(R"("forced-replication-method": {"replication-method": "LOG_BASED"})", top);
    CHECK(object.replication_method == "LOG_BASED");
    CHECK(object.forced_replication_method);

    for (const char* unset : {R"("")", "null", "{}", "[]", R"({"replication-method": ""})"}) {
        const auto entry = entry_with(std::string(R"("forced-replication-method": )") + unset, top);
        INFO(unset);
        CHECK(entry.replication_method == "FULL_TABLE");
        CHECK_FALSE(entry.forced_replication_method);
    }
    CHECK(entry_with(R"("replication-method": "INCREMENTAL")", top).replication_method ==
          "INCREMENTAL");
    CHECK(entry_with(R"("replication-method": "")").replication_method.empty());
    CHECK(entry_with(R"("replication-method": " full table ")").replication_method == "FULL_TABLE");
    CHECK(entry_with(R"("replication-method": "log-based")").replication_method == "LOG_BASED");
}

TEST_CASE("read_catalog takes the database's name from the top level and the strings of booleans")
{
    CHECK(entry_with(R"("database-name": "")", R"(, "database_name": "d")").database_name == "d");
    CHECK(entry_with(R"("is-view": "true")").is_view);
    CHECK_FALSE(entry_with(R"("is-view": "false")").is_view);
    CHECK(entry_of(R"("stream": "a", "is_view": true)").is_view);
    CHECK_FALSE(entry_of(R"("stream": "a")").is_view);
}

TEST_CASE("read_catalog gets along with any metadata")
{
    for (const char* metadata :
         {"null", "[]", "{}", "\"x\"", "7", "[null, 7, []]", "[{}]", "[{\"breadcrumb\": []}]",
          "[{\"breadcrumb\": [], \"metadata\": null}]", "[{\"metadata\": [1]}]"}) {
        INFO(metadata);
        const auto catalog = catalog_of(std::string(R"("stream": "a", "metadata": )") + metadata);
        const auto& entry = catalog.entries.front();
        CHECK(entry.key_properties.empty());
        CHECK_FALSE(entry.has_sql_datatypes);
        CHECK(singer::metadata_at(catalog.raw_entry(entry), {}) == nullptr);
        CHECK(entry.inclusion(catalog.raw_entry(entry), {"properties", "id"}).empty());
    }
}

TEST_CASE("metadata_at finds breadcrumbs in all their forms, the last one where several are equal")
{
    auto catalog = catalog_of(R"("stream": "a", "metadata": [
        {"breadcrumb": ["properties", "a"], "metadata": {"n": 1}},
        {"breadcrumb": ["properties", "a"], "metadata": {"n": 2}},
        {"breadcrumb": ["properties", "a"], "metadata": null},
        {"breadcrumb": "[\"properties\", \"b\"]", "metadata": {"n": 3}},
        {"breadcrumb": ["properties", "\u00e9\"x"], "metadata": {"n": 4}},
        {"breadcrumb": ["properties", ["c"]], "metadata": {"n": 5}},
        {"breadcrumb": "properties", "metadata": {"n": 6}}])");
    json::Value raw = catalog.raw_entry(catalog.entries.front());
    auto n_at = [&raw](const Names& breadcrumb) {
        const json::Value* found = singer::metadata_at(std::as_const(raw), breadcrumb);
        return found != nullptr ? found->find("n")->source() : "none";
    };
    CHECK(n_at({"properties", "a"}) == "2");
    CHECK(n_at({"properties", "b"}) == "3");
    CHECK(n_at({"properties", "\xC3\xA9\"x"}) == "4");
    CHECK(n_at({"properties", "c"}) == "none");
    CHECK(n_at({"properties"}) == "none");
    CHECK(n_at({"properties", "a", "x"}) == "none");
    CHECK(n_at({}) == "none");

    singer::metadata_at(raw, {"properties", "b"})->set("n", json::Value::number(30));
    CHECK(n_at({"properties", "b"}) == "30");
}

TEST_CASE("metadata_at takes a null, empty or absent breadcrumb for the stream")
{
    for (const char* breadcrumb : {R"("breadcrumb": [], )", R"("breadcrumb": null, )",
                                   R"("breadcrumb": "", )", R"("breadcrumb": "[]", )", ""}) {
        INFO(breadcrumb);
        const auto entry = entry_of(R"("stream": "a", "metadata": [{)" + std::string(breadcrumb) +
                                    R"("metadata": {"table-key-properties": ["id"]}}])");
        CHECK(entry.key_properties == Names{"id"});
    }
}

TEST_CASE("inclusion comes from the metadata, else from inside the schema")
{
    const std::string rest = R"("properties": {
          "id": {"inclusion": "automatic"}, "a": {"inclusion": "unsupported"},
          "o": {"properties": {"x": {"inclusion": "Automatic"}}},
          "l": {"items": {"properties": {"y": {"inclusion": "available"}}}},
          "bad": {"inclusion": "sometimes"}, "odd": {"inclusion": 1}}})";
    const std::string metadata = R"("stream": "s", "metadata": [
        {"breadcrumb": ["properties", "a"], "metadata": {"inclusion": "available"}},
        {"breadcrumb": ["properties", "id"], "metadata": {"inclusion": ""}},
        {"breadcrumb": [], "metadata": {"inclusion": "available"}}], "schema": )";
    const auto quoted = json::quoted("{" + rest);
    for (const std::string& schema : {"{" + rest, quoted}) {
        const auto catalog = catalog_of(metadata + schema);
        const auto& entry = catalog.entries.front();
        auto inclusion = [&](const Names& breadcrumb) {
            return entry.inclusion(catalog.raw_entry(entry), breadcrumb);
        };
        CHECK(inclusion({}) == "available");
        CHECK(inclusion({"properties", "a"}) == "available");
        CHECK(inclusion({"properties", "id"}) == "automatic");
        CHECK(inclusion({"properties", "o", "properties", "x"}) == "automatic");
        CHECK(inclusion({"properties", "l", "items", "properties", "y"}) == "available");
        CHECK(inclusion({"properties", "bad"}).empty());
        CHECK(inclusion({"properties", "odd"}).empty());
        CHECK(inclusion({"properties", "gone", "properties", "x"}).empty());
    }
}

TEST_CASE("schema is an object whatever the tap gave")
{
    auto schema = [](const std::string& members) {
        const auto catalog = catalog_of(R"("stream": "a")" + members);
        return catalog.schema(catalog.entries.front()).text();
    };
    CHECK(schema(R"(, "schema": {"type":"object"})") == R"({"type":"object"})");
    CHECK(schema(R"(, "schema": "{\"type\": \"object\"}")") == R"({"type":"object"})");
    CHECK(schema("") == "{}");
    CHECK(schema(R"(, "schema": null)") == "{}");
    CHECK(schema(R"(, "schema": [])") == "{}");
    CHECK(schema(R"(, "schema": "[1]")") == "{}");
    CHECK(schema(R"(, "schema": "{broken")") == "{}");
}

TEST_CASE("read_catalog keeps everything as the tap gave it")
{
    const std::string text =
        R"({"streams":[{"stream":"a","schema":{"multipleOf":1E-38},"x":"\ud800"}],"more":[1.10]})";
    const auto result = read_catalog(text);
    REQUIRE(result.catalog);
    CHECK(result.catalog->raw.text() == text);
}

TEST_CASE("read_catalog accepts a catalog among other output, and a bare list")
{
    for (const char* output :
         {"{\"streams\": [{\"stream\": \"a\"}]}", "\n\n{\"streams\": [{\"stream\": \"a\"}]}\n\n",
          "\xEF\xBB\xBF{\"streams\": [{\"stream\": \"a\"}]}",
          "Connecting {eu}...\n{\"streams\": [{\"stream\": \"a\"}]}\nDone.",
          "{\"level\": \"info\"}\n{\"streams\": [{\"stream\": \"a\"}]}",
          "{'debug': 1}\n{\n  \"streams\": [\n {\"stream\": \"a\"}\n]}",
          "{\"type\": \"STATE\", \"value\": {}}\n{\"streams\": [{\"stream\": \"a\"}]}",
          "[{\"stream\": \"a\"}]"}) {
        INFO(output);
        const auto result = read_catalog(output);
        CHECK(ids_of(result) == Names{"a"});
        CHECK(result.problem.empty());
        CHECK_FALSE(result.is_message_stream);
    }
    CHECK(read_catalog("[]").catalog->entries.empty());
    CHECK(read_catalog("{\"streams\": []}").catalog->entries.empty());
}

TEST_CASE("read_catalog tells messages from a catalog")
{
    for (const char* output :
         {"{\"type\": \"SCHEMA\", \"stream\": \"a\", \"schema\": {}}\n{\"type\": \"RECORD\"",
          "{\"value\": {}, \"type\": \"state\"}",
          "Starting\n\n{debug}\n{\"type\": \"RECORD\", \"record\": {\"streams\": [",
          "{\"type\": \"RECORD\", \"record\": {\"streams\": []}}",
          "{\"type\": \"RECORD\", \"record\": {}}\n{\"type\": \"RECORD\", \"record\": "
          "{\"streams\": [1]"
          "}\n"}) {
        INFO(output);
        const auto result = read_catalog(output);
        CHECK_FALSE(result.catalog);
        CHECK(result.is_message_stream);
        CHECK(result.problem == "printed records or states instead of a catalog");
    }
    CHECK_FALSE(read_catalog("{\"type\": \"object\", \"properties\": {}}").is_message_stream);
    CHECK_FALSE(read_catalog("{\"type\": 1}").is_message_stream);
    CHECK_FALSE(read_catalog("  {\"x\": 1}\n{\"type\": \"RECORD\"}").is_message_stream);
}

TEST_CASE("read_catalog says why there is no catalog")
{
    CHECK(problem_of("") == "printed nothing");
    CHECK(problem_of(" \r\n\t\n") == "printed nothing");
    CHECK(problem_of("\xEF\xBB\xBF\n") == "printed nothing");
    CHECK(problem_of("\n  usage: tap-x [-h]\n  more") ==
          "line 2, column 3: it is not JSON: \"usage: tap-x [-h]\"");
    CHECK(problem_of("No streams \xFF\n") ==
          "line 1, column 1: it is not JSON: \"No streams \xEF\xBF\xBD\"");
    CHECK(problem_of("Hello\n{\"streams\": [\n  {\"stream\" \"a\"}]}") ==
          "line 3, column 13: it is not JSON");
    CHECK(problem_of("{\"streams\": [\n{\"stream\": \"a\"},\n") ==
          "line 3, column 1: it ends in the middle of a value");
    CHECK(problem_of("{}") == "has no \"streams\"");
    CHECK(problem_of("{\"a\": 1}\n{\"b\": 2}\n") == "has no \"streams\"");
    CHECK(problem_of("Hello\n{\"streams\": {}}") == "\"streams\" is not a list");
    CHECK(problem_of("{\"streams\": null}") == "\"streams\" is not a list");
    CHECK(problem_of("null") == "is JSON, but not an object with \"streams\"");
    CHECK(problem_of("[1, 2]") == "is JSON, but not an object with \"streams\"");
}

TEST_CASE("read_catalog shortens what it quotes")
{
    const std::string problem = problem_of(std::string(5000, 'x'));
    CHECK(problem.size() < 150);
}
