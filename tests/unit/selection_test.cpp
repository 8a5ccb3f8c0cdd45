#include "selection_fixture.h"
#include "translate/selection.h"

using namespace selection_fixture;

namespace {

// How the Meltano SDK reads method and key: the entry's own, else the metadata; no key: full table.
struct SdkView {
    std::string method;
    std::string key;
};

SdkView sdk_view(const json::Value& raw)
{
    const auto either = [&](const std::string& first, const std::string& second) {
        return first != "none" && first != "\"\"" ? first : second;
    };
    return {either(top(raw, "replication_method"), said(raw, {}, "forced-replication-method")),
            either(top(raw, "replication_key"), said(raw, {}, "replication-key"))};
}

// How database taps of the singer-python and pipelinewise families read them: the metadata only.
SdkView database_view(const json::Value& raw)
{
    return {said(raw, {}, "replication-method"), said(raw, {}, "replication-key")};
}

} // namespace

TEST_CASE("mark_catalog: every stream gets an explicit boolean, selected or not")
{
    const MarkedCatalog marked =
        mark(std::string(k_sdk_rest) + "," + k_sdk_sql + "," + k_mysql + "," + k_bare +
                 R"(,{"tap_stream_id":"no-metadata"},{"tap_stream_id":"null","metadata":null})",
             {full(1)});
    for (std::size_t i = 0; i < 6; ++i) {
        INFO(i);
        CHECK(selected(entry(marked, i), {}) == (i == 1 ? "true" : "false"));
    }
    CHECK(marked.warnings.empty());
}

TEST_CASE("mark_catalog: an SDK stream that is read in full loses its keys everywhere")
{
    const json::Value raw = mark_one(k_sdk_rest, full(0));
    CHECK(top(raw, "replication_key") == "none");
    CHECK(said(raw, {}, "replication-key") == "none");
    CHECK(sdk_view(raw).method == "\"FULL_TABLE\"");
    CHECK(said(raw, {}, "replication-method") == "\"FULL_TABLE\"");
    CHECK(said(raw, {}, "forced-replication-method") == "\"FULL_TABLE\"");
    CHECK(said(raw, {}, "valid-replication-keys") == R"(["finished_at"])");
    CHECK(said(raw, {}, "selected-by-default") == "true");
}

TEST_CASE("mark_catalog: an SDK stream that is read incrementally has its key in both places")
{
    const json::Value raw = mark_one(k_sdk_rest, incremental(0, "finished_at", {"id"}));
    CHECK(sdk_view(raw).method == "\"INCREMENTAL\"");
    CHECK(sdk_view(raw).key == "\"finished_at\"");
    CHECK(database_view(raw).method == "\"INCREMENTAL\"");
    CHECK(database_view(raw).key == "\"finished_at\"");
    CHECK(column(raw, "id") == "true");
    CHECK(column(raw, "finished_at") == "true"); // the key stays, though nobody asked for it
    CHECK(column(raw, "log") == "false");
    CHECK(column(raw, "job") == "false");
}

TEST_CASE("mark_catalog: an SDK table with an open method takes the one that is wanted")
{
    const json::Value whole = mark_one(k_sdk_sql, full(0));
    CHECK(sdk_view(whole).method == "\"FULL_TABLE\"");
    CHECK(sdk_view(whole).key == "none");
    CHECK(said(whole, {}, "forced-replication-method") == "\"\""); // as the tap gave it

    const json::Value by_key = mark_one(k_sdk_sql, incremental(0, "at"));
    CHECK(sdk_view(by_key).method == "\"INCREMENTAL\"");
    CHECK(sdk_view(by_key).key == "\"at\"");

    const json::Value log = mark_one(k_sdk_sql, log_based(0));
    CHECK(sdk_view(log).method == "\"LOG_BASED\"");
    CHECK(database_view(log).method == "\"LOG_BASED\"");
    CHECK(sdk_view(log).key == "none");
}

