#include "catch.h"
#include "log_entries.h"
#include "singer/log_line.h"

#include <random>

using namespace tapbridge;
using namespace tapbridge::singer;

TEST_CASE("LogReader knows the formats taps use")
{
    struct Case {
        std::string line;
        Level level;
        std::string message;
    };
    const Case cases[] = {
        {"INFO Starting sync", Level::info, "Starting sync"},
        {"WARNING slow", Level::warn, "slow"},
        {"ERROR no", Level::error, "no"},
        {"CRITICAL bad", Level::fatal, "bad"},
        {"FATAL bad", Level::fatal, "bad"},
        {"DEBUG x", Level::debug, "x"},
        {"TRACE x", Level::trace, "x"},
        {"NOTICE x", Level::info, "x"},
        {"2024-03-01 12:00:00,123 | INFO     | tap-shop                       | hello", Level::info,
         "hello"},
        {"2024-03-01 12:00:00,123 | WARNING  | tap-shop.orders                | state: None",
         Level::warn, "orders: state: None"},
        {"2024-03-01 12:00:00,123 | INFO     | tap-shop.orders                | sync of 'orders'",
         Level::info, "sync of 'orders'"},
        {"2024-03-01 12:00:00,123 | INFO     | tap-shop.order                 | sync of 'orders'",
         Level::info, "order: sync of 'orders'"},
        {"2024-03-01 12:00:00,123 | INFO     | tap-shop.public-A Very Long Table Name | a | b",
         Level::info, "public-A Very Long Table Name: a | b"},
        {"2024-03-01 12:00:00.123 | ERROR    | shop.main:run:12 - lost it", Level::error,
         "shop.main:run:12 - lost it"},
        {"time=2024-03-01 12:00:00 name=tap_shop level=WARNING message=a=b level=INFO", Level::warn,
         "a=b level=INFO"},
        {"time=\"2024-03-01T12:00:00Z\" level=error msg=\"x\"", Level::error, "\"x\""},
        {"INFO:tap_shop.client:GET: ok", Level::info, "GET: ok"},
        {"CRITICAL:root:bad: worse", Level::fatal, "bad: worse"},
        {"ERROR: it broke: badly", Level::error, "it broke: badly"},
        {"INFO - 2024-03-01 12:00:00,123 - tap-shop - went well", Level::info, "went well"},
        {"2024-03-01 12:00:00,123 - tap_shop - ERROR - went badly", Level::error, "went badly"},
        {"2024-03-01 12:00:00,123 ERROR went badly", Level::error, "went badly"},
        {"[2024-03-01 12:00:00,123] [WARNING] careful", Level::warn, "careful"},
        {"2024-03-01T12:00:00.123+00:00 [main] WARN  com.acme.Tap - careful", Level::warn,
         "com.acme.Tap - careful"},
        {"[ERROR] no", Level::error, "no"},
        {"24/03/01 12:00:00 WARN Native: none", Level::warn, "Native: none"},
        {"2024-03-01 12:00:00,123 no level at all", Level::info, "no level at all"},
        {"2024-03-01 12:00:00,123 error in lower case is a word", Level::info,
         "error in lower case is a word"},
        {"/opt/x y/z.py:12: DeprecationWarning: old", Level::warn,
         "/opt/x y/z.py:12: DeprecationWarning: old"},
        {"tap-shop: error: unrecognized arguments: --x", Level::error,
         "tap-shop: error: unrecognized arguments: --x"},
        {"Error: No such option: --x", Level::error, "Error: No such option: --x"},
        {"Killed", Level::error, "Killed"},
        {"Segmentation fault (core dumped)", Level::error, "Segmentation fault (core dumped)"},
        {"panic: runtime error", Level::error, "panic: runtime error"},
        {"\x1b[1;31mERROR\x1b[0m red", Level::error, "red"},
        {"INFO with a return\r", Level::info, "with a return"},
    };
    for (const auto& [line, level, message] : cases) {
        INFO(line);
        CHECK(read(line) == Entries{entry(level, message)});
    }
}

