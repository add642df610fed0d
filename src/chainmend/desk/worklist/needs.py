"""What chain leaders and institutes say they lack, and what analysts make of it."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.db.models import Case, QuerySet, Value, When
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_POST

from chainmend.desk import scans
from chainmend.desk.accounts.models import User
from chainmend.desk.visibility import may, need, of
from chainmend.desk.worklist.days import day
from chainmend.desk.worklist.given import LONGEST
from chainmend.desk.worklist.models import Need
from chainmend.desk.worklist.words import segment_name
from chainmend.i18n import _, language

_FIRST = (Case(When(state=Need.REPORTED, then=Value(0)), default=Value(1)), "-pk")


def visible_needs(user: User) -> QuerySet[Need]:
    """Return the needs a person may see: a chain leader those of their own organisation."""
    every = Need.objects.select_related("organisation", "judged_by")
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
            {
                "need": n,
                "segment": segment_name(catalogue, n.segment_id),
                "day": day(n.at),
                "judged": day(n.judged_at) if n.judged_at else "",
            }
            for n in visible_needs(user).order_by(*_FIRST)[:200]
        ],
        "judge": may(user, "judge_needs"),
        "synthetic": bool(view and view.synthetic),
        "clusters": _segments(catalogue),
        "report": may(user, "report_need"),
        "wrong": wrong,
        "text": request.POST.get("text", ""),
        "chosen": request.POST.get("segment", ""),
    }
    return render(request, "worklist/needs.html", page, status=422 if wrong else 200)


@need("judge_needs")
@require_POST
def judge(request: HttpRequest, pk: int) -> HttpResponse:
    """Accept a need or refuse it; the first who judges it decides, and the reporter reads the answer."""
    verdict, answer = request.POST.get("verdict", ""), request.POST.get("answer", "").strip()
    found = Need.objects.filter(pk=pk).first()
    if found is None:
        raise Http404
    if verdict not in (Need.ACCEPTED, Need.REFUSED) or len(answer) > LONGEST:
        messages.error(
            request,
            _("Choose whether the need is accepted, and answer in {n} letters at most.").format(n=LONGEST),
        )
    elif verdict == Need.REFUSED and not answer:
        messages.error(request, _("Say why the need is not accepted; who reported it reads the reason."))
    else:
        open_ = Need.objects.filter(pk=pk, state=Need.REPORTED)
        if open_.update(state=verdict, answer=answer, judged_by=of(request), judged_at=timezone.now()):
            messages.success(request, _("Judged; who reported it sees the answer."))
        else:
            messages.error(request, _("Somebody judged it before you."))
    return redirect("worklist:needs")


def _segments(catalogue: Any) -> list[tuple[str, list[tuple[str, str]]]]:
    spoken = language()
    return [
        (c.name[spoken], [(s.id, s.name[spoken]) for chain in c.chains for s in chain.segments])
        for c in (catalogue.clusters if catalogue else ())
        if c.chains
    ]
