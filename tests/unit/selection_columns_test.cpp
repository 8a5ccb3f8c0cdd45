#include "selection_fixture.h"

using namespace selection_fixture;

TEST_CASE("mark_catalog: nested properties follow their parent, inside arrays too")
{
    const Path name = {"properties", "job", "properties", "name"};
    const Path steps = {"properties", "job", "properties", "steps"};
    const Path n = {"properties", "job", "properties", "steps", "items", "properties", "n"};
    const json::Value without = mark_one(k_sdk_rest, full(0, {"id"}));
    const json::Value with = mark_one(k_sdk_rest, full(0, {"job"}));
    for (const Path& path : {name, steps, n}) {
        INFO(path.back());
        CHECK(selected(without, path) == "false");
        CHECK(selected(with, path) == "true");
    }
    CHECK(said(with, name, "inclusion") == "\"available\"");
    CHECK(said(with, n, "inclusion") == "none");
    CHECK(column(with, "id") == "true"); // automatic
}

TEST_CASE("mark_catalog: inclusion that stands in the schema only is obeyed and not copied")
{
    const json::Value raw = mark_one(k_mysql, full(0, {"geo"}));
    CHECK(column(raw, "id") == "true");
    CHECK(column(raw, "price") == "false");
    CHECK(column(raw, "geo") == "false"); // unsupported, whoever asks
    CHECK(said(raw, {"properties", "id"}, "inclusion") == "none");
    CHECK(said(raw, {"properties", "price"}, "sql-datatype") == "\"decimal\"");
    CHECK(said(raw, {}, "replication-method") == "\"FULL_TABLE\"");
}

TEST_CASE("mark_catalog: inclusion in the metadata goes before the schema's")
{
    const json::Value raw = mark_one(R"({"tap_stream_id":"t","schema":{"properties":{
        "a":{"inclusion":"automatic"},"b":{"inclusion":"unsupported"}}},"metadata":[
        {"breadcrumb":["properties","a"],"metadata":{"inclusion":"unsupported"}},
        {"breadcrumb":["properties","b"],"metadata":{"inclusion":"automatic"}}]})",
                                     full(0, {"x"}));
    CHECK(column(raw, "a") == "false");
    CHECK(column(raw, "b") == "true");
}

TEST_CASE("mark_catalog: no columns wanted means all of them")
{
    const json::Value raw = mark_one(k_bare, full(0));
    CHECK(column(raw, "id") == "true");
    CHECK(column(raw, "x") == "true");
}

TEST_CASE("mark_catalog: an entry with metadata [] gets breadcrumbs")
{
    const json::Value raw = mark_one(k_bare, full(0, {"x"}));
    CHECK(selected(raw, {}) == "true");
    CHECK(column(raw, "x") == "true");
    CHECK(column(raw, "id") == "true"); // key_properties at top level
    CHECK(top(raw, "stream") == "none");
    Selection other = full(0, {"x"});
    other.primary_key = {"y"};
    const json::Value keyed =
        mark_one(R"({"tap_stream_id":"a","schema":{"properties":{"x":{},"y":{},"z":{}}}})", other);
    CHECK(column(keyed, "y") == "true"); // the configured primary key
    CHECK(column(keyed, "z") == "false");
}

