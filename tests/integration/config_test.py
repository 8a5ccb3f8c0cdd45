"""Configs that the tap rewrites, and secrets."""

import json
import re
import signal

import pytest

from harness.bridge import configured
from harness.processes import wait_until
from harness.rules import assert_no_secret
from harness.scripted import catalog, record, schema, stream

ITEMS = stream("items")
DISCOVER = "[discover]\n" + catalog(ITEMS)
CONFIGURED = configured({"streams": [{"name": "items", "json_schema": {}}]})
OLD = {"refresh_token": "old-secret", "id": 1}


def new(token):
    return {"refresh_token": token, "id": 1}


def rotate(token):
    return f"write-config {json.dumps(new(token))}\n"


SAYS = schema(ITEMS) + record("items", id=1)


def test_a_token_that_discovery_rotates_is_used_by_the_sync(bridge, scripted_tap):
    tap = scripted_tap("[discover]\n" + rotate("second") + catalog(ITEMS) + "[sync]\ndump-file --config $dir/c\n" + SAYS)
    run = bridge.read(OLD, CONFIGURED, tap=tap)
    assert run.controls == [new("second")]
    assert json.loads(scripted_tap.saw("c")) == new("second")
    assert bridge.discover(OLD, tap).controls == [new("second")]


def test_a_token_is_handed_on_at_once(bridge, scripted_tap):
    tap = scripted_tap(DISCOVER + "[sync]\n" + SAYS + rotate("second") + "wait-file $dir/go\n" + rotate("third"))
    process = bridge.start(bridge.arguments("read", tap, config=OLD, catalog=CONFIGURED))
    head = bridge.read_until(process, b'"CONTROL"')
    (scripted_tap.folder / "go").touch()
    run = bridge.finish(process, head)
    assert (run.exit_status, run.controls) == (0, [new("second"), new("third")])


ENDS = {"exit 0": 0, "exit 1": 1, "kill SEGV": 1, "kill KILL": 1}


@pytest.mark.parametrize("end", ENDS)
def test_the_last_token_is_never_lost(bridge, scripted_tap, end):
    run = bridge.read(OLD, CONFIGURED, tap=scripted_tap(f"{DISCOVER}[sync]\n{SAYS}{rotate('second')}{end}\n"))
    assert (run.exit_status, run.controls) == (ENDS[end], [new("second")])


def test_a_token_survives_a_signal(bridge, scripted_tap):
    tap = scripted_tap(f"{DISCOVER}[sync]\n{SAYS}on TERM {{\n{rotate('second')}exit 0\n}}\ntouch $dir/ready\nsleep-forever\n")
    process = bridge.start(bridge.arguments("read", tap, config=OLD, catalog=CONFIGURED))
    wait_until((scripted_tap.folder / "ready").exists)
    process.terminate()
    run = bridge.finish(process)
    assert (run.exit_status, run.controls) == (-signal.SIGTERM, [new("second")])


KEPT = {
    "an unchanged config": "write-config " + json.dumps(OLD, indent=None, separators=(" ,", " :  ")),
    "half a config": 'write-config {"refresh_token": "sec',
    "no object": "write-config 7",
    "nothing": "write-config",
}


@pytest.mark.parametrize("writes", KEPT.values(), ids=KEPT)
def test_what_is_no_news_is_not_handed_on(bridge, scripted_tap, writes):
    run = bridge.read(OLD, CONFIGURED, tap=scripted_tap(f"{DISCOVER}[sync]\n{writes}\n{SAYS}"))
    assert (run.exit_status, run.controls) == (0, [])


SECRETS = {
    "password": "hunter2hunter2",
    "api_key": 'q"uo\\te/key',
    "credentials": {"client_secret": "geheim-ü-schlüssel", "pem": "-----BEGIN KEY-----\nMIIEabcdef\n-----END KEY-----"},
    "auth_token": "1234567890.5",
    "host": "public.example",
}
NEEDLES = ("hunter2hunter2", "uo\\te/key", "geheim", "MIIEabcdef", "1234567890.5")
# The config as taps print it: as JSON, as a Python dict, piece by piece, in an address, over several lines
PRINTED = [
    json.dumps(SECRETS),
    json.dumps(SECRETS, ensure_ascii=False),
    repr(SECRETS),
    "password=hunter2hunter2&x=1",
    "https://user:hunter2hunter2@public.example/?api_key=q%22uo%5Cte/key",
    "key: " + SECRETS["credentials"]["pem"].split("\n")[1],
    "Bearer 1234567890.5",
]


@pytest.mark.parametrize("place", ["err INFO", "err CRITICAL", "err", "out"])
def test_no_secret_leaves_by_a_log_or_an_error(bridge, scripted_tap, place):
    says = "".join(f"{place} {line}\n" for line in PRINTED)
    for scenario in (f"{DISCOVER}[sync]\n{SAYS}{says}exit 1\n", *(f"[discover]\n{says}exit {n}\n" for n in (0, 1))):
        tap = scripted_tap(scenario)
        read = bridge.read(SECRETS, CONFIGURED, tap=tap, options=["--debug"])
        assert read.exit_status == 1
        assert "public.example" in read.log_text() or place == "out", "there is something to hide"
        for run in (read, bridge.check(SECRETS, tap), bridge.discover(SECRETS, tap)):
            assert_no_secret(run, *NEEDLES)
            assert not re.search("q.{1,4}uo.{1,4}te/key", run.stdout.decode())


# Excerpts end at 100 and 300 characters: the secret begins shortly before.
CUT = ["x" * 90 + "hunter2hunter2" + "x" * 186 + "hunter2hunter2", '{"type": "RECORD" ' + "x" * 72 + "hunter2hunter2"]


@pytest.mark.parametrize("line", CUT, ids=["noise", "damaged"])
def test_a_secret_is_not_cut_in_halves(bridge, scripted_tap, line):
    tap = scripted_tap(f"{DISCOVER}[sync]\n{SAYS}out {line}\nerr CRITICAL {line}\nexit 1\n")
    assert_no_secret(bridge.read(SECRETS, CONFIGURED, tap=tap), "hunt")
    assert_no_secret(bridge.discover(SECRETS, scripted_tap(f"[discover]\nout {line}\n")), "hunt")


def test_a_new_token_is_secret_too(bridge, scripted_tap):
    tap = scripted_tap(f"{DISCOVER}[sync]\n{SAYS}{rotate('brand-new-token')}err CRITICAL bad brand-new-token\nexit 1\n")
    assert_no_secret(bridge.read(OLD, CONFIGURED, tap=tap), "brand-new-token", "old-secret")


def test_records_are_never_redacted(bridge, scripted_tap):
    tap = scripted_tap(f"{DISCOVER}[sync]\n" + record("items", id=1, name="hunter2hunter2"))
    assert bridge.read(SECRETS, CONFIGURED, tap=tap).records() == [{"id": 1, "name": "hunter2hunter2"}]
