"""Who is on a segment: firms by place, their output, location quotients, and what of the city rests on it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import polars as pl

if TYPE_CHECKING:
    from chainmend.chain.model import Catalogue
    from chainmend.dataset import Dataset
    from chainmend.settings import Thresholds

_FEN = 100.0


def present_firms(dataset: Dataset, weights: pl.DataFrame, thresholds: Thresholds) -> pl.DataFrame:
    """Active firms present on a segment: firm_id, segment_id, weight, name, place, output (on the segment, yuan)."""
    firms = dataset.firms.select("firm_id", "name", "place", "status", "output", "city", "country")
    return (
        weights.select("firm_id", "segment_id", "weight")
        .filter(pl.col("weight") >= thresholds.placement_weight)
        .join(firms.filter(pl.col("status") == "active"), on="firm_id", how="inner")
        .filter(pl.col("output").is_null() | (pl.col("output") >= thresholds.output_floor))
        .with_columns(output=pl.col("output") * pl.col("weight"))
        .drop("status")
    )


def _counts(present: pl.DataFrame) -> dict[tuple[str, str], int]:
    grouped = present.group_by("segment_id", "place").agg(pl.len())
    return {(s, str(p)): n for s, p, n in grouped.iter_rows()}


def _totals(present: pl.DataFrame) -> dict[tuple[str, bool], tuple[float | None, int, bool]]:
    """(segment, local?) -> output in yuan (None if no firm's is known), firms, every firm's output known?"""
    domestic = present.filter(pl.col("place") != "abroad").with_columns(local=pl.col("place") == "local")
    fen = (pl.col("output") * _FEN).round().cast(pl.Int64)
    grouped = domestic.group_by("segment_id", "local").agg(
        fen.sum().alias("fen"), pl.len().alias("firms"), pl.col("output").is_not_null().sum().alias("known")
    )
    return {
        (s, local): (fen / _FEN if known else None, n, known == n)
        for s, local, fen, n, known in grouped.iter_rows()
    }


def _location_quotients(
    totals: Mapping[tuple[str, bool], tuple[float | None, int, bool]], segments: list[str]
) -> dict[str, tuple[float | None, float | None, str | None]]:
    """Segment -> (location quotient, share of country, basis)."""
    by_output = all(t[2] for t in totals.values()) and bool(totals)
    basis = "output" if by_output else "firms"

    def size(segment: str, local: bool) -> float:
        output, firms, _known = totals.get((segment, local), (0.0, 0, True))
        return float(output or 0.0) if by_output else float(firms)

    here = {s: size(s, True) for s in segments}
    country = {s: size(s, True) + size(s, False) for s in segments}
    all_here, all_country = sum(here.values()), sum(country.values())
    elsewhere = all_country > all_here
    result: dict[str, tuple[float | None, float | None, str | None]] = {}
    for s in segments:
        if not elsewhere or all_here == 0 or country[s] == 0:
            result[s] = (None, None, None)
        else:
            quotient = (here[s] / all_here) / (country[s] / all_country)
            result[s] = (quotient, here[s] / country[s], basis)
    return result


def _dependent_shares(
    dataset: Dataset, catalogue: Catalogue, weights: pl.DataFrame
) -> tuple[dict[str, float | None], str | None]:
    """Share of the city's output (firms, where an output is unknown) on segments that need each segment."""
    local = dataset.firms.filter((pl.col("place") == "local") & (pl.col("status") == "active"))
    if local.is_empty():
        return dict.fromkeys(catalogue.segments), None
    by_output = local["output"].null_count() == 0 and local["output"].sum() > 0
    size = pl.col("output") if by_output else pl.lit(1.0)
    unit = _FEN if by_output else 1e9
    sized = local.select("firm_id", size=(size * unit).round().cast(pl.Int64))
    total = sized["size"].sum()
    placed = (
        weights.join(sized, on="firm_id")
        .group_by("segment_id")
        .agg((pl.col("weight") * pl.col("size")).round().cast(pl.Int64).sum())
    )
    on_segment = dict(placed.iter_rows())
    shares: dict[str, float | None] = {
        s: sum(on_segment.get(d, 0) for d in sorted(catalogue.depends_on(s))) / total
        for s in catalogue.segments
    }
    return shares, "output" if by_output else "firms"


def named_firms(present: pl.DataFrame, limit: int = 10) -> dict[str, list[dict[str, Any]]]:
    """Segment id -> firms present, largest first, at most `limit` a place, as rows of evidence."""
    ranked = present.sort(
        ["segment_id", "place", "output", "weight", "firm_id"],
        descending=[False, False, True, True, False],
        nulls_last=True,
    )
    top = ranked.group_by("segment_id", "place", maintain_order=True).head(limit)
    rows: dict[str, list[dict[str, Any]]] = {}
    for r in top.iter_rows(named=True):
        rows.setdefault(r.pop("segment_id"), []).append(r | {"place": str(r["place"])})
    return rows


def presence_facts(
    dataset: Dataset, catalogue: Catalogue, weights: pl.DataFrame, present: pl.DataFrame
) -> dict[str, dict[str, Any]]:
    """Segment id -> the facts of `SegmentFacts` that say who is where.

    Parameters
    ----------
    dataset, catalogue
        The city and its chains.
    weights
        Placements: firm_id, segment_id, weight.
    present
        As of `present_firms`.
    """
    counts, totals = _counts(present), _totals(present)
    quotients = _location_quotients(totals, list(catalogue.segments))
    dependent, basis = _dependent_shares(dataset, catalogue, weights)
    seen = {p: bool((dataset.firms["place"] == p).any()) for p in ("region", "country", "abroad")}

    def one(s: str) -> dict[str, Any]:
        quotient, share, quotient_basis = quotients[s]
        downstream = catalogue.depends_on(s, ("essential", "substitutable"))
        return {
            "firms": counts.get((s, "local"), 0),
            **{f"firms_{p}": counts.get((s, p), 0) if seen[p] else None for p in seen},
            "output": totals.get((s, True), (0.0, 0, True))[0],
            "share_of_country": share,
            "location_quotient": quotient,
            "location_quotient_basis": quotient_basis,
            "dependent_share": dependent[s],
            "dependent_basis": basis,
            "downstream_present": any(counts.get((d, "local"), 0) for d in downstream),
        }

    return {s: one(s) for s in catalogue.segments}
