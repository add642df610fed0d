"""Gini coefficients: of any values, and of an activity over regions (or a region over activities)."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from chainmend.errors import IndicatorError
from chainmend.i18n import _, both
from chainmend.indicators.arrays import FloatArray, vector
from chainmend.indicators.reading import Reading
from chainmend.registry import register

if TYPE_CHECKING:
    from chainmend.indicators.city import City


def gini(values: npt.ArrayLike, weights: npt.ArrayLike | None = None) -> float:
    """Return the Gini coefficient: twice the area between the Lorenz curve and the diagonal.

    ``G = 1 - sum_j w_j (Y_j + Y_(j-1))`` with values in ascending order, w_j the share of a weight and Y_j the share
    that the first j hold.

    Parameters
    ----------
    values
        Shape (n,), non-negative; of one each, such as output per head.
    weights
        How many there are of each, shape (n,), non-negative; None: one.

    Returns
    -------
    float
        0 (equal) to 1 - the share of the smallest weight; without weights 1 - 1/n.

    Raises
    ------
    IndicatorError
        If `values` or `weights` is negative, not finite, empty or all zero, they differ in length, or nothing of
        weight has a value.

    Notes
    -----
    Gini (1912). REAT's ``gini`` agrees without weights. With weights REAT sorts the values and leaves the weights
    as they came, so it is right only where the values come in ascending order; here both are sorted together.

    Examples
    --------
    >>> gini([0, 0, 0, 1]), gini([3, 1], weights=[1, 1])
    (0.75, 0.25)
    """
    x = vector(values, "values")
    w = np.ones(len(x)) if weights is None else vector(weights, "weights", length=len(x))
    vector(x * w, "values * weights")
    return float(_gini(x, w / w.sum()))


def _gini(x: FloatArray, share: FloatArray) -> FloatArray:
    """Gini coefficient of every column of `x`, shape (n,) or (n, columns), with the weights `share`, shape (n,)."""
    order = np.argsort(x, axis=0, kind="stable")
    width = share[order]
    held = np.take_along_axis(x, order, axis=0) * width
    curve = 2 * np.cumsum(held, axis=0) - held
    found: FloatArray = np.maximum(0.0, 1 - (width * curve).sum(axis=0) / held.sum(axis=0))
    return found


def locational_gini(sizes: npt.ArrayLike, reference: npt.ArrayLike) -> float:
    """Return the Gini coefficient of an activity over regions against `reference`, from its Lorenz curve.

    The curve lays the regions out by their quotient, each as wide as its share of `reference`. Merging regions of
    one quotient changes nothing.

    Parameters
    ----------
    sizes
        Of the activity in each region, shape (n,), non-negative.
    reference
        Of everything in each region, shape (n,), non-negative.

    Returns
    -------
    float
        0 (spread as the reference) to below 1.

    Raises
    ------
    IndicatorError
        If one is negative, not finite, empty or all zero, they differ in length, or a region has the activity and
        nothing in `reference`.

    Notes
    -----
    Krugman (1991), Geography and Trade, chapter 2. `quotient_gini` is the other one of this name.

    Examples
    --------
    >>> locational_gini([10, 0], [50, 50])
    0.5
    """
    quotients, width = _quotients(sizes, reference)
    return gini(quotients, width)


def quotient_gini(sizes: npt.ArrayLike, reference: npt.ArrayLike) -> float:
    """Return the Gini coefficient of location quotients, each region (or activity) counted once.

    ``G = 2 / (n^2 mean R) sum_k k (R_k - mean R)`` with the quotients R in ascending order, k = 1..n. Over regions it
    is REAT's ``gini.conc``, over activities its ``gini.spec``. A region that is cut in two changes it.

    Parameters
    ----------
    sizes, reference
        Shape (n,), as of `locational_gini`; what has nothing in either is left out, REAT then returns NaN.

    Returns
    -------
    float
        0 to 1 - 1/n.

    Raises
    ------
    IndicatorError
        As of `locational_gini`.

    Notes
    -----
    Farhauer and Kröll (2014), Standorttheorien.

    Examples
    --------
    >>> quotient_gini([10, 0], [20, 80])
    0.5
    """
    return gini(_quotients(sizes, reference)[0])


@register(
    "indicator",
    "locational_gini",
    name=("区位基尼系数", "Locational Gini coefficient"),
    unit="1",
    needs=("firms",),
    reference="Krugman (1991)",
    resample=True,
    bounds=(0.0, 1.0),
)
def locational_ginis(city: City) -> Iterator[Reading]:
    """How unevenly a segment is spread over the country's cities, against all segments together.

    0 means that every city has its share of it, near 1 that it is where little else is. Few firms look concentrated
    by this measure wherever they are; `ellison_glaeser` allows for it.
    """
    scope = city.scope()
    reference = np.asarray(city.sizes.sum(axis=1))
    held = np.asarray(city.sizes.sum(axis=0)) > 0
    one = int(np.count_nonzero(reference)) < 2
    found = np.full(len(held), np.nan)
    if not one:  # the quotients of `locational_gini`, up to a factor, of all segments at once
        some = city.sizes[np.flatnonzero(reference)][:, np.flatnonzero(held)].toarray()
        share = reference[reference > 0] / reference.sum()
        found[held] = _gini(some / share[:, None], share)
    for segment, there, value in zip(city.segments, held, found.tolist(), strict=True):
        if one:
            note = both("all firms are of one region; nothing to compare with")
            yield Reading("segment", segment, None, scope, note=note)
        elif not there:
            yield Reading("segment", segment, None, scope, note=both("no firm on the segment"))
        else:
            yield Reading("segment", segment, value, scope)


def _quotients(sizes: npt.ArrayLike, reference: npt.ArrayLike) -> tuple[FloatArray, FloatArray]:
    """Return the quotients where there is a reference, and the shares of the reference."""
    s = vector(sizes, "sizes")
    x = vector(reference, "reference", length=len(s))
    surprise = np.flatnonzero((s > 0) & (x == 0))
    if len(surprise):
        raise IndicatorError(
            _("0, though the size there is {size}").format(size=s[surprise[0]]),
            expected=_("a number above 0 wherever the size is"),
            where=f"reference[{surprise[0]}]",
        )
    known = x > 0
    share = x[known] / x.sum()
    return s[known] / s.sum() / share, share
