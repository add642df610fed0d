"""How much a cluster's firms put into new knowledge, and what comes of it.

A number is of the firms that have all it needs, and its note says of how many; where they have less than half of the
output, it is unknown. Patents are the inventions in the table of patents, of whatever year; a firm that has none there
has none.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import TYPE_CHECKING

import numpy as np

from chainmend.indicators.estimate import Estimate, ratio
from chainmend.indicators.members import ratio_readings
from chainmend.indicators.resampling import DRAWS
from chainmend.registry import register

if TYPE_CHECKING:
    from numpy.typing import ArrayLike

    from chainmend.indicators.city import City
    from chainmend.indicators.reading import Reading

PER_OUTPUT = 1e8
"""Invention patents are counted per so much output: 亿元."""


def rd_intensity(
    rd: ArrayLike, revenue: ArrayLike, *, interval: bool = False, draws: int = DRAWS, seed: int = 0
) -> Estimate:
    """Spending on research and development over revenue, ``sum rd / sum revenue``.

    Parameters
    ----------
    rd, revenue
        By firm, shape (n,), non-negative, money a year.
    interval, draws, seed
        Draw firms anew for an interval of 95 %, so often, from there.

    Returns
    -------
    Estimate
        A share; above 1 for firms that have not begun to sell.

    Raises
    ------
    IndicatorError
        If a number is negative or not finite, lengths differ, there is no firm or no revenue.

    Notes
    -----
    OECD (2015), Frascati Manual, on R&D intensity of enterprises.

    Examples
    --------
    >>> rd_intensity([3.0, 0.0], [50.0, 10.0]).value
    0.05
    """
    return ratio(("rd", rd), ("revenue", revenue), interval=interval, draws=draws, seed=seed)


def patents_per_output(
    patents: ArrayLike,
    output: ArrayLike,
    *,
    per: float = PER_OUTPUT,
    interval: bool = False,
    draws: int = DRAWS,
    seed: int = 0,
) -> Estimate:
    """Invention patents per `per` of output.

    Parameters
    ----------
    patents, output
        By firm, shape (n,), non-negative: number of invention patents, money a year.
    per
        Output that the number is given for, money.
    interval, draws, seed
        Draw firms anew for an interval of 95 %, so often, from there.

    Returns
    -------
    Estimate
        Patents per `per`, at least 0.

    Raises
    ------
    IndicatorError
        If a number is negative or not finite, lengths differ, there is no firm or no output.

    Notes
    -----
    Griliches (1990), Patent statistics as economic indicators, Journal of Economic Literature 28.

    Examples
    --------
    >>> patents_per_output([6, 0], [1e8, 2e8]).value
    2.0
    """
    return ratio(
        ("patents", patents), ("output", output), factor=per, interval=interval, draws=draws, seed=seed
    )


def high_tech_share(
    high_tech: ArrayLike,
    weights: ArrayLike | None = None,
    *,
    interval: bool = False,
    draws: int = DRAWS,
    seed: int = 0,
) -> Estimate:
    """Share of firms that hold the title of a high-tech enterprise.

    Parameters
    ----------
    high_tech
        By firm, shape (n,): true or false.
    weights
        Part of each firm that counts, shape (n,), non-negative; all wholly by default.
    interval, draws, seed
        Draw firms anew for an interval of 95 %, so often, from there.

    Returns
    -------
    Estimate
        0 to 1.

    Raises
    ------
    IndicatorError
        If a weight is negative or not finite, lengths differ, or there is no firm.

    Notes
    -----
    高新技术企业认定管理办法 (2016).

    Examples
    --------
    >>> high_tech_share([True, False, False, True]).value
    0.5
    """
    titled = np.asarray(high_tech).astype(bool)
    part = np.ones(titled.shape) if weights is None else np.asarray(weights)
    held = np.where(titled, part, 0.0) if titled.shape == part.shape else titled
    return ratio(("high_tech", held), ("weights", part), most=1.0, interval=interval, draws=draws, seed=seed)


@register(
    "indicator",
    "rd_intensity",
    name=("研发强度", "R&D intensity"),
    unit="share",
    needs=("firms",),
    reference="OECD (2015), Frascati Manual",
    resample=True,
    bounds=(0.0, math.inf),
)
def rd_intensities(city: City) -> Iterator[Reading]:
    """Spending on R&D over revenue, of each cluster's local firms and of all of them."""
    yield from ratio_readings(city, "rd", "revenue", city.scope("revenue"))


@register(
    "indicator",
    "patents_per_output",
    name=("单位产值发明专利", "Invention patents per output"),
    unit="patents/1e8 money",
    needs=("firms", "patents"),
    reference="Griliches (1990)",
    resample=True,
    bounds=(0.0, math.inf),
)
def patents_per_outputs(city: City) -> Iterator[Reading]:
    """Invention patents in the table per 100 million of output, of each cluster's local firms and of all of them."""
    scope, unit = city.scope("patents"), "patents/1e8 {currency}"
    yield from ratio_readings(city, "patents", "output", scope, factor=PER_OUTPUT, unit=unit)


@register(
    "indicator",
    "high_tech_share",
    name=("高新技术企业占比", "Share of high-tech firms"),
    unit="share",
    needs=("firms",),
    reference="高新技术企业认定管理办法 (2016)",
    resample=True,
    bounds=(0.0, 1.0),
)
def high_tech_shares(city: City) -> Iterator[Reading]:
    """Share of firms with the title of a high-tech enterprise, by their parts in each cluster, and of all of them."""
    yield from ratio_readings(city, "high_tech", "one", city.scope("firms"))
