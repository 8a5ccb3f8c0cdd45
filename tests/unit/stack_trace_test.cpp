#include "catch.h"
#include "log_entries.h"
#include "singer/stack_trace.h"

using namespace tapbridge;
using namespace tapbridge::singer;

TEST_CASE("LogReader prints the exception of a structured entry as Python would")
{
    const auto entries = read(
        R"({"level":"error","message":"failed","exception":{"type":"Gone","module":"acme","message":"m",)"
        R"x("traceback":[{"filename":"/x.py","function":"f","lineno":3,"line":"  g()"}],)x"
        R"("cause":{"type":"KeyError","module":"builtins","message":"'k'","traceback":[]}}})");
    CHECK(entries ==
          Entries{entry(Level::error, "failed",
                        "Traceback (most recent call last):\n"
                        "KeyError: 'k'\n\n"
                        "The above exception was the direct cause of the following exception:\n\n"
                        "Traceback (most recent call last):\n"
                        "  File \"/x.py\", line 3, in f\n"
                        "    g()\n"
                        "acme.Gone: m")});
    CHECK(read(R"({"level":"error","message":"failed","exception":"Traceback ...\nX: y"})") ==
          Entries{entry(Level::error, "failed", "Traceback ...\nX: y")});
    const std::string deep = "{\"level\":\"error\",\"message\":" + std::string(5000, '[');
    CHECK(read(deep) == Entries{entry(Level::info, deep)});
}

TEST_CASE("LogReader makes a traceback of its own an ERROR entry that says its exception")
{
    CHECK(read("INFO before\n" + k_trace + "\nINFO after") ==
          Entries{entry(Level::info, "before"),
                  entry(Level::error, "acme.errors.NoSuchShop: shop 7 is gone", k_trace),
                  entry(Level::info, "after")});
    CHECK(read("Traceback (most recent call last):\n  File \"a\", line 1, in b") ==
          Entries{entry(Level::error, "File \"a\", line 1, in b",
                        "Traceback (most recent call last):\n  File \"a\", line 1, in b")});
    CHECK(read(k_trace + "\n" + k_trace).size() == 2);
}

TEST_CASE("LogReader adds a traceback to the error before it")
{
    CHECK(read("CRITICAL shop 7 is gone\n" + k_trace) ==
          Entries{entry(Level::fatal, "shop 7 is gone", k_trace)});
    CHECK(read("2024-03-01 12:00:00,1 | ERROR    | tap-shop                       | no\n" +
               k_trace) == Entries{entry(Level::error, "no", k_trace)});
    CHECK(read("ERROR a\n" + k_trace + "\nCRITICAL b\n" + k_trace) ==
          Entries{entry(Level::error, "a", k_trace), entry(Level::fatal, "b", k_trace)});
    const std::string ignored = "Exception ignored in: <_io.TextIOWrapper name='<stdout>'>";
    CHECK(read(ignored + "\n" + k_trace) == Entries{entry(Level::warn, ignored, k_trace)});
    const std::string headless = k_trace.substr(k_trace.find('\n') + 1);
    CHECK(read("ERROR cut\n" + headless) == Entries{entry(Level::error, "cut", headless)});
}

TEST_CASE("LogReader keeps chained tracebacks together")
{
    for (const std::string link :
         {"\n\nDuring handling of the above exception, another exception occurred:\n\n",
          "\n\nThe above exception was the direct cause of the following exception:\n\n"}) {
        const std::string chain =
            "Traceback (most recent call last):\n  File \"a\", line 1, in b\n    c\nValueError: 1" +
            link + k_trace +
            "\nsecond line\n\n[SQL: SELECT 1]\n(Background on this error at: https://x)";
        CHECK(read("CRITICAL x\n" + chain + "\nINFO y") ==
              Entries{entry(Level::fatal, "x", chain), entry(Level::info, "y")});
        CHECK(read(chain) ==
              Entries{entry(Level::error, "acme.errors.NoSuchShop: shop 7 is gone", chain)});
    }
}

TEST_CASE("LogReader puts a traceback together that was logged line by line")
{
    std::string prefixed = "CRITICAL ";
    for (const char c : k_trace)
        prefixed += c == '\n' ? std::string("\nCRITICAL ") : std::string(1, c);
    CHECK(read("CRITICAL shop 7 is gone\n" + prefixed) ==
          Entries{entry(Level::fatal, "shop 7 is gone", k_trace)});
    CHECK(read(prefixed + "\nINFO x") ==
          Entries{entry(Level::fatal, "acme.errors.NoSuchShop: shop 7 is gone", k_trace),
                  entry(Level::info, "x")});
    // Only the first line of this one has a head.
    CHECK(read("INFO " + k_trace + "\nINFO x") ==
          Entries{entry(Level::info, "acme.errors.NoSuchShop: shop 7 is gone", k_trace),
                  entry(Level::info, "x")});
}

