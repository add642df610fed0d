"""What waits for one person: their own page, and the narrow page on which evidence is verified."""

from __future__ import annotations

from typing import Any

from django.db.models import Count
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from chainmend.desk import scans
from chainmend.desk.visibility import may, need, of, visible_entries
from chainmend.desk.worklist import sheet, words
from chainmend.desk.worklist.changes import content
from chainmend.desk.worklist.colours import condition, flag
from chainmend.desk.worklist.days import day
from chainmend.desk.worklist.forms import LEADS, forms_of
from chainmend.desk.worklist.given import said
from chainmend.desk.worklist.models import Entry, Event, Need
from chainmend.desk.worklist.reminders import Reminder, by_calendar, by_people, mentions, waiting
from chainmend.i18n import _
from chainmend.workflow import EXPLAINS, TRANSITIONS, action_name, moves, state_name

_SHOWN = 40


@need("see_work")
@require_safe
def work(request: HttpRequest) -> HttpResponse:
    """What the person has to do, most pressing first."""
    user, view = of(request), scans.current()
    catalogue = view.catalogue if view else None
    found = waiting(user)
    entries = list(found.defer("standing")[:_SHOWN])
    counts = found.order_by().aggregate(n=Count("pk"), late=Count("pk", filter=condition("red")))
    rows = [_row(e, user, catalogue) for e in entries]
    total, late, sent = counts["n"], counts["late"], by_people(user)
    page: dict[str, Any] = {
        "rows": rows, "total": total, "late": late, "title": _title(total, late),
        "reminders": [_reminded(r, catalogue) for r in sent],
        "mentions": [
            {
                "entry": m.event.entry,
                "segment": words.segment_name(catalogue, m.event.entry.segment_id),
                "day": day(m.event.at), "who": m.event.user, "note": content(m.event).get("note", ""),
            }
            for m in mentions(user)[:_SHOWN]
        ],
        "needs": _needs(user, catalogue),
        "verify": _lines(user, "to_verify", catalogue) if user.what == "analyst" else [],
        "date": day(timezone.localdate()), "synthetic": bool(view and view.synthetic), "leader": user.what == "leader",
    }  # fmt: skip
    return render(request, "worklist/work.html", page)


def _title(total: int, late: int) -> str:
    if not total:
        return _("Nothing waits for you")
    if late:
        return _("Waiting for you: {n}, of them overdue: {late}").format(n=total, late=late)
    return _("Waiting for you: {n}, none overdue").format(n=total)


def _row(entry: Entry, user: Any, catalogue: Any) -> dict[str, Any]:
    """An entry with what is to be done about it, and the reminder that the calendar gives of it."""
    colour, able = flag(entry).colour, moves_of(entry, user)
    reminder = by_calendar(entry)
    return {
        "entry": entry, "colour": colour, "state": said(state_name(entry.state)),
        "segment": words.segment_name(catalogue, entry.segment_id), "place": words.place_name(catalogue, entry),
        "todo": next((said(action_name(a)) for a in able if a in LEADS), ""),
        "explain": next((a for a in able if a in EXPLAINS), "") if colour == "yellow" else "",
        "remind": colour == "red" and "remind" in able,
        "calendar": f"{reminder.words} · {day(reminder.since)}" if reminder else "",
    }  # fmt: skip


def moves_of(entry: Entry, user: Any) -> list[str]:
    """Return the actions that a person may do with an entry now."""
    holds = entry.owner_id is not None and entry.owner_id == user.organisation_id
    return [t.action for t in moves(user.what, entry.state, remedy=entry.remedy, holds=holds)]


def _reminded(found: Reminder, catalogue: Any) -> dict[str, Any]:
    return {
        "entry": found.entry, "segment": words.segment_name(catalogue, found.entry.segment_id),
        "day": day(found.since), "who": found.who, "note": found.words,
    }  # fmt: skip


def _needs(user: Any, catalogue: Any) -> list[dict[str, Any]]:
    """For analysts, the needs that they have to judge; for who reported some, what became of the last."""
    if may(user, "judge_needs"):
        found = Need.objects.filter(state=Need.REPORTED).select_related("organisation")
    elif may(user, "report_need"):
        found = Need.objects.filter(organisation=user.organisation_id).exclude(state=Need.REPORTED)[:5]
    else:
        return []
    return [
        {"need": n, "segment": words.segment_name(catalogue, n.segment_id), "day": day(n.at)} for n in found
    ]


def _lines(user: Any, state: str, catalogue: Any) -> list[dict[str, Any]]:
    found = visible_entries(user).filter(state=state).select_related("owner").order_by("moved", "pk")
    return [
        {"entry": e, "segment": words.segment_name(catalogue, e.segment_id), "day": day(e.moved)}
        for e in found[:_SHOWN]
    ]


@need("verify_evidence")
@require_safe
def verify(request: HttpRequest) -> HttpResponse:
    """The entries that name the person's organisation, each with its evidence and a form for the verdict."""
    user, view = of(request), scans.current()
    catalogue = view.catalogue if view else None
    found = visible_entries(user).filter(state__in=TRANSITIONS["verify_evidence"].sources)
    entries = list(found.order_by("-severity_rank", "pk")[:_SHOWN])
    events: dict[str, list[Event]] = {}
    told = Event.objects.filter(entry__in=entries, action="verify_evidence").order_by("number")
    for event in told.select_related("user__organisation"):
        events.setdefault(event.entry_id, []).append(event)
    rows = [
        {
            "entry": e, "headline": words.headline(e, user, catalogue),
            "place": words.place_name(catalogue, e), "state": said(state_name(e.state)),
            "facts": sheet.facts(e, user, view), "verdicts": sheet.verdicts(events.get(e.pk, []), user),
            "form": next((f for f in forms_of(e, user) if f["action"] == "verify_evidence"), None),
        }
        for e in entries
    ]  # fmt: skip
    return render(request, "worklist/verify.html", {"rows": rows, "synthetic": bool(view and view.synthetic)})
