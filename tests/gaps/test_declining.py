"""Declining: sales of two years, and anchors that closed."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.gaps.city import catalogue, city, verdict, weights

from chainmend.gaps.facts import segment_facts
from chainmend.gaps.finding import Hit, NotChecked, Verdict
from chainmend.settings import Thresholds

FIRMS: dict[str, tuple[str, float | None]] = {
    "a": ("local", 100.0),
    "b": ("local", 100.0),
    "b2": ("local", 100.0),
    "c": ("country", 100.0),
}
ON = {"a": "robot", "b": "chip", "b2": "chip", "c": "chip"}
CLOSED = {"status": "closed"}


def sold(before: float, after: float, more: Any = ()) -> list[tuple[str, str, int, float]]:
    return [("b", "a", 2024, before), ("b", "a", 2025, after), *more]


def said(links: Any, about: Any = None, t: Thresholds | None = None) -> Verdict:
    return verdict("declining", "chip", city(FIRMS, links, about=about), ON, t)


@pytest.mark.parametrize(("after", "fires"), [(79.0, True), (80.0, False), (81.0, False), (0.0, True)])
def test_fires_below_four_fifths_of_the_year_before(after: float, fires: bool) -> None:
    assert isinstance(said(sold(100.0, after)), Hit) is fires


def test_sales_to_firms_elsewhere_count() -> None:
    assert said(sold(100.0, 70.0, [("b", "c", 2025, 20.0)])) is None


def test_sales_of_firms_elsewhere_do_not() -> None:
    assert isinstance(said(sold(100.0, 70.0, [("c", "a", 2025, 50.0)])), Hit)


def test_small_sales_say_too_little() -> None:
    t = Thresholds(minimum_purchases=101.0)
    assert said(sold(100.0, 50.0), t=t) is None
    assert isinstance(said(sold(101.0, 50.0), t=t), Hit)


def test_evidence_names_the_firms_that_fell() -> None:
    found = said(sold(100.0, 50.0, [("b2", "a", 2024, 10.0), ("b2", "a", 2025, 20.0)]))
    assert isinstance(found, Hit)
    assert [(r["firm_id"], r["before"], r["after"]) for r in found.rows] == [("b", 100.0, 50.0)]
    assert found.facts["sales_growth"] == pytest.approx(70 / 110 - 1)


@pytest.mark.parametrize(
    ("share", "leader", "fires"), [(31.0, False, True), (29.0, False, False), (1.0, True, True)]
)
def test_an_anchor_that_closed(share: float, leader: bool, fires: bool) -> None:
    # sales did not fall: the other firm took over; the closed one sold last year
    links = [("b", "a", 2024, share), ("b2", "a", 2024, 100.0 - share), ("b2", "a", 2025, 100.0)]
    found = said(links, {"b": CLOSED | {"leader": leader}})
    assert isinstance(found, Hit) is fires
    if isinstance(found, Hit):
        assert found.rows[0]["firm_id"] == "b"
        assert found.facts["anchors_gone"] == 1


def test_an_anchor_that_closed_long_ago_is_no_news() -> None:
    links = [("b2", "a", 2024, 100.0), ("b2", "a", 2025, 100.0)]
    assert said(links, {"b": CLOSED | {"leader": True}}) is None


def test_without_two_years_in_a_row_it_cannot_look() -> None:
    for links in (None, [("b", "a", 2025, 1.0)], [("b", "a", 2023, 9.0), ("b", "a", 2025, 1.0)]):
        found = said(links)
        assert isinstance(found, NotChecked)
        assert found.tables == ("supply_links",)


def test_without_links_a_leader_that_closed_is_known() -> None:
    assert isinstance(said(None, {"b": CLOSED | {"leader": True}}), Hit)


@settings(deadline=None, max_examples=25)
@given(st.integers(1, 10**9), st.integers(0, 10**9), st.integers(2, 1000))
def test_growth_does_not_depend_on_the_unit_of_money(before: int, after: int, unit: int) -> None:
    def growth(k: int) -> float | None:
        made = city(FIRMS, sold(float(before * k), float(after * k)))
        return segment_facts(made, catalogue(), weights(ON), Thresholds()).segments["chip"].sales_growth

    assert growth(unit) == pytest.approx(growth(1), abs=1e-12)
    assert growth(1) == pytest.approx(after / before - 1, abs=1e-12)
