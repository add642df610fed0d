"""Which gaps a made-up city has, and what becomes of them half a year later."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from chainmend.demo.customs import own_codes
from chainmend.errors import SettingsError
from chainmend.i18n import _
from chainmend.placement.terms import TermIndex

if TYPE_CHECKING:
    import numpy as np

    from chainmend.chain.model import Catalogue

KINDS = ("missing", "weak", "single_source", "outside_dependent")
"""Planted in how a segment is supplied; `technology` and `distress` come on top of an outside-dependent one."""
_FALL = {"weak": 0.18, "outside_dependent": 0.15}
"""By how much the local share falls where a gap of that kind worsens."""
_GRAVE = 0.035
"""From this share of the city's segments that cannot do without it a segment is grave."""


@dataclass(frozen=True)
class Supply:
    """Where what local buyers buy of a segment comes from.

    Attributes
    ----------
    kind
        The planted gap, None for a healthy segment.
    local
        Share of purchases from local sellers, 0..1.
    top
        Share of purchases from one local seller, where that is planted.
    """

    kind: str | None
    local: float
    top: float | None = None


@dataclass(frozen=True)
class Plan:
    """Supply of every segment now and later, the products that place a firm, and who buys.

    Attributes
    ----------
    now, later
        Segment id -> supply.
    terms
        Segment id -> products that belong on this segment and on no other.
    buyers
        Segment id -> segments whose firms buy it; empty for final products.
    mended, worsened, new
        Ids of segments whose gap is gone later, deeper later, or opens later.
    technology
        Ids of outside-dependent segments on which neither local firms nor institutes of the city have knowledge.
    stopped
        Ids of outside-dependent segments whose imports nearly stop before the later date.
    """

    now: Mapping[str, Supply]
    later: Mapping[str, Supply]
    terms: Mapping[str, Sequence[str]]
    buyers: Mapping[str, Sequence[str]]
    mended: tuple[str, ...]
    worsened: tuple[str, ...]
    new: tuple[str, ...]
    technology: tuple[str, ...]
    stopped: tuple[str, ...]

    def summary(self) -> dict[str, Any]:
        """The planted gaps as plain values, for a file beside the dataset."""

        def rows(ids: Sequence[str], supply: Mapping[str, Supply]) -> list[dict[str, Any]]:
            return [{"kind": supply[s].kind, "segment_id": s} for s in ids]

        poor = [{"kind": "technology", "segment_id": s} for s in self.technology]
        stopped = [{"kind": "distress", "segment_id": s} for s in self.stopped]
        return {
            "gaps": rows([s for s, x in self.now.items() if x.kind], self.now) + poor,
            "later": {
                "gaps": rows([s for s, x in self.later.items() if x.kind], self.later) + poor + stopped,
                "mended": rows(self.mended, self.now),
                "worsened": rows(self.worsened, self.now),
                "new": rows(self.new, self.later) + stopped,
            },
        }


def own_terms(catalogue: Catalogue) -> dict[str, tuple[str, ...]]:
    """Segment id -> its Chinese terms that place a product on it and on no other segment."""
    index = TermIndex(catalogue)
    return {
        s.id: tuple(t for t in s.terms.zh if [m.segment_id for m in index.find(t)] == [s.id])
        for s in catalogue.segments.values()
    }


def carried(catalogue: Catalogue, room: int) -> frozenset[str]:
    """Segments of as many whole chains as `room` has place for, with all that goes into them from other chains.

    Without what goes into them they would show gaps that nobody planted. Chains that rest on least come first; at
    least one is taken, however little room there is.
    """
    inputs: dict[str, set[str]] = defaultdict(set)
    for d in catalogue.dependences:
        if d.kind != "irrelevant":
            inputs[d.target].add(d.source)

    def whole(ids: Sequence[str]) -> set[str]:
        reached, queue = set(ids), list(ids)
        while queue:
            fresh = inputs[queue.pop()] - reached
            reached |= fresh
            queue += sorted(fresh)
        return reached

    chains = sorted(
        (whole([s.id for s in c.segments]) for c in catalogue.chains.values() if c.segments), key=len
    )
    taken: set[str] = set()
    for chain in chains:
        if not taken or len(taken | chain) <= room:
            taken |= chain
    return frozenset(taken)


