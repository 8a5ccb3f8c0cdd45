"""Taps of every kind without an adapter: what is found out about them, and what each call of them gets."""

import json
import stat
from pathlib import Path

import pytest

from harness.bridge import configured
from harness.messages import strict_json
from harness.processes import wait_until
from harness.scripted import catalog, record, schema, state, stream

ITEMS = stream("items", replication_method="INCREMENTAL", replication_key="id")
COUNT = "count-call $dir/calls\ndump-args $dir/call-$n\n"
DISCOVER = "[discover]\n" + catalog(ITEMS)
SAYS = schema(ITEMS) + record("items", id=1) + state(items={"id": 1})
SYNC = "[sync]\n" + SAYS
TAP = DISCOVER + SYNC
LIST = '{"streams": [{"stream": {"name": "items"}, "sync_mode": "incremental", "destination_sync_mode": "append"}]}'


def help_text(*flags, say="out"):
    lines = ["usage: tap-x [OPTIONS]", "", "options:", "  -h, --help   show this help message and exit"]
    return "[help]\n" + "".join(f"{say}-raw {line}\\n\n" for line in lines + [f"  {flag} X   what it does" for flag in flags])


def calls(scripted_tap):
    """The arguments of each call since the last time, files by their names alone."""
    found = []
    for n in range(1, int(scripted_tap.saw("calls")) + 1):
        found.append(" ".join(Path(word).name for word in scripted_tap.saw(f"call-{n}").splitlines()))
    (scripted_tap.folder / "calls").unlink()
    return found


HELP, ABOUT, CONFIG = "--help", "--about --format=json", "--config config.json"
ASK = CONFIG + " --discover"
CATALOG, PROPERTIES = CONFIG + " --catalog catalog.json", CONFIG + " --properties catalog.json"
BOTH = CATALOG + " --properties catalog.json"
SDK_HELP = help_text("--config", "--catalog", "--state", "--discover", "--about")
OLD_HELP = help_text("-c, --config", "-s, --state", "-p, --properties", "-d, --discover")
# Which calls discover makes, and what the sync of read gets.
KINDS = {
    "singer-python": (TAP, [HELP, ASK], BOTH),
    "SDK": (SDK_HELP + "[about]\nout {}\n" + TAP, [HELP, ABOUT, ASK], CATALOG),
    "SDK without about": (SDK_HELP + TAP, [HELP, ABOUT, ASK], CATALOG),
    "properties only": (OLD_HELP + TAP, [HELP, ASK], PROPERTIES),
    "rejects properties": (
        help_text("--config", "--catalog", "--discover") + DISCOVER + "[sync]\nif-flag --properties exit 2\n" + SAYS,
        [HELP, ASK],
        CATALOG,
    ),
    "no help": ("[help]\nerr no such option: --help\nexit 1\n" + TAP, [HELP, ASK], CATALOG),
    "a silent help": ("[help]\nexit 0\n" + TAP, [HELP, ASK], CATALOG),
    "help on stderr": (OLD_HELP.replace("out-raw", "err-raw") + "exit 2\n" + TAP, [HELP, ASK], PROPERTIES),
    "an endless help": ("[help]\nrepeat 100000 out blah blah\n" + TAP, [HELP, ASK], CATALOG),
    "a banner before the catalog": (
        "[discover]\nout *** TAP-X 2.0 ***\nout [2024-01-01] loading {plugins}\nout\n" + catalog(ITEMS) + SYNC,
        [HELP, ASK],
        BOTH,
    ),
    "a banner after the catalog": ("[discover]\n" + catalog(ITEMS) + "out Bye!\n" + SYNC, [HELP, ASK], BOTH),
}


@pytest.mark.parametrize("scenario, asked, synced", KINDS.values(), ids=KINDS)
def test_a_tap_that_discovers(bridge, scripted_tap, scenario, asked, synced):
    tap = scripted_tap(COUNT + scenario)
    discovered = bridge.discover({}, tap).catalog
    assert calls(scripted_tap) == asked
    assert bridge.read({}, configured(discovered), tap=tap).records() == [{"id": 1}]
    assert calls(scripted_tap) == [*asked, synced]
    assert bridge.check({}, tap).status == {"status": "SUCCEEDED"}
    assert calls(scripted_tap) == [*asked, synced]
    bridge.spec(tap)
    assert synced not in calls(scripted_tap)


ENDLESS = SAYS + "repeat forever " + record("items", id=2)
# Taps without discovery: which calls come before the sync.
OTHER_KINDS = {
    "own parser": (help_text("-c CONFIG, --config", "-s STATE, --state"), [HELP]),
    "starts to sync on --discover": (OLD_HELP + "[discover]\n" + ENDLESS, [HELP, ASK]),
    "starts to sync on --help": ("[help]\n" + ENDLESS + "[discover]\n" + ENDLESS, [HELP, ASK]),
}


