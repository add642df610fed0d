"""The numbers a scan knows of each segment; what a missing table would have given is null, never zero.

Sums are taken in whole fen (or 1e-12 parts of a share), so that they do not depend on the order of rows or on the
number of threads: the same inputs give the same bytes.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, fields, replace
from functools import cached_property
from typing import TYPE_CHECKING, Any

import polars as pl

from chainmend.gaps.decline import Decline, declines
from chainmend.gaps.density import densities
from chainmend.gaps.distress import Judged, monthly_distress
from chainmend.gaps.districts import LocalSupply, local_supply
from chainmend.gaps.finding import NotChecked
from chainmend.gaps.needs import needs_by_segment
from chainmend.gaps.presence import named_firms, presence_facts, present_firms
from chainmend.gaps.reach import Reach, reach
from chainmend.gaps.sold import local_sales
from chainmend.gaps.technology import Knowledge, technology
from chainmend.i18n import both
from chainmend.indicators.customs import TradeYear, trade_by_segment
from chainmend.indicators.sourcing import Sourcing, sourcing
from chainmend.indicators.split import Split

if TYPE_CHECKING:
    from chainmend.chain.model import Catalogue
    from chainmend.dataset import Dataset
    from chainmend.gaps.impact import Impact
    from chainmend.settings import Thresholds

_BOUGHT = (
    "year", "purchases", "self_sufficiency", "supplier_hhi", "top_share", "outside_share", "foreign_share",
    "source_hhi", "local_sales",
)  # fmt: skip


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
        Firms within the city, its region and `near_km` that could supply, less the dominant one.
    needs
        Verified needs reported for the segment.
    sales_growth
        Sales of local firms in the last year of the links over those of the year before, less 1.
    top_district, top_district_share
        District with the largest part of local supply, and that part.
    level, suppliers_near, nearest_km
        Region level of the nearest firm on the segment, firms within `near_km` of the city, distance of the nearest.
    patents, patents_per_output_ratio
        Invention patents of local firms on the segment; per output, over the mean of the country.
    density
        Relatedness density of the segment for the city.
    knock_out_own, knock_out_loss
        Shares of the city's output lost on the segment and beyond it when all its firms stop.
    worst_source, worst_source_loss
        The origin (a country or city) or supplier (an id) whose stop alone costs most, and the share of output.
    top_esri, top_esri_firm
        Largest systemic risk index of a local firm on the segment, where one is near the cut or above.
    data_age_days
        Days from the end of the last year that somebody local bought the segment in to the day of the dataset.
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
    sales_growth: float | None
    top_district: str | None
    top_district_share: float | None
    level: str | None
    suppliers_near: int | None
    nearest_km: float | None
    patents: float | None
    patents_per_output_ratio: float | None
    density: float | None
    knock_out_own: float | None
    knock_out_loss: float | None
    worst_source: str | None
    worst_source_loss: float | None
    top_esri: float | None
    top_esri_firm: str | None
    data_age_days: int | None


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
    needs
        Segment id -> verified needs, newest first, None without a table of needs.
    tables
        Names of the tables that were there.
    currency
        ISO code of the money.
    impact
        Segment id -> losses on the supply network, or why they were not computed.
    declines, districts, technology, reach, distress
        What the module of that name in `chainmend.gaps` computes; None where its tables are missing.
    """

    segments: Mapping[str, SegmentFacts]
    firms: Mapping[str, list[dict[str, Any]]]
    sourcing: Sourcing | None
    trade: Mapping[str, list[TradeYear]] | None
    world: Mapping[str, list[dict[str, Any]]] | None
    needs: Mapping[str, list[dict[str, Any]]] | None
    tables: frozenset[str]
    currency: str
    impact: Mapping[str, Impact] | NotChecked
    declines: Mapping[str, Decline]
    districts: Mapping[str, LocalSupply] | None
    technology: Knowledge | None
    reach: Mapping[str, Reach]
    distress: Mapping[str, Mapping[str, tuple[Judged, ...]]] | None

    @cached_property
    def customs_years(self) -> frozenset[int]:
        """Years with customs of any segment."""
        return frozenset(y.year for rows in (self.trade or {}).values() for y in rows)

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


def _world_facts(origins: list[dict[str, Any]], home: str) -> dict[str, Any]:
    """HHI over named origins, share not at home, largest origin; shares are normalised to one."""
    total = sum(o["share"] for o in origins)
    named = [o for o in origins if o["origin"] != "other"]
    if not named or total <= 0:
        return {"world_hhi": None, "world_foreign_share": None, "world_top_origin": None}
    hhi = sum((o["share"] / total) ** 2 for o in named)
    foreign = sum(o["share"] for o in origins if o["origin"] != home) / total
    return {
        "world_hhi": round(hhi, 12),
        "world_foreign_share": round(foreign, 12),
        "world_top_origin": named[0]["origin"],
    }


