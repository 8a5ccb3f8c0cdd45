#include "airbyte/error.h"
#include "catch.h"
#include "spec_forms.h"
#include "translate/spec.h"

using namespace tapbridge;
using namespace tapbridge::translate;

TEST_CASE("spec_from_about: the whole specification of a small tap")
{
    const Spec spec = spec_from_about(R"(Welcome to tap-shop!
{"name": "tap-shop", "description": "Reads a shop.", "homepage": "https://shop.example/tap",
 "settings": {"$schema": "https://json-schema.org/draft/2020-12/schema", "type": "object", "properties": {
   "start_date": {"type": ["string", "null"], "format": "date-time", "description": "From when on."},
   "api_key": {"type": ["string"], "title": "The Key"},
   "stream_maps": {"type": ["object", "null"], "properties": {"__else__": {"anyOf": [{"type": "null"}, "null"]}}},
   "page_size": {"type": ["integer", "null"], "default": 100, "examples": [10, "many", 20]}},
  "required": ["api_key", "stream_maps", "api_key", 5]}}
Setup Instructions: {none})");
    CHECK(
        spec.specification.text() ==
        R"({"documentationUrl":"https://shop.example/tap","supportsIncremental":true,)"
        R"("connectionSpecification":{"$schema":"http://json-schema.org/draft-07/schema#",)"
        R"("title":"tap-shop","description":"Reads a shop.","type":"object","additionalProperties":true,)"
        R"("properties":{)"
        R"("start_date":{"type":"string","title":"Start Date","description":"From when on.",)"
        R"("format":"date-time","order":0},)"
        R"("api_key":{"type":"string","title":"The Key","airbyte_secret":true,"order":1},)"
        R"("page_size":{"type":"integer","title":"Page Size","default":100,"examples":[10,20],"order":2}},)"
        R"("required":["api_key"]}})");
    CHECK(spec.secret_paths == Paths{{"api_key"}});
    CHECK(spec.json_settings.empty());
    CHECK(spec.notes.empty());
}

TEST_CASE("spec_from_about: every setting that the SDK adds by itself is left out, at the top only")
{
    const Spec spec = of_settings(R"({"properties": {
      "stream_map_config": {}, "faker_config": {}, "flattening_enabled": {}, "flattening_max_depth": {},
      "flattening_max_key_length": {}, "flattening_separator": {}, "batch_config": {},
      "emit_activate_version_messages": {}, "use_singer_decimal": {}, "stream_maps": {},
      "own": {"type": "object", "properties": {"batch_config": {"type": "string"}}}}})");
    REQUIRE(form(spec).find("properties")->members().size() == 1);
    CHECK(form(spec).find("properties")->find("own")->find("properties")->find("batch_config"));
}

TEST_CASE("spec_from_about: output without settings is the tap's fault, and shown")
{
    for (const char* output :
         {"", "Traceback (most recent call last):", R"({"name": "tap"})", R"({"settings": null})",
          R"({"settings": ["a"]})", R"({"settings": {)"}) {
        INFO(output);
        try {
            spec_from_about(output);
            FAIL("accepted");
        } catch (const airbyte::ErrorException& error) {
            CHECK(error.error().failure_type == airbyte::FailureType::system_error);
            CHECK(error.error().message == "The tap's --about says nothing of its settings.");
            CHECK(error.error().internal_message == output);
        }
    }
}

TEST_CASE("spec_from_about: a tap without settings has an empty form")
{
    for (const char* settings :
         {"{}", R"({"properties": {}})", R"({"type": "object", "required": ["a"]})",
          R"({"properties": []})", R"({"properties": null, "required": true})"}) {
        INFO(settings);
        CHECK(form(of_settings(settings)).text() ==
              R"({"$schema":"http://json-schema.org/draft-07/schema#","title":"tap-shop",)"
              R"("type":"object","additionalProperties":true,"properties":{}})");
    }
}

