"""What becomes of records and of the lines between them."""

import re
import sys

import pytest

from harness.bridge import configured
from harness.scripted import catalog, out, record, schema, state, stream

ITEMS, OTHER = stream("items"), stream("other")
ONE = "[discover]\n" + catalog(ITEMS) + "[sync]\n"
ITEM = r'{"type": "RECORD", "stream": "items", "record": %s}'
CONFIGURED = configured({"streams": [{"name": "items", "json_schema": {}}]})


def data_of(run):
    """The records' bytes as they came out."""
    return [re.search(r'"data":(.*?)(,"meta":\{.*\})?,"emitted_at":\d+\}\}$', line)[1] for line in record_lines(run)]


def record_lines(run):
    return [line for line in run.lines if line.startswith('{"type":"RECORD"')]


def changes_of(run):
    return [record.get("meta", {}).get("changes") for record in run.of_type("RECORD")]


VERBATIM = [
    '{"b": 1, "a": 2}',
    '{"n": [1.10, 1E400, -0, -0.0, 12345678901234567890.123456789, 1e5, 0.1000]}',
    r'{"s": "\u00e9 \/ \" \\ \b\f\n\r\t \ud83d\udca9", "t": "é💩"}',
    '{"id":1,"id":2}',
    '{ "id" :\t1 , "x":{ } , "y" : [ ] }',
    '{"": "", "type": "STATE", "record": {"stream": "x"}, "value": null}',
    '{"deep": ' + "[" * 900 + "]" * 900 + "}",
    '{"number": ' + "9" * 1000 + "}",
]


@pytest.mark.parametrize("text", VERBATIM, ids=range(len(VERBATIM)))
def test_a_record_is_spliced(bridge, scripted_tap, text):
    run = bridge.read({}, CONFIGURED, tap=scripted_tap(ONE + "out " + ITEM % text + "\n"), models=False)
    assert (run.exit_status, data_of(run), changes_of(run)) == (0, [text], [None])


def null(field, reason):
    return {"field": field, "change": "NULLED", "reason": reason}


NO_NUMBER, TOO_LONG = "SOURCE_SERIALIZATION_ERROR", "SOURCE_FIELD_SIZE_LIMITATION"
MENDED = [
    ('{"a": NaN}', '{"a": null}', [null("a", NO_NUMBER)]),
    ('{"a": [1, -Infinity, {"b": Infinity}], "c": NaN}', '{"a": [1, null, {"b": null}], "c": null}',
     [null("a", NO_NUMBER), null("c", NO_NUMBER)]),
    ('{"a": "NaN", "NaN": NaN}', '{"a": "NaN", "NaN": null}', [null("NaN", NO_NUMBER)]),
    ('{"a": ' + "9" * 1001 + ', "b": 1}', '{"a": null, "b": 1}', [null("a", TOO_LONG)]),
    (r'{"a": "x\ud800y", "\udc00": 1}', r'{"a": "x\ufffdy", "\ufffd": 1}', None),
    ('{"a": "\u2028\u2029\u0085"}', r'{"a": "\u2028\u2029\u0085"}', None),
]  # fmt: skip


@pytest.mark.parametrize("text, expected, changes", MENDED, ids=range(len(MENDED)))
def test_what_a_platform_cannot_read_is_mended(bridge, scripted_tap, text, expected, changes):
    run = bridge.read({}, CONFIGURED, tap=scripted_tap(ONE + "out " + ITEM % text + "\n"))
    assert (run.exit_status, data_of(run), changes_of(run)) == (0, [expected], [changes])


ID = ITEM % '{"id": 1}'
FORMS = {
    "CRLF": rf"out-raw {ID}\r\n{ID}\r\n",
    "no newline at the end": rf"out-raw {ID}\n{ID}",
    "blank lines": rf"out-raw \n\n  \n\t\n{ID}\n\r\n{ID}\n",
    "key order and spacing": r'out-raw {"record":{"id": 1},"stream":"items","type":"RECORD"}\n'
    r'{ "time_extracted" : null , "type" : "RECORD", "version":7,"stream" : "items","record" : {"id": 1}}' + "\\n",
    "lower case, escapes, the last of two keys": r'out-raw {"type":"record","stream":"\\u0069tems","record":{"id": 1}}\n'
    r'{"type":"X","type":"RECORD","stream":"items","record":{"id":9},"record":{"id": 1}}' + "\\n",
}


@pytest.mark.parametrize("form", FORMS)
def test_the_form_of_a_line_does_not_matter(bridge, scripted_tap, form):
    run = bridge.read({}, CONFIGURED, tap=scripted_tap(ONE + FORMS[form] + "\n"))
    assert (run.exit_status, data_of(run)) == (0, ['{"id": 1}'] * 2)
    assert run.log_text() == ""


NOISE = ["Starting...", "[2024] loading", '{"streams": 3}', "7", "null", r"\xff\xfe\0\x1b[1m", "INFO {x}"]


def test_noise_is_told_and_passed_over(bridge, scripted_tap):
    lines = "".join(rf"out-raw {line}\n" + "\n" for line in NOISE)
    run = bridge.read({}, CONFIGURED, tap=scripted_tap(ONE + lines + f"out {ID}\n" + "repeat 5000 out noise\n"))
    assert (run.exit_status, run.records()) == (0, [{"id": 1}])
    warnings = run.log_text("WARN").splitlines()
    assert "Starting..." in warnings[0]
    assert warnings[-1].startswith("50") and len(warnings) < 20, "one line for all that was not shown"