TEST_CASE("mark_catalog: fields that exclude each other: the first in the schema stays")
{
    const std::string raw = R"({"tap_stream_id":"report","schema":{"properties":{
        "clicks":{},"device":{},"hour":{},"region":{},"date":{}}},"metadata":[
        {"breadcrumb":["properties","clicks"],"metadata":{"fieldExclusions":["device","nobody","clicks"]}},
        {"breadcrumb":["properties","device"],"metadata":{"fieldExclusions":[]}},
        {"breadcrumb":["properties","hour"],"metadata":{"fieldExclusions":[["properties","clicks"]]}},
        {"breadcrumb":["properties","region"],"metadata":{"fieldExclusions":[["properties","hour"],["device"]]}},
        {"breadcrumb":["properties","date"],"metadata":{"inclusion":"automatic"}}]})";
    const MarkedCatalog marked = mark(raw, {full(0)});
    CHECK(column(entry(marked, 0), "clicks") == "true");
    CHECK(column(entry(marked, 0), "device") == "false"); // named by clicks
    CHECK(column(entry(marked, 0), "hour") == "false");   // names clicks itself, by breadcrumb
    CHECK(column(entry(marked, 0), "region") == "true");  // excluded only by what is left out
    CHECK(column(entry(marked, 0), "date") == "true");
    REQUIRE(marked.warnings.size() == 1);
    CHECK(marked.warnings[0] ==
          "Stream \"report\": the tap cannot read all of these columns together. Left out: "
          "device (because of clicks), hour (because of clicks).");

    const MarkedCatalog chosen = mark(raw, {full(0, {"device", "hour"})});
    CHECK(column(entry(chosen, 0), "device") == "true");
    CHECK(column(entry(chosen, 0), "hour") == "true");
    CHECK(column(entry(chosen, 0), "clicks") == "false");
    CHECK(chosen.warnings.empty());
}

TEST_CASE("mark_catalog: what has to be read is never left out for an exclusion")
{
    const std::string raw = R"({"tap_stream_id":"report","schema":{"properties":{
        "a":{},"b":{},"c":{}}},"metadata":[
        {"breadcrumb":["properties","a"],"metadata":{"fieldExclusions":["b","c"]}},
        {"breadcrumb":["properties","b"],"metadata":{"inclusion":"automatic","fieldExclusions":["c"]}}]})";
    const MarkedCatalog marked = mark(raw, {incremental(0, "c")});
    CHECK(column(entry(marked, 0), "a") == "false");
    CHECK(column(entry(marked, 0), "b") == "true"); // automatic
    CHECK(column(entry(marked, 0), "c") == "true"); // the cursor
    CHECK(marked.warnings.size() == 1);
}

TEST_CASE("mark_catalog: a field that excludes itself stays, also where it stands twice")
{
    const MarkedCatalog marked = mark(R"({"tap_stream_id":"r","schema":{"anyOf":[
        {"properties":{"a":{}}},{"properties":{"a":{}}}]},"metadata":[
        {"breadcrumb":["properties","a"],"metadata":{"fieldExclusions":["a"]}}]})",
                                      {full(0)});
    CHECK(column(entry(marked, 0), "a") == "true");
    CHECK(marked.warnings.empty());
}

TEST_CASE("mark_catalog: exclusions between nested fields, whose children follow")
{
    const MarkedCatalog marked =
        mark(R"({"tap_stream_id":"r","schema":{"properties":{"m":{"properties":{
        "a":{},"b":{"properties":{"c":{}}}}}}},"metadata":[
        {"breadcrumb":["properties","m","properties","a"],"metadata":{"fieldExclusions":["b"]}}]})",
             {full(0)});
    const json::Value& raw = entry(marked, 0);
    CHECK(selected(raw, {"properties", "m", "properties", "a"}) == "true");
    CHECK(selected(raw, {"properties", "m", "properties", "b"}) == "false");
    CHECK(selected(raw, {"properties", "m", "properties", "b", "properties", "c"}) == "false");
    REQUIRE(marked.warnings.size() == 1);
    CHECK(marked.warnings[0].ends_with("Left out: m.b (because of m.a)."));
}

TEST_CASE("mark_catalog: names with dots, blanks and no characters at all are ordinary")
{
    const json::Value raw = mark_one(R"({"tap_stream_id":"t","schema":{"properties":{
        "":{},"a.b":{"properties":{"":{}}},"a b \"é\"":{},"properties":{}}}})",
                                     incremental(0, "", {"", "a.b", "properties"}));
    CHECK(column(raw, "") == "true");
    CHECK(column(raw, "a.b") == "true");
    CHECK(selected(raw, {"properties", "a.b", "properties", ""}) == "true");
    CHECK(column(raw, "a b \"é\"") == "false");
    CHECK(column(raw, "properties") == "true");
    // No replication key is not the column called "".
    CHECK(column(mark_one(R"({"tap_stream_id":"t","schema":{"properties":{"":{},"x":{}}}})",
                          incremental(0, "", {"x"})),
                 "") == "false");
}

