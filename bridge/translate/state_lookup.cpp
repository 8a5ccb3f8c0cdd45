#include "translate/state_lookup.h"

#include <algorithm>

namespace tapbridge::translate {

namespace {

std::string_view namespace_of(const airbyte::StreamDescriptor& stream)
{
    return stream.namespace_ ? std::string_view(*stream.namespace_) : std::string_view();
}

} // namespace

StateLookup::StateLookup(const std::vector<airbyte::StreamStateInput>& entries,
                         const std::vector<const airbyte::StreamDescriptor*>& configured)
{
    for (const airbyte::StreamStateInput& entry : entries)
        m_names[entry.stream.name].entries.push_back(&entry);
    for (const airbyte::StreamDescriptor* stream : configured)
        ++m_names[stream->name].configured;
}

const json::Value* StateLookup::find(const airbyte::StreamDescriptor& stream) const
{
    const auto name = m_names.find(stream.name);
    if (name == m_names.end() || name->second.entries.empty())
        return nullptr;
    const auto& entries = name->second.entries;
    const std::string_view wanted = namespace_of(stream);
    const auto same = [wanted](const airbyte::StreamStateInput* entry) {
        return namespace_of(entry->stream) == wanted;
    };
    const auto exact = std::find_if(entries.rbegin(), entries.rend(), same);
    if (exact != entries.rend())
        return &(*exact)->state;

    // Airbyte's acceptance tests and PyAirbyte drop the namespace. Another namespace is another
    // table, whose position would skip this one's rows.
    const airbyte::StreamStateInput& last = *entries.back();
    const std::string_view given = namespace_of(last.stream);
    const bool one_namespace = std::all_of(entries.begin(), entries.end(),
                                           [given](const airbyte::StreamStateInput* entry) {
                                               return namespace_of(entry->stream) == given;
                                           });
    if (!one_namespace || name->second.configured > 1 || (!given.empty() && !wanted.empty()))
        return nullptr;
    return &last.state;
}

} // namespace tapbridge::translate
