"""What holds for every tap that reads the changes of tables from a database's log.

There are two tables: 20 `users` (id, name, price, at) and 30 `orders` (id, note), and a third one that is not read.
reads(states) is one read of the two; change(sql) changes them.
"""

from harness.postgres import PASSWORD
from harness.rules import assert_no_secret, check_records

DELETED = "_ab_cdc_deleted_at"


class LogReader:
    """reads(states), with what it takes to read in another way."""

    def __init__(self, bridge, command, config, catalog, chosen, adapter):
        self.bridge, self.command, self.config = bridge, command, config
        self.catalog, self.chosen, self.adapter = catalog, chosen, adapter

    def __call__(self, states=None):
        run = self.bridge.read(self.config, self.chosen, states, tap=self.command, adapter=self.adapter)
        check_records(run, self.catalog)
        assert_no_secret(run, PASSWORD)
        return run

    def cut(self, number, states, wanted):
        """A read that is ended by a signal when `wanted` has come: the run, and all states that a platform would hold."""
        files = {"config": self.config, "catalog": self.chosen, "state": states, "adapter": self.adapter}
        process = self.bridge.start(self.bridge.arguments("read", self.command, **files))
        head = self.bridge.read_until(process, wanted)
        process.send_signal(number)
        run = self.bridge.finish(process, head)
        assert run.exit_status == -number
        held = {str(s["stream"]["stream_descriptor"]): s for s in (states or []) + run.last_states()}
        return run, list(held.values())


def brought(run, name):
    """What a run brought of a table, in its order: its key, and whether it is gone."""
    return [(row["id"], row[DELETED] is not None) for row in run.records(name)]


def arrived(*runs):
    return {(name, *change) for run in runs for name in ("users", "orders") for change in brought(run, name)}


def committed(run):
    """The records that its states cover, stream by stream."""
    rows = []
    for name in ("users", "orders"):
        states = [s for s in run.states if s["stream"]["stream_descriptor"]["name"] == name]
        covered = sum(int(s["sourceStats"]["recordCount"]) for s in states)
        rows += [(name, *change) for change in brought(run, name)[:covered]]
    return set(rows)


def offered(reads):
    """The stream `users` as discovery gives it."""
    users = next(stream for stream in reads.catalog["streams"] if stream["name"] == "users")
    assert users["supported_sync_modes"] == ["full_refresh", "incremental"]
    assert users["source_defined_cursor"] is True
    assert {"_sdc_deleted_at", DELETED} <= users["json_schema"]["properties"].keys()
    return users


def each_change_comes_once(reads, change, schema):
    """Three reads with changes before the second one: the second and the third."""
    first = reads()
    assert sorted(brought(first, "users")) == [(n, False) for n in range(1, 21)]
    assert sorted(brought(first, "orders")) == [(n, False) for n in range(1, 31)]
    change(f"""
        INSERT INTO {schema}.users VALUES (21, 'new', 12345678901234567890.1234567890, '2024-02-29 12:00:00');
        UPDATE {schema}.users SET name = 'changed' WHERE id = 2;
        DELETE FROM {schema}.users WHERE id = 3;
        UPDATE {schema}.orders SET note = null WHERE id = 1;
        INSERT INTO {schema}.others VALUES (1);
    """)
    second = reads(first.last_states())
    assert brought(second, "users") == [(21, False), (2, False), (3, True)]
    assert brought(second, "orders") == [(1, False)]
    new, changed, gone = second.records("users")
    assert (new["name"], changed["name"]) == ("new", "changed")
    assert gone[DELETED] == gone["_sdc_deleted_at"]
    third = reads(second.last_states())
    assert third.records() == []
    assert third.statuses("users", schema) == ["STARTED", "COMPLETE"]
    return second, third


def a_reset_table_starts_again(reads, change, schema):
    """The other one continues."""
    first = reads()
    change(f"DELETE FROM {schema}.users WHERE id = 1; UPDATE {schema}.orders SET note = 'again' WHERE id = 5;")
    kept = [s for s in first.last_states() if s["stream"]["stream_descriptor"]["name"] == "orders"]
    second = reads(kept)
    assert {key for key, gone in brought(second, "users") if not gone} == set(range(2, 21))
    assert brought(second, "orders") == [(5, False)]
