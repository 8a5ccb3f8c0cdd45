#!/usr/bin/env python3
"""What the bridge takes of memory and time under loads that no tap should make, and how each of them ends.

    tests/bench/bounds.py BRIDGE [--scale 0.1] [--only WORD] [--markdown]

A tap that copies a file to its stdout, or stderr, is read through the bridge and, for the ratio, directly. The peak is
the bridge's own resident memory (VmHWM, looked at every few milliseconds), without that of the tap and the minder.
"""

import argparse
import json
import os
import re
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path

TAP = """#!/bin/sh
case " $* " in
*" --help "*) echo "usage: tap [-h] [--config CONFIG] [--catalog CATALOG] [--state STATE] [--discover]" ;;
*" --about "*) exit 2 ;;
*" --discover "*) exec cat "$1/discover" ;;
*) cat "$1/stderr" >&2; exec cat "$1/stdout" ;;
esac
"""
MIB = 1 << 20
LOADS = {}


def load(name, amount, expected="exit 0"):
    """Registers what writes a load: it gets a Load and the amount, which --scale makes smaller."""

    def add(function):
        LOADS[name] = (function, amount, expected)
        return function

    return add


def compact(value):
    return json.dumps(value, separators=(",", ":"))


def record(data='{"id":1}', name="s0"):
    return f'{{"type":"RECORD","stream":"{name}","record":{data}}}\n'


def schema(properties="{}", name="s0"):
    return f'{{"type":"SCHEMA","stream":"{name}","schema":{{"properties":{properties}}},"key_properties":[]}}\n'


def state(value):
    return f'{{"type":"STATE","value":{value}}}\n'


def bookmarks(count, position=0):
    return compact({"bookmarks": {f"s{i}": {"id": i + position} for i in range(count)}})


def entry(name, properties=None):
    return {
        "stream": name,
        "tap_stream_id": name,
        "key_properties": [],
        "schema": {"type": "object", "properties": properties or {"id": {"type": "integer"}}},
    }


def nested(depth, opening='{"a":', closing="}", middle="1"):
    return opening * depth + middle + closing * depth


