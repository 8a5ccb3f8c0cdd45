// The course of a run: starting, handing on, ending by itself, by the handler, by the clock, by a
// signal.
#define CATCH_CONFIG_RUNNER
#if __has_include(<catch2/catch_session.hpp>)
#include <catch2/catch_session.hpp>
#endif
#include "matchers.h"
#include "process/minder.h"
#include "process_driver.h"
#include "process_harness.h"

#include <poll.h>
#include <signal.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <string>

using harness::Bridge;
using harness::play;
using harness::Start;

namespace {

const std::string k_ends = "ends: 1 1\nstderr: \nflush: done\n";

} // namespace

int main(int argc, char** argv)
{
    const std::string mode = argc > 1 ? argv[1] : "";
    if (mode == tapbridge::process::k_minder_mode)
        return tapbridge::process::run_minder(argc, argv);
    if (mode == driver::k_mode)
        return driver::run(argc, argv);
    return Catch::Session().run(argc, argv);
}

TEST_CASE("run: the tap's exit status is told")
{
    const std::string status = GENERATE("0", "1", "2", "255");
    Bridge bridge("out hello\nerr oops\nexit " + status);
    CHECK(play(bridge) ==
          "run: exited " + status + " none\nends: 1 1\nstderr: oops\nflush: done\nexit 0");
    CHECK(bridge.read_all() == "hello\n");
    CHECK(bridge.nothing_left());
}

TEST_CASE("run: a tap killed by a signal is no tap that exits with its number")
{
    const int signal = GENERATE(SIGTERM, SIGKILL, SIGSEGV, SIGPIPE, SIGABRT);
    Bridge bridge("out-raw half a li\nkill " + std::to_string(signal));
    CHECK(play(bridge) ==
          "run: signalled " + std::to_string(signal) + " none\n" + k_ends + "exit 0");
    CHECK(bridge.read_all() == "half a li");
    CHECK(bridge.nothing_left());
}

TEST_CASE("run: nothing of a flood is lost")
{
    Bridge bridge("repeat 300000 out {\"id\":$i}\nrepeat 3000 err line $i\nrepeat 10 out last $i");
    CHECK_THAT(play(bridge), matchers::StartsWith("run: exited 0 none"));
    std::string expected;
    for (int i = 1; i <= 300000; ++i)
        expected += "{\"id\":" + std::to_string(i) + "}\n";
    for (int i = 1; i <= 10; ++i)
        expected += "last " + std::to_string(i) + "\n";
    CHECK((bridge.read_all() == expected)); // not to be printed
}

TEST_CASE("run: stderr is read to its end, also when it is much")
{
    Bridge bridge("repeat 20000 err a line of some fifty characters, number $i\nout done");
    CHECK_THAT(play(bridge), matchers::StartsWith("run: exited 0 none\nends: 1 1\n"));
    CHECK(bridge.read_all() == "done\n");
}

TEST_CASE("run: the tap starts clean")
{
    Start start;
    start.in_child = [] {
        ::signal(SIGUSR1, SIG_IGN);
        ::signal(SIGPIPE, SIG_IGN);
        sigset_t signals;
        ::sigemptyset(&signals);
        ::sigaddset(&signals, SIGUSR2);
        ::sigprocmask(SIG_BLOCK, &signals, nullptr);
        ::dup2(STDERR_FILENO, 40); // without CLOEXEC
    };
    Bridge bridge("dump-fds $dir/fds\ndump-status $dir/status\npid-file $dir/pid\n"
                  "dump-env $dir/env\ndump-args $dir/args",
                  start);
    play(bridge);
    const std::string fds = bridge.content("fds");
    CHECK_THAT(fds, matchers::StartsWith("0 /dev/null\n1 pipe:"));
    CHECK(std::count(fds.begin(), fds.end(), '\n') == 3);
    const std::string status = bridge.content("status");
    CHECK_THAT(status, matchers::contains("SigBlk:\t0000000000000000\nSigIgn:\t0000000000000000"));
    CHECK_THAT(bridge.content("env"), matchers::contains("PROCESS_TEST_MARK="));
    CHECK(bridge.content("args").empty());
    CHECK(bridge.nothing_left());
}

