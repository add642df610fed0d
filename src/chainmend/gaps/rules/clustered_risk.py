"""Clustered risk 集中: nearly all local supply sits in one district, where one flood or one power cut reaches it.

Local supply is what local firms sold in the last year of the links; without sales their output on the segment; without
outputs their number. Where one firm alone has more than that share of it the rule is silent: one firm is always in one
place, and that everything hangs on it is the matter of `single_source` and `systemic`. Firms whose district is unknown
count in the whole, so the share is the least it can be; where it could be above the cut only with them, the segment is
not checked.
"""

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
    "rule", "clustered_risk", name=("集中", "Clustered risk"), needs=("firms",),
    reference="design: rule `clustered_risk`",
)  # fmt: skip
def clustered_risk(segment: Segment, fact: SegmentFacts, facts: Facts, t: Thresholds) -> Verdict:
    """More than a share of local supply, and not of one firm alone, is in one district."""
    if facts.districts is None:
        return NotChecked(("firms",), both("fewer than two districts of local firms are known"))
    supply = facts.districts.get(segment.id)
    if supply is None or supply.top_firm_share > t.district_share:
        return None
    share = supply.top_share or 0.0
    if share <= t.district_share:
        if share + supply.unknown_share > t.district_share:
            return NotChecked(("firms",), both("the districts of some suppliers are not known"))
        return None
    basis = {
        "sales": both("sales"),
        "output": both("output"),
        "firms": both("number of firms"),
    }[supply.basis]
    return Hit(
        summary=both(
            "{name}: {share} of local supply ({basis}, {n} firms) is in {district}, above {cut}",
            name=segment.name.pair,
            share=percent(share),
            basis=basis,
            n=supply.firms,
            district=supply.top or "",
            cut=percent(t.district_share),
        ),
        facts={
            "basis": supply.basis,
            "firms": supply.firms,
            "top_district": supply.top,
            "top_district_share": share,
            "top_firm_share": supply.top_firm_share,
            "unknown_share": supply.unknown_share,
        },
        thresholds={"district_share": t.district_share},
        rows=supply.rows,
    )