TEST_CASE("LogReader takes what only looks like a format as it is")
{
    for (const std::string line : {"INFORMATION about x",
                                   "INFO_2 x",
                                   "Information",
                                   "2024-03-01 is a date",
                                   "12:00:00",
                                   "2024-03-01 12:00:0",
                                   "time=now level=high message=x",
                                   "time=1 message=x",
                                   "[INFO",
                                   "{",
                                   "{\"level\":\"INFO\"}",
                                   "{\"level\":\"LOUD\",\"message\":\"x\"}",
                                   "{\"level\":\"INFO\",",
                                   "[1, 2]",
                                   "error",
                                   "x.py: Warning: no line",
                                   "a:b: DeprecationWarning: no number",
                                   "Traceback",
                                   "Killed by nobody",
                                   "\xff\xfe bytes",
                                   "com.acme.Exceptional: no"}) {
        INFO(line);
        CHECK(read(line) == Entries{entry(Level::info, line)});
    }
    const std::string nul("a\0b", 3);
    CHECK(read(nul) == Entries{entry(Level::info, nul)});
}

TEST_CASE("LogReader makes METRIC lines DEBUG in every format")
{
    const std::string metric = "METRIC: {\"type\": \"counter\", \"value\": 5}";
    for (const std::string prefix :
         {"INFO ", "time=2024-03-01 12:00:00 name=singer level=INFO message=", "INFO:singer:",
          "2024-03-01 12:00:00,123 | INFO     | singer_sdk.metrics             | ",
          "INFO - 2024-03-01 12:00:00,123 - singer - ", "2024-03-01 12:00:00,123 "}) {
        INFO(prefix);
        CHECK(read(prefix + metric) == Entries{entry(Level::debug, metric)});
    }
    CHECK(read(R"({"level":"info","message":"METRIC: x"})") ==
          Entries{entry(Level::debug, "METRIC: x")});
    CHECK(read(R"({"level":"info","message":"sync","metric_info":{"value":1}})") ==
          Entries{entry(Level::debug, "sync")});
    // What follows a hidden line is not hidden with it.
    CHECK(read("2024-03-01 12:00:00,123 | INFO     | singer_sdk.metrics             | METRIC: "
               "{}\nhello") ==
          Entries{entry(Level::debug, "METRIC: {}"), entry(Level::info, "hello")});
}

TEST_CASE("LogReader reads structured entries")
{
    CHECK(read(R"({"level":"warning","pid":1,"logger_name":"tap-shop","message":"caf\u00e9"})") ==
          Entries{entry(Level::warn, "caf\xc3\xa9")});
    CHECK(read(R"({"levelname":"CRITICAL","event":"gone"})") ==
          Entries{entry(Level::fatal, "gone")});
    CHECK(read(R"({"level":40,"msg":{"a":1}})") == Entries{entry(Level::error, R"({"a":1})")});
    CHECK(read(R"({"level":"info","message":"state: None","stream_name":"orders"})") ==
          Entries{entry(Level::info, "orders: state: None")});
    CHECK(read("{\"level\":\"info\",\"message\":\"\xff\"}") == Entries{entry(Level::info, "\xff")});
    // Neither joined with what follows, nor with what came before.
    CHECK(read("ERROR a\n{\"level\":\"info\",\"message\":\"b\"}\nc") ==
          Entries{entry(Level::error, "a"), entry(Level::info, "b"), entry(Level::info, "c")});
}

TEST_CASE("LogReader keeps continuation lines with their head")
{
    CHECK(read("INFO Running\n        SELECT 1\n\tFROM t\nplain\nINFO next") ==
          Entries{entry(Level::info, "Running\n        SELECT 1\n\tFROM t"),
                  entry(Level::info, "plain"), entry(Level::info, "next")});
    CHECK(read("time=1 name=a level=INFO message=Running select\nfrom t\n\nwhere 1\ntime=2 name=a "
               "level=INFO "
               "message=done") == Entries{entry(Level::info, "Running select\nfrom t\n\nwhere 1"),
                                          entry(Level::info, "done")});
    CHECK(read("CRITICAL relation does not exist\nLINE 1: SELECT\n    ^\nelse") ==
          Entries{entry(Level::fatal, "relation does not exist\nLINE 1: SELECT\n    ^\nelse")});
    CHECK(read("INFO \n**** Summary:\nINFO end") ==
          Entries{entry(Level::info, "**** Summary:"), entry(Level::info, "end")});
    CHECK(read("/x.py:3: UserWarning: left\n  warnings.warn(m)\nafter") ==
          Entries{entry(Level::warn, "/x.py:3: UserWarning: left\n  warnings.warn(m)"),
                  entry(Level::info, "after")});
    CHECK(read("{\n  \"a\": 1\n}") ==
          Entries{entry(Level::info, "{\n  \"a\": 1"), entry(Level::info, "}")});
}

