"""How what local firms sell of a segment moved from one year to the next, and which anchor firms are gone."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import polars as pl

from chainmend.gaps.sold import FEN

if TYPE_CHECKING:
    from chainmend.dataset import Dataset

_ROWS = 5


@dataclass(frozen=True)
class Decline:
    """Local sales of one segment in two years in a row.

    Attributes
    ----------
    year
        The later year; None where the links do not hold two years in a row.
    before, after
        Sales of local firms to anybody, money, in the year before and in `year`.
    growth
        after / before - 1; None where nothing was sold before.
    anchors
        Closed local firms that led the chain, or had the share of the year's local sales that makes an anchor:
        firm_id, name, leader, share (null without links), largest first.
    rows
        Firms whose sales fell most, at most five: firm_id, name, status, before, after.
    """

    year: int | None
    before: float | None
    after: float | None
    growth: float | None
    anchors: tuple[Mapping[str, Any], ...] = ()
    rows: tuple[Mapping[str, Any], ...] = ()


def declines(
    dataset: Dataset, weights: pl.DataFrame, sold: pl.DataFrame | None, *, weight: float, anchor_share: float
) -> dict[str, Decline]:
    """Compare the last two years of local sales, segment by segment.

    A year of the links has to hold twelve months: a part of a year would look like a decline. A closed firm counts as
    an anchor that is gone only where it sold in one of the two years; where there are no links, a closed chain leader
    counts whenever it closed.

    Parameters
    ----------
    dataset
        The city's tables.
    weights
        Placements: firm_id, segment_id, weight.
    sold
        Sales of local firms (`local_sales`); None without links.
    weight
        Placement weight from which a firm is on a segment.
    anchor_share
        Share of a year's local sales on the segment from which a firm is an anchor, 0..1.

    Returns
    -------
    dict
        Segment id -> decline; segments on which nobody local sold or closed are absent.

    Examples
    --------
    >>> from chainmend.chain.catalogue import load_catalogue
    >>> from chainmend.demo import make_city
    >>> from chainmend.gaps.sold import local_sales
    >>> from chainmend.indicators.split import Split
    >>> from chainmend.placement.assign import place
    >>> data, chains = make_city(firms=400, seed=1).now, load_catalogue("hangzhou-296x")
    >>> placed = place(data, chains)
    >>> found = declines(data, placed, local_sales(data, Split.of(placed, chains)), weight=0.2, anchor_share=0.3)
    >>> {s.year for s in found.values()}, min(s.growth for s in found.values()) > 0  # all of it grows
    ({2025}, True)
    """
    anchors = _anchors(dataset, weights, sold, weight, anchor_share)
    if sold is None or sold.is_empty():
        return {s: Decline(None, None, None, None, tuple(rows)) for s, rows in anchors.items()}
    held = {int(y) for y in dataset.table("supply_links")["year"].unique()}
    last = max(held)
    if last - 1 not in held:
        return {s: Decline(None, None, None, None, tuple(rows)) for s, rows in anchors.items()}
    firms = sold.group_by("segment_id", "firm_id").agg(
        pl.col("name", "status").first(),
        pl.col("fen").filter(pl.col("year") == last - 1).sum().alias("before"),
        pl.col("fen").filter(pl.col("year") == last).sum().alias("after"),
    )
    sums = firms.group_by("segment_id").agg(pl.col("before", "after").sum())
    fallen = (
        firms.filter(pl.col("after") < pl.col("before"))
        .with_columns(fall=pl.col("after") - pl.col("before"))
        .sort("segment_id", "fall", "firm_id")
        .group_by("segment_id", maintain_order=True)
        .head(_ROWS)
        .with_columns(pl.col("before", "after") / FEN)
    )
    rows = _grouped(fallen.drop("fall"))
    return {
        s: Decline(
            last,
            before / FEN,
            after / FEN,
            after / before - 1 if before else None,
            tuple(anchors.get(s, ())),
            tuple(rows.get(s, ())),
        )
        for s, before, after in sums.select("segment_id", "before", "after").iter_rows()
    } | {
        s: Decline(last, 0.0, 0.0, None, tuple(gone))
        for s, gone in anchors.items()
        if s not in set(sums["segment_id"])
    }


def _anchors(
    dataset: Dataset, weights: pl.DataFrame, sold: pl.DataFrame | None, weight: float, anchor_share: float
) -> dict[str, list[dict[str, Any]]]:
    closed = (
        dataset.firms.filter((pl.col("place") == "local") & (pl.col("status") == "closed"))
        .select("firm_id", "name", "leader")
        .join(weights.filter(pl.col("weight") >= weight).select("firm_id", "segment_id"), on="firm_id")
    )
    if sold is None:
        found = closed.filter("leader").with_columns(share=pl.lit(None, pl.Float64))
    else:
        shares = (
            sold.with_columns(share=pl.col("fen") / pl.col("fen").sum().over("segment_id", "year"))
            .group_by("segment_id", "firm_id")
            .agg(pl.col("share").fill_nan(0.0).max(), pl.col("fen").sum())
        )
        found = (
            closed.join(shares, on=["segment_id", "firm_id"])
            .filter((pl.col("fen") > 0) & (pl.col("leader") | (pl.col("share") >= anchor_share)))
            .drop("fen")
        )
    return _grouped(
        found.sort(
            ["segment_id", "share", "firm_id"], descending=[False, True, False], nulls_last=True
        ).select("segment_id", "firm_id", "name", "leader", "share")
    )


def _grouped(frame: pl.DataFrame) -> dict[str, list[dict[str, Any]]]:
    rows: dict[str, list[dict[str, Any]]] = {}
    for r in frame.iter_rows(named=True):
        rows.setdefault(r.pop("segment_id"), []).append(r)
    return rows
