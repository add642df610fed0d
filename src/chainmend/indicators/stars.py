"""Cluster stars: which regions stand out in an activity by specialisation, size and focus."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import scipy.sparse as sp

from chainmend.i18n import both
from chainmend.indicators.arrays import shares_of_rows, table
from chainmend.indicators.reading import Reading
from chainmend.indicators.segment_firms import nothing_to_compare
from chainmend.indicators.specialisation import location_quotient, presence
from chainmend.registry import register

if TYPE_CHECKING:
    from chainmend.indicators.city import City

STAR_QUOTIENT = 2.0
STAR_SHARE = 0.1


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
    def parts(self) -> tuple[Any, Any, Any]:
        """The three, in the order above."""
        return self.specialisation, self.size, self.focus

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
    found = (presence(quotients, STAR_QUOTIENT), _largest_tenth(cells), _largest_tenth(shares_of_rows(cells)))
    return Stars(*(found if sp.issparse(sizes) else (part.toarray() for part in found)))


@register(
    "indicator",
    "cluster_stars",
    name=("集群星级", "Cluster stars"),
    unit="stars",
    needs=("firms",),
    reference="Sölvell, Ketels and Lindqvist (2009)",
)
def cluster_stars(city: City) -> Iterator[Reading]:
    """How many of the three stars a segment of the city has: specialisation, size, focus.

    Specialisation: location quotient of at least 2. Size and focus: among the tenth of the regions with the most of
    the segment, and among the tenth in which it has the largest share.
    """
    scope = city.scope()
    lack = nothing_to_compare(city)
    if lack is None and len(city.regions) < 1 / STAR_SHARE:
        lack = both("needs firms of at least ten regions; there are {n}", n=len(city.regions))
    found = None if lack else [part[[city.home]].toarray()[0] for part in stars(city.sizes).parts]
    for n, segment in enumerate(city.segments):
        if found is None:
            yield Reading("segment", segment, None, scope, note=lack)
        else:
            names = (both("star of specialisation"), both("star of size"), both("star of focus"))
            own = [name for name, row in zip(names, found, strict=True) if row[n]]
            note = ("、".join(zh for zh, _en in own), ", ".join(en for _zh, en in own)) if own else None
            yield Reading("segment", segment, float(len(own)), scope, note=note)


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
