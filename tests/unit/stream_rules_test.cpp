#include "discovery_fixture.h"
#include "stream_rule_fixture.h"

#include <chrono>

using namespace discovery_fixture;
using translate::fits_glob;
using translate::Modes;
using translate::Replication;
using translate::StreamRule;
using translate::StreamRules;

namespace {

using Names = std::vector<std::string>;

StreamRules rules_of(const std::string& pattern, StreamRule rule)
{
    StreamRules rules;
    rules.add(pattern, std::move(rule));
    return rules;
}

Discovered discovered(const std::string& entries, const StreamRules& rules)
{
    return translate::discover(catalog_of("{\"streams\":[" + entries + "]}"), rules);
}

Stream one(const std::string& entry, const StreamRules& rules)
{
    Discovered result = discovered(entry, rules);
    REQUIRE(result.streams.size() == 1);
    return result.streams.front();
}

// "items" with the columns id, at, tags, body; the tap forces a full table.
const std::string k_full = api("items", R"("table-key-properties":["id"],
    "forced-replication-method":"FULL_TABLE")");

std::string offered(const Stream& stream)
{
    const json::Value list = translate::to_airbyte({stream});
    const json::Value& value = list.items().front();
    const json::Value* cursor = value.find("source_defined_cursor");
    const json::Value* fields = value.find("default_cursor_field");
    return value.find("supported_sync_modes")->text() + (cursor ? " " + cursor->text() : "") +
           (fields ? " " + fields->text() : "");
}

} // namespace

TEST_CASE("fits_glob knows * and ?, and nothing else")
{
    CHECK(fits_glob("", ""));
    CHECK(fits_glob("", "*"));
    CHECK(fits_glob("debug_log", "debug_*"));
    CHECK(fits_glob("abc", "*b*"));
    CHECK(fits_glob("abcabd", "*abd"));
    CHECK(fits_glob("a.b[0]\\", "a.b[0]\\"));
    CHECK(fits_glob("\xC3\xA9t\xC3\xA9", "?t?"));
    CHECK(fits_glob("a\xC3\xA9", "*?"));
    CHECK_FALSE(fits_glob("a", ""));
    CHECK_FALSE(fits_glob("", "?"));
    CHECK_FALSE(fits_glob("abc", "abd"));
    CHECK_FALSE(fits_glob("axb", "a.b"));
    CHECK_FALSE(fits_glob("abc", "a?"));
    CHECK_FALSE(fits_glob("Items", "items"));
}

TEST_CASE("fits_glob does not try every way")
{
    std::string glob;
    for (int i = 0; i < 200; ++i)
        glob += "*a";
    const auto start = std::chrono::steady_clock::now();
    CHECK_FALSE(fits_glob(std::string(2000, 'a') + "b", glob));
    CHECK(std::chrono::steady_clock::now() - start < std::chrono::seconds(5));
}

TEST_CASE("StreamRules lets later entries win, key by key")
{
    StreamRules rules;
    rules.add("*", {.primary_key = Names{"id"}, .may_be_absent = true});
    rules.add("items", {.primary_key = Names{"a", "b"}});
    rules.add("it*", {.alias = "things"});
    const StreamRule rule = rules.of({"schema-items", "items"});
    CHECK(*rule.primary_key == Names{"a", "b"});
    CHECK(*rule.may_be_absent);
    CHECK(*rule.alias == "things");
    CHECK_FALSE(rules.of({"other"}).alias);
    CHECK(rules.said_by({"items"}, &StreamRule::primary_key) == "items");
    CHECK(rules.said_by({"other"}, &StreamRule::primary_key) == "*");
    CHECK(rules.said_by({"other"}, &StreamRule::alias).empty());
    CHECK(rules.literal_names() == Names{"items"});
}

TEST_CASE("StreamRules takes cursor, modes and replication for one matter")
{
    StreamRules rules;
    rules.add("*", {.replication = Replication::full_table});
    rules.add("commits", {.cursor = "at", .modes = Modes::both});
    rules.add("old_*", {.cursor = "at"});
    rules.add("old_full", {.modes = Modes::full_refresh});
    CHECK(rules.of({"issues"}).replication == Replication::full_table);
    CHECK_FALSE(rules.of({"commits"}).replication);
    CHECK_FALSE(rules.of({"old_full"}).cursor);
}

