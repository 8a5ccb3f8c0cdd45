"""As the platform starts a read: by a shell as PID 1, which is no init, with FIFOs and files; dash and busybox."""

import fcntl
import os
import select
import shlex
import signal
import subprocess
import sys
import termios
import threading

import pytest

from harness.bridge import Run
from harness.elsewhere import BUSYBOX, docker
from harness.endings import CONFIGURED, DAEMONS, DISCOVER, READY, SAYS
from harness.processes import marked_processes, wait_until
from harness.protocol import check_read
from harness.programs import ROOT
from harness.scripted import record

LAUNCHER = ROOT / "tests/containers/launcher.sh"
HOLDERS = DAEMONS.replace("pid-file", "hold stdout pid-file")
SHELLS = {"dash": ["/bin/dash"], "busybox": [BUSYBOX, "sh"]}


class Fifo:
    """The orchestrator's end of a FIFO: reads all the time, unless it is `held` or closed."""

    def __init__(self, path):
        os.mkfifo(path)
        path.chmod(0o666)
        self.content, self.fd = b"", os.open(path, os.O_RDONLY | os.O_NONBLOCK)
        self.reading = threading.Event()
        self.reading.set()
        self.thread = threading.Thread(target=self._read, daemon=True)
        self.closing = False

    def _read(self):
        while not self.closing:
            self.reading.wait()
            if not select.select([self.fd], [], [], 0.02)[0]:
                continue
            try:
                chunk = os.read(self.fd, 65536)
            except BlockingIOError:
                continue
            if not chunk:  # the last writer has closed it
                return
            self.content += chunk

    def start(self):
        self.thread.start()

    def hold(self):
        self.reading.clear()

    def unread(self):
        return int.from_bytes(fcntl.ioctl(self.fd, termios.FIONREAD, bytes(4)), sys.byteorder)

    def close(self):
        """As the orchestrator does when it cancels; the reading thread has ended when this returns."""
        self.closing = True
        self.reading.set()
        self.thread.join(20)
        os.close(self.fd)

    def all(self):
        self.thread.join(60)
        assert not self.thread.is_alive(), f"the FIFO is still open; said so far: {self.content[-2000:]!r}"
        return self.content


class Launch:
    """One start of the launcher, with the orchestrator's side of it."""

    def __init__(self, bridge, prefix, entrypoint=None):
        self.bridge, self.folder = bridge, bridge.folder / "source"
        self.folder.mkdir()
        self.folder.chmod(0o777)
        self.prefix = prefix
        self.entrypoint = str(bridge.program) if entrypoint is None else entrypoint

    def start(self, tap, poll=0.05, **environment):
        words = [shlex.quote(word) for word in self.bridge.arguments("read", tap, config={}, catalog=CONFIGURED)[1:]]
        self.stdout, self.stderr = Fifo(self.folder / "stdout"), Fifo(self.folder / "stderr")
        names = self.bridge.environment({"AIRBYTE_ENTRYPOINT": self.entrypoint, "POLL": str(poll), **environment})
        self.process = subprocess.Popen(
            [*self.prefix, LAUNCHER, *words], env=names, cwd=self.folder, stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
        )  # fmt: skip
        for fifo in (self.stdout, self.stderr):
            fifo.start()
        return self

    def exit_file(self):
        path = self.folder / "exitCode.txt"
        wait_until(path.exists, timeout=60, what="the exit file")
        return int(path.read_text())

    def cancel(self):
        """The orchestrator closes its ends of the FIFOs first, then asks for the end."""
        self.stdout.close()
        self.stderr.close()
        assert self.exit_file() == 141
        self.process.communicate(timeout=60)
        self.bridge.assert_nothing_left()

    def finish(self):
        """The end that the orchestrator sees: the exit file, then all output."""
        status = self.exit_file()
        run = Run(status, self.stdout.all(), self.stderr.all())
        self.process.communicate(timeout=30)
        assert self.process.returncode == status
        self.bridge.assert_nothing_left()
        return run


@pytest.fixture(params=SHELLS)
def launch(request, bridge, namespace_prefix):
    if not os.access(SHELLS[request.param][0], os.X_OK):
        pytest.skip(f"{SHELLS[request.param][0]} is not installed")
    return Launch(bridge, [*namespace_prefix, *SHELLS[request.param]])


