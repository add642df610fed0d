"""Main origins and dominating suppliers of a segment, counted by hand."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from tests.fragility.test_city import made

from chainmend.errors import NetworkError
from chainmend.fragility.sources import local_sales, main_sources, on_segments

if TYPE_CHECKING:
    from chainmend.fragility.city import CityNetwork

FIRMS = {
    "J1": ("abroad", 1.0), "J2": ("abroad", 1.0), "S": ("country", 1.0), "N": ("region", 1.0), "L": ("local", 1.0),
    "C": ("local", 100.0), "D": ("local", 100.0), "X": ("country", 50.0),
}  # fmt: skip
ON = dict.fromkeys(("J1", "J2", "S", "N", "L"), "etcher") | {"C": "chip", "D": "chip", "X": "chip"}


def bought(**amounts: float) -> list[tuple[str, str, int, float]]:
    return [(firm, "C", 2025, amount) for firm, amount in amounts.items()]


def rows(found: CityNetwork, **options: Any) -> list[tuple[Any, ...]]:
    columns = ("segment_id", "kind", "place", "source", "firms", "purchases", "share")
    return main_sources(found, **options).select(columns).rows()


def test_origins_are_countries_abroad_and_cities_elsewhere() -> None:
    city = made(FIRMS, bought(J1=30.0, J2=10.0, S=20.0, N=5.0, L=35.0), ON)
    assert rows(city, main_share=0.1) == [
        ("etcher", "origin", "abroad", "JPN", 2, 40.0, 0.4),
        ("etcher", "origin", "country", "深圳市", 1, 20.0, 0.2),
    ]
    assert len(rows(city)) == 3  # of 5 % too
    assert rows(city, sources=1) == rows(city)[:1]


def test_what_firms_elsewhere_buy_does_not_count() -> None:
    links = [*bought(J1=30.0, S=10.0), ("J1", "X", 2025, 1000.0)]
    city = made(FIRMS, links, ON)
    assert [r[5] for r in rows(city)] == [30.0, 10.0]
    sold = dict(zip(city.firms["firm_id"], local_sales(city), strict=True))
    assert (sold["J1"], sold["X"]) == (30.0, 0.0)


def test_a_supplier_with_half_of_it_is_a_source_of_its_own_unless_its_origin_is_the_same() -> None:
    local = made(FIRMS, bought(L=50.0, J1=30.0, J2=20.0), ON)
    assert [r[1:5] for r in rows(local)] == [
        ("origin", "abroad", "JPN", 2), ("supplier", "local", "L", 1),
    ]  # fmt: skip
    one_of_two = made(FIRMS, bought(J1=60.0, J2=20.0, L=20.0), ON)
    assert [r[1:5] for r in rows(one_of_two)] == [
        ("origin", "abroad", "JPN", 2), ("supplier", "abroad", "J1", 1),
    ]  # fmt: skip
    alone = made(FIRMS, bought(S=60.0, L=40.0), ON)
    assert [r[1:5] for r in rows(alone)] == [("origin", "country", "深圳市", 1)]


def test_members_are_numbers_of_the_network() -> None:
    city = made(FIRMS, bought(J1=30.0, J2=10.0), ON)
    members = main_sources(city)["members"][0].to_list()
    assert [city.network.names[m] for m in members] == ["J1", "J2"]  # type: ignore[index]


def test_nobody_buys_the_segment() -> None:
    city = made(FIRMS, [("C", "X", 2025, 10.0)], ON)
    assert rows(city) == []
    assert set(on_segments(city)["purchases"]) == {0.0}


@pytest.mark.parametrize(
    ("options", "where"), [({"main_share": 1.1}, "main_share: 1.1"), ({"sources": 0}, "sources: 0")]
)
def test_numbers_out_of_their_range_are_refused(options: dict[str, Any], where: str) -> None:
    with pytest.raises(NetworkError, match=where):
        main_sources(made(), **options)
