"""tap-sftp with its adapter, against an OpenSSH server of ours: the key becomes a file, the tables a text."""

import os
from decimal import Decimal

import pytest

from harness.bridge import configured
from harness.connector import secrets_of
from harness.programs import ROOT
from harness.rules import check_records
from harness.sshd import Sshd, program

PEOPLE = {
    "people_1.csv": "id,name,amount,when\n1,Zoë,1.10,2024-01-01\n2,,NaN,\n3,\"a,\"\"b\"\"\",-7,2024-02-01T10:00:00Z\n",
    "people_2.csv": "id,name,amount,when\n4,Dan,5,2024-01-01,more,5\n",
}
ROWS = [
    {"id": 1, "name": "Zoë", "amount": Decimal("1.1"), "when": "2024-01-01T00:00:00.000000Z"},
    {"id": 2, "name": "", "amount": None, "when": None},
    {"id": 3, "name": 'a,"b"', "amount": -7, "when": "2024-02-01T10:00:00.000000Z"},
    {"id": 4, "name": "Dan", "amount": 5, "when": "2024-01-01T00:00:00.000000Z", "_sdc_extra": ["more", "5"]},
]


@pytest.fixture(scope="module")
def server():
    if program() is None:
        pytest.skip("OpenSSH's server is not there: ./tests/run unpacks it")
    server = Sshd()
    try:
        yield server.start()
    finally:
        server.stop()


@pytest.fixture
def folder(server, tmp_path):
    """A folder on the server with two files of different ages."""
    folder = server.files / tmp_path.name
    folder.mkdir()
    for age, (name, text) in enumerate(reversed(PEOPLE.items()), 1):
        put(folder / name, text, age)
    return folder


def put(path, text, age):
    """A file that was changed so many days ago."""
    path.write_text(text, encoding="utf-8")
    when = 1_750_000_000 - age * 86400
    os.utime(path, (when, when))


@pytest.fixture
def config(server, folder):
    table = {"table_name": "people", "search_prefix": str(folder), "search_pattern": r"people_.*\.csv$",
             "key_properties": ["id"], "delimiter": ",", "date_overrides": ["when"]}  # fmt: skip
    return {"host": "127.0.0.1", "port": server.port, "username": server.user,
            "credentials": {"private_key": server.key}, "tables": [table]}  # fmt: skip


@pytest.fixture
def sftp(connector):
    return connector("sftp")


def data(run):
    return [{key: value for key, value in row.items() if not key.startswith("_sdc_source")} for row in run.records("people")]


def test_spec(sftp):
    form = sftp.spec().spec["connectionSpecification"]
    assert secrets_of(form) == {"credentials.private_key"}
    assert form["properties"]["tables"]["items"]["properties"]["delimiter"]["default"] == ","


def test_check(sftp, config):
    assert sftp.check(config).status == {"status": "SUCCEEDED"}


def test_a_key_that_is_none(sftp, config):
    run = sftp.check(config | {"credentials": {"private_key": "no key, but secret"}})
    assert run.status["status"] == "FAILED"
    assert '"Private key" is no RSA key.' in run.status["message"]
    assert b"but secret" not in run.stdout


def test_a_key_that_the_server_does_not_know(connector, server, config):
    """The tap hangs then; the adapter cuts short how long check waits."""
    text = (ROOT / "adapters/tap-sftp.yaml").read_text()
    assert "timeout: 60s" in text
    sftp = connector("sftp", adapter=text.replace("timeout: 60s", "timeout: 5s"))
    run = sftp.check(config | {"credentials": {"private_key": server.new_key()}})
    assert run.status["status"] == "FAILED"
    assert run.status["message"] == (
        'The server does not take "Private key" from that user. See that its public half is among the user\'s keys there. '
        "The tap did not end within 5 s."
    )


def test_an_address_that_is_wrong(sftp, config):
    run = sftp.check(config | {"port": 1})
    assert run.status["status"] == "FAILED"
    assert "The SSH server does not answer." in run.status["message"]


def test_a_folder_that_is_not_there(sftp, config):
    run = sftp.check(config | {"tables": [config["tables"][0] | {"search_prefix": "/nowhere"}]})
    assert run.status["status"] == "FAILED"
    assert "The folder of one of the tables does not exist" in run.status["message"]


def test_discover(sftp, config):
    (stream,) = sftp.discover(config).catalog["streams"]
    assert stream["name"] == "people"
    assert stream["source_defined_primary_key"] == [["id"]]
    assert stream["supported_sync_modes"] == ["full_refresh", "incremental"]
    assert stream["json_schema"]["properties"].keys() >= {"id", "name", "amount", "when", "_sdc_extra"}


def test_reading_and_resuming(sftp, folder, config):
    discovered = sftp.discover(config).catalog
    catalog = configured(discovered, "incremental")
    first = sftp.read(config, catalog)
    assert first.exit_status == 0, first.tail()
    assert data(first) == ROWS
    check_records(first, discovered)
    nothing_new = sftp.read(config, catalog, first.last_states())
    assert (nothing_new.exit_status, nothing_new.records()) == (0, [])
    put(folder / "people_3.csv", "id,name,amount,when\n5,Eve,0.5,\n", 0)
    third = sftp.read(config, catalog, nothing_new.last_states())
    assert data(third) == [{"id": 5, "name": "Eve", "amount": Decimal("0.5"), "when": None}]
    whole = sftp.read(config, configured(discovered), first.last_states())
    assert [row["id"] for row in data(whole)] == [1, 2, 3, 4, 5]
