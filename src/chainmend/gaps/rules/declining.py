"""Declining 衰退: what local firms sell of the segment fell, or an anchor firm is gone.

Sales are those of local firms to anybody, in the last year of the supply links and the year before; each has to hold
twelve months. An anchor is a chain leader, or a firm with a large share of the year's local sales on the segment; it
is gone where the table of firms says that it is closed and it still sold in one of the two years.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from chainmend.gaps.finding import Hit, NotChecked, Verdict
from chainmend.i18n import both
from chainmend.names import money, percent
from chainmend.registry import register

if TYPE_CHECKING:
    from chainmend.chain.model import Segment
    from chainmend.gaps.decline import Decline
    from chainmend.gaps.facts import Facts, SegmentFacts
    from chainmend.settings import Thresholds


@register(
    "rule", "declining", name=("衰退", "Declining"), needs=("supply_links",),
    reference="design: rule `declining`",
)  # fmt: skip
def declining(segment: Segment, fact: SegmentFacts, facts: Facts, t: Thresholds) -> Verdict:
    """Sales of local firms fell by more than a share in a year, or an anchor firm has closed."""
    decline = facts.declines.get(segment.id)
    if decline is not None and _fell(decline, t):
        return _hit(segment, decline, t, _fall(segment, decline, facts.currency))
    if decline is not None and decline.anchors:
        return _hit(segment, decline, t, _gone(segment, decline.anchors[0]))
    if facts.sourcing is None:
        return NotChecked(("supply_links",), both("no supply links or trades"))
    years = facts.sourcing.years
    if len(years) < 2 or years[-1] - years[-2] != 1:
        return NotChecked(("supply_links",), both("supply links of two years in a row are needed"))
    return None


def _fell(decline: Decline, t: Thresholds) -> bool:
    enough = decline.before is not None and decline.before >= t.minimum_purchases
    return enough and decline.growth is not None and decline.growth < -t.decline


def _fall(segment: Segment, decline: Decline, currency: str) -> tuple[str, str]:
    growth, before, after = decline.growth or 0.0, decline.before or 0.0, decline.after or 0.0
    return both(
        "{name}: sales of local firms fell by {fall} in a year, from {before} to {after}",
        name=segment.name.pair,
        fall=percent(-growth),
        before=money(before, currency),
        after=money(after, currency),
    )


def _gone(segment: Segment, anchor: Any) -> tuple[str, str]:
    if anchor["leader"]:
        return both("{name}: {firm}, a chain leader, has closed", name=segment.name.pair, firm=anchor["name"])
    return both(
        "{name}: {firm}, which had {share} of a year's local sales, has closed",
        name=segment.name.pair,
        firm=anchor["name"],
        share=percent(anchor["share"]),
    )


def _hit(segment: Segment, decline: Decline, t: Thresholds, summary: tuple[str, str]) -> Hit:
    return Hit(
        summary=summary,
        facts={
            "year": decline.year,
            "sales_before": decline.before,
            "sales_after": decline.after,
            "sales_growth": decline.growth,
            "anchors_gone": len(decline.anchors),
        },
        thresholds={
            "decline": t.decline,
            "anchor_share": t.anchor_share,
            "minimum_purchases": t.minimum_purchases,
        },
        rows=(*({"anchor": True} | dict(a) for a in decline.anchors), *decline.rows),
    )
