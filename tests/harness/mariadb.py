"""A MariaDB server of the tests' own: private port, private folder, an unprivileged user. The system's instance is not touched."""

import os
import pwd
import shutil
import subprocess
import tempfile
import time
from pathlib import Path

from harness.messages import strict_json
from harness.postgres import PASSWORD, free_port

INSTALL, SERVER, CLIENT = "/usr/bin/mariadb-install-db", "/usr/sbin/mariadbd", "/usr/bin/mariadb"
START_SECONDS = 60


def installed():
    return all(os.access(program, os.X_OK) for program in (INSTALL, SERVER, CLIENT))


class MariaDB:
    """Its binary log has whole rows, as taps that read it want."""

    def __init__(self):
        self.port = free_port()
        self.folder = Path(tempfile.mkdtemp(prefix="tapbridge-my-"))
        # The server refuses to run as root, and only the package with the system's instance makes a user for it.
        self.user = "nobody" if os.geteuid() == 0 else None
        if self.user:
            os.chown(self.folder, pwd.getpwnam(self.user).pw_uid, -1)
        self.process = None

    def start(self):
        data = f"--datadir={self.folder / 'data'}"
        done = subprocess.run(
            [INSTALL, "--no-defaults", data, "--auth-root-authentication-method=normal", "--skip-test-db"],
            user=self.user, cwd=self.folder, stdin=subprocess.DEVNULL, capture_output=True, text=True,
        )
        assert done.returncode == 0, f"{INSTALL} failed: {done.stdout[-2000:]}{done.stderr[-2000:]}"
        command = [
            SERVER, "--no-defaults", data, f"--port={self.port}", "--bind-address=127.0.0.1", f"--socket={self.socket}",
            f"--tmpdir={self.folder}", f"--pid-file={self.folder / 'pid'}", "--skip-name-resolve", "--default-time-zone=+00:00",
            "--character-set-server=utf8mb4", "--innodb-flush-log-at-trx-commit=0", "--innodb-buffer-pool-size=32M",
            "--server-id=1", "--log-bin=binlog", "--binlog-format=ROW", "--binlog-row-image=FULL",
        ]  # fmt: skip
        with open(self.folder / "log", "wb") as log:
            self.process = subprocess.Popen(
                command, user=self.user, cwd=self.folder, stdin=subprocess.DEVNULL, stdout=log, stderr=log
            )
        self._wait_for_it()
        self._client(f"ALTER USER root@localhost IDENTIFIED BY '{PASSWORD}';", password="")
        # What a tap needs, and no more.
        self.sql(f"""
            CREATE USER tap@'127.0.0.1' IDENTIFIED BY '{PASSWORD}';
            GRANT SELECT, REPLICATION CLIENT, REPLICATION SLAVE ON *.* TO tap@'127.0.0.1';
        """)
        return self

    @property
    def socket(self):
        return self.folder / "socket"

    def _wait_for_it(self):
        deadline = time.monotonic() + START_SECONDS
        while self._try("SELECT 1;", password="").returncode != 0:
            said = (self.folder / "log").read_text(errors="replace")[-3000:]
            assert self.process.poll() is None and time.monotonic() < deadline, f"{SERVER} did not start: {said}"
            time.sleep(0.1)

    def stop(self):
        try:
            if self.process:
                self.process.kill()
                self.process.wait()
        finally:
            shutil.rmtree(self.folder, ignore_errors=True)

    def _try(self, text, password=PASSWORD):
        words = ["--no-defaults", f"--socket={self.socket}", "--user=root", "--default-character-set=utf8mb4", "--database=mysql"]
        return subprocess.run(
            [CLIENT, *words, "--batch", "--raw", "--skip-column-names"],
            input=text, env=os.environ | {"MYSQL_PWD": password}, capture_output=True, text=True,
        )  # fmt: skip

    def _client(self, text, password=PASSWORD):
        done = self._try(text, password)
        assert done.returncode == 0, done.stderr
        return done.stdout

    def sql(self, text):
        """Runs statements; any error in them fails the test."""
        return self._client(text)

    def rows(self, query):
        """The rows of a query with one JSON_OBJECT as dicts, with every digit."""
        return [strict_json(line) for line in self.sql(query).split("\n")[:-1]]

    def config(self, **more):
        """The settings that pipelinewise-tap-mysql takes: all of them are strings."""
        return {"host": "127.0.0.1", "port": str(self.port), "user": "tap", "password": PASSWORD} | more
