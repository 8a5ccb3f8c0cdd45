"""What an adapter does to a tap and to what comes out of it, key by key, on the command line."""

import json
import re
from pathlib import Path

import pytest

from harness.bridge import configured
from harness.scripted import catalog, record, schema, state, stream

ITEMS = stream("items", ["id", "text"])
NOTES = stream("notes", ["id"])
DISCOVER = "[discover]\ndump-args $dir/discover-args\n" + catalog(ITEMS, NOTES)
SYNC = (
    "[sync]\ndump-args $dir/args\ndump-env $dir/env\ndump-cwd $dir/cwd\ndump-file --config $dir/config\n"
    + schema(ITEMS)
    + record("items", id=1)
)
ALL = DISCOVER + SYNC + state(items={"id": 1})
CONFIGURED = configured({"streams": [{"name": "items", "json_schema": {}}]})
SPEC = {
    "type": "object",
    "required": ["credentials"],
    "properties": {
        "credentials": {
            "type": "object",
            "title": "Credentials",
            "required": ["access_token"],
            "properties": {"access_token": {"type": "string", "title": "Access token", "airbyte_secret": True}},
        },
        "since": {"type": "string", "format": "date", "title": "Start date"},
        "private_key": {"type": "string", "title": "Private key", "airbyte_secret": True},
    },
}
CONFIG = {"credentials": {"access_token": "t0p-secret"}, "since": "2024-01-31"}


@pytest.fixture
def adapter(scripted_tap):
    """An adapter (a dict) whose tap does what the scenario says."""

    def make(scenario=ALL, **keys):
        tap = {"command": scripted_tap(scenario), **keys.pop("tap", {})}
        return {"version": 1, "tap": tap, **keys}

    return make


def test_the_tap_stands_in_the_adapter(bridge, scripted_tap, adapter):
    inherited = {"AIRBYTE_X": "1", "SHARED": "outer", "KEPT": "yes"}
    says = adapter(tap={"env": {"TZ": "UTC", "SHARED": "inner"}})
    run = bridge.read({}, CONFIGURED, adapter=says, env=inherited)
    assert run.exit_status == 0 and run.records() == [{"id": 1}], run.tail()
    seen = dict(line.split("=", 1) for line in scripted_tap.saw("env").splitlines())
    assert (seen["TZ"], seen["SHARED"], seen["KEPT"]) == ("UTC", "inner", "yes") and "AIRBYTE_X" not in seen
    assert Path(scripted_tap.saw("cwd").strip()).parent == bridge.temporary, "a private folder, gone by now"
    for command in ("check", "discover"):
        assert bridge.run(command, config={}, adapter=says).exit_status == 0


def test_its_folder_may_be_named(bridge, scripted_tap, adapter):
    run = bridge.read({}, CONFIGURED, adapter=adapter(tap={"cwd": str(scripted_tap.folder)}))
    assert run.exit_status == 0 and scripted_tap.saw("cwd").strip() == str(scripted_tap.folder)
    gone = bridge.read({}, CONFIGURED, adapter=adapter(tap={"cwd": "/not/there"}))
    assert gone.exit_status == 1
    assert gone.error["message"] == "The tap's working directory /not/there cannot be used: No such file or directory."


def test_a_command_after_the_dashes_replaces_it(bridge, scripted_tap):
    says = {"version": 1, "tap": {"command": ["/not/there"], "env": {"TZ": "UTC"}}}
    run = bridge.read({}, CONFIGURED, tap=scripted_tap(ALL), adapter=says)
    assert run.exit_status == 0 and "TZ=UTC" in scripted_tap.saw("env").splitlines()
    assert scripted_tap.saw("cwd").strip() == str(bridge.folder), "the caller's"


def test_an_adapter_without_a_tap(bridge):
    run = bridge.run("discover", config={}, adapter="version: 1\n")
    assert run.exit_status == 1 and run.error["failure_type"] == "config_error"
    assert re.fullmatch(
        r'The adapter \S+ names no tap\. Add tap\.command to it, or put the tap\'s command after "--"\.',
        run.error["message"],
    )


@pytest.mark.parametrize(
    "flag, seen",
    [("--catalog", ["--catalog"]), ("--properties", ["--properties"]), ("-p", ["-p"]), ("none", []),
     ("both", ["--catalog", "--properties"]), (None, ["--catalog", "--properties"])],
)  # fmt: skip
def test_the_flag_of_the_catalog(bridge, scripted_tap, adapter, flag, seen):
    run = bridge.read({}, CONFIGURED, adapter=adapter(tap={"catalog_flag": flag} if flag else {}))
    assert run.exit_status == 0, run.tail()
    flags = [word for word in scripted_tap.saw("args").splitlines() if word.startswith("-") and word != "--config"]
    assert flags == seen


