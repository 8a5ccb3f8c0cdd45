// What holds on, closes early, dies at the wrong moment or must not be left behind.
#include "matchers.h"
#include "process_harness.h"

#include <poll.h>
#include <signal.h>
#include <unistd.h>

#include <string>

using harness::Bridge;
using harness::end_of;
using harness::eventually;
using harness::play;
using harness::Start;

namespace {

const std::string k_ends = "ends: 1 1\nstderr: \nflush: done\n";
constexpr const char* k_stubborn_family =
    "grandchild forever ignore TERM ignore HUP pid-file $dir/a\n"
    "grandchild forever setsid ignore TERM hold stdout pid-file $dir/b\n"
    "grandchild forever daemon ignore TERM hold stderr pid-file $dir/c\n"
    "fork {\nsetsid\ngrandchild forever daemon ignore TERM pid-file $dir/d\n}\n"
    "ignore TERM\n"
    "wait-file $dir/a\nwait-file $dir/b\nwait-file $dir/c\nwait-file $dir/d\n";

} // namespace

TEST_CASE("run: a tap that closes its stdout may take the grace to end")
{
    Bridge bridge(
        "out data\nclose stdout\ntouch $dir/closed\nwait-file $dir/go\nerr saved\nexit 4");
    REQUIRE(bridge.reached("closed"));
    bridge.put("go");
    CHECK(play(bridge) == "run: exited 4 none\nends: 1 1\nstderr: saved\nflush: done\nexit 0");
    CHECK(bridge.nothing_left());
}

TEST_CASE("run: a tap that closes its stdout and works on is stopped")
{
    Bridge bridge("on TERM exit 0\nclose stdout\nsleep-forever", {.options = {"grace=100"}});
    CHECK(play(bridge) == "run: exited 0 hung\n" + k_ends + "exit 0");
    Bridge stubborn("ignore TERM\nclose stdout\nsleep-forever", {.options = {"grace=100"}});
    CHECK(play(stubborn) == "run: signalled 9 hung\n" + k_ends + "exit 0");
    CHECK(stubborn.nothing_left());
}

TEST_CASE("run: a tap that closes its stderr early goes on")
{
    Bridge bridge("err last\nclose stderr\nrepeat 1000 out $i");
    CHECK(play(bridge) == "run: exited 0 none\nends: 1 1\nstderr: last\nflush: done\nexit 0");
    CHECK_THAT(bridge.read_all(), matchers::EndsWith("\n1000\n"));
}

TEST_CASE("run: a descendant that holds a pipe after the tap's end is killed after the grace")
{
    const std::string held = GENERATE("stdout", "stderr", "stdout hold stderr");
    const std::string how = GENERATE("", "setsid ", "daemon ");
    Bridge bridge("grandchild forever " + how + "ignore TERM hold " + held +
                      " pid-file $dir/pid\nwait-file $dir/pid\nout done\nexit 5",
                  {.options = {"grace=100"}});
    CHECK(play(bridge) == "run: exited 5 none\n" + k_ends + "exit 0");
    CHECK(bridge.read_all() == "done\n");
    CHECK(bridge.nothing_left());
}

TEST_CASE("run: what a descendant says within the grace is handed on")
{
    Bridge bridge("fork {\nwait-file $dir/go\nout late\n}\nout done");
    bridge.read_until("done\n");
    bridge.put("go");
    CHECK(play(bridge) == "run: exited 0 none\n" + k_ends + "exit 0");
    CHECK(bridge.read_all() == "done\nlate\n");
}

TEST_CASE("run: a daemon that holds nothing goes at once")
{
    Bridge bridge("grandchild forever daemon pid-file $dir/pid\nwait-file $dir/pid",
                  {.options = {"grace=600000"}});
    CHECK(play(bridge) == "run: exited 0 none\n" + k_ends + "exit 0");
    CHECK(bridge.nothing_left());
}

