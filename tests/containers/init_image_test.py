"""From `tapbridge init` to an image that answers the four commands: one build, no registry, no network in it."""

import json
import os
import subprocess
import uuid

import pytest

from harness.elsewhere import LABEL, docker, why_no_docker
from harness.programs import ROOT, needed_program

BASE = "localhost/python-base:3"
EXAMPLE = ROOT / "examples/source-jsonl"


def made_by_init(folder, tap):
    """The connector's folder, written by the static program, with the tap's wheels."""
    program = needed_program("TAPBRIDGE_STATIC", "build/containers/bridge/tapbridge")
    config = json.loads((EXAMPLE / "config.json").read_text()) | {"path": str(EXAMPLE / "cities.jsonl")}
    (folder / "config.json").write_text(json.dumps(config))
    done = subprocess.run(
        [program, "init", tap, "--config", "config.json"], cwd=folder, stdin=subprocess.DEVNULL, capture_output=True, text=True
    )
    assert done.returncode == 0, done.stderr
    assert "Nothing is left to do." in done.stdout
    made = folder / "source-jsonl"
    python = os.path.join(os.path.dirname(tap), "python")
    wanted = ["-r", made / "requirements.txt", "-c", made / "constraints.txt"]
    subprocess.run([python, "-m", "pip", "wheel", "--quiet", "-w", made / "pip-extra", *wanted], check=True, timeout=300)
    return made


@pytest.fixture(scope="module")
def connector(tmp_path_factory, tap):
    if reason := why_no_docker():
        pytest.skip(f"no containers: {reason}")
    subprocess.run([ROOT / "docker/base-image"], check=True, capture_output=True, timeout=600)
    made = made_by_init(tmp_path_factory.mktemp("init"), tap("jsonl"))
    name = f"localhost/tapbridge-test-init:{uuid.uuid4().hex[:12]}"
    arguments = [f"--build-arg={name}={BASE}" for name in ("BASE", "BUILD_BASE")]
    subprocess.run(
        ["docker", "build", "--network=none", "--label", f"{LABEL}=init", *arguments, "--tag", name, made],
        check=True, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, timeout=500,
    )  # fmt: skip
    yield made, name
    docker("image", "rm", "--force", name, check=False)


def answers(connector, command, *arguments):
    """The messages of a command, run as README.md says."""
    made, name = connector
    user = f"{os.getuid()}:{os.getgid()}"
    folders = [f"{made / 'secrets'}:/secrets:ro", f"{made / 'integration_tests'}:/integration_tests:ro", f"{EXAMPLE}:{EXAMPLE}:ro"]
    volumes = [word for folder in folders for word in ("--volume", folder)]
    said = docker("run", "--rm", "--network=none", "--user", user, *volumes, name, command, *arguments)
    return [json.loads(line) for line in said.splitlines()]


def only(messages, kind):
    (found,) = [message for message in messages if message["type"] == kind]
    return found


CONFIG = ("--config", "/secrets/config.json")


def test_the_four_commands(connector):
    made, _ = connector
    spec = only(answers(connector, "spec"), "SPEC")["spec"]
    assert spec["connectionSpecification"]["required"] == ["path"]
    status = only(answers(connector, "check", *CONFIG), "CONNECTION_STATUS")
    assert status["connectionStatus"]["status"] == "SUCCEEDED"
    catalog = only(answers(connector, "discover", *CONFIG), "CATALOG")["catalog"]
    chosen = json.loads((made / "integration_tests/configured_catalog.json").read_text())
    assert [entry["stream"] for entry in chosen["streams"]] == catalog["streams"]
    read = answers(connector, "read", *CONFIG, "--catalog", "/integration_tests/configured_catalog.json")
    rows = len((EXAMPLE / "cities.jsonl").read_text().splitlines())
    assert len([message for message in read if message["type"] == "RECORD"]) == rows


def test_the_image_is_what_the_platform_asks_for(connector):
    made, name = connector
    image = json.loads(docker("image", "inspect", name))[0]["Config"]
    assert image["User"] == "1000:1000"
    assert f"AIRBYTE_ENTRYPOINT={' '.join(image['Entrypoint'])}" in image["Env"]
    assert image["Labels"]["io.airbyte.name"] == "source-jsonl"
    assert image["Labels"]["io.airbyte.version"] in (made / "metadata.yaml").read_text()
    inside = docker("run", "--rm", "--network=none", "--entrypoint", "sh", name, "-c", "id -un; ls -d /build; ls /secrets /airbyte; true")
    assert inside.splitlines()[0] == "airbyte"
    assert "adapter.yaml" in inside
    assert "config.json" not in inside and "/build" not in inside
