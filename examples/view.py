#!/usr/bin/env python3
"""Shows Airbyte messages for people: long lines cut, long rows and logs below WARN only counted.

    tapbridge read ... | python3 view.py
"""

import collections
import json
import sys

WIDTH = 150
SHOWN = 5  # messages of one kind in a row
LINES = {"SPEC": 8, "CATALOG": 8}  # how many lines of these; one of all others


def kind(message):
    """What a message is counted as: its type, and the stream of a record."""
    return message["type"], message.get("record", {}).get("stream")


def shorten(line, lines=1):
    cut = line if len(line) <= WIDTH * lines else line[: WIDTH * lines - 1] + "…"
    return "\n  ".join(cut[start : start + WIDTH] for start in range(0, len(cut), WIDTH))


def count(number, word):
    return f"{number} {word}" if number == 1 else f"{number} {word}s"


def main():
    counts = collections.Counter()
    last, in_a_row = None, 0
    for line in map(str.rstrip, sys.stdin):
        message = json.loads(line)
        counts[message["type"]] += 1
        if message["type"] == "LOG" and message["log"]["level"] in ("INFO", "DEBUG", "TRACE"):
            continue
        if kind(message) != last:
            if in_a_row > SHOWN:
                print(f"  … and {in_a_row - SHOWN} more like these")
            last, in_a_row = kind(message), 0
        in_a_row += 1
        if in_a_row <= SHOWN:
            print("  " + shorten(line, LINES.get(message["type"], 1)))
    if in_a_row > SHOWN:
        print(f"  … and {in_a_row - SHOWN} more like these")
    print("  = " + ", ".join(count(number, name) for name, number in counts.items()))


main()
