"""Launchers that do not wait for the real tap, and filters behind it: what is left when the tap's process has ended."""

import os
import signal

import pytest

from harness.endings import CONFIGURED, DISCOVER, LONG, MORE, SAYS, limits
from harness.processes import command_of, descendants, wait_until
from harness.protocol import check_read

NOT_WAITING = ["/bin/sh", "-c", '"$@" & exit 0', "sh"]
FILTERS = r"""#!/bin/bash
exec > >(sed -u 's/secret/***/') 2> >(grep -v DeprecationWarning >&2)
%s "$@"
"""


def test_a_quick_failure_is_seen_behind_it(bridge, scripted_tap):
    """However soon the launcher's end is told: what came out is more than it has written."""
    tap = NOT_WAITING + scripted_tap(f"{DISCOVER}[sync]\n{SAYS}{MORE}exit 3\n")
    for _ in range(10):
        run = bridge.read({}, CONFIGURED, tap=tap, adapter=limits(LONG))
        assert run.exit_status == 1 and run.statuses("items")[-1] == "INCOMPLETE"


def test_filters_that_end_after_it_are_no_failure(bridge, scripted_tap, tmp_path):
    """grep exits 1 when it has nothing to pass on; sed writes after the launcher's end."""
    wrapper = tmp_path / "wrapper"
    wrapper.write_text(FILTERS % " ".join(scripted_tap(f"{DISCOVER}[sync]\n{SAYS}repeat 2000 {MORE.splitlines()[0]}\n")))
    wrapper.chmod(0o755)
    for _ in range(5):
        run = bridge.read({}, CONFIGURED, tap=[str(wrapper)], adapter=limits(LONG))
        assert run.exit_status == 0 and len(run.records()) == 2001, run.tail()


def test_a_kill_of_the_minder_while_something_writes_on(bridge, scripted_tap):
    tap = scripted_tap(f"{DISCOVER}[sync]\n{SAYS}fork {{\nwait-file $dir/go\n{MORE}touch $dir/wrote\nwait-file $dir/never\n}}\n")
    process = bridge.start(bridge.arguments("read", tap, config={}, catalog=CONFIGURED, adapter=limits(LONG)))
    folder = scripted_tap.folder
    said = bridge.read_until(process, b'"RECORD"')
    minder = wait_until(lambda: next((pid for pid in descendants(process.pid) if "__minder" in command_of(pid)), None))
    wait_until(lambda: len(descendants(minder)) == 1, what="the end of the tap's own process")
    (folder / "go").touch()
    wait_until((folder / "wrote").exists)
    os.kill(minder, signal.SIGKILL)
    run = bridge.finish(process, said)
    check_read(run, CONFIGURED)
    assert run.exit_status == 1 and run.statuses("items")[-1] == "INCOMPLETE"


@pytest.mark.parametrize("grace", [0, 0.001])
def test_a_grace_of_nothing_fails_no_good_tap(bridge, scripted_tap, grace):
    """Its stdout ends a moment before it does."""
    tap = scripted_tap(f"{DISCOVER}[sync]\n{SAYS}{MORE}")
    for _ in range(5):
        assert bridge.read({}, CONFIGURED, tap=tap, adapter=limits(grace)).exit_status == 0
