"""tap-jsonl: the tap of the examples, on a current SDK; its state is partitioned by file."""

import json
import signal

import pytest

from harness.bridge import configured
from harness.messages import strict_json
from harness.rules import check_records

ADDED = {"_sdc_last_modified", "_sdc_filename", "_sdc_stream"}


@pytest.fixture
def command(tap):
    return [tap("jsonl")]


@pytest.fixture
def source(tmp_path):
    """source(lines) is the config for a file that holds them."""

    def write(lines, name="people"):
        path = tmp_path / f"{name}.jsonl"
        path.write_text("".join(line + "\n" for line in lines), encoding="utf-8")
        return {"path": str(path), "stream_name": name, "primary_keys": ["id"]}

    return write


def data(run):
    return [{key: value for key, value in row.items() if key not in ADDED} for row in run.records()]


def test_spec_leaves_out_what_the_sdk_adds(bridge, command):
    properties = bridge.spec(command).spec["connectionSpecification"]["properties"]
    assert {"path", "stream_name", "primary_keys", "encoding"} <= properties.keys()
    assert properties["stream_name"]["title"] == "Stream Name"
    assert properties["stream_name"]["default"] == "jsonl"
    assert not {"stream_maps", "stream_map_config", "batch_config", "faker_config"} & properties.keys()


def test_check_succeeds(bridge, command, source):
    assert bridge.check(source(['{"id": 1}']), command).status["status"] == "SUCCEEDED"


def test_check_says_what_the_tap_stumbles_over(bridge, command, source):
    run = bridge.check(source(['{"id": 1}']) | {"encoding": "klingon"}, command)
    assert run.status["status"] == "FAILED"
    assert "unknown encoding: klingon" in run.status["message"]


def test_check_of_a_setting_of_the_wrong_type_fails(bridge, command):
    assert bridge.check({"path": 5}, command).status["status"] == "FAILED"


def test_discover(bridge, command, source):
    config = source(['{"id": 1, "name": "Ada", "rate": 1.5, "tags": ["x"]}'])
    (stream,) = bridge.discover(config, command).catalog["streams"]
    assert stream["name"] == "people"
    assert "namespace" not in stream
    assert stream["source_defined_primary_key"] == [["id"]]
    assert {"id", "name", "rate", "tags"} <= stream["json_schema"]["properties"].keys()


def test_every_row_arrives_as_it_is_in_the_file(bridge, command, source):
    rows = [
        '{"id": 1, "name": "Ada", "score": 1.5, "nested": {"a": [1, {"b": null}]}}',
        '{"id": 2, "name": "\\u2028\\u0085 Zoë 𝄞", "score": null, "nested": {}}',
        '{"id": 3, "name": "", "score": -7, "nested": null}',
    ]
    config = source(rows)
    catalog = bridge.discover(config, command).catalog
    run = bridge.read(config, configured(catalog), tap=command)
    assert data(run) == [strict_json(row) for row in rows]
    check_records(run, catalog)


def test_a_read_with_the_states_of_the_first_loses_nothing(bridge, command, source):
    config = source([json.dumps({"id": number}) for number in range(1, 1201)])
    catalog = configured(bridge.discover(config, command).catalog, "incremental", cursor_field=["_sdc_last_modified"])
    first = bridge.read(config, catalog, tap=command)
    assert [row["id"] for row in data(first)] == list(range(1, 1201))
    source([json.dumps({"id": number}) for number in range(1, 1301)])
    second = bridge.read(config, catalog, first.last_states(), tap=command)
    assert {row["id"] for row in data(second)} >= set(range(1201, 1301))


def test_many_records_and_one_signal(bridge, command, source):
    config = source([json.dumps({"id": number, "text": "x" * 200}) for number in range(50000)])
    catalog = configured(bridge.discover(config, command).catalog)
    process = bridge.start(bridge.arguments("read", command, config=config, catalog=catalog))
    head = bridge.read_until(process, b'"RECORD"')
    process.send_signal(signal.SIGTERM)
    run = bridge.finish(process, head)
    assert run.exit_status == -signal.SIGTERM
    assert run.statuses("people") == ["STARTED", "RUNNING", "INCOMPLETE"]


def test_all_four_commands_with_the_adapter(connector, source):
    jsonl, config = connector("jsonl"), source(['{"id": 1, "name": "Zoë"}', '{"id": 2, "name": null}'])
    assert {"path", "stream_name"} <= jsonl.spec().spec["connectionSpecification"]["properties"].keys()
    assert jsonl.check(config).status == {"status": "SUCCEEDED"}
    wrong = jsonl.check(config | {"encoding": "klingon"})
    assert wrong.status["status"] == "FAILED"
    assert '"File Encoding" is none that Python knows.' in wrong.status["message"]
    discovered = jsonl.discover(config).catalog
    assert discovered["streams"][0]["source_defined_primary_key"] == [["id"]]
    assert set(discovered["streams"][0]["supported_sync_modes"]) == {"full_refresh", "incremental"}
    first = jsonl.read(config, configured(discovered, "incremental"))
    assert data(first) == [{"id": 1, "name": "Zoë"}, {"id": 2, "name": None}]
    source(['{"id": 1, "name": "Zoë"}', '{"id": 2, "name": null}', '{"id": 3, "name": "new"}'])
    second = jsonl.read(config, configured(discovered, "incremental"), first.last_states())
    assert {"id": 3, "name": "new"} in data(second)
