// A simulated tap over one log of rows: what it says, from the state that it is given.
#pragma once

#include "util/json/value.h"

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

namespace state_tap {

using namespace tapbridge;

// How the tap remembers where it was.
enum class Memory {
    bookmarks, // each stream has a position of its own
    log, // {"lsn": position for all, "bookmarks": {s: {"initial": true}}}; without bookmark: all
    same_log,    // each stream's bookmark holds the same log position; the lowest one is read from
    flat,        // {s: position}
    indivisible, // {"next": position for all}
    parent       // a parent that is not selected has a bookmark; its children are read below it
};

inline const std::vector<Memory> k_memories = {Memory::bookmarks,   Memory::log,
                                               Memory::same_log,    Memory::flat,
                                               Memory::indivisible, Memory::parent};

// One thing the tap says: a record (an index into the source's events) or a state.
struct Said {
    bool is_record = true;
    int event = 0;
    std::string blob;
};

// events[i] is the stream that the i-th row of the source belongs to. `selected`: by stream.
// Bookmarks of others are handed on.
class Tap {
public:
    Tap(Memory memory, const std::vector<bool>& selected, const std::vector<int>& events,
        const json::Value* given)
        : m_memory(memory), m_events(events), m_selected(selected),
          m_streams(static_cast<int>(selected.size()))
    {
        for (int stream = 0; stream < m_streams; ++stream)
            m_from.push_back(start_of(stream, given));
        m_shared = shared_start(given);
    }

    std::vector<Said> read()
    {
        if (m_memory == Memory::bookmarks || m_memory == Memory::flat)
            read_one_by_one();
        else
            read_as_a_log();
        return std::move(m_said);
    }

private:
    static int number(const json::Value* value)
    {
        return value && value->as_integer() ? static_cast<int>(*value->as_integer()) : 0;
    }

    bool is_selected(int stream) const { return m_selected[static_cast<std::size_t>(stream)]; }

    // -1: the stream has no bookmark.
    int start_of(int stream, const json::Value* given) const
    {
        if (!given)
            return -1;
        const std::string id = "s" + std::to_string(stream);
        if (m_memory == Memory::flat)
            return given->find(id) ? number(given->find(id)) : -1;
        const json::Value* all = given->find("bookmarks");
        const json::Value* own = all ? all->find(id) : nullptr;
        return own ? number(own->find("pos")) : -1;
    }

    int shared_start(const json::Value* given) const
    {
        const int end = static_cast<int>(m_events.size());
        if (m_memory == Memory::log)
            return given && given->find("lsn") ? number(given->find("lsn")) : end;
        if (m_memory == Memory::indivisible)
            return given ? number(given->find("next")) : 0;
        if (m_memory == Memory::parent) {
            const json::Value* all = given ? given->find("bookmarks") : nullptr;
            return all ? number(all->find("parent")) : 0;
        }
        int lowest = end; // same_log: of the streams that have a position
        for (int stream = 0; stream < m_streams; ++stream) {
            const int from = m_from[static_cast<std::size_t>(stream)];
            lowest = is_selected(stream) && from >= 0 ? std::min(lowest, from) : lowest;
        }
        return lowest;
    }

    void read_one_by_one()
    {
        for (int stream = 0; stream < m_streams; ++stream) {
            if (!is_selected(stream))
                continue;
            int& at = m_from[static_cast<std::size_t>(stream)];
            const int begin = std::max(at, 0);
            for (int event = begin; event < static_cast<int>(m_events.size()); ++event) {
                if (m_events[static_cast<std::size_t>(event)] != stream)
                    continue;
                m_said.push_back({true, event, {}});
                at = event;
                say_state(stream);
            }
            at = std::max(at, 0);
            say_state(stream);
        }
    }

    // Streams without a bookmark are first read in full, where the tap knows such a thing.
    void read_as_a_log()
    {
        const int end = static_cast<int>(m_events.size());
        if (m_memory == Memory::log || m_memory == Memory::same_log) {
            for (int stream = 0; stream < m_streams; ++stream) {
                if (m_from[static_cast<std::size_t>(stream)] >= 0 || !is_selected(stream))
                    continue;
                for (int event = 0; event < end; ++event) {
                    if (m_events[static_cast<std::size_t>(event)] == stream)
                        m_said.push_back({true, event, {}});
                    say_state(stream);
                }
                m_from[static_cast<std::size_t>(stream)] = m_shared;
                say_state(stream);
            }
        }
        for (int event = m_shared; event < end; ++event) {
            const int of = m_events[static_cast<std::size_t>(event)];
            if (is_selected(of))
                m_said.push_back({true, event, {}});
            m_shared = event;
            if (m_memory == Memory::same_log || m_memory == Memory::parent)
                for (int stream = 0; stream < m_streams; ++stream)
                    m_from[static_cast<std::size_t>(stream)] =
                        is_selected(stream) ? event : m_from[static_cast<std::size_t>(stream)];
            say_state(of);
        }
    }

    void say_state(int current)
    {
        const std::string syncing = "\"currently_syncing\":\"s" + std::to_string(current) + "\"";
        std::string marks;
        for (int stream = 0; stream < m_streams; ++stream) {
            const int from = m_from[static_cast<std::size_t>(stream)];
            if (from < 0 || m_memory == Memory::indivisible)
                continue;
            marks += marks.empty() ? "\"s" : ",\"s";
            const std::string position = std::to_string(from);
            marks += std::to_string(stream) + "\":";
            if (m_memory == Memory::flat)
                marks += position;
            else if (m_memory == Memory::log || m_memory == Memory::parent)
                marks += "{\"initial\":true}";
            else
                marks += "{\"pos\":" + position + "}";
        }
        const std::string shared = std::to_string(m_shared);
        std::string blob = "{" + syncing;
        if (m_memory == Memory::flat)
            blob += (marks.empty() ? "" : ",") + marks;
        else if (m_memory == Memory::indivisible)
            blob += ",\"next\":" + shared;
        else if (m_memory == Memory::parent)
            blob +=
                ",\"bookmarks\":{\"parent\":" + shared + (marks.empty() ? "" : ",") + marks + "}";
        else
            blob += ",\"bookmarks\":{" + marks + "}";
        if (m_memory == Memory::log)
            blob += ",\"lsn\":" + shared;
        m_said.push_back({false, 0, blob + "}"});
    }

    Memory m_memory;
    const std::vector<int>& m_events;
    std::vector<bool> m_selected;
    int m_streams;
    std::vector<int> m_from;
    int m_shared = 0;
    std::vector<Said> m_said;
};

} // namespace state_tap
