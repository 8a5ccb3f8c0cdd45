"""Enough rounds of chaos for every run of the tests; chaos.py by hand does as many as one likes."""

import os
import subprocess
import sys
from pathlib import Path

from harness.programs import needed_program

CHAOS = Path(__file__).resolve().parent / "chaos.py"


def test_nothing_is_lost_whatever_is_killed(tmp_path):
    programs = {
        "--bridge": needed_program("TAPBRIDGE", "build/dev/bridge/tapbridge"),
        "--tap": needed_program("CHAOS_TAP", "build/dev/tests/chaos/chaos_tap"),
    }
    arguments = [str(word) for option in programs.items() for word in option]
    rounds = os.environ.get("CHAOS_ROUNDS", "250")
    done = subprocess.run([sys.executable, CHAOS, "--rounds", rounds, "--folder", tmp_path, *arguments])
    assert done.returncode == 0, "its output above says how to do the same again"
