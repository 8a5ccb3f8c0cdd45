"""Fixtures for every folder of Python tests."""

import os

import pytest

from harness.bridge import Bridge
from harness.connector import Connector
from harness.mariadb import MariaDB, installed
from harness.postgres import Postgres, programs
from harness.processes import wait_until
from harness.programs import ROOT, needed_program
from harness.scripted import ScriptedTap

SKIP_STATUS = 77  # ctest's SKIP_RETURN_CODE
CI = os.environ.get("CI") == "true"


@pytest.fixture
def bridge(tmp_path):
    """The bridge, with folders of its own; at the end no process of its runs may be left."""
    program = needed_program("TAPBRIDGE", "build/dev/bridge/tapbridge")
    folder = tmp_path / "bridge"
    folder.mkdir()
    yield (bridge := Bridge(program, folder))
    wait_until(lambda: not bridge.left_running(), what="the end of every process of the run")


@pytest.fixture
def scripted_tap(tmp_path):
    """scripted_tap(scenario) is the command of a tap that does what the scenario says (integration/README.md)."""
    program = needed_program("SCRIPTED_TAP_BIN", "build/dev/tests/integration/scripted_tap")
    folder = tmp_path / "tap"
    folder.mkdir()
    return ScriptedTap(program, folder)


@pytest.fixture(scope="session")
def tap():
    """tap("jsonl") is the path of that tap in its own environment."""

    def path(name):
        program = ROOT / f".venv/tap-{name}/bin/tap-{name}"
        if not program.exists():
            pytest.skip(f"tap-{name} is not installed: ./tests/run installs it")
        return str(program)

    return path


@pytest.fixture
def connector(bridge, tap):
    """connector("github") is the bridge with the adapter of that tap (or with the one that is given)."""
    return lambda name, file=None, adapter=None: Connector(bridge, file or f"tap-{name}", tap(name), adapter)


@pytest.fixture(scope="session")
def postgres():
    """A PostgreSQL server for the session."""
    if programs() is None:
        pytest.skip("PostgreSQL is not installed: ./tests/run installs it")
    server = Postgres()
    try:
        yield server.start()
    finally:
        server.stop()


@pytest.fixture(scope="session")
def mariadb():
    """A MariaDB server for the session."""
    if not installed():
        pytest.skip("MariaDB is not installed: ./tests/run installs it")
    server = MariaDB()
    try:
        yield server.start()
    finally:
        server.stop()


@pytest.hookimpl(hookwrapper=True)
def pytest_runtest_makereport(item):
    """On CI a skipped test is a failed one."""
    report = (yield).get_result()
    if CI and report.skipped:
        report.outcome, report.longrepr = "failed", f"skipped, which CI does not allow: {report.longrepr[2]}"


def pytest_sessionfinish(session, exitstatus):
    """When every test was skipped, ctest is to say so."""
    reporter = session.config.pluginmanager.get_plugin("terminalreporter")
    ran = any(reporter.stats.get(outcome) for outcome in ("passed", "failed", "error"))
    if exitstatus == pytest.ExitCode.OK and not ran:
        session.exitstatus = SKIP_STATUS
