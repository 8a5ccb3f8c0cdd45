"""How a tap may end, and what becomes of its read, within what time."""

import os
import signal

import pytest

from harness.bridge import Run
from harness.endings import DISCOVER, INCOMPLETE, LONG, MORE, SAYS, SHORT, bookmark, let_pass, limits, python_tap, said, takes
from harness.scripted import record

COMPLETE = ["STARTED", "RUNNING", "COMPLETE"]
HOLDERS = ["stdout", "stderr", "stdout hold stderr"]


def holder(held, how=""):
    """The tap leaves somebody behind who holds its pipes and listens to nobody."""
    return f"grandchild forever {how} ignore TERM ignore HUP hold {held} pid-file $dir/pid\nwait-file $dir/pid\n"


def check_failed(run, message):
    assert run.exit_status == 1
    assert run.error["message"].startswith(message), run.error
    assert run.records() == [{"id": 1}] and bookmark(run) == {"id": 1}
    assert run.statuses("items") == INCOMPLETE


def check_complete(run, records=1):
    assert run.exit_status == 0, run.tail()
    assert len(run.records()) == records and bookmark(run)["id"] == records
    assert run.statuses("items") == COMPLETE


def test_it_succeeds(reads):
    check_complete(reads.run(SAYS + MORE), 2)


@pytest.mark.parametrize("status", [1, 2, 255])
def test_it_fails(reads, status):
    run = reads.run(f"{SAYS}exit {status}\n")
    check_failed(run, f'The tap "{reads.tap("")[0]}" ended with exit status {status} and')


KILLED = {
    "TERM": "was ended by SIGTERM, which something else than tapbridge sent.",
    "PIPE": "was ended by SIGPIPE, which something else than tapbridge sent.",
    "KILL": "was killed by SIGKILL, maybe because memory ran out.",
    "SEGV": "crashed (SIGSEGV).",
    "ABRT": "crashed (SIGABRT).",
}


@pytest.mark.parametrize("name", KILLED)
def test_it_is_killed(reads, name):
    run = reads.run(f"{SAYS}kill {name}\n")
    check_failed(run, f'The tap "{reads.tap("")[0]}" {KILLED[name]}')
    assert run.error["failure_type"] == ("transient_error" if name == "KILL" else "system_error")


@pytest.mark.parametrize("end", ["exit 3", "kill SEGV", "kill KILL"])
@pytest.mark.parametrize("command, section", [("check", "sync"), ("check", "discover"), ("discover", "discover")])
def test_it_fails_in_other_commands(bridge, scripted_tap, command, section, end):
    tap = scripted_tap(f"[discover]\n{end}\n" if section == "discover" else f"{DISCOVER}[sync]\n{end}\n")
    with takes(bridge):
        run = getattr(bridge, command)({}, tap, adapter=limits(LONG))
    assert run.exit_status == 1
    assert (run.status["status"] == "FAILED") if command == "check" else not run.of_type("CATALOG")
    assert run.error["message"].startswith(f'The tap "{tap[0]}" ')


@pytest.mark.parametrize("end", ["exit 3", "kill SEGV", "close stdout\nexit 0"])
def test_its_help_fails(bridge, scripted_tap, end):
    """It is then taken for a usual tap; whether that is right its next call shows."""
    tap = scripted_tap(f"[help]\n{end}\n{DISCOVER}[sync]\n{SAYS}")
    with takes(bridge):
        assert bridge.discover({}, tap, adapter=limits(LONG)).exit_status == 0
    with takes(bridge):
        assert bridge.spec(tap, adapter=limits(LONG)).exit_status == 0


@pytest.mark.parametrize("command", ["spec", "check", "discover", "read"])
def test_it_cannot_be_started(bridge, command, tmp_path):
    files = {"config": {}, "catalog": {"streams": []}} if command == "read" else {"config": {}}
    tap = [str(tmp_path / "no-such-tap")]
    with takes(bridge):
        run = bridge.run(command, tap, adapter=limits(LONG), **({} if command == "spec" else files))
    assert run.exit_status == 1
    if command != "read":  # its catalog is looked at first
        assert run.error["message"].startswith(f'The tap "{tap[0]}" was not found.')


def test_it_closes_stdout_and_ends_later(reads):
    """Writing its files, closing its connections: the grace is for that."""
    process = reads.start(f"{SAYS}close stdout\ntouch $dir/ready\nwait-file $dir/go\nerr saved\n")
    (reads.folder / "go").touch()
    check_complete(reads.finish(process))


