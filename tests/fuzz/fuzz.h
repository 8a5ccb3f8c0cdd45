// What the fuzz targets share: a way to complain, and Boost.JSON as the second opinion.
#pragma once

#include "util/json/scanner.h"

#include <boost/json.hpp>

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <string_view>
#include <vector>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size);

namespace fuzz {

// A failed demand ends the program, which the fuzzer takes for a finding.
inline void demand(bool holds, const char* what)
{
    if (holds)
        return;
    std::fprintf(stderr, "does not hold: %s\n", what);
    std::abort();
}

struct Oracle {
    Oracle(std::string_view text, unsigned max_depth)
    {
        boost::json::parse_options options;
        options.max_depth = max_depth;
        value = boost::json::parse(text, error, {}, options);
    }

    bool accepts() const { return !error; }
    // Boost.JSON cannot hold exponents beyond an int; they are good JSON.
    bool has_no_opinion() const { return error == boost::json::error::exponent_overflow; }

    boost::json::error_code error;
    boost::json::value value;
};

// What is 0E400 to us is 0 times infinity to Boost.JSON, and not equal to itself: by the text. And
// it rounds a number of many digits by what stands around it.
inline bool same(double a, double b)
{
    constexpr double k_rounding = 1e-14;
    return boost::json::serialize(boost::json::value(a)) ==
               boost::json::serialize(boost::json::value(b)) ||
           std::abs(a - b) <= k_rounding * std::abs(a);
}

inline bool same(const boost::json::value& a, const boost::json::value& b)
{
    if (a.is_double() && b.is_double())
        return same(a.get_double(), b.get_double());
    if (a.is_array() && b.is_array())
        return std::equal(a.get_array().begin(), a.get_array().end(), b.get_array().begin(),
                          b.get_array().end(),
                          [](const auto& x, const auto& y) { return same(x, y); });
    if (a.is_object() && b.is_object())
        return std::equal(a.get_object().begin(), a.get_object().end(), b.get_object().begin(),
                          b.get_object().end(), [](const auto& x, const auto& y) {
                              return x.key() == y.key() && same(x.value(), y.value());
                          });
    return a == b;
}

// Accepted by us, by intent, though no JSON or no Unicode.
inline bool has_unreadable(const std::vector<tapbridge::json::DefectAt>& defects)
{
    return std::any_of(defects.begin(), defects.end(), [](const auto& defect) {
        return defect.kind == tapbridge::json::Defect::nonfinite ||
               defect.kind == tapbridge::json::Defect::lone_surrogate;
    });
}

// Not to be found in a line that Python's splitlines() may see.
inline std::string escaped_separator(std::string_view separator)
{
    if (separator.size() == 2)
        return "\\u0085";
    return separator.back() == '\xA8' ? "\\u2028" : "\\u2029";
}

// The text with something harmless in the place of each defect, as it will be handed on.
inline std::string mended(std::string_view text,
                          const std::vector<tapbridge::json::DefectAt>& defects)
{
    using tapbridge::json::Defect;
    std::string result;
    std::size_t done = 0;
    for (const auto& defect : defects) {
        demand(defect.offset >= done, "defects come in order and do not overlap");
        demand(defect.offset + defect.length <= text.size(), "defects lie within the text");
        result += text.substr(done, defect.offset - done);
        done = defect.offset + defect.length;
        switch (defect.kind) {
        case Defect::nonfinite:
        case Defect::long_number:
            result += "null";
            break;
        case Defect::lone_surrogate:
            result += "\\ufffd";
            break;
        case Defect::line_separator:
            result += escaped_separator(text.substr(defect.offset, defect.length));
            break;
        case Defect::carriage_return:
            result += ' ';
            break;
        }
    }
    return result += text.substr(done);
}

// A value that the text must hold for Boost.JSON as well, read as the platform reads: 1,000 levels.
inline boost::json::value strict(std::string_view text)
{
    const Oracle oracle(text, 1000);
    if (!oracle.accepts() && !oracle.has_no_opinion())
        std::fprintf(stderr, "%.*s\n", static_cast<int>(text.size()), text.data());
    demand(oracle.accepts() || oracle.has_no_opinion(), "what is written is good JSON");
    return oracle.value;
}

// Lines for Airbyte: each one object, nothing in it where a reader could cut it in two. A line with
// an exponent that Boost.JSON has no room for is left out.
inline std::vector<boost::json::value> messages_in(std::string_view out)
{
    std::vector<boost::json::value> messages;
    for (const std::string_view separator : {"\r", "\xC2\x85", "\xE2\x80\xA8", "\xE2\x80\xA9"})
        demand(out.find(separator) == std::string_view::npos, "no line can be cut in two");
    while (!out.empty()) {
        const std::size_t end = out.find('\n');
        demand(end != std::string_view::npos, "every line has its end");
        const std::string_view line = out.substr(0, end);
        if (boost::json::value message = strict(line); !message.is_null()) {
            demand(message.is_object(), "every line is an object");
            messages.push_back(std::move(message));
        } else {
            demand(Oracle(line, 1000).has_no_opinion(), "every line is an object");
        }
        out.remove_prefix(end + 1);
    }
    return messages;
}

} // namespace fuzz
