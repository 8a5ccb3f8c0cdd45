#include "singer/message.h"

#include "util/json/value.h"
#include "util/text.h"

#include <algorithm>

namespace tapbridge::singer {

namespace {

// The record itself may be nested 998 deep; the message around it is one more level.
constexpr unsigned k_max_depth = 999;
constexpr std::size_t k_usual_name = 64 * 1024; // room for more is given back

MessageType type_of(std::string_view name)
{
    struct Known {
        std::string_view name;
        MessageType type;
    };
    static constexpr Known k_types[] = {
        {"RECORD", MessageType::record}, {"SCHEMA", MessageType::schema},
        {"STATE", MessageType::state},   {"ACTIVATE_VERSION", MessageType::activate_version},
        {"BATCH", MessageType::batch},
    };
    for (const Known& known : k_types) {
        if (text::equals_ignoring_case(known.name, name))
            return known.type;
    }
    return MessageType::unknown;
}

bool is_string(std::string_view value)
{
    return value.starts_with('"');
}

// The text of a string's source; in `buffer` where it had to be decoded.
std::string_view decoded(std::string_view source, std::string& buffer)
{
    source = source.substr(1, source.size() - 2);
    if (source.find('\\') == std::string_view::npos)
        return source;
    buffer = json::decode_string(source);
    return buffer;
}

// Whether an invalid line was meant to be a message. Taps and their libraries also print banners,
// dictionaries of Python and pretty-printed JSON, of which nothing is lost to anybody.
bool looks_like_message(std::string_view line)
{
    line.remove_prefix(std::min(line.find_first_not_of(" \t"), line.size()));
    if (line.size() > 1 && line[0] == '{' && (line[1] == '"' || line[1] == ' ' || line[1] == '\t'))
        return true;
    for (const std::string_view name : {"\"record\"", "\"state\"", "\"schema\""}) {
        if (text::contains_ignoring_case(line, name))
            return true;
    }
    return false;
}

bool is_blank(std::string_view line)
{
    return text::trim(line).empty();
}

} // namespace

// The source texts of the members that matter, wherever in the line they stood; empty where absent.
struct MessageReader::Members {
    std::string_view type, stream, record, value, schema, key_properties;

    // Null for keys of no interest.
    std::string_view* find(std::string_view key)
    {
        switch (key.size()) {
        case 4:
            return key == "type" ? &type : nullptr;
        case 5:
            return key == "value" ? &value : nullptr;
        case 6:
            return key == "stream"   ? &stream
                   : key == "record" ? &record
                   : key == "schema" ? &schema
                                     : nullptr;
        case 14:
            return key == "key_properties" ? &key_properties : nullptr;
        default:
            return nullptr;
        }
    }
};

LineKind MessageReader::read(std::string_view line)
{
    m_message = {};
    m_message.line = line;
    m_defects.clear();
    for (std::string* buffer : {&m_stream_buffer, &m_type_buffer}) {
        if (buffer->capacity() > k_usual_name)
            *buffer = {};
    }
    m_problem = {};
    m_column = 0;

    Members members;
    json::ObjectReader reader(line, k_max_depth, &m_defects);
    json::MemberView member{};
    while (reader.next(member)) {
        std::string_view* const wanted = member.key_escaped
                                             ? members.find(json::decode_string(member.key))
                                             : members.find(member.key);
        if (wanted != nullptr)
            *wanted = member.value;
    }
    if (reader.error() != json::ScanError::none)
        return classify_invalid(line, reader.error(), reader.error_offset());
    if (!is_string(members.type))
        return LineKind::noise;
    m_message.type_name = decoded(members.type, m_type_buffer);
    m_message.type = type_of(m_message.type_name);
    return complete(members) ? LineKind::message : LineKind::damaged;
}

// Fills in what a message of that type has; false where something that it needs is missing.
bool MessageReader::complete(const Members& members)
{
    switch (m_message.type) {
    case MessageType::record:
        return take_stream(members.stream) && take_object(members.record, "has no \"record\"",
                                                          "has a \"record\" that is no object");
    case MessageType::schema:
        m_message.key_properties = members.key_properties;
        return take_stream(members.stream) && take_object(members.schema, "has no \"schema\"",
                                                          "has a \"schema\" that is no object");
    case MessageType::state:
        if (members.value.empty())
            return missing("has no \"value\"", {});
        take_payload(members.value);
        return true;
    case MessageType::activate_version:
        return take_stream(members.stream);
    case MessageType::batch:
    case MessageType::unknown:
        if (is_string(members.stream))
            take_stream(members.stream);
        return true;
    }
    return true;
}

bool MessageReader::take_stream(std::string_view source)
{
    if (source.empty())
        return missing("has no \"stream\"", {});
    if (!is_string(source))
        return missing("has a \"stream\" that is no string", source);
    m_message.stream = decoded(source, m_stream_buffer);
    return true;
}

bool MessageReader::take_object(std::string_view source, std::string_view absent,
                                std::string_view no_object)
{
    if (!source.starts_with('{'))
        return missing(source.empty() ? absent : no_object, source);
    take_payload(source);
    return true;
}

void MessageReader::take_payload(std::string_view source)
{
    m_message.payload = source;
    if (m_defects.size() >= json::k_most_listed) { // perhaps all of them elsewhere in the line
        m_defects.clear();
        json::check(source, k_max_depth, &m_defects);
        return;
    }
    const auto begin = static_cast<std::size_t>(source.data() - m_message.line.data());
    std::erase_if(m_defects, [&](const json::DefectAt& defect) {
        return defect.offset < begin || defect.offset >= begin + source.size();
    });
    for (json::DefectAt& defect : m_defects)
        defect.offset -= begin;
}

bool MessageReader::missing(std::string_view problem, std::string_view at)
{
    const std::size_t column =
        at.empty() ? 1 : static_cast<std::size_t>(at.data() - m_message.line.data()) + 1;
    damaged(problem, column);
    return false;
}

LineKind MessageReader::classify_invalid(std::string_view line, json::ScanError error,
                                         std::size_t offset)
{
    if (is_blank(line))
        return LineKind::blank;
    if (!looks_like_message(line))
        return LineKind::noise;
    // A list or a string may quote a message; as good JSON it is nothing that has been damaged.
    if (!text::trim(line).starts_with('{') &&
        json::check(line, k_max_depth) == json::ScanError::none)
        return LineKind::noise;
    return damaged(json::describe(error), offset + 1);
}

LineKind MessageReader::damaged(std::string_view problem, std::size_t column)
{
    m_problem = problem;
    m_column = column;
    return LineKind::damaged;
}

} // namespace tapbridge::singer
