"""How a read ends when it does not end by itself, and what it takes of memory and time."""

import os
import re
import signal

import pytest

from harness.bridge import configured
from harness.processes import wait_until
from harness.protocol import check_read
from harness.scripted import catalog, record, schema, state, stream

ITEMS = stream("items")
DISCOVER = "[discover]\n" + catalog(ITEMS)
CONFIGURED = configured({"streams": [{"name": "items", "json_schema": {}}]})
SAYS = schema(ITEMS) + record("items", id=1) + state(items={"id": 1})
READY = "touch $dir/ready\nsleep-forever\n"


@pytest.fixture
def started(bridge, scripted_tap):
    """Starts a read with this sync; returns once the tap is where it says that it is ready."""

    def start(sync, **popen):
        tap = scripted_tap(f"{DISCOVER}[sync]\n{sync}")
        process = bridge.start(bridge.arguments("read", tap, config={}, catalog=CONFIGURED), **popen)
        wait_until((scripted_tap.folder / "ready").exists)
        return process

    return start


@pytest.mark.parametrize("name", ["TERM", "INT", "HUP", "QUIT"])
def test_a_signal_ends_both(bridge, started, name):
    last = record("items", id=2) + state(items={"id": 2})
    process = started(f"{SAYS}on TERM {{\n{last}exit 0\n}}\n{READY}")
    number = getattr(signal, f"SIG{name}")
    process.send_signal(number)
    run = bridge.finish(process)
    assert run.exit_status == -number
    check_read(run, CONFIGURED)
    assert run.records() == [{"id": 1}, {"id": 2}], "what the tap says in its grace"
    assert run.last_states()[0]["stream"]["stream_state"]["bookmark"] == {"id": 2}
    assert run.statuses("items") == ["STARTED", "RUNNING", "INCOMPLETE"]
    assert not run.errors, "nobody is to blame"


def test_a_second_signal_cuts_the_grace_short(bridge, started, scripted_tap):
    process = started(f"{SAYS}on TERM touch $dir/told\n{READY}")
    process.terminate()
    wait_until((scripted_tap.folder / "told").exists)
    # One that follows at once counts as the same, so this is repeated.
    wait_until(lambda: process.terminate() or process.poll() is not None, timeout=5, what="an end within the grace")
    run = bridge.finish(process)
    assert run.exit_status == -signal.SIGTERM
    assert run.statuses("items")[-1] == "INCOMPLETE" and run.states


@pytest.mark.parametrize("command", ["check", "discover", "spec"])
def test_a_signal_ends_the_other_commands(bridge, scripted_tap, command):
    tap = scripted_tap(f"[help]\n{READY}")
    config = {} if command == "spec" else {"config": {}}
    process = bridge.start(bridge.arguments(command, tap, **config))
    wait_until((scripted_tap.folder / "ready").exists)
    process.terminate()
    run = bridge.finish(process)
    assert (run.exit_status, run.messages) == (-signal.SIGTERM, [])


@pytest.mark.parametrize("sync", [f"{SAYS}{READY}", f"{SAYS}touch $dir/ready\nrepeat forever {record('items', id=2)}"],
                         ids=["silent", "talking"])  # fmt: skip
def test_the_reader_goes_away(bridge, started, sync):
    process = started(sync)
    process.stdout.close()
    process.stdout = open(os.devnull, "rb")  # for communicate()
    assert bridge.finish(process).exit_status == 141


def test_stdout_is_full(bridge, scripted_tap):
    tap = scripted_tap(f"{DISCOVER}[sync]\n{SAYS}sleep-forever\n")
    with open("/dev/full", "wb") as full:
        process = bridge.start(bridge.arguments("read", tap, config={}, catalog=CONFIGURED), stdout=full)
        _, stderr = process.communicate(timeout=30)
    assert process.returncode == 1
    assert stderr == b"tapbridge: stdout cannot be written: No space left on device\n"
    bridge.assert_nothing_left()


def peak_memory(pid):
    """In MiB. Its own, not that of what it started."""
    with open(f"/proc/{pid}/status", encoding="ascii") as file:
        return int(re.search(r"VmHWM:\s+(\d+) kB", file.read())[1]) / 1024


def test_a_flood_and_a_slow_reader(bridge, scripted_tap):
    steps = "repeat 1000 " + schema(ITEMS) + "repeat 1000 {\nrepeat 1000 " + record("items", id=1, name="n" * 50)
    steps += state(items={"id": 1}) + "err INFO at $i\n}\n"
    tap = scripted_tap(f"{DISCOVER}[sync]\n{steps}touch $dir/done\nwait-file $dir/go\n")
    process = bridge.start(bridge.arguments("read", tap, config={}, catalog=CONFIGURED), bufsize=0)
    records, tail = 0, b""
    while records < 1_000_000:  # small reads, so that the bridge is always ahead
        chunk = os.read(process.stdout.fileno(), 16_384)
        assert chunk, tail[-2000:]
        records += (tail[-20:] + chunk).count(b'{"type":"RECORD"') - tail[-20:].count(b'{"type":"RECORD"')
        tail = chunk
    peak = peak_memory(process.pid)
    (scripted_tap.folder / "go").touch()
    rest, _ = process.communicate(timeout=30)
    assert process.returncode == 0 and b'"COMPLETE"' in rest
    assert records == 1_000_000
    assert peak < (400 if "ASAN_OPTIONS" in os.environ or b"__asan" in bridge.program.read_bytes() else 40)
    bridge.assert_nothing_left()


def test_a_flood_on_stderr(bridge, scripted_tap):
    tap = scripted_tap(f"{DISCOVER}[sync]\nrepeat 2000 err INFO {'x' * 1000}\n{SAYS}")
    run = bridge.read({}, CONFIGURED, tap=tap)
    assert run.exit_status == 0 and len(run.logs) == 2000