@pytest.mark.parametrize("flag, seen", [("--state", "--state"), ("-s", "-s"), ("none", None), (None, "--state")])
def test_the_flag_of_the_state(bridge, scripted_tap, adapter, flag, seen):
    says = adapter(tap={"state_flag": flag} if flag else {}, streams={"items": {"cursor": "id"}})
    incremental = configured({"streams": [{"name": "items", "json_schema": {}}]}, "incremental")
    first = bridge.read({}, incremental, adapter=says)
    run = bridge.read({}, incremental, state=first.last_states(), adapter=says)
    assert run.exit_status == 0, run.tail()
    words = scripted_tap.saw("args").splitlines()
    assert {word for word in words if word in ("--state", "-s")} == ({seen} if seen else set())


def test_how_it_discovers(bridge, scripted_tap, adapter):
    run = bridge.discover({}, adapter=adapter(tap={"discover": ["--discover", "--deep"]}))
    assert run.exit_status == 0
    assert scripted_tap.saw("discover-args").splitlines()[-2:] == ["--discover", "--deep"]


def test_a_tap_that_cannot_discover(bridge, scripted_tap, adapter):
    """Its streams come from the SCHEMAs of a sync, which ends when all that the adapter names have come."""
    sync = f"[sync]\ndump-args $dir/args\n{schema(ITEMS)}{schema(NOTES)}if-not-flag --go sleep-forever\n"
    says = adapter(sync, tap={"from_sync": True, "catalog_flag": "none"}, streams={"items": {}, "notes": {}})
    run = bridge.discover({}, adapter=says)
    assert run.exit_status == 0, run.tail()
    assert [found["name"] for found in run.catalog["streams"]] == ["items", "notes"]
    assert not run.log_text("WARN")
    assert "--discover" not in scripted_tap.saw("args").split()


def test_its_streams_may_come_under_other_names(bridge, adapter):
    sync = f"[sync]\n{schema(stream('sent_as', ['id']))}sleep-forever\n"
    says = adapter(sync, tap={"from_sync": True}, streams={"items": {"alias": "sent_as"}})
    run = bridge.discover({}, adapter=says)
    assert [found["name"] for found in run.catalog["streams"]] == ["items"], run.tail()


def test_a_glob_does_not_drop_what_the_catalog_does_not_explain(bridge, adapter):
    """It may be a configured stream under a new name."""
    sync = f"{DISCOVER}[sync]\n{schema(stream('bills'))}{record('bills', id=1)}{state(items={'id': 1})}"
    run = bridge.read({}, CONFIGURED, adapter=adapter(sync, streams={"b*": {"exclude": True}}))
    assert run.exit_status == 1 and 'under the name "bills"' in run.error["message"]


def test_without_its_streams_the_list_may_be_short(bridge, adapter):
    sync = f"[sync]\n{schema(ITEMS)}sleep-forever\n"
    run = bridge.discover({}, adapter=adapter(sync, tap={"from_sync": True}, limits={"discover": "1s"}))
    assert run.exit_status == 0 and len(run.catalog["streams"]) == 1
    assert "the list of streams may be short" in run.log_text("WARN")


def test_the_spec_needs_no_tap(bridge, adapter):
    says = adapter("touch $dir/started\n", spec=SPEC, documentation_url="https://example.com/tap")
    run = bridge.spec(adapter=says)
    assert run.exit_status == 0, run.tail()
    assert run.spec["connectionSpecification"]["properties"]["since"]["title"] == "Start date"
    assert run.spec["documentationUrl"] == "https://example.com/tap"
    assert not Path(says["tap"]["command"][1]).with_name("started").exists()


def test_the_spec_may_be_a_file_beside_the_adapter(bridge, scripted_tap):
    beside = bridge.file(SPEC, "spec.json")
    says = {"version": 1, "tap": {"command": scripted_tap(ALL)}, "spec": beside.name}
    assert bridge.spec(adapter=says).spec["connectionSpecification"]["required"] == ["credentials"]
    missing = bridge.run("spec", adapter=says | {"spec": "gone.json"})
    assert missing.exit_status == 1 and "gone.json" in missing.error["message"]
    assert "No such file or directory" in missing.error["message"]


