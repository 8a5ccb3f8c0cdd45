"""Whatever a tap starts goes with it: also what hides, when the bridge or the minder is killed, and under attack.

That nothing is left is asserted by the harness after every run: no process with the run's mark, and no orphan of
whatever environment, session or group.
"""

import contextlib
import os
import signal
import time

import pytest

from harness.endings import (
    CONFIGURED,
    DISCOVER,
    INCOMPLETE,
    LONG,
    MORE,
    READY,
    SAYS,
    SHORT,
    bookmark,
    limits,
    python_tap,
    said,
    takes,
)
from harness.processes import command_of, descendants, family, wait_until
from harness.protocol import check_read


# Children, daemons and sessions, most of them deaf; some hold the pipes. One has an empty environment.
FAMILY = """grandchild forever ignore TERM ignore HUP pid-file $dir/a
grandchild forever setsid ignore TERM hold stdout pid-file $dir/b
grandchild forever daemon ignore TERM hold stderr pid-file $dir/c
fork {
setsid
grandchild forever daemon ignore TERM pid-file $dir/d
}
wait-file $dir/a
wait-file $dir/b
wait-file $dir/c
wait-file $dir/d
"""
SILENT_FAMILY = FAMILY.replace(" hold stdout", "").replace(" hold stderr", "")
HIDDEN = """subprocess.Popen(["/bin/sh", "-c", "exec >&- 2>&-; trap '' TERM HUP; sleep 300 & echo $! >%s/hidden; wait"],
                 env={}, start_new_session=True)
while not os.path.exists(folder + "/hidden"):
    time.sleep(0.01)
"""


def minder_of(process):
    """The bridge's only child; None where there is none at the moment."""
    for pid in descendants(process.pid):
        if command_of(pid).split()[1:2] == ["__minder"]:
            return pid
    return None


def kill_minder(process):
    os.kill(wait_until(lambda: minder_of(process), what="the minder"), signal.SIGKILL)


def hidden(reads, code="touch('ready')\nforever()\n"):
    return python_tap(reads.scripted_tap, HIDDEN % reads.folder + code)


@pytest.mark.parametrize("prelude", ["", "ignore TERM\n"], ids=["obedient", "deaf"])
def test_term(reads, prelude):
    process = reads.start(SAYS + prelude + FAMILY + READY, SHORT)
    run = reads.terminate(process, least=SHORT)
    assert run.exit_status == -signal.SIGTERM and run.statuses("items") == INCOMPLETE


def test_term_with_a_hidden_one(reads):
    process = reads.start(hidden(reads))
    process.terminate()
    assert reads.finish(process).exit_status == -signal.SIGTERM


def test_the_taps_own_end(reads):
    run = reads.run(hidden(reads, "sys.exit(0)\n"))
    assert run.exit_status == 0 and run.statuses("items")[-1] == "COMPLETE"


@pytest.mark.parametrize("sync", [SAYS + "ignore TERM\n" + FAMILY + READY, None], ids=["family", "hidden"])
def test_a_kill_of_the_bridge(reads, sync):
    process = reads.start(sync or hidden(reads))
    process.kill()
    assert reads.finish(process).exit_status == -signal.SIGKILL


def test_a_kill_of_the_bridges_group(reads):
    """As a shell's `kill -9 %1`, or a container's runtime."""
    process = reads.start(SAYS + FAMILY + READY, preexec_fn=os.setsid)
    os.killpg(process.pid, signal.SIGKILL)
    assert reads.finish(process).exit_status == -signal.SIGKILL


def first_child(pid):
    """Asked of one small file, to be quick; None where there is none."""
    try:
        with open(f"/proc/{pid}/task/{pid}/children", encoding="ascii") as file:
            return int(file.read().split()[0])
    except (OSError, IndexError):
        return None


def stop_between_fork_and_exec(process):
    """The pid of the tap's process, stopped while it still is a copy of the minder; None where it was too quick."""
    tap = None
    while tap is None and process.poll() is None:
        minder = first_child(process.pid)
        tap = minder and first_child(minder)
    try:
        os.kill(tap, signal.SIGSTOP)
        wait_until(lambda: family().get(tap, "Z")[0] in "TZ", what="the stop of the tap's process")
        return tap if "__minder" in command_of(tap).split() else None
    except (TypeError, ProcessLookupError):
        return None


