"""meltanolabs-tap-postgres reading PostgreSQL's log (wal2json): each run brings the changes since the one before, and no other."""

import signal

import pytest

from harness.bridge import configured
from harness.postgres import PASSWORD, decodes_wal
from harness.rules import assert_no_secret, check_records

DATABASE = "logged"
SLOT = "tappostgres"
DELETED = "_ab_cdc_deleted_at"
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
                             auto_bootstrap_log_based=True, replication_slot_name=SLOT, replication_idle_exit_seconds=3)  # fmt: skip
    command = [tap("postgres")]
    catalog = bridge.discover(config, command, adapter=BY_LOG).catalog
    chosen = configured(catalog, "incremental", only=["users", "orders"])

    def read(states=None):
        run = bridge.read(config, chosen, states, tap=command, adapter=BY_LOG)
        check_records(run, catalog)
        assert_no_secret(run, PASSWORD)
        return run

    read.catalog, read.config, read.command, read.chosen = catalog, config, command, chosen
    return read


def brought(run, name):
    """What a run brought of a table, in its order: its key, and whether it is gone."""
    return [(row["id"], row[DELETED] is not None) for row in run.records(name, "shop")]


def test_log_based_tables_are_incremental_and_tell_deletions(reads):
    users = next(stream for stream in reads.catalog["streams"] if stream["name"] == "users")
    assert users["supported_sync_modes"] == ["full_refresh", "incremental"]
    assert users["source_defined_cursor"] is True
    assert users["source_defined_primary_key"] == [["id"]]
    assert {"_sdc_deleted_at", "_sdc_lsn", DELETED} <= users["json_schema"]["properties"].keys()


def test_each_run_brings_what_changed_since_the_one_before(reads, change, database):
    first = reads()
    assert sorted(brought(first, "users")) == [(n, False) for n in range(1, 21)]
    assert sorted(brought(first, "orders")) == [(n, False) for n in range(1, 31)]

    change("""
        INSERT INTO shop.users VALUES (21, 'new', 12345678901234567890.1234567890, '2024-02-29 12:00:00+00');
        UPDATE shop.users SET name = 'changed' WHERE id = 2;
        DELETE FROM shop.users WHERE id = 3;
        UPDATE shop.orders SET note = null WHERE id = 1;
        INSERT INTO shop.others VALUES (1);
    """)
    second = reads(first.last_states())
    assert brought(second, "users") == [(21, False), (2, False), (3, True)]
    assert brought(second, "orders") == [(1, False)]
    new, changed, gone = second.records("users")
    assert (new["name"], changed["name"]) == ("new", "changed")
    assert gone.keys() == {"id", "_sdc_deleted_at", "_sdc_lsn", DELETED}  # of a deleted row the log holds its key
    assert gone[DELETED] == gone["_sdc_deleted_at"]

    third = reads(second.last_states())
    assert third.records() == []
    assert third.statuses("users", "shop") == ["STARTED", "COMPLETE"]

    confirmed = "SELECT confirmed_flush_lsn - '0/0'::pg_lsn AS position FROM pg_replication_slots"
    given = {int(s["stream"]["stream_state"]["bookmark"]["replication_key_value"]) for s in second.last_states()}
    assert database.rows(confirmed, DATABASE)[0]["position"] <= min(given), "the slot is ahead of the state that was given"

    change("BEGIN; INSERT INTO shop.orders VALUES (31, 'x'); DELETE FROM shop.orders WHERE id = 31; COMMIT;")
    fourth = reads(third.last_states())
    assert (brought(fourth, "users"), brought(fourth, "orders")) == ([], [(31, False), (31, True)])


def test_a_reset_table_starts_again_beside_one_that_continues(reads, change):
    first = reads()
    change("DELETE FROM shop.users WHERE id = 1; UPDATE shop.orders SET note = 'again' WHERE id = 5;")
    kept = [s for s in first.last_states() if s["stream"]["stream_descriptor"]["name"] == "orders"]
    second = reads(kept)
    assert {key for key, gone in brought(second, "users") if not gone} == set(range(2, 21))
    assert brought(second, "orders") == [(5, False)]


def test_full_refresh_of_a_log_based_table_brings_its_rows(bridge, reads):
    run = bridge.read(reads.config, configured(reads.catalog, only=["orders"]), tap=reads.command, adapter=BY_LOG)
    assert sorted(row["id"] for row in run.records("orders")) == list(range(1, 31))
    assert not any(DELETED in row for row in run.records("orders"))


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGKILL])
def test_a_read_that_was_cut_loses_no_change(bridge, reads, change, number):
    """The slot is told the position of the state that the read was given, so that what it brought can come again."""
    first = reads()
    change("INSERT INTO shop.users SELECT n, 'bulk', 0, null FROM generate_series(101, 3100) n;")
    change("DELETE FROM shop.users WHERE id = 2; UPDATE shop.orders SET note = 'late' WHERE id = 9;")
    files = {"config": reads.config, "catalog": reads.chosen, "state": first.last_states(), "adapter": BY_LOG}
    process = bridge.start(bridge.arguments("read", reads.command, **files))
    head = bridge.read_until(process, b'"RECORD"')
    process.send_signal(number)
    cut = bridge.finish(process, head)
    assert cut.exit_status == -number
    states = {str(s["stream"]["stream_descriptor"]): s for s in first.last_states() + cut.last_states()}
    resumed = reads(list(states.values()))
    covered = sum(int(state["sourceStats"]["recordCount"]) for state in cut.states)
    committed = cut.records()[:covered]
    arrived = {(row["id"], row[DELETED] is not None) for row in committed + resumed.records()}
    assert arrived == {(n, False) for n in range(101, 3101)} | {(2, True), (9, False)}
