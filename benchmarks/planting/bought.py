"""What local firms bought and sold of each segment, and the gaps that show in it: plain arithmetic on the links."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass

import numpy as np

from .city import MINIMUM, City
from .plan import YEARS, Floats

LAST, BEFORE = YEARS[-1], YEARS[-2]


@dataclass(frozen=True)
class Bought:
    """Purchases of one segment in one year: of each firm of it by local buyers, and what its local firms sold."""

    total: float
    local: float
    sold: float
    by_firm: Floats
    by_source: Floats


def bought_of(city: City, year: int) -> dict[int, Bought]:
    """Segment -> what was bought of it."""
    supplier, buyer, amount = city.links[year]
    n = len(city.segment)
    from_here = np.bincount(supplier, np.where(city.local[buyer], amount, 0.0), n).astype(np.float64)
    sold = np.bincount(supplier, amount, n)
    found = {}
    for s in range(len(city.layout.plans)):
        ours = city.of(s)
        by_firm, local = from_here[ours], city.local[ours]
        sources: dict[str, float] = defaultdict(float)
        for origin, value in zip(city.origin[ours[~local]].tolist(), by_firm[~local].tolist(), strict=True):
            sources[origin] += value
        found[s] = Bought(
            float(by_firm.sum()), float(by_firm[local].sum()), float(sold[ours[local]].sum()), by_firm,
            np.array([*sources.values()]),
        )  # fmt: skip
    return found


def hhi(values: Floats) -> float:
    """Sum of squared shares; 0 for nothing."""
    return float(((values / values.sum()) ** 2).sum()) if values.sum() > 0 else 0.0


def _enough(b: Bought) -> bool:
    return b.total >= MINIMUM


def present(city: City) -> set[int]:
    """Segments with a local firm that is open."""
    return set(city.segment[city.local & ~city.closed].tolist())


def weak(city: City, bought: dict[int, Bought]) -> dict[int, float]:
    """Less than 30 % of what is bought comes from here."""
    here = present(city)
    shares = {s: b.local / b.total for s, b in bought.items() if s in here and _enough(b)}
    return {s: 1 - x / 0.3 for s, x in shares.items() if x < 0.3}


def single(bought: dict[int, Bought]) -> dict[int, float]:
    """One firm has more than 80 %, or concentration is above 0.6."""
    margins = {
        s: max(b.by_firm.max() / b.total / 0.8, hhi(b.by_firm) / 0.6) - 1
        for s, b in bought.items()
        if _enough(b)
    }
    return {s: m for s, m in margins.items() if m > 0}


def by_links(b: Bought) -> float:
    """How far a year's purchases are beyond the tests of dependence, negative where they are not."""
    if not _enough(b):
        return -1.0
    outside = b.total - b.local
    over = outside / b.sold if b.sold > 0 else np.inf
    return min(hhi(b.by_source) / 0.4, outside / b.total / 0.5, over) - 1


def declining(city: City, bought: dict[int, dict[int, Bought]]) -> dict[int, float]:
    """Local sales fell by more than a fifth, or a leader or a firm with 30 % of them is gone."""
    found = {}
    for s in range(len(city.layout.plans)):
        before, after = bought[BEFORE][s].sold, bought[LAST][s].sold
        margins = [(1 - after / before) / 0.2 - 1] if before >= MINIMUM else []
        for f in city.of(s)[city.closed[city.of(s)]]:
            sold = [float(sales(city, y)[f]) for y in (BEFORE, LAST)]
            held = max(
                x / b[s].sold if b[s].sold else 0.0
                for x, b in zip(sold, (bought[BEFORE], bought[LAST]), strict=True)
            )
            if sum(sold) > 0:
                margins.append(1.0 if city.leader[f] else held / 0.3 - 1)
        if margins and max(margins) > 0:
            found[s] = max(margins)
    return found


def sales(city: City, year: int) -> Floats:
    """What each firm sold, to anybody."""
    supplier, _buyer, amount = city.links[year]
    return np.bincount(supplier, amount, len(city.segment)).astype(np.float64)


def clustered(city: City, sold: Floats) -> dict[int, float]:
    """Most supply in one district, and not of one firm alone."""
    found = {}
    for s in range(len(city.layout.plans)):
        ours = city.of(s)
        here = ours[city.local[ours] & ~city.closed[ours] & (sold[ours] > 0)]
        if len(here) >= 2 and sold[here].max() <= 0.8 * sold[here].sum():
            top = np.bincount(city.district[here], sold[here]).max() / sold[here].sum()
            if top > 0.8:
                found[s] = float(top / 0.8 - 1)
    return found
