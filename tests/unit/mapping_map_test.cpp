#include "mapping_fixture.h"

using namespace mapping_fixture;

namespace {

const std::string k_setting = "Config file config.json: the setting ";

} // namespace

TEST_CASE("the tap's settings come in the mapping's order, those passed behind them")
{
    const ConfigMapping mapping{{from("z", {"one"}), constant("a", "1"), from("m", {"two"})}, true};
    CHECK(tap_config(mapping, R"({"y":0,"two":2,"one":1,"b":{"c":null},"n":null})") ==
          R"({"z":1,"a":1,"m":2,"y":0,"b":{"c":null},"n":null})");
    CHECK(tap_config(ConfigMapping{{from("z", {"one"})}}, R"({"y":0,"one":1})") == R"({"z":1})");
    CHECK(tap_config(ConfigMapping{{}, true}, R"({"y": 0, "one": [1, {}]})") ==
          R"({"y":0,"one":[1,{}]})");
    CHECK(tap_config(ConfigMapping{}, R"({"y":0})") == "{}");
    CHECK(tap_config(mapping, "{}") == R"({"a":1})");
}

TEST_CASE("the first setting that is set counts")
{
    const MappedSetting rule = from("token", {"credentials.token", "login.key", "token"});
    CHECK(tap_config(rule, R"({"credentials":{"token":"a"},"token":"b"})") == R"({"token":"a"})");
    CHECK(tap_config(rule, R"({"credentials":{"token":null},"token":"b"})") == R"({"token":"b"})");
    CHECK(tap_config(rule, R"({"credentials":"x","login":[1],"token":""})") == R"({"token":""})");
    CHECK(tap_config(rule, R"({"credentials":{},"login":{"key":false}})") == R"({"token":false})");
    CHECK(tap_config(rule, R"({"credentials.token":"a"})") == "{}");
    CHECK(tap_config(rule, R"({"token":null})") == "{}");
    CHECK(tap_config(from("k", {"a.b.c.d.e.f"}), R"({"a":{"b":{"c":{"d":{"e":{"f":1}}}}}})") ==
          R"({"k":1})");
    // The last of equal keys counts.
    CHECK(tap_config(rule, R"({"token":"a","token":"b"})") == R"({"token":"b"})");
    CHECK(tap_config(ConfigMapping{{}, true}, R"({"x":1,"y":2,"x":3})") == R"({"y":2,"x":3})");
}

