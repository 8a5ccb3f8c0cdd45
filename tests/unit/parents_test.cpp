// Streams that hang on others: what is planned, and what a run makes of it.
#include "catalog_fixture.h"
#include "run_fixture.h"
#include "stream_rule_fixture.h"
#include "translate/parents.h"

using namespace run_fixture;
using translate::Replication;
using translate::StreamRule;
using translate::StreamRules;

namespace {

using Names = std::vector<std::string>;

std::string entry(const std::string& name, const std::string& parent = "")
{
    return R"({"tap_stream_id":")" + name + R"(","stream":")" + name +
           R"(","schema":{"properties":{"id":{"type":"integer"},"at":{"type":"string"},"x":{}}},
           "metadata":[{"breadcrumb":[],"metadata":{"table-key-properties":["id"],
           "valid-replication-keys":["at"])" +
           (parent.empty() ? "" : R"(,"parent-tap-stream-id":")" + parent + '"') + "}}]}";
}

// "+name" is incremental.
airbyte::ConfiguredCatalog configured(const Names& names)
{
    airbyte::ConfiguredCatalog catalog;
    for (const std::string& name : names) {
        airbyte::ConfiguredStream stream;
        stream.incremental = name.front() == '+';
        stream.descriptor.name = stream.incremental ? name.substr(1) : name;
        stream.sync_mode = stream.incremental ? "incremental" : "full_refresh";
        catalog.streams.push_back(std::move(stream));
    }
    return catalog;
}

translate::ReadPlan plan(const Names& names, const std::string& entries,
                         const StreamRules& rules = {})
{
    const singer::Catalog catalog = catalog_of("{\"streams\":[" + entries + "]}");
    return translate::plan_read(configured(names), catalog, translate::discover(catalog, rules));
}

StreamRules requires_parent(const std::string& child, const std::string& parent)
{
    StreamRules rules;
    rules.add(child, {.required = Names{parent}});
    return rules;
}

const std::string k_three = entry("a") + "," + entry("b", "a") + "," + entry("c", "b");

} // namespace

TEST_CASE("plan_read finds parents in the tap's catalog, over several levels")
{
    const translate::ReadPlan result = plan({"+c", "a"}, k_three);
    CHECK(result.streams[0].ancestors == std::vector<std::size_t>{1, 0});
    CHECK(result.streams[1].ancestors.empty());
    REQUIRE(result.parents.size() == 2);
    CHECK(result.parents.at(1).name == "b");
    CHECK(result.parents.at(1).ancestors == std::vector<std::size_t>{0});
    CHECK(result.parents.at(1).selection.replication == Replication::full_table);
    CHECK(result.parents.at(1).selection.primary_key == Names{"id"});
    CHECK(result.warnings.empty());
}

TEST_CASE("plan_read bears a circle in the tap's own catalog")
{
    const translate::ReadPlan result = plan({"a"}, entry("a", "b") + "," + entry("b", "a"));
    CHECK(result.streams[0].ancestors == std::vector<std::size_t>{1});
}

TEST_CASE("plan_read finds the adapter's parents, excluded ones too")
{
    StreamRules rules = requires_parent("a", "z");
    rules.add("z", {.exclude = true});
    const translate::ReadPlan result = plan({"a"}, entry("a") + "," + entry("z"), rules);
    CHECK(result.streams[0].ancestors == std::vector<std::size_t>{1});
    CHECK(result.parents.at(1).name == "z");
}

TEST_CASE("plan_read refuses a child whose parent the tap does not have")
{
    CHECK_THROWS_WITH(plan({"a"}, k_three, requires_parent("a", "bb")),
                      "The adapter says that stream \"a\" requires \"bb\", which the tap does not "
                      "have. Did you mean \"b\"? Correct requires in the adapter.");
    CHECK(plan({"b"}, k_three, requires_parent("c", "nope")).streams.size() == 1);
}

TEST_CASE("plan_read warns of a parent that is read from the start because of a child")
{
    CHECK(plan({"+a", "b"}, k_three).warnings ==
          Names{"Stream \"a\" is read from the start in every sync: \"b\", which hangs on it, is "
                "read in full. Read both incrementally, or both in full."});
    CHECK(plan({"+a", "+c"}, k_three).warnings ==
          Names{"Stream \"a\" is read from the start in every sync: \"b\", which hangs on it, is "
                "read in full. Read both incrementally, or both in full."});
    CHECK(plan({"+a", "+b"}, k_three).warnings.empty());
    CHECK(plan({"a", "b"}, k_three).warnings.empty());
}

TEST_CASE("plan_read carries what the adapter says into the selection")
{
    StreamRules rules;
    rules.add("a", {.primary_key = Names{"x"},
                    .cursor = "id",
                    .may_be_absent = true,
                    .alias = "wire_a",
                    .exclude_fields = Names{"at"}});
    const translate::ReadPlan result = plan({"+a"}, entry("a"), rules);
    const translate::ReadStream& stream = result.streams[0];
    CHECK(stream.selection.primary_key == Names{"x"});
    CHECK(stream.selection.key_is_given);
    CHECK(stream.selection.replication_key == "id");
    CHECK(stream.selection.excluded_columns == Names{"at"});
    CHECK(stream.may_be_absent);
    CHECK(result.names.aliases == Names{"wire_a"});
    rules.add("a", {.replication = Replication::log_based, .deleted_at = "gone"});
    CHECK(plan({"+a"}, entry("a"), rules).streams[0].deleted_at == "gone");
    CHECK(plan({"+a"}, entry("a"), rules).streams[0].selection.replication_key == "id");
    CHECK(plan({"a"}, entry("a"), rules).streams[0].selection.replication_key.empty());
    CHECK(plan({"a"}, entry("a"), rules).streams[0].deleted_at.empty());
}

TEST_CASE("plan_read says so where a configured stream is excluded")
{
    StreamRules rules;
    rules.add("b", {.exclude = true});
    const translate::ReadPlan result = plan({"a", "b"}, k_three, rules);
    REQUIRE(result.unknown.size() == 1);
    CHECK(result.excluded_names == Names{"b"});
    CHECK(
        translate::excluded_stream_error(result.unknown[0]).message ==
        "The connector's adapter excludes stream \"b\". Refresh the source's schema (run discover "
        "again) and select from what it offers, or remove \"exclude\" from the adapter.");
}

TEST_CASE("plan_read_without_discovery keeps to the rules")
{
    StreamRules rules = requires_parent("a", "p");
    rules.add("p", {.required = Names{"q"}});
    rules.add("a", {.primary_key = Names{"id"}, .may_be_absent = true, .alias = "wire_a"});
    rules.add("full", {.replication = Replication::full_table});
    rules.add("log", {.cursor = "_sdc_lsn", .replication = Replication::log_based});
    rules.add("gone", {.exclude = true});
    singer::Catalog catalog;
    const translate::ReadPlan result = translate::plan_read_without_discovery(
        configured({"+a", "+full", "+log", "gone"}), catalog, rules);
    REQUIRE(result.streams.size() == 3);
    CHECK(result.streams[0].selection.primary_key == Names{"id"});
    CHECK(result.streams[0].may_be_absent);
    CHECK(result.names.aliases[0] == "wire_a");
    CHECK(result.streams[0].ancestors == std::vector<std::size_t>{4, 5});
    CHECK(catalog.entries[5].stream == "q");
    CHECK_FALSE(result.streams[1].incremental());
    CHECK(result.streams[2].deleted_at == "_sdc_deleted_at");
    CHECK(result.streams[2].selection.replication_key == "_sdc_lsn");
    CHECK(result.excluded_names == Names{"gone"});
    rules.add("q", {.required = Names{"a"}});
    CHECK_THROWS_WITH(
        translate::plan_read_without_discovery(configured({"a"}), catalog, rules),
        "The adapter's requires go in a circle: a requires p requires q requires a. Remove one of "
        "them.");
}

TEST_CASE("Run reads a parent for its child, in silence")
{
    Fixture f({"+child"}, R"([{"type":"STREAM","stream":{"stream_descriptor":{"name":"child"},
        "stream_state":{"bookmark":{"at":7},"shared":{"bookmarks":{"parent":{"at":3}}},
        "sequence":4}}}])",
              {"parent"});
    f.hang(0, 1);
    CHECK(f.run().state()->text() == R"({"bookmarks":{"child":{"at":7}}})");
    REQUIRE(f.run().selections().size() == 2);
    CHECK(f.run().selections()[1].entry == 1);
    CHECK(f.run().selections()[1].replication == Replication::full_table);
    f.feed(schema("parent"));
    f.record("parent", 1);
    f.record("parent", 2);
    f.record("child", 1);
    f.feed(R"({"type":"STATE","value":{"bookmarks":{"parent":{"at":9},"child":{"at":8}}}})");
    CHECK(f.out.find("parent") == std::string::npos);
    f.finish_clean();
    CHECK(f.told() == "STARTED(child) RUNNING(child) child:1 STATE(child,{\"at\":8},1) "
                      "STATE(child,{\"at\":8},0) COMPLETE(child)");
    CHECK(f.log.warnings.empty());
    CHECK(f.log.all == Names{"Records of stream \"parent\" are dropped: it is read only for the "
                             "streams that hang on it.",
                             "2 records of stream \"parent\" were dropped: it is not selected."});
}

