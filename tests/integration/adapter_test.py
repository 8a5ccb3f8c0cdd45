"""The adapter on the command line: which file is taken, what its limits do, what the published schema says of it."""

import json
import re
from pathlib import Path

import jsonschema
import pytest

from harness.bridge import configured
from harness.endings import python_tap
from harness.scripted import catalog, record, schema, state, stream

ADAPTERS = Path(__file__).resolve().parents[2] / "adapters"
SCHEMA = json.loads((ADAPTERS / "adapter.schema.json").read_text("utf-8"))
ITEMS = stream("items", ["id", "text"])
DISCOVER = "[discover]\n" + catalog(ITEMS)
SYNC = DISCOVER + "[sync]\n" + schema(ITEMS) + record("items", id=1) + state(items={"id": 1})
COMMANDS = ("spec", "check", "discover", "read")
CONFIGURED = configured({"streams": [{"name": "items", "json_schema": {}, "supported_sync_modes": ["full_refresh"]}]})


def run(bridge, command, tap, **more):
    """Any of the four commands, with the files that it takes."""
    files = {"config": {}} if command != "spec" else {}
    files |= {"catalog": CONFIGURED} if command == "read" else {}
    return bridge.run(command, tap, **files, **more)


def problems(run):
    """What is said of the adapter, a line each, without its path; nothing where it was taken."""
    if run.exit_status == 0:
        return []
    head, text = re.fullmatch(r"The adapter has (a problem: |\d+ problems:\n)(.*)", run.error["message"], re.S).groups()
    lines = text.split("\n")
    assert len(lines) == (1 if head == "a problem: " else int(head.split()[0])), run.error["message"]
    return [line.split(": ", 1)[1] for line in lines]


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_takes_an_adapter(bridge, scripted_tap, command):
    tap = scripted_tap(SYNC)
    assert run(bridge, command, tap, adapter="version: 1\n").exit_status == 0
    wrong = run(bridge, command, tap, adapter="version: 1\nlimit: {}\n")
    assert (wrong.exit_status, wrong.error["failure_type"]) == (1, "config_error")
    assert problems(wrong) == ['unknown key "limit"; did you mean "limits"?']
    assert [message["type"] for message in wrong.messages] == ["TRACE"]


def test_a_bad_adapter_starts_no_tap(bridge, scripted_tap):
    tap = scripted_tap("touch $dir/started\n" + SYNC)
    assert run(bridge, "discover", tap, adapter="").exit_status == 1
    assert not (scripted_tap.folder / "started").exists()


def test_the_variable_names_one_unless_the_flag_does(bridge, scripted_tap):
    tap = scripted_tap("dump-env $dir/env\n" + SYNC)
    variable = {"TAPBRIDGE_ADAPTER": str(bridge.file("version: 1\nvariable: 1\n", "adapter.yaml"))}
    named_by_it = run(bridge, "discover", tap, env=variable)
    assert problems(named_by_it) == ['unknown key "variable"; the known ones are version, state, limits.']
    assert run(bridge, "discover", tap, env=variable, adapter="version: 1\n").exit_status == 0
    assert "TAPBRIDGE_ADAPTER" not in scripted_tap.saw("env")
    assert run(bridge, "discover", tap, env={"TAPBRIDGE_ADAPTER": ""}).exit_status == 0
    gone = run(bridge, "discover", tap, env={"TAPBRIDGE_ADAPTER": "/nowhere/adapter.yaml"})
    assert gone.error["message"].startswith("Adapter file /nowhere/adapter.yaml cannot be read: No such file")


def test_a_file_without_end_is_refused(bridge, scripted_tap):
    endless = run(bridge, "discover", scripted_tap(SYNC), adapter=Path("/dev/zero"))
    assert problems(endless) == ["the file is longer than 1 MiB, as no adapter is. Name another."]


def record_of(size):
    """A RECORD line of so many bytes."""
    around = len(record("items", id=1, text="")) - len("out \n")
    return record("items", id=1, text="x" * (size - around))


