"""Ally 配套: let a firm of the region around the city supply what is missing or has a single source.

Firms of the region, outside the city, that are placed on the segment, with the parts of `attract`; nearness weighs
most, and growth and ties do not count. Firms in talks take no rank.

- ``focus``: how much of what could be read of the firm's business is on the segment (its placement weight)
- ``size``: its output on the segment against `output_anchor`
- ``sells``: how many local firms it sells to already, against `buyers_anchor`
- ``near``: 1 at the city, 0 at `radius_km`; 0.8 where it is not on the map
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
    "remedy", "ally", name=("配套", "Ally"), needs=("firms", "supply_links", "talks"),
    reference="design: remedies, ally",
)  # fmt: skip
def ally(context: Context, segments: Sequence[str], limit: int | None = None) -> Pool:  # noqa: ARG001
    """Suppliers in the region that could deliver from where they are."""
    return outside_firms(context, segments, ("region",), context.settings.remedies.ally)
