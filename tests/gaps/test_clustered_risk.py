"""Clustered risk: local supply by district, by sales, by output and by number of firms."""

from __future__ import annotations

from typing import Any

import pytest
from tests.gaps.city import city, verdict

from chainmend.gaps.finding import Hit, NotChecked, Verdict

Firms = dict[str, tuple[str, float | None]]
NAMES = ("a", "b1", "b2", "b3")
ON = {"a": "robot", "b1": "chip", "b2": "chip", "b3": "chip"}
TWO: dict[str, str | None] = {"a": "甲区", "b1": "甲区", "b2": "甲区", "b3": "乙区"}


def said(links: Any = None, outputs: Any = (1.0, 1.0, 1.0), where: dict[str, str | None] = TWO) -> Verdict:
    firms: Firms = {n: ("local", o) for n, o in zip(NAMES, (1.0, *outputs), strict=True)}
    about = {n: {"district": d} for n, d in where.items()}
    return verdict("clustered_risk", "chip", city(firms, links, about=about), ON)


def sold(*amounts: float) -> list[tuple[str, str, int, float]]:
    return [(n, "a", 2025, x) for n, x in zip(NAMES[1:], amounts, strict=True) if x]


@pytest.mark.parametrize(("third", "fires"), [(19.0, True), (20.0, False), (30.0, False)])
def test_by_sales(third: float, fires: bool) -> None:
    found = said(sold(50.0, 50.0 - third, third))  # above 0.8 of it in one district
    assert isinstance(found, Hit) is fires
    if isinstance(found, Hit):
        assert found.facts["basis"] == "sales"
        assert found.rows[0] == {"district": "甲区", "firms": 2, "share": pytest.approx(0.81)}


def test_one_firm_with_nearly_all_is_not_a_matter_of_districts() -> None:
    assert said(sold(81.0, 10.0, 9.0)) is None
    assert said(sold(100.0, 0.0, 0.0)) is None


@pytest.mark.parametrize(("third", "basis"), [(19.0, "output"), (None, None)])
def test_by_output_without_links(third: float | None, basis: str | None) -> None:
    found = said(outputs=(50.0, 31.0, third))
    if basis is None:  # an output is unknown: two firms of three are 0.67
        assert found is None
    else:
        assert isinstance(found, Hit)
        assert found.facts["basis"] == basis


def test_by_number_where_an_output_is_unknown() -> None:
    found = said(outputs=(None, 1.0, 1.0), where=TWO | {"a": "乙区", "b3": "甲区"})
    assert isinstance(found, Hit)
    assert (found.facts["basis"], found.facts["top_district_share"]) == ("firms", 1.0)


def test_a_firm_of_unknown_district_leaves_it_open() -> None:
    found = said(sold(45.0, 45.0, 10.0), where=TWO | {"b2": None, "a": "乙区"})
    assert isinstance(found, NotChecked)  # 0.45 in one district, 0.9 if the other firm is there too
    assert said(sold(40.0, 40.0, 20.0), where=TWO | {"b2": None}) is None  # 0.8 at most, which is not above


def test_a_city_of_one_district_says_nothing() -> None:
    found = said(where=dict.fromkeys(NAMES, "甲区"))
    assert isinstance(found, NotChecked)
    assert found.tables == ("firms",)
