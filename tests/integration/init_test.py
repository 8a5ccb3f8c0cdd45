"""tapbridge init: the folder of a connector, and every way not to get one."""

import json
import os
import pty
import re
import stat
import subprocess

import pytest

from harness.bridge import configured
from harness.processes import wait_until
from harness.scripted import catalog, stream

ITEMS = stream("items", ["id", "name"])
ABOUT = {
    "name": "tap-shop",
    "settings": {
        "type": "object",
        "required": ["api_key"],
        "properties": {"api_key": {"type": ["string"], "title": "API key"}, "page": {"type": ["integer"]}},
    },
}
SDK = (
    "[help]\nout Usage: tap-shop [OPTIONS]\nout   --about\nout   --config TEXT\nout   --discover\nout   --catalog TEXT\n"
    f"out   --state TEXT\n[about]\nout {json.dumps(ABOUT)}\n[discover]\n{catalog(ITEMS)}"
)
OLD = "[discover]\nif-not-in --config token {\nerr CRITICAL Config is missing required keys: ['token']\nexit 1\n}\n" + catalog(ITEMS)
SECRET = "hunter2-0123456789"


class Init:
    """Runs init in a folder of its own."""

    def __init__(self, bridge, scripted_tap):
        self.bridge, self.scripted_tap = bridge, scripted_tap
        self.folder = bridge.folder / "here"
        self.folder.mkdir()
        self.bin = bridge.folder / "bin"
        self.bin.mkdir()

    def tap(self, scenario, name="tap-shop", head="#!/bin/sh\n"):
        """A program of that name that behaves as the scenario says."""
        program = self.bin / name
        words = " ".join(f"'{word}'" for word in self.scripted_tap(scenario))
        program.write_text(f'{head}exec {words} "$@"\n')
        program.chmod(0o755)
        return program

    def __call__(self, *arguments, **more):
        environment = self.bridge.environment() | {"PATH": f"{self.bin}:{os.environ['PATH']}"}
        done = subprocess.run(
            [self.bridge.program, "init", *map(str, arguments)], cwd=self.folder, env=environment, text=True,
            stdin=subprocess.DEVNULL, capture_output=True, timeout=60, **more,
        )  # fmt: skip
        self.bridge.assert_nothing_left()
        return done

    def fails(self, *arguments, status=1, lines=1):
        """The message of an init that wrote nothing; the tap's own log may stand before it."""
        before = sorted(self.folder.rglob("*"))
        done = self(*arguments)
        assert done.returncode == status, (done.stdout, done.stderr)
        assert done.stdout == ""
        assert sorted(self.folder.rglob("*")) == before, "something was written"
        assert len(done.stderr.splitlines()) == lines, done.stderr
        return done.stderr.splitlines()[-1]


@pytest.fixture
def init(bridge, scripted_tap):
    return Init(bridge, scripted_tap)


def todos(done):
    found = done.stdout.partition("Left to do:\n")[2].partition("Next:")[0]
    return [line.strip() for line in found.splitlines()]


def own_todos(done):
    """Those about the tap: the program under test is linked dynamically, and says so; nothing installed this tap."""
    return [line for line in todos(done) if not line.startswith(("Dockerfile:", "requirements.txt:"))]


def test_a_tap_that_describes_itself(init):
    init.tap(SDK)
    done = init("tap-shop", "--pip", "tap-shop==1.2", "--python", "3.11")
    assert done.returncode == 0, done.stderr
    made = init.folder / "source-shop"
    assert own_todos(done) == []
    assert (made / "requirements.txt").read_text().endswith("\ntap-shop==1.2\n")
    assert json.loads((made / "integration_tests/sample_config.json").read_text()) == {"api_key": "<API key>"}
    assert not (made / "integration_tests/configured_catalog.json").exists()
    assert "python:3.11-slim" in (made / "Dockerfile").read_text()
    for line in done.stdout.splitlines()[1:12]:
        assert (made / line.strip()).is_file(), line


def test_with_a_config_the_streams_are_known(init):
    init.tap(SDK)
    config = init.bridge.file({"api_key": SECRET})
    done = init("tap-shop", "--config", config, "--name", "source-my-shop", "--dir", "deep/folder")
    assert done.returncode == 0, done.stderr
    made = init.folder / "deep/folder"
    chosen = json.loads((made / "integration_tests/configured_catalog.json").read_text())
    assert [entry["stream"]["name"] for entry in chosen["streams"]] == ["items"]
    assert "name: source-my-shop\n" in (made / "adapter.yaml").read_text()
    kept = made / "secrets/config.json"
    assert json.loads(kept.read_text()) == {"api_key": SECRET}
    assert stat.S_IMODE(kept.stat().st_mode) == 0o600
    for file in made.rglob("*"):
        assert file == kept or not file.is_file() or SECRET not in file.read_text(), file