TEST_CASE(
    "spec_from_about: the documentation is the tap's homepage only where it is a plain web address")
{
    const auto address = [](const std::string& about) {
        return spec_from_about(about + R"("settings": {}})")
            .specification.find("documentationUrl")
            ->as_string();
    };
    CHECK(
        address(
            R"({"documentation_url": "https://a.example/x?y=1#z", "homepage": "https://b.example",)") ==
        "https://a.example/x?y=1#z");
    CHECK(address(R"({"homepage": "http://b.example",)") == "http://b.example");
    for (const char* bad :
         {"", "https://", "ftp://a", "https://a b", "https://[", "https://a#b#c", "https:///x",
          "www.example.com", "https://a/\xC3\xBC", "https://a/{id}"}) {
        INFO(bad);
        CHECK(address(std::string(R"({"homepage": ")") + bad + "\",") ==
              std::string(k_documentation_url));
    }
    CHECK(address(R"({"homepage": 5,)") == "https://hub.meltano.com/extractors/");
}

TEST_CASE("spec_from_about: types become one plain type")
{
    const std::vector<std::pair<const char*, const char*>> cases = {
        {R"({"type": "string"})", R"({"type":"string"})"},
        {R"({"type": ["null", "integer"]})", R"({"type":"integer"})"},
        {R"({"type": ["number", "integer", "null"]})", R"({"type":"number"})"},
        {R"({"type": ["integer", "string"]})", R"({"type":"string"})"},
        {R"({"type": ["boolean", "null"], "default": false})",
         R"({"type":"boolean","default":false})"},
        {R"({"type": "date"})", R"({"type":"string"})"},
        {"{}", R"({"type":"string"})"},
        {"true", R"({"type":"string"})"},
        {R"({"enum": [1, 2]})", R"({"type":"integer","enum":[1,2]})"},
        {R"({"enum": ["a", null]})", R"({"type":"string","enum":["a"]})"},
        {R"({"anyOf": [{"type": "string", "format": "date"}, {"type": "null"}]})",
         R"({"type":"string","format":"date"})"},
        {R"({"oneOf": [{"type": "integer"}, "null"], "description": "d"})",
         R"({"type":"integer","description":"d"})"},
        {R"({"anyOf": [{"type": "integer"}, {"type": "number"}, {"const": null}]})",
         R"({"type":"number"})"},
        {R"({"oneOf": [{"const": "a", "title": "A"}, {"const": "b"}]})",
         R"({"type":"string","enum":["a","b"]})"},
        {R"({"allOf": [{"type": "string"}, {"minLength": 3}], "default": "abc"})",
         R"({"type":"string","minLength":3,"default":"abc"})"},
    };
    for (const auto& [setting, expected] : cases) {
        INFO(setting);
        const Spec spec = of_setting(setting);
        CHECK(shown(spec) == expected);
        CHECK(spec.json_settings.empty());
    }
}

TEST_CASE("spec_from_about: a setting that can only be null is left out with a note")
{
    for (const char* setting : {R"({"type": "null"})", R"({"type": ["null"]})"}) {
        const Spec spec = of_setting(setting);
        CHECK(shown(spec) == "absent");
        CHECK(spec.notes ==
              std::vector<std::string>{R"(Setting "it" can only be null and is left out.)"});
    }
    CHECK(form(of_settings(R"({"properties": {"it": {"type": "null"}}, "required": ["it"]})"))
              .find("required") == nullptr);
}

TEST_CASE("spec_from_about: defaults are kept where they fit, digit by digit")
{
    const std::vector<std::pair<const char*, const char*>> cases = {
        {R"({"type": ["string", "null"], "default": null})", R"({"type":"string"})"},
        {R"({"type": "string", "default": 5})", R"({"type":"string"})"},
        {R"({"type": "integer", "default": 1.0})", R"({"type":"integer"})"},
        {R"({"type": "integer", "default": "5"})", R"({"type":"integer"})"},
        {R"({"type": "integer", "default": 123456789012345678901234567890})",
         R"({"type":"integer","default":123456789012345678901234567890})"},
        {R"({"type": "number", "default": 1.10})", R"({"type":"number","default":1.10})"},
        {R"({"type": "number", "default": NaN})", R"({"type":"number"})"},
        {R"({"type": "number", "default": -Infinity})", R"({"type":"number"})"},
        {R"({"type": "boolean", "default": "false"})", R"({"type":"boolean"})"},
        {R"({"type": "string", "enum": ["a"], "default": "b"})",
         R"({"type":"string","enum":["a"]})"},
        {R"({"type": "array", "items": {"type": "string"}, "default": []})",
         R"({"type":"array","items":{"type":"string"},"default":[]})"},
        {R"({"type": "array", "items": {"type": "string"}, "default": ["a", 1]})",
         R"({"type":"array","items":{"type":"string"}})"},
    };
    for (const auto& [setting, expected] : cases) {
        INFO(setting);
        CHECK(shown(setting) == expected);
    }
}

TEST_CASE("spec_from_about: an object's default belongs to its members")
{
    CHECK(
        shown(R"({"type": "object", "default": {"a": 1, "b": "x", "c": 3},
                    "properties": {"a": {"type": "integer"}, "b": {"type": "integer"},
                                   "d": {"type": "integer", "default": 4}}})") ==
        R"({"type":"object","properties":{"a":{"type":"integer","title":"A","default":1,"order":0},)"
        R"("b":{"type":"integer","title":"B","order":1},)"
        R"("d":{"type":"integer","title":"D","default":4,"order":2}}})");
}

TEST_CASE("spec_from_about: an enum is kept whole or not at all")
{
    CHECK(shown(R"({"type": ["string", "null"], "enum": ["a", "b", "a", null, "\u0061"]})") ==
          R"({"type":"string","enum":["a","b"]})");
    CHECK(shown(R"({"type": "number", "enum": [1, 1.0, 1.5, 1e0]})") ==
          R"({"type":"number","enum":[1,1.5]})");
    CHECK(shown(R"({"type": "string", "enum": ["a", 1]})") == R"({"type":"string"})");
    CHECK(shown(R"({"type": "string", "enum": [null]})") == R"({"type":"string"})");
    CHECK(shown(R"({"type": "boolean", "enum": [true]})") == R"({"type":"boolean"})");
}

TEST_CASE("spec_from_about: formats, patterns and limits that forms and platform share")
{
    const std::vector<std::pair<const char*, const char*>> cases = {
        {R"({"type": "string", "format": "date"})", R"({"type":"string","format":"date"})"},
        {R"({"type": "string", "format": "uri"})", R"({"type":"string"})"},
        {R"({"type": "string", "pattern": "^(?!pg_)[a-z]{1,63}$"})",
         R"({"type":"string","pattern":"^(?!pg_)[a-z]{1,63}$"})"},
        {R"({"type": "string", "pattern": "(?P<year>[0-9])+"})", R"({"type":"string"})"},
        {R"({"type": "string", "pattern": "(?i)abc"})", R"({"type":"string"})"},
        {R"({"type": "string", "pattern": "abc\\Z"})", R"({"type":"string"})"},
        {R"({"type": "string", "pattern": "a(?"})", R"({"type":"string"})"},
        {R"({"type": "string", "pattern": 5, "minLength": -1, "maxLength": 9})",
         R"({"type":"string","maxLength":9})"},
        {R"({"type": "integer", "minimum": 1, "exclusiveMinimum": true, "maximum": "9", "multipleOf": 0})",
         R"({"type":"integer","minimum":1})"},
        {R"({"type": "array", "items": {"type": "integer"}, "minItems": 1, "uniqueItems": true})",
         R"({"type":"array","items":{"type":"integer"},"minItems":1})"},
    };
    for (const auto& [setting, expected] : cases) {
        INFO(setting);
        CHECK(shown(setting) == expected);
    }
}

TEST_CASE("spec_from_about: secrets are those marked and those that look it, of plain types only")
{
    const Spec spec = of_settings(R"({"properties": {
      "a": {"type": "string", "secret": true}, "b": {"type": "integer", "writeOnly": true},
      "c": {"type": "string", "format": "password"}, "d": {"type": "string", "secret": false},
      "password": {"type": ["string", "null"]}, "e": {"type": "boolean", "secret": true},
      "token": {"type": "boolean"}, "secret": {"const": "fixed"},
      "keys": {"type": "array", "items": {"type": "string"}, "secret": true},
      "f": {"type": "object", "secret": true, "properties": {"g": {"type": "string"}, "h": {"type": "boolean"}}},
      "credentials": {"type": "object", "properties": {
         "user": {"type": "string"}, "type": {"type": "string"}, "client_secret": {"type": "string"}}}}})");
    CHECK(spec.secret_paths == Paths{{"a"},
                                     {"b"},
                                     {"c"},
                                     {"password"},
                                     {"keys", "[]"},
                                     {"f", "g"},
                                     {"credentials", "type"}, // as Airbyte's tests want it
                                     {"credentials", "client_secret"}});
    CHECK(shown(spec, "keys") ==
          R"({"type":"array","items":{"type":"string","airbyte_secret":true}})");
    CHECK(shown(spec, "e") == R"({"type":"boolean"})");
    CHECK(shown(spec, "secret") == R"({"type":"string","const":"fixed"})");
}

TEST_CASE("spec_from_about: keys of several lines get a field of several lines")
{
    const Spec spec = of_settings(R"({"properties": {"private_key": {"type": "string"},
      "private_key_password": {"type": "string"}, "ssl_certificate": {"type": "string"},
      "certificate": {"type": "boolean"}}})");
    CHECK(shown(spec, "private_key") ==
          R"({"type":"string","airbyte_secret":true,"multiline":true})");
    CHECK(form(spec).find("properties")->find("ssl_certificate")->find("multiline"));
    CHECK_FALSE(form(spec).find("properties")->find("private_key_password")->find("multiline"));
    CHECK_FALSE(form(spec).find("properties")->find("certificate")->find("multiline"));
}

