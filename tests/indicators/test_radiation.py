"""How far sales reach: closed forms, bounds, and sales nobody recorded."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from scipy import sparse

from chainmend.errors import IndicatorError
from chainmend.indicators import radiation
from chainmend.indicators.estimate import Estimate
from chainmend.indicators.measure import measure

from .small import CHIPS, HERE, SIGHT, by_subject, firm, made

FIRMS = [
    firm("a", 100.0),
    firm("b", 100.0),
    firm("c", 100.0),
    firm("near", 1.0, town="乙市"),
    firm("far", 1.0, town=None, country="DEU"),
    firm("further", 1.0, town="Berlin", country="DEU"),
]
PARTS = {"a": {CHIPS: 1.0}, "b": {CHIPS: 0.5, SIGHT: 0.5}}
LINKS = [
    {"supplier_id": s, "buyer_id": b, "year": y, "amount": v}
    for s, b, y, v in [
        ("a", "b", 2025, 40.0),
        ("a", "near", 2025, 30.0),
        ("a", "far", 2025, 10.0),
        ("a", "further", 2025, 20.0),
        ("b", "c", 2025, 80.0),
        ("b", "near", 2025, 20.0),
        ("b", "near", 2024, 1e6),
        ("near", "a", 2025, 1e6),
    ]
]
EXPECTED: list[tuple[Callable[..., Any], dict[str, float]]] = [
    # chips: home 40 + 40, near 30 + 10, Germany 30; all: home 120, near 50, Germany 30
    (radiation.local_sales_shares, {CHIPS: 80 / 150, SIGHT: 0.8, HERE: 0.6}),
    (radiation.destination_diversities, {CHIPS: 1 - (16 + 9) / 49, SIGHT: 0.0, HERE: 1 - (25 + 9) / 64}),
    (radiation.market_radiations, {CHIPS: 70 / 150 * 24 / 49, SIGHT: 0.0, HERE: 0.4 * 30 / 64}),
]


@pytest.mark.parametrize(("function", "expected"), EXPECTED, ids=lambda x: getattr(x, "__name__", ""))
def test_a_city_reckoned_by_hand(function: Callable[..., Any], expected: dict[str, float]) -> None:
    found = by_subject(function, made(FIRMS, PARTS, supply_links=LINKS))
    assert {k: r.value for k, r in found.items()} == pytest.approx(expected)
    assert {(r.scope.measure, r.scope.year) for r in found.values()} == {("sales", 2025)}
    notes = [r.note[1] if r.note else None for r in found.values()]
    assert notes == [None, None, "known of 2 of 3 firms, 67% of their output"]  # c has no recorded sale


@pytest.mark.parametrize(("function", "expected"), EXPECTED, ids=lambda x: getattr(x, "__name__", ""))
def test_the_order_of_rows_does_not_matter(function: Callable[..., Any], expected: dict[str, float]) -> None:
    found = by_subject(function, made(FIRMS[::-1], PARTS, supply_links=LINKS[::-1]))
    assert found == by_subject(function, made(FIRMS, PARTS, supply_links=LINKS))
    assert found.keys() == expected.keys()


def test_where_most_of_the_output_has_no_recorded_sale_it_is_unknown() -> None:
    large = [*FIRMS[:2], firm("c", 900.0), *FIRMS[3:]]
    found = by_subject(radiation.market_radiations, made(large, PARTS, supply_links=LINKS))
    assert found[HERE].value is None
    assert found[HERE].note == (
        "3 家企业中 2 家有数，占其产值的 18%",
        "known of 2 of 3 firms, 18% of their output",
    )
    assert found[CHIPS].value is not None


def test_where_nothing_leaves_the_city() -> None:
    stays = [r for r in LINKS if r["buyer_id"] in ("b", "c")]
    city = made(FIRMS, PARTS, supply_links=stays)
    diverse = by_subject(radiation.destination_diversities, city)[CHIPS]
    assert (diverse.value, diverse.note) == (None, ("没有销往市外的交易", "no sale leaves the city"))
    assert by_subject(radiation.market_radiations, city)[CHIPS].value == 0.0
    assert by_subject(radiation.local_sales_shares, city)[CHIPS].value == 1.0


def test_without_supply_links_there_is_nothing_to_measure() -> None:
    with pytest.raises(IndicatorError, match="甲市: no supply links or trades"):
        list(radiation.market_radiations(made(FIRMS, PARTS)))
    found = measure(made(FIRMS, PARTS), ["market_radiation"])
    assert found.not_measured["market_radiation"][1] == "needs the tables supply_links"


Pure = Callable[..., Estimate]
PURE: list[Pure] = [
    radiation.local_sales_share,
    radiation.destination_diversity,
    radiation.market_radiation,
]


@pytest.mark.parametrize("function", PURE)
@given(x=arrays(np.float64, (4, 5), elements=st.floats(0.01, 1e5)), unit=st.floats(1e-2, 1e2))
@settings(max_examples=20, deadline=None)
def test_free_of_units_and_order_bounded_and_the_same_sparse(
    function: Pure, x: np.ndarray, unit: float
) -> None:
    value = function(x).value
    assert 0 <= value <= 1
    assert function(x * unit).value == pytest.approx(value)
    assert function(x[::-1]).value == pytest.approx(value)
    assert function(x[:, [0, 4, 3, 2, 1]]).value == pytest.approx(value)
    assert function(sparse.csr_array(x)).value == pytest.approx(value)


@given(x=arrays(np.float64, (3, 4), elements=st.floats(0.01, 1e5)))
@settings(max_examples=20, deadline=None)
def test_radiation_is_the_product_of_its_parts(x: np.ndarray) -> None:
    outside = 1 - radiation.local_sales_share(x).value
    expected = outside * radiation.destination_diversity(x).value
    assert radiation.market_radiation(x).value == pytest.approx(expected)


@pytest.mark.parametrize("function", PURE)
def test_an_interval_holds_the_value_and_is_the_same_sparse(function: Pure) -> None:
    x = np.tile([[6.0, 1.0, 1.0], [2.0, 3.0, 1.0], [4.0, 2.0, 0.5]], (20, 1))
    found = function(x, interval=True, draws=100)
    assert found.low is not None
    assert found.high is not None
    assert found.low < found.value < found.high
    assert found.high - found.low < 0.2
    again = function(sparse.csr_array(x), interval=True, draws=100)
    assert (again.low, again.high) == pytest.approx((found.low, found.high))


def test_all_to_one_destination_and_all_evenly() -> None:
    assert radiation.destination_diversity([[5.0, 3.0]]).value == 0.0
    assert radiation.destination_diversity([[0.0, 1.0, 1.0, 1.0, 1.0]]).value == 0.75
    assert radiation.market_radiation([[0.0, 1.0, 1.0]]).value == 0.5
    assert radiation.market_radiation([[7.0, 0.0]]).value == 0.0


@pytest.mark.parametrize("function", PURE)
@pytest.mark.parametrize(
    ("sales", "named"),
    [
        ([[1.0, -1.0]], r"sales\[0, 1\]: -1.0"),
        ([[np.nan, 1.0]], r"sales\[0, 0\]: nan"),
        ([[0.0, 0.0]], "zeros only"),
        ([1.0, 2.0], r"an array of shape \(2,\)"),
        ([[]], r"an array of shape \(1, 0\)"),
    ],
)
def test_what_is_no_table_of_sales_is_refused(function: Pure, sales: Any, named: str) -> None:
    with pytest.raises(IndicatorError, match=named):
        function(sales)


def test_diversity_of_nothing_is_refused() -> None:
    with pytest.raises(IndicatorError, match="no sale leaves the city"):
        radiation.destination_diversity([[3.0, 0.0]])
