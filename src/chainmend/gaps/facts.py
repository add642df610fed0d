"""The numbers a scan knows of each segment; what a missing table would have given is null, never zero.

Sums are taken in whole fen (or 1e-12 parts of a share), so that they do not depend on the order of rows or on the
number of threads: the same inputs give the same bytes.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields
from typing import TYPE_CHECKING, Any

import polars as pl

from chainmend.indicators.customs import TradeYear, trade_by_segment
from chainmend.indicators.sourcing import Sourcing, sourcing

if TYPE_CHECKING:
    from chainmend.chain.model import Catalogue
    from chainmend.dataset import Dataset
    from chainmend.settings import Thresholds

_FEN = 100.0


@dataclass(frozen=True)
class SegmentFacts:
    """One row of ``segment_facts.parquet``; money in yuan a year, shares 0..1, null where a table is missing.

    Attributes
    ----------
    firms, firms_region, firms_country, firms_abroad
        Active firms present on the segment (weight at least the threshold), by place.
    output
        Output of local firms on the segment by their weights; `share_of_country` its share of the dataset's
        domestic firms.
    location_quotient
        Local share of the segment over its domestic share, by output, or by number of firms where outputs are
        unknown (`location_quotient_basis`).
    purchases, self_sufficiency, supplier_hhi, top_share, outside_share, foreign_share, source_hhi
        Of what local buyers bought of the segment in `year`: HHI and top share over all suppliers, shares bought
        outside the city and abroad, HHI over outside sources.
    local_sales
        Sales of local firms on the segment in `year`, to anybody.
    world_hhi, world_foreign_share, world_top_origin
        Concentration of world supply over countries and the part not in the own country (table `provision`).
    dependent_share
        Share of the city's output (or firms: `dependent_basis`) on segments that need this one by essential paths.
    downstream_present
        Whether a segment that this one goes into, directly or further on, has a local firm.
    alternatives
        Firms within the city and region that could supply, less the dominant one.
    needs
        Verified needs reported for the segment.
    """

    segment_id: str
    chain_id: str
    cluster_id: str
    firms: int
    firms_region: int | None
    firms_country: int | None
    firms_abroad: int | None
    output: float | None
    share_of_country: float | None
    location_quotient: float | None
    location_quotient_basis: str | None
    year: int | None
    purchases: float | None
    self_sufficiency: float | None
    supplier_hhi: float | None
    top_share: float | None
    outside_share: float | None
    foreign_share: float | None
    source_hhi: float | None
    local_sales: float | None
    world_hhi: float | None
    world_foreign_share: float | None
    world_top_origin: str | None
    dependent_share: float | None
    dependent_basis: str | None
    downstream_present: bool
    alternatives: int | None
    needs: int | None


@dataclass(frozen=True)
class Facts:
    """Facts of all segments, with the rows behind them.

    Attributes
    ----------
    segments
        Segment id -> facts, in catalogue order.
    firms
        Segment id -> firms present, largest first (at most ten a place).
    sourcing
        Purchases by segment and year, from the supply links; None without links.
    trade
        Segment id -> customs by year, None without a customs table.
    world
        Segment id -> origins of world supply, None without a provision table.
    tables
        Names of the tables that were there.
    impact, declines, districts, technology, reach, distress
        Segment id -> what the module of that name in `chainmend.gaps` computes; None where its tables are missing.
    """

    segments: Mapping[str, SegmentFacts]
    firms: Mapping[str, list[dict[str, Any]]]
    sourcing: Sourcing | None
    trade: Mapping[str, list[TradeYear]] | None
    world: Mapping[str, list[dict[str, Any]]] | None
    tables: frozenset[str]
    impact: Mapping[str, Any] | None = None
    declines: Mapping[str, Any] | None = None
    districts: Mapping[str, Any] | None = None
    technology: Mapping[str, Any] | None = None
    reach: Mapping[str, Any] | None = None
    distress: Mapping[str, Any] | None = None

    def frame(self) -> pl.DataFrame:
        """Facts as a frame, one row a segment."""
        schema = {
            f.name: {"int": pl.Int64, "float": pl.Float64, "bool": pl.Boolean}.get(
                str(f.type).split(" ")[0], pl.String
            )
            for f in fields(SegmentFacts)
        }
        rows = [tuple(getattr(s, name) for name in schema) for s in self.segments.values()]
        return pl.DataFrame(rows, schema=schema, orient="row")


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


def _named_firms(present: pl.DataFrame, limit: int = 10) -> dict[str, list[dict[str, Any]]]:
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


def _world(dataset: Dataset) -> dict[str, list[dict[str, Any]]] | None:
    if not dataset.has("provision"):
        return None
    table = dataset.table("provision")
    latest = table.filter(pl.col("year") == pl.col("year").max().over("segment_id")).sort(
        ["segment_id", "share", "origin"], descending=[False, True, False]
    )
    rows: dict[str, list[dict[str, Any]]] = {}
    for r in latest.iter_rows(named=True):
        rows.setdefault(r.pop("segment_id"), []).append(r)
    return rows


def _world_facts(origins: list[dict[str, Any]], home: str) -> tuple[float | None, float | None, str | None]:
    """HHI over named origins, share not at home, largest origin; shares are normalised to one."""
    total = sum(o["share"] for o in origins)
    named = [o for o in origins if o["origin"] != "other"]
    if not named or total <= 0:
        return None, None, None
    hhi = sum((o["share"] / total) ** 2 for o in named)
    foreign = sum(o["share"] for o in origins if o["origin"] != home) / total
    return round(hhi, 12), round(foreign, 12), named[0]["origin"]


def segment_facts(
    dataset: Dataset, catalogue: Catalogue, weights: pl.DataFrame, thresholds: Thresholds
) -> Facts:
    """Compute the facts of every segment of `catalogue`.

    Parameters
    ----------
    dataset
        The city's tables.
    catalogue
        Chains and segments.
    weights
        Placements: firm_id, segment_id, weight.
    thresholds
        What counts as present.
    """
    segments = list(catalogue.segments)
    present = present_firms(dataset, weights, thresholds)
    counts, totals = _counts(present), _totals(present)
    quotients = _location_quotients(totals, segments)
    dependent, basis = _dependent_shares(dataset, catalogue, weights)
    outside_known = {p: bool((dataset.firms["place"] == p).any()) for p in ("region", "country", "abroad")}
    buying = sourcing(dataset, weights) if dataset.has("supply_links") else None
    world = _world(dataset)
    reached = {s: catalogue.depends_on(s, ("essential", "substitutable")) for s in segments}
    needs = _needs(dataset)

    def one(s: str) -> SegmentFacts:
        segment = catalogue.segments[s]
        number = {p: counts.get((s, p), 0) for p in ("local", "region", "country", "abroad")}
        quotient, share, quotient_basis = quotients[s]
        bought = buying.latest(s) if buying else None
        hhi, foreign, top = (
            _world_facts(world[s], dataset.place.country) if world and s in world else (None,) * 3
        )
        known_near = outside_known["region"] or number["local"] > 0 or any(outside_known.values())
        dominant = bool(bought and bought.top_place in ("local", "region"))
        return SegmentFacts(
            segment_id=s,
            chain_id=segment.chain_id,
            cluster_id=segment.cluster_id,
            firms=number["local"],
            firms_region=number["region"] if outside_known["region"] else None,
            firms_country=number["country"] if outside_known["country"] else None,
            firms_abroad=number["abroad"] if outside_known["abroad"] else None,
            output=totals.get((s, True), (0.0, 0, True))[0],
            share_of_country=share,
            location_quotient=quotient,
            location_quotient_basis=quotient_basis,
            year=bought.year if bought else None,
            purchases=bought.purchases if bought else None,
            self_sufficiency=bought.self_sufficiency if bought else None,
            supplier_hhi=bought.supplier_hhi if bought else None,
            top_share=bought.top_share if bought else None,
            outside_share=bought.outside_share if bought else None,
            foreign_share=bought.foreign_share if bought else None,
            source_hhi=bought.source_hhi if bought else None,
            local_sales=bought.local_sales if bought else None,
            world_hhi=hhi,
            world_foreign_share=foreign,
            world_top_origin=top,
            dependent_share=dependent[s],
            dependent_basis=basis,
            downstream_present=any(counts.get((d, "local"), 0) for d in reached[s]),
            alternatives=max(0, number["local"] + number["region"] - dominant) if known_near else None,
            needs=needs.get(s, 0) if needs is not None else None,
        )

    return Facts(
        segments={s: one(s) for s in segments},
        firms=_named_firms(present),
        sourcing=buying,
        trade=trade_by_segment(dataset, catalogue),
        world=world,
        tables=frozenset(name for name in dataset.tables if dataset.has(name)),
    )


def _needs(dataset: Dataset) -> dict[str, int] | None:
    if not dataset.has("needs"):
        return None
    verified = dataset.table("needs").filter(pl.col("verified") & pl.col("segment_id").is_not_null())
    return dict(verified.group_by("segment_id").agg(pl.len()).iter_rows())