@pytest.mark.parametrize("size", [65536, 65537, 200000])
def test_a_longer_line_than_the_limit_is_an_error(bridge, scripted_tap, size):
    """Whatever chunks it comes in: a whole line that came in one read is measured, too."""
    tap = scripted_tap(DISCOVER + "[sync]\n" + schema(ITEMS) + record_of(size) + state(items={"id": 1}))
    done = bridge.read({}, CONFIGURED, tap=tap, adapter="version: 1\nlimits: {line: 64KiB}\n")
    if size == 65536:
        assert (done.exit_status, len(done.records("items"))) == (0, 1)
        return
    assert done.error["message"].startswith("Line 2 of the tap's output is longer than 64 KiB.")
    assert (done.exit_status, done.records("items"), done.states) == (1, [], [])


def test_the_limit_is_for_messages_not_for_the_catalog(bridge, scripted_tap):
    wide = stream("items", [f"column_{number}" for number in range(5000)])
    tap = scripted_tap("[discover]\n" + catalog(wide))
    assert len(catalog(wide)) > 65536
    assert bridge.discover({}, tap, adapter="version: 1\nlimits: {line: 64KiB}\n").exit_status == 0


def test_the_grace_can_be_cut(reads):
    """With the default of ten seconds the tap would come to write its file."""
    code = "signal.signal(signal.SIGTERM, lambda *_: (time.sleep(8), touch('late')))\ntouch('ready')\nforever()\n"
    process = reads.start(python_tap(reads.scripted_tap, code), grace=0)
    assert reads.terminate(process, least=0).exit_status == -15
    assert not (reads.folder / "late").exists()


def test_the_example_shows_the_defaults(bridge, scripted_tap):
    """adapters/README.md says so; the schema says the same."""
    example = re.search(r"```yaml\n(.*?)```", (ADAPTERS / "README.md").read_text("utf-8"), re.S).group(1)
    assert run(bridge, "spec", scripted_tap(SYNC), adapter=example).exit_status == 0
    shown = dict(re.findall(r"^  (\w+): (\S+)", example, re.M))
    mappings_shown = [SCHEMA["properties"][name]["properties"] for name in ("state", "limits")]
    assert shown == {name: known["default"] for keys in mappings_shown for name, known in keys.items()}
    assert re.search(r"\$schema=(\S+)", example).group(1) == "adapter.schema.json"


def mappings(schema, path=()):
    """Every mapping that the schema describes: its path and its keys."""
    if "properties" in schema:
        yield path, list(schema["properties"])
        for name, below in schema["properties"].items():
            yield from mappings(below, (*path, name))


def adapter_with(path, value):
    """An adapter in which the value stands at that path."""
    for name in reversed(path):
        value = {name: value}
    return {"version": 1} | value


@pytest.mark.parametrize("path, keys", list(mappings(SCHEMA)), ids=lambda value: ".".join(value) or "file")
def test_the_schema_knows_the_same_keys(bridge, scripted_tap, path, keys):
    said = problems(run(bridge, "spec", scripted_tap(SYNC), adapter=adapter_with((*path, "qqqqqqqq"), 1)))
    known = re.search(r"the known ones are (.*)\.$", said[0]).group(1).split(", ")
    assert sorted(known) == sorted(keys)


VALUES = [None, True, 0, 1, 10, -1, 1.5, "", "1", "no", "10", "10s", "0s", "1h", "300ms", "1 s", "1.5s", "-1s", "1S",
          "1d", "1MiB", "1GiB", "65536B", "1MB", "1mib", [], ["10s"], {}, {"line": "1MiB"}]  # fmt: skip


def leaves(schema, path=()):
    for name, below in schema.get("properties", {}).items():
        yield (*path, name)
        yield from leaves(below, (*path, name))


@pytest.mark.parametrize("path", list(leaves(SCHEMA)), ids=".".join)
def test_the_schema_takes_the_same_values(bridge, scripted_tap, path):
    """All of these values are within the bounds, which a schema cannot tell."""
    checker, tap = jsonschema.Draft7Validator(SCHEMA), scripted_tap(SYNC)
    for value in VALUES:
        document = adapter_with(path, value)
        said = problems(run(bridge, "spec", tap, adapter=document))
        assert checker.is_valid(document) == (said == []), (document, said)
