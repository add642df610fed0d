"""The ranks of the cockpit: one measure of scale as bars of all cities, the other numbers as lines."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING

from chainmend.errors import DatasetError

if TYPE_CHECKING:
    from chainmend.desk.scans.view import ScanView
    from chainmend.indicators.position import Line, Position

_KEPT, _ROWS = 4, 10


@dataclass(frozen=True)
class Row:
    """One city: its rank, its number, how far that is above the city's own, and whether it is the city."""

    rank: int
    name: str
    value: float
    gap: float
    own: bool


@dataclass(frozen=True)
class League:
    """All cities that have a number on one scope, the greatest first; no more than ten, the city always among them."""

    line: Line
    rows: tuple[Row, ...]


@dataclass(frozen=True)
class Ranks:
    """The two cards.

    Attributes
    ----------
    league
        Of the amount that most cities have; None where no other city has one.
    scale, structure
        The other numbers.
    scale_sources, structure_sources
        Where the numbers of each card were published, each once.
    """

    league: League | None
    scale: tuple[Line, ...]
    structure: tuple[Line, ...]
    scale_sources: tuple[str, ...]
    structure_sources: tuple[str, ...]


@lru_cache(maxsize=_KEPT)
def ranks(view: ScanView) -> Ranks | None:
    """Return the two sets of ranks of the city; None where nothing was published."""
    from chainmend.indicators.position import position

    try:
        found = position(view.dataset)
    except DatasetError:
        return None
    return _cards(view, found)


def _cards(view: ScanView, found: Position) -> Ranks:
    ranked = [x for x in found.scale if x.kind == "value" and x.standing and x.bound == "exact"]
    best = max(ranked, key=lambda x: (x.standing.of if x.standing else 0, x.scope.end), default=None)
    league = _league(view, best) if best else None
    scale = tuple(x for x in found.scale if league is None or x is not best)
    return Ranks(league, scale, found.structure, _sources(found.scale), _sources(found.structure))


def _sources(lines: tuple[Line, ...]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(x.source for x in lines if x.source))


def _league(view: ScanView, line: Line) -> League | None:
    """All that have the figure of a line, by rank."""
    from chainmend.indicators.peers import sides

    found = sides(view.dataset)
    scope = line.scope
    series = (scope.measure, scope.universe, scope.months, scope.basis, line.unit)
    values = {view.city: line.value}
    for name, years in found.peers_of(series).items():
        figure = years.get(scope.year)
        if figure is not None and figure.value is not None:
            values[name] = figure.value
    order = sorted(values, key=lambda name: (-values[name], name != view.city, name))
    rows = [
        Row(
            1 + sum(v > values[name] for v in values.values()),
            name,
            values[name],
            values[name] - line.value,
            name == view.city,
        )
        for name in order
    ]
    at = next(i for i, row in enumerate(rows) if row.own)
    shown = rows[:_ROWS] if at < _ROWS else [*rows[: _ROWS - 1], rows[at]]
    return League(line, tuple(shown)) if len(rows) > 1 else None
