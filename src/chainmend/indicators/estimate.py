"""A number of firms with its interval, and the ratio of two sums over firms, which most cluster indicators are."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from chainmend.errors import IndicatorError
from chainmend.i18n import _
from chainmend.indicators.arrays import vector
from chainmend.indicators.resampling import DRAWS, bootstrap

if TYPE_CHECKING:
    from numpy.typing import ArrayLike, NDArray

    from chainmend.indicators.arrays import FloatArray


@dataclass(frozen=True)
class Estimate:
    """A number computed from firms.

    Attributes
    ----------
    value
        Of the firms as they are.
    low, high
        Ends of the interval of 95 % over firms drawn anew; None where none was asked for.
    """

    value: float
    low: float | None = None
    high: float | None = None


def estimate(
    statistic: Callable[[NDArray[np.int64]], float], n: int, *, interval: bool, draws: int, seed: int
) -> Estimate:
    """Value of a statistic of `n` firms, with its interval where it is asked for.

    Parameters
    ----------
    statistic
        Called with positions of firms, shape (n,); not finite where a draw cannot say.
    n
        Number of firms.
    interval, draws, seed
        Whether firms are drawn anew, how often, and from where.

    Raises
    ------
    IndicatorError
        If `draws` is below 2, or the statistic of a draw is not finite.

    Examples
    --------
    >>> output = np.array([1.0, 2.0, 3.0])
    >>> estimate(lambda drawn: output[drawn].sum(), 3, interval=False, draws=200, seed=0)
    Estimate(value=6.0, low=None, high=None)
    """
    value = float(statistic(np.arange(n)))
    if not interval:
        return Estimate(value)
    ends = bootstrap(statistic, n, draws=draws, seed=seed)
    return Estimate(value, float(ends.low), float(ends.high))


def amounts(values: ArrayLike, where: str, *, length: int | None = None) -> FloatArray:
    """As `vector`, but all may be zero: no exports at all are a fact, not a mistake.

    Raises
    ------
    IndicatorError
        If `values` is negative, not finite, empty or of another shape.

    Examples
    --------
    >>> amounts([0, 0], "exports")
    array([0., 0.])
    """
    given = np.asarray(values)
    numbers = (
        given.ndim == 1 and given.size > 0 and length in (None, given.size) and given.dtype.kind in "biuf"
    )
    if numbers and not given.any():
        return np.zeros(given.size)
    return vector(values, where, length=length)


def ratio(
    numerator: tuple[str, ArrayLike],
    denominator: tuple[str, ArrayLike],
    *,
    factor: float = 1.0,
    interval: bool = False,
    draws: int = DRAWS,
    seed: int = 0,
) -> Estimate:
    """Ratio of two sums over the same firms, ``factor x sum a / sum b``; large firms count as much as they are large.

    Parameters
    ----------
    numerator, denominator
        Name for messages, and values by firm: shape (n,), non-negative, the denominator not all zero.
    factor
        What the ratio is multiplied by.
    interval, draws, seed
        Draw firms anew for an interval of 95 %, so often, from there.

    Raises
    ------
    IndicatorError
        If one of them is negative, not finite, empty or of another length, the denominators sum to zero, or, with
        `interval`, those of a draw do.

    Notes
    -----
    Cochran (1977), Sampling Techniques, chapter 6: the combined ratio. It is not the mean of the firms' ratios.

    Examples
    --------
    >>> ratio(("rd", [3.0, 0.0]), ("revenue", [50.0, 10.0]))
    Estimate(value=0.05, low=None, high=None)
    """
    b = vector(denominator[1], denominator[0])
    a = amounts(numerator[1], numerator[0], length=len(b))

    def of(drawn: NDArray[np.int64]) -> float:
        total = b[drawn].sum()
        return float(factor * a[drawn].sum() / total) if total > 0 else np.nan

    return estimate(of, len(b), interval=interval, draws=draws, seed=seed)


def positive(number: float, where: str) -> float:
    """Return a finite number above zero.

    Raises
    ------
    IndicatorError
        If it is not.

    Examples
    --------
    >>> positive(2, "area")
    2.0
    """
    if not 0 < number < np.inf:
        raise IndicatorError(str(number), expected=_("a finite number above 0"), where=where)
    return float(number)
