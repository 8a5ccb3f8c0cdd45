"""Runs the bridge as Airbyte does: files for its flags, messages on its stdout."""

import functools
import json
import os
import select
import signal
import subprocess
import time
import uuid
from pathlib import Path

from harness.messages import dump, parse_output
from harness.processes import (
    MARKER,
    become_subreaper,
    children,
    descendants,
    marked_processes,
    orphans,
    reap_orphans,
    wait_until,
)
from harness.protocol import check_answer, check_command, check_read, stream_key
from harness.rules import check_catalog, check_spec

TIMEOUT = 120


class Run:
    """What one run of the bridge said, and how it ended (a signal counts as its negative number)."""

    def __init__(self, exit_status, stdout, stderr, models=True):
        self.exit_status, self.stdout, self.stderr = exit_status, stdout, stderr
        self.lines = stdout.decode("utf-8", "replace").split("\n")[:-1]
        self.messages = parse_output(stdout, models, complete=exit_status != -signal.SIGKILL)

    def of_type(self, kind, member=None):
        return [message[member or kind.lower()] for message in self.messages if message["type"] == kind]

    @property
    def logs(self):
        return self.of_type("LOG")

    @property
    def states(self):
        return self.of_type("STATE")

    @property
    def errors(self):
        """The TRACE messages of type ERROR: their `emitted_at` and `error`."""
        return [trace for trace in self.of_type("TRACE") if trace["type"] == "ERROR"]

    @property
    def error(self):
        """The root cause."""
        assert self.errors, f"no error; exit {self.exit_status}, {self.tail()}"
        return self.errors[0]["error"]

    @property
    def controls(self):
        return [control["connectorConfig"]["config"] for control in self.of_type("CONTROL")]

    @property
    def spec(self):
        return self.of_type("SPEC")[0]

    @property
    def catalog(self):
        return self.of_type("CATALOG")[0]

    @property
    def status(self):
        return self.of_type("CONNECTION_STATUS", "connectionStatus")[0]

    def log_text(self, level=None):
        return "\n".join(log["message"] for log in self.logs if level in (None, log["level"]))

    def records(self, name=None, namespace=None):
        """The data of the records, of all streams or of one (a namespace that is not given fits any)."""
        return [
            record["data"]
            for record in self.of_type("RECORD")
            if name in (None, record["stream"]) and namespace in (None, record.get("namespace"))
        ]

    def statuses(self, name, namespace=None):
        """The statuses of one stream, in order."""
        found = [trace["stream_status"] for trace in self.of_type("TRACE") if trace["type"] == "STREAM_STATUS"]
        return [status["status"] for status in found if stream_key(status["stream_descriptor"]) == (name, namespace)]

    def last_states(self):
        """What the platform would keep and give to the next read: the last state of each stream."""
        last = {}
        for state in self.states:
            last[stream_key(state["stream"]["stream_descriptor"]) if state["type"] == "STREAM" else None] = state
        return list(last.values())

    def tail(self):
        text = self.stdout[-3000:] + b"\n" + self.stderr[-1000:]
        return text.decode("utf-8", "replace")


