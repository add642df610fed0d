"""Many people and a scan at once: on the database of the tests, which is a file or a PostgreSQL."""

from __future__ import annotations

import json
import sqlite3
import threading
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

import pytest
from django.db import connection, connections

from chainmend.desk.accounts.models import User
from chainmend.desk.demo import Scanned
from chainmend.desk.worklist import record, services
from chainmend.desk.worklist.models import Entry, Event
from chainmend.desk.worklist.talk import comment
from chainmend.workflow import Role

from .test_services import again

MOVERS, TRIES = 4, 8


@pytest.fixture
def shared_by_threads(
    scanned_desk: tuple[Scanned, Scanned], people: dict[Role, User], tmp_path: Path
) -> Iterator[tuple[Scanned, Scanned]]:
    """A scanned desk that threads open for themselves: SQLite's in memory is copied to a file."""
    if connection.vendor != "sqlite":
        yield scanned_desk
        return
    name = connection.settings_dict["NAME"]
    connection.ensure_connection()
    with closing(sqlite3.connect(tmp_path / "desk.sqlite3")) as target:
        connection.connection.backup(target)
        target.execute("PRAGMA journal_mode=WAL")
    connection.settings_dict["NAME"] = str(tmp_path / "desk.sqlite3")
    yield scanned_desk
    connection.settings_dict["NAME"] = name


def in_threads(*works: Callable[[], None]) -> None:
    """Do all of it at once; what one of them raises is raised here."""
    raised: list[BaseException] = []

    def closing_after(work: Callable[[], None]) -> None:
        try:
            work()
        except BaseException as error:
            raised.append(error)
        finally:
            connections.close_all()

    threads = [threading.Thread(target=closing_after, args=(w,)) for w in works]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
        assert not thread.is_alive()
    if raised:
        raise raised[0]


def mover(person: User, entries: list[str], name: str, taken: list[str], refused: list[str]) -> None:
    """Look at an entry and prioritise it, again and again; note which marks were taken."""
    for n in range(TRIES):
        mark, entry = f"{name}-{n}.", entries[n % len(entries)]
        version = Entry.objects.get(pk=entry).version
        try:
            services.move(entry, "prioritise", person, {"priority": "2", "note": mark}, version)
            taken.append(mark)
        except services.StaleEntry:
            refused.append(mark)


def marks() -> Counter[str]:
    return Counter(json.loads(e.content)["data"].get("note", "") for e in Event.objects.all())


@pytest.mark.django_db(transaction=True)
def test_every_move_that_was_taken_is_in_the_record_once_and_no_other(
    shared_by_threads: object, people: dict[Role, User]
) -> None:
    entries = list(Entry.objects.order_by("pk").values_list("pk", flat=True)[:2])
    taken: list[str] = []
    refused: list[str] = []
    found: list[object] = []
    in_threads(
        *(lambda n=n: mover(people["chief"], entries, str(n), taken, refused) for n in range(MOVERS)),
        lambda: [comment(entries[0], people["analyst"], f"c-{n}.") and taken.append(f"c-{n}.") for n in range(TRIES)],
    )  # fmt: skip
    in_threads(lambda: found.extend([marks(), record.verify()[1]]))
    kept = found[0]
    assert isinstance(kept, Counter)
    assert len(taken) + len(refused) == (MOVERS + 1) * TRIES
    assert {kept[m] for m in taken} == {1}
    assert not any(kept[m] for m in refused)
    assert found[1] is None


@pytest.mark.django_db(transaction=True)
def test_people_move_entries_while_a_scan_is_applied(
    shared_by_threads: tuple[Scanned, Scanned], people: dict[Role, User]
) -> None:
    scan = again(shared_by_threads[1].scan, 30)
    entries = list(Entry.objects.order_by("pk").values_list("pk", flat=True)[:3])
    taken: list[str] = []
    refused: list[str] = []
    found: list[object] = []
    in_threads(
        lambda: mover(people["chief"], entries, "a", taken, refused),
        lambda: found.append(len(services.apply_scan(scan))),
    )
    in_threads(
        lambda: found.extend([marks(), record.verify()[1], Event.objects.filter(scan_id=scan.id).count()])
    )
    told, kept, broken, written = found
    assert isinstance(kept, Counter)
    assert taken
    assert {kept[m] for m in taken} == {1}
    assert not any(kept[m] for m in refused)
    assert broken is None
    assert told == written
