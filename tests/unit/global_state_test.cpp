// GLOBAL states: one for all streams of a run, for taps whose state cannot be taken apart.
#include "catch.h"
#include "run_fixture.h"
#include "state_tap.h"

#include <random>
#include <set>

using namespace run_fixture;

namespace {

class GlobalFixture : public Fixture {
public:
    using Fixture::Fixture;
    Run& begin()
    {
        options.global_state = true;
        return run();
    }
    void says(const std::string& blob) { feed(R"({"type":"STATE","value":)" + blob + "}"); }
};

// The last GLOBAL of that output, as a platform hands it on.
std::string last_state(const std::string& out)
{
    const std::size_t at = out.rfind(R"({"type":"GLOBAL")");
    REQUIRE(at != std::string::npos);
    const std::size_t end = out.find('\n', at) - 1; // the envelope's brace
    return "[" + out.substr(at, end - at) + "]";
}

std::string given_to_the_tap(GlobalFixture& f)
{
    const Run& run = f.begin();
    return run.state() ? run.state()->text() : "none";
}

} // namespace

TEST_CASE("Run with GLOBAL states sends one for all streams, with all their records")
{
    GlobalFixture f({"+a", "full", "+b"});
    f.begin();
    f.record("a", 1);
    f.record("full", 2);
    f.says(R"({"next":1})");
    CHECK(
        f.told() ==
        R"(STARTED(a) RUNNING(a) a:1 STARTED(full) RUNNING(full) full:2 GLOBAL({"next":1},ab|full,2))");
    f.record("b", 3);
    f.record("b", 4);
    f.says(R"({"next":2})");
    CHECK(f.told() == "STARTED(b) RUNNING(b) b:3 b:4");
    f.says(R"({"next":3})");
    f.at(10s);
    f.run().on_deadline(f.start + 10s);
    CHECK(f.told() == R"(GLOBAL({"next":3},ab|full,2))");
    f.finish_clean();
    CHECK(f.told() == R"(GLOBAL({"next":3},ab|full,0) COMPLETE(a) COMPLETE(full) COMPLETE(b))");
}

TEST_CASE("Run sends no GLOBAL state twice, but one at the end")
{
    GlobalFixture f({"+a"}, R"([{"type":"GLOBAL","global":{"shared_state":{"next":1},
        "stream_states":[{"stream_descriptor":{"name":"a"},"stream_state":{"sequence":4}}]}}])");
    CHECK(given_to_the_tap(f) == R"({"next":1})");
    f.says(R"({"next":1})");
    CHECK(f.told().empty());
    f.feed(k_schema_a);
    f.finish_clean();
    CHECK(f.out.find(R"("stream_state":{"sequence":5})") != std::string::npos);
    CHECK(f.told() == R"(STARTED(a) GLOBAL({"next":1},a|,0) COMPLETE(a))");
}

TEST_CASE("Run without any STATE ends with a GLOBAL state all the same, and it is taken back")
{
    GlobalFixture f({"+a"});
    f.begin();
    f.record("a", 1);
    f.finish_clean();
    const std::string state = last_state(f.out);
    CHECK(f.told() == "STARTED(a) RUNNING(a) a:1 GLOBAL({},a|,1) COMPLETE(a)");
    GlobalFixture next({"+a"}, state);
    CHECK(given_to_the_tap(next) == "none");
    next.finish_clean(); // silent, but it has a state
    CHECK(next.told() == "STARTED(a) GLOBAL({},a|,0) COMPLETE(a)");
}

TEST_CASE("Run that fails keeps the newest GLOBAL state, none after damage")
{
    GlobalFixture f({"+a", "+b"});
    f.begin();
    f.record("a", 1);
    f.says(R"({"next":1})");
    f.record("b", 2);
    f.says(R"({"next":2})");
    f.feed(R"({"type":"RECORD","stream":"a","rec)");
    f.says(R"({"next":3})");
    f.finish_failed("it broke");
    CHECK(f.told() == R"(STARTED(a) RUNNING(a) a:1 GLOBAL({"next":1},ab|,1) )"
                      R"(STARTED(b) RUNNING(b) b:2 GLOBAL({"next":2},ab|,1) )"
                      "INCOMPLETE(a) INCOMPLETE(b) ERROR(it broke)");
}

TEST_CASE("A GLOBAL state gives back each blob as it was")
{
    for (const std::string blob :
         {R"({"next":1.10,"huge":12345678901234567890.123456789,"x":1E400})", R"({"a":"\ud800"})",
          R"({"next":NaN})", R"("2024-01-01")", "17", R"({"shared":1,"sequence":5})",
          R"({"shared_text":"{\"x\":1}","sequence":5})", R"({"sequence":5})",
          R"({"bookmarks":{"a":{"at":1},"b":{"at":2},"gone":3},"lsn":4})"}) {
        GlobalFixture f({"+a", "+b"});
        f.begin();
        f.record("a", 1);
        f.says(blob);
        f.finish_clean();
        GlobalFixture next({"+a", "+b"}, last_state(f.out));
        const std::optional<json::Value> given = json::parse(given_to_the_tap(next));
        REQUIRE(given);
        CHECK(*given == *json::parse(blob));
    }
}

