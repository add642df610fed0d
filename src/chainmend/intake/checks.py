"""Rules that need the date or another table: each names the rows it refuses.

A check returns ``(rule, column, condition)``; rows for which the condition holds are refused.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping

import polars as pl

Refusal = tuple[str, str, pl.Expr]


def future(frame: pl.DataFrame, date: dt.date) -> list[Refusal]:
    """Days and years later than the day the data describe."""
    found: list[Refusal] = [
        ("in_the_future", c, pl.col(c) > date) for c in ("date", "founded") if c in frame.columns
    ]
    if "year" in frame.columns:
        found.append(("in_the_future", "year", pl.col("year") > date.year))
    return found


def dangling(table: str, tables: Mapping[str, pl.DataFrame]) -> list[Refusal]:
    """Ids of firms (or institutes) that no table has."""
    if table not in ("products", "overrides", "supply_links", "needs", "patents", "talks"):
        return []
    firms = tables["firms"]["firm_id"]
    institutes = (
        tables["institutes"]["institute_id"] if "institutes" in tables else pl.Series([], dtype=pl.String)
    )
    who = pl.concat([firms, institutes])
    columns = {
        "products": {"firm_id": firms},
        "overrides": {"firm_id": firms},
        "talks": {"firm_id": firms},
        "supply_links": {"supplier_id": firms, "buyer_id": firms},
        "needs": {"reporter_id": who},
        "patents": {"owner_id": who},
    }
    return [("unknown_firm", c, ~pl.col(c).is_in(ids.implode())) for c, ids in columns.get(table, {}).items()]


def districts(table: str, tables: Mapping[str, pl.DataFrame], city: str | None) -> list[Refusal]:
    """A local firm in a district that the table of districts does not have."""
    if table != "firms" or "districts" not in tables or not city:
        return []
    known = tables["districts"]["district"]
    here = pl.col("district").is_not_null() & (pl.col("city") == city)
    return [("unknown_district", "district", here & ~pl.col("district").is_in(known.implode()))]


def swapped(frame: pl.DataFrame) -> bool:
    """Whether every coordinate of a frame stands in the other order: all latitudes beyond 90 degrees.

    Examples
    --------
    >>> swapped(pl.DataFrame({"lon": [30.2], "lat": [120.1]}))
    True
    """
    if not {"lon", "lat"} <= set(frame.columns):
        return False
    both = frame.select("lon", "lat").drop_nulls()
    return both.height > 0 and bool((both["lat"].abs() > 90).all() and (both["lon"].abs() <= 90).all())
