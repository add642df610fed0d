"""In which districts of the city a segment's local supply sits."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import polars as pl

from chainmend.gaps.sold import FEN

if TYPE_CHECKING:
    from chainmend.dataset import Dataset

_PARTS = 1e9


@dataclass(frozen=True)
class LocalSupply:
    """Local supply of one segment by district.

    Attributes
    ----------
    basis
        What is shared out: ``sales`` of local firms in the last year of the links, else their ``output`` on the
        segment, else (an output is unknown) the number of ``firms``.
    firms
        Local firms that share in it.
    top, top_share
        District with the most, and its share of all, 0..1; None where no district is known.
    top_firm_share
        Share of the largest firm in all, 0..1.
    unknown_share
        Share of firms whose district is not known, 0..1.
    rows
        Districts, largest first: district, share, firms.
    """

    basis: str
    firms: int
    top: str | None
    top_share: float | None
    top_firm_share: float
    unknown_share: float
    rows: tuple[Mapping[str, Any], ...]


def local_supply(
    dataset: Dataset, present: pl.DataFrame, sold: pl.DataFrame | None
) -> dict[str, LocalSupply] | None:
    """Share the local supply of every segment out over the districts.

    Parameters
    ----------
    dataset
        The city's tables.
    present
        Active firms on segments, as of `present_firms`.
    sold
        Sales of local firms (`local_sales`); None without links.

    Returns
    -------
    dict or None
        Segment id -> supply, of the segments that somebody local supplies; None where fewer than two districts are
        known in the city, so that being in one says nothing.

    Examples
    --------
    >>> from chainmend.chain.catalogue import load_catalogue
    >>> from chainmend.demo import make_city
    >>> from chainmend.gaps.presence import present_firms
    >>> from chainmend.placement.assign import place
    >>> from chainmend.settings import Thresholds
    >>> data, chains = make_city(firms=400, seed=1).now, load_catalogue("hangzhou-296x")
    >>> placed = place(data, chains)
    >>> found = local_supply(data, present_firms(data, placed, Thresholds()), None)
    >>> {(s.basis, round(sum(row["share"] for row in s.rows), 9)) for s in found.values()}
    {('output', 1.0)}
    """
    local = dataset.firms.filter((pl.col("place") == "local") & (pl.col("status") == "active"))
    if local["district"].drop_nulls().n_unique() < 2:
        return None
    here = present.filter(pl.col("place") == "local").join(
        local.select("firm_id", "district"), on="firm_id", how="left"
    )
    found = _of(_by_size(here))
    if sold is not None and not sold.is_empty():
        last = dataset.table("supply_links")["year"].max()
        selling = sold.filter((pl.col("year") == last) & (pl.col("fen") > 0) & (pl.col("status") == "active"))
        found |= _of(selling.select("segment_id", "firm_id", "district", size="fen", basis=pl.lit("sales")))
    return found


def _by_size(here: pl.DataFrame) -> pl.DataFrame:
    """Firms with a size in whole numbers: output where it is known of every firm of the segment, else one each."""
    known = pl.col("output").is_not_null().all().over("segment_id") & (
        pl.col("output").sum().over("segment_id") > 0
    )
    size = pl.when(known).then((pl.col("output") * FEN).round()).otherwise(_PARTS)
    return here.select(
        "segment_id",
        "firm_id",
        "district",
        size=size.cast(pl.Int64),
        basis=pl.when(known).then(pl.lit("output")).otherwise(pl.lit("firms")),
    )


def _of(sized: pl.DataFrame) -> dict[str, LocalSupply]:
    by_district = (
        sized.group_by("segment_id", "district")
        .agg(
            pl.col("size").sum(),
            pl.col("size").max().alias("largest"),
            pl.len().alias("firms"),
            pl.col("basis").first(),
        )
        .with_columns(pl.col("size", "largest") / pl.col("size").sum().over("segment_id"))
        .sort(["segment_id", "size", "district"], descending=[False, True, False], nulls_last=True)
    )
    rows: dict[str, list[dict[str, Any]]] = {}
    for r in by_district.iter_rows(named=True):
        rows.setdefault(r["segment_id"], []).append(r)
    return {segment: _supply(part) for segment, part in rows.items()}


def _supply(districts: list[dict[str, Any]]) -> LocalSupply:
    """Supply of one segment, of its districts by size."""
    known = [
        {"district": r["district"], "firms": r["firms"], "share": r["size"]}
        for r in districts
        if r["district"] is not None
    ]
    return LocalSupply(
        basis=districts[0]["basis"],
        firms=sum(r["firms"] for r in districts),
        top=known[0]["district"] if known else None,
        top_share=known[0]["share"] if known else None,
        top_firm_share=max(r["largest"] for r in districts),
        unknown_share=sum(r["size"] for r in districts if r["district"] is None),
        rows=tuple(known),
    )
