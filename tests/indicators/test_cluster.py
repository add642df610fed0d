"""Densities, innovation and exports of clusters: closed forms, invariants, and what is said where figures lack."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from chainmend.demo import make_city
from chainmend.indicators import cluster, innovation, members, radiation
from chainmend.indicators.city import City
from chainmend.indicators.measure import measure

from .small import CHIPS, DAY, HERE, SIGHT, by_subject, catalogue, firm, made

FIRMS = [
    firm(
        "a",
        60.0,
        employees=3.0,
        revenue=50.0,
        rd=5.0,
        exports=10.0,
        high_tech=True,
        land=2.0,
        district="东区",
    ),
    firm(
        "b",
        40.0,
        employees=1.0,
        revenue=50.0,
        rd=1.0,
        exports=0.0,
        high_tech=False,
        land=2.0,
        district="东区",
    ),
    firm(
        "c",
        20.0,
        employees=6.0,
        revenue=20.0,
        rd=0.0,
        exports=0.0,
        high_tech=False,
        land=4.0,
        district="西区",
    ),
    firm("d", 900.0, town="乙市", employees=1.0, revenue=1.0, rd=1.0, exports=1.0, high_tech=True, land=1.0),
]
PARTS = {"a": {CHIPS: 1.0}, "b": {CHIPS: 0.5, SIGHT: 0.5}, "d": {CHIPS: 1.0}}
PATENTS = [
    {"patent_id": str(n), "owner_id": owner, "date": DAY, "invention": invention}
    for n, (owner, invention) in enumerate([("a", True), ("a", False), ("b", True), ("b", True), ("x", True)])
]
DISTRICTS: list[dict[str, Any]] = [{"district": "东区", "area": 10.0}, {"district": "西区", "area": 40.0}]

IDS = [
    *("output_density", "output_per_land", "output_per_employee"),
    *("rd_intensity", "patents_per_output", "high_tech_share"),
    *("local_sales_share", "destination_diversity", "market_radiation", "export_share"),
    *("cluster_growth_gap", "cluster_growth_composition", "cluster_growth_within"),
]

# by hand: chips are a and half of b, sight is half of b, the city a, b and c; d is elsewhere
EXPECTED: list[tuple[Callable[..., Any], dict[str, float]]] = [
    (cluster.outputs_per_land, {CHIPS: 80 / 3, SIGHT: 20.0, HERE: 120 / 8}),
    (cluster.outputs_per_employee, {CHIPS: 80 / 3.5, SIGHT: 40.0, HERE: 12.0}),
    (cluster.output_densities, {"东区": 10.0, "西区": 0.5, HERE: 2.4}),
    (innovation.rd_intensities, {CHIPS: 5.5 / 75, SIGHT: 0.02, HERE: 0.05}),
    (innovation.patents_per_outputs, {CHIPS: 2e8 / 80, SIGHT: 1e8 / 20, HERE: 3e8 / 120}),
    (innovation.high_tech_shares, {CHIPS: 1 / 1.5, SIGHT: 0.0, HERE: 1 / 3}),
    (radiation.export_shares, {CHIPS: 10 / 75, SIGHT: 0.0, HERE: 10 / 120}),
]


@pytest.mark.parametrize(("function", "expected"), EXPECTED, ids=lambda x: getattr(x, "__name__", ""))
def test_a_city_reckoned_by_hand(function: Callable[..., Any], expected: dict[str, float]) -> None:
    found = by_subject(function, made(FIRMS, PARTS, patents=PATENTS, districts=DISTRICTS))
    assert {k: r.value for k, r in found.items()} == pytest.approx(expected)
    assert {r.note for r in found.values()} == {None}
    assert {(r.level, r.subject) for r in found.values()} >= {("city", HERE)}


def test_shares_of_clusters_are_of_all_local_firms() -> None:
    found = by_subject(cluster.cluster_shares, made(FIRMS, PARTS))
    assert {k: r.value for k, r in found.items()} == pytest.approx({CHIPS: 80 / 120, SIGHT: 20 / 120})
    partly = by_subject(cluster.cluster_shares, made([FIRMS[0] | {"output": None}, *FIRMS[1:]], PARTS))
    assert {k: (r.value, r.note and r.note[1]) for k, r in partly.items()} == {
        CHIPS: (20 / 60, "known of 1 of 2 firms"),
        SIGHT: (20 / 60, "all industry: known of 2 of 3 firms"),
    }


@pytest.mark.parametrize(("function", "expected"), EXPECTED, ids=lambda x: getattr(x, "__name__", ""))
def test_the_order_of_rows_does_not_matter(function: Callable[..., Any], expected: dict[str, float]) -> None:
    one = list(function(made(FIRMS, PARTS, patents=PATENTS, districts=DISTRICTS)))
    placed = dict(reversed(PARTS.items()))
    turned = made(FIRMS[::-1], placed, patents=PATENTS[::-1], districts=DISTRICTS[::-1])
    assert list(function(turned)) == one
    assert len(one) == len(expected) if "东区" in expected else len(catalogue().clusters) + 1


def test_every_cluster_has_a_reading_and_an_empty_one_says_so() -> None:
    found = {r.subject: r for r in innovation.rd_intensities(made(FIRMS, PARTS))}
    assert list(found) == [*(c.id for c in catalogue().clusters), HERE]
    empty = found["biomedicine-and-devices"]
    assert (empty.value, empty.note) == (None, ("没有本地企业", "no local firm"))


def without(firm_id: str, column: str) -> list[dict[str, Any]]:
    return [{**f, column: None} if f["firm_id"] == firm_id else f for f in FIRMS]


def test_where_some_firms_do_not_tell_the_others_speak_and_it_is_said() -> None:
    found = by_subject(innovation.rd_intensities, made(without("b", "rd"), PARTS))
    assert found[CHIPS].value == pytest.approx(5 / 50)
    assert found[CHIPS].note == (
        "2 家企业中 1 家有数，占其产值的 75%",
        "known of 1 of 2 firms, 75% of their output",
    )
    assert found[HERE].value == pytest.approx(5 / 70)


def test_where_those_that_tell_are_less_than_half_it_is_unknown() -> None:
    found = by_subject(innovation.rd_intensities, made(without("a", "rd"), PARTS))
    assert found[CHIPS].value is None
    assert found[CHIPS].note == (
        "2 家企业中 1 家有数，占其产值的 25%",
        "known of 1 of 2 firms, 25% of their output",
    )
    assert found[SIGHT].value == pytest.approx(0.02)
    assert found[HERE].value == pytest.approx(1 / 70)  # exactly half of the output
    assert members.LEAST_COVERED == 0.5


def test_where_an_output_is_unknown_firms_are_counted() -> None:
    found = by_subject(cluster.outputs_per_employee, made(without("a", "output"), PARTS))
    assert found[CHIPS].value == pytest.approx(40.0)
    assert found[CHIPS].note == ("2 家企业中 1 家有数", "known of 1 of 2 firms")


def test_a_zero_below_the_line_is_said() -> None:
    nobody = [{**f, "employees": 0.0} for f in FIRMS]
    found = by_subject(cluster.outputs_per_employee, made(nobody, PARTS))
    assert {r.value for r in found.values()} == {None}
    assert {r.note[1] for r in found.values() if r.note} == {"what it is divided by is zero"}


def test_tables_of_before_these_columns_are_unknown_and_not_zero() -> None:
    city = made(FIRMS, PARTS)
    bare = city.dataset.tables["firms"].drop("rd", "revenue", "land", "exports", "high_tech")
    old = type(city)(type(city.dataset)(city.dataset.place, city.dataset.date, {"firms": bare}), catalogue())
    assert {r.value for r in innovation.rd_intensities(old)} == {None}
    assert {r.value for r in innovation.high_tech_shares(old)} == {None}


def test_an_unknown_area_leaves_its_district_and_the_city_unknown() -> None:
    lacking: list[dict[str, Any]] = [{"district": "东区", "area": 10.0}, {"district": "西区", "area": None}]
    found = by_subject(cluster.output_densities, made(FIRMS, PARTS, districts=lacking))
    assert {k: r.value for k, r in found.items()} == {"东区": 10.0, "西区": None, HERE: None}


def test_money_stands_in_the_currency_of_the_data() -> None:
    assert {r.unit for r in cluster.outputs_per_land(made(FIRMS, PARTS))} == {"CNY/m2"}
    assert {r.unit for r in innovation.patents_per_outputs(made(FIRMS, PARTS, patents=PATENTS))} == {
        "patents/1e8 CNY"
    }


def test_through_the_registry_with_intervals_and_without_patents() -> None:
    ids = ["rd_intensity", "patents_per_output", "output_per_land"]
    many = [firm(f"f{n:02}", 10.0 + n, revenue=10.0, rd=n / 10, land=1.0 + n % 3) for n in range(30)]
    city = made(many, {f["firm_id"]: {CHIPS: 1.0} for f in many})
    found = measure(city, ids, interval=True, draws=20)
    assert found.not_measured.keys() == {"patents_per_output"}
    known = found.readings.drop_nulls("value")
    assert known.height == 4
    assert known.filter((known["low"] > known["value"]) | (known["high"] < known["value"])).is_empty()
    again = measure(city, ids, interval=True, draws=20)
    assert again.readings.equals(found.readings)


def test_a_city_without_a_local_firm_is_unknown_throughout() -> None:
    away = firm("d", 900.0, town="乙市", employees=1.0)
    links = [{"supplier_id": "d", "buyer_id": "d2", "year": 2025, "amount": 1.0}]
    firms = [away, firm("d2", 1.0, town="乙市")]
    city = made(firms, {}, supply_links=links, patents=PATENTS, districts=DISTRICTS)
    then = made([away], {}, date=dt.date(2024, 12, 31))
    found = measure(replace(city, before=then), IDS)
    assert found.not_measured == {}
    assert found.readings["indicator"].unique().sort().to_list() == sorted(IDS)
    assert found.readings["value"].null_count() == found.readings.height
    assert set(found.readings["note_en"]) == {"no local firm"}


def test_the_made_up_city_has_them_all() -> None:
    demo = make_city(firms=600, seed=2)
    city = City(demo.later, catalogue(), before=City(demo.now, catalogue()))
    found = measure(city, IDS)
    whole = found.readings.filter(found.readings["level"] == "city")
    assert whole["indicator"].sort().to_list() == sorted(IDS)
    assert whole["value"].null_count() == 0
    shares = found.readings.filter(found.readings["unit"] == "share")["value"].drop_nulls()
    assert shares.is_between(0, 1).all()
    lacking = found.readings.filter(found.readings["value"].is_null())
    assert lacking["note_zh"].null_count() == 0


def test_the_catalogue_has_the_clusters_of_this_test() -> None:
    assert {CHIPS, SIGHT} <= {c.id for c in catalogue().clusters}
