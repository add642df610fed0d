"""Systemic 系统性: a local firm takes far more of the city with it than it is itself.

The index (ESRI) is the share of the city's output that is lost when the firm stops. It has to be above a cut of its
own and above a multiple of the firm's own share of output, so that a firm that is only large is not one. Each firm is
a finding of its own, on the segment of its largest placement weight; firms on no segment are left to `chainmend esri`,
and firms outside the city to the rule `fragile_segment`, which names the source that costs most.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from chainmend.gaps.finding import Hit, NotChecked, Verdict
from chainmend.i18n import both
from chainmend.names import money
from chainmend.registry import register

if TYPE_CHECKING:
    from chainmend.chain.model import Segment
    from chainmend.gaps.facts import Facts, SegmentFacts
    from chainmend.settings import Thresholds


@register(
    "rule", "systemic", name=("系统性", "Systemic"), needs=("supply_links",),
    reference="Diem et al. (2022), Quantifying firm-level economic systemic risk from nation-wide supply networks",
)  # fmt: skip
def systemic(segment: Segment, fact: SegmentFacts, facts: Facts, t: Thresholds) -> Verdict:
    """A local firm whose stop costs more than a share of the city's output and many times its own."""
    if isinstance(facts.impact, NotChecked):
        return facts.impact
    impact = facts.impact.get(segment.id)
    hits = []
    for firm in impact.systemic if impact else ():
        if firm["esri"] <= t.systemic_esri or firm["esri"] <= t.systemic_ratio * firm["own_share"]:
            continue
        hits.append(
            Hit(
                summary=both(
                    "{name}: if {firm} stopped, the city would lose {esri} of its output ({money} a year);"
                    " the firm itself makes {own}",
                    name=segment.name.pair,
                    firm=firm["name"],
                    esri=f"{firm['esri']:.1%}",
                    money=money(firm["lost"], facts.currency),
                    own=f"{firm['own_share']:.2%}",
                ),
                facts={k: firm[k] for k in ("esri", "own_share", "ratio", "downstream", "upstream", "lost")},
                thresholds={"systemic_esri": t.systemic_esri, "systemic_ratio": t.systemic_ratio},
                rows=(firm,),
                firm_id=firm["firm_id"],
                loss=max(0.0, firm["esri"] - firm["own_share"]),
            )
        )
    return tuple(hits) or None
