"""Losses with a new supplier are those of the network in which it is a firm, in every draw of the links."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
from benchmarks.networks import power_law
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.fragility.small import small_cities, small_city, with_supplier

from chainmend.errors import NetworkError
from chainmend.fragility.engines import Job
from chainmend.fragility.esri import weights_of
from chainmend.fragility.mended import Mend, mended_losses
from chainmend.fragility.network import SupplyNetwork

if TYPE_CHECKING:
    from chainmend.fragility.city import CityNetwork

pytestmark = pytest.mark.filterwarnings("ignore:.*had not come to rest:RuntimeWarning")
TOLERANCE, TINY = 0.0123, 1e-300
FEW = settings(max_examples=40, deadline=None)
SHARES = st.sampled_from([0.0, 0.3, 0.5, 0.99, 1.0])


def losses(city: CityNetwork, mends: list[Mend], share: float, **options: Any) -> np.ndarray:
    job = Job(options.pop("tolerance", TOLERANCE), True, 1000, weights_of(city.network, city.weights))
    local = (city.firms["place"] == "local").to_numpy()
    return mended_losses(city.network, local, mends, job, share=share, **options)


def every_sector(city: CityNetwork) -> list[Mend]:
    """The firms elsewhere of each sector stop; where there are none, all of it."""
    elsewhere = (city.firms["place"] != "local").to_numpy()
    found = []
    for sector in range(len(city.network.sectors)):
        ours = city.network.sector == sector
        firms = np.flatnonzero(ours & elsewhere) if (ours & elsewhere).any() else np.flatnonzero(ours)
        found.append(Mend(sector, firms.astype(np.int32)))
    return found


def expected(city: CityNetwork, mend: Mend, share: float) -> tuple[float, float]:
    """Loss by the cascade as things are, and by that of the larger network after as many steps."""
    weights = weights_of(city.network, city.weights)
    shock = np.zeros(city.network.n_firms)
    shock[mend.firms] = 1.0
    now = city.network.cascade(shock, loss_upstream=0 * shock, tolerance=TOLERANCE, weights=weights)
    larger, wider = with_supplier(city, mend.sector, share), np.append(shock, 0.0)
    after = larger.cascade(
        wider,
        loss_upstream=0 * wider,
        tolerance=TINY,
        max_steps=int(now.steps[0]),
        weights=np.append(weights, 0.0),
    )
    return now.total(), after.total()


@FEW
@given(small_cities(), SHARES)
def test_the_new_supplier_might_as_well_be_a_firm(city: CityNetwork, share: float) -> None:
    mends = every_sector(city)
    found = losses(city, mends, share)[0]
    for (now, after), mend in zip(found, mends, strict=True):
        assert (now, after) == pytest.approx(expected(city, mend, share), abs=1e-9)


@FEW
@given(small_cities(), st.integers(0, 3))
def test_a_draw_is_the_network_of_the_drawn_values(city: CityNetwork, seed: int) -> None:
    net, mends = city.network, every_sector(city)
    found = losses(city, mends, 0.4, draws=2, seed=seed)
    for draw in (1, 2):
        noise = np.random.default_rng([seed, draw]).standard_exponential(net.n_links)
        drawn = replace(city, network=replace(net, weight=net.weight * noise))
        for (now, after), mend in zip(found[draw], mends, strict=True):
            assert (now, after) == pytest.approx(expected(drawn, mend, 0.4), abs=1e-8)


@FEW
@given(small_cities())
def test_less_is_lost_the_more_the_new_supplier_takes(city: CityNetwork) -> None:
    mends = every_sector(city)
    found = np.array([losses(city, mends, q, draws=1) for q in (0.0, 0.25, 0.5, 1.0)])
    now, after = found[..., 0], found[..., 1]
    assert np.array_equal(now, np.broadcast_to(now[0], now.shape))
    assert np.array_equal(after[0], now[0])  # it takes nothing
    assert (np.diff(after, axis=0) <= 1e-9).all()


@pytest.mark.parametrize("options", [{}, {"market": None}, {"essentiality": "leontief"}])
def test_so_it_is_in_a_larger_network(options: dict[str, Any]) -> None:
    net = power_law(600, seed=3, sectors=40, **options)
    place = np.random.default_rng(3).choice(["local", "abroad"], 600).tolist()
    edges = {
        "supplier": net.supplier, "buyer": net.buyer, "weight": net.weight, "sector": net.sector,
        "market": net.market, "essentiality": net.essentiality,
    }  # fmt: skip
    city = small_city(edges, place)
    mends = every_sector(city)
    found = losses(city, mends, 0.3)[0]
    wanted = [expected(city, mend, 0.3) for mend in mends]
    np.testing.assert_allclose(found, wanted, rtol=0, atol=1e-9)
    assert (found[:, 0] - found[:, 1] > 1e-6).sum() > 30


def test_neither_the_number_of_threads_nor_the_other_mends_change_a_number() -> None:
    net = power_law(300, seed=4, sectors=20)
    city = small_city(
        {"supplier": net.supplier, "buyer": net.buyer, "weight": net.weight, "sector": net.sector,
         "market": net.sector, "essentiality": net.essentiality},
        ["local", "abroad", "local"] * 100,
    )  # fmt: skip
    mends = every_sector(city)
    told: list[tuple[int, int]] = []
    one = losses(city, mends, 0.3, draws=5, workers=1, progress=lambda *done: told.append(done))
    assert told == [(n, 6) for n in range(1, 7)]
    assert np.array_equal(one, losses(city, mends, 0.3, draws=5, workers=3))
    few = losses(city, [mends[7], mends[2]], 0.3, draws=3)
    assert np.array_equal(few, one[:4, [7, 2]])
    assert not np.array_equal(one[1:], losses(city, mends, 0.3, draws=5, seed=1)[1:])


def test_no_mend_is_no_work() -> None:
    city = small_city({"supplier": [0], "buyer": [1], "weight": [1.0], "sector": [0, 1]}, ["local"] * 2)
    assert losses(city, [], 0.3, draws=2).shape == (3, 0, 2)


def test_a_cascade_that_is_given_up_is_told() -> None:
    edges = {
        "supplier": [0, 1],
        "buyer": [1, 2],
        "weight": [1.0, 1.0],
        "sector": [0, 1, 2],
        "essentiality": "leontief",
    }
    city = small_city(edges, ["abroad", "local", "local"])
    job = Job(TOLERANCE, True, 1, weights_of(city.network, city.weights))
    mend = Mend(0, np.array([0], np.int32))
    with pytest.warns(RuntimeWarning, match="2 of 2 cascades had not come to rest after 1 steps"):
        found = mended_losses(city.network, np.array([False, True, True]), [mend], job, share=0.5, draws=1)
    assert found[0].tolist() == [[0.5, 0.25]]


def test_what_does_not_fit_is_refused() -> None:
    edges = {"supplier": [0, 1], "buyer": [2, 2], "weight": [1.0, 1.0], "sector": [0, 0, 1]}
    place = ["abroad", "abroad", "local"]
    mend = Mend(0, np.array([0], np.int32))
    with pytest.raises(NetworkError, match="several markets"):
        losses(small_city(edges | {"market": [0, 1, 2]}, place), [mend], 0.3)
    city = small_city(edges | {"costs": [1.0, 1.0, 5.0]}, place)
    assert isinstance(city.network, SupplyNetwork)
    with pytest.raises(NetworkError, match="a network with costs"):
        losses(city, [mend], 0.3)
