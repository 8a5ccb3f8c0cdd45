// The folder that `init` writes: facts in, texts out.
#include "adapter/adapter_file.h"
#include "catch.h"
#include "connector/connector.h"
#include "connector/sample.h"

#include <algorithm>

using namespace tapbridge;
using namespace tapbridge::connector;
using json::Value;

namespace {

Value parsed(std::string_view text)
{
    return json::parse(text).value();
}

Facts facts_of_an_old_tap()
{
    Facts facts;
    facts.name = "source-old";
    facts.tap = "tap-old";
    facts.python = "3.11";
    facts.definition_id = "0e1d2c3b-4a59-4687-9877-665544332211";
    facts.package.requirement = "tap-old==1.2";
    facts.package.version = "1.2";
    facts.settings_from = SettingsFrom::sample;
    const GuessedForm guessed = guess_form(
        parsed(
            R"({"api_key":"hunter2","tables":[{"name":"x"}],"start_date":"2020-01-01T00:00:00Z"})"),
        {"api_key"}, "tap-old");
    facts.form = guessed.form;
    facts.json_settings = guessed.json_settings;
    facts.says_what_it_needs = true;
    facts.catalog_flags = {"--properties"};
    facts.discover = {"--discover"};
    facts.has_bridge = true;
    return facts;
}

Facts facts_of_an_sdk_tap()
{
    Facts facts = facts_of_an_old_tap();
    facts.settings_from = SettingsFrom::tap;
    facts.form = parsed(
        R"({"type":"object","required":["path"],"properties":{"path":{"type":"string","title":"Path"},"debug":{"type":"boolean"}}})");
    facts.json_settings.clear();
    facts.state_flag = "--state";
    facts.catalog_flags = {"--catalog"};
    translate::Stream stream;
    stream.descriptor.name = "cities";
    stream.json_schema = parsed(R"({"type":"object","properties":{"id":{"type":"integer"}}})");
    stream.primary_key = {{"id"}};
    facts.streams = {stream};
    return facts;
}

std::string content(const Connector& connector, const std::string& path)
{
    const auto file = std::find_if(connector.files.begin(), connector.files.end(),
                                   [&](const File& one) { return one.path == path; });
    return file == connector.files.end() ? "(no such file)" : file->content;
}

} // namespace

TEST_CASE("a tap that describes itself leaves nothing to do")
{
    const Connector made = make_connector(facts_of_an_sdk_tap());
    CHECK(made.todos.empty());
    CHECK(content(made, "integration_tests/sample_config.json") ==
          "{\n  \"path\": \"<Path>\"\n}\n");
    CHECK(content(made, "requirements.txt") ==
          "# What pip installs into the image.\ntap-old==1.2\n");
    const std::string adapter = content(made, "adapter.yaml");
    CHECK(adapter.find("command: [/opt/tap/bin/tap-old]\n") != std::string::npos);
    CHECK(adapter.find("\nspec:") == std::string::npos);
    const Value catalog = parsed(content(made, "integration_tests/configured_catalog.json"));
    const Value& entry = catalog.find("streams")->items().at(0);
    CHECK(entry.find("sync_mode")->as_string() == "full_refresh");
    CHECK(entry.find("stream")->find("name")->as_string() == "cities");
    CHECK(entry.find("primary_key")->text() == R"([["id"]])");
}

TEST_CASE("what the adapter says is what the adapter file knows")
{
    for (Facts facts : {facts_of_an_old_tap(), facts_of_an_sdk_tap()}) {
        const adapter::Adapter plain = adapter::read_adapter(
            content(make_connector(facts), "adapter.yaml"), "adapter.yaml", {});
        CHECK(plain.name == "source-old");
        CHECK(plain.tap.command == std::vector<std::string>{"/opt/tap/bin/tap-old"});
        facts.discover.clear();
        facts.catalog_flags.clear();
        const adapter::Adapter other = adapter::read_adapter(
            content(make_connector(facts), "adapter.yaml"), "adapter.yaml", {});
        CHECK(other.tap.from_sync);
    }
}

TEST_CASE("an old tap gets the settings of its sample, and advice")
{
    const Connector made = make_connector(facts_of_an_old_tap());
    REQUIRE(made.todos.size() == 1);
    CHECK(made.todos[0].starts_with("adapter.yaml:"));
    CHECK(made.todos[0].ends_with(
        ": see that the types and secrets are right, and add descriptions."));
    const adapter::Adapter read =
        adapter::read_adapter(content(made, "adapter.yaml"), "adapter.yaml", {});
    REQUIRE(read.spec);
    CHECK(read.tap.catalog_flags == std::vector<std::string>{"--properties"});
    CHECK(read.tap.state_flag == "");
    REQUIRE(read.config);
    CHECK(read.config->pass);
    CHECK(read.config->settings.at(0).key == "tables");
    CHECK(read.config->settings.at(0).as == adapter::As::json);
    for (const File& file : made.files) {
        INFO(file.path);
        CHECK(file.content.find("hunter2") == std::string::npos);
    }
}

