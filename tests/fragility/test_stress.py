"""What a shock costs a city, reckoned by hand on chains of three firms."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
from tests.fragility.test_city import made
from tests.gaps.city import catalogue

from chainmend.errors import NetworkError
from chainmend.fragility.network import SupplyNetwork
from chainmend.fragility.scenario import make_shock
from chainmend.fragility.stress import Stress, stress, systemic_firms, systemic_risk

if TYPE_CHECKING:
    from chainmend.fragility.city import CityNetwork


def run(city: CityNetwork, *, tolerance: float = 1e-2, max_steps: int = 1000, **named: Any) -> Stress:
    shock = make_shock(city, catalogue(), **named)
    return stress(city, shock, tolerance=tolerance, max_steps=max_steps)


def losses(found: Stress, column: str = "loss") -> dict[str, float]:
    return dict(found.firms.select("firm_id", column).iter_rows())


def test_without_its_only_essential_supplier_the_whole_chain_stops() -> None:
    """E abroad sells etchers to C (output 100), C sells chips to R (output 300)."""
    found = run(made(), origins=["JPN"])
    assert (found.total, found.own, found.spread) == (1.0, 0.0, 1.0)
    assert (found.downstream, found.upstream, found.output) == (1.0, 0.0, 400.0)
    assert (found.steps, found.converged) == (3, True)
    assert found.firms["lost"].sum() == 400.0


def test_a_lost_customer_costs_its_share_of_the_output() -> None:
    """C sells half of its output to R; E sells 10 of its 900 to C."""
    found = run(made(), firms=["R"])
    assert losses(found, "upstream") == pytest.approx({"R": 1, "C": 0.5, "E": 0.5 * 10 / 900})
    assert losses(found, "downstream") == {"R": 1, "C": 0, "E": 0}
    assert (found.own, found.total) == (0.75, pytest.approx((300 + 50) / 400))
    assert (found.downstream, found.upstream) == (0.75, pytest.approx(0.875))


def test_half_of_a_firm() -> None:
    found = run(made(), firms=["C"], share=0.5)
    assert losses(found) == pytest.approx({"C": 0.5, "R": 0.5, "E": 0.5 * 10 / 900})
    assert (found.own, found.total) == (0.125, pytest.approx(0.5))


def test_purchases_go_on_while_sales_stop_and_the_other_way_round() -> None:
    sales = run(made(), firms=["C"], upstream_share=0.0)
    assert losses(sales) == {"C": 1, "R": 1, "E": 0}
    purchases = run(made(), firms=["C"], share=0.0, upstream_share=1.0)
    assert losses(purchases) == pytest.approx({"C": 1, "R": 0, "E": 10 / 900})
    assert purchases.own == 0.25


def test_another_supplier_of_the_segment_stands_in_as_far_as_its_market_goes() -> None:
    """E of 4 stops, F of 6 is left: E's part of what is left is 4/6, and it had 0.4 of C's etchers."""
    firms = {"E": ("abroad", 900.0), "F": ("local", 6.0), "C": ("local", 100.0), "R": ("local", 300.0)}
    links = [("E", "C", 2025, 4.0), ("F", "C", 2025, 6.0), ("C", "R", 2025, 50.0)]
    city = made(firms, links, {"E": "etcher", "F": "etcher", "C": "chip", "R": "robot"})
    found = run(city, origins=["JPN"])
    lost = 0.4 * 4 / 6
    assert losses(found) == pytest.approx({"E": 1, "F": 0, "C": lost, "R": lost})
    assert found.total == pytest.approx(lost * 400 / 406)


def test_groups_sum_to_the_whole_and_the_most_lost_stands_first() -> None:
    found = run(made(), firms=["R"])
    assert found.by("sector").to_dicts() == [
        {"sector": "robot", "firms": 1, "output": 300.0, "own": 300.0, "lost": 300.0, "loss": 1.0},
        {"sector": "chip", "firms": 1, "output": 100.0, "own": 0.0, "lost": 50.0, "loss": 0.5},
    ]
    assert found.by("cluster_id").to_dicts() == [
        {"cluster_id": "k", "firms": 2, "output": 400.0, "own": 300.0, "lost": 350.0, "loss": 0.875}
    ]
    assert found.firms["firm_id"].to_list() == ["R", "C", "E"]


def test_a_cascade_that_is_cut_short_says_so() -> None:
    with pytest.warns(RuntimeWarning, match="had not come to rest after 1 steps"):
        found = run(made(), origins=["JPN"], max_steps=1)
    assert (found.steps, found.converged) == (1, False)
    assert found.total < 1


def test_the_index_of_a_firm_is_what_its_stopping_costs() -> None:
    city = made()
    ranked = systemic_risk(city)
    assert ranked["firm_id"].to_list() == ["C", "E", "R"]  # of two with one index the first by id
    assert ranked["esri"].to_list() == [1.0, 1.0, pytest.approx(0.875)]
    assert ranked["own_share"].to_list() == [0.25, 0.0, 0.75]
    assert ranked["ratio"].to_list() == [4.0, None, pytest.approx(0.875 / 0.75)]
    assert ranked["lost"].to_list() == [400.0, 400.0, pytest.approx(350)]
    for row in ranked.iter_rows(named=True):
        one = run(city, firms=[row["firm_id"]])
        expected = (one.total, one.downstream, one.upstream)
        assert (row["esri"], row["downstream"], row["upstream"]) == pytest.approx(expected, abs=1e-12)
        assert (row["steps"], row["converged"]) == (one.steps, one.converged)


def test_progress_is_told_up_to_the_last_firm() -> None:
    told: list[tuple[int, int]] = []
    systemic_risk(made(), progress=lambda done, of: told.append((done, of)))
    assert told[-1] == (3, 3)


def test_the_unit_of_money_changes_nothing() -> None:
    small = made(
        {"E": ("abroad", 900e-9), "C": ("local", 100e-9), "R": ("local", 300e-9)},
        [("E", "C", 2025, 10e-9), ("C", "R", 2025, 50e-9)],
    )
    for firm in "ECR":
        assert losses(run(small, firms=[firm])) == pytest.approx(losses(run(made(), firms=[firm])))
    assert np.allclose(systemic_risk(small)["esri"], systemic_risk(made())["esri"])


def test_where_nobody_sells_anything_all_firms_weigh_the_same() -> None:
    """Losses need no weights; an index without any would be a share of nothing."""
    alone = SupplyNetwork.from_edges([], [], [], sector=["a", "b"])
    found = alone.cascade({0: 0.5})
    assert (found.loss.tolist(), found.total()) == ([0.5, 0.0], 0.25)
    with pytest.raises(NetworkError, match="all weights are zero"):
        alone.esri()
    with pytest.raises(NetworkError, match="all weights are zero"):
        alone.cascade({0: 0.5}, weights=[0.0, 0.0])


def test_systemic_firms_are_the_local_ones_above_the_cut() -> None:
    everyone = systemic_risk(made()).filter(place="local")
    assert systemic_firms(made(), above=0.0).equals(everyone)
    assert systemic_firms(made(), above=0.9)["firm_id"].to_list() == ["C"]
    with pytest.raises(NetworkError, match="above: 2"):
        systemic_firms(made(), above=2)
