"""K-densities, held against the formula written out and against what chance must give."""

from __future__ import annotations

import math

import numpy as np
import pytest
from tests.indicators.few_firms import HOME, city_of

from chainmend.errors import IndicatorError
from chainmend.indicators import globe
from chainmend.indicators import localisation as module
from chainmend.indicators.globe import on_the_globe, pairs
from chainmend.indicators.localisation import KDensity, duranton_overman, localisation

NAN = float("nan")
Places = tuple[np.ndarray, np.ndarray]


def uniform(n: int, seed: int = 0) -> Places:
    """Places in a square of about 200 km."""
    rng = np.random.default_rng(seed)
    return rng.uniform(119, 121, n), rng.uniform(29, 31, n)


def haversine(lon: np.ndarray, lat: np.ndarray) -> np.ndarray:
    """Distances between all pairs i < j in km, by the formula of the navigators."""
    a, b = np.radians(lon), np.radians(lat)
    i, j = np.triu_indices(len(a), 1)
    h = np.sin((b[i] - b[j]) / 2) ** 2 + np.cos(b[i]) * np.cos(b[j]) * np.sin((a[i] - a[j]) / 2) ** 2
    return 2 * 6371.0088 * np.arcsin(np.sqrt(h))


def nearest(places: Places, n: int) -> Places:
    order = np.argsort((places[0] - 120) ** 2 + (places[1] - 30) ** 2)[:n]
    return places[0][order], places[1][order]


def density(d: np.ndarray, at: np.ndarray, h: float) -> np.ndarray:
    """K by the formula, one pair after the other."""
    out = np.zeros(len(at))
    for x in d:
        out += np.exp(-(((at - x) / h) ** 2) / 2) + np.exp(-(((at + x) / h) ** 2) / 2)
    return out / (len(d) * h * math.sqrt(2 * math.pi))


@pytest.mark.parametrize("n", [2, 3, 15, 60])
def test_density_is_that_of_the_formula(n: int) -> None:
    sites = uniform(300)
    firms = sites[0][:n], sites[1][:n]
    found = duranton_overman(*firms, *sites, draws=20)
    usual, d = haversine(*sites), haversine(*firms)
    lower, middle, upper = np.quantile(usual, [0.25, 0.5, 0.75])
    h = 0.9 * min(usual.std(), (upper - lower) / 1.34) * len(d) ** -0.2
    assert math.isclose(found.bandwidth, h, rel_tol=1e-9)
    assert math.isclose(found.distance[-1], middle, rel_tol=1e-9)
    exact = density(d, found.distance, h)
    np.testing.assert_allclose(found.density, exact, atol=2e-3 * exact.max())


def test_blocks_change_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    points = on_the_globe(*uniform(40), "x")
    whole = module._counts(points, 2.0, 200)
    monkeypatch.setattr(globe, "BLOCK", 3 * 40)
    assert max(len(arcs) for arcs in pairs(points)) <= 3 * 40
    np.testing.assert_allclose(module._counts(points, 2.0, 200), whole, rtol=1e-12)
    assert math.isclose(whole.sum(), 1)


def verdict(found: KDensity) -> str:
    return "localised" if found.localisation.any() else "dispersed" if found.dispersion.any() else "chance"


def test_a_crowd_is_localised_and_a_lattice_is_dispersed() -> None:
    sites = uniform(400)
    crowd = duranton_overman(*nearest(sites, 20), *sites, draws=200)
    assert verdict(crowd) == "localised"
    assert 0.5 < crowd.index <= 1
    assert (crowd.dispersion == 0).all()
    corners = (np.repeat([119.0, 121.0], 20), np.repeat([29.0, 31.0], 20))
    lattice = np.meshgrid(np.linspace(119, 121, 7), np.linspace(29, 31, 7))
    far = duranton_overman(*(x.ravel() for x in lattice), *sites, draws=200)
    assert verdict(far) == "dispersed"
    assert -1 <= far.index < 0
    assert duranton_overman(*corners, *sites, draws=200).index > 0  # two crowds far apart


def test_bands_enclose_each_other_and_hold_what_they_promise() -> None:
    """Sets drawn by chance leave the global band in about 5 of 100 cases a side."""
    sites = uniform(300)
    rng = np.random.default_rng(5)
    points = on_the_globe(*sites, "sites")
    chance = module._chance(points, module._usual(points, rng), 12, 400, rng)
    found = [module._held_against(points[rng.choice(300, 12, replace=False)], chance) for _n in range(400)]
    first = found[0]
    assert (first.global_high >= first.local_high).all()
    assert (first.global_low <= first.local_low).all()
    above = np.mean([f.localisation.any() for f in found])
    below = np.mean([(f.density < f.global_low).any() for f in found])
    assert (
        0.02 < above < 0.09
    )  # four standard errors of 400 draws, on either side of the sampling of the band
    assert 0.02 < below < 0.09


