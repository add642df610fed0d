"""The record: events are only ever added, and each holds the hash of the one before.

The hash of an event is the sha256 of its content, which names the hash before it. Whoever changes, takes away or puts
in an event breaks the chain at that place; `verify` finds it.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from django.db import connection, transaction
from django.db.models import Value
from django.db.models.functions import Coalesce

from chainmend.desk.accounts.models import User
from chainmend.desk.worklist.models import Entry, Event

GENESIS = "0" * 64
_COPIES = ("entry", "action", "user", "scan", "from", "to")
"""What columns of an event say a second time."""
_LOCK = 296_296  # of PostgreSQL, where transactions do not wait for each other by themselves


@dataclass(frozen=True)
class Broken:
    """The first place where the chain does not hold.

    Attributes
    ----------
    number
        Of the event; the one that should follow where the record ends too early.
    why
        ``content`` (the hash is not that of the content), ``before`` (it does not follow on the one before),
        ``number`` (an event is missing), ``copy`` (a column says something else than the content), ``file`` (an
        attached file is gone or is not the one that was attached), ``entry`` (an entry says something else than its
        last event).
    """

    number: int
    why: str


def digest(content: str) -> str:
    """Return the hash of the content of an event.

    Examples
    --------
    >>> digest("{}")[:8]
    '44136fa3'
    """
    return hashlib.sha256(content.encode()).hexdigest()


def canonical(values: Mapping[str, Any]) -> str:
    """Return values as JSON of one form only: sorted names, no spaces.

    Examples
    --------
    >>> canonical({"b": 1, "a": "链"})
    '{"a":"链","b":1}'
    """
    return json.dumps(values, ensure_ascii=False, sort_keys=True, separators=(",", ":"), default=str)


def append(
    entry: Entry,
    action: str,
    *,
    user: User | None = None,
    scan_id: str = "",
    before: str = "",
    data: Mapping[str, Any] | None = None,
    at: dt.datetime,
) -> Event:
    """Add an event about an entry as it is now; call it inside the transaction that changed the entry.

    Parameters
    ----------
    entry
        With its new state and version.
    action
        What was done: an action of the table of transitions, or what a scan did.
    user
        Who did it; None for a scan.
    before
        The state before; empty for a new entry.
    data
        What was given with it: reason, owner, due, the reasons of a scan.
    """
    with transaction.atomic():
        event = following(end(), entry, action, user=user, scan_id=scan_id, before=before, data=data, at=at)
        event.save()
        return event


def end() -> tuple[int, str]:
    """Return number and hash of the last event; nobody else adds one before the transaction of the moment ends."""
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(%s)", [_LOCK])
    return head()


def following(
    last: tuple[int, str],
    entry: Entry,
    action: str,
    *,
    user: User | None = None,
    scan_id: str = "",
    before: str = "",
    data: Mapping[str, Any] | None = None,
    at: dt.datetime,
) -> Event:
    """Return the event that follows on the one of the number and hash given, not yet written; see `append`."""
    number = last[0] + 1
    content = canonical(
        {
            "number": number,
            "previous": last[1],
            "at": at.astimezone(dt.UTC).isoformat(),
            "entry": entry.pk,
            "version": entry.version,
            "action": action,
            "user": user.username if user else None,
            "scan": scan_id or None,
            "from": before or None,
            "to": entry.state,
            "data": dict(data or {}),
        }
    )
    return Event(
        number=number, entry=entry, at=at, action=action, user=user, scan_id=scan_id, before=before,
        after=entry.state, content=content, hash=digest(content),
    )  # fmt: skip


def verify() -> tuple[int, Broken | None]:
    """Walk the whole record; how many events hold, and the first place that does not."""
    previous, count = GENESIS, 0
    state: dict[str, tuple[str, int]] = {}
    for number, kept, content, at, *copies in _events():
        found = json.loads(content)
        if number != count + 1:
            return count, Broken(count + 1, "number")
        if digest(content) != kept:
            return count, Broken(number, "content")
        if found["previous"] != previous or found["number"] != number:
            return count, Broken(number, "before")
        if [at.astimezone(dt.UTC).isoformat(), *copies] != [found["at"], *(found[n] or "" for n in _COPIES)]:
            return count, Broken(number, "copy")
        if found["action"] == "attach" and not _file_holds(found["data"]["sha256"]):
            return count, Broken(number, "file")
        previous, count = kept, count + 1
        state[found["entry"]] = (found["to"], found["version"])
    for entry, now, version in Entry.objects.order_by("pk").values_list("pk", "state", "version"):
        if state.get(entry) != (now, version) and not _moved_meanwhile(entry, count):
            return count, Broken(count + 1, "entry")
    return count, None


def head() -> tuple[int, str]:
    """Return the number and the hash of the last event; 0 and `GENESIS` where there is none.

    Whoever keeps the hash outside the desk can prove later that nothing before it was changed: `holds` then finds it.
    """
    return Event.objects.order_by("-number").values_list("number", "hash").first() or (0, GENESIS)


def holds(digest: str) -> int | None:
    """Return the number of the event of that hash; None where the record has none, or no longer."""
    return Event.objects.filter(hash=digest).values_list("number", flat=True).first()


def _moved_meanwhile(entry: str, count: int) -> bool:
    """Whether an entry differs from the events that were walked only because somebody moved it since."""
    with transaction.atomic():
        now = Entry.objects.select_for_update().filter(pk=entry).values_list("state", "version").first()
        last = Event.objects.filter(entry=entry, number__gt=count).order_by("-number").first()
        return last is not None and now == (last.after, json.loads(last.content)["version"])


def _file_holds(digest: str) -> bool:
    from chainmend.desk.worklist.talk import stored

    path = stored(digest)
    if not path.is_file():
        return False
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest() == digest


def _events() -> Iterator[tuple[Any, ...]]:
    """Number, hash, content and moment of every event, then its copies as `_COPIES` names them, empty for none."""
    columns = ("entry_id", "action", Coalesce("user__username", Value("")), "scan_id", "before", "after")
    every = Event.objects.order_by("number").values_list("number", "hash", "content", "at", *columns)
    return every.iterator(chunk_size=2000)
