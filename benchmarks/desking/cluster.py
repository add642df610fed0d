"""A PostgreSQL of one's own on the loopback, in a folder that is thrown away."""

from __future__ import annotations

import os
import pwd
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

PATIENCE = 30.0
_OWNER = "postgres"


def programs() -> Path | None:
    """Folder of `initdb` and `postgres`, None where they are not installed or root finds no user to run them as."""
    if os.geteuid() == 0:
        try:
            pwd.getpwnam(_OWNER)
        except KeyError:
            return None
    found = shutil.which("initdb")
    places = [Path(found).resolve().parent] if found else []
    places += sorted(Path("/usr/lib/postgresql").glob("*/bin"), reverse=True)
    return next((p for p in places if (p / "initdb").is_file() and (p / "postgres").is_file()), None)


def free_port() -> int:
    """A port of the loopback that nobody listens on now."""
    with socket.socket() as held:
        held.bind(("127.0.0.1", 0))
        return int(held.getsockname()[1])


class Cluster:
    """A cluster with one database; root runs it as the user postgres, which PostgreSQL asks for.

    Attributes
    ----------
    url
        Address of its database.
    process
        The server; None while it does not run.
    """

    def __init__(self, folder: Path, programs: Path) -> None:
        self.folder, self._programs = folder, programs
        self._port = free_port()
        self.url = f"postgres://desk@127.0.0.1:{self._port}/desk"
        self.process: subprocess.Popen[bytes] | None = None

    def _command(self, *words: str) -> list[str]:
        return [str(self._programs / words[0]), *words[1:]]

    def make(self) -> None:
        """Make the cluster and its database."""
        if os.geteuid() == 0:
            shutil.chown(self.folder, _OWNER)
        made = self._command(
            "initdb", "-D", str(self.folder / "data"), "-U", "desk", "-A", "trust", "-E", "UTF8"
        )
        subprocess.run(
            [*made, "--locale=C", "--no-sync"], check=True, stdout=subprocess.DEVNULL, user=_user(), cwd="/"
        )
        self.start()
        self.url = self.database("desk")

    def _there(self) -> tuple[str, ...]:
        return ("-h", "127.0.0.1", "-p", str(self._port), "-U", "desk")

    def database(self, name: str) -> str:
        """Make a further database and return its address."""
        subprocess.run(self._command("createdb", *self._there(), name), check=True, user=_user(), cwd="/")
        return self.url.rpartition("/")[0] + f"/{name}"

    def start(self) -> None:
        """Start the server and wait until it answers."""
        data = str(self.folder / "data")
        with (self.folder / "log").open("ab") as log:
            self.process = subprocess.Popen(
                self._command("postgres", "-D", data, "-h", "127.0.0.1", "-p", str(self._port), "-k", ""),
                stdout=log,
                stderr=log,
                user=_user(),
                cwd="/",
                start_new_session=True,
            )
        until = time.monotonic() + PATIENCE
        asked = self._command("pg_isready", *self._there(), "-d", "postgres", "-q")
        while subprocess.run(asked, check=False).returncode:
            if self.process.poll() is not None or time.monotonic() > until:
                raise RuntimeError((self.folder / "log").read_text()[-2000:])
            time.sleep(0.05)

    def end(self, number: int = signal.SIGINT) -> None:
        """End the server with a signal: SIGINT in an orderly way, SIGKILL as a machine would."""
        if self.process is not None and self.process.poll() is None:
            self.process.send_signal(number)
            self.process.wait(PATIENCE)
        self.process = None


def _user() -> str | None:
    return _OWNER if os.geteuid() == 0 else None


@contextmanager
def cluster() -> Iterator[Cluster]:
    """Yield a cluster that runs; afterwards it is ended and its folder taken away.

    Raises
    ------
    FileNotFoundError
        If PostgreSQL is not installed.
    """
    found = programs()
    if found is None:
        raise FileNotFoundError("initdb and postgres are not installed, or there is no user to run them as")
    folder = Path(tempfile.mkdtemp(prefix="desk-postgres-"))
    made = Cluster(folder, found)
    try:
        made.make()
        yield made
    finally:
        made.end()
        shutil.rmtree(folder, ignore_errors=True)
