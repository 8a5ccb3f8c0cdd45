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


NO_PROOFS_BEFORE_A_SCHEMA = {
    "a flat state": state({"start_date": "2024-01-01"}),
    "a bookmark": state(a={"id": 7}),
}
UNDISCOVERED = "[help]\nout usage: tap-x [-h] -c CONFIG [-s STATE]\n[sync]\n"


@pytest.mark.parametrize("says", NO_PROOFS_BEFORE_A_SCHEMA.values(), ids=NO_PROOFS_BEFORE_A_SCHEMA)
def test_a_state_of_a_tap_that_cannot_discover_proves_nothing_by_itself(bridge, scripted_tap, says):
    """Such taps write the state that they were to begin with when the first request fails."""
    run = bridge.check({}, scripted_tap(UNDISCOVERED + says + FAIL))
    assert (run.status["status"], run.exit_status) == ("FAILED", 1)
    assert bridge.check({}, scripted_tap(UNDISCOVERED + schema(A) + says + FAIL)).status == SUCCEEDED
    assert bridge.check({}, scripted_tap(UNDISCOVERED + says)).status == SUCCEEDED


def test_check_by_discovery_of_a_tap_that_cannot_discover(bridge, scripted_tap):
    """A stream in a sync is what it discovers."""
    by = {"version": 1, "check": {"by": "discovery", "timeout": "2s"}, "streams": {"a": {}}}
    assert bridge.check({}, scripted_tap(UNDISCOVERED + schema(A) + "sleep-forever\n"), adapter=by).status == SUCCEEDED
    run = bridge.check({}, scripted_tap(UNDISCOVERED + state(a={"id": 7}) + FAIL), adapter=by)
    assert (run.status["message"], run.exit_status) == ("The tap failed: The moon is full", 1)
    run = bridge.check({}, scripted_tap(UNDISCOVERED + "err INFO 401 Unauthorized\nsleep-forever\n"), adapter=by)
    assert run.status["message"] == "The tap said: 401 Unauthorized. The tap did not end within 2 s."


REFUSED = [{"match": "bad key", "type": "config_error", "message": "The server does not know the key."}]
LAST_WORDS = {
    "in the adapter's words": (
        "err INFO Bad Key (publickey)\nerr INFO waiting\n",
        "The server does not know the key. The tap did not end within 2 s.",
    ),
    "what passes": ("err CRITICAL Connection refused\n", "The tap said: Connection refused. The tap did not end within 2 s."),
    "not an error by its level": (
        "err INFO Permission denied: x!\nerr INFO waiting\n",
        "The tap said: Permission denied: x! The tap did not end within 2 s.",
    ),
    "nothing known": ("err ERROR The moon is full\n", "The tap did not answer within 2 s. If it is only slow, raise check.timeout."),
    "nothing": ("", "The tap did not answer within 2 s. If it is only slow, raise check.timeout."),
}


@pytest.mark.parametrize("where", ["discovery", "sync"])
@pytest.mark.parametrize("says, message", LAST_WORDS.values(), ids=LAST_WORDS)
def test_what_a_tap_that_hangs_said_last(bridge, scripted_tap, says, message, where):
    tap = scripted_tap((tap_of(A) if where == "sync" else "[discover]\n") + says + "sleep-forever\n")
    run = bridge.check({}, tap, adapter={"version": 1, "check": {"timeout": "2s"}, "errors": REFUSED})
    assert (run.status, run.exit_status) == ({"status": "FAILED", "message": message}, 0)


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
