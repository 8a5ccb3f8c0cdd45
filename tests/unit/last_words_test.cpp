#include "catch.h"
#include "singer/log_line.h"

using namespace tapbridge;
using namespace tapbridge::singer;

namespace {

LastWords words_of(std::string_view text)
{
    LastWords words;
    LogReader reader([&](const LogEntry& entry) { words.add(entry); });
    while (!text.empty()) {
        const auto newline = text.find('\n');
        reader.line(text.substr(0, newline));
        text = newline == std::string_view::npos ? std::string_view{} : text.substr(newline + 1);
    }
    reader.flush();
    return words;
}

std::string best(std::string_view text)
{
    return words_of(text).best();
}

std::string traceback(const std::string& exception)
{
    return "Traceback (most recent call last):\n  File \"/x.py\", line 1, in f\n    g()\n" +
           exception + "\n";
}

const std::string k_during =
    "\nDuring handling of the above exception, another exception occurred:\n\n";
const std::string k_from =
    "\nThe above exception was the direct cause of the following exception:\n\n";

} // namespace

TEST_CASE("LastWords::best is the last CRITICAL entry")
{
    CHECK(best("ERROR first\nCRITICAL No such shop\nERROR later\nINFO end") == "No such shop");
    CHECK(best("CRITICAL No such shop\n" + traceback("acme.Gone: No such shop")) == "No such shop");
    CHECK(best("CRITICAL early one\nINFO x\nCRITICAL the last") == "the last");
    CHECK(best("FATAL It is the end") == "It is the end");
}

TEST_CASE("LastWords::best takes CRITICAL lines in a row as one message")
{
    CHECK(best("CRITICAL connection failed:\nCRITICAL \tIs the server running?\n" +
               traceback("acme.Error: connection failed:\n\tIs the server running?")) ==
          "connection failed: Is the server running?");
    CHECK(best("CRITICAL the same\nCRITICAL the same") == "the same");
}

TEST_CASE("LastWords::best is the exception where CRITICAL says little")
{
    CHECK(best("CRITICAL 'user_agent'\n" + traceback("KeyError: 'user_agent'")) ==
          "KeyError: 'user_agent'");
    CHECK(best("CRITICAL 'Client' object has no attribute 'get'\n" +
               traceback("AttributeError: 'Client' object has no attribute 'get'")) ==
          "AttributeError: 'Client' object has no attribute 'get'");
    CHECK(best("CRITICAL 'user_agent'") == "'user_agent'");
}

TEST_CASE("LastWords::best is the exception of the last traceback")
{
    CHECK(best(traceback("requests.exceptions.HTTPError: 401 Client Error: Unauthorized for url: "
                         "https://x/y")) ==
          "HTTPError: 401 Client Error: Unauthorized for url: https://x/y");
    CHECK(best("ERROR it failed\n" + traceback("ValueError: year -44 is out of range")) ==
          "ValueError: year -44 is out of range");
    CHECK(best(traceback("KeyError: 'user_agent'")) == "KeyError: 'user_agent'");
    CHECK(best(traceback("Exception: plain words")) == "plain words");
    CHECK(best(traceback("acme.errors.Lonely")) == "Lonely");
    CHECK(best(traceback("acme.f.<locals>.Inner: msg here")) == "Inner: msg here");
    CHECK(best(traceback("no class: at all")) == "no class: at all");
    CHECK(best(traceback("A: the first") + "INFO x\n" + traceback("b.B: the last")) ==
          "B: the last");
    CHECK(best("Exception ignored in: <x>\n" +
               traceback("BrokenPipeError: [Errno 32] Broken pipe")) == "");
}

TEST_CASE("LastWords::best puts the message of a database error on one line")
{
    CHECK(best(traceback(
              "sqlalchemy.exc.OperationalError: (psycopg2.OperationalError) connection to "
              "server at \"db\" (10.0.0.1), port 5432 failed: FATAL:  password authentication "
              "failed for user \"x\"\nconnection to server at \"db\", port 5432 failed: FATAL:  "
              "no pg_hba.conf entry\n\n(Background on this error at: "
              "https://sqlalche.me/e/20/e3q8)")) ==
          "OperationalError: connection to server at \"db\" (10.0.0.1), port 5432 failed: FATAL: "
          "password "
          "authentication failed for user \"x\" connection to server at \"db\", port 5432 failed: "
          "FATAL: no "
          "pg_hba.conf entry");
    CHECK(best(traceback(
              "sqlalchemy.exc.ProgrammingError: (psycopg2.errors.UndefinedTable) relation \"t\" "
              "does not exist\nLINE 1: SELECT * FROM t\n                      ^\n\n[SQL: SELECT * "
              "FROM t WHERE name = %(n)s]\n[parameters: {'n': 'Jane'}]\n(Background ...)")) ==
          "ProgrammingError: relation \"t\" does not exist LINE 1: SELECT * FROM t ^");
    CHECK(best("CRITICAL (psycopg2.OperationalError) gone\n") == "gone");
    CHECK(best("CRITICAL (1045, \"Access denied for user 'a'@'b'\")\n") ==
          "(1045, \"Access denied for user 'a'@'b'\")");
}