def nested(depth):
    """A record that is so deep, itself included."""
    return ITEM % ('{"a": ' + "[" * (depth - 1) + "]" * (depth - 1) + "}")


DAMAGED = {
    "cut": ID[:-1],
    "no JSON": ID.replace("1", "1]"),
    "two on a line": ID + ID,
    "behind noise": "progress 10% " + ID,
    "no UTF-8": ID.replace("1", r'"\xff"'),
    "half a character": ID.replace("1", r'"\xe2\x82"'),
    "a NUL": ID.replace("1", r'"\0"'),
    "a bare newline": ID.replace("1", r'"\n"'),
    "too deep": nested(999),
    "no stream": '{"type": "RECORD", "record": {"id": 1}}',
    "no object": ITEM % "[1]",
    "a state without a value": '{"type": "STATE"}',
}


@pytest.mark.parametrize("line", DAMAGED.values(), ids=DAMAGED)
def test_a_damaged_message_is_never_success(bridge, scripted_tap, line):
    around = f"out {ID}\n" + state(items={"id": 1})
    after = record("items", id=2) + state(items={"id": 2})
    run = bridge.read({}, CONFIGURED, tap=scripted_tap(f"{ONE}{around}out-raw {line}\\n\n{after}"))
    assert run.exit_status == 1
    assert run.records() == [{"id": 1}, {"id": 2}], "what is whole is kept"
    assert run.statuses("items")[-1] == "INCOMPLETE"
    assert "line 3 of its output" in run.error["message"]
    bookmarks = [state["stream"]["stream_state"]["bookmark"] for state in run.states]
    assert bookmarks == [{"id": 1}], "a state after it would cover what is lost"


def test_the_deepest_record(bridge, scripted_tap):
    sys.setrecursionlimit(2000)  # for the reader in this test
    run = bridge.read({}, CONFIGURED, tap=scripted_tap(f"{ONE}out {nested(998)}\n"), models=False)
    assert run.exit_status == 0 and len(record_lines(run)) == 1


def test_big_records(bridge, scripted_tap):
    wide = "{" + ", ".join(f'"column_{i}": {i}' for i in range(10_000)) + "}"
    long = '{"text": "' + "äx\\n" * 1_300_000 + '"}'
    scenario = f"out {ITEM % wide}\nout {ITEM % long}\nout {ID}\n"
    run = bridge.read({}, CONFIGURED, tap=scripted_tap(ONE + scenario))
    assert run.exit_status == 0
    assert data_of(run) == [wide, long, '{"id": 1}']


def test_an_empty_record_is_not_counted(bridge, scripted_tap):
    tap = scripted_tap(ONE + f"out {ITEM % '{}'}\nout {ITEM % '{ }'}\nout {ID}\n" + state(items={"id": 1}))
    run = bridge.read({}, CONFIGURED, tap=tap)  # check_read counts
    assert run.records() == [{"id": 1}]
    assert run.log_text("WARN").count("empty record") == 1
    empty = bridge.read({}, CONFIGURED, tap=scripted_tap(f"{ONE}out {ITEM % '{}'}\n"))
    assert (empty.exit_status, empty.statuses("items")) == (0, ["STARTED", "COMPLETE"])


def test_streams_that_were_not_selected_are_dropped(bridge, scripted_tap):
    says = schema(OTHER) + "repeat 9 " + record("other", id=2) + f"out {ID}\n" + state(items={}, other={"id": 2})
    tap = scripted_tap("[discover]\n" + catalog(ITEMS, OTHER) + "[sync]\n" + says)
    run = bridge.read({}, CONFIGURED, tap=tap)
    assert (run.exit_status, run.records()) == (0, [{"id": 1}])
    assert run.log_text("WARN").count('"other"') == 1
    assert re.search(r'9 records of stream "other"', run.log_text())


def test_other_messages(bridge, scripted_tap):
    version = out({"type": "ACTIVATE_VERSION", "stream": "items", "version": 1})
    says = version + out({"type": "PROGRESS", "value": 7}) + out({"type": "RECORDS", "records": []}) + version
    run = bridge.read({}, CONFIGURED, tap=scripted_tap(ONE + says))
    assert (run.exit_status, run.statuses("items")) == (0, ["STARTED", "COMPLETE"])
    assert run.log_text() == ""
    run = bridge.read({}, CONFIGURED, tap=scripted_tap(ONE + says), options=["--debug"])
    assert {"PROGRESS", "RECORDS"} <= set(re.findall(r'unknown type "(\w+)"', run.log_text("DEBUG")))


def test_a_schema_that_changes_is_told_once(bridge, scripted_tap):
    wider, third = stream("items", ["id", "name"]), stream("items", ["name", "size"])
    says = schema(ITEMS) + f"out {ID}\n" + schema(ITEMS) + schema(wider) + f"out {ID}\n" + schema(third)
    run = bridge.read({}, CONFIGURED, tap=scripted_tap(ONE + says))
    assert run.exit_status == 0 and len(run.records()) == 2
    [warning] = run.log_text("WARN").splitlines()
    assert '"items"' in warning and "new: name" in warning


def test_times(bridge, scripted_tap):
    run = bridge.read({}, CONFIGURED, tap=scripted_tap(f"{ONE}repeat 20 out {ID}\n"))
    times = [record["emitted_at"] for record in run.of_type("RECORD")]
    assert times == sorted(times) and times[0] > 1_600_000_000_000
