// Whatever a tap's --about says, the form keeps the rules of Airbyte's acceptance tests.
#include "airbyte/secret_name.h"
#include "catch.h"
#include "translate/spec.h"

#include <boost/json.hpp>

#include <algorithm>
#include <map>
#include <random>
#include <set>

using namespace tapbridge;
namespace bj = boost::json;

namespace {

class Generator {
public:
    explicit Generator(std::uint64_t seed) : m_random(seed) {}

    std::string settings()
    {
        return R"({"type": "object", "properties": )" + properties(0) +
               R"(, "required": ["host", "password", "x", 7], "definitions": {"A": )" + node(2) +
               R"(, "B": )" + node(3) + "}}";
    }

private:
    std::size_t below(std::size_t limit) { return m_random() % limit; }
    bool one_in(std::size_t n) { return below(n) == 0; }
    std::string any(const std::vector<std::string>& choices)
    {
        return choices[below(choices.size())];
    }

    std::string value()
    {
        return any({"null", "true", "0", "-1.50", "1e400", "NaN", "\"\"", "\"a\"", R"("\ud800")",
                    "\"\xE2\x80\xA8\"", "[]", "{}", "[\"a\"]", "[1, true]", R"({"host": 1})",
                    "99999999999999999999"});
    }

    std::string list_of_values()
    {
        std::string text = value();
        for (std::size_t i = below(4); i > 0; --i)
            text += "," + value();
        return "[" + text + "]";
    }

    std::string type()
    {
        const auto name = [this] {
            return any({"\"string\"", "\"integer\"", "\"number\"", "\"boolean\"", "\"array\"",
                        "\"object\"", "\"null\"", "\"date\"", "5"});
        };
        return one_in(3) ? name() : "[" + name() + "," + name() + (one_in(3) ? ",\"null\"]" : "]");
    }

