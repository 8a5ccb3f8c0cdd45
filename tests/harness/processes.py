"""What is left of a run: processes that carry its marker, and waiting for a condition."""

import os
import time

MARKER = "HARNESS_RUN"


def wait_until(condition, timeout=20.0, what="the condition"):
    """Waits for what another process does; returns the condition's first true value."""
    deadline = time.monotonic() + timeout
    while True:
        result = condition()
        if result:
            return result
        assert time.monotonic() < deadline, f"{what} did not come true within {timeout} s"
        time.sleep(0.01)


def _read(path):
    try:
        with open(path, "rb") as file:
            return file.read()
    except OSError:
        return b""


def marked_processes(marker):
    """{pid: command line} of every living process that inherited the marker."""
    wanted = f"{MARKER}={marker}".encode()
    found = {}
    for pid in filter(str.isdigit, os.listdir("/proc")):
        if wanted in _read(f"/proc/{pid}/environ").split(b"\0"):
            found[int(pid)] = _read(f"/proc/{pid}/cmdline").replace(b"\0", b" ").decode(errors="replace")
    return found
