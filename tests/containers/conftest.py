"""Fixtures for the bridge as PID 1."""

import os
import subprocess

import pytest

from harness.elsewhere import Container, Elsewhere, Image, why_no_docker
from harness.programs import needed_program
from harness.scripted import ScriptedTap

BRIDGE, TAP = "/usr/local/bin/tapbridge", "/usr/local/bin/scripted_tap"


@pytest.fixture(scope="session")
def image():
    """An image with the static bridge, the static scripted tap and busybox."""
    programs = {
        BRIDGE: needed_program("TAPBRIDGE_STATIC", "build/containers/bridge/tapbridge"),
        TAP: needed_program("SCRIPTED_TAP_STATIC", "build/containers/tests/integration/scripted_tap"),
    }
    if reason := why_no_docker():
        pytest.skip(f"no containers: {reason}")
    made = Image(programs, BRIDGE)
    yield made
    made.remove()


@pytest.fixture
def container(image, tmp_path):
    """container(*docker's options) is the bridge in a container, to be used as `bridge` is."""
    made = []

    def make(*options):
        folder = tmp_path / "bridge"
        folder.mkdir()
        made.append(Container(image, BRIDGE, folder, options))
        return made[-1]

    yield make
    for one in made:
        one.remove()


@pytest.fixture
def inner_tap(tmp_path):
    """As scripted_tap, for containers."""
    folder = tmp_path / "tap"
    folder.mkdir()
    folder.chmod(0o777)
    return ScriptedTap(TAP, folder)


@pytest.fixture(scope="session")
def namespace_prefix():
    """The command that makes what follows it PID 1 of a namespace with a /proc of its own."""
    prefix = ["unshare", "--pid", "--fork", "--mount-proc", "--kill-child"]
    if os.geteuid() != 0:
        prefix += ["--user", "--map-root-user"]
    probe = subprocess.run([*prefix, "true"], capture_output=True, text=True, timeout=30)
    if probe.returncode != 0:
        pytest.skip(f"no PID namespaces: {probe.stderr.strip()}")
    return prefix


@pytest.fixture
def namespaced(namespace_prefix, bridge, tmp_path):
    """The bridge as PID 1 of a PID namespace."""
    folder = tmp_path / "namespaced"
    folder.mkdir()
    return Elsewhere(bridge.program, folder, namespace_prefix)
