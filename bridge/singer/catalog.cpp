#include "singer/catalog.h"

#include "singer/catalog_entry.h"
#include "util/text.h"

#include <algorithm>
#include <array>
#include <unordered_map>
#include <utility>

namespace tapbridge::singer {

namespace {

constexpr std::size_t k_longest_excerpt = 100;
constexpr int k_most_banner_lines = 100;

bool is_message_type(std::string_view type)
{
    constexpr std::array<std::string_view, 5> k_types{"RECORD", "SCHEMA", "STATE",
                                                      "ACTIVATE_VERSION", "BATCH"};
    return std::any_of(k_types.begin(), k_types.end(), [&](std::string_view known) {
        return text::equals_ignoring_case(known, type);
    });
}

// Where the first line from `from` on begins that starts with a brace; npos where none does.
std::size_t next_object(std::string_view output, std::size_t from)
{
    while (from < output.size()) {
        const std::size_t begin = output.find_first_not_of(" \t\r\n", from);
        if (begin == std::string_view::npos || output[begin] == '{')
            return begin;
        from = output.find('\n', begin);
    }
    return std::string_view::npos;
}

// Nothing where `text` does not begin with an object. It is read up to its type only: what follows
// may be gigabytes, or be cut off.
std::optional<bool> is_message(std::string_view text)
{
    json::ObjectReader reader(text, json::k_deepest, nullptr);
    json::MemberView member;
    while (reader.next(member)) {
        if (member.key == "type" && member.value.starts_with('"'))
            return is_message_type(member.value.substr(1, member.value.size() - 2));
    }
    const bool whole =
        reader.error() == json::ScanError::none || reader.error() == json::ScanError::trailing;
    return whole ? std::optional(false) : std::nullopt;
}

// Judges by the first object; braces in a banner are none.
bool begins_with_message(std::string_view output)
{
    std::size_t begin = next_object(output, 0);
    for (int tries = 0; tries < k_most_banner_lines && begin != std::string_view::npos; ++tries) {
        if (const std::optional<bool> known = is_message(output.substr(begin)))
            return *known;
        begin = next_object(output, output.find('\n', begin));
    }
    return false;
}

bool is_catalog(const json::Value& value)
{
    const json::Value* streams = value.find("streams");
    return streams != nullptr && streams->is_array();
}

// A message could hold a member named "streams" as well; only a catalog has named entries there.
bool names_streams(const json::Value& streams)
{
    return std::any_of(streams.items().begin(), streams.items().end(), [](const auto& item) {
        return item.find("tap_stream_id") != nullptr || item.find("stream") != nullptr;
    });
}

std::string position(std::string_view output, std::size_t offset)
{
    const std::string_view before = output.substr(0, offset);
    const auto line = 1 + std::count(before.begin(), before.end(), '\n');
    const std::size_t newline = before.rfind('\n');
    const std::size_t column =
        newline == std::string_view::npos ? before.size() + 1 : before.size() - newline;
    return "line " + std::to_string(line) + ", column " + std::to_string(column);
}

std::string why_no_catalog(const json::Value& value)
{
    if (!value.is_object())
        return "is JSON, but not an object with \"streams\"";
    return value.find("streams") == nullptr ? "has no \"streams\"" : "\"streams\" is not a list";
}

std::string why_not_json(std::string_view output)
{
    const std::size_t begin = next_object(output, 0);
    if (begin == std::string_view::npos) {
        const std::string_view trimmed = text::trim(output);
        const auto offset = static_cast<std::size_t>(trimmed.data() - output.data());
        const std::string_view line = text::trim(trimmed.substr(0, trimmed.find('\n')));
        return position(output, offset) + ": it is not JSON: \"" +
               text::shorten(text::to_utf8(line), k_longest_excerpt) + "\"";
    }
    json::ParseError error;
    if (const auto value = json::parse(output.substr(begin), &error))
        return why_no_catalog(*value);
    if (error.kind == json::ScanError::trailing)
        return "has no \"streams\"";
    return position(output, begin + error.offset) + ": it " +
           std::string(json::describe(error.kind));
}

// Null with `result` filled where the output is something else than a catalog.
std::optional<json::Value> find_catalog(std::string_view output, CatalogResult& result)
{
    std::optional<json::Value> whole = json::parse(output);
    if (whole && is_catalog(*whole))
        return whole;
    if (whole && whole->is_array() && (whole->items().empty() || names_streams(*whole))) {
        json::Value catalog = json::Value::object();
        catalog.set("streams", std::move(*whole));
        return catalog;
    }
    const bool has_messages = begins_with_message(output);
    std::optional<json::Value> part = json::find_object(output, "streams");
    if (part && is_catalog(*part) && (!has_messages || names_streams(*part->find("streams"))))
        return part;
    result.is_message_stream = has_messages;
    if (has_messages)
        result.problem = "printed records or states instead of a catalog";
    else
        result.problem = whole ? why_no_catalog(*whole) : why_not_json(output);
    return std::nullopt;
}

void read_entries(Catalog& catalog, std::vector<std::string>& warnings)
{
    const std::vector<json::Value>& items = catalog.raw.find("streams")->items();
    std::unordered_map<std::string, std::size_t> seen; // index in `items` by tap_stream_id
    for (std::size_t i = 0; i < items.size(); ++i) {
        const std::string which = "entry " + std::to_string(i + 1) + " of the tap's catalog ";
        if (!items[i].is_object()) {
            warnings.push_back(which + "is not an object: left out");
            continue;
        }
        std::optional<CatalogEntry> entry = read_catalog_entry(items[i], i);
        if (!entry) {
            warnings.push_back(which + "has neither \"tap_stream_id\" nor \"stream\": left out");
            continue;
        }
        const auto [first, is_new] = seen.emplace(entry->tap_stream_id, i);
        if (is_new)
            catalog.entries.push_back(std::move(*entry));
        else if (!(items[first->second] == items[i]))
            warnings.push_back(which + "has the same \"tap_stream_id\" as entry " +
                               std::to_string(first->second + 1) + ", \"" + first->first +
                               "\", but is different: left out");
    }
}

} // namespace

const json::Value& Catalog::raw_entry(const CatalogEntry& entry) const
{
    return raw.find("streams")->items()[entry.index];
}

const json::Value& Catalog::schema(const CatalogEntry& entry) const
{
    static const json::Value k_none = json::Value::object();
    if (entry.decoded_schema)
        return *entry.decoded_schema;
    const json::Value* schema = raw_entry(entry).find("schema");
    return schema != nullptr && schema->is_object() ? *schema : k_none;
}

CatalogResult read_catalog(std::string_view output)
{
    constexpr std::string_view k_byte_order_mark = "\xEF\xBB\xBF";
    if (output.starts_with(k_byte_order_mark))
        output.remove_prefix(k_byte_order_mark.size());
    CatalogResult result;
    if (text::trim(output).empty()) {
        result.problem = "printed nothing";
        return result;
    }
    if (std::optional<json::Value> raw = find_catalog(output, result)) {
        result.catalog.emplace();
        result.catalog->raw = std::move(*raw);
        read_entries(*result.catalog, result.warnings);
    }
    return result;
}

} // namespace tapbridge::singer
