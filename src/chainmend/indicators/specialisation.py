"""How far a region is specialised: location quotients, and the distance of its structure from another's.

Rows are regions, columns are activities. Sizes are output, employees, exports or numbers of firms: one unit for all.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt
import scipy.sparse as sp

from chainmend.errors import IndicatorError
from chainmend.i18n import _, both
from chainmend.indicators.arrays import FloatArray, above_0, shares_of_rows, table, vector
from chainmend.indicators.reading import Reading
from chainmend.indicators.segment_firms import nothing_to_compare
from chainmend.registry import register

if TYPE_CHECKING:
    from chainmend.indicators.city import City

PRESENCE = 1.0


def location_quotient(sizes: Any, reference: npt.ArrayLike | None = None) -> Any:
    """Return how much larger the share of an activity in a region is than its share everywhere.

    ``LQ_rc = (x_rc / x_r.) / (x_.c / x_..)``; on exports this is Balassa's revealed comparative advantage (RCA).

    Parameters
    ----------
    sizes
        x, shape (regions, activities), non-negative; a dense array or a scipy.sparse one.
    reference
        Sizes of the activities in the whole economy, shape (activities,), where `sizes` does not hold all of its
        regions; None: the sum over the regions of `sizes`.

    Returns
    -------
    ndarray or csr_array
        Of the shape and kind of `sizes`, at least 0, 1 = as everywhere. A region or activity that holds nothing
        has 0, as in the package EconGeo; REAT gives NaN there (0/0).

    Raises
    ------
    IndicatorError
        If `sizes` or `reference` is negative, not finite, all zero or of another shape, or an activity that a region
        has is missing in `reference`.

    Notes
    -----
    Florence (1939), Balassa (1965). All values of REAT's ``locq2`` are reproduced; it takes industries as rows. Its
    ``locq`` is given the totals: with those of Göttingen 2017, where 2,120 of 69,403 employees stand in no section,
    its quotients are 3 % below ours. They hold if none of these belong to the section, ours if they are spread as the
    others are; neither can be known. Where a region is larger than the whole REAT returns NA without a word.

    Examples
    --------
    >>> location_quotient(np.array([[30.0, 10.0], [30.0, 50.0]]))
    array([[1.5 , 0.5 ],
           [0.75, 1.25]])
    """
    x = table(sizes, "sizes")
    if reference is None:
        everywhere = np.asarray(x.sum(axis=0), np.float64)
    else:
        everywhere = vector(reference, "reference", length=x.shape[1])
        _no_surprise(np.asarray(x.sum(axis=0)), everywhere)
    found = shares_of_rows(x)
    share = everywhere / everywhere.sum()
    if sp.issparse(x):
        found.data /= share[found.indices]
        return found
    return np.divide(found, share, out=np.zeros_like(found), where=share > 0)


def presence(quotients: Any, cut: float = PRESENCE) -> Any:
    """Return where a quotient reaches `cut`: the activities a region is said to have.

    Parameters
    ----------
    quotients
        Location quotients, shape (regions, activities), dense or sparse.
    cut
        Least quotient, above 0.

    Returns
    -------
    ndarray or csr_array of bool
        Of the shape and kind of `quotients`.

    Raises
    ------
    IndicatorError
        If `cut` is not above 0 or `quotients` is no table of non-negative numbers.

    Notes
    -----
    Hidalgo and others (2007) call it M.

    Examples
    --------
    >>> presence(np.array([[1.5, 0.5], [0.75, 1.0]]))
    array([[ True, False],
           [False,  True]])
    """
    q = table(quotients, "quotients")
    return q >= above_0(cut, "cut")


def krugman(sizes: npt.ArrayLike, reference: npt.ArrayLike) -> float:
    """Return how far the shares of `sizes` are from those of `reference`: ``K = sum |s - x|``.

    Sizes of activities give the specialisation of a region against another or the whole, sizes of regions the
    concentration of an activity.

    Parameters
    ----------
    sizes, reference
        Shape (n,), non-negative, each in a unit of its own.

    Returns
    -------
    float
        0 (the same structure) to 2 (nothing in common).

    Raises
    ------
    IndicatorError
        If one is negative, not finite, empty or all zero, or they differ in length.

    Notes
    -----
    Krugman (1991), Geography and Trade. REAT's ``krugman.spec`` and ``krugman.conc`` agree; they are given the totals
    and so accept shares that do not sum to one, which takes the meaning from the bounds.

    Examples
    --------
    >>> krugman([30, 10], [50, 50])
    0.5
    """
    s = vector(sizes, "sizes")
    x = vector(reference, "reference", length=len(s))
    return float(np.abs(s / s.sum() - x / x.sum()).sum())


def hoover(sizes: npt.ArrayLike, reference: npt.ArrayLike | None = None) -> float:
    """Return the part of `sizes` that had to move for its shares to be those of `reference`: half of `krugman`.

    Parameters
    ----------
    sizes
        Shape (n,), non-negative.
    reference
        Shape (n,), non-negative; None: equal shares.

    Returns
    -------
    float
        0 to 1.

    Raises
    ------
    IndicatorError
        As of `krugman`.

    Notes
    -----
    Hoover (1936); REAT's ``hoover``.

    Examples
    --------
    >>> hoover([30, 10]), hoover([30, 10], [60, 20])
    (0.25, 0.0)
    """
    s = vector(sizes, "sizes")
    return krugman(s, np.ones(len(s)) if reference is None else reference) / 2


@register(
    "indicator",
    "location_quotient",
    name=("区位商", "Location quotient"),
    unit="1",
    needs=("firms",),
    reference="Florence (1939); Balassa (1965)",
    resample=True,
    bounds=(0.0, math.inf),
)
def location_quotients(city: City) -> Iterator[Reading]:
    """Share of a segment in the city over its share in the country.

    Above 1 the city has more of the segment than its size would make one expect; 0 means that it has none of it.
    Compared are the domestic firms of the dataset, so a dataset that holds few firms from elsewhere says little.
    """
    scope = city.scope()
    everywhere = np.asarray(city.sizes.sum(axis=0))
    lack = nothing_to_compare(city)
    quotients = None if lack else location_quotient(city.sizes)[[city.home]].toarray()[0]
    for n, segment in enumerate(city.segments):
        if quotients is None or not everywhere[n] > 0:
            why = lack or both("no firm on the segment")
            yield Reading("segment", segment, None, scope, note=why)
        else:
            yield Reading("segment", segment, float(quotients[n]), scope)


@register(
    "indicator",
    "krugman_specialisation",
    name=("克鲁格曼专业化指数", "Krugman specialisation index"),
    unit="1",
    needs=("firms",),
    reference="Krugman (1991)",
    resample=True,
    bounds=(0.0, 2.0),
)
def krugman_specialisation(city: City) -> Iterator[Reading]:
    """How far the city's structure over segments is from the country's, 0 (the same) to 2 (nothing in common).

    The sum of the absolute differences of shares; the country is all domestic firms of the dataset, the city's too.
    """
    yield _against_the_country(city, krugman)


@register(
    "indicator",
    "hoover_specialisation",
    name=("胡佛专业化指数", "Hoover specialisation index"),
    unit="1",
    needs=("firms",),
    reference="Hoover (1936)",
    resample=True,
    bounds=(0.0, 1.0),
)
def hoover_specialisation(city: City) -> Iterator[Reading]:
    """Part of the city's output that had to move to other segments for its structure to be the country's.

    Half of the Krugman index.
    """
    yield _against_the_country(city, hoover)


def _against_the_country(city: City, index: Any) -> Reading:
    lack = nothing_to_compare(city)
    if lack:
        return Reading("city", city.name, None, city.scope(), note=lack)
    value = index(city.sizes[[city.home]].toarray()[0], np.asarray(city.sizes.sum(axis=0)))
    return Reading("city", city.name, value, city.scope())


def _no_surprise(here: FloatArray, everywhere: FloatArray) -> None:
    surprise = np.flatnonzero((here > 0) & (everywhere == 0))
    if len(surprise):
        raise IndicatorError(
            _("0, though a region has {size}").format(size=here[surprise[0]]),
            expected=_("a size above 0 of each activity that a region has"),
            where=f"reference[{surprise[0]}]",
        )
