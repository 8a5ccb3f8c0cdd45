#include "catch.h"
#include "spec_forms.h"
#include "translate/config_check.h"
#include "translate/config_rule.h"

#include <chrono>
#include <random>

using namespace tapbridge;
using namespace tapbridge::translate;

namespace {

using Problems = std::vector<std::string>;

Problems problems(const std::string& config, const std::string& spec)
{
    const std::optional<Value> given = json::parse(config);
    const std::optional<Value> form = json::parse(spec);
    REQUIRE(given);
    REQUIRE(form);
    return problems_of_config(*given, *form);
}

// Of a setting called "it".
Problems of_it(const std::string& value, const std::string& setting)
{
    return problems(R"({"it": )" + value + "}",
                    R"({"type": "object", "properties": {"it": )" + setting + "}}");
}

// A connector as Airbyte's catalog has them: alternatives by a constant, groups, lists.
const std::string k_shop = R"({
  "$schema": "http://json-schema.org/draft-07/schema#", "title": "Shop", "type": "object",
  "required": ["credentials", "start_date", "region", "page_size"],
  "additionalProperties": true,
  "properties": {
    "start_date": {"title": "Start date", "type": "string", "format": "date-time",
      "pattern": "^[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}Z$",
      "pattern_descriptor": "YYYY-MM-DDTHH:mm:ssZ", "examples": ["2024-01-31T00:00:00Z"], "order": 0},
    "region": {"title": "Region", "type": "string", "enum": ["eu", "us"], "order": 1},
    "page_size": {"title": "Page size", "type": "integer", "minimum": 1, "maximum": 500, "default": 100},
    "repositories": {"title": "Repositories", "type": "array", "minItems": 1,
      "items": {"type": "string", "pattern": "^[^/]+/[^/]+$", "examples": ["octo/tools"]}},
    "tunnel": {"title": "Tunnel", "type": "object", "required": ["host"], "properties": {
      "host": {"title": "Jump host", "type": "string", "minLength": 1},
      "port": {"title": "Port", "type": "integer"}}},
    "credentials": {"title": "Authentication", "type": "object", "oneOf": [
      {"title": "OAuth", "type": "object", "required": ["auth_type", "refresh_token"], "properties": {
        "auth_type": {"type": "string", "const": "oauth2.0"},
        "refresh_token": {"title": "Refresh token", "type": "string", "airbyte_secret": true}}},
      {"title": "Personal token", "type": "object", "required": ["auth_type", "api_key"], "properties": {
        "auth_type": {"type": "string", "const": "pat"},
        "api_key": {"title": "API key", "type": "string", "airbyte_secret": true}}}]}}})";

Problems of_shop(const std::string& changes)
{
    std::optional<Value> config = json::parse(
        R"({"start_date": "2024-01-31T00:00:00Z", "region": "eu",
            "credentials": {"auth_type": "pat", "api_key": "s3cret"}})");
    const std::optional<Value> changed = json::parse(changes);
    REQUIRE(changed);
    for (const json::Member& member : changed->members())
        config->set(member.name, member.value);
    return problems_of_config(*config, *json::parse(k_shop));
}

} // namespace

TEST_CASE("problems_of_config: a config that is right has none")
{
    CHECK(of_shop("{}").empty());
    CHECK(
        of_shop(
            R"({"_comment": "x", "unknown": [1], "page_size": 500, "tunnel": {"host": "h", "port": 22},
                      "repositories": ["a/b"]})")
            .empty());
    CHECK(of_shop(R"({"credentials": {"auth_type": "oauth2.0", "refresh_token": "r"}})").empty());
    CHECK(of_shop(R"({"page_size": 5.0, "repositories": null, "tunnel": null})").empty());
    CHECK(of_shop(R"({"credentials": {"auth_type": "pat", "api_key": "k", "more": 1}})").empty());
}

