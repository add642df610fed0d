"""Measure the desk on a large city: how long pages take, and what 50 people at once do to it.

``python benchmarks/desk.py fill`` makes a desk with 100,000 firms, 2,000 entries and 50,000 events; the other two make
it themselves where it is not there. ``pages`` measures every page for every role, ``load`` lets people read and move
entries for five minutes. ``--database postgres`` takes a PostgreSQL of its own that is thrown away afterwards. Nothing
but the loopback is asked. Writes ``benchmarks/results/desk-pages.md`` and ``desk-load-<database>.md``.
"""

from __future__ import annotations

import argparse
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from desking.cluster import cluster
from desking.server import served, verify
from machine import load

RESULTS = Path(__file__).parent / "results"
HOME = Path(tempfile.gettempdir()) / "chainmend-desk-bench"
KEPT = "filled.sqlite3"


def fill(home: Path, url: str | None, firms: int, entries: int, events: int) -> None:
    """Fill the database of a home; the scans in its folder are made once."""
    from chainmend.desk.home import DATABASE_VARIABLE, HOME_VARIABLE, Home

    os.environ[HOME_VARIABLE] = str(Home(home).prepare().folder)
    if url:
        os.environ[DATABASE_VARIABLE] = url
    from chainmend.desk.start import start

    start()
    from desking.filling import Size, fill, put

    from chainmend.desk.worklist.models import Entry, Event
    from chainmend.desk.worklist.record import verify

    began = time.perf_counter()
    found = put(home, Size(firms, entries, events))
    scanned = time.perf_counter()
    fill(found, events)
    count, broken = verify()
    if broken is not None or count != Event.objects.count():
        raise RuntimeError(f"the record does not hold: {broken}")
    sys.stdout.write(
        f"{firms:,} firms, {Entry.objects.count():,} entries, {count:,} events that verify; scans"
        f" {scanned - began:.0f} s, list and record {time.perf_counter() - scanned:.0f} s\n"
    )


@contextmanager
def filled(given: argparse.Namespace) -> Iterator[str | None]:
    """Yield the address of a database as `fill` left it; None for the file of the home."""
    me = [sys.executable, __file__, "fill", "--home", str(given.home), "--firms", str(given.firms)]
    me += ["--entries", str(given.entries), "--events", str(given.events)]
    kept, database = given.home / KEPT, given.home / "db.sqlite3"
    if given.database == "sqlite" and not given.database_url:
        if not kept.is_file():
            subprocess.run(me, check=True)
            shutil.copy2(database, kept)
        for left in given.home.glob("db.sqlite3*"):
            left.unlink()
        shutil.copy2(kept, database)
        yield None
    elif given.database_url:
        subprocess.run([*me, "--database-url", given.database_url], check=True)
        yield given.database_url
    else:
        with cluster() as own:
            subprocess.run([*me, "--database-url", own.url], check=True)
            yield own.url


def told(home: Path, url: str | None) -> None:
    """Tell this process of the desk, so that it can look into its database."""
    os.environ["CHAINMEND_DESK_HOME"] = str(home.absolute())
    if url:
        os.environ["CHAINMEND_DESK_DATABASE_URL"] = url
    from chainmend.desk.start import start

    start()


def pages(given: argparse.Namespace) -> None:
    """Measure every page and write the report."""
    began = load()
    with filled(given) as url:
        told(given.home, url)
        from desking import addresses, reporting, timing
        from desking.filling import PEOPLE

        found, unknown = addresses.pages()
        with served(given.home, url) as port:
            firsts = timing.firsts(port, found)
            rows = timing.measure(port, found, {role: f"{role}0" for role in PEOPLE}, given.times)
            firsts += timing.after_a_scan(port, found)
        text = reporting.pages(rows, firsts, unknown, began, reporting.held(name(given)))
    write(given, "desk-pages.md", text)


def people(given: argparse.Namespace) -> None:
    """Let people work, hold the record against what they were answered, and write the report."""
    began = load()
    with filled(given) as url:
        told(given.home, url)
        from desking import addresses, reporting, working
        from desking.checking import outcome

        desk = reporting.held(name(given))
        with served(given.home, url) as port:
            work = working.work(port, addresses.places(working.HOT), given.people, given.seconds)
        found = outcome(work, desk.events, verify(given.home, url))
        command = f"load --database {given.database} --people {given.people} --seconds {given.seconds:.0f}"
        text = reporting.crowd(work, found, given.seconds, command, began, desk)
    write(given, f"desk-load-{given.database}.md", text)
    if not found.whole or any(one.faults for one in work):
        raise SystemExit(1)


def name(given: argparse.Namespace) -> str:
    """What the database is called in a report."""
    return "SQLite" if given.database == "sqlite" and not given.database_url else "PostgreSQL"


def write(given: argparse.Namespace, file: str, text: str) -> None:
    """Print a report and keep it with the results."""
    given.out.mkdir(parents=True, exist_ok=True)
    (given.out / file).write_text(text, "utf-8")
    sys.stdout.write(text)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("what", choices=["fill", "pages", "load"])
    parser.add_argument("--home", type=Path, default=HOME, help="folder of the desk that is measured")
    parser.add_argument("--database", choices=["sqlite", "postgres"], default="sqlite")
    parser.add_argument("--database-url", help="an empty database instead, such as postgres://...")
    parser.add_argument("--firms", type=int, default=100_000)
    parser.add_argument("--entries", type=int, default=2_000)
    parser.add_argument("--events", type=int, default=50_000)
    parser.add_argument("--people", type=int, default=50)
    parser.add_argument("--seconds", type=float, default=300.0)
    parser.add_argument("--times", type=int, default=40, help="how often each page is asked for by each role")
    parser.add_argument("--out", type=Path, default=RESULTS, help="folder of the reports")
    given = parser.parse_args()
    if given.database_url:
        given.database = "postgres"
    if given.what == "fill":
        fill(given.home, given.database_url, given.firms, given.entries, given.events)
    elif given.what == "pages":
        pages(given)
    else:
        people(given)


if __name__ == "__main__":
    main()
