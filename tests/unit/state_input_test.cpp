#include "airbyte/state_input.h"
#include "catch.h"

#include <string>
#include <vector>

using namespace tapbridge;
using namespace tapbridge::airbyte;

namespace {

StateInput read(const std::string& text)
{
    return read_state(text, "/x/state.json");
}

std::string complaint(const std::string& text)
{
    try {
        read(text);
    } catch (const ErrorException& failure) {
        CHECK(failure.error().failure_type == FailureType::config_error);
        return failure.error().message;
    }
    return "accepted";
}

// One line per entry: name|namespace|state.
std::string streams_of(const StateInput& input)
{
    std::string text;
    for (const StreamStateInput& entry : input.streams)
        text += entry.stream.name + '|' + entry.stream.namespace_.value_or("-") + '|' +
                entry.state.text() + '\n';
    return text;
}

std::string blob_of(const std::string& text)
{
    const StateInput input = read(text);
    CHECK(input.streams.empty());
    CHECK_FALSE(input.global);
    CHECK_FALSE(input.shared);
    return input.blob ? input.blob->text() : "none";
}

const std::string k_remedy = " Pass the file that the last read's STATE messages gave, or leave "
                             "--state out to start afresh.";

} // namespace

TEST_CASE("read_state takes every form of nothing for nothing")
{
    for (const char* text :
         {"", " \n\t", "null", "[]", "{}", " [ ] \n", "[null]", "[{}]", "[null,{}]",
          "{\"singer_state\":null}", "{\"singer_state\":{}}", R"([{"type":"LEGACY","data":{}}])",
          R"([{"type":"LEGACY","data":null}])", R"([{"data":{}}])",
          R"({"type":"STATE","state":null})", R"({"type":"STATE","state":{}})",
          R"([{"type":"GLOBAL","global":{"shared_state":null,"stream_states":[]}}])",
          R"([{"type":"GLOBAL","global":{"shared_state":{},"stream_states":null}}])",
          "\xEF\xBB\xBF[]"}) {
        INFO(text);
        CHECK(read(text).empty());
    }
}

TEST_CASE("read_state reads the platform's list of STREAM states")
{
    const StateInput input = read(R"([
        {"type":"STREAM","stream":{"stream_descriptor":{"name":"users"},"stream_state":{"a":1.10}},
         "id":7,"sourceStats":{"recordCount":12.0},"destinationStats":{}},
        {"type":"STREAM","stream":{"stream_descriptor":{"name":"orders","namespace":"shop"},
         "stream_state":null}},
        {"type":"STREAM","stream":{"stream_descriptor":{"name":"items","namespace":""}}}])");
    CHECK(streams_of(input) == "users|-|{\"a\":1.10}\norders|shop|null\nitems||null\n");
    CHECK_FALSE(input.global);
    CHECK_FALSE(input.blob);
}

TEST_CASE("read_state reads what PyAirbyte writes")
{
    const StateInput input =
        read(R"([{"type":"STREAM","stream":{"stream_descriptor":{"name":"users","namespace":null},)"
             R"("stream_state":{"id":2}},"global_":null,"data":null,"global":null,)"
             R"("sourceStats":{"recordCount":2.0},"destinationStats":null,"global_":null}])");
    CHECK(streams_of(input) == "users|-|{\"id\":2}\n");
}

TEST_CASE(
    "read_state takes a type in any case, a missing one, and one that the payload contradicts")
{
    const std::string stream =
        R"("stream":{"stream_descriptor":{"name":"s"},"stream_state":{"a":1}})";
    for (const std::string type : {R"("type":"stream",)", R"("type":"Stream",)", "",
                                   R"("type":null,)", R"("type":"LEGACY",)"}) {
        INFO(type);
        CHECK(streams_of(read("[{" + std::string(type) + stream + "}]")) == "s|-|{\"a\":1}\n");
        CHECK(streams_of(read("{" + std::string(type) + stream + "}")) == "s|-|{\"a\":1}\n");
    }
}

TEST_CASE("read_state looks into envelopes, in a list and alone")
{
    const std::string message =
        R"({"type":"STATE","state":{"type":"STREAM","stream":{"stream_descriptor":{"name":"s"},)"
        R"("stream_state":{"a":1}}}})";
    CHECK(streams_of(read(message)) == "s|-|{\"a\":1}\n");
    CHECK(streams_of(read("[" + message + "]")) == "s|-|{\"a\":1}\n");
    CHECK(blob_of(R"({"type":"state","state":{"data":{"x":1}}})") == "{\"x\":1}");
    CHECK(blob_of(R"({"type":"STATE","value":{"x":1}})") == "{\"x\":1}");
}

TEST_CASE("read_state reads a GLOBAL state")
{
    const StateInput input = read(
        R"([{"type":"GLOBAL","stream":null,"global":{"shared_state":{"bookmarks":{"a":1E5}},"stream_states":[)"
        R"({"stream_descriptor":{"name":"a","namespace":"n"},"stream_state":{"x":1}},null,)"
        R"({"stream_descriptor":{"name":"b"},"stream_state":null}]}}])");
    CHECK(input.global);
    REQUIRE(input.shared);
    CHECK(input.shared->text() == R"({"bookmarks":{"a":1E5}})");
    CHECK(streams_of(input) == "a|n|{\"x\":1}\nb|-|null\n");

    const StateInput untyped = read(R"({"global":{"stream_states":[]},"type":null})");
    CHECK(untyped.empty());
    CHECK(untyped.global);
}