TEST_CASE("LogReader separates lines of no format and drops blank ones")
{
    CHECK(read("one\ntwo\n\n \nthree\nINFO \nINFO x") ==
          Entries{entry(Level::info, "one"), entry(Level::info, "two"), entry(Level::info, "three"),
                  entry(Level::info, "x")});
    CHECK(read("\n\n  \n").empty());
}

TEST_CASE("LogReader keeps usage errors apart from the usage")
{
    CHECK(
        read("usage: tap-shop [-h] -c CONFIG\n                [-d]\ntap-shop: error: no config") ==
        Entries{entry(Level::info, "usage: tap-shop [-h] -c CONFIG\n                [-d]"),
                entry(Level::error, "tap-shop: error: no config")});
    CHECK(read("Usage: tap-shop [OPTIONS]\nTry 'tap-shop --help' for help.\n\nError: No such "
               "option") ==
          Entries{entry(Level::info, "Usage: tap-shop [OPTIONS]\nTry 'tap-shop --help' for help."),
                  entry(Level::error, "Error: No such option")});
}

TEST_CASE("LogReader holds no more than one entry of bounded size")
{
    std::size_t count = 0;
    std::size_t longest = 0;
    std::string last;
    LogReader reader([&](const LogEntry& entry) {
        ++count;
        longest = std::max(longest, entry.message.size() + entry.stack_trace.size());
        last = entry.message;
    });
    reader.line("INFO " + std::string(1000 * 1000, 'x'));
    reader.line("time=1 name=a level=INFO message=Running");
    for (int i = 0; i < 20000; ++i)
        reader.line(
            "no head at all, and a hundred characters or so ...............................");
    reader.line("Traceback (most recent call last):");
    for (int i = 0; i < 20000; ++i)
        reader.line("  File \"x.py\", line 1, in f");
    reader.line("ValueError: at last");
    reader.flush();
    CHECK(count > 20);
    CHECK(count < 200);
    CHECK(longest <= 2 * LogReader::k_longest_entry);
    CHECK(last == "ValueError: at last");
}

TEST_CASE("LogReader loses no line of text, whatever comes")
{
    static constexpr const char* k_lines[] = {
        "INFO a",
        "CRITICAL b",
        "  indented",
        "",
        "plain",
        "Traceback (most recent call last):",
        "  File \"x\", line 1, in y",
        "ValueError: z",
        "\tat a.b(C.java:1)",
        "Caused by: a.bError: c",
        "During handling of the above exception, another exception occurred:",
        "{\"level\":1}",
        "usage: x",
        "CRITICAL Traceback (most recent call last):",
        "CRITICAL   File \"x\", line 1, in y",
        "time=1 name=a level=ERROR message=q",
        "\f",
        "\xff\xfe",
        "x.y.SomeError: w",
        "INFO "};
    constexpr std::uint64_t k_seed = 20240301;
    std::mt19937_64 random(k_seed);
    for (int round = 0; round < 2000; ++round) {
        std::string text;
        std::vector<std::string> marks;
        for (std::size_t i = random() % 12; i > 0; --i) {
            const std::string line = k_lines[random() % std::size(k_lines)];
            const bool marked = line != "\f" && !line.empty() && line.front() != '{';
            if (marked)
                marks.push_back("#" + std::to_string(i) + ".");
            text += marked ? line + " " + marks.back() + "\n" : line + "\n";
        }
        INFO("seed " << k_seed << " round " << round << "\n" << text);
        std::string all;
        for (const auto& entry : read(text)) {
            CHECK_FALSE(entry.message.empty());
            all += entry.message + "\n" + entry.stack_trace + "\n";
        }
        for (const auto& mark : marks)
            REQUIRE(all.find(mark) != std::string::npos);
    }
}
