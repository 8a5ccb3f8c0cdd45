#include "translate/deletion.h"

#include "util/json/scanner.h"
#include "util/json/value.h"

namespace tapbridge::translate {

namespace {

bool is_called(const json::MemberView& member, std::string_view name)
{
    return member.key_escaped ? json::decode_string(member.key) == name : member.key == name;
}

} // namespace

std::optional<std::string_view> deletion_of(std::string_view record, std::string_view column)
{
    std::string_view deleted_at = "null";
    json::ObjectReader reader(record, json::k_deepest, nullptr);
    json::MemberView member;
    while (reader.next(member)) {
        if (is_called(member, k_ab_cdc_deleted_at)) {
            return std::nullopt;
        }
        if (is_called(member, column)) {
            deleted_at = member.value;
        }
    }
    return deleted_at;
}

} // namespace tapbridge::translate
