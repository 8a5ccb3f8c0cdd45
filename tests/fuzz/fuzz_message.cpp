// Lines of a tap: the scanner and Boost.JSON must agree on what is valid and on where the parts
// are.
#include "fuzz.h"
#include "singer/message.h"
#include "util/text.h"

namespace {

using namespace tapbridge;
using fuzz::demand;
using singer::LineKind;
using singer::MessageType;

constexpr unsigned k_max_depth =
    999; // of a line: a record of 998 levels, and the message around it

const boost::json::value* member(const boost::json::value& line, std::string_view name)
{
    const boost::json::object* const object = line.if_object();
    return object == nullptr ? nullptr : object->if_contains(name);
}

bool is_string(const boost::json::value* value)
{
    return value != nullptr && value->is_string();
}

bool is_object(const boost::json::value* value)
{
    return value != nullptr && value->is_object();
}

LineKind expected_kind(const boost::json::value& line)
{
    const boost::json::value* const type_value = member(line, "type");
    if (!is_string(type_value))
        return LineKind::noise;
    const std::string type = text::upper(std::string_view(type_value->get_string()));
    const bool has_stream = is_string(member(line, "stream"));
    bool complete = true;
    if (type == "RECORD")
        complete = has_stream && is_object(member(line, "record"));
    else if (type == "SCHEMA")
        complete = has_stream && is_object(member(line, "schema"));
    else if (type == "STATE")
        complete = member(line, "value") != nullptr;
    else if (type == "ACTIVATE_VERSION")
        complete = has_stream;
    return complete ? LineKind::message : LineKind::damaged;
}

void demand_same(std::string_view source, const boost::json::value* expected)
{
    demand(source.empty() == (expected == nullptr), "a part is there for both or for none");
    if (expected == nullptr)
        return;
    const fuzz::Oracle part(source, k_max_depth);
    demand(part.accepts() && fuzz::same(part.value, *expected),
           "a part is what Boost.JSON finds there");
}

void check_parts(const singer::Message& message, const boost::json::value& line)
{
    const boost::json::value* const stream = member(line, "stream");
    if (message.type == MessageType::state)
        demand(message.stream.empty(), "a STATE has no stream");
    else if (is_string(stream))
        demand(message.stream == std::string_view(stream->get_string()), "the stream is the same");
    switch (message.type) {
    case MessageType::record:
        demand_same(message.payload, member(line, "record"));
        break;
    case MessageType::schema:
        demand_same(message.payload, member(line, "schema"));
        demand_same(message.key_properties, member(line, "key_properties"));
        break;
    case MessageType::state:
        demand_same(message.payload, member(line, "value"));
        break;
    default:
        demand(message.payload.empty(), "other messages have no payload");
    }
}

void check_mended(const singer::MessageReader& reader)
{
    const std::string_view payload = reader.message().payload;
    if (payload.empty())
        return;
    const std::string text = fuzz::mended(payload, reader.defects());
    const fuzz::Oracle oracle(text, k_max_depth);
    demand(oracle.accepts() || oracle.has_no_opinion(), "a mended payload is good JSON");
    std::vector<json::DefectAt> left;
    demand(json::check(text, k_max_depth, &left) == json::ScanError::none && left.empty(),
           "a mended payload has no defects");
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size)
{
    const std::string_view line(reinterpret_cast<const char*>(data), size);
    static singer::MessageReader reader;
    const LineKind kind = reader.read(line);
    std::vector<json::DefectAt> defects;
    const bool valid = json::check(line, k_max_depth, &defects) == json::ScanError::none;
    if (kind == LineKind::damaged)
        demand(!reader.problem().empty() && reader.column() >= 1 && reader.column() <= size + 1,
               "a damaged line has a problem at some column");
    if (kind == LineKind::message) {
        demand(valid, "a message is good JSON as a whole");
        check_mended(reader);
    }
    if (valid && fuzz::has_unreadable(defects))
        return 0;
    const fuzz::Oracle oracle(line, k_max_depth);
    if (oracle.has_no_opinion())
        return 0;
    demand(valid == oracle.accepts(), "the scanner and Boost.JSON agree on what is JSON");
    if (!valid) {
        demand(kind != LineKind::message, "what is not JSON is no message");
        return 0;
    }
    demand(kind == expected_kind(oracle.value), "the kind follows from the members");
    if (kind == LineKind::message)
        check_parts(reader.message(), oracle.value);
    return 0;
}
