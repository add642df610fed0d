"""What a made-up city really has, reckoned from its arrays: which gaps, and how far each is from its threshold.

Nothing of the scan's own is used: the definitions are reckoned once more, in plain arithmetic. What was planted has to
be among what is found here, and what is found besides follows from it (a missing segment that is bought in one country
is outside-dependent too). Shares are in 0..1; a margin of 0.1 says that a number is 10 % beyond its threshold.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from .chains import customs_code
from .city import MINIMUM, City, Ints
from .plan import YEARS, Floats
from .reference import Links, Network, merged, stops

if TYPE_CHECKING:
    from .figures import Figures

Firm = int | None
LAST, BEFORE = YEARS[-1], YEARS[-2]


@dataclass(frozen=True)
class Gap:
    """One gap of the city.

    Attributes
    ----------
    kind, segment, firm
        What, where, and which firm where it is one's.
    planted
        Planted as such; False where it follows from something else.
    margin
        How far beyond the threshold, relative to it; None where nothing is measured (a need is reported or not).
    """

    kind: str
    segment: int
    firm: Firm
    planted: bool
    margin: float | None


@dataclass(frozen=True)
class Bought:
    """Purchases of one segment in one year: of each firm of it by local buyers, and what its local firms sold."""

    total: float
    local: float
    sold: float
    by_firm: Floats
    by_source: Floats


def truth(city: City, figures: Figures, network: Network) -> list[Gap]:
    """All gaps of the city.

    Raises
    ------
    ValueError
        If something planted is none, or a decoy is one: then the city is not as it was meant.
    """
    bought = {y: _bought(city, y) for y in YEARS}
    dependent = _dependent(city, figures, bought)
    found: dict[str, dict[tuple[int, Firm], float | None]] = {
        "missing": _one(_missing(city)),
        "weak": _one(_weak(city, bought[LAST])),
        "single_source": _one(_single(bought[LAST])),
        "outside_dependent": _one(dependent),
        "systemic": dict(_systemic(city, network)),
        "fragile_segment": _one(_fragile(city, network)),
        "declining": _one(_declining(city, bought)),
        "clustered_risk": _one(_clustered(city)),
        "distress": _one(_distress(city, dependent)),
        "technology": _one(_technology(city, figures, dependent)),
        "reported": _one(_reported(city, figures)),
    }
    plans = city.layout.plans
    gaps = [
        Gap(kind, s, firm, plans[s].kind == kind and (kind != "systemic" or firm == city.of(s)[0]), margin)
        for kind, where in found.items()
        for (s, firm), margin in sorted(where.items(), key=lambda x: (x[0][0], x[0][1] or 0))
    ]
    _check(city, gaps)
    return gaps


def _one(where: dict[int, float | None] | dict[int, float]) -> dict[tuple[int, Firm], float | None]:
    return {(s, None): margin for s, margin in where.items()}


def _check(city: City, gaps: list[Gap]) -> None:
    held = {(g.kind, g.segment) for g in gaps}
    for s, p in enumerate(city.layout.plans):
        if p.kind and (p.kind, s) not in held:
            raise ValueError(f"seed {city.seed}: {p.role} planted at {s} is none")
        if p.looks_like and (p.looks_like, s) in held:
            raise ValueError(f"seed {city.seed}: the decoy {p.role} at {s} is {p.looks_like}")


def _bought(city: City, year: int) -> dict[int, Bought]:
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


def _hhi(values: Floats) -> float:
    return float(((values / values.sum()) ** 2).sum()) if values.sum() > 0 else 0.0


def _present(city: City) -> set[int]:
    return set(city.segment[city.local & ~city.closed].tolist())


def _missing(city: City) -> dict[int, float | None]:
    """Nobody is here, but somebody further down is."""
    here, down = _present(city), city.layout.buyers
    found: dict[int, float | None] = {}
    for s in range(len(city.layout.plans)):
        reached: set[int] = set()
        queue = [s]
        while queue:
            fresh = set(down.get(queue.pop(), ())) - reached
            reached |= fresh
            queue += fresh
        if s not in here and reached & here:
            found[s] = None
    return found


def _enough(b: Bought) -> bool:
    return b.total >= MINIMUM


def _weak(city: City, bought: dict[int, Bought]) -> dict[int, float]:
    here = _present(city)
    shares = {s: b.local / b.total for s, b in bought.items() if s in here and _enough(b)}
    return {s: 1 - x / 0.3 for s, x in shares.items() if x < 0.3}


def _single(bought: dict[int, Bought]) -> dict[int, float]:
    margins = {
        s: max(b.by_firm.max() / b.total / 0.8, _hhi(b.by_firm) / 0.6) - 1
        for s, b in bought.items()
        if _enough(b)
    }
    return {s: m for s, m in margins.items() if m > 0}


def _second(years: list[float]) -> float:
    """The margin that two of three years reach."""
    return sorted(years)[-2]


def _dependent(city: City, figures: Figures, bought: dict[int, dict[int, Bought]]) -> dict[int, float]:
    trade: dict[tuple[str, int, str], dict[str, float]] = defaultdict(lambda: defaultdict(float))
    for year, _month, flow, hs, partner, value, _quantity in figures.customs:
        trade[hs, year, flow][partner] += value
    found = {}
    for s in range(len(city.layout.plans)):
        forms = [_second([_by_links(bought[y][s]) for y in YEARS])]
        world = np.array([*figures.world.get(s, {}).values()])
        hhi = _hhi(world)
        years = []
        for y in YEARS:
            imports = np.array([*trade[customs_code(s), y, "import"].values()])
            exports = sum(trade[customs_code(s), y, "export"].values())
            tests = [_hhi(imports) / 0.4, imports.sum() / exports, *([hhi / 0.4] if len(world) else [])]
            years.append(min(tests) - 1)
        forms.append(_second(years))
        if len(world):
            foreign = 1 - figures.world[s].get("CHN", 0.0) / world.sum()
            forms.append(min(hhi / 0.4, foreign / 0.5) - 1)
        if max(forms) > 0:
            found[s] = max(forms)
    return found


def _by_links(b: Bought) -> float:
    if not _enough(b):
        return -1.0
    outside = b.total - b.local
    over = outside / b.sold if b.sold > 0 else np.inf
    return min(_hhi(b.by_source) / 0.4, outside / b.total / 0.5, over) - 1


def _systemic(city: City, network: Network) -> Iterator[tuple[tuple[int, Firm], float]]:
    firms = np.flatnonzero(city.local & ~city.closed & (city.segment >= 0))
    lost = network.losses(stops([np.array([f]) for f in firms], len(city.segment)))
    own = city.output[firms] / network.weight.sum()
    margin = np.minimum(lost / 0.01, lost / (3 * own)) - 1
    for f, m in zip(firms[margin > 0].tolist(), margin[margin > 0].tolist(), strict=True):
        yield (int(city.segment[f]), f), m


def _fragile(city: City, network: Network) -> dict[int, float]:
    active = [s for s in range(len(city.layout.plans)) if (~city.closed[city.of(s)]).any()]
    sets = [city.of(s)[~city.closed[city.of(s)]] for s in active]
    own = np.array([network.weight[f].sum() for f in sets]) / network.weight.sum()
    spread = network.losses(stops(sets, len(city.segment))) - own
    return {s: float(x / 0.01 - 1) for s, x in zip(active, spread, strict=True) if x > 0.01}


def _declining(city: City, bought: dict[int, dict[int, Bought]]) -> dict[int, float]:
    found = {}
    for s in range(len(city.layout.plans)):
        before, after = bought[BEFORE][s].sold, bought[LAST][s].sold
        margins = [(1 - after / before) / 0.2 - 1] if before >= MINIMUM else []
        for f in city.of(s)[city.closed[city.of(s)]]:
            sold = [_sold(city, f, y) for y in (BEFORE, LAST)]
            held = max(
                x / b[s].sold if b[s].sold else 0.0
                for x, b in zip(sold, (bought[BEFORE], bought[LAST]), strict=True)
            )
            if sum(sold) > 0:
                margins.append(1.0 if city.leader[f] else held / 0.3 - 1)
        if margins and max(margins) > 0:
            found[s] = max(margins)
    return found


def _sold(city: City, firm: int, year: int) -> float:
    supplier, _buyer, amount = city.links[year]
    return float(amount[supplier == firm].sum())


def _clustered(city: City) -> dict[int, float]:
    """Most supply in one district, and not of one firm alone."""
    supplier, _buyer, amount = city.links[LAST]
    sold = np.bincount(supplier, amount, len(city.segment))
    found = {}
    for s in range(len(city.layout.plans)):
        ours = city.of(s)
        here = ours[city.local[ours] & ~city.closed[ours] & (sold[ours] > 0)]
        if len(here) >= 2 and sold[here].max() <= 0.8 * sold[here].sum():
            top = np.bincount(city.district[here], sold[here]).max() / sold[here].sum()
            if top > 0.8:
                found[s] = float(top / 0.8 - 1)
    return found


def _distress(city: City, dependent: dict[int, float]) -> dict[int, float]:
    """A shock of the last three months, beyond three times the noise that was put on the months."""
    found = {}
    for s in sorted(dependent):
        c = city.layout.plans[s].customs
        if c.shock is None or c.shock.ago > 2 or (c.shock.measure == "price" and c.shock.months < 2):
            continue
        noise = c.noise if c.shock.measure == "volume" else 0.02
        size = abs(np.log(c.shock.factor)) if c.shock.factor > 0 else np.inf
        if size > 3 * max(noise, 0.05):
            found[s] = float(size / (3 * max(noise, 0.05)) - 1)
    return found


def _technology(city: City, figures: Figures, dependent: dict[int, float]) -> dict[int, float]:
    found = {}
    for s in sorted(dependent):
        ours = city.of(s)
        here = ours[city.local[ours] & ~city.closed[ours]]
        away = ours[np.isin(city.place[ours], ("region", "country"))]
        if s in figures.institutes or not len(here):
            continue
        own, made = _patents(figures, here), city.output[here].sum()
        all_patents, all_made = own + _patents(figures, away), made + city.output[away].sum()
        if all_patents and own / made < 0.5 * all_patents / all_made:
            found[s] = float(1 - own / made / (0.5 * all_patents / all_made))
    return found


def _patents(figures: Figures, firms: Ints) -> int:
    return sum(figures.patents.get(f, 0) for f in firms.tolist())


def _reported(city: City, figures: Figures) -> dict[int, float | None]:
    return {
        s: None
        for s, by, verified in figures.needs
        if verified and (isinstance(by, str) or bool(city.leader[by]))
    }


def network_of(city: City) -> Network:
    """The supply network of the last year; closed firms are gone, and firms of no segment are of one kind."""
    supplier, buyer, amount = city.links[LAST]
    kept = ~(city.closed[supplier] | city.closed[buyer])
    supplier, buyer, amount = supplier[kept], buyer[kept], amount[kept]
    hard = {(s, t) for t, inputs in city.layout.inputs.items() for s, essential in inputs if essential}
    pairs = zip(city.segment[supplier].tolist(), city.segment[buyer].tolist(), strict=True)
    essential = np.array([p in hard for p in pairs], bool)
    kind = np.where(city.segment >= 0, city.segment, len(city.layout.plans))
    weight = np.where(city.local & ~city.closed, city.output, 0.0)
    output = np.where(city.segment >= 0, city.output, 0.0)
    return Network(kind, merged(Links(supplier, buyer, amount, essential), len(kind)), output, weight)
