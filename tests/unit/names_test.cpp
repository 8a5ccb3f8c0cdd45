#include "catch.h"
#include "stream_rule_fixture.h"
#include "translate/names.h"

using namespace tapbridge;
using translate::WireNames;

namespace {

singer::CatalogEntry entry(std::string id, std::string stream, std::string schema = "",
                           std::string table = "")
{
    singer::CatalogEntry result;
    result.tap_stream_id = std::move(id);
    result.stream = std::move(stream);
    result.schema_name = std::move(schema);
    result.table_name = std::move(table);
    return result;
}

const translate::NameRules k_no_rules;

} // namespace

TEST_CASE("WireNames finds a stream by any of its names")
{
    singer::Catalog catalog;
    catalog.entries = {entry("db-shop-orders", "orders", "shop", "orders"),
                       entry("users", "users")};
    const WireNames names(catalog, {0, 1}, k_no_rules);
    for (const char* name :
         {"orders", "db-shop-orders", "shop-orders", "shop_orders", "shop.orders"}) {
        CAPTURE(name);
        const WireNames::Match match = names.match(name);
        CHECK(match.kind == WireNames::Kind::selected);
        CHECK(match.streams == std::vector<std::size_t>{0});
    }
    CHECK(names.match("users").streams == std::vector<std::size_t>{1});
}

TEST_CASE("WireNames never guesses between two selected streams")
{
    singer::Catalog catalog;
    catalog.entries = {entry("shop-orders", "orders"), entry("archive-orders", "orders")};
    const WireNames names(catalog, {0, 1}, k_no_rules);
    CHECK(names.match("orders").kind == WireNames::Kind::ambiguous);
    CHECK(names.match("orders").streams == std::vector<std::size_t>{0, 1});
    CHECK(names.match("archive-orders").streams == std::vector<std::size_t>{1});
}

TEST_CASE("WireNames takes a shared name for the one that this run selects")
{
    singer::Catalog catalog;
    catalog.entries = {entry("shop-orders", "orders"), entry("archive-orders", "orders")};
    const WireNames::Match match = WireNames(catalog, {1}, k_no_rules).match("orders");
    CHECK(match.kind == WireNames::Kind::selected);
    CHECK(match.streams ==
          std::vector<std::size_t>{0}); // a position in the run, not in the catalog
}

TEST_CASE("WireNames tells an unselected stream from an unexplained name")
{
    singer::Catalog catalog;
    catalog.entries = {entry("a", "a"), entry("b", "b")};
    const WireNames names(catalog, {0}, k_no_rules);
    CHECK(names.match("b").kind == WireNames::Kind::unselected);
    CHECK(names.match("c").kind == WireNames::Kind::unknown);
    CHECK(names.match("").kind == WireNames::Kind::unknown);
}

TEST_CASE("WireNames takes no other name for one that differs in its separators only")
{
    singer::Catalog catalog;
    catalog.entries = {entry("shop_orders", "shop_orders"), entry("a", "a", "shop", "orders"),
                       entry("b", "b", "", "orders")};
    const WireNames names(catalog, {0, 1}, k_no_rules);
    CHECK(names.match("shop_orders").kind == WireNames::Kind::ambiguous);
    CHECK(names.match("shop-orders").streams == std::vector<std::size_t>{1});
    CHECK(names.match("-orders").kind == WireNames::Kind::unknown);
    CHECK(names.match("a.b").kind == WireNames::Kind::unknown);
}

TEST_CASE("WireNames lets an alias go before the name of another stream")
{
    singer::Catalog catalog;
    catalog.entries = {entry("a", "a"), entry("b", "b"), entry("c", "c")};
    translate::NameRules rules;
    rules.aliases = {"b"};
    CHECK(WireNames(catalog, {0}, rules).match("b").streams == std::vector<std::size_t>{0});
    CHECK(WireNames(catalog, {0}, rules).match("a").streams == std::vector<std::size_t>{0});
    CHECK(WireNames(catalog, {2}, rules).match("b").kind == WireNames::Kind::unselected);
    // Both are selected, and nobody says what the second one is called.
    CHECK(WireNames(catalog, {0, 1}, rules).match("b").kind == WireNames::Kind::ambiguous);
    rules.aliases = {"b", "a"};
    const WireNames swapped(catalog, {0, 1}, rules);
    CHECK(swapped.match("b").streams == std::vector<std::size_t>{0});
    CHECK(swapped.match("a").streams == std::vector<std::size_t>{1});
}

TEST_CASE("WireNames tells what the adapter excludes")
{
    singer::Catalog catalog;
    catalog.entries = {entry("a", "a"), entry("b", "b")};
    translate::NameRules rules;
    rules.excluded = {false, true};
    rules.rules.add("odd_1", {.exclude = true});
    rules.rules.add("odd_*", {.exclude = true});
    const WireNames names(catalog, {0}, rules);
    CHECK(names.match("b").kind == WireNames::Kind::excluded);
    CHECK(names.match("odd_1").kind == WireNames::Kind::excluded);
    CHECK(names.match("odd_2").kind == WireNames::Kind::unknown);
    CHECK(names.match("c").kind == WireNames::Kind::unknown);
}
