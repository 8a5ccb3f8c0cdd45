#!/usr/bin/env python3
"""Keeps the last state of each stream, as Airbyte does between two syncs.

    tapbridge read ... | python3 last_states.py > states.json
    tapbridge read ... --state states.json
"""

import json
import sys

states = {}
for line in sys.stdin:
    message = json.loads(line)
    if message["type"] == "STATE":
        state = message["state"]
        stream = state.get("stream", {}).get("stream_descriptor", {})
        states[stream.get("name"), stream.get("namespace")] = state
json.dump(list(states.values()), sys.stdout)
