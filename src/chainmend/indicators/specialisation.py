"""How far a region is specialised: location quotients, cluster stars, distance of its structure from another's.

Rows are regions, columns are activities. Sizes are output, employees, exports or numbers of firms: one unit for all.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt
import scipy.sparse as sp

from chainmend.errors import IndicatorError
from chainmend.i18n import _, both
from chainmend.indicators.arrays import FloatArray, table, vector
from chainmend.indicators.reading import Reading
from chainmend.registry import register

if TYPE_CHECKING:
    from chainmend.indicators.city import City

PRESENCE = 1.0
STAR_QUOTIENT = 2.0
STAR_SHARE = 0.1


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
    found = _shares(x)
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
    if not cut > 0:
        raise IndicatorError(str(cut), expected=_("a number above 0"), where="cut")
    return q >= cut


@dataclass(frozen=True)
class Stars:
    """The three stars of a cluster in a region; each of shape (regions, activities), of the kind of the sizes.

    Attributes
    ----------
    specialisation
        Location quotient of at least 2.
    size
        Among the largest tenth of the regions in the activity.
    focus
        Among the tenth of the regions in which the activity has the largest share.
    """

    specialisation: Any
    size: Any
    focus: Any

    @property
    def count(self) -> Any:
        """Stars of each cell, 0..3, as the European Cluster Observatory counts them."""
        return 1 * self.specialisation + 1 * self.size + 1 * self.focus


def stars(sizes: Any) -> Stars:
    """Return which stars each activity of each region has.

    A region is in the largest tenth when at most a tenth of all regions are as large as it or larger, itself
    counted. So with fewer than ten regions nobody is, ties push nobody in, and what has no size has no star.

    Parameters
    ----------
    sizes
        Shape (regions, activities), non-negative; dense or scipy.sparse.

    Raises
    ------
    IndicatorError
        If `sizes` is negative, not finite, empty or all zero.

    Notes
    -----
    Sölvell, Ketels and Lindqvist (2009), European Cluster Observatory: specialisation, size and focus.

    Examples
    --------
    >>> sizes = np.ones((10, 2))
    >>> sizes[3] = [6, 1]
    >>> found = stars(sizes)
    >>> found.size[3].tolist(), found.focus[3].tolist(), found.specialisation[3].tolist()
    ([True, False], [True, False], [False, False])
    """
    x = table(sizes, "sizes")
    cells = sp.csr_array(x)
    cells.eliminate_zeros()
    quotients = location_quotient(cells)
    found = (presence(quotients, STAR_QUOTIENT), _largest_tenth(cells), _largest_tenth(_shares(cells)))
    return Stars(*(found if sp.issparse(sizes) else (part.toarray() for part in found)))


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
)
def location_quotients(city: City) -> Iterator[Reading]:
    """Share of a segment in the city over its share in the country.

    Above 1 the city has more of the segment than its size would make one expect; 0 means that it has none of it.
    Compared are the domestic firms of the dataset, so a dataset that holds few firms from elsewhere says little.
    """
    scope = city.scope()
    everywhere = np.asarray(city.sizes.sum(axis=0))
    lack = _nothing_to_compare(city)
    quotients = None if lack else _row(location_quotient(city.sizes), city.home)
    for n, segment in enumerate(city.segments):
        if quotients is None or not everywhere[n] > 0:
            why = lack or both("no firm on the segment")
            yield Reading("segment", segment, None, scope, note=why)
        else:
            yield Reading("segment", segment, float(quotients[n]), scope)


@register(
    "indicator",
    "cluster_stars",
    name=("集群星级", "Cluster stars"),
    unit="stars",
    needs=("firms",),
    reference="Sölvell, Ketels and Lindqvist (2009)",
    resample=True,
)
def cluster_stars(city: City) -> Iterator[Reading]:
    """How many of the three stars a segment of the city has: specialisation, size, focus.

    Specialisation: location quotient of at least 2. Size and focus: among the tenth of the regions with the most of
    the segment, and among the tenth in which it has the largest share.
    """
    scope = city.scope()
    lack = _nothing_to_compare(city)
    if lack is None and len(city.regions) < 1 / STAR_SHARE:
        lack = both("needs firms of at least ten regions; there are {n}", n=len(city.regions))
    found = None if lack else [_row(part, city.home) for part in _parts(stars(city.sizes))]
    for n, segment in enumerate(city.segments):
        if found is None:
            yield Reading("segment", segment, None, scope, note=lack)
        else:
            names = (both("star of specialisation"), both("star of size"), both("star of focus"))
            own = [name for name, row in zip(names, found, strict=True) if row[n]]
            note = ("、".join(zh for zh, _en in own), ", ".join(en for _zh, en in own)) if own else None
            yield Reading("segment", segment, float(len(own)), scope, note=note)


@register(
    "indicator",
    "krugman_specialisation",
    name=("克鲁格曼专业化指数", "Krugman specialisation index"),
    unit="1",
    needs=("firms",),
    reference="Krugman (1991)",
)
def krugman_specialisation(city: City) -> Iterator[Reading]:
    """How far the city's structure over segments is from the country's, 0 (the same) to 2 (nothing in common).

    The sum of the absolute differences of shares; the country is all domestic firms of the dataset, the city's too.
    Drawn anew, firms always stray further from the country than they are, so draws give no interval.
    """
    yield _against_the_country(city, krugman)


@register(
    "indicator",
    "hoover_specialisation",
    name=("胡佛专业化指数", "Hoover specialisation index"),
    unit="1",
    needs=("firms",),
    reference="Hoover (1936)",
)
def hoover_specialisation(city: City) -> Iterator[Reading]:
    """Part of the city's output that had to move to other segments for its structure to be the country's.

    Half of the Krugman index, and without an interval for the same reason.
    """
    yield _against_the_country(city, hoover)


def _against_the_country(city: City, index: Any) -> Reading:
    lack = _nothing_to_compare(city)
    if lack:
        return Reading("city", city.name, None, city.scope(), note=lack)
    value = index(_row(city.sizes, city.home), np.asarray(city.sizes.sum(axis=0)))
    return Reading("city", city.name, value, city.scope())


def _nothing_to_compare(city: City) -> tuple[str, str] | None:
    """Return why the city cannot be held against the country, None where it can."""
    if city.home is None or not city.sizes[[city.home]].sum() > 0:
        return both("the city has no firm on any segment")
    if len(city.regions) < 2:
        return both("all firms are of one region; nothing to compare with")
    return None


def _row(cells: Any, row: int | None) -> FloatArray:
    found: FloatArray = cells[[row]].toarray()[0]
    return found


def _parts(found: Stars) -> tuple[Any, Any, Any]:
    return found.specialisation, found.size, found.focus


def _shares(x: Any) -> Any:
    """Return the shares of each row, divided once, so that equal ratios stay equal; 0 in a row of zeros."""
    total = np.asarray(x.sum(axis=1), np.float64)
    if sp.issparse(x):
        shares = x.copy()
        shares.data /= np.repeat(total, np.diff(x.indptr))
        return shares
    return np.divide(x, total[:, None], out=np.zeros_like(x), where=total[:, None] > 0)


def _no_surprise(here: FloatArray, everywhere: FloatArray) -> None:
    surprise = np.flatnonzero((here > 0) & (everywhere == 0))
    if len(surprise):
        raise IndicatorError(
            _("0, though a region has {size}").format(size=here[surprise[0]]),
            expected=_("a size above 0 of each activity that a region has"),
            where=f"reference[{surprise[0]}]",
        )


def _largest_tenth(cells: Any) -> Any:
    """Return, as booleans, the cells that at most a tenth of the rows equal or exceed in their column."""
    entries = cells.tocoo()
    order = np.lexsort((-entries.data, entries.col))
    column, value = entries.col[order], entries.data[order]
    place = np.arange(len(order)) - np.searchsorted(column, column)  # 0, 1, ... within the column
    last = np.ones(len(order), bool)  # of a run of equals
    last[:-1] = (column[1:] != column[:-1]) | (value[1:] != value[:-1])
    run_end = np.flatnonzero(last)[np.cumsum(last) - last]
    as_large = 1 + place[run_end]
    chosen = order[as_large <= STAR_SHARE * cells.shape[0] + 1e-9]
    where = (entries.row[chosen], entries.col[chosen])
    return sp.csr_array((np.ones(len(chosen), bool), where), shape=cells.shape)