TEST_CASE("LogReader keeps stack traces of Java together")
{
    const std::string trace = "java.sql.SQLException: Login failed\n"
                              "\tat com.acme.Tap.connect(Tap.java:12)\n"
                              "\t... 3 more\n"
                              "Caused by: java.net.ConnectException: refused\n"
                              "\tat java.net.Socket.connect(Socket.java:1)";
    CHECK(read("FATAL no luck\n" + trace + "\nINFO x") ==
          Entries{entry(Level::fatal, "no luck", trace), entry(Level::info, "x")});
    CHECK(read("INFO a\n" + trace) ==
          Entries{entry(Level::info, "a"),
                  entry(Level::error, "java.sql.SQLException: Login failed", trace)});
    CHECK(read("Exception in thread \"main\" " + trace) ==
          Entries{entry(Level::error, "java.sql.SQLException: Login failed",
                        "Exception in thread \"main\" " + trace)});
    CHECK(read("Error: no\n    at run (/x.js:1:2)\n    at main (/x.js:9:2)") ==
          Entries{
              entry(Level::error, "Error: no", "    at run (/x.js:1:2)\n    at main (/x.js:9:2)")});
}

TEST_CASE("LogReader goes on with a traceback that a flush has cut")
{
    const auto entries =
        read("ERROR a\nTraceback (most recent call last):\n  File \"a\", line 1, in b\n\f\n\f\n"
             "    c\nValueError: no\nINFO x");
    CHECK(entries ==
          Entries{entry(Level::error, "a",
                        "Traceback (most recent call last):\n  File \"a\", line 1, in b"),
                  entry(Level::error, "ValueError: no", "    c\nValueError: no"),
                  entry(Level::info, "x")});
    CHECK(read("ERROR a\n" + k_trace + "\n\f\nplain") ==
          Entries{entry(Level::error, "a", k_trace), entry(Level::info, "plain")});
    CHECK(read("INFO a\n\f\n  b") == Entries{entry(Level::info, "a"), entry(Level::info, "  b")});
}

TEST_CASE("LogReader ends a traceback that was logged line by line with its exception")
{
    CHECK(read("ERROR Traceback (most recent call last):\nERROR   File \"a\", line 1, in b\n"
               "ERROR     c\nERROR KeyError: 'd'\nERROR next") ==
          Entries{entry(Level::error, "KeyError: 'd'",
                        "Traceback (most recent call last):\n  File \"a\", line 1, in b\n    c\n"
                        "KeyError: 'd'"),
                  entry(Level::error, "next")});
    // Here only the first line has a head, and the exception never came.
    CHECK(read("INFO Traceback (most recent call last):\n  File \"a\", line 1, in b\nINFO next") ==
          Entries{entry(Level::info, "File \"a\", line 1, in b",
                        "Traceback (most recent call last):\n  File \"a\", line 1, in b"),
                  entry(Level::info, "next")});
}

TEST_CASE("find_raised gives both ends of a chain")
{
    const std::string head = "Traceback (most recent call last):\n  File \"a\", line 1, in b\n";
    const std::string link =
        "\n\nDuring handling of the above exception, another exception occurred:\n\n";
    const auto chain =
        find_raised(head + "A: 1" + link + head + "B: 2" + link + head + "C: 3\nmore");
    CHECK(chain.last == "C: 3\nmore");
    CHECK(chain.cause == "A: 1\n");

    const auto separate = find_raised(head + "A: 1\n" + head + "B: 2");
    CHECK(separate.last == "B: 2");
    CHECK(separate.cause.empty());

    CHECK(find_raised("").last.empty());
    CHECK(find_raised(head).last.empty());
    CHECK(find_raised("    c\nValueError: cut").last == "ValueError: cut");
}

TEST_CASE("find_raised gives the last exception inside a group")
{
    const auto raised =
        find_raised("  + Exception Group Traceback (most recent call last):\n"
                    "  |   File \"a\", line 1, in b\n"
                    "  | ExceptionGroup: unhandled errors in a TaskGroup (1 sub-exception)\n"
                    "  +-+---------------- 1 ----------------\n"
                    "    | Traceback (most recent call last):\n"
                    "    |   File \"a\", line 2, in c\n"
                    "    | ValueError: inner\n"
                    "    +------------------------------------");
    CHECK(raised.last == "ValueError: inner\n");
    CHECK(raised.cause.empty());
}
