"""Loads that no tap should make: each has a defined end, and memory that does not grow with how much there is.

Here they are small enough for every day; tests/bench/bounds.py has them in full.
"""

import json
import os
import re
import resource
import threading

import pytest

from harness.bridge import configured
from harness.messages import dump
from harness.processes import wait_until
from harness.scripted import catalog, out, record, schema, state, stream

ITEMS = stream("items")
CONFIGURED = configured({"streams": [{"name": "items", "json_schema": {}}]})
DISCOVER = "[discover]\n" + catalog(ITEMS)
BEGINS = DISCOVER + "[sync]\n" + schema(ITEMS) + record("items", id=1)
MIB = 1 << 20


def cpu_of_children():
    """Of those that have been waited for."""
    usage = resource.getrusage(resource.RUSAGE_CHILDREN)
    return usage.ru_utime + usage.ru_stime


class Reading:
    """A bridge whose output is counted and thrown away. `peak` is its own memory, without the tap's, in MiB.

    `seconds` are those that bridge and tap have computed: what else the machine does is not in them.
    """

    def __init__(self, bridge, arguments):
        self.counts = dict.fromkeys(("RECORD", "STATE", "LOG", "CATALOG"), 0)
        self.peak, self.ended, self.last, self.bridge = 0.0, threading.Event(), b"", bridge
        before = cpu_of_children()
        self.process = bridge.start(arguments)
        watch = threading.Thread(target=self.watch)
        watch.start()
        for line in self.process.stdout:
            self.look()
            kind = line[9 : line.find(b'"', 9)].decode()
            self.counts[kind] = self.counts.get(kind, 0) + 1
            self.last = line if b'"error":{' in line else self.last
        self.exit_status = self.process.wait(timeout=30)
        self.seconds = cpu_of_children() - before
        self.ended.set()
        watch.join()
        self.process.stderr.close()
        bridge.assert_nothing_left()

    def watch(self):
        while not self.ended.wait(0.002):
            self.look()

    def look(self):
        try:
            with open(f"/proc/{self.process.pid}/status", encoding="ascii") as file:
                found = re.search(r"VmHWM:\s+(\d+) kB", file.read())
        except OSError:
            return
        self.peak = max(self.peak, int(found[1]) / 1024) if found else self.peak

    @property
    def error(self):
        return json.loads(self.last)["trace"]["error"]["message"] if self.last else ""


@pytest.fixture
def reading(bridge, scripted_tap):
    """Runs a tap that plays this scenario; what a file holds is said with `out-file $dir/NAME`."""

    def run(scenario, files=None, command="read", **more):
        for name, content in (files or {}).items():
            (scripted_tap.folder / name).write_bytes(content if isinstance(content, bytes) else content.encode())
        inputs = {"config": {}} | ({"catalog": CONFIGURED} if command == "read" else {}) | more
        return Reading(bridge, bridge.arguments(command, scripted_tap(scenario), **inputs))

    return run


@pytest.fixture
def limit(bridge):
    """The memory that a run may take, in MiB: the sanitizers keep what was freed, and their shadow."""
    sanitized = "ASAN_OPTIONS" in os.environ or b"__asan" in bridge.program.read_bytes()
    return lambda mib: mib * 4 + 500 if sanitized else mib


def bookmarks(count):
    return {"bookmarks": {f"stream_{i}": {"id": i} for i in range(count)}}


