#include "translate/stream_rules.h"

#include "translate/discovery.h"

#include <algorithm>
#include <utility>

namespace tapbridge::translate {

namespace {

template <typename Value>
void take(std::optional<Value>& value, const std::optional<Value>& later)
{
    if (later) {
        value = later;
    }
}

bool offers_incremental(const StreamRule& rule)
{
    return rule.cursor.has_value() || (rule.modes && *rule.modes != Modes::full_refresh);
}

bool reads_in_full(const StreamRule& rule)
{
    return rule.replication == Replication::full_table || rule.modes == Modes::full_refresh;
}

void merge(StreamRule& rule, const StreamRule& later)
{
    if (offers_incremental(later) && rule.replication == Replication::full_table) {
        rule.replication.reset();
    }
    if (offers_incremental(later) && rule.modes == Modes::full_refresh) {
        rule.modes.reset();
    }
    if (reads_in_full(later)) {
        rule.cursor.reset();
        rule.modes.reset();
        rule.replication.reset();
    }
    if (later.replication && *later.replication != Replication::full_table &&
        rule.modes == Modes::full_refresh) {
        rule.modes.reset();
    }
    take(rule.primary_key, later.primary_key);
    take(rule.cursor, later.cursor);
    take(rule.modes, later.modes);
    take(rule.replication, later.replication);
    take(rule.exclude, later.exclude);
    take(rule.may_be_absent, later.may_be_absent);
    take(rule.name_space, later.name_space);
    take(rule.alias, later.alias);
    take(rule.required, later.required);
    take(rule.properties, later.properties);
    take(rule.exclude_fields, later.exclude_fields);
    take(rule.deleted_at, later.deleted_at);
}

// The bytes of the UTF-8 character at that place; 1 for what is none.
std::size_t character_length(std::string_view text, std::size_t at)
{
    std::size_t end = at + 1;
    while (end < text.size() && (static_cast<unsigned char>(text[end]) & 0xC0U) == 0x80U) {
        ++end;
    }
    return end - at;
}

} // namespace

void StreamRules::add(std::string pattern, StreamRule rule)
{
    m_rules.push_back({std::move(pattern), std::move(rule)});
}

bool StreamRules::fits(const std::vector<std::string>& names, std::string_view pattern)
{
    return std::any_of(names.begin(), names.end(),
                       [&](const std::string& name) { return fits_glob(name, pattern); });
}

StreamRule StreamRules::of(const std::vector<std::string>& names) const
{
    StreamRule said;
    for (const Entry& entry : m_rules) {
        if (fits(names, entry.pattern)) {
            merge(said, entry.rule);
        }
    }
    return said;
}

bool StreamRules::excludes_unknown(std::string_view name) const
{
    bool excluded = false;
    for (const Entry& entry : m_rules) {
        if (entry.rule.exclude && entry.pattern == name && !is_glob(entry.pattern)) {
            excluded = *entry.rule.exclude;
        }
    }
    return excluded;
}

std::vector<std::string> StreamRules::literal_names() const
{
    std::vector<std::string> names;
    for (const Entry& entry : m_rules) {
        const bool known = std::find(names.begin(), names.end(), entry.pattern) != names.end();
        if (!known && !is_glob(entry.pattern)) {
            names.push_back(entry.pattern);
        }
    }
    return names;
}

std::vector<std::string>
StreamRules::unmatched(const std::vector<std::vector<std::string>>& names_of_streams) const
{
    std::vector<std::string> patterns;
    for (const Entry& entry : m_rules) {
        const bool may_be_unknown = entry.rule.exclude.value_or(false) && !is_glob(entry.pattern);
        const bool matched = std::any_of(
            names_of_streams.begin(), names_of_streams.end(),
            [&](const std::vector<std::string>& names) { return fits(names, entry.pattern); });
        if (!matched && !may_be_unknown) {
            patterns.push_back(entry.pattern);
        }
    }
    return patterns;
}

bool is_glob(std::string_view pattern)
{
    return pattern.find_first_of("*?") != std::string_view::npos;
}

bool fits_glob(std::string_view text, std::string_view glob)
{
    std::size_t at = 0;
    std::size_t in_glob = 0;
    // Where to go on when the last star has to take one more: earlier stars never need to.
    std::size_t star = std::string_view::npos;
    std::size_t taken = 0;
    while (at < text.size()) {
        const char wanted = in_glob < glob.size() ? glob[in_glob] : '\0';
        if (in_glob < glob.size() && wanted == '*') {
            star = in_glob++;
            taken = at;
        } else if (in_glob < glob.size() && wanted == '?') {
            at += character_length(text, at);
            ++in_glob;
        } else if (in_glob < glob.size() && wanted == text[at]) {
            ++at;
            ++in_glob;
        } else if (star != std::string_view::npos) {
            taken += character_length(text, taken);
            at = taken;
            in_glob = star + 1;
        } else {
            return false;
        }
    }
    return glob.find_first_not_of('*', in_glob) == std::string_view::npos;
}

std::vector<std::string> names_of(const Stream& stream, const singer::CatalogEntry& entry)
{
    std::vector<std::string> names;
    const auto add = [&names](const std::string& name) {
        if (!name.empty() && std::find(names.begin(), names.end(), name) == names.end()) {
            names.push_back(name);
        }
    };
    add(entry.tap_stream_id);
    add(entry.stream);
    add(stream.descriptor.name);
    add(airbyte::display_name(stream.descriptor));
    return names;
}

} // namespace tapbridge::translate
