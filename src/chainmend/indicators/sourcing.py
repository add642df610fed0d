"""Who sells a segment to the city's buyers: purchases by segment, year, supplier and source.

A link's amount is divided over the supplier's segments by its placement weights. A *source* is a place that can
stop: a country for suppliers abroad, a city (or province) for the others outside the city.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import polars as pl

if TYPE_CHECKING:
    from chainmend.dataset import Dataset

_FEN = 100.0
_PARTS = 1e12


@dataclass(frozen=True)
class Purchases:
    """What local buyers bought of one segment in one year; yuan, shares 0..1.

    Shares are None where nothing was bought; `source_hhi` is None where nothing was bought outside.
    """

    year: int
    purchases: float
    outside: float
    self_sufficiency: float | None
    supplier_hhi: float | None
    top_share: float | None
    top_supplier: str | None
    top_place: str | None
    outside_share: float | None
    foreign_share: float | None
    source_hhi: float | None
    top_source: str | None
    local_sales: float


@dataclass(frozen=True)
class Sourcing:
    """Purchases of all segments over the years, with the largest suppliers of the last year."""

    years: tuple[int, ...]
    by_segment: Mapping[str, Mapping[int, Purchases]]
    suppliers: Mapping[str, list[dict[str, Any]]]

    def latest(self, segment_id: str) -> Purchases | None:
        """Purchases of the last year there is, None where nobody local bought the segment in it."""
        return self.by_segment.get(segment_id, {}).get(self.years[-1]) if self.years else None


def _hhi(amount: str, total: str) -> pl.Expr:
    """Sum of squared shares in whole 1e-12 parts: exact whatever the order."""
    share = pl.col(amount) / pl.col(total)
    return (share * share * _PARTS).round().cast(pl.Int64).sum() / _PARTS


def _by_supplier(dataset: Dataset, weights: pl.DataFrame) -> pl.DataFrame:
    """segment_id, year, supplier_id, place, source, bought (fen, by local buyers), sold (fen, to anybody)."""
    firms = dataset.firms.select(
        "firm_id",
        "name",
        "place",
        source=pl.when(pl.col("place") == "abroad")
        .then(pl.col("country"))
        .otherwise(pl.coalesce("city", "province", "country")),
    )
    local_buyers = firms.select(buyer_id="firm_id", local=pl.col("place") == "local")
    amount = (pl.col("amount") * _FEN).round().cast(pl.Int64)
    links = (
        dataset.table("supply_links")
        .lazy()
        .join(local_buyers.lazy(), on="buyer_id", how="left")
        .group_by("supplier_id", "year")
        .agg(
            amount.filter(pl.col("local").fill_null(value=False)).sum().alias("bought"),
            amount.sum().alias("sold"),
        )
        .collect()
    )
    split = (pl.col(["bought", "sold"]) * pl.col("weight")).round().cast(pl.Int64)
    return (
        links.join(
            weights.select(supplier_id="firm_id", segment_id="segment_id", weight="weight"), on="supplier_id"
        )
        .with_columns(split)
        .join(firms.rename({"firm_id": "supplier_id"}), on="supplier_id")
        .drop("weight")
    )


def _aggregate(rows: pl.DataFrame) -> pl.DataFrame:
    keys = ["segment_id", "year"]
    outside = pl.col("place") != "local"
    sums = rows.group_by(keys).agg(
        pl.col("bought").sum().alias("purchases"),
        pl.col("bought").filter(outside).sum().alias("outside"),
        pl.col("bought").filter(pl.col("place") == "abroad").sum().alias("foreign"),
        pl.col("sold").filter(~outside).sum().alias("local_sales"),
    )
    bought = rows.filter(pl.col("bought") > 0).join(sums.select(*keys, "purchases", "outside"), on=keys)
    suppliers = (
        bought.sort([*keys, "bought", "supplier_id"], descending=[False, False, True, False])
        .group_by(keys, maintain_order=True)
        .agg(
            _hhi("bought", "purchases").alias("supplier_hhi"),
            pl.col("bought").first().alias("top"),
            pl.col("supplier_id").first().alias("top_supplier"),
            pl.col("place").first().alias("top_place"),
        )
    )
    sources = (
        bought.filter(outside)
        .group_by([*keys, "source", "outside"])
        .agg(pl.col("bought").sum())
        .sort([*keys, "bought", "source"], descending=[False, False, True, False])
        .group_by(keys, maintain_order=True)
        .agg(_hhi("bought", "outside").alias("source_hhi"), pl.col("source").first().alias("top_source"))
    )
    return sums.join(suppliers, on=keys, how="left").join(sources, on=keys, how="left").sort(keys)


def sourcing(dataset: Dataset, weights: pl.DataFrame) -> Sourcing:
    """Aggregate the supply links of `dataset` by segment and year.

    Parameters
    ----------
    dataset
        With a table of supply links.
    weights
        Placements: firm_id, segment_id, weight.
    """
    rows = _by_supplier(dataset, weights)
    years = tuple(int(y) for y in dataset.table("supply_links")["year"].unique().sort())
    by_segment: dict[str, dict[int, Purchases]] = {}
    for r in _aggregate(rows).iter_rows(named=True):
        total = r["purchases"]
        some = total > 0
        by_segment.setdefault(r["segment_id"], {})[r["year"]] = Purchases(
            year=r["year"],
            purchases=total / _FEN,
            outside=r["outside"] / _FEN,
            self_sufficiency=(total - r["outside"]) / total if some else None,
            supplier_hhi=r["supplier_hhi"],
            top_share=r["top"] / total if some else None,
            top_supplier=r["top_supplier"],
            top_place=str(r["top_place"]) if r["top_place"] is not None else None,
            outside_share=r["outside"] / total if some else None,
            foreign_share=r["foreign"] / total if some else None,
            source_hhi=r["source_hhi"],
            top_source=r["top_source"],
            local_sales=r["local_sales"] / _FEN,
        )
    return Sourcing(years, by_segment, _largest(rows, years[-1]) if years else {})


def _largest(rows: pl.DataFrame, year: int, limit: int = 5) -> dict[str, list[dict[str, Any]]]:
    """Segment -> its largest suppliers in `year`, as rows of evidence."""
    last = rows.filter((pl.col("year") == year) & (pl.col("bought") > 0))
    top = (
        last.with_columns(share=pl.col("bought") / pl.col("bought").sum().over("segment_id"))
        .sort(["segment_id", "bought", "supplier_id"], descending=[False, True, False])
        .group_by("segment_id", maintain_order=True)
        .head(limit)
    )
    result: dict[str, list[dict[str, Any]]] = {}
    for r in top.iter_rows(named=True):
        result.setdefault(r["segment_id"], []).append(
            {
                "supplier_id": r["supplier_id"],
                "name": r["name"],
                "place": str(r["place"]),
                "source": r["source"],
                "amount": r["bought"] / _FEN,
                "share": round(r["share"], 6),
                "year": year,
            }
        )
    return result
