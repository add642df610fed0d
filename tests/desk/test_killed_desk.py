"""Worker, server, database and supervisor are killed with SIGKILL, one after another, while a scan runs and people move
entries: what people were told that it is done is in the record once, and the scan comes to its end.
"""

from __future__ import annotations

import http.client
import json
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import psutil
import pytest
from benchmarks.desking.browser import Browser, Forms
from benchmarks.desking.cluster import Cluster, free_port

from chainmend.desk.home import DATABASE_VARIABLE, HOME_VARIABLE, Home

from .scans.conftest import QUICK_YAML

PATIENCE = 120.0
COOKIE = "sessionid"
START = "from chainmend.desk.start import start\nstart()\n"
FILL = """
import json, os
from importlib import import_module
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
from django.contrib.sessions.backends.db import SessionStore
from django.conf import settings as conf
from django.utils import timezone
from chainmend.desk.accounts.models import Organisation, User
from chainmend.desk.demo import Scanned, take
from chainmend.desk.scans.models import Dataset
from chainmend.desk.worklist.models import Entry
from chainmend.intake.reader import read_dataset
from chainmend.scanning import load_scan
read = [(read_dataset(d), d.name) for d in conf.DESK_HOME.datasets.iterdir()]
datasets = sorted(read, key=lambda pair: pair[0].date)
scan = next(s for s in map(load_scan, conf.DESK_HOME.scans.iterdir()))
take(Scanned(datasets[0][1], datasets[0][0], scan, timezone.now()))
home = Organisation.objects.create(name="office")
person = User.objects.create(
    username="chief", name="chief", role="chief", organisation=home, must_change_password=False)
session = SessionStore()
session.update({SESSION_KEY: str(person.pk), HASH_SESSION_KEY: person.get_session_auth_hash(),
                BACKEND_SESSION_KEY: "django.contrib.auth.backends.ModelBackend"})
session.create()
later, folder = datasets[1]
Dataset.objects.create(folder=folder, city=later.place.city, date=later.date, synthetic=True)
print(json.dumps({"session": session.session_key, "entries": list(Entry.objects.values_list("pk", flat=True)[:6])}))
"""
KILL = """
import os, signal, sys, time
from chainmend.desk.scans.models import ScanRun
until = time.monotonic() + 60
while not ScanRun.objects.filter(state="running", step="scan").exists():
    assert time.monotonic() < until, "no scan runs"
    time.sleep(0.01)
for pid in sys.argv[1:]:
    os.kill(int(pid), signal.SIGKILL)
"""
ASK = """
from chainmend.desk.scans.models import Dataset, ScanRun
from chainmend.desk.scans.runs import ask
if not ScanRun.objects.filter(state__in=ScanRun.OPEN).exists():
    ask(Dataset.objects.first(), None)
"""
SILENT = """
import datetime as dt
from django.utils import timezone
from django.core.management import call_command
from chainmend.desk.scans.models import ScanRun
long_ago = timezone.now() - dt.timedelta(hours=1)
ScanRun.objects.filter(state="running").update(beat=long_ago)
ScanRun.objects.filter(state="queued").update(asked=long_ago)
call_command("scheduler", once=True)
"""
END = """
import json
from django.core.management import call_command
call_command("db_worker", batch=True, startup_delay=False, verbosity=0)
from chainmend.desk.scans.models import ScanRun
from chainmend.desk.worklist.models import Event
from chainmend.desk.worklist.record import verify
count, broken = verify()
print(json.dumps({
    "broken": broken and vars(broken), "count": count,
    "marks": [json.loads(c)["data"].get("note", "") for c in Event.objects.values_list("content", flat=True)],
    "runs": list(ScanRun.objects.order_by("pk").values_list("state", flat=True)),
    "told": Event.objects.filter(scan_id=ScanRun.objects.filter(state="done").latest("pk").scan_id).count(),
}))
"""


class Desk:
    """A desk that is killed in parts."""

    def __init__(self, home: Home, url: str | None) -> None:
        self.home, self.port = home, free_port()
        self.surroundings = {k: v for k, v in os.environ.items() if k != DATABASE_VARIABLE}
        self.surroundings[HOME_VARIABLE] = str(home.folder)
        if url:
            self.surroundings[DATABASE_VARIABLE] = url
        self.process: subprocess.Popen[bytes] | None = None

    def python(self, code: str, *words: str) -> Any:
        done = subprocess.run(
            [sys.executable, "-c", START + code, *words],
            env=self.surroundings,
            check=True,
            timeout=PATIENCE,
            stdout=subprocess.PIPE,
        )
        return json.loads(done.stdout.splitlines()[-1]) if done.stdout.strip() else None

    def start(self) -> None:
        command = "from chainmend.cli import main; main()"
        words = ["desk", "--home", str(self.home.folder), "--port", str(self.port)]
        self.process = subprocess.Popen(
            [sys.executable, "-c", command, *words],
            env=self.surroundings, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
        )  # fmt: skip

    def part(self, word: str) -> list[psutil.Process]:
        """The processes of a part, the one that the supervisor started first."""
        assert self.process is not None
        for child in psutil.Process(self.process.pid).children():
            if any(word in w for w in child.cmdline()):
                return [child, *child.children(recursive=True)]
        return []

    def kill_in_a_scan(self, trigger: str, word: str = "", *pids: int) -> None:
        """Start a scan with `trigger` and kill the processes of a part, or those named, when it is in its middle."""
        if word:
            wait_for(lambda: self.part(word), f"no {word} runs")
        every = [*pids, *(p.pid for p in self.part(word) if word)]
        self.python(trigger + KILL, *map(str, every))

    def end(self, number: int = signal.SIGTERM) -> None:
        assert self.process is not None
        self.process.send_signal(number)
        self.process.wait(PATIENCE)


