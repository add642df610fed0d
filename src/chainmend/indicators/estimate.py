"""A number of firms with its interval, and the ratio of two sums over firms, which most cluster indicators are."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from chainmend.errors import IndicatorError
from chainmend.i18n import _
from chainmend.indicators.arrays import vector
from chainmend.indicators.resampling import ANY, DRAWS, bootstrap

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


def of_firms(
    statistic: Callable[..., float],
    *figures: ArrayLike,
    bounds: tuple[float, float] = ANY,
    interval: bool = False,
    draws: int = DRAWS,
    seed: int = 0,
) -> Estimate:
    """Any statistic of single firms with its interval: `hhi`, `gini`, `entropy`, a location quotient.

    Parameters
    ----------
    statistic
        Called with the figures of the firms drawn.
    figures
        By firm, each of shape (n, ...); a firm keeps its figures together.
    bounds
        Least and greatest value the statistic can have.
    interval, draws, seed
        Draw firms anew for an interval of 95 %, so often, from there.

    Raises
    ------
    IndicatorError
        If there is no firm, lengths differ, `draws` is below 2, or the statistic refuses a draw or is not finite.

    Examples
    --------
    >>> from chainmend.indicators.concentration import hhi
    >>> output = [5.0, 4.0, 3.0, 2.0, 1.0]
    >>> found = of_firms(hhi, output, bounds=(0, 1), interval=True)
    >>> round(found.value, 4), found.low < found.value < found.high <= 1
    (0.2444, True)

    The location quotient of chips in the city from single firms:

    >>> here, chips = np.array([1, 1, 0, 0, 0, 1]), np.array([1, 0, 0, 1, 0, 1])
    >>> def quotient(size, here, chips):
    ...     return (size * here * chips).sum() / (size * here).sum() / ((size * chips).sum() / size.sum())
    >>> round(of_firms(quotient, np.array([4.0, 2, 3, 1, 5, 2]), here, chips).value, 2)
    1.82
    """
    arrays = [np.asarray(f) for f in figures]
    n = len(arrays[0]) if arrays and arrays[0].ndim else 0
    if n < 1 or any(not a.ndim or len(a) != n for a in arrays):
        raise IndicatorError(
            _("figures of the shapes {shapes}").format(shapes=", ".join(str(a.shape) for a in arrays) or "-"),
            expected=_("as many of each as there are firms, at least one"),
        )
    return estimate(
        lambda drawn: statistic(*(a[drawn] for a in arrays)),
        n,
        bounds=bounds,
        interval=interval,
        draws=draws,
        seed=seed,
    )


def estimate(
    statistic: Callable[[NDArray[np.int64]], float],
    n: int,
    *,
    interval: bool,
    draws: int,
    seed: int,
    bounds: tuple[float, float] = ANY,
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
    bounds
        Least and greatest value the statistic can have.

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
    ends = bootstrap(statistic, n, draws=draws, seed=seed, bounds=bounds)
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
    most: float = np.inf,
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
    most
        The greatest it can be; the least is 0.
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

    return estimate(of, len(b), bounds=(0.0, most), interval=interval, draws=draws, seed=seed)
