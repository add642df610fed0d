"""Pages of firms."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import polars as pl
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_safe

from chainmend.desk import scans
from chainmend.desk.figures import figures
from chainmend.desk.firms import facts
from chainmend.desk.firms.frames import firm_of, visible_firms
from chainmend.desk.firms.listing import NOWHERE, Asked, listed, orders
from chainmend.desk.firms.models import Decision
from chainmend.desk.visibility import may, need, of
from chainmend.desk.worklist.words import kind_name, segment_name
from chainmend.i18n import _, language

if TYPE_CHECKING:
    from chainmend.desk.accounts.models import User
    from chainmend.desk.scans.view import ScanView


@need("see_firms")
@require_safe
def firms(request: HttpRequest) -> HttpResponse:
    """The local firms, as far as the person may see them, as they asked for them."""
    user, view = of(request), scans.current()
    if view is None:
        return render(request, "firms/list.html", {"view": None})
    asked = Asked.of(request.GET.dict(), user)
    found = listed(asked, user, view)
    rows = [
        row
        | {
            "segment": segment_name(view.catalogue, row["segment_id"] or ""),
            "cluster": facts.cluster_of(view, row["segment_id"] or ""),
            "more": len(row["segments"] or ()) - 1,
            "basis": facts.basis_name(row["basis"]),
        }
        for row in found.rows
    ]
    page = {
        "view": view, "asked": asked, "found": found, "rows": rows, "exact": may(user, "see_exact_figures"),
        "filters": _filters(asked, user, view), "orders": [(o, _order_name(o)) for o in orders(user)],
        "district": user.district if user.what == "district" else "",
    }  # fmt: skip
    return render(request, "firms/list.html", page)


def _order_name(name: str) -> str:
    return {
        "output": _("largest output first"),
        "name": _("by name"),
        "confidence": _("least confident first"),
    }[name]


def _filters(asked: Asked, user: User, view: ScanView) -> list[dict[str, Any]]:
    """What can be chosen; segments only of the cluster that is chosen, and districts only by who sees several."""
    said = language()
    clusters = [(c.id, c.name[said]) for c in view.catalogue.clusters if c.chains]
    chosen = asked.chosen.get("cluster")
    known = [s for s in view.catalogue.segments.values() if s.cluster_id == chosen]
    if asked.chosen.get("segment") and not known:
        known = [s for s in view.catalogue.segments.values() if s.id == asked.chosen["segment"]]
    choices = [
        ("cluster", _("All clusters"), [*clusters, (NOWHERE, _("on no chain"))]),
        ("segment", _("All segments"), [(s.id, s.name[said]) for s in known]),
    ]
    if user.what != "district":
        names = visible_firms(view, user)["district"].drop_nulls().unique().sort().to_list()
        choices.append(("district", _("All districts"), [(d, d) for d in names]))
    return [
        {"name": n, "all": every, "choices": some, "chosen": asked.chosen.get(n, "")}
        for n, every, some in choices
        if some
    ]


@need("see_firm")
@require_safe
def firm(request: HttpRequest, pk: str) -> HttpResponse:
    """One local firm: where it is placed and why, what it trades, what names it."""
    user, view = of(request), scans.current()
    found = firm_of(view, user, pk) if view else None
    if view is None or found is None:
        raise Http404
    own = user.what == "leader"
    named, near = facts.naming(view, pk, found["segments"] or [], user)
    decisions = Decision.objects.filter(firm_id=pk).select_related("by").order_by("-version")
    seen = may(user, "see_placements")
    page = {
        "view": view, "firm": found, "placed": facts.placed(view, pk, who=seen), "products": facts.products(view, pk),
        "partners": facts.partners(view, pk, user), "linked": may(user, "see_links"),
        "output": found["output"] if own or may(user, "see_exact_figures") else None,
        "exact": own or may(user, "see_exact_figures"), "lists": may(user, "see_firms"),
        "named": [_line(e, view, user) for e in named], "near": [_line(e, view, user) for e in near],
        "decisions": [told(d, view) for d in decisions] if seen else None,
        "reviews": may(user, "review_placements"), "shares": own or may(user, "see_exact_figures"),
    }  # fmt: skip
    return render(request, "firms/firm.html", page)


def _line(entry: Any, view: ScanView, user: Any) -> dict[str, Any]:
    return {
        "entry": entry,
        "severity": figures(entry, may(user, "see_exact_figures")).severity,
        "segment": segment_name(view.catalogue, entry.segment_id),
        "kind": kind_name(entry.kind),
    }


def told(decision: Decision, view: ScanView) -> dict[str, Any]:
    """Return a decision with the names of the segments from and to."""
    return {
        "decision": decision,
        "from": _segments(decision.before, view),
        "to": _segments(decision.after, view),
    }


def _segments(rows: list[list[Any]], view: ScanView) -> str:
    names = [_("on no chain") if s == NOWHERE else segment_name(view.catalogue, s) for s, _weight in rows]
    return ("、" if language() == "zh" else ", ").join(names)


@need("report_need")
@require_safe
def own(request: HttpRequest) -> HttpResponse:
    """Lead a chain leader to the page of the own firm; an institute, or a firm that is not in the data, is told so."""
    user, view = of(request), scans.current()
    firm_id = user.organisation.firm_id
    if view is not None and firm_id and visible_firms(view, user).filter(pl.col("firm_id") == firm_id).height:
        return redirect("firms:firm", pk=firm_id)
    return render(request, "firms/own.html", {"firm_id": firm_id})
