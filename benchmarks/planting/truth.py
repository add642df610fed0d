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

from .bought import (
    LAST,
    Bought,
    bought_of,
    by_links,
    clustered,
    declining,
    hhi,
    present,
    sales,
    single,
    weak,
)
from .chains import customs_code
from .plan import YEARS
from .reference import Links, Network, merged, stops

if TYPE_CHECKING:
    from .city import City, Ints
    from .figures import Figures

Firm = int | None


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


def truth(city: City, figures: Figures, network: Network) -> list[Gap]:
    """All gaps of the city.

    Raises
    ------
    ValueError
        If something planted is none, or a decoy is one: then the city is not as it was meant.
    """
    bought = {y: bought_of(city, y) for y in YEARS}
    dependent = _dependent(city, figures, bought)
    found: dict[str, dict[tuple[int, Firm], float | None]] = {
        "missing": _one(_missing(city)),
        "weak": _one(weak(city, bought[LAST])),
        "single_source": _one(single(bought[LAST])),
        "outside_dependent": _one(dependent),
        "systemic": dict(_systemic(city, network)),
        "fragile_segment": _one(_fragile(city, network)),
        "declining": _one(declining(city, bought)),
        "clustered_risk": _one(clustered(city, sales(city, LAST))),
        "distress": _one(_distress(city, dependent)),
        "technology": _one(_technology(city, figures, dependent)),
        "reported": _one(_reported(city, figures)),
    }
    gaps = _gaps(city, found)
    _check(city, gaps)
    return gaps


def truth_without_links(city: City, figures: Figures) -> list[Gap]:
    """The gaps that can be told where nobody knows who sells to whom, by the definitions for that case."""
    dependent = _dependent(city, figures, None)
    led = [city.segment[f] for f in np.flatnonzero(city.closed & city.leader)]
    return _gaps(
        city,
        {
            "missing": _one(_missing(city)),
            "weak": _one(_low_quotient(city)),
            "outside_dependent": _one(dependent),
            "declining": _one({int(s): 1.0 for s in led}),
            "clustered_risk": _one(clustered(city, city.output)),
            "distress": _one(_distress(city, dependent)),
            "technology": _one(_technology(city, figures, dependent)),
            "reported": _one(_reported(city, figures)),
        },
    )


def _gaps(city: City, found: dict[str, dict[tuple[int, Firm], float | None]]) -> list[Gap]:
    plans = city.layout.plans
    return [
        Gap(kind, s, firm, plans[s].kind == kind and (kind != "systemic" or firm == city.of(s)[0]), margin)
        for kind, where in found.items()
        for (s, firm), margin in sorted(where.items(), key=lambda x: (x[0][0], x[0][1] or 0))
    ]


def _one(where: dict[int, float | None] | dict[int, float]) -> dict[tuple[int, Firm], float | None]:
    return {(s, None): margin for s, margin in where.items()}


def _check(city: City, gaps: list[Gap]) -> None:
    held = {(g.kind, g.segment) for g in gaps}
    for s, p in enumerate(city.layout.plans):
        if p.kind and (p.kind, s) not in held:
            raise ValueError(f"seed {city.seed}: {p.role} planted at {s} is none")
        if p.looks_like and (p.looks_like, s) in held:
            raise ValueError(f"seed {city.seed}: the decoy {p.role} at {s} is {p.looks_like}")


def _missing(city: City) -> dict[int, float | None]:
    """Nobody is here, but somebody further down is."""
    here, down = present(city), city.layout.buyers
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


def _low_quotient(city: City) -> dict[int, float]:
    """The city's share of the country's output on the segment is less than half of its share in all."""
    open_ = (city.segment >= 0) & ~city.closed & (city.place != "abroad")
    count = len(city.layout.plans)
    all_made = np.bincount(city.segment[open_], city.output[open_], count)
    local = open_ & city.local
    here = np.bincount(city.segment[local], city.output[local], count)
    firms = np.bincount(city.segment[local], minlength=count)
    share = here.sum() / all_made.sum()
    quotients = {s: float(here[s] / all_made[s] / share) for s in range(count) if firms[s]}
    return {s: 1 - q / 0.5 for s, q in quotients.items() if q < 0.5}


def _second(years: list[float]) -> float:
    """The margin that two of three years reach."""
    return sorted(years)[-2]


def _dependent(city: City, figures: Figures, bought: dict[int, dict[int, Bought]] | None) -> dict[int, float]:
    """By links where there are some, by customs or by world supply."""
    trade: dict[tuple[str, int, str], dict[str, float]] = defaultdict(lambda: defaultdict(float))
    for year, _month, flow, hs, partner, value, _quantity in figures.customs:
        trade[hs, year, flow][partner] += value
    found = {}
    for s in range(len(city.layout.plans)):
        forms = [] if bought is None else [_second([by_links(bought[y][s]) for y in YEARS])]
        world = np.array([*figures.world.get(s, {}).values()])
        few = hhi(world)
        years = []
        for y in YEARS:
            imports = np.array([*trade[customs_code(s), y, "import"].values()])
            exports = sum(trade[customs_code(s), y, "export"].values())
            tests = [hhi(imports) / 0.4, imports.sum() / exports, *([few / 0.4] if len(world) else [])]
            years.append(min(tests) - 1)
        forms.append(_second(years))
        if len(world):
            foreign = 1 - figures.world[s].get("CHN", 0.0) / world.sum()
            forms.append(min(few / 0.4, foreign / 0.5) - 1)
        if max(forms) > 0:
            found[s] = max(forms)
    return found


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
