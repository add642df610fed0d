"""Who sells to whom in a made-up city, so that each segment is supplied as planned."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING

import numpy as np
import polars as pl

from chainmend.demo.city import firm_ids
from chainmend.tables import empty

if TYPE_CHECKING:
    from chainmend.demo.city import Firms
    from chainmend.demo.planted import Plan, Supply

INPUT_SHARE = 0.05
"""Purchases of one segment, as a share of the output of the firms that buy it (assumption)."""
OUTPUT_SOLD = 0.8
"""A local supplier sells at most this share of its output in the city (assumption)."""
_OUTWARD = 0.1
_BUYERS = (2, 7)


def _even(rng: np.random.Generator, n: int) -> np.ndarray:
    """Shares of n suppliers, none of which dominates."""
    drawn = rng.uniform(0.7, 1.6, n)
    return drawn / drawn.sum() if n else drawn


def supplier_shares(
    supply: Supply, local: np.ndarray, outside: np.ndarray, output: np.ndarray, rng: np.random.Generator
) -> np.ndarray:
    """Shares in the purchases of a segment: local suppliers first, then the others; they sum to one."""
    share = supply.local if len(outside) else 1.0
    at_home = _even(rng, len(local)) * share
    if supply.top is not None and len(local) > 1:
        dominant = int(np.argmax(output[local]))
        at_home[dominant] = 0.0
        at_home *= (share - supply.top) / at_home.sum()
        at_home[dominant] = supply.top
    return np.concatenate([at_home, _even(rng, len(outside)) * (1 - share)])


def _segment_links(
    index: int, plan: Plan, firms: Firms, output: np.ndarray, rng: np.random.Generator, *, later: bool
) -> tuple[np.ndarray, np.ndarray, np.ndarray] | None:
    """Suppliers, buyers and yuan a year of the links of one segment; None where nobody buys it."""
    name = firms.segments[index]
    wanted = [firms.segments.index(b) for b in plan.buyers[name]]
    buyers = np.flatnonzero(np.isin(firms.segment[: len(output)], wanted) & (firms.source[: len(output)] < 0))
    if not len(buyers):
        return None
    local, outside = firms.of(index, later=later)
    suppliers = np.concatenate([local, outside])
    shares = supplier_shares((plan.later if later else plan.now)[name], local, outside, output, rng)
    purchases = INPUT_SHARE * output[buyers].sum()
    if len(local):
        purchases = min(purchases, OUTPUT_SOLD * float((output[local] / shares[: len(local)]).min()))
    number = rng.integers(*_BUYERS, len(suppliers))
    seller = np.repeat(np.arange(len(suppliers)), number)
    buyer = buyers[rng.integers(0, len(buyers), len(seller))]
    part = rng.uniform(0.5, 1.5, len(seller))
    part /= np.bincount(seller, part)[seller]
    return suppliers[seller], buyer, part * shares[seller] * purchases


def _outward_links(
    plan: Plan, firms: Firms, output: np.ndarray, rng: np.random.Generator
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Sales of local firms to firms elsewhere."""
    # sales outward would hide a dependence, which is measured against all local sales
    kept = np.array([s.kind != "outside_dependent" for s in plan.now.values()])
    n = len(output)
    sellers = np.flatnonzero((firms.source[:n] < 0) & kept[firms.segment[:n]])
    sellers = sellers[rng.random(len(sellers)) < 0.4]
    others = np.flatnonzero(firms.source[:n] >= 0)
    buyers = others[rng.integers(0, len(others), len(sellers))]
    return sellers, buyers, output[sellers] * rng.uniform(0.02, _OUTWARD, len(sellers))


def links_table(
    plan: Plan,
    firms: Firms,
    output: np.ndarray,
    years: dict[int, float],
    seed: int,
    *,
    later: bool,
) -> pl.DataFrame:
    """Supply links of the years; each year's amounts are the given part of this year's, in whole yuan."""
    # chance of its own for each segment: what is not planned to change stays as it was
    made = [
        _segment_links(i, plan, firms, output, np.random.default_rng([seed, 10, i]), later=later)
        for i in range(len(firms.segments))
    ]
    rng = np.random.default_rng([seed, 11])
    parts = [*(m for m in made if m is not None), _outward_links(plan, firms, output, rng)]
    ids = firm_ids(len(output))
    supplier, buyer, amount = (np.concatenate([p[i] for p in parts]) for i in range(3))
    summed = (
        pl.DataFrame({"supplier_id": ids[supplier], "buyer_id": ids[buyer], "amount": amount})
        .filter(pl.col("supplier_id") != pl.col("buyer_id"))
        .group_by("supplier_id", "buyer_id", maintain_order=True)
        .agg(pl.col("amount").sum())
        .sort("supplier_id", "buyer_id")
    )
    trades = rng.integers(5, 16, summed.height)
    frames = [
        summed.select(
            "supplier_id",
            "buyer_id",
            pl.lit(year, dtype=pl.Int32).alias("year"),
            (pl.col("amount") * factor).round().clip(1.0).alias("amount"),
            pl.Series("trades", trades, dtype=pl.Int64),
        )
        for year, factor in years.items()
    ]
    return pl.concat(frames).select(empty("supply_links").columns)


def trades_table(links: pl.DataFrame, last: dt.date, rng: np.random.Generator) -> pl.DataFrame:
    """Single sales that sum to the links; year Y holds the twelve months to the day and month of `last`."""
    number = links["trades"].to_numpy()
    link = np.repeat(np.arange(links.height), number)
    part = rng.uniform(0.5, 1.5, len(link))
    total = links["amount"].to_numpy()
    amount = np.floor(part / np.bincount(link, part)[link] * total[link])
    first = np.concatenate([[0], np.cumsum(number)[:-1]])
    amount[first] += total - np.bincount(link, amount)
    ends = np.array([last.replace(year=y).toordinal() for y in links["year"].to_list()])
    days = ends[link] - rng.integers(0, 365, len(link)) - dt.date(1970, 1, 1).toordinal()
    rows = links.select(seller_id="supplier_id", buyer_id="buyer_id")[link]
    return rows.with_columns(
        date=pl.Series(days, dtype=pl.Int32).cast(pl.Date), amount=pl.Series(amount, dtype=pl.Float64)
    )
