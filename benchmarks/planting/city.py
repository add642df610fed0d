"""A made-up city as arrays: its firms, and who sells how much to whom in three years."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import numpy.typing as npt

from .chains import make_catalogue
from .layout import Layout, lay_out
from .plan import ABROAD, NEAR, YEARS, Floats, Plan

if TYPE_CHECKING:
    from chainmend.chain.model import Catalogue

Ints = npt.NDArray[np.int64]
FIRM = 1e8
"""Mean output of a firm, yuan a year."""
MINIMUM = 1e6
"""Purchases a year below which they say nothing, yuan."""
INPUT, GENERAL, OUTWARD = 0.02, 0.4, 0.3
"""What a firm spends on one input and on what no chain has, and sells of a final product, over its output."""
DISTRICTS = tuple(f"示例{c}区" for c in "一二三四五六")


Part = tuple[Ints, Ints, Floats]
"""Suppliers, buyers and yuan of some links."""
NOTHING: Part = (np.zeros(0, np.int64), np.zeros(0, np.int64), np.zeros(0))


@dataclass(frozen=True)
class City:
    """Everything its maker knows; firms of the segments first, then those of no segment.

    Attributes
    ----------
    catalogue, layout
        Its chains, and what is planted.
    segment
        Segment of each firm; -1 for those of none.
    place, origin
        local, region, country or abroad; and the city or country a firm is in.
    output
        Yuan a year.
    closed, leader
        Of each firm.
    district
        Number of the district of a local firm, else -1.
    links
        Year -> supplier, buyer and yuan of each link.
    """

    catalogue: Catalogue
    layout: Layout
    segment: Ints
    place: npt.NDArray[np.str_]
    origin: npt.NDArray[np.str_]
    output: Floats
    closed: npt.NDArray[np.bool_]
    leader: npt.NDArray[np.bool_]
    district: Ints
    links: dict[int, tuple[Ints, Ints, Floats]]
    seed: int

    @property
    def local(self) -> npt.NDArray[np.bool_]:
        return np.asarray(self.place == "local")

    def of(self, segment: int) -> Ints:
        """Firms of a segment, local ones first."""
        return np.flatnonzero(self.segment == segment)


def make_city(*, seed: int, firms: int, chains: int, each: int, copies: int = 1) -> City:
    """Make a city up; the same seed and sizes give the same city."""
    layout = lay_out(np.random.default_rng([seed, 1]), chains=chains, each=each, copies=copies, firms=firms)
    segment, origin = _firms(layout.plans)
    general = max(20, firms // 50)
    segment = np.concatenate([segment, np.full(2 * general, -1)])
    origin = np.concatenate([origin, np.full(2 * general, "外市甲")])
    place = _places(origin)
    closed = _closed(layout, segment)
    output = _outputs(layout, segment, firms, np.random.default_rng([seed, 2]))
    local, others = np.flatnonzero((place == "local") & ~closed), np.flatnonzero(segment < 0)
    links = _links(_Town(layout, segment, output, local, others[general:]), others[:general], seed)
    for supplier, _buyer, amount in links.values():
        output = np.maximum(output, 1.2 * np.bincount(supplier, amount, len(output)))
    sold = np.bincount(links[YEARS[-1]][0], links[YEARS[-1]][2], len(output)).astype(np.float64)
    return City(
        catalogue=make_catalogue(chains, layout.inputs),
        layout=layout,
        segment=segment,
        place=place,
        origin=origin,
        output=np.round(output),
        closed=closed,
        leader=_leaders(layout, segment, place, output, closed),
        district=_districts(layout, segment, place, sold),
        links=links,
        seed=seed,
    )


def _firms(plans: tuple[Plan, ...]) -> tuple[Ints, npt.NDArray[np.str_]]:
    segment = np.concatenate([np.full(p.local + len(p.outside), s) for s, p in enumerate(plans)])
    origin = [o for p in plans for o in (*["示例市"] * p.local, *p.outside)]
    return segment, np.array(origin)


def _places(origin: npt.NDArray[np.str_]) -> npt.NDArray[np.str_]:
    named = {"示例市": "local"} | dict.fromkeys(NEAR, "region") | dict.fromkeys(ABROAD, "abroad")
    return np.array([named.get(o, "country") for o in origin.tolist()])


def _closed(layout: Layout, segment: Ints) -> npt.NDArray[np.bool_]:
    found = np.zeros(len(segment), bool)
    for s, p in enumerate(layout.plans):
        if p.closed:
            found[np.flatnonzero(segment == s)[p.local - 1]] = True
    return found


def _outputs(layout: Layout, segment: Ints, firms: int, rng: np.random.Generator) -> Floats:
    """Output by the sizes of the segments; a firm elsewhere is as large as one here."""
    total, drawn = firms * FIRM, rng.lognormal(0, 0.5, len(segment))
    output = np.zeros(len(segment))
    for s, p in enumerate(layout.plans):
        ours = np.flatnonzero(segment == s)
        share = layout.size[s] if layout.size[s] > 0 else layout.size.mean()
        of = ours[: p.local] if p.local > int(p.closed) else ours
        if len(ours):
            output[ours] = drawn[ours] / drawn[of].sum() * share * total
        if p.systemic:
            output[ours[0]] = min(output[ours[0]], 0.002 * total)
        if p.giant:
            output[ours[0]] = 0.015 * total
    return output


def transport(rng: np.random.Generator, wanted: Floats, share: Floats) -> tuple[Ints, Ints, Floats]:
    """Supplier, buyer and amount of links that give every buyer what it wants and every supplier its share.

    Half is dealt out in one order and half in another, so that most buyers have several suppliers.
    """
    total, parts = wanted.sum(), []
    for _round in range(2):
        buyers, suppliers = rng.permutation(len(wanted)), rng.permutation(len(share))
        to, by = np.cumsum(wanted[buyers]) / total, np.cumsum(share[suppliers]) / share.sum()
        ends = np.unique(np.concatenate([to, by]).round(12))
        width = np.diff(np.concatenate([[0.0], ends]))
        middle = ends - width / 2
        at = np.minimum(np.searchsorted(to, middle), len(to) - 1)
        of = np.minimum(np.searchsorted(by, middle), len(by) - 1)
        parts.append((suppliers[of], buyers[at], width * total / 2))
    supplier, buyer, amount = (np.concatenate([p[k] for p in parts]) for k in range(3))
    key, where = np.unique(supplier * len(wanted) + buyer, return_inverse=True)
    return key // len(wanted), key % len(wanted), np.bincount(where.reshape(-1), amount).astype(np.float64)


class _Town(NamedTuple):
    """What links are made of: local firms that are open, and those elsewhere who buy from here."""

    layout: Layout
    segment: Ints
    output: Floats
    local: Ints
    customers: Ints


def _links(town: _Town, suppliers: Ints, seed: int) -> dict[int, Part]:
    """Links of every year; `suppliers` sell what no chain has."""
    found = {}
    for year in YEARS:
        parts = []
        for s in range(len(town.layout.plans)):
            make = _of_segment if s in town.layout.buyers else _final
            parts.append(make(town, s, year, np.random.default_rng([seed, 3, s])))
        wanted = GENERAL * town.output[town.local]
        general, buyer, amount = transport(np.random.default_rng([seed, 5]), wanted, np.ones(len(suppliers)))
        parts.append((suppliers[general], town.local[buyer], amount))
        supplier, buyer, amount = _joined(parts)
        whole = np.round(amount)
        kept = whole > 0
        found[year] = (supplier[kept], buyer[kept], whole[kept])
    return found


def _joined(parts: list[Part]) -> Part:
    return (
        np.concatenate([p[0] for p in parts]),
        np.concatenate([p[1] for p in parts]),
        np.concatenate([p[2] for p in parts]),
    )


def _of_segment(town: _Town, s: int, year: int, rng: np.random.Generator) -> Part:
    """What local firms buy of a segment, and what local firms sell of it elsewhere."""
    p = town.layout.plans[s]
    ours = np.flatnonzero(town.segment == s)
    buyers = town.local[np.isin(town.segment[town.local], town.layout.buyers[s])]
    if not len(buyers) or not len(ours):
        return NOTHING
    wanted = INPUT * rng.lognormal(0, 0.3) * town.output[buyers]
    if p.small:
        wanted *= MINIMUM / 2 / wanted.sum()
    supplier, buyer, amount = transport(rng, wanted, p.shares[year])
    exports = _exports(p, ours, wanted.sum() * p.exported, town.customers, year, rng)
    supplier, buyer, amount = _joined([(ours[supplier], buyers[buyer], amount), exports])
    return supplier, buyer, amount * p.volume[year]


def _final(town: _Town, s: int, year: int, rng: np.random.Generator) -> Part:
    """Final products are sold elsewhere."""
    p = town.layout.plans[s]
    ours = np.flatnonzero(town.segment == s)
    total = OUTWARD * town.output[ours[: p.local]].sum()
    supplier, buyer, amount = _exports(p, ours, total, town.customers, year, rng)
    return supplier, buyer, amount * p.volume[year]


def _exports(p: Plan, ours: Ints, total: float, customers: Ints, year: int, rng: np.random.Generator) -> Part:
    share = p.exporters.copy()
    buyer = customers[rng.integers(0, len(customers), p.local)]
    if p.closed and year == YEARS[-1]:
        share[-1] = 0.0
    if share.sum() <= 0:
        return NOTHING
    return ours[: p.local], buyer, share / share.sum() * total


def _leaders(
    layout: Layout, segment: Ints, place: npt.NDArray[np.str_], output: Floats, closed: npt.NDArray[np.bool_]
) -> npt.NDArray[np.bool_]:
    """The largest local firm of each segment that is there, and the closed ones that led."""
    found = np.zeros(len(segment), bool)
    for s, p in enumerate(layout.plans):
        here = np.flatnonzero((segment == s) & (place == "local") & ~closed)
        if len(here):
            found[here[np.argmax(output[here])]] = True
        if p.closed_led:
            found[np.flatnonzero((segment == s) & closed)] = True
    return found


def _districts(layout: Layout, segment: Ints, place: npt.NDArray[np.str_], sold: Floats) -> Ints:
    """Spread by sales, or as much in one district as is planted."""
    found = np.full(len(segment), -1)
    for s, p in enumerate(layout.plans):
        here = np.flatnonzero((segment == s) & (place == "local"))
        order = here[np.argsort(-sold[here], kind="stable")]
        found[order] = (np.arange(len(order)) + s) % len(DISTRICTS)
        if p.in_one_district is not None:
            share = np.cumsum(sold[order]) / sold[order].sum()
            inside = share <= p.in_one_district
            if p.kind == "clustered_risk":  # at least so much
                inside = np.concatenate([[True], share[:-1] < p.in_one_district])
            found[order[inside]] = s % len(DISTRICTS)
            rest = order[~inside]
            found[rest] = (s + 1 + np.arange(len(rest)) % (len(DISTRICTS) - 1)) % len(DISTRICTS)
    return found
