"""A city of a few firms placed by people, small enough to reckon its cluster indicators by hand."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator, Sequence
from functools import cache
from typing import TYPE_CHECKING, Any

import polars as pl

from chainmend.chain.catalogue import load_catalogue
from chainmend.dataset import Dataset, Place
from chainmend.indicators.city import City
from chainmend.tables import empty

if TYPE_CHECKING:
    from chainmend.chain.model import Catalogue
    from chainmend.indicators.reading import Reading

CHIPS, SIGHT = "integrated-circuits", "visual-intelligence"
HERE, DAY = "甲市", dt.date(2025, 12, 31)


@cache
def catalogue() -> Catalogue:
    return load_catalogue("hangzhou-296x")


def segment_of(cluster: str, n: int = 0) -> str:
    return [s.id for s in catalogue().segments.values() if s.cluster_id == cluster][n]


def frame(name: str, rows: Sequence[dict[str, Any]]) -> pl.DataFrame:
    return pl.DataFrame(list(rows), schema=empty(name).schema)


def firm(firm_id: str, output: float | None = None, town: str | None = HERE, **more: Any) -> dict[str, Any]:
    about = {
        "firm_id": firm_id,
        "name": firm_id,
        "country": "CHN",
        "city": town,
        "status": "active",
        "leader": False,
    }
    return about | {"output": output} | more


def made(
    firms: Sequence[dict[str, Any]],
    clusters: dict[str, dict[str, float]],
    *,
    date: dt.date = DAY,
    before: City | None = None,
    **tables: Sequence[dict[str, Any]],
) -> City:
    """Firms, and the weight of each in its clusters, on the first segment of each; all others are in none."""
    placed = [
        {"firm_id": id, "segment_id": segment_of(cluster), "weight": weight}
        for id, parts in clusters.items()
        for cluster, weight in parts.items()
    ]
    placed += [{"firm_id": f["firm_id"], "segment_id": "none"} for f in firms if f["firm_id"] not in clusters]
    rows = {"firms": firms, "overrides": placed, **tables}
    data = Dataset(Place(HERE), date, {name: frame(name, r) for name, r in rows.items()})
    return City(data, catalogue(), before=before)


def by_subject(function: Callable[[City], Iterator[Reading]], city: City) -> dict[str, Reading]:
    """Readings by subject, those of clusters without a firm left out."""
    return {r.subject: r for r in function(city) if r.note is None or r.note[1] != "no local firm"}
