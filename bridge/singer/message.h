// One line of a tap's stdout (Singer specification 0.3.0, "Output"; what taps really print is
// wider).
#pragma once

#include "util/json/scanner.h"

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace tapbridge::singer {

enum class MessageType : std::uint8_t { record, schema, state, activate_version, batch, unknown };

enum class LineKind : std::uint8_t {
    message, // a JSON object with a string `type`; for the known types all they need is there
    blank,   // nothing but white space
    noise,   // not a message and never meant to be one: banners, print() of a library
    damaged  // was meant to be a message; something is lost
};

// Views point into the line, or into this object where a name had escapes.
struct Message {
    MessageType type = MessageType::unknown;
    std::string_view type_name; // as it came
    std::string_view stream;    // decoded; empty for STATE
    std::string_view payload; // source text: RECORD's `record`, STATE's `value`, SCHEMA's `schema`
    std::string_view key_properties; // source text, SCHEMA only; empty where absent
    std::string_view line;           // the whole line
};

// Reads lines. Reuse one object: it keeps its buffers, so that a RECORD costs no allocation.
class MessageReader {
public:
    // Reads one line. Types are compared without case (Singer specification). Any order of keys and
    // any spacing is fine; of duplicate keys the last one counts. The whole line is checked.
    LineKind read(std::string_view line);

    // After LineKind::message.
    const Message& message() const { return m_message; }
    // What the payload holds that must be mended, up to json::k_most_listed of it; offsets are
    // relative to the payload.
    const std::vector<json::DefectAt>& defects() const { return m_defects; }

    // After LineKind::damaged: what is wrong, in words for an error message ("is not JSON",
    // "has no \"stream\""), and where (column from 1).
    std::string_view problem() const { return m_problem; }
    std::size_t column() const { return m_column; }

private:
    struct Members;

    bool complete(const Members& members);
    bool take_stream(std::string_view source);
    bool take_object(std::string_view source, std::string_view absent, std::string_view no_object);
    void take_payload(std::string_view source);
    bool missing(std::string_view problem, std::string_view at);
    LineKind classify_invalid(std::string_view line, json::ScanError error, std::size_t offset);
    LineKind damaged(std::string_view problem, std::size_t column);

    Message m_message;
    std::vector<json::DefectAt> m_defects;
    std::string m_stream_buffer;
    std::string m_type_buffer;
    std::string_view m_problem;
    std::size_t m_column = 0;
};

} // namespace tapbridge::singer
