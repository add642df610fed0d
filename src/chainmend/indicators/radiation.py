"""How far a cluster's sales reach: out of the city, to how many destinations, abroad.

A destination is a city of the country (else a province), or a country abroad. Only sales that the tables record are
counted: those to buyers who are in no table, such as households, are in none of these numbers.

A number is of the firms that have all it needs, and its note says of how many; where they have less than half of
the output, it is unknown.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING

import numpy as np

from chainmend.errors import IndicatorError
from chainmend.i18n import _, both
from chainmend.indicators.arrays import table
from chainmend.indicators.concentration import hhi
from chainmend.indicators.estimate import Estimate, estimate, ratio
from chainmend.indicators.members import ratio_readings, unknown
from chainmend.indicators.reading import Reading
from chainmend.indicators.resampling import DRAWS
from chainmend.indicators.sales import HOME, city_sales
from chainmend.registry import register

if TYPE_CHECKING:
    from numpy.typing import ArrayLike, NDArray
    from scipy import sparse

    from chainmend.indicators.arrays import FloatArray
    from chainmend.indicators.city import City


def export_share(
    exports: ArrayLike, revenue: ArrayLike, *, interval: bool = False, draws: int = DRAWS, seed: int = 0
) -> Estimate:
    """Exports over revenue, ``sum exports / sum revenue``.

    Parameters
    ----------
    exports, revenue
        By firm, shape (n,), non-negative, money a year.
    interval, draws, seed
        Draw firms anew for an interval of 95 %, so often, from there.

    Returns
    -------
    Estimate
        A share; above 1 only where exports are counted more widely than revenue.

    Raises
    ------
    IndicatorError
        If a number is negative or not finite, lengths differ, there is no firm or no revenue.

    Notes
    -----
    Bernard and Jensen (1999), Exceptional exporter performance, Journal of International Economics 47: export
    intensity.

    Examples
    --------
    >>> export_share([30.0, 0.0], [100.0, 50.0]).value
    0.2
    """
    return ratio(("exports", exports), ("revenue", revenue), interval=interval, draws=draws, seed=seed)


def local_sales_share(
    sales: ArrayLike | sparse.sparray, *, interval: bool = False, draws: int = DRAWS, seed: int = 0
) -> Estimate:
    """Share of sales that stay in the city.

    Parameters
    ----------
    sales
        By firm and destination, shape (firms, destinations), the city in the first column; dense or sparse,
        non-negative, not all zero.
    interval, draws, seed
        Draw firms anew for an interval of 95 %, so often, from there.

    Returns
    -------
    Estimate
        0 (all leaves the city) to 1.

    Raises
    ------
    IndicatorError
        If a sale is negative or not finite, or there is none.

    Notes
    -----
    The rest, 1 minus this share, is the outward orientation of the export base: North (1955), Location theory and
    regional economic growth.

    Examples
    --------
    >>> local_sales_share([[60.0, 20.0, 0.0], [0.0, 10.0, 10.0]]).value
    0.6
    """
    return _of_totals(sales, _local, interval=interval, draws=draws, seed=seed)


def destination_diversity(
    sales: ArrayLike | sparse.sparray, *, interval: bool = False, draws: int = DRAWS, seed: int = 0
) -> Estimate:
    """How evenly what leaves the city is spread over destinations, ``1 - sum s^2`` of their shares.

    Parameters
    ----------
    sales
        By firm and destination, shape (firms, destinations), the city in the first column.
    interval, draws, seed
        Draw firms anew for an interval of 95 %, so often, from there.

    Returns
    -------
    Estimate
        0 (one destination) to below 1.

    Raises
    ------
    IndicatorError
        If a sale is negative or not finite, there is none, or none leaves the city (with `interval`: in a draw).

    Notes
    -----
    1 - HHI is the index of Gini (1912) and Simpson (1949).

    Examples
    --------
    >>> destination_diversity([[60.0, 20.0, 20.0]]).value
    0.5
    """
    totals = np.asarray(table(sales, "sales").sum(axis=0))
    if not totals[1:].any():
        raise IndicatorError(
            _("no sale leaves the city"), expected=_("sales to at least one other destination"), where="sales"
        )
    return _of_totals(sales, _diversity, interval=interval, draws=draws, seed=seed)


def market_radiation(
    sales: ArrayLike | sparse.sparray, *, interval: bool = False, draws: int = DRAWS, seed: int = 0
) -> Estimate:
    """Share of sales that leaves the city, weighted by how evenly it is spread: ``(1 - local share)(1 - HHI)``.

    Parameters
    ----------
    sales
        By firm and destination, shape (firms, destinations), the city in the first column.
    interval, draws, seed
        Draw firms anew for an interval of 95 %, so often, from there.

    Returns
    -------
    Estimate
        0 (nothing leaves, or all of it goes to one destination) to below 1.

    Raises
    ------
    IndicatorError
        If a sale is negative or not finite, or there is none.

    Examples
    --------
    >>> market_radiation([[60.0, 20.0, 20.0]]).value
    0.2
    """
    return _of_totals(sales, _radiation, interval=interval, draws=draws, seed=seed)


def _local(totals: FloatArray) -> float:
    return float(totals[HOME] / totals.sum()) if totals.any() else np.nan


def _diversity(totals: FloatArray) -> float:
    return 1 - hhi(totals[1:]) if totals[1:].any() else np.nan


def _radiation(totals: FloatArray) -> float:
    return (1 - _local(totals)) * _diversity(totals) if totals[1:].any() else 0 * _local(totals)


def _of_totals(
    sales: ArrayLike | sparse.sparray,
    statistic: Callable[[FloatArray], float],
    *,
    interval: bool,
    draws: int,
    seed: int,
) -> Estimate:
    """Estimate of a statistic of the sales summed over firms, shape (destinations,)."""
    x = table(sales, "sales")
    n = x.shape[0]

    def of(drawn: NDArray[np.int64]) -> float:
        return statistic(np.asarray(np.bincount(drawn, minlength=n) @ x, np.float64))

    return estimate(of, n, bounds=(0.0, 1.0), interval=interval, draws=draws, seed=seed)


def _sales_readings(
    city: City, measure: Callable[[FloatArray], float], why: tuple[str, str]
) -> Iterator[Reading]:
    """A statistic of each cluster's sales by destination; unknown with `why` where it is not finite."""
    sales = city_sales(city)
    members, scope = sales.members, sales.scope
    sold = np.asarray(sales.by_destination.sum(axis=1))
    told = np.where(
        sold > 0, sold, np.nan
    )  # a firm without a recorded sale has sold to somebody we do not see
    totals = np.asarray(members.share @ sales.by_destination)
    for n, (level, subject) in enumerate(members.subjects):
        known = members.cover(n, told)
        value = measure(totals[n]) if known.reason is None else np.nan
        if known.reason is not None or not np.isfinite(value):
            yield unknown(level, subject, scope, known.reason or why)
        else:
            yield Reading(level, subject, value, scope, note=known.note)


