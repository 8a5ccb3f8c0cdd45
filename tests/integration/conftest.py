"""Fixtures of the integration tests."""

import pytest

from harness.endings import Reads


@pytest.fixture
def reads(bridge, scripted_tap):
    """Reads of one stream, to be ended in some way."""
    return Reads(bridge, scripted_tap)
