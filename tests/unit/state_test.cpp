#include "airbyte/state_input.h"
#include "catch.h"
#include "translate/state.h"
#include "util/json/value.h"

#include <string>
#include <vector>

using namespace tapbridge;
using namespace tapbridge::translate;

namespace {

json::Value parsed(const std::string& text)
{
    const std::optional<json::Value> value = json::parse(text);
    INFO(text);
    REQUIRE(value);
    return *value;
}

StateStream incremental(const std::string& name)
{
    return {{name, std::nullopt}, name, true};
}

StateStream full(const std::string& name)
{
    return {{name, std::nullopt}, name, false};
}

// One STREAM state of a list. A name with a dot has a namespace before it.
std::string entry(const std::string& name, const std::string& state)
{
    const std::size_t dot = name.find('.');
    const std::string space =
        dot == std::string::npos ? "" : ",\"namespace\":\"" + name.substr(0, dot) + '"';
    return "{\"type\":\"STREAM\",\"stream\":{\"stream_descriptor\":{\"name\":\"" +
           name.substr(dot == std::string::npos ? 0 : dot + 1) + '"' + space +
           "},\"stream_state\":" + state + "}}";
}

JoinedState join(const std::string& input, const std::vector<StateStream>& streams,
                 const std::vector<airbyte::StreamDescriptor>& others = {})
{
    return join_state(airbyte::read_state(input, "state.json"), streams, others);
}

std::string blob_of(const JoinedState& joined)
{
    return joined.blob ? joined.blob->text() : "none";
}

std::string joined_blob(const std::string& input, const std::vector<StateStream>& streams)
{
    return blob_of(join(input, streams));
}

const std::vector<StateStream> k_ab = {incremental("a"), incremental("b")};

} // namespace

TEST_CASE("split_state takes the streams' bookmarks out and leaves the rest")
{
    const SplitState split = split_state(
        parsed(R"({"bookmarks":{"a":{"v":1.10},"p":5,"b":null},"currently_syncing":"a","x":1E5})"),
        {incremental("b"), full("a"), incremental("c")});
    REQUIRE(split.bookmarks.size() == 3);
    CHECK(split.bookmarks[0]->text() == "null");
    CHECK(split.bookmarks[1]->text() == R"({"v":1.10})");
    CHECK_FALSE(split.bookmarks[2]);
    CHECK(split.shared.text() == R"({"bookmarks":{"p":5},"currently_syncing":"a","x":1E5})");
}

TEST_CASE("split_state takes the last of duplicate keys and leaves no other behind")
{
    const SplitState split = split_state(
        parsed(R"({"bookmarks":{"a":0},"x":1,"bookmarks":{"a":1,"b":2,"a":3},"x":2})"), k_ab);
    CHECK(split.bookmarks[0]->text() == "3");
    CHECK(split.shared.text() == R"({"bookmarks":{},"x":2})");
}

TEST_CASE("split_state leaves a state without an object of bookmarks whole")
{
    for (const char* text : {"\"https://example.com/next\"", "5", "null", "[1]", "{}", R"({"a":1})",
                             R"({"bookmarks":null})", R"({"bookmarks":[{"a":1}]})"}) {
        const SplitState split = split_state(parsed(text), k_ab);
        CHECK(split.shared.text() == text);
        CHECK_FALSE(split.bookmarks[0]);
    }
}

TEST_CASE("stream_state writes what readers take as it is, and the rest as text")
{
    const auto state = [](const std::string& bookmark, const std::string& shared) {
        return stream_state(parsed(bookmark), parsed(shared), 7);
    };
    CHECK(stream_state(std::nullopt, parsed("{}"), 1) == R"({"shared":{},"sequence":1})");
    CHECK(state("{\"v\": 1.10}", "{}") == R"({"bookmark":{"v":1.10},"shared":{},"sequence":7})");
    CHECK(state("[NaN]", "{}") == R"({"bookmark_text":"[NaN]","shared":{},"sequence":7})");
    CHECK(state("1", R"({"k":"\ud800"})") ==
          R"({"bookmark":1,"shared_text":"{\"k\":\"\\ud800\"}","sequence":7})");
    CHECK(stream_state(std::nullopt, parsed("{}"), 9, StateBase{parsed("[NaN]"), 8}) ==
          R"({"shared":{},"base_text":"[NaN]","base_sequence":8,"sequence":9})");
}

