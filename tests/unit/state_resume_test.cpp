// A simulated tap, the bridge's rules for its states, and destinations that commit what they like:
// no record is lost, whatever was committed.
#include "airbyte/state_input.h"
#include "catch.h"
#include "translate/state.h"
#include "util/json/value.h"

#include <map>
#include <random>
#include <set>
#include <string>
#include <vector>

using namespace tapbridge;
using namespace tapbridge::translate;

namespace {

using Random = std::mt19937_64;

// How the tap remembers where it was.
enum class Memory {
    bookmarks, // each stream has a position of its own
    log, // {"lsn": position for all, "bookmarks": {s: {"initial": true}}}; without bookmark: all
    same_log,    // each stream's bookmark holds the same log position; the lowest one is read from
    flat,        // {s: position}
    indivisible, // {"next": position for all}
    parent       // a parent that is not selected has a bookmark; its children are read below it
};

const std::vector<Memory> k_memories = {Memory::bookmarks, Memory::log,         Memory::same_log,
                                        Memory::flat,      Memory::indivisible, Memory::parent};

// One thing the tap says: a record (an index into the source's events) or a state.
struct Said {
    bool is_record = true;
    int event = 0;
    std::string blob;
};

// events[i] is the stream that the i-th row of the source belongs to.
class Tap {
public:
    Tap(Memory memory, int streams, const std::vector<int>& events, const json::Value* given)
        : m_memory(memory), m_events(events), m_streams(streams)
    {
        for (int stream = 0; stream < streams; ++stream)
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
        for (const int from : m_from)
            lowest = from >= 0 ? std::min(lowest, from) : lowest;
        return lowest;
    }

