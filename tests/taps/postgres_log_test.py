"""meltanolabs-tap-postgres reading PostgreSQL's log (wal2json): each run brings the changes since the one before, and no other."""

import signal

import pytest

from harness.bridge import configured
from harness.log_based import (
    DELETED,
    LogReader,
    a_reset_table_starts_again,
    arrived,
    brought,
    committed,
    each_change_comes_once,
    offered,
)
from harness.postgres import decodes_wal

DATABASE = "logged"
SLOT = "tappostgres"
BY_LOG = 'version: 1\nstate: {interval: 0s}\nstreams:\n  "*": {replication: log_based, cursor: _sdc_lsn}\n'


@pytest.fixture(scope="module")
def server(postgres):
    """A database with a replication slot: the slot keeps all that changes in it from now on."""
    if not decodes_wal():
        pytest.skip("wal2json is not installed: ./tests/run installs it")
    postgres.sql(f"CREATE DATABASE {DATABASE};")
    return postgres


@pytest.fixture
def database(server):
    server.sql(f"""
        CREATE SCHEMA shop;
        CREATE TABLE shop.users (id int PRIMARY KEY, name text, price numeric(38,10), at timestamptz);
        CREATE TABLE shop.orders (id int PRIMARY KEY, note text);
        CREATE TABLE shop.others (id int PRIMARY KEY);
        INSERT INTO shop.users SELECT n, 'user ' || n, n + 0.5, '2024-01-01 00:00:00+00' FROM generate_series(1, 20) n;
        INSERT INTO shop.orders SELECT n, 'order ' || n FROM generate_series(1, 30) n;
        SELECT pg_create_logical_replication_slot('{SLOT}', 'wal2json');
    """, DATABASE)  # fmt: skip
    yield server
    server.sql(f"SELECT pg_drop_replication_slot('{SLOT}'); DROP SCHEMA shop CASCADE;", DATABASE)


@pytest.fixture
def change(database):
    return lambda text: database.sql(text, DATABASE)


@pytest.fixture
def reads(bridge, tap, database):
    """reads(states) is one read of both tables."""
    # Several tables share one slot only when they are read over one connection; else each moves it on for the others.
    config = database.config(DATABASE, filter_schemas=["shop"], log_based_single_connection=True,
                             auto_bootstrap_log_based=True, replication_slot_name=SLOT, replication_idle_exit_seconds=2)  # fmt: skip
    command = [tap("postgres")]
    catalog = bridge.discover(config, command, adapter=BY_LOG).catalog
    chosen = configured(catalog, "incremental", only=["users", "orders"])
    return LogReader(bridge, command, config, catalog, chosen, BY_LOG)


def test_log_based_tables_are_incremental_and_tell_deletions(reads):
    users = offered(reads)
    assert users["source_defined_primary_key"] == [["id"]]
    assert "_sdc_lsn" in users["json_schema"]["properties"]


def test_each_run_brings_what_changed_since_the_one_before(reads, change, database):
    second, third = each_change_comes_once(reads, change, "shop")
    gone = second.records("users")[-1]
    assert gone.keys() == {"id", "_sdc_deleted_at", "_sdc_lsn", DELETED}  # of a deleted row the log holds its key

    confirmed = "SELECT confirmed_flush_lsn - '0/0'::pg_lsn AS position FROM pg_replication_slots"
    given = {int(s["stream"]["stream_state"]["bookmark"]["replication_key_value"]) for s in second.last_states()}
    assert database.rows(confirmed, DATABASE)[0]["position"] <= min(given), "the slot is ahead of the state that was given"

    change("BEGIN; INSERT INTO shop.orders VALUES (31, 'x'); DELETE FROM shop.orders WHERE id = 31; COMMIT;")
    fourth = reads(third.last_states())
    assert (brought(fourth, "users"), brought(fourth, "orders")) == ([], [(31, False), (31, True)])


def test_a_reset_table_starts_again_beside_one_that_continues(reads, change):
    a_reset_table_starts_again(reads, change, "shop")


def test_full_refresh_of_a_log_based_table_brings_its_rows(bridge, reads):
    run = bridge.read(reads.config, configured(reads.catalog, only=["orders"]), tap=reads.command, adapter=BY_LOG)
    assert sorted(row["id"] for row in run.records("orders")) == list(range(1, 31))
    assert not any(DELETED in row for row in run.records("orders"))


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGKILL])
def test_a_read_that_was_cut_loses_no_change(reads, change, number):
    """The slot is told the position of the state that the read was given, so that what it brought can come again."""
    first = reads()
    change("INSERT INTO shop.users SELECT n, 'bulk', 0, null FROM generate_series(101, 3100) n;")
    change("DELETE FROM shop.users WHERE id = 2; UPDATE shop.orders SET note = 'late' WHERE id = 9;")
    cut, held = reads.cut(number, first.last_states(), b'"RECORD"')
    due = {("users", n, False) for n in range(101, 3101)} | {("users", 2, True), ("orders", 9, False)}
    assert committed(cut) | arrived(reads(held)) == due
