"""A real database tap, killed at random, and a server that goes away and comes back: every row arrives."""

import datetime
import os
import random
import select
import signal

import pytest

from harness.bridge import configured
from harness.postgres import Postgres, programs
from harness.processes import MARKER, children
from harness.protocol import ReadChecker, check_command, stream_key

# The tap writes a state after 10,000 rows of a table and at the end of each.
TABLES = {"events": 12_000, "orders": 700, "users": 90}
FIRST = datetime.datetime(2024, 1, 1, tzinfo=datetime.timezone.utc)
KILLS = ["kill the bridge", "kill the tap", "end the bridge"]


class Shop:
    """Tables that only grow: row n of a table was changed n // 3 minutes after the first."""

    def __init__(self, server):
        self.server, self.rows = server, dict.fromkeys(TABLES, 0)
        server.sql("CREATE SCHEMA chaos;")
        for table in TABLES:
            server.sql(f"CREATE TABLE chaos.{table} (id int PRIMARY KEY, note text, at timestamptz NOT NULL);")

    def grow(self, more):
        for table, count in more.items():
            numbers = f"generate_series({self.rows[table]}, {self.rows[table] + count - 1})"
            self.rows[table] += count
            self.server.sql(
                f"INSERT INTO chaos.{table} SELECT n, repeat('x', n % 50), "
                f"timestamptz '{FIRST}' + n / 3 * interval '1 minute' FROM {numbers} n;"
            )

    def before(self, table, bookmark):
        """The rows that a bookmark promises: all before its moment, since the tap resumes at the moment itself."""
        if not bookmark or "replication_key_value" not in bookmark:
            return set()
        moment = datetime.datetime.fromisoformat(bookmark["replication_key_value"])
        return {n for n in range(self.rows[table]) if FIRST + n // 3 * datetime.timedelta(minutes=1) < moment}


@pytest.fixture(scope="module")
def server():
    """One of its own, since it is stopped; with a mark, since one that starts during a run is not left over from it."""
    if programs() is None:
        pytest.skip("PostgreSQL is not installed: ./tests/run installs it")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv(MARKER, "server")
        server = Postgres()
        try:
            yield server.start()
        finally:
            server.stop()


def control(server, action):
    """`stop` as a power cut does; `restart` with the options that the server had, also when it does not run."""
    server._run("pg_ctl", "-D", "data", "-m", "immediate", "-l", "log", "-w", "-t", "60", action)


def interrupted(bridge, arguments, fault, records, server):
    """One run, to which the fault happens once so many records have come (or after some tenths of a second)."""
    process = bridge.start(arguments)
    output, wait = b"", None if records > 0 else -records / 10
    while output.count(b'"type":"RECORD"') < max(records, 1):
        ready = select.select([process.stdout], [], [], wait)[0]
        chunk = os.read(process.stdout.fileno(), 65536) if ready else b""
        output += chunk
        if not chunk:
            break
    if fault == "stop the server":
        control(server, "stop")
    elif fault == "kill the tap":
        for minder in children(process.pid):
            for tap in children(minder):
                os.kill(tap, signal.SIGKILL)
    elif fault:
        process.send_signal(signal.SIGKILL if fault == "kill the bridge" else signal.SIGTERM)
    run = bridge.finish(process, output, models=False)
    if fault == "stop the server":
        control(server, "restart")
    return run


class Destination:
    """Commits each stream up to one of its states, at random."""

    def __init__(self, shop, catalog):
        self.shop, self.catalog = shop, catalog
        self.rows, self.states = {table: set() for table in TABLES}, {}

    def take(self, run, rng):
        check_command(run)
        checker = ReadChecker(self.catalog)
        came, commits = {table: [] for table in TABLES}, {table: [] for table in TABLES}
        for message in run.messages:
            checker.check(message)
            if message["type"] == "RECORD":
                came[message["record"]["stream"]].append(message["record"]["data"]["id"])
            elif message["type"] == "STATE":
                stream = message["state"]["stream"]
                table = stream_key(stream["stream_descriptor"])[0]
                rows = self.rows[table] | set(came[table])
                missing = self.shop.before(table, stream["stream_state"].get("bookmark")) - rows
                assert not missing, f"{table}: {stream} came before rows {sorted(missing)[:10]}"
                commits[table].append((rows, message["state"]))
        if run.exit_status in (0, 1):
            checker.finish(run)
        for table, states in commits.items():
            if states and (run.exit_status == 0 or rng.random() < 0.8):
                self.rows[table], self.states[table] = states[-1] if run.exit_status == 0 else rng.choice(states)


def test_every_row_arrives_whatever_goes_away(bridge, tap, server):
    seed = int(os.environ.get("CHAOS_SEED") or random.SystemRandom().getrandbits(32))
    print(f"seed {seed}; the same again: CHAOS_SEED={seed}")
    rng, command = random.Random(seed), [tap("postgres")]
    shop = Shop(server)
    shop.grow(TABLES)
    config = server.config(filter_schemas=["chaos"])
    discovered = bridge.discover(config, command).catalog
    catalog = configured(discovered, "incremental", cursor_field=["at"])
    destination = Destination(shop, catalog)
    faults = ["stop the server", "stop the server", *rng.sample(KILLS, 2)]
    rng.shuffle(faults)
    rounds = 0
    while True:
        fault = faults.pop() if faults else None
        due = sum(shop.rows[table] - len(destination.rows[table]) for table in TABLES)
        records = rng.choice([-15, 1, *(rng.randint(1, due) for _ in range(4))]) if fault else 1
        arguments = bridge.arguments(
            "read", command, config=config, catalog=catalog, state=list(destination.states.values())
        )
        run = interrupted(bridge, arguments, fault, records, server)
        rounds += 1
        came = f"{len(run.records())} records, {len(run.states)} states"
        print(f"{fault} after {records} records: exit {run.exit_status}, {came}")
        destination.take(run, rng)
        if run.exit_status == 0:
            # Whoever was not hit in time has read all there was.
            for table, count in shop.rows.items():
                missing = set(range(count)) - destination.rows[table]
                assert not missing, f"{table}: lost {sorted(missing)[:20]}"
        if not fault:
            break
        shop.grow({table: rng.randint(1, 200) for table in rng.sample(sorted(TABLES), 2)})
    assert run.exit_status == 0, run.tail()
    print(f"lost 0 of {sum(shop.rows.values())} rows in {rounds} rounds (seed {seed})")
