"""What a container, a sandbox or a shell may keep from the bridge: it works without, or says what is missing."""

import os
import re
import resource
import signal
import subprocess

import pytest

from harness.endings import CONFIGURED, DISCOVER, LAST_WORDS, LONG, READY, SAYS, check_last_words, limits
from harness.processes import marked_processes, wait_until
from harness.programs import ROOT
from harness.protocol import check_read
from harness.scripted import catalog, stream

NOBODY = 64_123  # a user without an entry in /etc/passwd, and without other processes


def documented(situation):
    """The message of that row of docs/errors.md, as a pattern."""
    section = (ROOT / "docs/errors.md").read_text("utf-8").partition("\n## Where it runs\n")[2].partition("\n## ")[0]
    lines = [line for line in section.splitlines() if line.startswith("| ")]
    rows = [[cell.strip() for cell in line.strip("|").split(" | ")] for line in lines]
    (row,) = [row for row in rows if row[0] == situation]
    return re.sub(r"\b[A-Z]{3,}\b", ".*", re.escape(row[1])), row[2]


def check_error(run, situation):
    message, failure_type = documented(situation)
    assert re.fullmatch(message, run.error["message"]), run.error
    assert (run.error["failure_type"], run.exit_status) == (failure_type, 1)


@pytest.fixture
def start(bridge, scripted_tap):
    """start(prefix, sync, ...) is a running read behind that command."""

    def make(prefix=(), sync=SAYS, adapter=None, **more):
        files = {"config": {}, "catalog": CONFIGURED, "adapter": adapter}
        arguments = bridge.arguments("read", scripted_tap(f"{DISCOVER}[sync]\n{sync}"), **files)
        return bridge.start([*prefix, *arguments], **more)

    return make


def check_whole(run):
    check_read(run, CONFIGURED)
    assert run.exit_status == 0, run.tail()
    assert run.records() == [{"id": 1}] and run.statuses("items")[-1] == "COMPLETE"


def mounted(*steps):
    """A command that does these steps in a mount namespace of its own, then what follows."""
    if os.geteuid() != 0:
        pytest.skip("only root may mount")
    script = "\n".join([*steps, 'exec "$@"'])
    return ["unshare", "--mount", "--pid", "--fork", "--mount-proc", "sh", "-ec", script, "sh"]


def as_nobody(bridge, scripted_tap):
    if os.geteuid() != 0:
        pytest.skip("only root may become another user")
    for path in (*bridge.folder.parents[:1], bridge.folder, bridge.work, bridge.temporary, scripted_tap.folder):
        path.chmod(0o777)
    for path in bridge.folder.parents:  # pytest's own are closed to others
        if path.stat().st_uid == os.geteuid() and path.stat().st_mode & 0o011 != 0o011:
            path.chmod(path.stat().st_mode | 0o011)
    return ["setpriv", f"--reuid={NOBODY}", f"--regid={NOBODY}", "--clear-groups"]


WITHOUT = {
    "environment": {"prefix": ["env", "-i"]},
    "child_signals": {"preexec_fn": lambda: signal.signal(signal.SIGCHLD, signal.SIG_IGN)},
    "pipe_signals": {"preexec_fn": lambda: signal.signal(signal.SIGPIPE, signal.SIG_IGN)},
    "stdin": {"prefix": ["sh", "-c", 'exec "$@" <&-', "sh"]},
    "stderr": {"prefix": ["sh", "-c", 'exec "$@" 2>&-', "sh"]},
    "stdin_and_stderr": {"prefix": ["sh", "-c", 'exec "$@" <&- 2>&-', "sh"]},
    "working_directory": {"prefix": ["sh", "-ec", 'mkdir gone; cd gone; rmdir ../gone; exec "$@"', "sh"]},
    "core_files_and_stack": {"prefix": ["prlimit", "--core=0", "--stack=1048576"]},
}


@pytest.mark.parametrize("name", WITHOUT)
def test_it_does_without(bridge, start, name):
    check_whole(bridge.finish(start(**WITHOUT[name])))


def test_every_signal_is_blocked_on_entry(bridge, start, scripted_tap):
    def block():
        signal.pthread_sigmask(signal.SIG_BLOCK, signal.valid_signals())

    process = start(sync=f"{SAYS}{LAST_WORDS}{READY}", preexec_fn=block)
    wait_until((scripted_tap.folder / "ready").exists)
    process.terminate()
    check_last_words(bridge.finish(process))


@pytest.mark.parametrize("shell", ["sh", "/bin/busybox"])
def test_nohup(bridge, start, scripted_tap, shell):
    """A shell's job whose terminal goes away: HUP is ignored as the caller wished, TERM works."""
    if not os.access(shell, os.X_OK) and shell != "sh":
        pytest.skip(f"{shell} is not there: the Debian package busybox-static has it")
    prefix = [shell, *(["sh"] if shell != "sh" else []), "-c", "trap '' HUP; exec \"$@\"", "sh"]
    process = start(prefix, f"{SAYS}{LAST_WORDS}{READY}")
    wait_until((scripted_tap.folder / "ready").exists)
    process.send_signal(signal.SIGHUP)
    process.terminate()
    check_last_words(bridge.finish(process))


