// A small JSON tree whose scalars and keys are their own source text, so that what is handed on
// (states, catalog entries, configurations) leaves with every digit and escape it came with.
// Boost.JSON is used where we compose or consume; it would rewrite numbers and refuse lone
// surrogates.
#pragma once

#include "util/json/scanner.h"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

namespace tapbridge::json {

enum class Kind : std::uint8_t { null, boolean, number, string, array, object };

struct Member;

class Value {
public:
    Value(); // null

    static Value boolean(bool value);
    static Value number(std::int64_t value);
    // `text` is UTF-8, not yet escaped.
    static Value string(std::string_view text);
    static Value array();
    static Value array(std::vector<Value> items);
    static Value object();
    static Value object(std::vector<Member> members);
    // A scalar by its source text (a string with its quotes). The text is not checked.
    static Value scalar(Kind kind, std::string source);

    Kind kind() const { return m_kind; }
    bool is_null() const { return m_kind == Kind::null; }
    bool is_string() const { return m_kind == Kind::string; }
    bool is_array() const { return m_kind == Kind::array; }
    bool is_object() const { return m_kind == Kind::object; }

    // Source text of a scalar; empty for arrays and objects.
    const std::string& source() const;

    // The decoded text of a string (lone surrogates become U+FFFD); "" for other kinds.
    std::string as_string() const;
    // True only for the literal true.
    bool as_bool() const;
    // The value of a number that is an integer of 64 bits.
    std::optional<std::int64_t> as_integer() const;

    // Empty for other kinds than array / object, to which nothing may be added.
    std::vector<Value>& items();
    const std::vector<Value>& items() const;
    std::vector<Member>& members();
    const std::vector<Member>& members() const;

    // The member of that (decoded) name, the last one where it stands twice; null where there is
    // none or this is no object.
    const Value* find(std::string_view name) const;
    Value* find(std::string_view name);
    // Replaces the member in its place or appends it. This must be an object.
    Value& set(std::string_view name, Value value);
    // Removes every member of that name; whether there was one.
    bool erase(std::string_view name);

    // Compact JSON text. `ascii` escapes everything beyond ASCII (singer-python before 6 opens its
    // files with the locale's encoding).
    void write(std::string& out, bool ascii = false) const;
    std::string text(bool ascii = false) const;

    // The same members, items and source texts; members in any order.
    friend bool operator==(const Value& a, const Value& b);

private:
    // Trees of states and catalogs may hold millions of these: what is not there takes no room.
    std::variant<std::string, std::vector<Value>, std::vector<Member>> m_content;
    Kind m_kind = Kind::null;
};

struct Member {
    std::string name;   // decoded
    std::string source; // source text with quotes; empty: what quoted(name) gives
    Value value;
};

struct ParseError {
    ScanError kind = ScanError::none;
    std::size_t offset = 0;
    std::size_t line = 1;   // from 1
    std::size_t column = 1; // from 1, in bytes
};

struct ParseOptions {
    bool strict = false;       // refuse nonfinite numbers and lone surrogates
    unsigned max_depth = 1000; // deeper: ScanError::too_deep
};

// Reads exactly one JSON value with blanks around it; null with *error filled where it is not one.
// Of duplicate keys all are kept; find() gives the last.
std::optional<Value> parse(std::string_view text, ParseError* error = nullptr,
                           ParseOptions options = {});

// The first JSON object in `text` that has the member `key`, whatever stands around it (taps print
// banners before and instructions after their JSON).
std::optional<Value> find_object(std::string_view text, std::string_view key);

// Whether some Airbyte reader could not take this value as it stands: see Defect.
bool has_defects(const Value& value);

// Decodes the source text of a string (without its quotes). Lone surrogates become U+FFFD.
std::string decode_string(std::string_view source);

// Appends `text` as a JSON string with quotes. Invalid UTF-8 becomes U+FFFD; U+0085, U+2028 and
// U+2029 are escaped, as Python's splitlines() would cut there.
void append_quoted(std::string& out, std::string_view text);
std::string quoted(std::string_view text);

} // namespace tapbridge::json
