// Every message that is composed and not spliced: whatever the texts and values in it, a line is
// good JSON that says what it should.
#include "airbyte/message.h"
#include "input.h"
#include "util/json/value.h"
#include "util/text.h"

namespace {

using namespace tapbridge;
using fuzz::demand;

std::string text_at(const boost::json::value& message, std::string_view pointer)
{
    boost::json::error_code error;
    const boost::json::value* const found = message.find_pointer(pointer, error);
    demand(found != nullptr && found->is_string(), "the text is in its place");
    return std::string(found->get_string());
}

boost::json::value only(const std::string& out)
{
    const std::vector<boost::json::value> messages = fuzz::messages_in(out);
    demand(messages.size() == 1, "one message is one line");
    return messages.front();
}

void check_log(std::string_view text, std::string_view other)
{
    std::string out;
    airbyte::append_log(out, Level::warn, text, other);
    const boost::json::value log = only(out);
    demand(text_at(log, "/log/message") == text::to_utf8(text), "a log keeps its words");
    if (!other.empty())
        demand(text_at(log, "/log/stack_trace") == text::to_utf8(other), "and its stack trace");
}

void check_error(std::string_view text, std::string_view other,
                 const airbyte::StreamDescriptor& stream)
{
    airbyte::Error error;
    error.message = text;
    error.internal_message = other;
    error.stack_trace = text;
    error.stream = stream;
    std::string out;
    airbyte::append_error(out, error, 1);
    const boost::json::value trace = only(out);
    demand(text_at(trace, "/trace/error/message") == text::to_utf8(text),
           "an error keeps its words");
    demand(text_at(trace, "/trace/error/stream_descriptor/name") == text::to_utf8(stream.name),
           "and its stream");
}

void check_names(std::string_view text, const airbyte::StreamDescriptor& stream)
{
    std::string out;
    airbyte::append_stream_status(out, stream, airbyte::StreamStatus::running, 1);
    const boost::json::value status = only(out);
    demand(text_at(status, "/trace/stream_status/stream_descriptor/namespace") ==
               text::to_utf8(*stream.namespace_),
           "a status names its stream");
    out.clear();
    airbyte::append_connection_status(out, false, text);
    only(out);
    const boost::json::value head = fuzz::strict("{" + airbyte::record_head(stream) + "}");
    demand(text_at(head, "/stream") == text::to_utf8(stream.name), "a record names its stream");
}

void check_same(const boost::json::value& message, std::string_view pointer,
                const boost::json::value& wanted)
{
    boost::json::error_code error;
    const boost::json::value* const found = message.find_pointer(pointer, error);
    demand(found != nullptr && fuzz::same(*found, wanted), "a value leaves as it came");
}

// Values that a tap or a user wrote. Half a surrogate pair and the like are mended.
void check_value(std::string_view body, const airbyte::StreamDescriptor& stream)
{
    std::vector<json::DefectAt> defects;
    const std::optional<json::Value> value = json::parse(body, nullptr, {false, 900});
    if (!value)
        return;
    json::check(body, json::k_deepest, &defects);
    const fuzz::Oracle wanted(body, 900);
    const bool comparable = defects.empty() && wanted.accepts();
    std::string out;
    airbyte::append_control(out, *value, 1);
    airbyte::append_spec(out, *value);
    airbyte::append_catalog(out, *value);
    airbyte::append_stream_state(out, stream, body, 3);
    const std::vector<boost::json::value> messages = fuzz::messages_in(out);
    if (!comparable)
        return;
    demand(messages.size() == 4, "one message is one line");
    check_same(messages[0], "/control/connectorConfig/config", wanted.value);
    check_same(messages[1], "/spec", wanted.value);
    check_same(messages[2], "/catalog/streams", wanted.value);
    check_same(messages[3], "/state/stream/stream_state", wanted.value);
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size)
{
    const fuzz::Input input(data, size);
    if (size > 10'000)
        return 0; // beyond, texts are shortened
    const airbyte::StreamDescriptor stream{std::string(input.choices()), std::string(input.body())};
    check_log(input.body(), input.choices());
    check_error(input.body(), input.choices(), stream);
    check_names(input.body(), stream);
    check_value(input.body(), stream);
    return 0;
}
