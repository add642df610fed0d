"""Single source 单点: one supplier has nearly all of it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from chainmend.gaps.finding import Hit, NotChecked, Verdict
from chainmend.i18n import both
from chainmend.names import percent
from chainmend.registry import register

if TYPE_CHECKING:
    from chainmend.chain.model import Segment
    from chainmend.gaps.facts import Facts, SegmentFacts
    from chainmend.settings import Thresholds


@register(
    "rule", "single_source", name=("单点", "Single source"), needs=("supply_links",),
    reference="design: rule `single_source`",
)  # fmt: skip
def single_source(segment: Segment, fact: SegmentFacts, facts: Facts, t: Thresholds) -> Verdict:
    """One supplier's share of local purchases, or the HHI over suppliers, is above its threshold."""
    if facts.sourcing is None:
        return NotChecked(("supply_links",), both("no supply links or trades"))
    if fact.purchases is None or fact.top_share is None or fact.supplier_hhi is None:
        return None
    if fact.purchases < t.minimum_purchases:
        return None
    if fact.top_share <= t.top_share and fact.supplier_hhi <= t.supplier_hhi:
        return None
    rows = tuple(facts.sourcing.suppliers.get(segment.id, ()))
    supplier = rows[0]["name"] if rows else ""
    if fact.top_share > t.top_share:
        summary = both(
            "{name}: one supplier ({supplier}) has {share} of local purchases, above {cut}",
            name=segment.name.pair,
            supplier=supplier,
            share=percent(fact.top_share),
            cut=percent(t.top_share),
        )
    else:
        summary = both(
            "{name}: purchases are concentrated (HHI {hhi}, above {cut});"
            " the largest supplier ({supplier}) has {share}",
            name=segment.name.pair,
            hhi=f"{fact.supplier_hhi:.2f}",
            cut=t.supplier_hhi,
            supplier=supplier,
            share=percent(fact.top_share),
        )
    return Hit(
        summary=summary,
        facts={
            "year": fact.year,
            "purchases": fact.purchases,
            "top_share": fact.top_share,
            "supplier_hhi": fact.supplier_hhi,
        },
        thresholds={"top_share": t.top_share, "supplier_hhi": t.supplier_hhi},
        rows=rows,
    )