TEST_CASE("LastWords::best adds the cause that a chain of exceptions hides")
{
    const auto refused = traceback("paramiko.SSHException: Unable to connect to 10.0.0.1");
    CHECK(best("CRITICAL Unexpected error\n" + refused + k_from +
               traceback("RuntimeError: Unexpected error")) ==
          "Unexpected error (cause: SSHException: Unable to connect to 10.0.0.1)");
    CHECK(best(refused + k_during + traceback("KeyError: 'x'") + k_during +
               traceback("X: it broke")) ==
          "X: it broke (cause: SSHException: Unable to connect to 10.0.0.1)");
    // Not where it adds nothing,
    CHECK(best(refused + k_from + traceback("Y: Unable to connect to 10.0.0.1 (3 tries)")) ==
          "Y: Unable to connect to 10.0.0.1 (3 tries)");
    CHECK(best(traceback("KeyError: 'retry-after'") + k_during + traceback("HTTPError: 401")) ==
          "HTTPError: 401");
    // nor from another failure.
    CHECK(best("ERROR x\n" + refused + k_from + traceback("E: a b") + "CRITICAL something else") ==
          "something else");
    CHECK(best(refused + traceback("E: a b")) == "E: a b");
}

TEST_CASE("LastWords::best reads Java's chains")
{
    CHECK(
        best("FATAL Sync failed\njava.sql.SQLException: No connection\n\tat a.B.c(B.java:1)\n"
             "Caused by: java.io.IOException: In between\n\tat a.B.d(B.java:2)\n\t... 2 more\n"
             "Caused by: java.net.ConnectException: Connection refused\n\tat a.B.e(B.java:3)\n") ==
        "Sync failed (cause: ConnectException: Connection refused)");
    CHECK(best("Exception in thread \"main\" java.lang.IllegalStateException: no state\n\tat "
               "a.B.c(B.java:1)") == "IllegalStateException: no state");
}

TEST_CASE("LastWords::best is the last ERROR where nothing was raised")
{
    CHECK(best("ERROR one\nERROR two\nWARNING three") == "two");
    CHECK(best("usage: tap-x [-h]\ntap-x: error: unrecognized arguments: --discover") ==
          "tap-x: error: unrecognized arguments: --discover");
    CHECK(best("Usage: tap-x\n\nError: No such option: --foo") == "Error: No such option: --foo");
    CHECK(best("") == "");
    CHECK(best("INFO fine\nWARNING careful\nplain") == "");
}

TEST_CASE("LastWords::best is short, clean text")
{
    const auto long_words = best("CRITICAL " + std::string(5000, 'x') + " y");
    CHECK(long_words.size() <= 1000);
    CHECK(long_words.find("xxx") == 0);
    const auto with_cause = best(traceback("A: " + std::string(3000, 'a') + " b") + k_from +
                                 traceback("C: " + std::string(3000, 'c') + " d"));
    CHECK(with_cause.size() <= 1000);
    CHECK(with_cause.find(" (cause: A: aaa") != std::string::npos);
    CHECK(best(std::string("CRITICAL a\0b \xff c\td", 18)) == "a b \xEF\xBF\xBD c d");
}

TEST_CASE("LastWords::tail keeps the last lines, 20 and 4 KiB at most")
{
    std::string text;
    for (int i = 0; i < 100; ++i)
        text += "INFO line " + std::to_string(i) + "\n";
    const auto tail = words_of(text).tail();
    CHECK(tail.find("line 80\n") == 0);
    CHECK(tail.substr(tail.size() - 8) == "\nline 99");

    text.clear();
    for (int i = 0; i < 10; ++i)
        text += "INFO " + std::to_string(i) + std::string(100 * 1000, 'x') + "\n";
    CHECK(words_of(text).tail().size() <= 4096);
    CHECK(words_of(text).tail().find("\n9xxx") != std::string::npos);

    CHECK(
        words_of("INFO a\nINFO METRIC: {}\nDEBUG b\nERROR c\n" + traceback("X: y")).tail() ==
        "a\nc\nTraceback (most recent call last):\n  File \"/x.py\", line 1, in f\n    g()\nX: y");
}

TEST_CASE("LastWords::last_traceback is the whole of the last one")
{
    const auto first = traceback("A: b");
    const auto second = traceback("C: d") + k_during + traceback("E: f");
    const auto words = words_of("CRITICAL x\n" + first + "ERROR y\n" + second + "INFO z");
    CHECK(words.last_traceback() + "\n" == second);
    CHECK(words_of("INFO x").last_traceback().empty());
}

TEST_CASE("LastWords::missing_keys reads Python's list")
{
    using Keys = std::vector<std::string>;
    CHECK(words_of("CRITICAL Config is missing required keys: ['start_date', 'api_key']")
              .missing_keys() == Keys{"start_date", "api_key"});
    CHECK(words_of("ERROR Config is missing required keys: [\"it's\", 'a\\'b']").missing_keys() ==
          Keys{"it's", "a'b"});
    CHECK(words_of(traceback("Exception: Config is missing required keys: ['k']")).missing_keys() ==
          Keys{"k"});
    CHECK(words_of("CRITICAL Config is missing required keys: ['a', 'b").missing_keys() ==
          Keys{"a"});
    CHECK(words_of("CRITICAL Config is missing required keys: []").missing_keys().empty());
    CHECK(words_of("CRITICAL Config is missing required keys: [1, {}]").missing_keys().empty());
    CHECK(words_of("INFO nothing").missing_keys().empty());
}
