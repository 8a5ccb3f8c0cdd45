"""meltanolabs-tap-postgres with its ready adapter: all four commands."""

import pytest

from harness.connector import check_fails, reads_the_items, secrets_of


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
    insert = "INSERT INTO ready.items VALUES (6, '2024-02-01Z', 1)"
    reads_the_items(source, config, lambda: database.sql(insert))


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
    check_fails(connector("postgres", "meltanolabs-tap-postgres"), database.config() | change, message)