TEST_CASE("StreamRules excludes names that no catalog has, but not by a glob")
{
    StreamRules rules;
    rules.add("*", {.exclude = true});
    rules.add("tmp_*", {.exclude = true});
    rules.add("tmp_dropped", {.exclude = true});
    rules.add("tmp_kept", {.exclude = true});
    rules.add("tmp_kept", {.exclude = false});
    CHECK(rules.excludes_unknown("tmp_dropped"));
    CHECK_FALSE(rules.excludes_unknown("tmp_1"));
    CHECK_FALSE(rules.excludes_unknown("tmp_kept"));
    CHECK_FALSE(rules.excludes_unknown("renamed"));
}

TEST_CASE("discover leaves excluded streams out and knows them still")
{
    const Discovered result =
        discovered(k_full + "," + api("debug_1", ""), rules_of("debug_*", {.exclude = true}));
    CHECK(names(result) == "-/items ");
    REQUIRE(result.excluded.size() == 1);
    CHECK(result.excluded[0].descriptor.name == "debug_1");
    CHECK(result.warnings.empty());
}

TEST_CASE("discover warns of a rule that fits no stream, and names the nearest")
{
    StreamRules rules = rules_of("itms", {.may_be_absent = true});
    rules.add("zzz*", {.exclude = true});
    rules.add("on_the_wire", {.exclude = true});
    CHECK(discovered(k_full, rules).warnings ==
          Names{"The adapter's streams.itms fits no stream of the tap's catalog. Did you mean "
                "\"items\"?",
                "The adapter's streams.zzz* fits no stream of the tap's catalog."});
}

TEST_CASE("discover takes the adapter's primary key")
{
    const Stream stream = one(k_full, rules_of("items", {.primary_key = Names{"at", "id"}}));
    CHECK(stream.primary_key == std::vector<Names>{{"at"}, {"id"}});
    CHECK(one(k_full, rules_of("items", {.primary_key = Names{}})).primary_key.empty());
}

TEST_CASE("discover refuses a column that a named stream does not have")
{
    CHECK_THROWS_WITH(
        discovered(k_full, rules_of("items", {.primary_key = Names{"idd"}})),
        "The adapter's streams.items.primary_key names the column \"idd\", which stream \"items\" "
        "does not have. Did you mean \"id\"? Correct it in the adapter, or describe the column "
        "under schema.properties there.");
    CHECK_THROWS_WITH(
        discovered(k_full, rules_of("items", {.cursor = "zzzzzz"})),
        "The adapter's streams.items.cursor names the column \"zzzzzz\", which stream \"items\" "
        "does not have. Its columns: id, at, tags, body. Correct it in the adapter, or describe "
        "the column under schema.properties there.");
    const Discovered globbed = discovered(k_full, rules_of("*", {.cursor = "zzzzzz"}));
    CHECK_FALSE(globbed.streams[0].incremental);
    CHECK(globbed.warnings ==
          Names{"The adapter's streams.*.cursor names the column \"zzzzzz\", which stream "
                "\"items\" does not have. It does not hold for that stream."});
    const Stream bare = one(R"({"tap_stream_id":"a","schema":{"type":"object"}})",
                            rules_of("a", {.primary_key = Names{"x"}, .cursor = "y"}));
    CHECK(bare.primary_key == std::vector<Names>{{"x"}});
    CHECK(bare.default_cursor == Names{"y"});
}

