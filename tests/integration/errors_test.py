"""Every message of docs/errors.md, verbatim: its tables are the expectation, the situations are made here."""

import os
import re
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from harness.messages import dump
from harness.scripted import catalog, record, schema, state, stream

DOC = Path(__file__).resolve().parents[2] / "docs/errors.md"
ITEMS, ORDERS = stream("items"), stream("orders")
DISCOVER = "[discover]\n" + catalog(ITEMS, ORDERS)
SILENT = DISCOVER + "[sync]\n"
STARTS = SILENT + schema(ITEMS) + record("items", id=1)
FINE = STARTS + state(items={"id": 1}) + schema(ORDERS)
LONG_LINE = f"""#!/bin/sh
case "$*" in
*--discover*) echo '{dump({"streams": [ITEMS, ORDERS]})}' ;;
*--catalog*) head -c 270000000 /dev/zero | tr '\\0' x ;;
esac
"""
LAUGHS = "".join(f"{b}: &{b} [{','.join([f'*{a}'] * 20)}]\n" for a, b in zip("abcde", "bcdef"))
ADAPTER_KEYS = "version, name, documentation_url, tap, spec, config, streams, state, check, errors, limits"
TRACEBACK = r'Traceback (most recent call last):\n  File "tap.py", line 7, in sync\n    fetch()\nKeyError: 17\n'


def rows(heading):
    """The rows of the table below that heading."""
    section = re.search(rf"^## {heading}\n(.*?)(?=^## |\Z)", DOC.read_text("utf-8"), re.M | re.S).group(1)
    lines = [line for line in section.splitlines() if line.startswith("| ")]
    return [[cell.strip() for cell in line.strip("|").split(" | ")] for line in lines[1:]]


def entry(name, mode="full_refresh", **more):
    descriptor = {"name": name, "json_schema": {"properties": {}}, "supported_sync_modes": ["full_refresh"], **more}
    return {"stream": descriptor, "sync_mode": mode, "destination_sync_mode": "append"}


def program(text, mode=0o755):
    """A tap that is a file of its own: its content and mode."""

    def make(folder):
        path = folder / "tap-x"
        path.write_text(text)
        path.chmod(mode)
        return [str(path)]

    return make


GOOD = {"credentials": {"api_key": "k"}}
SPEC = {
    "required": ["credentials"],
    "properties": {
        "credentials": {
            "type": "object",
            "title": "Credentials",
            "required": ["api_key"],
            "properties": {"api_key": {"type": "string", "title": "API key", "airbyte_secret": True}},
        },
        "port": {"type": "integer", "title": "Port"},
        "region": {"type": "string", "title": "Region", "enum": ["eu", "us"]},
        "host": {"type": "string", "title": "Host", "pattern": "^[a-z.]+$", "examples": ["db.example.com"]},
        "since": {"type": "string", "title": "Start date", "format": "date"},
    },
}


@dataclass
class Case:
    """A tap (a scenario, a command, or what makes one) and the files of a command; a file may be a path."""

    tap: object = FINE
    command: str = "read"
    config: object = "{}"
    catalog: object = field(default_factory=lambda: {"streams": [entry("items"), entry("orders")]})
    state: object = None
    adapter: object = None
    about: str = "config"  # the file that FILE in the message stands for
    values: dict = field(default_factory=dict)  # what other words in capitals stand for
    forbidden: bool = False  # that file may not be read


def falls_silent(says, **values):
    return Case(says + "sleep-forever\n", adapter="version: 1\nlimits: {idle: 3s}\n", values=values)


def settings(user, **adapter):
    return Case(config=dump(user), adapter=dump({"version": 1, **adapter}))


def streams(rules, entries=(ITEMS, ORDERS)):
    return Case("[discover]\n" + catalog(*entries) + "[sync]\n" + schema(ORDERS) + record("orders", id=1), adapter=dump({"version": 1, "streams": rules}))


def discovery(says, ends="exit 0\n", **values):
    return Case("[discover]\n" + says + ends, "discover", values=values)


def syncs_in_vain(says, **values):
    text = "version: 1\ntap: {from_sync: true}\nlimits: {discover: 2s}\n"
    return Case("[sync]\n" + says + "sleep-forever\n", "discover", adapter=text, values=values)


def reads(end, before=STARTS, **values):
    return Case(before + end, values=values)


def adapter(content, place=None, **values):
    """An adapter after `version: 1`, with its problem at that place ("L:C")."""
    line, column = (place or ":").split(":")
    text = content if place is None or isinstance(content, bytes) else "version: 1\n" + content
    return Case(about="adapter", adapter=text, values={"L": line, "C": column, **values})


