"""The reader of stdout goes away, is slow or stops; stdout takes nothing; and it is left as it was."""

import contextlib
import fcntl
import os
import pty
import re
import select
import signal
import socket
import struct
import tempfile
import termios
import tty

import pytest

from harness.endings import CONFIGURED, DISCOVER, LONG, MORE, READY, SAYS, SHORT, bookmark, let_pass, limits, takes
from harness.messages import parse_output
from harness.processes import wait_until
from harness.scripted import record

COMPLETE = ["STARTED", "RUNNING", "COMPLETE"]
FLOOD = f"repeat forever {record('items', id=2, name='n' * 100)}"
MANY = 40_000  # records; more than all pipes hold
MUCH = f"repeat {MANY} {record('items', id=2, name='n' * 100)}"
FULL = 60 * 1024  # of the 64 KiB of a pipe


def unread(process):
    return struct.unpack("i", fcntl.ioctl(process.stdout, termios.FIONREAD, b"\0" * 4))[0]


def blocked(reads, sync, grace=LONG, **popen):
    """A read whose stdout is full, and the pid of its tap (which makes the file `pid`)."""
    process = reads.start(f"pid-file $dir/pid\n{sync}", grace, until="pid", bufsize=0, **popen)
    wait_until(lambda: unread(process) >= FULL, what="a full pipe")
    return process, int((reads.folder / "pid").read_text())


def is_gone(pid):
    return not os.path.exists(f"/proc/{pid}")


def go_away(process):
    process.stdout.close()
    process.stdout = open(os.devnull, "rb")  # for communicate()


def end_of(reads, process):
    with takes(reads.bridge):
        return reads.bridge.finish(process).exit_status


@pytest.mark.parametrize("sync", [f"{SAYS}ignore TERM\n{READY}", f"{SAYS}ignore TERM\ntouch $dir/ready\n{FLOOD}"],
                         ids=["silent", "talking"])  # fmt: skip
def test_it_goes_away(reads, sync):
    """Without a grace: what the tap would still say nobody would hear."""
    process = reads.start(sync)
    go_away(process)
    assert end_of(reads, process) == 141


def test_it_goes_away_without_having_read(reads):
    process, _ = blocked(reads, f"{SAYS}ignore TERM\n{FLOOD}")
    go_away(process)
    assert end_of(reads, process) == 141


def test_it_goes_away_in_the_grace(reads):
    process = reads.start(f"{SAYS}on TERM touch $dir/told\n{READY}")
    process.terminate()
    wait_until((reads.folder / "told").exists)
    go_away(process)
    assert end_of(reads, process) == -signal.SIGTERM


@pytest.mark.parametrize("section", ["help", "discover"])
@pytest.mark.parametrize("command", ["spec", "check", "discover", "read"])
def test_it_goes_away_before_the_sync(bridge, scripted_tap, command, section):
    if (command, section) == ("spec", "discover"):
        section = "help"
    tap = scripted_tap(f"[{section}]\nignore TERM\n{READY}")
    files = ({"config": {}} if command != "spec" else {}) | ({"catalog": CONFIGURED} if command == "read" else {})
    process = bridge.start(bridge.arguments(command, tap, adapter=limits(LONG), **files))
    wait_until((scripted_tap.folder / "ready").exists)
    go_away(process)
    with takes(bridge):
        assert bridge.finish(process).exit_status == 141


def test_it_stops_and_reads_on(reads):
    """For three times the grace, in which no clock of the bridge may run out."""
    process, tap = blocked(reads, f"{SAYS}{MUCH}{MORE}err INFO the end\n", SHORT)
    let_pass(3 * SHORT)
    assert process.poll() is None and not is_gone(tap)
    run = reads.finish(process)
    assert run.exit_status == 0 and run.statuses("items") == COMPLETE
    assert len(run.records()) == MANY + 2 and bookmark(run) == {"id": 2}


def test_it_stops_after_the_taps_end(reads):
    process, tap = blocked(reads, f"{SAYS}repeat 3000 {record('items', id=2, name='n' * 100)}{MORE}", SHORT)
    wait_until(lambda: is_gone(tap), what="the tap's end")
    let_pass(3 * SHORT)
    run = reads.finish(process)
    assert run.exit_status == 0 and len(run.records()) == 3002 and bookmark(run) == {"id": 2}


