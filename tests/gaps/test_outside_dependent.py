"""Each cut of the three forms of outside dependence, on both sides: links, customs, world supply."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from typing import Any

import polars as pl
import pytest
from tests.gaps.city import catalogue, city, weights

from chainmend.gaps.facts import segment_facts
from chainmend.gaps.finding import Hit, NotChecked, Verdict
from chainmend.gaps.rules.outside_dependent import outside_dependent
from chainmend.settings import Thresholds

SOURCES = ("JPN", "USA", "DEU", "NLD", "KOR")
YEARS = (2024, 2025)


def verdict(
    segment: str = "etcher",
    links: list[tuple[str, str, int, float]] | None = None,
    cuts: dict[str, Any] | None = None,
    **tables: Any,
) -> Verdict:
    """What the rule says of a city with a buyer `a`, a maker `b` of chips and a firm of each country abroad."""
    firms: dict[str, tuple[str, float | None]] = dict.fromkeys("ab", ("local", 1.0)) | {"x": ("country", 1.0)}
    dataset = city(firms | dict.fromkeys(SOURCES, ("abroad", 1.0)), links, **tables)
    rows = dataset.tables["firms"].with_columns(
        country=pl.when(pl.col("firm_id").is_in(SOURCES)).then("firm_id").otherwise("country")
    )
    dataset = dataclasses.replace(dataset, tables=dict(dataset.tables) | {"firms": rows})
    on = weights({"b": "chip"} | dict.fromkeys(SOURCES, "chip"))
    t = Thresholds(**(cuts or {}))
    facts = segment_facts(dataset, catalogue(), on, t)
    return outside_dependent(catalogue().segments[segment], facts.segments[segment], facts, t)


def form(found: Verdict) -> str | None:
    """The form of the tests that held; None where none did."""
    return str(found.facts["form"]) if isinstance(found, Hit) else None


def bought(
    abroad: Sequence[float], here: float = 0.0, sold_away: float = 0.0, years: Sequence[int] = YEARS
) -> list[tuple[str, str, int, float]]:
    """Chips that `a` buys: of each country abroad, of `b` here; and what `b` sells outside the city."""
    amounts = [*zip(SOURCES, "aaaaa", abroad, strict=False), ("b", "a", here), ("b", "x", sold_away)]
    return [(seller, buyer, y, amount) for y in years for seller, buyer, amount in amounts if amount]


def traded(
    imports: Sequence[float], exports: float, years: Sequence[int] = YEARS, home: float = 0.0
) -> list[dict[str, Any]]:
    flows = [("import", p, v) for p, v in zip(SOURCES, imports, strict=False)]
    flows += [("export", "USA", exports), ("import", "CHN", home)]
    return [
        {"year": y, "month": 0, "flow": flow, "hs": "848620", "partner": partner, "value": value}
        for y in years
        for flow, partner, value in flows
        if value
    ]


def supplied(**shares: float) -> list[dict[str, Any]]:
    return [
        {"segment_id": "etcher", "origin": o, "year": 2025, "share": s, "source": "x"}
        for o, s in shares.items()
    ]


@pytest.mark.parametrize(
    ("abroad", "expected"),
    [
        ([60, 10, 10, 10, 10], None),  # 0.36 + 4 x 0.01 is the cut of 0.4 itself
        ([61, 9, 10, 10, 10], "links"),  # 0.4102
        ([59, 11, 10, 10, 10], None),  # 0.3902
    ],
)
def test_links_by_the_concentration_of_sources(abroad: list[float], expected: str | None) -> None:
    assert form(verdict("chip", bought(abroad))) == expected


@pytest.mark.parametrize(("cut", "expected"), [(0.49, "links"), (0.5, None), (0.51, None)])
def test_links_by_the_concentration_of_two_equal_sources(cut: float, expected: str | None) -> None:
    assert form(verdict("chip", bought([50, 50]), {"origin_hhi": cut})) == expected


@pytest.mark.parametrize(("here", "expected"), [(99.0, "links"), (100.0, None), (101.0, None)])
def test_links_by_the_share_from_outside(here: float, expected: str | None) -> None:
    # without the cut on sales, so that this one decides
    found = verdict("chip", bought([100.0], here), {"imports_over_exports": 0})
    assert form(found) == expected


@pytest.mark.parametrize(("sold_away", "expected"), [(19.0, "links"), (20.0, None), (21.0, None)])
def test_links_by_purchases_from_outside_over_local_sales(sold_away: float, expected: str | None) -> None:
    # 60 from outside; the maker here sells 40 in the city, the rest elsewhere
    assert form(verdict("chip", bought([60.0], 40.0, sold_away))) == expected


def test_links_without_local_sales_leave_that_ratio_unknown_and_hold() -> None:
    found = verdict("chip", bought([100.0]))
    assert isinstance(found, Hit)
    assert [y["outside_over_local_sales"] for y in found.facts["years"]] == [None, None]
    assert found.facts["years"][-1]["top_source"] == "JPN"
    assert "日本" in found.summary[0]


@pytest.mark.parametrize(("least", "expected"), [(100.0, "links"), (100.01, None)])
def test_links_of_too_few_purchases_say_nothing(least: float, expected: str | None) -> None:
    assert form(verdict("chip", bought([100.0]), {"minimum_purchases": least})) == expected


@pytest.mark.parametrize(
    ("imports", "expected"),
    [([60, 10, 10, 10, 10], None), ([61, 9, 10, 10, 10], "customs"), ([59, 11, 10, 10, 10], None)],
)
def test_customs_by_the_concentration_of_origins(imports: list[float], expected: str | None) -> None:
    assert form(verdict(customs=traded(imports, exports=1.0))) == expected


@pytest.mark.parametrize(("exports", "expected"), [(99.0, "customs"), (100.0, None), (101.0, None)])
def test_customs_by_imports_over_exports(exports: float, expected: str | None) -> None:
    assert form(verdict(customs=traded([100.0], exports))) == expected


def test_customs_without_exports_hold() -> None:
    assert form(verdict(customs=traded([100.0], 0.0))) == "customs"


def test_customs_leave_out_what_comes_back_from_abroad() -> None:
    # with the 50 of the own country, imports would exceed exports
    assert form(verdict(customs=traded([100.0], 120.0, home=50.0))) is None


@pytest.mark.parametrize(
    ("years", "expected"),
    [((2023, 2025), "customs"), ((2022, 2025), None)],  # the window is 2023 to 2025
)
def test_customs_in_two_years_of_the_last_three(years: tuple[int, ...], expected: str | None) -> None:
    assert form(verdict(customs=traded([100.0], 1.0, years))) == expected


def test_customs_of_one_year_cannot_be_judged() -> None:
    found = verdict(customs=traded([100.0], 1.0, (2025,)))
    assert isinstance(found, NotChecked)
    assert "2" in found.reason[1]


def test_customs_cannot_judge_a_segment_without_codes() -> None:
    found = verdict("robot", customs=traded([100.0], 1.0))
    assert isinstance(found, NotChecked)
    assert "customs" in found.tables


@pytest.mark.parametrize(
    ("shares", "expected"),
    [
        ({"JPN": 0.6, "USA": 0.2, "other": 0.2}, None),  # the cut of 0.4 itself; `other` is many countries
        ({"JPN": 0.61, "USA": 0.2, "other": 0.19}, "world"),
        ({"JPN": 0.59, "USA": 0.2, "other": 0.21}, None),
    ],
)
def test_world_by_the_concentration_of_origins(shares: dict[str, float], expected: str | None) -> None:
    assert form(verdict(provision=supplied(**shares))) == expected


@pytest.mark.parametrize(("home", "expected"), [(0.49, "world"), (0.5, None), (0.51, None)])
def test_world_by_the_share_abroad(home: float, expected: str | None) -> None:
    assert form(verdict(provision=supplied(CHN=home, JPN=1 - home))) == expected


def test_world_supply_of_unnamed_countries_is_unknown() -> None:
    found = verdict(provision=supplied(other=1.0))
    assert isinstance(found, NotChecked)
    assert "provision" in found.tables


def test_imports_are_no_danger_where_world_supply_is_spread() -> None:
    spread = supplied(JPN=0.3, USA=0.3, DEU=0.4)
    assert form(verdict(customs=traded([100.0], 1.0))) == "customs"
    assert form(verdict(customs=traded([100.0], 1.0), provision=spread)) is None


def test_links_are_told_before_customs_and_customs_before_the_world() -> None:
    customs, provision = traded([100.0], 1.0), supplied(JPN=1.0)
    assert form(verdict(customs=customs, provision=provision)) == "customs"
    assert form(verdict(provision=provision)) == "world"
    links = bought([100.0])
    chips = [row | {"segment_id": "chip"} for row in provision]
    assert form(verdict("chip", links, customs=customs, provision=chips)) == "links"