TEST_CASE("stream_state keeps numbers from readers that would round them")
{
    const auto travels_as_text = [](const std::string& number) {
        const std::string state = stream_state(parsed("[" + number + "]"), parsed("{}"), 1);
        return state.find("bookmark_text") != std::string::npos;
    };
    for (const char* number :
         {"0", "-0", "1.10", "1E5", "0.1", "-0.0", "0e9", "0.30000000000000004", "5e-324",
          "1.7976931348623157e308", "123456789012345678901234567890", "100000.000E-3"})
        CHECK_FALSE(travels_as_text(number));
    for (const char* number :
         {"1E400", "1e-400", "12345678901234567890.123456789", "0.300000000000000041",
          "9007199254740993.0", "1e-99999999999999999999"})
        CHECK(travels_as_text(number));
}

TEST_CASE("stream_state gives what is nested too deep for an envelope as text")
{
    const std::string deep = std::string(990, '[') + std::string(990, ']');
    CHECK(stream_state(parsed(deep), parsed("{}"), 1).find("bookmark_text") != std::string::npos);
}

TEST_CASE("join_state knows nothing from nothing")
{
    for (const char* input : {"", "[]", "{}", "null"}) {
        const JoinedState joined = join(input, k_ab);
        CHECK_FALSE(joined.blob);
        CHECK_FALSE(joined.base);
        CHECK(joined.last_sequence == 0);
        CHECK(joined.has_entry == std::vector<bool>{false, false});
        CHECK(joined.warnings.empty());
    }
    CHECK(joined_blob("[" + entry("a", R"({"shared":{},"sequence":4})") + "]", k_ab) == "none");
}

TEST_CASE("join_state takes each bookmark and the shared part with the lowest sequence")
{
    const JoinedState joined = join(
        "[" +
            entry("a",
                  R"({"bookmark":{"v":9},"shared":{"lsn":90,"bookmarks":{"p":9}},"sequence":9})") +
            "," +
            entry("b",
                  R"({"bookmark":{"v":3},"shared":{"lsn":30,"bookmarks":{"p":3}},"sequence":3})") +
            "," + entry("gone", R"({"bookmark":1,"shared":{"lsn":1},"sequence":1})") + "," +
            entry("later", R"({"bookmark":1,"shared":{"lsn":1},"sequence":40})") + "]",
        k_ab);
    CHECK(blob_of(joined) == R"({"lsn":30,"bookmarks":{"p":3,"a":{"v":9},"b":{"v":3}}})");
    CHECK(joined.last_sequence == 40);
    CHECK(joined.has_entry == std::vector<bool>{true, true});
}

TEST_CASE(
    "join_state does not let a full-refresh stream choose the shared part, nor have a bookmark")
{
    const std::string input =
        "[" +
        entry(
            "a",
            R"({"bookmark":{"v":9},"shared":{"x":9,"activate_versions":{"a":1,"b":2}},"sequence":9})") +
        "," + entry("b", R"({"bookmark":{"v":3},"shared":{"x":3},"sequence":3})") + "]";
    const JoinedState joined = join(input, {incremental("a"), full("b")});
    CHECK(blob_of(joined) == R"({"x":9,"activate_versions":{"a":1},"bookmarks":{"a":{"v":9}}})");
    CHECK(joined.has_entry == std::vector<bool>{true, true});
    CHECK(joined_blob(input, {full("a"), full("b")}) == "none");
}

TEST_CASE("join_state starts a stream without an entry afresh, whatever the shared part says of it")
{
    const std::string shared =
        R"("shared":{"bookmarks":{"b":1,"p":2},"activate_versions":{"b":3},"b":4,"b.x":5,"c":6})";
    for (const char* own : {"", "null", "{}"}) {
        const std::string input = "[" +
                                  entry("a", "{\"bookmark\":0," + shared + ",\"sequence\":2}") +
                                  (*own ? "," + entry("b", own) : "") + "]";
        const JoinedState joined = join(input, k_ab);
        CHECK(blob_of(joined) == R"({"bookmarks":{"a":0},"activate_versions":{},"c":6})");
        CHECK(joined.has_entry == std::vector<bool>{true, false});
        CHECK(joined.warnings.empty());
    }
}

