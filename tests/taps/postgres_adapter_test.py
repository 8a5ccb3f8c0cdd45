"""meltanolabs-tap-postgres with its ready adapter: all four commands."""

import pytest

from harness.bridge import configured
from harness.connector import secrets_of


@pytest.fixture(scope="module")
def database(postgres):
    postgres.sql(
        "CREATE SCHEMA ready; CREATE TABLE ready.items (id int PRIMARY KEY, at timestamptz NOT NULL, price numeric(12,4));"
        "INSERT INTO ready.items SELECT n, '2024-01-01Z'::timestamptz + n * interval '1 day', n / 8.0 "
        "FROM generate_series(1, 5) n;"
    )
    return postgres


def test_all_four_commands(connector, database):
    source = connector("postgres", "meltanolabs-tap-postgres")
    config = database.config(filter_schemas=["ready"])
    assert {"password", "sqlalchemy_url"} <= secrets_of(source.spec().spec["connectionSpecification"])
    assert source.check(config).status == {"status": "SUCCEEDED"}
    discovered = source.discover(config).catalog
    (stream,) = discovered["streams"]
    assert (stream["namespace"], stream["name"]) == ("ready", "items")
    assert stream["source_defined_primary_key"] == [["id"]]
    catalog = configured(discovered, "incremental", cursor_field=["at"])
    first = source.read(config, catalog)
    assert first.exit_status == 0, first.tail()
    assert [(row["id"], float(row["price"])) for row in first.records()] == [(n, n / 8) for n in range(1, 6)]
    database.sql("INSERT INTO ready.items VALUES (6, '2024-02-01Z', 1)")
    second = source.read(config, catalog, first.last_states())
    assert [row["id"] for row in second.records()] == [5, 6]  # the last row comes again


@pytest.mark.parametrize(
    "change, message",
    [
        ({"password": "wr0ng-passw0rd"}, "PostgreSQL rejected the user name or the password."),
        ({"port": 1}, "PostgreSQL does not answer."),
        ({"database": "nowhere"}, 'database "nowhere" does not exist'),
    ],
    ids=["password", "port", "database"],
)
def test_what_a_user_gets_wrong(connector, database, change, message):
    run = connector("postgres", "meltanolabs-tap-postgres").check(database.config() | change)
    assert run.status["status"] == "FAILED"
    assert message in run.status["message"]
    assert b"wr0ng-passw0rd" not in run.stdout
