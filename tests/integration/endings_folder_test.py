"""The work folder: on a disk that is full or read-only, after a KILL, and shared by many bridges."""

import os
import random
import signal
import subprocess

import pytest

from harness.endings import CONFIGURED, DISCOVER, LONG, MORE, READY, SAYS, limits, takes
from harness.processes import wait_until
from harness.scripted import catalog, stream

PLACES = ("/dev/shm", "/tmp")
LARGE = {"token": "x" * 300_000}


@pytest.fixture
def mounts(bridge):
    """mounts(script) is a prefix: it runs a command where this script has mounted something, unseen by others."""
    if os.geteuid() != 0 or subprocess.run(["unshare", "-m", "true"], check=False, capture_output=True).returncode != 0:
        pytest.skip("only root may mount")

    def prefix(script):
        # What is mounted below /tmp comes last: it would be hidden.
        return ["unshare", "-m", "--propagation", "private", "sh", "-ec", f'{script}\nexec "$@"', "sh"]

    return prefix


def small(path):
    return f"mount -t tmpfs -o size=64k,mode=1777 small {path}\n"


def read_only(path):
    return f"mount --bind {path} {path}\nmount -o remount,bind,ro {path}\n"


def folders(bridge):
    return {path.name for path in bridge.work.iterdir()}


@pytest.mark.parametrize("what", ["config", "catalog", "state"])
def test_the_disk_is_full(bridge, scripted_tap, mounts, what):
    """The next place takes what the first one cannot hold."""
    tap = scripted_tap(f"{DISCOVER}[sync]\ndump-args $dir/args\n{SAYS}{MORE}")
    files = {"config": {}, "catalog": CONFIGURED, "state": {"bookmarks": {"items": {"id": 0}}}}
    if what == "config":
        files["config"] = LARGE
    elif what == "state":
        files["state"]["bookmarks"]["items"]["cursor"] = "x" * 300_000
        entry = CONFIGURED["streams"][0] | {"sync_mode": "incremental", "cursor_field": ["id"]}
        files["catalog"] = {"streams": [entry]}
        items = stream("items", replication_method="INCREMENTAL", replication_key="id")
        tap = scripted_tap(f"[discover]\n{catalog(items)}[sync]\ndump-args $dir/args\n{SAYS}{MORE}")
    else:
        wide = stream("items", [f"column_{number}" for number in range(4000)])
        tap = scripted_tap(f"[discover]\n{catalog(wide)}[sync]\ndump-args $dir/args\n{SAYS}{MORE}")
    arguments = bridge.arguments("read", tap, adapter=limits(LONG), **files)
    with takes(bridge):
        run = bridge.finish(bridge.start(mounts(small(bridge.work)) + arguments))
    assert run.exit_status == 0, run.tail()
    arguments = scripted_tap.saw("args").splitlines()
    path = arguments[arguments.index(f"--{what}") + 1]
    assert not path.startswith(str(bridge.work)), "it would not have been full"


@pytest.mark.parametrize("command", ["check", "discover", "read"])
def test_every_disk_is_full(bridge, scripted_tap, mounts, command):
    tap = scripted_tap(f"{DISCOVER}[sync]\n{SAYS}")
    files = {"config": LARGE} | ({"catalog": CONFIGURED} if command == "read" else {})
    arguments = bridge.arguments(command, tap, adapter=limits(LONG), **files)
    script = read_only("/tmp") + small("/dev/shm") + small(bridge.work) + small(bridge.temporary)
    with takes(bridge):
        run = bridge.finish(bridge.start(mounts(script) + arguments))
    assert run.exit_status == 1
    assert "No space left on device" in run.error["message"] and "TAPBRIDGE_TMPDIR" in run.error["message"]


@pytest.mark.parametrize("command", ["check", "discover", "read"])
def test_every_disk_is_read_only(bridge, scripted_tap, mounts, command):
    tap = scripted_tap(f"{DISCOVER}[sync]\n{SAYS}")
    files = {"config": {}} | ({"catalog": CONFIGURED} if command == "read" else {})
    arguments = bridge.arguments(command, tap, adapter=limits(LONG), **files)
    script = "".join(read_only(path) for path in PLACES)
    with takes(bridge):
        run = bridge.finish(bridge.start(mounts(script) + arguments))
    assert run.exit_status == 1
    message = run.error["message"]
    assert message.startswith("No place for the tap's private files is writable (") and "TAPBRIDGE_TMPDIR" in message
    assert message.count("Read-only file system") == 4, message


def test_the_first_place_is_read_only(bridge, scripted_tap, mounts):
    tap = scripted_tap(f"{DISCOVER}[sync]\n{SAYS}")
    arguments = bridge.arguments("read", tap, config={}, catalog=CONFIGURED, adapter=limits(LONG))
    run = bridge.finish(bridge.start(mounts(read_only(bridge.work)) + arguments))
    assert run.exit_status == 0, run.tail()


def test_a_kill_is_cleaned_up_by_the_next_start(reads):
    """And a folder that lives is not touched."""
    living = reads.start(f"{SAYS}touch $dir/living\nwait-file $dir/go\n{MORE}", until="living")
    before = folders(reads.bridge)
    assert len(before) == 1
    killed = reads.start(f"{SAYS}{READY}")
    killed.kill()
    assert reads.finish(killed).exit_status == -signal.SIGKILL
    left = folders(reads.bridge)
    assert len(left) == 2 and before < left
    # The next one is a check: every command that makes a folder sweeps.
    check = reads.bridge.start(reads.bridge.arguments("check", reads.tap(SAYS), config={}, adapter=limits(LONG)))
    check.communicate(timeout=60)
    assert check.returncode == 0 and folders(reads.bridge) == before
    (reads.folder / "go").touch()
    run = reads.finish(living)
    assert run.exit_status == 0 and len(run.records()) == 2


def test_twenty_at_once(reads):
    """Started together, half of them killed somewhere: nobody touches the folder of one that lives."""
    dice = random.Random(20)
    count = 20
    sync = f"{SAYS}append $dir/up x\nwait-file $dir/go\ndump-file --catalog $dir/still-there\n{MORE}"
    arguments = reads.arguments(sync, LONG)
    processes = [reads.bridge.start(arguments) for _ in range(count)]
    doomed = dice.sample(processes, count // 2)
    for process in doomed:
        process.send_signal(dice.choice([signal.SIGKILL, signal.SIGTERM]))
        late = reads.bridge.start(arguments)  # sweeps meanwhile
        processes.append(late)
    up = reads.folder / "up"
    living = len(processes) - len(doomed)
    wait_until(lambda: up.exists() and up.read_text().count("x") >= living, 60, "every living tap")
    (reads.folder / "go").touch()
    for process in processes:
        stdout, stderr = process.communicate(timeout=120)
        assert process.returncode == 0 or process in doomed, (process.returncode, stdout[-2000:], stderr)
    wait_until(lambda: not reads.bridge.left_running(), what="the end of every tap")
    assert reads.run(SAYS).exit_status == 0  # sweeps, and finds nothing left