def test_a_kill_of_the_bridge_before_the_taps_exec(bridge, scripted_tap):
    """The minder waits for the exec, which does not come; it must not wait for ever."""
    arguments = bridge.arguments("spec", scripted_tap(""))
    for _ in range(200):
        process = bridge.start(arguments)
        stopped = stop_between_fork_and_exec(process)
        process.kill()
        assert bridge.finish(process).exit_status in (0, -signal.SIGKILL)
        if stopped:
            return
    pytest.fail("the tap's process was never caught before its exec")


@pytest.mark.parametrize("sync", [SAYS + "ignore TERM\n" + FAMILY + READY, None], ids=["family", "hidden"])
def test_a_kill_of_the_minder(reads, sync):
    process = reads.start(sync or hidden(reads))
    kill_minder(process)
    run = reads.finish(process)
    assert run.exit_status == 1 and run.statuses("items") == INCOMPLETE and bookmark(run) == {"id": 1}
    assert run.error["message"].endswith("was lost: the process that watches over it was killed.")


def test_a_kill_of_the_minder_in_the_grace(reads):
    process = reads.start(f"{SAYS}on TERM touch $dir/told\n{FAMILY}{READY}")
    process.terminate()
    wait_until((reads.folder / "told").exists)
    kill_minder(process)
    run = reads.finish(process)
    assert run.exit_status == -signal.SIGTERM and run.statuses("items") == INCOMPLETE


@pytest.mark.parametrize("section", ["help", "discover"])
@pytest.mark.parametrize("command", ["spec", "check", "discover", "read"])
def test_a_kill_of_the_minder_before_the_sync(bridge, scripted_tap, command, section):
    """A probe that is lost tells nothing, and the tap is taken for a usual one; a discovery that is lost has failed."""
    if (command, section) == ("spec", "discover"):
        section = "help"
    once = "count-call $dir/calls\nwrite-file $dir/call$n x\nwait-file $dir/go\n"
    tap = scripted_tap(f"{DISCOVER}[sync]\n{SAYS}" if section == "help" else f"[sync]\n{SAYS}[discover]\n{once}")
    if section == "help":
        tap = scripted_tap(f"[help]\n{once}{DISCOVER}[sync]\n{SAYS}")
    files = ({"config": {}} if command != "spec" else {}) | ({"catalog": CONFIGURED} if command == "read" else {})
    process = bridge.start(bridge.arguments(command, tap, adapter=limits(LONG), **files))
    wait_until((scripted_tap.folder / "call1").exists)
    kill_minder(process)
    with takes(bridge):
        run = bridge.finish(process)
    assert run.exit_status == (0 if section == "help" else 1), run.tail()
    assert section == "help" or "the process that watches over it was killed" in run.error["message"]


def test_a_kill_of_the_minder_at_any_moment(bridge, scripted_tap):
    tap = scripted_tap(f"{DISCOVER}[sync]\n{SAYS}{SILENT_FAMILY}{MORE}")
    arguments = bridge.arguments("read", tap, config={}, catalog=CONFIGURED, adapter=limits(LONG))
    begin = time.monotonic()
    assert bridge.finish(bridge.start(arguments)).exit_status == 0
    usual = time.monotonic() - begin
    ends = set()
    for step in range(25):
        process = bridge.start(arguments)
        time.sleep(usual * step / 25)  # not a wait: the moment is what varies
        with contextlib.suppress(ProcessLookupError):  # it may end by itself at this moment
            if minder := minder_of(process):
                os.kill(minder, signal.SIGKILL)
        with takes(bridge):
            run = bridge.finish(process)
        check_read(run, CONFIGURED)
        ends.add(run.exit_status)
        assert run.exit_status in (0, 1)
        assert run.exit_status == 0 or "was lost" in run.error["message"] or "could not be" in run.error["message"]
        assert run.exit_status == 1 or len(run.records()) == 2
    assert ends == {0, 1}


@pytest.mark.parametrize(
    "attack",
    [
        "[os.kill(os.getppid(), n) for n in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP)]",
        "[os.kill(os.getppid(), n) for n in range(1, 65) if n not in (9, 19, 32, 33)]",
        "os.kill(os.getppid(), signal.SIGSTOP)",
        "signal.signal(signal.SIGUSR1, signal.SIG_IGN); os.kill(0, signal.SIGUSR1)",
    ],
    ids=["the usual ones", "all", "STOP", "its group"],
)
def test_a_tap_signals_its_parent(reads, attack):
    """It meets the minder, which only a KILL moves."""
    run = reads.run(python_tap(reads.scripted_tap, attack + "\n"))
    assert run.exit_status == 0, run.tail()
    assert run.statuses("items")[-1] == "COMPLETE"