TEST_CASE("read_state reads LEGACY states, bare Singer blobs and Meltano's")
{
    CHECK(blob_of(R"([{"type":"LEGACY","data":{"x":1}}])") == R"({"x":1})");
    CHECK(blob_of(R"({"type":"legacy","data":{"x":1},"stream":null})") == R"({"x":1})");
    CHECK(blob_of(R"([{"data":{"x":1}}])") == R"({"x":1})");
    CHECK(blob_of(R"([{"data":{"x":1}},{"data":{"x":2}}])") == R"({"x":2})");
    CHECK(blob_of(R"({"singer_state":{"bookmarks":{"u":{}}}})") == R"({"bookmarks":{"u":{}}})");
    CHECK(blob_of(R"({"bookmarks":{"u":{"v":1.10}},"currently_syncing":null})") ==
          R"({"bookmarks":{"u":{"v":1.10}},"currently_syncing":null})");
}

TEST_CASE("read_state takes a blob with Airbyte's words for keys as a blob")
{
    for (const char* text :
         {R"({"data":{"since":1}})", R"({"stream":{"since":1}})", R"({"stream":"2024"})",
          R"({"global":{"since":1}})", R"({"type":"users","since":1})", R"({"state":{"since":1}})",
          R"({"type":"LEGACY","since":1})", R"({"type":"STREAM","stream":"2024"})"}) {
        CHECK(blob_of(text) == text);
    }
}

TEST_CASE("read_state keeps what strict readers refuse")
{
    CHECK(blob_of(R"({"a":NaN,"b":"\ud800","a":1E400})") == R"({"a":NaN,"b":"\ud800","a":1E400})");
}

TEST_CASE("read_state lets STREAM states win over LEGACY and GLOBAL ones beside them")
{
    const std::string stream =
        R"({"type":"STREAM","stream":{"stream_descriptor":{"name":"s"},"stream_state":{"a":1}}})";
    const std::string legacy = R"({"type":"LEGACY","data":{"x":1}})";
    const std::string global =
        R"({"type":"GLOBAL","global":{"shared_state":{"g":1},"stream_states":[]}})";
    for (const std::string& text :
         {"[" + legacy + "," + stream + "]", "[" + stream + "," + legacy + "]",
          "[" + global + "," + stream + "]"}) {
        const StateInput input = read(text);
        CHECK(streams_of(input) == "s|-|{\"a\":1}\n");
        CHECK_FALSE(input.blob);
        CHECK_FALSE(input.shared);
        CHECK_FALSE(input.global);
    }
    const StateInput input = read("[" + legacy + "," + global + "]");
    CHECK(input.shared);
    CHECK_FALSE(input.blob);
}

TEST_CASE("read_state says where the text is not JSON")
{
    CHECK(complaint("[ x ]") ==
          "State file /x/state.json, line 1, column 3: it is not JSON." + k_remedy);
    CHECK(complaint("{\n \"a\": 1,\n \"b\" 2}")
              .rfind("State file /x/state.json, line 3, column 6: ", 0) == 0);
    const std::string two = complaint("{}\n{}");
    CHECK(two.rfind("State file /x/state.json, line 2, column 1: ", 0) == 0);
    CHECK(complaint("[{\"type\":").rfind("State file /x/state.json, line 1, column 10: ", 0) == 0);
    CHECK(complaint(std::string(5000, '[')) != "accepted");
}

TEST_CASE("read_state says what is not a state, and where")
{
    CHECK(complaint("5") == "State file /x/state.json: it is a number, not a state." + k_remedy);
    CHECK(complaint("\"state.json\"") ==
          "State file /x/state.json: it is a string, not a state." + k_remedy);
    CHECK(complaint("[{}, [1]]") ==
          "State file /x/state.json: [1] is a list, not a state." + k_remedy);
    const std::string shapeless =
        " is not a state: it has neither `stream` nor `global` nor `data`." + k_remedy;
    CHECK(complaint(R"([{"bookmarks":{}}])") == "State file /x/state.json: [0]" + shapeless);
    CHECK(complaint(R"([null,{"type":"STREAM","stream":null}])") ==
          "State file /x/state.json: [1]" + shapeless);
    CHECK(complaint(R"([{"type":"GLOBAL","global":null}])") ==
          "State file /x/state.json: [0]" + shapeless);
    CHECK(complaint(R"({"type":"STATE","state":{"x":1}})") ==
          "State file /x/state.json: state" + shapeless);
}

TEST_CASE("read_state wants a name for each stream")
{
    CHECK(complaint(R"([{"type":"STREAM","stream":{"stream_descriptor":{"name":null}}}])") ==
          "State file /x/state.json: [0].stream.stream_descriptor.name is missing." + k_remedy);
    CHECK(complaint(R"({"type":"STREAM","stream":{}})") ==
          "State file /x/state.json: stream.stream_descriptor.name is missing." + k_remedy);
    CHECK(
        complaint(R"([{"type":"GLOBAL","global":{"stream_states":[{"stream_state":{}}]}}])") ==
        "State file /x/state.json: [0].global.stream_states[0].stream_descriptor.name is missing." +
            k_remedy);
    CHECK(complaint(R"([{"type":"GLOBAL","global":{"stream_states":{}}}])") != "accepted");
}
