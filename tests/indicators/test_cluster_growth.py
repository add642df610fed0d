"""Growth of clusters against all industry: the two parts sum to the gap, and firms are compared with themselves."""

from __future__ import annotations

import datetime as dt
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from chainmend.errors import IndicatorError
from chainmend.indicators.cluster_growth import (
    cluster_growth_compositions,
    cluster_growth_gaps,
    cluster_growth_withins,
    growth_gap,
    growth_gap_of_firms,
)
from chainmend.indicators.growth import shift_share
from chainmend.indicators.matched import match
from chainmend.indicators.measure import measure

from .small import CHIPS, DAY, HERE, SIGHT, by_subject, firm, made

EARLIER = dt.date(2024, 12, 31)
PARTS = {"a": {CHIPS: 1.0}, "b": {CHIPS: 0.5, SIGHT: 0.5}}


def outputs(**of: float | None) -> list[dict[str, Any]]:
    codes = {"a": "3973", "b": "C3561", "c": "3811", "old": "3811", "new": "3974"}
    return [firm(id, output, industry_code=codes.get(id)) for id, output in of.items()]


def test_the_parts_by_the_formula_of_shares() -> None:
    before, after = np.array([[50.0, 50.0], [10.0, 190.0]]), np.array([[60.0, 55.0], [12.0, 190.0]])
    found = growth_gap(before, after)
    w = before / before.sum(axis=1, keepdims=True)
    g_all = after.sum(axis=0) / before.sum(axis=0) - 1
    total = after.sum() / before.sum() - 1
    assert found.composition == pytest.approx((w * (g_all - total)).sum(axis=1))
    assert found.within == pytest.approx((w * (after / before - 1 - g_all)).sum(axis=1))
    assert found.gap == pytest.approx(found.growth - total)
    assert found.industry == pytest.approx(total)


def test_the_public_figures_of_296x() -> None:
    # +7.9 % against all industry: 2.7 percentage points, so all industry is +5.2 %
    found = growth_gap([[100.0]], [[107.9]], [200.0], [210.4])
    assert found.gap[0] == pytest.approx(0.027)
    assert found.composition[0] == pytest.approx(0.0)


tables = arrays(np.float64, (3, 4), elements=st.floats(0.1, 1e6))


@given(before=tables, after=tables, unit=st.floats(1e-2, 1e2))
@settings(max_examples=40, deadline=None)
def test_the_parts_sum_to_the_gap_in_any_unit_and_order(
    before: np.ndarray, after: np.ndarray, unit: float
) -> None:
    found = growth_gap(before, after)
    scale = 1 + np.abs(found.growth).max() + abs(found.industry) + np.abs(found.composition).max()
    assert found.composition + found.within == pytest.approx(found.growth - found.industry, abs=1e-9 * scale)
    # what is above all industry somewhere is below it elsewhere
    weights = before.sum(axis=1) / before.sum()
    assert weights @ found.gap == pytest.approx(0, abs=1e-9 * scale)
    assert weights @ found.within == pytest.approx(0, abs=1e-9 * scale)
    other = growth_gap(before[:, ::-1] * unit, after[:, ::-1] * unit)
    assert other.within == pytest.approx(found.within, abs=1e-9 * scale)


@given(before=tables, after=tables)
@settings(max_examples=20, deadline=None)
def test_the_parts_are_the_shifts_of_shift_share_over_the_base(before: np.ndarray, after: np.ndarray) -> None:
    found = growth_gap(before, after)
    for row in range(len(before)):
        shift = shift_share(before[row], after[row], before.sum(axis=0), after.sum(axis=0))
        base, scale = before[row].sum(), 1 + after.sum() / before[row].sum()
        assert found.composition[row] == pytest.approx(shift.mix.sum() / base, abs=1e-9 * scale)
        assert found.within[row] == pytest.approx(shift.regional.sum() / base, abs=1e-9 * scale)


def test_a_cluster_that_is_all_industry_has_no_gap() -> None:
    found = growth_gap([[3.0, 0.0, 2.0]], [[4.0, 1.0, 0.0]])
    assert [float(x[0]) for x in (found.gap, found.composition, found.within)] == pytest.approx([0, 0, 0])