TEST_CASE("run: the tap leads a group of its own, and so does the minder")
{
    Bridge bridge("pid-file $dir/pid\nwait-file $dir/go");
    REQUIRE(bridge.reached("pid"));
    const pid_t tap = std::stoi(bridge.content("pid"));
    CHECK(::getpgid(tap) == tap);
    CHECK(::getpgid(bridge.minder()) == bridge.minder());
    bridge.put("go");
    CHECK(play(bridge) == "run: exited 0 none\n" + k_ends + "exit 0");
}

TEST_CASE("run: the tap works where it is told to")
{
    Bridge bridge("dump-cwd $dir/cwd", {.options = {"cwd=/usr/share"}});
    play(bridge);
    CHECK(bridge.content("cwd") == "/usr/share");
    Bridge nowhere("", {.options = {"cwd=/no/such/folder"}});
    CHECK_THAT(play(nowhere), matchers::contains("/no/such/folder"));
    CHECK(nowhere.nothing_left());
}

TEST_CASE("run: a tap that cannot be started says why")
{
    Bridge missing("", {.command = {"no-such-tap"}});
    CHECK(play(missing) == "run: not_started 2 none\n" + k_ends + "exit 0");
    Bridge missing_path("", {.command = {"/no/such/tap"}});
    CHECK(play(missing_path) == "run: not_started 2 none\n" + k_ends + "exit 0");
    Bridge folder("", {.command = {"/usr/share"}});
    CHECK(play(folder) == "run: not_started 13 none\n" + k_ends + "exit 0");
    CHECK(folder.nothing_left());
}

TEST_CASE("run: a script without an interpreter is not given to a shell")
{
    Bridge plain("echo from a shell");
    play(plain);
    const std::string script = plain.path("scenario");
    ::chmod(script.c_str(), 0755);
    Bridge bridge("", {.command = {script}});
    CHECK(play(bridge) == "run: not_started 8 none\n" + k_ends + "exit 0");
    CHECK(bridge.read_all().empty());
}

TEST_CASE("run: one supervisor does many runs")
{
    Bridge bridge("count-call $dir/calls\nout $n", {.options = {"runs=20"}});
    CHECK_THAT(play(bridge), matchers::EndsWith("flush: done\nexit 0"));
    CHECK_THAT(bridge.read_all(), matchers::EndsWith("19\n20\n"));
    CHECK(bridge.nothing_left());
}

TEST_CASE("run: the handler's deadline comes while the tap is silent")
{
    Bridge bridge("out first\nwait-file $dir/go\nout last", {.options = {"tick=20"}});
    CHECK_THAT(bridge.read_until("tick\n"), matchers::EndsWith("tick\n"));
    bridge.put("go");
    CHECK(play(bridge) == "run: exited 0 none\n" + k_ends + "exit 0");
    const std::string all = bridge.read_all(); // on a slow machine the tick may come before "first"
    CHECK(all.find("tick\n") == all.rfind("tick\n"));
    CHECK_THAT(all, matchers::EndsWith("last\n"));
}

TEST_CASE("run: a handler that has enough stops the tap, and hears its last words")
{
    Bridge bridge("on TERM {\nout bye\nexit 3\n}\nout enough\nsleep-forever",
                  {.options = {"stop-on=enough"}});
    CHECK(play(bridge) == "run: exited 3 handler\n" + k_ends + "exit 0");
    CHECK(bridge.read_all() == "enough\nbye\n");
    CHECK(bridge.nothing_left());
}

TEST_CASE("run: a handler that throws takes the tap with it")
{
    Bridge bridge(
        "grandchild forever daemon ignore TERM pid-file $dir/daemon\nwait-file $dir/daemon\n"
        "ignore TERM\nout bad\nsleep-forever",
        {.options = {"throw-on=bad", "runs=2"}});
    CHECK_THAT(play(bridge), matchers::StartsWith("run: threw the handler threw\n"));
    CHECK(bridge.nothing_left());
}