class Mover(threading.Thread):
    """Moves entries one after another, and notes which moves were taken, refused, or not answered."""

    def __init__(self, desk: Desk, name: str, session: str, entries: list[str]) -> None:
        super().__init__(daemon=True)
        self._desk, self._session, self._entries = desk, session, entries
        self.name, self.ended = name, threading.Event()
        self.taken: list[str] = []
        self.refused: list[str] = []
        self.unknown: list[str] = []

    def run(self) -> None:
        n = 0
        while not self.ended.wait(0.02):
            n += 1
            browser = Browser(self._desk.port)
            browser.cookies[COOKIE] = self._session
            try:
                self._move(browser, self._entries[n % len(self._entries)], f"{self.name}-{n}.")
            except (OSError, http.client.HTTPException):
                self.ended.wait(0.1)
            finally:
                browser.close()

    def _move(self, browser: Browser, entry: str, mark: str) -> None:
        page = browser.get(f"/list/{entry}/")
        form = next((f for f in Forms(page.text).forms if f.values.get("action") == "prioritise"), None)
        if form is None:
            return
        self.unknown.append(mark)
        data = form.values | {"priority": "2", "note": mark}
        status = browser.post(form.action, data, form.values["csrfmiddlewaretoken"]).status
        if status < 500:
            self.unknown.remove(mark)
            (self.taken if status == 302 else self.refused).append(mark)


def wait_for(true: Callable[[], object], what: str) -> None:
    until = time.monotonic() + PATIENCE
    while not true():
        assert time.monotonic() < until, what
        time.sleep(0.05)


@pytest.fixture(params=["sqlite", "postgresql"])
def database(request: pytest.FixtureRequest) -> Cluster | None:
    """None for the file of the home."""
    return request.getfixturevalue("postgres") if request.param == "postgresql" else None


@pytest.fixture
def desk(database: Cluster | None, own_home: Callable[[], Home]) -> Iterator[Desk]:
    home = own_home()
    (home.folder / "settings.yaml").write_text(QUICK_YAML, "utf-8")
    (home.folder / "db.sqlite3").unlink(missing_ok=True)
    for folder in sorted(home.scans.iterdir(), key=_date_of)[1:]:  # the second scan is made anew
        for file in folder.iterdir():
            file.unlink()
        folder.rmdir()
    made = Desk(home, database.database("killed") if database else None)
    yield made
    if made.process is not None and made.process.poll() is None:
        made.end(signal.SIGKILL)


def _date_of(folder: Path) -> str:
    return str(json.loads((folder / "manifest.json").read_text("utf-8"))["date"])


def test_whatever_is_killed_nothing_is_lost(desk: Desk, database: Cluster | None) -> None:
    told = desk.python(FILL)
    movers = [Mover(desk, name, told["session"], told["entries"][n::2]) for n, name in enumerate("ab")]

    def moved() -> int:
        return sum(len(m.taken) for m in movers)

    def still_moving() -> None:
        before = moved()
        wait_for(lambda: moved() >= before + 4, "nobody can move an entry any more")

    desk.start()
    for mover in movers:
        mover.start()
    still_moving()
    desk.kill_in_a_scan(ASK, "db_worker")
    still_moving()
    assert desk.process is not None
    desk.kill_in_a_scan(SILENT + ASK, "", desk.process.pid)  # nobody waits until the silence is noticed
    desk.process.wait(PATIENCE)
    desk.start()
    still_moving()
    if database is not None and database.process is not None:
        desk.kill_in_a_scan(SILENT + ASK, "", database.process.pid)
        database.end()
        database.start()
        still_moving()
    desk.kill_in_a_scan(SILENT + ASK, "chainmend.desk.web")
    still_moving()
    for mover in movers:
        mover.ended.set()
        mover.join(PATIENCE)
    desk.end()
    desk.python(SILENT)
    found = desk.python(END)
    assert found["broken"] is None
    marks = found["marks"]
    taken = [mark for m in movers for mark in m.taken]
    assert len(taken) >= 16
    assert [m for m in taken if marks.count(m) != 1] == []
    assert [mark for m in movers for mark in m.refused if mark in marks] == []
    assert [mark for m in movers for mark in m.unknown if marks.count(mark) > 1] == []
    assert found["runs"][-1] == "done"
    assert "interrupted" in found["runs"]
    assert set(found["runs"]) <= {"done", "interrupted"}
    assert found["told"] > 0
    assert not [
        p for p in desk.home.scans.iterdir() if p.name.startswith(".") and (p / "manifest.json").exists()
    ]
