"""All registered indicators of one city, in one frame, with what could not be measured and why."""

from __future__ import annotations

import pkgutil
from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass
from importlib import import_module
from typing import TYPE_CHECKING

import numpy as np
import polars as pl

import chainmend.indicators as package
from chainmend.errors import IndicatorError
from chainmend.i18n import _, both
from chainmend.indicators.arrays import one_thread
from chainmend.indicators.resampling import CONFIDENCE, DRAWS, percentiles
from chainmend.registry import Entry, entries, get

if TYPE_CHECKING:
    from chainmend.indicators.city import City
    from chainmend.indicators.reading import Reading

Key = tuple[str, str, str]
"""Indicator, level, subject."""
ENOUGH = 0.9
"""An interval is given if the value is known in at least this share of the draws."""
SAME = 1e-12
"""Draws that differ by no more are one: they cannot say how far the value could be off."""
SCHEMA: dict[str, pl.DataType] = {
    "indicator": pl.String(),
    "level": pl.String(),
    "subject": pl.String(),
    "value": pl.Float64(),
    "low": pl.Float64(),
    "high": pl.Float64(),
    "unit": pl.String(),
    "measure": pl.String(),
    "universe": pl.String(),
    "year": pl.Int64(),
    "months": pl.Int64(),
    "basis": pl.String(),
    "until": pl.Int64(),
    "source": pl.String(),
    "age": pl.Int64(),
    "note_zh": pl.String(),
    "note_en": pl.String(),
}


@dataclass(frozen=True)
class Measured:
    """What was measured.

    Attributes
    ----------
    readings
        One row a reading: indicator, level, subject, value, low, high, unit, the parts of the scope, source,
        age (months from the end of the scope's period to the date of the data), note_zh, note_en.
    not_measured
        Indicator -> (Chinese, English): why it says nothing of any subject.
    """

    readings: pl.DataFrame
    not_measured: dict[str, tuple[str, str]]


def registered(only: Collection[str] | None = None) -> list[Entry]:
    """Return the indicators asked for, all of them where None; a module of this package registers its own.

    Raises
    ------
    RegistryError
        If an id is not registered; the message names those that are.
    """
    for module in pkgutil.iter_modules(package.__path__, f"{package.__name__}."):
        import_module(module.name)
    return entries("indicator") if only is None else [get("indicator", id) for id in only]


def measure(
    city: City,
    only: Collection[str] | None = None,
    *,
    interval: bool = False,
    draws: int = DRAWS,
    seed: int = 0,
    progress: Callable[[str], None] | None = None,
) -> Measured:
    """Compute registered indicators.

    Parameters
    ----------
    city
        Whose.
    only
        Ids; all where None.
    interval
        Draw firms anew and give each indicator that is built from firms an interval of 95 %.
    draws, seed
        How often, and from where; the same seed gives the same interval.
    progress
        Called with the name of each step as it begins.

    Raises
    ------
    RegistryError
        If an id is not registered.
    IndicatorError
        If `draws` is below 2.

    Examples
    --------
    >>> from chainmend.chain.catalogue import load_catalogue
    >>> from chainmend.demo import make_city
    >>> from chainmend.indicators.city import City
    >>> city = City(make_city(firms=400, seed=1).now, load_catalogue("hangzhou-296x"))
    >>> found = measure(city, ["location_quotient"])
    >>> found.readings["level"].unique().to_list(), found.not_measured
    (['segment'], {})
    """
    if interval and draws < 2:
        raise IndicatorError(f"draws={draws}", expected=_("at least 2"))
    chosen = registered(only)
    say = progress or (lambda step: None)  # noqa: ARG005
    say(_("indicators"))
    found: dict[str, list[Reading]] = {}
    silent: dict[str, tuple[str, str]] = {}
    for entry in chosen:
        readings, why = _read(entry, city)
        if why is None:
            found[entry.id] = readings
        else:
            silent[entry.id] = why
    if interval:
        say(_("drawing firms anew"))
        again = [e for e in chosen if e.resample and e.id in found]
        figures: dict[Key, float] = {
            (e.id, r.level, r.subject): r.value for e in again for r in found[e.id] if r.value is not None
        }
        ends = _ends(again, figures, city, draws, seed)
    else:
        ends = {}
    rows = [_row(get("indicator", id), r, city, ends) for id, readings in found.items() for r in readings]
    return Measured(pl.DataFrame(rows, schema=SCHEMA, orient="row"), silent)


def _read(entry: Entry, city: City) -> tuple[list[Reading], tuple[str, str] | None]:
    """Readings of one indicator, or why there are none."""
    lacking = [name for name in entry.needs if not city.dataset.has(name)]
    if lacking:
        return [], both("needs the tables {tables}", tables=", ".join(lacking))
    readings: list[Reading] = list(entry.function(city))
    if not readings:
        return [], both("the data hold nothing it could be computed from")
    return readings, None


def _ends(
    chosen: Iterable[Entry], figures: Mapping[Key, float], city: City, draws: int, seed: int
) -> dict[Key, tuple[float, float]]:
    """(indicator, level, subject) -> interval, where enough draws have a value and they are not all alike."""
    rng = np.random.default_rng(seed)
    values: dict[Key, list[float]] = defaultdict(list)
    chosen = list(chosen)
    with one_thread():
        for _draw in range(draws if chosen else 0):
            other = city.resampled(rng)
            for entry in chosen:
                for r in entry.function(other):
                    if r.value is not None:
                        values[entry.id, r.level, r.subject].append(r.value)
    bounds = {entry.id: entry.bounds for entry in chosen}
    alike: dict[int, list[Key]] = defaultdict(list)
    for key, drawn in values.items():
        if len(drawn) >= ENOUGH * draws and key in figures:
            alike[len(drawn)].append(key)
    ends = {}
    for keys in alike.values():  # those with a value in as many draws, at once
        table = np.array([values[key] for key in keys]).T
        figure = np.array([figures[key] for key in keys])
        span = percentiles(table, figure, CONFIDENCE, np.array([bounds[id] for id, _level, _who in keys]).T)
        moves = np.ptp(table, axis=0) > SAME * np.maximum(1, np.abs(figure))
        rows = zip(keys, span.low.tolist(), span.high.tolist(), moves.tolist(), strict=True)
        ends.update({key: (low, high) for key, low, high, moved in rows if moved})
    return ends


def _row(entry: Entry, r: Reading, city: City, ends: dict[Key, tuple[float, float]]) -> tuple[object, ...]:
    low, high = ends.get((entry.id, r.level, r.subject), (r.low, r.high))
    if r.value is None:
        low, high = None, None
    date = city.dataset.date
    age = max(0, (date.year - r.scope.end.year) * 12 + date.month - r.scope.end.month)
    note = r.note or (None, None)
    scope = (r.scope.measure, r.scope.universe, r.scope.year, r.scope.months, r.scope.basis, r.scope.until)
    source = r.source or ", ".join(entry.needs)
    value = (r.value, low, high)
    return (entry.id, r.level, r.subject, *value, r.unit or entry.unit, *scope, source, age, *note)
