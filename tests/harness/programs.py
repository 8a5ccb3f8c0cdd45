"""Where the programs under test are."""

import os
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent.parent


def needed_program(variable, default):
    """A program that the build makes: its path is in the environment when ctest runs the tests."""
    path = Path(os.environ.get(variable) or ROOT / default)
    if not os.access(path, os.X_OK):
        pytest.skip(f"{path} is not there: build it, or name another in {variable}")
    return path
