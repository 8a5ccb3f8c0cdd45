#include "catch.h"
#include "translate/plan.h"

using namespace tapbridge;
using translate::Replication;

namespace {

singer::Catalog catalog_of(std::string_view text)
{
    singer::CatalogResult result = singer::read_catalog(text);
    REQUIRE(result.catalog);
    return std::move(*result.catalog);
}

// "tracked" can be read incrementally by a cursor of the tap's own, "choosy" by one of two, "full"
// cannot.
singer::Catalog sample()
{
    return catalog_of(R"({"streams":[
      {"tap_stream_id":"tracked","stream":"tracked","schema":{"type":"object","properties":{"id":{"type":"integer"},
        "at":{"type":"string"}}},"metadata":[{"breadcrumb":[],"metadata":{"table-key-properties":["id"],
        "valid-replication-keys":["at"]}}]},
      {"tap_stream_id":"choosy","stream":"choosy","schema":{"type":"object","properties":{"a":{"type":"string"},
        "b":{"type":"string"},"c":{"type":"string"}}},"metadata":[{"breadcrumb":[],"metadata":{
        "valid-replication-keys":["a","b"]}}]},
      {"tap_stream_id":"full","stream":"full","schema":{"type":"object","properties":{"a":{"type":"string"}}},
       "metadata":[]}]})");
}

airbyte::ConfiguredStream wanted(std::string name, bool incremental,
                                 std::vector<std::string> cursor = {})
{
    airbyte::ConfiguredStream stream;
    stream.descriptor.name = std::move(name);
    stream.incremental = incremental;
    stream.sync_mode = incremental ? "incremental" : "full_refresh";
    stream.cursor_field = std::move(cursor);
    return stream;
}

translate::ReadPlan plan(std::vector<airbyte::ConfiguredStream> streams)
{
    const singer::Catalog catalog = sample();
    return translate::plan_read({std::move(streams)}, catalog, translate::discover(catalog));
}

} // namespace

TEST_CASE("plan_read goes by the cursor that the tap defines, whatever is configured")
{
    const translate::ReadPlan result = plan({wanted("tracked", true, {"id"})});
    REQUIRE(result.streams.size() == 1);
    CHECK(result.streams[0].selection.replication == Replication::incremental);
    CHECK(result.streams[0].selection.replication_key == "at");
    CHECK(result.warnings.empty());
}

TEST_CASE("plan_read goes by the user's choice where the tap leaves one")
{
    CHECK(plan({wanted("choosy", true, {"b"})}).streams[0].selection.replication_key == "b");
}

TEST_CASE("plan_read reads in full, with one warning, where incremental cannot be done")
{
    for (const auto& stream :
         {wanted("full", true, {"a"}), wanted("choosy", true, {"c"}),
          wanted("choosy", true, {"nope"}), wanted("choosy", true, {"a", "x"})}) {
        const translate::ReadPlan result = plan({stream});
        CHECK(result.streams[0].selection.replication == Replication::full_table);
        CHECK(result.streams[0].selection.replication_key.empty());
        REQUIRE(result.warnings.size() == 1);
        CHECK(result.warnings[0].find("is read in full") != std::string::npos);
    }
}

TEST_CASE("plan_read sets streams aside that the tap does not have")
{
    const translate::ReadPlan result = plan({wanted("tracked", false), wanted("traked", false)});
    CHECK(result.streams.size() == 1);
    REQUIRE(result.unknown.size() == 1);
    const airbyte::Error error =
        translate::unknown_stream_error(result.unknown[0], result.known_names);
    CHECK(error.failure_type == airbyte::FailureType::config_error);
    CHECK(error.message ==
          "The tap has no stream \"traked\". Did you mean \"tracked\"? Refresh the "
          "source's schema (run discover again) and select from what it offers.");
}

TEST_CASE("plan_read refuses an unknown sync mode and an empty catalog")
{
    airbyte::ConfiguredStream odd = wanted("full", false);
    odd.sync_mode = "INVALID";
    odd.sync_mode_known = false;
    CHECK_THROWS_WITH(plan({odd}),
                      "The configured catalog asks for sync_mode \"INVALID\" of stream "
                      "\"full\". Use \"full_refresh\" or \"incremental\".");
    CHECK_THROWS_WITH(plan({}),
                      "The configured catalog selects no stream. Select at least one stream "
                      "of what discover offers.");
}

TEST_CASE("plan_read_without_discovery takes every configured stream for real")
{
    singer::Catalog catalog;
    const translate::ReadPlan result =
        translate::plan_read_without_discovery({{wanted("a", true), wanted("b", false)}}, catalog);
    REQUIRE(result.streams.size() == 2);
    CHECK(result.streams[0].incremental());
    CHECK_FALSE(result.streams[1].incremental());
    CHECK(catalog.entries.size() == 2);
}