TEST_CASE("Run carries a configured parent's bookmark in the child's state")
{
    Fixture f({"+parent", "+child"});
    f.hang(1, 0);
    f.record("parent", 1);
    f.record("child", 1);
    f.feed(R"({"type":"STATE","value":{"bookmarks":{"parent":{"at":9},"child":{"at":8}}}})");
    CHECK(f.run().selections().size() == 2);
    CHECK(f.out.find(R"({"bookmark":{"at":8},"shared":{"bookmarks":{"parent":{"at":9}}},)") !=
          std::string::npos);
}

TEST_CASE("Run separates streams that share a name with a parent of others")
{
    Fixture f({});
    f.add("a-items", false, "items");
    f.add("notes", false);
    f.add_entry("b-items", "items");
    f.hang(1, 2);
    f.feed(schema("items"));
    CHECK(f.run().wants_stop());
    f.run().finish({});
    CHECK(f.told().empty());
    f.next_run(); // notes, and b-items for it
    CHECK(f.run().selections().size() == 2);
    f.record("items", 1);
    f.record("notes", 1);
    f.finish_clean();
    CHECK(f.told() == "STARTED(notes) RUNNING(notes) notes:1 STATE(notes,-,1) COMPLETE(notes)");
    f.next_run();
    CHECK(f.run().selections().size() == 1);
    f.record("items", 2);
    f.finish_clean();
    CHECK(f.told().find("a-items:2 ") != std::string::npos);
    CHECK_FALSE(f.read().failed());
}

