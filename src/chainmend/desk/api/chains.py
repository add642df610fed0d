"""Clusters, chains and segments with their facts, as the atlas shows them: what may tell of one firm is withheld."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING

from django.http import Http404, HttpRequest
from pydantic import BaseModel, Field

from chainmend.chain.model import DependenceClass, Status, Tier
from chainmend.desk import scans
from chainmend.desk.api.about import Answer, Name, about, currency, name
from chainmend.desk.api.doors import door, who
from chainmend.desk.api.figures import (
    Count,
    Estimate,
    Fact,
    Money,
    Number,
    Severity,
    Share,
    count,
    estimate,
    fact,
    money,
    severity,
)
from chainmend.desk.atlas import segment as page
from chainmend.desk.atlas.reading import Atlas, Node, atlas
from chainmend.desk.atlas.states import State, kind_name, state_name
from chainmend.desk.visibility import may
from chainmend.desk.worklist.words import headline
from chainmend.gaps.wording import rounded
from chainmend.i18n import language

if TYPE_CHECKING:
    from chainmend.chain.model import Chain, Cluster
    from chainmend.desk.accounts.models import User
    from chainmend.desk.scans.view import ScanView

_ON_MAP = ("output", "firms", "self_sufficiency")


class ClusterLine(BaseModel):
    """A cluster."""

    id: str
    name: Name
    tier: Tier
    status: Status = Field(description="How surely the name is known.")
    output: Money
    segments: int
    chains: list[str]


class Clusters(Answer):
    """All clusters of the catalogue."""

    clusters: list[ClusterLine]


class ChainLine(BaseModel):
    """A chain."""

    id: str
    name: Name
    cluster: str
    segments: int


class Chains(Answer):
    """All chains of the catalogue."""

    chains: list[ChainLine]


class StageLine(BaseModel):
    """A stage of a chain, upstream first."""

    id: str
    name: Name


class Input(BaseModel):
    """A segment at the other end of a dependence."""

    segment: str
    kind: DependenceClass


class SegmentLine(BaseModel):
    """A segment as the chain map shows it."""

    id: str
    name: Name
    stage: str
    state: State
    state_name: str
    facts: list[Fact]
    inputs: list[Input]


class OneChain(Answer):
    """A chain with its segments, upstream to downstream."""

    chain: ChainLine
    stages: list[StageLine]
    segments: list[SegmentLine]


class Group(BaseModel):
    """Facts of one source."""

    title: str
    scope: list[str]
    facts: list[Fact]


class Finding(BaseModel):
    """What the last scan found, where the person may see its entry."""

    entry: str
    kind: str
    kind_name: str
    headline: str
    severity: Severity


class Firm(BaseModel):
    """A local firm on the segment that the person may see."""

    id: str
    name: str
    district: str | None
    weight: Number | None = Field(description="Share of its output that counts to the segment.")
    output: Money = Field(description="What it makes on the segment.")


class Supplier(BaseModel):
    """A supplier; for who may see links alone."""

    name: str
    amount: Money


class Place(BaseModel):
    """What local firms bought of the segment in one place."""

    name: str
    suppliers: Count
    amount: Money
    share: Share
    largest: list[Supplier]


class Suppliers(BaseModel):
    """Where local firms bought the segment in the last year of the links."""

    total: Money
    places: list[Place]


class SegmentCandidate(BaseModel):
    """Who could mend it."""

    name: str
    why: str | None


class Remedy(BaseModel):
    """What to do first."""

    remedy: str
    remedy_name: str
    why: str
    lead: str
    months: int | None
    candidates: list[SegmentCandidate]


class PastState(BaseModel):
    """The segment in one scan."""

    scan: str
    data_to: dt.date
    state: State
    firms: Count
    low: Number | None = Field(
        description="Severity of the gravest finding, at least; equal to `high` for who sees exact figures."
    )
    high: Number | None = Field(description="The same, at most; null where there is none.")


class SegmentNotChecked(BaseModel):
    """A rule that could not look."""

    rule: str
    reason: str


class Segment(SegmentLine):
    """A segment as its page shows it; `facts` are those of the map, `groups` all."""

    what: Name
    cluster: str
    chain: str
    outputs: list[Input]
    groups: list[Group]
    findings: list[Finding]
    firms: list[Firm] | None = Field(
        description="At most 200, the largest first; null where the role sees no firms."
    )
    suppliers: Suppliers | None = Field(description="Null where the data have no supply links.")
    remedies: list[Remedy]
    worth: Estimate | None = Field(
        description="Loss avoided a year by mending the segment; null where it was not valued."
    )
    history: list[PastState] = Field(description="Newest first.")
    not_checked: list[SegmentNotChecked]


class OneSegment(Answer):
    """One segment."""

    segment: Segment


def _known(user: User) -> tuple[ScanView, Atlas]:
    view = scans.current()
    if view is None:
        raise Http404
    return view, atlas(view, may(user, "see_exact_figures"))


@door("/clusters", "see_map", Clusters, tag="Chains")
def clusters(request: HttpRequest) -> Clusters:
    """Clusters with their output.

    Every cluster of the catalogue, also those that have no chains yet.
    """
    view, known = _known(who(request))
    return Clusters(about=about(view), clusters=[_cluster(view, known, c) for c in view.catalogue.clusters])


def _cluster(view: ScanView, known: Atlas, cluster: Cluster) -> ClusterLine:
    output, nodes = known.outputs.get(cluster.id), known.of(cluster)
    withheld = output is None and not known.exact and any(n.withheld for n in nodes)
    return ClusterLine(
        id=cluster.id,
        name=name(cluster.name),
        tier=cluster.tier,
        status=cluster.status,
        output=money(output, currency(view), exact=known.exact, withheld=withheld),
        segments=len(nodes),
        chains=[c.id for c in cluster.chains],
    )


@door("/chains", "see_map", Chains, tag="Chains")
def chains(request: HttpRequest) -> Chains:
    """Chains.

    Every chain of the catalogue with its cluster.
    """
    view, _atlas = _known(who(request))
    return Chains(about=about(view), chains=[_chain(c) for c in view.catalogue.chains.values()])


def _chain(chain: Chain) -> ChainLine:
    return ChainLine(
        id=chain.id, name=name(chain.name), cluster=chain.cluster_id, segments=len(chain.segments)
    )


@door("/chains/{id}", "see_map", OneChain, tag="Chains")
def chain(request: HttpRequest, id: str) -> OneChain:
    """One chain with its segments.

    Each segment with its state, the facts of the chain map, and what goes into it.
    """
    view, known = _known(who(request))
    found = view.catalogue.chains.get(id)
    if found is None:
        raise Http404
    order = {s.id: i for i, s in enumerate(found.stages)}
    nodes = [known.nodes[s.id] for s in sorted(found.segments, key=lambda s: order.get(s.stage, 0))]
    return OneChain(
        about=about(view),
        chain=_chain(found),
        stages=[StageLine(id=s.id, name=name(s.name)) for s in found.stages],
        segments=[SegmentLine.model_validate(_line(view, known, n)) for n in nodes],
    )


def _line(view: ScanView, known: Atlas, node: Node) -> dict[str, object]:
    return {
        "id": node.segment.id,
        "name": name(node.segment.name),
        "stage": node.segment.stage,
        "state": node.state,
        "state_name": state_name(node.state),
        "facts": [_fact(view, known, page.fact(view, node, n)) for n in _ON_MAP],
        "inputs": [Input(segment=d.source, kind=d.kind) for d in node.segment.inputs],
    }


def _fact(view: ScanView, known: Atlas, shown: page.Fact) -> Fact:
    return fact(
        shown.name, shown.label, shown.raw, currency(view), exact=known.exact, withheld=shown.withheld,
        threshold=shown.threshold,
    )  # fmt: skip


@door("/segments/{id}", "see_map", OneSegment, tag="Chains")
def segment(request: HttpRequest, id: str) -> OneSegment:
    """One segment.

    Facts with their scope, findings, firms, suppliers by place, remedies and history, as far as its page shows them
    to the person.
    """
    user = who(request)
    view, known = _known(user)
    node = known.nodes.get(id)
    if node is None:
        raise Http404
    findings, worth = page.findings_of(view, node, user), page.worth_of(view, node, known.exact)
    spoken = language()
    blind = view.scan.not_checked
    rows = blind.filter(blind["segment_id"].is_null() | (blind["segment_id"] == id))
    after = view.catalogue.downstream.get(id, ())
    more = {
        "what": name(node.segment.what),
        "cluster": node.segment.cluster_id,
        "chain": node.segment.chain_id,
        "outputs": [Input(segment=d.target, kind=d.kind) for d in after],
        "groups": [
            Group(title=g.title, scope=list(g.scope), facts=[_fact(view, known, f) for f in g.facts])
            for g in page.facts_of(view, node)
        ],
        "findings": [
            Finding(
                entry=f["entry"].pk, kind=f["kind"], kind_name=kind_name(f["kind"]),
                headline=headline(f["entry"], user, view.catalogue), severity=severity(f["entry"], exact=known.exact),
            )
            for f in findings
        ],
        "firms": _firms(view, known, node, user),
        "suppliers": _suppliers(view, known, node, user),
        "remedies": [
            Remedy(
                remedy=r["remedy"], remedy_name=kind_name(r["remedy"], "remedy"), why=r["why"], lead=r["lead"],
                months=r["months"],
                candidates=[SegmentCandidate(name=c["name"], why=c["why"] or None) for c in r["candidates"]],
            )
            for r in page.remedies_of(view, findings, user)
        ],
        "worth": estimate(worth, currency(view)) if worth else None,
        "history": [
            PastState(
                scan=h["scan"], data_to=h["date"], state=h["state"], firms=count(h["firms"], exact=known.exact),
                low=h["low"], high=h["high"],
            )
            for h in page.history_of(node, view.city, known.exact)
        ],
        "not_checked": [
            SegmentNotChecked(rule=r["rule"], reason=r[f"reason_{spoken}"]) for r in rows.iter_rows(named=True)
        ],
    }  # fmt: skip
    return OneSegment(about=about(view), segment=Segment.model_validate(_line(view, known, node) | more))


def _firms(view: ScanView, known: Atlas, node: Node, user: User) -> list[Firm] | None:
    if not may(user, "see_firm"):
        return None
    return [
        Firm(
            id=r["firm_id"],
            name=r["name"],
            district=r["district"],
            weight=r["weight"] if known.exact else rounded("weight", r["weight"]),
            output=money(
                r["made"],
                currency(view),
                exact=known.exact,
                withheld=r["made"] is None and not known.exact,
            ),
        )
        for r in page.firms_of(view, node, user)
    ]


def _suppliers(view: ScanView, known: Atlas, node: Node, user: User) -> Suppliers | None:
    found = page.suppliers_of(view, known, node, user)
    if found is None:
        return None
    exact, unit = known.exact, currency(view)
    places = []
    for place in found[0]:
        share = place.share if exact else rounded("share", place.share)
        places.append(
            Place(
                name=place.name,
                suppliers=count(place.suppliers, exact=exact),
                amount=money(place.amount, unit, exact=exact, withheld=place.amount is None),
                share=Share(value=share, withheld=place.amount is None),
                largest=[Supplier(name=n, amount=money(v, unit, exact=exact)) for n, v in place.named],
            )
        )
    return Suppliers(total=money(found[1], unit, exact=exact, withheld=found[1] is None), places=places)
