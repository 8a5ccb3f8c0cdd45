#!/usr/bin/env python3
"""A complete Singer tap in Python's standard library: made-up countries and visits to them.

    tap_countries.py --config config.json --discover > catalog.json
    tap_countries.py --config config.json --catalog catalog.json [--state state.json]

Its config needs an api_token (any text) and a start_date, such as 2024-01-01.
"""

import argparse
import json
import sys
from pathlib import Path

COUNTRIES = [
    {"code": "MB", "name": "Marmaladia", "area_km2": 1520.75, "languages": ["Marmaladian"]},
    {"code": "NV", "name": "Névéland", "area_km2": 88.5, "languages": ["Névé", "Skiing"]},
    {"code": "TP", "name": "Teapotopia", "area_km2": 3.25, "languages": []},
]
VISITS = [
    {"id": 1, "country": "MB", "guests": 2, "updated_at": "2024-01-15T09:30:00Z"},
    {"id": 2, "country": "TP", "guests": 7, "updated_at": "2024-02-02T16:00:00Z"},
    {"id": 3, "country": "TP", "guests": 30, "updated_at": "2024-05-04T08:00:00Z"},
]


# name: (rows, key, bookmark or None, columns)
STREAMS = {
    "countries": (COUNTRIES, "code", None, {
        "code": {"type": "string"}, "name": {"type": ["null", "string"]},
        "area_km2": {"type": ["null", "number"]},
        "languages": {"type": "array", "items": {"type": "string"}},
    }),
    "visits": (VISITS, "id", "updated_at", {
        "id": {"type": "integer"}, "country": {"type": "string"},
        "guests": {"type": ["null", "integer"]},
        "updated_at": {"type": "string", "format": "date-time"},
    }),
}  # fmt: skip


def log(level, text):
    print(level, text, file=sys.stderr, flush=True)


def write(message):
    print(json.dumps(message), flush=True)


def read(path):
    return json.loads(Path(path).read_text(encoding="utf-8"))


def discover():
    streams = []
    for name, (_, key, bookmark, columns) in STREAMS.items():
        about = {"table-key-properties": [key], "valid-replication-keys": [bookmark] if bookmark else []}
        about["forced-replication-method"] = "INCREMENTAL" if bookmark else "FULL_TABLE"
        metadata = [{"breadcrumb": [], "metadata": about}]
        for each in columns:
            inclusion = "automatic" if each in (key, bookmark) else "available"
            metadata.append({"breadcrumb": ["properties", each], "metadata": {"inclusion": inclusion}})
        stream = {"tap_stream_id": name, "stream": name, "key_properties": [key], "metadata": metadata}
        streams.append({**stream, "schema": {"type": "object", "properties": columns}})
    return {"streams": streams}


def chosen_columns(entry):
    """The columns of a catalog's entry that were asked for; none where the stream was not."""
    metadata = {tuple(each["breadcrumb"]): each["metadata"] for each in entry["metadata"]}
    if not metadata.get((), {}).get("selected"):
        return []

    def wanted(column):
        about = metadata.get(("properties", column), {})
        return about.get("inclusion") == "automatic" or about.get("selected", True)

    return [name for name in entry["schema"]["properties"] if wanted(name)]


def sync(config, catalog, state):
    bookmarks = state.setdefault("bookmarks", {})
    for entry in catalog["streams"]:
        name, columns = entry["tap_stream_id"], chosen_columns(entry)
        if not columns:
            continue
        rows, key, bookmark, known = STREAMS[name]
        log("INFO", f"Syncing {name}")
        schema = {"type": "object", "properties": {each: known[each] for each in columns}}
        write({"type": "SCHEMA", "stream": name, "schema": schema, "key_properties": [key]})
        since = bookmarks.get(name, {}).get(bookmark, config["start_date"])
        new = [row for row in rows if not bookmark or row[bookmark] >= since]
        for row in new:
            write({"type": "RECORD", "stream": name, "record": {each: row[each] for each in columns}})
        if bookmark and new:
            bookmarks[name] = {bookmark: max(row[bookmark] for row in new)}
        write({"type": "STATE", "value": state})


def main():
    parser = argparse.ArgumentParser(description="Made-up countries and visits to them")
    parser.add_argument("-c", "--config", required=True, help="Config file")
    parser.add_argument("-s", "--state", help="State file")
    parser.add_argument("--catalog", help="Catalog file")
    parser.add_argument("-d", "--discover", action="store_true", help="Print the catalog")
    options = parser.parse_args()
    config = read(options.config)
    missing = [key for key in ("api_token", "start_date") if key not in config]
    if missing:
        log("CRITICAL", f"Config is missing required keys: {missing}")
        sys.exit(1)
    if options.discover:
        print(json.dumps(discover(), indent=2))
    elif options.catalog:
        sync(config, read(options.catalog), read(options.state) if options.state else {})


if __name__ == "__main__":
    main()