def segment_facts(
    dataset: Dataset,
    catalogue: Catalogue,
    weights: pl.DataFrame,
    thresholds: Thresholds,
    impact: Mapping[str, Impact] | NotChecked | None = None,
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
        What counts as present, near and an anchor.
    impact
        Losses on the supply network (`city_impact`), or why there are none.
    """
    segments = list(catalogue.segments)
    present = present_firms(dataset, weights, thresholds)
    split = Split.of(weights, catalogue)
    sold = local_sales(dataset, split)
    not_asked = NotChecked(("supply_links",), both("losses on the supply network were not computed"))
    facts = Facts(
        segments={},
        firms=named_firms(present),
        sourcing=sourcing(dataset, split) if sold is not None else None,
        trade=trade_by_segment(dataset, catalogue),
        world=_world(dataset),
        needs=needs_by_segment(dataset),
        tables=frozenset(name for name in dataset.tables if dataset.has(name)),
        currency=dataset.currency,
        impact=not_asked if impact is None else impact,
        declines=declines(
            dataset, weights, sold, weight=thresholds.placement_weight, anchor_share=thresholds.anchor_share
        ),
        districts=local_supply(dataset, present, sold),
        technology=technology(dataset, catalogue, present),
        reach=reach(dataset, split, present, segments, near_km=thresholds.near_km),
        distress=monthly_distress(dataset, catalogue, thresholds),
    )
    known = presence_facts(dataset, catalogue, weights, present)
    density = densities(dataset, present)
    return replace(
        facts,
        segments={
            s: SegmentFacts(
                segment_id=s,
                chain_id=segment.chain_id,
                cluster_id=segment.cluster_id,
                **known[s],
                **_bought(facts, s, dataset.date),
                **_world_facts((facts.world or {}).get(s, []), dataset.place.country),
                **_supply_facts(facts, s),
                **_loss_facts(facts, s),
                alternatives=_alternatives(known[s], facts, s),
                density=density.get(s),
            )
            for s, segment in catalogue.segments.items()
        },
    )


def _alternatives(known: Mapping[str, Any], facts: Facts, s: str) -> int | None:
    """Firms in the city, its region and near it less the dominant one; None where nothing is known of the region."""
    outside = [known[f"firms_{p}"] for p in ("region", "country", "abroad")]
    if not known["firms"] and all(n is None for n in outside):
        return None
    bought = facts.sourcing.latest(s) if facts.sourcing else None
    dominant = bool(bought and bought.top_place in ("local", "region"))
    return max(0, int(known["firms"] + (outside[0] or 0) + facts.reach[s].across - dominant))


def _bought(facts: Facts, s: str, date: dt.date) -> dict[str, Any]:
    """Facts of what local buyers bought; all None where they bought nothing in the last year."""
    years = facts.sourcing.by_segment.get(s, {}) if facts.sourcing else {}
    bought = facts.sourcing.latest(s) if facts.sourcing else None
    last = max((y for y, p in years.items() if p.purchases > 0), default=None)
    age = None if last is None else (date - min(date, dt.date(last, 12, 31))).days
    return {name: getattr(bought, name) if bought else None for name in _BOUGHT} | {"data_age_days": age}


def _supply_facts(facts: Facts, s: str) -> dict[str, Any]:
    decline, reached = facts.declines.get(s), facts.reach[s]
    local = facts.districts.get(s) if facts.districts else None
    known = facts.technology.segments[s] if facts.technology else None
    return {
        "needs": len(facts.needs.get(s, ())) if facts.needs is not None else None,
        "sales_growth": decline.growth if decline else None,
        "top_district": local.top if local else None,
        "top_district_share": local.top_share if local else None,
        "level": reached.level,
        "suppliers_near": reached.near,
        "nearest_km": reached.nearest_km,
        "patents": known.patents if known else None,
        "patents_per_output_ratio": known.ratio if known else None,
    }


def _loss_facts(facts: Facts, s: str) -> dict[str, Any]:
    impact = None if isinstance(facts.impact, NotChecked) else facts.impact.get(s)
    worst = impact.sources[0] if impact and impact.sources else None
    top = impact.systemic[0] if impact and impact.systemic else None
    return {
        "knock_out_own": impact.own if impact else None,
        "knock_out_loss": impact.spread if impact else None,
        "worst_source": worst["source"] if worst else None,
        "worst_source_loss": worst["loss"] if worst else None,
        "top_esri": top["esri"] if top else None,
        "top_esri_firm": top["firm_id"] if top else None,
    }
