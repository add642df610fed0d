"""What the indicators of a city are computed from: its firms on segments, and the other cities of its country."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import TYPE_CHECKING, Literal

import numpy as np
import polars as pl
from scipy import sparse

from chainmend.indicators.customs import TradeYear, trade_by_segment
from chainmend.indicators.scope import Scope
from chainmend.indicators.sourcing import Sourcing, sourcing
from chainmend.indicators.split import Split
from chainmend.placement.assign import place
from chainmend.settings import Settings

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from chainmend.chain.model import Catalogue
    from chainmend.dataset import Dataset

Basis = Literal["output", "firms"]
UNIVERSE = "dataset"
"""Universe of a figure that is summed over the firms of the dataset."""


@dataclass(frozen=True)
class City:
    """A dataset on a catalogue, with what the indicators share computed once.

    Attributes
    ----------
    dataset, catalogue, settings
        Whose numbers, on which chains, with which thresholds.
    before
        The same city at an earlier date, for growth by firms; None where nobody gave one.
    draw
        firm_id, times: how often each firm was drawn; None for the city itself.

    Examples
    --------
    >>> from chainmend.chain.catalogue import load_catalogue
    >>> from chainmend.demo import make_city
    >>> city = City(make_city(firms=400, seed=1).now, load_catalogue("hangzhou-296x"))
    >>> city.basis, city.sizes.shape == (len(city.regions), len(city.segments))
    ('output', True)
    """

    dataset: Dataset
    catalogue: Catalogue
    settings: Settings = field(default_factory=Settings)
    before: City | None = None
    draw: pl.DataFrame | None = None

    @property
    def name(self) -> str:
        """The city's name as the dataset writes it."""
        return self.dataset.place.city

    @cached_property
    def placements(self) -> pl.DataFrame:
        """Firms on segments: firm_id, segment_id, weight."""
        return place(self.dataset, self.catalogue).select("firm_id", "segment_id", "weight")

    @cached_property
    def firms(self) -> pl.DataFrame:
        """Active firms with `place`, `region` (city, else province) and `times` (1, or how often drawn)."""
        region = pl.coalesce("city", "province")
        firms = self.dataset.firms.filter(pl.col("status") == "active").with_columns(region=region)
        if self.draw is None:
            return firms.with_columns(times=pl.lit(1.0))
        return firms.join(self.draw, on="firm_id", how="inner", maintain_order="left")

    @cached_property
    def parts(self) -> pl.DataFrame:
        """Parts of active firms on segments.

        firm_id, segment_id, cluster_id, weight, times, output (of the part, times `times`; null where unknown),
        place, region, country.
        """
        clusters = pl.DataFrame(
            [(s.id, s.cluster_id) for s in self.catalogue.segments.values()],
            schema={"segment_id": pl.String, "cluster_id": pl.String},
            orient="row",
        )
        columns = ("firm_id", "place", "region", "country", "times", "output")
        return (
            self.placements.join(self.firms.select(columns), on="firm_id", how="inner")
            .join(clusters, on="segment_id", how="inner")
            .with_columns(output=pl.col("output") * pl.col("weight") * pl.col("times"))
            .select(
                "firm_id",
                "segment_id",
                "cluster_id",
                "weight",
                "times",
                "output",
                "place",
                "region",
                "country",
            )
            .sort("firm_id", "segment_id")
        )

    @cached_property
    def basis(self) -> Basis:
        """What `sizes` sums: output, or the number of firms where the output of a domestic one is unknown."""
        domestic = self.parts.filter(pl.col("place") != "abroad")
        known = domestic["output"].null_count() == 0 and domestic["output"].sum() > 0
        return "output" if known else "firms"

    @cached_property
    def regions(self) -> tuple[str, ...]:
        """Cities of the country that have a firm on a segment, in order of name."""
        domestic = self.parts.filter(pl.col("place") != "abroad")
        return tuple(domestic["region"].drop_nulls().unique().sort())

    @cached_property
    def provinces(self) -> frozenset[str]:
        """Those of `regions` that stand for the firms of a province whose city is unknown."""
        nowhere = self.firms.filter((pl.col("place") != "abroad") & pl.col("city").is_null())
        return frozenset(nowhere["province"].drop_nulls()) & frozenset(self.regions)

    @cached_property
    def home(self) -> int | None:
        """Position of the city in `regions`; None where it has no firm on any segment."""
        return self.regions.index(self.name) if self.name in self.regions else None

    @property
    def segments(self) -> tuple[str, ...]:
        """Ids of all segments, in catalogue order."""
        return tuple(self.catalogue.segments)

    @cached_property
    def sizes(self) -> sparse.csr_array:
        """What each region (row) has on each segment (column), in `basis`; firms without a region are left out."""
        domestic = self.parts.filter((pl.col("place") != "abroad") & pl.col("region").is_not_null())
        size = pl.col("output") if self.basis == "output" else pl.col("weight") * pl.col("times")
        where = domestic.select(
            row=pl.col("region").replace_strict(_positions(self.regions), return_dtype=pl.Int64),
            column=pl.col("segment_id").replace_strict(_positions(self.segments), return_dtype=pl.Int64),
            size=size,
        )
        values: NDArray[np.float64] = where["size"].to_numpy()
        shape = (len(self.regions), len(self.segments))
        cells = (where["row"].to_numpy(), where["column"].to_numpy())
        matrix = sparse.coo_array((values, cells), shape=shape).tocsr()
        matrix.eliminate_zeros()
        return matrix

    @cached_property
    def split(self) -> Split:
        """How links are divided over the segments of their suppliers."""
        return Split.of(self.placements, self.catalogue)

    @cached_property
    def sourcing(self) -> Sourcing | None:
        """Purchases of segments by year, None without supply links."""
        return sourcing(self.dataset, self.split, self.draw) if self.dataset.has("supply_links") else None

    @cached_property
    def customs(self) -> Mapping[str, list[TradeYear]] | None:
        """Segment id -> its customs figures by year, None without a customs table."""
        return trade_by_segment(self.dataset, self.catalogue)

    def scope(self, measure: str | None = None) -> Scope:
        """Scope of a figure summed over the dataset's firms: the twelve months to the date of the data."""
        date = self.dataset.date
        return Scope(measure or self.basis, UNIVERSE, date.year, until=date.month)

    def resampled(self, rng: np.random.Generator) -> City:
        """Draw firms with replacement, as many in each region as it has; placements and regions stay."""
        firms = self.dataset.firms.filter(pl.col("status") == "active").select(
            "firm_id", stratum=pl.coalesce("city", "province", "country")
        )
        firms = firms.sort("stratum", "firm_id")
        strata = firms["stratum"].rle_id().to_numpy()
        size = np.bincount(strata)
        start = np.cumsum(size) - size
        drawn = start[strata] + (rng.random(strata.size) * size[strata]).astype(np.int64)
        times = np.bincount(drawn, minlength=strata.size).astype(np.float64)
        draw = firms.select("firm_id").with_columns(times=pl.Series(times)).filter(pl.col("times") > 0)
        other = replace(self, draw=draw, before=self.before)
        # what does not depend on the draw is kept
        for name in ("placements", "split", "basis", "regions", "provinces", "home", "customs"):
            other.__dict__[name] = getattr(self, name)
        return other


def _positions(names: tuple[str, ...]) -> dict[str, int]:
    return {name: n for n, name in enumerate(names)}
