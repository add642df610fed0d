"""A worker that is killed with SIGKILL in the middle of a scan, as the machine would, and what comes of it."""

from __future__ import annotations

import os
import signal
import sqlite3
import subprocess
import sys
import time
from pathlib import Path

import pytest

from chainmend.demo import make_city
from chainmend.desk.home import DATABASE_VARIABLE, HOME_VARIABLE, Home
from chainmend.intake.writer import write_dataset

from .conftest import QUICK_YAML

ASK = """
from chainmend.desk.start import start
start()
from chainmend.desk.scans.models import Dataset
from chainmend.desk.scans.runs import ask
import datetime as dt
ask(Dataset.objects.create(folder="city", city="x", date=dt.date(2025, 12, 31), synthetic=True), None)
"""
AGAIN = """
from chainmend.desk.start import start
start()
from django.core.management import call_command
call_command("scheduler", once=True)
call_command("db_worker", batch=True, startup_delay=False, verbosity=0)
from chainmend.desk.worklist.record import verify
count, broken = verify()
assert count > 0 and broken is None, (count, broken)
"""
PATIENCE = 60.0


def rows(home: Home, query: str) -> list[tuple[object, ...]]:
    with sqlite3.connect(home.database, timeout=20) as database:
        return database.execute(query).fetchall()


@pytest.fixture
def asked(tmp_path: Path) -> tuple[Home, dict[str, str]]:
    """A desk of its own, in files, of which a scan was asked."""
    home = Home(tmp_path / "killed").prepare()
    write_dataset(make_city(firms=300).now, home.datasets / "city")
    (home.folder / "settings.yaml").write_text(QUICK_YAML, "utf-8")
    surroundings = {k: v for k, v in os.environ.items() if k != DATABASE_VARIABLE}
    surroundings[HOME_VARIABLE] = str(home.folder)
    subprocess.run([sys.executable, "-c", ASK], env=surroundings, check=True, timeout=PATIENCE)
    return home, surroundings


def test_a_killed_worker_loses_nothing(asked: tuple[Home, dict[str, str]]) -> None:
    home, surroundings = asked
    worker = subprocess.Popen(
        [sys.executable, "-m", "chainmend.desk", "db_worker", "--no-startup-delay", "--interval", "0.05"],
        env=surroundings,
        stderr=subprocess.DEVNULL,
    )
    until = time.monotonic() + PATIENCE
    try:
        while rows(home, "select state, step from scans_scanrun") != [("running", "scan")]:
            assert time.monotonic() < until, "no scan began"
            assert worker.poll() is None, "the worker ended by itself"
            time.sleep(0.01)
    finally:
        worker.send_signal(signal.SIGKILL)
        worker.wait()
    assert rows(home, "select state from scans_scanrun") == [("running",)]
    assert rows(home, "select count(*) from worklist_event") == [(0,)]
    assert list(home.scans.iterdir()) == []

    with sqlite3.connect(home.database, timeout=20) as database:  # its last sign of life is long past
        database.execute("update scans_scanrun set beat = '2020-01-01 00:00:00'")
    subprocess.run([sys.executable, "-c", AGAIN], env=surroundings, check=True, timeout=PATIENCE)
    (first, second) = rows(home, "select id, state, instead_of_id, scan_id from scans_scanrun order by id")
    assert first[1:] == ("interrupted", None, "")
    assert second[1:3] == ("done", first[0])
    assert [p.name for p in home.scans.iterdir()] == [second[3]]