def test_what_it_wrote_works(init):
    """The adapter is for the image; here its command is replaced by the scripted tap's."""
    tap = init.scripted_tap(SDK)
    init.tap(SDK)
    assert init("tap-shop", "--config", init.bridge.file({"api_key": SECRET})).returncode == 0
    made = init.folder / "source-shop"
    options = ["--adapter", made / "adapter.yaml"]
    assert init.bridge.spec(tap, options=options).spec["connectionSpecification"]["required"] == ["api_key"]
    discovered = init.bridge.discover(made / "secrets/config.json", tap, options=options).catalog
    assert configured(discovered) == json.loads((made / "integration_tests/configured_catalog.json").read_text())


def test_an_old_tap_with_a_sample_config(init):
    init.tap(OLD)
    sample = {"token": SECRET, "tables": [{"a": 1}], "start_date": "2020-01-01T00:00:00Z", "retries": 3}
    done = init("tap-shop", "--config-sample", init.bridge.file(sample))
    assert done.returncode == 0, done.stderr
    made = init.folder / "source-shop"
    (left,) = own_todos(done)
    file, line = left.split(":")[:2]
    assert (made / file).read_text().splitlines()[int(line) - 1].endswith(left.split(": ", 1)[1])
    tap = init.scripted_tap(OLD)
    spec = init.bridge.spec(tap, options=["--adapter", made / "adapter.yaml"]).spec["connectionSpecification"]
    assert spec["required"] == ["token"]
    assert spec["properties"]["token"]["airbyte_secret"] is True
    assert spec["properties"]["retries"]["type"] == "integer"
    for text in made.rglob("*"):
        assert not text.is_file() or SECRET not in text.read_text(), text


def test_the_config_of_an_old_tap_goes_through(init):
    """What the form cannot show is a text in secrets/config.json, and JSON again for the tap."""
    init.tap(OLD)
    config = {"token": SECRET, "tables": [{"a": 1.10}]}
    assert init("tap-shop", "--config", init.bridge.file(config)).returncode == 0
    made = init.folder / "source-shop"
    assert json.loads((made / "secrets/config.json").read_text())["tables"] == '[{"a":1.1}]'
    tap = init.scripted_tap(OLD.replace("[discover]\n", "[discover]\ndump-file --config $dir/config\n", 1))
    init.bridge.discover(made / "secrets/config.json", tap, options=["--adapter", made / "adapter.yaml"])
    assert json.loads(init.scripted_tap.saw("config")) == config


def test_a_tap_that_says_nothing(init):
    init.tap("[help]\nerr no help\n[discover]\nexit 1\n[sync]\nexit 1\n")
    done = init("tap-shop")
    assert done.returncode == 0, done.stderr
    assert any(line.startswith("adapter.yaml:") and "--config-sample" in line for line in todos(done))
    assert any(line.startswith("requirements.txt:") for line in todos(done))


def test_a_rotated_token_is_not_lost(init):
    init.tap(SDK.replace("[discover]\n", '[discover]\nwrite-config {"api_key": "new-token-987654"}\n'))
    done = init("tap-shop", "--config", init.bridge.file({"api_key": SECRET}))
    assert done.returncode == 0, done.stderr
    assert json.loads((init.folder / "source-shop/secrets/config.json").read_text()) == {"api_key": "new-token-987654"}
    assert "the tap has changed its config" in done.stderr
    assert "new-token" not in done.stdout + done.stderr


ROTATING = SDK.replace("[discover]\n", '[discover]\nwrite-config {"api_key": "new-token-987654"}\n')
ROTATED = {"api_key": "new-token-987654"}


def assert_kept(message, file):
    """The only config that still works, for its owner alone, and the user is told where."""
    assert f"the new one is {file}; the old one may not work any more" in message
    assert "new-token" not in message
    assert json.loads(file.read_text()) == ROTATED
    assert stat.S_IMODE(file.stat().st_mode) == 0o600


def test_a_rotated_token_outlives_a_discovery_that_fails(init):
    init.tap(ROTATING.replace("987654\"}\n", "987654\"}\nerr CRITICAL No such shop\nexit 1\n"))
    config = init.bridge.file({"api_key": SECRET}, "mine.json")
    for name in (f"{config.name}.new", f"{config.name}.new.2"):
        message = init.fails("tap-shop", "--config", config, lines=2)
        assert "The tap failed: No such shop" in message
        assert_kept(message, config.with_name(name))
    assert json.loads(config.read_text()) == {"api_key": SECRET}