@pytest.mark.parametrize(
    ("arguments", "named"),
    [
        (([[0.0, 0.0], [1.0, 1.0]], [[1.0, 1.0], [1.0, 1.0]]), r"before\[0\]: zeros only"),
        (([[1.0, 1.0]], [[1.0]]), r"after: an array of shape \(1, 1\); expected: the shape of `before`"),
        (([[1.0, -1.0]], [[1.0, 1.0]]), r"before\[0, 1\]: -1.0"),
        (([[1.0, 1.0]], [[1.0, np.nan]]), r"after\[1\]: nan"),
        (([[1.0, 1.0]], [[1.0, 1.0]], [0.0, 2.0], [0.0, 2.0]), r"industry_before\[0\]: 0.0"),
        (([[1.0, 1.0]], [[1.0, 1.0]], [2.0], [2.0, 2.0]), "industry_before: an array of shape"),
        (([[1.0, 1.0]], [[1.0, 1.0]], [2.0, 2.0], [2.0]), "industry_after: an array of shape"),
    ],
)
def test_what_cannot_be_compared_is_refused(arguments: tuple[Any, ...], named: str) -> None:
    with pytest.raises(IndicatorError, match=named):
        growth_gap(*arguments)


def test_firms_give_what_their_sums_give_with_an_interval_around_it() -> None:
    rng = np.random.default_rng(3)
    n = 200
    before, kind, member = rng.uniform(1, 9, n), rng.integers(0, 4, n), rng.integers(0, 2, n) / 2
    after = before * rng.uniform(0.9, 1.3, n)
    found = growth_gap_of_firms(before, after, kind, member, interval=True)
    sums = [np.bincount(kind, v) for v in (member * before, member * after, before, after)]
    whole = growth_gap(sums[0][None], sums[1][None], sums[2], sums[3])
    for name in ("gap", "composition", "within"):
        one = found[name]
        assert one.value == pytest.approx(getattr(whole, name)[0])
        assert one.low is not None
        assert one.high is not None
        assert one.low < one.value < one.high
    assert found == growth_gap_of_firms(before, after, kind, member, interval=True)


@pytest.mark.parametrize(
    ("change", "named"),
    [
        ({"member": [0.0, 0.0, 0.0]}, "member: zeros only"),
        ({"member": [2.0, 0.0, 0.0]}, "member: 2.0; expected: parts of 0 to 1"),
        ({"before": [0.0, 1.0, 1.0]}, "before: zeros only"),
        ({"activity": [0, 1]}, "activity: activities of type int64 and shape"),
        ({"activity": [0.5, 1.0, 2.0]}, "activity: activities of type float64"),
        ({"activity": [0, -1, 1]}, "activity: .*whole numbers from 0"),
        ({"after": [1.0, np.inf, 1.0]}, r"after\[1\]: inf"),
    ],
)
def test_what_is_no_firm_is_refused(change: dict[str, Any], named: str) -> None:
    good: dict[str, Any] = {
        "before": [1.0, 1.0, 1.0],
        "after": [1.0, 2.0, 1.0],
        "activity": [0, 1, 1],
        "member": [1.0, 0.0, 0.0],
    }
    with pytest.raises(IndicatorError, match=named):
        growth_gap_of_firms(**(good | change))


def test_without_an_earlier_date_it_is_unknown() -> None:
    readings = list(cluster_growth_gaps(made(outputs(a=1.0), {"a": {CHIPS: 1.0}})))
    assert {r.value for r in readings} == {None}
    assert {r.note for r in readings} == {
        ("没有更早日期的数据可供比较", "no data of an earlier date to compare with")
    }
    assert readings[-1].level == "city"


def test_a_city_reckoned_by_hand() -> None:
    before = made(outputs(a=50.0, b=100.0, c=50.0), PARTS, date=EARLIER)
    now = made(outputs(a=60.0, b=110.0, c=50.0), PARTS, before=before)
    # all industry 200 -> 220; each division is one firm, so nothing is within
    gap, mix, within = (
        {k: r.value for k, r in by_subject(f, now).items()}
        for f in (cluster_growth_gaps, cluster_growth_compositions, cluster_growth_withins)
    )
    assert gap == pytest.approx({CHIPS: 0.15 - 0.1, SIGHT: 0.0, HERE: 170 / 150 - 1.1}, abs=1e-12)
    assert mix == pytest.approx(gap)
    assert within == pytest.approx({CHIPS: 0, SIGHT: 0, HERE: 0}, abs=1e-12)
    one_kind = [
        made([{**f, "industry_code": "3900"} for f in outputs(**o)], PARTS, date=d)
        for o, d in (({"a": 50.0, "b": 100.0, "c": 50.0}, EARLIER), ({"a": 60.0, "b": 110.0, "c": 50.0}, DAY))
    ]
    alike = type(now)(one_kind[1].dataset, now.catalogue, before=one_kind[0])
    assert {k: r.value for k, r in by_subject(cluster_growth_withins, alike).items()} == pytest.approx(gap)


