#include "airbyte/message.h"

#include "util/json/mend.h"
#include "util/text.h"

#include <algorithm>
#include <cstddef>

namespace tapbridge::airbyte {

namespace {

// Where the platform cuts as well (in characters, which are never more than bytes).
constexpr std::size_t k_longest_message = 50'000;
constexpr std::size_t k_longest_stack_trace = 100'000;

void append_text(std::string& out, std::string_view text, std::size_t limit)
{
    if (text.size() <= limit / 3) // a bad byte becomes three
        json::append_quoted(out, text);
    else
        json::append_quoted(out, text::shorten(text::to_utf8(text), limit));
}

// Appends JSON source text that a tap or a user wrote. What no Airbyte reader could take leaves in
// the nearest form that all of them can: a line they cannot read is a line lost.
void append_source(std::string& out, std::string_view source)
{
    const std::size_t begin = out.size();
    json::append_mended(out, source);
    // Raw newlines stand between tokens only.
    std::replace(out.begin() + static_cast<std::ptrdiff_t>(begin), out.end(), '\n', ' ');
}

void append_descriptor(std::string& out, const StreamDescriptor& stream)
{
    out += R"("stream_descriptor":{"name":)";
    json::append_quoted(out, stream.name);
    if (stream.namespace_) {
        out += R"(,"namespace":)";
        json::append_quoted(out, *stream.namespace_);
    }
    out += '}';
}

void append_trace_head(std::string& out, std::string_view type, std::int64_t emitted_at)
{
    out += R"({"type":"TRACE","trace":{"type":")";
    out += type;
    out += R"(","emitted_at":)";
    out += std::to_string(emitted_at);
}

std::string_view name_of(Level level)
{
    switch (level) {
    case Level::trace:
        return "TRACE";
    case Level::debug:
        return "DEBUG";
    case Level::info:
        return "INFO";
    case Level::warn:
        return "WARN";
    case Level::error:
        return "ERROR";
    case Level::fatal:
        return "FATAL";
    }
    return "INFO";
}

std::string_view name_of(FailureType type)
{
    switch (type) {
    case FailureType::config_error:
        return "config_error";
    case FailureType::transient_error:
        return "transient_error";
    case FailureType::system_error:
        return "system_error";
    }
    return "system_error";
}

std::string_view name_of(StreamStatus status)
{
    switch (status) {
    case StreamStatus::started:
        return "STARTED";
    case StreamStatus::running:
        return "RUNNING";
    case StreamStatus::complete:
        return "COMPLETE";
    case StreamStatus::incomplete:
        return "INCOMPLETE";
    }
    return "INCOMPLETE";
}

} // namespace

void append_log(std::string& out, Level level, std::string_view message,
                std::string_view stack_trace)
{
    out += R"({"type":"LOG","log":{"level":")";
    out += name_of(level);
    out += R"(","message":)";
    append_text(out, message, k_longest_message);
    if (!stack_trace.empty()) {
        out += R"(,"stack_trace":)";
        append_text(out, stack_trace, k_longest_stack_trace);
    }
    out += "}}\n";
}

void append_error(std::string& out, const Error& error, std::int64_t emitted_at)
{
    append_trace_head(out, "ERROR", emitted_at);
    out += R"(,"error":{"message":)";
    append_text(out, error.message, k_longest_message);
    if (!error.internal_message.empty()) {
        out += R"(,"internal_message":)";
        append_text(out, error.internal_message, k_longest_message);
    }
    if (!error.stack_trace.empty()) {
        out += R"(,"stack_trace":)";
        append_text(out, error.stack_trace, k_longest_stack_trace);
    }
    out += R"(,"failure_type":")";
    out += name_of(error.failure_type);
    out += '"';
    if (error.stream) {
        out += ',';
        append_descriptor(out, *error.stream);
    }
    out += "}}}\n";
}

void append_stream_status(std::string& out, const StreamDescriptor& stream, StreamStatus status,
                          std::int64_t emitted_at)
{
    append_trace_head(out, "STREAM_STATUS", emitted_at);
    out += R"(,"stream_status":{)";
    append_descriptor(out, stream);
    out += R"(,"status":")";
    out += name_of(status);
    out += "\"}}}\n";
}

void append_connection_status(std::string& out, bool succeeded, std::string_view message)
{
    out += R"({"type":"CONNECTION_STATUS","connectionStatus":{"status":")";
    out += succeeded ? "SUCCEEDED" : "FAILED";
    out += '"';
    if (!message.empty()) {
        out += R"(,"message":)";
        append_text(out, message, k_longest_message);
    }
    out += "}}\n";
}

void append_stream_state(std::string& out, const StreamDescriptor& stream,
                         std::string_view stream_state, std::uint64_t record_count)
{
    out += R"({"type":"STATE","state":{"type":"STREAM","stream":{)";
    append_descriptor(out, stream);
    out += R"(,"stream_state":)";
    append_source(out, stream_state);
    out += R"(},"sourceStats":{"recordCount":)";
    out += std::to_string(record_count);
    out += ".0}}}\n";
}

void append_global_state(std::string& out, std::string_view shared_state,
                         const std::vector<NamedStreamState>& streams, std::uint64_t record_count)
{
    out += R"({"type":"STATE","state":{"type":"GLOBAL","global":{"shared_state":)";
    append_source(out, shared_state);
    out += R"(,"stream_states":[)";
    for (std::size_t i = 0; i < streams.size(); ++i) {
        out += i == 0 ? "{" : ",{";
        append_descriptor(out, streams[i].stream);
        out += R"(,"stream_state":)";
        append_source(out, streams[i].state);
        out += '}';
    }
    out += R"(]},"sourceStats":{"recordCount":)";
    out += std::to_string(record_count);
    out += ".0}}}\n";
}

void append_catalog(std::string& out, const json::Value& streams)
{
    out += R"({"type":"CATALOG","catalog":{"streams":)";
    append_source(out, streams.text());
    out += "}}\n";
}

void append_spec(std::string& out, const json::Value& specification)
{
    out += R"({"type":"SPEC","spec":)";
    append_source(out, specification.text());
    out += "}\n";
}

void append_control(std::string& out, const json::Value& config, std::int64_t emitted_at)
{
    out += R"({"type":"CONTROL","control":{"type":"CONNECTOR_CONFIG","emitted_at":)";
    out += std::to_string(emitted_at);
    out += R"(,"connectorConfig":{"config":)";
    append_source(out, config.text());
    out += "}}}\n";
}

std::string record_head(const StreamDescriptor& stream)
{
    std::string out = R"("stream":)";
    json::append_quoted(out, stream.name);
    if (stream.namespace_) {
        out += R"(,"namespace":)";
        json::append_quoted(out, *stream.namespace_);
    }
    return out;
}

} // namespace tapbridge::airbyte
