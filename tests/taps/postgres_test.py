"""meltanolabs-tap-postgres against a real PostgreSQL: what arrives is what SQL says is there."""

import signal

import pytest

from harness.bridge import configured
from harness.postgres import PASSWORD
from harness.rules import assert_no_secret, check_records

# Every column as the tap writes it, so that SQL gives the expected record.
KINDS = """
    SELECT id, nullif(exact, 'NaN') AS exact, nullif(nullif(f8, 'NaN'), 'Infinity') AS f8, flag, day::text,
           to_char(clock, 'HH24:MI:SS.US') AS clock,
           to_char(local, 'YYYY-MM-DD"T"HH24:MI:SS.US') || '+00:00' AS local,
           to_char(instant AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US') || '+00:00' AS instant,
           plain, binary_json, words, id_text::text, numbers, names, "Spältchen ""x"" y"
    FROM public."Käse & Brot"
"""


@pytest.fixture(scope="module")
def database(postgres):
    postgres.sql(r"""
        CREATE TABLE public."Käse & Brot" (
            id bigint PRIMARY KEY, exact numeric(38,10), f8 float8, flag bool, day date, clock time, local timestamp,
            instant timestamptz, plain json, binary_json jsonb, words text, id_text uuid, numbers int[], names text[],
            "Spältchen ""x"" y" varchar(20));
        INSERT INTO public."Käse & Brot" VALUES
            (1, 1234567890123456789012345678.1234567890, 1e-300, true, '2024-02-29', '23:59:59.123456',
             '1999-12-31 23:59:59.5', '2024-01-01 00:00:00+02', '{"a":1.10,"z":[1,null,"x"]}',
             '{"n":12345678901234567890.123456789}', E'snow ☃ 𝄞 "q" \\ \n\t\u2028\u0085 end',
             'a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11', '{1,2,-3}', '{a,"b c","d,e"}', ''),
            (9223372036854775807, 'NaN', 'Infinity', false, '0001-01-01', '00:00:00.5', '0001-01-01', '9999-12-31 00:00+00',
             '[]', '{}', '', null, '{}', '{}', 'x'),
            (-9223372036854775808, -0.0000000001, 'NaN', null, null, null, null, null, null, null, null, null, null, null,
             null);
        CREATE SCHEMA shop;
        CREATE SCHEMA archive;
        CREATE TABLE shop.orders (id int PRIMARY KEY, note text, updated_at timestamptz NOT NULL);
        CREATE TABLE archive.orders (id int PRIMARY KEY, old_note text, updated_at timestamptz NOT NULL);
        CREATE TABLE shop.empty (id int PRIMARY KEY, note text);
        CREATE VIEW shop.notes AS SELECT id, note FROM shop.orders;
        INSERT INTO shop.orders SELECT n, 'order ' || n, timestamptz '2024-01-01 00:00+00' + n * interval '1 hour'
            FROM generate_series(1, 100) n;
        INSERT INTO archive.orders SELECT n, 'old ' || n, timestamptz '2020-01-01 00:00+00' + n * interval '1 hour'
            FROM generate_series(1, 40) n;
        CREATE SCHEMA bulk;
        CREATE TABLE bulk.events (id int PRIMARY KEY, payload text, at timestamptz NOT NULL);
        INSERT INTO bulk.events SELECT n, repeat('x', 300), timestamptz '2024-01-01 00:00+00' + n * interval '1 second'
            FROM generate_series(1, 30000) n;
    """)
    return postgres


@pytest.fixture
def settings(database):
    """The tap's settings for some schemas (it would list information_schema as well)."""
    return lambda *schemas, **more: database.config(filter_schemas=list(schemas), **more)


@pytest.fixture
def command(tap):
    return [tap("postgres")]


def by_id(rows):
    return sorted(rows, key=lambda row: row["id"])


def test_spec_lists_the_settings_and_marks_secrets(bridge, command):
    properties = bridge.spec(command).spec["connectionSpecification"]["properties"]
    assert {"host", "port", "user", "password", "database", "sqlalchemy_url"} <= properties.keys()
    assert properties["password"]["airbyte_secret"] is True
    assert properties["ssh_tunnel"]["properties"]["private_key"]["airbyte_secret"] is True
    assert not {"stream_maps", "stream_map_config", "batch_config", "flattening_enabled"} & properties.keys()


