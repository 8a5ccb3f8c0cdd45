"""A ready adapter and its tap: what a user of adapters/ gets."""

import functools
import os
from pathlib import Path

from harness.programs import ROOT


class Connector:
    """The bridge's four commands with an adapter, which finds its tap's command on the PATH."""

    def __init__(self, bridge, name, program, adapter=None):
        path = f"{Path(program).parent}:{os.environ['PATH']}"
        self.files = {"adapter": adapter or ROOT / f"adapters/{name}.yaml", "env": {"PATH": path}}
        for command in ("spec", "check", "discover", "read", "run"):
            setattr(self, command, functools.partial(getattr(bridge, command), **self.files))


def secrets_of(schema, path=()):
    """The paths of the settings that a specification marks as secret."""
    found = {".".join(path)} if schema.get("airbyte_secret") else set()
    for name, below in schema.get("properties", {}).items():
        found |= secrets_of(below, (*path, name))
    return found
