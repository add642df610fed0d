"""Growth: compound rates, excess over a reference, bases, contributions and shift-share.

Rates are shares: 0.079 is 7.9 %, an excess of 0.027 is 2.7 percentage points. A rate that is known only as a bound
("above 20 %") gives a bound, never an exact number.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from chainmend.errors import IndicatorError, ScopeError
from chainmend.i18n import _
from chainmend.indicators.arrays import above_0, floats, vector
from chainmend.indicators.scope import Bound, Figure, require_same

if TYPE_CHECKING:
    from numpy.typing import ArrayLike

    from chainmend.indicators.arrays import FloatArray

_ROUNDING = 1e-9
_OPPOSITE: dict[Bound, Bound] = {"exact": "exact", "lower": "upper", "upper": "lower"}


@dataclass(frozen=True)
class Rate:
    """A rate, or a difference of rates, of which perhaps only a bound is known.

    Attributes
    ----------
    value
        0.027 is 2.7 per cent, or percentage points.
    bound
        ``lower`` where the rate is at least `value`, ``upper`` where at most.
    """

    value: float
    bound: Bound = "exact"


def compound_growth(v0: float, v1: float, n: float) -> float:
    """Compound growth a period, (v1 / v0)^(1 / n) - 1.

    Parameters
    ----------
    v0, v1
        Values at the beginning and at the end, above 0, in one unit and scope.
    n
        Periods between them, above 0: from 2015 to 2024 these are 9 years, not 10.

    Returns
    -------
    float
        At least -1; 0.0475 for 4.75 % a period.

    Raises
    ------
    IndicatorError
        If one of them is not a finite number above 0, or the rate is beyond all bounds.

    References
    ----------
    OECD (2007), Glossary of Statistical Terms: growth rates.

    Examples
    --------
    >>> round(compound_growth(290.3, 440.9, 9), 4)
    0.0475
    """
    for name, number in (("v0", v0), ("v1", v1), ("n", n)):
        above_0(number, name)
    log = (math.log(v1) - math.log(v0)) / n
    if log > math.log(np.finfo(np.float64).max):
        raise IndicatorError(
            _("a growth beyond all bounds"), expected=_("more periods, or values closer to each other")
        )
    return math.expm1(log)


def excess_growth(figure: Figure, reference: Figure) -> Rate:
    """Growth of one figure above that of another on the same scope, such as a cluster's above all industry's.

    Parameters
    ----------
    figure, reference
        Figures of one scope, both with their growth.

    Returns
    -------
    Rate
        0.027 is 2.7 percentage points. Above a reference that is exact, a lower bound gives a lower bound.

    Raises
    ------
    ScopeError
        If the scopes differ; the message names both.
    IndicatorError
        If a growth is not known, or two bounds leave the difference open on both sides.

    Examples
    --------
    >>> from chainmend.indicators.scope import Scope
    >>> output = Scope("gross_output", "industry", 2025)
    >>> industry = Figure("industry", output, growth=0.052)
    >>> round(excess_growth(Figure("296X", output, growth=0.079), industry).value, 4)
    0.027
    >>> excess_growth(Figure("AI", output, growth=0.20, bound="lower"), industry).bound
    'lower'
    """
    require_same(figure.scope, reference.scope)
    minuend, subtrahend = _growth(figure), _growth(reference)
    bounds = {figure.bound, _OPPOSITE[reference.bound]} - {"exact"}
    if len(bounds) > 1:
        raise IndicatorError(
            _("the growth of {a} and of {b} are both known as bounds only").format(
                a=figure.subject, b=reference.subject
            ),
            expected=_("bounds that leave one side of their difference closed"),
            where=str(figure.scope),
        )
    return Rate(minuend - subtrahend, bounds.pop() if bounds else "exact")


def reference_growth(figure: Figure, excess: float) -> Rate:
    """Growth of the reference of which `figure` grew by `excess` more; it holds on the figure's scope only.

    Parameters
    ----------
    figure
        With its growth.
    excess
        0.027 for 2.7 percentage points.

    Raises
    ------
    IndicatorError
        If the growth is not known, or the excess not finite.

    Examples
    --------
    >>> from chainmend.indicators.scope import Scope
    >>> clusters = Figure("296X", Scope("gross_output", "industry", 2025), growth=0.079)
    >>> round(reference_growth(clusters, 0.027).value, 4)
    0.052
    """
    if not math.isfinite(excess):
        raise IndicatorError(f"{excess}", expected=_("a finite number"), where="excess")
    return Rate(_growth(figure) - excess, figure.bound)


def _growth(figure: Figure) -> float:
    if figure.growth is None:
        raise IndicatorError(
            _("{subject} has no growth").format(subject=figure.subject),
            expected=_("a figure with its growth"),
            where=str(figure.scope),
        )
    return figure.growth


def base_from_growth(figure: Figure) -> Figure:
    """Value of the year before that a value and its growth imply, value / (1 + growth).

    Parameters
    ----------
    figure
        With value and growth, both exact, at current prices: growth at comparable prices is of other prices than
        the value and says nothing of the value before.

    Returns
    -------
    Figure
        On the same scope one year earlier.

    Raises
    ------
    ScopeError
        If the figure is real.
    IndicatorError
        If value or growth is not known, growth is -1, or either is only a bound.

    Examples
    --------
    >>> from chainmend.indicators.scope import Scope
    >>> revenue = Figure("vision", Scope("revenue", "industry", 2025, 9), 710.4e9, "CNY", growth=0.144)
    >>> before = base_from_growth(revenue)
    >>> before.scope.year, round(before.value / 1e9, 1)
    (2024, 621.0)
    """
    scope, growth = figure.scope, _growth(figure)
    if scope.basis != "nominal":
        raise ScopeError(
            str(scope),
            expected=_("growth at current prices; growth at comparable prices gives no base"),
            where=figure.subject,
        )
    if figure.value is None or figure.bound != "exact" or growth == -1:
        raise IndicatorError(
            _("value {value}, growth {growth}, {bound}").format(
                value=figure.value, growth=growth, bound=figure.bound
            ),
            expected=_("an exact value with an exact growth above -1"),
            where=f"{figure.subject}, {scope}",
        )
    year_before = replace(scope, year=scope.year - 1)
    return replace(figure, scope=year_before, value=figure.value / (1 + growth), growth=None)


def contribution(shares: ArrayLike, growth: ArrayLike) -> FloatArray:
    """Contribution of parts to the growth of their whole, share of the year before times growth.

    Parameters
    ----------
    shares
        Shares of the parts in the whole in the year before, shape (n,), 0..1, together at most 1.
    growth
        Growth of the parts, shape (n,), at least -1, on the scope of the whole.

    Returns
    -------
    FloatArray
        Shape (n,); 0.01 is one percentage point. Over parts that make up the whole they sum to its growth.

    Raises
    ------
    IndicatorError
        If a share is outside 0..1, they sum to more than 1, or a growth is below -1 or not finite.

    Examples
    --------
    >>> contribution([0.5, 0.5], [0.10, 0.02]).tolist()
    [0.05, 0.01]
    """
    parts = vector(shares, "shares")
    rates = floats(growth, "growth")
    if rates.shape != parts.shape or not np.isfinite(rates).all() or (rates < -1).any():
        raise IndicatorError(
            f"{rates.tolist()}",
            expected=_("{n} finite numbers of at least -1").format(n=len(parts)),
            where="growth",
        )
    if parts.sum() > 1 + _ROUNDING:
        raise IndicatorError(f"{parts.sum():g}", expected=_("shares that sum to at most 1"), where="shares")
    return np.asarray(parts * rates)


@dataclass(frozen=True)
class ShiftShare:
    """Change of each industry of a region in three parts, shape (n,), in the unit of the values.

    Attributes
    ----------
    national
        What it would have changed by, had it grown as the whole reference.
    mix
        Because its industry grew otherwise than the whole reference.
    regional
        Because it grew otherwise here than its industry in the reference.
    """

    national: FloatArray
    mix: FloatArray
    regional: FloatArray


def shift_share(
    before: ArrayLike, after: ArrayLike, reference_before: ArrayLike, reference_after: ArrayLike
) -> ShiftShare:
    """Split the change of a region's industries into a national, an industry-mix and a regional part.

    With v of the region and V of the reference, by industry i: national v0 (V1/V0 - 1), mix
    v0 (V1i/V0i - V1/V0), regional v1 - v0 V1i/V0i; they sum to v1 - v0. An industry that is new in region and
    reference is regional.

    Parameters
    ----------
    before, after
        Size of each industry in the region, shape (n,), non-negative.
    reference_before, reference_after
        The same of the reference, such as the country.

    Raises
    ------
    IndicatorError
        If shapes differ, a number is negative or not finite, all are zero, or the region has an industry before
        that the reference has not.

    References
    ----------
    Dunn (1960), A statistical and analytical technique for regional analysis.

    Examples
    --------
    >>> parts = shift_share([100, 50], [120, 45], [1000, 1000], [1100, 1000])
    >>> parts.national.tolist(), parts.mix.tolist(), parts.regional.tolist()
    ([5.0, 2.5], [5.0, -2.5], [10.0, -5.0])
    """
    v0 = vector(before, "before")
    n = len(v0)
    v1 = vector(after, "after", length=n)
    r0 = vector(reference_before, "reference_before", length=n)
    r1 = vector(reference_after, "reference_after", length=n)
    absent = np.flatnonzero((r0 == 0) & (v0 > 0))
    if absent.size:
        raise IndicatorError(
            _("{value:g} in the region, 0 in the reference").format(value=v0[absent[0]]),
            expected=_("a reference that the region is part of"),
            where=f"reference_before[{absent[0]}]",
        )
    national = v0 * (r1.sum() - r0.sum()) / r0.sum()
    as_industry = v0 * np.divide(r1 - r0, r0, out=np.zeros(n), where=r0 > 0)
    return ShiftShare(national, as_industry - national, v1 - v0 - as_industry)
