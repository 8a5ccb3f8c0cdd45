// What forms cannot show, alternatives and references.
#include "catch.h"
#include "spec_forms.h"
#include "translate/spec.h"

using namespace tapbridge;
using namespace tapbridge::translate;

namespace {

constexpr const char* k_json_object =
    R"({"type":"string","description":"JSON: an object.","multiline":true})";

} // namespace

TEST_CASE("spec_from_about: what forms cannot show is a text that holds JSON")
{
    const std::vector<std::pair<const char*, const char*>> cases = {
        {R"({"type": "object"})", "JSON: an object."},
        {R"({"type": ["object", "null"], "properties": {}, "additionalProperties": {"type": "string"}})",
         "JSON: an object."},
        {R"({"type": "object", "properties": {"a": {"type": "null"}}})", "JSON: an object."},
        {R"({"type": "array"})", "JSON: a list."},
        {R"({"type": "array", "items": {}})", "JSON: a list."},
        {R"({"type": "array", "items": [{"type": "string"}]})", "JSON: a list."},
        {R"({"type": "array", "items": {"type": ["string", "integer"]}})", "JSON: a list."},
        {R"({"type": "array", "items": {"type": "boolean"}})", "JSON: a list."},
        {R"({"type": "array", "items": {"type": "object"}})", "JSON: a list."},
        {R"({"type": "array", "items": {"type": "array", "items": {"type": "string"}}})",
         "JSON: a list."},
        {R"({"type": ["object", "array"]})", "JSON: an object or a list."},
        {R"({"type": ["integer", "boolean"]})", "JSON: a number or true or false."},
        {R"({"anyOf": [{"type": "array", "items": {"type": "string"}}, {"type": "integer"}]})",
         "JSON: a list or a number."},
        {R"({"oneOf": [{"type": "object", "properties": {"a": {"type": "string"}}},
                       {"type": "object", "properties": {"b": {"type": "string"}}}]})",
         "JSON: an object."},
    };
    for (const auto& [setting, words] : cases) {
        INFO(setting);
        const Spec spec = of_setting(setting);
        CHECK(shown(spec) == R"({"type":"string","description":")" + std::string(words) +
                                 R"(","multiline":true})");
        CHECK(json_settings(spec) == "/it ");
    }
}

TEST_CASE("spec_from_about: where the tap takes a text as well, so does the form")
{
    for (const char* setting :
         {R"({"type": ["string", "array"]})",
          R"({"anyOf": [{"type": "string"}, {"type": "array"}, {"type": "null"}]})"}) {
        const Spec spec = of_setting(setting);
        CHECK(shown(spec) ==
              R"({"type":"string","description":"A text, or JSON: a list.","multiline":true})");
        CHECK(json_settings(spec) == "/it? ");
    }
    CHECK(
        shown(
            R"({"type": ["string", "object"], "default": "none", "examples": [{"a": 1.10}, "b"]})") ==
        R"({"type":"string","description":"A text, or JSON: an object.","multiline":true,)"
        R"("default":"none","examples":["{\"a\":1.10}","b"]})");
}

TEST_CASE("spec_from_about: a JSON setting says so after its own description and notes it")
{
    const Spec spec = of_setting(
        R"({"type": "object", "description": "Tables.", "default": {}, "examples": [{"a": 1}]})");
    CHECK(shown(spec) ==
          R"({"type":"string","description":"Tables. JSON: an object.","multiline":true,)"
          R"("default":"{}","examples":["{\"a\":1}"]})");
    CHECK(spec.notes ==
          std::vector<std::string>{"Setting \"it\" is a text that holds JSON in the form, "
                                   "since Airbyte's forms cannot show it."});
}

