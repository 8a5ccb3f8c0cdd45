"""The bridge as PID 1 of a PID namespace, where nobody else reaps, and a signal without a handler does nothing."""

import os
import signal

import pytest

from harness.endings import CONFIGURED, DAEMONS, DISCOVER, LAST_WORDS, READY, SAYS, check_last_words
from harness.processes import children, is_asleep, marked_processes, wait_until
from harness.protocol import check_read



@pytest.fixture
def started(namespaced, scripted_tap):
    def start(sync):
        tap = scripted_tap(f"{DISCOVER}[sync]\n{sync}")
        process = namespaced.start(namespaced.arguments("read", tap, config={}, catalog=CONFIGURED))
        wait_until((scripted_tap.folder / "ready").exists)
        return process

    return start


@pytest.mark.parametrize("end, status", [("exit 0\n", 0), ("exit 3\n", 1), ("kill SEGV\n", 1)])
def test_a_read(namespaced, scripted_tap, end, status):
    run = namespaced.read({}, CONFIGURED, tap=scripted_tap(f"{DISCOVER}[sync]\n{SAYS}{DAEMONS}{end}"))
    assert run.exit_status == status, run.tail()
    assert run.statuses("items")[-1] == ("INCOMPLETE" if status else "COMPLETE")


@pytest.mark.parametrize("name", ["TERM", "INT", "HUP", "QUIT"])
def test_a_signal_ends_it(namespaced, started, name):
    process = started(f"{SAYS}{LAST_WORDS}{DAEMONS}{READY}")
    number = getattr(signal, f"SIG{name}")
    os.kill(namespaced.pid(), number)
    check_last_words(namespaced.finish(process), number)
    assert namespaced.reported == 128 + number


@pytest.mark.parametrize("command", ["check", "discover"])
def test_a_signal_ends_the_other_commands(namespaced, scripted_tap, command):
    process = namespaced.start(namespaced.arguments(command, scripted_tap(f"[help]\n{READY}"), config={}))
    wait_until((scripted_tap.folder / "ready").exists)
    os.kill(namespaced.pid(), signal.SIGTERM)
    run = namespaced.finish(process)
    assert (run.exit_status, run.messages) == (-signal.SIGTERM, [])


def test_a_signal_ends_the_wait_for_an_input(namespaced, scripted_tap):
    """A pipe to which nobody writes: the kernel would not end process 1 by itself."""
    config = namespaced.folder / "fifo"
    os.mkfifo(config)
    process = namespaced.start(namespaced.arguments("check", scripted_tap(DISCOVER), config=config))
    wait_until(lambda: is_asleep(namespaced.pid()), what="a bridge that waits")
    os.kill(namespaced.pid(), signal.SIGTERM)
    run = namespaced.finish(process)
    assert (run.exit_status, run.messages) == (-signal.SIGTERM, [])


def test_a_kill_takes_the_namespace_along(namespaced, started, scripted_tap):
    """Its folder goes at the next start, whose process number is 1 as well."""
    process = started(f"{SAYS}{DAEMONS}{READY}")
    os.kill(namespaced.pid(), signal.SIGKILL)
    process.communicate(timeout=30)
    assert not marked_processes(namespaced.marker)
    assert [path.name[:12] for path in namespaced.work.iterdir()] == ["tapbridge-1-"]
    assert namespaced.read({}, CONFIGURED, tap=scripted_tap(f"{DISCOVER}[sync]\n{SAYS}")).exit_status == 0


def test_the_minder_is_killed(namespaced, started):
    """Its tap's orphans fall to the bridge, which kills and reaps them."""
    process = started(f"{SAYS}{DAEMONS}{READY}")
    (minder,) = children(namespaced.pid())
    os.kill(minder, signal.SIGKILL)
    run = namespaced.finish(process)
    check_read(run, CONFIGURED)
    assert run.exit_status == 1 and run.statuses("items")[-1] == "INCOMPLETE"


def test_the_dead_are_reaped_while_the_tap_runs(namespaced, started):
    process = started(f"{SAYS}{LAST_WORDS}repeat 20 grandchild 1 daemon\n{READY}")
    (minder,) = children(namespaced.pid())
    wait_until(lambda: len(children(minder)) == 1, what="the end of the daemons, and nobody waiting to be reaped")
    assert len(children(namespaced.pid())) == 1
    os.kill(namespaced.pid(), signal.SIGTERM)
    assert namespaced.finish(process).exit_status == -signal.SIGTERM
    assert not marked_processes(namespaced.marker)
