#include "adapter_reading.h"

#include <array>
#include <chrono>
#include <random>
#include <string>
#include <string_view>
#include <vector>

using namespace tapbridge;
using namespace tapbridge::adapter;
using namespace std::chrono_literals;

namespace {

Adapter limits(const std::string& text)
{
    return read_adapter("version: 1\nlimits: {" + text + "}", "F");
}

std::string repeated(std::string_view text, std::size_t times)
{
    std::string result;
    for (std::size_t i = 0; i < times; ++i) {
        result += text;
    }
    return result;
}

const std::string k_keys =
    "version, name, documentation_url, tap, spec, config, streams, state, check, errors, limits.";

const std::string k_valid = R"(# Limits for a slow tap
version: 1
limits: &all
  line: "512MiB"   # big
  idle: &idle 300ms
  stop_grace: *idle
)";

} // namespace

TEST_CASE("an adapter sets what it names and leaves the rest")
{
    const Adapter defaults = read_adapter("version: 1", "F");
    CHECK(defaults.line_limit == std::size_t{256} << 20);
    CHECK(defaults.idle == 0ms);
    CHECK(defaults.stop_grace == 10s);
    CHECK(defaults.state_interval == 10s);

    const Adapter adapter = read_adapter(k_valid, "F");
    CHECK(adapter.line_limit == std::size_t{512} << 20);
    CHECK(adapter.idle == 300ms);
    CHECK(adapter.stop_grace == 300ms);
    CHECK(limits("idle: 10m").stop_grace == 10s);
    CHECK(read_adapter("{version: 1, state: {interval: 0s}}", "F").state_interval == 0ms);
}

TEST_CASE("durations and sizes have units")
{
    CHECK(limits("idle: 0s").idle == 0ms);
    CHECK(limits("idle: 0ms").idle == 0ms);
    CHECK(limits("idle: 1500ms").idle == 1500ms);
    CHECK(limits("idle: 90s").idle == 90s);
    CHECK(limits("idle: '2m'").idle == 2min);
    CHECK(limits("idle: 24h").idle == 24h);
    CHECK(limits("stop_grace: 3600s").stop_grace == 1h);
    CHECK(limits("line: 65536B").line_limit == 65536);
    CHECK(limits("line: 64KiB").line_limit == 65536);
    CHECK(limits("line: 3MiB").line_limit == std::size_t{3} << 20);
    CHECK(limits("line: 4GiB").line_limit == std::size_t{4} << 30);
}

TEST_CASE("a wrong quantity is named with what would be right")
{
    const std::string no_duration =
        ". A duration is a whole number and its unit: ms, s, m or h, as in 10s.";
    for (const std::string text : {"10", "0", "10 s", "1.5s", "-1s", "+1s", "s", "0x10s", "no",
                                   "1d", "10S", "1e3s", "10s10s", "99999999999999999999999"}) {
        CHECK(problem("limits: {idle: " + text + "}") ==
              "2:16: limits.idle is \"" + text + "\"" + no_duration);
    }
    CHECK(problem("limits: {idle: ''}") == "2:16: limits.idle is \"\"" + no_duration);
    CHECK(problem("limits: {idle: \"1s\\n\"}") == "2:16: limits.idle is \"1s \"" + no_duration);
    CHECK(problem("limits: {idle: [1s]}") == "2:16: limits.idle is a list" + no_duration);
    CHECK(problem("limits: {idle: {s: 1}}") == "2:16: limits.idle is a mapping" + no_duration);
    CHECK(problem("limits: {idle: }") == "2:10: limits.idle is empty" + no_duration);
    CHECK(problem("limits: {idle: ~}") == "2:10: limits.idle is empty" + no_duration);
    CHECK(problem("limits: {line: 256MB}") ==
          "2:16: limits.line is \"256MB\". A size is a whole number and its unit: B, KiB, MiB or "
          "GiB, as in 256MiB.");
    CHECK(problem("limits: {line: 65535B}") ==
          "2:16: limits.line is \"65535B\". It can be 64KiB to 4GiB.");
    CHECK(problem("limits: {line: 18446744073709551615GiB}") ==
          "2:16: limits.line is \"18446744073709551615GiB\". It can be 64KiB to 4GiB.");
    CHECK(problem("limits: {stop_grace: 3600001ms}") ==
          "2:22: limits.stop_grace is \"3600001ms\". It can be 0s to 1h.");
    CHECK(problem("limits: {idle: 25h}") == "2:16: limits.idle is \"25h\". It can be 0s to 24h.");
    CHECK(problem("limits: {idle: 99999999999999999999999s}") ==
          "2:16: limits.idle is \"99999999999999999999999s\". It can be 0s to 24h.");
}