TEST_CASE("spec_from_about: only the part that forms cannot show becomes JSON")
{
    const Spec spec = of_setting(R"({"type": "object", "properties": {
        "plain": {"type": "string"}, "free": {"type": "object"},
        "files": {"type": "array", "items": {"type": "object", "properties": {
            "path": {"type": "string"}, "overrides": {"type": "object"}}, "required": ["path"]}}}})");
    CHECK(json_settings(spec) == "/it/free /it/files/[]/overrides ");
    CHECK(
        shown(spec) ==
        R"({"type":"object","properties":{"plain":{"type":"string","title":"Plain","order":0},)"
        R"("free":{"type":"string","title":"Free","description":"JSON: an object.","multiline":true,"order":1},)"
        R"("files":{"type":"array","title":"Files","items":{"type":"object","properties":{)"
        R"("path":{"type":"string","title":"Path","order":0},)"
        R"("overrides":{"type":"string","title":"Overrides","description":"JSON: an object.",)"
        R"("multiline":true,"order":1}},"required":["path"]},"order":2}}})");
}

TEST_CASE("spec_from_about: a JSON setting with a secret inside is a secret")
{
    for (
        const char* setting :
        {R"({"anyOf": [{"type": "object", "properties": {"password": {"type": "string"}}}, {"type": "array"}]})",
         R"({"type": "object", "additionalProperties": {"type": "string", "secret": true}})",
         R"({"type": "array", "items": [{"writeOnly": true}]})"}) {
        INFO(setting);
        CHECK(of_setting(setting).secret_paths == Paths{{"it"}});
    }
    const Spec behind_reference =
        of_settings(R"({"definitions": {"login": {"properties": {"token": {}}}},
        "properties": {"it": {"anyOf": [{"$ref": "#/definitions/login"}, {"type": "array"}]}}})");
    CHECK(behind_reference.secret_paths == Paths{{"it"}});
    CHECK(of_setting(R"({"type": "object"})").secret_paths.empty());
}

TEST_CASE("spec_from_about: alternatives that Airbyte can tell apart are kept")
{
    for (const char* keyword : {"oneOf", "anyOf"}) {
        const Spec spec = of_setting(std::string("{\"") + keyword + R"(": [
          {"type": "object", "title": "By key", "additionalProperties": false, "required": ["auth_type", "key"],
           "properties": {"auth_type": {"const": "api_key"}, "key": {"type": "string"}}},
          {"type": "object", "description": "By name", "properties": {
             "auth_type": {"enum": ["user_name"], "default": "user_name"}, "user": {"type": "string"}}},
          {"type": "null"}], "description": "How to log in"})");
        CHECK(shown(spec) ==
              R"({"type":"object","description":"How to log in","oneOf":[)"
              R"({"type":"object","title":"By key","properties":{)"
              R"("auth_type":{"type":"string","title":"Auth Type","const":"api_key","order":0},)"
              R"("key":{"type":"string","title":"Key","airbyte_secret":true,"order":1}},)"
              R"("required":["auth_type","key"]},)"
              R"({"type":"object","title":"User Name","description":"By name","properties":{)"
              R"("auth_type":{"type":"string","title":"Auth Type","const":"user_name","order":0},)"
              R"("user":{"type":"string","title":"User","order":1}}}]})");
        CHECK(spec.secret_paths == Paths{{"it", "key"}});
        CHECK(spec.json_settings.empty());
    }
}

TEST_CASE("spec_from_about: other alternatives become JSON, and nothing of them is remembered")
{
    const std::string same =
        R"({"type": "object", "properties": {"t": {"const": "a"}, "x": {"type": "string"}}})";
    const std::vector<std::string> cases = {
        same + "," + same, // the same constant
        same + R"(,{"type": "object", "properties": {"u": {"const": "b"}}})",
        same + R"(,{"type": "object", "properties": {"t": {"type": "string"}}})",
        same + R"(,{"type": "object", "properties": {"t": {"const": 1}}})",
        R"({"type": "object", "properties": {"t": {"const": "a"}, "u": {"const": "a"}}},
           {"type": "object", "properties": {"t": {"const": "b"}, "u": {"const": "b"}}})", // two of
                                                                                           // them
        same +
            R"(,{"type": "object", "properties": {"t": {"const": "b"}, "x": {"type": "object"}}})",
        same +
            R"(,{"type": "object", "properties": {"t": {"const": "b"}}, "oneOf": [{"required": ["t"]}, {}]})",
    };
    for (const std::string& branches : cases) {
        INFO(branches);
        const Spec spec = of_setting(R"({"oneOf": [)" + branches + "]}");
        CHECK(shown(spec) == k_json_object);
        CHECK(json_settings(spec) == "/it ");
        CHECK(spec.notes.size() == 1);
    }
}