def test_a_rotated_token_outlives_a_folder_that_cannot_be_written(init):
    init.tap(ROTATING, head="#!/bin/sh\nmkdir -p source-shop && touch source-shop/README.md\n")
    config = init.bridge.file({"api_key": SECRET}, "mine.json")
    done = init("tap-shop", "--config", config)
    assert done.returncode == 1 and done.stdout == ""
    assert "source-shop/README.md exists already" in done.stderr
    assert "secrets/config.json" not in done.stderr
    assert_kept(done.stderr, config.with_name(f"{config.name}.new"))
    assert [path.name for path in (init.folder / "source-shop").rglob("*")] == ["README.md"]


def test_a_rotated_token_is_kept_elsewhere_where_it_must(init):
    """What a shell's <(...) gives has no folder to write to."""
    init.tap(ROTATING.replace("987654\"}\n", "987654\"}\nexit 1\n"))
    with open(init.bridge.file({"api_key": SECRET})) as config:
        done = init("tap-shop", "--config", f"/dev/fd/{config.fileno()}", pass_fds=[config.fileno()])
        name = f"{config.fileno()}.new"
    assert done.returncode == 1
    assert f"the new one is {name}; the old one" in done.stderr
    assert json.loads((init.folder / name).read_text()) == ROTATED


def test_a_rotated_token_outlives_a_signal(init):
    init.tap(ROTATING.replace("987654\"}\n", "987654\"}\ntouch $dir/ready\nsleep-forever\n"))
    config = init.bridge.file({"api_key": SECRET}, "mine.json")
    command = [str(init.bridge.program), "init", str(init.bin / "tap-shop"), "--config", str(config)]
    process = init.bridge.start(command)
    wait_until((init.scripted_tap.folder / "ready").exists)
    process.terminate()
    said = process.communicate(timeout=30)[1]
    assert process.returncode == -15
    assert_kept(said if isinstance(said, str) else said.decode(), config.with_name(f"{config.name}.new"))
    init.bridge.assert_nothing_left()


def test_nothing_is_overwritten(init):
    init.tap(SDK)
    made = init.folder / "source-shop"
    made.mkdir()
    (made / "notes.txt").write_text("mine")
    (made / "README.md").symlink_to("nowhere")
    message = init.fails("tap-shop")
    assert message.startswith("tapbridge: source-shop/README.md exists already; nothing was written.")
    (made / "README.md").unlink()
    assert init("tap-shop").returncode == 0
    assert "exists already" in init.fails("tap-shop")


def test_folders_that_cannot_be_written(init):
    init.tap(SDK)
    (init.folder / "file").write_text("")
    assert "Not a directory" in init.fails("tap-shop", "--dir", "file")
    assert "Not a directory" in init.fails("tap-shop", "--dir", "file/below")
    assert "/proc/new" in init.fails("tap-shop", "--dir", "/proc/new")


@pytest.mark.parametrize(
    "arguments, status, said",
    [
        (["tap-unknown"], 1, "There is no program tap-unknown in PATH. Install the tap first"),
        (["./tap-unknown"], 1, "./tap-unknown is no program that can be run."),
        (["/tmp"], 1, "/tmp is no program that can be run."),
        (["tap-shop", "--name", "shop"], 2, "A connector's name is source-"),
        (["tap-shop", "--name", "source-../x"], 2, "A connector's name is source-"),
        (["tap-shop", "--python", "three"], 2, "--python takes a version such as 3.11"),
        (["tap-shop", "--pip", "-r foo"], 2, "--pip takes one requirement"),
        (["tap-shop", "--pip", "tap x y"], 2, "--pip takes one requirement"),
        (["tap-shop", "--config", "missing.json"], 1, "Config file missing.json cannot be read"),
        (["tap-shop", "--config-sample", "missing.json"], 1, "Sample config file missing.json cannot be read"),
    ],
    ids=lambda value: "-".join(value) if isinstance(value, list) else "",
)
def test_wrong_arguments(init, arguments, status, said):
    init.tap(SDK)
    assert init.fails(*arguments, status=status).startswith(f"tapbridge: {said}")


@pytest.mark.parametrize("text", ["", "[1]", "{", '{"a": 1,}', "\xff"])
def test_broken_configs(init, text):
    init.tap(SDK)
    for flag in ("--config", "--config-sample"):
        file = init.bridge.file(text.encode("latin-1"), "broken.json")
        assert "broken.json" in init.fails("tap-shop", flag, file)