TEST_CASE(
    "join_state leaves a parent's bookmark alone when only a full-refresh stream starts afresh")
{
    CHECK(
        joined_blob(
            "[" + entry("a", R"({"bookmark":0,"shared":{"bookmarks":{"p":2}},"sequence":2})") + "]",
            {incremental("a"), full("b")}) == R"({"bookmarks":{"p":2,"a":0}})");
}

TEST_CASE("join_state does not bring back a bookmark that the stream's own state no longer has")
{
    CHECK(joined_blob(
              "[" + entry("a", R"({"bookmark":0,"shared":{"bookmarks":{"b":1}},"sequence":2})") +
                  "," + entry("b", R"({"shared":{"bookmarks":{}},"sequence":3})") + "]",
              k_ab) == R"({"bookmarks":{"a":0}})");
}

TEST_CASE("join_state takes a stream's key in a flat state from its own entry")
{
    const std::string input = "[" + entry("a", R"({"shared":{"a":5,"b":9,"n":1},"sequence":2})") +
                              "," + entry("b", R"({"shared":{"a":7,"b":3,"n":2},"sequence":4})") +
                              "]";
    CHECK(joined_blob(input, k_ab) == R"({"n":1,"a":5,"b":3})");
}

TEST_CASE("join_state sets resume hints to null and keeps their keys")
{
    CHECK(
        joined_blob(
            "[" +
                entry("a", R"({"bookmark":{},"shared":{"currently_syncing":["a","1"],)"
                           R"("current_stream":"a","currently_syncing_repo":"o/r","currentlyx":1},)"
                           R"("sequence":2})") +
                "]",
            {incremental("a")}) ==
        R"({"currently_syncing":null,"current_stream":null,"currently_syncing_repo":null,)"
        R"("currentlyx":1,"bookmarks":{"a":{}}})");
}

TEST_CASE("join_state drops a flat state that cannot be told apart when a stream starts afresh")
{
    for (const char* shared :
         {R"({"next":"x"})", "\"https://x\"", "5", R"({"bookmarks":null,"next":1})"}) {
        const std::string one =
            entry("a", "{\"shared\":" + std::string(shared) + ",\"sequence\":2}");
        const JoinedState joined = join("[" + one + "]", k_ab);
        CHECK_FALSE(joined.blob);
        REQUIRE(joined.warnings.size() == 1);
        CHECK(
            joined.warnings[0] ==
            "The saved state does not say which stream it belongs to, and at least one stream "
            "starts afresh. It is left out, and all streams of this run are read from the start.");
        REQUIRE(joined.base);
        CHECK(joined.base->shared.text() == "{}");
        CHECK(joined_blob("[" + one + "]", {incremental("a"), full("b")}) == shared);
    }
    const JoinedState hint = join(
        "[" + entry("a", R"({"shared":{"currently_syncing":"a","x":null},"sequence":2})") + "]",
        k_ab);
    CHECK(blob_of(hint) == R"({"currently_syncing":null,"x":null})");
    CHECK(hint.warnings.empty());
}

