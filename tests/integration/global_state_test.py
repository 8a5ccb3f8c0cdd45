"""One state for all streams (state.type: global in an adapter): what comes out, and what the next sync is given."""

import pytest

from harness.bridge import configured
from harness.messages import strict_json
from harness.scripted import catalog, record, schema, state, stream

A, B, C = (stream(name, replication_method="INCREMENTAL", replication_key="id") for name in "abc")
ADAPTER = {"version": 1, "state": {"type": "global"}}
BLOB = {"next": "1.10", "currently_syncing": "b"}
SAYS = [schema(A), record("a", id=1), schema(B), record("b", id=2), record("b", id=3), state(BLOB)]


def tap_of(*says, streams=(A, B)):
    return "[discover]\n" + catalog(*streams) + "[sync]\nif-flag --state dump-file --state $dir/state\n" + "".join(says)


@pytest.fixture
def read(bridge, scripted_tap):
    """Reads with one state for all streams: the run, and the state that the tap got."""

    def run(scenario, states=None, only=None, **more):
        tap = scripted_tap(scenario)
        entries = configured(bridge.discover({}, tap).catalog, "incremental")["streams"]
        entries = [entry for entry in entries if only is None or entry["stream"]["name"] in only]
        given = scripted_tap.folder / "state"
        given.unlink(missing_ok=True)
        done = bridge.read({}, {"streams": entries}, states, tap, adapter=ADAPTER, **more)
        return done, strict_json(given.read_text()) if given.exists() else None

    return run


def test_one_state_covers_all_streams(read):
    run, given = read(tap_of(*SAYS))
    assert (run.exit_status, given) == (0, None)
    assert {message["type"] for message in run.states} == {"GLOBAL"}
    last = run.states[-1]
    assert last["global"]["shared_state"] == BLOB
    assert [entry["stream_descriptor"]["name"] for entry in last["global"]["stream_states"]] == ["a", "b"]
    assert sum(message["sourceStats"]["recordCount"] for message in run.states) == 3
    _, given = read(tap_of(*SAYS), run.last_states())
    assert given == BLOB | {"currently_syncing": None}


def test_a_stream_that_it_does_not_list_starts_afresh(read):
    marks = {"bookmarks": {"a": {"id": 1}, "b": {"id": 3}}}
    run, _ = read(tap_of(*SAYS[:-1], state(marks)))
    [last] = run.last_states()
    last["global"]["stream_states"].pop()
    _, given = read(tap_of(*SAYS), [last])
    assert given == {"bookmarks": {"a": {"id": 1}}}


def test_a_new_stream_starts_all_afresh_where_the_state_cannot_be_taken_apart(read):
    run, _ = read(tap_of(*SAYS[:2], state(BLOB)), only=["a"])
    again, given = read(tap_of(*SAYS), run.last_states())
    assert given == {"currently_syncing": None} or given is None
    assert "does not say which stream it belongs to" in again.log_text("WARN")


def test_a_failed_sync_keeps_its_newest_state(read):
    run, _ = read(tap_of(*SAYS, record("a", id=4), "exit 1\n"))
    assert run.exit_status == 1
    [last] = run.last_states()
    assert last["global"]["shared_state"] == BLOB
    assert [run.statuses(name)[-1] for name in "ab"] == ["INCOMPLETE"] * 2


def test_streams_of_one_name_are_refused(read):
    tables = [
        stream("orders", tap_stream_id=f"{space}-orders", table_name="orders", replication_method="INCREMENTAL",
               replication_key="id", metadata=[{"breadcrumb": [], "metadata": {"schema-name": space}}])
        for space in ("de", "fr")
    ]  # fmt: skip
    run, _ = read(tap_of(schema(tables[0]), record("orders", id=1), streams=tables))
    assert run.exit_status == 1
    assert run.errors[0]["error"]["failure_type"] == "config_error"
    assert "leave state.type out of the adapter" in run.errors[0]["error"]["message"]
    assert not run.states