def test_other_processes_are_hidden(bridge, start, scripted_tap):
    prefix = [*mounted("mount -o remount,hidepid=2 /proc"), *as_nobody(bridge, scripted_tap)]
    daemons = "grandchild forever daemon pid-file $dir/daemon\nwait-file $dir/daemon\n"
    check_whole(bridge.finish(start(prefix, SAYS + daemons)))


@pytest.mark.parametrize("victim", [None, "minder"])
def test_proc_shows_another_namespace(bridge, start, scripted_tap, victim):
    """`unshare --pid` alone: the numbers in /proc are not those that kill() takes."""
    if os.geteuid() != 0:
        pytest.skip("only root may make a PID namespace")
    daemons = "grandchild forever daemon pid-file $dir/daemon\nwait-file $dir/daemon\n"
    # PID 1 outlives the bridge, and lets the test look before the namespace goes.
    stays = '"$@"; status=$?; read line; exit $status'
    prefix = ["unshare", "--pid", "--fork", "--kill-child", "sh", "-c", stays, "sh"]
    process = start(prefix, SAYS + daemons + (READY if victim else ""), limits(LONG), stdin=subprocess.PIPE)
    if victim:
        wait_until((scripted_tap.folder / "ready").exists)
        (minder,) = [pid for pid, line in marked_processes(bridge.marker).items() if "__minder" in line]
        os.kill(minder, signal.SIGKILL)
    # unshare and sh are left
    wait_until(lambda: len(marked_processes(bridge.marker)) == 2, timeout=bridge.slack, what="the end of the daemon")
    run = bridge.finish(process)
    check_read(run, CONFIGURED)
    assert run.exit_status == (1 if victim else 0), run.tail()


def test_shared_memory_is_closed(bridge, start):
    places = {"TAPBRIDGE_TMPDIR": "/sys"}
    check_whole(bridge.finish(start(mounted("mount -t tmpfs -o ro none /dev/shm"), env=places)))


def test_stdout_is_closed(bridge, start):
    process = start(["sh", "-c", 'exec "$@" >&-', "sh"])
    stdout, stderr = process.communicate(timeout=60)
    assert (process.returncode, stdout) == (1, b"")
    assert stderr == b"tapbridge: stdout cannot be written: Bad file descriptor\n"
    bridge.assert_nothing_left()


def test_proc_is_not_mounted(bridge, start):
    check_error(bridge.finish(start(mounted("umount -l /proc", "umount -l /proc"))), "/proc is not mounted")


def test_the_null_device_is_missing(bridge, start):
    run = bridge.finish(start(mounted("mount -t tmpfs none /dev"), env={"TAPBRIDGE_TMPDIR": str(bridge.work)}))
    check_error(run, "There is no /dev/null")


@pytest.mark.parametrize("limit", range(4, 24))
def test_few_files_may_be_open(bridge, start, limit):
    """At every limit: a whole read, or an error that says so; never a hang."""

    def lower():
        resource.setrlimit(resource.RLIMIT_NOFILE, (limit, limit))

    process = start(preexec_fn=lower)
    try:
        process.wait(30)
    except subprocess.TimeoutExpired:
        process.kill()
        raise
    run = bridge.finish(process)
    if run.exit_status == 0:
        check_whole(run)
    else:
        said = run.error["message"] if run.errors else run.stderr.decode()
        assert "Too many open files" in said, run.tail()
        assert limit < 20, "as many as it needs"


def test_the_error_for_too_many_files(bridge, start):
    check_error(bridge.finish(start(["prlimit", "--nofile=10"])), "Too few files may be open")


@pytest.mark.parametrize("limit", [1, 2])
def test_few_processes_may_run(bridge, start, scripted_tap, limit):
    run = bridge.finish(start([*as_nobody(bridge, scripted_tap), "prlimit", f"--nproc={limit}"]))
    check_error(run, "No process can be started" if limit == 1 else "The tap's process cannot be started")


def test_places_for_private_files_are_full(bridge, start, scripted_tap):
    """Where memory is full the disk takes the catalog; where that is full, too, the error says what to do."""
    full = bridge.folder / "full"
    full.mkdir()
    wide = stream("items", [f"column_{number}" for number in range(3000)])
    tap = scripted_tap(f"[discover]\n{catalog(wide)}[sync]\n{SAYS}dump-file --catalog $dir/catalog.json\n")
    arguments = bridge.arguments("read", tap, config={}, catalog=CONFIGURED)
    prefix = mounted(f"mount -t tmpfs -o size=64k none {full}")
    check_whole(bridge.finish(bridge.start([*prefix, *arguments], {"TAPBRIDGE_TMPDIR": str(full)})))
    assert "column_2999" in scripted_tap.saw("catalog.json")
    run = bridge.finish(bridge.start([*prefix, *arguments], {"TAPBRIDGE_TMPDIR": str(full), "TMPDIR": str(full)}))
    check_error(run, "Every place for private files is full")