def test_a_global_band_is_the_lowest_that_5_percent_of_the_draws_exceed() -> None:
    draws = np.random.default_rng(0).normal(size=(200, 7))
    band = module._envelope(draws)
    assert (draws > band).any(axis=1).mean() <= 0.05
    ordered = np.sort(draws, axis=0)[::-1]
    k = int(np.flatnonzero((ordered == band).all(axis=1))[0])
    assert (draws > ordered[k + 1]).any(axis=1).mean() > 0.05  # the next lower one is exceeded by more


def test_same_seed_same_bands_and_no_order() -> None:
    sites = uniform(100)
    firms = nearest(sites, 12)
    a = duranton_overman(*firms, *sites, draws=50, seed=3)
    b = duranton_overman(firms[0][::-1], firms[1][::-1], *sites, draws=50, seed=3)
    np.testing.assert_allclose(a.density, b.density, rtol=1e-9, atol=1e-15)
    assert (a.global_high == b.global_high).all()
    assert (duranton_overman(*firms, *sites, draws=50, seed=4).global_high != a.global_high).any()


def test_firms_of_one_spot_pile_up_at_distance_zero() -> None:
    sites = uniform(100)
    found = duranton_overman([120.0] * 10, [30.0] * 10, *sites, draws=50)
    h = found.bandwidth
    assert math.isclose(found.density[0], 2 / (h * math.sqrt(2 * math.pi)), rel_tol=1e-9)
    assert found.index > 0.5


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda s: duranton_overman([120], [30], *s), "1 firms at 50 sites; expected: at least two firms"),
        (lambda s: duranton_overman(*uniform(51), *s), "51 firms at 50 sites"),
        (lambda s: duranton_overman(*s, *s, draws=19), "draws: 19; expected: at least 20"),
        (
            lambda s: duranton_overman([120, 181], [30, 30], *s),
            r"firms\[1\]: lon 181.0, lat 30.0; expected: degrees",
        ),
        (lambda s: duranton_overman([120, 120], [30, NAN], *s), r"firms\[1\]: lon 120.0, lat nan"),
        (lambda s: duranton_overman([120, 121], [30], *s), "longitudes of shape"),
        (lambda s: duranton_overman([], [], *s), "firms: longitudes of shape"),
        (
            lambda s: duranton_overman([120, 120], [30, 30], [120] * 9, [30] * 9),
            "sites: most sites are at one place",
        ),
    ],
)
def test_bad_input_is_refused(call: object, message: str) -> None:
    with pytest.raises(IndicatorError, match=message):
        call(uniform(50))  # type: ignore[operator]


def test_registered_index_needs_ten_located_firms() -> None:
    lon, lat = uniform(80)
    near = nearest((lon, lat), 12)
    crowd = [{"city": HOME, "segment": "ic.eda", "lon": x, "lat": y} for x, y in zip(*near, strict=True)]
    lost = [{"city": HOME, "segment": "ic.eda"} for _n in range(3)]
    rest = [
        {"city": HOME, "segment": "ic.ip-cores", "lon": x, "lat": y} for x, y in zip(lon, lat, strict=True)
    ]
    made = city_of([*crowd, *lost, *rest])
    found = {r.subject: r for r in localisation(made)}
    assert list(found) == list(made.segments)
    eda = found["ic.eda"]
    assert eda.value is not None
    assert eda.value > 0.3
    assert eda.note is not None
    assert eda.note[1] == "12 of 15 firms are at known places"
    assert eda.scope.measure == "firms"
    assert found["ic.ip-cores"].value is not None
    few = {r.subject: r for r in localisation(city_of([*crowd[:9], *lost, *rest]))}["ic.eda"]
    assert few.value is None
    assert few.note is not None
    assert few.note[1] == "needs 10 firms at known places; there are 9"


def test_registered_index_of_firms_at_one_place_or_none() -> None:
    one = city_of([{"city": HOME, "segment": "ic.eda", "lon": 120.0, "lat": 30.0} for _n in range(10)])
    note = {r.subject: r.note for r in localisation(one)}["ic.eda"]
    assert note is not None
    assert note[1] == "most firms are at one place; nothing to compare with"
    nowhere = list(localisation(city_of([{"city": HOME, "segment": "ic.eda"}])))
    assert {r.value for r in nowhere} == {None}
