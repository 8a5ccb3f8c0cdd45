#include "adapter/adapter_text.h"
#include "adapter_reading.h"

#include <random>
#include <string>
#include <string_view>

using namespace tapbridge;
using namespace tapbridge::adapter;

namespace {

std::string text_of_file(const std::string& text, const FileReader& reader = {})
{
    return adapter_text(read_adapter_file(text, "dir/a.yaml", reader), "a.yaml");
}

std::string without_comments(std::string_view text)
{
    std::string result;
    while (!text.empty()) {
        const std::size_t end = std::min(text.find('\n'), text.size() - 1);
        const std::string_view line = text.substr(0, end);
        text.remove_prefix(end + 1);
        result += std::string(line.substr(0, line.find("  #"))) + '\n';
    }
    return result;
}

const std::string k_everything = R"(version: 1
name: source-x
documentation_url: https://x.org/
tap:
  command: [tap-x, "a b", '-']
  env: {TZ: UTC, EMPTY: "", NUMBER: 1.10, YES: yes}
  catalog_flag: both
  state_flag: none
  discover: [--discover]
  cwd: /data
spec:
  type: object
  properties:
    "yes": {type: [null, string], default: 1.10, enum: [null, "null", "a: b # c", "é\x7F\u2028"]}
    no: {oneOf: [{properties: {a: {}}}, {properties: {b: {type: array, items: {}}}}]}
    start: {type: string}
config:
  a: {from: start, default: {now: -365d}, shift: +1mo, format: "%Y"}
  b: {from: [no.a, "yes"], default: [1, {x: ~}], as: json}
  c: {template: "https://{start}/", as: file, suffix: .p8}
  "1": {value: {deep: {er: []}}}
  "*": pass
streams:
  "*": {}
  s?: {primary_key: [], cursor: at, modes: [incremental], replication: log_based, exclude: false,
    requires: p, namespace: "", schema: {properties: {v: {type: [null, string]}}},
    exclude_fields: ["*_raw"], alias: t, may_be_absent: true, deleted_at: gone}
state: {type: global, interval: 1500ms}
check: {by: discovery, streams: [s1], timeout: 1h}
errors: [{match: "a: b", type: transient_error}, {match: c, type: system_error, message: "d\ne"}]
limits: {line: 65537B, idle: 1s, stop_grace: 0s, discover: 3m, probe: 3s}
)";

} // namespace

TEST_CASE("the effective adapter names the origin of each value")
{
    CHECK(text_of_file("version: 1\nlimits:\n  idle: 1m\nstreams: {users: {cursor: at}}\n") ==
          R"(version: 1  # a.yaml:1
# name: none  # default
# documentation_url: none  # default
tap:
  # command: stands after "--"  # default
  # env: what the bridge got  # default
  # catalog_flag:  # detected from the tap's --help
  # state_flag:  # detected from the tap's --help
  # discover:  # detected from the tap's --help
  from_sync: false  # default
  # cwd: a private folder, or the caller's for a command after "--"  # default
# spec:  # detected from the tap's --about
# config: as the user wrote it  # default
streams:
  users:
    cursor: at  # a.yaml:4
state:
  type: stream  # default
  interval: 10s  # default
check:
  by: read  # default
  # streams: the first that may serve  # default
  timeout: 300s  # default
errors: []  # default
limits:
  line: 256MiB  # default
  idle: 60s  # a.yaml:3
  stop_grace: 10s  # default
  discover: 120s  # default
  probe: 30s  # default
)");
}

TEST_CASE("the effective adapter is an adapter that says the same")
{
    const std::string text = text_of_file(k_everything);
    INFO(text);
    CHECK(without_comments(text_of_file(text)) == without_comments(text));
    const Adapter first = read_adapter(k_everything, "F");
    const Adapter second = read_adapter(text, "F");
    CHECK(*first.spec == *second.spec);
    CHECK(first.tap.environment == second.tap.environment);
    CHECK(first.tap.command == second.tap.command);
    CHECK(first.errors.at(1).message == second.errors.at(1).message);
    for (const std::string_view line :
         {"  command: [tap-x, \"a b\", \"-\"]  # a.yaml:5\n", "    \"YES\": \"yes\"  # a.yaml:6\n",
          "  catalog_flag: both  # a.yaml:7\n", "  state_flag: none  # a.yaml:8\n",
          "    default: {now: -365d}  # a.yaml:18\n", "  \"*\": pass  # a.yaml:22\n",
          "  \"*\": {}  # a.yaml:24\n", "    primary_key: []  # a.yaml:25\n",
          "      default: 1.10\n", "spec:  # a.yaml:11\n", "  interval: 1500ms  # a.yaml:28\n"}) {
        CHECK(text.find(line) != std::string::npos);
    }
}

