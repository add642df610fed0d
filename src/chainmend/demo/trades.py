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
_OUTWARD = (0.02, 0.1)
_BUYERS = (2, 7)


def supplier_shares(supply: Supply, local: np.ndarray, size: np.ndarray, drawn: np.ndarray) -> np.ndarray:
    """Shares of suppliers in the purchases of a segment; they sum to one.

    Parameters
    ----------
    supply
        What is planned.
    local
        Whether each supplier is local.
    size
        The largest local one dominates where that is planned.
    drawn
        Numbers above 0 that say how the others share.
    """
    share = supply.local if not local.all() else 1.0
    shares = np.where(local, 0.0, drawn)
    if shares.any():
        shares *= (1 - share) / shares.sum()
    at_home = np.where(local, drawn, 0.0)
    if supply.top is not None and local.sum() > 1:
        dominant = int(np.argmax(np.where(local, size, 0.0)))
        at_home[dominant] = 0.0
        at_home *= (share - supply.top) / at_home.sum()
        at_home[dominant] = supply.top
    elif at_home.any():
        at_home *= share / at_home.sum()
    return shares + at_home


def _segment_links(
    index: int, plan: Plan, firms: Firms, output: np.ndarray, rng: np.random.Generator, *, later: bool
) -> tuple[np.ndarray, np.ndarray, np.ndarray] | None:
    """Suppliers, buyers and yuan a year of the links of one segment; None where nobody buys it."""
    name = firms.segments[index]
    n = len(output)
    wanted = np.isin(firms.segment, [firms.segments.index(b) for b in plan.buyers[name]]) & (firms.source < 0)
    buyers = np.flatnonzero(wanted[: firms.first])
    if not len(buyers):
        return None
    # drawn for all that will ever sell, so that what is not planned to change stays as it was
    ever = np.flatnonzero(firms.segment == index)
    drawn, number = rng.uniform(0.7, 1.6, len(ever)), rng.integers(*_BUYERS, len(ever))
    seller = np.repeat(ever, number)
    buyer = buyers[rng.integers(0, len(buyers), len(seller))]
    part = rng.uniform(0.5, 1.5, len(seller))
    suppliers = ever[ever < n]
    local = firms.source[suppliers] < 0
    shares = np.zeros(len(firms.segment))
    shares[suppliers] = supplier_shares(
        (plan.later if later else plan.now)[name], local, firms.size[suppliers], drawn[ever < n]
    )
    purchases = INPUT_SHARE * output[buyers].sum()
    if local.any():
        at_home = suppliers[local]
        purchases = min(purchases, OUTPUT_SOLD * float((output[at_home] / shares[at_home]).min()))
    founded = np.flatnonzero(wanted[firms.first : n]) + firms.first
    seller = np.concatenate([seller, suppliers[rng.integers(0, len(suppliers), len(founded))]])
    buyer = np.concatenate([buyer, founded])
    part = np.concatenate([part, np.full(len(founded), 0.2)])
    there = seller < n
    seller, buyer, part = seller[there], buyer[there], part[there]
    part /= np.bincount(seller, part)[seller]
    return seller, buyer, part * shares[seller] * purchases


def _outward_links(
    plan: Plan, firms: Firms, output: np.ndarray, rng: np.random.Generator
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Sales of local firms to firms elsewhere."""
    # sales outward would hide a dependence, which is measured against all local sales
    kept = np.array([s.kind != "outside_dependent" for s in plan.now.values()])
    n, ever = len(output), len(firms.segment)
    others = np.flatnonzero(firms.source >= 0)
    sells, drawn, part = rng.random(ever) < 0.4, rng.integers(0, len(others), ever), rng.uniform(size=ever)
    sellers = np.flatnonzero((firms.source[:n] < 0) & kept[firms.segment[:n]] & sells[:n])
    sold = _OUTWARD[0] + (_OUTWARD[1] - _OUTWARD[0]) * part[sellers]
    return sellers, others[drawn[sellers]], output[sellers] * sold


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