MANY = {
    "records": "repeat 100000 " + record("items", id=1, name="n" * 50),
    "states": 'repeat 100000 out {"type":"STATE","value":{"bookmarks":{"items":{"id":$i}}}}\n',
    "large states": "repeat 200 " + state(bookmarks(2_000)),
    "identical schemas": "repeat 50000 " + schema(ITEMS),
    "different schemas": 'repeat 50000 out {"type":"SCHEMA","stream":"items","schema":{"properties":{"c$i":{}}}}\n',
    "strange streams": 'repeat 100000 out {"type":"RECORD","stream":"x$i","record":{"id":1}}\n',
    "noise": "repeat 100000 out Fetched page $i\n",
    "unknown types": 'repeat 100000 out {"type":"METRIC$i","value":1}\n',
    "empty lines": "repeat 300000 out-raw \\n\\r\\n\n",
    "stderr": "repeat 30000 err INFO " + "x" * 94 + "\n",
    "tracebacks": 'repeat 10000 err-raw Traceback (most recent call last):\\n  File "a.py", line 1\\nOSError: no\\n\n',
    "stderr without newlines": "repeat 2000 err-raw " + "x\\x80\\0" * 700 + "\n",
    "stderr of empty lines": "repeat 20000 err-raw \\n\\n\\n\n",
}


@pytest.mark.parametrize("lines", MANY.values(), ids=MANY)
def test_many(reading, limit, lines):
    run = reading(BEGINS + lines + record("items", id=2))
    assert run.exit_status == 0, run.error
    assert run.counts["RECORD"] == 2 + (100_000 if lines == MANY["records"] else 0)
    assert run.peak < limit(30)


def test_giant_names_are_not_kept(reading, limit):
    strange = "".join(record("x" * MIB + str(i), id=1)[4:] for i in range(40))
    run = reading(BEGINS + "out-file $dir/strange\n", {"strange": strange})
    assert run.exit_status == 0 and run.peak < limit(35)


@pytest.mark.parametrize("selected", [True, False])
def test_names_beyond_those_remembered_are_judged_alike(bridge, scripted_tap, selected):
    """1,000 names of streams that nobody asked for are remembered: the next one is no more of a stranger."""
    others = [stream(f"other_{i}") for i in range(1_100 if selected else 0)]
    unasked = 'repeat 1100 out {"type":"RECORD","stream":"other_$i","record":{"id":1}}\n'
    sync = schema(ITEMS) + (unasked + record("items", id=1) if selected else record("items", id=1) + unasked)
    others.append(stream("other_1100"))
    run = bridge.read({}, CONFIGURED, tap=scripted_tap(f"[discover]\n{catalog(ITEMS, *others)}[sync]\n{sync}"))
    assert run.exit_status == 0, run.error
    assert run.records() == [{"id": 1}]
    assert run.log_text().count("which is not selected") == 1_001
    assert "100 records under further names were dropped" in run.log_text("INFO")


# What one line of 16 MiB or so may take, in MiB: the line, the output (which may have doubled), what there is anyway.
LONG = {
    "a text": ('"' + "x" * 16 * MIB + '"', 62),
    "NaN": ("[" + "NaN," * 4 * MIB + "1]", 90),
    "lone surrogates": ("[" + '"\\ud800",' * 2 * MIB + "1]", 75),
    "separators": ("[" + '"\u2028",' * 2 * MIB + "1]", 75),
    "carriage returns": ("[" + "1,\r" * 5 * MIB + "1]", 75),
}


@pytest.mark.parametrize("value, peak", LONG.values(), ids=LONG)
def test_a_long_record(bridge, reading, limit, value, peak):
    line = '{"type":"RECORD","stream":"items","record":{"a":' + value + "}}\n"
    run = reading(BEGINS + "out-file $dir/line\n" + record("items", id=2), {"line": line})
    assert run.exit_status == 0, run.error
    assert run.counts["RECORD"] == 3
    assert run.peak < limit(peak)


