"""A database that is starting itself is waited for, and one that never comes is told of."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
from benchmarks.desking.cluster import free_port
from django.db import OperationalError, connection

from chainmend.desk import start


def test_a_database_that_comes_late_is_waited_for(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    tries = iter([OperationalError("starting up"), OperationalError("starting up"), None])

    def ensure() -> None:
        if (error := next(tries)) is not None:
            raise error

    monkeypatch.setattr(start, "_EVERY", 0.0)
    monkeypatch.setattr(connection, "ensure_connection", ensure)
    start.wait_for_database(10.0)
    assert next(tries, "none left") == "none left"
    assert [r.message for r in caplog.records] == ["the database does not answer; it is waited for"]


def test_a_database_that_never_comes_is_an_error_that_says_what_to_do(tmp_path: Path) -> None:
    command = "import sys; from chainmend.desk import start; start.WAIT = 0.2; from chainmend.cli import main; main()"
    url = f"postgres://nobody@127.0.0.1:{free_port()}/none"
    done = subprocess.run(
        [sys.executable, "-c", command, "desk", "--home", str(tmp_path / "desk"), "--database-url", url],
        capture_output=True, text=True, timeout=120, check=False,
    )  # fmt: skip
    assert done.returncode == 2
    assert "check --database-url and that the database is running" in done.stderr
    assert "Traceback" not in done.stderr
