"""Indicators that are read off published figures: growth, ranks, excess growth, contributions."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from chainmend.errors import DatasetError, IndicatorError
from chainmend.i18n import _, both
from chainmend.indicators.growth import base_from_growth, contribution, excess_growth
from chainmend.indicators.peers import Series, series_of, sides
from chainmend.indicators.position import lines
from chainmend.indicators.reading import Reading
from chainmend.names import percent
from chainmend.registry import register

if TYPE_CHECKING:
    from chainmend.chain.model import Catalogue
    from chainmend.indicators.city import City
    from chainmend.indicators.position import Line
    from chainmend.indicators.scope import Figure


@dataclass(frozen=True)
class Part:
    """Published figures of one part of the city on one series, with those of the whole.

    Attributes
    ----------
    subject
        Id of the cluster, or the subject as it is written where the catalogue has none of that name.
    years
        Year -> figure.
    whole
        Year -> figure of the city on the same series; empty where there is none.
    """

    subject: str
    years: Mapping[int, Figure]
    whole: Mapping[int, Figure]

    @property
    def last(self) -> Figure:
        """Its newest figure."""
        return self.years[max(self.years)]

    def reading(self, value: float | None, note: tuple[str, str] | None = None) -> Reading:
        """Return a reading of the newest figure's scope and source."""
        return Reading("cluster", self.subject, value, self.last.scope, note=note, source=self.last.source)


def parts(city: City) -> tuple[Part, ...]:
    """Clusters and industries of which the statistics table has figures, in order of subject and series.

    Raises
    ------
    DatasetError
        If a cluster has two figures of one scope under two of its names.

    Examples
    --------
    >>> from chainmend.chain.catalogue import load_catalogue
    >>> from chainmend.demo import make_city
    >>> from chainmend.indicators.city import City
    >>> city = City(make_city(firms=400).now, load_catalogue("hangzhou-296x"))
    >>> [(p.subject, p.last.scope.months, p.last.growth) for p in parts(city) if p.subject.startswith("vis")][-2:]
    [('visual-intelligence', 12, 0.1), ('visual-intelligence', 9, 0.144)]
    """
    found = sides(city.dataset)
    names = _names(city.catalogue)
    grouped: dict[tuple[str, Series], dict[int, Figure]] = defaultdict(dict)
    for figure in found.parts:
        subject = names.get(figure.subject.strip().lower(), figure.subject)
        years = grouped[subject, series_of(figure)]
        if figure.scope.year in years:
            raise DatasetError(
                _("two figures of {subject}: {scope}").format(subject=subject, scope=figure.scope),
                expected=_("one figure for each subject and scope"),
                where="statistics",
            )
        years[figure.scope.year] = figure
    return tuple(
        Part(subject, grouped[subject, series], found.home.get(series, {}))
        for subject, series in sorted(grouped)
    )


def _names(catalogue: Catalogue) -> dict[str, str]:
    """What a cluster may be called -> its id."""
    return {
        name.strip().lower(): cluster.id
        for cluster in catalogue.clusters
        for name in (*cluster.aliases, cluster.name.en, cluster.name.zh, cluster.id)
    }


def _city_reading(city: City, line: Line, value: float | None, note: tuple[str, str] | None) -> Reading:
    return Reading("city", city.name, value, line.scope, note=note, source=line.source)


@register(
    "indicator",
    "value_added_growth",
    name=("增加值增速", "Growth of value added"),
    unit="share",
    needs=("statistics",),
    reference="OECD (2007), Glossary of Statistical Terms: growth rates",
)
def value_added_growth(city: City) -> Iterator[Reading]:
    """Growth of the city's value added year on year, as published or else from two published values."""
    for line in lines(city.dataset):
        if line.kind == "growth" and line.scope.measure == "value_added":
            if line.bound == "exact":
                note = None if line.stated else both("computed from two published values")
                yield _city_reading(city, line, line.value, note)
            else:
                yield _city_reading(city, line, None, _bound(line.bound, line.value))


@register(
    "indicator",
    "compound_growth",
    name=("年均增速", "Compound growth"),
    unit="share",
    needs=("statistics",),
    reference="OECD (2007), Glossary of Statistical Terms: growth rates",
)
def compound_growths(city: City) -> Iterator[Reading]:
    """Growth a year of the city's published amounts, (V1/V0)^(1/n) - 1, from their first to their last year."""
    for line in lines(city.dataset):
        if line.kind == "compound_growth" and line.since is not None:
            n = line.scope.year - line.since
            yield _city_reading(city, line, line.value, both("since {year}, n = {n}", year=line.since, n=n))


