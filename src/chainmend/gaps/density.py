"""Relatedness density of each segment for the city, for how hard it would be to grow at home."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import polars as pl

from chainmend.indicators.presence import largest_component, sizes
from chainmend.indicators.relatedness import proximity, relatedness_density
from chainmend.indicators.specialisation import location_quotient, presence

if TYPE_CHECKING:
    from chainmend.dataset import Dataset

_DIGITS = 6
"""Single precision is summed in it, whose last digits depend on the machine."""
LEAST_CITIES = 10
"""Of fewer cities proximities are so coarse that a density of 1 means only that nobody else is in the data."""


def densities(dataset: Dataset, present: pl.DataFrame) -> dict[str, float]:
    """Density of the segments around each one that the city is specialised in, weighted by proximity.

    Cities of the country are the regions; a city is specialised in a segment where its location quotient is at least 1,
    by output on segments, or by the number of firms where the output of one is unknown.

    Parameters
    ----------
    dataset
        The city's tables.
    present
        Active firms on segments, as of `present_firms`.

    Returns
    -------
    dict
        Segment id -> 0..1; a segment is absent where the cities of the dataset say nothing of it: fewer than
        `LEAST_CITIES` that share segments, this one not among them, or none of them specialised in the segment.

    References
    ----------
    Hidalgo et al. (2007), The Product Space Conditions the Development of Nations, Science 317.
    """
    domestic = present.filter(pl.col("place") != "abroad").join(
        dataset.firms.select("firm_id", region=pl.coalesce("city", "province")), on="firm_id", how="left"
    )
    known = domestic["output"].null_count() == 0 and domestic["output"].sum() > 0
    size = (pl.col("output") * 100).round() if known else pl.col("weight") * 1e9
    frame = (
        domestic.filter(pl.col("region").is_not_null())
        .group_by("region", activity="segment_id")
        .agg(size.cast(pl.Int64).sum().alias("value"))
        .filter(pl.col("value") > 0)
        .with_columns(pl.col("value").cast(pl.Float64))
        .sort("region", "activity")
    )
    if frame["region"].n_unique() < LEAST_CITIES:
        return {}
    table = sizes(frame)
    kept = largest_component(presence(location_quotient(table.values)))
    cities = [table.regions[r] for r in kept.rows]
    if dataset.place.city not in cities or len(cities) < LEAST_CITIES:
        return {}
    home = cities.index(dataset.place.city)
    found = relatedness_density(kept.matrix[[home]], proximity(kept.matrix))[0]
    return {
        table.activities[c]: round(float(d), _DIGITS)
        for c, d in zip(kept.columns, np.asarray(found), strict=True)
    }
