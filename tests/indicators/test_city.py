"""What the indicators of a city are computed from."""

from __future__ import annotations

import datetime as dt

import numpy as np
import polars as pl
import pytest

from chainmend.chain.catalogue import load_catalogue
from chainmend.dataset import Dataset, Place
from chainmend.demo import make_city
from chainmend.indicators.city import City
from chainmend.tables import empty

FIRMS = [
    # id, city, country, output, status
    ("a", "甲市", "CHN", 60.0, "active"),
    ("b", "甲市", "CHN", 40.0, "active"),
    ("c", "乙市", "CHN", 100.0, "active"),
    ("d", None, "JPN", 500.0, "active"),
    ("e", "甲市", "CHN", 900.0, "closed"),
]
PARTS = [
    ("a", "ic.eda", 1.0),
    ("b", "ic.eda", 0.25),
    ("b", "ic.ip-cores", 0.75),
    ("c", "ic.eda", 1.0),
    ("d", "ic.eda", 1.0),
]


def city(firms: list[tuple[str, str | None, str, float | None, str]] = FIRMS) -> City:
    """Five firms placed by people."""
    table = pl.DataFrame(
        [(i, i, c, n, o, s, False) for i, c, n, o, s in firms],
        schema=["firm_id", "name", "city", "country", "output", "status", "leader"],
        orient="row",
    )
    overrides = pl.DataFrame(PARTS, schema=["firm_id", "segment_id", "weight"], orient="row")
    tables = {"firms": table, "overrides": overrides}
    whole = {
        name: pl.concat([empty(name), t.cast({c: empty(name).schema[c] for c in t.columns})], how="diagonal")
        for name, t in tables.items()
    }
    return City(Dataset(Place("甲市"), dt.date(2025, 6, 30), whole), load_catalogue("hangzhou-296x"))


def test_sizes_are_output_by_city_and_segment() -> None:
    made = city()
    assert made.basis == "output"
    assert made.regions == ("乙市", "甲市")
    assert made.home == 1
    eda, ip = made.segments.index("ic.eda"), made.segments.index("ic.ip-cores")
    assert made.sizes[[1], [eda]] == 70
    assert made.sizes[[1], [ip]] == 30
    assert made.sizes[[0], [eda]] == 100
    assert made.sizes.sum() == 200  # a closed firm and one abroad are no part of the country's industry


def test_one_unknown_output_makes_them_numbers_of_firms() -> None:
    made = city([*FIRMS[:2], ("c", "乙市", "CHN", None, "active"), *FIRMS[3:]])
    assert made.basis == "firms"
    assert made.sizes.sum() == 3
    assert made.scope().measure == "firms"


def test_the_scope_is_that_of_the_datasets_firms() -> None:
    scope = city().scope()
    assert (scope.measure, scope.universe, scope.year) == ("output", "dataset", 2025)


def test_firms_are_drawn_within_their_region() -> None:
    made = City(make_city(firms=400, seed=2).now, load_catalogue("hangzhou-296x"))
    other = made.resampled(np.random.default_rng(3))
    counted, drawn = (
        c.firms.group_by("region").agg(pl.col("times").sum()).sort("region") for c in (made, other)
    )
    assert counted.filter(pl.col("region").is_not_null()).equals(drawn.filter(pl.col("region").is_not_null()))
    assert other.regions == made.regions
    assert other.sizes.shape == made.sizes.shape
    assert (other.sizes != made.sizes).nnz > 0
    again = made.resampled(np.random.default_rng(3))
    assert (again.sizes != other.sizes).nnz == 0


def test_draws_stand_around_what_they_are_drawn_from() -> None:
    """The mean of many draws of a sum is the sum."""
    made = City(make_city(firms=400, seed=2).now, load_catalogue("hangzhou-296x"))
    rng = np.random.default_rng(0)
    sums = [made.resampled(rng).sizes.sum() for _draw in range(60)]
    assert np.mean(sums) == pytest.approx(made.sizes.sum(), rel=3 * np.std(sums) / np.mean(sums) / 60**0.5)
