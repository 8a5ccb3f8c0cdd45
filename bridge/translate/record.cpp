#include "translate/record.h"

#include "airbyte/message.h"
#include "translate/deletion.h"
#include "util/json/mend.h"
#include "util/json/value.h"

#include <string>

namespace tapbridge::translate {

namespace {

// Room for what comes in the same read, lest those few bytes double what holds a giant record.
constexpr std::size_t k_slack = 256 * 1024;
constexpr std::size_t k_most_told = 10'000; // changes of one record: each takes twenty times a NaN

inline void make_room(std::string& out, std::size_t more)
{
    if (out.size() + more > out.capacity()) {
        out.reserve(out.size() + more + k_slack);
    }
}

void append_change(std::string& changes, std::string_view field, json::Defect why)
{
    changes += changes.empty() ? R"({"field":)" : R"(,{"field":)";
    json::append_quoted(changes, json::decode_string(field));
    changes += why == json::Defect::nonfinite
                   ? R"(,"change":"NULLED","reason":"SOURCE_SERIALIZATION_ERROR"})"
                   : R"(,"change":"NULLED","reason":"SOURCE_FIELD_SIZE_LIMITATION"})";
}

} // namespace

std::string record_prefix(const airbyte::StreamDescriptor& stream)
{
    return R"({"type":"RECORD","record":{)" + airbyte::record_head(stream) + R"(,"data":)";
}

void RecordWriter::set_emitted_at(std::int64_t emitted_at)
{
    m_tail = R"(,"emitted_at":)" + std::to_string(emitted_at) + "}}\n";
}

void RecordWriter::append(std::string& out, std::string_view prefix, std::string_view data,
                          const std::vector<json::DefectAt>& defects) const
{
    make_room(out, prefix.size() + data.size() + m_tail.size());
    out.append(prefix);
    if (defects.empty()) {
        out.append(data);
    } else {
        std::string changes;
        std::size_t told = 0;
        json::append_mended(out, data, [&](std::string_view field, json::Defect why) {
            if (told++ < k_most_told) {
                append_change(changes, field, why);
            }
        });
        if (!changes.empty()) {
            out.append(R"(,"meta":{"changes":[)").append(changes).append("]}");
        }
    }
    out.append(m_tail);
}

void RecordWriter::append_from_log(std::string& out, std::string_view prefix, std::string_view data,
                                   const std::vector<json::DefectAt>& defects,
                                   std::string_view deleted_at) const
{
    const std::optional<std::string_view> deletion = deletion_of(data, deleted_at);
    if (!deletion) {
        append(out, prefix, data, defects);
        return;
    }
    std::string member = R"(,")";
    member.append(k_ab_cdc_deleted_at).append(R"(":)").append(*deletion).append("}");
    data.remove_suffix(1); // the closing brace
    if (!defects.empty()) {
        append(out, prefix, std::string(data) + member, defects);
        return;
    }
    make_room(out, prefix.size() + data.size() + member.size() + m_tail.size());
    out.append(prefix).append(data).append(member).append(m_tail);
}

bool is_empty_record(std::string_view data)
{
    return data.find_first_not_of(" \t\r\n", 1) == data.size() - 1;
}

} // namespace tapbridge::translate