TEST_CASE("mark_catalog: properties of anyOf alternatives are marked like the node's own")
{
    const json::Value raw =
        mark_one(R"({"tap_stream_id":"t","schema":{"anyOf":[{"properties":{"top":{}}},
        {"type":"null"}],"properties":{"a":{"anyOf":[{"type":"object","properties":{"b":{}}},
        {"type":"array","items":{"properties":{"c":{}}}},{"type":"null"}]}}}})",
                 full(0, {"a"}));
    CHECK(selected(raw, {"properties", "a", "properties", "b"}) == "true");
    CHECK(selected(raw, {"properties", "a", "items", "properties", "c"}) == "true");
    CHECK(column(raw, "top") == "false");
}

TEST_CASE("mark_catalog: metadata of properties that the schema does not show is marked too")
{
    const json::Value raw = mark_one(R"({"tap_stream_id":"t","schema":{"properties":{
        "a":{"$ref":"#/x"},"b":{"$ref":"#/x"}}},"metadata":[
        {"breadcrumb":["properties","a","properties","deep"],"metadata":{"selected":false}},
        {"breadcrumb":["properties","b","properties","deep"],"metadata":{"inclusion":"automatic"}},
        {"breadcrumb":["properties","auto"],"metadata":{"inclusion":"automatic"}},
        {"breadcrumb":["properties","never"],"metadata":{"inclusion":"unsupported"}},
        {"breadcrumb":["properties","free"],"metadata":{"inclusion":"available"}}]})",
                                     full(0, {"a", "never"}));
    CHECK(selected(raw, {"properties", "a", "properties", "deep"}) == "true");
    CHECK(selected(raw, {"properties", "b", "properties", "deep"}) == "false");
    CHECK(column(raw, "auto") == "true");
    CHECK(column(raw, "never") == "false");
    CHECK(column(raw, "free") == "false");
}

TEST_CASE("mark_catalog sees the columns of a schema that is a string")
{
    const json::Value raw = mark_one(R"({"tap_stream_id":"t","metadata":[],
        "schema":"{\"properties\":{\"a\":{},\"b\":{}}}"})",
                                     full(0, {"a"}));
    CHECK(column(raw, "a") == "true");
    CHECK(column(raw, "b") == "false");
    CHECK(top(raw, "schema") == R"("{\"properties\":{\"a\":{},\"b\":{}}}")");
}

TEST_CASE("mark_catalog deselects excluded columns, automatic ones too, but no keys")
{
    Selection selection = incremental(0, "finished_at");
    selection.excluded_columns = {"log", "id", "finished_at", "job"};
    const json::Value raw = mark_one(k_sdk_rest, selection);
    CHECK(column(raw, "log") == "false");
    CHECK(column(raw, "job") == "false");
    CHECK(selected(raw, {"properties", "job", "properties", "name"}) == "false");
    CHECK(column(raw, "id") == "true"); // the tap's own key
    CHECK(column(raw, "finished_at") == "true");

    Selection automatic = full(0);
    automatic.excluded_columns = {"id"};
    const json::Value odd = mark_one(
        R"({"tap_stream_id":"a","schema":{"properties":{"id":{}}},
        "metadata":[{"breadcrumb":["properties","id"],"metadata":{"inclusion":"automatic"}},
        {"breadcrumb":["properties","id","properties","b"],"metadata":{}}]})",
        automatic);
    CHECK(column(odd, "id") == "false");
    CHECK(selected(odd, {"properties", "id", "properties", "b"}) == "false");
}

TEST_CASE("mark_catalog tells a view's key that was given")
{
    const std::string view =
        R"({"tap_stream_id":"v","is_view":true,"schema":{"properties":{"id":{}}},
        "metadata":[{"breadcrumb":[],"metadata":{"is-view":true}}]})";
    Selection selection = full(0);
    selection.primary_key = {"id"};
    selection.key_is_given = true;
    CHECK(said(mark_one(view, selection), {}, "view-key-properties") == R"(["id"])");
    CHECK(said(mark_one(k_bare, selection), {}, "view-key-properties") == "none");
    selection.key_is_given = false;
    CHECK(said(mark_one(view, selection), {}, "view-key-properties") == "none");
}
