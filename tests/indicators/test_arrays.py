"""What is no number is refused by every function in the project's own words."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from chainmend.errors import IndicatorError
from chainmend.indicators.cluster import output_density
from chainmend.indicators.concentration import concentration_ratio, hhi
from chainmend.indicators.growth import compound_growth, contribution
from chainmend.indicators.milestone import milestone
from chainmend.indicators.ranking import competition_ranks
from chainmend.indicators.specialisation import presence

WRONG: Any = "a"


@pytest.mark.parametrize(
    ("call", "said"),
    [
        (lambda: compound_growth(WRONG, 1, 2), "v0: a; expected: a finite number above 0"),
        (lambda: compound_growth(1, None, 2), "v1: None"),  # type: ignore[arg-type]
        (lambda: competition_ranks([WRONG]), "values: could not convert"),
        (lambda: contribution([0.5], [WRONG]), "growth: could not convert"),
        (lambda: concentration_ratio([1, 2], n=1.5), "n: 1.5; expected: a whole number"),  # type: ignore[arg-type]
        (lambda: presence([[1.0]], cut=WRONG), "cut: a"),
        (lambda: milestone([1.0] * 12, (2025, 12), WRONG, 0.1), "target: a"),
        (lambda: output_density([1.0], WRONG), "area: a"),
        (lambda: hhi([WRONG]), "sizes: could not convert"),
    ],
)
def test_a_text_is_no_number(call: Callable[[], object], said: str) -> None:
    with pytest.raises(IndicatorError, match=said):
        call()
