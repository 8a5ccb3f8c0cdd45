// What the fuzz targets share: a way to complain, and Boost.JSON as the second opinion.
#pragma once

#include "util/json/scanner.h"

#include <boost/json.hpp>

#include <algorithm>
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

// By their text: what is 0E400 to us is 0 times infinity to Boost.JSON, and not equal to itself.
inline bool same(const boost::json::value& a, const boost::json::value& b)
{
    return boost::json::serialize(a) == boost::json::serialize(b);
}

// Accepted by us, by intent, though no JSON or no Unicode.
inline bool has_unreadable(const std::vector<tapbridge::json::DefectAt>& defects)
{
    return std::any_of(defects.begin(), defects.end(), [](const auto& defect) {
        return defect.kind == tapbridge::json::Defect::nonfinite ||
               defect.kind == tapbridge::json::Defect::lone_surrogate;
    });
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
        case Defect::line_separator:
            result += "\\ufffd";
            break;
        case Defect::carriage_return:
            result += ' ';
            break;
        }
    }
    return result += text.substr(done);
}

} // namespace fuzz
