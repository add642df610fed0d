"""Cockpit, chain map, segment page."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Any

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
from chainmend.desk.atlas.pulling import Pull, by_cluster, pull
from chainmend.desk.atlas.reading import Atlas, Node, atlas
from chainmend.desk.atlas.states import STATES, state_name
from chainmend.desk.visibility import may, need, of, visible_entries
from chainmend.desk.worklist.words import headline
from chainmend.errors import NetworkError
from chainmend.i18n import _, language

if TYPE_CHECKING:
    from chainmend.chain.model import Cluster
    from chainmend.desk.accounts.models import User
    from chainmend.desk.atlas.growth import Excess
    from chainmend.desk.scans.view import ScanView

_HARDEST, _NEAR = 4, 8
_CARD = ("output", "firms", "self_sufficiency", "outside_share", "dependent_share")
_PANEL = (
    "output", "firms", "self_sufficiency", "outside_share", "top_share", "suppliers_near", "needs",
    "patents_per_output_ratio",
)  # fmt: skip


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
    late, n_late, coming = board.reds(entries, today)
    tiers = (
        (_("Trillion-class"), [t for t in shown if t.cluster.tier == "trillion"]),
        (_("Hundred-billion-class"), [t for t in shown if t.cluster.tier == "hundred-billion"]),
        (_("Other clusters"), [t for t in shown if t.cluster.tier == "unranked"]),
    )
    return render(
        request,
        "atlas/cockpit.html",
        {
            "view": view,
            **_news(board.group(view), n_late, board.open_entries(entries).count()),
            "tiers": [t for t in tiers if t[1]],
            "slots": [t.cluster for t in shown if t.cluster.tier == "future"],
            "reds": [
                (
                    headline(e, user, view.catalogue),
                    e,
                    (today - e.due).days,
                    reverse("worklist:entry", args=[e.pk]),
                )
                for e in late
                if e.due is not None
            ],
            "n_late": n_late,
            "coming": coming,
            "changes": board.changes(view, entries, links=may(user, "see_links")),
            "before": before(view),
            "ranks": board.ranks(view),
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
    """The chain map of a cluster; ``?at=`` chooses a segment, ``?pull=`` stops its production."""
    view, user = _view(), of(request)
    found = next((c for c in view.catalogue.clusters if c.id == cluster and c.chains), None)
    if found is None:
        raise Http404
    known = _atlas(view, user)
    nodes = known.of(found)
    ids = {n.segment.id for n in nodes}
    pulled, why = None, ""
    wanted = request.GET.get("pull", "")
    if wanted in ids:
        try:
            pulled = pull(view, known, wanted)
        except NetworkError as error:
            why = str(error)
    at = wanted if wanted in ids else request.GET.get("at", "")
    chosen = known.nodes[at] if at in ids else _gravest(nodes)
    pulling = bool(pulled) or request.GET.get("mode") == "pull"

    near = _near(view, known, chosen)

    def link(id: str) -> str:
        return f"{request.path}?{urlencode({'pull' if pulling else 'at': id})}"

    picture = chain_map(known, found, link, lambda n: card(view, n), chosen=chosen.segment.id, pull=pulled)
    return render(
        request,
        "atlas/chain.html",
        {
            "view": view,
            "cluster": found,
            "clusters": [c for c in view.catalogue.clusters if c.chains],
            "picture": mark_safe(picture),  # every text in it is escaped where it is drawn
            "states": _counts(nodes),
            "chips": _chips(found, known),
            "chosen": chosen,
            "facts": [page.fact(view, chosen, n) for n in _PANEL],
            "why": _why(view, chosen, user),
            "near": tuple(side[:_NEAR] for side in near),
            "more": sum(len(side[_NEAR:]) for side in near),
            "n_up": len(near[0]),
            "n_down": len(near[1]),
            "pulled": pulled,
            "pull_error": why,
            "pulling": pulling,
            "losses": _losses(view, known, pulled) if pulled else None,
            "rows": _rows(view, nodes, pulled),
            "n_entries": visible_entries(user).filter(cluster_id=found.id).exclude(state="closed").count(),
            "entry": _entry(chosen, user),
            "headline": _("{name}: {missing} segments have nobody, {outside} depend on outside").format(
                name=found.name[language()],
                missing=sum(n.state == "missing" for n in nodes),
                outside=sum(n.state == "outside" for n in nodes),
            ),
            "not_checked": view.scan.not_checked.filter(
                view.scan.not_checked["segment_id"].is_null()
            ).to_dicts(),
        },
    )


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
            "groups": page.facts_of(view, node),
            "findings": [(f, reverse("worklist:entry", args=[f["entry"].pk])) for f in findings],
            "firms": page.firms_of(view, node, user) if may(user, "see_firm") else None,
            "suppliers": page.suppliers_of(view, known, node, user),
            "remedies": page.remedies_of(view, findings, user),
            "worth": page.worth_of(view, node),
            "history": page.history_of(node, view.city),
            "near": _near(view, known, node),
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


def card(view: ScanView, node: Node) -> dict[str, str]:
    """Return what the hover card of a segment says."""
    facts = [page.fact(view, node, n) for n in _CARD]
    return {
        "name": node.segment.name[language()],
        "state": node.state,
        "said": state_name(node.state),
        "facts": "\n".join(f"{f.label}\t{f.value}" for f in facts if not f.unknown),
    }


def _view() -> ScanView:
    view = scans.current()
    if view is None:
        raise Http404
    return view


def _atlas(view: ScanView, user: User) -> Atlas:
    return atlas(view, may(user, "see_exact_figures"))


def _gravest(nodes: list[Node]) -> Node:
    return min(nodes, key=lambda n: STATES.index(n.state))


def _counts(nodes: list[Node]) -> list[tuple[str, str, int]]:
    count = Counter(n.state for n in nodes)
    return [(s, state_name(s), count[s]) for s in STATES]


def _stage(known: Atlas, node: Node) -> str:
    stages = known.catalogue.chains[node.segment.chain_id].stages
    return next(s.name[language()] for s in stages if s.id == node.segment.stage)


def _chips(cluster: Cluster, known: Atlas) -> list[tuple[str, list[Node]]]:
    return [
        (stage.name[language()], [known.nodes[s.id] for s in chain.segments if s.stage == stage.id])
        for chain in cluster.chains
        for stage in chain.stages
    ]


def _near(view: ScanView, known: Atlas, node: Node) -> tuple[list[Node], list[Node]]:
    """Segments that go into this one, and those it goes into, each once."""
    up = dict.fromkeys(d.source for d in node.segment.inputs if d.kind != "irrelevant")
    down = dict.fromkeys(
        d.target for d in view.catalogue.downstream.get(node.segment.id, ()) if d.kind != "irrelevant"
    )
    return [known.nodes[s] for s in up], [known.nodes[s] for s in down]


def _why(view: ScanView, node: Node, user: User) -> str:
    """The gravest finding that has a shape, in one sentence, where the person may see its entry."""
    for finding in page.findings_of(view, node, user):
        text: str = finding["summary"]
        return text.split("：", 1)[-1] if language() == "zh" else text.split(": ", 1)[-1]
    return ""


def _entry(node: Node, user: User) -> str | None:
    first = visible_entries(user).filter(segment_id=node.segment.id).exclude(state="closed").first()
    return reverse("worklist:entry", args=[first.pk]) if first else None


def _losses(view: ScanView, known: Atlas, found: Pull) -> dict[str, Any]:
    """What the panel says of a pull."""
    clusters = {c.id: c.name[language()] for c in view.catalogue.clusters}
    rows, own, spread = by_cluster(found, known)
    most = max((r.spread or 0.0 for r in rows), default=0.0)
    names = {s: n.segment.name[language()] for s, n in known.nodes.items()}

    def told(value: float | None) -> str:
        return _("withheld") if value is None else board.amount(value, view)

    total = None if own is None or spread is None else own + spread
    return {
        "total": told(total),
        "share": None if total is None else found.result.total,
        "own": told(own),
        "spread": told(spread),
        "rows": [
            {
                "name": clusters.get(r.cluster_id, _("firms on no chain")),
                "own": told(r.own) if r.own is None or r.own > 0 else "",
                "spread": told(r.spread),
                "bar": (r.spread or 0.0) / most if most else 0.0,
            }
            for r in rows
        ],
        "steps": found.result.steps,
        "hit": len(found.losses),
        "converged": found.result.converged,
        "hardest": [(names[s], v) for s, v in found.losses.items() if v is not None][:_HARDEST],
    }


def _rows(view: ScanView, nodes: list[Node], found: Pull | None) -> list[dict[str, Any]]:
    """The table that says the same as the map."""
    rows: list[dict[str, Any]] = []
    for node in nodes:
        id = node.segment.id
        loss = ""
        if found and id == found.segment:
            loss = _("pulled")
        elif found and id in found.losses:
            value = found.losses[id]
            loss = _("withheld") if value is None else f"−{value:.0%}"
        rows.append(
            {
                "node": node,
                "state": state_name(node.state),
                "facts": [page.fact(view, node, n) for n in ("output", "firms", "self_sufficiency")],
                "inputs": [d.source for d in node.segment.inputs if d.kind != "irrelevant"],
                "loss": loss,
            }
        )
    names = {n.segment.id: n.segment.name[language()] for n in nodes}
    comma = "、" if language() == "zh" else ", "
    for row in rows:
        row["inputs"] = comma.join(names[s] for s in row["inputs"] if s in names)
    return rows


def _unchecked(view: ScanView, segment: str) -> list[dict[str, Any]]:
    frame = view.scan.not_checked
    return frame.filter(frame["segment_id"].is_null() | (frame["segment_id"] == segment)).to_dicts()
