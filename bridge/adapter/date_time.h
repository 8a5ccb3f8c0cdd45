// Dates in a user's config: reading, shifting, writing. In UTC, from the year 1 to 9999.
#pragma once

#include "adapter/mapping.h"
#include "util/json/value.h"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace tapbridge::adapter {

// How a date was written: "2024-01-31", with a time of day, or seconds since the epoch.
enum class DateForm : std::uint8_t { day, moment, number };

struct DateTime {
    std::int64_t seconds = 0; // since the epoch
    std::uint32_t microseconds = 0;
    DateForm form = DateForm::moment;
};

inline constexpr std::string_view k_plain_format = "%Y-%m-%dT%H:%M:%SZ";

// "2024-01-31"; the same, T or a blank, and "10:00", "10:00:00", "10:00:00.5", each with "Z",
// "+02:00", "+0200", "+02" or nothing (UTC) behind it; seconds since the epoch as a number. None
// for anything else.
std::optional<DateTime> date_of(const json::Value& value);
DateTime date_of_ms(std::int64_t ms); // since the epoch

// First the months (on a day that the month lacks: its last day), then the rest. None where that
// leaves the years 1 to 9999.
std::optional<DateTime> shifted(const DateTime& date, const Shift& shift);

// By a format without problem.
std::string formatted(const DateTime& date, std::string_view format);
// In the form that it was written in. What a day alone cannot say becomes a moment.
json::Value as_written(const DateTime& date);

// What is wrong with a format, as sentences: "" when it is fine. It takes %Y %y %m %b %d %j %H %M
// %S %f (microseconds) %s (seconds since the epoch) %z (+0000) %Z (UTC) %%, as strftime of the
// POSIX locale and of Python.
std::string problem_of_format(std::string_view format);

} // namespace tapbridge::adapter
