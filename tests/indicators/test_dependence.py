"""Tests of dependence: both sides of each cut, unknown years, persistence and churn."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chainmend.errors import ChainmendError, IndicatorError
from chainmend.indicators.criteria import Criterion
from chainmend.indicators.dependence import YearTested, churn, dependence, persistence

HELD, NOT, UNKNOWN = ((Criterion("import_hhi", value, 0.4),) for value in (0.9, 0.1, None))
verdicts = st.dictionaries(st.integers(2000, 2010), st.sampled_from([HELD, NOT, UNKNOWN, ()]), min_size=1)
products = st.dictionaries(st.sampled_from("abcdef"), st.sampled_from([True, False, None]))


def test_a_year_has_three_verdicts() -> None:
    assert YearTested(2025, HELD + HELD).holds is True
    assert YearTested(2025, HELD + UNKNOWN).holds is None
    assert YearTested(2025, NOT + UNKNOWN).holds is False
    assert YearTested(2025, ()).holds is None


@pytest.mark.parametrize(
    ("years", "expected"),
    [
        ({2023: HELD, 2024: HELD, 2025: HELD}, True),
        ({2023: HELD, 2024: NOT, 2025: HELD}, True),
        ({2023: HELD, 2024: NOT, 2025: NOT}, False),
        ({2024: HELD, 2025: HELD}, True),  # the third year cannot change it
        ({2024: NOT, 2025: HELD}, None),  # it can
        ({2024: NOT, 2025: NOT}, False),
        ({2022: HELD, 2025: HELD}, None),  # 2022 is before the window; nothing is known of 2023 and 2024
        ({2023: UNKNOWN, 2024: HELD, 2025: NOT}, None),
    ],
)
def test_two_of_three_years(years: dict[int, Any], expected: bool | None) -> None:
    found = dependence(years)
    assert [y.year for y in found.years] == [2023, 2024, 2025]
    assert found.dependent is expected
    assert persistence(years)[2025] is expected


@given(verdicts, st.integers(1, 4), st.integers(0, 3))
def test_more_knowledge_never_turns_a_verdict(years: dict[int, Any], needed: int, more: int) -> None:
    window = needed + more
    found = dependence(years, needed=needed, window=window)
    assert len(found.years) == window
    assert set(found.held) <= set(found.judged)
    for filling in (HELD, NOT):
        filled = {y.year: filling if y.holds is None else years[y.year] for y in found.years}
        other = dependence(filled, needed=needed, window=window)
        assert other.dependent is not None
        if found.dependent is not None:
            assert other.dependent is found.dependent


@given(verdicts)
def test_persistence_needs_no_look_ahead(years: dict[int, Any]) -> None:
    whole = persistence(years)
    assert list(whole) == list(range(min(years), max(years) + 1))
    for year in years:
        past = {y: c for y, c in years.items() if y <= year}
        assert persistence(past)[year] == whole[year]


def test_churn() -> None:
    first, second = churn(
        {
            2023: {"a": True, "b": True, "c": False, "old code": True},
            2024: {"a": True, "b": False, "c": True, "new code": True, "d": None},
            2026: {"a": True, "b": False, "c": True, "new code": True, "d": True},
        }
    )
    assert (first.since, first.year, second.since, second.year) == (2023, 2024, 2024, 2026)
    assert (first.entered, first.left, first.stayed, first.compared) == (("c",), ("b",), ("a",), 3)
    assert first.rate == pytest.approx(2 / 3)
    assert (second.entered, second.left, second.rate) == ((), (), 0.0)
    assert second.compared == 4  # `d` was not judged in 2024: it has not entered


@given(products, products)
def test_churn_is_the_distance_of_jaccard(old: dict[str, bool | None], new: dict[str, bool | None]) -> None:
    (forth,), (back,) = churn({1: old, 2: new}), churn({1: new, 2: old})
    assert (forth.entered, forth.left, forth.rate) == (back.left, back.entered, back.rate)
    judged = {p for p in old if old[p] is not None and new.get(p) is not None}
    a, b = ({p for p in judged if side[p]} for side in (old, new))
    assert forth.rate == (len(a ^ b) / len(a | b) if a | b else 0)
    assert forth.compared == len(judged)


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: dependence({}), "no year"),
        (lambda: persistence({}), "no year"),
        (lambda: dependence({2025: HELD}, needed=4, window=3), "4 of 3 years"),
        (lambda: dependence({2025: HELD}, needed=0), "0 of 3 years"),
        (lambda: churn({2025: {"a": True}}), "1 years"),
    ],
)
def test_what_is_refused(call: Callable[[], Any], message: str) -> None:
    with pytest.raises(IndicatorError) as caught:
        call()
    assert str(caught.value).startswith(message)
    assert caught.value.expected
    assert isinstance(caught.value, ChainmendError)
