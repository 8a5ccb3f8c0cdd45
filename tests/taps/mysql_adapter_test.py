"""pipelinewise-tap-mysql with its ready adapter: all four commands, by the settings of the adapter's form."""

import pytest

from harness.bridge import configured
from harness.connector import secrets_of


@pytest.fixture(scope="module")
def database(mariadb):
    mariadb.sql(
        "CREATE DATABASE ready; CREATE TABLE ready.items (id int PRIMARY KEY, at datetime NOT NULL, price decimal(12,4));"
        "INSERT INTO ready.items SELECT seq, '2024-01-01' + INTERVAL seq DAY, seq / 8 FROM ready.seq_1_to_5;"
    )
    return mariadb


@pytest.fixture
def source(connector):
    return connector("mysql", "pipelinewise-tap-mysql")


@pytest.fixture
def config(database):
    given = database.config()
    return {"host": given["host"], "port": int(given["port"]), "username": given["user"], "password": given["password"],
            "databases": "ready", "engine": "mariadb"}  # fmt: skip


def test_all_four_commands(source, database, config):
    assert secrets_of(source.spec().spec["connectionSpecification"]) == {"password"}
    assert source.check(config).status == {"status": "SUCCEEDED"}
    discovered = source.discover(config).catalog
    (stream,) = discovered["streams"]
    assert (stream["namespace"], stream["name"]) == ("ready", "items")
    assert stream["source_defined_primary_key"] == [["id"]]
    catalog = configured(discovered, "incremental", cursor_field=["at"])
    first = source.read(config, catalog)
    assert first.exit_status == 0, first.tail()
    assert [(row["id"], float(row["price"])) for row in first.records()] == [(n, n / 8) for n in range(1, 6)]
    database.sql("INSERT INTO ready.items VALUES (6, '2024-02-01', 1);")
    second = source.read(config, catalog, first.last_states())
    assert [row["id"] for row in second.records()] == [5, 6]  # the last row comes again


@pytest.mark.parametrize(
    "change, message",
    [
        ({"password": "wr0ng-passw0rd"}, "The server rejected the user name or the password"),
        ({"port": 1}, "The server does not answer."),
    ],
    ids=["password", "port"],
)
def test_what_a_user_gets_wrong(source, config, change, message):
    run = source.check(config | change)
    assert run.status["status"] == "FAILED"
    assert message in run.status["message"]
    assert b"wr0ng-passw0rd" not in run.stdout


def test_what_the_form_does_not_take_is_told_before_the_tap_starts(source, config):
    run = source.check(config | {"engine": "oracle", "port": "3306"})
    assert run.status["status"] == "FAILED"
    assert '"Server"' in run.status["message"] and '"Port"' in run.status["message"]