TEST_CASE("every file is one that could stand in the way")
{
    Facts facts = facts_of_an_sdk_tap();
    facts.config = parsed(R"({"path":"/x"})");
    for (const File& file : make_connector(facts).files) {
        INFO(file.path);
        CHECK(std::count(connector_paths().begin(), connector_paths().end(), file.path) == 1);
        CHECK(file.mode == (file.path == "secrets/config.json" ? 0600 : 0644));
    }
}

TEST_CASE("the image is made by every builder and never holds secrets")
{
    Facts facts = facts_of_an_sdk_tap();
    const std::string dockerfile = content(make_connector(facts), "Dockerfile");
    for (const char* const too_new :
         {"# syntax", "--mount", "<<", "--chmod", "--link", "@TAP@", "@NAME@"}) {
        CHECK(dockerfile.find(too_new) == std::string::npos);
    }
    CHECK(dockerfile.find("ARG BASE=python:3.11-slim\n") != std::string::npos);
    CHECK(dockerfile.find("LABEL io.airbyte.name=source-old io.airbyte.version=0.1.0\n") !=
          std::string::npos);
    facts.has_bridge = false;
    const Connector without = make_connector(facts);
    REQUIRE(without.todos.size() == 1);
    CHECK(without.todos[0].find("put a static tapbridge") != std::string::npos);
    CHECK(content(without, ".dockerignore").find("*\n") != std::string::npos);
    CHECK(content(without, ".dockerignore").find("!secrets") == std::string::npos);
}

TEST_CASE("types are guessed from a sample config")
{
    const GuessedForm guessed = guess_form(
        parsed(
            R"({"token":"t","port":5432,"rate":1.5,"ssl":true,"day":"2020-01-31","at":"2020-01-31T00:00:00Z",
            "ids":[1,2],"mixed":[1,"a"],"none":null,"empty":{},"list":[],"deep":{"user":"u","password":"p"}})"),
        {"token", "account"}, "tap-x");
    const Value& properties = *guessed.form.find("properties");
    const auto setting = [&](std::string_view name) { return properties.find(name)->text(); };
    CHECK(setting("token") == R"({"title":"Token","type":"string","airbyte_secret":true})");
    CHECK(setting("port") == R"({"title":"Port","type":"integer"})");
    CHECK(setting("rate") == R"({"title":"Rate","type":"number"})");
    CHECK(setting("ssl") == R"({"title":"SSL","type":"boolean"})");
    CHECK(properties.find("day")->find("format")->as_string() == "date");
    CHECK(properties.find("at")->find("format")->as_string() == "date-time");
    CHECK(setting("ids") == R"({"title":"Ids","type":"array","items":{"type":"integer"}})");
    CHECK(setting("list") == R"({"title":"List","type":"array","items":{"type":"string"}})");
    CHECK(setting("account") == R"({"title":"Account","type":"string"})");
    CHECK(properties.find("deep")
              ->find("properties")
              ->find("password")
              ->find("airbyte_secret")
              ->as_bool());
    CHECK(guessed.json_settings == std::vector<std::string>{"mixed", "empty"});
    CHECK(guessed.form.find("required")->text() == R"(["token","account"])");
}

TEST_CASE("a sample config holds what is right for everybody")
{
    const Value form = parsed(R"({"required":["kind","date","n","o","many"],"properties":{
        "kind":{"enum":["a","b"]},"date":{"type":"string","format":"date"},"n":{"type":["integer","null"],"minimum":5},
        "o":{"type":"object","oneOf":[{"required":[],"properties":{"t":{"const":"x"}}}]},
        "many":{"type":"array","items":{"type":"string","title":"Item"}},"not_needed":{"type":"string"}}})");
    CHECK(sample_config(form, false).text() ==
          R"({"kind":"a","date":"2024-01-31","n":5,"o":{"t":"x"},"many":["<Item>"]})");
    CHECK(sample_config(form, true).find("not_needed") != nullptr);
}

TEST_CASE("the name of a connector")
{
    CHECK(connector_name("tap-github") == "source-github");
    CHECK(connector_name("/x/.venv/bin/tap_Foo.py") == "source-foo-py");
    CHECK(connector_name("tap-") == "source-tap");
    CHECK(problem_of_name("source-github").empty());
    for (const char* const name :
         {"github", "source-", "source-A", "source--a", "source-a/b", "source-a-"}) {
        INFO(name);
        CHECK_FALSE(problem_of_name(name).empty());
    }
}
