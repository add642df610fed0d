"""Weak 薄弱: present, but too little of what is bought comes from here."""

from __future__ import annotations

from typing import TYPE_CHECKING

from chainmend.gaps.finding import Hit, Verdict
from chainmend.i18n import both
from chainmend.names import percent
from chainmend.registry import register

if TYPE_CHECKING:
    from chainmend.chain.model import Segment
    from chainmend.gaps.facts import Facts, SegmentFacts
    from chainmend.settings import Thresholds


@register("rule", "weak", name=("薄弱", "Weak"), needs=("firms",), reference="design: rule `weak`")
def weak(segment: Segment, fact: SegmentFacts, facts: Facts, t: Thresholds) -> Verdict:
    """Present, but self-sufficiency (with supply links) or the location quotient (without) is low."""
    if fact.firms == 0:
        return None
    if facts.sourcing is not None:
        return _by_links(segment, fact, facts, t)
    if fact.location_quotient is None:
        return None
    if fact.location_quotient >= t.location_quotient:
        return None
    basis = ("产值", "output") if fact.location_quotient_basis == "output" else ("企业数", "number of firms")
    return Hit(
        summary=both(
            "{name}: {n} firms here, location quotient {lq} (by {basis}), below {cut}",
            name=segment.name.pair,
            n=fact.firms,
            lq=f"{fact.location_quotient:.2f}",
            basis=basis,
            cut=t.location_quotient,
        ),
        facts={
            "firms": fact.firms,
            "level": fact.level,
            "location_quotient": fact.location_quotient,
            "location_quotient_basis": fact.location_quotient_basis,
        },
        thresholds={"location_quotient": t.location_quotient},
        rows=tuple(facts.firms.get(segment.id, ())),
    )


def _by_links(segment: Segment, fact: SegmentFacts, facts: Facts, t: Thresholds) -> Verdict:
    if not fact.purchases or fact.purchases < t.minimum_purchases or fact.self_sufficiency is None:
        return None
    if fact.self_sufficiency >= t.self_sufficiency:
        return None
    return Hit(
        summary=both(
            "{name}: {n} firms here sell {share} of local purchases, below {cut}",
            name=segment.name.pair,
            n=fact.firms,
            share=percent(fact.self_sufficiency),
            cut=percent(t.self_sufficiency),
        ),
        facts={
            "firms": fact.firms,
            "level": fact.level,
            "year": fact.year,
            "purchases": fact.purchases,
            "self_sufficiency": fact.self_sufficiency,
        },
        thresholds={"self_sufficiency": t.self_sufficiency},
        rows=tuple(facts.sourcing.suppliers.get(segment.id, ())) if facts.sourcing else (),
    )
