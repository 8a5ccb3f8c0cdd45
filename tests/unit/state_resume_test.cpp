// A simulated tap, the bridge's rules for its states, and destinations that commit what they like:
// no record is lost, whatever was committed.
#include "airbyte/state_input.h"
#include "catch.h"
#include "state_tap.h"
#include "translate/state.h"
#include "util/json/value.h"

#include <map>
#include <random>
#include <set>
#include <string>
#include <vector>

using namespace tapbridge;
using namespace tapbridge::translate;
using namespace state_tap;

namespace {

using Random = std::mt19937_64;

// What left the bridge for one stream: its records and states in their order.
struct Sent {
    bool is_record = true;
    int event = 0;
    std::string state;
};

class Simulation {
public:
    enum class Selection { constant, changing };

    Simulation(Memory memory, std::uint64_t seed, Selection selection = Selection::constant)
        : m_memory(memory), m_selection(selection), m_random(seed)
    {
        m_streams = 1 + below(3);
        for (int i = 0; i < m_streams; ++i) {
            const std::string id = "s" + std::to_string(i);
            m_all.push_back({{id, std::nullopt}, id, true});
        }
        m_committed.resize(m_all.size());
        m_kept.resize(m_all.size());
    }

    void run()
    {
        const int rounds = 2 + below(4);
        for (int round = 0; round < rounds; ++round) {
            for (int more = below(8); more > 0; --more)
                m_events.push_back(below(m_streams));
            if (below(4) == 0)
                reset(static_cast<std::size_t>(below(m_streams)));
            select(round + 1 == rounds);
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

    // A stream that is deselected keeps its state, but the sync is not given it.
    void select(bool all)
    {
        m_state_streams.clear();
        m_selected.clear();
        for (const StateStream& stream : m_all) {
            m_selected.push_back(all || m_selection == Selection::constant || below(3) != 0);
            if (m_selected.back())
                m_state_streams.push_back(stream);
        }
        if (m_state_streams.empty()) {
            m_selected.front() = true;
            m_state_streams.push_back(m_all.front());
        }
    }

    std::size_t place(const StateStream& stream) const
    {
        return static_cast<std::size_t>(stream.id.back() - '0');
    }

    JoinedState joined() const
    {
        std::string list = "[";
        for (std::size_t i = 0; i < m_kept.size(); ++i) {
            if (m_kept[i].empty() || !m_selected[i])
                continue;
            list += list.size() > 1 ? "," : "";
            list += "{\"type\":\"STREAM\",\"stream\":{\"stream_descriptor\":{\"name\":\"" +
                    m_all[i].id + "\",\"namespace\":null},\"stream_state\":" + m_kept[i] + "}}";
        }
        return join_state(airbyte::read_state(list + "]", "state.json"), m_state_streams);
    }

    void sync(bool undisturbed)
    {
        JoinedState state = joined();
        INFO("given " << (state.blob ? state.blob->text() : "nothing"));
        std::vector<Said> said =
            Tap(m_memory, m_selected, m_events, state.blob ? &*state.blob : nullptr).read();
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
    std::vector<std::vector<Sent>> translated(const std::vector<Said>& said, JoinedState& state,
                                              bool clean)
    {
        std::vector<std::vector<Sent>> sent(m_all.size());
        std::vector<int> records(m_all.size(), 0);
        json::Value blob = state.blob.value_or(json::Value::object());
        auto last = split_state(blob, m_state_streams).bookmarks;
        std::uint64_t sequence = std::max(state.last_sequence, m_clock += 100000);
        const std::uint64_t since = sequence;
        if (state.base)
            state.base->sequence = since;
        const auto emit = [&](bool final) {
            SplitState split = split_state(blob, m_state_streams);
            ++sequence;
            const auto family = family_of(m_state_streams, split.shared, state.left_out);
            for (std::size_t i = 0; i < m_state_streams.size(); ++i) {
                const std::size_t stream = place(m_state_streams[i]);
                if (!final && records[stream] == 0 && split.bookmarks[i] == last[i])
                    continue;
                sent[stream].push_back({false, 0,
                                        stream_state(split.bookmarks[i], split.shared, sequence,
                                                     state.base, family, since)});
                records[stream] = 0;
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
    Selection m_selection;
    Random m_random;
    std::uint64_t m_clock = 0;
    int m_streams = 1;
    std::vector<int> m_events;
    std::vector<StateStream> m_all;
    std::vector<StateStream> m_state_streams; // the selected ones
    std::vector<bool> m_selected;
    std::vector<std::set<int>> m_committed;
    std::vector<std::string> m_kept; // per stream, text of its stream_state; empty: none
};

} // namespace

TEST_CASE("join_state makes a tap read again whatever was not committed")
{
    for (const Memory memory : k_memories) {
        for (std::uint64_t seed = 1; seed <= 800; ++seed) {
            INFO("memory " << static_cast<int>(memory) << ", seed " << seed);
            Simulation(memory, seed).run();
        }
    }
}

TEST_CASE("join_state makes a tap read again what deselected streams missed")
{
    for (const Memory memory : k_memories) {
        for (std::uint64_t seed = 1; seed <= 500; ++seed) {
            INFO("memory " << static_cast<int>(memory) << ", seed " << seed);
            Simulation(memory, seed, Simulation::Selection::changing).run();
        }
    }
}