TEST_CASE("discover offers the modes that the adapter says")
{
    const std::string keyed = api("items", R"("valid-replication-keys":["id","at"])");
    CHECK(offered(one(k_full, rules_of("items", {.cursor = "at"}))) ==
          R"(["full_refresh","incremental"] true ["at"])");
    CHECK(offered(one(keyed, rules_of("items", {.cursor = "at"}))) ==
          R"(["full_refresh","incremental"] true ["at"])");
    CHECK(offered(one(k_full, rules_of("items", {.modes = Modes::both}))) ==
          R"(["full_refresh","incremental"] true)");
    CHECK(offered(one(k_full, rules_of("items", {.modes = Modes::incremental}))) ==
          R"(["incremental"] true)");
    CHECK(offered(one(keyed, rules_of("items", {.modes = Modes::both}))) ==
          R"(["full_refresh","incremental"] false ["id"])");
    CHECK(offered(one(keyed, rules_of("items", {.modes = Modes::full_refresh}))) ==
          R"(["full_refresh"])");
    CHECK(offered(one(keyed, rules_of("*", {.replication = Replication::full_table}))) ==
          R"(["full_refresh"])");
    CHECK(offered(one(k_full, rules_of("*", {.replication = Replication::incremental}))) ==
          R"(["full_refresh","incremental"] true)");
    CHECK(offered(one(table("t", "t", R"("forced-replication-method":"LOG_BASED")"),
                      rules_of("*", {.replication = Replication::incremental}))) ==
          R"(["full_refresh","incremental"] false)");
}

TEST_CASE("discover warns of an entry that contradicts itself")
{
    const Discovered result = discovered(
        k_full, rules_of("items", {.modes = Modes::both, .replication = Replication::full_table}));
    CHECK_FALSE(result.streams[0].incremental);
    CHECK(result.warnings ==
          Names{"The adapter says of stream \"items\" that it is read in full, and that it is "
                "incremental. It is offered as full refresh only."});
}

TEST_CASE("discover makes a stream log-based, with the adapter's name for deletions")
{
    const Stream stream =
        one(table("t", "t", ""),
            rules_of("t", {.replication = Replication::log_based, .deleted_at = "gone_at"}));
    CHECK(stream.log_based);
    CHECK(stream.deleted_at == "gone_at");
    CHECK(stream.json_schema.find("properties")->find("gone_at") != nullptr);
    CHECK(stream.json_schema.find("properties")->find("_sdc_deleted_at") == nullptr);
    CHECK(one(table("t", "t", R"("forced-replication-method":"LOG_BASED")"), {}).deleted_at ==
          "_sdc_deleted_at");
    CHECK(one(table("t", "t", ""), {}).deleted_at.empty());
}

TEST_CASE("discover takes the cursor of a log-based stream for the key that its tap wants")
{
    const Replication by_log = Replication::log_based;
    const Stream stream =
        one(table("t", "t", ""), rules_of("*", {.cursor = "_sdc_lsn", .replication = by_log}));
    CHECK(stream.log_based);
    CHECK(stream.log_key == "_sdc_lsn");
    CHECK(offered(stream) == R"(["full_refresh","incremental"] true ["_sdc_lsn"])");
    const Stream other =
        one(table("t", "t", ""), rules_of("t", {.cursor = "at", .replication = by_log}));
    CHECK(other.log_key == "at");
    CHECK(other.default_cursor == Names{"at"});
    CHECK(one(table("t", "t", ""), rules_of("t", {.replication = by_log})).log_key.empty());
    CHECK_THROWS_WITH(discovered(table("t", "t", ""),
                                 rules_of("t", {.cursor = "_sdc_lns", .replication = by_log})),
                      Catch::Contains("streams.t.cursor names the column \"_sdc_lns\"") &&
                          Catch::Contains("Did you mean \"_sdc_lsn\"?"));
    StreamRules rules = rules_of("*", {.cursor = "_sdc_lsn", .replication = by_log});
    rules.add("t", {.replication = Replication::full_table});
    CHECK(one(table("t", "t", ""), rules).log_key.empty());
}

TEST_CASE("discover makes no view log-based by a glob: a view has no log")
{
    const std::string view = table("v", "v", R"("is-view":true)");
    const StreamRule by_log{.cursor = "_sdc_lsn", .replication = Replication::log_based};
    const Discovered result = discovered(view + "," + table("t", "t", ""), rules_of("*", by_log));
    CHECK(result.warnings.empty());
    CHECK(offered(result.streams[0]) == offered(one(view, {})));
    CHECK_FALSE(result.streams[0].log_based);
    CHECK(result.streams[1].log_based);
    StreamRules rules =
        rules_of("*", {.modes = Modes::incremental, .replication = Replication::log_based});
    rules.add("?", {.cursor = "at"});
    CHECK(offered(one(view, rules)) == R"(["full_refresh","incremental"] true ["at"])");
    CHECK(one(view, rules_of("v", by_log)).log_based);
}