def test_check_succeeds(bridge, command, settings):
    run = bridge.check(settings("shop"), command)
    assert run.status["status"] == "SUCCEEDED", run.tail()
    assert_no_secret(run, PASSWORD)


def test_check_with_a_wrong_password_fails_and_says_why(bridge, command, settings):
    run = bridge.check(settings("shop", password="wr0ng-passw0rd"), command)
    assert run.exit_status == 0
    assert run.status["status"] == "FAILED"
    assert 'password authentication failed for user "owner"' in run.status["message"]
    assert_no_secret(run, "wr0ng-passw0rd")


def test_check_without_a_server_fails(bridge, command, settings):
    run = bridge.check(settings("shop", port=1), command)
    assert run.status["status"] == "FAILED"
    assert "onnection refused" in run.status["message"]
    assert_no_secret(run, PASSWORD)


def test_discover_names_tables_as_a_native_source_would(bridge, command, settings):
    streams = bridge.discover(settings("shop", "archive"), command).catalog["streams"]
    by_name = {(stream.get("namespace"), stream["name"]): stream for stream in streams}
    assert by_name.keys() == {("shop", "orders"), ("archive", "orders"), ("shop", "empty"), ("shop", "notes")}
    orders = by_name["shop", "orders"]
    assert orders["source_defined_primary_key"] == [["id"]]
    assert orders["supported_sync_modes"] == ["full_refresh", "incremental"]
    assert not orders.get("source_defined_cursor")
    assert orders["json_schema"]["properties"]["updated_at"] == {"type": ["null", "string"], "format": "date-time"}


def test_full_refresh_delivers_every_row_of_every_type(bridge, command, settings, database):
    config = settings("public")
    catalog = bridge.discover(config, command).catalog
    run = bridge.read(config, configured(catalog), tap=command)
    expected = database.rows(KINDS)
    assert by_id(run.records("Käse & Brot", "public")) == by_id(expected)
    assert any('"exact":1234567890123456789012345678.1234567890,' in line for line in run.lines), "a digit changed"
    check_records(run, catalog)
    assert_no_secret(run, PASSWORD)


def test_tables_of_the_same_name_stay_apart(bridge, command, settings, database):
    config = settings("shop", "archive")
    catalog = configured(bridge.discover(config, command).catalog)
    run = bridge.read(config, catalog, tap=command)
    instant = "to_char(updated_at AT TIME ZONE 'UTC', 'YYYY-MM-DD\"T\"HH24:MI:SS.US') || '+00:00' AS updated_at"
    shop = database.rows(f"SELECT id, note, {instant} FROM shop.orders")
    archive = database.rows(f"SELECT id, old_note, {instant} FROM archive.orders")
    assert by_id(run.records("orders", "shop")) == by_id(shop)
    assert by_id(run.records("orders", "archive")) == by_id(archive)
    assert by_id(run.records("notes", "shop")) == by_id(database.rows("SELECT id, note FROM shop.notes"))
    assert run.statuses("empty", "shop") == ["STARTED", "COMPLETE"]


def test_only_the_selected_streams_and_columns_arrive(bridge, command, settings):
    config = settings("shop", "archive")
    catalog = configured(bridge.discover(config, command).catalog)
    chosen = [entry for entry in catalog["streams"] if entry["stream"].get("namespace") == "archive"]
    del chosen[0]["stream"]["json_schema"]["properties"]["old_note"]
    run = bridge.read(config, {"streams": chosen}, tap=command)
    assert {record.get("namespace") for record in run.of_type("RECORD")} == {"archive"}
    assert len(run.records()) == 40
    assert all(row.keys() == {"id", "updated_at"} for row in run.records())


def incremental(catalog, namespace, name, cursor):
    chosen = {"streams": [s for s in catalog["streams"] if (s.get("namespace"), s["name"]) == (namespace, name)]}
    return configured(chosen, "incremental", cursor_field=[cursor])


