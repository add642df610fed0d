"""Months in which what a segment imports leaves the band of its own past: volume and unit value.

Each month is held against the months before it and nothing else, so that a judgement never changes when later months
come in. The band of a series is made of the logarithms of the months before (three years by default): median ±
z × 1.4826 × MAD, and no narrower than the smallest and the largest of those months. A month rings when it lies
outside, that is, beyond z *and* beyond anything its own past has seen.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from statistics import median
from typing import TYPE_CHECKING, Literal

import polars as pl

from chainmend.errors import IndicatorError
from chainmend.i18n import _

if TYPE_CHECKING:
    from collections.abc import Iterator

    from chainmend.chain.model import Catalogue
    from chainmend.dataset import Dataset
    from chainmend.settings import Thresholds

Month = tuple[int, int]
Measure = Literal["volume", "unit_value"]

RUNNING: Mapping[Measure, int] = {"volume": 1, "unit_value": 2}
"""Months running that must lie outside on one side: a stop is told at once, a price only when it lasts."""
LOOKED_BACK = 3
"""An alarm stands for so many months of the customs, the last one included."""
SMALLEST_SCALE = 0.05
"""Least 1.4826 × MAD of the logarithms: a series that hardly ever moved does not ring at a move of a few per cent."""
_KNOWN = 2 / 3  # of the months of the band must hold trade: 24 of 36
_CONSISTENT = 1.4826  # MAD of a normal distribution to its standard deviation


@dataclass(frozen=True)
class Judged:
    """One month of one measure against its own past.

    Attributes
    ----------
    year, month
        The month.
    measure
        `volume` (quantity) or `unit_value` (value per quantity), in the units of the data.
    value
        Of the month; where several months running are judged, of the one nearest to the usual.
    usual
        Median of the band.
    low, high
        The band; it rings outside, not at its ends.
    z
        Robust z of `value`; minus infinity for a month without trade.
    months
        Known months that made the band.
    rings
        Whether all months running lie outside on the same side.
    """

    year: int
    month: int
    measure: Measure
    value: float
    usual: float
    low: float
    high: float
    z: float
    months: int
    rings: bool


def measures(
    value: Mapping[Month, float], quantity: Mapping[Month, float]
) -> dict[Measure, dict[Month, float]]:
    """Return the series that are judged: what came in, and what a unit of it cost.

    Parameters
    ----------
    value, quantity
        Of each month (year, month 1..12) that is known; 0 where it is known that nothing came. A month that is not
        there is unknown, and so is one with a value but no quantity.

    Raises
    ------
    IndicatorError
        If a number is negative or not finite, or a month not in 1..12.

    Examples
    --------
    >>> found = measures({(2025, 1): 60.0, (2025, 2): 0.0, (2025, 3): 5.0}, {(2025, 1): 20.0, (2025, 2): 0.0})
    >>> found["volume"], found["unit_value"]
    ({(2025, 1): 20.0, (2025, 2): 0.0}, {(2025, 1): 3.0})
    """
    for series in (value, quantity):
        _check(series)
    known = {m: q for m, q in sorted(quantity.items()) if m in value and (q > 0 or value[m] == 0)}
    unit = {m: value[m] / q for m, q in known.items() if q > 0 and value[m] > 0}
    return {"volume": known, "unit_value": unit}


def distress(
    value: Mapping[Month, float],
    quantity: Mapping[Month, float],
    *,
    z: float = 3.0,
    years: int = 3,
    since: Month | None = None,
) -> tuple[Judged, ...]:
    """Judge every month of a series of imports, volume and unit value, each from the months before it alone.

    Parameters
    ----------
    value, quantity
        As in `measures`.
    z
        Robust z beyond which a month leaves its band.
    years
        Years of months before the month, or before the first of several months running, that make the band.
    since
        First month to judge; all that can be judged where None.

    Returns
    -------
    tuple
        One `Judged` a month and measure, oldest first, volume before unit value. Months whose band has trade in less
        than two thirds of its months (24 of 36) are not judged.

    Raises
    ------
    IndicatorError
        If a number is negative or not finite, a month not in 1..12, `z` not above 0 or `years` below 1.

    Notes
    -----
    Median and MAD after Iglewicz and Hoaglin (1993). Seasons are not taken out: a factor of three Januaries fits the
    noise of the band, and rings more often for nothing (docs/trials/critical-minerals.md). A spring holiday is not
    beyond what the three before it were.

    Examples
    --------
    >>> months = [(y, m) for y in (2022, 2023, 2024) for m in range(1, 13)] + [(2025, 1)]
    >>> quantity = {t: 100.0 + 5 * (t[1] % 2) for t in months} | {(2025, 1): 20.0}
    >>> value = {t: 7 * q for t, q in quantity.items()}
    >>> (alarm,) = [j for j in distress(value, quantity) if j.rings]
    >>> alarm.year, alarm.month, alarm.measure, round(alarm.low), round(alarm.usual), alarm.months
    (2025, 1, 'volume', 88, 102, 36)
    """
    if not 0 < z < math.inf or years < 1:
        raise IndicatorError(
            _("z {z}, {years} years").format(z=z, years=years),
            expected=_("a finite z above 0 and at least one year"),
        )
    found = [
        judged
        for measure, series in measures(value, quantity).items()
        for judged in _judge(series, measure, z, years, since)
    ]
    order = list(RUNNING)
    return tuple(sorted(found, key=lambda j: (j.year, j.month, order.index(j.measure))))


def _judge(
    series: Mapping[Month, float], measure: Measure, z: float, years: int, since: Month | None
) -> Iterator[Judged]:
    by_number = {12 * year + month - 1: x for (year, month), x in series.items()}
    run = RUNNING[measure]
    for at in by_number:
        here = (at // 12, at % 12 + 1)
        first = at - run + 1
        running = [by_number[t] for t in range(first, at + 1) if t in by_number]
        if len(running) < run or (since is not None and here < since):
            continue
        before = [by_number[t] for t in range(first - 12 * years, first) if t in by_number]
        if sum(x > 0 for x in before) >= _KNOWN * 12 * years:
            yield _against(before, running, here, measure, z)


def _against(before: list[float], running: list[float], at: Month, measure: Measure, z: float) -> Judged:
    logs = [_log(x) for x in before]
    middle = median(logs)
    scale = max(_CONSISTENT * median(abs(x - middle) for x in logs), SMALLEST_SCALE)
    low, high = min(_exp(middle - z * scale), *before), max(_exp(middle + z * scale), *before)
    nearest = min(running, key=lambda x: abs(_log(x) - middle))
    return Judged(
        *at,
        measure=measure,
        value=nearest,
        usual=_exp(middle),
        low=low,
        high=high,
        z=(_log(nearest) - middle) / scale,
        months=len(before),
        rings=max(running) < low or min(running) > high,
    )


def _log(x: float) -> float:
    return math.log(x) if x > 0 else -math.inf


def _exp(x: float) -> float:
    return math.exp(x) if x < 709 else math.inf  # the largest that a float holds


def _check(series: Mapping[Month, float]) -> None:
    for (year, month), x in series.items():
        if not 1 <= month <= 12 or not 0 <= x < math.inf:
            raise IndicatorError(
                f"{year}-{month}: {x}",
                expected=_("months 1 to 12, and finite numbers of at least 0"),
                where=_("monthly series"),
            )


def monthly_distress(
    dataset: Dataset, catalogue: Catalogue, thresholds: Thresholds
) -> Mapping[str, Mapping[str, tuple[Judged, ...]]] | None:
    """Judge the last months of the imports of each segment's customs codes, all origins together.

    Each code is a series of its own, for quantities of two codes may be in different units. The own country is no
    origin. A month without a row of the code is one without imports where the customs have any import of that month,
    and unknown where they have none, or hold the code for the whole of that year; a month in which a quantity is
    missing is unknown.

    Parameters
    ----------
    dataset, catalogue
        The city's tables and its segments.
    thresholds
        `distress_z` and `distress_years`.

    Returns
    -------
    Mapping or None
        Segment id -> customs code -> what `distress` says of the last `LOOKED_BACK` months, empty where too few
        months are known; only segments with codes. None without monthly imports.
    """
    if not dataset.has("customs"):
        return None
    imports = dataset.table("customs").filter(pl.col("flow") == "import")
    covered = (
        imports.filter(pl.col("month") > 0).select("year", "month").unique().sort("year", "month").rows()
    )
    if not covered:
        return None
    last = 12 * covered[-1][0] + covered[-1][1] - 1
    since = ((last - LOOKED_BACK + 1) // 12, (last - LOOKED_BACK + 1) % 12 + 1)
    by_code = {
        hs: distress(value, quantity, z=thresholds.distress_z, years=thresholds.distress_years, since=since)
        for hs, value, quantity in _series(imports, catalogue, dataset.place.country, covered)
    }
    return {s.id: {hs: by_code[hs] for hs in s.hs} for s in catalogue.segments.values() if s.hs}


def _series(
    imports: pl.DataFrame, catalogue: Catalogue, home: str, covered: list[Month]
) -> Iterator[tuple[str, dict[Month, float], dict[Month, float]]]:
    """Code, value and quantity by month."""
    codes = sorted({hs for s in catalogue.segments.values() for hs in s.hs})
    mine = imports.filter(pl.col("hs").is_in(codes) & (pl.col("partner") != home))
    whole = set(mine.filter(pl.col("month") == 0).select("hs", "year").iter_rows())
    grouped = mine.filter(pl.col("month") > 0).group_by("hs", "year", "month").agg("value", "quantity")
    rows = {(hs, year, month): (v, q) for hs, year, month, v, q in grouped.iter_rows()}
    for hs in codes:
        value: dict[Month, float] = {}
        quantity: dict[Month, float] = {}
        for year, month in covered:
            values, quantities = rows.get((hs, year, month), ((), ()))
            if not values and (hs, year) in whole:
                continue
            value[year, month] = math.fsum(values)  # exact, whatever the order of the rows
            if all(q is not None and (q > 0 or v == 0) for v, q in zip(values, quantities, strict=True)):
                quantity[year, month] = math.fsum(quantities)
        yield hs, value, quantity
