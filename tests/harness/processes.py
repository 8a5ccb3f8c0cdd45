"""What is left of a run: processes that carry its marker or have landed on us, and waiting for a condition."""

import contextlib
import ctypes
import os
import time

MARKER = "HARNESS_RUN"
PR_SET_CHILD_SUBREAPER = 36


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


def _marker_of(pid):
    for variable in _read(f"/proc/{pid}/environ").split(b"\0"):
        if variable.startswith(MARKER.encode() + b"="):
            return variable.partition(b"=")[2].decode()
    return None


def command_of(pid):
    return _read(f"/proc/{pid}/cmdline").replace(b"\0", b" ").decode(errors="replace")


def is_asleep(pid):
    """It waits in the kernel."""
    return b"State:\tS" in _read(f"/proc/{pid}/status")


def marked_processes(marker):
    """{pid: command line} of every living process that inherited the marker."""
    return {pid: command_of(pid) for pid in _pids() if _marker_of(pid) == marker}


def _pids():
    return [int(name) for name in os.listdir("/proc") if name.isdigit()]


def become_subreaper():
    """From now on whatever our descendants leave behind becomes our child, also what hides its origin."""
    assert ctypes.CDLL(None, use_errno=True).prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0) == 0


def family():
    """{pid: (state, parent, process group)} of all processes."""
    found = {}
    for pid in _pids():
        fields = _read(f"/proc/{pid}/stat").rpartition(b") ")[2].split()
        if fields:
            found[pid] = fields[0].decode(), int(fields[1]), int(fields[2])
    return found


def children(parent=None):
    parent = parent or os.getpid()
    return {pid for pid, (_, of, _) in family().items() if of == parent}


def descendants(parent, processes=None):
    """The living ones, at any depth."""
    processes = processes or family()
    found = set()
    for pid, (state, of, _) in processes.items():
        if of == parent:
            found |= descendants(pid, processes) | ({pid} if state not in "ZX" else set())
    return found


def orphans(marker, spared):
    """{pid: command line} of what landed on us, however it hides: an empty environment, a session of its own.

    Not ours are the `spared` children (they were there before the run), what the test itself has started (it is in our
    process group and without a marker), and the runs of other bridges.
    """
    processes, own_group = family(), os.getpgrp()
    found = set()
    for pid, (_, parent, group) in processes.items():
        if parent != os.getpid() or pid in spared:
            continue
        if _marker_of(pid) == marker or (group != own_group and _marker_of(pid) is None):
            found |= descendants(pid, processes) | ({pid} if processes[pid][0] not in "ZX" else set())
    return {pid: command_of(pid) for pid in found if _marker_of(pid) in (None, marker)}


def reap_orphans(spared):
    """Lets go of the dead that landed on us. Those that subprocess has started are its own to reap."""
    for pid, (state, parent, group) in family().items():
        if parent == os.getpid() and state == "Z" and group != os.getpgrp() and pid not in spared:
            with contextlib.suppress(ChildProcessError):
                os.waitpid(pid, os.WNOHANG)