TEST_CASE("mark_catalog: a key that stood in the metadata goes as well when all is read")
{
    const json::Value raw =
        mark_one(R"({"tap_stream_id":"t","schema":{},"metadata":[{"breadcrumb":[],
        "metadata":{"replication-key":"at","replication-method":"INCREMENTAL"}}]})",
                 full(0));
    CHECK(said(raw, {}, "replication-key") == "none");
    CHECK(database_view(raw).method == "\"FULL_TABLE\"");
}

TEST_CASE("mark_catalog: a log-based stream keeps the key that the tap's catalog names")
{
    const json::Value raw = mark_one(R"({"tap_stream_id":"t","replication_method":"LOG_BASED",
        "replication_key":"_sdc_lsn","schema":{}})",
                                     log_based(0));
    CHECK(top(raw, "replication_key") == "\"_sdc_lsn\"");
    CHECK(top(raw, "replication_method") == "\"LOG_BASED\"");
}

TEST_CASE("mark_catalog: a forced method is overruled only where it says otherwise")
{
    const auto forced = [](const std::string& value, const Selection& selection) {
        const json::Value raw =
            mark_one(R"({"tap_stream_id":"f","schema":{},"metadata":[{"breadcrumb":[],
            "metadata":{"forced-replication-method":)" +
                         value + "}}]}",
                     selection);
        return said(raw, {}, "forced-replication-method");
    };
    CHECK(forced(R"("INCREMENTAL")", incremental(0, "at")) == "\"INCREMENTAL\"");
    CHECK(forced(R"("incremental")", incremental(0, "at")) == "\"incremental\"");
    CHECK(forced(R"("INCREMENTAL")", full(0)) == "\"FULL_TABLE\"");
    CHECK(forced(R"("FULL_TABLE")", incremental(0, "at")) == "\"INCREMENTAL\"");
    CHECK(forced(R"("INCREMENTAL")", log_based(0)) == "\"LOG_BASED\"");
    CHECK(forced(R"("")", full(0)) == "\"\"");
    CHECK(forced("null", full(0)) == "null");
    CHECK(forced(R"({"replication-method":"FULL_TABLE","reason":"r"})", full(0)) ==
          R"({"replication-method":"FULL_TABLE","reason":"r"})");
    CHECK(forced(R"({"replication-method":"FULL_TABLE"})", incremental(0, "at")) ==
          "\"INCREMENTAL\"");
}

TEST_CASE("mark_catalog: a tap that counts files itself is incremental without a key")
{
    const json::Value raw = mark_one(R"({"stream":"people","tap_stream_id":"people","schema":{},
        "metadata":[{"breadcrumb":[],"metadata":{"forced-replication-method":"INCREMENTAL"}}]})",
                                     incremental(0, ""));
    CHECK(database_view(raw).method == "\"INCREMENTAL\"");
    CHECK(top(raw, "replication_method") == "\"INCREMENTAL\"");
    CHECK(top(raw, "replication_key") == "none");
    CHECK(said(raw, {}, "replication-key") == "none");
}

TEST_CASE("mark_catalog: valid-replication-keys stays the string it was")
{
    const json::Value raw = mark_one(R"({"tap_stream_id":"leads","schema":{"properties":{"at":{}}},
        "metadata":[{"breadcrumb":[],"metadata":{"valid-replication-keys":"at"}}]})",
                                     incremental(0, "at"));
    CHECK(said(raw, {}, "valid-replication-keys") == "\"at\"");
    CHECK(said(raw, {}, "replication-key") == "\"at\"");
}

