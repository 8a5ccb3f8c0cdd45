// A simulated tap that looks for children below what it reads of the parent, destinations that
// commit what they like, resets and new streams: no child is lost, whatever was committed.
#include "airbyte/state_input.h"
#include "catch.h"
#include "translate/state.h"
#include "util/json/value.h"

#include <array>
#include <random>
#include <set>
#include <string>
#include <vector>

using namespace tapbridge;
using namespace tapbridge::translate;

namespace {

using Random = std::mt19937_64;

constexpr std::size_t k_none = 99;

struct Kind {
    const char* id;
    std::size_t parent;
};

// Each row of a parent has one row of each child.
const std::vector<Kind> k_family = {
    {"parent", k_none}, {"child", 0}, {"sibling", 0}, {"grandchild", 1}, {"stranger", k_none}};

struct Said {
    std::size_t stream = k_none; // of a record
    int row = 0;
    std::string blob; // of a state
};

class Tap {
public:
    // `marks`: children have positions of their own, beside the parent's.
    Tap(int rows, bool marks, const json::Value* given) : m_marks(marks)
    {
        const json::Value* bookmarks = given ? given->find("bookmarks") : nullptr;
        for (const Kind& kind : k_family) {
            const json::Value* own = bookmarks ? bookmarks->find(kind.id) : nullptr;
            const json::Value* position = own ? own->find("pos") : nullptr;
            m_at.push_back(position ? static_cast<int>(position->as_integer().value_or(0)) : -1);
        }
        for (std::size_t stream = 0; stream < k_family.size(); ++stream) {
            if (k_family[stream].parent == k_none)
                for (int row = std::max(m_at[stream], 0); row < rows; ++row)
                    visit(stream, row);
        }
    }

    std::vector<Said> said;

private:
    void visit(std::size_t stream, int row)
    {
        const bool is_child = k_family[stream].parent != k_none;
        if (is_child && m_marks && row < m_at[stream])
            return;
        if (is_child && !m_marks)
            m_at[stream] = -1;
        else
            m_at[stream] = row;
        said.push_back({stream, row, {}});
        say_state();
        for (std::size_t child = 0; child < k_family.size(); ++child) {
            if (k_family[child].parent == stream)
                visit(child, row);
        }
        say_state();
    }

    void say_state()
    {
        std::string marks;
        for (std::size_t stream = 0; stream < k_family.size(); ++stream) {
            if (m_at[stream] >= 0)
                marks += std::string(marks.empty() ? "" : ",") + "\"" + k_family[stream].id +
                         "\":{\"pos\":" + std::to_string(m_at[stream]) + "}";
        }
        said.push_back({k_none, 0, "{\"bookmarks\":{" + marks + "}}"});
    }

    bool m_marks;
    std::vector<int> m_at;
};

enum class Role { incremental, full, hidden, absent };

class Simulation {
public:
    explicit Simulation(std::uint64_t seed)
        : m_random(seed), m_committed(k_family.size()), m_kept(k_family.size())
    {
        m_marks = below(2) == 0;
        m_roles = {pick({Role::incremental, Role::incremental, Role::full, Role::hidden}),
                   pick({Role::incremental, Role::incremental, Role::full, Role::hidden}),
                   pick({Role::incremental, Role::full, Role::absent}), Role::incremental,
                   pick({Role::incremental, Role::absent})};
    }

    void run()
    {
        const int rounds = 2 + below(5);
        for (int round = 0; round < rounds; ++round) {
            m_rows += below(5);
            if (below(4) == 0)
                reset(static_cast<std::size_t>(below(static_cast<int>(k_family.size()))));
            // Selected later than its parent, deselected with its state kept, selected again.
            if (m_roles[2] == Role::absent && below(2) == 0)
                m_roles[2] = Role::incremental;
            else if (m_roles[2] == Role::incremental && below(3) == 0)
                m_roles[2] = Role::absent;
            sync(round + 1 == rounds);
        }
        for (std::size_t stream = 0; stream < k_family.size(); ++stream) {
            const Role role = m_roles[stream];
            for (int row = 0; row < m_rows; ++row) {
                INFO(k_family[stream].id << " as role " << static_cast<int>(role) << ", row "
                                         << row);
                if (role == Role::incremental || role == Role::full)
                    REQUIRE(m_committed[stream].count(row) == 1);
            }
        }
    }

private:
    int below(int limit)
    {
        return static_cast<int>(m_random() % static_cast<std::uint64_t>(limit));
    }
    Role pick(std::vector<Role> roles) { return roles[m_random() % roles.size()]; }

