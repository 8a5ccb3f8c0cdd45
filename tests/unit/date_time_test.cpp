#include "adapter/date_time.h"
#include "catch.h"

#include <random>

using namespace tapbridge;
using namespace tapbridge::adapter;
using json::Kind;
using json::Value;

namespace {

constexpr std::string_view k_full = "%Y-%m-%dT%H:%M:%S.%f";

std::string read(const Value& value)
{
    const std::optional<DateTime> date = date_of(value);
    return date ? formatted(*date, k_full) : "no date";
}

std::string read(std::string_view text)
{
    return read(Value::string(text));
}

std::string read_number(std::string source)
{
    return read(Value::scalar(Kind::number, std::move(source)));
}

std::string moved(std::string_view text, std::string_view by)
{
    const std::optional<DateTime> date = date_of(Value::string(text));
    const std::optional<Shift> shift = parse_shift(by);
    REQUIRE(date);
    REQUIRE(shift);
    const std::optional<DateTime> result = shifted(*date, *shift);
    return result ? as_written(*result).as_string() : "out of range";
}

std::string written(std::string_view text, std::string_view format)
{
    CHECK(problem_of_format(format).empty());
    const std::optional<DateTime> date = date_of(Value::string(text));
    REQUIRE(date);
    return formatted(*date, format);
}

} // namespace

TEST_CASE("dates are read in the usual forms")
{
    CHECK(read("2024-01-31") == "2024-01-31T00:00:00.000000");
    CHECK(read(" 2024-01-31\n") == "2024-01-31T00:00:00.000000");
    CHECK(read("2024-01-31T10:11") == "2024-01-31T10:11:00.000000");
    CHECK(read("2024-01-31T10:11:12") == "2024-01-31T10:11:12.000000");
    CHECK(read("2024-01-31T10:11:12Z") == "2024-01-31T10:11:12.000000");
    CHECK(read("2024-01-31t10:11:12z") == "2024-01-31T10:11:12.000000");
    CHECK(read("2024-01-31 10:11:12") == "2024-01-31T10:11:12.000000");
    CHECK(read("2024-01-31 10:11:12 Z") == "2024-01-31T10:11:12.000000");
    CHECK(read("2024-01-31T10:11:12.5Z") == "2024-01-31T10:11:12.500000");
    CHECK(read("2024-01-31T10:11:12,123456789Z") == "2024-01-31T10:11:12.123456");
    CHECK(read("2024-01-31T01:00:00+02:00") == "2024-01-30T23:00:00.000000");
    CHECK(read("2024-01-31T01:00:00+0200") == "2024-01-30T23:00:00.000000");
    CHECK(read("2024-01-31 01:00:00 -05") == "2024-01-31T06:00:00.000000");
    CHECK(read("2024-01-31T10:00-00:30") == "2024-01-31T10:30:00.000000");
    CHECK(read("0001-01-01") == "0001-01-01T00:00:00.000000");
    CHECK(read("9999-12-31T23:59:59Z") == "9999-12-31T23:59:59.000000");
    CHECK(read("2000-02-29") == "2000-02-29T00:00:00.000000");
}

TEST_CASE("seconds since the epoch are a date")
{
    CHECK(read_number("0") == "1970-01-01T00:00:00.000000");
    CHECK(read_number("-1") == "1969-12-31T23:59:59.000000");
    CHECK(read_number("-0.5") == "1969-12-31T23:59:59.500000");
    CHECK(read_number("1706659200.25") == "2024-01-31T00:00:00.250000");
    CHECK(read_number("1.7066592e9") == "2024-01-31T00:00:00.000000");
    CHECK(read_number("-62135596800") == "0001-01-01T00:00:00.000000");
    CHECK(read_number("253402300799") == "9999-12-31T23:59:59.000000");
    for (const char* const source : {"-62135596801", "253402300800", "1706659200000", "1e400",
                                     "-1e400", "1e18", "NaN", "12345678901234567890123456789"})
        CHECK(read_number(source) == "no date");
}