def test_who_is_only_in_one_list_is_no_growth_unless_founded_or_closed() -> None:
    before = made(outputs(a=50.0, b=100.0, c=50.0, old=20.0), PARTS | {"old": {CHIPS: 1.0}}, date=EARLIER)
    founded = firm("new", 30.0, industry_code="3974", founded=dt.date(2025, 3, 1))
    closed = firm("old", None, industry_code="3811", status="closed")
    known_late = firm("late", 5.0, industry_code="3974", founded=dt.date(1999, 1, 1))
    placed = PARTS | {"new": {CHIPS: 1.0}, "old": {CHIPS: 1.0}, "late": {CHIPS: 1.0}}
    now = made([*outputs(a=60.0, b=110.0, c=50.0), founded, closed, known_late], placed, before=before)
    found = by_subject(cluster_growth_gaps, now)
    # chips: a, half of b, old 120 -> a, half of b, new 145; all: 220 -> 250
    assert found[CHIPS].value == pytest.approx(145 / 120 - 250 / 220)
    note = found[CHIPS].note
    assert note is not None
    assert note[1].startswith("from 2024-12-31 to 2025-12-31; known of 4 of 5 firms, ")
    assert note[0].startswith("自 2024-12-31 至 2025-12-31；5 家企业中 4 家有数")


def test_unknown_outputs_of_most_leave_it_unknown() -> None:
    before = made(outputs(a=50.0, b=None, c=50.0), PARTS, date=EARLIER)
    now = made(outputs(a=60.0, b=300.0, c=50.0), PARTS, before=before)
    found = by_subject(cluster_growth_gaps, now)
    assert {r.value for r in found.values()} == {None}
    assert found[SIGHT].note == (
        "1 家企业中 0 家有数，占其产值的 0%",
        "known of 0 of 1 firms, 0% of their output",
    )


def test_a_cluster_too_young_to_have_grown() -> None:
    before = made(outputs(a=50.0, c=50.0), {"a": {CHIPS: 1.0}}, date=EARLIER)
    young = firm("new", 30.0, industry_code="3974", founded=dt.date(2025, 3, 1))
    now = made([*outputs(a=60.0, c=50.0), young], {"a": {CHIPS: 1.0}, "new": {SIGHT: 1.0}}, before=before)
    found = by_subject(cluster_growth_gaps, now)[SIGHT]
    assert (found.value, found.note) == (None, ("基期没有产值", "no output at the earlier date"))


def test_the_earlier_data_are_earlier() -> None:
    with pytest.raises(IndicatorError, match="before: 2025-12-31; expected: an earlier date than 2025-12-31"):
        list(cluster_growth_gaps(made(outputs(a=1.0), PARTS, before=made(outputs(a=1.0), PARTS))))


def test_firms_of_one_date_cannot_be_matched() -> None:
    with pytest.raises(IndicatorError, match="before: no data; expected: an earlier date than 2025-12-31"):
        match(made(outputs(a=1.0), PARTS))


def test_through_the_registry_with_intervals() -> None:
    ids = [f"f{n:02}" for n in range(40)]
    rows = [firm(id, 10.0 + n, industry_code=f"3{n % 3}11") for n, id in enumerate(ids)]
    grown = [{**f, "output": f["output"] * (1.1 if n % 2 else 1.3)} for n, f in enumerate(rows)]
    parts = {id: {CHIPS if n % 4 < 2 else SIGHT: 1.0} for n, id in enumerate(ids[:30])}
    now = made(grown, parts, before=made(rows, parts, date=EARLIER))
    names = ["cluster_growth_gap", "cluster_growth_composition", "cluster_growth_within"]
    readings = measure(now, names, interval=True, draws=30).readings.drop_nulls("value")
    assert readings.height == 9
    assert readings.filter(readings["low"] >= readings["high"]).is_empty()
    gap, mix, within = (readings.filter(readings["indicator"] == n)["value"].to_numpy() for n in names)
    assert mix + within == pytest.approx(gap)