    void read_one_by_one()
    {
        for (int stream = 0; stream < m_streams; ++stream) {
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
                if (m_from[static_cast<std::size_t>(stream)] >= 0)
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
            m_said.push_back({true, event, {}});
            m_shared = event;
            if (m_memory == Memory::same_log || m_memory == Memory::parent)
                m_from.assign(m_from.size(), event);
            say_state(m_events[static_cast<std::size_t>(event)]);
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
    int m_streams;
    std::vector<int> m_from;
    int m_shared = 0;
    std::vector<Said> m_said;
};

// What left the bridge for one stream: its records and states in their order.
struct Sent {
    bool is_record = true;
    int event = 0;
    std::string state;
};

class Simulation {
public:
    Simulation(Memory memory, std::uint64_t seed) : m_memory(memory), m_random(seed)
    {
        m_streams = 1 + below(3);
        for (int i = 0; i < m_streams; ++i) {
            const std::string id = "s" + std::to_string(i);
            m_state_streams.push_back({{id, std::nullopt}, id, true});
        }
        m_committed.resize(m_state_streams.size());
        m_kept.resize(m_state_streams.size());
    }

    void run()
    {
        const int rounds = 2 + below(4);
        for (int round = 0; round < rounds; ++round) {
            for (int more = below(8); more > 0; --more)
                m_events.push_back(below(m_streams));
            if (below(4) == 0)
                reset(static_cast<std::size_t>(below(m_streams)));
            sync(round + 1 == rounds);
        }
        for (std::size_t event = 0; event < m_events.size(); ++event) {
            INFO("event " << event << " of stream " << m_events[event]);
            REQUIRE(m_committed[static_cast<std::size_t>(m_events[event])].count(
                        static_cast<int>(event)) == 1);
        }
    }

private:
    int below(int limit)
    {
        return static_cast<int>(m_random() % static_cast<std::uint64_t>(limit));
    }

    void reset(std::size_t stream)
    {
        m_committed[stream].clear();
        // The platform leaves the stream out, or gives null or {}.
        static const std::vector<std::string> forms = {"", "null", "{}"};
        m_kept[stream] = forms[static_cast<std::size_t>(below(3))];
    }

    JoinedState joined() const
    {
        std::string list = "[";
        for (std::size_t i = 0; i < m_kept.size(); ++i) {
            if (m_kept[i].empty())
                continue;
            list += list.size() > 1 ? "," : "";
            list += "{\"type\":\"STREAM\",\"stream\":{\"stream_descriptor\":{\"name\":\"" +
                    m_state_streams[i].id + "\",\"namespace\":null},\"stream_state\":" + m_kept[i] +
                    "}}";
        }
        return join_state(airbyte::read_state(list + "]", "state.json"), m_state_streams);
    }

    void sync(bool undisturbed)
    {
        const JoinedState state = joined();
        INFO("given " << (state.blob ? state.blob->text() : "nothing"));
        std::vector<Said> said =
            Tap(m_memory, m_streams, m_events, state.blob ? &*state.blob : nullptr).read();
        const bool killed = !undisturbed && below(3) != 0;
        if (killed)
            said.resize(static_cast<std::size_t>(below(static_cast<int>(said.size()) + 1)));
        const auto sent = translated(said, state, !killed);
        for (std::size_t stream = 0; stream < sent.size(); ++stream)
            commit(stream, sent[stream], undisturbed);
    }

    // The bridge: a state for each stream whose bookmark changed or that sent records since its
    // last one; some states are merged into later ones; a final one for each stream after a clean
    // end.
    std::vector<std::vector<Sent>> translated(const std::vector<Said>& said,
                                              const JoinedState& state, bool clean)
    {
        std::vector<std::vector<Sent>> sent(m_state_streams.size());
        std::vector<int> records(m_state_streams.size(), 0);
        json::Value blob = state.blob.value_or(json::Value::object());
        auto last = split_state(blob, m_state_streams).bookmarks;
        std::uint64_t sequence = state.last_sequence;
        const auto emit = [&](bool final) {
            SplitState split = split_state(blob, m_state_streams);
            ++sequence;
            for (std::size_t i = 0; i < sent.size(); ++i) {
                if (!final && records[i] == 0 && split.bookmarks[i] == last[i])
                    continue;
                sent[i].push_back(
                    {false, 0,
                     stream_state(split.bookmarks[i], split.shared, sequence, state.base)});
                records[i] = 0;
                last[i] = split.bookmarks[i];
            }
        };
        for (const Said& one : said) {
            if (one.is_record) {
                const auto stream =
                    static_cast<std::size_t>(m_events[static_cast<std::size_t>(one.event)]);
                sent[stream].push_back({true, one.event, {}});
                ++records[stream];
                continue;
            }
            blob = *json::parse(one.blob);
            if (below(3) != 0)
                emit(false);
        }
        if (clean)
            emit(true);
        return sent;
    }

    // A destination keeps any number of a stream's states, and what came before the last of them.
    void commit(std::size_t stream, const std::vector<Sent>& sent, bool all)
    {
        int states = 0;
        for (const Sent& one : sent)
            states += one.is_record ? 0 : 1;
        int keep = all ? states : below(states + 1);
        std::vector<int> before;
        for (const Sent& one : sent) {
            if (keep == 0)
                return;
            if (one.is_record) {
                before.push_back(one.event);
                continue;
            }
            m_committed[stream].insert(before.begin(), before.end());
            m_kept[stream] = one.state;
            --keep;
        }
    }

    Memory m_memory;
    Random m_random;
    int m_streams = 1;
    std::vector<int> m_events;
    std::vector<StateStream> m_state_streams;
    std::vector<std::set<int>> m_committed;
    std::vector<std::string> m_kept; // per stream, text of its stream_state; empty: none
};

} // namespace

TEST_CASE("join_state makes a tap read again whatever was not committed")
{
    for (const Memory memory : k_memories) {
        for (std::uint64_t seed = 1; seed <= 1500; ++seed) {
            INFO("memory " << static_cast<int>(memory) << ", seed " << seed);
            Simulation(memory, seed).run();
        }
    }
}
