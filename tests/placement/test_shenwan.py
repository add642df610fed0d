"""Placement over all clusters, judged against trade labels of listed firms that the placement never sees.

`tests/data/shenwan_segments.csv` says for each label which segments it accepts, none where its trade is in no chain
(cement, banks), and of what kind the trade is. It leaves out labels whose firms are of several trades, such as 综合Ⅲ,
军工电子Ⅲ or 氯碱: their firms are judged neither way.

The terms of the catalogue were improved on two thirds of the labelled firms; a third, drawn by a hash of the firm's
code, was held back. Both are reported. A label is judged if it has five labelled firms or more.

Run as a module, this prints the figures: ``python -m tests.placement.test_shenwan SHARED``, or those of another
catalogue with its folder behind.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import sys
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import polars as pl

from chainmend.chain.catalogue import load_catalogue
from chainmend.dataset import Dataset, Place
from chainmend.placement.assign import place
from chainmend.placement.evaluate import evaluate

TABLE = Path(__file__).resolve().parents[1] / "data" / "shenwan_segments.csv"
LEAST = 5
FAR = ("finance", "real estate", "media")
REFERENCE = "hangzhou-296x"


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


def held_back(code: str) -> bool:
    """Whether a firm is of the third that no term was improved on."""
    return int(hashlib.sha256(code.encode()).hexdigest(), 16) % 3 == 0


def sample(shared: Path) -> pl.DataFrame:
    """Firms with products whose label the table judges: firm_id, label, segment_id, trade, held."""
    firms = pl.read_parquet(shared / "data" / "companies" / "a_share_companies.parquet")
    return (
        firms.unique("code", keep="first", maintain_order=True)
        .select(pl.col("code").alias("firm_id"), "name", pl.col("sw_industry_ckg").alias("label"))
        .join(pl.read_csv(TABLE), on="label")
        .join(listed(shared).table("products"), on="firm_id", how="semi")
        .with_columns(held=pl.col("firm_id").map_elements(held_back, return_dtype=pl.Boolean))
    )


@dataclass(frozen=True)
class Figures:
    """What is measured of one part of the sample."""

    firms: int
    judged: int
    f1: float
    f1_in_full: float
    precision: float
    recall: float
    coverage: float
    manufacturing: float
    far: pl.DataFrame

    def line(self) -> str:
        """One line for a person."""
        return (
            f"{self.firms} firms, {self.judged} labels; macro-F1 {self.f1:.3f}, each mistake in full "
            f"{self.f1_in_full:.3f}; precision {self.precision:.3f} recall {self.recall:.3f} "
            f"coverage {self.coverage:.3f}, of manufacturing {self.manufacturing:.3f}"
        )


@cache
def placements(shared: Path, catalogue: str = REFERENCE) -> pl.DataFrame:
    """All firms placed, without labels, names or codes."""
    return place(listed(shared), load_catalogue(catalogue))


def judge(shared: Path, part: str, *, others: bool, catalogue: str = REFERENCE) -> Figures:
    """Judge a part of the sample: `tuned`, `held` or `all`; with firms of trades of no chain or without them."""
    labels, placed = sample(shared), placements(shared, catalogue)
    named = labels.filter(pl.col("segment_id").is_not_null())
    if part != "all":
        labels = labels.filter(pl.col("held") == (part == "held"))
    if not others:
        labels = labels.filter(pl.col("segment_id").is_not_null())
    counted = labels if part != "all" else named
    enough = counted.filter(pl.col("segment_id").is_not_null()).group_by("label").len()
    big = enough.filter(pl.col("len") >= LEAST)["label"].to_list()
    found = evaluate(placed, labels.select("firm_id", "label", "segment_id"))
    classes = found.classes.filter(pl.col("label").is_in(big))
    full = _in_full(classes, labels, placed)["f1"].mean()
    makers = labels.filter(pl.col("trade") == "manufacturing")
    there = makers.join(placed, on="firm_id", how="semi")
    values = (classes["f1"].mean(), full, found.precision, found.recall, found.coverage)
    f1, in_full, precision, recall, coverage = (float(v) if isinstance(v, float) else 0.0 for v in values)
    return Figures(
        firms=found.firms,
        judged=classes.height,
        f1=f1,
        f1_in_full=in_full,
        precision=precision,
        recall=recall,
        coverage=coverage,
        manufacturing=there.height / makers.height,
        far=_far(labels, placed),
    )


def _top(placed: pl.DataFrame) -> pl.DataFrame:
    """The segment of the greatest weight of each firm."""
    top = placed.sort(["firm_id", "weight", "segment_id"], descending=[False, True, False])
    return top.unique("firm_id", keep="first", maintain_order=True)


def _in_full(classes: pl.DataFrame, labels: pl.DataFrame, placed: pl.DataFrame) -> pl.DataFrame:
    """The same F1s where a mistake counts in full against every label that accepts the segment it stands on."""
    accepts = labels.select("label", accepted=pl.col("segment_id").str.split("|"))
    stands = _top(placed).select("firm_id", stands="segment_id")
    judged = labels.join(stands, on="firm_id").with_columns(accepted=pl.col("segment_id").str.split("|"))
    right = pl.col("accepted").list.contains(pl.col("stands")).fill_null(value=False)
    wrong = judged.filter(~right).group_by("stands").len()
    claims = accepts.explode("accepted").unique().join(wrong, left_on="accepted", right_on="stands")
    false = claims.group_by("label").agg(pl.col("len").sum())
    claimed = pl.col("right") + pl.col("len").fill_null(0)
    return classes.join(false, on="label", how="left").with_columns(
        f1=2 * pl.col("right") / (pl.col("firms") + claimed)
    )


def _far(labels: pl.DataFrame, placed: pl.DataFrame) -> pl.DataFrame:
    """Banks, estate agents and media firms whose greatest weight is on a segment of manufacturing."""
    segments = load_catalogue(REFERENCE).segments.values()
    made = [s.id for s in segments if any("13" <= code[:2] <= "43" for code in s.codes)]
    return (
        labels.filter(pl.col("trade").is_in(FAR))
        .select("firm_id", "name", "label")
        .join(_top(placed), on="firm_id")
        .filter(pl.col("segment_id").is_in(made))
        .sort("confidence", descending=True)
    )


def test_every_accepted_segment_is_in_the_catalogue() -> None:
    table = pl.read_csv(TABLE)
    accepted = table["segment_id"].drop_nulls().str.split("|").explode()
    assert set(accepted) - set(load_catalogue(REFERENCE).segments) == set()
    assert table["label"].is_unique().all()
    assert set(table["trade"]) == {"manufacturing", "services", "other", *FAR}
    assert table.filter(pl.col("trade") == "manufacturing")["segment_id"].null_count() == 0


def test_firms_with_products_are_placed_where_their_trade_says(shared: Path) -> None:
    """Floors, a little below what was measured: the aim is 0.75, and 0.9 of manufacturing."""
    tuned, held = (judge(shared, part, others=False) for part in ("tuned", "held"))
    assert (tuned.firms, held.firms) >= (700, 350)
    assert tuned.f1 >= 0.79
    assert held.f1 >= 0.735
    assert held.recall >= 0.71
    assert held.f1_in_full < held.f1  # software, batteries: a segment that several labels accept
    assert min(tuned.manufacturing, held.manufacturing) >= 0.92
    # firms of trades of no chain are placed too, where they have a side business on one
    everything = judge(shared, "all", others=True)
    assert everything.firms >= 1900
    assert everything.f1 >= 0.725
    assert everything.precision >= 0.70


def test_few_firms_of_banks_real_estate_and_media_are_placed_with_any_confidence(shared: Path) -> None:
    """Without an industry code, which the source does not have, only products can tell them apart."""
    far = judge(shared, "all", others=True).far
    assert far.height <= 8
    assert "text" not in far["basis"]  # a summary alone places none of them
    assert "城商行Ⅲ" not in far["label"]
    assert far.filter(pl.col("confidence") >= 0.6).height <= 4


def main(shared: Path, catalogue: str = REFERENCE) -> None:
    """Print the figures of each part, and the firms of banks, real estate and media that stand on manufacturing."""
    table = pl.read_csv(TABLE)
    print(
        f"labels: {table['segment_id'].count()} name segments, {table['segment_id'].null_count()} are in no chain"
    )
    for others in (False, True):
        print("all labels:" if others else "labels that name a segment:")
        for part in ("tuned", "held", "all"):
            print(f"  {part:5} {judge(shared, part, others=others, catalogue=catalogue).line()}")
    everything = judge(shared, "all", others=True, catalogue=catalogue)
    far, asked = everything.far, sample(shared).filter(pl.col("trade").is_in(FAR)).height
    with pl.Config(tbl_rows=100, fmt_str_lengths=40, tbl_hide_dataframe_shape=True):
        print(f"banks, real estate, media on manufacturing: {far.height} of {asked}")
        print(far.select("name", "label", "segment_id", "confidence", "basis"))


if __name__ == "__main__":
    main(Path(sys.argv[1]), *sys.argv[2:3])