TEST_CASE("mark_catalog: selected inside the schema or at top level is set where it stood")
{
    const std::string raw = R"({"tap_stream_id":"old","selected":false,"schema":{"selected":"false",
        "properties":{"selected":{"type":"boolean"},"a":{"selected":true},"b":{"selected":null,
        "items":{"selected":true,"properties":{"c":{"selected":true}}}},"d":{}}},"metadata":[]})";
    const json::Value read = mark_one(raw, full(0, {"a", "selected"}));
    const json::Value* schema = read.find("schema");
    REQUIRE(schema != nullptr);
    CHECK(
        schema->text() ==
        R"({"selected":true,"properties":{"selected":{"type":"boolean"},"a":{"selected":true},)"
        R"("b":{"selected":false,"items":{"selected":false,"properties":{"c":{"selected":false}}}},)"
        R"("d":{}}})");
    CHECK(top(read, "selected") == "true");
    CHECK(column(read, "selected") == "true");

    const json::Value unread = entry(mark(raw, {}), 0);
    REQUIRE(unread.find("schema") != nullptr);
    CHECK(
        unread.find("schema")->text() ==
        R"({"selected":false,"properties":{"selected":{"type":"boolean"},"a":{"selected":false},)"
        R"("b":{"selected":false,"items":{"selected":false,"properties":{"c":{"selected":false}}}},)"
        R"("d":{}}})");
    CHECK(top(unread, "selected") == "false");
}

TEST_CASE("mark_catalog: an unselected stream changes only where it said selected")
{
    const std::string raw = R"({"tap_stream_id":"t","replication_key":"at","replication_method":
        "INCREMENTAL","schema":{"properties":{"a":{},"b":{}}},"metadata":[
        {"breadcrumb":["properties","a"],"metadata":{"selected":true,"x":1.10}},
        {"breadcrumb":["properties","b"],"metadata":{"inclusion":"available"}},
        {"breadcrumb":[],"metadata":{"selected":true}}]})";
    CHECK(entry(mark(raw, {}), 0).text() ==
          R"({"tap_stream_id":"t","replication_key":"at","replication_method":"INCREMENTAL",)"
          R"("schema":{"properties":{"a":{},"b":{}}},"metadata":[)"
          R"({"breadcrumb":["properties","a"],"metadata":{"selected":false,"x":1.10}},)"
          R"({"breadcrumb":["properties","b"],"metadata":{"inclusion":"available"}},)"
          R"({"breadcrumb":[],"metadata":{"selected":false}}]})");
}

TEST_CASE("mark_catalog: unknown keys, digits, escapes and order stay")
{
    const std::string raw =
        R"({"zeta":1.10,"streams":[{"big":12345678901234567890.123456789,"tap_stream_id":"t\u00e9",)"
        R"("schema":{"properties":{"n":{"multipleOf":1E-38,"maximum":-0,"odd":[1e400,null]}},)"
        R"("definitions":{"a\/b":{}}},"metadata":[{"x":0.0,"breadcrumb":[],"metadata":{"k":1.0,)"
        R"("selected":null}},{"breadcrumb":["properties","n"],"metadata":{}}],"row_count":5e0}],)"
        R"("alpha":{}})";
    const singer::Catalog catalog = catalog_of(raw);
    CHECK(
        translate::mark_catalog(catalog, {}).catalog.text() ==
        R"({"zeta":1.10,"streams":[{"big":12345678901234567890.123456789,"tap_stream_id":"t\u00e9",)"
        R"("schema":{"properties":{"n":{"multipleOf":1E-38,"maximum":-0,"odd":[1e400,null]}},)"
        R"("definitions":{"a\/b":{}}},"metadata":[{"x":0.0,"breadcrumb":[],"metadata":{"k":1.0,)"
        R"("selected":false}},{"breadcrumb":["properties","n"],"metadata":{}}],"row_count":5e0}],)"
        R"("alpha":{}})");
    CHECK(
        translate::mark_catalog(catalog, {incremental(0, "n")}).catalog.text() ==
        R"({"zeta":1.10,"streams":[{"big":12345678901234567890.123456789,"tap_stream_id":"t\u00e9",)"
        R"("schema":{"properties":{"n":{"multipleOf":1E-38,"maximum":-0,"odd":[1e400,null]}},)"
        R"("definitions":{"a\/b":{}}},"metadata":[{"x":0.0,"breadcrumb":[],"metadata":{"k":1.0,)"
        R"("selected":true,"replication-method":"INCREMENTAL","replication-key":"n"}},)"
        R"({"breadcrumb":["properties","n"],"metadata":{"selected":true}}],"row_count":5e0,)"
        R"("replication_method":"INCREMENTAL","replication_key":"n"}],"alpha":{}})");
    CHECK(catalog.raw.text() == raw); // the input itself is not touched
}

