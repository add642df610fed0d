"""Patents of local firms on a segment against the country's, and institutes of the city that work on it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import polars as pl

from chainmend.placement.terms import TermIndex

if TYPE_CHECKING:
    from chainmend.chain.model import Catalogue
    from chainmend.dataset import Dataset

PER_OUTPUT = 1e8
"""Invention patents are counted per so much output."""
_PARTS = 1e9
_FEN = 100.0


@dataclass(frozen=True)
class Technology:
    """Knowledge of one segment in the city.

    Attributes
    ----------
    patents
        Invention patents of local firms, by their placement weights.
    per_output, national_per_output
        Per 100 million of output, of the local firms and of all firms of the country in the dataset; None where
        they have no output.
    ratio
        per_output / national_per_output; None where it is not known.
    institutes
        Institutes of the city that work on the segment: institute_id, name, patents, field (whether its fields name
        the segment).
    """

    patents: float
    per_output: float | None
    national_per_output: float | None
    ratio: float | None
    institutes: tuple[Mapping[str, Any], ...]


@dataclass(frozen=True)
class Knowledge:
    """Technology of every segment, and what could not be known of any.

    Attributes
    ----------
    segments
        Segment id -> technology.
    elsewhere
        Whether the table has patents of firms elsewhere in the country: without them there is no national mean.
    fields
        Whether it is known of some institute of the city what it works on.
    """

    segments: Mapping[str, Technology]
    elsewhere: bool
    fields: bool


def technology(dataset: Dataset, catalogue: Catalogue, present: pl.DataFrame) -> Knowledge | None:
    """Measure patents per output and find institutes, segment by segment.

    A patent of a firm counts on its segments by its placement weights; firms of unknown output count on neither side.
    An institute works on a segment where its fields or the title of an invention of its own name it; an institute
    without a city counts as one of this city, so that "no institute" is never said for want of an address.

    Parameters
    ----------
    dataset
        The city's tables.
    catalogue
        Whose terms are looked for in fields and titles.
    present
        Active firms on segments, as of `present_firms`.

    Returns
    -------
    Knowledge or None
        None without a table of patents or of institutes.
    """
    if not dataset.has("patents") or not dataset.has("institutes"):
        return None
    inventions = dataset.table("patents").filter("invention")
    owned = inventions.group_by(firm_id="owner_id").len("patents")
    parts = (
        present.filter((pl.col("place") != "abroad") & pl.col("output").is_not_null())
        .join(owned, on="firm_id", how="left")
        .select(
            "segment_id",
            local=pl.col("place") == "local",
            fen=(pl.col("output") * _FEN).round().cast(pl.Int64),
            patents=(pl.col("patents").fill_null(0) * pl.col("weight") * _PARTS).round().cast(pl.Int64),
        )
        .group_by("segment_id", "local")
        .agg(pl.col("fen", "patents").sum())
    )
    sums = {(s, local): (fen / _FEN, n / _PARTS) for s, local, fen, n in parts.iter_rows()}
    away = dataset.firms.filter(pl.col("place").is_in(["region", "country"])).join(owned, on="firm_id")
    institutes, fields = _institutes(dataset, catalogue, inventions)
    return Knowledge(
        {s: _one(sums, s, tuple(institutes.get(s, ())), away.height > 0) for s in catalogue.segments},
        elsewhere=away.height > 0,
        fields=fields,
    )


def _one(
    sums: Mapping[tuple[str, bool], tuple[float, float]],
    segment: str,
    institutes: tuple[Mapping[str, Any], ...],
    elsewhere: bool,
) -> Technology:
    output, patents = sums.get((segment, True), (0.0, 0.0))
    others = sums.get((segment, False), (0.0, 0.0))
    here = PER_OUTPUT * patents / output if output > 0 else None
    both = output + others[0]
    national = PER_OUTPUT * (patents + others[1]) / both if elsewhere and both > 0 else None
    ratio = here / national if here is not None and national else None
    return Technology(patents, here, national, ratio, institutes)


def _institutes(
    dataset: Dataset, catalogue: Catalogue, inventions: pl.DataFrame
) -> tuple[dict[str, list[dict[str, Any]]], bool]:
    """Segment id -> institutes that work on it; and whether it is known of any institute what it works on."""
    here = (
        dataset.table("institutes")
        .filter(pl.col("city").is_null() | (pl.col("city") == dataset.place.city))
        .sort("institute_id")
    )
    titles: dict[str, list[str]] = {}
    own = inventions.filter(pl.col("owner_id").is_in(here["institute_id"].implode()))
    for owner, title in own.sort("patent_id").select("owner_id", "title").iter_rows():
        if title:
            titles.setdefault(owner, []).append(title)
    known = bool(titles) or here["fields"].drop_nulls().len() > 0
    if not known:
        return {}, False
    index = TermIndex(catalogue)
    found: dict[str, list[dict[str, Any]]] = {}
    for id, name, fields in here.select("institute_id", "name", "fields").iter_rows():
        named = {m.segment_id for m in index.find(fields)} if fields else set()
        patents: dict[str, int] = {}
        for title in titles.get(id, ()):
            for segment in {m.segment_id for m in index.find(title)}:
                patents[segment] = patents.get(segment, 0) + 1
        for segment in sorted(named | patents.keys()):
            found.setdefault(segment, []).append(
                {
                    "institute_id": id,
                    "name": name,
                    "patents": patents.get(segment, 0),
                    "field": segment in named,
                }
            )
    return found, True
