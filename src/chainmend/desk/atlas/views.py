"""Cockpit, chain map, segment page."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.db.models import F
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.http import urlencode
from django.utils.safestring import mark_safe
from django.views.decorators.http import require_safe

from chainmend.desk import scans
from chainmend.desk.atlas import cockpit as board
from chainmend.desk.atlas import segment as page
from chainmend.desk.atlas.draw.chain_map import chain_map
from chainmend.desk.atlas.earlier import before
from chainmend.desk.atlas.league import ranks
from chainmend.desk.atlas.map_page import (
    NEAR,
    PANEL,
    asked,
    card,
    chips,
    chosen_of,
    counts,
    headline,
    losses,
    near,
    rows,
    stops,
)
from chainmend.desk.atlas.pulling import pull
from chainmend.desk.atlas.reading import Atlas, Node, atlas, nobody
from chainmend.desk.figures import order_of
from chainmend.desk.visibility import may, need, of, visible_entries
from chainmend.desk.worklist.given import said
from chainmend.errors import DeskError, NetworkError
from chainmend.i18n import _, language
from chainmend.workflow import state_name as entry_state

if TYPE_CHECKING:
    from chainmend.desk.accounts.models import User
    from chainmend.desk.atlas.growth import Excess
    from chainmend.desk.scans.view import ScanView


@need("see_map")
@require_safe
def cockpit(request: HttpRequest) -> HttpResponse:
    """Where the city stands."""
    view, user = scans.current(), of(request)
    if view is None:
        return render(request, "atlas/cockpit.html", {"view": None})
    entries = visible_entries(user)
    today = timezone.localdate()
    shown = board.tiles(view, _atlas(view, user), entries, today)
    late, n_late, coming = board.reds(entries, today, may(user, "see_exact_figures"))
    return render(
        request,
        "atlas/cockpit.html",
        {
            "view": view,
            "nobody": nobody(view),
            **_news(board.group(view), n_late, board.open_entries(entries).count()),
            "tiers": board.in_tiers(shown),
            "slots": [t.cluster for t in shown if t.cluster.tier == "future"],
            "reds": [board.red(e, view, user, today) for e in late],
            "n_late": n_late,
            "coming": coming,
            "changes": board.changes(view, entries, exact=may(user, "see_exact_figures")),
            "before": before(view),
            "ranks": ranks(view),
        },
    )


@need("see_map")
@require_safe
def chains(request: HttpRequest) -> HttpResponse:
    """Lead to the chain map of the first cluster that has one."""
    view = scans.current()
    if view is None:
        return render(request, "atlas/chain.html", {"view": None})
    first = next((c for c in view.catalogue.clusters if c.chains), None)
    if first is None:
        raise Http404
    return redirect("atlas:chain", cluster=first.id)


@need("see_map")
@require_safe
def chain(request: HttpRequest, cluster: str) -> HttpResponse:
    """The chain map of a cluster; ``?at=`` chooses a segment.

    ``?pull=`` stops a segment, ``?pull_origin=`` all that comes from a country or city, and, for who may see links and
    exact figures, ``?pull_firm=`` a firm; ``?find=`` looks for firms to stop.
    """
    view, user = _view(), of(request)
    found = next((c for c in view.catalogue.clusters if c.id == cluster and c.chains), None)
    if found is None:
        raise Http404
    known = _atlas(view, user)
    nodes = known.of(found)
    ids = {n.segment.id for n in nodes}
    stop = asked(request.GET, view, user, ids)
    pulled, why = None, ""
    if stop is not None:
        try:
            pulled = pull(view, known, stop)
        except (NetworkError, DeskError) as error:
            why = str(error)
    chosen = chosen_of(request.GET, known, nodes, stop, view)
    pulling = stop is not None or request.GET.get("mode") == "pull"

    def link(id: str) -> str:
        return f"{request.path}?{urlencode({'pull' if pulling else 'at': id})}"

    picture = chain_map(known, found, link, lambda n: card(view, n), chosen=chosen.segment.id, pull=pulled)
    up, down = near(view, known, chosen)
    page_of = {
        "view": view,
        "nobody": nobody(view),
        "cluster": found,
        "clusters": [c for c in view.catalogue.clusters if c.chains],
        "picture": mark_safe(picture),  # every text in it is escaped where it is drawn
        "states": counts(nodes),
        "chips": chips(found, known, pulled),
        "chosen": chosen,
        "stage": _stage(known, chosen),
        "facts": [page.fact(view, chosen, n) for n in PANEL],
        "why": _why(view, chosen, user),
        "near": (up[:NEAR], down[:NEAR]),
        "more": len(up[NEAR:]) + len(down[NEAR:]),
        "n_up": len(up),
        "n_down": len(down),
        "pulled": pulled,
        "pull_error": why,
        "pulling": pulling,
        "losses": losses(view, known, pulled) if pulled else None,
        "stops": stops(request.GET, view, known, user, found.id),
        "rows": rows(view, nodes, pulled),
        "n_entries": visible_entries(user).filter(cluster_id=found.id).exclude(state="closed").count(),
        "entry": _entry(chosen, user),
        "headline": headline(found, nodes),
        "not_checked": view.scan.not_checked.filter(view.scan.not_checked["segment_id"].is_null()).to_dicts(),
    }
    return render(request, "atlas/chain.html", page_of)


@need("see_map")
@require_safe
def segment(request: HttpRequest, segment: str) -> HttpResponse:
    """All that is known of one segment, as far as the person may see it."""
    view, user = _view(), of(request)
    known = _atlas(view, user)
    node = known.nodes.get(segment)
    if node is None:
        raise Http404
    cluster = next(c for c in view.catalogue.clusters if c.id == node.segment.cluster_id)
    findings = page.findings_of(view, node, user)
    return render(
        request,
        "atlas/segment.html",
        {
            "view": view,
            "node": node,
            "cluster": cluster,
            "stage": _stage(known, node),
            "nobody": nobody(view),
            "lead": page.lead(view, node),
            "groups": page.facts_of(view, node),
            "findings": [(f, said(entry_state(f["entry"].state))) for f in findings],
            "firms": page.firms_of(view, node, user) if may(user, "see_firm") else None,
            "suppliers": page.suppliers_of(view, known, node, user),
            "remedies": page.remedies_of(view, findings, user),
            "worth": page.worth_of(view, node, known.exact),
            "history": page.history_of(node, view.city, known.exact),
            "near": near(view, known, node),
            "not_checked": _unchecked(view, segment),
            "exact": known.exact,
        },
    )


def _news(group: Excess | None, late: int, still: int) -> dict[str, Any]:
    """The sentence that the cockpit opens with, and the figures behind it."""
    told = _("{n} gaps are overdue").format(n=late) if late else _("nothing is overdue")
    if group is None:
        return {"headline": _("{n} gaps stand open; {late}").format(n=still, late=told), "group": None}
    points = abs(group.points)
    headline = (
        _("Clusters outgrow all industry by {points} points; {late}")
        if group.points >= 0
        else _("Clusters grow {points} points less than all industry; {late}")
    ).format(points=f"{points:.1f}", late=told)
    rates = [f"{r:+.1%}".replace("-", "−") for r in (group.growth, group.industry) if r is not None]
    line = _("Clusters {own}, all industry {all}.").format(own=rates[0], all=rates[-1])
    return {"headline": headline, "group": group, "group_line": line}


def _view() -> ScanView:
    view = scans.current()
    if view is None:
        raise Http404
    return view


def _atlas(view: ScanView, user: User) -> Atlas:
    return atlas(view, may(user, "see_exact_figures"))


def _stage(known: Atlas, node: Node) -> str:
    stages = known.catalogue.chains[node.segment.chain_id].stages
    return next(s.name[language()] for s in stages if s.id == node.segment.stage)


def _why(view: ScanView, node: Node, user: User) -> str:
    """The gravest finding that has a shape, in one sentence, where the person may see its entry."""
    for finding in page.findings_of(view, node, user):
        text: str = finding["headline"]
        return text.split("：", 1)[-1] if language() == "zh" else text.split(": ", 1)[-1]
    return ""


def _entry(node: Node, user: User) -> str | None:
    by = order_of("severity", may(user, "see_exact_figures"))
    found = visible_entries(user).filter(segment_id=node.segment.id).exclude(state="closed")
    first = found.order_by(F(by).desc(nulls_last=True), "pk").first()
    return reverse("worklist:entry", args=[first.pk]) if first else None


def _unchecked(view: ScanView, segment: str) -> list[dict[str, Any]]:
    frame = view.scan.not_checked
    return frame.filter(frame["segment_id"].is_null() | (frame["segment_id"] == segment)).to_dicts()
