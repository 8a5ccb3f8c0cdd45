// A tap's RECORD as an Airbyte RECORD: envelope pieces around the record's own bytes.
#pragma once

#include "airbyte/error.h"
#include "util/json/scanner.h"

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace tapbridge::translate {

// Everything of the line that stands before the data; made once per stream.
std::string record_prefix(const airbyte::StreamDescriptor& stream);

// Appends the tail of a record line that is the same for all records read at one moment.
class RecordWriter {
public:
    // Milliseconds since the epoch at which the following records were read.
    void set_emitted_at(std::int64_t emitted_at);

    // Appends one line. `data` is the record's source text; `defects` are what has to be mended in
    // it, with offsets relative to it: non-finite numbers and numbers of over 1,000 characters
    // become null, which meta.changes tells per top-level field; lone surrogates become U+FFFD;
    // U+0085, U+2028 and U+2029 are escaped; a bare CR between tokens becomes a blank. Every other
    // byte leaves as it came.
    void append(std::string& out, std::string_view prefix, std::string_view data,
                const std::vector<json::DefectAt>& defects) const;

private:
    std::string m_tail; // ,"emitted_at":N}}\n
};

// `{}` with nothing but blanks inside: the platform drops such a record silently.
bool is_empty_record(std::string_view data);

} // namespace tapbridge::translate
