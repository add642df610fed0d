"""One firm's place in its city's network, on a chain of three: E (abroad) sells to C, C to R."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from tests.fragility.test_city import made
from tests.gaps.city import catalogue

from chainmend.fragility.role import Role, role
from chainmend.fragility.scenario import make_shock
from chainmend.fragility.stress import stress

if TYPE_CHECKING:
    from chainmend.fragility.city import CityNetwork


def of(firm: str, city: CityNetwork | None = None) -> Role:
    city = city or made()
    return role(city, city.network.firm(firm))


def reached(found: Role, direction: str, *, essential: bool) -> dict[int, int]:
    rows = found.reach.to_dicts()
    return {
        r["steps"]: r["firms"] for r in rows if (r["direction"], r["essential"]) == (direction, essential)
    }


def test_the_middle_of_a_chain_holds_it_together() -> None:
    found = of("C")
    assert [(r["firm_id"], r["share"], r["essentiality"]) for r in found.captives.to_dicts()] == [
        ("R", 1.0, 2)
    ]
    assert found.cut_off == 1
    assert reached(found, "downstream", essential=False) == {1: 1}
    assert reached(found, "upstream", essential=False) == {1: 1}
    assert found.firm["name"] == "C"
    assert (found.esri, found.own_share) == (1.0, 0.25)


def test_the_first_of_a_chain_reaches_the_last_in_two_steps_and_splits_nothing() -> None:
    found = of("E")
    assert reached(found, "downstream", essential=True) == {1: 1, 2: 1}
    assert (found.cut_off, found.own_share) == (0, 0.0)
    assert found.captives["firm_id"].to_list() == ["C"]


def test_the_last_of_a_chain_has_no_buyers() -> None:
    found = of("R")
    assert found.captives.is_empty()
    assert reached(found, "downstream", essential=False) == {}
    assert reached(found, "upstream", essential=False) == {1: 1, 2: 1}


def test_a_second_supplier_of_the_segment_frees_the_buyer() -> None:
    firms = {"E": ("abroad", 900.0), "F": ("local", 6.0), "C": ("local", 100.0), "R": ("local", 300.0)}
    links = [("E", "C", 2025, 4.0), ("F", "C", 2025, 6.0), ("C", "R", 2025, 50.0)]
    city = made(firms, links, {"E": "etcher", "F": "etcher", "C": "chip", "R": "robot"})
    assert of("E", city).captives.is_empty()
    assert of("C", city).cut_off == 2


@pytest.mark.parametrize("firm", ["E", "C", "R"])
def test_its_figure_is_that_of_its_own_stop(firm: str) -> None:
    city = made()
    found, one = of(firm, city), stress(city, make_shock(city, catalogue(), firms=[firm]))
    expected = (one.total, one.downstream, one.upstream)
    assert (found.esri, found.downstream, found.upstream) == pytest.approx(expected, abs=1e-12)
