#include "translate/parents.h"

#include "util/text.h"

#include <algorithm>
#include <unordered_map>
#include <utility>

namespace tapbridge::translate {

namespace {

void add_once(std::vector<std::size_t>& list, std::size_t entry)
{
    if (std::find(list.begin(), list.end(), entry) == list.end()) {
        list.push_back(entry);
    }
}

} // namespace

Parents::Parents(const singer::Catalog& catalog, const Discovered& discovered)
    : m_nodes(catalog.entries.size())
{
    std::vector<const Stream*> streams;
    for (const std::vector<Stream>* list : {&discovered.streams, &discovered.excluded}) {
        for (const Stream& stream : *list) {
            streams.push_back(&stream);
        }
    }
    std::unordered_map<std::string, std::vector<std::size_t>> by_name;
    std::unordered_map<std::string, std::size_t> by_id;
    for (const Stream* stream : streams) {
        const singer::CatalogEntry& entry = catalog.entries[stream->entry];
        for (const std::string& name : names_of(*stream, entry)) {
            by_name[name].push_back(stream->entry);
        }
        by_id.emplace(entry.tap_stream_id, stream->entry);
        m_nodes[stream->entry].name = airbyte::display_name(stream->descriptor);
        m_names.push_back(m_nodes[stream->entry].name);
    }
    for (const Stream* stream : streams) {
        Node& node = m_nodes[stream->entry];
        for (const std::string& name : stream->required) {
            const auto found = by_name.find(name);
            if (found == by_name.end()) {
                node.missing.push_back(name);
                continue;
            }
            for (const std::size_t parent : found->second) {
                if (parent != stream->entry) { // "*" may require a stream of its own
                    add_once(node.parents, parent);
                }
            }
        }
        node.required = node.parents.size();
        const auto told = by_id.find(catalog.entries[stream->entry].parent_tap_stream_id);
        if (told != by_id.end() && told->second != stream->entry) {
            add_once(node.parents, told->second);
        }
    }
}

std::vector<std::size_t> Parents::ancestors(std::size_t entry) const
{
    std::vector<bool> seen(m_nodes.size(), false);
    seen[entry] = true;
    std::vector<std::size_t> found;
    std::vector<std::size_t> todo = {entry};
    while (!todo.empty()) {
        const Node& node = m_nodes[todo.back()];
        todo.pop_back();
        if (!node.missing.empty()) {
            airbyte::throw_config_error(missing_problem(node));
        }
        for (const std::size_t parent : node.parents) {
            if (!seen[parent]) {
                seen[parent] = true;
                found.push_back(parent);
                todo.push_back(parent);
            }
        }
    }
    return found;
}

std::vector<std::string> Parents::problems() const
{
    std::vector<std::string> texts;
    for (std::size_t entry = 0; entry < m_nodes.size(); ++entry) {
        if (!m_nodes[entry].missing.empty()) {
            texts.push_back(missing_problem(m_nodes[entry]));
        }
        if (m_nodes[entry].required > 0) {
            check_circle(entry);
        }
    }
    return texts;
}

std::string Parents::missing_problem(const Node& node) const
{
    std::string problem = "The adapter says that stream " + text::quoted(node.name) + " requires " +
                          text::quoted(node.missing.front()) + ", which the tap does not have.";
    if (const std::string near = text::nearest(node.missing.front(), m_names); !near.empty()) {
        problem += " Did you mean " + text::quoted(near) + "?";
    }
    return problem + " Correct requires in the adapter.";
}

// From the adapter's parents upwards: does it come back to where it began?
void Parents::check_circle(std::size_t entry) const
{
    constexpr std::size_t k_none = static_cast<std::size_t>(-1);
    std::vector<std::size_t> reached_from(m_nodes.size(), k_none);
    std::vector<std::size_t> todo;
    const auto reach = [&](std::size_t from, std::size_t parents) {
        for (std::size_t i = 0; i < parents; ++i) {
            const std::size_t parent = m_nodes[from].parents[i];
            if (reached_from[parent] == k_none) {
                reached_from[parent] = from;
                todo.push_back(parent);
            }
        }
    };
    reach(entry, m_nodes[entry].required);
    while (!todo.empty() && reached_from[entry] == k_none) {
        const std::size_t from = todo.back();
        todo.pop_back();
        reach(from, m_nodes[from].parents.size());
    }
    if (reached_from[entry] == k_none) {
        return;
    }
    std::vector<std::string> circle = {m_nodes[entry].name};
    for (std::size_t at = reached_from[entry]; at != entry; at = reached_from[at]) {
        circle.push_back(m_nodes[at].name);
    }
    circle.push_back(m_nodes[entry].name);
    std::reverse(circle.begin(), circle.end());
    airbyte::throw_config_error("The adapter's requires go in a circle: " +
                                text::shorten(text::join(circle, " requires "), 1000) +
                                ". Remove one of them.");
}

} // namespace tapbridge::translate