class Bridge:
    """The program under test, with folders of its own below `folder`."""

    def __init__(self, program, folder):
        self.program, self.folder = Path(program), Path(folder)
        self.marker = uuid.uuid4().hex
        self.files = 0
        self.started, self.before = [], children()
        become_subreaper()
        self.work, self.temporary = self.folder / "work", self.folder / "tmp"
        for path in (self.work, self.temporary):
            path.mkdir()

    @functools.cached_property
    def sanitized(self):
        return b"__asan" in self.program.read_bytes()

    @property
    def slack(self):
        """The seconds by which a run may be late on a machine that is busy with other things."""
        return 25.0 if self.sanitized else 8.0

    def environment(self, extra=None):
        kept = ("PATH", "HOME", "LANG", "USER", "ASAN_OPTIONS", "UBSAN_OPTIONS", "LSAN_OPTIONS", "TSAN_OPTIONS")
        names = {name: os.environ[name] for name in kept if name in os.environ}
        names |= {"TAPBRIDGE_TMPDIR": str(self.work), "TMPDIR": str(self.temporary), MARKER: self.marker}
        return names | (extra or {})

    def file(self, content, name="file.json"):
        """A file with this content: bytes and str as they are, a Path is the file itself, anything else as JSON."""
        if isinstance(content, Path):
            return content
        self.files += 1
        path = self.folder / f"{self.files}-{name}"
        if not isinstance(content, (str, bytes)):
            content = dump(content)
        path.write_bytes(content.encode() if isinstance(content, str) else content)
        return path

    def arguments(self, command, tap, options=(), **files):
        """The command line: `config=...` becomes `--config FILE`."""
        line = [self.program, command, *options]
        for name, content in files.items():
            if content is not None:
                line += [f"--{name}", self.file(content, f"{name}.json")]
        return [str(word) for word in line + (["--", *tap] if tap else [])]

    def start(self, arguments, env=None, **popen):
        """A running bridge, for tests that send signals or read slowly."""
        defaults = {"stdin": subprocess.DEVNULL, "stdout": subprocess.PIPE, "stderr": subprocess.PIPE}
        process = subprocess.Popen(arguments, env=self.environment(env), cwd=self.folder, **(defaults | popen))
        self.started.append(process)
        return process

    @staticmethod
    def read_until(process, wanted, timeout=TIMEOUT):
        """Reads a started bridge's stdout until `wanted` (bytes) has come; returns all of it so far."""
        output, deadline = b"", time.monotonic() + timeout
        while wanted not in output:
            left = deadline - time.monotonic()
            ready = left > 0 and select.select([process.stdout], [], [], left)[0]
            chunk = os.read(process.stdout.fileno(), 65536) if ready else b""
            assert chunk, f"{wanted!r} did not come; said so far: {output[-3000:]!r}"
            output += chunk
        return output

    def finish(self, process, head=b"", models=True, timeout=TIMEOUT):
        """Reads a started bridge to its end and checks that nothing of it is left; `head` was read before."""
        try:
            stdout, stderr = process.communicate(timeout=timeout)
        except subprocess.TimeoutExpired:
            process.kill()
            stdout, stderr = process.communicate()
            raise AssertionError(f"no end after {timeout} s; said so far: {stdout[-3000:]!r} {stderr[-1000:]!r}")
        self.assert_nothing_left(at_once=process.returncode != -signal.SIGKILL)
        return Run(process.returncode, head + stdout, stderr, models)

    def run(self, command, tap=(), options=(), env=None, models=True, timeout=TIMEOUT, **files):
        return self.finish(self.start(self.arguments(command, tap, options, **files), env), b"", models, timeout)

    def spec(self, tap=(), **more):
        run = self.run("spec", tap, **more)
        check_answer(run, "SPEC")
        if run.exit_status == 0:
            check_spec(run.spec)
        return run

    def check(self, config, tap=(), **more):
        run = self.run("check", tap, config=config, **more)
        check_answer(run, "CONNECTION_STATUS")
        return run

    def discover(self, config, tap=(), **more):
        run = self.run("discover", tap, config=config, **more)
        check_answer(run, "CATALOG")
        if run.exit_status == 0:
            check_catalog(run.catalog)
        return run

    def read(self, config, catalog, state=None, tap=(), **more):
        """A read; what must hold for every read is checked (use `run("read", ...)` for files that are not JSON)."""
        run = self.run("read", tap, config=config, catalog=catalog, state=state, **more)
        check_read(run, json.loads(self.file(catalog).read_bytes()))
        return run

    def usage_error(self, *arguments):
        run = self.finish(self.start([str(self.program), *arguments]))
        assert run.exit_status == 2, run.tail()
        check_command(run)
        return run.stderr.decode()

    def left_running(self):
        """{pid: command line} of what outlived the runs that have ended."""
        running = {process.pid for process in self.started if process.returncode is None}
        left = marked_processes(self.marker) | orphans(self.marker, self.before | running)
        reap_orphans(self.before | running)
        alive = running.union(*(descendants(pid) for pid in running))
        return {pid: command for pid, command in left.items() if pid not in alive}

    def assert_nothing_left(self, at_once=True):
        """No process of the run and no folder of it. After a KILL the rest may take a moment to go."""
        if not at_once:
            wait_until(lambda: not self.left_running(), what="the end of the tap after a KILL")
            return
        left = self.left_running()
        assert not left, f"left running: {left}"
        folders = [path for folder in (self.work, self.temporary) for path in folder.iterdir()]
        for process in self.started:  # folders carry the pid of their bridge; other tests run beside us
            for place in ("/dev/shm", "/tmp"):
                folders += Path(place).glob(f"tapbridge-{process.pid}-*")
        folders = [folder for folder in folders if not self.is_unfinished(folder)]
        assert not folders, f"folders that were left: {folders}"

    def is_unfinished(self, folder):
        """A KILL came before the folder had its lock: then it is swept when it is a minute old."""
        killed = [process.pid for process in self.started if process.returncode == -signal.SIGKILL]
        ours = any(folder.name.startswith(f"tapbridge-{pid}-") for pid in killed)
        return ours and all(entry.name == "lock.new" for entry in folder.iterdir())


def configured(catalog, mode="full_refresh", only=None, **changes):
    """A configured catalog from a discovered one; `only` selects names; `changes` go into every entry."""
    entries = []
    for stream in catalog["streams"]:
        if only is not None and stream["name"] not in only:
            continue
        entry = {"stream": stream, "sync_mode": mode, "destination_sync_mode": "append"}
        if stream.get("default_cursor_field"):
            entry["cursor_field"] = stream["default_cursor_field"]
        if stream.get("source_defined_primary_key"):
            entry["primary_key"] = stream["source_defined_primary_key"]
        entries.append(entry | changes)
    return {"streams": entries}
