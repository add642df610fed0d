"""What chain leaders and institutes say they lack."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render

from chainmend.desk import scans
from chainmend.desk.accounts.models import User
from chainmend.desk.visibility import may, need, of
from chainmend.desk.worklist.given import LONGEST
from chainmend.desk.worklist.models import Need
from chainmend.desk.worklist.words import segment_name
from chainmend.i18n import _, language


def visible_needs(user: User) -> QuerySet[Need]:
    """Return the needs a person may see: a chain leader those of their own organisation."""
    every = Need.objects.select_related("organisation")
    if not may(user, "see_needs"):
        return every.none()
    return every.filter(organisation=user.organisation_id) if user.what == "leader" else every


@need("see_needs")
def needs(request: HttpRequest) -> HttpResponse:
    """Needs that were reported, and for who may report one a form."""
    user, view = of(request), scans.current()
    catalogue = view.catalogue if view else None
    wrong = ""
    if request.method == "POST":
        if not may(user, "report_need"):
            raise Http404
        segment, text = request.POST.get("segment", ""), request.POST.get("text", "").strip()
        if catalogue and segment in catalogue.segments and 0 < len(text) <= LONGEST:
            Need.objects.create(organisation=user.organisation, person=user, segment_id=segment, text=text)
            messages.success(request, _("Reported. Analysts see it on this page."))
            return redirect("worklist:needs")
        wrong = _("Choose a segment and say what is lacking, in {n} letters at most.").format(n=LONGEST)
    page: dict[str, Any] = {
        "needs": [
            {"need": n, "segment": segment_name(catalogue, n.segment_id)} for n in visible_needs(user)[:200]
        ],
        "clusters": _segments(catalogue),
        "report": may(user, "report_need"),
        "wrong": wrong,
        "text": request.POST.get("text", ""),
        "chosen": request.POST.get("segment", ""),
    }
    return render(request, "worklist/needs.html", page, status=422 if wrong else 200)


def _segments(catalogue: Any) -> list[tuple[str, list[tuple[str, str]]]]:
    spoken = language()
    return [
        (c.name[spoken], [(s.id, s.name[spoken]) for chain in c.chains for s in chain.segments])
        for c in (catalogue.clusters if catalogue else ())
        if c.chains
    ]