def given(kind, content, forbidden=False, **values):
    return Case(about=kind, forbidden=forbidden, values=values, **{kind: content})


SHARED = [stream(f"{space}-items", metadata=[
    {"breadcrumb": [], "metadata": {"schema-name": space, "forced-replication-method": "LOG_BASED"}}
], table_name="items", stream="items") for space in ("de", "fr")]  # fmt: skip

CASES = {
    # Files
    "A file does not exist": given("config", Path("/nowhere/file.json")),
    "A file is a folder": given("catalog", Path("/usr")),
    "A file may not be read": given("state", "{}", forbidden=True),
    "The config is empty": given("config", ""),
    "The config is not JSON": given("config", '{\n  "token": "x",\n}', N="3", M="1"),
    "The config is cut off": given("config", '{"token": "x"', N="1", M="14"),
    "The config is not an object": given("config", "[]", KIND="a list"),
    "The catalog is not JSON": given("catalog", '{"streams": [}', N="1", M="14"),
    "The catalog has another shape": given("catalog", '{"stream": []}', PLACE="streams"),
    "An entry of the catalog lacks something": given(
        "catalog", '{"streams": [{"stream": {"name": "items"}}]}', PLACE="streams[0].sync_mode"
    ),
    "The catalog is what discover printed": given(
        "catalog", '{"type": "LOG", "log": {}}\n{"type": "CATALOG", "catalog": {"streams": []}}'
    ),
    "The catalog is the inner part of what discover printed": given(
        "catalog", '{"streams": [{"name": "items", "json_schema": {}}]}'
    ),
    "The catalog holds a stream twice": given(
        "catalog", {"streams": [entry("items"), entry("items")]}, N="1", M="0", STREAM="items"
    ),
    "The catalog selects nothing": given("catalog", {"streams": []}),
    "The catalog asks for an unknown sync mode": given(
        "catalog", {"streams": [entry("items", "INVALID")]}, MODE="INVALID", STREAM="items"
    ),
    "The state is not JSON": given("state", '{"items": ]', N="1", M="11"),
    "The state is no state": given("state", "7", KIND="a number"),
    # Adapter
    "The adapter does not exist": adapter(Path("/nowhere/adapter.yaml")),
    "The adapter is empty": adapter("# nothing yet\n"),
    "The adapter is too long": adapter("#" * 1048577),
    "It is not UTF-8": adapter(b"version: 1\nlimits: \xe9", "2:9"),
    "It holds a control character": adapter("limits: {}\x04", "2:11"),
    "It is indented by tabs": adapter("limits:\n\tidle: 1s", "3:1"),
    "A colon is in the way": adapter("limits: idle: 1s", "2:13"),
    "It is indented unevenly": adapter("limits:\n    idle: 1s\n  line: 1MiB", "4:3"),
    "A mapping is not closed": adapter("limits: {idle: 1s", "2:9"),
    "A list is not closed": adapter("limits: [1s,", "2:9"),
    "A bracket is too many": adapter("limits: {idle: 1s}}", "2:19"),
    "A quote is not closed": adapter('limits: {idle: "1s}', "2:20"),
    "A text wants quotes": adapter("limits: @x", "2:9"),
    "A backslash wants another": adapter('limits: "C:\\q"', "2:14"),
    "An escape is half a character": adapter('limits: "\\ud83d\\ude00"', "2:16"),
    "It is not YAML otherwise": adapter(b"%YAML 1.2\n%YAML 1.2\n---\nversion: 1\n", "2:1"),
    "An alias has no anchor": adapter("limits: *x", "2:9"),
    "An alias repeats itself": adapter("limits: &x {idle: *x}", "2:19"),
    "Aliases multiply": adapter("a: &a [1,1,1]\n" + LAUGHS, "6:8"),
    "It is nested too deeply": adapter("limits: " + "[" * 101 + "]" * 101, "2:108"),
    "It has a tag": adapter("limits: !!map {}", "2:9"),
    "A key is no word": adapter("[limits]: {}", "2:1"),
    "It holds several documents": adapter("---\nversion: 1", "2:1"),
    "It has another shape": adapter("- version: 1"),
    "It names no version": adapter("limits: {}"),
    "Its version is unknown": adapter(b"version: 2\nspeed: 7", "1:10"),
    "Its version is in quotes": adapter(b'version: "1"', "1:10"),
    "A key is misspelt": adapter("limits:\n  idel: 1s", "3:3"),
    "A key is unknown": adapter("colour: red", "2:1", KEYS=ADAPTER_KEYS),
    "A key has no blank after its colon": adapter("limits: {idle:1s}", "2:10"),
    "A key is given twice": adapter("limits: {}\nlimits: {}", "3:1"),
    "A value should have keys": adapter("limits:", "2:1"),
    "A duration has no unit": adapter("limits: {idle: 10}", "2:16"),
    "A size has another unit": adapter("limits: {line: 256MB}", "2:16"),
    "A value is out of bounds": adapter("limits: {stop_grace: 2h}", "2:22"),
    "A text is missing": adapter('tap: {command: [tap-x, ""]}', "2:24"),
    "A command is one text": adapter("tap: {command: tap-x --flag}", "2:16"),
    "A program's path begins nowhere": adapter("tap: {command: [./mytap]}", "2:17"),
    "A flag is none": adapter("tap: {catalog_flag: catalog}", "2:21"),
    "A tap discovers in two ways": adapter("tap: {discover: [-d], from_sync: true}", "2:34"),
    "A folder is named in part": adapter("tap: {cwd: data}", "2:12"),
    "An address is none": adapter("documentation_url: x.org", "2:20"),
    "A value is neither true nor false": adapter("streams: {s: {exclude: yes}}", "2:24"),
    "A word is not one of those known": adapter("check: {by: guessing}", "2:13"),
    "An error pattern lacks its type": adapter("errors: [{match: x}]", "2:10"),
    "The spec file cannot be read": adapter("spec: nowhere.json", "2:7"),
    "A number is none in JSON": adapter("config: {s: {value: 0x1F}}", "2:21"),
    "A rule is no mapping": adapter("config: {s: token}", "2:13"),
    "A rule has two sources": adapter("config: {s: {from: a, value: 1}}", "2:13"),
    "A rule reads a setting that the spec does not have": adapter("spec: {properties: {token: {}}}\nconfig: {s: {from: tokn}}", "3:20"),
    "A template names nothing": adapter('config: {s: {template: "https://x/"}}', "2:24"),
    "A default is of another type than the setting": adapter("spec: {properties: {port: {type: integer}}}\nconfig: {s: {from: port, default: x}}", "3:35"),
    "A default cannot become what the tap wants": adapter("config: {s: {from: a, as: boolean, default: 7}}", "2:45"),
    "A shift is none": adapter("config: {s: {from: a, shift: 1 day}}", "2:30"),
    "A suffix has no file": adapter("config: {s: {from: a, suffix: .p8}}", "2:31"),
    "A format has no date": adapter('config: {s: {value: 1, format: "%Y"}}', "2:32"),
    "A glob is none": adapter('streams: {"a[bc]": {}}', "2:11"),
    "A cursor has no incremental mode": adapter("streams: {s: {cursor: a, modes: [full_refresh]}}", "2:14"),
    "A schema has no properties": adapter("streams: {s: {schema: {}}}", "2:23"),
    # The settings
    "A setting is missing": settings({"credentials": {}}, spec=SPEC),
    "A setting is of another type": settings(GOOD | {"port": "5432"}, spec=SPEC),
    "A setting is none of the choices": settings(GOOD | {"region": "mars"}, spec=SPEC),
    "A setting is of another form": settings(GOOD | {"host": "a b"}, spec=SPEC),
    "A setting is no date, as its format says": settings(GOOD | {"since": "yesterday"}, spec=SPEC),
    "The adapter formats what is no date": settings({"since": "soon"}, config={"x": {"from": "since", "format": "%Y"}}),
    "The adapter shifts a date out of time": settings(
        {"since": "9999-12-31"}, config={"x": {"from": "since", "shift": "1mo"}}
    ),
    "The adapter wants a number of a text": settings({"port": "x"}, config={"x": {"from": "port", "as": "integer"}}),
    "The adapter wants true or false of a text": settings(
        {"sandbox": "x"}, config={"x": {"from": "sandbox", "as": "boolean"}}
    ),
    "The adapter wants JSON of a text": settings({"tables": "x"}, config={"x": {"from": "tables", "as": "json"}}),
    "A list is to stand in a template": settings({"host": []}, config={"url": {"template": "https://{host}/"}}),
    # The adapter's streams
    "A rule names a column that is not there": streams({"items": {"cursor": "ident"}}),
    "Two streams get one name": streams({"*": {"namespace": "x"}}, SHARED),
    "An alias is another stream's name": streams({"items": {"alias": "orders"}}),
    "A stream requires itself": streams({"items": {"requires": "orders"}, "orders": {"requires": "items"}}),
    "A required stream is not there": streams({"items": {"requires": "order"}}),
    "An excluded stream is configured": streams({"items": {"exclude": True}}),
    # The tap's program
    "It is not on the PATH": Case(["tap-nowhere"], values={"TAP": "tap-nowhere"}),
    "Its path is wrong": Case(["/nowhere/tap-x"], values={"TAP": "/nowhere/tap-x"}),
    "It is not executable": Case(program("#!/bin/sh\n", 0o644)),
    "It is a folder": Case(["/usr"], values={"TAP": "/usr"}),
    "Its interpreter is missing": Case(
        program("#!/nowhere/bin/python3 -s\n"), values={"INTERPRETER": "/nowhere/bin/python3"}
    ),
    "It is started by a script or `env`, which cannot find it": Case(
        program("#!/bin/sh\necho env: python17: No such file or directory >&2\nexit 127\n"),
        values={"N": "127", "WORDS": "env: python17: No such file or directory"},
    ),
    "It is a script without a #! line": Case(program("print(1)\n")),
    # The tap fails
    "It rejects an option": reads(
        "err tap-x: error: unrecognized arguments: --catalog F\nexit 2\n",
        SILENT,
        WORDS="tap-x: error: unrecognized arguments: --catalog F",
    ),
    "It says what is wrong (CRITICAL)": reads(
        "err INFO on the way\nerr CRITICAL The moon is full\nerr INFO bye\nexit 1\n", WORDS="The moon is full"
    ),
    "It says so, and the user can mend it": reads(
        "err CRITICAL 401 Client Error: Unauthorized\nexit 1\n", WORDS="401 Client Error: Unauthorized"
    ),
    "It says so, and another try may help": reads(
        "err CRITICAL 503 Service Unavailable\nexit 1\n", WORDS="503 Service Unavailable"
    ),
    "It ends with a traceback": reads(f"err-raw {TRACEBACK}\nexit 1\n", WORDS="KeyError: 17"),
    "It ends without a word": reads("exit 3\n", N="3"),
    "It ends without a word of what is wrong": reads("err INFO on the way\nexit 3\n", N="3", WORDS="on the way"),
    "It is killed by SIGKILL": reads("kill KILL\n"),
    "It crashes": reads("kill SEGV\n", SIGNAL="SIGSEGV"),
    "It crashes after some words": reads("err ERROR Heap is on fire\nkill ABRT\n", SIGNAL="SIGABRT", WORDS="Heap is on fire"),
    "It is ended by another signal": reads("kill TERM\n", SIGNAL="SIGTERM"),
    "It ends with 0, but sent nothing": reads("exit 0\n", SILENT),
    "It closes its output and hangs": reads("close stdout\nclose stderr\nsleep-forever\n"),
    "It falls silent, and the adapter has `limits.idle`": falls_silent(STARTS),
    "It falls silent after a log line": falls_silent(STARTS + "err INFO Fetching page 2\n", WORDS="Fetching page 2"),
    "It never says a word": falls_silent(SILENT),
    # Discovery
    "It fails": discovery(
        "err CRITICAL Config is missing required keys: ['host']\nexit 1\n",
        WORDS="Config is missing required keys: ['host']",
    ),
    "It prints something else": discovery(
        "out Hello, world\n", PROBLEM='line 1, column 1: it is not JSON: "Hello, world"'
    ),
    "It prints a broken catalog": discovery(
        'out {"streams": [{"stream": "items",\n', PROBLEM="line 2, column 1: it ends in the middle of a value"
    ),
    "It prints JSON that is no catalog": discovery("out {}\n", PROBLEM='has no "streams"'),
    "It prints nothing": discovery("", PROBLEM="printed nothing"),
    "It prints nothing, but says why": discovery(
        "", "err ERROR Sorry, not today\n", PROBLEM="printed nothing", WORDS="Sorry, not today"
    ),
    "It finds no stream": discovery(catalog()),
    "There is none, and a sync shows no stream": Case(
        "[help]\nout usage: tap-x [-h] -c CONFIG [-s STATE]\n[sync]\nexit 0\n", "discover"
    ),
    "There is none, and a sync shows no stream in time": syncs_in_vain("err INFO One moment\n"),
    "There is none, and a sync shows no stream in time, but says why": syncs_in_vain(
        "err INFO Authentication failed\nerr INFO I try again\n", WORDS="Authentication failed"
    ),
    "There is none, and a sync shows schemas without end": Case(
        "[help]\nout usage: tap-x [-h] -c CONFIG [-s STATE]\n[sync]\nrepeat forever out "
        + dump({"type": "SCHEMA", "stream": "s$i", "schema": {"title": "x" * 10_000}}),
        "discover",
    ),
    # Messages of the tap
    "A stream is unknown": Case(
        catalog={"streams": [entry("items"), entry("orders"), entry("ordres")]},
        values={"STREAM": "ordres", "OTHER": "orders"},
    ),
    "A stream is unknown, and no other is like it": Case(
        catalog={"streams": [entry("items"), entry("orders"), entry("zebras")]}, values={"STREAM": "zebras"}
    ),
    "A full-refresh stream never appears": reads("exit 0\n", STREAM="orders"),
    "A message is damaged": reads(
        'out {"type": "RECORD", "stream": "items", "record": {"id": 1]}\n', N="3", M="57"
    ),
    "A message is cut off at the end": reads('out-raw {"type": "RECORD", "stream": "it\n', N="3", M="33"),
    "A record holds no UTF-8": reads(
        r'out-raw {"type": "RECORD", "stream": "items", "record": {"id": "\xff"}}\n' + "\n", N="3", M="57"
    ),
    "A line is longer than `limits.line`": Case(program(LONG_LINE), values={"N": "1", "SIZE": "256 MiB"}),
    "The tap sends BATCH": reads('out {"type": "BATCH", "stream": "items", "manifest": []}\nsleep-forever\n'),
    "Records have a name that the catalog does not hold": reads(
        record("goods", id=1) + "sleep-forever\n", SILENT + schema(ITEMS), NAME="goods", STREAMS='"items", "orders"'
    ),
    "Streams share a name, and there is one state for all": Case(
        "[discover]\n" + catalog(*SHARED) + "[sync]\n" + schema(SHARED[0]) + "sleep-forever\n",
        adapter="version: 1\nstate: {type: global}\n",
        catalog={"streams": [entry("items", namespace=space) for space in ("de", "fr")]},
        values={"STREAMS": '"de.items" and "fr.items"', "NAME": "items"},
    ),
    "Streams that are read from a log share a name": Case(
        "[discover]\n" + catalog(*SHARED) + "[sync]\n" + schema(SHARED[0]) + "sleep-forever\n",
        catalog={"streams": [entry("items", "incremental", namespace=space) for space in ("de", "fr")]},
        values={"STREAMS": '"de.items" and "fr.items"', "NAME": "items"},
    ),
}