TEST_CASE("Run cannot tell a stream from its own parent under one name")
{
    Fixture f({});
    f.add("a-items", false, "items");
    f.add_entry("b-items", "items");
    f.hang(0, 1);
    f.feed(schema("items"));
    CHECK(f.run().wants_stop());
    f.run().finish({});
    CHECK(f.out.find(R"(The tap sends \"a-items\" and \"b-items\" under one name, \"items\", and )"
                     R"(one hangs on the other, so that they cannot be told apart. Deselect the )"
                     R"(one that hangs on the other.)") != std::string::npos);
}

TEST_CASE("Run reads a child that was put off with its parent again")
{
    Fixture f({});
    f.add("parent", true);
    f.add("a-items", true, "items");
    f.add("b-items", true, "items");
    f.hang(1, 0);
    f.record("parent", 1);
    f.record("items", 1);
    f.feed(R"({"type":"STATE","value":{"bookmarks":{"parent":{"at":9},"a-items":{"at":8}}}})");
    f.finish_clean();
    CHECK(f.told() == "STARTED(parent) RUNNING(parent) parent:1 STATE(parent,{\"at\":9},1) "
                      "STATE(parent,{\"at\":9},0) COMPLETE(parent)");
    f.next_run();
    REQUIRE(f.run().selections().size() == 2);
    CHECK(f.run().selections()[1].replication == Replication::full_table);
    f.record("parent", 1);
    f.record("items", 1);
    f.finish_clean();
    CHECK(f.told() == "STARTED(a-items) RUNNING(a-items) a-items:1 STATE(a-items,-,1) "
                      "COMPLETE(a-items)");
}

TEST_CASE("Run drops excluded names in silence")
{
    Fixture f({"a"}, "", {"b"});
    f.plan().names.excluded = {false, true};
    f.plan().names.rules.add("tmp_1", {.exclude = true});
    f.record("b", 1);
    f.record("tmp_1", 1);
    CHECK_FALSE(f.run().wants_stop());
    f.record("a", 1);
    f.finish_clean();
    CHECK(f.told() == "STARTED(a) RUNNING(a) a:1 STATE(a,-,1) COMPLETE(a)");
    CHECK(f.log.all.empty());
}

TEST_CASE("Run finds a stream by its alias, and says how to write one")
{
    Fixture f({"a"});
    f.plan().names.aliases = {"renamed_a"};
    f.record("renamed_a", 1);
    CHECK(f.told() == "STARTED(a) RUNNING(a) a:1");

    Fixture g({"a", "b"});
    g.record("b", 1);
    g.record("renamed_a", 1);
    g.run().finish({});
    CHECK(g.out.find(
              R"(The tap sends records under the name \"renamed_a\", which its catalog does not )"
              R"(explain, while no record of \"a\" has come. If the tap's settings rename streams )"
              R"((stream_maps), remove that setting. Else write into the adapter, under streams, )"
              R"(which stream it is, as in \"a: {alias: renamed_a}\", or that nobody wants it: )"
              R"(\"renamed_a: {exclude: true}\".)") != std::string::npos);
}

TEST_CASE("Run takes an absent stream for empty where the adapter says that it may be")
{
    Fixture f({"a", "b"});
    f.plan().streams[1].may_be_absent = true;
    f.record("a", 1);
    f.finish_clean();
    CHECK(f.told() == "STARTED(a) RUNNING(a) a:1 STATE(a,-,1) STARTED(b) STATE(b,-,0) COMPLETE(a) "
                      "COMPLETE(b)");
    CHECK_FALSE(f.read().failed());

    Fixture silent({"a"});
    silent.plan().streams[0].may_be_absent = true;
    silent.finish_clean();
    CHECK(silent.told() == "STARTED(a) STATE(a,-,0) COMPLETE(a)");
}
