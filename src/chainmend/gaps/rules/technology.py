"""Short of technology 技术短板: what the city depends on others for, and cannot invent itself.

Fires where the segment is outside-dependent, local firms hold fewer invention patents per output than a part of what
all firms of the country in the dataset hold, and no institute of the city has the segment among its fields or patents.
A segment without local output has no patents per output: it is `missing`, not short of technology.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from chainmend.gaps.finding import Hit, NotChecked, Verdict
from chainmend.gaps.rules.outside_dependent import outside_dependent
from chainmend.i18n import both
from chainmend.registry import register

if TYPE_CHECKING:
    from chainmend.chain.model import Segment
    from chainmend.gaps.facts import Facts, SegmentFacts
    from chainmend.settings import Thresholds


@register(
    "rule", "technology", name=("技术短板", "Short of technology"), needs=("patents", "institutes"),
    reference="design: rule `technology`; Griliches (1990) on patents as an indicator",
)  # fmt: skip
def technology(segment: Segment, fact: SegmentFacts, facts: Facts, t: Thresholds) -> Verdict:
    """Outside-dependent, few local patents per output, and no institute of the city."""
    known = facts.technology
    if known is None:
        missing = tuple(name for name in ("patents", "institutes") if name not in facts.tables)
        return NotChecked(missing, both("no tables of patents and of institutes"))
    if not known.elsewhere:
        reason = both(
            "no patent of a firm elsewhere in the country is known: there is no mean to compare with"
        )
        return NotChecked(("patents",), reason)
    if not known.fields:
        return NotChecked(("institutes",), both("what the institutes work on is not known"))
    dependent = outside_dependent(segment, fact, facts, t)
    if isinstance(dependent, NotChecked):
        return dependent
    here = known.segments[segment.id]
    if not isinstance(dependent, Hit) or here.institutes:
        return None
    if here.ratio is None or here.ratio >= t.technology_ratio:
        return None
    national = f"{here.national_per_output:.2f}"
    if here.patents == 0:
        summary = both(
            "{name}: depends on others; local firms hold no invention patent, where the country has {national} per"
            " 100 million of output, and no institute of the city works on it",
            name=segment.name.pair,
            national=national,
        )
    else:
        summary = both(
            "{name}: depends on others; local firms hold {here} invention patents per 100 million of output,"
            " {ratio} of the country's {national}, and no institute of the city works on it",
            name=segment.name.pair,
            here=f"{here.per_output:.2f}",
            ratio=f"{here.ratio:.0%}",
            national=national,
        )
    return Hit(
        summary=summary,
        facts={
            "patents": here.patents,
            "patents_per_output": here.per_output,
            "national_patents_per_output": here.national_per_output,
            "patents_per_output_ratio": here.ratio,
            "institutes": 0,
            "dependent_by": dependent.facts["form"],
        },
        thresholds={"technology_ratio": t.technology_ratio},
        rows=tuple(facts.firms.get(segment.id, ())),
    )