TEST_CASE("discover patches columns as it would those of the tap")
{
    StreamRule rule;
    rule.properties = json::parse(R"({"body":{"type":["null","string"],"enum":["a"]},
        "new":{"anyOf":[{"type":"integer"},{"type":"null"}]}})");
    const Stream stream = one(k_full, rules_of("items", rule));
    const json::Value* columns = stream.json_schema.find("properties");
    CHECK(columns->find("body")->text() == R"({"type":["null","string"]})");
    CHECK(columns->find("new")->text() == R"({"type":["null","integer"]})");
    CHECK(columns->find("id")->text() == R"({"type":"string"})");
}

TEST_CASE("discover leaves fields out, but no key and no cursor")
{
    const Discovered result = discovered(
        k_full, rules_of("items", {.cursor = "at", .exclude_fields = Names{"*d*", "a*"}}));
    CHECK(result.streams[0].excluded_columns == Names{"body"});
    CHECK(result.streams[0].json_schema.find("properties")->find("body") == nullptr);
    CHECK(result.streams[0].json_schema.find("properties")->find("id") != nullptr);
    CHECK(
        result.warnings ==
        Names{"Stream \"items\": the adapter's exclude_fields names these columns, but they stay, "
              "being its primary key or cursor: id, at."});
}

TEST_CASE("discover takes the adapter's namespace, and refuses two streams of one name")
{
    CHECK(*one(k_full, rules_of("items", {.name_space = "crm"})).descriptor.namespace_ == "crm");
    const std::string shop = table("a-t", "t", R"("schema-name":"a")");
    CHECK_FALSE(one(shop, rules_of("a.t", {.name_space = ""})).descriptor.namespace_);
    CHECK_THROWS_WITH(discovered(shop + "," + table("b-t", "t", R"("schema-name":"b")"),
                                 rules_of("*", {.name_space = ""})),
                      "The adapter gives two streams the same name and namespace, \"t\": those "
                      "that the tap calls "
                      "\"a-t\" and \"b-t\". Give them different namespaces under streams, or "
                      "exclude one of them.");
}

TEST_CASE("discover refuses an alias that is another stream's name")
{
    const std::string two = api("a", "") + "," + api("b", "");
    CHECK_THROWS_WITH(
        discovered(two, rules_of("a", {.alias = "b"})),
        "The adapter says that the tap sends stream \"a\" under the name \"b\", which "
        "is that of stream \"b\". Correct alias in the adapter, give the other one its "
        "alias, or exclude it.");
    StreamRules swapped = rules_of("a", {.alias = "b"});
    swapped.add("b", {.alias = "a"});
    CHECK(discovered(two, swapped).streams.size() == 2);
    StreamRules excluded = rules_of("a", {.alias = "b"});
    excluded.add("b", {.exclude = true});
    CHECK(discovered(two, excluded).streams.size() == 1);
}

TEST_CASE("discover tells what is wrong with requires")
{
    const std::string three = api("a", "") + "," + api("b", "") + "," + api("c", "");
    CHECK(discovered(three, rules_of("a", {.required = Names{"bb"}})).warnings ==
          Names{"The adapter says that stream \"a\" requires \"bb\", which the tap does not have. "
                "Did you mean \"b\"? Correct requires in the adapter."});
    StreamRules circle = rules_of("a", {.required = Names{"b"}});
    circle.add("b", {.required = Names{"c"}});
    circle.add("c", {.required = Names{"a"}});
    CHECK_THROWS_WITH(discovered(three, circle),
                      "The adapter's requires go in a circle: a requires b requires c requires a. "
                      "Remove one of them.");
    CHECK(discovered(three, rules_of("*", {.required = Names{"a"}})).warnings.empty());
}
