// The scanner proper: walks over JSON text from pointer to pointer. For this folder only; others
// use scanner.h and value.h.
#pragma once

#include "util/json/scanner.h"

namespace tapbridge::json {

// Every walking function takes a position and returns the one behind what it walked over, or null
// with `error` and `error_at` set. Positions travel in registers, not in this object: that is what
// makes it fast.
struct Scan {
    // The containers that are open at a position, outermost first. Left uninitialised on purpose.
    struct Open {
        std::size_t depth;
        const char* at[k_deepest]; // their opening brackets
    };

    explicit Scan(std::string_view text) : begin(text.data()), end(begin + text.size()) {}

    const char* begin;
    const char* end;
    std::vector<DefectAt>* defects = nullptr; // takes the first k_most_listed
    DefectSink* sink = nullptr;               // is told of all
    bool refuse_unreadable = false; // nonfinite numbers and lone surrogates are syntax errors
    ScanError error = ScanError::none;
    const char* error_at = nullptr;

    const char* blanks(const char* at)
    {
        if (at == end || is_visible(*at))
            return at;
        if (*at == ' ' && end - at > 1 && is_visible(at[1])) // ", " and ": ", nearly always
            return at + 1;
        return more_blanks(at);
    }
    const char* string(const char* at);         // at its opening quote
    const char* number_or_word(const char* at); // at the first byte of any other scalar
    const char* key(const char* at);            // to behind its closing quote
    const char* colon(const char* at);          // from behind a key to the first byte of its value
    const char* key_and_colon(const char* at)
    {
        at = key(at);
        return at == nullptr ? nullptr : colon(at);
    }
    // Any value; it may hold `levels` containers inside each other, itself included. After a
    // failure `open` tells which ones were open.
    const char* value(const char* at, unsigned levels, Open& open);

    const char* fail(ScanError kind, const char* at);
    const char* fail_syntax(const char* at); // truncated where `at` is the end

private:
    static bool is_visible(char c) { return static_cast<unsigned char>(c) > ' '; }
    const char* more_blanks(const char* at);
    const char* escapes(const char* at);
    const char* beyond_ascii(const char* at);
    const char* digits(const char* at);
    const char* number(const char* at);
    const char* word(const char* at);
    bool note(Defect kind, const char* from, const char* to);
};

// The code unit that an escape stands for: `at` is its backslash, a u follows. -1 where the digits
// are wrong, with `bad` at the first such byte or at `end`.
int code_unit(const char* at, const char* end, const char** bad);

} // namespace tapbridge::json