def test_defects_beyond_the_list_are_mended_too(bridge, scripted_tap):
    """Before, in and after the record, each more than are listed, and the counts differ from row to row."""
    many = "NaN," * 5_000
    lines = [
        f'{{"x":[{many}1],"type":"RECORD","stream":"items","record":{{"id":1,"a":NaN}}}}',
        f'{{"type":"RECORD","stream":"items","record":{{"id":2,"a":[{many}1],"b":"\\ud800","c":{{"d":NaN}}}},"y":NaN}}',
        f'{{"x":[{many}1],"type":"RECORD","stream":"items","record":{{"id":3}},"y":[{many}1]}}',
    ]
    (scripted_tap.folder / "lines").write_text("\n".join(lines) + "\n")
    run = bridge.read({}, CONFIGURED, tap=scripted_tap(f"{DISCOVER}[sync]\n{schema(ITEMS)}out-file $dir/lines\n"))
    assert run.records() == [
        {"id": 1, "a": None},
        {"id": 2, "a": [None] * 5_000 + [1], "b": "\ufffd", "c": {"d": None}},
        {"id": 3},
    ]
    changes = [record.get("meta", {}).get("changes", []) for record in run.of_type("RECORD")]
    assert [[change["field"] for change in list_] for list_ in changes] == [["a"], ["a", "c"], []]


def test_memory_is_given_back_after_a_giant_line(bridge, scripted_tap):
    line = dump({"type": "RECORD", "stream": "items", "record": {"a": "x" * 60 * MIB}})
    (scripted_tap.folder / "line").write_text(line + "\n")
    tap = scripted_tap(BEGINS + "out-file $dir/line\nwait-file $dir/go\n")
    process = bridge.start(bridge.arguments("read", tap, config={}, catalog=CONFIGURED))
    read = 0
    while read < 60 * MIB:
        read += len(os.read(process.stdout.fileno(), MIB))

    def resident():
        with open(f"/proc/{process.pid}/status", encoding="ascii") as file:
            return int(re.search(r"VmRSS:\s+(\d+) kB", file.read())[1]) / 1024

    if b"__asan" not in bridge.program.read_bytes():  # which keeps what was freed
        wait_until(lambda: resident() < 30, what="the memory of the giant line")
    (scripted_tap.folder / "go").touch()
    rest, _ = process.communicate(timeout=30)
    assert process.returncode == 0 and rest.endswith(b'"COMPLETE"}}}\n')
    bridge.assert_nothing_left()


def assert_linear(long, short, what, limit=5):
    """`short` is the same load without what might make it slow, or a quarter of it (then with another limit)."""
    assert long.exit_status == short.exit_status
    assert long.seconds < limit * short.seconds + 1, what


def test_empty_lines_in_a_logged_traceback(reading):
    def of(line):
        head = "err-raw CRITICAL Traceback (most recent call last):\\n\n"
        return reading(BEGINS + head + "repeat 40000 err-raw " + f"CRITICAL {line}\\n" * 10 + "\n")

    assert_linear(of(""), of("  x"), "the lines before were looked through for each line")


def test_long_names_in_json_lines(reading):
    def of(name):
        entry = dump({"level": "ERROR", "stream_name": name, "message": message})
        return reading(f"{BEGINS}repeat 20 err {entry}\n")

    message = "a" * 700_000
    assert_linear(of("a" * 300_000), of("b"), "a giant name was looked for in a giant message")


def test_strange_names_beside_thousands_of_streams(reading):
    def beside(count):
        streams = [stream(f"s{i}") for i in range(count)]
        selected = configured({"streams": [{"name": entry["stream"], "json_schema": {}} for entry in streams]})
        records = "".join(record(entry["stream"], id=1) for entry in streams)
        strange = 'repeat 100000 out {"type":"RECORD","stream":"x$i","record":{"id":1}}\n'
        run = reading(f"[discover]\n{catalog(*streams)}[sync]\n{records}{strange}", catalog=selected)
        assert run.exit_status == 0 and run.counts["RECORD"] == count
        return run

    assert_linear(beside(3_000), beside(100), "each name was compared with every stream")


def test_thousands_of_unknown_streams(reading):
    def of(count):
        there = catalog(*(stream(f"stream_{i}") for i in range(count)))
        wanted = configured({"streams": [{"name": f"strema_{i}", "json_schema": {}} for i in range(count)]})
        run = reading(f"[discover]\n{there}[sync]\n", catalog=wanted)
        assert run.exit_status == 1 and run.error.startswith(f'The tap has no stream "strema_{count - 1}".')
        return run

    assert_linear(of(4_000), of(1_000), "each unknown name was compared with every stream", limit=10)