class Load:
    """The files of one run, in a folder of their own."""

    def __init__(self, folder):
        self.folder, self.command = folder, "read"
        self.files = {name: folder / name for name in ("stdout", "stderr", "discover", "config", "catalog", "state")}
        (folder / "tap").write_text(TAP)
        (folder / "tap").chmod(0o755)
        self.write("config", "{}")
        self.write("stdout", schema(), record())
        self.write("stderr")
        self.streams(1)

    def write(self, name, *parts):
        """A file out of strings, bytes and (text, times) pairs."""
        with open(self.files[name], "wb") as file:
            for part in parts:
                self.put(file, *(part if isinstance(part, tuple) else (part, 1)))

    @staticmethod
    def put(file, text, times):
        data = text if isinstance(text, bytes) else text.encode()
        block = max(1, min(times, MIB // max(1, len(data))))
        for _ in range(times // block):
            file.write(data * block)
        file.write(data * (times % block))

    def lines(self, name, lines):
        with open(self.files[name], "w", encoding="utf-8") as file:
            file.writelines(lines)

    def streams(self, count, configured=None, properties=None):
        entries = [entry(f"s{i}", properties) for i in range(count)]
        self.write("discover", compact({"streams": entries}))
        self.configure(f"s{i}" for i in range(configured or count))

    def configure(self, names):
        mode = {"sync_mode": "incremental", "destination_sync_mode": "append", "cursor_field": ["id"]}
        streams = [{"stream": {"name": name, "json_schema": {}}} | mode for name in names]
        self.write("catalog", compact({"streams": streams}))

    def arguments(self, bridge):
        files = {"spec": (), "read": ("config", "catalog", "state")}.get(self.command, ("config",))
        line = [str(bridge), self.command]
        for name in files:
            if self.files[name].exists():
                line += [f"--{name}", str(self.files[name])]
        return [*line, "--", str(self.folder / "tap"), str(self.folder)]

    def tap_bytes(self):
        names = ("discover",) if self.command == "discover" else ("stdout", "stderr")
        return sum(self.files[name].stat().st_size for name in names)


class Watch(threading.Thread):
    """Looks at a process's VmHWM until it ends."""

    def __init__(self, process):
        super().__init__(daemon=True)
        self.process, self.peak, self.ended = process, 0.0, threading.Event()
        self.start()

    def run(self):
        while not self.ended.wait(0.003):
            self.look()

    def look(self):
        try:
            status = Path(f"/proc/{self.process.pid}/status").read_text(encoding="ascii")
        except OSError:
            return
        if found := re.search(r"VmHWM:\s+(\d+) kB", status):
            self.peak = max(self.peak, int(found[1]) / 1024)


class Outcome:
    def __init__(self, exit_status, counts, peak, seconds, tail, error):
        self.exit_status, self.counts, self.peak, self.seconds = exit_status, counts, peak, seconds
        self.tail, self.error = tail, error


KINDS = (b'{"type":"RECORD"', b'{"type":"STATE"', b'{"type":"LOG"')


def count(pipe, look):
    """Counts the messages by their kind, without keeping more than a chunk."""
    counts, tail, error, size = dict.fromkeys(KINDS, 0), b"\n", b"", 0
    while chunk := os.read(pipe.fileno(), MIB):
        look()
        size += len(chunk)
        text = tail + chunk
        for kind in KINDS:
            counts[kind] += text.count(b"\n" + kind)
        if not error and (at := text.find(b'"error":{"message"')) >= 0:
            error = text[at + 20 : at + 300]
        tail = text[-16:] if len(text) > 16 else text
        for kind in KINDS:  # what is whole in the tail has been counted
            counts[kind] -= tail.count(b"\n" + kind)
    for kind in KINDS:
        counts[kind] += tail.count(b"\n" + kind)
    return counts, size, error.split(b'"', 1)[0].decode(errors="replace")


def run(load, bridge):
    environment = {"PATH": os.environ["PATH"], "TAPBRIDGE_TMPDIR": str(load.folder), "TMPDIR": str(load.folder)}
    started = time.monotonic()
    pipes = {"stdin": subprocess.DEVNULL, "stdout": subprocess.PIPE}
    process = subprocess.Popen(load.arguments(bridge), env=environment, **pipes)
    watch = Watch(process)
    counts, size, error = count(process.stdout, watch.look)
    process.wait()
    seconds = time.monotonic() - started
    watch.ended.set()
    watch.join()
    return Outcome(process.returncode, counts, watch.peak, seconds, size, error)


def run_directly(load):
    """The seconds that `cat` takes to the same reader."""
    names = ("discover",) if load.command == "discover" else ("stderr", "stdout")
    started = time.monotonic()
    with subprocess.Popen(["cat", *(load.files[name] for name in names)], stdout=subprocess.PIPE) as process:
        count(process.stdout, lambda: None)
    return time.monotonic() - started


# ---- many messages


@load("records, 100 bytes each", 10_000_000)
def _(load, n):
    load.write("stdout", schema(), (record(compact({"id": 123456, "name": "n" * 30})), n), state(bookmarks(1)))


@load("records of 10,000 columns", 2_000)
def _(load, n):
    columns = {f"column_{i}": {"type": ["null", "string"]} for i in range(10_000)}
    load.streams(1, properties=columns)
    data = compact({name: "v" * 10 for name in columns})
    load.write("stdout", schema(compact(columns)), (record(data), n))


@load("states with changing bookmarks", 1_000_000)
def _(load, n):
    load.lines("stdout", (schema(), record(), *(state(bookmarks(1, i)) for i in range(n))))


@load("states of 10,000 bookmarks", 10_000)
def _(load, n):
    load.write("stdout", schema(), record(), (state(bookmarks(10_000)), n))


@load("identical SCHEMA lines", 1_000_000)
def _(load, n):
    load.write("stdout", (schema('{"id":{"type":"integer"}}'), n), record())


@load("different SCHEMA lines", 1_000_000)
def _(load, n):
    load.lines("stdout", (schema(f'{{"c{i}":{{"type":"integer"}}}}') for i in range(n)))


@load("SCHEMA lines of different streams, no --discover", 1_000_000)
def _(load, n):
    load.command = "discover"
    load.lines("stdout", (schema('{"id":{"type":"integer"}}', f"s{i}") for i in range(n)))
    load.files["discover"].write_bytes(load.files["stdout"].read_bytes())


@load("a new column in each SCHEMA, no --discover", 20_000)
def _(load, n):
    load.command = "discover"
    load.lines("stdout", (schema(f'{{"c{i}":{{"type":"integer"}}}}') for i in range(n)))
    load.files["discover"].write_bytes(load.files["stdout"].read_bytes())


@load("records of different strange streams", 1_000_000)
def _(load, n):
    load.lines("stdout", (schema(), record(), *(record(name=f"x{i}") for i in range(n))))


@load("the same, 5,000 streams", 1_000_000)
def _(load, n):
    load.streams(5_000)
    known = (record(name=f"s{i}") for i in range(5_000))
    load.lines("stdout", (*known, *(record(name=f"x{i}") for i in range(n))))


@load("strange streams with names of 1 MB", 1_000)
def _(load, n):
    load.lines("stdout", (schema(), record(), *(record(name=f"{i}" + "x" * 1_000_000) for i in range(n))))


@load("noise lines", 1_000_000)
def _(load, n):
    load.write("stdout", schema(), record(), ("Fetched page 17 of items ...\n", n))


@load("messages of an unknown type", 1_000_000)
def _(load, n):
    load.write("stdout", schema(), record(), ('{"type":"METRIC","value":1}\n', n))


@load("empty lines", 100_000_000)
def _(load, n):
    load.write("stdout", schema(), record(), ("\n", n), ("\r\n", n // 2))


# ---- long lines


@load("a RECORD of 100 MB", 100_000_000)
def _(load, n):
    load.write("stdout", schema(), '{"type":"RECORD","stream":"s0","record":{"t":"', ("x", n), '"}}\n', (record(), 999))


@load("a RECORD of 250 MB", 250_000_000)
def _(load, n):
    load.write("stdout", schema(), '{"type":"RECORD","stream":"s0","record":{"t":"', ("x", n), '"}}\n')


@load("a line of 300 MB", 300_000_000, "exit 1: Line 2")
def _(load, n):
    load.write("stdout", schema(), '{"type":"RECORD","stream":"s0","record":{"t":"', ("x", n), '"}}\n')


@load("a STATE of 100 MB, one text", 100_000_000)
def _(load, n):
    load.write("stdout", schema(), record(), '{"type":"STATE","value":{"bookmarks":{"s0":{"p":"', ("x", n), '"}}}}\n')


@load("a STATE of 100 MB, many bookmarks", 2_500_000)
def _(load, n):
    load.write("stdout", schema(), record(), state(bookmarks(n)))


@load("a SCHEMA of 100 MB", 2_000_000)
def _(load, n):
    columns = compact({f"column_{i}": {"type": ["null", "string"]} for i in range(n)})
    load.write("stdout", schema(), schema(columns), record())


@load("a noise line of 100 MB", 100_000_000)
def _(load, n):
    load.write("stdout", schema(), record(), ("noise ", n // 6), "\n")


@load("a noise line of 100 MB of NUL", 100_000_000)
def _(load, n):
    load.write("stdout", schema(), record(), ("\0", n), "\n")


@load("CR instead of LF, 100 MB", 3_000_000, "exit 1: A message of the tap is damaged")
def _(load, n):
    load.write("stdout", schema(), record(), (record().replace("\n", "\r"), n // 2))


for _name, _text in {
    "NaN": "NaN,",
    "lone surrogates": '"\\ud800",',
    "U+2028": '"\u2028",',
    "long numbers": "1" * 1001 + ",",
    "CR between tokens": "1,\r",
    "2-byte texts": '"\u00e9",',
}.items():

    @load(f"a RECORD of 100 MB of {_name}", 100_000_000)
    def _(load, n, text=_text):
        times = n // len(text.encode())
        load.write("stdout", schema(), '{"type":"RECORD","stream":"s0","record":{"a":[', (text, times), "0]}}\n")


@load("a RECORD of 100 MB of NaN fields", 100_000_000)
def _(load, n):
    fields = "".join(f'"c{i}":NaN,' for i in range(n // 12))
    load.write("stdout", schema(), record("{" + fields + '"z":1}'))


# ---- stderr


@load("stderr: 1 GB of INFO lines", 10_000_000)
def _(load, n):
    load.write("stderr", ("INFO " + "x" * 94 + "\n", n))


@load("stderr: 1 GB in one line", 1_000_000_000)
def _(load, n):
    load.write("stderr", ("x", n), "\n")


@load("stderr: 1 GB without any newline, binary", 1_000_000_000)
def _(load, n):
    load.write("stderr", (bytes(set(range(256)) - {10}), n // 255))


@load("stderr: 100,000 tracebacks", 100_000)
def _(load, n):
    frames = '  File "/app/tap.py", line 10, in sync\n    raise ValueError("x")\n' * 20
    load.write("stderr", ("Traceback (most recent call last):\n" + frames + "ValueError: no such thing\n", n))


@load("stderr: one endless traceback", 10_000_000)
def _(load, n):
    load.write("stderr", "Traceback (most recent call last):\n", ('  File "x.py", line 1, in f\n', n))


@load("stderr: empty lines in a logged traceback", 1_000_000)
def _(load, n):
    load.write("stderr", "CRITICAL Traceback (most recent call last):\n", ("CRITICAL \n", n))


@load("stderr: 10 million empty lines", 10_000_000)
def _(load, n):
    load.write("stderr", ("\n", n))


@load("stderr: JSON log lines of 1 MB", 500)
def _(load, n):
    line = compact({"level": "ERROR", "stream_name": "a" * 300_000, "message": "a" * 700_000})
    load.write("stderr", (line + "\n", n))


# ---- many streams, big files


@load("5,000 streams: discover", 5_000)
def _(load, n):
    load.command = "discover"
    load.streams(n)


@load("5,000 streams: read, 20 states of all bookmarks", 5_000)
def _(load, n):
    load.streams(n)
    lines = [schema(name=f"s{i}") + record(name=f"s{i}") for i in range(n)]
    load.write("stdout", *lines, *(state(bookmarks(n, i)) for i in range(20)))


@load("5,000 streams: resumed with a flat state", 5_000)
def _(load, n):
    load.streams(n)
    load.write("state", bookmarks(n))
    load.write("stdout", state(bookmarks(n, 1)))


@load("2,500 of 5,000 streams: read, 20 states", 5_000)
def _(load, n):
    load.streams(n, n // 2)
    lines = [schema(name=f"s{i}") + record(name=f"s{i}") for i in range(n // 2)]
    load.write("stdout", *lines, *(state(bookmarks(n, i)) for i in range(20)))


@load("50,000 streams configured, all there", 50_000)
def _(load, n):
    load.streams(n)
    load.write("stdout", state(bookmarks(n)))


@load("5,000 streams configured, none of them there", 5_000, "exit 1: The tap has no stream")
def _(load, n):
    load.streams(n)
    load.configure(f"old_stream_{i}" for i in range(n))


@load("10,000 columns: discover", 10_000)
def _(load, n):
    load.command = "discover"
    load.streams(1, properties={f"column_{i}": {"type": ["null", "string"]} for i in range(n)})


@load("a catalog of 255 MB: discover", 50_000)
def _(load, n):
    load.command = "discover"
    load.streams(n, properties={f"column_{i}": {"type": ["null", "string"]} for i in range(110)})


@load("a catalog of 300 MB: discover", 300_000_000, "exit 1: The tap's discovery prints more")
def _(load, n):
    load.command = "discover"
    load.write("discover", '{"streams":[', ("\n", n), "]}")


@load("a config of 100 MB", 2_000_000)
def _(load, n):
    load.write("config", compact({f"setting_{i}": "value of a length" for i in range(n)}))


@load("a config with 1,000 secrets", 1_000)
def _(load, n):
    load.write("config", compact({f"password_{i}": f"{i:06} is secret" for i in range(n)}))
    load.write("stderr", ("INFO nothing to hide here\n", 10_000))


@load("a state file of 100 MB", 2_500_000)
def _(load, n):
    load.write("state", bookmarks(n))


# ---- depth

DEPTHS = (998, 5_000, 100_000, 1_000_000)
for _depth in DEPTHS:
    _limit = "exit 0" if _depth == 998 else "exit 1"

    @load(f"RECORD, {_depth:,} deep", _depth, _limit)
    def _(load, n):
        load.write("stdout", schema(), record(nested(n)))

    @load(f"STATE, {_depth:,} deep", _depth, _limit)
    def _(load, n):
        load.write("stdout", schema(), record(), state(nested(n)))

    @load(f"SCHEMA, {_depth:,} deep", _depth, _limit)
    def _(load, n):
        load.write("stdout", schema(), schema(nested((n - 5) // 2, '{"a":{"properties":', "}}", "{}")), record())

    @load(f"noise, {_depth:,} deep", _depth)
    def _(load, n):
        load.write("stdout", schema(), record(), nested(n, "[", "]") + "\n")

    @load(f"catalog, {_depth:,} deep", _depth, _limit)
    def _(load, n):
        deep = nested((n - 6) // 2, '{"properties":{"a":', "}}", "{}")
        load.write("discover", '{"streams":[{"stream":"s0","tap_stream_id":"s0","schema":' + deep + "}]}")

    @load(f"configured catalog, {_depth:,} deep", _depth, _limit)
    def _(load, n):
        deep = nested(n - 6)
        mode = '"sync_mode":"full_refresh","destination_sync_mode":"append"'
        load.write("catalog", '{"streams":[{"stream":{"name":"s0","json_schema":' + deep + "}," + mode + "}]}")

    @load(f"config, {_depth:,} deep", _depth, _limit)
    def _(load, n):
        load.write("config", nested(n))

    @load(f"state file, {_depth:,} deep", _depth, _limit)
    def _(load, n):
        load.write("state", nested(n))

    @load(f"stderr, JSON {_depth:,} deep", _depth)
    def _(load, n):
        load.write("stderr", '{"level":"INFO","message":' + nested(n) + "}\n")


def short(number):
    return f"{number:,}" if number < 10_000 else f"{number / 1e6:.2f} M"


def measure(name, bridge, scale, markdown):
    function, amount, expected = LOADS[name]
    if " deep" not in name:
        amount = max(1, int(amount * scale))
    with tempfile.TemporaryDirectory(prefix="bounds-") as folder:
        load = Load(Path(folder))
        function(load, amount)
        direct = run_directly(load)
        outcome = run(load, bridge)
        size = load.tap_bytes()
    records, states, logs = outcome.counts.values()
    said = f"exit {outcome.exit_status}" + (f": {outcome.error}" if outcome.error else "")
    good = said.startswith(expected) or scale < 1
    row = [name, f"{size / 1e6:.1f}", said[:60], short(records), short(states), short(logs), f"{outcome.peak:.0f}",
           f"{outcome.seconds:.2f}", f"{outcome.seconds / direct:.1f}"]  # fmt: skip
    print("| " + " | ".join(row) + " |" if markdown else "  ".join(row), "" if good else "  <-- UNEXPECTED", flush=True)
    return good


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("bridge", type=Path)
    parser.add_argument("--scale", type=float, default=1)
    parser.add_argument("--only", default="", help="a regular expression")
    parser.add_argument("--markdown", action="store_true")
    options = parser.parse_args()
    heads = ["Load", "MB in", "Outcome", "RECORD", "STATE", "LOG", "Peak, MiB", "Seconds", "x cat"]
    print("| " + " | ".join(heads) + " |\n|" + "---|" * len(heads) if options.markdown else "  ".join(heads))
    names = [name for name in LOADS if re.search(options.only, name)]
    results = [measure(name, options.bridge.resolve(), options.scale, options.markdown) for name in names]
    sys.exit(0 if all(results) else 1)


if __name__ == "__main__":
    main()