def run_case(case, bridge, scripted_tap):
    """The finished run, and what FILE and TAP stand for."""
    tap = case.tap(scripted_tap.folder) if callable(case.tap) else case.tap
    if isinstance(tap, str):
        tap = scripted_tap(tap)
    everything = ("config", "catalog", "state", "adapter")
    wanted = {"read": everything, "discover": ("config", "adapter"), "check": ("config",)}[case.command]
    files = {name: bridge.file(getattr(case, name), name) for name in wanted if getattr(case, name) is not None}
    line = bridge.arguments(case.command, tap, **files)
    if case.forbidden:
        files[case.about].chmod(0)
        if os.geteuid() == 0:  # root reads everything unless it gives that up
            line = ["setpriv", "--bounding-set=-dac_override,-dac_read_search", *line]
    run = bridge.finish(bridge.start(line))
    return run, {"FILE": str(files[case.about]), "TAP": tap[0]} | case.values


HEADINGS = ("Files", "Adapter", "The settings", "The adapter's streams", "The tap's program", "The tap fails", "Discovery", "What the tap sends")
ROWS = [row for heading in HEADINGS for row in rows(heading)]
USAGE = rows("Wrong usage")


def test_each_situation_is_documented():
    assert [row[0] for row in ROWS] == list(CASES)


@pytest.mark.parametrize("situation, message, failure_type, exit_status", ROWS, ids=[row[0] for row in ROWS])
def test_error(bridge, scripted_tap, situation, message, failure_type, exit_status):
    run, values = run_case(CASES[situation], bridge, scripted_tap)
    expected = re.sub(r"\b[A-Z]+\b", lambda word: values.get(word[0], word[0]), message)
    assert (run.error["message"], run.error["failure_type"]) == (expected, failure_type)
    assert run.exit_status == int(exit_status)
    assert run.stderr == b""


@pytest.mark.parametrize("line, message, exit_status", USAGE, ids=[row[0] for row in USAGE])
def test_wrong_usage(bridge, line, message, exit_status):
    words = line.strip("`").split()
    assert (words.pop(0), exit_status) == ("tapbridge", "2")
    assert bridge.usage_error(*words) == message + "\n"
