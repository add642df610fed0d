"""Places on the globe and the distances between them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt
from scipy.spatial.distance import cdist, pdist

from chainmend.errors import IndicatorError
from chainmend.i18n import _

if TYPE_CHECKING:
    from chainmend.indicators.arrays import FloatArray

EARTH = 6371.0088
"""Mean radius in km."""
BLOCK = 1 << 20
"""Distances held at a time; more only where one place has more others than that."""


def on_the_globe(lon: npt.ArrayLike, lat: npt.ArrayLike, where: str) -> FloatArray:
    """Return places as points of the unit sphere, shape (n, 3).

    Parameters
    ----------
    lon, lat
        Degrees east and north, shape (n,), n > 0.
    where
        Name of the argument, for the message.

    Raises
    ------
    IndicatorError
        If there is no place, the two differ in shape, or a coordinate is not finite or out of range.

    Examples
    --------
    >>> on_the_globe([0, 90], [0, 0], "firms").round(6) + 0.0
    array([[1., 0., 0.],
           [0., 1., 0.]])
    """
    east, north = (np.asarray(x, np.float64) for x in (lon, lat))
    if east.ndim != 1 or east.shape != north.shape or not len(east):
        raise IndicatorError(
            _("longitudes of shape {east}, latitudes of shape {north}").format(
                east=east.shape, north=north.shape
            ),
            expected=_("one of each for every place"),
            where=where,
        )
    bad = np.flatnonzero(~((np.abs(east) <= 180) & (np.abs(north) <= 90)))
    if len(bad):
        raise IndicatorError(
            f"lon {east[bad[0]]}, lat {north[bad[0]]}",
            expected=_("degrees, -180 to 180 east and -90 to 90 north"),
            where=f"{where}[{bad[0]}]",
        )
    a, b = np.radians(east), np.radians(north)
    return np.column_stack((np.cos(b) * np.cos(a), np.cos(b) * np.sin(a), np.sin(b)))


def arcs_of(chords: FloatArray) -> FloatArray:
    """Return great-circle distances in km from chords of the unit sphere: half a chord is the root of the haversine.

    Examples
    --------
    >>> arcs_of(np.array([0.0, 2.0])).round(1)
    array([    0. , 20015.1])
    """
    return 2 * EARTH * np.arcsin(np.minimum(chords / 2, 1))


def pairs(points: FloatArray) -> Iterator[FloatArray]:
    """Yield the distances between each two points, km, in blocks of `BLOCK` at most.

    Parameters
    ----------
    points
        Of the unit sphere, shape (n, 3).

    Examples
    --------
    >>> [block.round(1) for block in pairs(on_the_globe([0, 1], [0, 0], "firms"))]
    [array([111.2])]
    """
    step = max(1, BLOCK // len(points))
    for start in range(0, len(points), step):
        block, rest = points[start : start + step], points[start + step :]
        if len(block) > 1:
            yield arcs_of(pdist(block))
        if len(rest):
            yield arcs_of(cdist(block, rest).ravel())
