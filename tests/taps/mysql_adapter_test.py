"""pipelinewise-tap-mysql with its ready adapter: all four commands, by the settings of the adapter's form."""

import pytest

from harness.connector import check_fails, reads_the_items, secrets_of


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
    insert = "INSERT INTO ready.items VALUES (6, '2024-02-01', 1);"
    reads_the_items(source, config, lambda: database.sql(insert))


@pytest.mark.parametrize(
    "change, message",
    [
        ({"password": "wr0ng-passw0rd"}, "The server rejected the user name or the password"),
        ({"port": 1}, "The server does not answer."),
    ],
    ids=["password", "port"],
)
def test_what_a_user_gets_wrong(source, config, change, message):
    check_fails(source, config | change, message)


def test_what_the_form_does_not_take_is_told_before_the_tap_starts(source, config):
    run = source.check(config | {"engine": "oracle", "port": "3306"})
    assert run.status["status"] == "FAILED"
    assert '"Server"' in run.status["message"] and '"Port"' in run.status["message"]
