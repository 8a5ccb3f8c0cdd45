#include "translate/schema_change.h"

#include "util/json/value.h"
#include "util/text.h"

#include <algorithm>
#include <iterator>
#include <optional>
#include <vector>

namespace tapbridge::translate {

namespace {

bool are_too_long(std::string_view before, std::string_view after)
{
    constexpr std::size_t k_longest = std::size_t{16} << 20;
    return before.size() + after.size() > k_longest;
}

// The lists of types in one order, each type once.
void order_types(json::Value& schema)
{
    for (json::Value& item : schema.items()) {
        order_types(item);
    }
    for (json::Member& member : schema.members()) {
        order_types(member.value);
        std::vector<json::Value>& types = member.value.items();
        if (member.name == "type" && std::all_of(types.begin(), types.end(), [](const auto& type) {
                return type.is_string();
            })) {
            std::sort(types.begin(), types.end(),
                      [](const auto& a, const auto& b) { return a.source() < b.source(); });
            types.erase(std::unique(types.begin(), types.end()), types.end());
        }
    }
}

} // namespace

bool is_same_schema(std::string_view before, std::string_view after)
{
    if (before == after) {
        return true;
    }
    if (are_too_long(before, after)) {
        return false;
    }
    std::optional<json::Value> old_schema = json::parse(before);
    std::optional<json::Value> new_schema = json::parse(after);
    if (!old_schema || !new_schema) {
        return false;
    }
    order_types(*old_schema);
    order_types(*new_schema);
    return *old_schema == *new_schema;
}

std::string changes_between(std::string_view before, std::string_view after)
{
    if (are_too_long(before, after)) {
        return "it is too long to be compared";
    }
    const auto names = [](std::string_view text) {
        std::vector<std::string> list;
        const std::optional<json::Value> schema = json::parse(text);
        const json::Value* properties = schema ? schema->find("properties") : nullptr;
        if (properties != nullptr) {
            for (const json::Member& member : properties->members()) {
                list.push_back(member.name);
            }
        }
        std::sort(list.begin(), list.end());
        return list;
    };
    const std::vector<std::string> old_names = names(before);
    const std::vector<std::string> new_names = names(after);
    std::vector<std::string> added;
    std::vector<std::string> removed;
    std::set_difference(new_names.begin(), new_names.end(), old_names.begin(), old_names.end(),
                        std::back_inserter(added));
    std::set_difference(old_names.begin(), old_names.end(), new_names.begin(), new_names.end(),
                        std::back_inserter(removed));
    if (added.empty() && removed.empty()) {
        return "the definition of its columns";
    }
    std::string text;
    if (!added.empty()) {
        text = "new: " + text::join(added, ", ");
    }
    if (!removed.empty()) {
        text += (text.empty() ? "gone: " : "; gone: ") + text::join(removed, ", ");
    }
    return text::shorten(text, 500);
}

} // namespace tapbridge::translate
