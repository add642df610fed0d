"""World trade of 226 countries in 785 products: what R's `economiccomplexity` published of it."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import polars as pl
import pytest

from chainmend.indicators.complexity import fitness
from chainmend.indicators.presence import Sizes, sizes
from chainmend.indicators.relatedness import proximity
from chainmend.indicators.specialisation import location_quotient, presence


@pytest.fixture(scope="module")
def folder(shared: Path) -> Path:
    return shared / "data" / "economic_complexity_sitc4"


@pytest.fixture(scope="module")
def trade(folder: Path) -> Sizes:
    flows = pl.read_parquet(folder / "world_exports_sitc2_4d_avg1998_2000.parquet")
    return sizes(flows.rename({"country": "region", "product": "activity"}))


@pytest.fixture(scope="module")
def there(trade: Sizes) -> np.ndarray:
    return presence(location_quotient(trade.values)).toarray()


def places(names: tuple[str, ...], wanted: pl.Series) -> list[int]:
    at = {name: n for n, name in enumerate(names)}
    return [at[name] for name in wanted]


def square(folder: Path, names: tuple[str, ...], side: str) -> np.ndarray:
    """Published proximities, both halves; pairs that are not listed have none."""
    rows = pl.read_parquet(folder / f"expected_proximity_{side}.parquet")
    found = np.zeros((len(names), len(names)))
    a, b = places(names, rows["a"]), places(names, rows["b"])
    found[a, b] = found[b, a] = rows["proximity"]
    return found


def test_presence_is_the_published_one_in_every_cell(folder: Path, trade: Sizes, there: np.ndarray) -> None:
    rows = pl.read_parquet(folder / "expected_balassa_index_discrete.parquet")
    expected = np.zeros((226, 785), bool)
    expected[places(trade.regions, rows["country"]), places(trade.activities, rows["product"])] = True
    assert there.size == 177_410
    assert np.count_nonzero(there != expected) == 0


def test_fitness_is_the_published_one(folder: Path, trade: Sizes, there: np.ndarray) -> None:
    """The package counts the start as the first of its 20 iterations: 19 rounds are it, 20 are all but it."""
    same, next_ = fitness(there, 19), fitness(there, 20)
    for n, (names, side) in enumerate(((trade.regions, "country"), (trade.activities, "product"))):
        rows = pl.read_parquet(folder / f"expected_complexity_index_{side}.parquet")
        expected = np.empty(len(names))
        expected[places(names, rows["id"])] = rows["value"]
        assert same[n] == pytest.approx(expected, rel=1e-9)
        assert np.corrcoef(next_[n], expected)[0, 1] > 0.9999999


def test_proximity_is_the_published_one(folder: Path, trade: Sizes, there: np.ndarray) -> None:
    assert np.abs(proximity(there) - square(folder, trade.activities, "product")).max() <= 1e-6
    assert np.abs(proximity(there.T) - square(folder, trade.regions, "country")).max() <= 1e-6
