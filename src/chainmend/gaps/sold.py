"""What local firms sold of each segment in the last two years of the supply links, firm by firm."""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl

if TYPE_CHECKING:
    from chainmend.dataset import Dataset

FEN = 100.0


def local_sales(dataset: Dataset, weights: pl.DataFrame) -> pl.DataFrame | None:
    """Sales of local firms to anybody, by segment, firm and year.

    A firm's sales are divided over its segments by its placement weights, as purchases are. Closed firms are in it:
    what they sold while they were there counts for their years.

    Parameters
    ----------
    dataset
        The city's tables.
    weights
        Placements: firm_id, segment_id, weight.

    Returns
    -------
    polars.DataFrame
        segment_id, firm_id, year (the last of the links and the one before it), fen (whole), name, district, status,
        leader; sorted by segment, year and firm. None without supply links.

    Examples
    --------
    >>> import datetime as dt
    >>> from chainmend.dataset import Dataset, Place
    >>> from chainmend.tables import empty
    >>> local_sales(Dataset(Place("杭州市"), dt.date(2025, 12, 31), {"firms": empty("firms")}), pl.DataFrame())
    """
    if not dataset.has("supply_links"):
        return None
    local = dataset.firms.filter(pl.col("place") == "local").select(
        "firm_id", "name", "district", "status", "leader"
    )
    amount = (pl.col("amount") * FEN).round().cast(pl.Int64)
    return (
        dataset.table("supply_links")
        .lazy()
        .filter(pl.col("year") >= pl.col("year").max() - 1)
        .group_by(firm_id="supplier_id", year="year")
        .agg(amount.sum().alias("sold"))
        .join(local.lazy(), on="firm_id", how="inner")
        .join(weights.lazy().select("firm_id", "segment_id", "weight"), on="firm_id", how="inner")
        .with_columns(fen=(pl.col("sold") * pl.col("weight")).round().cast(pl.Int64))
        .select("segment_id", "firm_id", "year", "fen", "name", "district", "status", "leader")
        .sort("segment_id", "year", "firm_id")
        .collect()
    )
