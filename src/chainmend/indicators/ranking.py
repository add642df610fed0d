"""Ranks with their universe: ties, intervals, gaps to the next above and below."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from chainmend.errors import IndicatorError
from chainmend.i18n import _
from chainmend.indicators.arrays import floats

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

    from numpy.typing import ArrayLike, NDArray

    from chainmend.indicators.arrays import FloatArray
    from chainmend.indicators.scope import Bound


@dataclass(frozen=True)
class Ranks:
    """Competition ranks, shape (n,): 1 is the greatest, equal values share the better rank (1, 2, 2, 4).

    Attributes
    ----------
    rank
        By the values themselves.
    best, worst
        What the rank may be where values are only known to lie in intervals; equal to `rank` without intervals.
    """

    rank: NDArray[np.int64]
    best: NDArray[np.int64]
    worst: NDArray[np.int64]


def competition_ranks(
    values: ArrayLike, low: ArrayLike | None = None, high: ArrayLike | None = None
) -> Ranks:
    """Rank values from the greatest, 1 + the number of greater ones.

    Parameters
    ----------
    values
        Finite, shape (n,), n > 0, any unit.
    low, high
        Ends of intervals around the values, shape (n,), perhaps infinite; the values themselves where None.

    Raises
    ------
    IndicatorError
        If there are no values, one is not finite, or one lies outside its interval.

    References
    ----------
    Goldstein and Spiegelhalter (1996), League tables and their limitations.

    Examples
    --------
    >>> competition_ranks([30, 20, 20, 10]).rank.tolist()
    [1, 2, 2, 4]
    >>> found = competition_ranks([30, 20, 10], low=[25, 15, 8], high=[35, 27, 12])
    >>> found.best.tolist(), found.worst.tolist()
    ([1, 1, 3], [2, 2, 3])
    """
    numbers = floats(values, "values")
    if numbers.ndim != 1 or not numbers.size or not np.isfinite(numbers).all():
        raise IndicatorError(
            f"{numbers.tolist()}", expected=_("at least one number, all of them finite"), where="values"
        )
    ends = [numbers if end is None else floats(end, "low, high") for end in (low, high)]
    if (
        any(end.shape != numbers.shape for end in ends)
        or not ((ends[0] <= numbers) & (numbers <= ends[1])).all()
    ):
        raise IndicatorError(
            f"{ends[0].tolist()}, {ends[1].tolist()}",
            expected=_("an interval around each value"),
            where="low, high",
        )
    own = ends[1] > ends[0]  # then a value's own upper end is above its own lower end
    return Ranks(
        1 + _above(numbers, numbers), 1 + _above(ends[0], ends[1]), 1 + _above(ends[1], ends[0]) - own
    )


def _above(values: FloatArray, cuts: FloatArray) -> NDArray[np.int64]:
    """How many of the values are above each cut."""
    return np.asarray(values.size - np.searchsorted(np.sort(values), cuts, side="right"), np.int64)


@dataclass(frozen=True)
class Standing:
    """Where one subject stands among others of which a number is known.

    Attributes
    ----------
    rank, of
        Competition rank from the greatest, among so many whose number is known.
    best, worst
        What the rank may be, given bounds and those whose number is not known.
    universe
        All that are ranked, the greatest first; the subject among them.
    missing
        Those of the universe whose number is not known.
    tied
        Others of the same number.
    above, below
        (name, gap) of the next greater and the next smaller, gaps above 0; None at either end.
    of_top
        The subject's number over the greatest, 1 for the first; None where the greatest is not above 0.
    """

    rank: int
    of: int
    best: int
    worst: int
    universe: tuple[str, ...]
    missing: tuple[str, ...] = ()
    tied: tuple[str, ...] = ()
    above: tuple[str, float] | None = None
    below: tuple[str, float] | None = None
    of_top: float | None = None


def standing(
    subject: str,
    values: Mapping[str, float],
    bounds: Mapping[str, Bound] | None = None,
    missing: Collection[str] = (),
) -> Standing:
    """Where a subject stands among all that have a value on the same scope.

    Parameters
    ----------
    subject
        One of `values`.
    values
        Subject -> number, all in one unit and of one scope.
    bounds
        Subject -> ``lower`` or ``upper`` where the number is only a bound; a name that is not in it is exact.
    missing
        Further names of the universe whose number is not known: each may stand above the subject.

    Raises
    ------
    IndicatorError
        If the subject has no value, or a value is not finite.

    Examples
    --------
    >>> found = standing("B", {"A": 9, "B": 7, "C": 4}, missing=["D"])
    >>> found.rank, found.of, found.best, found.worst, found.above, found.below
    (2, 3, 2, 3, ('A', 2), ('C', 3))
    """
    if subject not in values:
        raise IndicatorError(
            _("{subject} has no value").format(subject=subject),
            expected=_("one of: {ids}").format(ids=", ".join(sorted(values)) or "-"),
        )
    names = sorted(values, key=lambda name: (-values[name], name))
    kinds = [(bounds or {}).get(name, "exact") for name in names]
    numbers = [values[name] for name in names]
    low = [-math.inf if kind == "upper" else v for v, kind in zip(numbers, kinds, strict=True)]
    high = [math.inf if kind == "lower" else v for v, kind in zip(numbers, kinds, strict=True)]
    ranks = competition_ranks(numbers, low, high)
    at, own = names.index(subject), values[subject]
    greater = [n for n in names if values[n] > own]
    smaller = [n for n in names if values[n] < own]
    return Standing(
        rank=int(ranks.rank[at]),
        of=len(names),
        best=int(ranks.best[at]),
        worst=int(ranks.worst[at]) + len(missing),
        universe=tuple(names),
        missing=tuple(sorted(missing)),
        tied=tuple(n for n in names if values[n] == own and n != subject),
        above=(greater[-1], values[greater[-1]] - own) if greater else None,
        below=(smaller[0], own - values[smaller[0]]) if smaller else None,
        of_top=own / numbers[0] if numbers[0] > 0 else None,
    )
