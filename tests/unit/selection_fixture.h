// Catalog entries as the families of taps write them, for the tests of selection.
#pragma once

#include "catalog_fixture.h"
#include "translate/selection.h"

#include <string>
#include <utility>
#include <vector>

namespace selection_fixture {

using namespace tapbridge;
using translate::MarkedCatalog;
using translate::Replication;
using translate::Selection;
using Path = std::vector<std::string>;

inline Selection full(std::size_t entry, Path columns = {})
{
    Selection selection;
    selection.entry = entry;
    selection.columns = std::move(columns);
    return selection;
}

inline Selection incremental(std::size_t entry, const std::string& key, Path columns = {})
{
    Selection selection = full(entry, std::move(columns));
    selection.replication = Replication::incremental;
    selection.replication_key = key;
    return selection;
}

inline Selection log_based(std::size_t entry)
{
    Selection selection = full(entry);
    selection.replication = Replication::log_based;
    return selection;
}

inline MarkedCatalog mark(const std::string& entries, const std::vector<Selection>& selections)
{
    return translate::mark_catalog(catalog_of("{\"streams\":[" + entries + "]}"), selections);
}

inline const json::Value& entry(const MarkedCatalog& marked, std::size_t index)
{
    const json::Value* streams = marked.catalog.find("streams");
    REQUIRE(streams != nullptr);
    REQUIRE(index < streams->items().size());
    return streams->items()[index];
}

inline json::Value mark_one(const std::string& raw, const Selection& selection)
{
    return entry(mark(raw, {selection}), 0);
}

// A value of the metadata as text; "none" where there is none.
inline std::string said(const json::Value& raw, const Path& breadcrumb, const std::string& key)
{
    const json::Value* metadata = singer::metadata_at(raw, breadcrumb);
    const json::Value* value = metadata ? metadata->find(key) : nullptr;
    return value ? value->text() : "none";
}

inline std::string selected(const json::Value& raw, const Path& breadcrumb)
{
    return said(raw, breadcrumb, "selected");
}

inline std::string column(const json::Value& raw, const std::string& name)
{
    return selected(raw, {"properties", name});
}

inline std::string top(const json::Value& raw, const std::string& key)
{
    const json::Value* value = raw.find(key);
    return value ? value->text() : "none";
}

inline const char* const k_sdk_rest = R"({"tap_stream_id":"runs","replication_key":"finished_at",
    "replication_method":"INCREMENTAL","key_properties":["id"],"stream":"runs",
    "schema":{"type":["object","null"],"properties":{"id":{"type":["integer"]},
    "finished_at":{"type":["string","null"]},"log":{"type":["string","null"]},
    "job":{"type":["object","null"],"properties":{"name":{"type":"string"},
    "steps":{"type":"array","items":{"type":"object","properties":{"n":{"type":"integer"}}}}}}}},
    "metadata":[{"breadcrumb":["properties","id"],"metadata":{"inclusion":"automatic"}},
    {"breadcrumb":["properties","log"],"metadata":{"inclusion":"available"}},
    {"breadcrumb":["properties","job","properties","name"],"metadata":{"inclusion":"available"}},
    {"breadcrumb":[],"metadata":{"inclusion":"available","selected":true,"selected-by-default":true,
    "forced-replication-method":"INCREMENTAL","valid-replication-keys":["finished_at"]}}]})";

inline const char* const k_sdk_sql = R"({"tap_stream_id":"shop-orders","table_name":"orders",
    "replication_method":"","key_properties":["id"],"is_view":false,"stream":"shop-orders",
    "schema":{"type":"object","properties":{"id":{"type":["integer"]},"at":{"type":["string","null"]}}},
    "metadata":[{"breadcrumb":["properties","id"],"metadata":{"inclusion":"automatic"}},
    {"breadcrumb":["properties","at"],"metadata":{"inclusion":"available"}},
    {"breadcrumb":[],"metadata":{"inclusion":"available","table-key-properties":["id"],
    "forced-replication-method":"","schema-name":"shop"}}]})";

inline const char* const k_mysql =
    R"({"tap_stream_id":"shop-orders","table_name":"orders","stream":"orders",
    "schema":{"type":"object","properties":{
    "id":{"inclusion":"automatic","maximum":9223372036854775807,"type":["null","integer"]},
    "price":{"inclusion":"available","multipleOf":1e-10,"type":["null","number"]},
    "geo":{"inclusion":"unsupported","description":"Unsupported column type"}}},
    "metadata":[{"breadcrumb":[],"metadata":{"selected-by-default":false,"database-name":"shop",
    "row-count":50,"is-view":false,"table-key-properties":["id"]}},
    {"breadcrumb":["properties","price"],"metadata":{"selected-by-default":true,"sql-datatype":"decimal"}}]})";

inline const char* const k_bare = R"({"tap_stream_id":"a","key_properties":["id"],"metadata":[],
    "schema":{"type":"object","properties":{"id":{"type":"integer"},"x":{"type":"string"}}}})";

} // namespace selection_fixture