def test_a_tap_kills_its_parent(reads):
    run = reads.run(python_tap(reads.scripted_tap, "os.kill(os.getppid(), signal.SIGKILL)\nforever()\n"))
    assert run.exit_status == 1 and run.statuses("items") == INCOMPLETE
    assert "was lost" in run.error["message"]


def test_a_tap_stops_its_parent_and_term_comes(reads):
    code = "os.kill(os.getppid(), signal.SIGSTOP)\ntouch('ready')\nforever()\n"
    process = reads.start(python_tap(reads.scripted_tap, code))
    process.terminate()
    assert reads.finish(process).exit_status == -signal.SIGTERM


def test_a_stopped_tap_hears_term(reads):
    code = "signal.signal(signal.SIGTERM, lambda *_: (say(%r), sys.exit(0)))\n" % said(MORE)
    code += "touch('ready')\nos.kill(os.getpid(), signal.SIGSTOP)\nforever()\n"
    process = reads.start(python_tap(reads.scripted_tap, code))
    tap = wait_until(lambda: next((pid for pid in descendants(process.pid) if state_of(pid) == "T"), None))
    process.terminate()
    run = reads.finish(process)
    assert run.exit_status == -signal.SIGTERM and bookmark(run) == {"id": 2}, tap


def state_of(pid):
    try:
        with open(f"/proc/{pid}/stat", encoding="utf-8", errors="replace") as file:
            return file.read().rpartition(") ")[2][:1]
    except OSError:
        return ""


CHANGES_GROUP = """
other = os.fork()
if other == 0:
    os.setpgid(0, 0)
    os.close(1)
    os.close(2)
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    touch('other')
    forever()
while not os.path.exists(folder + '/other'):
    time.sleep(0.01)
os.setpgid(0, other)
signal.signal(signal.SIGTERM, lambda *_: (say(%r), os._exit(0)))
touch('ready')
forever()
""" % said(MORE)


def test_a_tap_in_another_group_hears_term(reads):
    process = reads.start(python_tap(reads.scripted_tap, CHANGES_GROUP))
    process.terminate()
    run = reads.finish(process)
    assert run.exit_status == -signal.SIGTERM and bookmark(run) == {"id": 2}


def test_a_tap_becomes_its_own_daemon(reads):
    """It forks twice, and the one that was started ends with 0 while the other one reads on."""
    code = "if os.fork() > 0:\n    os._exit(0)\nos.setsid()\nif os.fork() > 0:\n    os._exit(0)\n"
    code += "for i in range(10000):\n    say(%r)\n    time.sleep(0.05)\n" % said(MORE)
    run = reads.run(python_tap(reads.scripted_tap, code), SHORT, least=SHORT)
    assert run.exit_status == 1 and run.statuses("items") == INCOMPLETE


@pytest.mark.parametrize("prelude", ["", "os.setsid() if os.fork() == 0 else forever()\n"], ids=["group", "session"])
def test_a_bomb_at_term(reads, prelude):
    """150 processes that fork a new one each when they are told to end, and do so again."""
    code = """
def bomb(*_):
    if os.fork() == 0:
        signal.alarm(60)
signal.signal(signal.SIGTERM, bomb)
for i in range(150):
    if os.fork() == 0:
        os.setsid() if i % 2 else None
        break
else:
    touch('ready')
while True:
    signal.pause()
"""
    process = reads.start(python_tap(reads.scripted_tap, prelude + code), SHORT)
    assert reads.terminate(process, least=SHORT).exit_status == -signal.SIGTERM


@pytest.mark.parametrize("storm", ["repeat 10000 fork exit 0\n", "repeat 5000 fork fork exit 0\n"])
def test_a_storm_of_zombies(reads, storm):
    """Children that nobody waits for, and orphans that the minder has to."""
    process = reads.bridge.start(reads.arguments(f"{SAYS}ignore {signal.SIGCHLD:d}\n{storm}{MORE}", LONG))
    run = reads.bridge.finish(process)
    check_read(run, CONFIGURED)
    assert run.exit_status == 0 and bookmark(run) == {"id": 2}