def test_it_stops_after_the_taps_failure(reads):
    process, tap = blocked(reads, f"{SAYS}repeat 3000 {record('items', id=2, name='n' * 100)}{MORE}exit 3\n", SHORT)
    wait_until(lambda: is_gone(tap), what="the tap's end")
    let_pass(3 * SHORT)
    run = reads.finish(process)
    assert run.exit_status == 1 and len(run.records()) == 3002 and bookmark(run) == {"id": 2}


def test_it_stops_after_the_tap_has_closed_its_stdout(reads):
    """The grace of a tap that hangs begins when all that it said is read."""
    some = f"repeat 3000 {record('items', id=2, name='n' * 100)}"
    sync = f"{SAYS}{some}{MORE}close stdout\ntouch $dir/closed\nwait-file $dir/go\n"
    process, _ = blocked(reads, sync, SHORT)
    wait_until((reads.folder / "closed").exists)
    let_pass(3 * SHORT)
    (reads.folder / "go").touch()
    run = reads.finish(process)
    assert run.exit_status == 0 and len(run.records()) == 3002


def test_it_stops_while_somebody_finishes_the_taps_work(reads):
    """Its grace does not run while it cannot write."""
    process, tap = blocked(reads, f"fork {{\n{SAYS}{MUCH}{MORE}}}\n", SHORT)
    wait_until(lambda: is_gone(tap), what="the tap's end")
    let_pass(3 * SHORT)
    run = reads.finish(process)
    assert run.exit_status == 0 and len(run.records()) == MANY + 2 and bookmark(run) == {"id": 2}


def check_given_up(reads, process):
    """What was not read is lost, and with it the statuses: an end that no reader can mistake."""
    output, _ = process.communicate(timeout=60)
    assert process.returncode == -signal.SIGTERM
    assert len(output) <= 1 << 16 and b"COMPLETE" not in output
    reads.bridge.assert_nothing_left()


def test_term_while_it_stops(reads):
    """The tap goes at once; what cannot be written is given up a second after the grace."""
    process, tap = blocked(reads, SAYS + FLOOD, SHORT)
    process.terminate()
    with takes(reads.bridge):
        wait_until(lambda: is_gone(tap), what="the tap's end")
    with takes(reads.bridge):
        wait_until(lambda: process.poll() is not None, what="the bridge's end")
    check_given_up(reads, process)


def test_two_terms_while_it_stops(reads):
    process, _ = blocked(reads, f"{SAYS}ignore TERM\n{FLOOD}")
    with takes(reads.bridge):
        wait_until(lambda: process.terminate() or process.poll() is not None, what="an end within the grace")
    check_given_up(reads, process)


def test_term_while_it_stops_and_then_it_reads_on(reads):
    """The last state still gets out."""
    some = f"repeat 3000 {record('items', id=2, name='n' * 100)}"
    process, tap = blocked(reads, f"{SAYS}on TERM {{\n{MORE}exit 0\n}}\n{some}{READY}")
    wait_until((reads.folder / "ready").exists)
    process.terminate()
    wait_until(lambda: is_gone(tap), what="the tap's end")
    run = reads.finish(process)
    assert run.exit_status == -signal.SIGTERM and len(run.records()) == 3002 and bookmark(run) == {"id": 2}
    assert run.statuses("items")[-1] == "INCOMPLETE"


def test_the_tap_is_killed_while_it_stops(reads):
    process, tap = blocked(reads, SAYS + FLOOD)
    os.kill(tap, signal.SIGKILL)
    wait_until(lambda: is_gone(tap), what="the tap's end")
    assert process.poll() is None
    run = reads.finish(process)
    assert run.exit_status == 1 and run.statuses("items")[-1] == "INCOMPLETE"
    assert "was killed by SIGKILL" in run.error["message"]


def test_the_bridge_is_killed_while_it_stops(reads):
    process, _ = blocked(reads, f"{SAYS}ignore TERM\n{FLOOD}")
    process.kill()
    assert end_of(reads, process) == -signal.SIGKILL


def field(pid, file, name):
    with open(f"/proc/{pid}/{file}", encoding="ascii") as text:
        return int(re.search(rf"{name}:\s+(\d+)", text.read())[1])