TEST_CASE("an unknown key is named with the nearest")
{
    CHECK(problem("limit: {}") == "2:1: unknown key \"limit\"; did you mean \"limits\"?");
    CHECK(problem("colour: {}") == "2:1: unknown key \"colour\"; the known ones are " + k_keys);
    CHECK(problem("limits:\n  idel: 1s") ==
          "3:3: unknown key \"idel\" in limits; did you mean \"idle\"?");
    CHECK(problem("limits:\n  <<: {}") == "3:3: unknown key \"<<\" in limits; the known ones are "
                                          "line, idle, stop_grace, discover, probe.");
    CHECK(problem("limits: {idle:1s}") ==
          "2:10: unknown key \"idle:1s\" in limits; a blank belongs after the colon.");
    CHECK(problem("? " + repeated("x", 500)) ==
          "2:3: unknown key \"" + repeated("x", 57) + "...\"; the known ones are " + k_keys);
}

TEST_CASE("a key stands once")
{
    CHECK(problem("version: 1") ==
          "2:1: the key \"version\" is there already, on line 1. Keep one.");
    CHECK(problem("limits: {idle: 1s, \"idle\": 1s}") ==
          "2:20: the key \"idle\" is there already, on line 2. Keep one.");
    CHECK(problem("[limits]: {}") ==
          "2:1: a key is a word, not a list, a mapping or nothing. Write KEY: VALUE.");
    CHECK(problem("? {a: b}").starts_with("2:3: a key is a word"));
    CHECK(problem("~: 1").starts_with("2:1: a key is a word"));
}

TEST_CASE("a mapping is wanted")
{
    const std::string remedy = ". Give it keys with values below it (KEY: VALUE), or leave it out.";
    CHECK(problem("limits:") == "2:1: limits is empty" + remedy);
    CHECK(problem("limits:\n# comment") == "2:1: limits is empty" + remedy);
    CHECK(problem("limits: no") == "2:9: limits is \"no\"" + remedy);
    CHECK(problem("limits:\n  - idle: 1s") == "3:3: limits is a list" + remedy);
    CHECK(problem("limits: |\n  a\n  b\n") == "2:9: limits is \"a b \"" + remedy);
    const std::string root = " where keys with values belong. Write KEY: VALUE, with a blank after "
                             "the colon, one a line.";
    CHECK(complaint("version:1") ==
          "The adapter has a problem: F:1:1: the file holds \"version:1\"" + root);
    CHECK(complaint("[]") == "The adapter has a problem: F:1:1: the file holds a list" + root);
}

TEST_CASE("the version is the number 1")
{
    const std::string head = "The adapter has a problem: F:1:10: version is ";
    CHECK(complaint("version: '1'") == head + "a text. Write the number: version: 1");
    for (const std::string text : {"2", "1.0", "0x1", "01", "one"}) {
        CHECK(complaint("version: " + text + "\nnew_key: 1") ==
              head + '"' + text + "\". This tapbridge knows version 1 only: version: 1");
    }
    CHECK(complaint("version: [1]") ==
          head + "a list. This tapbridge knows version 1 only: version: 1");
    CHECK(complaint("limits: {}") == "The adapter has a problem: F:1:1: version is missing. Begin "
                                     "the file with: version: 1");
}

TEST_CASE("an empty file is not taken for an adapter")
{
    for (const std::string_view text :
         {"", "\n\n", "# nothing\n", "---\n", "~", "null", "\xEF\xBB\xBF"}) {
        CHECK(complaint(text) ==
              "The adapter has a problem: F:1:1: the file is empty. Begin it with: version: 1");
    }
}

TEST_CASE("all problems are told at once, in their order")
{
    CHECK(complaint("limits: {idle: x, line: y, zz: 1}\nfoo: 1\nfoo: 2\n") ==
          R"(The adapter has 6 problems:
F:1:1: version is missing. Begin the file with: version: 1
F:1:16: limits.idle is "x". A duration is a whole number and its unit: ms, s, m or h, as in 10s.
F:1:25: limits.line is "y". A size is a whole number and its unit: B, KiB, MiB or GiB, as in 256MiB.
F:1:28: unknown key "zz" in limits; the known ones are line, idle, stop_grace, discover, probe.
F:2:1: unknown key "foo"; the known ones are version, name, documentation_url, tap, spec, config, streams, state, check, errors, limits.
F:3:1: the key "foo" is there already, on line 2. Keep one.)");
    std::string many = "version: 1\n";
    for (int i = 0; i < 30; ++i) {
        many += "zz" + std::to_string(i) + ":\n";
    }
    const std::string message = complaint(many);
    CHECK(message.starts_with("The adapter has 30 problems:\nF:2:1: "));
    CHECK(message.ends_with("\nF:21:1: unknown key \"zz19\"; the known ones are " + k_keys +
                            "\nand 10 more."));
}

