"""What check proves, and how it answers."""

import json

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
    entries = json.loads(scripted_tap.saw(f"catalog-{call}"))["streams"]
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
    (scripted_tap.folder / "says-1").touch()
    (scripted_tap.folder / "says-2").write_text('{"type": "RECORD", "stream": "b", "record": {"id": 1}}\n')
    run = bridge.check({}, scripted_tap(tap_of(CHILD, A, B, C) + "out-file $dir/says-$n\n"))
    assert run.status == SUCCEEDED and not run.errors
    assert [selected(scripted_tap, 1), selected(scripted_tap, 2)] == [["a"], ["b"]]
    assert "no message at all" in run.log_text("INFO")


def test_the_first_failure_is_told_when_all_fail(bridge, scripted_tap):
    run = bridge.check({}, scripted_tap(tap_of(A, B, C, D) + "err CRITICAL reason $n\nexit 1\n"))
    assert (run.status["message"], run.error["message"]) == ("The tap failed: reason 1",) * 2
    assert scripted_tap.saw("syncs") == "3", "three streams are tried, at most"


ANSWERS = {
    "a user's mistake": (A, "err CRITICAL 401 Unauthorized\nexit 1\n", 0),
    "a passing failure": (A, "err CRITICAL Connection refused\nexit 1\n", 0),
    "something else": (A, FAIL, 1),
    "a crash": (A, "kill SEGV\n", 1),
}


@pytest.mark.parametrize("entry, ends, exit_status", ANSWERS.values(), ids=ANSWERS)
def test_how_check_answers(bridge, scripted_tap, entry, ends, exit_status):
    for scenario in (tap_of(entry) + ends, "[discover]\n" + ends):
        run = bridge.check({}, scripted_tap(scenario))
        assert (run.status["status"], run.exit_status, len(run.errors)) == ("FAILED", exit_status, exit_status)
        assert not run.errors or run.errors[0]["error"]["message"] == run.status["message"]


def test_no_stream_is_a_users_mistake(bridge, scripted_tap):
    run = bridge.check({}, scripted_tap("[discover]\n" + catalog()))
    assert (run.status["status"], run.exit_status) == ("FAILED", 0)


@pytest.mark.parametrize("tap", [["tap-nowhere"], ["/usr"], ["/bin/sh", "-c", "exit 127"]], ids=" ".join)
def test_an_installation_at_fault_is_no_answer(bridge, tap):
    run = bridge.check({}, tap)
    assert run.exit_status == 1 and run.errors
    assert not run.of_type("CONNECTION_STATUS", "connectionStatus")


def test_a_broken_config_is_no_answer(bridge):
    run = bridge.check("{", ["true"])
    assert run.exit_status == 1 and not run.of_type("CONNECTION_STATUS", "connectionStatus")


def test_check_hands_on_a_new_token(bridge, scripted_tap):
    rotates = 'write-config {"token": "new"}\n' + record("a", id=1)
    run = bridge.check({"token": "old"}, scripted_tap(tap_of(A) + rotates))
    assert run.status == SUCCEEDED
    assert run.controls == [{"token": "new"}]
