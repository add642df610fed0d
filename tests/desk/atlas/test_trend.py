"""Two years of published growth, when a mark is crossed, and who stands where."""

from __future__ import annotations

import datetime as dt
from typing import Any

import polars as pl
import pytest

from chainmend.dataset import Dataset, Place
from chainmend.desk.atlas.draw.spark import crossing_bar
from chainmend.desk.atlas.league import ranks
from chainmend.desk.atlas.trend import Trend, crossing, trend
from chainmend.tables import TABLES, empty

INDUSTRY = "规上工业"


def row(subject: str, year: int, months: int, growth: float | None, **more: Any) -> dict[str, Any]:
    usual = {
        "measure": "gross_output",
        "universe": INDUSTRY,
        "basis": "nominal",
        "value": None,
        "unit": "亿元",
    }
    usual |= {"bound": "exact", "source": "made up"}
    return usual | {"subject": subject, "year": year, "months": months, "growth": growth} | more


class View:
    """As much of a scan as published figures need."""

    def __init__(self, *rows: dict[str, Any]) -> None:
        table = TABLES["statistics"].validate(pl.DataFrame(rows, schema=empty("statistics").schema))
        tables = {"firms": empty("firms"), "statistics": table}
        self.city, self.date = "甲市", dt.date(2025, 12, 31)
        self.dataset = Dataset(Place(self.city, "某省"), self.date, tables)


def quarters(subject: str, year: int, *growths: float) -> list[dict[str, Any]]:
    return [row(subject, year, 3 * (i + 1), g) for i, g in enumerate(growths)]


def test_growth_stands_beside_all_industry_of_the_same_period_for_two_years() -> None:
    view: Any = View(
        *quarters("集群", 2023, 0.5, 0.5, 0.5, 0.5),
        *quarters("集群", 2024, 0.1, 0.11, 0.12, 0.13),
        *quarters("集群", 2025, 0.14, 0.15, 0.16),
        *quarters(INDUSTRY, 2023, 0.01, 0.01, 0.01, 0.01),
        *quarters(INDUSTRY, 2024, 0.05, 0.05, 0.05, 0.05),
        *quarters(INDUSTRY, 2025, 0.04, 0.04),
    )
    found = trend(view, ("集群",))
    assert found is not None
    assert found.own == (0.5, 0.5, 0.1, 0.11, 0.12, 0.13, 0.14, 0.15)  # nothing to hold the last against
    assert (found.ends[0], found.ends[-1]) == (dt.date(2023, 9, 30), dt.date(2025, 6, 30))
    assert found.industry[-1] == 0.04


def test_too_few_figures_or_another_scope_give_no_line() -> None:
    view: Any = View(*quarters("集群", 2025, 0.1, 0.2), *quarters(INDUSTRY, 2025, 0.1, 0.1, 0.1))
    assert trend(view, ("集群",)) is None
    view = View(
        *(r | {"measure": "revenue"} for r in quarters("集群", 2025, 0.1, 0.2, 0.3)),
        *quarters(INDUSTRY, 2025, 0.1, 0.1, 0.1),
    )
    assert trend(view, ("集群",)) is None


def test_a_mark_is_crossed_when_growth_has_carried_the_output_there() -> None:
    ends = tuple(dt.date(2025, m, 28) for m in (3, 6, 9, 12))
    line = Trend(ends, (0.02, 0.2, 0.1, 0.1), (0.05,) * 4, ("", ""))
    found = crossing(0.95e11, "CNY", dt.date(2025, 12, 31), "hundred-billion", line)
    assert found is not None
    # at 10 % a year the twelve months reach 1.0526 times as much after 6.3 of 12 steps, so in the 7th month
    assert found.month == (2026, 7)
    assert found.earliest is not None
    assert found.latest is not None
    assert found.earliest < found.month < found.latest
    assert crossing_bar(found, dt.date(2025, 12, 31)).startswith("<svg")


@pytest.mark.parametrize(
    ("output", "currency", "tier"),
    [(None, "CNY", "trillion"), (2e12, "CNY", "trillion"), (1e9, "EUR", "trillion"), (1e9, "CNY", "future")],
)
def test_no_crossing_is_told_of_what_is_unknown_or_done(
    output: float | None, currency: str, tier: str
) -> None:
    line = Trend((dt.date(2025, 12, 31),), (0.1,), (0.05,), ("", ""))
    assert crossing(output, currency, dt.date(2025, 12, 31), tier, line) is None
    assert crossing(1e11, "CNY", dt.date(2025, 12, 31), "trillion", None) is None


def test_cities_are_ranked_on_the_amount_that_most_of_them_have() -> None:
    added = {"measure": "value_added"}
    view: Any = View(
        row("甲市", 2024, 12, None, value=4409, **added),
        row("乙市", 2024, 12, None, value=5040, **added),
        row("丙市", 2024, 12, None, value=4409, **added),
        row("丁市", 2024, 12, None, value=9000, **added | {"measure": "revenue"}),
        row("甲市", 2025, 3, 0.07),
    )
    found = ranks(view)
    assert found is not None
    assert found.league is not None
    told = [(r.rank, r.name, round(r.gap / 1e8), r.own) for r in found.league.rows]
    assert told == [(1, "乙市", 631, False), (2, "甲市", 0, True), (2, "丙市", 0, False)]
    assert [line.kind for line in found.scale] == ["growth"]
    view.dataset = Dataset(Place("甲市", "某省"), view.date, {"firms": empty("firms")})
    ranks.cache_clear()
    assert ranks(view) is None
