"""States: what comes out, what the next sync is given, and in which runs."""

import json
from decimal import Decimal

import pytest

from harness.bridge import configured
from harness.messages import dump, strict_json
from harness.scripted import catalog, out, record, schema, state, stream


def incremental(name, **more):
    return stream(name, **({"replication_method": "INCREMENTAL", "replication_key": "id"} | more))


A, B, C = incremental("a"), incremental("b"), incremental("c")
GIVEN = "if-flag --state dump-file --state $dir/state\n"


def tap_of(streams, *says, before=""):
    return "[discover]\n" + catalog(*streams) + "[sync]\n" + GIVEN + before + "".join(says)


class Sync:
    """Reads with a tap, keeping the states as a platform does."""

    def __init__(self, bridge, scripted_tap, scenario, mode="incremental"):
        self.bridge, self.scripted_tap, self.tap = bridge, scripted_tap, scripted_tap(scenario)
        self.catalog = configured(bridge.discover({}, self.tap).catalog, mode)

    def read(self, states=None, only=None, full=()):
        """The run, and the state that the tap got (None: it got none)."""
        entries = [entry for entry in self.catalog["streams"] if only is None or entry["stream"]["name"] in only]
        modes = {True: {"sync_mode": "full_refresh"}, False: {}}
        entries = [entry | modes[entry["stream"]["name"] in full] for entry in entries]
        given = self.scripted_tap.folder / "state"
        given.unlink(missing_ok=True)
        run = self.bridge.read({}, {"streams": entries}, states, self.tap)
        assert run.exit_status == 0, run.tail()
        return run, strict_json(given.read_text()) if given.exists() else None


@pytest.fixture
def sync(bridge, scripted_tap):
    return lambda *arguments, **more: Sync(bridge, scripted_tap, *arguments, **more)


def named(states, *names):
    return [state for state in states if state["stream"]["stream_descriptor"]["name"] in names]


BLOB = {"bookmarks": {"a": {"id": 1}, "b": {"id": 2}}, "version": "3", "currently_syncing": "b"}
SAYS = [schema(A), record("a", id=1), schema(B), record("b", id=2), state(BLOB)]
JOINED = BLOB | {"currently_syncing": None}


def test_what_was_split_is_joined(sync):
    pair = sync(tap_of([A, B], *SAYS))
    first, given = pair.read()
    assert given is None
    assert pair.read(first.last_states())[1] == JOINED
    second, _ = pair.read(first.last_states())
    assert pair.read(second.last_states())[1] == JOINED, "after a second round as well"


def test_a_reset_stream_starts_afresh(sync):
    pair = sync(tap_of([A, B], *SAYS))
    states = pair.read()[0].last_states()
    assert pair.read(named(states, "b"))[1] == JOINED | {"bookmarks": {"b": {"id": 2}}}
    assert pair.read([])[1] is None


def test_a_new_stream_starts_afresh(sync):
    pair = sync(tap_of([A, B], *SAYS))
    states = pair.read(only=["a"])[0].last_states()
    assert pair.read(states)[1] == JOINED | {"bookmarks": {"a": {"id": 1}}}


def test_a_full_refresh_starts_from_nothing(sync):
    pair = sync(tap_of([A, B], *SAYS))
    states = pair.read()[0].last_states()
    assert pair.read(states, full=["a"])[1] == JOINED | {"bookmarks": {"b": {"id": 2}}}


def test_namespaces_are_told_apart(sync):
    def table(space):
        metadata = {"schema-name": space, "replication-method": "INCREMENTAL", "replication-key": "id"}
        places = [{"breadcrumb": [], "metadata": metadata}]
        return incremental("t", tap_stream_id=f"{space}-t", table_name="t", metadata=places)

    says = [*(out({"type": "RECORD", "stream": name, "record": {"id": 1}}) for name in ("x-t", "y-t"))]
    pair = sync(tap_of([table("x"), table("y")], *says, state(**{"x-t": {"id": 1}, "y-t": {"id": 2}})))
    states = pair.read()[0].last_states()
    spaces = [state["stream"]["stream_descriptor"]["namespace"] for state in states]
    assert spaces == ["x", "y"]
    assert pair.read(states[1:])[1] == {"bookmarks": {"y-t": {"id": 2}}}


