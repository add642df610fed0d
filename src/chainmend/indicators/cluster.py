"""What a cluster makes of its land and its people.

Densities tell a crowded cluster from a wide one; they say nothing of prices, so that clusters of one city and one year
are compared, not cities of different countries.

A number is of the firms that have all it needs, and its note says of how many; where they have less than half of
the output, it is unknown.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import TYPE_CHECKING

import polars as pl

from chainmend.i18n import both
from chainmend.indicators.arrays import above_0
from chainmend.indicators.estimate import Estimate, amounts, estimate, ratio
from chainmend.indicators.members import local_members, members_of, ratio_readings, unknown
from chainmend.indicators.reading import Reading
from chainmend.indicators.resampling import DRAWS
from chainmend.registry import register

if TYPE_CHECKING:
    from numpy.typing import ArrayLike

    from chainmend.indicators.city import City


def output_density(
    output: ArrayLike, area: float, *, interval: bool = False, draws: int = DRAWS, seed: int = 0
) -> Estimate:
    """Output per square kilometre of a territory.

    Parameters
    ----------
    output
        Of the firms there, shape (n,), non-negative, a year.
    area
        Of the territory, square kilometres, above 0.
    interval, draws, seed
        Draw firms anew for an interval of 95 %, so often, from there.

    Returns
    -------
    Estimate
        Money per square kilometre, at least 0.

    Raises
    ------
    IndicatorError
        If an output is negative or not finite, there is no firm, or `area` is not above 0.

    Notes
    -----
    Ciccone and Hall (1996), Productivity and the density of economic activity, American Economic Review 86.

    Examples
    --------
    >>> output_density([300.0, 200.0], 25.0).value
    20.0
    """
    x, size = amounts(output, "output"), above_0(area, "area")
    return estimate(
        lambda drawn: float(x[drawn].sum() / size),
        len(x),
        bounds=(0.0, math.inf),
        interval=interval,
        draws=draws,
        seed=seed,
    )


def output_per_land(
    output: ArrayLike, land: ArrayLike, *, interval: bool = False, draws: int = DRAWS, seed: int = 0
) -> Estimate:
    """Output of firms per square metre of the land they use.

    Parameters
    ----------
    output, land
        By firm, shape (n,), non-negative: output a year, land in square metres.
    interval, draws, seed
        Draw firms anew for an interval of 95 %, so often, from there.

    Returns
    -------
    Estimate
        Money per square metre; times 2000/3 it is the output per mu (亩均产值).

    Raises
    ------
    IndicatorError
        If a number is negative or not finite, lengths differ, there is no firm or no land.

    Notes
    -----
    The measure of Zhejiang's evaluation of firms by output per mu (亩均论英雄, 2018).

    Examples
    --------
    >>> output_per_land([3e7, 1e7], [1500.0, 500.0]).value
    20000.0
    """
    return ratio(("output", output), ("land", land), interval=interval, draws=draws, seed=seed)


def output_per_employee(
    output: ArrayLike, employees: ArrayLike, *, interval: bool = False, draws: int = DRAWS, seed: int = 0
) -> Estimate:
    """Output of firms per person they employ.

    Parameters
    ----------
    output, employees
        By firm, shape (n,), non-negative: output a year, persons.
    interval, draws, seed
        Draw firms anew for an interval of 95 %, so often, from there.

    Returns
    -------
    Estimate
        Money per person, at least 0.

    Raises
    ------
    IndicatorError
        If a number is negative or not finite, lengths differ, there is no firm or nobody employed.

    Notes
    -----
    OECD (2001), Measuring Productivity, section 3: labour productivity based on gross output.

    Examples
    --------
    >>> output_per_employee([300.0, 100.0], [2, 6]).value
    50.0
    """
    return ratio(("output", output), ("employees", employees), interval=interval, draws=draws, seed=seed)


@register(
    "indicator",
    "output_per_land",
    name=("单位用地产值", "Output per land used"),
    unit="money/m2",
    needs=("firms",),
    reference="亩均论英雄 (Zhejiang, 2018); times 2000/3 it is the output per mu",
    resample=True,
    bounds=(0.0, math.inf),
)
def outputs_per_land(city: City) -> Iterator[Reading]:
    """Output per square metre of land used, of each cluster's local firms and of all of them."""
    yield from ratio_readings(city, "output", "land", city.scope("output"), unit="{currency}/m2")


@register(
    "indicator",
    "output_per_employee",
    name=("人均产值", "Output per employee"),
    unit="money/person",
    needs=("firms",),
    reference="OECD (2001), Measuring Productivity",
    resample=True,
    bounds=(0.0, math.inf),
)
def outputs_per_employee(city: City) -> Iterator[Reading]:
    """Output per person employed, of each cluster's local firms and of all of them."""
    yield from ratio_readings(city, "output", "employees", city.scope("output"), unit="{currency}/person")


@register(
    "indicator",
    "output_density",
    name=("产值密度", "Output density"),
    unit="money/km2",
    needs=("firms", "districts"),
    reference="Ciccone and Hall (1996)",
    resample=True,
    bounds=(0.0, math.inf),
)
def output_densities(city: City) -> Iterator[Reading]:
    """Output of local firms per square kilometre, of each district and of the city as the sum of its districts."""
    table = city.dataset.table("districts").sort("district")
    names = table["district"].to_list()
    areas: list[float | None] = table["area"].to_list() if "area" in table.columns else [None] * len(names)
    total = None if None in areas else sum(a for a in areas if a is not None)
    scope, unit = city.scope("output"), f"{city.dataset.currency}/km2"
    groups = members_of(city, city.firms.filter(pl.col("place") == "local"), "district", names)
    for n, area in enumerate([*areas, total]):
        level, subject = groups.subjects[n]
        if not area:
            yield unknown(level, subject, scope, both("no area above zero is known"), unit)
            continue
        known = groups.cover(n, "output")
        if known.reason is not None:
            yield unknown(level, subject, scope, known.reason, unit)
        else:
            value = groups.total(n, "output", known.mask) / area
            yield Reading(level, subject, value, scope, note=known.note, unit=unit)


@register(
    "indicator",
    "cluster_share",
    name=("集群产值占比", "Cluster's share of output"),
    unit="share",
    needs=("firms",),
    reference="Output of the cluster's local firms over that of all local firms",
    resample=True,
    bounds=(0.0, 1.0),
)
def cluster_shares(city: City) -> Iterator[Reading]:
    """Output of each cluster's local firms, by their parts in it, over the output of all local firms."""
    groups, scope = local_members(city), city.scope("output")
    whole = groups.cover(-1, "output")
    total = groups.total(-1, "output", whole.mask)
    for n, (level, subject) in enumerate(groups.subjects[:-1]):
        known = groups.cover(n, "output")
        if known.reason is not None or whole.reason is not None:
            why = known.reason or both("all industry: {why}", why=whole.reason)
            yield unknown(level, subject, scope, why)
        elif not total > 0:
            yield unknown(level, subject, scope, both("what it is divided by is zero"))
        else:
            value = min(1.0, groups.total(n, "output", known.mask) / total)
            note = known.note or (whole.note and both("all industry: {why}", why=whole.note))
            yield Reading(level, subject, value, scope, note=note)