TEST_CASE(
    "spec_from_about: of settings given twice the last counts; odd names and texts are mended")
{
    const Spec spec =
        of_settings(R"({"properties": {"it": {"type": "string"}, "it": {"type": "integer"},
        "\u00fc-ber": {"type": "string", "description": "a\ud800b", "title": " "}, "": {"type": "string"}}})");
    CHECK(shown(spec) == R"({"type":"integer"})");
    CHECK(form(spec).find("properties")->members().size() == 3);
    CHECK(shown(spec, "\xC3\xBC-ber") == "{\"type\":\"string\",\"description\":\"a\xEF\xBF\xBD"
                                         "b\"}");
    CHECK_FALSE(json::has_defects(spec.specification));
}

TEST_CASE("spec_from_about: titles are made from names")
{
    const std::vector<std::pair<const char*, const char*>> cases = {
        {"start_date", "Start Date"},
        {"startDate", "Start Date"},
        {"api_key", "API Key"},
        {"clientID", "Client ID"},
        {"base-url", "Base URL"},
        {"_x", "X"},
        {"a.b", "A.b"},
        {"__", "__"},
        {"sqlalchemy_url", "Sqlalchemy URL"},
    };
    for (const auto& [name, title] : cases) {
        const Spec spec =
            of_settings(std::string(R"({"properties": {")") + name + R"(": {"type": "string"}}})");
        CHECK(form(spec).find("properties")->find(name)->find("title")->as_string() == title);
    }
}

TEST_CASE("spec_from_missing_keys: every key is a required text")
{
    const Spec spec = spec_from_missing_keys("tap-shop", {"start_date", "api_key", "start_date"});
    CHECK(
        spec.specification.text() ==
        R"({"documentationUrl":"https://hub.meltano.com/extractors/","supportsIncremental":true,)"
        R"("connectionSpecification":{"$schema":"http://json-schema.org/draft-07/schema#","title":"tap-shop",)"
        R"("description":"These are the settings that tap-shop refuses to start without. Further settings of the )"
        R"(tap can be added in the configuration's JSON, under their own names.",)"
        R"("type":"object","additionalProperties":true,"properties":{)"
        R"("start_date":{"type":"string","title":"Start Date","description":"The tap asks for this setting. )"
        R"(It does not say of what type it is. Most taps want a date and time such as 2024-01-31T00:00:00Z here.",)"
        R"("order":0},)"
        R"("api_key":{"type":"string","title":"API Key","description":"The tap asks for this setting. )"
        R"(It does not say of what type it is.","airbyte_secret":true,"order":1}},)"
        R"("required":["start_date","api_key"]}})");
    CHECK(spec.secret_paths == Paths{{"api_key"}});
}

TEST_CASE("spec_from_missing_keys: no key at all is an open form")
{
    const Spec spec = spec_from_missing_keys("tap-shop", {});
    CHECK(form(spec).find("description")->as_string() ==
          "tap-shop does not say which settings it takes. All that it needs can be given in the "
          "configuration's "
          "JSON, under their own names.");
    CHECK(form(spec).find("properties")->members().empty());
    CHECK(form(spec).find("additionalProperties")->as_bool());
    CHECK(form(spec).find("required") == nullptr);
}
