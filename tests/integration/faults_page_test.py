"""docs/faults.md names a test for each promise: each of them is there."""

import re
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
PLACES = {
    **{name: f"tests/integration/endings_{name}_test.py" for name in ("tap", "tree", "signal", "reader", "folder", "limits")},
    **{name: f"tests/containers/{name}_test.py" for name in ("docker", "launcher", "namespace", "surroundings")},
    **{name: f"tests/taps/{name}_test.py" for name in ("launchers", "postgres_chaos")},
    "launcher_gone": "tests/integration/endings_launcher_test.py",
    "idle": "tests/integration/process_silence_test.cpp",
}  # fmt: skip


def named_tests():
    page = (ROOT / "docs/faults.md").read_text("utf-8")
    cells = [line.strip("| ").split(" | ")[-1] for line in page.splitlines() if line.startswith("| ")]
    cells += re.findall(r"`(\w+: \w+)`\s+does the same", page)
    tests = {cell: re.findall(r"(\w+): ([^,]+(?:, (?!\w+: )[^,]+)*)", cell) for cell in cells if cell != "Test"}
    assert all(tests.values()), f"no test is named: {[cell for cell, named in tests.items() if not named]}"
    return [test for named in tests.values() for test in named]


def test_each_test_that_the_page_names_is_there():
    tests = named_tests()
    assert len(tests) > 50
    for place, name in tests:
        text = (ROOT / PLACES[place]).read_text("utf-8")
        assert f"def test_{name}(" in text or f'TEST_CASE("{place}: {name}' in text, f"{place}: {name}"