def _draw(
    rng: np.random.Generator, ids: Sequence[str], buyers: Mapping[str, Sequence[str]], grave: AbstractSet[str]
) -> dict[str, str]:
    """Segment id -> kind of gap; every segment keeps a local buyer, and one that will worsen is a grave one."""
    chosen: dict[str, str] = {}
    order = [ids[i] for i in rng.permutation(len(ids))]
    room = max(1, len(ids) // (2 * len(KINDS)))
    wanted = {kind: min(room, int(rng.integers(2, 4))) for kind in KINDS}
    for kind in KINDS:
        ranked = order
        if kind in _FALL:
            first = next((s for s in order if s in grave and s not in chosen), order[0])
            ranked = [first, *(s for s in order if s != first)]
        for s in ranked:
            if wanted[kind] == 0:
                break
            gone = {x for x, k in chosen.items() if k == "missing"} | ({s} if kind == "missing" else set())
            unsold = any(targets and gone.issuperset(targets) for targets in buyers.values())
            if s in chosen or unsold:
                continue
            chosen[s] = kind
            wanted[kind] -= 1
    return chosen


def _supply(rng: np.random.Generator, kind: str | None) -> Supply:
    """Draw shares well off every threshold, so that only the planted rule fires."""
    if kind == "missing":
        return Supply(kind, 0.0)
    if kind == "weak":
        return Supply(kind, float(rng.uniform(0.24, 0.27)))
    if kind == "single_source":
        return Supply(kind, float(rng.uniform(0.93, 0.96)), float(rng.uniform(0.86, 0.91)))
    if kind == "outside_dependent":
        return Supply(kind, float(rng.uniform(0.47, 0.48)))
    return Supply(None, float(rng.uniform(0.62, 0.82)))


def make_plan(catalogue: Catalogue, rng: np.random.Generator, room: int | None = None) -> Plan:
    """Draw the gaps of a city.

    Parameters
    ----------
    catalogue
        Segments that firms are put on; those without a term of their own stay empty.
    rng
        Source of chance.
    room
        For how many segments the city has firms: it keeps to the chains that find room. All by default.

    Raises
    ------
    SettingsError
        If the catalogue has too few segments to plant gaps in.
    """
    kept = carried(catalogue, len(catalogue.segments) if room is None else room)
    terms = {s: t for s, t in own_terms(catalogue).items() if t and s in kept}
    targets: dict[str, list[str]] = defaultdict(list)
    for d in catalogue.dependences:
        if d.kind != "irrelevant" and d.source in terms and d.target in terms and d.source != d.target:
            targets[d.source].append(d.target)
    buyers = {s: tuple(dict.fromkeys(targets.get(s, ()))) for s in terms}
    ids = [s for s in terms if buyers[s]]
    if len(ids) < 2 * len(KINDS):
        raise SettingsError(
            _("{n} segments with a buyer and a term of their own").format(n=len(ids)),
            expected=_("at least {n}").format(n=2 * len(KINDS)),
            where=_("catalogue {id}").format(id=catalogue.id),
        )
    grave = {s for s in ids if len(catalogue.depends_on(s) & terms.keys()) >= _GRAVE * len(terms)}
    kinds = _draw(rng, ids, buyers, grave)
    now = {s: _supply(rng, kinds.get(s)) for s in terms}
    of = {kind: [s for s, k in kinds.items() if k == kind] for kind in KINDS}
    worsened = tuple(of[kind][0] for kind in _FALL if of[kind])
    rest = {kind: [s for s in of[kind] if s not in worsened] for kind in ("missing", "weak", "single_source")}
    mended = tuple(left[0] for left in rest.values() if left)
    dependent = sorted(of["outside_dependent"], key=lambda s: s in worsened)
    codes = own_codes(catalogue, dependent)
    stopped = tuple([s for s in dependent if codes[s]][:1])
    technology = tuple([s for s in dependent if s not in stopped][:1])
    healthy = [s for s in ids if s not in kinds]
    new = tuple(healthy[int(i)] for i in rng.integers(0, len(healthy), 1)) if healthy else ()
    later = dict(now)
    later |= {s: _supply(rng, None) for s in mended}
    later |= {s: Supply(now[s].kind, now[s].local - _FALL[kinds[s]]) for s in worsened}
    later |= {s: _supply(rng, "single_source") for s in new}
    return Plan(now, later, terms, buyers, mended, worsened, new, technology, stopped)
