"""The firms of each segment as arrays, for indicators that are built from single firms."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt
import polars as pl

from chainmend.i18n import both
from chainmend.indicators.members import once
from chainmend.indicators.reading import Reading
from chainmend.indicators.wording import measure_name

if TYPE_CHECKING:
    from chainmend.indicators.arrays import FloatArray
    from chainmend.indicators.city import City

ENOUGH = 0.5
"""A reading is given where the size of at least this share of a segment's firms is known."""


@dataclass(frozen=True)
class SegmentFirms:
    """Domestic firms of one segment whose size is known; a firm stands as often as it was drawn.

    Attributes
    ----------
    segment_id
        Of the catalogue.
    sizes
        Output or employees of each firm on the segment, by its weight, shape (n,).
    region
        Position of each firm's region in `City.regions`, shape (n,).
    all
        Firms of the segment, those of unknown size included.
    measure
        ``output`` or ``employees``.
    """

    segment_id: str
    sizes: FloatArray
    region: npt.NDArray[np.int64]
    all: int
    measure: str

    @property
    def coverage(self) -> tuple[str, str] | None:
        """How many firms are known, where it is not all of them."""
        if len(self.sizes) == self.all:
            return None
        return both(
            "of {known} of {all} firms, whose {measure} is known",
            known=len(self.sizes),
            all=self.all,
            measure=measure_name(self.measure),
        )


def nothing_to_compare(city: City) -> tuple[str, str] | None:
    """Return why the city cannot be held against the country, None where it can."""
    if city.home is None or not city.sizes[[city.home]].sum() > 0:
        return both("the city has no firm on any segment")
    if len(city.regions) < 2:
        return both("all firms are of one region; nothing to compare with")
    return None


def size_measure(city: City) -> str:
    """Return ``output`` or ``employees``, whichever the dataset knows of more active firms."""
    known = city.dataset.firms.filter(pl.col("status") == "active").select(
        pl.col("output", "employees").is_not_null().sum()
    )
    return "output" if known["output"][0] >= known["employees"][0] else "employees"


def segment_firms(city: City, *, local: bool = False) -> Sequence[SegmentFirms]:
    """Return every segment with its firms, in catalogue order; with `local` those of the city only.

    Firms abroad and firms of no known region are left out.
    """
    return _local(city) if local else _domestic(city)


@once
def _local(city: City) -> Sequence[SegmentFirms]:
    return _segment_firms(city, pl.col("place") == "local")


@once
def _domestic(city: City) -> Sequence[SegmentFirms]:
    return _segment_firms(city, pl.col("place") != "abroad")


def _segment_firms(city: City, where: pl.Expr) -> Sequence[SegmentFirms]:
    measure = size_measure(city)
    parts = city.parts.filter(where & pl.col("region").is_not_null())
    if measure == "employees":
        parts = parts.join(city.firms.select("firm_id", "employees"), on="firm_id", maintain_order="left")
        size = pl.col("employees") * pl.col("weight")
    else:
        size = pl.col("output") / pl.col("times")
    region, segment = ({name: n for n, name in enumerate(names)} for names in (city.regions, city.segments))
    frame = parts.select(
        segment=pl.col("segment_id").replace_strict(segment, return_dtype=pl.Int64),
        size=size,
        region=pl.col("region").replace_strict(region, return_dtype=pl.Int64),
        times=pl.col("times").cast(pl.Int64),
    ).sort("segment", maintain_order=True)
    times = frame["times"].to_numpy()
    kinds = {"segment": np.int64, "size": np.float64, "region": np.int64}  # of an empty frame too
    ids, values, where_ = (np.repeat(frame[c].to_numpy().astype(kind), times) for c, kind in kinds.items())
    edges = np.searchsorted(ids, np.arange(len(city.segments) + 1)).tolist()
    known = ~np.isnan(values)
    found = []
    for segment_id, start, end in zip(city.segments, edges, edges[1:], strict=False):
        own = known[start:end]
        sized = (values[start:end][own], where_[start:end][own])
        found.append(SegmentFirms(segment_id, *sized, end - start, measure))
    return tuple(found)


def each_segment(
    city: City, value: Callable[[SegmentFirms], float | tuple[str, str]], *, local: bool = False
) -> Iterator[Reading]:
    """Yield a reading of each segment: what `value` gives of its firms, or the reason why it gives none."""
    scope = city.scope(size_measure(city))
    for firms in segment_firms(city, local=local):
        if not firms.all:
            found: float | tuple[str, str] = (
                both("no local firm on the segment") if local else both("no firm on the segment")
            )
        elif len(firms.sizes) < ENOUGH * firms.all or not firms.sizes.sum() > 0:
            found = both("the {measure} of too few firms is known", measure=measure_name(firms.measure))
        else:
            found = value(firms)
        if isinstance(found, tuple):
            yield Reading("segment", firms.segment_id, None, scope, note=found)
        else:
            yield Reading("segment", firms.segment_id, found, scope, note=firms.coverage)