TEST_CASE("spec_from_about: alternatives of what is required leave the object as it is")
{
    CHECK(shown(R"({"type": "object", "properties": {"a": {"type": "string"}},
                    "anyOf": [{"required": ["a"]}, {"required": ["b"]}]})") ==
          R"({"type":"object","properties":{"a":{"type":"string","title":"A","order":0}}})");
    const Spec top = of_settings(
        R"({"properties": {"a": {"type": "string"}}, "oneOf": [{"required": ["a"]}, {}]})");
    CHECK(shown(top, "a") == R"({"type":"string"})");
    CHECK(top.notes ==
          std::vector<std::string>{"The tap describes alternative sets of settings; the form "
                                   "shows only those that they have in common."});
}

TEST_CASE("spec_from_about: references are resolved, what they lead to is not shared")
{
    const Spec spec =
        of_settings(R"({"$defs": {"login": {"type": "object", "description": "generic",
          "properties": {"user": {"type": "string"}}}, "a/b~c": {"type": "integer"}},
        "properties": {"one": {"$ref": "#/$defs/login", "description": "own"},
          "two": {"allOf": [{"$ref": "#/$defs/login"}], "default": {"user": "root"}},
          "three": {"$ref": "#/$defs/a~1b~0c"}}})");
    CHECK(
        shown(spec, "one") ==
        R"({"type":"object","description":"own","properties":{"user":{"type":"string","title":"User","order":0}}})");
    CHECK(shown(spec, "two") ==
          R"({"type":"object","description":"generic",)"
          R"("properties":{"user":{"type":"string","title":"User","default":"root","order":0}}})");
    CHECK(shown(spec, "three") == R"({"type":"integer"})");
}

TEST_CASE("spec_from_about: references that lead nowhere or in a circle become JSON")
{
    for (const char* reference : {"#/$defs/missing", "other.json", "", "#/properties/it"}) {
        INFO(reference);
        const Spec spec = of_setting(std::string(R"({"$ref": ")") + reference + "\"}");
        CHECK(json_settings(spec) == "/it? ");
        CHECK(shown(spec) ==
              R"({"type":"string","description":"A text, or JSON: any value.","multiline":true})");
    }
    const Spec tree = of_settings(R"({"$defs": {"tree": {"type": "object", "properties": {
        "name": {"type": "string"}, "child": {"$ref": "#/$defs/tree"}}}}, "properties": {"it": {"$ref": "#/$defs/tree"}}})");
    CHECK(json_settings(tree) == "/it/child? ");
}

TEST_CASE("spec_from_about: references that unfold without end stop at a size")
{
    std::string definitions = R"("d0": {"type": "string"})";
    for (int i = 1; i <= 20; ++i) {
        const std::string below = R"({"$ref": "#/d/d)" + std::to_string(i - 1) + "\"}";
        definitions += ",\"d" + std::to_string(i) +
                       R"(": {"type": "object", "properties": {"a": )" + below +
                       ", \"b\": " + below + "}}";
    }
    const Spec spec = of_settings(R"({"d": {)" + definitions +
                                  R"(}, "properties": {"it": {"$ref": "#/d/d20"}}})");
    CHECK(spec.specification.text().size() < 10'000'000);
    CHECK_FALSE(spec.json_settings.empty());
}