TEST_CASE("run: a time limit ends it")
{
    Bridge obedient("sleep-forever", {.options = {"timeout=100"}});
    CHECK(play(obedient) == "run: signalled 15 timeout\n" + k_ends + "exit 0");
    Bridge stubborn("ignore TERM\nsleep-forever", {.options = {"timeout=100", "grace=100"}});
    CHECK(play(stubborn) == "run: signalled 9 timeout\n" + k_ends + "exit 0");
    CHECK(stubborn.nothing_left());
}

TEST_CASE("run: a fatal signal lets the tap say its last words, then ends the bridge likewise")
{
    const int signal = GENERATE(SIGTERM, SIGINT, SIGHUP, SIGQUIT);
    Bridge bridge("on TERM {\nout bye\nexit 0\n}\nout up\nsleep-forever",
                  {.options = {"last-words=end"}});
    bridge.read_until("up\n");
    bridge.send(signal);
    CHECK(play(bridge) ==
          "run: exited 0 fatal_signal\n" + k_ends + "signal " + std::to_string(signal));
    CHECK(bridge.read_all() == "up\nbye\nend");
    CHECK(bridge.nothing_left());
}

TEST_CASE("run: a tap that ignores TERM is killed after the grace")
{
    Bridge bridge("ignore TERM\nout up\nsleep-forever", {.options = {"grace=200"}});
    bridge.read_until("up\n");
    bridge.send(SIGTERM);
    CHECK(play(bridge) == "run: signalled 9 fatal_signal\n" + k_ends + "signal 15");
    CHECK(bridge.nothing_left());
}

TEST_CASE("run: a second signal cuts the grace short, an echo of the first does not")
{
    Bridge bridge("on TERM touch $dir/told\nout up\nsleep-forever", {.options = {"grace=600000"}});
    bridge.read_until("up\n");
    bridge.send(SIGTERM);
    bridge.send(SIGINT);
    REQUIRE(bridge.reached("told"));
    ::poll(nullptr, 0, 150); // longer than an echo
    CHECK(bridge.processes().size() == 3);
    bridge.send(SIGTERM);
    CHECK_THAT(play(bridge), matchers::StartsWith("run: signalled 9 fatal_signal\n"));
    CHECK(bridge.nothing_left());
}

TEST_CASE("run: a stopped tap hears TERM all the same")
{
    Bridge bridge("out up\nkill STOP\nsleep-forever");
    bridge.read_until("up\n");
    bridge.send(SIGTERM);
    CHECK(play(bridge) == "run: signalled 15 fatal_signal\n" + k_ends + "signal 15");
}

TEST_CASE("run: nothing is started after a fatal signal")
{
    Bridge bridge("count-call $dir/calls\non TERM exit 0\nout up\nsleep-forever",
                  {.options = {"runs=3"}});
    bridge.read_until("up\n");
    bridge.send(SIGTERM);
    const std::string unstarted = "run: lost 0 fatal_signal\nends: 0 0\nstderr: \n";
    CHECK(play(bridge) == "run: exited 0 fatal_signal\nends: 1 1\nstderr: \n" + unstarted +
                              unstarted + "flush: done\nsignal 15");
    CHECK(bridge.content("calls") == "1");
}

TEST_CASE("run: a signal that was ignored on entry stays so")
{
    Start start;
    start.in_child = [] { ::signal(SIGHUP, SIG_IGN); };
    Bridge bridge("out up\nwait-file $dir/go\nout done", start);
    bridge.read_until("up\n");
    bridge.send(SIGHUP);
    bridge.put("go");
    CHECK(play(bridge) == "run: exited 0 none\n" + k_ends + "exit 0");
    CHECK(bridge.read_all() == "up\ndone\n");
}
