"""What a mend is worth: two closed forms, what must hold of every network, estimated networks, refusals."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.fragility.small import small_cities, small_city
from tests.fragility.test_city import made
from tests.gaps.city import catalogue, city, weights

from chainmend.errors import NetworkError
from chainmend.fragility.city import CityNetwork, city_network
from chainmend.fragility.estimate import estimated_networks
from chainmend.fragility.knockout import knock_outs
from chainmend.fragility.scenario import make_shock
from chainmend.fragility.stress import stress
from chainmend.remedy.value import Values, loss_avoided, values
from chainmend.settings import Value

pytestmark = pytest.mark.filterwarnings("ignore:.*had not come to rest:RuntimeWarning")
F, A, B, C, L = range(5)
PLACE = ["abroad", "local", "local", "local", "local"]
FEW = settings(max_examples=30, deadline=None)
CERTAIN = {"abroad": 1.0, "country": 1.0, "region": 1.0, "local": 1.0}
ALL = ["s0", "s1", "s2", "s3"]


def assembler() -> CityNetwork:
    """F abroad sells 10 to A, for whom it is essential, and 4 to B, of whose purchases that is 40 %; both sell to C.

    A is essential for C, B is a third of its purchases. L sells B the rest. Each is alone in its sector and market.
    """
    essentiality = np.ones((5, 5), int)
    essentiality[F, A] = essentiality[A, C] = 2
    edges = {
        "supplier": [F, F, L, A, B], "buyer": [A, B, B, C, C], "weight": [10.0, 4.0, 6.0, 100.0, 50.0],
        "sector": range(5), "market": range(5), "essentiality": essentiality,
    }  # fmt: skip
    return small_city(edges, PLACE, [0.0, 100.0, 200.0, 300.0, 400.0])


def only(found: Values) -> dict[str, Any]:
    return found.scenarios.row(0, named=True) | found.frame.row(0, named=True)


def test_closed_form_where_nobody_can_replace_what_is_lost() -> None:
    """Now A loses all, B 40 %, C all, as A is essential: (100 + 80 + 300) / 1000.

    The new supplier takes 30 % of 14, which is less than the 9.8 that F still sells: none of that is replaced. A loses
    70 %, B 28 %, C 70 %. Once in ten years, of an output of 1000.
    """
    found = only(values(assembler(), ["s0"], Value(q=0.3, abroad=0.1)))
    assert found["loss_now"] == pytest.approx(0.48)
    assert found["loss_mended"] == pytest.approx((70 + 56 + 210) / 1000)
    assert found["value"] == pytest.approx(0.1 * 0.144 * 1000)
    assert (found["avoided"], found["purchases"], found["share"]) == (pytest.approx(14.4), 14.0, 1.0)
    assert (found["place"], found["source"], found["firms"], found["probability"]) == (
        "abroad",
        "JPN",
        1,
        0.1,
    )


def test_closed_form_where_the_new_supplier_replaces_a_part() -> None:
    """It takes 60 % of 14, that is 8.4; F sells 5.6 and two thirds of that (5.6 / 8.4) cannot be replaced."""
    found = only(values(assembler(), ["s0"], Value(q=0.6, abroad=0.1)))
    a, b = 0.4 * 2 / 3, 0.4 * 0.4 * 2 / 3
    assert found["loss_mended"] == pytest.approx((100 * a + 200 * b + 300 * a) / 1000)
    assert found["value"] == pytest.approx(0.1 * (480 - 400 * a - 200 * b))


def test_a_new_supplier_of_everything_removes_all_of_it() -> None:
    found = only(values(assembler(), ["s0"], Value(q=1.0)))
    assert (found["loss_mended"], found["value"]) == (0.0, pytest.approx(0.1 * 480))


def test_loss_now_is_that_of_a_stress_test_in_which_supply_stops_and_purchases_go_on() -> None:
    firms = {"E": ("abroad", 900.0), "C": ("local", 100.0), "R": ("local", 300.0)}
    links = [("E", "C", 2025, 10.0), ("C", "R", 2025, 50.0), ("R", "E", 2025, 30.0)]
    found = made(firms, links)
    shock = make_shock(found, catalogue(), segments=["etcher"], origins=["JPN"], upstream_share=0.0)
    row = only(values(found, ["etcher"]))
    assert row["loss_now"] == pytest.approx(stress(found, shock).total, abs=1e-12)
    out = knock_outs(found).filter(segment_id="etcher", kind="origin").row(0, named=True)
    assert row["loss_now"] == pytest.approx(out["downstream"])


def test_a_local_supplier_that_dominates_may_stop_too() -> None:
    """A is the only chip maker of C: chips have no origin outside."""
    found = values(assembler(), ["s1"], Value(local=0.5, draws=0))
    row = only(found)
    assert (row["kind"], row["place"], row["source"]) == ("supplier", "local", "F1")
    assert row["value"] == pytest.approx(0.5 * row["loss_now"] * 1000 - 0.5 * row["loss_mended"] * 1000)
    assert (row["low"], row["high"], row["draws"]) == (None, None, 0)


def test_a_dominating_supplier_abroad_stops_once_with_its_origin() -> None:
    edges = {"supplier": [0, 1], "buyer": [2, 2], "weight": [9.0, 1.0], "sector": [0, 0, 1]}
    found = small_city(edges, ["abroad", "local", "local"], country=["JPN", "CHN", "CHN"])
    assert values(found, ["s0"]).scenarios["kind"].to_list() == ["origin"]


def test_nobody_seen_to_buy_is_unknown_and_many_small_sources_are_worth_nothing() -> None:
    found = values(assembler(), ["s3", "s4", "nowhere"])
    assert found.frame["segment_id"].to_list() == ["nowhere", "s3", "s4"]
    assert found.frame["value"].to_list()[:2] == [None, None]  # C sells to nobody here
    assert values(assembler(), ["s0"], Value(main_share=1.0, sources=1)).frame["value"][0] > 0
    n = 12
    edges = {"supplier": range(n), "buyer": [n] * n, "weight": [1.0] * n, "sector": [0] * n + [1]}
    many = small_city(edges, ["local"] * (n + 1))
    assert values(many, ["s0"]).frame.select("value", "low", "scenarios").row(0) == (0.0, 0.0, 0)


@FEW
@given(small_cities(), st.sampled_from([0.1, 0.5, 0.9]))
def test_value_is_never_negative_and_grows_with_what_is_taken_and_with_the_odds(
    found: CityNetwork, q: float
) -> None:
    base = Value(q=q, draws=3, **CERTAIN)
    value = values(found, ALL, base)
    frame = value.frame.drop_nulls()
    assert (frame["value"] >= -1e-9).all()
    assert (frame["low"] >= -1e-9).all()
    assert (frame["low"] <= frame["high"]).all()
    assert (value.scenarios["loss_now"] >= value.scenarios["loss_mended"] - 1e-9).all()
    more = values(found, ALL, base.model_copy(update={"q": q + 0.1})).frame.drop_nulls()
    assert (more["value"] >= frame["value"] - 1e-9).all()
    half = values(
        found, ALL, Value(q=q, draws=3, **{k: v / 2 for k, v in CERTAIN.items()})
    ).frame.drop_nulls()
    np.testing.assert_allclose(half["value"] * 2, frame["value"], atol=1e-9)
    nothing = values(found, ALL, base.model_copy(update={"q": 0.0})).frame.drop_nulls()
    assert (nothing["value"].abs() + nothing["high"].abs()).sum() == 0.0


@FEW
@given(small_cities(), st.sampled_from([1e-6, 1e9]))
def test_money_in_another_unit_scales_the_value_with_it(found: CityNetwork, unit: float) -> None:
    net = found.network
    other = replace(
        found,
        network=replace(net, weight=net.weight * unit),
        firms=found.firms.with_columns(pl.col("weight") * unit),
    )
    chosen = Value(draws=4, **CERTAIN)
    one, two = (values(c, ALL, chosen, tolerance=0.0123).frame.drop_nulls() for c in (found, other))
    for column in ("value", "low", "high"):
        np.testing.assert_allclose(two[column] / unit, one[column], rtol=1e-6, atol=1e-8)


def test_the_interval_holds_the_value_and_narrows_for_a_source_that_is_alone() -> None:
    frame = values(assembler(), ["s0"], Value(q=0.3)).frame.row(0, named=True)
    assert frame["low"] < frame["value"] < frame["high"]
    edges = {"supplier": [0], "buyer": [1], "weight": [5.0], "sector": [0, 1], "essentiality": "leontief"}
    alone = values(small_city(edges, ["abroad", "local"]), ["s0"]).frame.row(0, named=True)
    assert alone["low"] == alone["value"] == alone["high"]


def test_neither_order_nor_repetition_nor_company_changes_a_value() -> None:
    asked = values(assembler(), ["s1", "s0", "s1"])
    assert asked.frame.equals(values(assembler(), ["s0", "s1"]).frame)
    alone = values(assembler(), ["s0"]).frame
    assert asked.frame.filter(segment_id="s0").equals(alone)
    assert not values(assembler(), ["s0"], Value(seed=1)).frame.equals(alone)


def test_the_order_of_the_tables_changes_nothing() -> None:
    firms = {"E": ("abroad", 900.0), "S": ("country", 9.0), "C": ("local", 100.0), "R": ("local", 300.0)}
    links = [("E", "C", 2025, 10.0), ("S", "C", 2025, 5.0), ("C", "R", 2025, 50.0)]
    on = weights({"E": "etcher", "S": "etcher", "C": "chip", "R": "robot"})
    one = city_network(city(firms, links), on, catalogue())
    two = city_network(city(dict(reversed(firms.items())), links[::-1]), on.reverse(), catalogue())
    for a, b in zip(*(vars(values(c, ["etcher", "chip"])).values() for c in (one, two)), strict=True):
        assert a.equals(b)


def test_estimated_networks_give_mean_and_spread_and_say_so() -> None:
    firms = {
        "E": ("abroad", 900.0),
        "G": ("abroad", 500.0),
        "C": ("local", 100.0),
        "D": ("local", 50.0),
        "R": ("local", 300.0),
    }
    on = weights({"E": "etcher", "G": "etcher", "C": "chip", "D": "chip", "R": "robot"})
    drawn = estimated_networks(city(firms), on, catalogue(), links_per_firm=2, draws=8)
    told: list[tuple[int, int]] = []
    found = values(drawn, ["etcher", "chip"], progress=lambda *done: told.append(done))
    assert found.frame["draws"].to_list() == [8, 8]
    assert found.frame["estimated"].all()
    assert told[-1] == (8, 8)
    each = [values(one, ["etcher"], Value(draws=0)).frame["value"][0] or 0.0 for one in drawn]
    row = found.frame.filter(segment_id="etcher").row(0, named=True)
    assert row["value"] == pytest.approx(np.mean(each))
    assert (row["low"], row["high"]) == pytest.approx(tuple(np.quantile(each, [0.025, 0.975])))
    assert found.scenarios["avoided"].sum() == pytest.approx(found.frame["value"].sum())
    single = values(drawn[:1], ["etcher"]).frame.row(0, named=True)
    assert (single["low"], single["draws"], single["estimated"]) == (None, 1, True)


def test_networks_that_are_no_draws_are_refused() -> None:
    for wrong in ([], [made(), made()]):
        with pytest.raises(NetworkError, match="no network, or several"):
            values(wrong, ["etcher"])
    for options in ({"tolerance": 2.0}, {"workers": 0}):
        with pytest.raises(NetworkError, match=next(iter(options))):
            values(made(), ["etcher"], **options)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("p", "now", "after", "output", "message"),
    [
        ([1.1], [0.5], [0.1], 1.0, "probability"),
        ([0.5], [1.5], [0.1], 1.0, "now"),
        ([0.5], [0.5], [np.nan], 1.0, "mended"),
        ([0.5], [0.5], [0.1], -1.0, "output"),
        ([0.5, 0.5], [0.5], [0.1], 1.0, "one probability"),
        ([0.5], [0.5], [0.1, 0.2], 1.0, "one probability"),
    ],
)
def test_numbers_out_of_their_range_are_refused(
    p: list[float], now: list[float], after: list[float], output: float, message: str
) -> None:
    with pytest.raises(NetworkError, match=message):
        loss_avoided(np.array(p), np.array(now), np.array(after), output)


def test_no_scenario_avoids_nothing() -> None:
    assert loss_avoided(np.zeros(0), np.zeros(0), np.zeros(0), 5.0) == 0.0
    drawn = loss_avoided(np.array([0.5, 1.0]), np.array([[0.2, 0.4], [0.0, 0.1]]), np.zeros((2, 2)), 10.0)
    assert drawn.tolist() == pytest.approx([5.0, 1.0])
