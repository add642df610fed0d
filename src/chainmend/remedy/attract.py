"""Attract 招引: bring a firm to the city that makes what is missing.

Firms outside the city, elsewhere in the country or abroad, that are placed on the segment. Firms in talks take no rank.

- ``focus``: how much of what could be read of the firm's business is on the segment (its placement weight)
- ``size``: its output on the segment against `output_anchor`
- ``sells``: how many local firms it sells to already, against `buyers_anchor`
- ``growth``: of its sales to anybody in the supply links, one half for no change, 0 or 1 at `growth_anchor`
- ``near``: 1 at the city, 0 at `radius_km`; of a firm that is not on the map 0.8 in the region, 0.4 elsewhere in the
  country, 0 abroad
- ``ties``: local firms it buys from, and customers elsewhere that local firms sell to as well, against `ties_anchor`
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from chainmend.registry import register
from chainmend.remedy.outside import outside_firms

if TYPE_CHECKING:
    from chainmend.remedy.context import Context
    from chainmend.remedy.ranking import Pool


@register(
    "remedy", "attract", name=("招引", "Attract"), needs=("firms", "supply_links", "talks"),
    reference="design: remedies, attract",
)  # fmt: skip
def attract(context: Context, segments: Sequence[str], limit: int | None = None) -> Pool:  # noqa: ARG001
    """Firms from elsewhere that could come to the city."""
    return outside_firms(
        context, segments, ("region", "country", "abroad"), context.settings.remedies.attract
    )
