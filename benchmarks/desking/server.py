"""The desk as people start it: `chainmend desk` with server, worker and scheduler, and the command that verifies."""

from __future__ import annotations

import http.client
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from .cluster import free_port

PATIENCE = 120.0


def desk(home: Path, url: str | None, *words: str) -> list[str]:
    """The command of a desk, below `chainmend desk`."""
    own = [
        sys.executable,
        "-c",
        "from chainmend.cli import main; main()",
        "desk",
        *words,
        "--home",
        str(home),
    ]
    return [*own, "--database-url", url] if url else own


@contextmanager
def served(home: Path, url: str | None) -> Iterator[int]:
    """Run the desk on a port of the loopback and yield the port once it answers."""
    port = free_port()
    process = subprocess.Popen([*desk(home, url), "--port", str(port)], stdout=subprocess.DEVNULL)
    try:
        until = time.monotonic() + PATIENCE
        while not answers(port):
            if process.poll() is not None or time.monotonic() > until:
                raise RuntimeError("the desk did not start")
            time.sleep(0.1)
        yield port
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait(PATIENCE)


def answers(port: int) -> bool:
    """Whether the log-in page comes."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
    try:
        connection.request("GET", "/login/")
        return connection.getresponse().status == 200
    except OSError:
        return False
    finally:
        connection.close()


def verify(home: Path, url: str | None) -> dict[str, Any]:
    """What `chainmend desk verify` says."""
    done = subprocess.run(
        [*desk(home, url, "verify"), "--json"], check=False, stdout=subprocess.PIPE, text=True, env=os.environ
    )
    found: dict[str, Any] = json.loads(done.stdout)
    return found
