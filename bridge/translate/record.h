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

    // Appends one line. `data` is the record's source text, which leaves as it came where `defects`
    // is empty; else all that it holds is mended (util/json/mend.h), and meta.changes tells which
    // top-level fields have lost a value (the first 10,000 of them).
    void append(std::string& out, std::string_view prefix, std::string_view data,
                const std::vector<json::DefectAt>& defects) const;
    // The same for a record from a database's log: the data gets one more member, which tells when
    // its row was deleted (deletion.h), as `deleted_at` does. Not for an empty object.
    void append_from_log(std::string& out, std::string_view prefix, std::string_view data,
                         const std::vector<json::DefectAt>& defects,
                         std::string_view deleted_at) const;

private:
    std::string m_tail; // ,"emitted_at":N}}\n
};

// `{}` with nothing but blanks inside: the platform drops such a record silently.
bool is_empty_record(std::string_view data);

} // namespace tapbridge::translate
