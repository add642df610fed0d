"""Reported 上报: a chain leader or an institute reported a need, and somebody verified it.

Needs of other firms are counted in the facts of the segment and do not make a finding.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from chainmend.gaps.finding import Hit, NotChecked, Verdict
from chainmend.i18n import both
from chainmend.registry import register

if TYPE_CHECKING:
    from chainmend.chain.model import Segment
    from chainmend.gaps.facts import Facts, SegmentFacts
    from chainmend.settings import Thresholds


@register(
    "rule", "reported", name=("上报", "Reported"), needs=("needs",), reference="design: rule `reported`"
)
def reported(segment: Segment, fact: SegmentFacts, facts: Facts, t: Thresholds) -> Verdict:
    """A verified need of a chain leader or an institute."""
    if facts.needs is None:
        return NotChecked(("needs",), both("no table of reported needs"))
    heard = [n for n in facts.needs.get(segment.id, ()) if n["by"] in ("leader", "institute")]
    if not heard:
        return None
    newest = heard[0]
    who = both("a chain leader") if newest["by"] == "leader" else both("an institute")
    return Hit(
        summary=both(
            "{name}: {reporter}, {who}, reported on {date}: {text} (verified needs: {n})",
            name=segment.name.pair,
            reporter=newest["reporter"],
            who=who,
            date=newest["date"],
            text=newest["text"],
            n=len(heard),
        ),
        facts={"needs": len(heard), "newest": newest["date"], "needs_of_all": fact.needs},
        thresholds={},
        rows=tuple(heard),
    )
