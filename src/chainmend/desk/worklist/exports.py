"""What leaves the desk: the list as a table, the record as lines that anybody can check."""

from __future__ import annotations

import csv
import json
from io import StringIO

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from chainmend.desk import scans
from chainmend.desk.figures import figures
from chainmend.desk.visibility import may, need, of
from chainmend.desk.worklist import record, words
from chainmend.desk.worklist.changes import changes, earlier
from chainmend.desk.worklist.colours import flag
from chainmend.desk.worklist.given import remedy_name, said
from chainmend.desk.worklist.listing import Asked, matching
from chainmend.desk.worklist.models import Event
from chainmend.i18n import _
from chainmend.workflow import action_name, state_name

_RECENT = 100
_FORMULA = ("=", "+", "-", "@", "\t", "\r")


def _cell(value: object) -> str:
    """A cell that no spreadsheet takes for a formula."""
    text = "" if value is None else str(value)
    return f"'{text}" if text.startswith(_FORMULA) else text


@need("export_list")
@require_safe
def entries(request: HttpRequest) -> HttpResponse:
    """The entries asked for as CSV; every row says its scan, how old the data are, and whether they are made up.

    Losses are in the currency a year; for who sees no exact figures they are the edges of their band.
    """
    user, view = of(request), scans.current()
    catalogue = view.catalogue if view else None
    out = StringIO()
    out.write("\ufeff")
    table = csv.writer(out)
    table.writerow([
        _("No."), _("Severity"), _("Segment"), _("Finding"), _("why"), _("State"), _("Remedy"), _("in charge"),
        _("Due"), _("Time left"), _("Loss avoided"), _("Loss avoided, low"), _("Loss avoided, high"), _("Since then"),
        _("Last scan"), _("Data to"), _("Demo data"),
    ])  # fmt: skip
    about = (view.scan_id, view.date, _("yes") if view.synthetic else _("no")) if view else ("", "", "")
    asked, exact = Asked.of(request.GET.dict(), earlier()), may(user, "see_exact_figures")
    entries = list(matching(asked, user, catalogue))
    told = changes([e.pk for e in entries], asked.since, exact)
    for entry in entries:
        known = figures(entry, exact)
        loss = (known.loss.value, known.loss.low, known.loss.high) if known.loss else (None, None, None)
        change = told.get(entry.pk)
        line = (
            entry.pk, entry.severity if exact else known.severity,
            words.segment_name(catalogue, entry.segment_id), words.kind_name(entry.kind),
            words.headline(entry, user, catalogue), said(state_name(entry.state)), remedy_name(entry.remedy),
            entry.owner, entry.due, flag(entry).words, *loss, change.words if change else _("same"), *about,
        )  # fmt: skip
        table.writerow([_cell(v) for v in line])
    response = HttpResponse(out.getvalue(), content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = 'attachment; filename="mend-list.csv"'
    return response


@need("export_record")
@require_safe
def events(request: HttpRequest) -> HttpResponse:
    """The record: its newest events, the way to take it along, and with ``?check=1`` whether all of it holds.

    The page comes at once and asks for the check itself, which walks the whole record.
    """
    checked = request.GET.get("check") == "1"
    held, broken = record.verify() if checked else (Event.objects.count(), None)
    last = Event.objects.order_by("-number").select_related("user")[:_RECENT]
    rows = [
        {"event": e, "action": said(action_name(e.action)), "to": said(state_name(e.after))} for e in last
    ]
    told = {"rows": rows, "held": held, "broken": broken, "checked": checked}
    return render(request, "worklist/record.html", told)


@need("export_record")
@require_safe
def download(request: HttpRequest) -> HttpResponse:  # noqa: ARG001  (Django names it)
    """The whole record, a JSON object a line: the content that was hashed, and the hash."""
    out = StringIO()
    for content, digest in Event.objects.order_by("number").values_list("content", "hash").iterator():
        out.write(json.dumps({"content": content, "hash": digest}, ensure_ascii=False) + "\n")
    response = HttpResponse(out.getvalue(), content_type="application/x-ndjson; charset=utf-8")
    response["Content-Disposition"] = 'attachment; filename="record.jsonl"'
    return response