TEST_CASE("what is no date is not taken for one")
{
    for (const char* const text : {"",
                                   " ",
                                   "today",
                                   "2024",
                                   "2024-01",
                                   "2024-1-31",
                                   "24-01-31",
                                   "20240131",
                                   "2024/01/31",
                                   "31.01.2024",
                                   "2024-02-30",
                                   "2023-02-29",
                                   "1900-02-29",
                                   "2024-00-10",
                                   "2024-13-01",
                                   "2024-01-00",
                                   "2024-01-32",
                                   "0000-01-01",
                                   "-2024-01-31",
                                   "+2024-01-31",
                                   "12024-01-31",
                                   "2024-01-31T",
                                   "2024-01-31T10",
                                   "2024-01-31T10:",
                                   "2024-01-31T24:00",
                                   "2024-01-31T10:60",
                                   "2024-01-31T10:00:60",
                                   "2024-01-31T10:00:0",
                                   "2024-01-31T10:00:00.",
                                   "2024-01-31T10:00:00.Z",
                                   "2024-01-31T10:00:00 UTC",
                                   "2024-01-31T10:00:00ZZ",
                                   "2024-01-31T10:00:00+",
                                   "2024-01-31Z",
                                   "2024-01-31T10:00:00+2",
                                   "2024-01-31T10:00:00+24:00",
                                   "2024-01-31T10:00:00+02:60",
                                   "2024-01-31T10:00:00+02:0",
                                   "2024-01-31T10:00:00+02:00 ago",
                                   "2024-01-31  10:00:00",
                                   "1706659200",
                                   "0001-01-01T00:00:00+01:00",
                                   "9999-12-31T23:59:59-01:00"}) {
        INFO(text);
        CHECK(read(text) == "no date");
    }
    CHECK(read(Value()) == "no date");
    CHECK(read(Value::boolean(true)) == "no date");
    CHECK(read(Value::object()) == "no date");
    CHECK(read(Value::array({Value::string("2024-01-31")})) == "no date");
}

TEST_CASE("months are the calendar's")
{
    CHECK(moved("2024-01-31", "+1mo") == "2024-02-29");
    CHECK(moved("2023-01-31", "1mo") == "2023-02-28");
    CHECK(moved("2024-03-31", "-1mo") == "2024-02-29");
    CHECK(moved("2024-02-29", "1y") == "2025-02-28");
    CHECK(moved("2024-02-29", "-4y") == "2020-02-29");
    CHECK(moved("2024-02-29", "-124y") == "1900-02-28");
    CHECK(moved("2024-11-30", "3mo") == "2025-02-28");
    CHECK(moved("2024-01-15", "-1mo") == "2023-12-15");
    CHECK(moved("2024-01-15T10:11:12Z", "-13mo") == "2022-12-15T10:11:12Z");
    CHECK(moved("9999-12-31", "-9998y") == "0001-12-31");
    CHECK(moved("9999-12-01", "1mo") == "out of range");
    CHECK(moved("0001-01-31", "-1mo") == "out of range");
    CHECK(moved("2024-01-31", "10000y") == "out of range");
    CHECK(moved("2024-01-31", "-10000y") == "out of range");
}

