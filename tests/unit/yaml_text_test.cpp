#include "catch.h"
#include "util/yaml_text.h"

#include <string>

using namespace tapbridge;

namespace {

std::string as_yaml(const char* text)
{
    std::string out;
    yaml::append_members(out, 2, *json::parse(text));
    return out;
}

} // namespace

TEST_CASE("texts are written so that no YAML reader takes them for something else")
{
    for (const char* const text : {"tap-x", "/opt/tap/bin/tap-x", "--discover", "-c", "nothing"}) {
        CHECK(yaml::scalar(text) == text);
    }
    for (const char* const text :
         {"no", "Yes",  "TRUE", "1.10",  "null", "NaN", ".inf", "0x1F", "-1",  "+1", "007",
          "",   "a: b", "*x",   "a # b", "- a",  "-",   "--",   "---",  "...", "~",  "a\nb"}) {
        CHECK(yaml::scalar(text) == json::quoted(text));
    }
    CHECK(yaml::scalar("a\x7F") == "\"a\\u007f\"");
    CHECK(yaml::list({"a", "1"}) == "[a, \"1\"]");
    CHECK(yaml::list({}) == "[]");
}

TEST_CASE("an object is written in block style, and lists of plain values in one line")
{
    CHECK(
        as_yaml(R"({"a":1.10,"yes":{"b":[null,"x",{}],"c":{}},"d":[{"e":true,"f":[]},[1,[2]]]})") ==
        "  a: 1.10\n"
        "  \"yes\":\n"
        "    b: [null, x, {}]\n"
        "    c: {}\n"
        "  d:\n"
        "    -\n"
        "      e: true\n"
        "      f: []\n"
        "    -\n"
        "      - 1\n"
        "      -\n"
        "        - 2\n");
    // Of equal keys the last one holds.
    CHECK(as_yaml(R"({"a":1,"a":2})") == "  a: 2\n");
    std::string out;
    yaml::append(out, 0, "k", json::Value::string("v"), "# here");
    CHECK(out == "k: v  # here\n");
}
