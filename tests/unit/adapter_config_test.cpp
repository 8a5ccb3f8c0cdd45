#include "adapter_reading.h"

#include <string>
#include <vector>

using namespace tapbridge;
using namespace tapbridge::adapter;

namespace {

const std::string k_spec = R"(spec:
  properties:
    api_key: {type: string}
    port: {type: integer}
    sandbox: {type: [null, boolean]}
    anything: {description: of any type}
    open: {type: object}
    referred: {$ref: "#/definitions/x"}
    credentials:
      oneOf:
        - {properties: {access_token: {type: string}, kind: {const: oauth}}}
        - {anyOf: [{properties: {password: {type: string}}}]}
)";

MappedSetting setting(const std::string& text)
{
    const Adapter adapter = adapter_of("config: {s: {" + text + "}}");
    REQUIRE(adapter.config);
    REQUIRE(adapter.config->settings.size() == 1);
    CHECK(adapter.config->settings[0].key == "s");
    return adapter.config->settings[0];
}

json::Value fallback(const std::string& text)
{
    return std::get<json::Value>(setting("from: x, default: " + text).fallback);
}

std::string rule_problem(const std::string& text)
{
    return problem("config: {s: {" + text + "}}");
}

// Without the place, of a rule whose spec is known.
std::string spec_problem(const std::string& text)
{
    const std::string found = problem(k_spec + "config: {s: {" + text + "}}");
    return found.empty() ? "" : found.substr(found.find(": ") + 2);
}

} // namespace

