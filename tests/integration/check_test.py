"""What check proves, and how it answers."""

import pytest

from harness.scripted import catalog, out, record, schema, state, stream

A, B, C, D = (stream(name) for name in "abcd")
CHILD = stream("child", metadata=[{"breadcrumb": [], "metadata": {"parent-tap-stream-id": "a"}}])
COUNT = "[sync]\ncount-call $dir/syncs\ndump-file --catalog $dir/catalog-$n\n"
FAIL = "err CRITICAL The moon is full\nexit 1\n"
SUCCEEDED = {"status": "SUCCEEDED"}


def tap_of(*streams):
    return "[discover]\n" + catalog(*streams) + COUNT


def selected(scripted_tap, call):
    """The streams that the catalog of that sync selects."""
    from json import loads

    entries = loads(scripted_tap.saw(f"catalog-{call}"))["streams"]
    return [entry["stream"] for entry in entries if entry["metadata"][0]["metadata"]["selected"]]


PROOFS = {
    "a record": record("a", id=1) + "sleep-forever\n",
    "an endless line of records": "repeat forever " + record("a", id=1),
    "a record, then a failure": record("a", id=1) + FAIL,
    "a bookmark": state(a={"id": 7}) + "sleep-forever\n",
    "a position of its own": state({"last_file": "x.csv"}) + "sleep-forever\n",
    "an end after a SCHEMA": schema(A),
    "an end after a hint": out({"type": "STATE", "value": {"currently_syncing": "a"}}),
}


@pytest.mark.parametrize("says", PROOFS.values(), ids=PROOFS)
def test_what_proves_access(bridge, scripted_tap, says):
    assert bridge.check({}, scripted_tap(tap_of(A, B) + says)).status == SUCCEEDED
    assert scripted_tap.saw("syncs") == "1"
    assert selected(scripted_tap, 1) == ["a"]


NO_PROOFS = {
    "a SCHEMA": schema(A),
    "currently_syncing": state({"currently_syncing": "a", "bookmarks": {}}),
    "an empty bookmark": state({"bookmarks": {"a": {}}}) + state({"bookmarks": {"a": None}}),
    "noise": "out ready\n",
}


@pytest.mark.parametrize("says", NO_PROOFS.values(), ids=NO_PROOFS)
def test_what_proves_nothing(bridge, scripted_tap, says):
    run = bridge.check({}, scripted_tap(tap_of(A) + says + FAIL))
    assert run.status == {"status": "FAILED", "message": "The tap failed: The moon is full"}
    assert (run.exit_status, run.error["message"]) == (1, "The tap failed: The moon is full")


def test_an_end_without_a_message_is_a_failure(bridge, scripted_tap):
    run = bridge.check({}, scripted_tap(tap_of(A)))
    assert run.status["status"] == "FAILED" and run.exit_status == 1
    assert "no message at all" in run.error["message"]


def test_the_second_stream_may_prove_it(bridge, scripted_tap):
    tap = scripted_tap(tap_of(CHILD, A, B) + "if-in --catalog EMPTY exit 0\ncount-call $dir/n\nif-flag --catalog {\n"
                       "wait-file $dir/n\n}\n")  # fmt: skip
    tap = scripted_tap(tap_of(CHILD, A, B) + "append $dir/order $n\nwrite-file $dir/now-$n x\n" + SECOND)
    run = bridge.check({}, tap)
    assert run.status == SUCCEEDED and not run.errors
    assert [selected(scripted_tap, 1), selected(scripted_tap, 2)] == [["a"], ["b"]]
    assert "The moon is full" in run.log_text("INFO")
