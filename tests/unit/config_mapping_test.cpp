#include "adapter/config_mapping.h"
#include "airbyte/error.h"
#include "catch.h"

#include <random>

using namespace tapbridge;
using namespace tapbridge::adapter;
using json::Value;

namespace {

Value parsed(std::string_view text)
{
    const std::optional<Value> value = json::parse(text);
    REQUIRE(value);
    return *value;
}

// The message of a config_error; fails where none is thrown.
template <class Action>
std::string config_error(Action action)
{
    try {
        action();
    } catch (const airbyte::ErrorException& error) {
        CHECK(error.error().failure_type == airbyte::FailureType::config_error);
        return error.error().message;
    }
    return "nothing thrown";
}

translate::Spec sample_spec()
{
    translate::Spec spec;
    spec.secret_paths = {{"login", "pin"}, {"hosts", "[]", "code"}, {"map"}};
    spec.json_settings = {{{"map"}, false},
                          {{"files", "[]", "overrides"}, false},
                          {{"deep", "er"}, false},
                          {{"either"}, true}};
    return spec;
}

std::string to_tap(const std::string& config)
{
    const translate::Spec spec = sample_spec();
    return config_for_tap(parsed(config), &spec, "/c.json").text();
}

// What the user gets back when the tap was given `user` and then wrote `tap`.
std::string back(const std::string& user, const std::string& tap)
{
    const translate::Spec spec = sample_spec();
    const Value given = config_for_tap(parsed(user), &spec, "/c.json");
    return config_from_tap(parsed(tap), given, parsed(user), &spec).text();
}

std::string redacted(const std::string& config, const std::string& text)
{
    const translate::Spec spec = sample_spec();
    airbyte::Redactor redactor;
    collect_secrets(parsed(config), &spec, redactor);
    return redactor.redact(text);
}

} // namespace

TEST_CASE("read_config: an object comes back verbatim")
{
    const std::string text =
        R"({"a":1.10,"big":123456789012345678901234567890,"e":1E400,"s":"\u00fc\/","n":null,"o":{"a":[]}})";
    CHECK(read_config(text, "/c.json").text() == text);
    CHECK(read_config("\xEF\xBB\xBF \n{}\n", "/c.json").text() == "{}");
}

TEST_CASE("read_config: what is no JSON object is named with its place")
{
    const auto message = [](std::string_view text) {
        return config_error([&] { read_config(text, "/x/config.json"); });
    };
    CHECK(
        message("{\n  \"a\": 1,\n  \"bcde\": ,\n}") ==
        "Config file /x/config.json, line 3, column 11: it is not JSON. Mend the file or write it "
        "anew.");
    CHECK(message("{\"a\": NaN}") ==
          "Config file /x/config.json, line 1, column 7: it is not JSON. "
          "Mend the file or write it anew.");
    CHECK(message("\xEF\xBB\xBF[") ==
          "Config file /x/config.json, line 1, column 2: it ends in the middle of a value. "
          "Mend the file or write it anew.");
    CHECK(message("") ==
          "Config file /x/config.json: it is empty. Mend the file or write it anew.");
    CHECK(message(" \n\t") ==
          "Config file /x/config.json: it is empty. Mend the file or write it anew.");
    CHECK(message("\xEF\xBB\xBF") ==
          "Config file /x/config.json: it is empty. Mend the file or write it anew.");
    CHECK(message("[1]") ==
          "Config file /x/config.json: it holds a list where an object with the tap's settings "
          "belongs. Mend the file or write it anew.");
    CHECK(message("null") ==
          "Config file /x/config.json: it holds null where an object with the tap's settings "
          "belongs. Mend the file or write it anew.");
    for (const char* bad : {"{'a': 1}", "{\"a\": 1,}", "{} {}", "{\"a\": \"\\ud800\"}",
                            "{\"a\": \"\xff\"}", "{\"a\": 01}", "host: x", "{\"a\": \"\n\"}"}) {
        INFO(bad);
        CHECK(message(bad).rfind("Config file /x/config.json, line 1, column ", 0) == 0);
    }
}

TEST_CASE("config_for_tap: without a spec nothing changes")
{
    const Value config = parsed(R"({"map":"{}","n":1.0,"x":null})");
    CHECK(config_for_tap(config, nullptr, "/c.json") == config);
}

TEST_CASE("config_for_tap: JSON settings that are texts are parsed, all digits kept")
{
    CHECK(to_tap(R"({"a":"{}","map":" {\"x\": 1.10, \"y\": [1E400]} ","z":2.0})") ==
          R"({"a":"{}","map":{"x":1.10,"y":[1E400]},"z":2.0})");
    CHECK(to_tap(R"({"map":"\"text\"","deep":{"er":"5","other":"5"}})") ==
          R"({"map":"text","deep":{"er":5,"other":"5"}})");
    CHECK(
        to_tap(
            R"({"files":[{"path":"a","overrides":"{\"b\": 1}"},{"overrides":{"real":1}},{},5]})") ==
        R"({"files":[{"path":"a","overrides":{"b":1}},{"overrides":{"real":1}},{},5]})");
}