TEST_CASE("a rule says where a setting comes from")
{
    using Paths = std::vector<SettingPath>;
    CHECK(setting("from: a").from == Paths{{"a"}});
    CHECK(setting("from: a.b.c").from == Paths{{"a", "b", "c"}});
    CHECK(setting("from: [a.b, c]").from == Paths{{"a", "b"}, {"c"}});
    CHECK(setting("template: 'https://{a.b}/{c}'").template_text == "https://{a.b}/{c}");
    CHECK(setting("value: 1.10").value->text() == "1.10");
    CHECK(setting("value: no").value->text() == R"("no")");
    CHECK(setting("value: {a: [1, true]}").value->text() == R"({"a":[1,true]})");
    CHECK(fallback("'2020'").text() == R"("2020")");
    CHECK(fallback("[]").text() == "[]");
    CHECK(fallback("{now: 1, a: 2}").text() == R"({"now":1,"a":2})");

    const MappedSetting dated =
        setting("from: x, default: {now: -365d}, shift: +1mo, format: '%Y-%m-%d'");
    CHECK(std::get<Now>(dated.fallback).shift.seconds == -365 * 86'400);
    CHECK(dated.shift->months == 1);
    CHECK(dated.format == "%Y-%m-%d");
    const MappedSetting file = setting("from: x, as: file, suffix: .p8");
    CHECK(file.as == As::file);
    CHECK(file.suffix == ".p8");
    CHECK(setting("from: x, as: string").as == As::string);
    CHECK(setting("from: x, as: number").as == As::number);
    CHECK(setting("from: x, as: integer").as == As::integer);
    CHECK(setting("from: x, as: boolean").as == As::boolean);
    CHECK(setting("from: x, as: json").as == As::json);
    CHECK(setting("default: {now: 0s}, format: '%Y'").from.empty());
}

TEST_CASE("settings without a rule are passed or dropped")
{
    CHECK_FALSE(adapter_of("name: x").config);
    CHECK_FALSE(adapter_of("config: {}").config->pass);
    CHECK_FALSE(adapter_of("config: {'*': drop}").config->pass);
    CHECK(adapter_of("config: {'*': pass, a: {value: 1}}").config->pass);
    CHECK(problem("config: {'*': keep}") ==
          "2:15: config.* is \"keep\". It can be pass (what no rule reads goes to the tap) or "
          "drop.");
    CHECK(problem("config: []") == "2:9: config is a list. Give it keys with values below it (KEY: "
                                   "VALUE), or leave it out.");
    CHECK(problem("config: {s: token}") ==
          "2:13: config.s is \"token\". Write where its value comes from: {from: SETTING}, "
          "{template: TEXT} or {value: VALUE}.");
}

TEST_CASE("a rule that makes no sense is named")
{
    CHECK(rule_problem("").starts_with("2:13: config.s has no source. Write where its value"));
    CHECK(rule_problem("from: a, value: 1") ==
          "2:13: config.s has more than one of from, template and value. Keep one.");
    CHECK(rule_problem("value: 1, default: 2") ==
          "2:33: config.s.default is never used beside a value. Remove one of them.");
    CHECK(rule_problem("from: a, suffix: .p8") ==
          "2:31: config.s.suffix is for files. Add as: file, or remove it.");
    CHECK(rule_problem("from: a, as: file, suffix: a/b") ==
          "2:41: config.s.suffix is \"a/b\". It is the end of a file's name, without \"/\", as in "
          ".p8.");
    CHECK(rule_problem("value: 1, format: '%Y'") ==
          "2:32: config.s.format is for a date that the user sets (from) or that is computed "
          "(default: {now: -30d}). Add one of these, or remove it.");
    CHECK(rule_problem("value: 1, shift: 1d") == "2:31: config.s.shift is for a date that the user "
                                                 "sets (from). Add from, or remove it.");
    CHECK(rule_problem("default: {now: 1d}, shift: 1d") ==
          "2:41: config.s.shift is for a date that the user sets (from); default.now holds a shift "
          "of its own.");
    CHECK(rule_problem("from: a, shift: 1 day") ==
          "2:30: config.s.shift is \"1 day\". A shift is a sign, a whole number and its unit: s, "
          "m, h, d, w, mo or y, as in -365d.");
    CHECK(rule_problem("from: a, default: {now: later}")
              .starts_with("2:38: config.s.default.now is \"later\". A shift is"));
    CHECK(rule_problem("from: a, as: text") == "2:27: config.s.as is \"text\". It can be string, "
                                               "number, integer, boolean, json, file.");
    CHECK(rule_problem("value: ") == "2:14: config.s.value is empty. Write a value, or leave the "
                                     "key out.");
    CHECK(rule_problem("from: [a, b..c]") ==
          "2:20: config.s.from names \"b..c\". Write the settings that lead to it with a dot "
          "between two, as in credentials.token.");
    CHECK(rule_problem("form: a").find(
              "unknown key \"form\" in config.s; did you mean \"from\"?") != std::string::npos);
    CHECK(rule_problem("template: 'https://x/'") ==
          "2:24: config.s.template is \"https://x/\". It names no setting of the user, as {host} "
          "does. A constant belongs under value.");
    CHECK(rule_problem("template: 'https://{x/'") ==
          "2:24: config.s.template is \"https://{x/\". It has a { that is not closed. Write {{ for "
          "a brace that stays.");
    CHECK(rule_problem("from: a, format: '%Q'").starts_with("2:31: config.s.format is \"%Q\". "));
}

TEST_CASE("a constant has to become what the rule says")
{
    const auto constant = [](const std::string& value, const std::string& as) {
        return rule_problem("value: " + value + ", as: " + as);
    };
    for (const std::string as : {"number", "integer"}) {
        CHECK(constant("x", as) == "2:21: config.s.value is \"x\". It cannot become what as: " +
                                       as + " says. Write one that can.");
        CHECK(constant("'7'", as).empty());
        CHECK_FALSE(constant("true", as).empty());
        CHECK_FALSE(constant("[7]", as).empty());
    }
    CHECK(constant("1.5", "number").empty());
    CHECK_FALSE(constant("1.5", "integer").empty());
    CHECK(constant("'True'", "boolean").empty());
    CHECK(constant("0", "boolean").empty());
    CHECK_FALSE(constant("no", "boolean").empty());
    CHECK(constant("'[1]'", "json").empty());
    CHECK(constant("[1]", "json").empty());
    CHECK_FALSE(constant("'[1'", "json").empty());
    CHECK(constant("text", "file").empty());
    CHECK_FALSE(constant("7", "file").empty());
    CHECK(constant("7", "string").empty());
    CHECK(rule_problem("from: a, as: boolean, default: 7") ==
          "2:45: config.s.default is \"7\". It cannot become what as: boolean says. Write one that "
          "can.");
}

TEST_CASE("a rule reads what the spec has")
{
    for (const std::string path :
         {"api_key", "credentials.access_token", "credentials.password", "credentials",
          "open.whatever.deep", "referred.whatever", "anything.at.all"}) {
        CHECK(spec_problem("from: " + path).empty());
    }
    CHECK(spec_problem("from: api_kye") == "config.s.from reads the setting \"api_kye\", which the "
                                           "spec does not have; did you mean \"api_key\"?");
    CHECK(spec_problem("from: [api_key, access_token]") ==
          "config.s.from reads the setting \"access_token\", which the spec does not have; did you "
          "mean \"credentials.access_token\"?");
    CHECK(spec_problem("template: '{credentials.tokn}'") ==
          "config.s.template reads the setting \"credentials.tokn\", which the spec does not have; "
          "it has api_key, port, sandbox, anything, open, referred, credentials, "
          "credentials.access_token, credentials.kind, credentials.password.");
    CHECK_FALSE(spec_problem("from: api_key.inner").empty());
    CHECK(problem("spec: {}\nconfig: {s: {from: a}}").empty());
    CHECK(
        problem("spec: {properties: {}}\nconfig: {s: {from: a}}") ==
        "3:20: config.s.from reads the setting \"a\", which the spec does not have; it has none.");
    CHECK(problem("spec: {connectionSpecification: {properties: {a: {}}}}\n"
                  "config: {s: {from: a}, t: {from: a.b}}")
              .empty());
}

TEST_CASE("a default is of the setting's type")
{
    CHECK(spec_problem("from: port, default: x") ==
          "config.s.default is \"x\". The setting \"port\" is of type integer in the spec. Write "
          "such a value, or say what the tap wants by as.");
    CHECK(spec_problem("from: port, default: 7").empty());
    CHECK_FALSE(spec_problem("from: port, default: 7.5").empty());
    CHECK(spec_problem("from: sandbox, default: false").empty());
    CHECK_FALSE(spec_problem("from: sandbox, default: 'false'").empty());
    CHECK(spec_problem("from: sandbox, default: 'false', as: string").empty());
    CHECK(spec_problem("from: [port, api_key], default: x").empty());
    CHECK(spec_problem("from: anything, default: {a: 1}").empty());
    CHECK(spec_problem("from: api_key, default: {now: -1d}").empty());
}

TEST_CASE("a spec is a mapping or a file beside the adapter")
{
    const auto spec = [](const std::string& text, const FileReader& reader) {
        return read_adapter("version: 1\nspec: " + text, "dir/F", reader).spec->text();
    };
    CHECK(spec("{type: object}", {}) == R"({"type":"object"})");
    CHECK(spec("s.json", files({{"dir/s.json", R"({"a": "\ud83d\ude00", "b": 1.10})"}})) ==
          R"({"a":"\ud83d\ude00","b":1.10})");
    CHECK(spec("s.yaml", files({{"dir/s.yaml", "a: {type: [null, string]}"}})) ==
          R"({"a":{"type":["null","string"]}})");
    CHECK(spec("/s.json", files({{"/s.json", "{}"}})) == "{}");
    CHECK(problem("spec: s.json", files({{"s.json", "{}"}})).empty());

    CHECK(
        problem("spec: s.json", files({})) ==
        "2:7: the spec file \"s.json\" cannot be read: No such file or directory. Its path begins "
        "at the adapter's folder; check it and its permissions.");
    CHECK(
        problem("spec: s.json", files({{"s.json", "a: b\n\tc: 1"}})) ==
        "2:7: the spec file \"s.json\", line 2, column 1: not YAML: a tab in the indentation. Use "
        "spaces.");
    CHECK(problem("spec: s.json", files({{"s.json", "a: .5"}})) ==
          "2:7: the spec file \"s.json\", line 1, column 4: \".5\" is no number in JSON. Put it in "
          "quotes, or write it as 0.5.");
    CHECK(problem("spec: s.json", files({{"s.json", "[]"}})) ==
          "2:7: the spec file \"s.json\" holds no mapping. Write a connectionSpecification.");
    CHECK(problem("spec: s.json", files({{"s.json", std::string(k_longest_adapter + 1, ' ')}})) ==
          "2:7: the spec file \"s.json\" is longer than 1 MiB, as no spec is. Name another.");
    const std::string remedy = "Write the connectionSpecification below it, or the path of a JSON "
                               "or YAML file that holds it.";
    CHECK(problem("spec:") == "2:1: spec is empty. " + remedy);
    CHECK(problem("spec: [a]") == "2:7: spec is a list. " + remedy);
    CHECK(problem("spec: {connectionSpecification: x}") ==
          "2:7: connectionSpecification in the spec is no mapping. Write type: object, and "
          "properties.");
    CHECK(problem("spec: {properties: [a]}") ==
          "2:7: properties in the spec are no mapping. Give each setting a line NAME: {type: "
          "string}.");
}
