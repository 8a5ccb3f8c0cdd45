"""Reads the bridge's output as strictly as the strictest of its readers."""

import json
import re
import sys
from decimal import Decimal

try:
    from airbyte_protocol.models import AirbyteMessage
except ImportError:  # a developer's own Python may lack it; the environment of ./tests/run has it
    AirbyteMessage = None

sys.set_int_max_str_digits(0)


class Number(Decimal):
    """A number that is not an integer; `text` is how it was written."""

    def __new__(cls, text):
        number = super().__new__(cls, text)
        number.text = text
        return number


def strict_json(text):
    """One JSON value, where NaN and Infinity are errors and no digit is lost."""

    def reject(name):
        raise ValueError(f"{name} is not JSON")

    return json.loads(text, parse_float=Number, parse_constant=reject)


def dump(value):
    """The reverse of strict_json: every Number is written as it came."""
    text = json.dumps(value, default=lambda number: f"\ue000{number.text}\ue000")
    return re.sub(r'"\\ue000([^"]*)\\ue000"', r"\1", text)


def parse_line(line, models=True):
    """One line of output, checked by a strict JSON reader and by Airbyte's own models."""
    message = strict_json(line)
    assert isinstance(message, dict), f"not an object: {line[:200]}"
    assert "type" in message, f"no type: {line[:200]}"
    if models and AirbyteMessage is not None:
        AirbyteMessage.model_validate_json(line)
    return message


def parse_output(output, models=True, complete=True):
    """All messages of an output. `complete=False` allows a last line that was cut off by a KILL."""
    text = output.decode("utf-8")
    lines = text.split("\n")
    last = lines.pop()
    if complete:
        assert last == "", f"the last line has no newline: {last[:200]}"
    whole = text[: len(text) - len(last)]
    assert whole.splitlines() == lines, "a line holds a character that Python takes for a line end"
    return [parse_line(line, models) for line in lines]
