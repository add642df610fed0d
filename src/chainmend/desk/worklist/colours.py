"""Red, yellow, blue: what time says of an entry, for one entry and as a condition of the database.

Red is overdue, yellow behind (a month without movement and without a stated reason), blue due within 14 days. A stated
reason holds for a month; then the entry is behind again, unless it moved.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.db.models import Q
from django.utils import timezone

from chainmend.desk.worklist.days import day
from chainmend.i18n import _
from chainmend.workflow import State

if TYPE_CHECKING:
    from chainmend.desk.worklist.models import Entry

COLOURS = ("red", "yellow", "blue")
SOON, STILL = 14, 30
"""Days: due within, and without movement."""
_DATED: tuple[State, ...] = ("assigned", "mending", "suspended")
_MOVING: tuple[State, ...] = (
    "detected", "under_review", "confirmed", "assigned", "mending", "returned", "relapsed",
)  # fmt: skip


@dataclass(frozen=True)
class Flag:
    """What time says of an entry.

    Attributes
    ----------
    colour
        ``red``, ``yellow``, ``blue`` or ``none``.
    words
        What it says, with the days.
    """

    colour: str
    words: str


def is_dated(entry: Entry) -> bool:
    """Return whether the due date of an entry counts in its state."""
    return entry.due is not None and entry.state in _DATED


def flag(entry: Entry, today: dt.date | None = None) -> Flag:
    """Return the flag of an entry: overdue before behind before due soon."""
    today = today or timezone.localdate()
    dated = is_dated(entry)
    left = (entry.due - today).days if entry.due is not None else 0
    still = (today - timezone.localdate(entry.moved)).days
    if dated and left < 0:
        return Flag("red", _("{n} d overdue").format(n=-left))
    waits = entry.state in _MOVING and still > STILL
    stated = timezone.localdate(entry.stated) if entry.stated is not None else None
    if waits and (stated is None or (today - stated).days > STILL):
        return Flag("yellow", _("{n} d without movement").format(n=still))
    if dated and left <= SOON:
        return Flag("blue", _("{n} d left").format(n=left))
    if waits and stated is not None:
        return Flag("none", _("reason stated on {day}").format(day=day(stated)))
    if entry.state == "to_verify":
        return Flag("none", _("next scan"))
    if entry.state == "closed":
        return Flag("none", _("by a scan"))
    return Flag("none", day(entry.due) if dated and entry.due else "—")


def condition(colour: str, today: dt.date | None = None) -> Q:
    """Return the condition under which an entry has a colour; the same rules as `flag`."""
    today = today or timezone.localdate()
    midnight = timezone.make_aware(dt.datetime.combine(today - dt.timedelta(days=STILL), dt.time()))
    red = Q(state__in=_DATED, due__lt=today)
    yellow = Q(state__in=_MOVING, moved__lt=midnight) & (Q(stated=None) | Q(stated__lt=midnight))
    if colour == "red":
        return red
    if colour == "yellow":
        return yellow & ~red
    soon = Q(state__in=_DATED, due__gte=today, due__lte=today + dt.timedelta(days=SOON))
    return soon & ~yellow