TEST_CASE("what is not YAML is said in our words, at the place to mend")
{
    CHECK(problem("limits:\n\tidle: 1s") == "3:1: not YAML: a tab in the indentation. Use spaces.");
    CHECK(problem("limits:\n  idle: 1s\n \t line: 1MiB") ==
          "4:2: not YAML: a tab in the indentation. Use spaces.");
    CHECK(problem("limits: idle: 1s") ==
          "2:13: not YAML: a colon stands where none belongs. Quote a text that holds one, and "
          "indent the keys of one mapping alike.");
    const std::string stray = "not YAML: what begins here belongs to nothing before it. Indent the "
                              "keys of one mapping and the items of one list alike, and quote the "
                              "whole of a text.";
    CHECK(problem("limits:\n    idle: 1s\n  line: 1MiB") == "4:3: " + stray);
    CHECK(problem("limits:\n  - a\n b") == "4:2: " + stray);
    CHECK(problem("limits: 'a' b") == "2:13: " + stray);
    CHECK(problem("limits:\n  - - a\n    b") == "4:5: " + stray);
    CHECK(problem("limits: {\n\t\"idle\": \"1s\"\n") ==
          "2:9: not YAML: this mapping is not closed. Put a } at its end.");
    CHECK(problem("limits: {idle: [1s,") ==
          "2:16: not YAML: this list is not closed. Put a ] at its end.");
    CHECK(problem("limits: {}}") ==
          "2:11: not YAML: this bracket closes nothing. Remove it, or write the other kind.");
    CHECK(problem("limits: '1") ==
          "2:11: not YAML: the file ends inside a quoted text. Close the quote.");
    CHECK(problem("limits: @x") ==
          "2:9: not YAML: no text begins with this character. Put the text in quotes.");
    CHECK(problem("limits: \"C:\\q\"") ==
          "2:14: not YAML: this backslash sequence means nothing. Write \\\\ for a backslash, or "
          "use single quotes.");
    CHECK(problem("limits: \"\\ud83d\\ude00\"") ==
          "2:16: not YAML: this escape is no character. Write the character itself.");
    CHECK(problem("limits: !a !b c") ==
          "2:12: not YAML: cannot assign multiple tags to the same node. Mend this place.");
    CHECK(problem("limits: *all") == "2:9: not YAML: no anchor (&) of this name comes before this "
                                     "alias. Put the text in quotes if it is none.");
    CHECK(problem("limits: !!map {}") == "2:9: a tag (!) means nothing in an adapter. Remove it.");
    const std::string second =
        ": a second document or something else begins here, after the end of "
        "the adapter. Remove it, or mend the indentation.";
    CHECK(problem("---\nversion: 1") == "2:1" + second);
    CHECK(problem("...\nversion: 1") == "3:1" + second);
    CHECK(complaint("{version: 1} x") == "The adapter has a problem: F:1:14" + second);
    CHECK(problem("...\n").empty());
}

TEST_CASE("only text in UTF-8 is read")
{
    CHECK(problem("# \xE9") == "2:3: the file is not UTF-8 from here on. Save it as UTF-8.");
    CHECK(problem("é: \xE9") == "2:4: the file is not UTF-8 from here on. Save it as UTF-8.");
    CHECK(complaint(std::string_view("\xFF\xFEv\0", 4)).find("F:1:1: the file is not UTF-8") !=
          std::string::npos);
    // yaml-cpp takes a byte 4 for the end of the file, and loses a carriage return.
    CHECK(problem("# \x04") == "2:3: a control character (U+0004) stands here. Remove it.");
    CHECK(problem(std::string("# \0", 3)) ==
          "2:3: a control character (U+0000) stands here. Remove it.");
    CHECK(problem("limits:\r") == "2:8: a control character (U+000D) stands here. Remove it.");
    CHECK(complaint("\xEF\xBB\xBFversion: 1\r\nlimits: {idle: 1s}\r\n").empty());
}

TEST_CASE("a JSON file is read, too")
{
    CHECK(read_adapter(R"({"version":1,"limits":{"idle":"1s"}})", "F").idle == 1s);
    CHECK(read_adapter("{\n\t\"version\": 1,\n\t\"limits\": {\n\t\t\"idle\": \"1s\"\n\t}\n}\n", "F")
              .idle == 1s);
}

