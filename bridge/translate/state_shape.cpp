#include "translate/state_shape.h"

#include <algorithm>
#include <string>
#include <unordered_set>

namespace tapbridge::translate {

namespace {

bool is_frame(const json::Member& member)
{
    return (member.name == k_bookmarks && member.value.is_object()) ||
           (member.name == k_versions && member.value.is_object()) || is_resume_hint(member.name);
}

bool has_content(const json::Value& blob)
{
    if (!blob.is_object())
        return !blob.is_null();
    return std::any_of(
        blob.members().begin(), blob.members().end(),
        [](const json::Member& member) { return !is_frame(member) && !member.value.is_null(); });
}

} // namespace

bool is_resume_hint(std::string_view key)
{
    return key == "currently_syncing" || key == "current_stream" ||
           key.starts_with("currently_syncing_");
}

StateIds state_ids(const std::vector<StateStream>& streams)
{
    StateIds ids;
    for (std::size_t i = 0; i < streams.size(); ++i)
        ids.emplace(streams[i].id, i);
    return ids;
}

std::vector<bool> shared_parents(const std::vector<StateStream>& streams)
{
    std::vector<bool> is_shared(streams.size(), false);
    for (const StateStream& stream : streams) {
        for (const std::size_t parent : stream.ancestors)
            is_shared[parent] = streams[parent].incremental;
    }
    return is_shared;
}

StateIds without(StateIds ids, const StateIds& others)
{
    std::erase_if(ids, [&others](const auto& id) { return others.contains(id.first); });
    return ids;
}

StateIds parent_ids(const std::vector<StateStream>& streams)
{
    const std::vector<bool> is_shared = shared_parents(streams);
    StateIds ids;
    for (std::size_t i = 0; i < streams.size(); ++i) {
        if (is_shared[i])
            ids.emplace(streams[i].id, i);
    }
    return ids;
}

const json::Value* bookmarks_of(const json::Value& blob)
{
    const json::Value* bookmarks = blob.find(k_bookmarks);
    return bookmarks && bookmarks->is_object() ? bookmarks : nullptr;
}

void drop_shadowed(json::Value& object)
{
    std::vector<json::Member>& members = object.members();
    std::unordered_set<std::string> seen;
    const auto shadowed = [&seen](const json::Member& member) {
        return !seen.insert(member.name).second;
    };
    const auto kept = std::remove_if(members.rbegin(), members.rend(), shadowed);
    members.erase(members.begin(), kept.base());
}

std::optional<std::size_t> owner_of(const json::Member& member, const StateIds& ids)
{
    if (is_frame(member))
        return std::nullopt;
    std::string_view key = member.name;
    while (true) {
        if (const auto found = ids.find(key); found != ids.end())
            return found->second;
        const std::size_t dot = key.rfind('.');
        if (dot == std::string_view::npos)
            return std::nullopt;
        key = key.substr(0, dot);
    }
}

bool is_indivisible(const json::Value& blob, const StateIds& ids)
{
    if (bookmarks_of(blob) || !has_content(blob))
        return false;
    return std::none_of(
        blob.members().begin(), blob.members().end(),
        [&ids](const json::Member& member) { return owner_of(member, ids).has_value(); });
}

json::Value common_part(json::Value blob, const StateIds& ids)
{
    if (blob.is_null())
        return json::Value::object();
    drop_shadowed(blob);
    std::erase_if(blob.members(),
                  [&ids](const json::Member& member) { return owner_of(member, ids).has_value(); });
    for (const std::string_view key : {k_bookmarks, k_versions}) {
        json::Value* parts = blob.find(key);
        if (!parts || !parts->is_object())
            continue;
        drop_shadowed(*parts);
        std::erase_if(parts->members(),
                      [&ids](const json::Member& member) { return ids.contains(member.name); });
    }
    for (json::Member& member : blob.members()) {
        if (is_resume_hint(member.name))
            member.value = json::Value();
    }
    return blob;
}

bool says_something(const json::Value& common)
{
    if (!common.is_object())
        return !common.is_null();
    return std::any_of(
        common.members().begin(), common.members().end(), [](const json::Member& member) {
            const bool is_list = member.name == k_bookmarks || member.name == k_versions;
            const bool is_empty = member.value.is_object() && member.value.members().empty();
            return !member.value.is_null() && !(is_list && is_empty);
        });
}

} // namespace tapbridge::translate
