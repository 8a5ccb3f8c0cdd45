#include "adapter/date_time.h"

#include "util/text.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <chrono>
#include <cmath>

namespace tapbridge::adapter {

using json::Kind;
using json::Value;

namespace {

using std::chrono::days, std::chrono::sys_days, std::chrono::sys_seconds;
using std::chrono::year_month_day;

constexpr std::int64_t k_first_second = -62'135'596'800; // 0001-01-01T00:00:00Z
constexpr std::int64_t k_last_second = 253'402'300'799;  // 9999-12-31T23:59:59Z
constexpr std::string_view k_letters = "YymbdjHMSfszZ%";

bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

std::optional<DateTime> in_range(const DateTime& date)
{
    if (date.seconds < k_first_second || date.seconds > k_last_second)
        return std::nullopt;
    return date;
}

class Cursor {
public:
    explicit Cursor(std::string_view text) : m_left(text) {}

    bool done() const { return m_left.empty(); }
    char next() const { return m_left.empty() ? '\0' : m_left.front(); }

    bool skip(char c)
    {
        const bool there = next() == c;
        if (there)
            m_left.remove_prefix(1);
        return there;
    }

    // Two digits, or four.
    bool number(std::size_t digits, int& out)
    {
        const std::string_view text = m_left.substr(0, digits);
        if (text.size() != digits || !std::all_of(text.begin(), text.end(), is_digit))
            return false;
        std::from_chars(text.data(), text.data() + digits, out);
        m_left.remove_prefix(digits);
        return true;
    }

