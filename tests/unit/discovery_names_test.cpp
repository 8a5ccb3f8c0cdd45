#include "discovery_fixture.h"

#include <optional>
#include <random>
#include <set>
#include <utility>

using namespace discovery_fixture;

TEST_CASE("discover names tables by table_name and schema-name, else database-name")
{
    CHECK(names(discover(table("shop-orders", "orders", R"("schema-name":"shop")"))) ==
          "shop/orders ");
    CHECK(names(discover(table("shop-orders", "orders", R"("database-name":"shop")"))) ==
          "shop/orders ");
    CHECK(names(discover(table("d-s-t", "t", R"("database-name":"d","schema-name":"s")"))) ==
          "s/t ");
    CHECK(names(discover(table("orders", "orders", ""))) == "-/orders ");
}

TEST_CASE("discover names a Meltano SDK table by table_name, not by its stream")
{
    CHECK(
        names(discover(R"({"tap_stream_id":"shop-Mixed Case-Table","stream":"shop-Mixed Case-Table",
        "table_name":"Mixed Case-Table","replication_method":"","key_properties":["id"],
        "schema":{"properties":{"id":{"type":["integer"]}},"type":"object"},
        "metadata":[{"breadcrumb":[],"metadata":{"schema-name":"shop","forced-replication-method":""}}]})")) ==
        "shop/Mixed Case-Table ");
}

TEST_CASE("discover gives no namespace to what is no table")
{
    CHECK(names(discover(api("users", R"("schema-name":"shop","database-name":"d")"))) ==
          "-/users ");
}

TEST_CASE("discover falls back from stream to tap_stream_id and keeps strange characters")
{
    CHECK(names(discover(R"({"tap_stream_id":"a/b é \"x\".*","schema":{},"metadata":[]})")) ==
          "-/a/b é \"x\".* ");
    CHECK(names(discover(R"({"tap_stream_id":"id","stream":"nice","schema":{}})")) == "-/nice ");
}

TEST_CASE("discover lets equal tables of two schemas keep their names")
{
    CHECK(names(discover(table("shop-orders", "orders", R"("schema-name":"shop")") + "," +
                         table("archive-orders", "orders", R"("schema-name":"archive")"))) ==
          "shop/orders archive/orders ");
}

TEST_CASE("discover uses the id for all streams that would share a name, and for no other")
{
    CHECK(names(discover(
              table("a-public-orders", "orders", R"("database-name":"a","schema-name":"public")") +
              "," +
              table("b-public-orders", "orders", R"("database-name":"b","schema-name":"public")") +
              "," +
              table("b-public-users", "users", R"("database-name":"b","schema-name":"public")"))) ==
          "public/a-public-orders public/b-public-orders public/users ");
}

TEST_CASE("discover goes on where the id that one stream falls back to is another's name")
{
    // "x" twice: they become "1" and "y"; "y" is taken, so its owner becomes "3".
    CHECK(names(discover(R"({"stream":"x","tap_stream_id":"1","schema":{}},
                            {"stream":"x","tap_stream_id":"y","schema":{}},
                            {"stream":"y","tap_stream_id":"3","schema":{}})")) == "-/1 -/y -/3 ");
}

namespace {

singer::CatalogEntry bare_entry(const std::string& stream, const std::string& id)
{
    singer::CatalogEntry entry;
    entry.stream = stream;
    entry.tap_stream_id = id;
    return entry;
}

// A catalog whose entries all stand for the same raw one: only their names matter.
singer::Catalog catalog_of(std::vector<singer::CatalogEntry> entries)
{
    singer::Catalog catalog;
    catalog.raw = *json::parse(R"({"streams":[{}]})");
    catalog.entries = std::move(entries);
    return catalog;
}

} // namespace

TEST_CASE("discover numbers streams that neither name nor id tells apart, and says so")
{
    const Discovered discovered =
        translate::discover(catalog_of({bare_entry("x", "x"), bare_entry("x_2", "x_2"),
                                        bare_entry("x", "x"), bare_entry("x", "x")}));
    CHECK(names(discovered) == "-/x -/x_2 -/x_3 -/x_4 ");
    REQUIRE(discovered.warnings.size() == 2);
    CHECK(discovered.warnings[0] == "The tap lists more than one stream called \"x\"; one of them "
                                    "is offered as \"x_3\".");
}

TEST_CASE("discover never gives two streams the same name and namespace, whatever the tap says")
{
    const std::uint64_t seed = 7;
    std::mt19937_64 random(seed);
    const auto pick = [&](std::initializer_list<const char*> list) {
        return std::string(*(list.begin() + static_cast<long>(random() % list.size())));
    };
    for (int round = 0; round < 500; ++round) {
        std::vector<singer::CatalogEntry> entries;
        for (unsigned i = 0, count = 1 + static_cast<unsigned>(random() % 7); i < count; ++i) {
            entries.push_back(
                bare_entry(pick({"a", "b", "a_2"}), pick({"a", "b", "c", "a_2", "a_3"})));
            entries.back().table_name = pick({"", "a", "b"});
            entries.back().schema_name = pick({"", "s"});
        }
        const Discovered discovered = translate::discover(catalog_of(entries));
        INFO("seed " << seed << ", round " << round << ": " << names(discovered));
        std::set<std::pair<std::string, std::string>> seen;
        for (const Stream& stream : discovered.streams) {
            CHECK(seen.insert({stream.descriptor.namespace_.value_or(""), stream.descriptor.name})
                      .second);
            CHECK_FALSE(stream.descriptor.name.empty());
        }
        CHECK(seen.size() == entries.size());
    }
}

TEST_CASE("find_stream goes by name and namespace, then by a name that is unique")
{
    const auto named = [](const std::string& name, std::optional<std::string> space) {
        Stream stream;
        stream.descriptor = {name, std::move(space)};
        return stream;
    };
    const std::vector<Stream> streams = {
        named("orders", "shop"),       named("orders", "archive"),   named("users", "shop"),
        named("events", std::nullopt), named("mixed", std::nullopt), named("mixed", "x")};
    const auto find = [&](const std::string& name, std::optional<std::string> space) {
        const Stream* found = translate::StreamLookup(streams).find({name, std::move(space)});
        return found ? static_cast<int>(found - streams.data()) : -1;
    };
    CHECK(find("orders", "archive") == 1);
    CHECK(find("orders", "shop") == 0);
    CHECK(find("orders", std::nullopt) == -1); // two of that name
    CHECK(find("orders", "") == -1);
    CHECK(find("users", std::nullopt) == 2);
    CHECK(find("users", "") == 2);
    CHECK(find("events", "") == 3);
    CHECK(find("events", std::nullopt) == 3);
    CHECK(find("events", "anything") == 3); // the platform may add one
    CHECK(find("mixed", "") == 4);
    CHECK(find("mixed", "x") == 5);
    CHECK(find("mixed", "y") == -1);
    CHECK(find("users", "archive") == -1); // another schema's table is no substitute
    CHECK(find("Users", "shop") == -1);
    CHECK(find("", std::nullopt) == -1);
}
