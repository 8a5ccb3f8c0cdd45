"""What floods take of memory, and that nothing of them is lost."""

import os
import re

from harness.endings import CONFIGURED, DISCOVER, ITEMS, SAYS
from harness.scripted import record, schema, state


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
    assert peak < (400 if bridge.sanitized else 40)
    bridge.assert_nothing_left()


def test_a_flood_on_stderr(bridge, scripted_tap):
    tap = scripted_tap(f"{DISCOVER}[sync]\nrepeat 2000 err INFO {'x' * 1000}\n{SAYS}")
    run = bridge.read({}, CONFIGURED, tap=tap)
    assert run.exit_status == 0 and len(run.logs) == 2000
