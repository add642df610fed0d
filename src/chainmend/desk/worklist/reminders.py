"""What waits for a person, and who or what reminds them of it.

Two things remind. The calendar does, 14 and 3 days before an entry is due and from the first day overdue. That is
derived from the date and the day it is read on, and written nowhere: no job can fail to write it, it is never late or
double, it moves with the date when somebody changes that, and the record holds only what people and scans did. And the
chief or an analyst does, by a move of the record, at most once a day; it stands until the organisation in charge moves
the entry.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.db.models import Case, F, IntegerField, Q, QuerySet, Value, When
from django.utils import timezone

from chainmend.desk.figures import order_of
from chainmend.desk.visibility import may, visible_entries
from chainmend.desk.worklist.changes import content
from chainmend.desk.worklist.colours import condition, is_dated
from chainmend.desk.worklist.models import Entry, Event, Mention, Need
from chainmend.i18n import _
from chainmend.workflow import MOVES, TAKES, TRANSITIONS

if TYPE_CHECKING:
    from chainmend.desk.accounts.models import User

AHEAD = (14, 3)
"""Days before an entry is due on which the calendar reminds; it does again on the first day overdue."""
_HELD = ("assigned", "mending")


@dataclass(frozen=True)
class Reminder:
    """One reminder of an entry.

    Attributes
    ----------
    entry
        Of what.
    since
        The day it was sent, or from which the calendar gives it.
    who
        Who sent it; empty for the calendar.
    words
        What it says: the note, or the days.
    """

    entry: Entry
    since: dt.date
    who: str
    words: str


def by_calendar(entry: Entry, today: dt.date | None = None) -> Reminder | None:
    """Return the reminder that the calendar gives of an entry today; None where it gives none.

    The latest stage counts: within 14 days, within 3 days, overdue.
    """
    if entry.due is None or not is_dated(entry):
        return None
    left = (entry.due - (today or timezone.localdate())).days
    if left < 0:
        return Reminder(entry, entry.due + dt.timedelta(days=1), "", _("reminder of the calendar: overdue"))
    reached = [n for n in AHEAD if left <= n]
    if not reached:
        return None
    days = min(reached)
    words = _("reminder of the calendar: {n} days ahead").format(n=days)
    return Reminder(entry, entry.due - dt.timedelta(days=days), "", words)


def by_people(user: User) -> list[Reminder]:
    """Return the reminders of the chief and of analysts that the person's organisation has not answered by a move.

    One counts while the entry is with the organisation that it was sent to.
    """
    mine = visible_entries(user).filter(owner=user.organisation_id, state__in=_HELD).order_by()
    sent = Event.objects.filter(action="remind", entry__in=mine).order_by().values("entry")
    rows = (
        Event.objects.filter(entry__in=sent)
        .exclude(user=None)
        .order_by("number")
        .values_list("number", "entry", "action", "user__organisation")
    )
    open_: dict[str, list[int]] = {}
    for number, entry, action, home in rows:
        if action == "remind":
            open_.setdefault(entry, []).append(number)
        elif action in MOVES or (home == user.organisation_id and action in TRANSITIONS):
            open_.pop(entry, None)  # answered: by a move, or by who is in charge, such as with a reason
    found = Event.objects.filter(number__in=[n for numbers in open_.values() for n in numbers])
    return [
        Reminder(e.entry, timezone.localdate(e.at), e.user.name if e.user else "", content(e).get("note", ""))
        for e in found.select_related("user", "entry__owner").defer("entry__standing").order_by("-number")
    ]


def waits_for(user: User) -> Q:
    """Return the condition of entries whose next move is the person's: of their role, or of their organisation."""
    if user.what == "analyst":
        return Q(state__in=("detected", "under_review", "confirmed", "returned", "relapsed"))
    if user.what in TAKES:
        return Q(owner=user.organisation_id, state__in=_HELD)
    if user.what == "chief":
        return condition("red")
    if user.what == "leader":
        said = Event.objects.filter(action="verify_evidence", user__organisation=user.organisation_id).values(
            "entry"
        )
        return Q(state__in=TRANSITIONS["verify_evidence"].sources) & ~Q(pk__in=said)
    return Q(pk__in=())


def waiting(user: User) -> QuerySet[Entry]:
    """Return what waits for a person, what is overdue first, then what is due soon, then what is behind."""
    order = Case(
        *(When(condition(c), then=Value(n)) for n, c in enumerate(("red", "blue", "yellow"))),
        default=Value(3),
        output_field=IntegerField(),
    )
    grave = F(order_of("severity", may(user, "see_exact_figures"))).desc(nulls_last=True)
    return (
        visible_entries(user)
        .filter(waits_for(user))
        .order_by(order, F("due").asc(nulls_last=True), grave, "pk")
        .select_related("owner")
    )


def mentions(user: User) -> QuerySet[Mention]:
    """Return the comments that name a person and that they have not seen, newest first."""
    return (
        Mention.objects.filter(person=user, seen=False, event__entry__in=visible_entries(user).order_by())
        .select_related("event__user", "event__entry")
        .order_by("-pk")
    )


def count(user: User) -> int:
    """Return how many things wait for a person: entries, comments that name them, needs to judge."""
    named = Q(pk__in=mentions(user).order_by().values("event__entry"))
    found = visible_entries(user).filter(waits_for(user) | named).count()
    judge = Need.objects.filter(state=Need.REPORTED).count() if may(user, "judge_needs") else 0
    return found + judge
