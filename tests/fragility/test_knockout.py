"""Knock-outs of segments and origins: by hand, and against the cascade of the same firms."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
from benchmarks.networks import power_law
from hypothesis import given, settings
from tests.fragility.small import small_cities, small_city
from tests.fragility.test_city import made
from tests.gaps.city import catalogue

from chainmend.errors import NetworkError
from chainmend.fragility.knockout import knock_outs
from chainmend.fragility.scenario import make_shock
from chainmend.fragility.stress import stress

if TYPE_CHECKING:
    from chainmend.fragility.city import CityNetwork

pytestmark = pytest.mark.filterwarnings("ignore:.*had not come to rest:RuntimeWarning")
ODD = 0.0123  # no loss of a small network rises by just as much


def against_the_cascade(city: CityNetwork, tolerance: float) -> int:
    found = knock_outs(city, main_share=0.0, sources=9, tolerance=tolerance)
    firms, net = city.firms, city.network
    for row in found.iter_rows(named=True):
        hit = firms["segment_id"] == row["segment_id"]
        if row["kind"] == "origin":
            hit &= (firms["country"] == row["source"]) & (firms["place"] == "abroad")
        if row["kind"] == "supplier":
            hit &= firms["firm_id"] == row["source"]
        shock = hit.to_numpy().astype(float)
        wanted = net.cascade(shock, tolerance=tolerance, weights=city.weights)
        assert row["firms"] == shock.sum()
        assert row["loss"] == pytest.approx(wanted.total(), abs=1e-9)
        assert row["downstream"] == pytest.approx(wanted.downstream @ wanted.weights, abs=1e-9)
        assert row["upstream"] == pytest.approx(wanted.upstream @ wanted.weights, abs=1e-9)
        assert row["own"] == pytest.approx(shock @ wanted.weights)
        assert (row["steps"], row["converged"]) == (wanted.steps[0], wanted.converged[0])
    return found.height


@settings(max_examples=40, deadline=None)
@given(small_cities())
def test_losses_and_steps_are_those_of_the_cascade(city: CityNetwork) -> None:
    assert against_the_cascade(city, ODD) >= len(set(city.firms["segment_id"]))


@pytest.mark.parametrize("options", [{}, {"market": None}])
def test_so_they_are_where_lanes_are_used(way: str, options: dict[str, Any]) -> None:
    net = power_law(500, seed=5, sectors=25, **options)
    edges = {
        "supplier": net.supplier, "buyer": net.buyer, "weight": net.weight, "sector": net.sector,
        "market": net.market, "essentiality": net.essentiality,
    }  # fmt: skip
    city = small_city(edges, ["local", "abroad", "abroad", "local", "local"] * 100)
    assert against_the_cascade(city, 1e-2) > 60


def test_what_may_grow_on_its_way_goes_to_the_dense_kernel() -> None:
    """Half of the revenue that firms have inside the network: a lost customer counts twice."""
    net = power_law(60, seed=6, sectors=6)
    edges = {
        "supplier": net.supplier, "buyer": net.buyer, "weight": net.weight, "sector": net.sector,
        "market": net.market, "essentiality": net.essentiality, "revenue": net.out_strength / 2,
    }  # fmt: skip
    city = small_city(edges, ["local", "local", "abroad"] * 20)
    assert not city.network.plan.contracting
    assert against_the_cascade(city, ODD) > 6


def test_own_loss_stands_apart_from_what_spreads_and_money_is_of_a_year() -> None:
    """E abroad sells etchers to C (output 100), C sells chips to R (output 300)."""
    found = knock_outs(made())
    told = found.select(
        "segment_id", "kind", "source", "firms", "purchases", "share", "own", "spread", "money"
    )
    assert told.rows() == [
        ("chip", "segment", None, 1, 50.0, 1.0, 0.25, 0.75, 400.0),
        ("chip", "supplier", "C", 1, 50.0, 1.0, 0.25, 0.75, 400.0),
        ("etcher", "segment", None, 1, 10.0, 1.0, 0.0, 1.0, 400.0),
        ("etcher", "origin", "JPN", 1, 10.0, 1.0, 0.0, 1.0, 400.0),
        ("robot", "segment", None, 1, 0.0, None, 0.75, 0.125, 350.0),
    ]


def test_an_origin_is_what_stress_stops() -> None:
    row = knock_outs(made()).filter(kind="origin").row(0, named=True)
    shock = make_shock(made(), catalogue(), segments=["etcher"], origins=["JPN"])
    found = stress(made(), shock)
    assert (row["loss"], row["own"], row["steps"]) == (found.total, found.own, found.steps)


def test_firms_on_no_segment_are_not_stopped() -> None:
    found = knock_outs(made(on={"C": "chip"}))
    assert found["segment_id"].unique().to_list() == ["chip"]


def test_the_rows_do_not_depend_on_the_number_of_threads_and_progress_is_told() -> None:
    net = power_law(200, seed=7, sectors=70)
    city = small_city(
        {"supplier": net.supplier, "buyer": net.buyer, "weight": net.weight, "sector": net.sector,
         "market": net.sector, "essentiality": net.essentiality},
        ["local", "abroad"] * 100,
    )  # fmt: skip
    told: list[tuple[int, int]] = []
    one = knock_outs(city, workers=1, progress=lambda *done: told.append(done))
    assert one.equals(knock_outs(city, workers=3))
    assert told[-1] == (one.height, one.height)
    assert len(told) == -(-one.height // 32)


def test_money_in_another_unit_changes_no_share() -> None:
    edges = {"supplier": [0, 1, 2], "buyer": [2, 2, 3], "weight": np.array([3.0, 1.0, 2.0]),
             "sector": [0, 0, 1, 2], "market": [0, 0, 1, 2], "essentiality": "leontief"}  # fmt: skip
    place = ["abroad", "abroad", "local", "local"]
    whole = knock_outs(small_city(edges, place))
    cents = knock_outs(small_city(edges | {"weight": edges["weight"] * 1e-9}, place))
    assert whole.drop("purchases").equals(cents.drop("purchases"))


@pytest.mark.parametrize(
    ("options", "message"),
    [({"tolerance": 0.0}, "tolerance"), ({"workers": 0}, "workers"), ({"main_share": -1}, "main_share")],
)
def test_settings_out_of_their_range_are_refused(options: dict[str, Any], message: str) -> None:
    with pytest.raises(NetworkError, match=message):
        knock_outs(made(), **options)
