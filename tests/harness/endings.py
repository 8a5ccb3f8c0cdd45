"""What the tests of endings share: a read to be ended, taps in Python, and how long an ending may take."""

import contextlib
import signal
import sys
import time

from harness.bridge import configured
from harness.processes import wait_until
from harness.protocol import check_read
from harness.scripted import catalog, record, schema, state, stream

ITEMS = stream("items")
DISCOVER = "[discover]\n" + catalog(ITEMS)
CONFIGURED = configured({"streams": [{"name": "items", "json_schema": {}}]})
SAYS = schema(ITEMS) + record("items", id=1) + state(items={"id": 1})
MORE = record("items", id=2) + state(items={"id": 2})
LAST_WORDS = f"on TERM {{\n{MORE}exit 0\n}}\n"
DAEMONS = "grandchild forever\ngrandchild forever daemon ignore TERM pid-file $dir/daemon\nwait-file $dir/daemon\n"
READY = "touch $dir/ready\nsleep-forever\n"
INCOMPLETE = ["STARTED", "RUNNING", "INCOMPLETE"]

# A grace that nothing may spend: who waits for it comes too late for every bound.
LONG = 60
# A grace that is to be spent, and is measured.
SHORT = 1

PYTHON_TAP = """import os, signal, subprocess, sys, time
if "--config" not in sys.argv or "--discover" in sys.argv:
    os.execv({command[0]!r}, {command!r} + sys.argv[1:])
folder = {folder!r}
def say(text):
    os.write(1, text.encode())
def touch(name):
    open(folder + "/" + name, "w").close()
def forever():
    while True:
        time.sleep(60)
say({says!r})
"""


def limits(grace):
    """The adapter that gives a tap so many seconds between TERM and KILL."""
    return {"version": 1, "limits": {"stop_grace": f"{round(grace * 1000)}ms"}}


@contextlib.contextmanager
def takes(bridge, least=0.0, begin=None):
    """From `least` seconds to as many more as a loaded machine needs: less than any time limit of the bridge."""
    begin = begin or time.monotonic()
    yield
    seconds = time.monotonic() - begin
    most = least + bridge.slack
    assert least <= seconds <= most, f"took {seconds:.1f} s instead of {least} to {most} s"


def let_pass(seconds):
    """Time in which nothing must happen."""
    end = time.monotonic() + seconds
    wait_until(lambda: time.monotonic() > end)


def said(*instructions):
    """What `out` instructions say."""
    lines = "".join(instructions).splitlines()
    return "".join(line.removeprefix("out ") + "\n" for line in lines)


def python_tap(scripted_tap, code, says=SAYS):
    """A tap that says something, then runs this code; whatever else it is asked the scripted tap answers."""
    path = scripted_tap.folder / "tap.py"
    command = scripted_tap(DISCOVER)
    head = PYTHON_TAP.format(command=command, folder=str(scripted_tap.folder), says=said(says))
    path.write_text(head + code, encoding="utf-8")
    return [sys.executable, "-I", "-S", str(path)]


class Reads:
    """Starts reads of the one stream; each is checked as every read."""

    def __init__(self, bridge, scripted_tap):
        self.bridge, self.scripted_tap, self.folder = bridge, scripted_tap, scripted_tap.folder

    def tap(self, sync):
        return sync if isinstance(sync, list) else self.scripted_tap(f"{DISCOVER}[sync]\n{sync}")

    def arguments(self, sync, grace):
        return self.bridge.arguments("read", self.tap(sync), config={}, catalog=CONFIGURED, adapter=limits(grace))

    def start(self, sync, grace=LONG, until="ready", **popen):
        """Returns once the tap has made the file `until`."""
        process = self.bridge.start(self.arguments(sync, grace), **popen)
        wait_until((self.folder / until).exists, what=f"{until} of the tap")
        return process

    def finish(self, process, head=b"", least=0.0, begin=None):
        """`begin` is a time before whatever `least` seconds have to pass after; without it, now."""
        with takes(self.bridge, least, begin):
            run = self.bridge.finish(process, head)
        check_read(run, CONFIGURED)
        return run

    def terminate(self, process, least):
        """TERM, and the end: not before so many seconds have passed."""
        begin = time.monotonic()
        process.terminate()
        return self.finish(process, least=least, begin=begin)

    def run(self, sync, grace=LONG, least=0.0, **popen):
        arguments, begin = self.arguments(sync, grace), time.monotonic()
        return self.finish(self.bridge.start(arguments, **popen), least=least, begin=begin)


def bookmark(run):
    """Of the last state that came out; None without one."""
    states = run.last_states()
    return states[0]["stream"]["stream_state"].get("bookmark") if states else None


def check_last_words(run, number=signal.SIGTERM):
    """A read that a signal ended: what the tap said in its grace (LAST_WORDS) is there, and nobody is blamed."""
    check_read(run, CONFIGURED)
    assert run.exit_status == -number, run.tail()
    assert run.records() == [{"id": 1}, {"id": 2}] and bookmark(run) == {"id": 2}, run.tail()
    assert run.statuses("items") == INCOMPLETE and not run.errors, run.tail()
