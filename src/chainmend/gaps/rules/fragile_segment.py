"""Fragile 脆弱: when the segment stops, the city loses much beyond the segment itself.

All firms of the segment stop at once, wherever they are, and the loss spreads over the supply network; what is lost on
the segment itself is taken off. The evidence holds its main origins outside the city and the suppliers that dominate
it, with what each would cost if it stopped alone.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from chainmend.gaps.finding import Hit, NotChecked, Verdict
from chainmend.i18n import both
from chainmend.names import country_name
from chainmend.registry import register

if TYPE_CHECKING:
    from chainmend.chain.model import Segment
    from chainmend.gaps.facts import Facts, SegmentFacts
    from chainmend.settings import Thresholds

_TOLD = 0.0005
"""A source that costs less alone is not named in the sentence; it stands in the evidence."""


@register(
    "rule", "fragile_segment", name=("脆弱", "Fragile"), needs=("supply_links",),
    reference="Diem et al. (2022); knock-out of a segment",
)  # fmt: skip
def fragile_segment(segment: Segment, fact: SegmentFacts, facts: Facts, t: Thresholds) -> Verdict:
    """Knocking the segment out loses more than a share of the city's output beyond its own."""
    if isinstance(facts.impact, NotChecked):
        return facts.impact
    impact = facts.impact.get(segment.id)
    if impact is None or impact.spread <= t.fragile_loss:
        return None
    spread, own = _share(impact.spread), _share(impact.own)
    if impact.sources and impact.sources[0]["loss"] >= _TOLD:
        worst = impact.sources[0]
        source = country_name(worst["source"]) if worst["kind"] == "origin" else worst["name"]
        summary = both(
            "{name}: if it stopped, the city would lose {spread} of its output beyond the segment's own {own};"
            " without {source} alone {loss}",
            name=segment.name.pair,
            spread=spread,
            own=own,
            source=source,
            loss=_share(worst["loss"]),
        )
    else:
        summary = both(
            "{name}: if it stopped, the city would lose {spread} of its output beyond the segment's own {own}",
            name=segment.name.pair,
            spread=spread,
            own=own,
        )
    return Hit(
        summary=summary,
        facts={
            "firms_stopped": impact.firms,
            "knock_out_own": impact.own,
            "knock_out_loss": impact.spread,
            "money": impact.money,
            "worst_source": fact.worst_source,
            "worst_source_loss": fact.worst_source_loss,
        },
        thresholds={"fragile_loss": t.fragile_loss},
        rows=impact.sources,
    )


def _share(share: float) -> str:
    """A share of the city's output, so fine that it is not told as nothing."""
    return f"{share:.1%}" if share >= 0.001 or share == 0 else f"{share:.2%}"
