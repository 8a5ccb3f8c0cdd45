// One line of a tap: the scanner and Boost.JSON must agree on what is valid and on where the parts
// are.
#pragma once

#include "fuzz.h"
#include "singer/message.h"
#include "util/text.h"

namespace fuzz {

namespace json = tapbridge::json;
namespace singer = tapbridge::singer;
namespace text = tapbridge::text;
using singer::LineKind;
using singer::MessageType;

// Of a line: a record of 998 levels, and the message around it.
inline constexpr unsigned k_max_depth = 999;

inline const boost::json::value* member(const boost::json::value& line, std::string_view name)
{
    const boost::json::object* const object = line.if_object();
    return object == nullptr ? nullptr : object->if_contains(name);
}

inline bool is_string(const boost::json::value* value)
{
    return value != nullptr && value->is_string();
}

inline bool is_object(const boost::json::value* value)
{
    return value != nullptr && value->is_object();
}

inline LineKind expected_kind(const boost::json::value& line)
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

inline void demand_same(std::string_view source, const boost::json::value* expected)
{
    demand(source.empty() == (expected == nullptr), "a part is there for both or for none");
    if (expected == nullptr)
        return;
    const Oracle part(source, k_max_depth);
    demand(part.accepts() && same(part.value, *expected), "a part is what Boost.JSON finds there");
}

inline void check_parts(const singer::Message& message, const boost::json::value& line)
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

inline void check_mended(const singer::MessageReader& reader)
{
    const std::string_view payload = reader.message().payload;
    if (payload.empty())
        return;
    const std::string text = mended(payload, reader.defects());
    const Oracle oracle(text, k_max_depth);
    demand(oracle.accepts() || oracle.has_no_opinion(), "a mended payload is good JSON");
    std::vector<json::DefectAt> left;
    demand(json::check(text, k_max_depth, &left) == json::ScanError::none && left.empty(),
           "a mended payload has no defects");
}

inline void check_line(singer::MessageReader& reader, std::string_view line)
{
    const LineKind kind = reader.read(line);
    std::vector<json::DefectAt> defects;
    const bool valid = json::check(line, k_max_depth, &defects) == json::ScanError::none;
    if (kind == LineKind::damaged)
        demand(!reader.problem().empty() && reader.column() >= 1 &&
                   reader.column() <= line.size() + 1,
               "a damaged line has a problem at some column");
    if (kind == LineKind::message) {
        demand(valid, "a message is good JSON as a whole");
        check_mended(reader);
    }
    if (valid && has_unreadable(defects))
        return;
    const Oracle oracle(line, k_max_depth);
    if (oracle.has_no_opinion())
        return;
    demand(valid == oracle.accepts(), "the scanner and Boost.JSON agree on what is JSON");
    if (!valid) {
        demand(kind != LineKind::message, "what is not JSON is no message");
        return;
    }
    demand(kind == expected_kind(oracle.value), "the kind follows from the members");
    if (kind == LineKind::message)
        check_parts(reader.message(), oracle.value);
}

} // namespace fuzz
