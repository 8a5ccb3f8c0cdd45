"""Every file in adapters/: valid, says what it was tested with, and is run by a test."""

import re
import subprocess

import pytest

from harness.programs import ROOT

FILES = sorted((ROOT / "adapters").glob("*.yaml"))


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_a_ready_adapter(bridge, path):
    text = path.read_text("utf-8")
    assert re.match(r"# yaml-language-server: \$schema=adapter.schema.json\n# Tested with \S+ \d+\.\d+\.\d+ from PyPI, ", text)
    checked = subprocess.run([bridge.program, "adapter", "check", path], capture_output=True, text=True)
    assert checked.returncode == 0, checked.stderr
    release = re.search(r"Tested with (\S+) (\S+) ", text)
    pins = [file.read_text("utf-8") for file in (ROOT / "tests/setup").glob("requirements-tap-*.txt")]
    assert any(f"\n{release[1]}=={release[2]}\n" in pin for pin in pins), "tested with another release"
    name = path.stem.rpartition("tap-")[2]
    tests = [file.read_text("utf-8") for file in (ROOT / "tests/taps").glob("*_test.py")]
    assert any(f'connector("{name}"' in test for test in tests), "no test runs it"
