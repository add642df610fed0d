"""Missing 缺失: nobody here, though something downstream is."""

from __future__ import annotations

from typing import TYPE_CHECKING

from chainmend.gaps.finding import Hit, Verdict
from chainmend.i18n import both
from chainmend.registry import register

if TYPE_CHECKING:
    from chainmend.chain.model import Segment
    from chainmend.gaps.facts import Facts, SegmentFacts
    from chainmend.settings import Thresholds


@register("rule", "missing", name=("缺失", "Missing"), needs=("firms",), reference="design: rule `missing`")
def missing(segment: Segment, fact: SegmentFacts, facts: Facts, t: Thresholds) -> Verdict:
    """No active local firm on the segment, while a segment it goes into is present."""
    if fact.firms > 0 or not fact.downstream_present:
        return None
    elsewhere = [
        both("{n} in the region", n=fact.firms_region) if fact.firms_region else None,
        both("{n} elsewhere in the country", n=fact.firms_country) if fact.firms_country else None,
        both("{n} abroad", n=fact.firms_abroad) if fact.firms_abroad else None,
    ]
    if fact.nearest_km is not None:
        elsewhere.append(both("the nearest {km} km away", km=f"{fact.nearest_km:.0f}"))
    known = [e for e in elsewhere if e]
    if known:
        where = ("、".join(e[0] for e in known), ", ".join(e[1] for e in known))
        summary = both("{name}: nobody here, though segments downstream are. Firms: {where}",
                       name=segment.name.pair, where=where)  # fmt: skip
    else:
        summary = both("{name}: nobody here, though segments downstream are. No firm elsewhere is known",
                       name=segment.name.pair)  # fmt: skip
    return Hit(
        summary=summary,
        facts={
            "firms": fact.firms,
            "downstream_present": fact.downstream_present,
            "firms_region": fact.firms_region,
            "firms_country": fact.firms_country,
            "firms_abroad": fact.firms_abroad,
            "level": fact.level,
            "suppliers_near": fact.suppliers_near,
            "nearest_km": fact.nearest_km,
        },
        thresholds={"placement_weight": t.placement_weight, "output_floor": t.output_floor},
        rows=tuple(facts.firms.get(segment.id, ())),
    )