@register(
    "indicator",
    "local_sales_share",
    name=("本地销售占比", "Share of sales in the city"),
    unit="share",
    needs=("firms", "supply_links"),
    reference="North (1955), the export base",
    resample=True,
    bounds=(0.0, 1.0),
)
def local_sales_shares(city: City) -> Iterator[Reading]:
    """Share of recorded sales that stay in the city, of each cluster's firms and of all local firms."""
    yield from _sales_readings(city, _local, both("no sale is recorded"))


@register(
    "indicator",
    "destination_diversity",
    name=("外销目的地多样性", "Diversity of destinations"),
    unit="1",
    needs=("firms", "supply_links"),
    reference="Gini (1912), Simpson (1949): 1 - HHI",
    resample=True,
    bounds=(0.0, 1.0),
)
def destination_diversities(city: City) -> Iterator[Reading]:
    """How evenly recorded sales out of the city are spread over destinations: 1 - HHI."""
    yield from _sales_readings(city, _diversity, both("no sale leaves the city"))


@register(
    "indicator",
    "market_radiation",
    name=("市场辐射力", "Market radiation"),
    unit="1",
    needs=("firms", "supply_links"),
    reference="(1 - share of sales in the city) x (1 - HHI of destinations)",
    resample=True,
    bounds=(0.0, 1.0),
)
def market_radiations(city: City) -> Iterator[Reading]:
    """Share of recorded sales that leaves the city, weighted by how evenly it is spread over destinations."""
    yield from _sales_readings(city, _radiation, both("no sale is recorded"))


@register(
    "indicator",
    "export_share",
    name=("出口占比", "Export share"),
    unit="share",
    needs=("firms",),
    reference="Bernard and Jensen (1999)",
    resample=True,
    bounds=(0.0, math.inf),
)
def export_shares(city: City) -> Iterator[Reading]:
    """Exports over revenue, of each cluster's local firms and of all of them."""
    yield from ratio_readings(city, "exports", "revenue", city.scope("revenue"))
