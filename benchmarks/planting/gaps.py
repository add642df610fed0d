"""What makes each kind of gap: a function for each, which turns a healthy segment into one that has it.

Every function takes the number of the one it plants, so that the variants of a kind take turns.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace

import numpy as np

from .plan import (
    ABROAD,
    FAR,
    GROWTH,
    NEAR,
    YEARS,
    Customs,
    Floats,
    Need,
    Plan,
    Shock,
    even,
    every_year,
    mix,
    one_origin,
)  # fmt: skip

Planter = Callable[[np.random.Generator, Plan, int], Plan]


def scattered(rng: np.random.Generator, n: int) -> tuple[str, ...]:
    """Different places, the first in the country."""
    first = str(rng.choice([*NEAR, *FAR]))
    rest = [p for p in rng.permutation([*NEAR, *FAR, *ABROAD]).tolist() if p != first]
    return (first, *rest[: n - 1])


def from_one(rng: np.random.Generator, share: float, others: int = 3) -> tuple[tuple[str, ...], Floats]:
    """Three firms of one country with `share` of what comes from outside, and some firms of other places."""
    first, *_rest = rng.permutation(ABROAD).tolist()
    rest = [p for p in scattered(rng, others + 1) if p != first][:others]
    return (first,) * 3 + tuple(rest), np.concatenate([even(rng, 3) * share, even(rng, others) * (1 - share)])


def _essential(rng: np.random.Generator) -> bool:
    return bool(rng.random() < 0.5)


def missing(rng: np.random.Generator, p: Plan, n: int) -> Plan:
    """Nobody here: many sources, one country, closed last year, or suppliers nearby only."""
    places, away = scattered(rng, 6), even(rng, 6)
    local, closed = 0, False
    if n % 4 == 1:
        places, away = from_one(rng, float(rng.uniform(0.75, 0.9)))
    if n % 4 == 3:
        places, away = NEAR * 2, even(rng, 6)
    shares = every_year(away)
    if n % 4 == 2:
        local, closed = 1, True
        before = mix(float(rng.uniform(0.4, 0.6)), np.ones(1), away)
        shares = dict.fromkeys(YEARS[:-1], before) | {YEARS[-1]: mix(0.0, np.ones(1), away)}
    return replace(
        p, local=local, closed=closed, outside=places, shares=shares, exporters=np.ones(local),
        exported=0.3 if local else 0.0, essential=_essential(rng), side_line=n % 4 == 0,
    )  # fmt: skip


def weak(rng: np.random.Generator, p: Plan, _n: int) -> Plan:
    """Some firms here, which sell little of what is bought."""
    home = float(rng.uniform(0.1, 0.285))
    shares = mix(home, even(rng, p.local), even(rng, 6))
    return replace(p, outside=scattered(rng, 6), shares=every_year(shares), essential=_essential(rng))


def single_source(rng: np.random.Generator, p: Plan, n: int) -> Plan:
    """One firm has nearly all: a local one, one by concentration alone, or one from outside."""
    if n % 4 == 3:
        places = scattered(rng, 5)
        top = float(rng.uniform(0.84, 0.9))
        away = np.concatenate([[top / 0.95], even(rng, 4) * (1 - top / 0.95)])
        return replace(
            p, outside=places, shares=every_year(mix(0.05, even(rng, p.local), away)), exported=0.05,
            essential=_essential(rng),
        )  # fmt: skip
    home, top = (0.9, 0.79) if n % 4 == 2 else (0.95, float(rng.uniform(0.84, 0.91)))
    firms = np.concatenate([[top / home], even(rng, p.local - 1) * (1 - top / home)])
    exported = 0.02 if n % 4 == 1 else 1.5
    # the others export, so that not all local supply sits where the one firm is
    exporters = np.concatenate([[0.0], even(rng, p.local - 1)])
    return replace(
        p, shares=every_year(mix(home, firms, even(rng, len(p.outside)))), exported=exported, exporters=exporters,
        essential=_essential(rng),
    )  # fmt: skip


def outside_dependent(rng: np.random.Generator, p: Plan, n: int) -> Plan:
    """By links, by customs or by world supply; in all years or in two of three."""
    two_years = n % 2 == 1
    if n % 3 == 0:
        places, away = from_one(rng, float(rng.uniform(0.75, 0.95)))
        firms, home = even(rng, p.local), float(rng.uniform(0.33, 0.45))
        shares = every_year(mix(home, firms, away))
        if two_years:
            shares[YEARS[0]] = mix(0.8, firms, away)
        return replace(p, outside=places, shares=shares, exported=0.04, essential=_essential(rng))
    origins: dict[int, Mapping[str, float]] = dict.fromkeys(
        YEARS, one_origin(rng, float(rng.uniform(0.7, 0.95)))
    )
    if n % 3 == 2:
        return replace(p, world=one_origin(rng, float(rng.uniform(0.66, 0.9))), essential=_essential(rng))
    if two_years:
        origins[YEARS[1]] = p.customs.origins[YEARS[1]]
    exports = float(rng.uniform(0.1, 0.9))
    noise = float(rng.uniform(0.03, 0.12))
    return replace(p, customs=Customs(origins, exports, True, noise), essential=_essential(rng))


def systemic(rng: np.random.Generator, p: Plan, _n: int) -> Plan:
    """A small local firm makes more than half of what others cannot do without."""
    top, home = float(rng.uniform(0.52, 0.6)), 0.9
    firms = np.concatenate([[top / home], even(rng, p.local - 1) * (1 - top / home)])
    return replace(
        p, shares=every_year(mix(home, firms, even(rng, len(p.outside)))), exported=0.05, essential=True,
        systemic=True, reach=(0.023, 0.05),
    )  # fmt: skip


def fragile_segment(_rng: np.random.Generator, p: Plan, _n: int) -> Plan:
    """Much of the city cannot do without it, though many firms make it."""
    return replace(p, essential=True, reach=(0.0115, 0.03))


def declining(rng: np.random.Generator, p: Plan, n: int) -> Plan:
    """Sales fell; or they did not, but a leader or a large firm has closed."""
    if n % 3 == 0:
        fall = float(rng.uniform(0.22, 0.6))
        last = GROWTH[2025]
        return replace(p, volume={2023: last, 2024: last / (1 - fall), 2025: last})
    firms, n_away = even(rng, p.local - 1), len(p.outside)
    held = 0.15 if n % 3 == 1 else float(rng.uniform(0.33, 0.45))
    before = np.concatenate([firms * (1 - held), [held]])
    after = np.concatenate([firms, [0.0]])
    away = even(rng, n_away)
    shares = {y: mix(0.7, before, away) for y in YEARS[:-1]} | {YEARS[-1]: mix(0.7, after, away)}
    return replace(p, closed=True, closed_led=n % 3 == 1, shares=shares, exporters=before)


def clustered_risk(rng: np.random.Generator, p: Plan, n: int) -> Plan:
    """Nearly all local supply sits in one district."""
    return replace(p, in_one_district=1.0 if n % 2 else float(rng.uniform(0.83, 0.97)))


def distress(rng: np.random.Generator, p: Plan, n: int) -> Plan:
    """Imports that the city depends on stop, shrink, are hoarded or cost much more."""
    noise = float(rng.uniform(0.03, 0.1))
    out = 3 * max(noise, 0.05) + 0.1
    shocks = (
        Shock("volume", float(np.exp(-out - rng.uniform(0.1, 1.0)))),
        Shock("price", float(np.exp(out + rng.uniform(0.1, 1.0))), 2),
        Shock("volume", 0.0, 1, 1),
        Shock("volume", float(np.exp(out + rng.uniform(0.1, 0.8)))),
    )
    origins = dict.fromkeys(YEARS, one_origin(rng, float(rng.uniform(0.7, 0.95))))
    return replace(p, customs=Customs(origins, 0.4, True, noise, shocks[n % 4]), essential=_essential(rng))


def technology(rng: np.random.Generator, p: Plan, n: int) -> Plan:
    """Depends on others, holds few patents, and no institute works on it."""
    return replace(outside_dependent(rng, p, n), patents=float(rng.uniform(0.0, 0.4)))


def reported(_rng: np.random.Generator, p: Plan, n: int) -> Plan:
    """A leader or an institute says so, and somebody verified it."""
    return replace(p, needs=(Need("institute" if n % 2 else "leader"), Need("firm")))


GAPS: dict[str, Planter] = {
    f.__name__: f
    for f in (
        missing, weak, single_source, outside_dependent, systemic, fragile_segment, declining, clustered_risk,
        distress, technology, reported,
    )
}  # fmt: skip
