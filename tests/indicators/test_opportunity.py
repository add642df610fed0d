"""What the five indicators say of a city: numbers of the formulas, what follows, nothing where unknown."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
import pytest
import scipy.sparse as sp
from tests.oracle.complexity import dense_cog, dense_coi, dense_density, dense_eci, dense_proximity

from chainmend.chain.catalogue import load_catalogue
from chainmend.demo import make_city
from chainmend.indicators import opportunity
from chainmend.indicators.city import City
from chainmend.indicators.measure import measure
from chainmend.registry import get

if TYPE_CHECKING:
    from chainmend.indicators.reading import Reading

SIZES = [
    [4, 4, 4, 4, 0, 0, 0],
    [0, 0, 9, 9, 9, 0, 0],
    [3, 3, 3, 0, 3, 3, 0],
    [0, 5, 0, 5, 0, 5, 0],
]
ALL = (
    opportunity.relatedness_densities,
    opportunity.product_complexities,
    opportunity.economic_complexity,
    opportunity.complexity_outlooks,
    opportunity.outlook_gains,
)
Make = Callable[..., City]


@pytest.fixture(scope="module")
def made() -> City:
    return City(make_city(firms=400, seed=1).now, load_catalogue("hangzhou-296x"))


@pytest.fixture
def with_sizes(made: City) -> Make:
    """The made-up city with other sizes: rows are cities, the city itself is row `home`."""

    def make(sizes: Sequence[Sequence[float]], home: int | None = 0) -> City:
        city = replace(made)
        width = len(made.segments)
        values = np.zeros((len(sizes), width))
        values[:, : len(sizes[0])] = sizes
        regions = tuple(f"city {n}" for n in range(len(sizes)))
        city.__dict__.update(sizes=sp.csr_array(values), regions=regions, home=home, basis="output")
        return city

    return make


def there(sizes: Sequence[Sequence[float]]) -> np.ndarray:
    """Presence by the definition of the location quotient, without the last column, which nobody has."""
    x = np.array(sizes, float)[:, :6]
    return x / x.sum(1)[:, None] / (x.sum(0) / x.sum()) >= 1


def of_segments(readings: Sequence[Reading], n: int = 6) -> list[float | None]:
    return [r.value for r in readings[:n]]


def test_numbers_are_those_of_the_formulas(with_sizes: Make) -> None:
    city, m = with_sizes(SIZES), there(SIZES)
    phi = dense_proximity(m)
    eci, pci, _values = dense_eci(m)
    assert of_segments(list(opportunity.relatedness_densities(city))) == pytest.approx(
        dense_density(m, phi)[0]
    )
    assert of_segments(list(opportunity.product_complexities(city))) == pytest.approx(pci)
    assert [r.value for r in opportunity.economic_complexity(city)] == pytest.approx([eci[0]])
    assert [r.value for r in opportunity.complexity_outlooks(city)] == pytest.approx(
        [dense_coi(m, phi, pci)[0]], abs=1e-5
    )
    gain = [None if has else value for has, value in zip(m[0], dense_cog(m, phi, pci)[0], strict=True)]
    assert [g is None for g in gain] == [
        g is None for g in of_segments(list(opportunity.outlook_gains(city)))
    ]
    assert [g for g in of_segments(list(opportunity.outlook_gains(city))) if g is not None] == pytest.approx(
        [g for g in gain if g is not None], abs=1e-5
    )


def test_the_rank_counts_the_cities(with_sizes: Make) -> None:
    eci = dense_eci(there(SIZES))[0]
    for home in range(4):
        (reading,) = opportunity.economic_complexity(with_sizes(SIZES, home))
        assert reading.note is not None
        assert reading.note[1] == f"rank {1 + (eci > eci[home] + 1e-9).sum()} of the 4 cities of the dataset"


def test_advice_follows_from_density_and_complexity(with_sizes: Make) -> None:
    city, m = with_sizes(SIZES), there(SIZES)
    eci, pci, _values = dense_eci(m)
    density = dense_density(m, dense_proximity(m))[0]
    middle = np.median(density[~m[0]])
    for n, reading in enumerate(list(opportunity.outlook_gains(city))[:6]):
        assert reading.note is not None
        said = reading.note[1]
        if m[0, n]:
            assert said == "the city is specialised in it"
        else:
            assert said.startswith("near to") == (density[n] >= middle)
            assert ("worth growing" in said) == (density[n] >= middle and pci[n] > eci[0])
            assert ("attract" in said) == (density[n] < middle and pci[n] > eci[0])


def test_a_segment_that_nobody_has_is_unknown_not_zero(with_sizes: Make) -> None:
    for function in (ALL[0], ALL[1], ALL[4]):
        last = list(function(with_sizes(SIZES)))[6]
        assert (last.value, last.note and last.note[1]) == (None, "no city of the dataset has it")


def test_what_is_apart_is_unknown(with_sizes: Make) -> None:
    apart = [[*row, 0] for row in SIZES] + [[0] * 7 + [5]]
    last = list(opportunity.relatedness_densities(with_sizes(apart)))[7]
    assert (last.value, last.note and last.note[1]) == (
        None,
        "too few cities have it, or they share no segment with the others",
    )
    (reading,) = opportunity.economic_complexity(with_sizes(apart, home=4))
    assert reading.note is not None
    assert reading.note[1] == "the city shares too few segments with the other cities of the dataset"


@pytest.mark.parametrize("function", ALL)
@pytest.mark.parametrize(
    ("sizes", "home", "why"),
    [
        (SIZES, None, "the city has no firm on any segment"),
        ([[0, 0], [1, 1]], 0, "the city has no firm on any segment"),
        ([[1, 2]], 0, "no two cities of the dataset share a segment"),
        ([[1, 0], [0, 1]], 0, "no two cities of the dataset share a segment"),
    ],
)
def test_without_other_cities_nothing_is_said(
    function: Callable, sizes: list, home: int | None, why: str, with_sizes: Make
) -> None:
    for reading in function(with_sizes(sizes, home)):
        assert (reading.value, reading.note and reading.note[1]) == (None, why)


def test_cities_of_one_structure_have_density_but_no_complexity(with_sizes: Make) -> None:
    alike = with_sizes([[1, 1, 1], [2, 2, 2]])
    assert of_segments(list(opportunity.relatedness_densities(alike)), 3) == [1, 1, 1]
    for function in ALL[1:]:
        for reading in list(function(alike))[:3]:
            assert reading.value is None
            assert reading.note is not None
            assert "too few or too alike" in reading.note[1]


def test_a_drawn_city_has_the_same_subjects(made: City) -> None:
    other = made.resampled(np.random.default_rng(0))
    for function in ALL:
        assert [r.subject for r in function(other)] == [r.subject for r in function(made)]


def test_they_are_registered_and_measured(made: City) -> None:
    ids = [
        "relatedness_density",
        "product_complexity",
        "economic_complexity",
        "complexity_outlook",
        "outlook_gain",
    ]
    assert [get("indicator", id).function for id in ids] == list(ALL)
    found = measure(made, ids)
    assert set(found.readings["indicator"].unique()) == set(ids)
    assert found.not_measured == {}
    assert not found.readings["value"].is_nan().any()


def test_of_many_cities_those_of_few_segments_are_left_out(with_sizes: Make) -> None:
    """One small city that alone has a segment would be all that complexity tells."""
    rng = np.random.default_rng(4)
    common = rng.uniform(1, 9, (30, 12)) * (rng.random((30, 12)) < np.linspace(0.9, 0.5, 30)[:, None])
    sizes = np.zeros((31, 14))
    sizes[:30, :12] = common
    sizes[30, [0, 12]] = 0.2, 50  # the small city: a little of a common segment, and one of its own
    sizes[3, 13] = 40  # a segment of one city only
    seen = {r.subject: r for r in opportunity.product_complexities(with_sizes(sizes))}
    ids = with_sizes(sizes).segments
    assert seen[ids[12]].value is seen[ids[13]].value is None
    values = [r.value for r in seen.values() if r.value is not None]
    assert len(values) > 8
    assert max(map(abs, values)) < 10
    small = list(opportunity.economic_complexity(with_sizes(sizes, home=30)))
    assert small[0].value is None
    assert small[0].note is not None
    assert small[0].note[1].startswith("the city shares too few segments")
