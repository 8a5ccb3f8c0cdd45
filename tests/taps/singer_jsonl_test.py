"""tap-singer-jsonl: a tap on an old SDK, which ignores the catalog and replays what a file holds, hostile messages too."""

from decimal import Decimal

import pytest

from harness.bridge import configured
from harness.rules import check_records

SCHEMA = (
    '{"type": "SCHEMA", "stream": "%s", "key_properties": ["id"], "schema": {"type": "object", "properties":'
    ' {"id": {"type": "integer"}, "x": {"type": ["number", "null"]}, "s": {"type": ["string", "null"]}}}}\n'
)
ADDED = {"_sdc_source_file", "_sdc_source_lineno"}


@pytest.fixture
def replay(tmp_path):
    """replay(lines) is the config of a tap that replays them."""

    def write(text):
        folder = tmp_path / "replay"
        folder.mkdir(exist_ok=True)
        (folder / "messages.singer").write_text(text, encoding="utf-8")
        return {"source": "local", "local": {"folders": [str(folder)], "recursive": True}}

    return write


@pytest.fixture
def command(tap):
    return [tap("singer-jsonl")]


@pytest.fixture
def read(bridge, command, replay):
    def run(text, only=None, **more):
        config = replay(text)
        discovered = bridge.discover(config, command).catalog
        return bridge.read(config, configured(discovered, only=only), tap=command, **more)

    return run


def data(run, name):
    return [{key: value for key, value in row.items() if key not in ADDED} for row in run.records(name)]


def test_spec_check_and_discover(bridge, command, replay):
    assert bridge.spec(command).spec["connectionSpecification"]["type"] == "object"
    config = replay(SCHEMA % "a" + '{"type": "RECORD", "stream": "a", "record": {"id": 1}}\n')
    assert bridge.check(config, command).status["status"] == "SUCCEEDED"
    streams = bridge.discover(config, command).catalog["streams"]
    assert [stream["name"] for stream in streams] == ["a"]
    assert streams[0]["source_defined_primary_key"] == [["id"]]
    assert streams[0]["supported_sync_modes"] == ["full_refresh"]


def test_what_is_not_json_is_mended(read):
    run = read(
        SCHEMA % "a"
        + '{"record": {"id": 1, "x": NaN, "s": "\\ud800 \\u2028 \\u0085"}, "type": "RECORD", "stream": "a"}\n'
        + '{"type": "RECORD", "stream": "a", "record": {"id": 2, "x": -Infinity, "s": "\u2028 \u0085"}}\n'
        + '{"type": "RECORD", "stream": "a", "record": {"id": 3, "x": 1.5, "s": "\\ud83d\\ude00"}}\n'
    )
    assert data(run, "a") == [
        {"id": 1, "x": None, "s": "\ufffd \u2028 \u0085"},
        {"id": 2, "x": None, "s": "\u2028 \u0085"},
        {"id": 3, "x": 1.5, "s": "\U0001f600"},
    ]
    changes = [record.get("meta", {}).get("changes", []) for record in run.of_type("RECORD")]
    nulled = {"field": "x", "change": "NULLED", "reason": "SOURCE_SERIALIZATION_ERROR"}
    assert changes == [[nulled], [nulled], []]


def test_streams_that_nobody_asked_for_are_dropped(read):
    text = "".join(
        SCHEMA % name + f'{{"type": "RECORD", "stream": "{name}", "record": {{"id": {number}}}}}\n'
        for number, name in enumerate("abc")
    )
    run = read(text, only=["a", "c"])
    assert (data(run, "a"), data(run, "b"), data(run, "c")) == ([{"id": 0}], [], [{"id": 2}])
    warnings = [log["message"] for log in run.logs if log["level"] == "WARN" and '"b"' in log["message"]]
    assert len(warnings) == 1, run.log_text("WARN")


def test_states_cover_what_came_before_them(read):
    text = SCHEMA % "a" + SCHEMA % "b"
    for number in range(1, 6):
        text += f'{{"type": "RECORD", "stream": "a", "record": {{"id": {number}}}}}\n'
        text += f'{{"type":"STATE","value":{{"bookmarks":{{"a":{{"id":{number}}}}},"other":1.10}}}}\n'
    text += '{"type": "RECORD", "stream": "b", "record": {"id": 1}}\n'
    run = read(text)
    assert len(data(run, "a")) == 5
    assert len(data(run, "b")) == 1
    assert run.last_states()


def test_a_tap_that_dies_on_its_data_is_not_complete(read):
    good = SCHEMA % "a" + '{"type": "RECORD", "stream": "a", "record": {"id": 1}}\n'
    run = read(good + '{"type": "RECORD", "stream": "a", "record": 5}\n')
    assert run.exit_status == 1
    assert run.statuses("a") == ["STARTED", "RUNNING", "INCOMPLETE"]
    assert "'int' object has no attribute 'update'" in run.error["message"]


def test_a_tap_that_dies_in_discovery_says_why(bridge, command, replay):
    run = bridge.discover(replay("this is no JSON\n"), command)
    assert run.exit_status == 1
    assert "Expecting value: line 1 column 1 (char 0)" in run.error["message"]


def test_records_match_their_schema(read, bridge, command, replay):
    text = SCHEMA % "a" + '{"type": "RECORD", "stream": "a", "record": {"id": 12345678901234567890123456789, "s": null}}\n'
    run = read(text)
    check_records(run, bridge.discover(replay(text), command).catalog)
    assert data(run, "a") == [{"id": 12345678901234567890123456789, "s": None}]


def test_all_four_commands_with_the_adapter(connector, replay):
    replays = connector("singer-jsonl")
    text = "".join(
        SCHEMA % name + f'{{"type": "RECORD", "stream": "{name}", "record": {{"id": 1, "x": 1.5}}}}\n' for name in "ab"
    )
    config = replay(text)
    del config["source"]  # the adapter says it
    form = replays.spec().spec["connectionSpecification"]
    assert form["required"] == ["local"]
    assert replays.check(config).status == {"status": "SUCCEEDED"}
    missing = replays.check({"local": {}})
    assert missing.status["status"] == "FAILED" and '"Folders"' in missing.status["message"]
    discovered = replays.discover(config).catalog
    assert [stream["supported_sync_modes"] for stream in discovered["streams"]] == [["full_refresh"]] * 2
    run = replays.read(config | {"add_record_metadata": False}, configured(discovered, only=["b"]))
    assert run.exit_status == 0, run.tail()
    assert run.records() == [{"id": 1, "x": Decimal("1.5")}]
