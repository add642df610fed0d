"""The supply network of a city: who belongs to it, on which sector, and what each firm weighs."""

from __future__ import annotations

from typing import Any

import numpy as np
import polars as pl
import pytest
from tests.gaps.city import catalogue, city, weights

from chainmend.dataset import Dataset
from chainmend.errors import NetworkError
from chainmend.fragility.city import CityNetwork, city_network

FIRMS = {"E": ("abroad", 900.0), "C": ("local", 100.0), "R": ("local", 300.0), "Z": ("abroad", 5.0)}
LINKS = [("E", "C", 2024, 1.0), ("E", "C", 2025, 10.0), ("C", "R", 2025, 50.0)]
ON = {"E": "etcher", "C": "chip", "R": "robot"}


def made(
    firms: dict[str, tuple[str, float | None]] = FIRMS,
    links: list[tuple[str, str, int, float]] | None = LINKS,
    on: dict[str, str] = ON,
    **named: Any,
) -> CityNetwork:
    return city_network(city(firms, links), weights(on), catalogue(), **named)


def changed(dataset: Dataset, **columns: pl.Expr) -> Dataset:
    """The dataset with other columns of firms."""
    firms = dataset.tables["firms"].with_columns(**columns)
    return Dataset(dataset.place, dataset.date, {**dataset.tables, "firms": firms})


def column(found: CityNetwork, name: str) -> dict[str, Any]:
    return dict(found.firms.select("firm_id", name).iter_rows())


def test_links_are_those_of_the_last_year_and_firms_are_named_by_their_ids() -> None:
    found = made()
    net = found.network
    assert found.year == 2025
    assert net.names == ("C", "E", "R")
    assert found.firms["firm_id"].to_list() == list(net.names or ())
    links = [(net.supplier[i], net.buyer[i], net.weight[i]) for i in range(net.n_links)]
    assert links == [(net.firm("C"), net.firm("R"), 50.0), (net.firm("E"), net.firm("C"), 10.0)]


def test_another_year() -> None:
    found = made(year=2024)
    assert (found.year, found.network.n_links, found.network.weight.tolist()) == (2024, 1, [1.0])


def test_local_firms_without_links_belong_to_it_and_others_without_links_do_not() -> None:
    found = made({**FIRMS, "L": ("local", 100.0)}, on={**ON, "L": "robot"})
    assert found.network.names == ("C", "E", "L", "R")
    assert found.output == 500.0


def test_firms_elsewhere_weigh_nothing() -> None:
    found = made()
    assert column(found, "weight") == {"C": 100.0, "E": 0.0, "R": 300.0}
    assert found.weights.tolist() == [100.0, 0.0, 300.0]
    assert found.output == 400.0
    assert found.notes == ()


def test_an_unknown_output_counts_with_the_sales_and_is_told() -> None:
    found = made({**FIRMS, "C": ("local", None)})
    assert column(found, "weight")["C"] == 50.0
    assert column(found, "output")["C"] is None
    assert found.notes == (
        "local firms of unknown output, which count with their sales within the network: 1",
    )


def test_a_lost_customer_counts_with_its_share_of_the_output_not_of_the_links_alone() -> None:
    """C makes 100 and sells 50 of it to R; F makes nothing that is known and sells 4; G sells more than it makes."""
    firms = {**FIRMS, "F": ("local", None), "G": ("local", 2.0)}
    found = made(firms, [*LINKS, ("F", "R", 2025, 4.0), ("G", "R", 2025, 8.0)])
    assert found.network.revenue is not None
    revenue = dict(zip(found.network.names or (), found.network.revenue.tolist(), strict=True))
    assert revenue == {"C": 100.0, "E": 900.0, "F": 4.0, "G": 8.0, "R": 300.0}


def test_closed_firms_and_their_links_are_left_out_and_told() -> None:
    data = changed(
        city(FIRMS, LINKS),
        status=pl.when(pl.col("firm_id") == "C").then(pl.lit("closed")).otherwise("status"),
    )
    found = city_network(data, weights(ON), catalogue())
    assert (found.network.names, found.network.n_links) == (("R",), 0)
    assert found.notes == ("links of closed firms are left out: 2 of 2",)


def test_the_sector_is_the_main_segment_else_the_division_else_unplaced() -> None:
    schema = {"firm_id": pl.String, "segment_id": pl.String, "weight": pl.Float64}
    placed = pl.DataFrame(
        [("C", "etcher", 0.4), ("C", "chip", 0.6), ("E", "robot", 0.5), ("E", "etcher", 0.5)],
        schema,
        orient="row",
    )
    data = changed(
        city({**FIRMS, "L": ("local", 1.0)}, LINKS),
        industry_code=pl.when(pl.col("firm_id") == "R").then(pl.lit("C3962")).when(pl.col("firm_id") == "Z").then(
            pl.lit("39")
        ),
    )  # fmt: skip
    found = city_network(data, placed, catalogue())
    # of two segments with equal weights the first by id
    assert column(found, "sector") == {"C": "chip", "E": "etcher", "L": "unplaced", "R": "code:39"}
    assert column(found, "segment_id") == {"C": "chip", "E": "etcher", "L": None, "R": None}
    assert column(found, "cluster_id") == {"C": "k", "E": "k", "L": None, "R": None}


def test_firms_of_a_sector_replace_each_other_and_the_catalogue_says_what_is_essential() -> None:
    net = made().network
    assert net.sectors == ("chip", "etcher", "robot")
    assert net.market is not None
    assert net.market.tolist() == net.sector.tolist()
    essential = {("etcher", "chip"), ("chip", "robot")}
    found = {
        (net.sectors[k], net.sectors[j]): int(net.essentiality[k, j]) for k in range(3) for j in range(3)
    }
    assert found == {pair: 2 if pair in essential else 1 for pair in found}


def test_rows_in_another_order_give_the_same_network() -> None:
    one, other = made(), made(dict(reversed(FIRMS.items())), LINKS[::-1])
    assert one.firms.equals(other.firms)
    for name in ("row", "buyer", "weight", "sector", "revenue"):
        assert np.array_equal(getattr(one.network, name), getattr(other.network, name))


@pytest.mark.parametrize("links", [None, []])
def test_without_links_the_table_needed_is_named(links: list[Any] | None) -> None:
    with pytest.raises(NetworkError, match=r"no table supply_links.*add the table supply_links, or trades"):
        made(links=links)


def test_a_year_without_links_names_those_there_are() -> None:
    with pytest.raises(NetworkError, match="no supply links of 2023; expected: one of: 2024, 2025"):
        made(year=2023)


def test_a_city_of_no_known_output_is_refused() -> None:
    with pytest.raises(NetworkError, match="no output of local firms is known, and none of them sells"):
        made({"E": ("abroad", 900.0), "C": ("local", None)}, [("E", "C", 2025, 1.0)])


def test_a_link_of_a_firm_nobody_knows_is_refused() -> None:
    with pytest.raises(NetworkError, match="unknown firm X"):
        made(links=[*LINKS, ("X", "C", 2025, 1.0)])
