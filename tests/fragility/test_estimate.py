"""Networks of a city without trades: marked as estimates, repeatable, and pooled into an interval."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import polars as pl
import pytest
from tests.gaps.city import catalogue, city, weights

from chainmend.errors import NetworkError
from chainmend.fragility.estimate import INSIDE, estimated_networks, pool_risk, pool_stress
from chainmend.fragility.scenario import make_shock
from chainmend.fragility.stress import Stress, stress, systemic_risk

if TYPE_CHECKING:
    from chainmend.fragility.city import CityNetwork

FIRMS = {
    "E": ("abroad", 400.0), "F": ("local", 100.0), "C": ("local", 200.0), "D": ("local", 100.0),
    "R": ("local", 300.0), "S": ("local", 100.0), "U": ("local", None),
}  # fmt: skip
ON = {"E": "etcher", "F": "etcher", "C": "chip", "D": "chip", "R": "robot", "S": "robot"}


def drawn(firms: dict[str, tuple[str, float | None]] = FIRMS, **named: Any) -> tuple[CityNetwork, ...]:
    chosen = {"links_per_firm": 2.0, "draws": 4} | named
    return estimated_networks(city(firms), weights(ON), catalogue(), **chosen)


def test_every_draw_says_that_it_is_estimated_and_from_what() -> None:
    found = drawn()
    assert len(found) == 4
    assert [c.network.estimated for c in found] == [True] * 4
    assert found[0].year == 2025
    assert found[0].notes == (
        "links are estimated from outputs and the catalogue: 4 draws, 2 customers a firm, "
        "50% of output sold inside",
        "firms of unknown output, left out: 1",
    )


def test_firms_and_weights_are_those_of_the_city() -> None:
    for one in drawn():
        assert one.network.names == ("C", "D", "E", "F", "R", "S")
        assert one.weights.tolist() == [200, 100, 0, 100, 300, 100]
        assert one.output == 800
        assert one.network.revenue is not None
        assert (one.network.revenue >= one.firms["output"].to_numpy()).all()


def test_nearly_complete_networks_sell_the_share_asked_for() -> None:
    """With every pair linked nothing is left to chance: sales are half of each output."""
    (one,) = drawn(links_per_firm=4.99, draws=1, inside=0.5)
    assert one.network.out_strength / one.firms["output"].to_numpy() == pytest.approx([0.5] * 6, rel=0.02)


def test_a_country_sells_two_thirds_of_its_output_as_inputs_which_is_more_than_is_assumed(
    shared: Path,
) -> None:
    table = pl.read_parquet(shared / "data/china_io_2007_135/io2007_flow_135.parquet")
    sectors = [c for c in table.columns if c.isdigit()]
    rows = table.filter(pl.col("code").is_in(sectors))
    inputs = rows.select(sectors).to_numpy().sum() / rows["GO"].sum()
    assert inputs == pytest.approx(2 / 3, abs=0.02)
    assert inputs > INSIDE


def test_the_same_seed_gives_the_same_networks_in_whatever_order_the_firms_come() -> None:
    one, other, third = drawn(), drawn(dict(reversed(FIRMS.items()))), drawn(seed=1)
    assert all(np.array_equal(a.network.weight, b.network.weight) for a, b in zip(one, other, strict=True))
    assert not all(
        np.array_equal(a.network.weight, b.network.weight) for a, b in zip(one, third, strict=True)
    )


def shocked(networks: tuple[CityNetwork, ...]) -> list[Stress]:
    shock = make_shock(networks[0], catalogue(), firms=["E"])
    return [stress(one, shock) for one in networks]


def test_pooled_losses_are_means_and_the_interval_holds_them() -> None:
    draws = shocked(drawn(draws=12))
    found = pool_stress(draws)
    totals = [d.total for d in draws]
    assert found.total == pytest.approx(np.mean(totals))
    assert found.interval["total"] == pytest.approx((np.quantile(totals, 0.05), np.quantile(totals, 0.95)))
    assert found.interval["spread"] == pytest.approx(found.interval["total"])  # nobody in the city stops
    assert found.firms["lost"].sum() == pytest.approx(found.total * 800)
    assert found.by("sector")["lost"].sum() == pytest.approx(found.total * 800)
    assert found.steps == max(d.steps for d in draws)
    assert found.converged


def test_one_draw_pooled_is_itself() -> None:
    (one,) = shocked(drawn(draws=1))
    found = pool_stress([one])
    assert (found.total, found.spread) == (one.total, one.spread)
    assert found.interval == {}  # one draw has none
    assert "esri_low" not in pool_risk([systemic_risk(drawn(draws=1)[0])])
    assert found.firms.equals(one.firms)


def test_pooled_risk_is_the_mean_of_each_firm() -> None:
    draws = [systemic_risk(one) for one in drawn()]
    found = pool_risk(draws)
    for row in found.iter_rows(named=True):
        values = [d.filter(pl.col("firm_id") == row["firm_id"])["esri"].item() for d in draws]
        assert row["esri"] == pytest.approx(np.mean(values))
        assert row["esri_low"] == pytest.approx(np.quantile(values, 0.05))
        assert row["esri_high"] == pytest.approx(np.quantile(values, 0.95))
        expected = row["esri"] / row["own_share"] if row["own_share"] else None
        assert row["ratio"] == pytest.approx(expected)
    assert found["esri"].is_sorted(descending=True)


@pytest.mark.parametrize(
    ("firms", "named", "message"),
    [
        (FIRMS, {"inside": 0.0}, "inside: 0.0; expected: a share above 0, at most 1"),
        (FIRMS, {"inside": 1.1}, "inside: 1.1"),
        (FIRMS, {"draws": 0}, "draws: 0"),
        (FIRMS, {"links_per_firm": -1.0}, "-6 expected links"),
        ({"E": ("abroad", 1.0), "C": ("local", None)}, {}, "no output of local firms is known"),
    ],
)
def test_what_cannot_be_drawn_is_said(
    firms: dict[str, tuple[str, float | None]], named: dict[str, float], message: str
) -> None:
    with pytest.raises(NetworkError, match=message):
        drawn(firms, **named)
