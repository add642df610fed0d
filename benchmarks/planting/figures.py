"""Customs, world supply, patents, institutes and needs of a made-up city, as rows of their tables."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from .chains import customs_code, product, segment_id
from .plan import YEARS, Customs, Plan, Shock

if TYPE_CHECKING:
    from .city import City, Ints

DATE = dt.date(2025, 12, 31)
MONTHS = tuple((y, m) for y in (2022, *YEARS) for m in range(1, 13))
_PATENTS = 12
"""Invention patents of the local firms of a segment that has as many as the country."""
_PARTNERS = ("DEU", "JPN", "KOR", "USA")
NO_SEGMENT = -1
Import = tuple[int, int, str, str, str, float, float | None]


@dataclass(frozen=True)
class Figures:
    """Rows of the tables beside firms and links.

    Attributes
    ----------
    customs
        year, month, flow, hs, partner, value, quantity.
    world
        Segment number -> origin -> share of world supply.
    patents
        Firm number -> invention patents.
    institutes
        Segment number -> name of the institute that works on it; `NO_SEGMENT` for one that works on none.
    needs
        Segment number, reporter (number of a firm, or the name of an institute), verified.
    """

    customs: list[Import]
    world: dict[int, dict[str, float]]
    patents: dict[int, int]
    institutes: dict[int, str]
    needs: list[tuple[int, int | str, bool]]


def make_figures(city: City) -> Figures:
    """Draw the figures that the plans ask for."""
    customs: list[Import] = []
    patents: dict[int, int] = {}
    needs: list[tuple[int, int | str, bool]] = []
    institutes = {NO_SEGMENT: "示例综合研究院"}
    for s, p in enumerate(city.layout.plans):
        rng = np.random.default_rng([city.seed, 6, s])
        customs += _customs(rng, s, p.customs)
        patents |= _patents(city, s, p)
        if p.institute:
            institutes[s] = f"示例第{s}研究院"
        needs += _needs(city, s, p)
    world = {s: dict(p.world) for s, p in enumerate(city.layout.plans) if p.world is not None}
    return Figures(customs, world, patents, institutes, needs)


def _customs(rng: np.random.Generator, s: int, plan: Customs) -> Iterator[Import]:
    hs, base, price = customs_code(s), float(rng.lognormal(18, 0.5)), float(rng.lognormal(4, 1))
    for year in YEARS:
        if not plan.monthly:
            for partner, share in plan.origins[year].items():
                yield (year, 0, "import", hs, partner, round(base * share), None)
        for partner in _PARTNERS:
            yield (year, 0, "export", hs, partner, round(base * plan.exports / len(_PARTNERS)), None)
    if plan.monthly:
        for n, (year, month) in enumerate(MONTHS):
            season = 1 + 0.03 * np.sin(month * np.pi / 6)
            quantity = base / price / 12 * season * float(rng.lognormal(0, plan.noise))
            cost = price * float(rng.lognormal(0, 0.02))
            more, dearer = _shock(plan.shock, len(MONTHS) - 1 - n)
            for partner, share in plan.origins[max(year, YEARS[0])].items():
                units = quantity * more * share
                if units > 0:
                    yield (year, month, "import", hs, partner, round(units * cost * dearer), round(units, 3))


def _shock(shock: Shock | None, ago: int) -> tuple[float, float]:
    """Factors on volume and price, so many months before the last."""
    if shock is None or not shock.ago <= ago < shock.ago + shock.months:
        return 1.0, 1.0
    return (shock.factor, 1.0) if shock.measure == "volume" else (1.0, shock.factor)


def _patents(city: City, s: int, p: Plan) -> dict[int, int]:
    """Patents in the planned ratio of local to national ones per output; each side's largest firm has them."""
    ours = city.of(s)
    here = ours[city.local[ours] & ~city.closed[ours]]
    away = ours[np.isin(city.place[ours], ("region", "country"))]
    if not len(here) or not len(away):
        return {}
    made, elsewhere = city.output[here].sum(), city.output[away].sum()
    own = max(1, round(_PATENTS * p.patents)) if p.patents > 0.02 else 0
    others = round(own * (made + elsewhere) / (made * p.patents) - own) if own else 2 * _PATENTS
    return {_largest(city, here): own, _largest(city, away): max(others, 0)}


def _largest(city: City, firms: Ints) -> int:
    return int(firms[np.argmax(city.output[firms])])


def _needs(city: City, s: int, p: Plan) -> Iterator[tuple[int, int | str, bool]]:
    active = np.flatnonzero(city.local & ~city.closed)
    led = city.leader[active]
    for k, need in enumerate(p.needs):
        if need.by == "institute":
            yield s, "示例综合研究院", need.verified
        else:
            firms = active[led] if need.by == "leader" else active[~led]
            yield s, int(firms[(31 * s + k) % len(firms)]), need.verified


def describe(s: int) -> str:
    """What an institute writes of the segment it works on."""
    if s == NO_SEGMENT:
        return "研究方向：公共政策"
    return f"研究方向：{product(s)}的材料与工艺（{segment_id(s)}）"
