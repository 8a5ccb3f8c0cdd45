"""Little is allowed, or left open: descriptors, processes, standard streams."""

import os
import resource
import shutil
import signal
import tempfile
from pathlib import Path

import pytest

from harness.bridge import Bridge
from harness.endings import CONFIGURED, LONG, MORE, SAYS, Reads, bookmark, limits, takes
from harness.processes import is_asleep, wait_until
from harness.scripted import ScriptedTap, catalog, stream

STRANGER = 54321  # a user that has no other process


def test_few_descriptors(reads):
    """Whatever their limit: a read that succeeds, or an error that says what to raise."""
    arguments = reads.arguments(SAYS + MORE, LONG)
    ends = set()
    # The sanitizer needs a pipe to look at memory, and takes the lack of one for a broken object.
    for most in range(20 if reads.bridge.sanitized else 4, 24):
        process = reads.bridge.start(
            arguments, preexec_fn=lambda most=most: resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))
        )
        with takes(reads.bridge):
            run = reads.bridge.finish(process)
        ends.add(run.exit_status)
        assert run.exit_status in (0, 1, 127), (most, run.tail())
        told = run.stderr.decode() + "".join(error["error"]["message"] for error in run.errors)
        assert run.exit_status != 1 or "open files" in told, (most, run.tail())
        assert run.exit_status != 0 or (len(run.records()) == 2 and bookmark(run) == {"id": 2})
    assert {0, 1} <= ends or reads.bridge.sanitized


@pytest.fixture
def stranger():
    """Reads by another user than root, so that a limit of processes counts."""
    if os.geteuid() != 0:
        pytest.skip("only root may become another user")
    with tempfile.TemporaryDirectory(prefix="endings-") as name:
        folder = Path(name)
        programs = {}
        for variable, default in (("TAPBRIDGE", "tapbridge"), ("SCRIPTED_TAP_BIN", "scripted_tap")):
            if variable not in os.environ:
                pytest.skip(f"{variable} is not set")
            programs[variable] = shutil.copy(os.environ[variable], folder / default)
        (folder / "bridge").mkdir()
        (folder / "tap").mkdir()
        bridge = Bridge(programs["TAPBRIDGE"], folder / "bridge")
        for path in (folder, bridge.folder, bridge.work, bridge.temporary, folder / "tap"):
            os.chown(path, STRANGER, STRANGER)
        yield Reads(bridge, ScriptedTap(programs["SCRIPTED_TAP_BIN"], folder / "tap"))
        wait_until(lambda: not bridge.left_running(), what="the end of every process of the run")


@pytest.mark.parametrize("most", [1, 2, 3])
def test_few_processes(stranger, most):
    """One for the bridge, one for the minder, one for the tap."""

    def become_stranger():
        os.setgroups([])
        os.setgid(STRANGER)
        os.setuid(STRANGER)
        resource.setrlimit(resource.RLIMIT_NPROC, (most, most))

    # The search for leaks needs a process of its own.
    run = stranger.run(SAYS + MORE, env={"ASAN_OPTIONS": "detect_leaks=0"}, preexec_fn=become_stranger)
    if most == 3:
        assert run.exit_status == 0, run.tail()
        return
    assert run.exit_status == 1
    assert "Resource temporarily unavailable" in run.error["message"] and "Raise the limit" in run.error["message"]


@pytest.mark.parametrize("closed", [(0,), (2,), (0, 2)], ids=str)
def test_standard_streams_are_closed(reads, closed):
    def close():
        for fd in closed:
            os.close(fd)

    run = reads.run(f"dump-fds $dir/fds\nerr INFO from the tap\n{SAYS}{MORE}", preexec_fn=close)
    assert run.exit_status == 0 and bookmark(run) == {"id": 2} and "from the tap" in run.log_text()
    assert [line.split()[0] for line in reads.scripted_tap.saw("fds").splitlines()] == ["0", "1", "2"]


def test_a_tap_gets_three_descriptors(reads):
    """None of the bridge's own, and none that was handed on to the bridge."""
    with open(os.devnull, "rb") as file, open(os.devnull, "rb") as other:
        run = reads.run(f"dump-fds $dir/fds\n{SAYS}", pass_fds=(file.fileno(), other.fileno()))
    assert run.exit_status == 0
    lines = reads.scripted_tap.saw("fds").splitlines()
    assert [line.split()[0] for line in lines] == ["0", "1", "2"] and lines[0] == "0 /dev/null"


def test_the_bridges_own_descriptors(bridge, scripted_tap):
    """The same few in every run of the tap: two probes, a discovery, three tries."""
    streams = [stream(name) for name in "abc"]
    stop = "count-call $dir/calls\nwrite-file $dir/call$n x\nwait-file $dir/go$n\n"
    head = "[help]\n" + stop + "out --config --discover --catalog --about\n[about]\n" + stop + "out {}\n"
    tap = scripted_tap(f"{head}[discover]\n{stop}{catalog(*streams)}[sync]\n{stop}exit 1\n")
    process = bridge.start(bridge.arguments("check", tap, config={}, adapter=limits(LONG)))
    seen = []
    for call in range(1, 7):
        wait_until((scripted_tap.folder / f"call{call}").exists)
        folder = f"/proc/{process.pid}/fd"
        seen.append(sorted(os.readlink(f"{folder}/{fd}").split(":")[0].split("/")[-1] for fd in os.listdir(folder)))
        (scripted_tap.folder / f"go{call}").touch()
    assert bridge.finish(process).exit_status == 1
    usual = ["anon_inode", "null", "pipe", "pipe", "pipe", "pipe", "pipe", "socket"]
    assert seen[0] == usual, "stdin, stdout, stderr; our stdout, signals, the minder, the tap's stdout and stderr"
    assert seen[2:] == [sorted([*usual, "lock"])] * 4


def test_an_input_that_does_not_come(reads):
    """A file may be a pipe, as of `--config <(...)`: a signal ends the waiting for it."""
    path = reads.bridge.folder / "fifo"
    os.mkfifo(path)
    arguments = reads.bridge.arguments("read", reads.tap(SAYS), config=path, catalog=CONFIGURED)
    process = reads.bridge.start(arguments)
    wait_until(lambda: is_asleep(process.pid), what="a bridge that waits")
    process.terminate()
    with takes(reads.bridge):
        run = reads.bridge.finish(process)
    assert run.exit_status == -signal.SIGTERM
