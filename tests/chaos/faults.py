"""What goes wrong in a round: chosen at random, done to living processes."""

import array
import fcntl
import os
import select
import signal
import termios
import time

from harness.processes import command_of, wait_until
from sources import log_uniform

F_SETPIPE_SZ = 1031
LIMIT = 120  # seconds for a round, which takes a tenth of one
ENDINGS = ["exit", "segv", "kill", "half", "state", "buffered"]
VICTIMS = ["tap", "worker", "minder", "bridge", "reader"]


def children(pid):
    try:
        with open(f"/proc/{pid}/task/{pid}/children", encoding="ascii") as file:
            return [int(child) for child in file.read().split()]
    except OSError:
        return []


def descendant(pid, *generations):
    """The first child of the first child..., where it is there."""
    for _ in generations:
        below = children(pid)
        if not below:
            return None
        pid = below[0]
    return pid


def send(pid, number, parent):
    """A signal to a child of `parent` that may have gone, never to one that has got its number since."""
    try:
        handle = os.pidfd_open(pid)
    except OSError:
        return False
    try:
        if pid not in children(parent):
            return False
        signal.pidfd_send_signal(handle, number)
        return True
    except OSError:
        return False
    finally:
        os.close(handle)


def kill_descendants(pid):
    """Whatever is left after a failure, the deepest first."""
    for child in children(pid):
        kill_descendants(child)
        send(child, signal.SIGKILL, pid)


class Fault:
    """One thing that goes wrong, once so many bytes or messages have come or so many milliseconds are over."""

    def __init__(self, victim, action, kind, amount, pause_ms=0):
        self.victim, self.action, self.kind, self.amount, self.pause_ms = victim, action, kind, amount, pause_ms

    def __repr__(self):
        return f"{self.victim} {self.action} after {self.amount} {self.kind} (pause {self.pause_ms} ms)"

    def due(self, received, messages, elapsed_ms):
        return {"bytes": received, "messages": messages, "ms": elapsed_ms}[self.kind] >= self.amount


def random_fault(rng, rows):
    """At any moment of a run that reads so many rows; a few milliseconds are the calls before the sync."""
    kind = rng.choice(["bytes", "messages", "ms"])
    amount = log_uniform(rng, 1, {"bytes": 200 * rows + 2000, "messages": rows + 10, "ms": 150}[kind])
    victim = rng.choices(VICTIMS, [3, 2, 1, 4, 2])[0]
    action = {
        "tap": lambda: rng.choice(["KILL", "TERM", "SEGV", "STOP"]),
        "worker": lambda: rng.choice(["KILL", "TERM"]),
        "minder": lambda: "KILL",
        "bridge": lambda: rng.choice(["KILL", "KILL", "TERM", "TERM", "INT", "HUP", "INT twice", "STOP"]),
        "reader": lambda: rng.choice(["close", "pause", "pause"]),
    }[victim]()
    return Fault(victim, action, kind, amount, rng.choice([1, 5, 30]))


class Plan:
    """A round: how the tap behaves, what is done to whom."""

    def __init__(self, rng, tame, rows):
        self.faults = [] if tame else [random_fault(rng, rows) for _ in range(rng.choice([0, 1, 1, 1, 2, 2, 3]))]
        if any(fault.victim == "bridge" and fault.action == "KILL" for fault in self.faults):
            # Nobody can clean up after both of them.
            self.faults = [fault for fault in self.faults if fault.victim != "minder"]
        self.to_file = rng.random() < 0.15
        self.pipe_size = rng.choice([4096, 65536, 65536, 1048576])
        self.read_size = rng.choice([100, 4096, 65536, 65536, 65536])
        signalled = any(fault.action == "TERM" and fault.victim in ("tap", "worker") for fault in self.faults)
        crashes = not tame and rng.random() < 0.2
        self.tap = {
            "seed": rng.getrandbits(60),
            "echo": int(rng.random() < 0.2),
            "cadence": rng.choice([0, 1, 5, 5, 30, 30, 200, -1 if tame else 0]),
            "burst": rng.choice([1, 5, 100]),
            "pad": rng.choice([0, 20, 20, 300]),
            "big_one_in": rng.choice([0, 0, 0, 200, 20]),
            "schema_one_in": rng.choice([0, 0, 50]),
            "chatter_one_in": rng.choice([0, 0, 100]),
            "pause_one_in": rng.choice([0, 30, 30, 300]),
            "buffered": int(rng.random() < 0.3),
            "crash_after": log_uniform(rng, 1, rows + 1) if crashes else -1,
            "crash_how": rng.choice(ENDINGS),
            "on_term": rng.choice(["die", "heed", "heed", "ignore"]),
            "state_on_term": int(rng.random() < 0.7),
            # Exit 0 after a TERM that is not the bridge's own cannot be told from success.
            "status_on_term": rng.choice([1, 143] if signalled else [0, 1, 143]),
            "worker": rng.choice(["none", "none", "none", "child", "setsid"]),
        }

        # A tap whose end is told that long after its stdout's counts as hung, which is no failure of the bridge: time
        # enough on a busy machine. Where nothing goes wrong nobody waits for it.
        self.grace = "30s" if self.is_harmless(self.faults) else "1s"

    def is_harmless(self, faults):
        """Whether the read has to succeed if these are done."""
        return self.tap["crash_after"] < 0 and all(fault.action in ("STOP", "pause") for fault in faults)

    def __repr__(self):
        way = "file" if self.to_file else f"pipe of {self.pipe_size}, read by {self.read_size}"
        return f"faults {self.faults}; stdout: {way}; grace {self.grace}; tap {self.tap}"