def test_back_pressure(reads):
    """While nobody reads the tap cannot write, and the bridge does not grow."""
    process, tap = blocked(reads, SAYS + FLOOD)
    written = [-1]

    def stands_still():
        let_pass(0.3)
        written.append(field(tap, "io", "wchar"))
        return written[-1] == written[-2]

    wait_until(stands_still, what="a tap that cannot write")
    memory = field(process.pid, "status", "VmRSS")
    let_pass(SHORT)
    assert field(tap, "io", "wchar") == written[-1] < 16 << 20
    assert field(process.pid, "status", "VmRSS") <= memory
    assert memory < (400 << 10 if reads.bridge.sanitized else 40 << 10)
    left = 4 << 20  # more than was held
    while left > 0:
        left -= len(os.read(process.stdout.fileno(), 1 << 16))
    wait_until(lambda: field(tap, "io", "wchar") > written[-1], what="a tap that writes on")
    go_away(process)
    assert end_of(reads, process) == 141


@pytest.mark.parametrize("command", ["spec", "check", "discover", "read"])
def test_stdout_is_full(bridge, scripted_tap, command):
    tap = scripted_tap(f"{DISCOVER}[sync]\n{SAYS}ignore TERM\nsleep-forever\n")
    files = ({"config": {}} if command != "spec" else {}) | ({"catalog": CONFIGURED} if command == "read" else {})
    with open("/dev/full", "wb") as full, takes(bridge):
        grace = SHORT if command == "check" else LONG  # it stops the tap before it answers
        process = bridge.start(bridge.arguments(command, tap, adapter=limits(grace), **files), stdout=full)
        _, stderr = process.communicate(timeout=60)
    assert process.returncode == 1
    assert stderr == b"tapbridge: stdout cannot be written: No space left on device\n"
    bridge.assert_nothing_left()


def test_stdout_is_closed(reads):
    arguments = reads.arguments(f"{SAYS}ignore TERM\nsleep-forever\n", LONG)
    with takes(reads.bridge):
        process = reads.bridge.start(arguments, preexec_fn=lambda: os.close(1))
        _, stderr = process.communicate(timeout=60)
    assert process.returncode == 1
    assert stderr == b"tapbridge: stdout cannot be written: Bad file descriptor\n"
    reads.bridge.assert_nothing_left()


@contextlib.contextmanager
def stdout_of(kind):
    """(what the bridge gets, what the reader reads)."""
    if kind == "pipe":
        reader, writer = os.pipe()
    elif kind == "socket":
        reader, writer = (end.detach() for end in socket.socketpair())
    elif kind == "terminal":
        reader, writer = pty.openpty()
        tty.setraw(writer)
    else:
        writer, path = tempfile.mkstemp()
        reader = os.open(path, os.O_RDONLY)
        os.unlink(path)
    try:
        yield writer, reader
    finally:
        os.close(writer)
        os.close(reader)


@pytest.mark.parametrize("kind", ["pipe", "socket", "terminal", "file"])
@pytest.mark.parametrize("end", ["its own", "TERM", "KILL"])
def test_what_others_share_is_left_as_it_was(reads, kind, end):
    """stdin, stdout and stderr are also our parent's: non-blocking they would break it (cat: write error)."""
    with stdout_of(kind) as (writer, reader), stdout_of(kind) as (errors, _), stdout_of(kind) as (other, _):
        shared = [writer, errors, other]
        before = [fcntl.fcntl(fd, fcntl.F_GETFL) for fd in shared]
        open_files = sorted(os.listdir("/proc/self/fd"))
        sync = f"{SAYS}touch $dir/ready\n{'' if end == 'its own' else 'sleep-forever'}\n"
        process = reads.start(sync, stdin=other, stdout=writer, stderr=errors)
        during = [fcntl.fcntl(fd, fcntl.F_GETFL) for fd in shared]
        if end != "its own":
            process.send_signal(getattr(signal, f"SIG{end}"))
        with takes(reads.bridge):
            wait_until(lambda: process.poll() is not None, what="the bridge's end")
        assert during == before == [fcntl.fcntl(fd, fcntl.F_GETFL) for fd in shared]
        assert sorted(os.listdir("/proc/self/fd")) == open_files
        output = b""
        while select.select([reader], [], [], 0)[0]:
            chunk = os.read(reader, 1 << 16)
            output += chunk
            if not chunk:
                break
        messages = parse_output(output, complete=end != "KILL")
        assert end == "KILL" or any(message["type"] == "RECORD" for message in messages)
    reads.bridge.assert_nothing_left(at_once=end != "KILL")


def test_a_terminal_that_hangs_up(reads):
    controller, terminal = pty.openpty()
    process = reads.start(f"{SAYS}ignore TERM\n{READY}", stdout=terminal)
    os.close(terminal)
    os.close(controller)
    with takes(reads.bridge):
        assert process.wait(60) == 141
    reads.bridge.assert_nothing_left()
