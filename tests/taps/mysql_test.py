"""pipelinewise-tap-mysql against a real MariaDB: tables in full, by a cursor, and from the binary log."""

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
from harness.postgres import PASSWORD
from harness.rules import assert_no_secret, check_records

BY_LOG = 'version: 1\nstate: {interval: 0s}\nstreams:\n  "*": {replication: log_based}\n'


@pytest.fixture(scope="module")
def database(mariadb):
    mariadb.sql(r"""
        CREATE DATABASE kinds;
        CREATE TABLE kinds.`Käse Brot` (
            id bigint PRIMARY KEY, exact decimal(38,10), f8 double, flag tinyint(1), day date, clock time,
            moment datetime(6), instant timestamp(6) NULL, words varchar(100), doc json, raw varbinary(8), choice enum('a','b'));
        INSERT INTO kinds.`Käse Brot` VALUES
            (1, 1234567890123456789012345678.1234567890, 1e-300, 1, '2024-02-29', '23:59:59', '1999-12-31 23:59:59.5',
             '2024-01-01 00:00:00', 'snow ☃ "q" \\ \n\t end', '{"n":1.10}', x'00ff', 'b'),
            (9223372036854775807, -0.0000000001, 0.5, 0, '1000-01-01', '00:00:00', '9999-12-31 00:00:00', null, '', '[]', '', 'a'),
            (-9223372036854775808, null, null, null, null, null, null, null, null, null, null, null);
        CREATE DATABASE shop;
        CREATE DATABASE archive;
        CREATE TABLE shop.orders (id int PRIMARY KEY AUTO_INCREMENT, note varchar(20), updated_at datetime NOT NULL);
        CREATE TABLE archive.orders (id int PRIMARY KEY, old_note varchar(20), updated_at datetime NOT NULL);
        INSERT INTO shop.orders SELECT seq, concat('order ', seq), '2024-01-01' + INTERVAL seq HOUR FROM seq_1_to_100;
        INSERT INTO archive.orders SELECT seq, concat('old ', seq), '2020-01-01' + INTERVAL seq HOUR FROM seq_1_to_40;
        CREATE VIEW shop.notes AS SELECT id, note FROM shop.orders;
    """)  # fmt: skip
    return mariadb


@pytest.fixture
def settings(database):
    """The tap's settings for some databases."""
    return lambda *names, **more: database.config(filter_dbs=",".join(names), **more)


@pytest.fixture
def command(tap):
    return [tap("mysql")]


def by_id(rows):
    return sorted(rows, key=lambda row: row["id"])


def test_check_succeeds(bridge, command, settings):
    run = bridge.check(settings("shop"), command)
    assert run.status["status"] == "SUCCEEDED", run.tail()
    assert_no_secret(run, PASSWORD)


def test_check_with_a_wrong_password_fails_and_says_why(bridge, command, settings):
    run = bridge.check(settings("shop", password="wr0ng-passw0rd"), command)
    assert (run.exit_status, run.status["status"]) == (0, "FAILED")
    assert "Access denied for user 'tap'" in run.status["message"]
    assert_no_secret(run, "wr0ng-passw0rd")


def test_discover_names_tables_as_a_native_source_would(bridge, command, settings):
    streams = bridge.discover(settings("shop", "archive"), command).catalog["streams"]
    by_name = {(stream.get("namespace"), stream["name"]): stream for stream in streams}
    assert by_name.keys() == {("shop", "orders"), ("archive", "orders"), ("shop", "notes")}
    assert by_name["shop", "orders"]["source_defined_primary_key"] == [["id"]]
    assert "source_defined_primary_key" not in by_name["shop", "notes"]
    assert by_name["shop", "orders"]["supported_sync_modes"] == ["full_refresh", "incremental"]


def test_full_refresh_delivers_every_row_of_every_type(bridge, command, settings, database):
    config = settings("kinds")
    catalog = bridge.discover(config, command).catalog
    run = bridge.read(config, configured(catalog), tap=command)
    # Every column as the tap writes it (of text only what utf8mb3 has: others come as a question mark).
    date_time = "'%Y-%m-%dT%H:%i:%s'"
    expected = database.rows(f"""
        SELECT JSON_OBJECT('id', id, 'exact', exact, 'f8', f8, 'flag', IF(flag IS NULL, NULL, JSON_EXTRACT(IF(flag, 'true', 'false'), '$')),
            'day', DATE_FORMAT(day, '%Y-%m-%dT00:00:00+00:00'), 'clock', TIME_FORMAT(clock, '%k:%i:%s'),
            'moment', CONCAT(DATE_FORMAT(moment, {date_time}), IF(MICROSECOND(moment), DATE_FORMAT(moment, '.%f'), ''), '+00:00'),
            'instant', CONCAT(DATE_FORMAT(instant, {date_time}), '+00:00'),
            'words', words, 'doc', LEFT(doc, 100), 'raw', HEX(raw), 'choice', choice) FROM kinds.`Käse Brot`
    """)
    assert by_id(run.records("Käse Brot", "kinds")) == by_id(expected)
    check_records(run, catalog)
    assert_no_secret(run, PASSWORD)


def test_tables_of_the_same_name_stay_apart(bridge, command, settings):
    config = settings("shop", "archive")
    run = bridge.read(config, configured(bridge.discover(config, command).catalog), tap=command)
    assert sorted(row["note"] for row in run.records("orders", "shop")) == sorted(f"order {n}" for n in range(1, 101))
    assert sorted(row["old_note"] for row in run.records("orders", "archive")) == sorted(f"old {n}" for n in range(1, 41))
    assert len(run.records("notes", "shop")) == 100


