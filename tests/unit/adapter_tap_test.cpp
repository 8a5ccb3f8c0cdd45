#include "adapter_reading.h"

#include <chrono>
#include <string>
#include <vector>

using namespace tapbridge;
using namespace tapbridge::adapter;
using namespace std::chrono_literals;
using Texts = std::vector<std::string>;

TEST_CASE("an adapter names itself")
{
    const Adapter adapter = adapter_of("name: source-x\ndocumentation_url: https://x.org/\n");
    CHECK(adapter.name == "source-x");
    CHECK(adapter.documentation_url == "https://x.org/");
    CHECK(adapter_of("name: 1.10").name == "1.10");
    CHECK(problem("name: ''") == "2:7: name is \"\". Write one text.");
    CHECK(problem("name:") == "2:1: name is empty. Write one text.");
    CHECK(problem("documentation_url: x.org") ==
          "2:20: documentation_url is \"x.org\". Write an address that begins with https://.");
}

TEST_CASE("an adapter says how the tap is called")
{
    const TapCall tap = adapter_of("tap:\n"
                                   "  command: [tap-x, --port, 5432, no]\n"
                                   "  env: {TZ: UTC, EMPTY: '', NUMBER: 1.10}\n"
                                   "  catalog_flag: --properties\n"
                                   "  state_flag: none\n"
                                   "  discover: [--discover, -v]\n"
                                   "  cwd: /tmp/x\n")
                            .tap;
    CHECK(tap.command == Texts{"tap-x", "--port", "5432", "no"});
    CHECK(tap.environment == std::vector<std::pair<std::string, std::string>>{
                                 {"TZ", "UTC"}, {"EMPTY", ""}, {"NUMBER", "1.10"}});
    CHECK(tap.catalog_flags == Texts{"--properties"});
    CHECK(tap.state_flag == "");
    CHECK(tap.discover == Texts{"--discover", "-v"});
    CHECK(tap.cwd == "/tmp/x");
    CHECK_FALSE(tap.from_sync);

    const auto flags = [](const std::string& flag) {
        return adapter_of("tap: {catalog_flag: " + flag + "}").tap.catalog_flags;
    };
    CHECK(flags("both") == Texts{"--catalog", "--properties"});
    CHECK(flags("none") == Texts{});
    CHECK(flags("-p") == Texts{"-p"});
    CHECK(adapter_of("tap: {state_flag: -s}").tap.state_flag == "-s");
    CHECK(adapter_of("tap: {from_sync: true}").tap.from_sync);

    const TapCall usual = adapter_of("tap: {from_sync: false}").tap;
    CHECK_FALSE((usual.catalog_flags || usual.state_flag || usual.discover || usual.from_sync));
}

TEST_CASE("a wrong call of the tap is named")
{
    CHECK(problem("tap: {command: tap-x --flag}") ==
          "2:16: tap.command is \"tap-x --flag\". A command is a list. Write [tap-x, --flag].");
    const std::string list = "A command is a list, its program first, as in [tap-github, --flag].";
    CHECK(problem("tap: {command: {a: b}}") == "2:16: tap.command is a mapping. " + list);
    CHECK(problem("tap: {command: }") == "2:7: tap.command is empty. " + list);
    CHECK(problem("tap: {command: []}") == "2:16: tap.command is an empty list. " + list);
    CHECK(problem("tap: {command: [x, [y]]}") == "2:20: tap.command[1] is a list. Write one text.");
    CHECK(problem("tap: {command: ['']}") == "2:17: tap.command[0] is \"\". Write one text.");
    const std::string whole = " Write the whole path, or a program's name that PATH finds.";
    CHECK(problem("tap: {command: [./mytap]}") == "2:17: tap.command[0] is \"./mytap\"." + whole);
    CHECK(problem("tap: {command: [bin/x, y], cwd: /opt}") ==
          "2:17: tap.command[0] is \"bin/x\"." + whole);
    CHECK(adapter_of("tap: {command: [/bin/x, ./y]}").tap.command == Texts{"/bin/x", "./y"});
    CHECK(problem("tap: {command: [\"a\\0b\"]}") ==
          "2:17: tap.command[0] holds a character U+0000, at which a program ends a text. Remove "
          "it.");
    CHECK(problem("tap: {env: {A=B: x}}") == "2:13: tap.env names the variable \"A=B\". A name has "
                                             "at least one character, and no \"=\".");
    CHECK(problem("tap: {env: {'': x}}").starts_with("2:13: tap.env names the variable \"\"."));
    CHECK(problem("tap: {env: {A: }}") == "2:13: tap.env.A is empty. Write one text.");
    CHECK(problem("tap: {env: [A=B]}") == "2:12: tap.env is a list. Give it keys with values below "
                                          "it (KEY: VALUE), or leave it out.");
    CHECK(
        problem("tap: {catalog_flag: catalog}") ==
        "2:21: tap.catalog_flag is \"catalog\". It can be --catalog, --properties, both, none, or "
        "another flag that begins with \"-\".");
    CHECK(problem("tap: {catalog_flag: '-'}").starts_with("2:21: tap.catalog_flag is \"-\"."));
    CHECK(problem("tap: {state_flag: no}") ==
          "2:19: tap.state_flag is \"no\". It can be --state, none, or another flag that begins "
          "with \"-\".");
    CHECK(problem("tap: {discover: --discover}") ==
          "2:17: tap.discover is \"--discover\". Write the list of arguments that make the tap "
          "discover, as in [--discover]; for a tap that cannot, from_sync: true.");
    CHECK(problem("tap: {discover: []}").starts_with("2:17: tap.discover is an empty list."));
    CHECK(problem("tap: {from_sync: yes}") ==
          "2:18: tap.from_sync is \"yes\". Write true or false, without quotes.");
    CHECK(problem("tap: {from_sync: 'true'}").starts_with("2:18: tap.from_sync is \"true\"."));
    CHECK(problem("tap: {discover: [-d], from_sync: true}") ==
          "2:34: tap.from_sync is for a tap that cannot discover, and tap.discover says how it "
          "does. Keep one.");
    CHECK(problem("tap: {cwd: data}") ==
          "2:12: tap.cwd is \"data\". Write the whole path, beginning with \"/\".");
}

