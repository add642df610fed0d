"""What the remedies of one city are computed from, each part of it once."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING

import polars as pl

from chainmend.errors import CatalogueError
from chainmend.gaps.presence import present_firms
from chainmend.gaps.reach import centre, distance_km, located
from chainmend.i18n import _
from chainmend.indicators.city import City
from chainmend.indicators.opportunity import Space, space_of
from chainmend.indicators.split import Split
from chainmend.placement.terms import TermIndex
from chainmend.settings import Settings

if TYPE_CHECKING:
    from collections.abc import Sequence

    from chainmend.chain.model import Catalogue
    from chainmend.dataset import Dataset
    from chainmend.fragility.city import CityNetwork
    from chainmend.gaps.facts import Facts
    from chainmend.settings_remedies import Nearest, RemedyKind

FEN = 100.0


@dataclass(frozen=True)
class Context:
    """A city as the remedies see it.

    Attributes
    ----------
    dataset, catalogue
        The city's tables and its chains.
    placements
        Firms on segments: firm_id, segment_id, weight; basis where it is known.
    facts
        Facts of the segments, of the same scan.
    settings
        Weights, anchors and the order of remedies are in its group `remedies`.
    city
        The supply network, for the day on which users stop; None: told without it.
    """

    dataset: Dataset
    catalogue: Catalogue
    placements: pl.DataFrame
    facts: Facts
    settings: Settings = field(default_factory=Settings)
    city: CityNetwork | None = None

    @cached_property
    def weights(self) -> pl.DataFrame:
        """firm_id, segment_id, weight, in order."""
        return self.placements.select("firm_id", "segment_id", "weight").sort("firm_id", "segment_id")

    @cached_property
    def bases(self) -> pl.DataFrame:
        """firm_id, segment_id, basis: what a placement rests on; no row where the placements do not say."""
        schema = {"firm_id": pl.String, "segment_id": pl.String, "basis": pl.String}
        return (
            self.placements.select(*schema)
            if "basis" in self.placements.columns
            else pl.DataFrame(schema=schema)
        )

    @cached_property
    def split(self) -> Split:
        """How links are divided over the segments of their suppliers."""
        return Split.of(self.weights, self.catalogue)

    @cached_property
    def present(self) -> pl.DataFrame:
        """Active firms on segments, as of `present_firms`."""
        return present_firms(self.dataset, self.weights, self.settings.thresholds)

    @cached_property
    def space(self) -> Space | None:
        """The product space of the country's cities, None where the dataset has too few of them."""
        city = City(self.dataset, self.catalogue, self.settings)
        city.__dict__["placements"] = self.weights  # known already
        found = space_of(city)
        return found if isinstance(found, Space) else None

    @cached_property
    def columns(self) -> Mapping[str, int]:
        """Segment id -> its column in `space`; segments that no city has in common with others are absent."""
        if self.space is None:
            return {}
        ids = list(self.catalogue.segments)
        return {ids[column]: n for n, column in enumerate(self.space.kept.columns)}

    @cached_property
    def distances(self) -> pl.DataFrame:
        """firm_id, km from the middle of the city's firms; no row for a firm that is not on the map."""
        placed = located(self.dataset)
        middle = centre(placed)
        if middle is None:
            return pl.DataFrame(schema={"firm_id": pl.String, "km": pl.Float64})
        km = distance_km(placed["lon"].to_numpy(), placed["lat"].to_numpy(), *middle)
        return placed.select("firm_id", km=pl.Series(km).round(1))

    @cached_property
    def links(self) -> pl.DataFrame | None:
        """Links of the last two years; None without any.

        supplier_id, buyer_id, last (of the last year?), fen (above 0), from_here and to_here (is the supplier, is the
        buyer an active firm of the city?).
        """
        if not self.dataset.has("supply_links"):
            return None
        here = (pl.col("place") == "local") & (pl.col("status") == "active")
        local = self.dataset.firms.filter(here).select("firm_id", local=pl.lit(value=True)).lazy()
        return (
            self.dataset.table("supply_links")
            .lazy()
            .filter(pl.col("year") >= pl.col("year").max() - 1)
            .join(
                local.rename({"firm_id": "supplier_id", "local": "from_here"}), on="supplier_id", how="left"
            )
            .join(local.rename({"firm_id": "buyer_id", "local": "to_here"}), on="buyer_id", how="left")
            .select(
                "supplier_id",
                "buyer_id",
                last=pl.col("year") == pl.col("year").max(),
                fen=(pl.col("amount") * FEN).round().cast(pl.Int64),
                from_here=pl.col("from_here").fill_null(value=False),
                to_here=pl.col("to_here").fill_null(value=False),
            )
            .filter(pl.col("fen") > 0)
            .collect()
        )

    @cached_property
    def talks(self) -> pl.DataFrame:
        """firm_id, stage: firms that are being talked to; of several talks the furthest."""
        stages = ["contact", "negotiating", "signed"]
        return (
            self.dataset.table("talks")
            .filter(pl.col("stage").is_in(stages))
            .select("firm_id", pl.col("stage").cast(pl.Enum(stages)))
            .group_by("firm_id")
            .agg(pl.col("stage").max().cast(pl.String))
            .sort("firm_id")
        )

    @cached_property
    def terms(self) -> TermIndex:
        """Terms of the catalogue, ready to be looked for in titles and fields."""
        return TermIndex(self.catalogue)

    def nearest(self, segment_id: str) -> Nearest | None:
        """Where the nearest firm on a segment outside the city is; None where the data hold no firm from outside."""
        fact = self.facts.segments[segment_id]
        if fact.firms_region:
            return "region"
        if fact.firms_country:
            return "country"
        if fact.firms_abroad:
            return "abroad"
        return None if fact.firms_region is fact.firms_country is fact.firms_abroad is None else "nobody"

    def complex(self, segment_id: str) -> bool | None:
        """Whether a segment is more complex than the city's own mean; None where the cities do not say."""
        column = self.columns.get(segment_id)
        if self.space is None or column is None or self.space.complexity is None:
            return None
        found = self.space.complexity
        return bool(found.pci[column] > found.eci[self.space.home])

    def months(self, remedy: RemedyKind, segment_id: str) -> int | None:
        """Months until a remedy has mended a segment; stock lasts until another one has.

        None where development is the remedy and the catalogue does not say how ready the technology is.
        """
        chosen = self.settings.remedies
        if remedy == "stock":
            near = self.nearest(segment_id)
            remedy = "ally" if near == "region" else "attract" if near in ("country", "abroad") else "develop"
        if remedy == "ally":
            return chosen.months_ally
        if remedy == "attract":
            return chosen.months_attract
        readiness = self.catalogue.segments[segment_id].difficulty.readiness
        return (
            None if readiness is None else chosen.months_develop + chosen.months_per_level * (9 - readiness)
        )

    def check(self, segments: Sequence[str]) -> None:
        """Refuse segments that the catalogue does not have.

        Raises
        ------
        CatalogueError
            Naming the first of them.
        """
        unknown = [s for s in segments if s not in self.catalogue.segments]
        if unknown:
            raise CatalogueError(
                _("no segment {name}").format(name=unknown[0]),
                expected=_("a segment of the catalogue {id}").format(id=self.catalogue.id),
                do=_("see `chainmend catalogue show` for the ids"),
            )
