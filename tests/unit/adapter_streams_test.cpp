#include "adapter_reading.h"

#include <string>
#include <vector>

using namespace tapbridge;
using namespace tapbridge::adapter;
using namespace tapbridge::translate;
using Texts = std::vector<std::string>;

namespace {

StreamRule rule_of(const std::string& text)
{
    const AdapterFile file = read_adapter_file("version: 1\nstreams: {s: {" + text + "}}", "F");
    REQUIRE(file.streams.size() == 1);
    CHECK(file.streams[0].pattern == "s");
    return file.streams[0].rule;
}

std::string rule_problem(const std::string& text)
{
    return problem("streams:\n  s:\n    " + text);
}

} // namespace

TEST_CASE("an adapter says what is known of streams")
{
    const StreamRule rule =
        rule_of("primary_key: [id, region], cursor: updated_at, modes: [full_refresh, incremental],"
                "replication: log_based, exclude: false, requires: [parents, more],"
                "namespace: public, schema: {properties: {value: {type: [null, string]}}},"
                "exclude_fields: [raw_*, blob], alias: other, may_be_absent: true,"
                "deleted_at: gone");
    CHECK(rule.primary_key == Texts{"id", "region"});
    CHECK(rule.cursor == "updated_at");
    CHECK(rule.modes == Modes::both);
    CHECK(rule.replication == Replication::log_based);
    CHECK(rule.exclude == false);
    CHECK(rule.required == Texts{"parents", "more"});
    CHECK(rule.name_space == "public");
    REQUIRE(rule.properties);
    CHECK(rule.properties->text() == R"({"value":{"type":["null","string"]}})");
    CHECK(rule.exclude_fields == Texts{"raw_*", "blob"});
    CHECK(rule.alias == "other");
    CHECK(rule.may_be_absent == true);
    CHECK(rule.deleted_at == "gone");

    const StreamRule empty = rule_of("");
    CHECK_FALSE((empty.primary_key || empty.cursor || empty.modes || empty.replication ||
                 empty.exclude || empty.required || empty.name_space || empty.properties ||
                 empty.exclude_fields || empty.alias || empty.may_be_absent || empty.deleted_at));
    CHECK(rule_of("primary_key: []").primary_key == Texts{});
    CHECK(rule_of("namespace: ''").name_space == "");
    CHECK(rule_of("requires: parent").required == Texts{"parent"});
    CHECK(rule_of("modes: [incremental]").modes == Modes::incremental);
    CHECK(rule_of("modes: [full_refresh, full_refresh]").modes == Modes::full_refresh);
    CHECK(rule_of("replication: full_table").replication == Replication::full_table);
    CHECK(rule_of("replication: incremental").replication == Replication::incremental);
}

TEST_CASE("streams keep the order of the file, the last one wins")
{
    const AdapterFile file = read_adapter_file(
        "version: 1\nstreams:\n  '*': {cursor: a}\n  b?: {cursor: b}\n  zz: {exclude: true}\n",
        "F");
    REQUIRE(file.streams.size() == 3);
    CHECK(file.streams[1].pattern == "b?");
    CHECK(file.adapter.streams.of({"b1"}).cursor == "b");
    CHECK(file.adapter.streams.of({"zz"}).cursor == "a");
    CHECK(file.adapter.streams.of({"zz"}).exclude == true);
    CHECK(file.lines.at("streams.b?.cursor") == 4);
}

TEST_CASE("a wrong stream is named")
{
    const std::string glob = ". A name or a glob has at least one character; * stands for any run "
                             "of characters, ? for any one. Brackets and ** mean nothing.";
    CHECK(problem("streams: {'a[bc]': {}}") == "2:11: streams holds \"a[bc]\"" + glob);
    CHECK(problem("streams: {'**': {}}") == "2:11: streams holds \"**\"" + glob);
    CHECK(problem("streams: {'': {}}") == "2:11: streams holds \"\"" + glob);
    CHECK(problem("streams: {a: }") == "2:11: streams.a is empty. Give it keys with values below "
                                       "it (KEY: VALUE), or leave it out.");
    CHECK(problem("streams: [a]").starts_with("2:10: streams is a list. Give it keys"));
    CHECK(rule_problem("primary_keys: [id]") ==
          "4:5: unknown key \"primary_keys\" in streams.s; did you mean \"primary_key\"?");
    CHECK(rule_problem("primary_key: id") ==
          "4:18: streams.s.primary_key is \"id\". Write a list of columns, as in [id].");
    CHECK(rule_problem("primary_key: [~]") ==
          "4:19: streams.s.primary_key[0] is empty. Write one text.");
    CHECK(rule_problem("cursor: ''") == "4:13: streams.s.cursor is \"\". Write one text.");
    CHECK(rule_problem("modes: [full]") ==
          "4:13: streams.s.modes[0] is \"full\". It can be full_refresh, incremental.");
    CHECK(rule_problem("modes: []") ==
          "4:12: streams.s.modes is a list. Write [full_refresh, incremental], or one of them.");
    CHECK(rule_problem("modes: incremental") ==
          "4:12: streams.s.modes is \"incremental\". Write a list: a line that begins with \"- \" "
          "for each item.");
    CHECK(rule_problem("{cursor: a, modes: [full_refresh]}") ==
          "4:5: streams.s has a cursor, but its modes lack incremental. Add it, or remove the "
          "cursor.");
    CHECK(rule_problem("replication: FULL_TABLE") ==
          "4:18: streams.s.replication is \"FULL_TABLE\". It can be full_table, incremental, "
          "log_based.");
    CHECK(rule_problem("exclude: no") ==
          "4:14: streams.s.exclude is \"no\". Write true or false, without quotes.");
    CHECK(rule_problem("requires: {a: b}") ==
          "4:15: streams.s.requires is a mapping. Write a name, or a list of names.");
    CHECK(rule_problem("schema: {}") == "4:13: streams.s.schema has no properties. Write schema: "
                                        "{properties: {COLUMN: SCHEMA}}.");
    CHECK(rule_problem("schema: {type: object, properties: {}}") ==
          "4:14: unknown key \"type\" in streams.s.schema; the known ones are properties.");
    CHECK(rule_problem("schema: {properties: {a: string}}") ==
          "4:30: streams.s.schema.properties.a is \"string\". Write a JSON schema, as in {type: "
          "[null, string]}.");
    CHECK(rule_problem("schema: {properties: {a: {maximum: 0x1F}}}") ==
          "4:40: \"0x1F\" is no number in JSON. Put it in quotes, or write it as 31.");
    CHECK(rule_problem("exclude_fields: raw_*") ==
          "4:21: streams.s.exclude_fields is \"raw_*\". Write a list of names and globs, as in "
          "[raw_*].");
    CHECK(rule_problem("exclude_fields: ['a[0]']") ==
          "4:21: streams.s.exclude_fields holds \"a[0]\"" + glob);
}
