"""Distress 异动: imports of a segment that depends on others leave the band of their own past.

Looks at the last three months of the customs that are there, and at each customs code of the segment by itself.

`volume`
    a month's imports are less, or more, than in every month of the three years before, and beyond a robust z;

`unit_value`
    a unit costs more, or less, than in every month of the three years before, and beyond a robust z, two months
    running: a price of one month is mostly a different mix of goods.

The robust z is the distance from the median of the logarithms in units of 1.4826 × MAD, and this unit is at least 0.05,
so that at z = 3 no fall of less than 14% and no rise of less than 16% rings. More than usual is told as well: before
controls begin, buyers stock up. A month in which nothing came is zero where the customs hold that month, and rings
unless the three years have such months.

Only segments that are `outside_dependent` are looked at, by whichever of its forms the data allow. Not judged: a month
whose three years before have trade in less than 24 months; quantities that are not known. A customs code that a new
edition of the nomenclature ends looks like a stop. How often it rings for nothing, and when it would have rung before
a real stop: see the trial on [critical minerals](../trials/critical-minerals.md).
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

from chainmend.gaps.finding import Hit, NotChecked, Verdict
from chainmend.gaps.rules.outside_dependent import outside_dependent
from chainmend.i18n import both
from chainmend.names import percent
from chainmend.registry import register

if TYPE_CHECKING:
    from chainmend.chain.model import Segment
    from chainmend.gaps.distress import Judged
    from chainmend.gaps.facts import Facts, SegmentFacts
    from chainmend.settings import Thresholds


@register(
    "rule", "distress", name=("异动", "Distress"), needs=("customs",),
    reference="Iglewicz and Hoaglin (1993), robust z; design: rule `distress`",
)  # fmt: skip
def distress(segment: Segment, fact: SegmentFacts, facts: Facts, t: Thresholds) -> Verdict:
    """Monthly imports of an outside-dependent segment, their volume or unit value, leave their own band."""
    if facts.distress is None:
        return NotChecked(("customs",), both("no monthly imports in the customs"))
    if not segment.hs:
        return NotChecked(("customs",), both("the segment has no customs codes"))
    judged = facts.distress[segment.id]
    if not any(judged.values()):
        reason = both(
            "too few months with quantities: {n} with trade are needed before the last ones",
            n=8 * t.distress_years,
        )
        return NotChecked(("customs",), reason)
    dependent = outside_dependent(segment, fact, facts, t)
    if isinstance(dependent, NotChecked):
        return dependent
    ringing = [(hs, j) for hs, months in judged.items() for j in months if j.rings]
    if not isinstance(dependent, Hit) or not ringing:
        return None
    hs, worst = max(ringing, key=lambda x: (abs(x[1].z), x[1].year, x[1].month, x[0]))
    return Hit(
        summary=_summary(segment, hs, worst, t),
        facts={"alarms": [_row(hs, j) for hs, j in ringing], "dependent_by": dependent.facts["form"]},
        thresholds={"distress_z": t.distress_z, "distress_years": t.distress_years},
        rows=tuple(_row(hs, j) for hs, months in judged.items() for j in months),
    )


def _summary(segment: Segment, hs: str, worst: Judged, t: Thresholds) -> tuple[str, str]:
    values = {
        "name": segment.name.pair,
        "hs": hs,
        "month": (f"{worst.year} 年 {worst.month} 月", f"{worst.year}-{worst.month:02d}"),
        "share": percent(worst.value / worst.usual),
        "n": t.distress_years,
    }
    if worst.measure == "unit_value":
        if worst.z > 0:
            return both("{name}: imports of customs code {hs} cost at least {share} of the usual unit value in {month}"
                        " and the month before, more than in any month of the {n} years before", **values)  # fmt: skip
        return both("{name}: imports of customs code {hs} cost at most {share} of the usual unit value in {month}"
                    " and the month before, less than in any month of the {n} years before", **values)  # fmt: skip
    if worst.value == 0:
        return both("{name}: nothing of customs code {hs} was imported in {month}; the {n} years before have no such"
                    " month", **values)  # fmt: skip
    if worst.z > 0:
        return both("{name}: imports of customs code {hs} in {month} were {share} of the usual amount, more than in"
                    " any month of the {n} years before", **values)  # fmt: skip
    return both("{name}: imports of customs code {hs} in {month} were {share} of the usual amount, less than in any"
                " month of the {n} years before", **values)  # fmt: skip


def _row(hs: str, judged: Judged) -> dict[str, Any]:
    """One month as evidence; JSON knows no infinity."""
    numbers = {name: getattr(judged, name) for name in ("value", "usual", "low", "high", "z")}
    return {
        "hs": hs,
        "year": judged.year,
        "month": judged.month,
        "measure": judged.measure,
        "months": judged.months,
        "rings": judged.rings,
    } | {name: round(x, 12) if math.isfinite(x) else None for name, x in numbers.items()}
