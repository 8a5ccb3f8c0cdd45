"""The bridge as PID 1 of a container, as PyAirbyte and people run it. Each run costs up to a second."""

import json
import os
import signal

import pytest

from harness.elsewhere import docker
from harness.endings import CONFIGURED, DAEMONS, DISCOVER, LAST_WORDS, READY, SAYS, check_last_words
from harness.processes import marked_processes, wait_until
from harness.scripted import catalog, record, state, stream

HARDENED = (
    "--read-only", "--tmpfs", "/tmp", "--shm-size", "64k", "--cap-drop", "ALL", "--security-opt", "no-new-privileges",
    "--network", "none", "--user", "12345",
)  # fmt: skip


@pytest.fixture
def started(container, inner_tap):
    """Starts a read in a container; returns it and the running client once the tap is ready."""

    def start(sync, *options, tap=None):
        bridge = container(*options)
        tap = [*(tap or []), *inner_tap(f"{DISCOVER}[sync]\n{sync}")]
        process = bridge.start(bridge.arguments("read", tap, config={}, catalog=CONFIGURED))
        wait_until(lambda: (inner_tap.folder / "ready").exists() or process.poll() is not None)
        assert process.poll() is None, process.communicate()
        return bridge, process

    return start


def check_end_by_signal(bridge, process, number):
    run = bridge.finish(process)
    assert bridge.reported == 128 + number
    check_last_words(run, number)


@pytest.mark.parametrize("options", [(), HARDENED, ("--init",)], ids=["usual", "hardened", "init"])
def test_a_read_to_the_end(container, inner_tap, options):
    tap = inner_tap(f"{DISCOVER}[sync]\n{SAYS}repeat 5000 {record('items', id=2)}{state(items={'id': 2})}{DAEMONS}")
    run = container(*options).read({"token": "x"}, CONFIGURED, tap=tap)
    assert run.exit_status == 0, run.tail()
    assert len(run.records()) == 5001
    assert run.statuses("items")[-1] == "COMPLETE"


@pytest.mark.parametrize("order", ["stop", "INT", "HUP", "QUIT", "client", "init"])
def test_a_signal_ends_it_in_order(started, order):
    bridge, process = started(f"{SAYS}{LAST_WORDS}{DAEMONS}{READY}", *(["--init"] if order == "init" else []))
    if order == "client":  # as PyAirbyte does
        process.terminate()
    elif order in ("stop", "init"):
        docker("stop", "--time", "30", bridge.name)
    else:
        bridge.signal(order)
    check_end_by_signal(bridge, process, getattr(signal, f"SIG{order}", signal.SIGTERM))


def test_docker_kill_leaves_nothing(started):
    bridge, process = started(f"{SAYS}{DAEMONS}{READY}")
    assert len(marked_processes(bridge.marker)) >= 5, "client, bridge, minder, tap and its daemons"
    docker("kill", bridge.name)
    assert bridge.finish(process).exit_status == -signal.SIGKILL


def children_of(pid):
    """Those that nobody has waited for are among them."""
    with open(f"/proc/{pid}/task/{pid}/children", encoding="ascii") as file:
        return [int(word) for word in file.read().split()]


def test_orphans_are_reaped(started, inner_tap):
    """What `docker exec` leaves behind falls to PID 1, and the tap's orphans to the minder."""
    bridge, process = started(f"{SAYS}{LAST_WORDS}repeat 20 grandchild 1 daemon\n{READY}")
    left = inner_tap.folder / "left"
    docker("exec", bridge.name, "sh", "-c", f"(true; touch {left}-1) & (sh -c 'exit 3' & touch {left}-2) & exit 0")
    wait_until(lambda: all((inner_tap.folder / f"left-{number}").exists() for number in (1, 2)))
    wait_until(lambda: len(children_of(bridge.pid())) == 1, what="the reaping of everything but the minder")
    (minder,) = children_of(bridge.pid())
    wait_until(lambda: len(children_of(minder)) == 1, what="the reaping of everything but the tap")
    bridge.signal("TERM")
    check_end_by_signal(bridge, process, signal.SIGTERM)


@pytest.mark.parametrize("last", ["exec", ""], ids=["tap", "below_a_shell"])
def test_a_tap_that_runs_out_of_memory(container, inner_tap, last):
    says = " ".join(inner_tap(f"{DISCOVER}[sync]\n{SAYS}"))
    tap = inner_tap.folder / "tap.sh"
    eat = f"case $* in *--discover*|*--help*|*--about*) ;; *) {last} dd if=/dev/zero of=/dev/null bs=500M;; esac\n"
    tap.write_text(f'#!/bin/sh\n{says} "$@" || exit\n{eat}')
    tap.chmod(0o755)
    bridge = container("--memory", "64m", "--memory-swap", "64m")
    run = bridge.read({}, CONFIGURED, tap=[str(tap)])
    assert run.exit_status == 1, run.tail()
    assert run.error["failure_type"] == "transient_error"
    assert "was killed by SIGKILL, maybe because memory ran out" in run.error["message"]
    assert run.statuses("items") == ["STARTED", "RUNNING", "INCOMPLETE"]


def test_the_reader_of_docker_goes_away(started, inner_tap):
    """No EPIPE inside: the engine goes on reading, so the read goes on and ends by itself. Only pipes of ours tell."""
    bridge, process = started(
        f"{SAYS}touch $dir/ready\nwait-file $dir/go\nrepeat 20000 {record('items', id=2)}{state(items={'id': 2})}"
        "touch $dir/done\n"
    )
    process.stdout.close()
    process.stdout = open(os.devnull, "rb")  # for communicate()
    (inner_tap.folder / "go").touch()
    wait_until((inner_tap.folder / "done").exists)
    listing = ("ps", "--all", "--quiet", "--filter", f"name={bridge.name}")
    wait_until(lambda: not docker(*listing), what="the container's end")
    process.communicate(timeout=30)
    bridge.assert_nothing_left()


OLD_ENGINE = ["pidfd_open", "pidfd_send_signal", "close_range", "faccessat2", "clone3", "openat2", "statx"]


def test_an_engine_that_knows_no_new_calls(container, inner_tap, tmp_path):
    """Old engines refuse what they do not know with EPERM, where a kernel would say ENOSYS."""
    rule = {"names": OLD_ENGINE, "action": "SCMP_ACT_ERRNO", "errnoRet": 1}
    profile = tmp_path / "seccomp.json"
    profile.write_text(json.dumps({"defaultAction": "SCMP_ACT_ALLOW", "syscalls": [rule]}))
    run = container("--security-opt", f"seccomp={profile}").read(
        {}, CONFIGURED, tap=inner_tap(f"{DISCOVER}[sync]\n{SAYS}{DAEMONS}dump-fds $dir/fds\n")
    )
    assert run.exit_status == 0, run.tail()
    assert [line.split()[0] for line in inner_tap.saw("fds").splitlines()] == ["0", "1", "2"]


def test_memory_for_private_files_is_full(container, inner_tap):
    """A catalog larger than /dev/shm: the next place that is writable takes it."""
    wide = stream("items", [f"column_{number}" for number in range(3000)])
    tap = inner_tap(f"[discover]\n{catalog(wide)}[sync]\n{SAYS}dump-file --catalog $dir/catalog.json\n")
    run = container("--shm-size", "64k").read({}, CONFIGURED, tap=tap)
    assert run.exit_status == 0, run.tail()
    assert "column_2999" in inner_tap.saw("catalog.json")
