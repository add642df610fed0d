"""Pages of firms to be attracted."""

from __future__ import annotations

import csv
import datetime as dt
from io import StringIO
from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_POST, require_safe

from chainmend.desk import scans
from chainmend.desk.firms import targets as kept
from chainmend.desk.firms.models import TalkEvent
from chainmend.desk.visibility import may, need, of
from chainmend.desk.worklist import words
from chainmend.desk.worklist.exports import _cell as cell
from chainmend.errors import ChainmendError
from chainmend.i18n import _

PAGE = 20
_WEEK = dt.timedelta(days=7)


@need("see_targets")
@require_safe
def targets(request: HttpRequest) -> HttpResponse:
    """Entries to be mended by attracting a firm, each with its targets; ``?state=`` and ``?entry=`` choose."""
    user, view = of(request), scans.current()
    asked, state = request.GET.get("entry", ""), request.GET.get("state", "")
    state = state if state in kept.STATES else ""
    every = kept.states(user, view)
    if asked and asked not in every:
        raise Http404
    keys = [pk for pk, found in every.items() if not state or state in found.values()]
    page = Paginator([asked] if asked else keys, PAGE).get_page(request.GET.get("page"))
    shown = list(kept.entries(user).filter(pk__in=list(page)))
    told = kept.targets(shown, user, view)
    catalogue = view.catalogue if view else None
    cards = [
        {
            "entry": e,
            "segment": words.segment_name(catalogue, e.segment_id),
            "place": words.place_name(catalogue, e),
            "targets": [t for t in told[e.pk] if not state or t.state == state],
        }
        for e in shown
    ]
    number = kept.counts(every)
    names = dict(TalkEvent.STATES)
    context: dict[str, Any] = {
        "view": view, "page": page, "cards": cards, "state": state, "asked": asked,
        "tabs": [(s, names[s], number[s]) for s in kept.STATES], "states": TalkEvent.STATES,
        "all": sum(number.values()), "keeps": may(user, "keep_talks"), "exact": may(user, "see_exact_figures"),
        "number": dict(number), "entries": len(every),
    }  # fmt: skip
    return render(request, "firms/targets.html", context)


@need("keep_talks")
@require_POST
def talk(request: HttpRequest) -> HttpResponse:
    """Write how far talks with a firm are; who was second is told who was first."""
    user, view = of(request), scans.current()
    entry = kept.entries(user).filter(pk=request.POST.get("entry", "")).first()
    if entry is None:
        raise Http404
    version = request.POST.get("version", "")
    try:
        event = kept.keep(
            entry, request.POST.get("firm", ""), request.POST.get("state", ""), user, view,
            version=int(version) if version.isdecimal() and len(version) < 10 else -1,
            note=request.POST.get("note", ""),
        )  # fmt: skip
        messages.success(
            request, _("{name}: {what}.").format(name=event.name, what=event.get_state_display())
        )
    except ChainmendError as error:
        messages.error(request, str(error))
    back = request.POST.get("back", "")
    safe = url_has_allowed_host_and_scheme(back, None) and back.startswith("/targets/")
    return redirect(back if safe else reverse("firms:targets"))


@need("see_targets")
@require_safe
def export(request: HttpRequest) -> HttpResponse:
    """The weekly sheet as CSV: every target, how far talks are, what moved in the last seven days."""
    user, view = of(request), scans.current()
    catalogue, since = view.catalogue if view else None, timezone.now() - _WEEK
    out = StringIO()
    out.write("\ufeff")
    table = csv.writer(out)
    table.writerow([
        _("No."), _("Segment"), _("Rank"), _("Firm"), _("Where"), _("State of talks"), _("State before"),
        _("Since"), _("By"), _("Note"), _("Moved in the last 7 days"), _("why"), _("in charge"), _("Due"),
        _("Last scan"), _("Data to"), _("Demo data"),
    ])  # fmt: skip
    about = (view.scan_id, view.date, _("yes") if view.synthetic else _("no")) if view else ("", "", "")
    names, entries = dict(TalkEvent.STATES), list(kept.entries(user))
    told = kept.targets(entries, user, view)
    for entry in entries:
        for t in told[entry.pk]:
            last = t.last
            line = (
                entry.pk, words.segment_name(catalogue, entry.segment_id), t.rank, t.name, t.place, names[t.state],
                names[last.before] if last else "", timezone.localtime(last.at).date() if last else "",
                last.by.name if last else "", last.note if last else "",
                _("yes") if last and last.at >= since else _("no"), t.why, entry.owner, entry.due, *about,
            )  # fmt: skip
            table.writerow([cell(v) for v in line])
    response = HttpResponse(out.getvalue(), content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = 'attachment; filename="targets.csv"'
    return response