TEST_CASE("A GLOBAL state starts afresh what was reset, is new or was read in full")
{
    GlobalFixture f({"+a", "b", "+c"});
    f.begin();
    f.record("a", 1);
    f.says(R"({"bookmarks":{"a":{"at":1},"b":{"at":2},"c":{"at":3}},"b":5})");
    f.finish_clean();
    const std::string state = last_state(f.out);
    GlobalFixture next({"+a", "+b", "c", "+d"}, state);
    CHECK(given_to_the_tap(next) == R"({"bookmarks":{"a":{"at":1}}})");

    GlobalFixture whole({"+a"});
    whole.begin();
    whole.record("a", 1);
    whole.says(R"({"next":7})");
    whole.finish_clean();
    GlobalFixture more({"+a", "+new"}, last_state(whole.out));
    CHECK(given_to_the_tap(more) == "none");
    CHECK(more.log.warnings.size() == 1);
}

TEST_CASE("A GLOBAL state lists the streams that the tap does not have, so that they start afresh")
{
    GlobalFixture f({"+a"});
    f.plan().unknown.push_back({"gone", std::nullopt});
    f.begin();
    f.record("a", 1);
    f.says(R"({"next":1})");
    f.finish_clean();
    CHECK(f.told() == R"(STARTED(a) RUNNING(a) a:1 GLOBAL({"next":1},a|gone,1) )"
                      R"(GLOBAL({"next":1},a|gone,0) COMPLETE(a))");
}

TEST_CASE("Run cannot cover streams of one name by one GLOBAL state")
{
    GlobalFixture f(std::vector<std::string>{});
    f.add("de-orders", true, "orders");
    f.add("fr-orders", true, "orders");
    f.begin();
    f.record("orders", 1);
    CHECK(f.run().wants_stop());
    f.run().finish({});
    CHECK(
        f.out.find(
            R"(The tap sends \"de-orders\" and \"fr-orders\" under one name, \"orders\", so that )"
            R"(each must be read by itself, and one state for all streams (state.type: global in )"
            R"(the adapter) cannot cover that. Select only one of them, or leave state.type out )"
            R"(of the adapter.)") != std::string::npos);
    CHECK(f.out.find("config_error") != std::string::npos);
    CHECK(f.out.find("GLOBAL") == std::string::npos);
}

namespace {

using Random = std::mt19937_64;

// Syncs of a simulated tap; the destination keeps any of a sync's states and what came before it.
class Simulation {
public:
    Simulation(state_tap::Memory memory, std::uint64_t seed)
        : m_memory(memory), m_random(seed), m_streams(1 + below(3)),
          m_committed(static_cast<std::size_t>(m_streams))
    {}

    void run()
    {
        const int rounds = 2 + below(4);
        for (int round = 1; round <= rounds; ++round) {
            for (int more = below(8); more > 0; --more) {
                m_events.push_back(below(m_streams));
            }
            sync(round == rounds);
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

    void sync(bool undisturbed)
    {
        std::vector<std::string> names;
        std::vector<bool> selected;
        for (int stream = 0; stream < m_streams; ++stream) {
            selected.push_back(undisturbed || stream == 0 || below(4) != 0);
            if (selected.back()) {
                names.push_back("+s" + std::to_string(stream));
            }
        }
        GlobalFixture f(names, m_state);
        f.options.state_interval = below(2) == 0 ? 0ms : 10s;
        const Run& run = f.begin();
        std::vector<state_tap::Said> said =
            state_tap::Tap(m_memory, selected, m_events, run.state() ? &*run.state() : nullptr)
                .read();
        const bool killed = !undisturbed && below(3) != 0;
        if (killed) {
            said.resize(static_cast<std::size_t>(below(static_cast<int>(said.size()) + 1)));
        }
        for (const state_tap::Said& one : said) {
            if (one.is_record) {
                const int stream = m_events[static_cast<std::size_t>(one.event)];
                f.record("s" + std::to_string(stream), one.event);
            } else {
                f.says(one.blob);
            }
        }
        if (killed) {
            f.finish_failed("killed");
        } else {
            f.finish_clean();
        }
        commit(f.out, undisturbed);
    }

    void commit(const std::string& out, bool all)
    {
        std::vector<std::size_t> states;
        for (std::size_t at = out.find(R"({"type":"GLOBAL")"); at != std::string::npos;
             at = out.find(R"({"type":"GLOBAL")", at + 1)) {
            states.push_back(out.find('\n', at) + 1);
        }
        const int count = static_cast<int>(states.size());
        const int kept = all ? count : below(count + 1);
        if (kept == 0) {
            return;
        }
        const std::string stored = out.substr(0, states[static_cast<std::size_t>(kept) - 1]);
        m_state = last_state(stored);
        constexpr std::string_view k_record = R"({"type":"RECORD")";
        for (std::size_t at = stored.find(k_record); at != std::string::npos;
             at = stored.find(k_record, at + 1)) {
            const boost::json::value message =
                boost::json::parse(stored.substr(at, stored.find('\n', at) - at));
            const std::int64_t event = message.at("record").at("data").at("id").as_int64();
            m_committed[static_cast<std::size_t>(m_events[static_cast<std::size_t>(event)])].insert(
                static_cast<int>(event));
        }
    }

    state_tap::Memory m_memory;
    Random m_random;
    int m_streams;
    std::vector<int> m_events;
    std::vector<std::set<int>> m_committed;
    std::string m_state;
};

} // namespace

TEST_CASE("A tap goes on from any GLOBAL state without a loss, also when streams come and go")
{
    for (const state_tap::Memory memory : state_tap::k_memories) {
        for (std::uint64_t seed = 1; seed <= 150; ++seed) {
            INFO("memory " << static_cast<int>(memory) << ", seed " << seed);
            Simulation(memory, seed).run();
        }
    }
}
