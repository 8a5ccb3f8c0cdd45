// RunLimits::idle: a tap that says nothing, and what only looks like it.
#include "matchers.h"
#include "process_harness.h"

#include <signal.h>

#include <chrono>
#include <string>

using harness::Bridge;
using harness::eventually;
using harness::play;

namespace {

using namespace std::chrono_literals;

bool passes(std::chrono::milliseconds time)
{
    const auto end = std::chrono::steady_clock::now() + time;
    return eventually([end] { return std::chrono::steady_clock::now() > end; });
}

} // namespace

TEST_CASE("idle: a tap that says nothing any more is stopped, and hears TERM")
{
    Bridge bridge("out first\non TERM {\nout last\nexit 0\n}\nsleep-forever",
                  {.options = {"idle=3000"}});
    CHECK_THAT(play(bridge), matchers::StartsWith("run: exited 0 idle\n"));
    CHECK(bridge.read_all() == "first\nlast\n");
    CHECK(bridge.nothing_left());
}

TEST_CASE("idle: a tap that never says a word is stopped")
{
    Bridge bridge("sleep-forever", {.options = {"idle=2000"}});
    CHECK_THAT(play(bridge), matchers::StartsWith("run: signalled 15 idle\n"));
    CHECK(bridge.nothing_left());
}

TEST_CASE("idle: what it writes on either side counts")
{
    Bridge bridge("out a\nwait-file $dir/1\nerr b\nwait-file $dir/2\nout c\nwait-file $dir/3",
                  {.options = {"idle=3000"}});
    bridge.read_until("a\n");
    for (const char* const name : {"1", "2", "3"}) {
        REQUIRE(passes(1600ms));
        bridge.put(name);
    }
    CHECK_THAT(play(bridge), matchers::StartsWith("run: exited 0 none\n"));
}

TEST_CASE("idle: a reader that is slow is no tap that is silent")
{
    Bridge bridge("repeat 50000 out {\"id\":$i}\nwait-file $dir/go", {.options = {"idle=3000"}});
    REQUIRE(bridge.stdout_is_full());
    REQUIRE(passes(3500ms));
    CHECK_FALSE(bridge.exists("result"));
    bridge.put("go");
    CHECK_THAT(play(bridge), matchers::StartsWith("run: exited 0 none\n"));
    CHECK_THAT(bridge.read_all(), matchers::EndsWith("{\"id\":50000}\n"));
}

TEST_CASE("idle: time in which the bridge was frozen does not count")
{
    Bridge bridge("out a\nwait-file $dir/go", {.options = {"idle=3000"}});
    bridge.read_until("a\n");
    bridge.send(SIGSTOP);
    REQUIRE(passes(5500ms));
    bridge.send(SIGCONT);
    REQUIRE(passes(300ms)); // it has looked at its clocks
    bridge.put("go");
    CHECK_THAT(play(bridge), matchers::StartsWith("run: exited 0 none\n"));
}

TEST_CASE("idle: once stdout is closed, the grace decides")
{
    Bridge bridge("close stdout\nsleep-forever", {.options = {"idle=3000", "grace=4000"}});
    CHECK_THAT(play(bridge), matchers::StartsWith("run: signalled 15 hung\n"));
}