    // Digits behind a decimal point; further than six are dropped.
    bool microseconds(std::uint32_t& out)
    {
        std::uint32_t unit = 100'000;
        const bool any = is_digit(next());
        for (; is_digit(next()); m_left.remove_prefix(1)) {
            out += unit * static_cast<std::uint32_t>(next() - '0');
            unit /= 10;
        }
        return any;
    }

private:
    std::string_view m_left;
};

bool read_day(Cursor& at, DateTime& date)
{
    int year = 0;
    int month = 0;
    int day = 0;
    if (!at.number(4, year) || !at.skip('-') || !at.number(2, month) || !at.skip('-') ||
        !at.number(2, day))
        return false;
    const year_month_day civil{std::chrono::year(year),
                               std::chrono::month(static_cast<unsigned>(month)),
                               std::chrono::day(static_cast<unsigned>(day))};
    if (!civil.ok() || year == 0)
        return false;
    date.seconds = std::int64_t{sys_days(civil).time_since_epoch().count()} * 86'400;
    return true;
}

bool read_time(Cursor& at, DateTime& date)
{
    int hour = 0;
    int minute = 0;
    int second = 0;
    if (!at.number(2, hour) || !at.skip(':') || !at.number(2, minute))
        return false;
    if (at.skip(':')) {
        if (!at.number(2, second))
            return false;
        if ((at.skip('.') || at.skip(',')) && !at.microseconds(date.microseconds))
            return false;
    }
    date.seconds += hour * 3600 + minute * 60 + second;
    return hour < 24 && minute < 60 && second < 60;
}

bool read_offset(Cursor& at, DateTime& date)
{
    at.skip(' ');
    if (at.done() || at.skip('Z') || at.skip('z'))
        return at.done();
    const int sign = at.next() == '-' ? -1 : 1;
    int hours = 0;
    int minutes = 0;
    if ((!at.skip('+') && !at.skip('-')) || !at.number(2, hours))
        return false;
    at.skip(':');
    if (!at.done() && !at.number(2, minutes))
        return false;
    date.seconds -= sign * (hours * 3600 + minutes * 60);
    return at.done() && hours < 24 && minutes < 60;
}

std::optional<DateTime> date_of_text(std::string_view text)
{
    Cursor at(text::trim(text));
    DateTime date;
    if (!read_day(at, date))
        return std::nullopt;
    if (at.done())
        date.form = DateForm::day;
    else if ((!at.skip('T') && !at.skip('t') && !at.skip(' ')) || !read_time(at, date) ||
             !read_offset(at, date))
        return std::nullopt;
    return in_range(date);
}

std::optional<DateTime> date_of_number(const std::string& source)
{
    double value = 0;
    const char* const end = source.data() + source.size();
    const auto [stop, error] = std::from_chars(source.data(), end, value);
    const double whole = std::floor(value);
    if (error != std::errc() || stop != end ||
        !(std::abs(whole) <= static_cast<double>(k_last_second)))
        return std::nullopt;
    DateTime date{static_cast<std::int64_t>(whole), 0, DateForm::number};
    date.microseconds = static_cast<std::uint32_t>((value - whole) * 1e6);
    return in_range(date);
}

std::string padded(std::int64_t number, std::size_t width)
{
    std::string digits = std::to_string(number);
    if (digits.size() < width)
        digits.insert(0, width - digits.size(), '0');
    return digits;
}

// One part of the date.
std::string part(const DateTime& date, char letter)
{
    static constexpr std::array<const char*, 12> k_months{"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                                          "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
    const sys_days midnight =
        std::chrono::floor<days>(sys_seconds(std::chrono::seconds(date.seconds)));
    const year_month_day civil(midnight);
    const int year = int(civil.year());
    const std::int64_t second_of_day =
        date.seconds - std::int64_t{midnight.time_since_epoch().count()} * 86'400;
    switch (letter) {
    case 'Y':
        return padded(year, 4);
    case 'y':
        return padded(year % 100, 2);
    case 'm':
        return padded(unsigned(civil.month()), 2);
    case 'b':
        return k_months.at(unsigned(civil.month()) - 1);
    case 'd':
        return padded(unsigned(civil.day()), 2);
    case 'j':
        return padded((midnight - sys_days(civil.year() / 1 / 1)).count() + 1, 3);
    case 'H':
        return padded(second_of_day / 3600, 2);
    case 'M':
        return padded(second_of_day / 60 % 60, 2);
    case 'S':
        return padded(second_of_day % 60, 2);
    case 'f':
        return padded(date.microseconds, 6);
    case 's':
        return std::to_string(date.seconds);
    case 'z':
        return "+0000";
    case 'Z':
        return "UTC";
    default:
        return "%";
    }
}

// Per unit: months or seconds.
struct Unit {
    std::string_view name;
    Shift one;
};

constexpr std::array<Unit, 7> k_units{{{"s", {0, 1}},
                                       {"m", {0, 60}},
                                       {"h", {0, 3600}},
                                       {"d", {0, 86'400}},
                                       {"w", {0, 604'800}},
                                       {"mo", {1, 0}},
                                       {"y", {12, 0}}}};

} // namespace

std::optional<DateTime> date_of(const Value& value)
{
    if (value.is_string())
        return date_of_text(value.as_string());
    return value.kind() == Kind::number ? date_of_number(value.source()) : std::nullopt;
}

DateTime date_of_ms(std::int64_t ms)
{
    const auto moment =
        std::chrono::sys_time<std::chrono::milliseconds>(std::chrono::milliseconds(ms));
    const sys_seconds second = std::chrono::floor<std::chrono::seconds>(moment);
    const auto rest = static_cast<std::uint32_t>((moment - second).count());
    return {second.time_since_epoch().count(), rest * 1000, DateForm::moment};
}

std::optional<DateTime> shifted(const DateTime& date, const Shift& shift)
{
    const sys_seconds moment{std::chrono::seconds(date.seconds)};
    const sys_days midnight = std::chrono::floor<days>(moment);
    const year_month_day civil(midnight);
    const std::int64_t month =
        std::int64_t{int(civil.year())} * 12 + unsigned(civil.month()) - 1 + shift.months;
    if (month < 12 || month >= 120'000)
        return std::nullopt;
    const std::chrono::year_month target{std::chrono::year(static_cast<int>(month / 12)),
                                         std::chrono::month(static_cast<unsigned>(month % 12) + 1)};
    const std::chrono::day last = (target / std::chrono::last).day();
    const sys_days day = target / std::min(civil.day(), last);
    DateTime result = date;
    result.seconds += std::int64_t{(day - midnight).count()} * 86'400 + shift.seconds;
    return in_range(result);
}

std::string formatted(const DateTime& date, std::string_view format)
{
    std::string result;
    for (std::size_t i = 0; i < format.size(); ++i) {
        if (format[i] == '%' && i + 1 < format.size())
            result += part(date, format[++i]);
        else
            result += format[i];
    }
    return result;
}

Value as_written(const DateTime& date)
{
    if (date.form == DateForm::number)
        return Value::number(date.seconds);
    const bool day_says_it = date.form == DateForm::day && date.seconds % 86'400 == 0;
    return Value::string(formatted(date, day_says_it ? "%Y-%m-%d" : k_plain_format));
}

std::string problem_of_format(std::string_view format)
{
    bool any = false;
    for (std::size_t i = 0; i < format.size(); ++i) {
        if (format[i] != '%')
            continue;
        if (++i == format.size())
            return "It ends with a single %. Write %% for a percent sign.";
        if (k_letters.find(format[i]) == std::string_view::npos)
            return "It has a % before something else than one of " + std::string(k_letters) +
                   ". Write %% for a percent sign.";
        any = any || format[i] != '%';
    }
    return any ? "" : "It names no part of the date. Write it as in %Y-%m-%d.";
}

std::optional<Shift> parse_shift(std::string_view text)
{
    const bool back = text.starts_with('-');
    if (back || text.starts_with('+'))
        text.remove_prefix(1);
    std::int64_t count = 0;
    const char* const end = text.data() + text.size();
    const auto [stop, error] = std::from_chars(text.data(), end, count);
    if (text.empty() || !is_digit(text.front()) || error != std::errc())
        return std::nullopt;
    const std::string_view name(stop, static_cast<std::size_t>(end - stop));
    const auto unit = std::find_if(k_units.begin(), k_units.end(),
                                   [name](const Unit& each) { return each.name == name; });
    // Farther than all dates are apart.
    constexpr std::int64_t k_most_seconds = k_last_second - k_first_second;
    if (unit == k_units.end() ||
        count > k_most_seconds / std::max(unit->one.seconds, std::int64_t{1}) ||
        count * unit->one.months > 120'000)
        return std::nullopt;
    const std::int64_t signed_count = back ? -count : count;
    return Shift{signed_count * unit->one.months, signed_count * unit->one.seconds};
}

} // namespace tapbridge::adapter
