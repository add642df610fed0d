"""Monthly exports of critical minerals by importer, and the band of a series in the plainest way, with its variants."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING

import numpy as np
import polars as pl

if TYPE_CHECKING:
    from pathlib import Path

    from chainmend.gaps.distress import Month

MONTHS: list[Month] = [(y, m) for y in range(2017, 2025) for m in range(1, 13)]
UNKNOWN_QUANTITIES = 2017  # estimated from one unit value a month for all importers, or none
QUIET: tuple[Month, Month] = ((2018, 1), (2022, 12))
ALL = "all importers"


@dataclass(frozen=True)
class Shock:
    """A control of exports: when it was announced, when it took effect, and the months looked at."""

    goods: str
    announced: Month
    effective: Month
    last: Month


SHOCKS = {
    "811292": Shock("gallium, germanium and others, unwrought", (2023, 7), (2023, 8), (2023, 11)),
    "250410": Shock("natural graphite, powder and flakes", (2023, 10), (2023, 12), (2024, 3)),
    "380110": Shock("artificial graphite", (2023, 10), (2023, 12), (2024, 3)),
}
CONTROLS = ("Rare Earths", "Polysilicon")  # no control of exports until the data end
SeriesOf = dict[tuple[str, str], "Series"]


@dataclass(frozen=True)
class Series:
    """What one importer got of one product: value and quantity by month, unknown months left out."""

    value: dict[Month, float]
    quantity: dict[Month, float]

    def in_year_before(self, shock: Shock) -> float:
        """Value of the twelve months before the announcement."""
        at = MONTHS.index(shock.announced)
        return sum(self.value[m] for m in MONTHS[at - 12 : at])


@cache
def load(shared: Path) -> SeriesOf:
    """(product, importer) -> series; the three controlled codes, all importers together, and the controls."""
    folder = shared / "data" / "china_critical_mineral_exports"
    names = {"period_dt": "period", "partner_name": "importer"}
    types = {"hs6": pl.String, "val": pl.Float64, "qty": pl.Float64}
    columns = ("product", "importer", "period", "val", "qty")
    codes = pl.read_csv(folder / "deep_dive_hs6_monthly.csv.gz", schema_overrides=types)
    groups = pl.read_csv(folder / "country_monthly_stats.csv.gz", schema_overrides=types)
    table = pl.concat(
        [
            codes.rename(names | {"hs6": "product"}).select(columns),
            codes.rename(names | {"hs6": "product"}).with_columns(importer=pl.lit(ALL)).select(columns),
            groups.filter(pl.col("broad_group").is_in(CONTROLS))
            .rename(names | {"broad_group": "product"})
            .select(columns),
        ]
    )
    rows: dict[tuple[str, str], dict[Month, list[tuple[float, float]]]] = {}
    for product, importer, period, value, quantity in table.iter_rows():
        months = rows.setdefault((product, importer), {})
        months.setdefault((int(period[:4]), int(period[5:7])), []).append((value, quantity))
    return {key: _series(months) for key, months in sorted(rows.items())}


def _series(months: dict[Month, list[tuple[float, float]]]) -> Series:
    """A month without a row had no trade: the source has rows of every month."""
    value = {m: sum(v for v, _ in months.get(m, [])) for m in MONTHS}
    quantity = {
        m: sum(q for _, q in months.get(m, []))
        for m in MONTHS
        if m[0] > UNKNOWN_QUANTITIES and all(q > 0 or v == 0 for v, q in months.get(m, []))
    }
    return Series(value, quantity)


# --- the same once more, in the plainest way, with nothing of the product; and the variants not taken


def array(series: Series, measure: str) -> np.ndarray:
    """One number a month, nan where unknown, 0 where nothing came."""
    quantity = np.array([series.quantity.get(m, np.nan) for m in MONTHS])
    if measure == "volume":
        return quantity
    value = np.array([series.value[m] for m in MONTHS])
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.where((quantity > 0) & (value > 0), value / quantity, np.nan)


def strengths(x: np.ndarray, *, run: int, beyond: bool, seasonal: bool) -> np.ndarray:
    """For each month the cut below which it rings: 0 where no cut makes it ring, nan where it is not judged.

    Parameters
    ----------
    x
        One number a month.
    run
        Months running on one side.
    beyond
        Whether they must be beyond all months of the band as well.
    seasonal
        Whether the median of each calendar month's distance from the median of its twelve months is taken out.
    """
    with np.errstate(divide="ignore"):
        logs = np.log(x)
    found = np.full(len(x), np.nan)
    for i in range(run, len(x)):
        start = i - run + 1
        window = np.arange(max(0, start - 36), start)
        now, before = logs[start : i + 1], logs[window]
        if np.isnan(now).any() or np.isfinite(before).sum() < 24:
            continue
        if seasonal:
            factor = _factors(before, window, start)
            before, now = before - factor[window % 12], now - factor[np.arange(start, i + 1) % 12]
        known = before[~np.isnan(before)]
        middle = np.median(known)
        away = (now - middle) / max(1.4826 * np.median(np.abs(known - middle)), 0.05)
        one_side = (away > 0).all() or (away < 0).all()
        outside = (now < known.min()).all() or (now > known.max()).all()
        found[i] = np.abs(away).min() if one_side and (outside or not beyond) else 0.0
    return found


def _factors(before: np.ndarray, window: np.ndarray, start: int) -> np.ndarray:
    """Calendar month -> median distance from the median of its block of twelve; 0 with fewer than three blocks."""
    block = (start - 1 - window) // 12
    finite = np.isfinite(before)
    middles = {b: np.median(before[(block == b) & finite]) for b in np.unique(block[finite])}
    factors = np.zeros(12)
    for month in range(12):
        away = [before[k] - middles[block[k]] for k in np.flatnonzero((window % 12 == month) & finite)]
        if len(away) >= 3:
            factors[month] = np.median(away)
    return factors
