"""What local firms sold of each segment in the last two years of the supply links, firm by firm."""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl

if TYPE_CHECKING:
    from chainmend.dataset import Dataset
    from chainmend.indicators.split import Split

FEN = 100.0


def local_sales(dataset: Dataset, split: Split) -> pl.DataFrame | None:
    """Sales of local firms to anybody, by segment, firm and year.

    A firm's sales are divided over its segments as purchases are (`chainmend.indicators.split`). Closed firms are in
    it: what they sold while they were there counts for their years.

    Parameters
    ----------
    dataset
        The city's tables.
    split
        How links are divided over the segments of their suppliers.

    Returns
    -------
    polars.DataFrame
        segment_id, firm_id, year (the last of the links and the one before it), fen (whole), name, district, status,
        leader; sorted by segment, year and firm. None without supply links.

    Examples
    --------
    >>> import datetime as dt
    >>> from chainmend.chain.catalogue import load_catalogue
    >>> from chainmend.dataset import Dataset, Place
    >>> from chainmend.indicators.split import Split
    >>> from chainmend.placement.assign import SCHEMA
    >>> from chainmend.tables import empty
    >>> chains = load_catalogue("hangzhou-296x")
    >>> split = Split.of(pl.DataFrame(schema=SCHEMA), chains)
    >>> local_sales(Dataset(Place("杭州市"), dt.date(2025, 12, 31), {"firms": empty("firms")}), split)
    """
    if not dataset.has("supply_links"):
        return None
    local = dataset.firms.filter(pl.col("place") == "local").select(
        "firm_id", "name", "district", "status", "leader"
    )
    links = (
        dataset.table("supply_links")
        .lazy()
        .filter(pl.col("year") >= pl.col("year").max() - 1)
        .join(local.lazy().select(supplier_id="firm_id"), on="supplier_id", how="semi")
        .select("supplier_id", "buyer_id", "year", fen=(pl.col("amount") * FEN).round().cast(pl.Int64))
    )
    return (
        split.divide(links, ["year"], ["fen"])
        .rename({"supplier_id": "firm_id"})
        .join(local, on="firm_id")
        .select("segment_id", "firm_id", "year", "fen", "name", "district", "status", "leader")
        .sort("segment_id", "year", "firm_id")
    )
