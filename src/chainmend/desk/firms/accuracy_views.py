"""The page that says how often placements are right, and the blind card on which people judge."""

from __future__ import annotations

import secrets
from typing import TYPE_CHECKING, Any

import polars as pl
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST, require_safe

from chainmend.desk import scans
from chainmend.desk.firms import accuracy as measuring
from chainmend.desk.firms import facts
from chainmend.desk.firms.frames import local_firms
from chainmend.desk.firms.models import Sample
from chainmend.desk.visibility import may, need, of
from chainmend.errors import ChainmendError

if TYPE_CHECKING:
    from chainmend.desk.scans.view import ScanView

_SEED = 1 << 31


@need("see_placements")
@require_safe
def accuracy(request: HttpRequest) -> HttpResponse:
    """How often the placements of the last scan are right; without a sample of it, that of an earlier one."""
    user, view = of(request), scans.current()
    if view is None:
        return render(request, "firms/accuracy.html", {"view": None})
    sample = Sample.objects.select_related("by").first()
    page: dict[str, Any] = {
        "view": view,
        "sample": sample,
        "decides": may(user, "review_placements"),
        "enough": measuring.ENOUGH,
    }
    page["draws"] = True
    if sample is not None:
        page |= {"measured": measuring.measure(sample), "current": sample.scan_id == view.scan_id}
        page |= _blind(view, sample)
        page["draws"] = not page["current"] or page["firm"] is None
    return render(request, "firms/accuracy.html", page)


def _blind(view: ScanView, sample: Sample) -> dict[str, Any]:
    """The next firm to be judged: what is known of it, and nothing of where it is placed."""
    waiting = sample.firms.filter(label="").values_list("firm_id", flat=True)
    firms = local_firms(view).filter(pl.col("firm_id").is_in(list(waiting)))
    known = {r["firm_id"]: r for r in firms.to_dicts()}
    found = next((known[f] for f in waiting if f in known), None)
    if found is None:
        return {"firm": None}
    told = {n: found[n] for n in ("firm_id", "name", "industry_code", "district", "scope_text", "status")}
    return {"firm": told, "products": facts.products(view, found["firm_id"])}


@need("review_placements")
@require_POST
def draw(request: HttpRequest) -> HttpResponse:
    """Draw a new sample of the last scan's placements."""
    view = scans.current()
    if view is None:
        raise Http404
    try:
        measuring.draw(view, of(request), secrets.randbelow(_SEED))
    except ChainmendError as error:
        messages.error(request, str(error))
    return redirect("firms:accuracy")


@need("review_placements")
@require_POST
def judge(request: HttpRequest) -> HttpResponse:
    """Keep a judgement and show the next firm."""
    user, view = of(request), scans.current()
    number = request.POST.get("sample", "")
    known = number.isdecimal() and len(number) < 10
    sample = Sample.objects.filter(pk=number).select_related("by").first() if view and known else None
    if view is None or sample is None:
        raise Http404
    label = request.POST.get("segment") or request.POST.get("verdict", "")
    try:
        measuring.judge(sample, request.POST.get("firm", ""), label, user, view)
    except ChainmendError as error:
        messages.error(request, str(error))
    if not request.htmx:  # type: ignore[attr-defined]
        return redirect("firms:accuracy")
    page: dict[str, Any] = {"view": view, "sample": sample, "decides": True, "oob": True}
    page["measured"] = measuring.measure(sample)
    return render(request, "firms/blind.html", page | _blind(view, sample) | {"enough": measuring.ENOUGH})