@register(
    "indicator",
    "rank",
    name=("位次", "Rank"),
    unit="rank",
    needs=("statistics",),
    reference="Goldstein and Spiegelhalter (1996), League tables and their limitations",
)
def ranks(city: City) -> Iterator[Reading]:
    """Competition rank of the city's amounts, counts and shares among the cities of the statistics table."""
    for line in lines(city.dataset):
        if line.kind != "value":
            continue
        found = line.standing
        if found is None:
            yield _city_reading(city, line, None, both("no other city has a figure of this scope"))
            continue
        note = both("of {n}: {names}", n=found.of, names=_listed(found.universe))
        reading = _city_reading(city, line, float(found.rank), note)
        certain = found.best == found.worst
        yield reading if certain else replace(reading, low=float(found.best), high=float(found.worst))


@register(
    "indicator",
    "excess_growth",
    name=("公布增速与全部工业之差", "Published growth above all industry"),
    unit="100 points",
    needs=("statistics",),
    reference="Statistical communiqués: growth in percentage points above all industry, on one scope",
)
def excess_growths(city: City) -> Iterator[Reading]:
    """Published growth of clusters less that of all industry on the same scope, 0.027 for 2.7 points."""
    for part in parts(city):
        if part.last.growth is None:
            continue
        whole = part.whole.get(part.last.scope.year)
        if whole is None or whole.growth is None:
            yield part.reading(None, both("growth of all industry on this scope is not known"))
            continue
        try:
            found = excess_growth(part.last, whole)
        except IndicatorError:  # two bounds that leave both sides open
            yield part.reading(None, both("both growths are known as bounds only"))
            continue
        note = _bound(found.bound, found.value, points=True) if found.bound != "exact" else None
        yield part.reading(None if note else found.value, note)


@register(
    "indicator",
    "growth_contribution",
    name=("拉动全部工业增长", "Contribution to growth"),
    unit="100 points",
    needs=("statistics",),
    reference="Share of the year before times growth",
)
def growth_contributions(city: City) -> Iterator[Reading]:
    """What a cluster adds to the growth of all industry: its share in the year before times its growth.

    In percentage points (拉动); the note says what part of the whole growth that is (贡献率).
    """
    for part in parts(city):
        if part.last.growth is None and part.last.scope.year - 1 not in part.years:
            continue
        year = part.last.scope.year
        own, whole = base_before(part.years, year), base_before(part.whole, year)
        if own is None or whole is None or part.last.value is None:
            needed = both(
                "needs exact values of cluster and all industry in two years, or one with its growth"
            )
            yield part.reading(None, needed)
        elif own > whole:
            yield part.reading(None, both("larger than all industry on this scope"))
        else:
            found = float(contribution([own / whole], [part.last.value / own - 1])[0])
            yield part.reading(found, _part_of(found, part.whole[year], whole))


def _part_of(points: float, whole: Figure, base: float) -> tuple[str, str] | None:
    """What part of the growth of the whole a contribution is, where the whole grew."""
    if whole.value is None or whole.value <= base:
        return None
    return both("{share} of the growth of all industry", share=percent(points / (whole.value / base - 1)))


@register(
    "indicator",
    "published_share",
    name=("公布数值占全部工业比重", "Published share in all industry"),
    unit="share",
    needs=("statistics",),
    reference="Value over that of all industry, on one scope",
    bounds=(0.0, 1.0),
)
def published_shares(city: City) -> Iterator[Reading]:
    """Published value of a cluster over that of all industry on the same scope."""
    for part in parts(city):
        if part.last.value is None:
            continue
        whole = part.whole.get(part.last.scope.year)
        if whole is None or not whole.value:
            yield part.reading(None, both("the value of all industry on this scope is not known"))
        elif {part.last.bound, whole.bound} != {"exact"}:
            yield part.reading(None, both("a value is known as a bound only"))
        elif not 0 <= part.last.value <= whole.value:
            yield part.reading(None, both("larger than all industry on this scope"))
        else:
            yield part.reading(part.last.value / whole.value)


def base_before(years: Mapping[int, Figure], year: int) -> float | None:
    """Value of the year before, at current prices: as published, else as implied by growth; None unless above 0.

    Examples
    --------
    >>> from chainmend.indicators.scope import Figure, Scope
    >>> base_before({2025: Figure("AI", Scope("revenue", "industry", 2025), 110, "CNY", growth=0.25)}, 2025)
    88.0
    """
    now, before = years.get(year), years.get(year - 1)
    if now is None or now.bound != "exact" or now.scope.basis != "nominal":
        return None
    if before is not None and before.value is not None and before.bound == "exact":
        base: float | None = before.value
    elif now.value is None or now.growth is None or now.growth == -1:
        base = None
    else:
        base = base_from_growth(now).value
    return base if base is not None and base > 0 else None


def _bound(bound: str, value: float, *, points: bool = False) -> tuple[str, str]:
    told = both("{n} percentage points", n=f"{100 * value:.1f}") if points else (f"{value:.1%}",) * 2
    return both("at least {value}", value=told) if bound == "lower" else both("at most {value}", value=told)


def _listed(names: tuple[str, ...]) -> tuple[str, str]:
    comma = both(", ")
    return comma[0].join(names), comma[1].join(names)
