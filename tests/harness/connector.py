"""A ready adapter and its tap: what a user of adapters/ gets."""

import functools
import os
from pathlib import Path

from harness.bridge import configured
from harness.programs import ROOT
from harness.rules import assert_no_secret


class Connector:
    """The bridge's four commands with an adapter, which finds its tap's command on the PATH."""

    def __init__(self, bridge, name, program, adapter=None):
        path = f"{Path(program).parent}:{os.environ['PATH']}"
        self.files = {"adapter": adapter or ROOT / f"adapters/{name}.yaml", "env": {"PATH": path}}
        for command in ("spec", "check", "discover", "read", "run"):
            setattr(self, command, functools.partial(getattr(bridge, command), **self.files))


def secrets_of(schema, path=()):
    """The paths of the settings that a specification marks as secret."""
    found = {".".join(path)} if schema.get("airbyte_secret") else set()
    for name, below in schema.get("properties", {}).items():
        found |= secrets_of(below, (*path, name))
    return found


def reads_the_items(source, config, insert):
    """All four commands on ready.items: five rows with a cursor `at`, and one that `insert` adds before the second read."""
    assert source.check(config).status == {"status": "SUCCEEDED"}
    discovered = source.discover(config).catalog
    (stream,) = discovered["streams"]
    assert (stream["namespace"], stream["name"]) == ("ready", "items")
    assert stream["source_defined_primary_key"] == [["id"]]
    catalog = configured(discovered, "incremental", cursor_field=["at"])
    first = source.read(config, catalog)
    assert first.exit_status == 0, first.tail()
    assert [(row["id"], float(row["price"])) for row in first.records()] == [(n, n / 8) for n in range(1, 6)]
    insert()
    second = source.read(config, catalog, first.last_states())
    assert [row["id"] for row in second.records()] == [5, 6]  # the last row comes again


def check_fails(source, config, message):
    """With that message, and without the password."""
    run = source.check(config)
    assert run.status["status"] == "FAILED"
    assert message in run.status["message"]
    assert_no_secret(run, config["password"])