DIGITS = '{"bookmarks": {"a": {"id": [1.10, 1E400, 12345678901234567890.123456789, -0, 0.1]}}, "other": 1.50}'


def test_a_state_keeps_its_digits(sync, scripted_tap):
    pair = sync(tap_of([A], record("a", id=1), f'out {{"type": "STATE", "value": {DIGITS}}}\n'))
    first, _ = pair.read()
    pair.read(first.last_states())
    assert json.loads(scripted_tap.saw("state"), parse_float=str) == json.loads(DIGITS, parse_float=str)
    assert "1E400" in scripted_tap.saw("state") and "1.10" in scripted_tap.saw("state")
    # A platform that reads decimals as doubles and writes them its own way
    states = json.loads(json.dumps(json.loads(dump(first.last_states()))))
    pair.read(states)
    assert json.loads(scripted_tap.saw("state"), parse_float=Decimal) == json.loads(DIGITS, parse_float=Decimal)


WHOLE = {"bookmarks": {"a": {"id": 1}, "b": {"id": 2}}}
DESCRIBED = '{"type": "STREAM", "stream": {"stream_descriptor": {"name": "%s", "namespace": null}, "stream_state": %s}'
GLOBAL = {"shared_state": WHOLE, "stream_states": [{"stream_descriptor": {"name": n}, "stream_state": {"x": 1}} for n in "ab"]}
INPUTS = {
    "none": (None, None),
    "an empty file": ("", None),
    "an empty list": ("[]", None),
    "null": ("null", None),
    "an empty object": ("{}", None),
    "the tap's own": (WHOLE, WHOLE),
    "the tap's own, with a BOM": (b"\xef\xbb\xbf" + dump(WHOLE).encode(), WHOLE),
    "the tap's own, in the middle of a stream": (WHOLE | {"currently_syncing": "a"}, WHOLE | {"currently_syncing": None}),
    "Meltano's": ({"singer_state": WHOLE}, WHOLE),
    "LEGACY": ([{"type": "LEGACY", "data": WHOLE}], WHOLE),
    "GLOBAL": ([{"type": "GLOBAL", "global": GLOBAL}], WHOLE),
    "PyAirbyte's": (
        "["
        + DESCRIBED % ("a", '{"bookmark": {"id": 1}, "shared": {"bookmarks": {}}, "sequence": 1}')
        + ', "global": null, "data": null, "sourceStats": null, "destinationStats": null, "id": null, "x": 1}, '
        + DESCRIBED % ("b", '{"bookmark": {"id": 2}, "shared": {"bookmarks": {}}, "sequence": 1}')
        + ', "type": "STREAM", "data": null}]',
        WHOLE,
    ),
    "of streams that are gone": ("[" + DESCRIBED % ("z", '{"bookmark": {"id": 9}}') + "}]", None),
}


@pytest.mark.parametrize("content, expected", INPUTS.values(), ids=INPUTS)
def test_every_form_of_state_is_taken(sync, content, expected):
    assert sync(tap_of([A, B], *SAYS)).read(content)[1] == expected


def test_every_stream_ends_with_a_state(sync):
    pair = sync(tap_of([A, B, C], schema(A), schema(B), schema(C), record("b", id=1)), "full_refresh")
    run, _ = pair.read()
    last = {state["stream"]["stream_descriptor"]["name"]: state["stream"]["stream_state"] for state in run.states[-3:]}
    assert last.keys() == {"a", "b", "c"}
    assert len({state["sequence"] for state in last.values()}) == 1


def test_states_are_merged_by_time(sync):
    many = "repeat 1000 " + record("a", id=0)[:-1].replace("0", "$i") + "\n"
    steps = "repeat 1000 {\n" + record("a", id=7) + 'out {"type": "STATE", "value": {"bookmarks": {"a": {"id": $i}}}}\n}\n'
    run, _ = sync(tap_of([A], schema(A), many, steps)).read()
    at = [state["stream"]["stream_state"]["bookmark"]["id"] for state in run.states]
    assert at == [1, 1000], "the first at once, the last always"


def test_an_incremental_stream_without_news_keeps_its_state(sync, bridge):
    pair = sync(tap_of([A, B], *SAYS))
    states = pair.read()[0].last_states()
    pair.tap = pair.scripted_tap(tap_of([A, B]), name="silent")
    run, _ = pair.read(states)
    assert [run.statuses(name) for name in "ab"] == [["STARTED", "COMPLETE"]] * 2
    pair.tap = pair.scripted_tap(tap_of([A, B]), name="scenario")
    assert pair.read(run.last_states())[1] == JOINED