def test_a_discovery_that_fails(init):
    init.tap(SDK.partition("[discover]")[0] + f"[discover]\nerr CRITICAL Bad token {SECRET}\nexit 1\n")
    message = init.fails("tap-shop", "--config", init.bridge.file({"api_key": SECRET}), lines=2)
    assert "The tap failed: Bad token" in message and SECRET not in message


def test_a_secret_that_only_the_tap_knows(init):
    """No name tells it, only --about."""
    about = {"name": "tap-shop", "settings": {"properties": {"weird": {"type": ["string"], "writeOnly": True, "secret": True}}}}
    failing = "[discover]\nerr CRITICAL Bad thing WEIRDsecretvalue\nexit 1\n"
    init.tap(SDK.replace(json.dumps(ABOUT), json.dumps(about)).partition("[discover]")[0] + failing)
    done = init("tap-shop", "--config", init.bridge.file({"weird": "WEIRDsecretvalue"}))
    assert done.returncode == 1 and "The tap failed: Bad thing" in done.stderr
    assert "WEIRDsecretvalue" not in done.stdout + done.stderr


def test_a_secret_of_the_sample(init):
    init.tap(OLD.partition("[discover]")[0] + f"[discover]\nerr CRITICAL Bad token {SECRET}\nexit 1\n")
    arguments = ["--config", init.bridge.file({}, "config.json"), "--config-sample", init.bridge.file({"token": SECRET}, "sample.json")]
    done = init("tap-shop", *arguments)
    assert done.returncode == 1 and "Bad token" in done.stderr
    assert SECRET not in done.stderr


def test_a_working_folder_that_is_gone(init):
    program = init.tap(SDK)
    gone = init.bridge.folder / "gone"
    gone.mkdir()
    command = 'cd "$0" && rmdir "$0" && "$@"'
    for tap in (program, "./tap-shop", f"../bin/{program.name}"):
        done = subprocess.run(
            ["sh", "-c", command, gone, init.bridge.program, "init", tap], env=init.bridge.environment(), text=True,
            capture_output=True, timeout=60,
        )  # fmt: skip
        gone.mkdir()
        assert (done.returncode, done.stdout) == (1, "")
        assert re.match("tapbridge: [A-Z./].*[.]$", done.stderr) and "filesystem" not in done.stderr, done.stderr
        assert len(done.stderr.splitlines()) == 1
    absolute = ["sh", "-c", command, gone, init.bridge.program, "init", program, "--dir", init.folder / "made"]
    done = subprocess.run(absolute, env=init.bridge.environment(), text=True, capture_output=True, timeout=60)
    assert done.returncode == 0, done.stderr


@pytest.mark.parametrize("end, reason", [(">/dev/full", "No space left on device"), (">&-", "")])
def test_a_stdout_that_cannot_be_written(init, end, reason):
    program = init.tap(SDK)
    done = subprocess.run(
        ["sh", "-c", f'"$0" init "$1" {end}', init.bridge.program, program], cwd=init.folder, env=init.bridge.environment(), text=True,
        stderr=subprocess.PIPE, timeout=60,
    )  # fmt: skip
    assert done.returncode == 1
    assert done.stderr.startswith(f"tapbridge: stdout cannot be written: {reason}")
    assert len(done.stderr.splitlines()) == 1


def test_it_asks_on_a_terminal(init):
    init.tap(SDK)
    ours, theirs = pty.openpty()
    environment = init.bridge.environment() | {"PATH": f"{init.bin}:{os.environ['PATH']}"}
    process = subprocess.Popen(
        [init.bridge.program, "init", "tap-shop"], cwd=init.folder, env=environment, stdin=theirs, stdout=subprocess.PIPE, stderr=theirs
    )
    os.close(theirs)
    os.write(ours, b"source-asked\n\n\n")
    out, _ = process.communicate(timeout=60)
    said = os.read(ours, 65536).decode()
    os.close(ours)
    assert process.returncode == 0, said
    assert "Name of the connector [source-shop]: " in said
    assert re.match("source-asked/ is a connector for tap-shop", out.decode())


def test_a_signal_ends_it_and_nothing_is_written(init):
    init.tap(f"[help]\ntouch $dir/ready\nsleep-forever\n{SDK.partition('[about]')[1]}")
    environment = init.bridge.environment() | {"PATH": f"{init.bin}:{os.environ['PATH']}"}
    process = init.bridge.start([str(init.bridge.program), "init", str(init.bin / "tap-shop")], env=environment)
    wait_until((init.scripted_tap.folder / "ready").exists)
    process.terminate()
    process.communicate(timeout=30)
    assert process.returncode == -15
    assert not (init.bridge.folder / "source-shop").exists()
    init.bridge.assert_nothing_left()