@pytest.mark.parametrize(
    "config, problem",
    [
        ({}, '"Credentials" (credentials) is missing.'),
        ({"credentials": {}}, '"Access token" (credentials.access_token) is missing.'),
        ({"credentials": {"access_token": 7}}, '"Access token" (credentials.access_token) has to be a text.'),
        (CONFIG | {"since": "yesterday"}, '"Start date" (since) has to be a date'),
    ],
)
def test_a_config_is_held_against_the_spec(bridge, adapter, config, problem):
    says = adapter("[help]\ntouch $dir/started\n", spec=SPEC)
    run = bridge.check(config, adapter=says)
    assert run.exit_status == 0 and run.status["status"] == "FAILED"
    assert problem in run.status["message"]
    read = bridge.run("read", config=config, catalog=CONFIGURED, adapter=says)
    assert read.exit_status == 1 and problem in read.error["message"]
    assert read.error["failure_type"] == "config_error"


MAPPING = {
    "token": {"from": "credentials.access_token"},
    "start_date": {"from": "since", "format": "%Y-%m-%dT%H:%M:%SZ"},
    "url": {"template": "https://{credentials.access_token}@x/"},
    "key_file": {"from": "private_key", "as": "file", "suffix": ".p8"},
    "agent": {"value": "bridge"},
}


def test_the_tap_gets_its_own_settings(bridge, scripted_tap, adapter):
    config = CONFIG | {"private_key": "-----BEGIN\nMIIEvQ\n", "other": 1}
    says = adapter(ALL + "dump-file --config $dir/config\n", spec=SPEC, config=MAPPING)
    run = bridge.read(config, CONFIGURED, adapter=says)
    assert run.exit_status == 0, run.tail()
    seen = json.loads(scripted_tap.saw("config"))
    assert list(seen) == ["token", "start_date", "url", "key_file", "agent"]
    key_file = seen.pop("key_file")
    assert key_file.startswith(str(bridge.work)) and key_file.endswith(".p8")
    assert seen == {
        "token": "t0p-secret", "start_date": "2024-01-31T00:00:00Z", "url": "https://t0p-secret@x/", "agent": "bridge",
    }  # fmt: skip
    assert not run.controls, "nobody has changed anything"


def test_its_own_settings_are_secret_too(bridge, adapter):
    sync = f"{DISCOVER}[sync]\n{schema(ITEMS)}{record('items', id=1)}err CRITICAL refused t0p-secret\nexit 1\n"
    run = bridge.read(CONFIG, CONFIGURED, adapter=adapter(sync, spec=SPEC, config=MAPPING))
    assert run.exit_status == 1 and b"t0p-secret" not in run.stdout + run.stderr


def test_variables_of_the_adapter_are_secret_where_they_look_it(bridge, adapter):
    sync = f"{DISCOVER}[sync]\n{schema(ITEMS)}{record('items', id=1)}err CRITICAL refused v3ndor-secret\nexit 1\n"
    run = bridge.read({}, CONFIGURED, adapter=adapter(sync, tap={"env": {"VENDOR_TOKEN": "v3ndor-secret"}}))
    assert run.exit_status == 1 and b"v3ndor-secret" not in run.stdout + run.stderr


def test_a_rotated_token_comes_back_as_the_users(bridge, adapter):
    rotated = {"token": "n3w-secret", "start_date": "2030-01-01", "url": "https://n3w-secret@x/", "agent": "x"}
    sync = f"{DISCOVER}[sync]\nwrite-config {json.dumps(rotated)}\n{schema(ITEMS)}{record('items', id=1)}"
    run = bridge.read(CONFIG, CONFIGURED, adapter=adapter(sync, spec=SPEC, config=MAPPING))
    assert run.exit_status == 0, run.tail()
    assert run.controls == [{"credentials": {"access_token": "n3w-secret"}, "since": "2024-01-31"}]


def test_what_the_tap_cannot_be_given_is_the_users_to_mend(bridge, adapter):
    loose = {"type": "object", "properties": {"since": {"type": "string", "title": "Start date"}}}
    mapping = {"start_date": {"from": "since", "format": "%Y"}}
    run = bridge.check({"since": "s0on"}, adapter=adapter(spec=loose, config=mapping))
    assert run.exit_status == 0 and run.status["status"] == "FAILED"
    assert 'the setting "since" has to be a date' in run.status["message"] and "s0on" not in run.status["message"]


