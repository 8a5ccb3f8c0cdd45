"""An SSH server of the tests' own: private port, private folder and keys, an unprivileged user. The system's is not touched."""

import os
import pwd
import shutil
import socket
import subprocess
import tempfile
from pathlib import Path

from harness.postgres import free_port
from harness.processes import wait_until
from harness.programs import ROOT

AS_NOBODY = {"user": "nobody", "group": "nogroup", "extra_groups": []}


def program():
    """sshd: the system's, or the one that tests/run has unpacked without installing it; None where there is none."""
    places = [Path("/usr/sbin/sshd"), ROOT / ".venv/openssh/usr/sbin/sshd"]
    return next((place for place in places if os.access(place, os.X_OK)), None)


class Sshd:
    """Serves files by SFTP to one user, who shows one key."""

    def __init__(self):
        self.port = free_port()
        self.folder = Path(tempfile.mkdtemp(prefix="tapbridge-ssh-"))
        # Run by root it would want a user and a folder of the system's own.
        self.user = "nobody" if os.geteuid() == 0 else pwd.getpwuid(os.geteuid()).pw_name
        self.files = self.folder / "files"
        self.files.mkdir()
        self._server = None

    def start(self):
        self.folder.chmod(0o755)
        self.key = self._new_key("user")
        (self.folder / "authorized_keys").write_text((self.folder / "user.pub").read_text())
        shutil.copy(program(), self.folder / "sshd")  # another user may not reach the project
        self._new_key("host")
        shutil.chown(self.folder / "host", self.user)
        (self.folder / "config").write_text(
            f"ListenAddress 127.0.0.1:{self.port}\nHostKey {self.folder}/host\nPidFile none\n"
            f"AuthorizedKeysFile {self.folder}/authorized_keys\nStrictModes no\nUsePAM yes\n"
            "PasswordAuthentication no\nKbdInteractiveAuthentication no\nSubsystem sftp internal-sftp\nLogLevel ERROR\n"
        )
        with open(self.folder / "log", "wb") as log:
            self._server = subprocess.Popen(
                [self.folder / "sshd", "-D", "-e", "-f", self.folder / "config"], stdin=subprocess.DEVNULL, stdout=log, stderr=log,
                cwd=self.folder, **(AS_NOBODY if os.geteuid() == 0 else {}),
            )  # fmt: skip
        wait_until(self._answers, what="an answer of sshd")
        return self

    def stop(self):
        if self._server:
            self._server.terminate()
            self._server.wait(10)
        shutil.rmtree(self.folder, ignore_errors=True)

    def new_key(self, name="other"):
        """A private key that the server does not know."""
        return self._new_key(name)

    def _new_key(self, name):
        path = self.folder / name
        path.unlink(missing_ok=True)
        subprocess.run(["ssh-keygen", "-q", "-t", "rsa", "-b", "2048", "-N", "", "-f", path], check=True)
        return path.read_text()

    def _answers(self):
        assert self._server.poll() is None, (self.folder / "log").read_text()
        try:
            with socket.create_connection(("127.0.0.1", self.port), timeout=5) as connection:
                return connection.recv(4) == b"SSH-"
        except OSError:
            return False
