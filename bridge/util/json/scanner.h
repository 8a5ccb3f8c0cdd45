// Finds its way through JSON text in place: nothing is copied, nothing is allocated for good text.
//
// This is the record path's scanner. It accepts all of RFC 8259 and, beyond that, what real taps
// print and what can be mended before it is handed on (see Defect). It never changes a byte.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>
#include <vector>

namespace tapbridge::json {

// Something in otherwise good JSON text that an Airbyte reader could not take as it is.
enum class Defect : std::uint8_t {
    nonfinite, // NaN, sNaN, Infinity, with or without "-" (Python's json and simplejson print them)
    lone_surrogate, // an escape such as \ud800 without its other half (Python's ensure_ascii prints
                    // it)
    line_separator, // raw U+0085, U+2028 or U+2029 in a string: Python's splitlines() would cut
                    // there
    long_number,    // a number of more than k_longest_number characters
    carriage_return // a raw CR between tokens: text-mode readers would cut there
};

// Jackson, which the platform reads with, refuses longer numbers.
inline constexpr std::size_t k_longest_number = 1000;

struct DefectAt {
    Defect kind;
    std::size_t offset; // bytes from the start of the scanned text
    std::size_t length; // bytes that have to be replaced
};

// Lists of defects end after so many: a line may hold millions of NaN. mend.h knows no such limit.
inline constexpr std::size_t k_most_listed = 4096;

// Is told of each defect when the scanner comes by it.
class DefectSink {
public:
    virtual void found(const DefectAt& defect) = 0;

protected:
    ~DefectSink() = default;
};

// A limit on nesting that is greater than this is taken as this.
inline constexpr unsigned k_deepest = 1024;

enum class ScanError : std::uint8_t {
    none,
    syntax,            // not JSON
    truncated,         // the text ends inside a value
    control_character, // a raw byte below 0x20 inside a string
    invalid_utf8,      // overlong forms and encoded surrogates included
    too_deep,          // nested deeper than the limit
    trailing           // something follows the value
};

// A few plain words for an error message: "is not JSON", "ends in the middle of a value", ...
std::string_view describe(ScanError error);

// Whether `text` is exactly one JSON value of any kind; else what is wrong, and where.
ScanError check(std::string_view text, unsigned max_depth, std::vector<DefectAt>* defects = nullptr,
                std::size_t* error_offset = nullptr);
ScanError check(std::string_view text, unsigned max_depth, DefectSink& sink);

struct Scan; // scan.h

struct MemberView {
    std::string_view key;   // source text between the quotes
    bool key_escaped;       // `key` holds a backslash: compare with decode_string()
    std::string_view value; // source text of the value, without surrounding blanks
};

// Reads the members of the one object that `text` consists of, in their order, duplicates included.
//
//     ObjectReader reader(line, 999, &defects);
//     MemberView member;
//     while (reader.next(member)) ...
//     if (reader.error() != ScanError::none) ... reader.error_offset()
//
// The whole text has been checked only when next() has returned false with error() == none.
// Views point into `text`. `defects` is appended to, up to k_most_listed (it may be null: then they
// are accepted silently).
class ObjectReader {
public:
    ObjectReader(std::string_view text, unsigned max_depth, std::vector<DefectAt>* defects);
    ObjectReader(std::string_view text, unsigned max_depth, DefectSink& sink);

    bool next(MemberView& member);

    ScanError error() const { return m_error; }
    // Offset of the first byte that is wrong (text.size() where the text is truncated).
    std::size_t error_offset() const { return static_cast<std::size_t>(m_at - m_begin); }

private:
    enum class Where : std::uint8_t { before, inside, after };

    const char* before_key(Scan& scan);
    bool advance(Scan& scan, MemberView& member);

    const char* m_begin;
    const char* m_end;
    const char* m_at;
    std::vector<DefectAt>* m_defects = nullptr;
    DefectSink* m_sink = nullptr;
    unsigned m_max_depth;
    Where m_where = Where::before;
    ScanError m_error = ScanError::none;
};

} // namespace tapbridge::json