TEST_CASE("columns count characters")
{
    CHECK(problem("limits: {ü: 1}") == "2:10: unknown key \"ü\" in limits; the known ones are "
                                       "line, idle, stop_grace, discover, probe.");
    CHECK(complaint("{version: 1, ü日: ö, zebra: 1}").find("F:1:21: unknown key \"zebra\"") !=
          std::string::npos);
}

TEST_CASE("what would take all memory or time is refused")
{
    CHECK(problem(repeated("#", k_longest_adapter)) ==
          "1:1: the file is longer than 1 MiB, as no adapter is. Name another.");
    CHECK(problem("limits: &x {idle: *x}") ==
          "2:19: this alias stands inside what it repeats. Write out what it means.");
    const std::string too_deep =
        ": lists and mappings are nested more than 100 deep, as in no adapter. Write it flatter.";
    CHECK(problem("limits: " + repeated("[", 101) + repeated("]", 101)) == "2:108" + too_deep);
    CHECK(problem("a: &a " + repeated("[", 60) + repeated("]", 60) + "\nb: " + repeated("[", 60) +
                  "*a" + repeated("]", 60)) == "3:64" + too_deep);
    CHECK(problem("limits: " + repeated("[", 1'000'000)).ends_with(too_deep));
    const std::string too_many =
        ": the file holds more than 100,000 values, aliases counted by what they repeat, as no "
        "adapter does. Write less.";
    std::string laughs = "a0: &a0 [1,1,1,1,1,1,1,1,1]\n";
    for (int i = 1; i < 12; ++i) {
        const std::string before = "*a" + std::to_string(i - 1) + ",";
        laughs += "a" + std::to_string(i) + ": &a" + std::to_string(i) + " [" +
                  repeated(before, 9) + "]\n";
    }
    CHECK(problem(laughs).ends_with(too_many));
    CHECK(problem("limits: [" + repeated("1,", 500'000) + "]").ends_with(too_many));
    CHECK(problem(repeated("a:\n", 40'000)).starts_with("The adapter has 40000 problems:"));
}

TEST_CASE("no bytes make it fail otherwise")
{
    std::mt19937 random(20'240'601);
    const auto below = [&](std::size_t limit) { return std::size_t{random()} % limit; };
    // What means something in YAML, more often than chance would have it.
    const std::vector<std::string> pieces = {
        "\n",   "\n  ",   "\t",   "- ",          ": ",    "? ",    "{",    "}",
        "[",    "]",      ",",    "&a ",         "*a",    "!t ",   "|\n",  ">-\n",
        "\"",   "'",      "#",    "%YAML 1.2\n", "---\n", "...\n", "<<: ", "\\u12",
        "\r\n", "limits", "idle", "1s",          "é",     "\xFF",  "~",    "@"};
    const auto started = std::chrono::steady_clock::now();
    for (int round = 0; round < 20'000; ++round) {
        std::string text = round % 4 == 0 ? "" : k_valid;
        for (std::size_t edits = 1 + below(round % 4 == 0 ? 40 : 4); edits > 0; --edits) {
            const std::size_t at = below(text.size() + 1);
            const std::size_t length = below(3) == 0 ? below(8) : 0;
            text.replace(at, length,
                         below(4) == 0 ? std::string(1, static_cast<char>(below(256)))
                                       : pieces[below(pieces.size())]);
        }
        INFO(text);
        const std::string message = complaint(text); // anything but ErrorException fails the test
        REQUIRE((message.empty() || message.starts_with("The adapter has ")));
    }
    CHECK(std::chrono::steady_clock::now() - started < 60s);
}

TEST_CASE("the flag goes before the variable, and that before the usual place")
{
    CHECK(adapter_path("flag", "variable", "/") == "flag");
    CHECK(adapter_path("", "variable", "/").empty());
    CHECK(adapter_path(std::nullopt, "variable", "/") == "variable");
    CHECK(adapter_path(std::nullopt, "", "/") == "/");
    CHECK(adapter_path(std::nullopt, nullptr, "/") == "/");
    CHECK(adapter_path(std::nullopt, nullptr, "/proc/self/exe") == "/proc/self/exe");
    CHECK(adapter_path(std::nullopt, nullptr, "/nowhere/adapter.yaml").empty());
    CHECK(adapter_path(std::nullopt, nullptr, "/proc/self/exe/adapter.yaml").empty());
}