TEST_CASE("config_for_tap: real values at JSON settings are taken as they are")
{
    for (const char* config :
         {R"({"map":{"x":1.10}})", R"({"map":[1]})", R"({"map":5})", R"({"map":null})", "{}",
          R"({"files":"not a list"})", R"({"deep":["er"]})", R"({"deep":{"er":{"er":"{"}}})"}) {
        INFO(config);
        CHECK(to_tap(config) == config);
    }
}

TEST_CASE("config_for_tap: a JSON setting left blank is not given")
{
    CHECK(to_tap(R"({"map":"","a":1,"deep":{"er":" \n"},"either":""})") ==
          R"({"a":1,"deep":{},"either":""})");
}

TEST_CASE("config_for_tap: where the tap takes texts, only lists and objects are parsed")
{
    for (const char* text : {"a,b", "5", "true", "null", "{oops", R"(\"quoted\")", "[1", ""}) {
        const std::string config = std::string(R"({"either":")") + text + "\"}";
        INFO(config);
        CHECK(to_tap(config) == config);
    }
    CHECK(to_tap(R"({"either":"[1.0]"})") == R"({"either":[1.0]})");
    CHECK(to_tap(R"({"either":" {\"a\":1}"})") == R"({"either":{"a":1}})");
}

TEST_CASE("config_for_tap: a JSON setting that is no JSON is named, its text is not shown")
{
    const auto message = [](const char* config) { return config_error([&] { to_tap(config); }); };
    CHECK(message(R"({"map":"{\"pin\": hunter2}"})") ==
          "Config file /c.json: the setting \"map\" has to be JSON, but its text is not JSON (line "
          "1, column 9 of the "
          "text). Correct the setting.");
    CHECK(message(R"({"files":[{"overrides":"{\n"}]})") ==
          "Config file /c.json: the setting \"files.[].overrides\" has to be JSON, but its text "
          "ends in the middle of "
          "a value (line 2, column 1 of the text). Correct the setting.");
    CHECK(message(R"({"deep":{"er":"NaN"}})") ==
          "Config file /c.json: the setting \"deep.er\" has to be JSON, but its text is not JSON "
          "(line 1, column 1 of "
          "the text). Correct the setting.");
}

TEST_CASE("config_from_tap: a config that the tap has not changed is the user's, byte for byte")
{
    const std::string user =
        R"({"map":" {\"x\": 1.10} ","n":12345678901234567890.10,"s":"\u00fc","either":"","deep":{"er":""}})";
    CHECK(
        back(
            user,
            R"({"map":{"x":1.10},"n":12345678901234567890.10,"s":"\u00fc","either":"","deep":{}})") ==
        user);
    // As Python's json module writes it again, in another order.
    CHECK(back(user, "{\"deep\":{},\"s\":\"\xC3\xBC\",\"n\":1.2345678901234567e+19,\"map\":{\"x\":"
                     "1.1},\"either\":\"\"}") == user);
}

TEST_CASE("config_from_tap: rotated tokens come back, everything else stays")
{
    CHECK(back(R"({"token":"old","n":1.10,"login":{"pin":"1","refresh":"r1"}})",
               R"({"token":"new","n":1.1,"login":{"pin":"1","refresh":"r2","expires":5}})") ==
          R"({"token":"new","n":1.10,"login":{"pin":"1","refresh":"r2","expires":5}})");
    CHECK(back(R"({"a":1,"b":2})", R"({"b":2,"c":3})") == R"({"a":1,"b":2,"c":3})");
    CHECK(back(R"({"id":12345678901234567890})", R"({"id":12345678901234567891})") ==
          R"({"id":12345678901234567891})");
    CHECK(back(R"({"a":{"b":1}})", R"({"a":null})") == R"({"a":null})");
    CHECK(back(R"({"a":[{"t":"1","n":1.0},2.0]})", R"({"a":[{"t":"2","n":1},2]})") ==
          R"({"a":[{"t":"2","n":1.0},2.0]})");
    CHECK(back(R"({"a":[1.0,2.0]})", R"({"a":[1,2,3]})") == R"({"a":[1,2,3]})");
}

TEST_CASE("config_from_tap: what the tap leaves out stays the user's, at any depth")
{
    CHECK(back(R"({"a":1.10,"b":{"t":"1","h":"x"}})", "{}") ==
          R"({"a":1.10,"b":{"t":"1","h":"x"}})");
    CHECK(back(R"({"a":1.10,"b":{"t":"1","h":"x"}})", R"({"b":{"t":"2"}})") ==
          R"({"a":1.10,"b":{"t":"2","h":"x"}})");
    CHECK(back(R"({"map":"{\"t\": 1, \"h\": 2.0}"})", R"({"map":{"t":1}})") ==
          R"({"map":"{\"t\": 1, \"h\": 2.0}"})");
    CHECK(back(R"({"map":"{\"t\": 1, \"h\": 2.0}"})", R"({"map":{"t":2}})") ==
          R"({"map":"{\"t\":2,\"h\":2.0}"})");
    // The items of a list may have changed places.
    CHECK(back(R"({"a":[{"x":1},{"y":2}]})", R"({"a":[{"y":2},{"x":1}]})") ==
          R"({"a":[{"y":2},{"x":1}]})");
    CHECK(back(R"({"a":[1,2]})", R"({"a":[]})") == R"({"a":[]})");
}

TEST_CASE("config_from_tap: a JSON setting that has changed is written as JSON text")
{
    CHECK(back(R"({"map":" {\"x\": 1}"})", R"({"map":{"x":2,"y":[1.50]}})") ==
          R"({"map":"{\"x\":2,\"y\":[1.50]}"})");
    CHECK(back(R"({"map":{"x":1}})", R"({"map":{"x":2}})") == R"({"map":"{\"x\":2}"})");
    CHECK(back(R"({"map":"\"a\""})", R"({"map":"b"})") == R"({"map":"\"b\""})");
    CHECK(back("{}", R"({"map":{},"deep":{"er":5,"x":[]}})") ==
          R"({"map":"{}","deep":{"er":"5","x":[]}})");
    CHECK(back(R"({"files":[{"overrides":"{}"}]})",
               R"({"files":[{"overrides":{}},{"overrides":{"a":1}}]})") ==
          R"({"files":[{"overrides":"{}"},{"overrides":"{\"a\":1}"}]})");
    CHECK(back(R"({"either":"a"})", R"({"either":"b"})") == R"({"either":"b"})");
    CHECK(back(R"({"either":"a"})", R"({"either":null})") == R"({"either":null})");
    CHECK(back(R"({"either":"[1]"})", R"({"either":[2]})") == R"({"either":"[2]"})");
}

