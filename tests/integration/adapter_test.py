"""The adapter on the command line: which file is taken, what its limits do, what the published schema says of it."""

import json
import re
import subprocess
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
    return [] if run.exit_status == 0 else problems_in(run.error["message"])


def problems_in(message):
    head, text = re.fullmatch(r"The adapter has (a problem: |\d+ problems:\n)(.*)", message, re.S).groups()
    lines = text.split("\n")
    assert len(lines) == (1 if head == "a problem: " else int(head.split()[0])), message
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
    assert problems(named_by_it) == [f'unknown key "variable"; the known ones are {", ".join(SCHEMA["properties"])}.']
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


def deref(node):
    """A part of the schema with what it refers to."""
    for part in node.get("allOf", []):
        node = node | {key: value for key, value in deref(part).items() if key not in node}
    name = node.get("$ref", "").removeprefix("#/definitions/")
    return SCHEMA["definitions"][name] | {key: node[key] for key in node if key != "$ref"} if name else node


def keys_of(node, path=()):
    """Every key that the schema describes, with its schema: NAME is a key of the user's own, 0 an item of a list."""
    node = deref(node)
    for name, below in node.get("properties", {}).items():
        yield (*path, name), below
        yield from keys_of(below, (*path, name))
    for below in node.get("anyOf", []):
        yield from keys_of(below, path)
    if isinstance(below := node.get("additionalProperties"), dict):
        yield from keys_of(below, (*path, "NAME"))
    if isinstance(below := node.get("items"), dict):
        yield from keys_of(below, (*path, 0))


KEYS = dict(keys_of(SCHEMA))
MAPPINGS = {path[:-1] for path in KEYS if path[-1] not in ("*", "now")}
# What must stand beside a key, or it is wrong whatever its value is.
BESIDE = {
    ("config", "NAME", "default"): {"from": "x"},
    ("config", "NAME", "shift"): {"from": "x"},
    ("config", "NAME", "format"): {"from": "x"},
    ("config", "NAME", "as"): {"from": "x"},
    ("config", "NAME", "suffix"): {"from": "x", "as": "file"},
    ("errors", 0, "match"): {"type": "config_error"},
    ("errors", 0, "type"): {"match": "x"},
    ("errors", 0, "message"): {"match": "x", "type": "config_error"},
}


def adapter_with(path, value):
    """An adapter in which the value stands at that path."""
    document = value
    for depth in range(len(path), 0, -1):
        name = path[depth - 1]
        document = [document] if name == 0 else BESIDE.get(path[:depth], {}) | {name: document}
    return {"version": 1} | document


def said_of(bridge, document):
    """What is wrong with the adapter, a line each, without its path; no tap is run."""
    command = [bridge.program, "adapter", "check", bridge.file(document, "adapter.yaml")]
    done = subprocess.run(command, env=bridge.environment(), capture_output=True, text=True, timeout=60)
    said = done.stderr.removeprefix("tapbridge: ").rstrip("\n")
    assert (done.returncode, said == "") in ((0, True), (1, False)), (document, done)
    return problems_in(said) if said else []


@pytest.mark.parametrize("path", sorted(MAPPINGS, key=str), ids=lambda path: ".".join(map(str, path)) or "file")
def test_the_schema_knows_the_same_keys(bridge, path):
    said = said_of(bridge, adapter_with((*path, "qqqqqqqq"), 1))
    known = [re.search(r'"qqqqqqqq".*; the known ones are (.*)\.$', line) for line in said]
    (found,) = [match.group(1).split(", ") for match in known if match]
    assert sorted(found) == sorted(key[-1] for key in KEYS if key[:-1] == path and key[-1] != "*")


VALUES = [None, True, 0, 10, -1, 1.5, "", "no", "10", "10s", "1 s", "1d", "-1d", "+1mo", "1MiB", "65536B", "1MB", [],
          ["10s"], [""], [None], [["a"]], [1], {}, {"a": 1}, {"a": {}}, {"a": None}, {"properties": {}}, {"now": "-1d"}, {"now": 1}, "both",
          "none", "-", "--x", "/x", "a.b", "a..b", "{a}", "{a", "https://x", "%Y", "**", "a[b]", ["a*"], ["a[b]"]]  # fmt: skip


def choices(node):
    """The words that the schema knows for a value."""
    node = deref(node)
    words = node.get("enum", [])
    return words + [[word] for word in choices(node["items"])] if "items" in node else words


@pytest.mark.parametrize("path", list(KEYS), ids=lambda path: ".".join(map(str, path)))
def test_the_schema_takes_the_same_values(bridge, path):
    """All of these values are within the bounds, which a schema cannot tell."""
    checker = jsonschema.Draft7Validator(SCHEMA)
    taken = 0
    for value in VALUES + choices(KEYS[path]):
        document = adapter_with(path, value)
        if path == ("spec",) and isinstance(value, (str, int, float)) and value != "":
            continue  # the path of a file
        said = said_of(bridge, document)
        assert checker.is_valid(document) == (said == []), (document, said)
        taken += said == []
    assert taken > 0 or path == ("version",)


REFERENCE = (ADAPTERS.parent / "docs/adapters.md").read_text("utf-8")


def test_the_reference_has_every_key():
    rows = re.findall(r"^\| `([^`]+)` \|", REFERENCE, re.M)
    wanted = {".".join(map(str, path)).replace(".0", "[]") for path in KEYS}
    sections = {".".join(map(str, path)) for path in MAPPINGS if len(path) == 1}
    assert len(rows) == len(set(rows))
    assert set(rows) == wanted | sections


def test_the_reference_names_the_defaults():
    told = dict(re.findall(r"^\| `([^`]+)` \|.*\| `([^`]+)` \|$", REFERENCE, re.M))
    for path, node in KEYS.items():
        if "default" in node and path != ("config", "*"):
            default = node["default"]
            assert told[".".join(map(str, path))] == (str(default).lower() if default is False else default)


@pytest.mark.parametrize("page", ["docs/adapters.md", "adapters/README.md"])
def test_every_example_is_an_adapter(bridge, page):
    examples = re.findall(r"```yaml\n(.*?)```", (ADAPTERS.parent / page).read_text("utf-8"), re.S)
    assert examples
    for example in examples:
        assert said_of(bridge, example) == []


def test_a_spec_file_lies_beside_the_adapter(bridge):
    said = said_of(bridge, "version: 1\nspec: nowhere.json\n")
    assert [line.split(":")[0] for line in said] == ['the spec file "nowhere.json" cannot be read']