TEST_CASE("an adapter says how states, checks and errors are handled")
{
    const Adapter adapter =
        adapter_of("state: {type: global, interval: 1s}\n"
                   "check: {by: discovery, streams: [a, b], timeout: 60s}\n"
                   "errors:\n"
                   "  - {match: Bad credentials, type: config_error, message: Use a new token.}\n"
                   "  - {match: '[retry]', type: transient_error}\n"
                   "limits: {discover: 1m, probe: 2s}\n");
    CHECK(adapter.global_state);
    CHECK(adapter.state_interval == 1s);
    CHECK(adapter.check.by == Check::By::discovery);
    CHECK(adapter.check.streams == Texts{"a", "b"});
    CHECK(adapter.check.timeout == 60s);
    REQUIRE(adapter.errors.size() == 2);
    CHECK(adapter.errors[0].match == "Bad credentials");
    CHECK(adapter.errors[0].type == airbyte::FailureType::config_error);
    CHECK(adapter.errors[0].message == "Use a new token.");
    CHECK(adapter.errors[1].type == airbyte::FailureType::transient_error);
    CHECK(adapter.errors[1].message.empty());
    CHECK(adapter.discover_timeout == 1min);
    CHECK(adapter.probe_timeout == 2s);
    CHECK_FALSE(adapter_of("state: {type: stream}").global_state);
    CHECK(adapter_of("check: {by: read}").check.by == Check::By::read);
}

TEST_CASE("a wrong state, check or error is named")
{
    CHECK(problem("state: {type: legacy}") ==
          "2:15: state.type is \"legacy\". It can be stream, global.");
    CHECK(problem("check: {by: [read]}") == "2:13: check.by is a list. It can be read, discovery.");
    CHECK(problem("check: {streams: users}") ==
          "2:18: check.streams is \"users\". Write a list of names, as in [users, orders].");
    CHECK(problem("check: {timeout: 0s}") == "2:18: check.timeout is \"0s\". It can be 1s to 24h.");
    CHECK(problem("errors: {match: x}") == "2:9: errors is a mapping. Write a list: a line that "
                                           "begins with \"- \" for each item.");
    CHECK(problem("errors: [bad]") == "2:10: errors[0] is \"bad\". Write {match: TEXT, type: "
                                      "config_error, message: TEXT}.");
    CHECK(problem("errors: [{type: config_error}]") ==
          "2:10: errors[0] has no match. Add what the tap says, as in match: \"Bad credentials\".");
    CHECK(problem("errors: [{match: x}]") == "2:10: errors[0] has no type. Add type: config_error, "
                                             "transient_error or system_error.");
    CHECK(problem("errors: [{match: '', type: config_error}]") ==
          "2:18: errors[0].match is \"\". Write one text.");
    CHECK(problem("errors: [{match: x, type: config}]") ==
          "2:27: errors[0].type is \"config\". It can be config_error, transient_error, "
          "system_error.");
    CHECK(problem("errors: [{match: x, type: config_error, mesage: y}]") ==
          "2:41: unknown key \"mesage\" in errors[0]; did you mean \"message\"?");
    CHECK(problem("limits: {discover: 0s}") ==
          "2:20: limits.discover is \"0s\". It can be 1s to 24h.");
    CHECK(problem("limits: {probe: 2h}") == "2:17: limits.probe is \"2h\". It can be 1s to 1h.");
}