TEST_CASE("config_from_tap: what is no object changes nothing")
{
    const Value user = parsed(R"({"a":1})");
    CHECK(config_from_tap(parsed("[]"), user, user, nullptr) == user);
    CHECK(config_from_tap(Value(), user, user, nullptr) == user);
}

TEST_CASE("config_from_tap: what it gives back would reach the tap as the tap left it")
{
    std::mt19937_64 random(20240601);
    const auto below = [&](std::size_t limit) {
        return static_cast<std::size_t>(random() % limit);
    };
    const std::vector<std::string> values = {
        "1",  "1.10",         "\"a\"", "\"\"",          "null",
        "{}", "{\"er\":[1]}", "[]",    "{\"x\":\"y\"}", "[{\"overrides\":{}}]"};
    const auto config = [&] {
        Value result = Value::object();
        for (const char* name : {"map", "files", "deep", "either", "plain"}) {
            if (below(4) != 0)
                result.set(name, parsed(values[below(values.size())]));
        }
        return result;
    };
    const translate::Spec spec = sample_spec();
    for (int round = 0; round < 5000; ++round) {
        // A text at a JSON setting has to be JSON: both sides start from what a tap may hold.
        const Value given = config();
        const Value user = config_from_tap(given, Value::object(), Value::object(), &spec);
        const Value tap = config();
        INFO("round " << round << ": " << user.text() << " -> " << tap.text());
        REQUIRE(config_for_tap(user, &spec, "/c.json") == given);
        const Value after = config_from_tap(tap, given, user, &spec);
        REQUIRE(config_for_tap(after, &spec, "/c.json") == completed(tap, given));
        for (const json::Member& member : user.members()) {
            if (tap.find(member.name) == nullptr)
                REQUIRE(*after.find(member.name) == member.value);
        }
    }
}

TEST_CASE("collect_secrets: what is marked or looks secret, at any depth, and nothing else")
{
    const std::string config =
        R"({"password":"hunter2","login":{"pin":987654,"user":"alice"},"hosts":[{"code":"c0de1"},{"code":"c0de2","name":"web1"}],
            "api_key":{"inner":["secret-a",12345.678],"flag":true},"port":54321})";
    CHECK(redacted(config, "hunter2 987654 alice c0de1 c0de2 web1 secret-a 12345.678 true 54321") ==
          "**** **** alice **** **** web1 **** **** true 54321");
}

