#include "adapter/config_mapping.h"
#include "mapping_fixture.h"
#include "random_json.h"

#include <algorithm>
#include <ctime>

using namespace mapping_fixture;

TEST_CASE("a rotated token goes back to where it came from")
{
    const ConfigMapping mapping{{from("refresh_token", {"credentials.token", "token"})}};
    CHECK(back(mapping, R"({"credentials":{"token":"a","id":1.10},"x":1})",
               R"({"refresh_token":"b"})") == R"({"credentials":{"token":"b","id":1.10},"x":1})");
    CHECK(back(mapping, R"({"token":"a"})", R"({"refresh_token":"b"})") == R"({"token":"b"})");
    CHECK(back(mapping, R"({"credentials":{"token":null},"token":"a"})",
               R"({"refresh_token":"b"})") == R"({"credentials":{"token":null},"token":"b"})");
    CHECK(back(mapping, R"({"token":"a","token":"b"})", R"({"refresh_token":"c"})") ==
          R"({"token":"a","token":"c"})");
}

TEST_CASE("what the tap has added goes to the first place")
{
    const ConfigMapping mapping{{from("token", {"a.b", "c"}), constant("agent", "1")}};
    CHECK(back(mapping, R"({"x":1})", R"({"token":"t","agent":1})") == R"({"x":1,"a":{"b":"t"}})");
    CHECK(back(mapping, R"({"a":null})", R"({"token":"t","agent":1})") == R"({"a":{"b":"t"}})");
    CHECK(back(mapping, R"({"a":"x"})", R"({"token":"t","agent":1})") == R"({"a":"x"})");
    CHECK(back(mapping, R"({"x":1})", R"({"token":null,"agent":2,"new":3})") == R"({"x":1})");
    const ConfigMapping defaulted{{with_default(from("window", {"days"}), "7")}};
    CHECK(back(defaulted, "{}", R"({"window":7})") == "{}");
    CHECK(back(defaulted, "{}", R"({"window":8})") == R"({"days":8})");
}

TEST_CASE("what the tap leaves out stays the user's")
{
    const ConfigMapping mapping{{from("tok", {"creds.token"}), from("ref", {"refresh"})}, true};
    const std::string_view user = R"({"creds":{"token":"t1"},"refresh":"r1","host":"h","n":5.0})";
    CHECK(back(mapping, user, R"({"tok":"T2","ref":"R2"})") ==
          R"({"creds":{"token":"T2"},"refresh":"R2","host":"h","n":5.0})");
    CHECK(back(mapping, user, R"({"tok":"T2"})") ==
          R"({"creds":{"token":"T2"},"refresh":"r1","host":"h","n":5.0})");
    CHECK(back(mapping, user, "{}") == user);
    CHECK(back(ConfigMapping{mapping.settings}, user, R"({"unknown":1})") == user);
    const ConfigMapping twice{{from("t1", {"refresh"}), from("t2", {"refresh"})}};
    CHECK(back(twice, R"({"refresh":"r"})", R"({"t1":"r"})") == R"({"refresh":"r"})");
    const ConfigMapping groups{{from("g", {"x"}), from("j", {"y"}, As::json)}, true};
    CHECK(back(groups, R"({"x":{"a":1,"b":2},"y":"{\"a\":1,\"b\":2}","z":{"a":1,"b":2}})",
               R"({"g":{"a":3},"j":{"a":3},"z":{"a":3}})") ==
          R"({"x":{"a":3,"b":2},"y":"{\"a\":3,\"b\":2}","z":{"a":3,"b":2}})");
}

TEST_CASE("null of the tap is a change of what was set")
{
    const ConfigMapping mapping{{with_default(from("token", {"a.b", "c"}), R"("d")")}, true};
    CHECK(back(mapping, R"({"a":{"b":"t"},"c":2})", R"({"token":null})") ==
          R"({"a":{"b":null},"c":2})");
    CHECK(back(mapping, R"({"x":1})", R"({"token":null,"x":null})") == R"({"x":null})");
    CHECK(back(mapping, R"({"a":{"b":null}})", R"({"token":null})") == R"({"a":{"b":null}})");
    const ConfigMapping twice{{from("t1", {"r"}), from("t2", {"r"})}};
    CHECK(back(twice, R"({"r":"1"})", R"({"t1":"2","t2":null})") == R"({"r":"2"})");
    CHECK(back({{from("k", {"x"}, As::string)}}, R"({"x":5})", R"({"k":null})") == R"({"x":null})");
}

TEST_CASE("what was formatted, filled in, written to a file or constant stays the user's")
{
    const ConfigMapping mapping{{date(from("start", {"since"}), "%Y"), filled("url", "{host}"),
                                 from("key_file", {"key"}, As::file), constant("agent", "\"a\""),
                                 date(from("end", {"until"}), "", "1d")},
                                true};
    const std::string_view user =
        R"({"since":"2024-01-31","host":"h","key":"k","until":"2024-01-31","agent":"mine"})";
    CHECK(
        back(
            mapping, user,
            R"({"start":"1","url":"2","key_file":"3","agent":"4","end":"5","since":"6","host":7})") ==
        user);
    CHECK(back(mapping, user, "{}") == user);
}

