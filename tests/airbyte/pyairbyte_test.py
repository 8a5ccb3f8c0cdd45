"""PyAirbyte, Airbyte's own client, with a real tap: spec, check, discover, read into its default cache, read again."""

import json
import os
import shlex
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
CLIENT = Path(__file__).with_name("client.py")
PEOPLE = [
    {"id": 1, "name": "Ada", "score": 1.5, "joined": "2024-02-29T12:00:00Z"},
    {"id": 2, "name": "Zoë ☃ \u2028", "score": None, "joined": "2024-03-01T00:00:00Z"},
    {"id": 3, "name": "", "score": -7.25, "joined": None},
]


@pytest.fixture(scope="session")
def python():
    program = ROOT / ".venv/pyairbyte/bin/python"
    if not program.exists():
        pytest.skip("PyAirbyte is not installed: ./tests/run installs it")
    return program


@pytest.fixture
def executable(bridge, tap, tmp_path):
    """PyAirbyte runs one program and adds the command and its flags: they belong before the `--`. Keeps the states it gives."""
    path = tmp_path / "source-jsonl"
    path.write_text(
        "#!/bin/sh\n"
        'for word; do [ "$last" = --state ] && { cat "$word"; echo; } >> given-states; last=$word; done\n'
        f'exec {shlex.quote(str(bridge.program))} "$@" -- {shlex.quote(tap("jsonl"))}\n'
    )
    path.chmod(0o755)
    return path


@pytest.fixture
def client(python, executable, bridge, tmp_path):
    """client(config, steps...) runs client.py and returns what it said."""

    def run(config, *steps):
        offline = {"AIRBYTE_OFFLINE_MODE": "1", "DO_NOT_TRACK": "1", "NO_UV": "1", "HOME": str(tmp_path)}
        command = [python, CLIENT, executable, bridge.file(config), *steps]
        done = subprocess.run(
            command, cwd=tmp_path, env=os.environ | bridge.environment(offline), stdin=subprocess.DEVNULL,
            capture_output=True, text=True, timeout=600,
        )  # fmt: skip
        assert done.returncode == 0, f"{done.stdout[-3000:]}\n{done.stderr[-5000:]}"
        return json.loads((tmp_path / "said.json").read_text(encoding="utf-8"))

    return run


@pytest.fixture
def config(tmp_path):
    def write(rows):
        path = tmp_path / "people.jsonl"
        path.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
        return {"path": str(path), "stream_name": "people", "primary_keys": ["id"]}

    return write


def columns(rows):
    return [{name: row[name] for name in ("id", "name")} for row in rows]


def test_two_reads_into_the_default_cache(client, config, tmp_path):
    said = client(config(PEOPLE), "read", "read again")
    assert {"path", "stream_name", "primary_keys"} <= set(said["spec"])
    assert said["streams"] == ["people"]
    assert said["reads"][0]["processed"] == len(PEOPLE)
    for read in said["reads"]:
        assert columns(read["rows"]["people"]) == columns(PEOPLE)
    given = [json.loads(line) for line in (tmp_path / "given-states").read_text().splitlines()]
    assert given[0] == []
    assert [state["stream"]["stream_descriptor"]["name"] for state in given[1]] == ["people"]


def test_a_failed_check_says_why(client, config):
    with pytest.raises(AssertionError, match="unknown encoding: klingon"):
        client(config(PEOPLE) | {"encoding": "klingon"})