TEST_CASE("collect_secrets: texts that hold JSON are looked into")
{
    CHECK(redacted(R"({"map":"{\"a\": \"value-a\", \"n\": [4711.5]}"})", "value-a 4711.5") ==
          "**** ****");
    CHECK(redacted(R"({"plain":"{\"password\": \"hunter2\", \"host\": \"example\"}"})",
                   "hunter2 example") == "**** example");
    CHECK(redacted(R"({"plain":"[{\"x\": \"{\\\"token\\\": \\\"tok-1\\\"}\"}]"})", "tok-1") ==
          "****");
}

TEST_CASE("collect_secrets: secrets in settings that are none, and what is none among secrets")
{
    CHECK(redacted(R"({"url":"https://me:pw-1@host/?api_key=query-1&page=2"})",
                   "pw-1 query-1 host page=2") == "**** **** host page=2");
    CHECK(redacted(R"({"headers":[{"name":"Authorization","value":"Bearer tok-1"}]})",
                   "tok-1 Bearer") == "**** Bearer");
    CHECK(redacted(R"({"credentials":{"type":"oauth2","client_id":"id-1","x":["y-12-longer-9"]}})",
                   "oauth2 id-1 y-12-longer-9") == "oauth2 id-1 ****");
    CHECK(redacted(R"({"auth_type":"Token 123456789","note":"Token 987654321"})",
                   "123456789 987654321") == "123456789 ****");
    CHECK(redacted(R"({"key_id":"ID-77","application_key":"k-1234"})", "ID-77 k-1234") ==
          "**** ****");
    CHECK(redacted(R"({"key_id":"ID-77","other":"k-1234"})", "ID-77 k-1234") == "ID-77 k-1234");
    CHECK(
        redacted(R"({"service_account":"{\"type\":\"service_account\",\"private_key\":\"pk-1\"}"})",
                 "service_account pk-1") == "service_account ****");
}

TEST_CASE("collect_secrets: ordinary settings that stand among secrets are none")
{
    const std::string words = "oauth2 at production, port 5432, acme, 2024-01, db1.example.com, "
                              "https://h1.example, ap-southeast-1, true";
    const std::string config =
        R"({"auth":"oauth2","credentials":{"environment":"production","port":5432,"subdomain":"acme",)"
        R"("api_version":"2024-01","server":"db1.example.com","api":"https://h1.example",)"
        R"("aws_region":"ap-southeast-1","sandbox":true,"more":[5432,"production"]}})";
    CHECK(redacted(config, words) == words);
    CHECK(redacted(R"({"credentials":"{\"environment\":\"production\",\"password\":\"pw-1\"}"})",
                   "production pw-1") == "production ****");
    CHECK(redacted(R"({"auth":{"pin":4711,"pass":"pw-1","access_token":771234}})",
                   "4711 pw-1 771234") == "4711 **** ****");
    for (const std::string secret : {"s3cret-word", "hunter22", "ABC-def", "two words"}) {
        INFO(secret);
        CHECK(redacted(R"({"auth":")" + secret + "\"}", secret) == "****");
    }
    CHECK(redacted(R"({"authentication":"basic","credentials":"hunter"})", "basic hunter") ==
          "basic ****");
}

TEST_CASE("collect_secrets: what is marked is secret below as well, but not the words of a group")
{
    translate::Spec spec;
    spec.secret_paths = {{"auth"}, {"credentials"}, {"map"}, {"codes", "[]"}};
    airbyte::Redactor redactor;
    collect_secrets(parsed(R"({"auth":"oauth2","credentials":{"stage":"production"},)"
                           R"("map":{"a":"value-a","b":4711.5},"codes":["c-12"]})"),
                    &spec, redactor);
    CHECK(redactor.redact("oauth2 production value-a 4711.5 c-12") ==
          "oauth2 production **** **** ****");
}

TEST_CASE("collect_secrets: a key file")
{
    const std::string document =
        R"({\"type\":\"service_account\",\"project_id\":\"shop-project\",\"private_key\":\"-----BEGIN X-----\\nMIIEvQIBADAN\\n)"
        R"(-----END X-----\\n\",\"private_key_id\":\"abcdef\",\"web\":{\"client_secret\":\"inner-one\"}})";
    for (const std::string name : {"service_account", "anything"}) {
        INFO(name);
        CHECK(redacted("{\"" + name + "\":\"" + document + "\"}",
                       "got MIIEvQIBADAN of shop-project, abcdef, inner-one") ==
              "got **** of shop-project, ****, ****");
    }
}

TEST_CASE("collect_secrets: works without a spec")
{
    airbyte::Redactor redactor;
    collect_secrets(parsed(R"({"client_secret":"s3cret","login":{"pin":"987654"}})"), nullptr,
                    redactor);
    CHECK(redactor.redact("s3cret 987654") == "**** 987654");
    collect_secrets(Value(), nullptr, redactor);
}