TEST_CASE("mark_catalog survives metadata of any shape")
{
    const json::Value raw =
        mark_one(R"({"tap_stream_id":"t","schema":{"properties":{"a":{}}},"metadata":[
        null,7,"x",[],{},{"breadcrumb":{},"metadata":{"k":1}},{"breadcrumb":[1],"metadata":{}},
        {"breadcrumb":["properties","a"]},{"breadcrumb":["properties","a"],"metadata":"odd"},
        {"breadcrumb":["a"],"metadata":{}},{"breadcrumb":[],"metadata":{"k":1}},
        {"breadcrumb":[],"metadata":{"selected":true,"k":2}}]})",
                 full(0));
    CHECK(column(raw, "a") == "true");
    CHECK(selected(raw, {}) == "true");
    CHECK(said(raw, {}, "k") == "2");
    // Whoever takes the first of two equal breadcrumbs reads the same as who takes the last.
    CHECK(
        raw.find("metadata")->items()[10].text() ==
        R"({"breadcrumb":[],"metadata":{"k":1,"replication-method":"FULL_TABLE","selected":true}})");
    CHECK(raw.find("metadata")->items()[5].text() == R"({"breadcrumb":{},"metadata":{"k":1}})");

    for (const std::string schema :
         {"null", "[]", "7", R"({"properties":[1]})",
          R"({"properties":{"a":null,"b":[],"c":true}})",
          R"({"items":[{}],"anyOf":{},"properties":{"a":{"items":[1]}}})"}) {
        INFO(schema);
        CHECK(selected(mark_one(R"({"tap_stream_id":"t","metadata":{},"schema":)" + schema + "}",
                                full(0)),
                       {}) == "true");
    }
}

TEST_CASE("mark_catalog understands breadcrumbs that are absent, null or inside a string")
{
    for (const std::string root :
         {"{", R"({"breadcrumb":null,)", R"({"breadcrumb":"",)", R"({"breadcrumb":"[]",)"}) {
        INFO(root);
        const json::Value raw = mark_one(R"({"tap_stream_id":"t","schema":{},"metadata":[)" + root +
                                             R"("metadata":{"selected":false}}]})",
                                         full(0));
        CHECK(raw.find("metadata")->items().size() == 1);
        CHECK(selected(raw, {}) == "true");
    }
    const json::Value raw =
        mark_one(R"({"tap_stream_id":"t","schema":{"properties":{"a":{}}},"metadata":[
        {"breadcrumb":"[\"properties\",\"a\"]","metadata":{"inclusion":"UNSUPPORTED"}}]})",
                 full(0));
    CHECK(raw.find("metadata")->items().size() == 2); // the stream's own was missing
    CHECK(column(raw, "a") == "false");
}

TEST_CASE("mark_catalog deselects entries that discovery had to leave out")
{
    const MarkedCatalog marked = mark(R"({"schema":{},"metadata":[{"breadcrumb":[],
        "metadata":{"selected":true}}]},null,{"tap_stream_id":"t","schema":{}})",
                                      {full(0)});
    CHECK(selected(entry(marked, 0), {}) == "false");
    CHECK(entry(marked, 1).is_null());
    CHECK(selected(entry(marked, 2), {}) == "true");
}