def test_time_in_which_everything_is_frozen_does_not_count(reads):
    """As `docker pause` and a suspended machine do: afterwards the tap has as much of the grace left as before."""
    grace = 4
    process = reads.start(f"{SAYS}pid-file $dir/pid\nclose stdout\ntouch $dir/ready\nwait-file $dir/go\n", grace)
    frozen = [process.pid, int((reads.folder / "pid").read_text())]
    for pid in frozen:
        os.kill(pid, signal.SIGSTOP)
    let_pass(grace + 1)
    (reads.folder / "go").touch()
    for pid in frozen:  # the bridge, which could stop it, first
        os.kill(pid, signal.SIGCONT)
    check_complete(reads.finish(process))


def test_it_closes_stdout_and_logs_on(reads):
    """Longer than the grace: it is at work."""
    code = "os.close(1)\nfor i in range(24):\n    os.write(2, b'INFO still here\\n'); time.sleep(0.25)\n"
    check_complete(reads.run(python_tap(reads.scripted_tap, code), 3, least=6))


def test_it_closes_stdout_and_hangs(reads):
    hung = f'The tap "{reads.tap("")[0]}" closed its output but did not end, and was stopped.'
    run = reads.run(f"{SAYS}on TERM exit 0\nclose stdout\nsleep-forever\n", SHORT, least=SHORT)
    check_failed(run, hung)
    run = reads.run(f"{SAYS}ignore TERM\nclose stdout\nsleep-forever\n", SHORT, least=2 * SHORT)
    check_failed(run, hung)


@pytest.mark.parametrize("command", ["check", "discover"])
def test_it_closes_stdout_and_hangs_in_other_commands(bridge, scripted_tap, command):
    hang = "close stdout\nsleep-forever\n"
    tap = scripted_tap(f"{DISCOVER}[sync]\n{hang}" if command == "check" else DISCOVER + hang)
    with takes(bridge, SHORT):
        run = getattr(bridge, command)({}, tap, adapter=limits(SHORT))
    assert run.exit_status == 1
    assert "closed its output but did not end, and was stopped" in run.error["message"]


def test_it_closes_stderr_early(reads):
    run = reads.run(f"err INFO last words\nclose stderr\n{SAYS}{MORE}")
    check_complete(run, 2)
    assert "last words" in run.log_text()


@pytest.mark.parametrize("how", ["", "setsid", "daemon"])
@pytest.mark.parametrize("held", HOLDERS)
def test_somebody_holds_its_pipe(reads, held, how):
    """Its own exit decides, after the grace."""
    check_complete(reads.run(SAYS + holder(held, how), SHORT, least=SHORT))


def test_somebody_holds_the_pipe_of_one_that_failed(reads):
    sync = f"{SAYS}{holder('stdout')}err CRITICAL no luck\nexit 3\n"
    check_failed(reads.run(sync, SHORT, least=SHORT), "The tap failed: no luck")


def test_somebody_holds_the_pipe_of_a_discovery(bridge, scripted_tap):
    with takes(bridge, SHORT):
        assert bridge.discover({}, scripted_tap(DISCOVER + holder("stdout")), adapter=limits(SHORT)).exit_status == 0


def test_somebody_finishes_its_work(reads):
    """bash does so with `tap > >(jq ...)`: it ends first, and what it started still has the records."""
    process = reads.start(f"{SAYS}fork {{\ntouch $dir/ready\nwait-file $dir/go\n{MORE}}}\nwait-file $dir/ready\n")
    head = reads.bridge.read_until(process, b'"STATE"')
    (reads.folder / "go").touch()
    check_complete(reads.finish(process, head), 2)


def check_cut_off(run):
    """What was still to be written is not known, so nothing is complete."""
    assert run.exit_status == 1 and run.statuses("items") == INCOMPLETE and bookmark(run) == {"id": 1}
    assert "went on writing" in run.error["message"]


@pytest.mark.parametrize("how", ["", "os.setsid()"])
def test_somebody_goes_on_writing(reads, how):
    code = f"if os.fork() > 0:\n    os._exit(0)\n{how}\nsignal.signal(signal.SIGTERM, signal.SIG_IGN)\n"
    code += f"while True:\n    say({said(record('items', id=2))!r})\n    time.sleep(0.01)\n"
    check_cut_off(reads.run(python_tap(reads.scripted_tap, code), SHORT, least=SHORT))


def test_somebody_goes_on_writing_faster_than_we_read(reads):
    """The grace stands still while the reader is behind, but only then."""
    flood = f"fork {{\nignore TERM\nrepeat forever {record('items', id=2, name='n' * 1000)}}}\n"
    process = reads.bridge.start(reads.arguments(SAYS + flood, SHORT))
    stdout, stderr = process.communicate(timeout=60)
    check_cut_off(Run(process.returncode, stdout, stderr, models=False))
    reads.bridge.assert_nothing_left()


def test_a_daemon_that_holds_nothing(reads):
    check_complete(reads.run(f"{SAYS}grandchild forever daemon ignore TERM pid-file $dir/pid\nwait-file $dir/pid\n"))
