"""Which segments lie near to what the city has, how complex they and the city are, and which are worth growing.

Cities are the regions and segments the activities; a city has a segment where its location quotient is at least 1. All
numbers are among the cities of the dataset, so they say as much as the dataset holds of the other cities.

Of twenty cities or more, those specialised in fewer than five segments and the segments of fewer than three cities are
left out: of 226 cities of listed firms half have fewer than eight segments, and complexity would tell of one small city
that has what nobody else has. So are firms of which only the province is known; a province is no city.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np

from chainmend.errors import IndicatorError
from chainmend.i18n import both
from chainmend.indicators.complexity import Complexity, complexity
from chainmend.indicators.members import once
from chainmend.indicators.presence import Kept, core, largest_component
from chainmend.indicators.ranking import competition_ranks
from chainmend.indicators.reading import Reading
from chainmend.indicators.relatedness import (
    Outlook,
    Square,
    complexity_outlook,
    proximity,
    relatedness_density,
)
from chainmend.indicators.specialisation import location_quotient, presence
from chainmend.registry import register

if TYPE_CHECKING:
    from chainmend.indicators.arrays import FloatArray
    from chainmend.indicators.city import City

Note = tuple[str, str]
MANY_CITIES, LEAST_SEGMENTS, LEAST_CITIES = 20, 5, 3
_ATLAS = "Hidalgo and Hausmann (2009); Hausmann et al. (2014), The Atlas of Economic Complexity"


@dataclass(frozen=True)
class Space:
    """The largest connected part of a country's cities and segments, seen from one city.

    Attributes
    ----------
    kept
        The cities and segments, 0/1, with their positions in `City.regions` and `City.segments`.
    home
        Row of the city in it.
    """

    kept: Kept
    home: int

    @cached_property
    def has(self) -> np.ndarray:
        """Which segments the city has, shape (segments kept,)."""
        return self.kept.matrix[[self.home]].toarray()[0]  # type: ignore[no-any-return]

    @cached_property
    def phi(self) -> Square:
        """Proximity of the segments."""
        return proximity(self.kept.matrix)

    @cached_property
    def density(self) -> FloatArray:
        """Relatedness density of each segment for the city."""
        m = self.kept.matrix
        return relatedness_density(m[[self.home]], self.phi)[0]  # type: ignore[no-any-return]

    @cached_property
    def complexity(self) -> Complexity | None:
        """Complexity of the cities and segments, None where the cities are too few or too alike."""
        try:
            return complexity(self.kept.matrix)
        except IndicatorError:
            return None

    @cached_property
    def outlook(self) -> Outlook | None:
        """Outlook of the city (one row), None without complexity."""
        if self.complexity is None:
            return None
        m = self.kept.matrix
        return complexity_outlook(m[[self.home]], self.phi, self.complexity.pci)


@once
def space_of(city: City) -> Space | Note:
    """Return what the city is seen in, or (Chinese, English) why there is nothing to see.

    Examples
    --------
    >>> from chainmend.chain.catalogue import load_catalogue
    >>> from chainmend.demo import make_city
    >>> from chainmend.indicators.city import City
    >>> city = City(make_city(firms=400, seed=1).now, load_catalogue("hangzhou-296x"))
    >>> space_of(city).kept.matrix.shape[0]
    5
    """
    if city.home is None or not city.sizes[[city.home]].sum() > 0:
        return both("the city has no firm on any segment")
    there = presence(location_quotient(city.sizes))
    cities = np.array([name not in city.provinces for name in city.regions])
    many = cities.sum() >= MANY_CITIES
    rows = np.flatnonzero(cities)
    dense = core(there[rows], *((LEAST_SEGMENTS, LEAST_CITIES) if many else (1, 1)))
    if min(dense.matrix.shape) == 0:
        return both("no two cities of the dataset share a segment")
    part = largest_component(dense.matrix)
    kept = Kept(part.matrix, rows[dense.rows[part.rows]], dense.columns[part.columns])
    if len(kept.rows) < 2:
        return both("no two cities of the dataset share a segment")
    home = np.flatnonzero(kept.rows == city.home)
    if not home.size:
        return both("the city shares too few segments with the other cities of the dataset")
    return Space(kept, int(home[0]))


@register(
    "indicator",
    "relatedness_density",
    name=("关联密度", "Relatedness density"),
    unit="1",
    needs=("firms",),
    reference="Hidalgo et al. (2007), The Product Space Conditions the Development of Nations",
    resample=True,
    bounds=(0.0, 1.0),
)
def relatedness_densities(city: City) -> Iterator[Reading]:
    """Share of the segments around each one, weighted by proximity, that the city is specialised in.

    Two segments are near where the same cities are specialised in both. 0 to 1; a missing segment of high density is
    nearer to what the city can do already.
    """
    space = space_of(city)
    yield from _segments(city, space, space.density if isinstance(space, Space) else None)


@register(
    "indicator",
    "product_complexity",
    name=("环节复杂度", "Complexity of a segment (PCI)"),
    unit="1",
    needs=("firms",),
    reference=_ATLAS,
    resample=True,
)
def product_complexities(city: City) -> Iterator[Reading]:
    """How complex a segment is: high where few cities have it and those have many that few have.

    In standard deviations of the cities' complexity, and with its zero: a city's complexity is the mean of those of the
    segments it is specialised in.
    """
    space = space_of(city)
    found = space.complexity if isinstance(space, Space) else None
    yield from _segments(city, space, None if found is None else found.pci)


@register(
    "indicator",
    "economic_complexity",
    name=("城市经济复杂度", "Economic complexity of the city (ECI)"),
    unit="1",
    needs=("firms",),
    reference=_ATLAS,
    resample=True,
)
def economic_complexity(city: City) -> Iterator[Reading]:
    """Complexity of the city's structure, in standard deviations from the mean of the dataset's cities."""
    space = space_of(city)
    if not isinstance(space, Space) or space.complexity is None:
        yield Reading("city", city.name, None, city.scope(), note=_why(space))
        return
    eci = space.complexity.eci
    rank = int(competition_ranks(eci).rank[space.home])
    note = both("rank {rank} of the {n} cities of the dataset", rank=rank, n=len(eci))
    yield Reading("city", city.name, float(eci[space.home]), city.scope(), note=note)


@register(
    "indicator",
    "complexity_outlook",
    name=("复杂度前景指数", "Complexity outlook index (COI)"),
    unit="1",
    needs=("firms",),
    reference=_ATLAS,
    resample=True,
)
def complexity_outlooks(city: City) -> Iterator[Reading]:
    """Complexity of the segments the city is not specialised in, each weighted by its density: what is within reach."""
    space = space_of(city)
    if not isinstance(space, Space) or space.outlook is None:
        yield Reading("city", city.name, None, city.scope(), note=_why(space))
        return
    note = both("over {n} segments that the city is not specialised in", n=int((~space.has).sum()))
    yield Reading("city", city.name, float(space.outlook.coi[0]), city.scope(), note=note)


@register(
    "indicator",
    "outlook_gain",
    name=("复杂度前景增益", "Complexity outlook gain (COG)"),
    unit="1",
    needs=("firms",),
    reference=_ATLAS,
    resample=True,
)
def outlook_gains(city: City) -> Iterator[Reading]:
    """What the complexity outlook index would gain by each segment the city is not specialised in, and what follows.

    A segment is called near where its density is at least the median of the city's missing ones, and complex where it
    is above the city's own complexity. Near and complex is worth growing at home, far and complex rather attracted.
    """
    space = space_of(city)
    if not isinstance(space, Space) or space.outlook is None or space.complexity is None:
        yield from _segments(city, space, None)
        return
    missing = ~space.has
    near = space.density >= np.median(space.density[missing]) if missing.any() else missing
    complex_ = space.complexity.pci > space.complexity.eci[space.home]
    notes = _advice()
    gain = [float(g) if m else None for g, m in zip(space.outlook.cog[0], missing, strict=True)]
    said = [
        notes[bool(n), bool(c)] if m else both("the city is specialised in it")
        for n, c, m in zip(near, complex_, missing, strict=True)
    ]
    yield from _segments(city, space, gain, said)


def _advice() -> dict[tuple[bool, bool], Note]:
    """(near, complex) -> what follows."""
    return {
        (True, True): both("near to what the city has and more complex than it: worth growing at home"),
        (True, False): both("near to what the city has, but no more complex than it"),
        (False, True): both("more complex than the city but far from what it has: rather attract it"),
        (False, False): both("far from what the city has and no more complex than it"),
    }


def _segments(
    city: City,
    space: Space | Note,
    values: FloatArray | list[float | None] | None,
    notes: list[Note] | None = None,
) -> Iterator[Reading]:
    """A reading for each segment of the catalogue; None with a note where it is not in the space."""
    scope = city.scope()
    if not isinstance(space, Space) or values is None:
        for id in city.segments:
            yield Reading("segment", id, None, scope, note=_why(space))
        return
    held = np.asarray(city.sizes.sum(axis=0)) > 0
    nobody = both("no city of the dataset has it")
    apart = both("too few cities have it, or they share no segment with the others")
    at = {int(column): n for n, column in enumerate(space.kept.columns)}
    for column, id in enumerate(city.segments):
        if column in at:
            value, note = values[at[column]], notes[at[column]] if notes else None
            yield Reading("segment", id, None if value is None else float(value), scope, note=note)
        else:
            yield Reading("segment", id, None, scope, note=apart if held[column] else nobody)


def _why(space: Space | Note) -> Note:
    """Why there is no number of any subject."""
    if isinstance(space, Space):
        return both("the cities of the dataset are too few or too alike to be ordered by complexity")
    return space
