"""Scenarios for the scripted tap (integration/README.md), and the Singer messages in them."""

import textwrap

from harness.messages import dump


def stream(name, properties=("id",), keys=("id",), **more):
    """A catalog entry whose properties are nullable strings but for an integer `id`."""
    types = {name: {"type": ["null", "string"]} for name in properties} | {"id": {"type": "integer"}}
    schema = {"type": "object", "properties": types}
    return {"stream": name, "tap_stream_id": name, "key_properties": list(keys), "schema": schema} | more


def catalog(*streams):
    return out({"streams": list(streams)})


def out(message):
    """The instruction that makes the tap say this message."""
    return f"out {dump(message)}\n"


def schema(entry):
    return out({"type": "SCHEMA", **{key: entry[key] for key in ("stream", "schema", "key_properties")}})


def record(name, /, **data):
    return out({"type": "RECORD", "stream": name, "record": data})


def state(value=None, **bookmarks):
    return out({"type": "STATE", "value": {"bookmarks": bookmarks} if value is None else value})


class ScriptedTap:
    """Calling it with a scenario gives the tap's command. `folder` is the scenario's $dir."""

    def __init__(self, program, folder):
        self.program, self.folder = program, folder

    def __call__(self, scenario, name="scenario"):
        path = self.folder / f"{name}.txt"
        path.write_text(textwrap.dedent(scenario), encoding="utf-8")
        return [str(self.program), str(path)]

    def saw(self, name):
        """What the tap wrote into $dir/NAME."""
        return (self.folder / name).read_text(encoding="utf-8")
