#include "translate/record.h"

#include "airbyte/message.h"
#include "util/json/value.h"

#include <string>

namespace tapbridge::translate {

using json::Defect;
using json::DefectAt;

namespace {

constexpr unsigned k_any_depth = static_cast<unsigned>(-1); // it has been checked when it was read

std::string_view escape_of(std::string_view separator)
{
    if (separator.size() == 2) {
        return "\\u0085";
    }
    return separator.back() == '\xa8' ? "\\u2028" : "\\u2029";
}

std::string_view replacement(const DefectAt& defect, std::string_view data)
{
    switch (defect.kind) {
    case Defect::nonfinite:
    case Defect::long_number:
        return "null";
    case Defect::lone_surrogate:
        return "\\ufffd";
    case Defect::line_separator:
        return escape_of(data.substr(defect.offset, defect.length));
    case Defect::carriage_return:
        break;
    }
    return " ";
}

bool nulls_a_value(const DefectAt& defect)
{
    return defect.kind == Defect::nonfinite || defect.kind == Defect::long_number;
}

void append_change(std::string& changes, std::string_view field, Defect kind)
{
    changes += changes.empty() ? R"({"field":)" : R"(,{"field":)";
    json::append_quoted(changes, json::decode_string(field));
    changes += kind == Defect::nonfinite
                   ? R"(,"change":"NULLED","reason":"SOURCE_SERIALIZATION_ERROR"})"
                   : R"(,"change":"NULLED","reason":"SOURCE_FIELD_SIZE_LIMITATION"})";
}

// Members and defects both come in the order of their offsets: one pass.
std::string describe_changes(std::string_view data, const std::vector<DefectAt>& defects)
{
    std::string changes;
    json::ObjectReader reader(data, k_any_depth, nullptr);
    json::MemberView member;
    auto defect = defects.begin();
    while (defect != defects.end() && reader.next(member)) {
        const auto end =
            static_cast<std::size_t>(member.value.data() + member.value.size() - data.data());
        bool told = false;
        for (; defect != defects.end() && defect->offset < end; ++defect) {
            if (!told && nulls_a_value(*defect)) {
                append_change(changes, member.key, defect->kind);
                told = true;
            }
        }
    }
    return changes;
}

void append_mended(std::string& out, std::string_view data, const std::vector<DefectAt>& defects)
{
    std::size_t copied = 0;
    for (const DefectAt& defect : defects) {
        out.append(data.substr(copied, defect.offset - copied));
        out.append(replacement(defect, data));
        copied = defect.offset + defect.length;
    }
    out.append(data.substr(copied));
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
                          const std::vector<DefectAt>& defects) const
{
    out.append(prefix);
    if (defects.empty()) {
        out.append(data);
    } else {
        append_mended(out, data, defects);
        if (const std::string changes = describe_changes(data, defects); !changes.empty()) {
            out.append(R"(,"meta":{"changes":[)").append(changes).append("]}");
        }
    }
    out.append(m_tail);
}

bool is_empty_record(std::string_view data)
{
    return data.find_first_not_of(" \t\r\n", 1) == data.size() - 1;
}

} // namespace tapbridge::translate