TEST_CASE("problems_of_config: what is missing")
{
    CHECK(problems("{}", k_shop) == Problems{R"("Authentication" (credentials) is missing.)",
                                             R"("Start date" (start_date) is missing.)",
                                             R"("Region" (region) is missing.)"});
    CHECK(of_shop(R"({"region": null})") == Problems{R"("Region" (region) is missing.)"});
    CHECK(of_shop(R"({"credentials": {"auth_type": "pat"}})") ==
          Problems{R"("API key" (credentials.api_key) is missing.)"});
    CHECK(of_shop(R"({"credentials": {"auth_type": "pat", "apikey": "k"}})") ==
          Problems{R"("API key" (credentials.api_key) is missing; perhaps "apikey" is meant.)"});
    CHECK(of_shop(R"({"tunnel": {"port": 22}})") ==
          Problems{R"("Jump host" (tunnel.host) is missing.)"});
    const std::string nullable =
        R"({"required": ["a", "b"], "properties": {"a": {"type": ["string", "null"]}}})";
    CHECK(problems(R"({"a": null})", nullable) == Problems{R"("b" is missing.)"});
    CHECK(problems(R"({"b": null})", nullable) ==
          Problems{R"("a" is missing.)", R"("b" is missing.)"});
}

TEST_CASE("problems_of_config: types")
{
    CHECK(of_shop(R"({"page_size": "100"})") ==
          Problems{R"("Page size" (page_size) has to be a whole number.)"});
    CHECK(of_shop(R"({"tunnel": "h"})") == Problems{R"("Tunnel" (tunnel) has to be an object.)"});
    CHECK(of_shop(R"({"tunnel": {"host": "h", "port": 2.5}})") ==
          Problems{R"("Port" (tunnel.port) has to be a whole number.)"});
    CHECK(of_shop(R"({"repositories": "a/b"})") ==
          Problems{R"("Repositories" (repositories) has to be a list.)"});
    CHECK(of_it("1", R"({"type": ["null", "string", "boolean"]})") ==
          Problems{R"("it" has to be a text or true or false.)"});
    CHECK(of_it("1", R"({"type": "null"})") == Problems{R"("it" has to be left out.)"});
    CHECK(of_it("NaN", R"({"type": "number"})") == Problems{R"("it" has to be a number.)"});
    CHECK(of_it("Infinity", R"({"type": "integer"})").size() == 1);
    CHECK(of_it("123456789012345678901234567890", R"({"type": "integer"})").empty());
    CHECK(of_it("1e3", R"({"type": "integer"})").empty());
    CHECK(of_it("[1]", R"({"type": "string"})").size() == 1);
    CHECK(of_it("[1]", R"({"title": "of no type"})").empty());
    CHECK(problems("[]", R"({"type": "object"})") ==
          Problems{"The configuration has to be an object."});
}

TEST_CASE("problems_of_config: rules of a setting")
{
    CHECK(of_shop(R"({"region": "mars"})") ==
          Problems{R"("Region" (region) has to be one of: eu, us.)"});
    CHECK(of_shop(R"({"start_date": "2024-01-31"})") ==
          Problems{R"("Start date" (start_date) has to be of the form YYYY-MM-DDTHH:mm:ssZ.)"});
    CHECK(
        of_shop(R"({"repositories": ["a/b", "tools"]})") ==
        Problems{R"("Repositories" (repositories[1]) has to look like this example: octo/tools.)"});
    CHECK(of_it(R"("x")", R"({"type": "string", "pattern": "^[0-9]+$"})") ==
          Problems{R"("it" has to match the pattern ^[0-9]+$.)"});
    CHECK(of_shop(R"({"repositories": []})") ==
          Problems{R"("Repositories" (repositories) has to have at least 1 entry.)"});
    CHECK(of_it("[1,2,3]", R"({"maxItems": 2})") ==
          Problems{R"("it" has to have at most 2 entries.)"});
    CHECK(of_shop(R"({"page_size": 0})") ==
          Problems{R"("Page size" (page_size) has to be at least 1.)"});
    CHECK(of_shop(R"({"page_size": 501})") ==
          Problems{R"("Page size" (page_size) has to be at most 500.)"});
    CHECK(of_it("0", R"({"exclusiveMinimum": 0})") ==
          Problems{R"("it" has to be greater than 0.)"});
    CHECK(of_it("1.5", R"({"exclusiveMaximum": 1.50})") ==
          Problems{R"("it" has to be less than 1.50.)"});
    CHECK(of_it("0", R"({"minimum": 0, "exclusiveMinimum": true})").empty());
    CHECK(of_it(R"("")", R"({"minLength": 1})") == Problems{R"("it" must not be empty.)"});
    CHECK(of_it(R"("abc")", R"({"minLength": 4})") ==
          Problems{R"("it" has to be at least 4 characters long.)"});
    CHECK(of_it("\"\xC3\xA4\xC3\xB6\"", R"({"minLength": 2, "maxLength": 2})").empty());
    CHECK(of_it(R"("abc")", R"({"maxLength": 2})") ==
          Problems{R"("it" must not be longer than 2 characters.)"});
    CHECK(of_it("2", R"({"const": 1})") == Problems{R"("it" has to be 1.)"});
    CHECK(of_it("2", R"({"enum": [1, true, "", null]})") ==
          Problems{R"("it" has to be one of: 1, true, "".)"});
}

