"""What stands between the bridge and the real tap: launchers that exec it, that wait for it, and that do not wait."""

import os
import signal
import sys

import pytest

from harness.bridge import configured
from harness.endings import (
    CONFIGURED,
    DISCOVER,
    INCOMPLETE,
    LAST_WORDS,
    LONG,
    READY,
    SAYS,
    SHORT,
    check_last_words,
    limits,
    takes,
)
from harness.processes import children, command_of, descendants, wait_until
from harness.programs import ROOT
from harness.protocol import check_read
from harness.scripted import record

DAEMONS = (
    "grandchild forever ignore TERM hold stdout pid-file $dir/child\n"
    "grandchild forever daemon ignore TERM hold stdout pid-file $dir/daemon\n"
    "wait-file $dir/child\nwait-file $dir/daemon\n"
)

WAITS = ["sh", "-c", '"$@"; exit $?', "sh"]
CALLS = "import subprocess, sys; sys.exit(subprocess.call(sys.argv[1:]))"
PLAIN = {
    "env": ["env", "LAUNCHED=yes"],
    "nice": ["nice", "-n", "1"],
    "timeout": ["timeout", "300"],
    "sh": WAITS,
    "sh_in_sh": [*WAITS, *WAITS],
    "setsid_wait": ["setsid", "--wait"],
    "python": [sys.executable, "-S", "-c", CALLS],
}
SILENT = {"setsid_wait"}  # do not hand on the signal by which what they started has ended
REAL = ("uv", "poetry")


@pytest.fixture
def launch(tmp_path):
    """launch(name) is the command to put before a tap's, and the environment that it needs."""

    def make(name, tap="jsonl"):
        if name in PLAIN:
            return PLAIN[name], {}
        tools, environment = ROOT / ".venv", ROOT / f".venv/tap-{tap}"
        if name == "uv":
            program = [tools / "tools/bin/uv", "run", "--offline", "--no-project", "--no-config", "--python"]
            program.append(environment / "bin/python")
            variables = {"UV_CACHE_DIR": tmp_path / "cache"}
        else:
            folder = tmp_path / "project"
            folder.mkdir(exist_ok=True)
            project = '[project]\nname = "taps"\nversion = "1"\n[tool.poetry]\npackage-mode = false\n'
            (folder / "pyproject.toml").write_text(project)
            program = [tools / "poetry/bin/poetry", "--no-interaction", "-C", folder, "run"]
            own = {"POETRY_CACHE_DIR": tmp_path / "cache", "POETRY_CONFIG_DIR": tmp_path / "config"}
            variables = {"VIRTUAL_ENV": environment} | own
        if not os.access(program[0], os.X_OK) or not environment.exists():
            pytest.skip(f"{program[0]} or {environment} is not there: ./tests/run installs them")
        return [str(word) for word in program], {name: str(value) for name, value in variables.items()}

    return make


@pytest.fixture
def started(bridge, scripted_tap, launch):
    """Starts a read behind that launcher; returns once the tap is where it says that it is ready."""

    def start(name, sync):
        prefix, environment = launch(name)
        tap = [*prefix, *scripted_tap(f"{DISCOVER}[sync]\n{sync}")]
        files = {"config": {}, "catalog": CONFIGURED, "adapter": limits(LONG)}
        process = bridge.start(bridge.arguments("read", tap, **files), environment)
        wait_until((scripted_tap.folder / "ready").exists, timeout=60)
        return process

    return start


@pytest.mark.parametrize("name", [*REAL, "module"])
def test_a_real_tap_is_read_to_the_end(bridge, launch, tap, tmp_path, name):
    tap("jsonl")  # skips where it is not there
    source = tmp_path / "people.jsonl"
    source.write_text("".join(f'{{"id": {number}}}\n' for number in range(1, 2001)))
    config = {"path": str(source), "stream_name": "people", "primary_keys": ["id"]}
    if name == "module":
        command, environment = [str(ROOT / ".venv/tap-jsonl/bin/python"), "-m", "tap_jsonl.tap"], {}
    else:
        command, environment = launch(name)
        command = [*command, "tap-jsonl" if name in REAL else tap("jsonl")]
    discovered = bridge.discover(config, command, env=environment)
    assert discovered.exit_status == 0, discovered.tail()
    run = bridge.read(config, configured(discovered.catalog), tap=command, env=environment)
    assert run.exit_status == 0, run.tail()
    assert [row["id"] for row in run.records("people")] == list(range(1, 2001))


@pytest.mark.parametrize("name", [*PLAIN, *REAL])
def test_the_last_words_come_out_after_a_signal(bridge, started, name):
    process = started(name, f"{SAYS}{LAST_WORDS}{READY}")
    process.terminate()
    check_last_words(bridge.finish(process))


