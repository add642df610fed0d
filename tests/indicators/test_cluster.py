"""Densities, innovation and exports of clusters: closed forms, invariants, and what is said where figures lack."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from chainmend.errors import IndicatorError
from chainmend.indicators import cluster, innovation, members, radiation
from chainmend.indicators.estimate import Estimate, ratio
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


Pure = Callable[..., Estimate]
RATIOS: list[Pure] = [
    cluster.output_per_land,
    cluster.output_per_employee,
    innovation.rd_intensity,
    radiation.export_share,
]
numbers = st.lists(
    st.tuples(st.just(0.0) | st.floats(0.001, 1e6), st.floats(0.01, 1e6)), min_size=1, max_size=12
)


@pytest.mark.parametrize("function", RATIOS)
@given(pairs=numbers, unit=st.floats(1e-3, 1e3), data=st.data())
@settings(max_examples=20, deadline=None)
def test_ratios_are_free_of_units_and_order_and_within_the_firms(
    function: Pure, pairs: list[tuple[float, float]], unit: float, data: st.DataObject
) -> None:
    a, b = np.array(pairs).T
    value = function(a, b).value
    order = data.draw(st.permutations(range(len(a))))
    assert function(a[order], b[order]).value == pytest.approx(value)
    assert function(a * unit, b * unit).value == pytest.approx(value)
    assert (a / b).min() * (1 - 1e-9) <= value <= (a / b).max() * (1 + 1e-9)
    assert function(np.append(a, a), np.append(b, b)).value == pytest.approx(value)


@pytest.mark.parametrize("function", RATIOS)
def test_an_interval_holds_the_value_of_a_symmetric_city(function: Pure) -> None:
    a, b = np.tile([1.0, 2.0, 3.0], 20), np.full(60, 4.0)
    found = function(a, b, interval=True)
    assert found.low is not None
    assert found.high is not None
    assert found.value == 0.5
    assert 0.4 < found.low < 0.5 < found.high < 0.6
    # the middle 95 % of the mean of 60 draws with variance 2/3, over 4
    assert found.high - found.low == pytest.approx(2 * 1.96 * np.sqrt(2 / 3 / 60) / 4, rel=0.25)
    assert function(a, b, interval=True) == found != function(a, b, interval=True, seed=1)


def test_equal_firms_have_an_interval_of_no_width() -> None:
    assert ratio(("a", [2.0] * 5), ("b", [4.0] * 5), interval=True) == Estimate(0.5, 0.5, 0.5)


@pytest.mark.parametrize("function", RATIOS)
@pytest.mark.parametrize(
    ("a", "b", "named"),
    [
        ([1.0, -1.0], [1.0, 1.0], r"\[1\]: -1.0; expected: a finite number of at least 0"),
        ([1.0, np.nan], [1.0, 1.0], r"\[1\]: nan"),
        ([1.0, np.inf], [1.0, 1.0], r"\[1\]: inf"),
        ([1.0], [1.0, 1.0], r"an array of shape \(1,\)"),
        ([0.0], [1.0, 1.0], r"an array of shape \(1,\)"),
        ([], [], r"an array of shape \(0,\)"),
        ([[1.0]], [1.0], r"an array of shape \(1, 1\)"),
        ([1.0, 1.0], [0.0, 0.0], "zeros only"),
        (["much"], [1.0], "could not convert"),
    ],
)
def test_what_is_no_figure_is_refused(function: Pure, a: Any, b: Any, named: str) -> None:
    with pytest.raises(IndicatorError, match=named):
        function(a, b)


def test_no_exports_at_all_are_a_share_of_zero() -> None:
    assert radiation.export_share([0, 0], [1, 2]).value == 0.0


def test_draws_without_a_denominator_are_refused() -> None:
    with pytest.raises(IndicatorError, match="statistic of a draw is not finite"):
        innovation.rd_intensity([1.0, 1.0], [0.0, 5.0], interval=True)


def test_patents_and_titles_and_density() -> None:
    assert innovation.patents_per_output([1, 2], [50.0, 100.0], per=100.0).value == 2.0
    assert innovation.high_tech_share([True, False], [1.0, 0.25]).value == 0.8
    assert innovation.high_tech_share([False, False]).value == 0.0
    assert cluster.output_density([0.0, 0.0], 5.0).value == 0.0
    found = cluster.output_density(np.tile([1.0, 3.0], 50), 10.0, interval=True)
    assert found.value == 20.0
    assert found.low is not None
    assert found.high is not None
    assert found.low < 20 < found.high


@pytest.mark.parametrize("area", [0.0, -1.0, np.nan, np.inf])
def test_an_area_is_above_zero(area: float) -> None:
    with pytest.raises(IndicatorError, match=r"area: .*a finite number above 0"):
        cluster.output_density([1.0], area)


def test_titles_and_weights_are_of_one_length() -> None:
    with pytest.raises(IndicatorError, match="high_tech"):
        innovation.high_tech_share([True, False], [1.0])


def test_the_catalogue_has_the_clusters_of_this_test() -> None:
    assert {CHIPS, SIGHT} <= {c.id for c in catalogue().clusters}
