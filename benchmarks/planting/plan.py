"""How one segment of a made-up city is supplied, what else is known of it, and what is planted there."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]
YEARS = (2023, 2024, 2025)
GROWTH = {2023: 0.92, 2024: 0.96, 2025: 1.0}
NEAR = ("近市甲", "近市乙", "近市丙")
"""Cities of the same province, some 40 km away."""
FAR = ("外市甲", "外市乙", "外市丙", "外市丁")
ABROAD = ("JPN", "DEU", "USA", "KOR", "NLD", "FRA", "ITA", "CHE", "GBR", "SWE")
PLACES = (*NEAR, *FAR, *ABROAD)


@dataclass(frozen=True)
class Shock:
    """What befell monthly imports: volume or price times `factor`, `months` long, `ago` months before the last."""

    measure: str
    factor: float
    months: int = 2
    ago: int = 0


@dataclass(frozen=True)
class Customs:
    """Shares of imports by origin and exports over imports, in each year; monthly rows or yearly ones."""

    origins: Mapping[int, Mapping[str, float]]
    exports: float = 1.6
    monthly: bool = False
    noise: float = 0.04
    shock: Shock | None = None


@dataclass(frozen=True)
class Need:
    """A reported need: by a leader, an institute or another firm."""

    by: str
    verified: bool = True


@dataclass(frozen=True)
class Plan:
    """One segment.

    Attributes
    ----------
    role
        What was put here, such as ``weak`` or a decoy's name.
    kind
        Kind of gap planted, None for decoys and healthy segments.
    looks_like
        Kind of gap that a decoy only looks like.
    local
        Number of local firms, with the closed one.
    outside
        Place of each firm elsewhere.
    shares
        Year -> share of each firm (local ones first) in what local firms buy of the segment; sums to one.
    volume
        Year -> what is bought and exported, relative to the last year.
    exported
        Sales of local firms to buyers elsewhere, over what local firms buy of the segment.
    exporters
        Share of each local firm in those sales.
    in_one_district
        Share of the local firms that sit in one district; None spreads them.
    essential
        Whether buyers can do without it.
    reach
        Least and most share of the city's output on segments that buy it; None: two or three buyers, whatever they are.
    small
        Bought in so small amounts that purchases say nothing.
    size
        Output relative to other segments.
    closed, closed_led
        The last local firm has closed in the last year; it led the chain.
    side_line
        A firm of another segment has a tenth of its sales here.
    systemic
        The first local firm is small beside what hangs on it.
    giant
        The first local firm alone makes more than a hundredth of the city's output.
    customs, world
        Imports and exports, and shares of world supply by origin; None where nothing is known.
    patents
        Patents per output of local firms over those of the country.
    institute
        An institute of the city works on it.
    needs
        Reported needs.
    """

    role: str
    kind: str | None
    local: int
    outside: tuple[str, ...]
    shares: Mapping[int, Floats]
    exporters: Floats
    customs: Customs
    looks_like: str | None = None
    volume: Mapping[int, float] = field(default_factory=lambda: dict(GROWTH))
    exported: float = 0.8
    in_one_district: float | None = None
    essential: bool = False
    reach: tuple[float, float] | None = None
    small: bool = False
    size: float = 1.0
    closed: bool = False
    closed_led: bool = False
    side_line: bool = False
    systemic: bool = False
    giant: bool = False
    world: Mapping[str, float] | None = None
    patents: float = 1.0
    institute: bool = False
    needs: tuple[Need, ...] = ()


def even(rng: np.random.Generator, n: int) -> Floats:
    """Shares of n firms of which none stands out."""
    drawn = rng.uniform(0.8, 1.2, n)
    return drawn / drawn.sum() if n else drawn


def mix(home: float, local: Floats, away: Floats) -> Floats:
    """Shares of all firms, of which the local ones have `home`."""
    if not len(away):
        return local
    return np.concatenate([local * home, away * (1 - home)])


def every_year(shares: Floats) -> dict[int, Floats]:
    return dict.fromkeys(YEARS, shares)


def many_origins(rng: np.random.Generator, n: int = 6) -> dict[str, float]:
    places = rng.permutation(ABROAD)[:n]
    return dict(zip(places.tolist(), even(rng, n).tolist(), strict=True))


def one_origin(rng: np.random.Generator, share: float) -> dict[str, float]:
    """Nearly all from one country."""
    places = rng.permutation(ABROAD)[:4].tolist()
    return {places[0]: share} | dict(zip(places[1:], (even(rng, 3) * (1 - share)).tolist(), strict=True))


def healthy(rng: np.random.Generator, local: int, away: int) -> Plan:
    """Well supplied at home, the rest from many places, one of them in the country."""
    places = [*rng.permutation(PLACES)[: max(away, 4)].tolist()]
    places[0] = str(rng.choice([*NEAR, *FAR]))
    firms = even(rng, local)
    return Plan(
        role="healthy",
        kind=None,
        local=local,
        outside=tuple(places),
        shares=every_year(mix(float(rng.uniform(0.55, 0.85)), firms, even(rng, len(places)))),
        exporters=even(rng, local),
        customs=Customs(dict.fromkeys(YEARS, many_origins(rng))),
        patents=float(rng.uniform(0.8, 1.2)),
    )