@pytest.mark.parametrize("scenario, asked", OTHER_KINDS.values(), ids=OTHER_KINDS)
def test_a_tap_that_cannot_discover(bridge, scripted_tap, scenario, asked):
    tap = scripted_tap(COUNT + scenario + SYNC)
    discovered = bridge.discover({}, tap).catalog
    assert [entry["name"] for entry in discovered["streams"]] == ["items"]
    assert calls(scripted_tap) == [*asked, CONFIG]
    first = bridge.read({}, configured(discovered, "incremental"), tap=tap)
    assert first.records() == [{"id": 1}]
    assert calls(scripted_tap) == [*asked, CONFIG]
    bridge.read({}, configured(discovered, "incremental"), first.last_states(), tap=tap)
    assert calls(scripted_tap) == [*asked, CONFIG + " --state state.json"]
    assert bridge.check({}, tap).status == {"status": "SUCCEEDED"}
    assert calls(scripted_tap) == [*asked, CONFIG]


def test_a_tap_that_takes_no_state_is_given_none(bridge, scripted_tap):
    tap = scripted_tap(COUNT + help_text("--config", "--catalog", "--discover") + TAP)
    discovered = bridge.discover({}, tap).catalog
    states = bridge.read({}, configured(discovered, "incremental"), tap=tap).last_states()
    assert states[0]["stream"]["stream_state"]["bookmark"] == {"id": 1}
    calls(scripted_tap)
    bridge.read({}, configured(discovered, "incremental"), states, tap=tap)
    assert calls(scripted_tap)[-1] == CATALOG


def test_the_words_of_the_tap_command_stay_as_they_are(bridge, scripted_tap):
    odd = ["a b", "", "$HOME", "*", "--", "--config", "ü\n'\""]
    tap = scripted_tap("dump-args $dir/args\n" + TAP)
    bridge.discover({}, [*tap, *odd])
    assert scripted_tap.saw("args").startswith("\n".join([*odd, "--config", ""]))


def test_what_a_tap_finds_around_it(bridge, scripted_tap):
    tap = scripted_tap(f"[discover]\ndump-env $dir/env\ndump-cwd $dir/cwd\n{catalog(ITEMS)}")
    platform = {"AIRBYTE_X": "1", "WORKER_Y": "2", "TAPBRIDGE_Z": "3"}
    bridge.discover({}, tap, env=platform | {"HTTPS_PROXY": "http://proxy", "MY_AIRBYTE_": "kept"})
    names = dict(line.split("=", 1) for line in scripted_tap.saw("env").splitlines())
    assert not [name for name in names if name.startswith(("AIRBYTE_", "WORKER_", "TAPBRIDGE_"))]
    assert (names["HTTPS_PROXY"], names["MY_AIRBYTE_"]) == ("http://proxy", "kept")
    assert {"PATH", "HOME", "TMPDIR"} <= names.keys()
    assert scripted_tap.saw("cwd").strip() == str(bridge.folder)


def test_the_files_of_a_tap_are_private_and_go(bridge, scripted_tap):
    tap = scripted_tap(DISCOVER + "[sync]\ndump-args $dir/args\ntouch $dir/ready\nwait-file $dir/go\n" + SAYS)
    files = {"config": '{"name": "ü💡", "id": 1}', "catalog": LIST, "state": '{"bookmarks": {"items": {"id": "é"}}}'}
    process = bridge.start(bridge.arguments("read", tap, **files))
    wait_until((scripted_tap.folder / "ready").exists)
    words = scripted_tap.saw("args").splitlines()
    paths = [Path(words[words.index(flag) + 1]) for flag in ("--config", "--catalog", "--state")]
    folder = paths[0].parent
    assert folder.parent == bridge.work and stat.S_IMODE(folder.stat().st_mode) == 0o700
    for path in paths:
        assert path.parent == folder and stat.S_IMODE(path.stat().st_mode) == 0o600
        assert path.read_bytes().isascii()
    assert json.loads(paths[0].read_text()) == {"name": "ü💡", "id": 1}
    (scripted_tap.folder / "go").touch()
    assert bridge.finish(process).exit_status == 0  # finish() looks for folders that are left
    assert not folder.exists()


def test_a_config_keeps_its_digits(bridge, scripted_tap):
    text = '{"b": [1.10, 1E400, 12345678901234567890.123456789, -0, -0.0], "a": {"10": 1.0e-7}, "z": null}'
    bridge.discover(text, scripted_tap("[discover]\ndump-file --config $dir/config\n" + catalog(ITEMS)))
    given = scripted_tap.saw("config")
    assert given.replace(" ", "") == text.replace(" ", "")
    assert strict_json(given) == strict_json(text)
