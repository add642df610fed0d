"""Whether firms of one activity are nearer to each other than firms at large, distance by distance."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt
import polars as pl
from scipy.spatial.distance import pdist

from chainmend.errors import IndicatorError
from chainmend.i18n import _, both
from chainmend.indicators.globe import arcs_of, on_the_globe, pairs
from chainmend.indicators.reading import Reading
from chainmend.registry import register

if TYPE_CHECKING:
    from chainmend.indicators.arrays import FloatArray
    from chainmend.indicators.city import City

POINTS = 101
BIN = 0.1
"""Distances are counted in bins of this part of the bandwidth."""
SPREAD = 5.0
"""Bandwidths beyond which the kernel is as good as nought."""
SITES = 2000
"""Sites between which the usual distances are taken; of more, so many are drawn."""
LEAST = 10
DRAWS = 200
SIZES = (
    10,
    11,
    12,
    13,
    14,
    15,
    17,
    19,
    21,
    23,
    25,
    28,
    31,
    34,
    38,
    42,
    46,
    51,
    56,
    62,
    68,
    75,
    83,
    91,
    100,
    125,
    150,
    200,
)
"""Numbers of firms that the registered indicator draws."""


@dataclass(frozen=True)
class KDensity:
    """Density of the distances between firms, and what it is where firms take sites at random.

    Attributes
    ----------
    distance
        km, from 0 to the median distance between sites, shape (m,).
    density
        K of the firms, per km, shape (m,).
    local_low, local_high
        At each distance alone, 90 % of the draws lie between the two (5 % below, 5 % above).
    global_low, global_high
        95 % of the draws stay below `global_high` at all distances at once, and 95 % above `global_low`.
    bandwidth
        Of the Gaussian kernel, km.
    """

    distance: FloatArray
    density: FloatArray
    local_low: FloatArray
    local_high: FloatArray
    global_low: FloatArray
    global_high: FloatArray
    bandwidth: float

    @property
    def localisation(self) -> FloatArray:
        """Excess over the global band at each distance; above 0 somewhere means localised."""
        return np.maximum(self.density - self.global_high, 0)

    @property
    def dispersion(self) -> FloatArray:
        """What is short of the global band at each distance; 0 throughout for a localised activity."""
        if self.localisation.any():
            return np.zeros_like(self.density)
        return np.maximum(self.global_low - self.density, 0)

    @property
    def index(self) -> float:
        """Share of pairs of firms too many (above 0) or too few (below 0) within `distance`, -1..1."""
        excess = self.localisation - self.dispersion
        return float(((excess[1:] + excess[:-1]) / 2 * np.diff(self.distance)).sum())


@dataclass(frozen=True)
class _Chance:
    """What firms at random sites look like: the grid, the kernel on it, and the bands (local, then global)."""

    distance: FloatArray
    kernel: FloatArray
    width: float
    bandwidth: float
    bands: tuple[FloatArray, FloatArray, FloatArray, FloatArray]


def duranton_overman(
    lon: npt.ArrayLike,
    lat: npt.ArrayLike,
    sites_lon: npt.ArrayLike,
    sites_lat: npt.ArrayLike,
    *,
    draws: int = 1000,
    seed: int = 0,
) -> KDensity:
    """Return the K-density of firms with its bands of confidence.

    ``K(d) = 1 / [n (n - 1) / 2] sum_(i<j) [f((d - d_ij) / h) + f((d + d_ij) / h)] / h``, f the Gaussian density; the
    second term reflects what the kernel would lay below distance 0.

    Parameters
    ----------
    lon, lat
        Degrees, of the firms of the activity, shape (n,), at least two.
    sites_lon, sites_lat
        Degrees, of all places where a firm might be, shape (sites,), at least n: as a rule those of all firms.
    draws
        How often n of the sites are drawn, without replacement; at least 20.
    seed
        The same seed gives the same bands.

    Raises
    ------
    IndicatorError
        If coordinates are not finite or out of range, there are fewer than two firms or fewer sites than firms, all
        sites are at one place, or `draws` is below 20.

    Notes
    -----
    Duranton and Overman (2005). Distances are great circles (haversine). The bandwidth is Silverman's rule (1986,
    equation 3.31), ``h = 0.9 min(sd, IQR / 1.34) m^(-1/5)`` with m = n (n - 1) / 2 pairs, here of the distances between
    sites rather than between the firms: so firms and draws are smoothed alike, and 5 % are 5 %. Distances are counted
    in bins of h/10. Time draws x n^2, memory draws + n: distances are taken by blocks.

    Examples
    --------
    >>> rng = np.random.default_rng(1)
    >>> lon, lat = rng.uniform(119, 121, 300), rng.uniform(29, 31, 300)
    >>> near = np.argsort((lon - 120) ** 2 + (lat - 30) ** 2)[:12]
    >>> found = duranton_overman(lon[near], lat[near], lon, lat, draws=100)
    >>> bool(found.localisation.any()), 0.2 < found.index < 1
    (True, True)
    """
    firms = on_the_globe(lon, lat, "firms")
    sites = on_the_globe(sites_lon, sites_lat, "sites")
    rng = np.random.default_rng(seed)
    return _held_against(firms, _chance(sites, _usual(sites, rng), len(firms), draws, rng))


def _usual(sites: FloatArray, rng: np.random.Generator) -> tuple[float, float]:
    """Return spread and median of the distances between sites, km."""
    some = sites if len(sites) <= SITES else sites[rng.choice(len(sites), SITES, replace=False)]
    usual = arcs_of(pdist(some))
    if len(usual):
        lower, reach, upper = np.quantile(usual, [0.25, 0.5, 0.75])
        spread = min((s for s in (usual.std(), (upper - lower) / 1.34) if s > 0), default=0)
        if spread > 0 and reach > 0:
            return float(spread), float(reach)
    raise IndicatorError(
        _("most sites are at one place"), expected=_("sites at different places"), where="sites"
    )


def _chance(
    sites: FloatArray, usual: tuple[float, float], n: int, draws: int, rng: np.random.Generator
) -> _Chance:
    if not 2 <= n <= len(sites):
        raise IndicatorError(
            _("{n} firms at {sites} sites").format(n=n, sites=len(sites)),
            expected=_("at least two firms, and a site for each"),
        )
    if draws < 20:
        raise IndicatorError(str(draws), expected=_("at least 20 draws"), where="draws")
    spread, reach = usual
    h = 0.9 * spread * (n * (n - 1) / 2) ** -0.2
    distance = np.linspace(0, reach, POINTS)
    width = BIN * h
    middle = width * np.arange(int(np.ceil((reach + SPREAD * h) / width)) + 2)
    away = np.stack((distance[:, None] - middle, distance[:, None] + middle)) / h
    kernel = np.exp(-(away**2) / 2).sum(axis=0) / (h * np.sqrt(2 * np.pi))
    counted = [
        _counts(sites[rng.choice(len(sites), n, replace=False)], width, len(middle)) for _d in range(draws)
    ]
    drawn = np.array(counted) @ kernel.T
    low, high = np.quantile(drawn, [0.05, 0.95], axis=0)
    bands = (low, high, -_envelope(-drawn), _envelope(drawn))
    return _Chance(distance, kernel, width, float(h), bands)


def _held_against(firms: FloatArray, chance: _Chance) -> KDensity:
    density = chance.kernel @ _counts(firms, chance.width, chance.kernel.shape[1])
    return KDensity(chance.distance, density, *chance.bands, chance.bandwidth)


def _envelope(draws: FloatArray) -> FloatArray:
    """Return the lowest band, the k-th largest draw at each distance, that at most 5 % of the draws ever exceed."""
    from scipy.stats import rankdata

    extreme = rankdata(-draws, method="max", axis=0).min(axis=1)  # best place of each draw at any distance
    ordered = np.sort(extreme)
    # band k is exceeded by the draws whose best place is below k
    k = int(ordered[int(0.05 * len(draws))])
    found: FloatArray = np.sort(draws, axis=0)[::-1][k - 1]
    return found


def _counts(points: FloatArray, width: float, bins: int) -> FloatArray:
    """Return the share of pairs at each multiple of `width`, a pair between two of them split over both."""
    total = np.zeros(bins + 1)
    for arcs in pairs(points):
        place = arcs[arcs < width * (bins - 1)] / width
        below = place.astype(np.int64)
        above = place - below
        total += np.bincount(below, 1 - above, bins + 1) + np.bincount(below + 1, above, bins + 1)
    return total[:bins] / (len(points) * (len(points) - 1) / 2)


def _usual_of(located: pl.DataFrame) -> tuple[tuple[float, float] | None, FloatArray]:
    """Return the usual distances between the places of all firms, None where there is one place, and the places."""
    everyone = located.unique("firm_id", maintain_order=True)
    if located.is_empty() or located["segment_id"].value_counts()["count"].max() < LEAST:  # type: ignore[operator]
        return None, np.empty((0, 3))
    sites = on_the_globe(everyone["lon"], everyone["lat"], "sites")
    try:
        return _usual(sites, np.random.default_rng(0)), sites
    except IndicatorError:
        return None, sites


@register(
    "indicator",
    "duranton_overman",
    name=("DO 地理邻近指数", "Duranton-Overman index"),
    unit="1",
    needs=("firms",),
    reference="Duranton and Overman (2005)",
)
def localisation(city: City) -> Iterator[Reading]:
    """Share of pairs of a segment's firms that are nearer to each other than firms at random sites would be.

    Above 0 localised, below 0 dispersed, 0 not to be told from chance (95 %, at all distances up to the median at
    once). Sites are those of all located domestic firms on any segment; a segment needs ten located firms.
    Where coordinates are those of a district's centre, distances within it count as 0. Bands are drawn for some numbers
    of firms only, 200 the largest, and a segment is held against those for the next smaller number, which are wider.
    """
    scope = city.scope("firms")
    present = city.parts.filter(
        (pl.col("place") != "abroad") & (pl.col("weight") >= city.settings.thresholds.placement_weight)
    ).join(city.firms.select("firm_id", "lon", "lat"), on="firm_id", maintain_order="left")
    located = present.drop_nulls(("lon", "lat"))
    usual, sites = _usual_of(located)
    chances: dict[int, _Chance] = {}
    of_all = dict(present.group_by("segment_id").len().iter_rows())
    groups = {str(key[0]): group for key, group in located.group_by("segment_id", maintain_order=True)}
    for segment in city.segments:
        group, number = groups.get(segment), of_all.get(segment, 0)
        n = 0 if group is None else len(group)
        if group is None or n < LEAST or usual is None:
            few = both("needs {least} firms at known places; there are {n}", least=LEAST, n=n)
            note = few if n < LEAST else both("most firms are at one place; nothing to compare with")
            yield Reading("segment", segment, None, scope, note=note)
            continue
        like = max(size for size in SIZES if size <= n)
        if like not in chances:
            chances[like] = _chance(sites, usual, like, DRAWS, np.random.default_rng(like))
        index = _held_against(on_the_globe(group["lon"], group["lat"], "firms"), chances[like]).index
        note_ = (
            None if n == number else both("{known} of {all} firms are at known places", known=n, all=number)
        )
        yield Reading("segment", segment, index, scope, note=note_)