TEST_CASE("join_state starts a stream with a foreign state afresh and says so")
{
    for (const char* state :
         {R"({"updated_at":"2024"})", "\"x\"", "[1]", R"({"sequence":1.5,"shared":{}})",
          R"({"sequence":-1,"shared":{}})", R"({"sequence":true,"shared":{}})",
          R"({"sequence":5,"cursor":1})", R"({"sequence":1,"bookmark_text":"{"})",
          R"({"sequence":1,"shared_text":5})",
          R"({"sequence":99999999999999999999,"shared":{}})"}) {
        INFO(state);
        const JoinedState joined = join("[" + entry("a", state) + "]", {incremental("a")});
        CHECK_FALSE(joined.blob);
        CHECK(joined.has_entry == std::vector<bool>{false});
        REQUIRE(joined.warnings.size() == 1);
        CHECK(joined.warnings[0] ==
              "The saved state of stream \"a\" was not written by this connector. "
              "The stream is read from the start.");
        CHECK(join("[" + entry("a", state) + "]", {full("a")}).warnings.empty());
    }
}

TEST_CASE("join_state takes sequences that clients rewrote")
{
    for (const char* number : {"5", "5.0", "5E0", "0.5e+1", "\"5\"", "\" 5.0 \""}) {
        INFO(number);
        const JoinedState joined = join(
            "[" + entry("a", "{\"sequence\":" + std::string(number) + ",\"bookmark\":1}") + "]",
            {incremental("a")});
        CHECK(joined.last_sequence == 5);
        CHECK(blob_of(joined) == R"({"bookmarks":{"a":1}})");
    }
}

TEST_CASE("join_state looks streams up by name and namespace, else by a unique name")
{
    const auto state = [](int value) {
        return "{\"bookmark\":" + std::to_string(value) + ",\"shared\":{},\"sequence\":1}";
    };
    const StateStream shop{{"orders", "shop"}, "shop-orders", true};
    const StateStream empty{{"orders", ""}, "orders", true};
    const std::string none = R"({"bookmarks":{"shop-orders":1}})";
    CHECK(joined_blob("[" + entry("shop.orders", state(1)) + "," + entry("orders", state(2)) + "]",
                      {shop}) == none);
    CHECK(joined_blob("[" + entry("orders", state(1)) + "]", {shop}) == none);
    CHECK(joined_blob("[" + entry("orders", state(1)) + "]", {empty}) ==
          R"({"bookmarks":{"orders":1}})");
    CHECK(joined_blob("[" + entry("shop.orders", state(1)) + "]", {empty}) ==
          R"({"bookmarks":{"orders":1}})");
    CHECK(joined_blob("[" + entry("orders", state(0)) + "," + entry("orders", state(1)) + "]",
                      {shop}) == none);
    // Never another table's position.
    CHECK(joined_blob("[" + entry("archive.orders", state(1)) + "]", {shop}) == "none");
    CHECK(
        joined_blob("[" + entry("archive.orders", state(1)) + "," + entry("orders", state(1)) + "]",
                    {shop}) == "none");
    CHECK(blob_of(join("[" + entry("orders", state(1)) + "]", {shop}, {{"orders", "archive"}})) ==
          "none");
}

TEST_CASE("join_state goes back to where the last run began for states from before it")
{
    // First b was behind, so that a run began at 5 again; then only b got further.
    const std::string a = entry("a", R"({"bookmark":{},"shared":{"lsn":14},"sequence":32})");
    const JoinedState first = join(
        "[" + a + "," + entry("b", R"({"bookmark":{},"shared":{"lsn":5},"sequence":29})") + "]",
        k_ab);
    REQUIRE(first.base);
    CHECK(first.base->sequence == 32);
    CHECK(first.base->shared.text() == R"({"lsn":5})");

    const std::string b = stream_state(parsed("{}"), parsed(R"({"lsn":10})"), 35, first.base);
    const JoinedState second = join("[" + a + "," + entry("b", b) + "]", k_ab);
    CHECK(blob_of(second) == R"({"lsn":5,"bookmarks":{"a":{},"b":{}}})");

    // Both got further: the lower one, and no base any more once they are even.
    const std::string later = stream_state(parsed("{}"), parsed(R"({"lsn":12})"), 36, first.base);
    CHECK(joined_blob("[" + entry("a", later) + "," + entry("b", b) + "]", k_ab) ==
          R"({"lsn":10,"bookmarks":{"a":{},"b":{}}})");
    CHECK_FALSE(join("[" + entry("a", b) + "," + entry("b", b) + "]", k_ab).base);
}

TEST_CASE("join_state starts a stream afresh that took no part in the last run")
{
    // Both were read, and b got further before that run broke off. Then a was read without b.
    const std::vector<StateStream> only_a = {incremental("a")};
    const auto state = [](int lsn, std::uint64_t sequence, const std::vector<StateStream>& streams,
                          std::uint64_t since) {
        const json::Value shared = parsed("{\"lsn\":" + std::to_string(lsn) + "}");
        return stream_state(parsed("{}"), shared, sequence, {}, family_of(streams, shared), since);
    };
    const std::string b = entry("b", state(10, 1010, k_ab, 1000));
    // Not as far as b had come: b's position would skip rows of a. Further: a's would skip those
    // of b, and so would whatever a began from, after some more syncs.
    for (const int lsn : {6, 20}) {
        const std::string a = entry("a", state(lsn, 2001, only_a, 2000));
        const JoinedState joined = join("[" + a + "," + b + "]", k_ab);
        CHECK(blob_of(joined) == "{\"lsn\":" + std::to_string(lsn) + ",\"bookmarks\":{\"a\":{}}}");
        CHECK(joined.has_entry == std::vector<bool>{true, false});
        CHECK(joined.warnings.size() == 1);
        CHECK(joined.left_out == std::vector<std::string>{"b"});
        CHECK(family_of(k_ab, parsed("{\"lsn\":30}"), joined.left_out) ==
              std::vector<std::string>{"a"});
        // Once b has a state of that run, it counts.
        const std::string later = entry("a", state(30, 3002, only_a, 3000));
        const std::string fresh = entry("b", state(25, 3001, only_a, 3000));
        CHECK(joined_blob("[" + later + "," + fresh + "]", k_ab) ==
              R"({"lsn":25,"bookmarks":{"a":{},"b":{}}})");
    }
    // Nothing is shared, or the same: no harm.
    const std::string a = entry("a", state(10, 2001, only_a, 2000));
    CHECK(joined_blob("[" + a + "," + b + "]", k_ab) ==
          R"({"lsn":10,"bookmarks":{"a":{},"b":{}}})");
    CHECK(family_of(k_ab, parsed(R"({"bookmarks":{},"currently_syncing":"a","a":3})")).empty());
}

TEST_CASE("join_state obeys the same rules for a blob")
{
    const std::string blob = R"({"currently_syncing":"a","bookmarks":{"a":1,"b":2,"p":3},"b":4})";
    const JoinedState joined = join(blob, {incremental("a"), full("b"), incremental("new")});
    CHECK(blob_of(joined) == R"({"currently_syncing":null,"bookmarks":{"p":3,"a":1}})");
    CHECK(joined.has_entry == std::vector<bool>{true, true, false});
    CHECK(joined_blob(R"([{"type":"LEGACY","data":{"a":1,"b":2}}])",
                      {full("a"), incremental("b")}) == R"({"b":2})");
    CHECK(joined_blob(R"({"singer_state":{"next":5}})", k_ab) == R"({"next":5})");
    CHECK(joined_blob(blob, {full("a")}) == "none");
}

TEST_CASE("join_state resets what a GLOBAL state does not list")
{
    const auto global = [](const std::string& shared, const std::string& list) {
        return "[{\"type\":\"GLOBAL\",\"global\":{\"shared_state\":" + shared +
               ",\"stream_states\":[" + list + "]}}]";
    };
    const std::string shared = R"({"bookmarks":{"a":1,"b":2},"x":3})";
    const std::string a = R"({"stream_descriptor":{"name":"a"},"stream_state":{"k":1}})";
    CHECK(joined_blob(global(shared, ""), k_ab) == R"({"bookmarks":{"a":1,"b":2},"x":3})");
    for (const char* b : {"", R"(,{"stream_descriptor":{"name":"b"},"stream_state":null})",
                          R"(,{"stream_descriptor":{"name":"b"},"stream_state":{}})"}) {
        const JoinedState joined = join(global(shared, a + b), k_ab);
        CHECK(*joined.blob == parsed(R"({"bookmarks":{"a":1},"x":3})"));
        CHECK(joined.has_entry == std::vector<bool>{true, false});
    }
    const JoinedState whole =
        join(global(R"({"shared_text":"[NaN]","sequence":8})", a), {incremental("a")});
    CHECK(blob_of(whole) == "[NaN]");
    CHECK(whole.last_sequence == 8);
    CHECK(join(global(R"({"next":1})", a), k_ab).warnings.size() == 1);
}
