"""Whether firms of one activity sit together more than chance and the size of a few would make them.

Distances between single firms are the matter of `localisation`.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from chainmend.errors import IndicatorError
from chainmend.i18n import _, both
from chainmend.indicators.arrays import FloatArray, table, vector
from chainmend.indicators.resampling import DRAWS, bootstrap
from chainmend.indicators.segment_firms import SegmentFirms, each_segment, segment_firms
from chainmend.registry import register

if TYPE_CHECKING:
    from chainmend.indicators.city import City
    from chainmend.indicators.reading import Reading


FEW = 3
"""Firms in effect (1 / HHI) below which the index of a segment is not given."""


@dataclass(frozen=True)
class EllisonGlaeser:
    """The index of one activity and its parts.

    Attributes
    ----------
    gamma
        0 = as by chance, above 0.05 highly agglomerated (Ellison and Glaeser's own cuts: 0.02 and 0.05), below 0
        dispersed.
    g
        G, sum of squared differences of the activity's shares from those of everything; 0..2.
    z
        How many standard deviations G lies above what chance gives; None where chance has no variance.
    firms
        K, firms of a size above 0.
    hhi
        H, Herfindahl index of the firms.
    low, high
        Ends of the interval of gamma of 95 % over firms drawn anew; None where none was asked for.
    """

    gamma: float
    g: float
    z: float | None
    firms: int
    hhi: float
    low: float | None = None
    high: float | None = None


def ellison_glaeser(
    sizes: npt.ArrayLike,
    region: npt.ArrayLike,
    reference: npt.ArrayLike,
    *,
    interval: bool = False,
    draws: int = DRAWS,
    seed: int = 0,
) -> EllisonGlaeser:
    """Return the Ellison-Glaeser index of one activity from its firms.

    ``gamma = [G / (1 - sum x^2) - H] / (1 - H)`` with ``G = sum (s - x)^2`` over regions (s, x: shares of the activity
    and of everything) and ``H = sum z^2`` over firms.

    Parameters
    ----------
    sizes
        Employees or output of each firm, shape (n,), non-negative.
    region
        Position in `reference` of each firm's region, shape (n,), whole numbers.
    reference
        Size of everything in each region, shape (regions,), non-negative, any unit. A region without a firm of the
        activity belongs in it.
    interval, draws, seed
        Draw the firms anew for an interval of gamma, so often, from there; `reference` stays as it is.

    Raises
    ------
    IndicatorError
        If sizes are negative, not finite, empty or all zero, a region is no position in `reference`, one firm has
        everything (H = 1) or one region has everything: then chance and agglomeration cannot be told apart.

    Notes
    -----
    Ellison and Glaeser (1997), equations 5 and A1. The printed example of Farhauer and Kröll (2014) gives 0.05990628.
    REAT's ``ellison.a`` agrees while the activity has a firm in every region and regions first occur in the order
    of `reference`; else it subtracts the share of one region from that of another, and repeats shares where there
    are fewer of them. Its ``ellison.a2`` fills the gaps; `ellison_glaeser_by` reproduces it.

    Examples
    --------
    >>> found = ellison_glaeser([5, 5, 10], region=[0, 0, 1], reference=[60, 40])
    >>> round(found.gamma, 4), round(found.g, 4), found.firms, found.hhi
    (-0.5333, 0.02, 3, 0.375)
    """
    everything = vector(reference, "reference")
    size = vector(sizes, "sizes")
    where = _positions(region, len(size), len(everything))
    firm = size > 0
    size, where = size[firm], where[firm]
    found = _index(size, where, everything)
    if not interval:
        return found
    ends = bootstrap(
        lambda drawn: _index(size[drawn], where[drawn], everything).gamma, len(size), draws=draws, seed=seed
    )
    return replace(found, low=float(ends.low), high=float(ends.high))


def _index(size: FloatArray, where: npt.NDArray[np.intp], everything: FloatArray) -> EllisonGlaeser:
    x, z = everything / everything.sum(), size / size.sum()
    if z.max() >= 1 or x.max() >= 1:
        raise IndicatorError(
            _("one firm has the whole activity") if z.max() >= 1 else _("one region has everything"),
            expected=_("at least two firms and two regions of a size above 0"),
            where="sizes" if z.max() >= 1 else "reference",
        )
    s = np.bincount(where, z, len(x))
    h, x2, x3 = np.square(z).sum(), np.square(x).sum(), (x**3).sum()
    g = np.square(s - x).sum()
    excess = g - (1 - x2) * h
    variance = 2 * (h**2 * (x2 - 2 * x3 + x2**2) - (z**4).sum() * (x2 - 4 * x3 + 3 * x2**2))
    gamma = excess / ((1 - x2) * (1 - h))
    score = float(excess / np.sqrt(variance)) if variance > 0 else None
    return EllisonGlaeser(float(gamma), float(g), score, len(z), float(h))


def ellison_glaeser_by(
    sizes: npt.ArrayLike, region: Sequence[Hashable], activity: Sequence[Hashable]
) -> dict[Hashable, EllisonGlaeser]:
    """Return the index of every activity from one list of firms, whose sum by region is the reference.

    Parameters
    ----------
    sizes
        Employees or output of each firm, shape (n,), non-negative.
    region, activity
        Of each firm, n of each.

    Returns
    -------
    dict
        Activity -> index, in the order in which activities first occur.

    Raises
    ------
    IndicatorError
        As of `ellison_glaeser`; the message names the activity.

    Notes
    -----
    REAT's ``ellison.a2``; all its values for the 42 firms of Farhauer and Kröll (2014) are reproduced.

    Examples
    --------
    >>> firms = ([5, 5, 10, 4, 6], ["a", "a", "b", "a", "b"], ["x", "x", "x", "y", "y"])
    >>> {name: round(found.gamma, 3) for name, found in ellison_glaeser_by(*firms).items()}
    {'x': -0.593, 'y': -1.046}
    """
    z = vector(sizes, "sizes")
    names, where = _codes(region, len(z), "region")
    kinds, kind = _codes(activity, len(z), "activity")
    reference = np.bincount(where, z, len(names))
    found = {}
    for position, name in enumerate(kinds):
        own = kind == position
        try:
            found[name] = ellison_glaeser(z[own], where[own], reference)
        except IndicatorError as error:
            raise IndicatorError(
                error.came, expected=error.expected, where=_("activity {name}").format(name=name)
            ) from error
    return found


def cluster_index(
    sizes: npt.ArrayLike, firms: npt.ArrayLike, area: npt.ArrayLike, population: npt.ArrayLike
) -> FloatArray:
    """Return the Litzenberger-Sternberg cluster index of each activity in each region.

    ``CI = (e_rc / e_.c) (b_rc / b_.c) / [(a_r / a) (p_r / p)]``: density times specialisation times number of firms.

    Parameters
    ----------
    sizes, firms
        Employees e and firms b, shape (regions, activities), non-negative.
    area, population
        a and p of each region, shape (regions,), above 0, any unit.

    Returns
    -------
    ndarray
        Shape (regions, activities), at least 0, 1 = as everywhere.

    Raises
    ------
    IndicatorError
        If shapes differ, a number is negative or not finite, a region has no area or population, or an activity has
        no size or no firm anywhere.

    Notes
    -----
    Litzenberger and Sternberg (2006). REAT's ``litzenberger2`` divides by the size of a firm and so gives NaN where an
    activity has no employee; in the product the size cancels, and the index is 0 there. All other values agree.

    Examples
    --------
    >>> cluster_index([[3.0], [1.0]], [[2.0], [2.0]], area=[1, 1], population=[1, 1])
    array([[1.5],
           [0.5]])
    """
    e, b = np.asarray(table(sizes, "sizes")), np.asarray(table(firms, "firms"))
    if e.shape != b.shape:
        raise IndicatorError(
            _("an array of shape {shape}").format(shape=b.shape),
            expected=_("shape {shape}, as of the sizes").format(shape=e.shape),
            where="firms",
        )
    room = {
        "area": vector(area, "area", length=len(e)),
        "population": vector(population, "population", length=len(e)),
    }
    for where, totals in {"sizes": e.sum(axis=0), "firms": b.sum(axis=0), **room}.items():
        if not totals.all():
            at = int(np.flatnonzero(totals == 0)[0])
            column = f"[:, {at}]" if where in ("sizes", "firms") else f"[{at}]"
            raise IndicatorError(_("zeros only"), expected=_("a sum above 0"), where=where + column)
    a, p = (x / x.sum() for x in room.values())
    found: FloatArray = (e / e.sum(axis=0)) * (b / b.sum(axis=0)) / (a * p)[:, None]
    return found


@register(
    "indicator",
    "ellison_glaeser",
    name=("EG 集聚指数", "Ellison-Glaeser index"),
    unit="1",
    needs=("firms",),
    reference="Ellison and Glaeser (1997)",
    resample=True,
)
def agglomeration(city: City) -> Iterator[Reading]:
    """Whether the firms of a segment share cities more than chance and the size of the largest would make them.

    0 as by chance, above 0.05 highly agglomerated, below 0 dispersed. By output, or by employees where the dataset
    knows these of more firms; over the domestic firms of the dataset. Unknown where a few firms have nearly all: the
    index divides by 1 - H, and with fewer than three firms in effect (1 / H) it says what one of them does.
    """
    everybody = segment_firms(city)
    region, sizes = (
        np.concatenate([getattr(firms, name) for firms in everybody]) for name in ("region", "sizes")
    )
    reference = np.bincount(region, sizes, len(city.regions))

    def index(firms: SegmentFirms) -> float | tuple[str, str]:
        if reference.max() >= reference.sum():
            return both("all firms are of one region; nothing to compare with")
        if firms.sizes.max() >= firms.sizes.sum():
            return both("one firm has the whole segment; alone it cannot agglomerate")
        found = ellison_glaeser(firms.sizes, firms.region, reference)
        if found.hhi * FEW > 1:
            return both("fewer than {n} firms in effect (1 / HHI); chance says too little of so few", n=FEW)
        return found.gamma

    return each_segment(city, index)


def _positions(region: npt.ArrayLike, n: int, regions: int) -> npt.NDArray[np.intp]:
    given = np.asarray(region)
    if given.shape != (n,) or given.dtype.kind not in "iu" or given.min() < 0 or given.max() >= regions:
        raise IndicatorError(
            _("regions {values}").format(values=np.array2string(given, threshold=6, edgeitems=3)),
            expected=_("for each of {n} firms a whole number from 0 to {last}").format(n=n, last=regions - 1),
            where="region",
        )
    return given.astype(np.intp)


def _codes(names: Sequence[Hashable], n: int, where: str) -> tuple[list[Hashable], npt.NDArray[np.intp]]:
    if len(names) != n:
        raise IndicatorError(
            _("{n} entries").format(n=len(names)),
            expected=_("{n}, one for each size").format(n=n),
            where=where,
        )
    order = {name: position for position, name in enumerate(dict.fromkeys(names))}
    return list(order), np.array([order[name] for name in names], np.intp)
