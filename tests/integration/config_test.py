"""Configs that the tap rewrites, and secrets."""

import json
import re
import signal
import sys

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


def test_what_the_tap_leaves_out_stays(bridge, scripted_tap):
    """Also where it has left out before what it now writes in part."""
    config = {"creds": {"token": "t-first", "host": "h"}, "n": 5}
    writes = 'write-config {"n": 6}\nwait-file $dir/go\nwrite-config {"creds": {"token": "t-second"}}\n'
    tap = scripted_tap(f"{DISCOVER}[sync]\n{SAYS}{writes}")
    process = bridge.start(bridge.arguments("read", tap, config=config, catalog=CONFIGURED))
    head = bridge.read_until(process, b'"CONTROL"')
    (scripted_tap.folder / "go").touch()
    run = bridge.finish(process, head)
    assert run.controls == [config | {"n": 6}, {"creds": {"token": "t-second", "host": "h"}, "n": 6}]


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
    "no setting": "write-config {}",
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


# What a Python tap does to its config file, in the order in which it does it; `old` is what it found there.
REWRITES = {
    "fifty times": ("for n in range(51): put(f'token-number-{n}')", "token-number-50"),
    "renamed over": ("put('token-renamed', rename=True)", "token-renamed"),
    "equal length, in quick succession": (
        "for n in range(100, 200): open(path, 'r+').write(json.dumps({'refresh_token': f'number-{n}'})); "
        "n % 5 or sys.stderr.write('INFO hello\\n'); n % 5 != 3 or time.sleep(0.001)",
        "number-199",
    ),
    "its time set back": ("put('younger-er'); os.utime(path, ns=(0, 0)); put('even-newer'); os.utime(path, ns=(0, 0))", "even-newer"),
    "half, then whole": ("open(path, 'w').write('{\"refresh_'); say(); put('whole-again')", "whole-again"),
    "gone, and back": ("os.remove(path); say(); put('back-again')", "back-again"),
    "longer than a pipe": ("put('long' * 100000)", "long" * 100000),
    "to a link": ("other = path + '.2'; open(other, 'w').write('{}'); os.remove(path); os.symlink(other, path)", None),
    "to a pipe": ("os.remove(path); os.mkfifo(path); say()", None),
    "to a folder": ("os.remove(path); os.mkdir(path); say()", None),
    "to something broken": ("open(path, 'w').write('{\"refresh_token\": \"bro'); say()", None),
    "to something endless": ("os.truncate(path, 1 << 40); say()", None),
}
ENDINGS = {"exit": "sys.exit(0)", "crash": "os.abort()", "kill": "os.kill(os.getpid(), 9)", "term": "time.sleep(300)"}
REWRITER = """
import json, os, signal, sys, time
if "--help" in sys.argv or "--about" in sys.argv:
    print("usage: tap [--config C] [--discover] [--catalog C]")
    sys.exit()
path = sys.argv[sys.argv.index("--config") + 1]
discover = "--discover" in sys.argv
def say():
    sys.stderr.write("INFO hello\\n")
    sys.stderr.flush()
    time.sleep(0.02)
def put(token, rename=False):
    with open(path + ".new" if rename else path, "w") as file:
        json.dump({"refresh_token": token}, file)
    if rename:
        os.rename(path + ".new", path)
def act(*_):
    REWRITE
    END
if discover != DISCOVER:
    print(json.dumps({"streams": [{"stream": "items", "tap_stream_id": "items",
        "schema": {"properties": {"id": {"type": "integer"}}}}]}) if discover else '{"type": "STATE", "value": {}}')
    sys.exit()
if "TERM" == "SIGNAL":
    signal.signal(signal.SIGTERM, act)
    open(path + ".ready", "w").close()
    while True:
        time.sleep(300)
act()
"""


def rewriting_tap(folder, rewrite, end, on_signal=False, discover=False):
    text = REWRITER.replace("REWRITE", rewrite).replace("END", end).replace("DISCOVER", str(discover))
    path = folder / "rewriter.py"
    path.write_text(text.replace("SIGNAL", "TERM" if on_signal else ""))
    return [sys.executable, "-I", str(path)]


@pytest.mark.parametrize("rewrite", REWRITES)
@pytest.mark.parametrize("end", ["exit", "crash", "kill"])
def test_whatever_a_tap_does_to_its_config(bridge, tmp_path, rewrite, end):
    code, token = REWRITES[rewrite]
    run = bridge.read({"refresh_token": "first-one"}, CONFIGURED, tap=rewriting_tap(tmp_path, code, ENDINGS[end]))
    assert run.controls[-1:] == ([{"refresh_token": token}] if token else [])
    assert all(control["refresh_token"].startswith(("token-", "number-", "young", "even", "whole", "back", "long"))
               for control in run.controls)  # fmt: skip


@pytest.mark.parametrize("command", ["check", "discover", "read"])
def test_a_token_that_comes_while_the_bridge_is_stopped(bridge, tmp_path, command):
    """Also where the command itself has nothing more to say."""
    tap = rewriting_tap(tmp_path, "put('last-token')", "sys.exit(0)", on_signal=True, discover=command != "read")
    more = {"catalog": CONFIGURED} if command == "read" else {}
    process = bridge.start(bridge.arguments(command, tap, config={"refresh_token": "first-one"}, **more))
    wait_until(lambda: list(bridge.work.glob("*/config.json.ready")))
    process.terminate()
    run = bridge.finish(process)
    assert (run.exit_status, run.controls) == (-signal.SIGTERM, [{"refresh_token": "last-token"}])


def test_a_silent_tap_has_its_token_handed_on_within_a_second(bridge, tmp_path):
    tap = rewriting_tap(tmp_path, "put('from-silence'); open(path + '.done', 'w').close()", "time.sleep(300)")
    process = bridge.start(bridge.arguments("read", tap, config={"refresh_token": "first-one"}, catalog=CONFIGURED))
    (done,) = wait_until(lambda: list(bridge.work.glob("*/config.json.done")))
    written = done.stat().st_mtime
    head = bridge.read_until(process, b"from-silence")
    process.terminate()
    run = bridge.finish(process, head)
    assert run.controls == [{"refresh_token": "from-silence"}]
    (told,) = (trace["emitted_at"] / 1000 for trace in run.of_type("CONTROL"))
    assert told - written < 1 + bridge.slack, "one second, and what a busy machine adds"


def test_another_spelling_of_the_same_config_is_no_news(bridge, tmp_path):
    rewrite = "open(path, 'w').write('{\"rate\": 1.5, \"refresh_token\": \"first\\\\u002done\"}')"
    tap = rewriting_tap(tmp_path, rewrite, "sys.exit(0)")
    run = bridge.read('{"refresh_token": "first-one", "rate": 1.50}', CONFIGURED, tap=tap)
    assert run.controls == []


def test_the_config_of_a_spec_is_nobodys(bridge, scripted_tap):
    """Without --about the tap is asked with an empty config; what it writes there is nothing to hand on."""
    tap = scripted_tap('[discover]\nwrite-config {"made": "up"}\nerr CRITICAL Config is missing required keys: [\'a\']\nexit 1\n')
    assert bridge.spec(tap).controls == []


def test_old_and_new_tokens_are_both_secret(bridge, tmp_path):
    rewrite = "put('second-secret'); sys.stderr.write('CRITICAL first-one and second-secret\\n')"
    run = bridge.read({"refresh_token": "first-one"}, CONFIGURED, tap=rewriting_tap(tmp_path, rewrite, "sys.exit(1)"))
    assert_no_secret(run, "first-one", "second-secret")