TEST_CASE("a converted value goes back in the user's kind")
{
    const auto changed = [](As as, const std::string& user, const std::string& tap) {
        return back({{from("k", {"x"}, as)}}, "{\"x\":" + user + "}", "{\"k\":" + tap + "}");
    };
    CHECK(changed(As::string, "1.10", R"("1.20")") == R"({"x":1.20})");
    CHECK(changed(As::string, "1.10", R"("1.10")") == R"({"x":1.10})");
    CHECK(changed(As::string, "1.10", R"("much")") == R"({"x":"much"})");
    CHECK(changed(As::string, "true", R"("False")") == R"({"x":false})");
    CHECK(changed(As::string, R"([1])", R"("[1,2.50]")") == R"({"x":[1,2.50]})");
    CHECK(changed(As::string, R"([1])", R"("{}")") == R"({"x":"{}"})");
    CHECK(changed(As::number, R"("1.10")", "1.1") == R"({"x":"1.10"})");
    CHECK(changed(As::number, R"("1.10")", "2.50") == R"({"x":"2.50"})");
    CHECK(changed(As::boolean, R"("TRUE")", "false") == R"({"x":"false"})");
    CHECK(changed(As::boolean, "1", "false") == R"({"x":false})");
    CHECK(changed(As::json, R"("{\"a\": 1}")", R"({"a":2})") == R"({"x":"{\"a\":2}"})");
    CHECK(changed(As::json, R"({"a":1})", R"({"a":2})") == R"({"x":{"a":2}})");
}

TEST_CASE("another spelling is no change, in a part of a group neither")
{
    const ConfigMapping mapping{{from("k", {"x"})}, true};
    const std::string_view user = R"({"x":{"a":1.10,"b":"\u00e4"},"y":[1.0]})";
    CHECK(back(mapping, user, R"({"y":[1],"k":{"b":"ä","a":1.1}})") == user);
    CHECK(back(mapping, user, R"({"y":[1],"k":{"b":"ö","a":1.1}})") ==
          R"({"x":{"a":1.10,"b":"ö"},"y":[1.0]})");
}

TEST_CASE("passed settings come back under their own name")
{
    const ConfigMapping mapping{{from("token", {"credentials.token"})}, true};
    const std::string_view user = R"({"credentials":{"token":"t"},"a":{"x":1.10,"y":1},"b":2})";
    CHECK(back(mapping, user, R"({"token":"t","a":{"x":1.1,"y":2},"new":3})") ==
          R"({"credentials":{"token":"t"},"a":{"x":1.10,"y":2},"b":2,"new":3})");
    // Where a rule reads, nothing else comes back.
    CHECK(back(mapping, user, R"({"token":"t","a":{"x":1.1,"y":1},"b":2,"credentials":"mine"})") ==
          user);
    const ConfigMapping dropped{mapping.settings};
    CHECK(back(dropped, user, R"({"token":"u","a":1,"new":3})") ==
          R"({"credentials":{"token":"u"},"a":{"x":1.10,"y":1},"b":2})");
}

TEST_CASE("of rules that read one place, the one that was changed counts")
{
    const ConfigMapping copy{{from("dbname", {"db"}), from("filter_dbs", {"db"})}};
    CHECK(back(copy, R"({"db":"a"})", R"({"dbname":"b","filter_dbs":"a"})") == R"({"db":"b"})");
    CHECK(back(copy, R"({"db":"a"})", R"({"dbname":"a","filter_dbs":"b"})") == R"({"db":"b"})");
    CHECK(back(copy, R"({"db":"a"})", R"({"dbname":"b"})") == R"({"db":"b"})");
    const ConfigMapping nested{{from("part", {"g.p"}), from("group", {"g"})}};
    CHECK(back(nested, R"({"g":{"p":1,"q":1}})", R"({"part":2,"group":{"p":1,"q":3}})") ==
          R"({"g":{"p":2,"q":3}})");
}

TEST_CASE("what is no object is left alone")
{
    const Value user = parsed(R"({"x":1})");
    for (const char* const tap : {"null", "[]", "\"\"", "1"})
        CHECK(map_back({{from("x", {"x"})}}, parsed(tap), user, user) == user);
}

namespace {

class Wild {
public:
    explicit Wild(std::uint64_t seed) : m_random(seed) {}

    Value config()
    {
        Value result = Value::object();
        for (std::size_t i = m_random.below(8); i > 0; --i)
            result.set(name(), value(2));
        return result;
    }

    ConfigMapping mapping()
    {
        ConfigMapping result;
        result.pass = m_random.below(2) == 0;
        for (std::size_t i = m_random.below(6); i > 0; --i)
            result.settings.push_back(rule("key" + std::to_string(i)));
        return result;
    }

    Value value(int depth)
    {
        if (depth == 0 || m_random.below(2) == 0)
            return parsed(m_random.value(depth));
        Value result = Value::object();
        for (std::size_t i = m_random.below(4); i > 0; --i)
            result.set(name(), value(depth - 1));
        return result;
    }

private:
    std::string name() { return m_random.pick({"a", "b", "c", "key1", "key2", "\xC3\xA4", ""}); }

    MappedSetting rule(std::string key)
    {
        MappedSetting result;
        result.key = std::move(key);
        if (m_random.below(8) == 0)
            result.template_text = "{a}/{b.c}";
        for (std::size_t i = m_random.below(3); i > 0; --i) {
            SettingPath& path = result.from.emplace_back();
            for (std::size_t steps = 1 + m_random.below(3); steps > 0; --steps)
                path.push_back(name());
        }
        if (m_random.below(4) == 0)
            result.fallback = value(1);
        const As kinds[] = {As::same, As::same, As::same, As::string, As::file, As::boolean};
        result.as = kinds[m_random.below(6)];
        return result;
    }

    random_json::Generator m_random;
};

// None where the user's config does not fit.
std::optional<Value> tried(const ConfigMapping& mapping, const Value& user)
{
    try {
        return mapped(mapping, user).config;
    } catch (const airbyte::ErrorException&) {
        return std::nullopt;
    }
}

} // namespace

TEST_CASE("nothing changed is nothing to tell")
{
    Wild wild(11);
    for (int i = 0; i < 20'000; ++i) {
        const Value user = wild.config();
        const ConfigMapping mapping = wild.mapping();
        const std::optional<Value> tap = tried(mapping, user);
        if (!tap)
            continue;
        REQUIRE(map_back(mapping, *tap, *tap, user) == user);
        // In another spelling, whose members come in another order.
        Value spelt = *tap;
        std::reverse(spelt.members().begin(), spelt.members().end());
        REQUIRE(map_back(mapping, spelt, *tap, user) == user);
    }
}

TEST_CASE("what the tap has written is what it gets the next time")
{
    Wild wild(12);
    int changes = 0;
    for (int i = 0; i < 20'000; ++i) {
        const Value user = wild.config();
        ConfigMapping mapping = wild.mapping();
        mapping.settings.push_back(from("token", {"secret.token", "token"}));
        const std::optional<Value> given = tried(mapping, user);
        const Value* const group = user.find("secret");
        if (!given || (group != nullptr && !group->is_object()))
            continue;
        Value tap = *given;
        tap.set("token", Value::string("t" + std::to_string(i)));
        const Value after = map_back(mapping, tap, *given, user);
        REQUIRE(tried(mapping, after) == tap);
        ++changes;
    }
    CHECK(changes > 5'000);
}

TEST_CASE("whatever a tap writes, the user's config stays one")
{
    Wild wild(13);
    for (int i = 0; i < 20'000; ++i) {
        const Value user = wild.config();
        const ConfigMapping mapping = wild.mapping();
        const std::optional<Value> given = tried(mapping, user);
        if (!given)
            continue;
        const Value after = map_back(mapping, wild.config(), *given, user);
        REQUIRE(after.is_object());
        REQUIRE(json::parse(after.text()));
        REQUIRE(map_back(mapping, Value::object(), *given, user) == user);
    }
}

TEST_CASE("a tap that writes a part of its config changes no other")
{
    Wild wild(14);
    int left_out = 0;
    for (int i = 0; i < 20'000; ++i) {
        const Value user = wild.config();
        const ConfigMapping mapping = wild.mapping();
        const std::optional<Value> given = tried(mapping, user);
        if (!given)
            continue;
        Value whole = *given;
        Value part = Value::object();
        for (json::Member& member : whole.members()) {
            if (wild.value(0).is_null())
                continue;
            member.value = wild.value(1);
            part.set(member.name, member.value);
        }
        left_out += part.members().size() < whole.members().size() ? 1 : 0;
        REQUIRE(map_back(mapping, part, *given, user) == map_back(mapping, whole, *given, user));
    }
    CHECK(left_out > 500);
}

// Counted in time, as a ratio: with a search for each setting it would be sixteen.
TEST_CASE("a config is mapped and mapped back in proportion to its settings")
{
    const ConfigMapping mapping{{from("token", {"secret"})}, true};
    const auto seconds = [&](int settings) {
        std::vector<json::Member> members{{"secret", {}, Value::string("t")}};
        for (int i = 0; i < settings; ++i)
            members.push_back({"setting-" + std::to_string(i), {}, Value::number(i)});
        const Value user = Value::object(std::move(members));
        double best = 1e9;
        for (int round = 0; round < 3; ++round) {
            const std::clock_t began = std::clock();
            const Value given = mapped(mapping, user).config;
            Value tap = given;
            for (json::Member& member : tap.members())
                member.value = Value::string("new");
            const Value after = map_back(mapping, tap, given, user);
            const Value without = config_from_tap(after, user, user, nullptr);
            // All the same but the last: nothing is decided early.
            tap = given;
            tap.members().back().value = Value();
            const Value last = config_from_tap(tap, given, given, nullptr);
            best = std::min(best, static_cast<double>(std::clock() - began) / CLOCKS_PER_SEC);
            CHECK(without == after);
            CHECK(last.members().size() == given.members().size());
        }
        return best;
    };
    CHECK(seconds(20'000) < 8 * std::max(seconds(5'000), 0.002));
}
