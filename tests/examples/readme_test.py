"""Every command of the README and of docs/ works as it is printed.

The ```sh blocks of a page are run one after another, in one shell, in a folder that looks like the project's. A block
that cannot be run here has a line before it that says why: <!-- not run: reason -->
"""

import re
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
PAGES = sorted(page for page in [ROOT / "README.md", *ROOT.glob("docs/*.md")] if page.exists())
BLOCK = re.compile(r"(<!-- not run: [^\n]+ -->\n+)?^```sh\n(.*?)^```$", re.M | re.S)
# This very run; running it again inside itself would never end.
SELF = re.compile(r"^(sudo )?\./tests/run.*$", re.M)


def script(page):
    blocks = [text for not_run, text in BLOCK.findall(page.read_text(encoding="utf-8")) if not not_run]
    return SELF.sub(":", "".join(blocks))


def project_folder(folder):
    """A folder in which relative paths lead into the project, and new files do not."""
    for entry in ROOT.iterdir():
        if entry.name != ".git":
            (folder / entry.name).symlink_to(entry)
    return folder


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_every_command_of(page, tmp_path):
    commands = script(page)
    as_root = 'sudo() { "$@"; }\n'
    done = subprocess.run(
        ["bash", "-eu", "-o", "pipefail", "-x", "-c", as_root + commands], cwd=project_folder(tmp_path),
        stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=1100,
    )  # fmt: skip
    assert done.returncode == 0, f"{done.stdout[-3000:]}\n{done.stderr[-3000:]}"


def test_the_readme_has_commands():
    assert "./examples/run" in script(ROOT / "README.md")