TEST_CASE("a default stands in for what is not set")
{
    const MappedSetting rule = with_default(from("sandbox", {"is_sandbox"}), "false");
    CHECK(tap_config(rule, "{}") == R"({"sandbox":false})");
    CHECK(tap_config(rule, R"({"is_sandbox":null})") == R"({"sandbox":false})");
    CHECK(tap_config(rule, R"({"is_sandbox":true})") == R"({"sandbox":true})");
    CHECK(tap_config(with_default(from("a", {"b"}), "null"), "{}") == R"({"a":null})");
    CHECK(tap_config(with_default(from("a", {"b"}, As::string), "1.10"), "{}") ==
          R"({"a":"1.10"})");
    CHECK(tap_config(with_default(filled("url", "https://{host}/"), R"("https://x/")"), "{}") ==
          R"({"url":"https://x/"})");
}

TEST_CASE("digits and escapes stay as they came")
{
    const ConfigMapping mapping{{from("a", {"x"}), from("b", {"y.z"})}, true};
    CHECK(
        tap_config(mapping, R"({"x":12345678901234567890.10,"y":{"z":"\u00e4\/ä"},"\u0071":-0})") ==
        R"({"a":12345678901234567890.10,"b":"\u00e4\/ä","\u0071":-0})");
    CHECK(tap_config(from("ä", {"größe"}), R"({"gr\u00f6\u00dfe":1E400})") == R"({"ä":1E400})");
}

TEST_CASE("only what no rule reads is passed, and never over a rule")
{
    const ConfigMapping mapping{{from("token", {"credentials.token"}), from("host", {"server"}),
                                 filled("url", "{site.name}/{area}")},
                                true};
    CHECK(tap_config(mapping, R"({"credentials":{"token":"t","user":"u"},"token":"mine","url":"u",
                                  "site":{"id":1},"area":"a","host":"h","rest":1})") ==
          R"({"token":"t","rest":1})");
}

TEST_CASE("a template takes texts, digits, true and false")
{
    const MappedSetting rule = filled("url", "{{{a.b}}}:{c}{d}/{c}");
    CHECK(tap_config(rule, R"({"a":{"b":"x\"\u00e4"},"c":1.10,"d":true})") ==
          R"({"url":"{x\"ä}:1.10true/1.10"})");
    CHECK(tap_config(rule, R"({"a":{"b":"x"},"c":1.10})") == "{}");
    CHECK(tap_config(rule, R"({"a":{"b":"x"},"c":1,"d":null})") == "{}");
    CHECK(tap_config(filled("url", "{a}"), R"({"a":""})") == R"({"url":""})");
    CHECK(complaint(rule, R"({"a":{"b":["secret"]},"c":1,"d":2})") ==
          k_setting + "\"a.b\" has to be a text, a number, true or false: it becomes a part of the "
                      "tap's setting \"url\".");
    MappedSetting number = with_default(filled("n", "{a}"), "7");
    number.as = As::integer;
    CHECK(tap_config(number, R"({"a":"12"})") == R"({"n":12})");
    CHECK(tap_config(number, R"({"a":" "})") == R"({"n":7})");
    // What a setting holds is not read as a template again.
    CHECK(tap_config(filled("url", "{a}"), R"({"a":"{b}","b":"x"})") == R"({"url":"{b}"})");
}

TEST_CASE("a malformed template is told")
{
    const auto problem = [](std::string_view text) {
        std::string result;
        CHECK_FALSE(template_settings(text, result));
        return result;
    };
    const std::string open = "It has a { that is not closed. Write {{ for a brace that stays.";
    CHECK(problem("{a") == open);
    CHECK(problem("a{") == open);
    CHECK(problem("{a{b}}") == open);
    CHECK(problem("a}b{c}") ==
          "It has a } without a { before it. Write }} for a brace that stays.");
    const std::string name = "Between { and } belongs the name of a setting, without blanks, as in "
                             "{host} or {credentials.user}.";
    for (const char* const text : {"{}", "{ a}", "{a }", "{a.}", "{.a}", "{a..b}", "{.}", "{ }"})
        CHECK(problem(text) == name);
    const std::string none =
        "It names no setting of the user, as {host} does. A constant belongs under value.";
    CHECK(problem("") == none);
    CHECK(problem("text") == none);
    CHECK(problem("{{a}}") == none);

    std::string unused;
    const auto settings = template_settings("x{a.b}y{c d}{{z}}", unused);
    REQUIRE(settings);
    CHECK(*settings == std::vector<SettingPath>{{"a", "b"}, {"c d"}});
    CHECK(settings_read({{from("k", {"x.y", "z"}), filled("l", "{a.b}"), constant("m", "1")}}) ==
          std::vector<SettingPath>{{"x", "y"}, {"z"}, {"a", "b"}});
}

