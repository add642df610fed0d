"""Facts and thresholds that are a little different: cuts moved, links missing."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np
import polars as pl

from chainmend.gaps.decline import declines
from chainmend.gaps.districts import local_supply
from chainmend.gaps.presence import present_firms
from chainmend.gaps.sold import local_sales
from chainmend.indicators.sourcing import sourcing
from chainmend.indicators.split import Split

if TYPE_CHECKING:
    from chainmend.chain.model import Catalogue
    from chainmend.dataset import Dataset
    from chainmend.gaps.facts import Facts, SegmentFacts
    from chainmend.settings import Settings, Thresholds

_UNMOVED = frozenset({"near_km"})
_LINKED = (
    "year", "purchases", "self_sufficiency", "supplier_hhi", "top_share", "outside_share", "foreign_share",
    "source_hhi", "local_sales",
)  # fmt: skip


def moved_thresholds(t: Thresholds, step: float) -> Iterator[tuple[str, str, Thresholds]]:
    """Each threshold that moves: its name, ``+`` or ``-``, and the thresholds with it alone moved.

    Parameters
    ----------
    t
        The thresholds of the scan.
    step
        Part of itself that each moves by, 0..1. Shares stay within 0..1; a threshold of nothing stays nothing.

    Examples
    --------
    >>> from chainmend.settings import Thresholds
    >>> moved = {name + sign: getattr(t, name) for name, sign, t in moved_thresholds(Thresholds(), 0.2)}
    >>> moved["top_share+"], moved["top_share-"], moved["systemic_ratio-"]
    (0.96, 0.64, 2.4)
    >>> sorted(name for name in moved if name.startswith("years"))
    []
    """
    for name, field in type(t).model_fields.items():
        value = getattr(t, name)
        if name in _UNMOVED or not value:
            continue
        whole = isinstance(value, int)
        for sign, factor in (("+", 1 + step), ("-", 1 - step)):
            moved = value * factor
            if whole:
                moved = math.floor(moved) if sign == "+" else math.ceil(moved)
            for bound in field.metadata:
                moved = max(moved, getattr(bound, "ge", moved))
                moved = min(moved, getattr(bound, "le", moved))
            if name == "years_needed":
                moved = min(moved, t.years_window)
            elif name == "years_window":
                moved = max(moved, t.years_needed)
            if moved != value:
                yield name, sign, t.model_copy(update={name: moved if whole else round(moved, 12)})


def without_links(
    dataset: Dataset, catalogue: Catalogue, placements: pl.DataFrame, facts: Facts, settings: Settings
) -> Iterator[Facts]:
    """Facts of each draw of the supply links: what was bought and sold, where it sits and how it fell.

    A link is one seller and one buyer over all years: what a city does not know of a link it does not know of any year.

    Parameters
    ----------
    dataset, catalogue, placements
        What was scanned; with a table of supply links.
    facts
        Facts of all links; what does not come from the links is taken from them.
    settings
        Share left out, draws and seed; weight of a placement and share of an anchor.

    Yields
    ------
    Facts
        Of the links that are left.
    """
    chosen = settings.sensitivity
    city, placed = _quick(dataset, placements)
    links = city.table("supply_links")
    seller, buyer = (links[c].to_physical().cast(pl.UInt64) for c in ("supplier_id", "buyer_id"))
    number = (seller * 2**32 + buyer).rank("dense").to_numpy() - 1
    present, split = present_firms(city, placed, settings.thresholds), Split.of(placed, catalogue)
    for draw in range(chosen.draws):
        rng = np.random.default_rng([chosen.seed, draw])
        kept = rng.random(int(number.max()) + 1) >= chosen.missing_links
        part = replace(city, tables={**city.tables, "supply_links": links.filter(pl.Series(kept[number]))})
        yield _relinked(facts, part, placed, split, present, settings.thresholds)


def _relinked(
    facts: Facts, part: Dataset, placed: pl.DataFrame, split: Split, present: pl.DataFrame, t: Thresholds
) -> Facts:
    """The facts with what the links of `part` say in place of what all of them said."""
    sold, bought = local_sales(part, split), sourcing(part, split)
    districts = local_supply(part, present, sold)
    moves = declines(part, placed, sold, weight=t.placement_weight, anchor_share=t.anchor_share)

    def one(s: str, fact: SegmentFacts) -> SegmentFacts:
        last, move = bought.latest(s), moves.get(s)
        supply = districts.get(s) if districts else None
        changed: dict[str, Any] = {name: getattr(last, name) if last else None for name in _LINKED}
        changed["sales_growth"] = move.growth if move else None
        changed["top_district"] = supply.top if supply else None
        changed["top_district_share"] = supply.top_share if supply else None
        return replace(fact, **changed)

    segments = {s: one(s, fact) for s, fact in facts.segments.items()}
    return replace(facts, segments=segments, sourcing=bought, declines=moves, districts=districts)


def _quick(dataset: Dataset, placements: pl.DataFrame) -> tuple[Dataset, pl.DataFrame]:
    """Firms, links and placements with ids that polars joins as numbers and that still read and sort as text."""
    tables = {name: dataset.table(name) for name in ("firms", "supply_links")}
    columns = ("firm_id", "supplier_id", "buyer_id")
    ids = pl.concat(
        frame[c].rename("id")
        for frame in (*tables.values(), placements)
        for c in columns
        if c in frame.columns
    )
    kind = pl.Enum(ids.unique().drop_nulls().sort())

    def cast_ids(frame: pl.DataFrame) -> pl.DataFrame:
        return frame.with_columns(pl.col(c).cast(kind) for c in columns if c in frame.columns)

    return replace(dataset, tables={n: cast_ids(f) for n, f in tables.items()}), cast_ids(placements)
