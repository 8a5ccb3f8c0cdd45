"""examples/run, the README's first command: from any folder, twice."""

import re
import subprocess
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]


def run(folder):
    done = subprocess.run(
        [ROOT / "examples/run"], cwd=folder, stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=1100
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert done.stderr == ""
    return done.stdout


def test_it_shows_the_four_commands_on_real_data(tmp_path):
    said = run(tmp_path)
    commands = re.findall(r"^\$ tapbridge (\w+)", said, re.M)
    assert commands == ["spec", "check", "discover", "read", "read"]
    assert '"status":"SUCCEEDED"' in said
    first, second = re.search(r"^(\d+) records; with the states of the first read: (\d+) records\.$", said, re.M).groups()
    lines = sum(len(path.read_text().splitlines()) for path in (ROOT / "examples/source-jsonl").rglob("*.jsonl"))
    assert int(first) == lines
    assert int(second) <= lines
    assert max(map(len, said.splitlines())) < 200


def test_the_second_time_nothing_is_installed_or_built(tmp_path):
    run(tmp_path)
    said = run(tmp_path)
    assert "..." not in "".join(line for line in said.splitlines() if not line.startswith(("  ", "$")))
