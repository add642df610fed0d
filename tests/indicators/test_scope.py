"""Scopes differ in parts that are named, and units are brought to one."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace

import polars as pl
import pytest

from chainmend.dataset import Dataset, Place
from chainmend.errors import DatasetError, IndicatorError, ScopeError
from chainmend.i18n import set_language
from chainmend.indicators.scope import Figure, Scope, figures, require_same, unit_of
from chainmend.tables import TABLES, empty

OUTPUT = Scope("gross_output", "规上工业", 2025)
ADDED = Scope("value_added", "规上工业", 2025, 11, "real")


def dataset(*rows: tuple[object, ...], currency: str = "CNY") -> Dataset:
    """A city with these rows of statistics: subject, measure, universe, year, months, basis, value, unit, ..."""
    schema = empty("statistics").schema
    table = TABLES["statistics"].validate(pl.DataFrame(rows, schema=schema, orient="row"))
    tables = {"firms": empty("firms"), "statistics": table}
    return Dataset(Place("杭州市"), dt.date(2025, 12, 31), tables, currency=currency)


def test_the_label_says_every_part_in_both_languages() -> None:
    assert ADDED.label == (
        "增加值（规上工业，2025 年 1—11 月，可比价）",
        "value added (规上工业, January to November 2025, real)",
    )
    assert Scope("revenue", "dataset", 2025, 1).label == (
        "营业收入（数据集内企业，2025 年 1 月，现价）",
        "revenue (firms of the dataset, January 2025, nominal)",
    )


@pytest.mark.parametrize(
    ("change", "part", "named"),
    [
        ({"measure": "revenue"}, "measure", "statistical measure"),
        ({"universe": "全部工业"}, "universe", "universe"),
        ({"months": 11}, "months", "cumulated months"),
        ({"basis": "real"}, "basis", "price basis"),
        ({"year": 2024}, "year", "year"),
    ],
)
def test_one_part_that_differs_is_enough_and_is_named(
    change: dict[str, object], part: str, named: str
) -> None:
    other = replace(OUTPUT, **change)  # type: ignore[arg-type]
    assert OUTPUT.differences(other) == (part,)
    with pytest.raises(ScopeError) as refused:
        require_same(OUTPUT, other)
    assert OUTPUT.label[1] in str(refused.value)
    assert other.label[1] in str(refused.value)
    assert f"not the same {named};" in str(refused.value)


def test_the_year_may_differ_over_time_and_nothing_else() -> None:
    require_same(OUTPUT, replace(OUTPUT, year=2015), over_time=True)
    assert OUTPUT.same_as(replace(OUTPUT, year=2015), over_time=True)
    with pytest.raises(ScopeError, match="cumulated months"):
        require_same(OUTPUT, replace(OUTPUT, year=2015, months=9), over_time=True)


def test_the_refusal_in_chinese() -> None:
    set_language("zh")
    with pytest.raises(ScopeError, match="统计指标、累计月数、价格基准不同") as refused:
        require_same(OUTPUT, ADDED)
    assert OUTPUT.label[0] in str(refused.value)


@pytest.mark.parametrize(
    ("part", "value"), [("measure", ""), ("universe", ""), ("year", 25), ("months", 13), ("basis", "fixed")]
)
def test_a_scope_with_a_senseless_part_is_refused(part: str, value: object) -> None:
    with pytest.raises(ScopeError, match=part):
        replace(OUTPUT, **{part: value})  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("month", "end"), [(2, dt.date(2024, 2, 29)), (12, dt.date(2024, 12, 31)), (9, dt.date(2024, 9, 30))]
)
def test_the_period_ends_with_its_last_month(month: int, end: dt.date) -> None:
    assert Scope("revenue", "dataset", 2024, month).end == end


@pytest.mark.parametrize(
    "wrong", [{"value": float("nan")}, {"growth": -1.5}, {"growth": float("inf")}, {"bound": "about"}]
)
def test_a_figure_with_a_senseless_number_is_refused(wrong: dict[str, object]) -> None:
    with pytest.raises(IndicatorError, match="296X"):
        Figure("296X", OUTPUT, **wrong)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("unit", "currency", "expected"),
    [
        ("yuan", "CNY", (1.0, "CNY")),
        ("元", "CNY", (1.0, "CNY")),
        ("亿元", "CNY", (1e8, "CNY")),
        ("万元", "CNY", (1e4, "CNY")),
        ("million yuan", "CNY", (1e6, "CNY")),
        ("billion EUR", "EUR", (1e9, "EUR")),
        ("yuan", "EUR", (1.0, "yuan")),
        (" % ", "CNY", (0.01, "1")),
        ("million tonnes", "CNY", (1e6, "tonnes")),
        ("家", "CNY", (1.0, "家")),
    ],
)
def test_units(unit: str, currency: str, expected: tuple[float, str]) -> None:
    assert unit_of(unit, currency) == expected


def test_figures_of_a_dataset_come_in_one_unit_and_in_order() -> None:
    scope = ("value_added", "规上工业", 2024, 12, "nominal")
    found = figures(
        dataset(
            ("杭州市", *scope, 4409.0, "亿元", None, "exact", "a"),
            ("宁波市", *scope, 500.0, "billion yuan", 0.05, "lower", "b"),
        )
    )
    assert [(f.subject, f.value, f.unit, f.growth, f.bound, f.source) for f in found] == [
        ("宁波市", 500e9, "CNY", 0.05, "lower", "b"),
        ("杭州市", 440.9e9, "CNY", None, "exact", "a"),
    ]
    assert found[0].scope == found[1].scope == Scope("value_added", "规上工业", 2024)


def test_an_absent_table_has_no_figures() -> None:
    assert figures(Dataset(Place("杭州市"), dt.date(2025, 12, 31), {"firms": empty("firms")})) == ()


def test_two_figures_of_one_subject_and_scope_are_refused() -> None:
    row = ("杭州市", "value_added", "规上工业", 2024, 12, "nominal", 1.0, "元", None, "exact", "a")
    twice = pl.DataFrame([row, row], schema=empty("statistics").schema, orient="row")
    city = Dataset(Place("杭州市"), dt.date(2025, 12, 31), {"firms": empty("firms"), "statistics": twice})
    with pytest.raises(DatasetError, match="two figures of 杭州市: value added"):
        figures(city)