def test_streams_are_as_the_adapter_says(bridge, adapter):
    rules = {
        "*": {"namespace": "shop"},
        "items": {"primary_key": ["text"], "cursor": "id", "schema": {"properties": {"more": {"type": "string"}}}},
        "notes": {"exclude": True},
    }
    (found,) = bridge.discover({}, adapter=adapter(streams=rules)).catalog["streams"]
    assert (found["name"], found["namespace"]) == ("items", "shop")
    assert found["source_defined_primary_key"] == [["text"]]
    assert (found["default_cursor_field"], found["source_defined_cursor"]) == (["id"], True)
    assert set(found["json_schema"]["properties"]) == {"id", "text", "more"}


def test_a_rule_that_fits_no_stream_is_told(bridge, adapter):
    run = bridge.discover({}, adapter=adapter(streams={"itmes": {"exclude": True}, "note*": {}}))
    assert "itmes" not in run.log_text("WARN"), "the name of an excluded one need not be in the catalog"
    run = bridge.discover({}, adapter=adapter(streams={"itmes": {"cursor": "id"}}))
    assert 'streams.itmes fits no stream' in run.log_text("WARN") and 'Did you mean "items"?' in run.log_text("WARN")


def test_check_by_discovery_starts_no_sync(bridge, scripted_tap, adapter):
    run = bridge.check({}, adapter=adapter(check={"by": "discovery"}))
    assert run.status["status"] == "SUCCEEDED" and not (scripted_tap.folder / "args").exists()


def test_check_tries_the_streams_that_are_named(bridge, scripted_tap, adapter):
    sync = "[sync]\ndump-file --catalog $dir/catalog\nexit 1\n"
    run = bridge.check({}, adapter=adapter(DISCOVER + sync, check={"streams": ["notes"]}))
    assert run.status["status"] == "FAILED"
    marked = {
        entry["stream"]: next(item["metadata"]["selected"] for item in entry["metadata"] if not item["breadcrumb"])
        for entry in json.loads(scripted_tap.saw("catalog"))["streams"]
    }
    assert marked == {"items": False, "notes": True}
    run = bridge.check({}, adapter=adapter(check={"streams": ["gone"]}))
    assert run.status["message"].startswith("The tap offers none of the streams that the adapter's check.streams")


def test_the_adapter_knows_the_taps_words(bridge, adapter):
    sync = f"{DISCOVER}[sync]\nerr CRITICAL Quota gone for today\nexit 1\n"
    errors = [{"match": "quota gone", "type": "transient_error", "message": "The quota is used up: try tomorrow."}]
    run = bridge.read({}, CONFIGURED, adapter=adapter(sync, errors=errors))
    assert (run.error["failure_type"], run.error["message"]) == ("transient_error", errors[0]["message"])


def test_nothing_is_asked_that_the_adapter_says(bridge, scripted_tap, adapter):
    tap = {"catalog_flag": "--catalog", "state_flag": "--state", "discover": ["--discover"]}
    says = adapter("count-call $dir/calls\n" + ALL, tap=tap, spec={"type": "object", "properties": {}})
    assert bridge.read({}, CONFIGURED, adapter=says).exit_status == 0
    assert scripted_tap.saw("calls").strip() == "2", "discovery and sync"


def adapter_check(bridge, path):
    process = bridge.start([str(bridge.program), "adapter", "check", str(path)])
    shown, said = process.communicate(timeout=30)
    return process.returncode, shown.decode(), said.decode()


def test_an_adapter_is_checked_without_a_tap(bridge):
    beside = bridge.file({"type": "object", "properties": {"token": {"type": "string"}}}, "spec.json")
    text = f"version: 1\ntap: {{command: [/not/there]}}\nspec: {beside.name}\nconfig:\n  key: {{from: token}}\n"
    path = bridge.file(text, "adapter.yaml")
    status, shown, said = adapter_check(bridge, path)
    assert (status, said) == (0, "")
    assert f"    from: token  # {path}:5" in shown.splitlines()
    assert "  stop_grace: 10s  # default" in shown.splitlines()
    assert adapter_check(bridge, bridge.file(shown, "shown.yaml"))[0] == 0, "what it shows is an adapter"


def test_all_that_is_wrong_with_it_is_said(bridge):
    path = bridge.file("version: 1\nstate: {intervall: 1s}\nlimits: {idle: 10}\n", "adapter.yaml")
    status, shown, said = adapter_check(bridge, path)
    assert (status, shown) == (1, "")
    assert said.splitlines() == [
        "tapbridge: The adapter has 2 problems:",
        f'{path}:2:9: unknown key "intervall" in state; did you mean "interval"?',
        f'{path}:3:16: limits.idle is "10". A duration is a whole number and its unit: ms, s, m or h, as in 10s.',
    ]
    assert "No such file" in adapter_check(bridge, bridge.folder / "gone.yaml")[2]
