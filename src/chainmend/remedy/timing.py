"""When local buyers run short after a source stops: from the time path of the supply network, or without one."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np
import polars as pl

from chainmend.fragility.behaviour import Behaviour
from chainmend.fragility.dynamics import Outage, simulate
from chainmend.fragility.economy import firm_economy

if TYPE_CHECKING:
    from chainmend.fragility.city import CityNetwork

DAYS_PER_YEAR = 365.0
BELOW = 0.9
"""A buyer is short below this share of its normal production."""
FOLLOWED = 180
"""Days that the time path follows."""


def days_short(
    city: CityNetwork, segment_id: str, source: str, buyers: Sequence[str], *, stock: float
) -> dict[str, int | None] | None:
    """First day on which each buyer makes less than `BELOW` of normal after a source of a segment stops for good.

    Parameters
    ----------
    city
        The supply network.
    segment_id
        Its suppliers stop: those whose main segment it is.
    source
        Country (for suppliers abroad), city or province they are in.
    buyers
        Ids of firms.
    stock
        Days of use of every input that every firm holds, at least 1.

    Returns
    -------
    dict or None
        Buyer -> day, None where it is not short within `FOLLOWED` days. None altogether where no firm of the network
        has the segment as its main one and is in that source, so that the network cannot say.

    References
    ----------
    Hallegatte (2014), Risk Analysis 34(1); see `chainmend.fragility.dynamics`.
    """
    where = (
        pl.when(pl.col("place") == "abroad")
        .then("country")
        .otherwise(pl.coalesce("city", "province", "country"))
    )
    hit = (pl.col("segment_id") == segment_id) & (pl.col("place") != "local") & (where == source)
    stops = city.firms.select(hit.fill_null(value=False)).to_series().to_numpy()
    if not stops.any():
        return None
    asked = set(buyers)
    path = simulate(
        firm_economy(city.network, inventory_days=stock, days_per_year=DAYS_PER_YEAR),
        Outage(np.where(stops, 1.0, 0.0)),
        days=FOLLOWED,
        behaviour=Behaviour(inventory_tau=stock),
        by=[id if id in asked else None for id in city.firms["firm_id"]],
    )
    return dict(zip(path.labels, path.days_to_stop(BELOW), strict=True))