def test_a_failed_sync_keeps_the_states_so_far(sync, bridge, scripted_tap):
    pair = sync(tap_of([A, B], *SAYS, record("a", id=3), "exit 1\n"))
    run = bridge.read({}, pair.catalog, tap=pair.tap)
    assert (run.exit_status, len(run.records("a"))) == (1, 2)
    assert {json.dumps(state["stream"]["stream_state"]["bookmark"]) for state in run.states} == {'{"id": 1}', '{"id": 2}'}
    assert [run.statuses(name)[-1] for name in "ab"] == ["INCOMPLETE"] * 2


def test_incremental_where_it_cannot_be_is_a_full_refresh(sync):
    plain = stream("p")
    pair = sync(tap_of([plain], schema(plain), record("p", id=1), state(p={"id": 1})))
    run, _ = pair.read()
    assert run.log_text("WARN").count('"p" is read in full') == 1
    assert pair.read(run.last_states())[1] in (None, {"bookmarks": {}})


TABLES = [incremental("orders", tap_stream_id=f"{space}-orders", table_name="orders", metadata=[
    {"breadcrumb": [], "metadata": {"schema-name": space}},
]) for space in ("de", "fr")]  # fmt: skip
# A tap that reads the one table which is selected, or both under one name.
ONE_NAME = GIVEN + """count-call $dir/calls
if-flag --state dump-file --state $dir/state-$n
dump-file --catalog $dir/catalog-$n
""" + schema(A) + schema(TABLES[0]) + record("orders", id=1) + state(**{"de-orders": {"id": 1}, "fr-orders": {"id": 1}})


def selections(scripted_tap):
    """What each sync had to read."""
    found = []
    for n in range(1, int(scripted_tap.saw("calls")) + 1):
        entries = json.loads(scripted_tap.saw(f"catalog-{n}"))["streams"]
        found.append([e["tap_stream_id"] for e in entries if e["metadata"][0]["metadata"]["selected"]])
    (scripted_tap.folder / "calls").unlink()
    return found


def test_streams_of_one_name_are_read_one_after_another(sync, scripted_tap):
    pair = sync("[discover]\n" + catalog(A, *TABLES) + "[sync]\n" + ONE_NAME)
    first, _ = pair.read()
    assert selections(scripted_tap) == [["a", "de-orders", "fr-orders"], ["a", "de-orders"], ["fr-orders"]]
    assert [len(first.records("orders", space)) for space in ("de", "fr")] == [1, 1]
    by_space = {state["stream"]["stream_descriptor"].get("namespace"): state for state in first.last_states()}
    assert by_space.keys() == {None, "de", "fr"}
    second, _ = pair.read(first.last_states())
    assert selections(scripted_tap) == [["a", "de-orders", "fr-orders"], ["a", "de-orders"], ["fr-orders"]]
    for n, name in ((2, "de-orders"), (3, "fr-orders")):
        assert json.loads(scripted_tap.saw(f"state-{n}"))["bookmarks"][name] == {"id": 1}, "each run has a state"
    [fresh] = [state for state in first.last_states() if state["stream"]["stream_descriptor"].get("namespace") == "fr"]
    for n in (2, 3):
        (scripted_tap.folder / f"state-{n}").unlink()
    pair.read([fresh])
    assert "de-orders" not in scripted_tap.saw("state-1")
    assert not (scripted_tap.folder / "state-2").exists(), "a reset stream stays reset in a run of its own"
    assert "fr-orders" in scripted_tap.saw("state-3")


def test_records_that_are_out_do_not_come_twice(sync, scripted_tap):
    pair = sync("[discover]\n" + catalog(A, *TABLES) + "[sync]\n" + ONE_NAME.replace(schema(A), record("a", id=5)))
    run, _ = pair.read()
    assert run.records("a") == [{"id": 5}]
    assert selections(scripted_tap) == [["a", "de-orders", "fr-orders"], ["de-orders"], ["fr-orders"]]
    assert [len(run.records("orders", space)) for space in ("de", "fr")] == [1, 1]
