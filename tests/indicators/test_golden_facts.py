"""What is published of Hangzhou comes out of the public functions, and what must not be compared is refused."""

from __future__ import annotations

import csv
import datetime as dt
import gzip
from dataclasses import replace
from pathlib import Path

import polars as pl
import pytest

from chainmend.dataset import Dataset, Place
from chainmend.demo import make_city
from chainmend.errors import IndicatorError, ScopeError
from chainmend.i18n import set_language
from chainmend.indicators.growth import (
    Rate,
    base_from_growth,
    compound_growth,
    excess_growth,
    reference_growth,
)
from chainmend.indicators.position import position
from chainmend.indicators.scope import Figure, Scope, figures
from chainmend.tables import TABLES, empty

INDUSTRY = "规上工业"
OUTPUT = Scope("gross_output", INDUSTRY, 2025)
ADDED = Scope("value_added", INDUSTRY, 2025, 11, "real")
ALL_OUTPUT = Figure(INDUSTRY, OUTPUT, growth=0.052)
ALL_ADDED = Figure(INDUSTRY, ADDED, growth=0.061)
CLUSTERS = Figure("296X", OUTPUT, growth=0.079)
VISION = Figure("视觉智能", Scope("revenue", INDUSTRY, 2025, 9), 710.4e9, "CNY", growth=0.144)


@pytest.mark.parametrize(("n", "percent"), [(9, 4.75), (10, 4.27)])
def test_value_added_from_2015_to_2024_grew_by_475_a_year_over_the_nine_years_there_are(
    n: int, percent: float
) -> None:
    assert round(100 * compound_growth(290.3, 440.9, n), 2) == percent


def test_all_industry_grew_by_52_where_the_clusters_grew_by_79_and_that_is_27_points_more() -> None:
    assert reference_growth(CLUSTERS, 0.027) == Rate(pytest.approx(0.052))
    assert excess_growth(CLUSTERS, ALL_OUTPUT) == Rate(pytest.approx(0.027))


def test_52_of_output_is_never_compared_with_61_of_value_added() -> None:
    with pytest.raises(ScopeError) as refused:
        excess_growth(ALL_OUTPUT, ALL_ADDED)
    message = str(refused.value)
    assert "gross output (规上工业, the year 2025, nominal)" in message
    assert "value added (规上工业, January to November 2025, real)" in message
    assert "not the same statistical measure, cumulated months, price basis" in message
    set_language("zh")
    with pytest.raises(
        ScopeError, match="总产值（规上工业，2025 年全年，现价）与增加值（规上工业，2025 年 1—11 月，可比价）"
    ):
        excess_growth(ALL_OUTPUT, ALL_ADDED)


def test_the_digital_economy_grew_by_44_points_more_on_the_scope_of_61() -> None:
    digital = Figure("数字经济核心制造业", ADDED, growth=0.105)
    assert excess_growth(digital, ALL_ADDED) == Rate(pytest.approx(0.044))
    with pytest.raises(ScopeError):
        excess_growth(digital, ALL_OUTPUT)


@pytest.mark.parametrize(
    ("cluster", "growth"),
    [
        ("人工智能", 0.20),
        ("网络通信", 0.20),
        ("智能网联汽车", 0.20),
        ("视觉智能", 0.10),
        ("集成电路", 0.10),
        ("新能源装备", 0.10),
    ],
)
def test_above_20_per_cent_and_double_digit_are_bounds_and_stay_bounds(cluster: str, growth: float) -> None:
    figure = Figure(cluster, OUTPUT, growth=growth, bound="lower")
    assert excess_growth(figure, ALL_OUTPUT) == Rate(pytest.approx(growth - 0.052), "lower")
    with pytest.raises(IndicatorError, match="exact"):
        base_from_growth(replace(figure, value=1.0))


def test_vision_had_621_bn_the_year_before() -> None:
    before = base_from_growth(VISION)
    assert before.value is not None
    assert round(before.value / 1e9, 1) == 621.0
    assert before.scope == Scope("revenue", INDUSTRY, 2024, 9)


def test_real_growth_of_value_added_gives_no_base() -> None:
    with pytest.raises(ScopeError, match="comparable prices"):
        base_from_growth(replace(ALL_ADDED, value=418.9e9))


def test_the_demo_city_carries_the_public_figures_with_their_scopes() -> None:
    found = {(f.subject, f.scope): f for f in figures(make_city(firms=400).now)}
    assert found["296X", OUTPUT].growth == 0.079
    assert found[INDUSTRY, OUTPUT].growth == pytest.approx(0.052)
    assert found[INDUSTRY, ADDED].growth == 0.061
    vision = found["视觉智能", VISION.scope]
    assert (vision.value, vision.growth) == (710.4e9, 0.144)
    assert found["人工智能", OUTPUT].bound == "lower"


def stated(*rows: tuple[str, str, str, int, float, str]) -> Dataset:
    """A city with figures of the universe (subject, measure, universe, year, value, unit)."""
    full = [(*r[:4], 12, "nominal", *r[4:], None, "exact", "published") for r in rows]
    table = pl.DataFrame(full, schema=empty("statistics").schema, orient="row")
    tables = {"firms": empty("firms"), "statistics": TABLES["statistics"].validate(table)}
    return Dataset(Place("杭州市", "浙江省"), dt.date(2025, 12, 31), tables)


def test_the_second_set_has_the_lists_of_2025() -> None:
    lists = "民营企业 500 强"
    found = position(
        stated(
            ("杭州市", "manufacturers_in_private_500", lists, 2025, 60.0, "%"),
            ("杭州市", "giants_100bn", lists, 2025, 5.0, "家"),
        )
    )
    assert {(x.scope.measure, x.value, x.unit) for x in found.structure} == {
        ("manufacturers_in_private_500", 0.6, "1"),
        ("giants_100bn", 5.0, "家"),
    }
    # the city is said to be first in the lists; without the counts of the others that cannot be found out here
    assert [x.standing for x in found.structure] == [None, None]


def test_ranks_of_fifteen_cities_are_those_of_sorting(shared: Path) -> None:
    path = shared / "data/city_stats/subprovincial15_2000_2023.csv.gz"
    with gzip.open(path, "rt", encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    measure, universe = "secondary_value_added", "第二产业"
    city = stated(
        *((r["city"], measure, universe, int(r["year"]), float(r["va2_100m"]), "亿元") for r in rows)
    )
    for year in (2000, 2015, 2023):
        values = {r["city"]: float(r["va2_100m"]) for r in rows if int(r["year"]) == year}
        line = next(x for x in position(city, year).scale if x.kind == "value")
        assert line.standing is not None
        own = values["杭州市"]
        assert line.standing.of == 15
        assert line.standing.rank == 1 + sum(v > own for v in values.values())
        assert line.standing.universe == tuple(sorted(values, key=lambda c: -values[c]))
    last = {x.kind: x for x in position(city).scale}
    value, compound = last["value"].standing, last["compound_growth"].standing
    assert value is not None
    assert compound is not None
    assert (value.rank, value.above, value.below) == (
        7,
        ("南京市", pytest.approx(26.2e9)),
        ("青岛市", pytest.approx(39.861e9)),
    )
    ends = {c: [float(r["va2_100m"]) for r in rows if r["city"] == c] for c in {r["city"] for r in rows}}
    rates = {c: (v[-1] / v[0]) ** (1 / 23) for c, v in ends.items()}
    assert last["compound_growth"].since == 2000
    assert compound.rank == 1 + sum(r > rates["杭州市"] for r in rates.values())
    assert position(city).left_out == ()
