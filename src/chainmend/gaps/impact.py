"""What the city would lose if a segment, one of its sources or one of its firms stopped, on its supply network."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import polars as pl

SYSTEMIC = ("firm_id", "name", "district", "esri", "own_share", "ratio", "lost", "downstream", "upstream")
"""What is kept of a systemic firm."""


@dataclass(frozen=True)
class Impact:
    """Losses that hang on one segment; shares of the city's output.

    Attributes
    ----------
    firms
        Firms of the network on the segment, wherever they are.
    own
        Lost on the segment itself when all its firms stop.
    spread
        Lost elsewhere in the city because of it.
    money
        Both, money a year.
    sources
        Main origins and single suppliers outside the city that stop alone, greatest loss first: kind, source,
        firms, purchases, own, loss, spread, money.
    systemic
        Firms on it whose index (ESRI) is above the cut asked for, greatest first: firm_id, name, district, esri,
        own_share, ratio, lost, downstream, upstream.
    """

    firms: int
    own: float
    spread: float
    money: float
    sources: tuple[Mapping[str, Any], ...] = ()
    systemic: tuple[Mapping[str, Any], ...] = ()


def impacts(stopped: pl.DataFrame, firms: pl.DataFrame) -> dict[str, Impact]:
    """Arrange knock-outs and systemic firms by segment.

    Parameters
    ----------
    stopped
        As of `knock_outs`.
    firms
        As of `systemic_firms`.

    Returns
    -------
    dict
        Segment id -> impact, of the segments that have a firm in the network.
    """
    whole = stopped.filter(pl.col("kind") == "segment")
    parts = stopped.filter(pl.col("kind") != "segment").sort(
        ["segment_id", "loss", "kind", "source"], descending=[False, True, False, False]
    )
    sources = _rows(parts)
    ranked = firms.filter((pl.col("place") == "local") & pl.col("segment_id").is_not_null()).sort(
        ["segment_id", "esri", "firm_id"], descending=[False, True, False]
    )
    systemic = _rows(ranked.select("segment_id", *SYSTEMIC))
    return {
        r["segment_id"]: Impact(
            r["firms"],
            r["own"],
            r["spread"],
            r["money"],
            tuple(sources.get(r["segment_id"], ())),
            tuple(systemic.get(r["segment_id"], ())),
        )
        for r in whole.iter_rows(named=True)
    }


def _rows(frame: pl.DataFrame) -> dict[str, list[dict[str, Any]]]:
    rows: dict[str, list[dict[str, Any]]] = {}
    for r in frame.iter_rows(named=True):
        rows.setdefault(r.pop("segment_id"), []).append(r)
    return rows