def test_schemas_without_end_are_no_catalog(reading, limit):
    """A tap that cannot discover: its SCHEMA messages are the catalog, up to 64 MiB."""
    many = "".join(out({"type": "SCHEMA", "stream": f"s{i}", "schema": {"t": "x" * MIB}})[4:] for i in range(70))
    run = reading("[discover]\nout-file $dir/schemas\n[sync]\nout-file $dir/schemas\n", {"schemas": many}, "discover")
    assert run.exit_status == 1 and "more than 64 MiB" in run.error
    assert run.peak < limit(300)


def nested(depth, opening='{"a":', closing="}", middle="1"):
    return opening * depth + middle + closing * depth


DEEP = {
    "RECORD": '{"type":"RECORD","stream":"items","record":%s}\n',
    "STATE": '{"type":"STATE","value":%s}\n',
    "SCHEMA": '{"type":"SCHEMA","stream":"items","schema":%s}\n',
    "unknown": '{"type":"X","value":%s}\n',
}


@pytest.mark.parametrize("depth", [5_000, 300_000])
@pytest.mark.parametrize("message", DEEP.values(), ids=DEEP)
def test_a_deep_message(reading, message, depth):
    run = reading(BEGINS + "out-file $dir/deep\n", {"deep": message % nested(depth)})
    assert run.exit_status == 1
    assert "line 3 of its output is nested too deeply" in run.error


@pytest.mark.parametrize("depth", [5_000, 300_000])
def test_deep_noise_is_noise(reading, depth):
    noise = nested(depth, "[", "]") + "\n" + nested(depth, "{'a':") + "\n"
    run = reading(BEGINS + "out-file $dir/deep\nerr " + nested(depth // 10, '{"level":') + "\n", {"deep": noise})
    assert run.exit_status == 0 and run.counts["LOG"] >= 3


@pytest.mark.parametrize("depth", [5_000, 300_000])
@pytest.mark.parametrize("file", ["config", "catalog", "state"])
def test_a_deep_file(reading, file, depth):
    says = {"config": "Config file", "catalog": "Configured catalog", "state": "State file"}[file]
    run = reading(BEGINS, **{file: nested(depth)})
    assert run.exit_status == 1
    assert run.error.startswith(says) and "it is nested too deeply" in run.error


@pytest.mark.parametrize("depth", [5_000, 300_000])
def test_a_deep_catalog_of_the_tap(reading, depth):
    deep = '{"streams":[{"stream":"items","schema":%s}]}' % nested(depth, '{"properties":{"a":', "}}", "{}")
    run = reading("[discover]\nout-file $dir/deep\n", {"deep": deep}, "discover")
    assert run.exit_status == 1
    assert "The tap's discovery gave no catalog" in run.error and "nested too deeply" in run.error


def test_as_deep_as_can_be(bridge, scripted_tap):
    """998 levels of a record are what the platform reads."""
    deep = {"config": nested(990), "state": nested(900)}
    tap = scripted_tap(BEGINS + "out-file $dir/deep\n")
    (scripted_tap.folder / "deep").write_text(DEEP["RECORD"] % nested(998) + DEEP["STATE"] % nested(900))
    run = Reading(bridge, bridge.arguments("read", tap, catalog=CONFIGURED, **deep))
    assert run.exit_status == 0 and run.counts["RECORD"] == 2 and run.counts["STATE"] >= 1


def test_a_wide_catalog(bridge, scripted_tap):
    columns = [f"column_{i}" for i in range(10_000)]
    wide = stream("items", columns)
    offered = bridge.discover({}, tap := scripted_tap(f"[discover]\n{catalog(wide)}[sync]\n{schema(wide)}"))
    assert len(offered.catalog["streams"][0]["json_schema"]["properties"]) == 10_001
    run = bridge.read({}, configured(offered.catalog), tap=tap)
    assert run.exit_status == 0
