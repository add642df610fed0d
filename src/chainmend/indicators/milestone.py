"""When a total crosses a target: the trailing twelve months, carried on at given rates of growth."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

import numpy as np

from chainmend.errors import IndicatorError
from chainmend.i18n import _
from chainmend.indicators.arrays import above_0, vector
from chainmend.indicators.growth import compound_growth

if TYPE_CHECKING:
    from numpy.typing import ArrayLike

    from chainmend.indicators.arrays import FloatArray

Month = tuple[int, int]
YEARS = 100
"""A target that is not crossed within so many years is never crossed."""
_ROUNDING = 1e-12


@dataclass(frozen=True)
class Scenario:
    """When the target is crossed if growth goes on in one way.

    Attributes
    ----------
    name
        ``last``, ``mean``, ``lower`` or ``upper``.
    growth
        A year: 0.05 is 5 %.
    month
        (year, month); None where it is never crossed.
    """

    name: Literal["last", "mean", "lower", "upper"]
    growth: float
    month: Month | None


def trailing_totals(monthly: ArrayLike) -> FloatArray:
    """Totals of twelve months each, one for every month that has eleven before it.

    Parameters
    ----------
    monthly
        Values of single months, shape (n,), n at least 12, non-negative.

    Returns
    -------
    FloatArray
        Shape (n - 11,), in the unit of the values.

    Raises
    ------
    IndicatorError
        If there are fewer than twelve months, or a value is negative or not finite.

    Examples
    --------
    >>> trailing_totals([1] * 12 + [3]).tolist()
    [12.0, 14.0]
    """
    months = vector(monthly, "monthly")
    if len(months) < 12:
        raise IndicatorError(
            _("{n} months").format(n=len(months)), expected=_("at least 12 months"), where="monthly"
        )
    return _totals(months)


def milestone(monthly: ArrayLike, last: Month, target: float, growth: float) -> Month | None:
    """First month in which the trailing twelve-month total reaches a target.

    Every month to come is the same month of the year before times 1 + `growth`, so the season stays as it is.

    Parameters
    ----------
    monthly
        Values of single months up to `last`, shape (n,), n at least 12, non-negative.
    last
        (year, month) of the last value.
    target
        Above 0, in the unit of the values.
    growth
        A year, at least -1.

    Returns
    -------
    tuple or None
        (year, month); a month of the past where it was crossed already, None where it is not within 100 years.

    Raises
    ------
    IndicatorError
        If a parameter is out of its range.

    Examples
    --------
    >>> milestone([100 / 12] * 12, (2025, 12), 105, 0.10)
    (2026, 6)
    >>> milestone([100 / 12] * 12, (2025, 12), 105, -0.02) is None
    True
    """
    above_0(target, "target")
    if not (math.isfinite(growth) and growth >= -1):
        raise IndicatorError(f"{growth}", expected=_("a finite number of at least -1"), where="growth")
    if not 1 <= last[1] <= 12:
        raise IndicatorError(f"{last}", expected=_("(year, month), month 1 to 12"), where="last")
    past = trailing_totals(monthly)
    with np.errstate(over="ignore", invalid="ignore"):  # beyond all bounds is above any target
        factors = (1 + growth) ** np.arange(YEARS + 1, dtype=np.float64)
        coming = np.outer(factors, vector(monthly, "monthly")[-12:]).ravel()
        coming[np.isnan(coming)] = 0.0  # a month of nothing stays one, whatever it is multiplied with
        totals = np.concatenate((past, _totals(coming)[1:]))
    reached = np.flatnonzero(totals >= target * (1 - _ROUNDING))
    if not reached.size:
        return None
    months = last[0] * 12 + last[1] - 1 + int(reached[0]) - (len(past) - 1)
    return months // 12, months % 12 + 1


def _totals(monthly: FloatArray) -> FloatArray:
    return np.asarray(np.lib.stride_tricks.sliding_window_view(monthly, 12).sum(axis=1))


def milestones(
    monthly: ArrayLike, last: Month, target: float, interval: tuple[float, float] | None = None
) -> tuple[Scenario, ...]:
    """When a target is crossed if growth goes on as last, as in the mean, or at its lower or upper rate.

    Growth is that of the trailing twelve-month total: ``last`` over the year before, ``mean`` compound over all
    months given, ``lower`` and ``upper`` the least and greatest year on year among them, unless `interval` is given.

    Parameters
    ----------
    monthly
        Values of single months up to `last`, shape (n,), n at least 24, non-negative.
    last, target
        As for `milestone`.
    interval
        (lower, upper) rates a year.

    Raises
    ------
    IndicatorError
        If there are fewer than 24 months, a total of twelve months is zero, or a parameter is out of its range.

    Examples
    --------
    >>> months = [1.0] * 12 + [1.1] * 12
    >>> [(s.name, s.month) for s in milestones(months, (2025, 12), 14.0, (0.0, 0.2))]
    [('last', (2026, 8)), ('mean', (2026, 8)), ('lower', None), ('upper', (2026, 4))]
    """
    totals = trailing_totals(monthly)
    if len(totals) < 13:
        raise IndicatorError(
            _("{n} months").format(n=len(totals) + 11), expected=_("at least 24 months"), where="monthly"
        )
    if not totals.all():
        raise IndicatorError(
            _("a total of twelve months that is zero"), expected=_("totals above 0"), where="monthly"
        )
    yearly = totals[12:] / totals[:-12] - 1
    lower, upper = interval if interval is not None else (float(yearly.min()), float(yearly.max()))
    if not lower <= upper:
        raise IndicatorError(
            f"({lower}, {upper})", expected=_("the lower rate before the upper"), where="interval"
        )
    mean = compound_growth(float(totals[0]), float(totals[-1]), (len(totals) - 1) / 12)
    rates: tuple[tuple[Literal["last", "mean", "lower", "upper"], float], ...]
    rates = (("last", float(yearly[-1])), ("mean", mean), ("lower", lower), ("upper", upper))
    return tuple(Scenario(name, rate, milestone(monthly, last, target, rate)) for name, rate in rates)