    void reset(std::size_t stream)
    {
        m_committed[stream].clear();
        m_kept[stream] = "";
    }

    // As Run::state_streams() makes them.
    void list_streams()
    {
        m_list.clear();
        m_places.assign(k_family.size(), k_none);
        for (const bool hidden : {false, true}) {
            for (std::size_t stream = 0; stream < k_family.size(); ++stream) {
                const Role role = m_roles[stream];
                if (role == Role::absent || hidden != (role == Role::hidden))
                    continue;
                m_places[stream] = m_list.size();
                m_list.push_back({{k_family[stream].id, std::nullopt},
                                  k_family[stream].id,
                                  role == Role::incremental,
                                  {},
                                  hidden});
            }
        }
        for (std::size_t stream = 0; stream < k_family.size(); ++stream) {
            if (m_places[stream] == k_none)
                continue;
            for (std::size_t above = k_family[stream].parent; above != k_none;
                 above = k_family[above].parent)
                m_list[m_places[stream]].ancestors.push_back(m_places[above]);
        }
    }

    JoinedState joined() const
    {
        std::string list = "[";
        for (std::size_t i = 0; i < m_kept.size(); ++i) {
            if (m_kept[i].empty())
                continue;
            list += list.size() > 1 ? "," : "";
            list += R"({"type":"STREAM","stream":{"stream_descriptor":{"name":")" +
                    std::string(k_family[i].id) + R"("},"stream_state":)" + m_kept[i] + "}}";
        }
        return join_state(airbyte::read_state(list + "]", "state.json"), m_list);
    }

    void sync(bool undisturbed)
    {
        list_streams();
        JoinedState state = joined();
        UNSCOPED_INFO("given " << (state.blob ? state.blob->text() : "nothing"));
        std::vector<Said> said = Tap(m_rows, m_marks, state.blob ? &*state.blob : nullptr).said;
        const bool killed = !undisturbed && below(3) != 0;
        if (killed)
            said.resize(static_cast<std::size_t>(below(static_cast<int>(said.size()) + 1)));
        std::vector<std::vector<Said>> sent(k_family.size());
        translate_all(said, state, !killed, sent);
        for (std::size_t stream = 0; stream < sent.size(); ++stream)
            commit(stream, sent[stream], undisturbed);
    }

    void translate_all(const std::vector<Said>& said, JoinedState& state, bool clean,
                       std::vector<std::vector<Said>>& sent)
    {
        std::vector<int> records(k_family.size(), 0);
        json::Value blob = state.blob.value_or(json::Value::object());
        auto last = split_state(blob, m_list).bookmarks;
        std::uint64_t sequence = std::max(state.last_sequence, m_clock += 100000);
        if (state.base)
            state.base->sequence = sequence;
        const std::uint64_t since = sequence;
        const auto emit = [&](bool final) {
            const SplitState split = split_state(blob, m_list);
            ++sequence;
            for (std::size_t stream = 0; stream < sent.size(); ++stream) {
                const std::size_t i = m_places[stream];
                if (i == k_none || m_list[i].hidden ||
                    (!final && records[stream] == 0 && split.bookmarks[i] == last[i]))
                    continue;
                sent[stream].push_back(
                    {k_none, 0,
                     stream_state(split.bookmarks[i], split.shared, sequence, state.base,
                                  family_of(m_list, split.shared, state.left_out), since)});
                records[stream] = 0;
                last[i] = split.bookmarks[i];
            }
        };
        for (const Said& one : said) {
            if (one.stream != k_none) {
                sent[one.stream].push_back(one);
                ++records[one.stream];
                continue;
            }
            blob = *json::parse(one.blob);
            if (below(3) != 0)
                emit(false);
        }
        if (clean)
            emit(true);
    }

    // A destination keeps any number of a stream's states, and what came before the last of them.
    void commit(std::size_t stream, const std::vector<Said>& sent, bool all)
    {
        if (m_roles[stream] == Role::full)
            m_committed[stream].clear(); // the table is replaced
        int states = 0;
        for (const Said& one : sent)
            states += one.stream == k_none ? 1 : 0;
        int keep = all ? states : below(states + 1);
        std::vector<int> before;
        for (const Said& one : sent) {
            if (keep == 0)
                return;
            if (one.stream != k_none) {
                before.push_back(one.row);
                continue;
            }
            m_committed[stream].insert(before.begin(), before.end());
            m_kept[stream] = one.blob;
            --keep;
        }
    }

    Random m_random;
    bool m_marks = false;
    int m_rows = 0;
    std::uint64_t m_clock = 0;
    std::array<Role, 5> m_roles{};
    std::vector<StateStream> m_list;
    std::vector<std::size_t> m_places; // in the list, of each of the family
    std::vector<std::set<int>> m_committed;
    std::vector<std::string> m_kept; // text of its stream_state; empty: none
};