TEST_CASE("problems_of_config: dates and addresses, leniently")
{
    const std::string date = R"({"type": "string", "format": "date"})";
    const std::string moment = R"({"type": "string", "format": "date-time"})";
    for (const char* right :
         {"2024-01-31", "2024-1-3", "20240131", "2024-01-31T00:00:00Z", "2024-01-31 10:00", ""}) {
        INFO(right);
        CHECK(of_it(json::quoted(right), date).empty());
        CHECK(of_it(json::quoted(right), moment).empty());
    }
    for (const char* wrong : {"yesterday", "31.01.2024", "2024", "2024-13-01", "2024-01-32",
                              "2024-01-31x", "2024-01-31T", "01/31/2024", "2024131", "2024-01"}) {
        INFO(wrong);
        CHECK(of_it(json::quoted(wrong), date) ==
              Problems{R"("it" has to be a date such as 2024-01-31.)"});
        CHECK(of_it(json::quoted(wrong), moment) ==
              Problems{R"("it" has to be a date and time such as 2024-01-31T00:00:00Z.)"});
    }
    const std::string address = R"({"type": "string", "format": "uri"})";
    CHECK(of_it(R"("postgresql://u@h/db")", address).empty());
    CHECK(of_it(R"("shop.example")", address) ==
          Problems{R"("it" has to be an address such as https://example.com.)"});
    CHECK(of_it(R"("https://a b")", address).size() == 1);
    CHECK(of_it(R"("anything")", R"({"type": "string", "format": "hostname"})").empty());
}

TEST_CASE("problems_of_config: alternatives by their constants")
{
    const std::string which = R"("Authentication" (credentials) has to be one of these: )"
                              "OAuth (auth_type: oauth2.0); Personal token (auth_type: pat).";
    CHECK(of_shop(R"({"credentials": {"auth_type": "password", "api_key": "k"}})") ==
          Problems{which});
    CHECK(of_shop(R"({"credentials": {}})") == Problems{which});
    CHECK(of_shop(R"({"credentials": {"api_key": "k"}})") == Problems{which});
    CHECK(of_shop(R"({"credentials": "k"})") ==
          Problems{R"("Authentication" (credentials) has to be an object.)"});
    CHECK(of_shop(R"({"credentials": {"auth_type": "oauth2.0", "refresh_token": 1}})") ==
          Problems{R"("Refresh token" (credentials.refresh_token) has to be a text.)"});
}

TEST_CASE("problems_of_config: alternatives without constants")
{
    const std::string either = R"({"type": "object",
      "properties": {"api_key": {"type": "string"}, "user": {"type": "string"}, "password": {"type": "string"}},
      "oneOf": [{"required": ["api_key"]}, {"required": ["user", "password"]}]})";
    CHECK(problems(R"({"user": "u", "password": "p"})", either).empty());
    CHECK(problems(R"({"user": "u"})", either) ==
          Problems{"The configuration has to be one of these: one with api_key; one with user and "
                   "password."});
    const std::string kinds = R"({"anyOf": [{"type": "null"}, {"type": "string"},
                                            {"type": "array", "items": {"type": "string"}}]})";
    CHECK(of_it(R"("a")", kinds).empty());
    CHECK(of_it(R"(["a"])", kinds).empty());
    CHECK(of_it("null", kinds).empty());
    CHECK(of_it("1", kinds) == Problems{R"("it" has to be a text or a list.)"});
    CHECK(of_it("[1]", kinds) == Problems{R"("it[0]" has to be a text.)"});
    const std::string names = R"({"type": "string", "oneOf": [{"const": "a"}, {"const": "b"}]})";
    CHECK(of_it(R"("b")", names).empty());
    CHECK(of_it(R"("c")", names).size() == 1);
}

