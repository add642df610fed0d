"""Intervals by drawing firms anew, with replacement (the percentile bootstrap of Efron, 1979).

A draw repeats some firms and leaves others out: any concentration rises by that alone, and percentiles of draws may lie
above the figure itself. So the draws are moved by the bias of drawing, their mean less the figure: the interval says
how far the figure could be off to either side, and stands around it. It ends where the figure cannot be: a share is not
above 1.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from chainmend.errors import IndicatorError
from chainmend.i18n import _

if TYPE_CHECKING:
    from numpy.typing import ArrayLike, NDArray

DRAWS = 200
CONFIDENCE = 0.95
ANY = (-np.inf, np.inf)
"""Bounds of a statistic that has none."""


@dataclass(frozen=True)
class Interval:
    """Lower and upper end; arrays where the statistic gives arrays."""

    low: NDArray[np.float64]
    high: NDArray[np.float64]


def bootstrap(
    statistic: Callable[[NDArray[np.int64]], NDArray[np.float64] | float],
    n: int,
    *,
    draws: int = DRAWS,
    seed: int = 0,
    confidence: float = CONFIDENCE,
    bounds: tuple[float, float] = ANY,
) -> Interval:
    """Interval of a statistic of `n` firms.

    Parameters
    ----------
    statistic
        Called with the positions of the firms drawn, shape (n,), a firm as often as it was drawn; gives a number or
        an array, of the same shape each time.
    n
        Number of firms.
    draws
        How often firms are drawn.
    seed
        The same seed gives the same interval.
    confidence
        Share of the draws that lie within.
    bounds
        Least and greatest value the statistic can have.

    Raises
    ------
    IndicatorError
        If there is no firm, `draws` is below 2, `confidence` is not within 0..1, or the statistic of a draw is not
        finite.

    Examples
    --------
    >>> output = np.array([1.0, 2.0, 3.0, 4.0])
    >>> found = bootstrap(lambda drawn: output[drawn].mean(), 4)
    >>> bool(1 <= found.low <= 2.5 <= found.high <= 4)
    True
    """
    if n < 1 or draws < 2 or not 0 < confidence < 1:
        raise IndicatorError(
            f"n={n}, draws={draws}, confidence={confidence}",
            expected=_("at least one firm, two draws, and a confidence between 0 and 1"),
            where=_("bootstrap"),
        )
    rng = np.random.default_rng(seed)
    values = np.array([statistic(rng.integers(n, size=n)) for _draw in range(draws)], dtype=np.float64)
    figure = np.asarray(statistic(np.arange(n)), np.float64)
    if not (np.isfinite(values).all() and np.isfinite(figure).all()):
        raise IndicatorError(
            _("the statistic of a draw is not finite"),
            expected=_("a number for every draw"),
            where=_("bootstrap"),
        )
    return percentiles(values, figure, confidence, bounds)


def percentiles(
    values: NDArray[np.float64],
    figure: NDArray[np.float64] | float,
    confidence: float = CONFIDENCE,
    bounds: ArrayLike = ANY,
) -> Interval:
    """Return the middle share `confidence` of draws, shape (draws, ...), moved so that their mean is the figure.

    What would lie outside `bounds`, (least, greatest) of the shape of the figure or of none, ends at them.

    Examples
    --------
    >>> found = percentiles(np.arange(101.0), 50.0, 0.9)
    >>> round(float(found.low), 6), float(found.high)
    (5.0, 95.0)
    >>> float(percentiles(np.arange(101.0), 40.0, 0.9).high)
    85.0
    >>> float(percentiles(np.arange(101.0), 40.0, 0.9, (0, 60)).high)
    60.0
    """
    tail = (1 - confidence) / 2
    ends = np.quantile(values, [tail, 1 - tail], axis=0) + (figure - values.mean(axis=0))
    low, high = np.clip(ends, *np.asarray(bounds, np.float64))
    return Interval(low, high)