TEST_CASE("a shifted date keeps its form where that can say it")
{
    CHECK(moved("2024-03-01", "-1d") == "2024-02-29");
    CHECK(moved("2024-03-01", "-24h") == "2024-02-29");
    CHECK(moved("2024-03-01", "-1h") == "2024-02-29T23:00:00Z");
    CHECK(moved("2024-03-01 10:00:00.5+02:00", "1w") == "2024-03-08T08:00:00Z");
    CHECK(moved("2024-03-01T00:00:00Z", "0d") == "2024-03-01T00:00:00Z");
    CHECK(moved("9999-12-31", "1d") == "out of range");
    CHECK(moved("0001-01-01", "-1s") == "out of range");
    const std::optional<DateTime> number = date_of(Value::number(-86'400));
    REQUIRE(number);
    CHECK(as_written(*shifted(*number, {1, 1})).text() == "2592001");
}

TEST_CASE("a shift is a sign or none, a whole number and a unit")
{
    const auto is = [](std::string_view text, std::int64_t months, std::int64_t seconds) {
        const std::optional<Shift> shift = parse_shift(text);
        return shift && shift->months == months && shift->seconds == seconds;
    };
    CHECK(is("90s", 0, 90));
    CHECK(is("+90m", 0, 5400));
    CHECK(is("-2h", 0, -7200));
    CHECK(is("-365d", 0, -31'536'000));
    CHECK(is("2w", 0, 1'209'600));
    CHECK(is("1mo", 1, 0));
    CHECK(is("-2y", -24, 0));
    CHECK(is("0d", 0, 0));
    CHECK(is("007d", 0, 604'800));
    for (const char* const text : {"",
                                   "-",
                                   "d",
                                   "1",
                                   "1 d",
                                   " 1d",
                                   "1d ",
                                   "1.5d",
                                   "--1d",
                                   "+-1d",
                                   "-+1d",
                                   "1M",
                                   "1D",
                                   "1min",
                                   "1month",
                                   "1d1h",
                                   "1e3s",
                                   "0x1d",
                                   "9223372036854775807s",
                                   "9223372036854775808s",
                                   "9223372036854775807y",
                                   "10001y",
                                   "120001mo",
                                   "315537897600s",
                                   "99999999999999999999d"}) {
        INFO(text);
        CHECK_FALSE(parse_shift(text));
    }
}

TEST_CASE("formats write as strftime does")
{
    constexpr std::string_view date = "2024-03-05T06:07:08.000900Z";
    CHECK(written(date, "%Y-%m-%dT%H:%M:%SZ") == "2024-03-05T06:07:08Z");
    CHECK(written(date, "%y%m%d") == "240305");
    CHECK(written(date, "%b %d, %Y") == "Mar 05, 2024");
    CHECK(written(date, "%j") == "065");
    CHECK(written("2023-12-31", "%j") == "365");
    CHECK(written("2024-12-31", "%j") == "366");
    CHECK(written(date, "%H:%M:%S.%f%z %Z") == "06:07:08.000900+0000 UTC");
    CHECK(written(date, "%s") == "1709618828");
    CHECK(written("1969-12-31T23:59:58Z", "%s %S") == "-2 58");
    CHECK(written(date, "100%% ü %d") == "100% ü 05");
    CHECK(written("0001-01-02", "%Y %y") == "0001 01");
    CHECK(formatted({}, "%") == "%");
}

TEST_CASE("a format that is none is told")
{
    CHECK(problem_of_format("%Y-%m-%d").empty());
    CHECK(problem_of_format("%Y%") == "It ends with a single %. Write %% for a percent sign.");
    const std::string letters =
        "It has a % before something else than one of YymbdjHMSfszZ%. Write "
        "%% for a percent sign.";
    for (const char* const format : {"%Q", "%-d", "%E", "%Y % m", "%x", "%\xC3\xBC", "%O%Y"})
        CHECK(problem_of_format(format) == letters);
    for (const char* const format : {"", "YYYY-MM-DD", "%%Y", " "})
        CHECK(problem_of_format(format) ==
              "It names no part of the date. Write it as in %Y-%m-%d.");
}

TEST_CASE("every moment survives being written and read")
{
    std::mt19937_64 random(20'261'123);
    std::uniform_int_distribution<std::int64_t> seconds(-62'135'596'800, 253'402'300'799);
    for (int i = 0; i < 20'000; ++i) {
        const DateTime date{seconds(random), 0, DateForm::moment};
        const std::optional<DateTime> again = date_of(as_written(date));
        REQUIRE(again);
        REQUIRE(again->seconds == date.seconds);
        REQUIRE(std::to_string(date.seconds) == formatted(*again, "%s"));
        const std::optional<DateTime> there = shifted(date, {0, 86'400});
        if (there)
            REQUIRE(shifted(*there, {0, -86'400})->seconds == date.seconds);
    }
}
