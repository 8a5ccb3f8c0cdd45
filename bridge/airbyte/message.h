// Composes Airbyte messages (Airbyte protocol 0.18, airbyte_protocol.yaml), one JSON object a line.
// RECORDs are not composed here but spliced: see translate/record.h.
#pragma once

#include "airbyte/error.h"
#include "util/json/value.h"
#include "util/log.h"

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace tapbridge::airbyte {

enum class StreamStatus : std::uint8_t { started, running, complete, incomplete };

// Each appends one line, newline included, to `out`. Texts may be any bytes; they leave as UTF-8.
void append_log(std::string& out, Level level, std::string_view message,
                std::string_view stack_trace);
void append_error(std::string& out, const Error& error, std::int64_t emitted_at);
void append_stream_status(std::string& out, const StreamDescriptor& stream, StreamStatus status,
                          std::int64_t emitted_at);
void append_connection_status(std::string& out, bool succeeded, std::string_view message);
// `stream_state` is source text of a JSON object. recordCount is written with a decimal point, as
// the protocol asks for.
void append_stream_state(std::string& out, const StreamDescriptor& stream,
                         std::string_view stream_state, std::uint64_t record_count);
// The same for a state of all streams. `shared_state` and the states of the streams are source
// text.
struct NamedStreamState {
    const StreamDescriptor& stream;
    std::string_view state;
};
void append_global_state(std::string& out, std::string_view shared_state,
                         const std::vector<NamedStreamState>& streams, std::uint64_t record_count);
void append_catalog(std::string& out, const json::Value& streams);
// `specification` is a ConnectorSpecification.
void append_spec(std::string& out, const json::Value& specification);
void append_control(std::string& out, const json::Value& config, std::int64_t emitted_at);

// `"stream":"name"` or `"stream":"name","namespace":"ns"`: the head of a record, without braces.
std::string record_head(const StreamDescriptor& stream);

} // namespace tapbridge::airbyte