StateStream stream_of(const std::string& id, bool incremental, std::vector<std::size_t> ancestors,
                      bool hidden = false)
{
    return {{id, std::nullopt}, id, incremental, std::move(ancestors), hidden};
}

airbyte::StateInput entry_of(const std::string& id, const std::string& state)
{
    return airbyte::read_state(R"([{"type":"STREAM","stream":{"stream_descriptor":{"name":")" + id +
                                   R"("},"stream_state":)" + state + "}}]",
                               "state.json");
}

json::Value parsed(const std::string& text)
{
    return json::parse(text).value_or(json::Value());
}

} // namespace

TEST_CASE("join_state makes a tap find every child again that was not committed")
{
    for (std::uint64_t seed = 1; seed <= 1000; ++seed) {
        INFO("seed " << seed);
        Simulation(seed).run();
    }
}

TEST_CASE("split_state keeps a parent's bookmark in what is shared, join_state gives it back")
{
    const std::vector<StateStream> streams = {stream_of("a", true, {}), stream_of("b", true, {0}),
                                              stream_of("c", true, {})};
    const json::Value blob = parsed(R"({"bookmarks":{"a":{"at":1.10},"b":{},"c":{"at":3},"x":4}})");
    const SplitState split = split_state(blob, streams);
    CHECK(split.shared == parsed(R"({"bookmarks":{"a":{"at":1.10},"x":4}})"));
    CHECK(split.bookmarks[0]->text() == R"({"at":1.10})");
    airbyte::StateInput input;
    for (std::size_t i = 0; i < streams.size(); ++i) {
        input.streams.push_back(
            {streams[i].descriptor, parsed(stream_state(split.bookmarks[i], split.shared, 7, {},
                                                        family_of(streams, split.shared)))});
    }
    const JoinedState joined = join_state(input, streams);
    REQUIRE(joined.blob);
    CHECK(*joined.blob == blob);
    CHECK_FALSE(joined.base);
}

TEST_CASE("join_state gives no bookmark of a parent that is read only for its children")
{
    const std::vector<StateStream> streams = {stream_of("b", true, {1}),
                                              stream_of("a", false, {}, true)};
    CHECK(split_state(parsed(R"({"bookmarks":{"a":1,"b":2}})"), streams).shared ==
          parsed(R"({"bookmarks":{}})"));
    const JoinedState joined = join_state(
        entry_of("b", R"({"bookmark":2,"shared":{"bookmarks":{"a":1,"x":3}},"sequence":5})"),
        streams);
    REQUIRE(joined.blob);
    CHECK(*joined.blob == parsed(R"({"bookmarks":{"b":2,"x":3}})"));
}

TEST_CASE("join_state starts a parent afresh with a child that is new or read in full")
{
    const std::string state = R"({"bookmark":{"at":1},"shared":{"bookmarks":{}},"sequence":5})";
    for (const bool incremental : {true, false}) {
        const JoinedState joined = join_state(
            entry_of("a", state), {stream_of("a", true, {}), stream_of("b", incremental, {0})});
        REQUIRE(joined.blob);
        CHECK(*joined.blob == parsed(R"({"bookmarks":{}})"));
    }
    // A state from before anybody knew of the children.
    airbyte::StateInput input = entry_of("a", state);
    input.streams.push_back(
        {{"b", std::nullopt}, parsed(R"({"shared":{"bookmarks":{}},"sequence":5})")});
    const JoinedState joined =
        join_state(input, {stream_of("a", true, {}), stream_of("b", true, {0})});
    REQUIRE(joined.blob);
    CHECK(*joined.blob == parsed(R"({"bookmarks":{}})"));
}

TEST_CASE("join_state takes a bare state's parent for new where its child is")
{
    airbyte::StateInput input;
    input.blob = parsed(R"({"bookmarks":{"a":{"at":1},"c":{"at":2}}})");
    const JoinedState joined = join_state(
        input, {stream_of("a", true, {}), stream_of("b", true, {0}), stream_of("c", true, {})});
    REQUIRE(joined.blob);
    CHECK(*joined.blob == parsed(R"({"bookmarks":{"c":{"at":2}}})"));
}