TEST_CASE("run: no descendant survives a stop")
{
    Bridge bridge(std::string(k_stubborn_family) + "out up\nsleep-forever",
                  {.options = {"grace=100"}});
    bridge.read_until("up\n");
    CHECK(bridge.processes().size() == 7);
    bridge.send(SIGTERM);
    CHECK(play(bridge) == "run: signalled 9 fatal_signal\n" + k_ends + "signal 15");
    CHECK(bridge.nothing_left());
}

TEST_CASE("minder: no descendant survives a KILL of the bridge, nor does its folder survive the "
          "next start")
{
    Bridge bridge(std::string(k_stubborn_family) + "out up\nsleep-forever");
    bridge.read_until("up\n");
    bridge.send(SIGKILL);
    CHECK(end_of(bridge.wait()) == "signal 9");
    CHECK(eventually([&] { return bridge.processes().empty(); }));
}

TEST_CASE("minder: no descendant survives a KILL of the bridge's whole group")
{
    Start start;
    start.in_child = [] { ::setpgid(0, 0); };
    Bridge bridge(std::string(k_stubborn_family) + "out up\nsleep-forever", start);
    bridge.read_until("up\n");
    ::kill(-bridge.pid(), SIGKILL);
    CHECK(end_of(bridge.wait()) == "signal 9");
    CHECK(eventually([&] { return bridge.processes().empty(); }));
}

TEST_CASE("minder: the tap dies with it, also when the bridge can do nothing")
{
    Bridge bridge("ignore TERM\nout up\nsleep-forever");
    bridge.read_until("up\n");
    bridge.send(SIGSTOP);
    ::kill(bridge.minder(), SIGKILL);
    CHECK(eventually([&] { return bridge.processes().size() == 1; }));
    bridge.send(SIGKILL);
    CHECK(end_of(bridge.wait()) == "signal 9");
}

TEST_CASE("run: the minder's death is noticed, and leaves nothing behind")
{
    Bridge bridge(std::string(k_stubborn_family) + "out up\nsleep-forever",
                  {.options = {"grace=600000", "foreign-child"}});
    bridge.read_until("up\n");
    ::kill(bridge.minder(), SIGKILL);
    CHECK(play(bridge) == "run: lost 0 none\n" + k_ends + "foreign child: alive\nexit 0");
    CHECK(bridge.nothing_left());
}

TEST_CASE("run: an exit that was told before the minder's death counts")
{
    Bridge bridge(
        "grandchild forever hold stdout pid-file $dir/pid\nwait-file $dir/pid\nout up\nexit 6",
        {.options = {"grace=600000"}});
    bridge.read_until("up\n");
    // Two processes beside the bridge: the tap is gone.
    REQUIRE(eventually([&] { return bridge.processes().size() == 3; }));
    ::poll(nullptr, 0, 50); // its end reaches the bridge
    ::kill(bridge.minder(), SIGKILL);
    CHECK(play(bridge) == "run: exited 6 none\n" + k_ends + "exit 0");
    CHECK(bridge.nothing_left());
}

TEST_CASE("run: as process 1 of a namespace")
{
    const std::vector<std::string> unshare{"unshare", "--pid", "--fork", "--mount-proc"};
    if (!harness::can_run(::system("unshare --pid --fork --mount-proc true 2>/dev/null") == 0,
                          "namespaces of processes"))
        return;
    Bridge normal(std::string(k_stubborn_family) + "out up\nexit 7",
                  {.options = {"grace=100"}, .prefix = unshare});
    CHECK(play(normal) == "run: exited 7 none\n" + k_ends + "exit 0");
    CHECK(normal.nothing_left());

    // unshare(1) forwards nothing: the signal goes to process 1 itself, which must not be deaf to
    // it.
    Bridge signalled("on TERM {\nout bye\nexit 0\n}\nout up\nsleep-forever", {.prefix = unshare});
    signalled.read_until("up\n");
    for (const pid_t pid : signalled.processes())
        if (signalled.is_driver(pid))
            ::kill(pid, SIGTERM);
    CHECK(play(signalled) == "run: exited 0 fatal_signal\n" + k_ends + "exit 143");
    CHECK(signalled.nothing_left());
}