TEST_CASE("problems_of_config: settings that nobody declared")
{
    const std::string closed = R"({"additionalProperties": false, "properties": {"port": {}}})";
    CHECK(problems(R"({"prot": 1, "_note": 1, "gone": null})", closed) ==
          Problems{R"("prot" is not known here; perhaps "port" is meant.)"});
    CHECK(problems(R"({"a": {"x": 1}})", R"({"properties": {"a": )" + closed + "}}") ==
          Problems{R"("a.x" is not known here.)"});
    // Strictly, these would refuse each other's settings: what is meant is clear.
    const std::string split =
        R"({"additionalProperties": false, "properties": {"port": {}}, "oneOf": [
      {"additionalProperties": false, "properties": {"kind": {"const": "a"}}},
      {"additionalProperties": false, "properties": {"kind": {"const": "b"}, "more": {}}}]})";
    CHECK(problems(R"({"port": 1, "kind": "b", "more": 2})", split).empty());
}

TEST_CASE("problems_of_config: settings that may hold JSON take anything")
{
    const Value spec = *json::parse(
        R"({"properties": {"it": {"type": "string"}, "list": {"type": "array", "items":
            {"type": "object", "properties": {"deep": {"type": "string"}}}}}})");
    const Value config = *json::parse(R"({"it": {"a": 1}, "list": [{"deep": [1]}]})");
    CHECK(problems_of_config(config, spec).size() == 2);
    CHECK(problems_of_config(config, spec, {{"it"}, {"list", "[]", "deep"}}).empty());
}

TEST_CASE("problems_of_config: what the spec itself proposes is right")
{
    const std::string odd =
        R"({"type": "string", "minLength": 3, "default": "", "examples": ["x"]})";
    CHECK(of_it(R"("")", odd).empty());
    CHECK(of_it(R"("x")", odd).empty());
    CHECK(of_it(R"("y")", odd).size() == 1);
}

TEST_CASE("problems_of_config: a user's value is never quoted")
{
    const std::string secret = "hunter2-hunter2";
    const std::string text = json::quoted(secret);
    Problems all;
    const auto add = [&](const Problems& more) {
        REQUIRE_FALSE(more.empty());
        all.insert(all.end(), more.begin(), more.end());
    };
    for (const char* rule :
         {R"("type": "integer")", R"("const": "a")", R"("enum": ["a"])", R"("pattern": "^a$")",
          R"("minLength": 90)", R"("maxLength": 2)", R"("format": "date")",
          R"("oneOf": [{"const": "a"}])", R"("type": "object")"})
        add(of_it(text, std::string("{") + rule + "}"));
    add(of_shop(R"({"credentials": {"auth_type": )" + text + "}}"));
    add(of_shop(R"({"credentials": [)" + text + "]}"));
    for (const std::string& problem : all) {
        INFO(problem);
        CHECK(problem.find("hunter") == std::string::npos);
    }
}

TEST_CASE("fits_pattern: as JSON Schema has it")
{
    CHECK(fits_pattern("xay", "a"));
    CHECK_FALSE(fits_pattern("xay", "^a"));
    CHECK(fits_pattern("2024-01-31", R"(^\d{4}-\d{2}-\d{2}$)"));
    CHECK_FALSE(fits_pattern("a b", R"(^\S+$)"));
    CHECK(fits_pattern("ab", "^(?!x)[a-c]+$"));
    CHECK_FALSE(fits_pattern("xb", "^(?!x)[a-z]+$"));
    CHECK(fits_pattern("\xC3\xA4\xE2\x82\xAC", "^.{2}$")); // characters, not bytes
    CHECK(fits_pattern("\xC3\xB6", "^[\xC3\xA4-\xC3\xBC]$"));
}

