"""Placement judged against trade labels of listed firms that the placement never sees.

`tests/data/shenwan_segments.csv` says which segments a label accepts, or that it belongs on none of the two chains
judged. It leaves out labels that hold firms of both kinds, such as 磁性材料 (rare-earth magnets and ferrites), 硅料硅片
(wafers of chips and of solar cells) or 电子化学品Ⅲ: their firms are judged neither way.

Run as a module, this prints the figures: ``python -m tests.placement.test_shenwan SHARED``.
"""

from __future__ import annotations

import datetime as dt
import sys
from pathlib import Path

import polars as pl

from chainmend.chain.catalogue import load_catalogue
from chainmend.dataset import Dataset, Place
from chainmend.placement.assign import place
from chainmend.placement.evaluate import Evaluation, evaluate

TABLE = Path(__file__).resolve().parents[1] / "data" / "shenwan_segments.csv"
CHAINS = ("ic", "emb")


def listed(shared: Path) -> Dataset:
    """Listed firms with products and summary; weights clipped and made shares, as their source advises."""
    folder = shared / "data" / "companies"
    firms = pl.read_parquet(folder / "a_share_companies.parquet").unique(
        "code", keep="first", maintain_order=True
    )
    summary = pl.read_parquet(folder / "business_summary_en.parquet")
    products = pl.read_parquet(folder / "ckg_company_product_with_city.parquet")
    return Dataset(
        Place("杭州市", "浙江省"),
        dt.date(2025, 12, 31),
        {
            "firms": firms.join(summary, on="code", how="left").select(
                pl.col("code").alias("firm_id"),
                pl.col("code").alias(
                    "name"
                ),  # the name could stand in the catalogue as typical: no input here
                pl.lit(None, dtype=pl.String).alias("industry_code"),
                pl.lit("CHN").alias("country"),
                "province",
                "city",
                pl.lit("active").alias("status"),
                pl.lit(value=False).alias("leader"),
                pl.col("business_summary_en").alias("scope_text"),
            ),
            "products": products.filter(pl.col("weight") > 0)
            .join(firms, on="code", how="semi")
            .group_by("code", "product")
            .agg(pl.col("weight").max())
            .select(
                pl.col("code").alias("firm_id"),
                "product",
                (pl.col("weight") / pl.col("weight").sum().over("code")).clip(0, 1).alias("share"),
                pl.lit(None, dtype=pl.String).alias("hs"),
            ),
        },
    )


def sample(shared: Path) -> pl.DataFrame:
    """Firms whose label the table judges: firm_id, label, segment_id."""
    firms = pl.read_parquet(shared / "data" / "companies" / "a_share_companies.parquet")
    return (
        firms.unique("code", keep="first", maintain_order=True)
        .select(pl.col("code").alias("firm_id"), pl.col("sw_industry_ckg").alias("label"))
        .join(pl.read_csv(TABLE), on="label")
    )


def judge(shared: Path) -> tuple[Evaluation, Evaluation]:
    """Judge the firms of the sample that list products: all of them, and those whose label names a segment.

    The second leaves out how often a firm of another trade is placed for a side business of its own.
    """
    catalogue, dataset = load_catalogue("hangzhou-296x"), listed(shared)
    among = [s.id for s in catalogue.segments.values() if s.chain_id in CHAINS]
    labels = sample(shared).join(dataset.table("products"), on="firm_id", how="semi")
    placed = place(dataset, catalogue)
    named = labels.filter(pl.col("segment_id").is_not_null())
    return evaluate(placed, labels, among=among), evaluate(placed, named, among=among)


def test_every_accepted_segment_is_in_the_catalogue() -> None:
    accepted = pl.read_csv(TABLE)["segment_id"].drop_nulls().str.split("|").explode()
    assert set(accepted) - set(load_catalogue("hangzhou-296x").segments) == set()


def test_firms_with_products_are_placed_where_their_trade_says(shared: Path) -> None:
    """The floors lie a little below what was measured; `named` leaves out firms of other trades."""
    everything, named = judge(shared)
    assert named.firms >= 40
    assert at_least(named.coverage, 0.82)  # 0.88
    assert at_least(named.recall, 0.69)  # 0.74
    assert at_least(named.macro_f1, 0.70)  # 0.76
    # Firms of other trades with a side business on the chains are placed too, with little confidence.
    assert everything.firms >= 1500
    assert at_least(everything.macro_f1, 0.45)  # 0.53
    assert at_least(everything.precision, 0.35)  # 0.43


def at_least(value: float | None, floor: float) -> bool:
    return value is not None and value >= floor


def main(shared: Path) -> None:
    """Print macro-F1, coverage and the ten worst confusions."""
    for title, found in zip(("all firms", "firms whose label names a segment"), judge(shared), strict=True):
        print(f"{title}: {found.firms}, on segments {found.on_segments}, macro-F1 {found.macro_f1:.3f}")
        print(f"precision {found.precision:.3f} recall {found.recall:.3f} coverage {found.coverage:.3f}")
        with pl.Config(tbl_rows=30, fmt_str_lengths=40):
            print(found.classes, found.confusions)


if __name__ == "__main__":
    main(Path(sys.argv[1]))