def make_pipe(size):
    """A pipe of that many bytes: the smaller, the sooner a slow reader is noticed."""
    read, write = os.pipe()
    fcntl.fcntl(read, F_SETPIPE_SZ, size)
    return read, write


class Driver:
    """Reads a running bridge to its end and does to it what the plan says."""

    def __init__(self, plan, bridge, output):
        self.plan, self.bridge, self.output = plan, bridge, output
        self.waiting = list(plan.faults)
        self.stopped = []  # (when it goes on, pid, parent)
        self.done = []
        self.received = bytearray()
        self.closed = False
        self.began = time.monotonic()

    def elapsed_ms(self):
        return (time.monotonic() - self.began) * 1000

    def run(self):
        """The bridge's wait status as Popen's returncode, and what has been read."""
        watched = os.pidfd_open(self.bridge.pid)
        try:
            if self.plan.to_file:
                self.watch_file(watched)
            else:
                self.read_pipe()
            self.wait_for_end(watched)
        finally:
            os.close(watched)
        if self.plan.to_file:
            self.received += os.pread(self.output, os.fstat(self.output).st_size, 0)
        return self.bridge.wait(), bytes(self.received)

    def pump(self, received, messages):
        for fault in [fault for fault in self.waiting if fault.due(received, messages, self.elapsed_ms())]:
            self.waiting.remove(fault)
            self.do(fault)
        for entry in [entry for entry in self.stopped if self.elapsed_ms() >= entry[0]]:
            self.stopped.remove(entry)
            send(entry[1], signal.SIGCONT, entry[2])
        assert self.elapsed_ms() < LIMIT * 1000, f"no end after {LIMIT} s"

    def timeout(self):
        """Until the next thing that depends on time, in seconds."""
        times = [entry[0] for entry in self.stopped] + [fault.amount for fault in self.waiting if fault.kind == "ms"]
        return max(0.0, min([when - self.elapsed_ms() for when in times] + [1000]) / 1000)

    def read_pipe(self):
        messages = 0
        while not self.closed:
            self.pump(len(self.received), messages)
            if self.closed or not select.select([self.output], [], [], self.timeout())[0]:
                continue
            chunk = os.read(self.output, self.plan.read_size)
            if not chunk:
                return
            messages += chunk.count(b"\n")
            self.received += chunk

    def watch_file(self, watched):
        while not select.select([watched], [], [], min(self.timeout(), 0.002))[0]:
            size = os.fstat(self.output).st_size
            self.pump(size, size // 150)

    def wait_for_end(self, watched):
        self.waiting = [fault for fault in self.waiting if fault.kind == "ms"]
        while not select.select([watched], [], [], self.timeout())[0]:
            self.pump(0, 0)

    def do(self, fault):
        if fault.victim == "reader":
            if not self.plan.to_file and not self.closed:
                self.done.append(fault)
                self.close() if fault.action == "close" else self.pause(fault)
            return
        minder = descendant(self.bridge.pid, "minder")
        tap = descendant(minder, "tap") if minder else None
        worker = descendant(tap, "worker") if tap else None
        pid, parent = {"bridge": (self.bridge.pid, os.getpid()), "minder": (minder, self.bridge.pid),
                       "tap": (tap, minder), "worker": (worker, tap)}[fault.victim]
        if pid is None:
            return
        name = fault.action.split()[0]
        if not send(pid, signal.Signals["SIG" + name], parent):
            return
        self.done.append(fault)
        if fault.action == "STOP":
            self.stopped.append((self.elapsed_ms() + fault.pause_ms, pid, parent))
        if fault.action == "INT twice":
            self.waiting.append(Fault("bridge", "INT", "ms", self.elapsed_ms() + 10 * fault.pause_ms))

    def close(self):
        os.close(self.output)
        self.closed = True

    def pause(self, fault):
        """Until the bridge cannot write any more; a tap that has little to say ends before."""
        filled = array.array("i", [0])

        def blocked():
            before = filled[0]
            fcntl.ioctl(self.output, termios.FIONREAD, filled)
            return filled[0] == before and filled[0] >= self.plan.pipe_size - 8192 or self.bridge.poll() is not None

        end = time.monotonic() + fault.pause_ms / 100
        wait_until(lambda: blocked() or time.monotonic() > end)

    def leave_nothing_behind(self, at_once):
        """Whatever is left of the run is a child of ours now."""

        def nothing():
            for pid in children(os.getpid()):
                if pid != self.bridge.pid:
                    os.waitpid(pid, os.WNOHANG)
            return not children(os.getpid())

        if at_once:
            assert nothing(), f"left running: {[command_of(pid) for pid in children(os.getpid())]}"
        else:
            wait_until(nothing, what="the end of the tap after a KILL of the bridge")
