"""A city whose chip maker buys etchers elsewhere: five makers of them outside, small enough to reckon by hand."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import polars as pl
from tests.gaps.city import catalogue, city, weights

from chainmend.dataset import Dataset
from chainmend.gaps.facts import segment_facts
from chainmend.remedy.context import Context
from chainmend.settings import Settings

FIRMS: dict[str, tuple[str, float | None]] = {
    "C": ("local", 2e9),  # makes chips
    "R": ("local", 3e9),  # makes robots
    "near": ("region", 5e8),  # the others outside make etchers
    "far": ("country", 2e9),
    "small": ("country", 1e7),
    "unknown": ("country", None),
    "tokyo": ("abroad", 8e9),
    "shop": ("country", 1e9),  # is on no segment, buys robots of R and etchers of far
}
ON = {"C": "chip", "R": "robot"} | dict.fromkeys(("near", "far", "small", "unknown", "tokyo"), "etcher")
LINKS = [
    ("near", "C", 2024, 1e6),
    ("near", "C", 2025, 1.5e6),
    ("tokyo", "C", 2024, 8e6),
    ("tokyo", "C", 2025, 6e6),
    ("tokyo", "R", 2025, 2e6),
    ("far", "shop", 2025, 4e6),
    ("C", "R", 2025, 9e6),
    ("R", "shop", 2025, 5e6),
    ("R", "small", 2025, 1e6),
]
WHERE = {"C": (120.0, 30.0), "R": (120.0, 30.0), "near": (121.0, 30.0), "far": (114.0, 22.5)}


def dataset(
    links: list[tuple[str, str, int, float]] | None = LINKS,
    firms: Mapping[str, tuple[str, float | None]] = FIRMS,
    **tables: list[dict[str, Any]],
) -> Dataset:
    """The city with coordinates of some firms and tables that are given as rows."""
    made = city(dict(firms), links, **tables)
    where = pl.DataFrame(
        [(f, *at) for f, at in WHERE.items()], schema=["firm_id", "lon", "lat"], orient="row"
    )
    plain = made.tables["firms"]
    placed = plain.drop("lon", "lat").join(where, on="firm_id", how="left").select(plain.columns)
    return Dataset(made.place, made.date, {**made.tables, "firms": placed}, synthetic=True)


def context(
    data: Dataset | None = None,
    settings: Settings | None = None,
    on: Mapping[str, str] | None = None,
    **more: Any,
) -> Context:
    """What the remedies of `data` are computed from."""
    data, settings = data or dataset(), settings or Settings()
    placed, chains = weights(dict(ON if on is None else on)), more.pop("chains", None) or catalogue()
    facts = segment_facts(data, chains, placed, settings.thresholds)
    return Context(data, chains, placed, facts, settings, **more)


def talks(firm: str, stage: str = "contact", segment: str = "etcher") -> dict[str, Any]:
    """One row of the table of talks."""
    return {"firm_id": firm, "segment_id": segment, "stage": stage}
