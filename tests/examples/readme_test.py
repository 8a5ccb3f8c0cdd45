"""Every command of the README and of docs/ works as it is printed.

The ```sh blocks of a page are run one after another, in one shell; each section (##) begins in the project's folder. A
block that cannot be run here has a line before it that says why: <!-- not run: reason -->
"""

import re
import shutil
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
PAGES = sorted(page for page in [ROOT / "README.md", *ROOT.glob("docs/*.md")] if page.exists())
PIECE = re.compile(r"^(## )|^(<!-- not run: [^\n]+ -->\n+)?```sh\n(.*?)^```$", re.M | re.S)
# This very run; running it again inside itself would never end.
SELF = re.compile(r"^(sudo )?\./tests/run.*$", re.M)
# We may be root without sudo. A build folder knows the place of its sources: cmake works in the project itself.
SHELL = """
sudo() { "$@"; }
cmake() { (cd "$root" && command cmake "$@"); }
"""


# What a reader of the other pages has typed before.
AFTER_README = 'PATH="$root/build/static/bridge:$root/.venv/tap-jsonl/bin:$PATH"'


def commands(page):
    """The page's commands as one script; empty when it has none."""
    pieces = PIECE.findall(page.read_text(encoding="utf-8"))
    blocks = ['cd "$project"\n' if section else text for section, not_run, text in pieces if not not_run]
    return SELF.sub(":", "".join(blocks))


def look_alike(folder):
    """A folder in which relative paths lead into the project, but new files do not."""
    for entry in ROOT.iterdir():
        if entry.name not in (".git", "examples"):
            (folder / entry.name).symlink_to(entry)
    shutil.copytree(ROOT / "examples", folder / "examples")
    (folder / "examples/run").unlink()
    (folder / "examples/run").symlink_to(ROOT / "examples/run")
    return folder


@pytest.mark.parametrize("page", [page for page in PAGES if "tapbridge" in commands(page)], ids=lambda page: page.name)
def test_every_command_of(page, tmp_path):
    project = look_alike(tmp_path)
    before = "" if page.name == "README.md" else AFTER_README
    script = f"root={ROOT}\nproject={project}\n{SHELL}\n{before}\nset -x\n{commands(page)}"
    done = subprocess.run(
        ["bash", "-eu", "-o", "pipefail", "-c", script], cwd=project, stdin=subprocess.DEVNULL, capture_output=True,
        text=True, timeout=1100,
    )  # fmt: skip
    assert done.returncode == 0, f"{done.stdout[-3000:]}\n{done.stderr[-3000:]}"


def test_the_readme_shows_the_four_commands():
    text = commands(ROOT / "README.md")
    for command in ("./examples/run", "tapbridge spec", "tapbridge check", "tapbridge discover", "tapbridge read"):
        assert command in text