def test_incremental_continues_where_it_stopped(bridge, command, settings, database):
    database.sql("""
        CREATE DATABASE grows;
        CREATE TABLE grows.items (id int PRIMARY KEY, note varchar(20), updated_at datetime NOT NULL);
        INSERT INTO grows.items SELECT seq, 'first', '2024-01-01' + INTERVAL seq HOUR FROM seq_1_to_100;
    """)
    config = settings("grows")
    catalog = configured(bridge.discover(config, command).catalog, "incremental", cursor_field=["updated_at"])
    first = bridge.read(config, catalog, tap=command)
    assert len(first.records()) == 100
    database.sql("""
        UPDATE grows.items SET note = 'changed', updated_at = '2024-03-01' WHERE id IN (3, 50);
        INSERT INTO grows.items VALUES (101, 'new', '2024-03-02');
    """)
    second = bridge.read(config, catalog, first.last_states(), tap=command)
    assert sorted((row["id"], row["note"]) for row in second.records()) == [
        (3, "changed"), (50, "changed"), (100, "first"), (101, "new"),
    ]  # fmt: skip
    third = bridge.read(config, catalog, second.last_states(), tap=command)
    assert [row["id"] for row in third.records()] == [101]  # this tap sends the row of its bookmark again


def test_a_view_beside_tables_that_are_read_from_the_log(bridge, command, settings):
    """A view has no log, and the tap fails when it is asked for one: the glob leaves it as it is."""
    config = settings("shop")
    discovered = bridge.discover(config, command, adapter=BY_LOG)
    assert "notes" not in discovered.log_text("WARN")
    columns = {stream["name"]: stream["json_schema"]["properties"].keys() for stream in discovered.catalog["streams"]}
    assert DELETED in columns["orders"] and columns["notes"] == {"id", "note"}
    run = bridge.read(config, configured(discovered.catalog, "incremental"), tap=command, adapter=BY_LOG)
    assert run.exit_status == 0, run.tail()
    assert (len(run.records("orders")), len(run.records("notes"))) == (100, 100)


@pytest.fixture
def change(database):
    """Two tables whose changes are read from the log; what it is called with changes them."""
    database.sql("""
        CREATE DATABASE logged;
        CREATE TABLE logged.users (id int PRIMARY KEY AUTO_INCREMENT, name varchar(20), price decimal(38,10), at datetime);
        CREATE TABLE logged.orders (id int PRIMARY KEY, note varchar(20));
        CREATE TABLE logged.others (id int PRIMARY KEY);
        INSERT INTO logged.users SELECT seq, concat('user ', seq), seq + 0.5, '2024-01-01' FROM seq_1_to_20;
        INSERT INTO logged.orders SELECT seq, concat('order ', seq) FROM seq_1_to_30;
    """)
    yield database.sql
    database.sql("DROP DATABASE logged;")


@pytest.fixture
def reads(bridge, command, settings, change):
    """reads(states) is one read of both tables from the log."""
    config = settings("logged")
    catalog = bridge.discover(config, command, adapter=BY_LOG).catalog
    chosen = configured(catalog, "incremental", only=["users", "orders"])
    return LogReader(bridge, command, config, catalog, chosen, BY_LOG)


def test_log_based_tables_are_incremental_and_tell_deletions(reads):
    offered(reads)


def test_each_run_brings_what_changed_since_the_one_before(reads, change):
    second, third = each_change_comes_once(reads, change, "logged")
    new, _, gone = second.records("users")
    assert gone["name"] == "user 3"
    assert any('"price": 12345678901234567890.1234567890' in line for line in second.lines), "a digit changed"
    assert "_sdc_deleted_at" not in new  # this tap sends it with deletions only

    change("BEGIN; INSERT INTO logged.orders VALUES (31, 'x'); DELETE FROM logged.orders WHERE id = 31; COMMIT; FLUSH BINARY LOGS;")
    change("UPDATE logged.orders SET note = 'in the next file' WHERE id = 2;")
    fourth = reads(third.last_states())
    assert (brought(fourth, "users"), brought(fourth, "orders")) == ([], [(31, False), (31, True), (2, False)])


def test_a_reset_table_starts_again_beside_one_that_continues(reads, change):
    a_reset_table_starts_again(reads, change, "logged")


ENDINGS = pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGKILL])


@ENDINGS
def test_changes_of_a_read_that_was_cut_come_again(reads, change, number):
    first = reads()
    change("INSERT INTO logged.users SELECT seq, 'bulk', 0, null FROM seq_101_to_6100;")
    change("DELETE FROM logged.users WHERE id = 2; UPDATE logged.orders SET note = 'late' WHERE id = 9;")
    cut, held = reads.cut(number, first.last_states(), b'"log_pos"')
    resumed = reads(held)
    due = {("users", n, False) for n in range(101, 6101)} | {("users", 2, True), ("orders", 9, False)}
    assert committed(cut) | arrived(resumed) == due


@ENDINGS
def test_a_first_read_that_was_cut_goes_on(reads, change, number):
    change("INSERT INTO logged.users SELECT seq, 'bulk', 0, null FROM seq_101_to_20100;")
    cut, held = reads.cut(number, None, b'"max_pk_values"')
    change("DELETE FROM logged.users WHERE id = 1; INSERT INTO logged.orders VALUES (31, 'meanwhile');")
    resumed = reads(held)
    last = reads(resumed.last_states())
    everything = committed(cut) | arrived(resumed, last)
    assert {("users", n, False) for n in [*range(2, 21), *range(101, 20101)]} <= everything
    assert {("orders", n, False) for n in range(1, 32)} <= everything
    assert ("users", 1, True) in everything or ("users", 1, False) not in everything
