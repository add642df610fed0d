"""How far away the nearest firms are that can make what a segment is: by region level, and in kilometres."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

import numpy as np
import polars as pl

if TYPE_CHECKING:
    from chainmend.dataset import Dataset
    from chainmend.indicators.split import Split

Level = Literal["district", "city", "region", "country", "world"]
LEVELS: tuple[Level, ...] = ("district", "city", "region", "country", "world")
EARTH_KM = 6371.0088
"""Mean radius of the Earth, km (IUGG)."""
_LEVEL_OF: dict[str, Level] = {"local": "city", "region": "region", "country": "country", "abroad": "world"}
_MICRO = 1e6


@dataclass(frozen=True)
class Reach:
    """Where the nearest capable firms of one segment are.

    Attributes
    ----------
    level
        Smallest region around its buyers with a firm on the segment: ``district`` (that where local buyers buy most
        of it), ``city``, ``region``, ``country``, ``world``; None where no firm is known. A firm within `near_km` of
        the city counts as of the region, wherever borders run.
    near
        Firms on it within `near_km` of the city; None where no place on the map is known.
    across
        Those of them that place names alone would put outside the region.
    nearest_km
        Distance from the city to the nearest of them, km.
    """

    level: Level | None
    near: int | None
    across: int
    nearest_km: float | None


def distance_km(lon: float | np.ndarray, lat: float | np.ndarray, to_lon: float, to_lat: float) -> np.ndarray:
    """Great-circle distance in kilometres.

    Parameters
    ----------
    lon, lat, to_lon, to_lat
        Degrees; shapes that broadcast.

    Returns
    -------
    numpy.ndarray
        Kilometres on a sphere of the mean radius; off the ellipsoid by up to 0.6 %.

    Notes
    -----
    Haversine formula; Sinnott (1984), Virtues of the Haversine, Sky and Telescope 68.

    Examples
    --------
    >>> round(float(distance_km(120.15, 30.28, 121.47, 31.23)))  # Hangzhou to Shanghai
    165
    """
    a, b = np.radians(lat), np.radians(to_lat)
    half = np.sin((b - a) / 2) ** 2 + np.cos(a) * np.cos(b) * np.sin(np.radians(to_lon - lon) / 2) ** 2
    return np.asarray(2 * EARTH_KM * np.arcsin(np.sqrt(np.minimum(half, 1.0))))


def located(dataset: Dataset) -> pl.DataFrame:
    """Firms with a place on the map: firm_id, lon, lat; a local one without its own has that of its district."""
    firms = dataset.firms.select("firm_id", "place", "district", "lon", "lat", "status")
    centres = dataset.table("districts").select("district", centre_lon="lon", centre_lat="lat")
    own = pl.col("lon").is_not_null() & pl.col("lat").is_not_null()
    local = pl.col("place") == "local"
    return (
        firms.join(centres, on="district", how="left")
        .with_columns(
            lon=pl.when(own).then("lon").when(local).then("centre_lon"),
            lat=pl.when(own).then("lat").when(local).then("centre_lat"),
        )
        .filter(pl.col("lon").is_not_null() & pl.col("lat").is_not_null())
        .select("firm_id", "place", "status", "lon", "lat")
    )


def centre(placed: pl.DataFrame) -> tuple[float, float] | None:
    """Middle of the city's active firms on the map: longitude, latitude; None where none is on it.

    Examples
    --------
    >>> at = [("local", "active", 120.0, 30.0), ("local", "active", 121.0, 31.0), ("abroad", "active", 0.0, 0.0)]
    >>> centre(pl.DataFrame(at, schema=["place", "status", "lon", "lat"], orient="row"))
    (120.5, 30.5)
    """
    here = placed.filter((pl.col("place") == "local") & (pl.col("status") == "active"))
    if here.is_empty():
        return None
    micro = here.select((pl.col("lon", "lat") * _MICRO).round().cast(pl.Int64).sum())
    lon, lat = micro.row(0)
    return lon / _MICRO / here.height, lat / _MICRO / here.height


def reach(
    dataset: Dataset, split: Split, present: pl.DataFrame, segments: list[str], *, near_km: float
) -> dict[str, Reach]:
    """Say for every segment how near its capable firms are.

    Distances are taken from the middle of the city's firms, so they need coordinates of firms or of districts; the
    levels go by place names, and beyond the region by distance too.

    Parameters
    ----------
    dataset
        The city's tables.
    split
        How links are divided over the segments of their suppliers.
    present
        Active firms on segments, as of `present_firms`.
    segments
        Ids of the segments.
    near_km
        What is near, km.
    """
    placed = located(dataset)
    middle = centre(placed)
    km: pl.Expr | pl.Series = pl.lit(None, pl.Float64)
    if middle is not None:
        km = pl.Series(distance_km(placed["lon"].to_numpy(), placed["lat"].to_numpy(), *middle)).round(3)
    known = present.join(placed.select("firm_id", km=km), on="firm_id", how="left").with_columns(
        near=pl.col("km") <= near_km, outside=pl.col("place").is_in(["country", "abroad"])
    )
    counted = known.group_by("segment_id").agg(
        pl.col("near").sum(),
        (pl.col("near") & pl.col("outside")).sum().alias("across"),
        pl.col("km").min(),
        pl.col("km").is_not_null().any().alias("seen"),
    )
    of = {s: (near, across, nearest) for s, near, across, nearest, seen in counted.iter_rows() if seen}
    nobody = set(segments) - set(present["segment_id"])
    levels = _levels(dataset, split, known)

    def one(s: str) -> Reach:
        if middle is None or (s not in of and s not in nobody):
            return Reach(levels.get(s), None, 0, None)
        return Reach(levels.get(s), *of.get(s, (0, 0, None)))

    return {s: one(s) for s in segments}


def _levels(dataset: Dataset, split: Split, known: pl.DataFrame) -> dict[str, Level]:
    """Segment id -> smallest level at which a firm is on it."""
    found: dict[str, Level] = {}
    across = pl.col("outside") & pl.col("near").fill_null(value=False)
    place = pl.when(across).then(pl.lit("region")).otherwise(pl.col("place").cast(pl.String))
    for segment, where in known.select("segment_id", place).unique().iter_rows():
        level = _LEVEL_OF[where]
        if segment not in found or LEVELS.index(level) < LEVELS.index(found[segment]):
            found[segment] = level
    buying = _buying_districts(dataset, split)
    if buying is not None:
        districts = dataset.firms.select("firm_id", "district")
        together = (
            known.filter(pl.col("place") == "local")
            .join(districts, on="firm_id")
            .join(buying, on=["segment_id", "district"])
        )
        found |= dict.fromkeys(together["segment_id"].unique().sort(), "district")
    return found


def _buying_districts(dataset: Dataset, split: Split) -> pl.DataFrame | None:
    """segment_id, district: where local buyers bought most of it in the last year; None without links."""
    if not dataset.has("supply_links"):
        return None
    buyers = dataset.firms.filter((pl.col("place") == "local") & pl.col("district").is_not_null())
    links = (
        dataset.table("supply_links")
        .lazy()
        .filter(pl.col("year") == pl.col("year").max())
        .join(buyers.lazy().select(buyer_id="firm_id", district="district"), on="buyer_id")
        .select("supplier_id", "buyer_id", "district", fen=(pl.col("amount") * 100).round().cast(pl.Int64))
    )
    return (
        split.divide(links, ["district"], ["fen"])
        .group_by("segment_id", "district")
        .agg(pl.col("fen").sum())
        .filter(pl.col("fen") > 0)
        .sort(["segment_id", "fen", "district"], descending=[False, True, False])
        .group_by("segment_id", maintain_order=True)
        .first()
        .select("segment_id", "district")
    )
