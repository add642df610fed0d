"""Cities of a few firms placed by people, for tests that know every number."""

from __future__ import annotations

import datetime as dt
from functools import cache
from typing import TYPE_CHECKING, Any

import polars as pl

from chainmend.chain.catalogue import load_catalogue
from chainmend.dataset import Dataset, Place
from chainmend.indicators.city import City
from chainmend.tables import empty

if TYPE_CHECKING:
    from chainmend.chain.model import Catalogue

HOME = "甲市"


@cache
def catalogue() -> Catalogue:
    """The shipped catalogue, read once."""
    return load_catalogue("hangzhou-296x")


def table(name: str, rows: list[dict[str, Any]]) -> pl.DataFrame:
    """Rows under the contract's columns; what a row does not say is null."""
    schema = empty(name).schema
    return pl.DataFrame([{c: row.get(c) for c in schema} for row in rows], schema=schema)


def city_of(firms: list[dict[str, Any]]) -> City:
    """A city of firms; each says its `city` and its `parts` (segment -> weight), or its `segment`."""
    filled = [
        {"firm_id": f"f{n:03}", "name": f"f{n:03}", "country": "CHN", "status": "active", "leader": False}
        | firm
        for n, firm in enumerate(firms)
    ]
    parts = [
        {"firm_id": firm["firm_id"], "segment_id": segment, "weight": weight}
        for firm in filled
        for segment, weight in (firm.get("parts") or {firm["segment"]: 1.0}).items()
    ]
    tables = {"firms": table("firms", filled), "overrides": table("overrides", parts)}
    return City(Dataset(Place(HOME), dt.date(2025, 6, 30), tables), catalogue())
