"""Firms and tables at rest: output, final demand and stocks, and what is refused."""

from __future__ import annotations

import numpy as np
import pytest

from chainmend.errors import NetworkError
from chainmend.fragility.dynamics import Outage, simulate
from chainmend.fragility.economy import firm_economy, sector_economy
from chainmend.fragility.network import SupplyNetwork


def test_output_is_what_is_sold_or_what_is_bought_unless_revenue_is_known() -> None:
    edges = ([0, 0, 1], [1, 2, 2], [3.0, 1.0, 2.0])
    network = SupplyNetwork.from_edges(*edges, sector=["a", "b", "c"])
    assert firm_economy(network, inventory_days=1, days_per_year=1).output.tolist() == [4, 3, 3]
    known = SupplyNetwork.from_edges(*edges, sector=["a", "b", "c"], revenue=[1.0, 10.0, 0.0])
    economy = firm_economy(known, inventory_days=1, days_per_year=1)
    assert economy.output.tolist() == [4, 10, 3]
    assert economy.final.tolist() == [0, 8, 3]


def test_stock_by_kind_of_input_and_by_buyer() -> None:
    network = SupplyNetwork.from_edges([0, 1, 0], [1, 2, 2], [1, 1, 1], sector=["a", "b", "c"])
    both = np.arange(1.0, 10).reshape(3, 3)
    assert firm_economy(network, inventory_days=[5, 6, 7]).days.tolist() == [5, 5, 6]
    assert firm_economy(network, inventory_days=both).days.tolist() == [2, 3, 6]


def test_a_firm_without_partners_and_a_network_without_links_run() -> None:
    network = SupplyNetwork.from_edges([0], [1], [0.0], sector=["a", "b"])
    economy = firm_economy(network, inventory_days=3)
    assert simulate(economy, Outage([1, 0]), days=2).relative.tolist() == [[1, 1], [1, 1]]
    sized = firm_economy(network, inventory_days=3, output=[365, 365])
    assert simulate(sized, Outage([1, 0]), days=1).relative.tolist() == [[0, 1]]


@pytest.mark.parametrize(
    ("keywords", "message"),
    [
        ({"inventory_days": 0.5}, "inventory_days: 0.5; expected: at least 1"),
        ({"inventory_days": float("nan")}, "inventory_days: nan; expected: at least 1"),
        ({"inventory_days": {"a": 3}}, "no stock for sector b; expected: days of stock for every sector"),
        ({"inventory_days": [1, 2, 3]}, r"shape \(3,\); expected: one number, one per sector \(2\)"),
        (
            {"inventory_days": 3, "output": [1, 5]},
            "output, row 0: 1; expected: at least what is sold inside, 2",
        ),
        ({"inventory_days": 3, "output": [5, 0]}, "output, row 1: 0; expected: .*above 0 where inputs"),
        ({"inventory_days": 3, "output": [5]}, r"shape \(1,\); expected: one value per firm \(2\)"),
        (
            {"inventory_days": 3, "output": [5, -1]},
            "output, row 1: -1.0; expected: a finite number of at least 0",
        ),
        ({"inventory_days": 3, "days_per_year": 0}, "days_per_year: 0; expected: a number above 0"),
    ],
)
def test_an_economy_that_makes_no_sense_is_refused(keywords: dict[str, object], message: str) -> None:
    network = SupplyNetwork.from_edges([0], [1], [2.0], sector=["a", "b"])
    with pytest.raises(NetworkError, match=message):
        firm_economy(network, **keywords)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("flows", "final", "message"),
    [
        ([[0, -1], [0, 0]], [1, 1], "flows, row 0, column 1: -1.0; expected: a finite number of at least 0"),
        ([[0, np.nan], [0, 0]], [1, 1], "flows, row 0, column 1: nan"),
        ([[0, 1], [0, 0]], [1, -1], "final, row 1: -1.0"),
        ([[0, 1]], [1, 1], r"flows \(1, 2\), final demand \(2,\); expected: a row and a column"),
    ],
)
def test_a_table_that_makes_no_sense_is_refused(
    flows: list[list[float]], final: list[float], message: str
) -> None:
    with pytest.raises(NetworkError, match=message):
        sector_economy(flows, final, inventory_days=3, sectors=["a", "b"])
