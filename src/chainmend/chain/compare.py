"""What changed from one catalogue to another: two versions of one, or two cities.

Segments are first recognised (`chainmend.chain.matching.same_segments`), so that one that moved to another chain and
took a new id is no loss and no gain; a dependence on a segment that only got another id is not a change.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal, TypeVar, get_args

from chainmend.chain.matching import folded, same_segments

if TYPE_CHECKING:
    from chainmend.chain.model import Catalogue, Chain, Cluster, Segment

T = TypeVar("T", "Cluster", "Chain")
Level = Literal["catalogue", "cluster", "chain", "segment"]
Event = Literal[
    "added", "removed", "moved", "renamed", "status", "tier", "scope", "recoded", "inputs", "terms", "described",
    "difficulty", "code_system",
]  # fmt: skip
LEVELS: tuple[Level, ...] = get_args(Level)
EVENTS: tuple[Event, ...] = get_args(Event)


@dataclass(frozen=True)
class Change:
    """One thing that is not as it was.

    Attributes
    ----------
    level, event
        What changed, and how.
    id
        Its id in the later catalogue; in the earlier one where it was removed.
    before, after
        What stood there and stands there now; of sets only what differs.
    """

    level: Level
    event: Event
    id: str
    before: tuple[str, ...] = ()
    after: tuple[str, ...] = ()


@dataclass(frozen=True)
class Comparison:
    """All changes, in the order catalogue, clusters, chains, segments.

    Attributes
    ----------
    same
        Segment of the earlier catalogue -> the same one of the later.
    unchanged
        How many of these did not change at all.
    """

    changes: tuple[Change, ...]
    same: Mapping[str, str]
    unchanged: int


def compare(a: Catalogue, b: Catalogue, told: Mapping[str, str] | None = None) -> Comparison:
    """Compare the earlier catalogue `a` with the later `b`.

    Parameters
    ----------
    told
        Segment of `a` -> the segment of `b` that is the same, where somebody says so (a concordance).

    Examples
    --------
    >>> from chainmend.chain.catalogue import load_catalogue
    >>> once = load_catalogue("demo-region-nace")
    >>> compare(once, once)
    Comparison(changes=(), same=..., unchanged=24)
    """
    same = same_segments(a, b, told)
    clusters = {c.id: d.id for c, d in _pairs(a.clusters, b.clusters)}
    chains = {c.id: d.id for c, d in _pairs(tuple(a.chains.values()), tuple(b.chains.values()))}
    changes = [*_head(a, b), *_clusters(a, b, clusters), *_chains(a, b, chains)]
    segments = list(_segments(a, b, same, clusters | chains))
    touched = {c.id for c in segments}
    return Comparison((*changes, *segments), same, sum(1 for t in same.values() if t not in touched))


def _pairs(ours: tuple[T, ...], theirs: tuple[T, ...]) -> list[tuple[T, T]]:
    """Equal ids first, then equal names in both languages."""
    by_id = {t.id: t for t in theirs}
    found = [(o, by_id[o.id]) for o in ours if o.id in by_id]
    taken = {t.id for _o, t in found}
    for o in ours:
        if o.id in by_id:
            continue
        named = [
            t for t in theirs if t.id not in taken and t.id not in {x.id for x in ours} and t.name == o.name
        ]
        if len(named) == 1:
            found.append((o, named[0]))
            taken.add(named[0].id)
    return found


def _head(a: Catalogue, b: Catalogue) -> Iterator[Change]:
    if folded(a.code_system) != folded(b.code_system):
        yield Change("catalogue", "code_system", b.id, (a.code_system,), (b.code_system,))
    if a.name != b.name:
        yield Change("catalogue", "renamed", b.id, a.name.pair, b.name.pair)


def _come_and_gone(
    level: Level, ours: Mapping[str, Cluster | Chain | Segment], theirs: Mapping[str, Cluster | Chain | Segment],
    same: Mapping[str, str],
) -> Iterator[Change]:  # fmt: skip
    kept = set(same.values())
    yield from (Change(level, "removed", i, o.name.pair) for i, o in ours.items() if i not in same)
    yield from (Change(level, "added", i, (), t.name.pair) for i, t in theirs.items() if i not in kept)


def _renamed(
    level: Level, before: Cluster | Chain | Segment, now: Cluster | Chain | Segment
) -> Iterator[Change]:
    same_chain = getattr(before, "chain_id", "") == getattr(
        now, "chain_id", ""
    )  # else a new id follows from it
    if before.id != now.id and same_chain:
        yield Change(level, "renamed", now.id, (before.id, *before.name.pair), (now.id, *now.name.pair))
    elif before.name != now.name:
        yield Change(level, "renamed", now.id, before.name.pair, now.name.pair)


def _set(
    level: Level,
    event: Event,
    id: str,
    before: Mapping[str, str] | set[str],
    now: Mapping[str, str] | set[str],
) -> Iterator[Change]:
    """A change where two sets differ, with what went and what came."""
    old, new = _items(before), _items(now)
    if old != new:
        yield Change(level, event, id, tuple(sorted(old - new)), tuple(sorted(new - old)))


def _items(given: Mapping[str, str] | set[str]) -> set[str]:
    return {f"{k} {v}" for k, v in given.items()} if isinstance(given, Mapping) else given


def _clusters(a: Catalogue, b: Catalogue, same: Mapping[str, str]) -> Iterator[Change]:
    ours, theirs = ({c.id: c for c in side.clusters} for side in (a, b))
    yield from _come_and_gone("cluster", ours, theirs, same)
    for old, new in same.items():
        c, d = ours[old], theirs[new]
        yield from _renamed("cluster", c, d)
        if c.status != d.status:
            yield Change("cluster", "status", new, (c.status,), (d.status,))
        if c.tier != d.tier:
            yield Change("cluster", "tier", new, (c.tier,), (d.tier,))
        shares = [{s.code: f"{s.share:g}" for s in side.codes} for side in (c, d)]
        yield from _set("cluster", "scope", new, *shares)


def _chains(a: Catalogue, b: Catalogue, same: Mapping[str, str]) -> Iterator[Change]:
    yield from _come_and_gone("chain", a.chains, b.chains, same)
    for old, new in same.items():
        yield from _renamed("chain", a.chains[old], b.chains[new])


def _segments(
    a: Catalogue, b: Catalogue, same: Mapping[str, str], above: Mapping[str, str]
) -> Iterator[Change]:
    yield from _come_and_gone("segment", a.segments, b.segments, same)
    for old, new in same.items():
        yield from _segment(a.segments[old], b.segments[new], same, above)


def _segment(s: Segment, t: Segment, same: Mapping[str, str], above: Mapping[str, str]) -> Iterator[Change]:
    """`above`: cluster or chain of the earlier catalogue -> the same one of the later."""
    was = (above.get(s.cluster_id, s.cluster_id), above.get(s.chain_id, s.chain_id), s.stage)
    if was != (t.cluster_id, t.chain_id, t.stage):
        yield Change(
            "segment", "moved", t.id, (s.cluster_id, s.chain_id, s.stage), (t.cluster_id, t.chain_id, t.stage)
        )
    yield from _renamed("segment", s, t)
    codes = [{*x.codes, *(f"HS {hs}" for hs in x.hs)} for x in (s, t)]
    yield from _set("segment", "recoded", t.id, *codes)
    inputs = ({same.get(d.source, d.source): d.kind for d in s.inputs}, {d.source: d.kind for d in t.inputs})
    yield from _set("segment", "inputs", t.id, *inputs)
    terms = [{*x.terms.zh, *x.terms.en, *(f"- {w}" for w in x.terms.exclude)} for x in (s, t)]
    yield from _set("segment", "terms", t.id, *terms)
    if s.what != t.what:
        yield Change("segment", "described", t.id, s.what.pair, t.what.pair)
    if s.difficulty != t.difficulty:
        yield Change("segment", "difficulty", t.id, _hard(s), _hard(t))


def _hard(s: Segment) -> tuple[str, ...]:
    known = {"readiness": s.difficulty.readiness, "concentration": s.difficulty.concentration}
    reason = s.difficulty.reason.pair if s.difficulty.reason else ()
    return (*(f"{k} {v:g}" for k, v in known.items() if v is not None), *reason)
