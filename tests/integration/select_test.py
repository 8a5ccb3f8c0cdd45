"""tapbridge select: from what discover printed to what read is given."""

import json
import subprocess

import pytest

from harness.scripted import catalog, record, schema, state, stream

USERS = stream("users", ["id", "updated_at", "note"])
LISTS = stream("lists", ["id"])
SCENARIO = (
    "[discover]\n"
    + catalog(USERS, LISTS)
    + "[sync]\ndump-file --catalog $dir/catalog\n"
    + schema(USERS)
    + record("users", id=1, updated_at="2024-01-31")
    + state(users={"updated_at": "2024-01-31"})
)

DISCOVERED = {
    "streams": [
        {
            "name": "users",
            "namespace": "public",
            "json_schema": {"type": "object", "properties": {"id": {}, "updated_at": {}, "note": {}}},
            "supported_sync_modes": ["full_refresh", "incremental"],
            "source_defined_primary_key": [["id"]],
        },
        {"name": "lists", "json_schema": {"properties": {"id": {}}}, "supported_sync_modes": ["full_refresh"]},
    ]
}


@pytest.fixture
def select(bridge):
    """select(catalog, *words) is the exit status, stdout and stderr; bytes come on stdin."""

    def run(given, *words):
        piped = isinstance(given, bytes)
        line = [bridge.program, "select", "--catalog", "-" if piped else str(bridge.file(given)), *words]
        done = subprocess.run(line, input=given if piped else b"", capture_output=True, timeout=60)
        return done.returncode, done.stdout.decode(), done.stderr.decode()

    return run


def entries(answer):
    status, stdout, stderr = answer
    assert (status, stderr) == (0, ""), stderr
    return {entry["stream"]["name"]: entry for entry in json.loads(stdout)["streams"]}


def complaint(answer):
    status, stdout, stderr = answer
    assert (status, stdout) == (1, "")
    assert stderr.startswith("tapbridge: ") and stderr.count("\n") == 1
    return stderr


def test_what_discover_printed_is_what_read_takes(bridge, scripted_tap, select):
    tap = scripted_tap(SCENARIO)
    discovered = bridge.discover({}, tap).stdout
    answer = select(discovered, "users", "--exclude-field", "users=note")
    assert list(entries(answer)) == ["users"]
    run = bridge.read({}, answer[1], tap=tap)
    assert [row["id"] for row in run.records("users")] == [1]
    marked = {entry["tap_stream_id"]: entry for entry in json.loads(scripted_tap.saw("catalog"))["streams"]}
    columns = {tuple(one["breadcrumb"]): one["metadata"].get("selected") for one in marked["users"]["metadata"]}
    assert columns["properties", "note"] is False
    assert columns["properties", "updated_at"] is True
    assert columns[()] is True


def test_from_a_file_and_from_stdin(select):
    message = {"type": "CATALOG", "catalog": DISCOVERED}
    wanted = entries(select(DISCOVERED))
    assert list(wanted) == ["users", "lists"]
    assert wanted["users"]["stream"] == DISCOVERED["streams"][0]
    assert entries(select(json.dumps(message, indent=2))) == wanted
    log = b'{"type":"LOG","log":{"level":"INFO","message":"x"}}\n'
    assert entries(select(log + json.dumps(message).encode() + b"\n" + log)) == wanted


def test_modes_and_cursors(select):
    assert entries(select(DISCOVERED))["users"]["sync_mode"] == "full_refresh"
    users = entries(select(DISCOVERED, "--cursor", "users=updated_at", "--incremental", "public.*"))["users"]
    assert users["sync_mode"] == "incremental" and users["destination_sync_mode"] == "append_dedup"
    assert users["cursor_field"] == ["updated_at"] and users["primary_key"] == [["id"]]
    both = entries(select(DISCOVERED, "--cursor", "users=updated_at", "lists", "users"))
    assert {name: entry["sync_mode"] for name, entry in both.items()} == {
        "users": "incremental",
        "lists": "full_refresh",
    }


def test_list(select):
    status, table, _ = select(DISCOVERED, "--list")
    assert status == 0
    assert table.splitlines() == [
        "STREAM        MODES                      KEY  CURSOR",
        "public.users  full_refresh, incremental  id   to be chosen: --cursor",
        "lists         full_refresh               -    -",
    ]


def test_complaints(select):
    assert 'no stream "user". Did you mean "users"?' in complaint(select(DISCOVERED, "user"))
    assert '"lists"' in complaint(select(DISCOVERED, "--incremental"))
    assert 'Did you mean "updated_at"?' in complaint(select(DISCOVERED, "--cursor", "users=update_at"))
    assert "primary key" in complaint(select(DISCOVERED, "--exclude-field", "users=id"))
    assert "it is empty" in complaint(select(b""))
    failed = {"type": "TRACE", "trace": {"type": "ERROR", "emitted_at": 1, "error": {"message": "Wrong token"}}}
    assert "Wrong token" in complaint(select(failed))


def test_wrong_usage(bridge):
    assert "--catalog" in bridge.usage_error("select")
    assert "STREAM=FIELD" in bridge.usage_error("select", "--catalog", "c", "--cursor", "users")
    assert "--full-refresh" in bridge.usage_error("select", "--catalog", "c", "--incremental", "--full-refresh")


def test_a_full_disk_is_a_failure(bridge):
    given = bridge.file(DISCOVERED)
    with open("/dev/full", "wb") as full:
        done = subprocess.run(
            [bridge.program, "select", "--catalog", str(given)], stdout=full, stderr=subprocess.PIPE, timeout=60
        )
    assert done.returncode == 1
    assert b"stdout cannot be written" in done.stderr
