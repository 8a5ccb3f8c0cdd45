"""The bridge is told to end: by every signal, in every phase, once and again."""

import os
import signal
import time

import pytest

from harness.endings import (
    CONFIGURED,
    DISCOVER,
    INCOMPLETE,
    LAST_WORDS,
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
from harness.processes import family, wait_until
from harness.protocol import check_read
from harness.scripted import record

SIGNALS = [signal.SIGTERM, signal.SIGINT, signal.SIGHUP, signal.SIGQUIT]


def check_stopped(run, number=signal.SIGTERM, last=1):
    """Ended by that signal; the stream is incomplete, and nobody is blamed."""
    assert run.exit_status == -number, run.tail()
    assert run.statuses("items") == INCOMPLETE
    assert bookmark(run) == {"id": last} and len(run.records()) >= last
    assert not run.errors, run.errors


@pytest.mark.parametrize("number", SIGNALS)
def test_the_last_state_gets_out(reads, number):
    """With the records before it, although the grace is far from over."""
    process = reads.start(f"{SAYS}{LAST_WORDS}{READY}")
    process.send_signal(number)
    check_stopped(reads.finish(process), number, last=2)


def test_a_tap_needs_its_grace(reads):
    code = "signal.signal(signal.SIGTERM, lambda *_: None)\ntouch('ready')\nsignal.pause()\ntime.sleep(1)\n"
    code += f"say({said(MORE)!r})\n"
    process = reads.start(python_tap(reads.scripted_tap, code))
    check_stopped(reads.terminate(process, least=1), last=2)


def test_a_tap_ignores_term(reads):
    process = reads.start(f"{SAYS}ignore TERM\n{READY}", SHORT)
    check_stopped(reads.terminate(process, least=SHORT))


def test_a_tap_ignores_term_and_floods(reads):
    """It is killed in the midst of a line: that is our doing, not damage."""
    flood = f"ignore TERM\ntouch $dir/ready\nrepeat forever {record('items', id=2, name='n' * 1000)}"
    process = reads.start(SAYS + flood, SHORT)
    check_stopped(reads.terminate(process, least=SHORT))


def test_a_second_signal_cuts_the_grace_short(reads):
    process = reads.start(f"{SAYS}on TERM touch $dir/told\n{READY}")
    process.terminate()
    wait_until((reads.folder / "told").exists)
    assert process.poll() is None
    # One within 100 ms counts as the same, so this is repeated.
    with takes(reads.bridge):
        wait_until(lambda: process.terminate() or process.poll() is not None, what="an end within the grace")
    check_stopped(reads.finish(process))


def test_an_echo_of_the_signal_does_not(reads):
    """timeout(1) and the like signal the process, and then its whole group."""
    process = reads.start(f"{SAYS}on TERM touch $dir/told\n{READY}", SHORT)
    process.send_signal(signal.SIGSTOP)  # so that it sees both at the same moment
    wait_until(lambda: family()[process.pid][0] == "T", what="a bridge that stands still")
    begin = time.monotonic()
    for number in (signal.SIGTERM, signal.SIGINT, signal.SIGCONT):
        process.send_signal(number)
    run = reads.finish(process, least=SHORT, begin=begin)
    check_stopped(run, -run.exit_status)
    assert -run.exit_status in (signal.SIGTERM, signal.SIGINT), "the kernel gives the lower first"


def test_hup_was_ignored_on_entry(reads):
    """nohup."""
    sync = f"{SAYS}touch $dir/ready\nwait-file $dir/go\n{MORE}"
    process = reads.start(sync, preexec_fn=lambda: signal.signal(signal.SIGHUP, signal.SIG_IGN))
    process.send_signal(signal.SIGHUP)
    (reads.folder / "go").touch()
    run = reads.finish(process)
    assert run.exit_status == 0 and bookmark(run) == {"id": 2}


def test_term_while_hup_is_ignored(reads):
    process = reads.start(SAYS + READY, preexec_fn=lambda: signal.signal(signal.SIGHUP, signal.SIG_IGN))
    process.send_signal(signal.SIGHUP)
    process.terminate()
    check_stopped(reads.finish(process))


def test_every_signal_was_blocked_on_entry(reads):
    """A careless parent's mask is not ours."""
    process = reads.start(SAYS + READY, preexec_fn=lambda: signal.pthread_sigmask(signal.SIG_BLOCK, SIGNALS))
    process.terminate()
    check_stopped(reads.finish(process))


@pytest.mark.parametrize("number", SIGNALS)
@pytest.mark.parametrize("section", ["help", "about", "discover"])
@pytest.mark.parametrize("command", ["spec", "check", "discover", "read"])
def test_before_the_sync(bridge, scripted_tap, command, section, number):
    """There is nothing to say yet, and nothing further is started."""
    if command == "spec" and section == "discover":
        section = "help"
    head = "[help]\nout --config --discover --catalog --about\n" if section == "about" else ""
    tap = scripted_tap(f"{head}[{section}]\ntouch $dir/ready\nsleep-forever\n[sync]\ntouch $dir/synced\n")
    files = {"config": {}} if command != "spec" else {}
    if command == "read":
        files["catalog"] = CONFIGURED
    process = bridge.start(bridge.arguments(command, tap, adapter=limits(LONG), **files))
    wait_until((scripted_tap.folder / "ready").exists)
    process.send_signal(number)
    with takes(bridge):
        run = bridge.finish(process)
    assert (run.exit_status, run.messages) == (-number, [])
    assert not (scripted_tap.folder / "synced").exists()


def test_check_while_it_tries_a_stream(bridge, scripted_tap):
    tap = scripted_tap(f"{DISCOVER}[sync]\n{READY}")
    process = bridge.start(bridge.arguments("check", tap, config={}, adapter=limits(LONG)))
    wait_until((scripted_tap.folder / "ready").exists)
    process.terminate()
    with takes(bridge):
        run = bridge.finish(process)
    assert (run.exit_status, run.messages) == (-signal.SIGTERM, [])


def test_after_the_taps_end(reads):
    """What it said waits for a reader who comes back."""
    sync = f"{SAYS}repeat 3000 {record('items', id=2, name='n' * 100)}pid-file $dir/ready\n"
    process = reads.start(sync, bufsize=0)
    tap = int((reads.folder / "ready").read_text())
    wait_until(lambda: not os.path.exists(f"/proc/{tap}"))
    process.terminate()
    run = reads.finish(process)
    assert run.exit_status == -signal.SIGTERM and len(run.records()) == 3001
    assert run.statuses("items")[-1] in ("INCOMPLETE", "COMPLETE")


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGKILL])
def test_at_any_moment(bridge, scripted_tap, number):
    """From the first instruction to the last."""
    tap = scripted_tap(f"{DISCOVER}[sync]\n{SAYS}{LAST_WORDS}repeat 50 {record('items', id=2)}{MORE}")
    arguments = bridge.arguments("read", tap, config={}, catalog=CONFIGURED, adapter=limits(LONG))
    begin = time.monotonic()
    assert bridge.finish(bridge.start(arguments)).exit_status == 0
    usual = time.monotonic() - begin
    ends = set()
    for step in range(30):
        process = bridge.start(arguments)
        time.sleep(usual * step / 25)  # not a wait: the moment is what varies
        process.send_signal(number)
        with takes(bridge):
            run = bridge.finish(process)
        check_read(run, CONFIGURED)
        assert run.exit_status in (0, -number), run.tail()
        complete = "COMPLETE" in run.statuses("items")
        assert complete or run.exit_status != 0
        assert not run.errors and not (complete and len(run.records()) < 52), run.tail()
        ends.add(run.exit_status)
    assert -number in ends
    # The folders that a KILL leaves behind go with the next start.
    assert bridge.finish(bridge.start(arguments)).exit_status == 0