TEST_CASE("types are converted without a loss")
{
    const auto converted = [](As as, const std::string& value) {
        return tap_config(from("k", {"x"}, as), "{\"x\":" + value + "}");
    };
    CHECK(converted(As::string, "1.10") == R"({"k":"1.10"})");
    CHECK(converted(As::string, "true") == R"({"k":"true"})");
    CHECK(converted(As::string, R"("\u00e4")") == R"({"k":"\u00e4"})");
    CHECK(converted(As::string, R"(["a", 1.10])") == R"({"k":"[\"a\",1.10]"})");
    CHECK(converted(As::number, R"(" 1.10 ")") == R"({"k":1.10})");
    CHECK(converted(As::number, "1E400") == R"({"k":1E400})");
    CHECK(converted(As::integer, R"("12345678901234567890123")") ==
          R"({"k":12345678901234567890123})");
    CHECK(converted(As::integer, "5.00") == R"({"k":5})");
    CHECK(converted(As::integer, "-7") == R"({"k":-7})");
    for (const char* const yes : {"true", "1", R"("True")", R"("TRUE ")", R"("1")"})
        CHECK(converted(As::boolean, yes) == R"({"k":true})");
    for (const char* const no : {"false", "0", R"("false")", R"("0")"})
        CHECK(converted(As::boolean, no) == R"({"k":false})");
    CHECK(converted(As::json, R"("{\"a\": [1.10, null]}")") == R"({"k":{"a":[1.10,null]}})");
    CHECK(converted(As::json, R"({"a":1})") == R"({"k":{"a":1}})");
    CHECK(converted(As::json, R"("7")") == R"({"k":7})");
    // A form's field that was left empty.
    for (const As as : {As::number, As::integer, As::boolean, As::json, As::file})
        CHECK(converted(as, R"(" ")") == "{}");
    CHECK(converted(As::string, R"(" ")") == R"({"k":" "})");
}

TEST_CASE("what cannot be converted is told by its setting, without its value")
{
    const auto told = [](As as, const std::string& value) {
        const std::string message =
            complaint(from("k", {"a.x"}, as), "{\"a\":{\"x\":" + value + "}}");
        const std::string head = k_setting + "\"a.x\" has to be ";
        return message.starts_with(head) ? message.substr(head.size()) : message;
    };
    for (const char* const value : {R"("ten")", R"("1,5")", R"("0x10")", R"("+1")", R"("01")",
                                    "true", "[1]", "{}", R"("NaN")", R"("1 2")"}) {
        CHECK(told(As::number, value) == "a number such as 10 or 2.5.");
        CHECK(told(As::integer, value) == "a whole number such as 10.");
    }
    for (const char* const value : {"1.5", R"("1.5")", "1e3", R"("5.")"})
        CHECK(told(As::integer, value) == "a whole number such as 10.");
    for (const char* const value : {"2", R"("yes")", "[]", R"({"true":1})", "1.0"})
        CHECK(told(As::boolean, value) == "true or false.");
    CHECK(told(As::json, R"("{\"secret\": ")") ==
          "JSON, but its text ends in the middle of a value (line 1, column 12 of the text). "
          "Correct the setting.");
    CHECK(
        complaint(with_default(from("k", {"x"}, As::number), R"("ten")"), "{}") ==
        "The adapter's own value of the tap's setting \"k\" has to be a number such as 10 or 2.5. "
        "Correct the adapter.");
}

TEST_CASE("dates are shifted and formatted")
{
    const MappedSetting rule = date(from("start", {"since"}), "%Y-%m-%dT%H:%M:%SZ");
    CHECK(tap_config(rule, R"({"since":"2024-01-31"})") == R"({"start":"2024-01-31T00:00:00Z"})");
    CHECK(tap_config(rule, R"({"since":"2024-01-31 01:00+02:00"})") ==
          R"({"start":"2024-01-30T23:00:00Z"})");
    CHECK(tap_config(rule, R"({"since":86400})") == R"({"start":"1970-01-02T00:00:00Z"})");
    CHECK(tap_config(rule, R"({"since":""})") == "{}");
    CHECK(tap_config(date(from("s", {"since"}), "", "1mo"), R"({"since":"2024-01-31"})") ==
          R"({"s":"2024-02-29"})");
    CHECK(tap_config(date(from("s", {"since"}), "", "-1d"),
                     R"({"since":"2024-01-31T00:00:00.5Z"})") == R"({"s":"2024-01-30T00:00:00Z"})");
    CHECK(tap_config(date(from("s", {"since"}, As::integer), "%s", "1d"),
                     R"({"since":"1970-01-01"})") == R"({"s":86400})");
    CHECK(tap_config(date(filled("s", "{y}-{m}-01"), "%b %Y"), R"({"y":2024,"m":"03"})") ==
          R"({"s":"Mar 2024"})");
    const std::string wanted = " has to be a date such as 2024-01-31 or 2024-01-31T00:00:00Z.";
    CHECK(complaint(rule, R"({"since":"31.1.2024"})") == k_setting + "\"since\"" + wanted);
    CHECK(complaint(rule, R"({"since":{}})") == k_setting + "\"since\"" + wanted);
    CHECK(complaint(date(from("s", {"a.b"}), "", "1y"), R"({"a":{"b":"9999-01-01"}})") ==
          k_setting + "\"a.b\" has to be another date: the tap is given it moved by a fixed time, "
                      "and that leaves the years 1 to 9999.");
}

TEST_CASE("a default may be a moment, or a date that is formatted but not shifted")
{
    MappedSetting rule = from("start", {"since"});
    rule.fallback = Now{*parse_shift("-365d")};
    CHECK(tap_config(rule, "{}") == R"({"start":"2025-11-23T10:20:30Z"})");
    CHECK(tap_config(rule, R"({"since":"whenever"})") == R"({"start":"whenever"})");
    rule.format = "%Y-%m-%d %f";
    rule.shift = parse_shift("1mo");
    CHECK(tap_config(rule, "{}") == R"({"start":"2025-11-23 400000"})");
    CHECK(tap_config(rule, R"({"since":"2024-01-31"})") == R"({"start":"2024-02-29 000000"})");
    CHECK(tap_config(with_default(rule, R"("2020-01-31")"), "{}") ==
          R"({"start":"2020-01-31 000000"})");
    rule.fallback = Now{*parse_shift("-9999y")};
    CHECK(complaint(rule, "{}") == "The adapter's own value of the tap's setting \"start\" lies "
                                   "outside of the years 1 to 9999. Correct the adapter.");
}

TEST_CASE("what a tap reads from a file is written to one")
{
    const auto files = [](std::string key, std::string suffix, std::string_view user) {
        MappedSetting rule = from(std::move(key), {"content"}, As::file);
        rule.suffix = std::move(suffix);
        const Mapped result = mapped({{rule}}, parsed(user));
        REQUIRE(result.files.size() == 1);
        const auto& [name, content] = *result.files.begin();
        CHECK(result.config.members().front().value.as_string() == "$WORK/" + name);
        return name + ": " + content;
    };
    CHECK(files("key_file", ".p8", R"({"content":"-----BEGIN\nä"})") ==
          "key_file.p8: -----BEGIN\nä");
    CHECK(files("key", ".json", R"({"content":{"ä": [1.10]}})") ==
          R"(key.json: {"\u00e4":[1.10]})");
    CHECK(files("k", "", R"({"content":1.10})") == "k: 1.10");
    CHECK(files("a/../ä b", "/x", R"({"content":"1"})") == "a_..____b_x: 1");
    CHECK(files("..", "", R"({"content":"1"})") == "setting: 1");
    CHECK(files(std::string(500, 'k'), ".pem", R"({"content":"1"})") ==
          std::string(64, 'k') + ".pem: 1");

    const ConfigMapping two{{from("a b", {"x"}, As::file), from("a/b", {"y"}, As::file)}};
    const Mapped result = mapped(two, parsed(R"({"x":"1","y":"2"})"));
    CHECK(result.config.text() == R"({"a b":"$WORK/a_b","a/b":"$WORK/a_b-2"})");
    CHECK(mapped(two, parsed("{}")).files.empty());
}

TEST_CASE("a file that cannot be written ends the command with the writer's own words")
{
    MappingPlace place;
    place.write_file = [](const std::string&, std::string_view) -> std::string {
        airbyte::throw_system_error("The disk is full.");
    };
    CHECK_THROWS_AS(map_config({{from("k", {"x"}, As::file)}}, parsed(R"({"x":"y"})"), place),
                    airbyte::ErrorException);
}
