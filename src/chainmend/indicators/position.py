"""Where a city stands by published figures: scale and growth, structure and resilience.

Only figures of one scope, year and unit stand beside each other; what could not is listed with the reason. Who is the
city and who its peers is told in `peers`.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from chainmend.errors import DatasetError, ScopeError
from chainmend.i18n import _, both
from chainmend.indicators.growth import compound_growth
from chainmend.indicators.peers import LeftOut, Series, Sides, sides
from chainmend.indicators.ranking import Standing, standing
from chainmend.indicators.scope import Bound, Figure, Scope, require_same
from chainmend.indicators.wording import part_names

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Iterable, Mapping, Sequence

    from chainmend.dataset import Dataset

Kind = Literal["value", "growth", "compound_growth"]
COUNTS = ("1", "家", "个", "firms", "enterprises")
"""Units of what structure is told in: shares and counts of firms. Every other unit is one of scale."""


@dataclass(frozen=True)
class Line:
    """One number of the city with its rank.

    Attributes
    ----------
    kind
        ``value`` in `unit`; ``growth`` year on year; ``compound_growth`` a year since `since`. Rates are shares.
    value, unit, bound
        The number; `bound` is ``lower`` or ``upper`` where it is only a bound.
    scope
        Of the number; a rate is of the scope of the value that it ends at.
    source
        Where the figure was published.
    stated
        False for a rate that was computed here from two published values.
    since
        First year of a compound rate, over `scope.year` - `since` years.
    standing
        Among the peers; None where no peer has the number on this scope.
    missing
        Peers that have a figure of the measure, but not this number on this scope.
    age
        Months from the end of the scope's period to the date of the data.
    """

    kind: Kind
    value: float
    unit: str
    bound: Bound
    scope: Scope
    source: str | None
    stated: bool
    since: int | None
    standing: Standing | None
    missing: tuple[str, ...]
    age: int


@dataclass(frozen=True)
class Position:
    """The two sets of ranks.

    Attributes
    ----------
    scale
        Scale and growth: amounts, their growth year on year and compound.
    structure
        Structure and resilience: counts of firms and shares.
    left_out
        Figures that stand beside nothing.
    """

    city: str
    date: dt.date
    scale: tuple[Line, ...]
    structure: tuple[Line, ...]
    left_out: tuple[LeftOut, ...]


def position(dataset: Dataset, year: int | None = None) -> Position:
    """Put the city's published figures beside those of its peers.

    Parameters
    ----------
    dataset
        With a statistics table.
    year
        Year of the figures; for each measure, universe, number of months and basis the last where None.

    Raises
    ------
    DatasetError
        If there is no statistics table, or no figure of the city (in that year).

    Examples
    --------
    >>> from chainmend.demo import make_city
    >>> found = position(make_city(firms=400).now, year=2024)
    >>> [(line.kind, line.scope.year, line.since) for line in found.scale if line.kind == "compound_growth"]
    [('compound_growth', 2024, 2015)]
    """
    refused = dataset.rejected.get("statistics", 0)
    if not dataset.has("statistics") and refused:
        raise DatasetError(
            _("all {n} rows of the table of statistics were refused").format(n=refused),
            expected=_("published figures of the city, each with its scope"),
            do=_("see `chainmend check` for the reasons"),
        )
    if not dataset.has("statistics"):
        raise DatasetError(
            _("no table of statistics"),
            expected=_("published figures of the city, each with its scope"),
            do=_("add statistics.csv to the dataset"),
        )
    found = sides(dataset)
    taken = lines(dataset, year)
    if not taken:
        has = sorted({y for own in found.home.values() for y in own})
        raise DatasetError(
            _("no figure of {city}").format(city=dataset.place.city)
            if year is None
            else _("no figure of {city} in {year}").format(city=dataset.place.city, year=year),
            expected=_("years with figures: {years}").format(years=", ".join(map(str, has)))
            if has
            else _("rows whose subject is the city"),
            where="statistics",
        )
    return Position(
        dataset.place.city,
        dataset.date,
        tuple(line for line in taken if not _is_structure(line)),
        tuple(line for line in taken if _is_structure(line)),
        (*_no_city(found), *found.left_out, *_beside_nothing(found, taken, year)),
    )


def lines(dataset: Dataset, year: int | None = None) -> tuple[Line, ...]:
    """Return all numbers of the city with their ranks, scale and structure in one; none where there are none.

    Examples
    --------
    >>> from chainmend.demo import make_city
    >>> sorted({line.scope.measure for line in lines(make_city(firms=400).now) if line.kind == "growth"})
    ['gross_output', 'value_added']
    """
    found = sides(dataset)
    return tuple(
        line
        for series, y in sorted(_shown(found, year))
        for line in _lines(dataset, found.home[series], found.peers_of(series), found.rivals(series[0]), y)
    )


def _shown(found: Sides, year: int | None) -> set[tuple[Series, int]]:
    """Series of the city with the year of each that is shown."""
    chosen = {series: max(own) if year is None else year for series, own in found.home.items()}
    known = {(series, y) for series, y in chosen.items() if y in found.home[series]}
    longest: dict[tuple[str, ...], int] = {}
    for series, y in known:
        of = _alike(series, y)
        longest[of] = max(series[2], longest.get(of, 0))
    return {(series, y) for series, y in known if series[2] == longest[_alike(series, y)]}


def _alike(series: Series, year: int) -> tuple[str, ...]:
    """What cumulated periods of one year share: a longer one holds the shorter ones."""
    measure, universe, _months, basis, unit = series
    return measure, universe, basis, unit, str(year)


def _no_city(found: Sides) -> list[LeftOut]:
    """The last figure of each measure of a part of the city; the earlier ones are its history."""
    last: dict[tuple[str, ...], Figure] = {}
    for f in found.parts:
        of = (f.subject, f.scope.measure, f.scope.universe, f.scope.basis, f.unit)
        if of not in last or f.scope.end > last[of].scope.end:
            last[of] = f
    return [LeftOut(f, both("not a city: it is no part of a ranking of cities")) for f in last.values()]


def _is_structure(line: Line) -> bool:
    return line.kind == "value" and line.unit in COUNTS


def _lines(
    dataset: Dataset,
    own: Mapping[int, Figure],
    peers: Mapping[str, Mapping[int, Figure]],
    rivals: Iterable[str],
    year: int,
) -> list[Line]:
    figure = own[year]
    first = min((y for y, f in own.items() if f.value is not None and f.bound == "exact"), default=year)
    found = []
    kinds: tuple[Kind, ...] = ("value",) if figure.unit in COUNTS else ("value", "growth", "compound_growth")
    for kind in kinds:
        mine = _number(kind, own, year, first)
        if mine is None:
            continue
        others = {name: _number(kind, theirs, year, first) for name, theirs in peers.items()}
        known = {name: number for name, number in others.items() if number is not None}
        missing = tuple(sorted(set(rivals) - set(known)))
        everyone = {figure.subject: mine, **known}
        place = standing(
            figure.subject,
            {name: number[0] for name, number in everyone.items()},
            {name: number[1] for name, number in everyone.items()},
            missing,
        )
        date, scope = dataset.date, figure.scope
        found.append(
            Line(
                kind,
                mine[0],
                figure.unit if kind == "value" else "1",
                mine[1],
                scope,
                figure.source,
                stated=mine[2],
                since=first if kind == "compound_growth" else None,
                standing=place if known else None,
                missing=missing,
                age=max(0, (date.year - scope.year) * 12 + date.month - scope.months),
            )
        )
    return found


def _number(
    kind: Kind, figures: Mapping[int, Figure], year: int, first: int
) -> tuple[float, Bound, bool] | None:
    """(number, bound, whether it was published as it is), None where it is not known."""
    now = figures.get(year)
    if now is None:
        return None
    if kind == "value":
        return None if now.value is None else (now.value, now.bound, True)
    if kind == "growth" and now.growth is not None:
        return now.growth, now.bound, True
    start = year - 1 if kind == "growth" else first
    before = figures.get(start)
    if before is None or (kind == "compound_growth" and year - start < 2):
        return None
    rate = growth_between(before, now)
    return None if rate is None else (rate, "exact", False)


def growth_between(before: Figure, now: Figure) -> float | None:
    """Compound growth a year from one figure to a later one of its series.

    None where values at comparable prices (whose prices may be those of different years), bounds, unknown values or
    values of zero and below give none.

    Raises
    ------
    ScopeError
        If the scopes differ in more than the year, the units differ, or the second is not later.

    Examples
    --------
    >>> before = Figure("A", Scope("revenue", "industry", 2023), 100)
    >>> round(growth_between(before, Figure("A", Scope("revenue", "industry", 2025), 121)), 4)
    0.1
    """
    require_same(before.scope, now.scope, over_time=True)
    if before.unit != now.unit or before.scope.year >= now.scope.year:
        raise ScopeError(
            f"{before.scope} [{before.unit}], {now.scope} [{now.unit}]",
            expected=_("an earlier and a later figure in one unit"),
        )
    if now.scope.basis != "nominal" or {before.bound, now.bound} != {"exact"}:
        return None
    if before.value is None or now.value is None or min(before.value, now.value) <= 0:
        return None
    return compound_growth(before.value, now.value, now.scope.year - before.scope.year)


def _beside_nothing(found: Sides, taken: Sequence[Line], year: int | None) -> list[LeftOut]:
    """Figures of the city without a number, and the last of every series of a peer that no line uses.

    Earlier figures of a series that a line uses are its history, not left out.
    """
    shown = _shown(found, year)
    left = [
        LeftOut(own[max(own)], both("the city has no figure of it in {year}", year=year))
        for own in found.home.values()
        if year is not None and year not in own
    ]
    for series, y in sorted(shown):
        figure = found.home[series][y]
        if figure.value is None and figure.growth is None:
            left.append(LeftOut(figure, both("neither its value nor its growth is known")))
    for series, years in (item for own in found.peers.values() for item in own.items()):
        if any((series, y) in shown for y in years):
            continue
        last = years[max(years)]
        near = [line.scope for line in taken if line.scope.measure == series[0]]
        if near:
            scope = min(near, key=lambda s: len(last.scope.differences(s)))
            differ = last.scope.differences(scope)
            if differ:
                why = both(
                    "not the same {parts}: the city has {scope}", parts=part_names(differ), scope=scope.label
                )
            else:
                units = ", ".join(
                    sorted({s[-1] for s, y in shown if s[:-1] == series[:-1] and y == scope.year})
                )
                why = both("in {unit}, and the city's figure in {units}", unit=last.unit, units=units)
        else:
            why = both("the city has no figure of this measure")
        left.append(LeftOut(last, why))
    return left
