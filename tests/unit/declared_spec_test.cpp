#include "airbyte/error.h"
#include "catch.h"
#include "spec_forms.h"
#include "translate/config_check.h"

using namespace tapbridge;
using namespace tapbridge::translate;

namespace {

Spec declared(const std::string& text, const std::string& name = "source-shop",
              const std::string& url = "https://shop.example")
{
    const std::optional<Value> given = json::parse(text);
    REQUIRE(given);
    return declared_spec(*given, name, url);
}

std::string refusal(const std::string& text)
{
    try {
        declared(text);
    } catch (const airbyte::ErrorException& error) {
        CHECK(error.error().failure_type == airbyte::FailureType::config_error);
        return error.what();
    }
    return "accepted";
}

bool is_secret(const Value* setting)
{
    REQUIRE(setting);
    const Value* secret = setting->find("airbyte_secret");
    return secret != nullptr && secret->as_bool();
}

} // namespace

TEST_CASE("declared_spec: what a bare connectionSpecification lacks is added")
{
    CHECK(declared(R"({"properties": {"limit": {"type": "number", "default": 1.10}}})")
              .specification.text() ==
          R"({"documentationUrl":"https://shop.example","supportsIncremental":true,)"
          R"("connectionSpecification":{"$schema":"http://json-schema.org/draft-07/schema#",)"
          R"("title":"source-shop","type":"object",)"
          R"("properties":{"limit":{"type":"number","default":1.10}}}})");
    CHECK(declared("{}", "", "").specification.text() ==
          R"({"documentationUrl":"https://hub.meltano.com/extractors/","supportsIncremental":true,)"
          R"("connectionSpecification":{"$schema":"http://json-schema.org/draft-07/schema#",)"
          R"("type":"object","properties":{}}})");
    CHECK(form(declared(R"({"type": "object", "title": "Mine", "$schema": "x"})")).text() ==
          R"({"type":"object","title":"Mine","$schema":"x","properties":{}})");
}

TEST_CASE("declared_spec: a whole ConnectorSpecification is kept")
{
    const std::string whole =
        R"({"documentationUrl":"https://own.example","supportsIncremental":false,)"
        R"("supported_destination_sync_modes":["append"],"protocol_version":"0.2.0",)"
        R"("advanced_auth":{"auth_flow_type":"oauth2.0","predicate_key":["credentials","auth_type"]},)"
        R"("connectionSpecification":{"$schema":"http://json-schema.org/draft-07/schema#","title":"T",)"
        R"("type":"object","groups":[{"id":"auth"}],"properties":{"host":{"type":"string","order":3}}}})";
    CHECK(declared(whole).specification.text() == whole);
}

TEST_CASE(
    "declared_spec: secrets are marked by name, as the acceptance tests demand, and all found")
{
    const Spec spec = declared(R"({"properties": {
      "api_key": {"type": "string"},
      "tenant_id": {"type": ["integer", "null"]},
      "token": {"type": "string", "airbyte_secret": false},
      "tokens": {"type": "array", "items": {"type": "string"}},
      "password": {"type": "boolean"},
      "pin": {"type": "string", "airbyte_secret": true},
      "servers": {"type": "array", "items": {"type": "object", "properties": {
        "host": {"type": "string"}, "ssh_key": {"type": "string"}}}},
      "credentials": {"type": "object", "oneOf": [
        {"properties": {"type": {"type": "string", "const": "a"}, "client_secret": {"type": "string"}}},
        {"properties": {"type": {"type": "string", "const": "b"}, "client_secret": {"type": "string"},
                        "code": {"type": "string", "airbyte_secret": true}}}]},
      "any": {"anyOf": [{"type": "object", "properties": {"jwt": {"type": "string"}}}]}}})");
    CHECK(spec.secret_paths == Paths{{"api_key"},
                                     {"tenant_id"},
                                     {"tokens", "[]"},
                                     {"pin"},
                                     {"servers", "[]", "ssh_key"},
                                     {"credentials", "client_secret"},
                                     {"credentials", "code"},
                                     {"any", "jwt"}});
    const Value& properties = *form(spec).find("properties");
    CHECK(is_secret(properties.find("api_key")));
    CHECK(is_secret(properties.find("tenant_id")));
    CHECK(is_secret(properties.find("tokens")->find("items")));
    CHECK_FALSE(is_secret(properties.find("token"))); // the author's word counts
    CHECK_FALSE(is_secret(properties.find("password")));
    for (const Value& option : properties.find("credentials")->find("oneOf")->items()) {
        CHECK(is_secret(option.find("properties")->find("client_secret")));
        CHECK_FALSE(is_secret(option.find("properties")->find("type")));
    }
    CHECK(spec.notes == std::vector<std::string>{
                            R"(Setting "any" uses "anyOf", which Airbyte's forms do not show.)"});
}

TEST_CASE("declared_spec: what no reader could take is mended")
{
    const Spec spec = declared(R"({"properties": {"a": {"title": "\ud800", "default": NaN}}})");
    CHECK_FALSE(json::has_defects(spec.specification));
}

TEST_CASE("declared_spec: what is no specification is refused")
{
    const std::string remedy = ". Write a connectionSpecification: a JSON schema of type object "
                               "whose properties are the connector's settings.";
    CHECK(refusal("[]") == "The spec is a list, not an object" + remedy);
    CHECK(refusal("\"spec.json\"") == "The spec is a string, not an object" + remedy);
    CHECK(refusal(R"({"connectionSpecification": 1})") ==
          "The spec is wrong: connectionSpecification is a number, not an object" + remedy);
    CHECK(refusal(R"({"api_key": {"type": "string"}})") ==
          "The spec has neither type nor properties" + remedy);
    CHECK(refusal(R"({"type": "string"})") == "The spec is wrong: its type is not object" + remedy);
    CHECK(refusal(R"({"properties": []})") ==
          "The spec is wrong: properties is a list, not an object" + remedy);
    CHECK(refusal(R"({"properties": {"host": "string"}})") ==
          "The spec is wrong: setting \"host\" is a string, not an object" + remedy);
    CHECK(refusal(R"({"documentationUrl": 1, "connectionSpecification": {}})") ==
          "The spec is wrong: documentationUrl is a number, not a string" + remedy);
}