    std::string branches(unsigned depth)
    {
        if (one_in(2))
            return "[" + node(depth) + "," + node(depth) + (one_in(3) ? ",\"null\"]" : "]");
        const std::string other = any({"b", "b", "a", "c"});
        return R"([{"type": "object", "properties": {"kind": {"const": "a"}, "more": )" +
               node(depth) + R"(}}, {"type": "object", "properties": {"kind": {"const": ")" +
               other + R"("}}}, {"type": "null"}])";
    }

    std::string node(unsigned depth)
    {
        if (one_in(20))
            return any({"true", "false", "null", "\"null\"", R"({"$ref": "#/definitions/A"})",
                        R"({"$ref": "#/definitions/B"})", R"({"$ref": "#"})",
                        R"({"$ref": "#/nowhere"})"});
        std::string text;
        const auto add = [&](const std::string& key, const std::string& what) {
            text += (text.empty() ? "\"" : ",\"") + key + "\":" + what;
        };
        if (!one_in(5))
            add("type", type());
        if (one_in(3))
            add("default", value());
        if (one_in(4))
            add(any({"enum", "examples", "required"}), list_of_values());
        if (one_in(6))
            add(any({"const", "title", "description", "minimum", "minLength", "pattern",
                     "additionalProperties", "format", "secret", "not", "if", "patternProperties"}),
                value());
        if (depth < 4 && one_in(3))
            add("properties", properties(depth + 1));
        if (depth < 4 && one_in(3))
            add("items", node(depth + 1));
        if (depth < 4 && one_in(5))
            add(any({"oneOf", "anyOf", "allOf"}), branches(depth + 1));
        return "{" + text + "}";
    }

    std::string properties(unsigned depth)
    {
        std::string text;
        for (std::size_t i = below(5); i > 0; --i)
            text += (text.empty() ? "\"" : ",\"") +
                    any({"host", "password", "x", "type", "items", "credentials", "properties",
                         "tokens", "enum", "a b", "api_key", "7", "", "oneOf", "\xC3\xBC",
                         "stream_maps"}) +
                    "\":" + node(depth);
        return "{" + text + "}";
    }

    std::mt19937_64 m_random;
};

// What was met: a generator that never makes a kept `oneOf` would prove nothing about it.
using Met = std::map<std::string, int>;

void check_setting(const bj::object& setting, Met& met);

void check_properties(const bj::object& object, Met& met)
{
    const bj::object& properties = object.at("properties").as_object();
    std::int64_t order = 0;
    for (const auto& [name, setting] : properties) {
        INFO("setting " << std::string(name));
        CHECK(setting.at("order").as_int64() == order++);
        check_setting(setting.as_object(), met);
        const bj::object& plain = setting.as_object();
        const bool can_be_secret = plain.at("type") != "object" && plain.at("type") != "array" &&
                                   plain.at("type") != "boolean" && !plain.contains("const");
        if (can_be_secret && airbyte::looks_secret(std::string(name)))
            CHECK(plain.contains("airbyte_secret"));
        if (!can_be_secret)
            CHECK_FALSE(plain.contains("airbyte_secret"));
    }
    if (const bj::value* required = object.if_contains("required")) {
        std::set<std::string> names;
        for (const bj::value& name : required->as_array()) {
            CHECK(properties.contains(name.as_string()));
            CHECK(names.insert(name.as_string().c_str()).second);
        }
    }
}

void check_one_of(const bj::array& options, Met& met)
{
    ++met["oneOf"];
    CHECK(options.size() >= 2);
    std::map<std::string, std::set<std::string>> constants;
    for (const bj::value& option : options) {
        check_setting(option.as_object(), met);
        CHECK_FALSE(option.at("title").as_string().empty());
        for (const auto& [name, property] : option.at("properties").as_object()) {
            if (const bj::value* constant = property.as_object().if_contains("const"))
                constants[name].insert(constant->as_string().c_str());
        }
    }
    CHECK(std::count_if(constants.begin(), constants.end(), [&](const auto& property) {
              return property.second.size() == options.size();
          }) == 1);
}

void check_setting(const bj::object& setting, Met& met)
{
    static const std::set<std::string> allowed = {"type",
                                                  "title",
                                                  "description",
                                                  "properties",
                                                  "required",
                                                  "items",
                                                  "oneOf",
                                                  "const",
                                                  "enum",
                                                  "default",
                                                  "examples",
                                                  "format",
                                                  "pattern",
                                                  "minLength",
                                                  "maxLength",
                                                  "minimum",
                                                  "maximum",
                                                  "exclusiveMinimum",
                                                  "exclusiveMaximum",
                                                  "minItems",
                                                  "maxItems",
                                                  "order",
                                                  "multiline",
                                                  "airbyte_secret"};
    for (const auto& [key, value] : setting)
        CHECK(allowed.count(key) == 1);
    const std::string type = setting.at("type").as_string().c_str();
    ++met[type];
    CHECK(std::set<std::string>{"string", "integer", "number", "boolean", "array", "object"}.count(
              type) == 1);
    if (setting.contains("properties")) {
        CHECK(type == "object");
        CHECK_FALSE(setting.at("properties").as_object().empty());
        check_properties(setting, met);
    } else if (type == "object") {
        check_one_of(setting.at("oneOf").as_array(), met);
    }
    if (type == "array") {
        const bj::object& items = setting.at("items").as_object();
        CHECK(items.at("type") != "array");
        CHECK(items.at("type") != "boolean");
        check_setting(items, met);
    }
    if (const bj::value* choices = setting.if_contains("enum")) {
        std::set<std::string> different;
        for (const bj::value& choice : choices->as_array())
            CHECK(different.insert(bj::serialize(choice)).second);
        CHECK_FALSE(different.empty());
        CHECK(different.count("null") == 0);
    }
    if (const bj::value* value = setting.if_contains("default"))
        CHECK(value->is_string() == (type == "string"));
}

// The setting that a path of the spec leads to; through alternatives, the first that has it.
const bj::object* at_path(const bj::object& from, const std::vector<std::string>& path,
                          std::size_t step = 0)
{
    if (step == path.size())
        return &from;
    if (path[step] == "[]" && from.contains("items"))
        return at_path(from.at("items").as_object(), path, step + 1);
    if (const bj::value* options = from.if_contains("oneOf")) {
        for (const bj::value& option : options->as_array()) {
            if (const bj::object* found = at_path(option.as_object(), path, step))
                return found;
        }
    }
    const bj::value* properties = from.if_contains("properties");
    const bj::value* next = properties ? properties->as_object().if_contains(path[step]) : nullptr;
    return next ? at_path(next->as_object(), path, step + 1) : nullptr;
}

} // namespace

TEST_CASE("spec_from_about: any settings make a form that keeps Airbyte's rules")
{
    Met met;
    for (std::uint64_t seed = 1; seed <= 3000; ++seed) {
        const std::string settings = Generator(seed).settings();
        INFO("seed " << seed << ": " << settings);
        const translate::Spec spec =
            translate::spec_from_about(R"({"settings": )" + settings + "}");
        REQUIRE_FALSE(json::has_defects(spec.specification));
        const bj::value parsed = bj::parse(spec.specification.text());
        const bj::object& form = parsed.at("connectionSpecification").as_object();
        check_properties(form, met);
        for (const std::vector<std::string>& path : spec.secret_paths) {
            const bj::object* setting = at_path(form, path);
            REQUIRE(setting);
            CHECK(setting->contains("airbyte_secret"));
        }
        for (const translate::JsonSetting& json_setting : spec.json_settings) {
            const bj::object* setting = at_path(form, json_setting.path);
            REQUIRE(setting);
            CHECK(setting->at("type") == "string");
            CHECK(setting->at("description").as_string().find("JSON: ") != bj::string::npos);
        }
    }
    for (const char* kind :
         {"string", "integer", "number", "boolean", "array", "object", "oneOf"}) {
        INFO(kind);
        CHECK(met[kind] > 20);
    }
}
