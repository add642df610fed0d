"""Each rule fires where it should, is silent where it must, and says so when it cannot look."""

from __future__ import annotations

from typing import Any

import pytest
from tests.gaps.city import catalogue, city, weights

import chainmend.gaps.rules  # noqa: F401
from chainmend.gaps.facts import segment_facts
from chainmend.gaps.finding import Hit, NotChecked, Verdict
from chainmend.registry import entries
from chainmend.settings import Thresholds

FIRMS = {
    "a": ("local", 100.0),
    "b": ("local", 100.0),
    "c": ("country", 100.0),
    "d": ("country", 100.0),
    "j": ("abroad", 100.0),
}
FIRMS_HERE: dict[str, tuple[str, float | None]] = dict.fromkeys("abe", ("local", 100.0))
ON = {"a": "robot", "b": "chip", "c": "chip", "d": "chip", "j": "chip"}


def verdict(rule: str, segment: str, on: dict[str, str] = ON, links: Any = None, **tables: Any) -> Verdict:
    dataset = city({f: FIRMS[f] for f in on}, links, **tables)
    facts = segment_facts(dataset, catalogue(), weights(on), Thresholds())
    entry = next(e for e in entries("rule") if e.id == rule)
    found: Verdict = entry.function(
        catalogue().segments[segment], facts.segments[segment], facts, Thresholds()
    )
    return found


def bought(years: tuple[int, ...] = (2025,), **amounts: float) -> list[tuple[str, str, int, float]]:
    return [(firm, "a", year, amount) for year in years for firm, amount in amounts.items()]


def fires(rule: str, segment: str = "chip", **given: Any) -> bool:
    return isinstance(verdict(rule, segment, **given), Hit)


def test_missing() -> None:
    assert fires("missing", "etcher")  # nobody here, and chips are made here
    assert not fires("missing", "chip")  # somebody is here
    assert not fires("missing", "etcher", on={"c": "chip"})  # nobody downstream is here
    assert not fires("missing", "robot", on={"b": "chip"})  # nothing is downstream of it


@pytest.mark.parametrize(("here", "expected"), [(29.0, True), (30.0, False), (31.0, False)])
def test_weak_below_three_tenths(here: float, expected: bool) -> None:
    assert fires("weak", links=bought(b=here, c=100.0 - here)) is expected


@pytest.mark.parametrize(("elsewhere", "expected"), [(4, True), (3, False)])
def test_weak_by_location_quotient_without_links(elsewhere: int, expected: bool) -> None:
    # chips are 1 of 3 here; with 4 firms elsewhere 5 of 7 (quotient 0.47), with 3 it is 4 of 6 (0.50)
    more = [f"c{n}" for n in range(elsewhere)]
    dataset = city(FIRMS_HERE | dict.fromkeys(more, ("country", 100.0)))
    on = {"a": "robot", "e": "robot", "b": "chip"} | dict.fromkeys(more, "chip")
    facts = segment_facts(dataset, catalogue(), weights(on), Thresholds())
    rule = next(e for e in entries("rule") if e.id == "weak")
    found = rule.function(catalogue().segments["chip"], facts.segments["chip"], facts, Thresholds())
    assert isinstance(found, Hit) is expected


@pytest.mark.parametrize(("top", "expected"), [(80.0, True), (81.0, True), (70.0, False)])
def test_single_source(top: float, expected: bool) -> None:
    # 80 of 100 is not above the share, but its HHI 0.64 + 0.04 is above 0.6; 70 gives 0.49 + 0.09
    assert fires("single_source", links=bought(c=top, b=100.0 - top)) is expected


def test_single_source_needs_links() -> None:
    found = verdict("single_source", "chip")
    assert isinstance(found, NotChecked)
    assert found.tables == ("supply_links",)


@pytest.mark.parametrize(("here", "expected"), [(49.0, True), (50.0, False)])
def test_outside_dependent_above_half(here: float, expected: bool) -> None:
    links = bought((2024, 2025), b=here, j=100.0 - here)
    assert fires("outside_dependent", links=links) is expected


def test_outside_dependent_in_two_years() -> None:
    once = bought((2024,), b=90.0, j=10.0) + bought((2025,), b=10.0, j=90.0)
    assert not fires("outside_dependent", links=once)
    assert isinstance(verdict("outside_dependent", "chip", links=bought(j=9.0)), NotChecked)


def test_without_a_table_dependence_is_not_checked() -> None:
    found = verdict("outside_dependent", "chip")
    assert isinstance(found, NotChecked)
    assert set(found.tables) == {"supply_links", "customs", "provision"}
