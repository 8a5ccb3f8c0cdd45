"""The bridge as PID 1: in a PID namespace, or in a container of an image that holds little else."""

import io
import os
import shutil
import subprocess
import tarfile
import uuid

from harness.bridge import Bridge
from harness.processes import MARKER, marked_processes, wait_until

LABEL = "tapbridge.test"
REPOSITORY = "localhost/tapbridge-test"  # a bare name would ask a public registry
BUSYBOX = "/bin/busybox"
APPLETS = ("dd", "mv", "sh", "sleep", "touch", "true")
TMPFS_MODE = 0o1777
USER = 1000  # as on the platform


def as_popen_says(status):
    """Who starts the bridge for us reports a signal as 128 + its number; 141 is an exit status of its own."""
    return 128 - status if 128 < status and status != 141 else status


class Elsewhere(Bridge):
    """The bridge behind a program that waits for it, and hands on its end as a shell does."""

    def __init__(self, program, folder, prefix=()):
        super().__init__(program, folder)
        self.prefix = [str(word) for word in prefix]

    def start(self, arguments, env=None, **popen):
        return super().start([*self.prefix, *arguments], env, **popen)

    def finish(self, process, *more, **named):
        run = super().finish(process, *more, **named)
        self.reported = run.exit_status
        run.exit_status = as_popen_says(run.exit_status)
        return run

    def pid(self):
        """The bridge's number in our own namespace: the first of the run's processes that is it and not its minder."""

        def find():
            for pid, line in sorted(marked_processes(self.marker).items()):
                if line.startswith(f"{self.program} ") and "__minder" not in line:
                    return pid
            return None

        return wait_until(find, what="the start of the bridge")


def docker(*words, check=True, **more):
    done = subprocess.run(
        ["docker", *map(str, words)], stdin=None if "input" in more else subprocess.DEVNULL, capture_output=True,
        timeout=120, **more,
    )  # fmt: skip
    assert not check or done.returncode == 0, f"docker {words}: {done.stderr.decode(errors='replace')[-2000:]}"
    return done.stdout.decode(errors="replace").strip()


def why_no_docker():
    """None where containers can be run."""
    if not shutil.which("docker"):
        return "docker is not installed"
    if not os.access(BUSYBOX, os.X_OK):
        return f"{BUSYBOX} is not there: the Debian package busybox-static has it"
    try:
        asked = subprocess.run(["docker", "info"], stdin=subprocess.DEVNULL, capture_output=True, timeout=60)
    except subprocess.TimeoutExpired:
        return "the docker daemon does not answer"
    return None if asked.returncode == 0 else asked.stderr.decode(errors="replace").strip()[-300:]


def _tree(programs):
    """The image's files as a tar: programs at their places, busybox, a user, and what every image has."""
    archive = io.BytesIO()
    with tarfile.open(fileobj=archive, mode="w") as tar:

        def add(name, kind=tarfile.REGTYPE, mode=0o755, content=b"", **more):
            entry = tarfile.TarInfo(name)
            entry.type, entry.mode, entry.size = kind, mode, len(content)
            for key, value in more.items():
                setattr(entry, key, value)
            tar.addfile(entry, io.BytesIO(content))

        for folder in ("bin", "dev", "etc", "proc", "sys", "usr", "usr/local", "usr/local/bin"):
            add(folder, tarfile.DIRTYPE)
        add("tmp", tarfile.DIRTYPE, TMPFS_MODE)
        for folder in ("airbyte", "config", "secrets", "source"):
            add(folder, tarfile.DIRTYPE, uid=USER, gid=USER)
        users = f"root:x:0:0::/:/bin/sh\nairbyte:x:{USER}:{USER}::/airbyte:/bin/sh\n"
        add("etc/passwd", content=users.encode(), mode=0o644)
        add("etc/group", content=f"root:x:0:\nairbyte:x:{USER}:\n".encode(), mode=0o644)
        with open(BUSYBOX, "rb") as file:
            add("bin/busybox", content=file.read())
        for applet in APPLETS:
            add(f"bin/{applet}", tarfile.SYMTYPE, linkname="busybox")
        for place, program in programs.items():
            add(place.lstrip("/"), content=program.read_bytes())
    return archive.getvalue()


class Image:
    """An image for one session of tests; those that a KILL left behind go an hour later.

    Its containers carry the session's name as their label, so that none of them outlives it.
    """

    def __init__(self, programs, entrypoint):
        self.session = uuid.uuid4().hex[:12]
        self.name = f"{REPOSITORY}:{self.session}"
        docker("image", "prune", "--all", "--force", "--filter", f"label={LABEL}", "--filter", "until=1h", check=False)
        changes = (f"LABEL {LABEL}=", f"USER {USER}:{USER}", "WORKDIR /airbyte", f'ENTRYPOINT ["{entrypoint}"]',
                   "ENV PATH=/usr/local/bin:/bin")  # fmt: skip
        words = [word for change in changes for word in ("--change", change)]
        docker("import", *words, "-", self.name, input=_tree(programs))

    def remove(self):
        left = docker("ps", "--all", "--quiet", "--filter", f"label={LABEL}={self.session}", check=False).split()
        if left:
            docker("rm", "--force", *left, check=False)
        docker("image", "rm", "--force", self.name, check=False)


class Container(Elsewhere):
    """The bridge as PID 1 of a container. Its folders have the same paths inside."""

    def __init__(self, image, program, folder, options=()):
        self.name = f"tapbridge-test-{uuid.uuid4().hex[:12]}"
        super().__init__(program, folder)
        for path in (folder.parent, folder, self.work, self.temporary):
            path.chmod(0o777)  # it is another user there
        self.prefix = ["docker", "run", "--rm", "--name", self.name, "--label", f"{LABEL}={image.session}",
                       "--env", f"{MARKER}={self.marker}", "--volume", f"{folder.parent}:{folder.parent}", *options, image.name]  # fmt: skip

    def environment(self, extra=None):
        engine = {name: value for name, value in os.environ.items() if name.startswith("DOCKER_")}
        return super().environment(extra) | engine

    def start(self, arguments, env=None, **popen):
        return super().start(arguments[1:], env, **popen)  # the image has the entry point

    def finish(self, process, *more, **named):
        run = super().finish(process, *more, **named)
        assert not docker("ps", "--all", "--quiet", "--filter", f"name={self.name}"), "the container is still there"
        return run

    def signal(self, name):
        docker("kill", "--signal", name, self.name)

    def remove(self):
        docker("rm", "--force", self.name, check=False)
