"""Growth of clusters: published figures as a check of the arithmetic, and what is compared with what."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace

import pytest
from tests.chain.test_output import CATALOGUE, dataset, placed

from chainmend.chain.growth import Growth, growth
from chainmend.chain.output import CityParts, city_parts
from chainmend.dataset import Place
from chainmend.errors import ScopeError

Rows = list[tuple[str, str | None, float | None]]


def at(year: int, rows: Rows, month: int = 12, day: int = 31) -> CityParts:
    return city_parts(dataset(rows, dt.date(year, month, day)), CATALOGUE, placed())


def of(found: tuple[Growth, ...], cluster: str | None) -> Growth:
    return next(g for g in found if g.cluster_id == cluster)


def test_clusters_that_grow_by_7_9_per_cent_are_2_7_points_above_an_industry_that_grows_by_5_2() -> None:
    found = growth(
        at(2025, [("c", "3973", 107.9), ("rest", "5111", 207.7)]),
        at(2024, [("c", "3973", 100.0), ("rest", "5111", 200.0)]), "codes",
    )  # fmt: skip
    assert of(found, None).growth == pytest.approx(0.052)
    assert of(found, "chips").growth == pytest.approx(0.079)
    assert of(found, "chips").excess == pytest.approx(0.027)
    assert of(found, "chips").yearly == pytest.approx(0.079)


def test_a_decade_of_value_added_is_4_75_per_cent_a_year() -> None:
    found = growth(at(2024, [("c", "3973", 440.9e9)]), at(2015, [("c", "3973", 290.3e9)]), "codes")
    assert of(found, "chips").yearly == pytest.approx(0.0475, abs=5e-5)
    assert of(found, "chips").growth == pytest.approx(440.9 / 290.3 - 1)


def test_revenue_of_710_4_grew_by_14_4_per_cent_from_621_0() -> None:
    found = growth(at(2025, [("v", "3973", 710.4e9)]), at(2024, [("v", "3973", 621.0e9)]), "codes")
    assert of(found, "chips").growth == pytest.approx(0.144, abs=5e-5)


def test_a_firm_of_unknown_output_is_left_out_at_both_dates() -> None:
    now: Rows = [("a", "3973", 110.0), ("b", "3973", 900.0), ("new", "3973", 5.0)]
    before: Rows = [("a", "3973", 100.0), ("b", "3973", None), ("gone", "3973", 15.0)]
    found = of(growth(at(2025, now), at(2024, before), "codes"), "chips")
    assert (found.before, found.now, found.growth) == (115, 115, 0)


def test_no_growth_from_nothing_and_no_rate_a_year_within_one() -> None:
    found = growth(at(2026, [("a", "3973", 12.0)], 6, 30), at(2025, [("a", "5111", 10.0)]), "codes")
    chips = of(found, "chips")
    assert (chips.before, chips.now, chips.growth, chips.yearly, chips.excess) == (0, 12, None, None, None)
    assert of(found, None).growth == pytest.approx(0.2)
    assert of(found, None).yearly is None


@pytest.mark.parametrize("case", ["other city", "same date", "later"])
def test_other_scopes_are_refused(case: str) -> None:
    now = at(2025, [("a", "3973", 1.0)])
    then = at({"other city": 2024, "same date": 2025, "later": 2026}[case], [("a", "3973", 1.0)])
    if case == "other city":
        moved = replace(dataset([("a", "3973", 1.0)], dt.date(2024, 12, 31)), place=Place("乙市"))
        then = city_parts(moved, CATALOGUE, placed())
    with pytest.raises(ScopeError, match="earlier"):
        growth(now, then, "codes")
