"""A PostgreSQL server of the tests' own: private port, private folder, an unprivileged user. The system's cluster is not touched."""

import glob
import os
import pwd
import shutil
import socket
import subprocess
import tempfile
from pathlib import Path

from harness.messages import strict_json

PASSWORD = "not-a-s3cret/only"


def programs():
    """The folder of initdb and pg_ctl, newest version first, or None."""
    found = sorted(glob.glob("/usr/lib/postgresql/*/bin/initdb"), key=lambda path: int(path.split("/")[4]))
    return Path(found[-1]).parent if found else None


def decodes_wal():
    """Whether the server has wal2json, by which taps read its log."""
    return programs() is not None and (programs().parent / "lib/wal2json.so").exists()


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


class Postgres:
    def __init__(self):
        self.bin = programs()
        self.port = free_port()
        self.folder = Path(tempfile.mkdtemp(prefix="tapbridge-pg-"))
        # initdb refuses to run as root: the package's own user runs the server then.
        self.user = "postgres" if os.geteuid() == 0 else None
        if self.user:
            os.chown(self.folder, pwd.getpwnam(self.user).pw_uid, -1)

    def _run(self, program, *arguments):
        command = [self.bin / program, *arguments]
        done = subprocess.run(
            command, user=self.user, cwd=self.folder, stdin=subprocess.DEVNULL, capture_output=True, text=True
        )
        log = self.folder / "log"
        said = log.read_text()[-2000:] if log.exists() else ""
        assert done.returncode == 0, f"{program} failed: {done.stdout[-2000:]}{done.stderr[-2000:]}{said}"

    def start(self):
        (self.folder / "password").write_text(PASSWORD)
        os.chmod(self.folder / "password", 0o644)
        self._run("initdb", "-D", "data", "-U", "owner", "--pwfile=password", "-A", "scram-sha-256", "-E", "UTF8",
                  "--locale=C.UTF-8", "--no-sync")
        options = (f"-p {self.port} -c listen_addresses=127.0.0.1 -c unix_socket_directories='' -c fsync=off -c timezone=UTC "
                   "-c wal_level=logical")  # fmt: skip
        # pg_ctl leaves the server running with this process's pipes: without -l it would hold them open.
        self._run("pg_ctl", "-D", "data", "-l", "log", "-w", "-t", "60", "-o", options, "start")
        return self

    def stop(self):
        try:
            self._run("pg_ctl", "-D", "data", "-m", "immediate", "-w", "stop")
        finally:
            shutil.rmtree(self.folder, ignore_errors=True)

    def sql(self, text, database="postgres"):
        """Runs statements; any error in them fails the test."""
        environment = os.environ | {"PGPASSWORD": PASSWORD}
        done = subprocess.run(
            [self.bin / "psql", "-h", "127.0.0.1", "-p", str(self.port), "-U", "owner", "-d", database,
             "-X", "-q", "-A", "-t", "-v", "ON_ERROR_STOP=1", "-f", "-"],
            input=text, env=environment, capture_output=True, text=True,
        )
        assert done.returncode == 0, done.stderr
        return done.stdout

    def rows(self, query, database="postgres"):
        """The rows of a query as dicts, with every digit."""
        lines = self.sql(f"SELECT to_json(q) FROM ({query}) q;", database).split("\n")[:-1]
        return [strict_json(line) for line in lines]

    def config(self, database="postgres", **more):
        """The settings that meltanolabs-tap-postgres takes."""
        return {"host": "127.0.0.1", "port": self.port, "user": "owner", "password": PASSWORD,
                "database": database, "ssl_enable": False} | more