TEST_CASE("every key of the file is in the effective adapter")
{
    // Whatever is taken out of the file is missing there, too.
    const std::string whole = without_comments(text_of_file(k_everything));
    const std::vector<std::string> parts = {"name: source-x\n",
                                            "documentation_url: https://x.org/\n",
                                            ", \"a b\"",
                                            "TZ: UTC, ",
                                            "  catalog_flag: both\n",
                                            "  state_flag: none\n",
                                            "  discover: [--discover]\n",
                                            "  cwd: /data\n",
                                            ", shift: +1mo",
                                            ", format: \"%Y\"",
                                            ", default: {now: -365d}",
                                            ", default: [1, {x: ~}]",
                                            ", as: json",
                                            ", suffix: .p8",
                                            "no.a, ",
                                            "  \"*\": pass\n",
                                            "primary_key: [], ",
                                            "cursor: at, ",
                                            "modes: [incremental], ",
                                            "replication: log_based, ",
                                            " exclude: false,",
                                            "requires: p, ",
                                            "namespace: \"\", ",
                                            "exclude_fields: [\"*_raw\"], ",
                                            "alias: t, ",
                                            ", deleted_at: gone",
                                            "may_be_absent: true, ",
                                            " schema: {properties: {v: {type: [null, string]}}},",
                                            "type: global, ",
                                            ", interval: 1500ms",
                                            "by: discovery, ",
                                            "streams: [s1], ",
                                            ", timeout: 1h",
                                            ", message: \"d\\ne\"",
                                            "line: 65537B, ",
                                            "idle: 1s, ",
                                            "stop_grace: 0s, ",
                                            "discover: 3m, ",
                                            ", probe: 3s",
                                            "    start: {type: string}\n"};
    for (const std::string& part : parts) {
        INFO(part);
        std::string less = k_everything;
        const std::size_t at = less.find(part);
        REQUIRE(at != std::string::npos);
        less.erase(at, part.size());
        if (part.find("start: {type") != std::string::npos) {
            less.erase(less.find("spec:"), 5).insert(less.find("\n  type: object"), "spec:");
            less = less.substr(0, less.find("config:")) + less.substr(less.find("streams:"));
        }
        CHECK(without_comments(text_of_file(less)) != whole);
    }
}

TEST_CASE("any text survives")
{
    std::mt19937 random(20'261'123);
    const std::vector<std::string> pieces = {
        " ",    "\"", "'", "\\",       ":", "#",    "- ",
        "\n",   "\t", "{", "]",        ",", "é",    "\xE2\x80\xA8",
        "null", "1",  ".", "~",        "a", "\x7F", "\x01",
        "!",    "&",  "*", "%",        "@", "`",    "?",
        "|",    ">",  "=", "\xC2\x85", "😀"};
    for (int round = 0; round < 3000; ++round) {
        std::string text;
        for (std::size_t count = 1 + random() % 6; count > 0; --count) {
            text += pieces[random() % pieces.size()];
        }
        AdapterFile file;
        file.adapter.name = text;
        file.adapter.tap.command = {text, text};
        json::Value object = json::Value::object();
        object.set(text, json::Value::string(text));
        file.adapter.config = ConfigMapping{};
        MappedSetting& setting = file.adapter.config->settings.emplace_back();
        setting.key = text + "x"; // not "*"
        setting.value = object;
        const std::string written = adapter_text(file, "F");
        INFO(written);
        const Adapter read = read_adapter(written, "F");
        REQUIRE(read.name == text);
        REQUIRE(read.tap.command == file.adapter.tap.command);
        REQUIRE(read.config->settings.size() == 1);
        REQUIRE(read.config->settings[0].key == setting.key);
        REQUIRE(*read.config->settings[0].value == object);
    }
}
