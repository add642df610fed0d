"""What the chain map's page shows beside the picture: what was asked to stop, what that costs, and the table."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Any

from django.http import Http404
from django.utils.http import urlencode

from chainmend.desk.atlas import cockpit as board
from chainmend.desk.atlas import segment as page
from chainmend.desk.atlas.pulling import Pull, Stop, by_cluster, find_firms, firm_of, main_origins, origins
from chainmend.desk.atlas.states import STATES, state_name
from chainmend.desk.visibility import may
from chainmend.i18n import _, language
from chainmend.names import country_name

if TYPE_CHECKING:
    from collections.abc import Mapping

    from chainmend.chain.model import Cluster
    from chainmend.desk.accounts.models import User
    from chainmend.desk.atlas.reading import Atlas, Node
    from chainmend.desk.scans.view import ScanView

NEAR = 8
PANEL = (
    "output", "firms", "self_sufficiency", "outside_share", "top_share", "suppliers_near", "needs",
    "patents_per_output_ratio",
)  # fmt: skip
_HARDEST = 4
_STEPS, _MOST_STEPS = 6, 24
"""Cells of the bar of steps: so many at least and at most."""
_CARD = ("output", "firms", "self_sufficiency", "outside_share", "dependent_share")


def asked(query: Mapping[str, str], view: ScanView, user: User, ids: set[str]) -> Stop | None:
    """Return what is to stop by the address of a page; None where nothing is.

    Raises
    ------
    Http404
        If a firm is named that is not there or that the person may not see with its links and figures, or an origin
        that nothing comes from.
    """
    if firm := query.get("pull_firm"):
        found = firm_of(view, firm) if _sees_firms(user) else None
        if found is None or not may(user, "see_firm", found):
            raise Http404
        return Stop("firm", firm)
    if origin := query.get("pull_origin"):
        if origin not in origins(view)["where"]:
            raise Http404
        return Stop("origin", origin)
    return Stop("segment", query["pull"]) if query.get("pull") in ids else None


def _sees_firms(user: User) -> bool:
    return may(user, "see_links") and may(user, "see_exact_figures")


def chosen_of(
    query: Mapping[str, str], known: Atlas, nodes: list[Node], stop: Stop | None, view: ScanView
) -> Node:
    """Return the segment that the panel is about: what is pulled, else what was chosen, else the gravest."""
    at = query.get("at", "")
    if stop is not None and stop.kind == "segment":
        at = stop.id
    if stop is not None and stop.kind == "firm":
        at = (firm_of(view, stop.id) or {}).get("segment_id") or ""
    ids = {n.segment.id for n in nodes}
    return known.nodes[at] if at in ids else min(nodes, key=lambda n: STATES.index(n.state))


def stops(query: Mapping[str, str], view: ScanView, known: Atlas, user: User, cluster: str) -> dict[str, Any]:
    """Return what else may be pulled: firms that were looked for, and the main origins of the cluster."""
    text = query.get("find", "")[:80]
    sees = _sees_firms(user)
    if not view.dataset.has("supply_links"):
        return {"find": "", "firms": None, "sees_firms": False, "origins": []}
    return {
        "find": text,
        "sees_firms": sees,
        "firms": [(f["name"], "?" + urlencode({"pull_firm": f["firm_id"]})) for f in find_firms(view, text)]
        if sees and text
        else None,
        "origins": [
            (o, origin_name(o), o == query.get("pull_origin")) for o in main_origins(view, known, cluster)
        ],
    }


def origin_name(where: str) -> str:
    """Return what an origin is called."""
    return country_name(where)[0 if language() == "zh" else 1]


def what_stopped(found: Pull, view: ScanView, known: Atlas) -> tuple[str, str]:
    """Return what was pulled and what that means."""
    if found.stop.kind == "segment":
        return known.nodes[found.stop.id].segment.name[language()], _(
            "all its firms stop for a year, the rest goes on"
        )
    if found.stop.kind == "firm":
        name = str((firm_of(view, found.stop.id) or {}).get("name") or found.stop.id)
        return name, _("the firm stops for a year, the rest goes on")
    return _("all from {origin}").format(origin=origin_name(found.stop.id)), _(
        "its suppliers stop for a year, the rest goes on"
    )


def card(view: ScanView, node: Node) -> dict[str, str]:
    """Return what the hover card of a segment says."""
    facts = [page.fact(view, node, n) for n in _CARD]
    up = {d.source for d in node.segment.inputs if d.kind != "irrelevant"}
    down = {d.target for d in view.catalogue.downstream.get(node.segment.id, ()) if d.kind != "irrelevant"}
    near_by = f"{_('Upstream / downstream')}\t{len(up)} / {len(down)}"
    return {
        "name": node.segment.name[language()],
        "state": node.state,
        "said": state_name(node.state),
        "facts": "\n".join([*(f"{f.label}\t{f.value}" for f in facts if not f.unknown), near_by]),
    }


def headline(cluster: Cluster, nodes: list[Node]) -> str:
    """Return the sentence that the page of a cluster opens with."""
    name, count = cluster.name[language()], Counter(n.state for n in nodes)
    empty = count["missing"] + count["none"]
    if not empty and not count["outside"]:
        return _("{name}: every segment has somebody here, none depends on outside").format(name=name)
    return _("{name}: {missing} segments have nobody, {outside} depend on outside").format(
        name=name, missing=empty, outside=count["outside"]
    )


def counts(nodes: list[Node]) -> list[tuple[str, str, int]]:
    """Return each state with its name and how many segments are in it."""
    count = Counter(n.state for n in nodes)
    return [(s, state_name(s), count[s]) for s in STATES]


def chips(
    cluster: Cluster, known: Atlas, found: Pull | None
) -> list[tuple[str, list[tuple[Node, str, bool]]]]:
    """Return the segments of each stage with its name, upstream first: their losses, and whether a pull spares them."""
    return [
        (
            stage.name[language()],
            [
                (
                    known.nodes[s.id],
                    loss_of(s.id, found),
                    found is not None and s.id not in {*found.at, *found.losses},
                )
                for s in chain.segments
                if s.stage == stage.id
            ],
        )
        for chain in cluster.chains
        for stage in chain.stages
    ]


def loss_of(id: str, found: Pull | None) -> str:
    """Return what a segment loses by a pull, in words; nothing where it is not hit."""
    if found is None:
        return ""
    if found.stop == Stop("segment", id):
        return _("pulled")
    if id not in found.losses:
        return ""
    value = found.losses[id]
    return _("withheld") if value is None else f"−{value:.0%}"


def near(view: ScanView, known: Atlas, node: Node) -> tuple[list[Node], list[Node]]:
    """Return segments that go into this one, and those it goes into, each once."""
    up = dict.fromkeys(d.source for d in node.segment.inputs if d.kind != "irrelevant")
    down = dict.fromkeys(
        d.target for d in view.catalogue.downstream.get(node.segment.id, ()) if d.kind != "irrelevant"
    )
    return [known.nodes[s] for s in up], [known.nodes[s] for s in down]


def losses(view: ScanView, known: Atlas, found: Pull) -> dict[str, Any]:
    """Return what the panel says of a pull."""
    clusters = {c.id: c.name[language()] for c in view.catalogue.clusters}
    what, meaning = what_stopped(found, view, known)
    lost, own, spread = by_cluster(found, known)
    most = max((r.spread or 0.0 for r in lost), default=0.0)
    names = {s: n.segment.name[language()] for s, n in known.nodes.items()}

    def told(value: float | None) -> str:
        return _("withheld") if value is None else board.amount(value, view)

    total = None if own is None or spread is None else own + spread
    return {
        "what": what,
        "meaning": meaning,
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
            for r in lost
        ],
        "steps": found.result.steps,
        "path": [n < found.result.steps for n in range(max(_STEPS, min(found.result.steps, _MOST_STEPS)))],
        "hit": len(found.losses),
        "converged": found.result.converged,
        "hardest": [(names[s], v) for s, v in found.losses.items() if v is not None][:_HARDEST],
    }


def rows(view: ScanView, nodes: list[Node], found: Pull | None) -> list[dict[str, Any]]:
    """Return the table that says the same as the map."""
    names = {n.segment.id: n.segment.name[language()] for n in nodes}
    comma = "、" if language() == "zh" else ", "
    return [
        {
            "node": node,
            "state": state_name(node.state),
            "facts": [page.fact(view, node, n) for n in ("output", "firms", "self_sufficiency")],
            "inputs": comma.join(
                names[d.source] for d in node.segment.inputs if d.kind != "irrelevant" and d.source in names
            ),
            "loss": loss_of(node.segment.id, found),
        }
        for node in nodes
    ]
