"""The four commands with a tap that does everything right; a pattern for the other tests in this folder."""

import json

from harness.bridge import configured
from harness.rules import check_records
from harness.scripted import catalog, record, schema, state, stream

ITEMS = stream("items", ["id", "name"])
EMPTY = stream("empty")
DISCOVER = "[discover]\n" + catalog(ITEMS, EMPTY)
SYNC = (
    DISCOVER
    + "[sync]\ndump-file --catalog $dir/catalog\n"
    + schema(ITEMS)
    + record("items", id=1, name="Ada")
    + record("items", id=2, name=None)
    + state(items={"id": 2})
    + schema(EMPTY)
    + state(items={"id": 2}, empty={})
)


def test_spec(bridge, scripted_tap):
    run = bridge.spec(scripted_tap("[discover]\nerr CRITICAL Config is missing required keys: ['host']\nexit 1\n"))
    assert "host" in run.spec["connectionSpecification"]["properties"]


def test_check(bridge, scripted_tap):
    assert bridge.check({}, scripted_tap(SYNC)).status == {"status": "SUCCEEDED"}


def test_discover(bridge, scripted_tap):
    streams = bridge.discover({}, scripted_tap(DISCOVER)).catalog["streams"]
    assert [stream["name"] for stream in streams] == ["items", "empty"]
    assert streams[0]["source_defined_primary_key"] == [["id"]]
    assert streams[0]["supported_sync_modes"] == ["full_refresh"]


def test_read(bridge, scripted_tap):
    tap = scripted_tap(SYNC)
    discovered = bridge.discover({}, tap).catalog
    run = bridge.read({}, configured(discovered), tap=tap)
    assert run.records("items") == [{"id": 1, "name": "Ada"}, {"id": 2, "name": None}]
    assert run.statuses("items") == ["STARTED", "RUNNING", "COMPLETE"]
    assert run.statuses("empty") == ["STARTED", "COMPLETE"]
    check_records(run, discovered)
    given = {entry["tap_stream_id"]: entry for entry in json.loads(scripted_tap.saw("catalog"))["streams"]}
    assert given.keys() == {"items", "empty"}


def test_a_failed_tap_fails_the_read(bridge, scripted_tap):
    tap = scripted_tap(DISCOVER + "[sync]\n" + schema(ITEMS) + record("items", id=1) + "err CRITICAL out of luck\nexit 3\n")
    discovered = bridge.discover({}, tap).catalog
    run = bridge.read({}, configured(discovered), tap=tap)
    assert run.exit_status == 1
    assert run.statuses("items") == ["STARTED", "RUNNING", "INCOMPLETE"]
    assert "out of luck" in run.error["message"]


def test_wrong_usage(bridge):
    assert "--config" in bridge.usage_error("check", "--", "true")
    assert bridge.usage_error("dance")
