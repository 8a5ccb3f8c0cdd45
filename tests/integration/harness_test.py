"""The harness itself: each rule of a read can be broken, and is then noticed."""

import json
import os
import signal
from pathlib import Path

import pytest

from harness.bridge import Run
from harness.messages import dump, parse_output, strict_json
from harness.processes import wait_until
from harness.protocol import check_answer, check_read

CATALOG = {"streams": [{"stream": {"name": "a"}, "sync_mode": "full_refresh", "destination_sync_mode": "append"}]}


def record(stream="a", data=None, at=1):
    return {"type": "RECORD", "record": {"stream": stream, "data": data or {"id": 1}, "emitted_at": at}}


def state(count, stream="a", kind="STREAM"):
    body = {"stream_descriptor": {"name": stream}, "stream_state": {}}
    return {"type": "STATE", "state": {"type": kind, "stream": body, "sourceStats": {"recordCount": count}}}


def status(name, stream="a"):
    body = {"stream_descriptor": {"name": stream}, "status": name}
    return {"type": "TRACE", "trace": {"type": "STREAM_STATUS", "emitted_at": 1, "stream_status": body}}


def error(at=1, message="m"):
    body = {"message": message, "failure_type": "system_error"}
    return {"type": "TRACE", "trace": {"type": "ERROR", "emitted_at": at, "error": body}}


STARTED, RUNNING, COMPLETE, INCOMPLETE = (status(s) for s in ("STARTED", "RUNNING", "COMPLETE", "INCOMPLETE"))
GOOD = [STARTED, RUNNING, record(), record(), state(2.0), COMPLETE]


def check(messages, exit_status=0, stderr=b""):
    output = "".join(json.dumps(message) + "\n" for message in messages).encode()
    check_read(Run(exit_status, output, stderr), CATALOG)


def test_a_good_read_passes():
    check(GOOD)
    check([STARTED, state(0), COMPLETE])
    check([STARTED, RUNNING, record(), state(1), record(at=2), INCOMPLETE, error()], exit_status=1)
    check([error()], exit_status=1)
    check([STARTED, RUNNING, record()], exit_status=-signal.SIGKILL)


@pytest.mark.parametrize(
    "why, messages, exit_status",
    [
        ("record before STARTED", [record(), *GOOD], 0),
        ("record before RUNNING", [STARTED, record(), RUNNING, state(1), COMPLETE], 0),
        ("RUNNING without a record", [STARTED, RUNNING, state(0), COMPLETE], 0),
        ("wrong count", [STARTED, RUNNING, record(), state(2), COMPLETE], 0),
        ("no state", [STARTED, COMPLETE], 0),
        ("a record after the last state", [STARTED, RUNNING, record(), state(1), record(), COMPLETE], 0),
        ("a record after COMPLETE", [*GOOD, record()], 0),
        ("a state after COMPLETE", [*GOOD, state(0)], 0),
        ("COMPLETE twice", [*GOOD, COMPLETE], 0),
        ("exit 0 without COMPLETE", GOOD[:-1], 0),
        ("exit 0 with INCOMPLETE", [*GOOD[:-1], INCOMPLETE], 0),
        ("exit 0 with an error", [*GOOD, error()], 0),
        ("exit 1 without an error", GOOD, 1),
        ("exit 1 without an end", [*GOOD[:-1], error()], 1),
        ("a strange exit status", GOOD, 106),
        ("an unknown stream", [STARTED, RUNNING, record("b"), state(1), COMPLETE], 0),
        ("a state of an unknown stream", [STARTED, state(0), state(0, "b"), COMPLETE], 0),
        ("a namespace that was not configured", [*GOOD, status("STARTED") | {"x": 1}], 0),
        ("time went back", [STARTED, RUNNING, record(at=2), record(at=1), state(2), COMPLETE], 0),
        ("a later error came earlier", [*GOOD[:-1], INCOMPLETE, error(at=2), error(at=1)], 1),
        ("an empty error", [*GOOD[:-1], INCOMPLETE, error(message=" ")], 1),
        ("a LEGACY state", [*GOOD[:4], state(2, kind="LEGACY"), COMPLETE], 0),
        ("an answer of another command", [*GOOD, {"type": "CATALOG", "catalog": {"streams": []}}], 0),
    ],
)
def test_a_bad_read_is_noticed(why, messages, exit_status):
    with pytest.raises(AssertionError):
        check(messages, exit_status)


def test_stderr_is_noticed():
    with pytest.raises(AssertionError):
        check(GOOD, stderr=b"warning\n")


@pytest.mark.parametrize(
    "output",
    [
        b'{"type":"LOG","log":{"level":"INFO","message":NaN}}\n',
        b'{"type":"LOG","log":{"level":"INFO","message":"no newline"}}',
        b'{"type":"LOG","log":{"level":"INFO","message":"\xff"}}\n',
        '{"type":"LOG","log":{"level":"INFO","message":"\u2028"}}\n'.encode(),
        '{"type":"LOG","log":{"level":"INFO","message":"\u0085"}}\n'.encode(),
        b'{"type":"LOG","log":{"level":"LOUD","message":"m"}}\n',
        b'{"type":"RECORD","record":{"stream":"a","data":[],"emitted_at":1}}\n',
        b"\n",
        b"[]\n",
        b'{"type":"LOG"',
    ],
)
def test_bad_lines_are_noticed(output):
    with pytest.raises((ValueError, AssertionError)):
        parse_output(output)


def leave_behind(bridge, what):
    """A run that starts this in the background, and ends."""
    return bridge.start(["/bin/sh", "-c", f"{what} >/dev/null 2>&1 & exit 0"])


@pytest.mark.parametrize("what", ["sleep 300", "setsid sleep 300", "env -i setsid sleep 300"])
def test_a_process_that_is_left_is_noticed(bridge, what):
    process = leave_behind(bridge, what)
    with pytest.raises(AssertionError, match="left running"):
        bridge.finish(process)
    for pid in bridge.left_running():
        os.kill(pid, signal.SIGKILL)


@pytest.mark.parametrize("place", ["work", "temporary", "/dev/shm"])
def test_a_folder_that_is_left_is_noticed(bridge, place):
    process = leave_behind(bridge, "true")
    folder = Path(getattr(bridge, place, place)) / f"tapbridge-{process.pid}-abcdef"
    folder.mkdir()
    wait_until(lambda: process.poll() is not None and not bridge.left_running())
    with pytest.raises(AssertionError, match="folders that were left"):
        bridge.assert_nothing_left()
    folder.rmdir()


def test_digits_go_round():
    text = '{"a": [1.10, 1E400, 12345678901234567890.123456789, -0.0, 10]}'
    assert dump(strict_json(text)) == text


def test_an_answer_comes_once():
    spec = b'{"type":"SPEC","spec":{"connectionSpecification":{}}}\n'
    check_answer(Run(0, spec, b""), "SPEC")
    for output in (b"", spec + spec):
        with pytest.raises(AssertionError):
            check_answer(Run(0, output, b""), "SPEC")