TEST_CASE("fits_pattern: what cannot be judged is let through")
{
    for (const char* foreign :
         {"(", "[", "(?<=a)b", "(?P<n>a)", "a{2,1}", "\\p{L}", "*", "(a)\\1"}) {
        INFO(foreign);
        CHECK(fits_pattern("zzz", foreign));
    }
    CHECK(fits_pattern(std::string(1001, 'a'), "^b$"));
    CHECK_FALSE(fits_pattern(std::string(1000, 'a'), "^b$"));
    CHECK(fits_pattern("a", std::string(2000, '(') + std::string(2000, ')') + "b"));
}

TEST_CASE("fits_pattern: no pattern takes for ever")
{
    const auto begin = std::chrono::steady_clock::now();
    CHECK_FALSE(fits_pattern(std::string(999, 'a') + "!", "^(a+)+$"));
    CHECK_FALSE(fits_pattern(std::string(999, 'a') + "!", "^(a|a)*$"));
    CHECK(std::chrono::steady_clock::now() - begin < std::chrono::seconds(60));
}

TEST_CASE("problems_of_config: a spec that is none itself is survived")
{
    for (const char* odd :
         {"1", "null", "[]", R"({"properties": 5, "required": "x", "oneOf": {}, "anyOf": 1})",
          R"({"properties": {"it": 5}, "required": [1, {}], "oneOf": [1, null, {}]})",
          R"({"type": 7, "properties": {"it": {"type": ["nonsense", 1], "enum": 3, "minLength": "a",
              "maxLength": -1.5, "pattern": 4, "examples": "x", "items": [1], "minimum": "1",
              "minItems": {}, "format": [], "title": {}, "pattern_descriptor": 1}}})"}) {
        for (const char* config :
             {"{}", R"({"it": "text"})", R"({"it": [1]})", R"({"it": 1e999})"}) {
            INFO(odd << " " << config);
            for (const std::string& problem : problems(config, odd))
                CHECK(problem.find("text") == std::string::npos);
        }
    }
}

TEST_CASE("problems_of_config: a hopeless config gets a short answer")
{
    std::string list = "[0";
    for (int i = 0; i < 100'000; ++i)
        list += ",0";
    CHECK(of_it(list + "]", R"({"items": {"type": "string"}})").size() == 20);
}

TEST_CASE("problems_of_config: forms made from --about accept their own defaults and examples")
{
    const Spec spec = of_settings(R"({"properties": {
      "url": {"type": ["string", "null"], "format": "uri", "default": "example"},
      "since": {"type": ["string", "null"], "format": "date-time", "examples": ["last week"]},
      "code": {"type": "string", "pattern": "^[0-9]{3}$", "default": "abc"},
      "size": {"type": ["integer", "string"], "default": "10"},
      "any": {"type": ["object", "null"], "default": {"a": [1]}},
      "names": {"type": "array", "items": {"type": "string"}, "default": ["a", "b"]}},
      "required": ["url", "code", "any"]})");
    const Value& root = form(spec);
    std::vector<std::vector<std::string>> json_paths;
    for (const JsonSetting& setting : spec.json_settings)
        json_paths.push_back(setting.path);
    Value config = Value::object();
    CHECK(problems_of_config(config, root, json_paths).empty()); // defaults need not be given
    for (const std::string_view keyword : {"default", "examples"}) {
        for (const json::Member& member : root.find("properties")->members()) {
            if (const Value* given = member.value.find(keyword))
                config.set(member.name, keyword == "default" ? *given : given->items().front());
        }
        CHECK(problems_of_config(config, root, json_paths).empty());
    }
    config.set("any", Value::object());
    CHECK(problems_of_config(config, root, json_paths).empty());
    CHECK(problems_of_config(config, root).size() == 1);
}
