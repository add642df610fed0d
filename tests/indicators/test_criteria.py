"""Criteria of dependence: both sides of each cut, what is unknown, and what is refused."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import pytest

from chainmend.errors import ChainmendError, IndicatorError
from chainmend.indicators.criteria import (
    Criterion,
    extra_region_criteria,
    purchase_criteria,
    ratio,
    trade_criteria,
)
from chainmend.settings import Thresholds


def holds(criteria: tuple[Criterion, ...]) -> list[bool | None]:
    return [c.holds for c in criteria]


@pytest.mark.parametrize(
    ("hhi", "world", "imports", "exports", "expected"),
    [
        (0.40, 0.40, 10.0, 10.0, [False, False, False]),  # at a cut is not above it
        (0.41, 0.41, 10.1, 10.0, [True, True, True]),
        (0.39, 0.39, 9.9, 10.0, [False, False, False]),
        (0.41, None, 10.0, 0.0, [True, True]),  # without world trade, and without exports
        (None, 0.5, None, 10.0, [None, True, None]),
        (0.5, 0.5, 0.0, 0.0, [True, True, None]),
    ],
)
def test_trade(
    hhi: float | None, world: float | None, imports: float | None, exports: float, expected: list[Any]
) -> None:
    assert holds(trade_criteria(hhi, imports, exports, world_hhi=world)) == expected


def test_the_older_form_and_that_of_a_city() -> None:
    assert holds(extra_region_criteria(0.41, 0.51, 2.0, 1.0)) == [True] * 3
    assert holds(extra_region_criteria(0.40, 0.50, 1.0, 1.0)) == [False] * 3
    assert holds(purchase_criteria(0.41, 0.51, 2.0, 1.0)) == [True] * 3
    assert holds(purchase_criteria(0.40, 0.50, 1.0, 1.0)) == [False] * 3
    cuts = Thresholds(origin_hhi=0.3, outside_share=0.7, imports_over_exports=2)
    assert holds(purchase_criteria(0.4, 0.6, 3.0, 1.0, cuts=cuts)) == [True, False, True]
    assert [c.cut for c in trade_criteria(0.4, 3.0, 1.0, world_hhi=0.4, cuts=cuts)] == [0.3, 0.3, 2]


def test_a_ratio_to_nothing() -> None:
    assert ratio(1.0, 0.0) == math.inf
    assert ratio(0.0, 0.0) is ratio(None, 1.0) is ratio(1.0, None) is None
    assert ratio(0.0, 2.0) == 0


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: Criterion("import_hhi", -0.1, 0.4), "import_hhi: -0.1"),
        (lambda: Criterion("import_hhi", math.nan, 0.4), "import_hhi: nan"),
        (lambda: Criterion("import_hhi", 0.1, math.nan), "cut of import_hhi: nan"),
        (lambda: trade_criteria(0.5, -1.0, 1.0), "-1.0 / 1.0: -1.0"),
        (lambda: trade_criteria(0.5, 1.0, math.inf), "1.0 / inf: inf"),
        (lambda: purchase_criteria(math.nan, 0.5, 1.0, 1.0), "source_hhi: nan"),
    ],
)
def test_what_is_refused(call: Callable[[], Any], message: str) -> None:
    with pytest.raises(IndicatorError) as caught:
        call()
    assert str(caught.value).startswith(message)
    assert caught.value.expected
    assert isinstance(caught.value, ChainmendError)
