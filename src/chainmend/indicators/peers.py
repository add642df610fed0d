"""Who is who in a table of published figures.

- *The city* is the subject with the name of the dataset's city, with or without 市, or the universe itself where it
  stands as its own subject: ``规上工业`` of the universe ``规上工业`` is all such industry of the city.
- *Peers* are other cities: subjects that end in 市, 地区, 盟 or 自治州, that the dataset's region names, or that the
  table of firms has as a city.
- Everything else (a cluster, an industry) is no part of a ranking.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING

from chainmend.i18n import both
from chainmend.indicators.scope import Figure, figures

if TYPE_CHECKING:
    from collections.abc import Mapping

    from chainmend.dataset import Dataset

Series = tuple[str, str, int, str, str]
"""Measure, universe, months, basis and unit."""
_CITY_ENDINGS = ("市", "地区", "盟", "自治州")


@dataclass(frozen=True)
class LeftOut:
    """A figure that no line uses, and why (Chinese, English)."""

    figure: Figure
    why: tuple[str, str]


@dataclass(frozen=True)
class Sides:
    """Figures of the city, of its peers, and what is neither.

    Attributes
    ----------
    home
        Series -> year -> figure of the city.
    peers
        City -> the same.
    parts
        Figures of clusters and industries of the city, which are no part of a ranking.
    left_out
        Second figures of one city on one scope.
    """

    home: Mapping[Series, Mapping[int, Figure]]
    peers: Mapping[str, Mapping[Series, Mapping[int, Figure]]]
    parts: tuple[Figure, ...]
    left_out: tuple[LeftOut, ...]

    def peers_of(self, series: Series) -> dict[str, Mapping[int, Figure]]:
        """Peers that have the series: city -> year -> figure."""
        return {name: own[series] for name, own in self.peers.items() if series in own}

    def rivals(self, measure: str) -> set[str]:
        """Peers that have any figure of the measure."""
        return {name for name, own in self.peers.items() if any(s[0] == measure for s in own)}


def series_of(figure: Figure) -> Series:
    """Return what figures of one series share; they differ in the year alone."""
    scope = figure.scope
    return scope.measure, scope.universe, scope.months, scope.basis, figure.unit


def sides(dataset: Dataset) -> Sides:
    """Tell the city's figures from those of its peers.

    Raises
    ------
    DatasetError
        If a subject has two figures of one scope.

    Examples
    --------
    >>> from chainmend.demo import make_city
    >>> found = sides(make_city(firms=400).now)
    >>> sorted({s[0] for s in found.home if s[4] == "CNY"}), sorted(found.peers)
    (['gross_output', 'value_added'], ['示例丙市', '示例乙市', '示例甲市'])
    """
    own = _bare(dataset.place.city)
    cities = {
        _bare(c) for c in (*dataset.place.region, *dataset.table("firms")["city"].drop_nulls().unique())
    }
    home: dict[Series, dict[int, Figure]] = defaultdict(dict)
    peers: dict[str, dict[Series, dict[int, Figure]]] = defaultdict(lambda: defaultdict(dict))
    parts: list[Figure] = []
    left: list[LeftOut] = []
    spelling: dict[str, str] = {}
    # the city's own name goes before the universe that stands for it
    for figure in sorted(figures(dataset), key=lambda f: _bare(f.subject) != own):
        series, year = series_of(figure), figure.scope.year
        if _bare(figure.subject) == own or figure.subject == figure.scope.universe:
            years = home[series]
        elif figure.subject.endswith(_CITY_ENDINGS) or _bare(figure.subject) in cities:
            years = peers[spelling.setdefault(_bare(figure.subject), figure.subject)][series]
        else:
            parts.append(figure)
            continue
        if year in years:
            why = both("{subject} has this figure already", subject=years[year].subject)
            left.append(LeftOut(figure, why))
        else:
            years[year] = figure
    return Sides(home, peers, tuple(parts), tuple(left))


def _bare(name: str) -> str:
    return name.strip().removesuffix("市")