def tree_of(process):
    """The bridge's minder, and everything below that."""
    (minder,) = (pid for pid in children(process.pid) if "__minder" in command_of(pid))
    return minder, descendants(minder)


@pytest.mark.parametrize("victim", ["bridge", "minder"])
@pytest.mark.parametrize("name", [*PLAIN, *REAL])
def test_everything_goes_after_a_kill(bridge, started, name, victim):
    process = started(name, f"{SAYS}{DAEMONS}{READY}")
    minder, below = tree_of(process)
    assert len(below) >= 3, "the tap and its daemons, if not the launcher"
    os.kill(process.pid if victim == "bridge" else minder, signal.SIGKILL)
    run = bridge.finish(process, timeout=30)
    assert not below & {pid for pid in below if os.path.exists(f"/proc/{pid}") and command_of(pid)}
    if victim == "bridge":
        assert run.exit_status == -signal.SIGKILL
        return
    check_read(run, CONFIGURED)
    assert run.exit_status == 1
    assert run.records() == [{"id": 1}] and run.statuses("items")[-1] == "INCOMPLETE"


@pytest.mark.parametrize("name", [*PLAIN, *REAL])
def test_how_the_tap_fails_is_seen_through_it(bridge, scripted_tap, launch, name):
    prefix, environment = launch(name)
    ends = {"exit 3\n": "exit status 3", "kill KILL\n": "killed by SIGKILL", "kill SEGV\n": "crashed (SIGSEGV)"}
    if name in SILENT:
        ends = {"exit 3\n": "exit status 3"}
    elif name in REAL:
        ends = {"kill KILL\n": "killed by SIGKILL"}
    for end, words in ends.items():
        tap = [*prefix, *scripted_tap(f"{DISCOVER}[sync]\n{SAYS}{end}")]
        run = bridge.read({}, CONFIGURED, tap=tap, env=environment)
        assert run.exit_status == 1, (end, run.tail())
        assert words in run.error["message"] + run.error.get("internal_message", ""), (end, run.error)
        assert run.statuses("items")[-1] == "INCOMPLETE"


BACKGROUND = {
    "setsid": ["setsid"],  # leads its group already, so that it forks and does not wait
    "ampersand": ["sh", "-c", '"$@" & exit 0', "sh"],
}


@pytest.mark.parametrize("name", BACKGROUND)
def test_a_launcher_that_does_not_wait_and_a_tap_that_is_quick(bridge, scripted_tap, name):
    tap = [*BACKGROUND[name], *scripted_tap(f"{DISCOVER}[sync]\n{SAYS}repeat 5000 {record('items', id=2)}")]
    run = bridge.read({}, CONFIGURED, tap=tap)
    assert run.exit_status == 0 and len(run.records()) == 5001


@pytest.fixture
def left_alone(bridge, scripted_tap):
    """Starts a read of a tap that says something once its launcher is gone."""

    def start(name, sync, **files):
        gate = "touch $dir/waits\nwait-file $dir/go\n"
        tap = [*BACKGROUND[name], *scripted_tap(f"{DISCOVER}[sync]\n{gate}{sync}")]
        process = bridge.start(bridge.arguments("read", tap, config={}, catalog=CONFIGURED, **files))
        wait_until((scripted_tap.folder / "waits").exists)
        wait_until(lambda: len(tree_of(process)[1]) == 1, what="the end of the launcher")
        (scripted_tap.folder / "go").touch()
        return process

    return start


@pytest.mark.parametrize("name", BACKGROUND)
@pytest.mark.parametrize("end", ["exit 3\n", "kill KILL\n", "kill SEGV\n"])
def test_a_launcher_that_does_not_wait_hides_no_failure(bridge, left_alone, name, end):
    run = bridge.finish(left_alone(name, f"{SAYS}{end}"))
    check_read(run, CONFIGURED)
    assert run.exit_status == 1, run.tail()
    assert run.statuses("items") == INCOMPLETE


@pytest.mark.parametrize("name", BACKGROUND)
def test_a_launcher_that_does_not_wait_and_a_tap_that_is_slow(bridge, left_alone, name):
    """The launcher's exit status is 0, and nothing says when the rest has come: never COMPLETE."""
    run = bridge.finish(left_alone(name, f"{SAYS}sleep-forever\n", adapter=limits(SHORT)))
    check_read(run, CONFIGURED)
    assert run.exit_status == 1, run.tail()
    assert "went on writing, and was stopped" in run.error["message"]
    assert run.statuses("items") == INCOMPLETE


@pytest.mark.parametrize("name", BACKGROUND)
def test_a_launcher_that_does_not_wait_and_a_signal(bridge, started, name, monkeypatch):
    monkeypatch.setitem(PLAIN, name, BACKGROUND[name])
    process = started(name, f"{SAYS}{LAST_WORDS}{READY}")
    process.terminate()
    with takes(bridge):
        check_last_words(bridge.finish(process))