def test_a_read_to_the_end(launch, scripted_tap):
    sync = f"{SAYS}repeat 50000 {record('items', id=2)}{DAEMONS}"
    run = launch.start(scripted_tap(f"{DISCOVER}[sync]\n{sync}")).finish()
    assert run.exit_status == 0, run.tail()
    check_read(run, CONFIGURED)
    assert len(run.records()) == 50_001 and run.statuses("items")[-1] == "COMPLETE"


def test_a_slow_reader_gets_everything(launch, scripted_tap):
    sync = f"{SAYS}touch $dir/ready\nwait-file $dir/go\nrepeat 50000 {record('items', id=2)}touch $dir/done\n"
    launch.start(scripted_tap(f"{DISCOVER}[sync]\n{sync}"))
    wait_until((scripted_tap.folder / "ready").exists)
    launch.stdout.hold()
    (scripted_tap.folder / "go").touch()
    wait_until(lambda: launch.stdout.unread() > 60_000, what="a full FIFO")
    assert not (scripted_tap.folder / "done").exists(), "the reader slows the tap"
    launch.stdout.reading.set()
    run = launch.finish()
    check_read(run, CONFIGURED)
    assert (run.exit_status, len(run.records())) == (0, 50_001)


def test_a_failing_tap(launch, scripted_tap):
    run = launch.start(scripted_tap(f"{DISCOVER}[sync]\n{SAYS}err CRITICAL no such thing\nexit 3\n")).finish()
    assert run.exit_status == 1
    check_read(run, CONFIGURED)
    assert "no such thing" in run.error["message"]


@pytest.mark.parametrize(
    "then", ["sleep-forever\n", "repeat forever " + record("items", id=2)], ids=["silent", "talking"]
)
def test_a_cancelled_read(launch, scripted_tap, then):
    launch.start(scripted_tap(f"{DISCOVER}[sync]\n{SAYS}{HOLDERS}touch $dir/ready\n{then}"))
    wait_until((scripted_tap.folder / "ready").exists)
    launch.cancel()


def test_the_marker_only(launch, scripted_tap):
    """The launcher ends its own subshell; the bridge hears nothing of it and goes with the namespace, as with a pod."""
    launch.start(scripted_tap(f"{DISCOVER}[sync]\n{SAYS}{HOLDERS}{READY}"))
    wait_until((scripted_tap.folder / "ready").exists)
    (launch.folder / "TERMINATED").touch()
    assert launch.exit_file() == 128 + signal.SIGTERM
    launch.process.communicate(timeout=30)
    wait_until(lambda: not marked_processes(launch.bridge.marker), what="the end of the namespace")
    Run(-signal.SIGKILL, launch.stdout.all(), b"")  # whole lines, but for the last


def test_a_wrong_entry_point(launch, scripted_tap):
    launch.entrypoint = "/no/such/bridge"
    launch.start(scripted_tap(DISCOVER))
    assert launch.exit_file() == 127
    assert launch.stdout.all() == b"" and b"not found" in launch.stderr.all()
    launch.process.communicate(timeout=30)


def test_nobody_reads_stderr(launch, scripted_tap):
    """The tap's stderr goes to stdout as LOG messages: a stderr that is full blocks nothing."""
    launch.start(scripted_tap(f"{DISCOVER}[sync]\n{SAYS}repeat 3000 err INFO {'x' * 100}\n"))
    launch.stderr.hold()
    with open(launch.folder / "stderr", "wb", buffering=0) as filler:
        os.set_blocking(filler.fileno(), False)
        while filler.write(b"x" * 4096) is not None:
            pass
        assert launch.exit_file() == 0
    run = Run(0, launch.stdout.all(), b"")
    check_read(run, CONFIGURED)
    assert len(run.logs) == 3000
    launch.stderr.close()
    launch.process.communicate(timeout=30)
    launch.bridge.assert_nothing_left()


def test_in_a_container(container, inner_tap, image):
    """The same with the platform's user, in an image that has sh, sleep and mv."""
    bridge = container()
    launch = Launch(bridge, [])
    position = bridge.prefix.index(image.name)
    launch.prefix = [*bridge.prefix[:position], "--entrypoint", "sh", "--workdir", launch.folder,
                     "--env", "AIRBYTE_ENTRYPOINT", "--env", "POLL", "--volume", f"{LAUNCHER}:{LAUNCHER}:ro", image.name]  # fmt: skip
    launch.start(inner_tap(f"{DISCOVER}[sync]\n{SAYS}{HOLDERS}{READY}"))
    wait_until((inner_tap.folder / "ready").exists)
    launch.cancel()
    assert not docker("ps", "--all", "--quiet", "--filter", f"name={bridge.name}")
