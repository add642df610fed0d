"""Pages on which people decide about placements."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import polars as pl
from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_POST, require_safe

from chainmend.desk import scans
from chainmend.desk.firms import corrections, facts
from chainmend.desk.firms import review as pending
from chainmend.desk.firms.accuracy import measure
from chainmend.desk.firms.frames import firm_of, local_firms
from chainmend.desk.firms.listing import PAGE, paged
from chainmend.desk.firms.models import Decision, Sample
from chainmend.desk.firms.views import told
from chainmend.desk.visibility import may, need, of
from chainmend.errors import ChainmendError
from chainmend.i18n import _

if TYPE_CHECKING:
    from chainmend.desk.accounts.models import User
    from chainmend.desk.scans.view import ScanView

_SKIPPED, _MOST_SKIPPED = "placements_skipped", 500
SKIP, AGAIN = "skip", "again"


@need("see_placements")
@require_safe
def review(request: HttpRequest) -> HttpResponse:
    """Placements that wait for a decision, one firm at a time (``?firm=`` names one) or as a list; decisions made."""
    user, view = of(request), scans.current()
    if view is None:
        return render(request, "firms/review.html", {"view": None})
    tab = request.GET.get("tab", "doubtful")
    tab = tab if tab in pending.TABS else "doubtful"
    stand = corrections.standing()
    listing = request.GET.get("as") == "list"
    waiting = pending.queue(view, tab, _decided(stand))
    page: dict[str, Any] = {
        "view": view, "tab": tab, "tabs": _tabs(view, stand, tab, waiting), "listing": listing,
        "decides": may(user, "review_placements"), "measured": _measured(view),
        "left": waiting.height,
    }  # fmt: skip
    if tab == "decided":
        page |= _decisions(view, stand, request.GET.get("page", "1"))
    elif listing:
        found = paged(waiting, request.GET.get("page", "1"))
        page |= {"pages": found.page, "rows": [row(view, r, stand) for r in found.rows]}
    else:
        page |= _card(request, view, user, waiting, stand)
    return render(request, "firms/review.html", page)


def _decided(stand: dict[str, Decision]) -> list[str]:
    return [f for f, d in stand.items() if d.after]


def _tabs(
    view: ScanView, stand: dict[str, Decision], tab: str, waiting: pl.DataFrame
) -> list[tuple[str, str, int]]:
    done = _decided(stand)
    numbers = {
        t: waiting.height if t == tab else pending.queue(view, t, done).height for t in pending.TABS[:2]
    }
    names = {"doubtful": _("Doubtful"), "nowhere": _("On no chain"), "decided": _("Decided")}
    return [(t, names[t], numbers.get(t, len(stand))) for t in pending.TABS]


def _measured(view: ScanView) -> Any:
    """How accurate the placements of this scan are, None where no sample of it was drawn."""
    sample = Sample.objects.filter(scan_id=view.scan_id).first()
    return measure(sample) if sample else None


def _decisions(view: ScanView, stand: dict[str, Decision], number: str) -> dict[str, Any]:
    page = Paginator(sorted(stand.values(), key=lambda d: -d.pk), PAGE).get_page(number)
    firms = local_firms(view)
    now = firms.filter(pl.col("firm_id").is_in([d.firm_id for d in page]))
    known = {r["firm_id"]: r for r in now.to_dicts()}
    return {"pages": page, "rows": [told(d, view) | {"state": _state(d, known.get(d.firm_id))} for d in page]}


def _state(decision: Decision, firm: dict[str, Any] | None) -> str:
    """Whether the last scan has a decision already."""
    if firm is None:
        return _("not in these data")
    wanted = {s for s, _w in decision.after} - {"none"}
    same = set(firm["segments"] or ()) == wanted and (not wanted or firm["basis"] == "override")
    if not decision.after:
        same = firm["basis"] != "override"
    return _("in the last scan") if same else _("from the next scan on")


def row(view: ScanView, firm: dict[str, Any], stand: dict[str, Decision]) -> dict[str, Any]:
    """Return what a card or a line says of a firm."""
    last = stand.get(firm["firm_id"])
    return firm | {
        "placed": facts.placed(view, firm["firm_id"], who=True),
        "version": last.version if last else 0,
        "last": told(last, view) if last else None,
    }


def _card(
    request: HttpRequest,
    view: ScanView,
    user: User,
    waiting: pl.DataFrame,
    stand: dict[str, Decision],
) -> dict[str, Any]:
    """The next firm, or the one that was asked for."""
    asked = request.GET.get("firm", "")
    if asked:
        firm = firm_of(view, user, asked)
        if firm is None:
            raise Http404
    else:
        skipped = request.session.get(_SKIPPED, [])
        rest = waiting.filter(~waiting["firm_id"].is_in(skipped)) if skipped else waiting
        firm = rest.row(0, named=True) if rest.height else None
    if firm is None:
        return {"firm": None, "skipped": waiting.height}
    return _of(view, firm, stand)


def _of(view: ScanView, firm: dict[str, Any], stand: dict[str, Decision]) -> dict[str, Any]:
    return {
        "firm": row(view, firm, stand),
        "products": facts.products(view, firm["firm_id"]),
        "proposed": pending.proposed(view, firm),
    }


@need("review_placements")
@require_POST
def decide(request: HttpRequest) -> HttpResponse:
    """Keep a decision and show the next card (or, in the list, the line as it is now)."""
    user, view = of(request), scans.current()
    tab = request.POST.get("tab", "doubtful")
    tab = tab if tab in pending.TABS else "doubtful"
    segment = request.POST.get("segment", "")
    verdict = Decision.MOVE if segment else request.POST.get("verdict", "")
    if verdict == AGAIN:
        request.session.pop(_SKIPPED, None)
        return redirect(f"{reverse('firms:review')}?tab={tab}")
    firm = firm_of(view, user, request.POST.get("firm", "")) if view else None
    if view is None or firm is None:
        raise Http404
    decision, status = _keep(request, view, firm, verdict, segment)
    listing = request.POST.get("list") == "1"
    if not request.htmx:  # type: ignore[attr-defined]
        back = f"{reverse('firms:review')}?tab={tab}{'&as=list' if listing else ''}"
        return redirect(back) if status == 200 else _again(request, view, firm, tab, status)
    stand = corrections.standing()
    page: dict[str, Any] = {"view": view, "tab": tab, "decides": True, "oob": True}
    if listing:
        page |= {"one": row(view, firm, stand), "wrong": status != 200, "decision": decision}
        return render(request, "firms/line.html", page)
    waiting = pending.queue(view, tab, _decided(stand))
    page |= _card(request, view, user, waiting, stand) if status == 200 else _of(view, firm, stand)
    page |= {"left": waiting.height, "undo": decision, "decided": len(stand)}
    return render(request, "firms/card.html", page)


def _keep(
    request: HttpRequest, view: ScanView, firm: dict[str, Any], verdict: str, segment: str
) -> tuple[Decision | None, int]:
    """Keep what was sent and say how it went; the decision, and the status of the answer."""
    if verdict == SKIP:
        skipped = [*request.session.get(_SKIPPED, []), firm["firm_id"]]
        request.session[_SKIPPED] = skipped[-_MOST_SKIPPED:]
        return None, 200
    try:
        decision = corrections.decide(
            view, firm, verdict, of(request), version=_number(request.POST.get("version", "")),
            segment_id=segment, note=request.POST.get("note", ""),
        )  # fmt: skip
    except ChainmendError as error:
        messages.error(request, str(error))
        return None, 409 if isinstance(error, corrections.StaleDecision) else 422
    said = _("{name}: {what}. It counts from the next scan on.")
    messages.success(request, said.format(name=firm["name"], what=decision.get_verdict_display()))
    return decision, 200


def _again(request: HttpRequest, view: ScanView, firm: dict[str, Any], tab: str, status: int) -> HttpResponse:
    """The card of a firm as it is now, for who was second or gave what cannot be."""
    stand = corrections.standing()
    waiting = pending.queue(view, tab, _decided(stand))
    page = {
        "view": view, "tab": tab, "tabs": _tabs(view, stand, tab, waiting), "listing": False, "decides": True,
        "measured": _measured(view), "left": waiting.height,
        **_of(view, firm, stand),
    }  # fmt: skip
    return render(request, "firms/review.html", page, status=status)


def _number(text: str) -> int:
    return int(text) if text.isdecimal() and len(text) < 10 else -1


@need("see_placements")
@require_safe
def segments(request: HttpRequest) -> HttpResponse:
    """Segments whose name or terms have a text, as buttons of the form that asks."""
    view = scans.current()
    if view is None:
        raise Http404
    text = request.GET.get("q", "")[:80]
    return render(request, "firms/segments.html", {"found": pending.search(view, text), "q": text.strip()})
