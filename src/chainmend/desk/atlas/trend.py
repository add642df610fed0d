"""Published growth of a cluster over two years beside that of all industry, and when its output crosses its mark."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING

from chainmend.names import CURRENCY

if TYPE_CHECKING:
    from chainmend.dataset import Dataset
    from chainmend.desk.scans.view import ScanView
    from chainmend.indicators.milestone import Month
    from chainmend.indicators.scope import Figure

MARKS = {"trillion": 1e12, "hundred-billion": 1e11}
"""Tier of a cluster -> the output a year (yuan) that it is named after."""
_MONTHS, _LEAST, _YEAR = 24, 3, 366
_KEPT = 4


@dataclass(frozen=True)
class Trend:
    """Growth on the year before, cumulated from January to the end of each period, as it was published.

    Attributes
    ----------
    ends, own, industry
        Last day of each period, oldest first, and the growth of the cluster and of all industry to it, as shares.
    scope
        Measure and over whom, of the last period, in Chinese and in English.
    """

    ends: tuple[dt.date, ...]
    own: tuple[float, ...]
    industry: tuple[float, ...]
    scope: tuple[str, str]


@dataclass(frozen=True)
class Crossing:
    """When an output crosses its mark: at the last published growth, and with the lowest and highest of a year.

    Attributes
    ----------
    mark
        Yuan a year.
    month
        (year, month); None where it is not crossed within a hundred years.
    earliest, latest
        At the highest and at the lowest growth of the last year; None where it is not.
    """

    mark: float
    month: Month | None
    earliest: Month | None
    latest: Month | None


@lru_cache(maxsize=_KEPT)
def _growths(view: ScanView) -> dict[str, dict[tuple[str, str, str], list[tuple[Figure, Figure]]]]:
    """Subject -> measure, universe and basis -> its figures with growth, each with that of all industry."""
    return _paired(view.dataset)


def _paired(dataset: Dataset) -> dict[str, dict[tuple[str, str, str], list[tuple[Figure, Figure]]]]:
    from chainmend.indicators.scope import figures

    found: dict[str, dict[tuple[str, str, str], list[tuple[Figure, Figure]]]] = defaultdict(
        lambda: defaultdict(list)
    )
    if not dataset.has("statistics"):
        return found
    known = [f for f in figures(dataset) if f.growth is not None]
    whole = {f.scope: f for f in known if f.subject == f.scope.universe}
    for figure in known:
        if figure.subject != figure.scope.universe and figure.scope in whole:
            scope = figure.scope
            key = (scope.measure, scope.universe, scope.basis)
            found[figure.subject][key].append((figure, whole[scope]))
    return found


def trend(view: ScanView, names: tuple[str, ...]) -> Trend | None:
    """Return the growth of a subject over the two years to its last figure; None where fewer than three are known.

    Parameters
    ----------
    view
        The scan; its published figures are read.
    names
        What the subject is called. Of several measures the one with most figures is taken.
    """
    every = _growths(view)
    series = [pairs for name in names for pairs in every.get(name, {}).values()]
    if not series:
        return None
    longest = max(series, key=lambda found: len(found))
    pairs = sorted(longest, key=lambda p: p[0].scope.end)
    last = _month(pairs[-1][0].scope.end)
    kept = [(own, all_) for own, all_ in pairs if _month(own.scope.end) > last - _MONTHS]
    if len(kept) < _LEAST:
        return None
    return Trend(
        tuple(own.scope.end for own, _all in kept),
        tuple(own.growth or 0.0 for own, _all in kept),
        tuple(all_.growth or 0.0 for _own, all_ in kept),
        kept[-1][0].scope.label,
    )


def _month(day: dt.date) -> int:
    return day.year * 12 + day.month


def crossing(
    output: float | None, currency: str, date: dt.date, tier: str, found: Trend | None
) -> Crossing | None:
    """Return when a cluster's output crosses the mark of its tier; None where that is unknown or it has already.

    Parameters
    ----------
    output
        Of the twelve months to `date`, in units of `currency`.
    date
        Of the data.
    tier
        Of the cluster.
    found
        Its published growth; the output of a year ago and before is not needed.
    """
    from chainmend.indicators.milestone import milestone

    mark = MARKS.get(tier)
    if mark is None or found is None or not output or currency != CURRENCY or output >= mark:
        return None
    monthly = [output / 12] * 12
    recent = [g for end, g in zip(found.ends, found.own, strict=True) if (found.ends[-1] - end).days < _YEAR]

    def at(growth: float) -> Month | None:
        return milestone(monthly, (date.year, date.month), mark, growth)

    return Crossing(mark, at(found.own[-1]), at(max(recent)), at(min(recent)))