def test_incremental_continues_where_it_stopped(bridge, command, settings, database):
    database.sql("""
        CREATE SCHEMA grows;
        CREATE TABLE grows.items (id int PRIMARY KEY, note text, updated_at timestamptz NOT NULL);
        INSERT INTO grows.items SELECT n, 'first', timestamptz '2024-01-01 00:00+00' + n * interval '1 hour'
            FROM generate_series(1, 100) n;
    """)
    config = settings("grows")
    catalog = incremental(bridge.discover(config, command).catalog, "grows", "items", "updated_at")
    first = bridge.read(config, catalog, tap=command)
    assert len(first.records()) == 100
    database.sql("""
        UPDATE grows.items SET note = 'changed', updated_at = '2024-03-01 00:00+00' WHERE id IN (3, 50);
        INSERT INTO grows.items VALUES (101, 'new', '2024-03-02 00:00+00');
    """)
    second = bridge.read(config, catalog, first.last_states(), tap=command)
    due = "SELECT id, note FROM grows.items WHERE updated_at >= timestamptz '2024-01-01 00:00+00' + 100 * interval '1 hour'"
    assert by_id({"id": row["id"], "note": row["note"]} for row in second.records()) == by_id(database.rows(due))
    third = bridge.read(config, catalog, second.last_states(), tap=command)
    assert [row["id"] for row in third.records()] == [101]  # this tap sends the row of its bookmark again


def test_full_refresh_ignores_a_state(bridge, command, settings):
    config = settings("shop")
    discovered = bridge.discover(config, command).catalog
    first = bridge.read(config, incremental(discovered, "shop", "orders", "updated_at"), tap=command)
    again = bridge.read(config, configured(discovered, only=["orders"]), first.last_states(), tap=command)
    assert len(again.records()) == 100


def test_a_reset_stream_starts_again_beside_one_that_continues(bridge, command, settings):
    config = settings("shop", "archive")
    discovered = bridge.discover(config, command).catalog
    catalog = configured(discovered, "incremental", only=["orders"], cursor_field=["updated_at"])
    first = bridge.read(config, catalog, tap=command)
    kept = [s for s in first.last_states() if s["stream"]["stream_descriptor"]["namespace"] == "shop"]
    second = bridge.read(config, catalog, kept, tap=command)
    assert len(second.records("orders", "shop")) == 1
    assert len(second.records("orders", "archive")) == 40


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGKILL])
def test_a_resumed_read_holds_every_row(bridge, command, settings, number):
    config = settings("bulk")
    catalog = incremental(bridge.discover(config, command).catalog, "bulk", "events", "at")
    process = bridge.start(bridge.arguments("read", command, config=config, catalog=catalog))
    head = bridge.read_until(process, b'"RECORD"')
    process.send_signal(number)
    cut = bridge.finish(process, head)
    assert cut.exit_status == -number
    if number == signal.SIGTERM:
        assert cut.statuses("events", "bulk") == ["STARTED", "RUNNING", "INCOMPLETE"]
    resumed = bridge.read(config, catalog, cut.last_states(), tap=command)
    covered = sum(int(state["sourceStats"]["recordCount"]) for state in cut.states)
    arrived = {row["id"] for row in cut.records()[:covered]} | {row["id"] for row in resumed.records()}
    assert arrived == set(range(1, 30001))


def test_a_server_that_goes_away_fails_the_read(bridge, command, settings, database):
    config = settings("bulk")
    catalog = incremental(bridge.discover(config, command).catalog, "bulk", "events", "at")
    process = bridge.start(bridge.arguments("read", command, config=config, catalog=catalog))
    head = bridge.read_until(process, b'"RECORD"')
    database.sql("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE pid <> pg_backend_pid() AND usename = 'owner'")
    run = bridge.finish(process, head)
    assert (run.exit_status, run.statuses("events", "bulk")[-1]) in ((1, "INCOMPLETE"), (0, "COMPLETE"))
    if run.exit_status == 0:
        assert len(run.records()) == 30000
