"""Where the segments of a chain stand in a picture: columns by stage, order by barycentres, lines with few crossings.

The method is that of Sugiyama, Tagawa and Toda (1981): a dependence over several columns passes through a *lane* in
each column between, segments are put at the mean of their neighbours in sweeps to the right and to the left,
neighbours change places while that takes crossings away, and the best order seen is kept. Long dependences of one
segment share their lanes, so that they run as one line and part where they must. The result depends on ids only,
never on the order of files or segments.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING, Any

from chainmend.chain.columns import Grid, grid

if TYPE_CHECKING:
    from chainmend.chain.model import Catalogue, DependenceClass

_SWEEPS = 5
_SETTLING = 4
_TURNS, _LAST = 2, 6


@dataclass(frozen=True)
class Spot:
    """Where a segment or a lane stands: column, place in the column, middle and height."""

    id: str
    band: int
    column: int
    row: int
    y: float
    size: float
    lane: bool


@dataclass(frozen=True)
class Link:
    """A dependence and the lanes it passes, from the source on.

    Where `back` is true it goes to an earlier column; where `beside` is true source and target share a column.
    """

    source: str
    target: str
    kind: DependenceClass
    via: tuple[str, ...] = ()
    back: bool = False
    beside: bool = False


@dataclass(frozen=True)
class Layout:
    """A picture without its ink: columns, spots by id, lines, and how often lines between columns cross."""

    grid: Grid
    spots: Mapping[str, Spot]
    links: tuple[Link, ...]
    tops: tuple[float, ...]
    heights: tuple[float, ...]
    crossings: int


def layout(
    catalogue: Catalogue,
    segments: Iterable[str] | None = None,
    *,
    outside: bool = False,
    most: int = 8,
    sizes: Mapping[str, float] | None = None,
    gap: float = 0.25,
    lane: float = 0.15,
    band_gap: float = 1.0,
) -> Layout:
    """Coordinates for segments of a catalogue: one chain, a cluster with several, with or without its neighbours.

    Parameters
    ----------
    segments, outside, most
        As for `chainmend.chain.columns.grid`.
    sizes
        Height of each segment's box, 1 where it is not given.
    gap, lane, band_gap
        Space between two boxes, height of a lane, space between two chains, in the unit of `sizes`.

    Examples
    --------
    >>> from chainmend.chain.catalogue import load_catalogue
    >>> catalogue = load_catalogue("hangzhou-296x")
    >>> found = layout(catalogue, [s.id for s in catalogue.chains["emb"].segments])
    >>> found.spots["emb.harmonic-reducers"].column < found.spots["emb.humanoid-robots"].column
    True
    """
    found = grid(catalogue, segments, outside=outside, most=most)
    links, lanes = _route(found)
    columns: list[list[str]] = [[] for _n in range(found.columns)]
    place = dict(found.place) | lanes
    for id in sorted(place, key=lambda id: (place[id][0], id)):
        columns[place[id][1]].append(id)
    pairs = _pairs(links, place)
    order, crossings = _ordered(columns, {id: band for id, (band, _c) in place.items()}, pairs)
    heights = {id: lane if id in lanes else (sizes or {}).get(id, 1.0) for id in place}
    middles, tops, tall = _settled(order, place, pairs, heights, set(lanes), (gap, band_gap))
    spots = {
        id: Spot(id, place[id][0], place[id][1], row, middles[id], heights[id], id in lanes)
        for column in order
        for row, id in enumerate(column)
    }
    return Layout(found, spots, links, tops, tall, crossings)


def _route(found: Grid) -> tuple[tuple[Link, ...], dict[str, tuple[int, int]]]:
    """Dependences with the lanes they pass, and the lanes with band and column.

    A long dependence takes the lanes of its source or of its target, of whichever has more long ones: so lines leave
    together like branches or join like tributaries, and few lanes do.
    """
    spans = [found.place[d.target][1] - found.place[d.source][1] for d in found.links]
    long = [d for d, span in zip(found.links, spans, strict=True) if abs(span) > 1]
    leaving, coming = Counter(d.source for d in long), Counter(d.target for d in long)
    links, lanes = [], {}
    for d, span in zip(found.links, spans, strict=True):
        band, start = found.place[d.source]
        step = 1 if span > 0 else -1
        via = []
        if abs(span) > 1:
            shared = f"{d.source}>" if leaving[d.source] >= coming[d.target] else f">{d.target}"
            back = "" if step > 0 else "<"
            for column in range(start + step, start + span, step):
                id = f"{shared}@{column}{back}"
                lanes[id] = (band, column)
                via.append(id)
        links.append(Link(d.source, d.target, d.kind, tuple(via), span < 0, span == 0))
    return tuple(links), lanes


def _pairs(links: Sequence[Link], place: Mapping[str, tuple[int, int]]) -> list[tuple[str, str]]:
    """Lines between neighbouring columns as (left, right), each once."""
    found = set()
    for link in links:
        if not link.beside:
            stops = (link.source, *link.via, link.target)
            found |= {(a, b) if place[a][1] < place[b][1] else (b, a) for a, b in pairwise(stops)}
    return sorted(found)


def _ordered(
    columns: list[list[str]], band: Mapping[str, int], pairs: list[tuple[str, str]]
) -> tuple[list[list[str]], int]:
    """Columns in the best order seen, and its crossings; bands stay together, ties stay by id."""
    import numpy as np

    if len(columns) < 2:
        return columns, 0
    at = {id: (c, n) for c, ids in enumerate(columns) for n, id in enumerate(ids)}
    joined = [np.zeros((len(a), len(b)), dtype=np.float32) for a, b in pairwise(columns)]
    for a, b in pairs:
        joined[at[a][0]][at[a][1], at[b][1]] = 1.0
    ends = [np.nonzero(links) for links in joined]
    bands = [np.array([band[id] for id in ids], dtype=int) for ids in columns]
    order = [np.arange(len(ids)) for ids in columns]
    best, fewest = list(order), _crossings(ends, order)
    for sweep in range(_SWEEPS):
        right = sweep % 2 == 0
        for c in range(1, len(columns)) if right else range(len(columns) - 2, -1, -1):
            before, links = (c - 1, joined[c - 1]) if right else (c + 1, joined[c].T)
            order[c] = _by_barycentre(order[c], bands[c], order[before], links)
        for c in range(len(columns)):
            order[c] = _swapped(c, order, bands[c], joined, _TURNS)
        count = _crossings(ends, order)
        if count < fewest:
            best, fewest = list(order), count
    for c in range(len(columns)):
        best[c] = _swapped(c, best, bands[c], joined, _LAST)
    fewest = _crossings(ends, best)
    return [[ids[n] for n in best[c]] for c, ids in enumerate(columns)], fewest


def _by_barycentre(own: Any, bands: Any, other: Any, links: Any) -> Any:
    """Order of a column by the mean place of the neighbours in the other column; without any, its own place."""
    import numpy as np

    place = np.empty(len(own))
    place[own] = (np.arange(len(own)) + 0.5) / max(len(own), 1)
    at = np.empty(len(other))
    at[other] = (np.arange(len(other)) + 0.5) / max(len(other), 1)
    degree = links.sum(0)
    mean = np.where(degree > 0, (links * at[:, None]).sum(0) / np.maximum(degree, 1), place)
    return np.lexsort((np.arange(len(own)), mean.round(9), bands))  # rounded: the same on every machine


def _crossings(ends: list[Any], order: list[Any]) -> int:
    """Number of pairs of lines that cross between neighbouring columns; `ends` are the lines by their two ends."""
    import numpy as np

    at = [np.argsort(own) for own in order]
    total = 0
    for c, (left, right) in enumerate(ends):
        a, b = at[c][left], at[c + 1][right]
        b = b[np.lexsort((b, a))].astype(np.int32)  # by start, then by end: what falls from here on crosses
        total += int(np.count_nonzero(np.triu(b[:, None] > b[None, :])))
    return total


def _swapped(c: int, order: list[Any], bands: Any, joined: list[Any], turns: int) -> Any:
    """Order of column `c` after neighbours have changed places where that takes crossings away, in so many turns."""
    import numpy as np

    sides = [np.take(joined[c - 1].T, order[c - 1], axis=1)] if c else []
    sides += [np.take(joined[c], order[c + 1], axis=1)] if c < len(joined) else []
    above = [links.cumsum(1) - links for links in sides]
    own = order[c].copy()
    for turn in range(turns):
        u, v = own[turn % 2 : -1 : 2], own[1 + turn % 2 :: 2]
        gain = sum(  # crossings of the lines of both as they stand, less those after the change
            np.einsum("ij,ij->i", links[u], before[v]) - np.einsum("ij,ij->i", links[v], before[u])
            for links, before in zip(sides, above, strict=True)
        )
        worse = (gain > 0) & (bands[u] == bands[v])
        u[worse], v[worse] = v[worse], u[worse]
    return own


def _settled(
    order: list[list[str]],
    place: Mapping[str, tuple[int, int]],
    pairs: list[tuple[str, str]],
    heights: Mapping[str, float],
    lanes: set[str],
    gaps: tuple[float, float],
) -> tuple[dict[str, float], tuple[float, ...], tuple[float, ...]]:
    """Middle of every box and lane, and top and height of each band: as straight as the order allows."""
    gap, band_gap = gaps
    stacks: dict[tuple[int, int], list[str]] = defaultdict(list)
    for c, ids in enumerate(order):
        for id in ids:
            stacks[place[id][0], c].append(id)
    stacked = {key: _stacked(ids, heights, lanes, gap) for key, ids in stacks.items()}
    bands = sorted({band for band, _c in stacks})
    tall = [max(total for (b, _c), (_o, total) in stacked.items() if b == band) for band in bands]
    tops = [sum(tall[:n]) + n * band_gap for n in range(len(bands))]
    y: dict[str, float] = {}
    for (band, _c), (offsets, total) in stacked.items():
        start = tops[band] + (tall[band] - total) / 2
        y |= {id: start + o for id, o in zip(stacks[band, _c], offsets, strict=True)}
    left: dict[str, list[str]] = defaultdict(list)
    right: dict[str, list[str]] = defaultdict(list)
    for a, b in pairs:
        left[b].append(a)
        right[a].append(b)
    around = {id: left.get(id, []) + right.get(id, []) for id in y}
    for turn in range(_SETTLING):
        near = left if turn == 0 else right if turn == 1 else around
        for key in sorted(stacks, key=lambda k: k[1], reverse=turn % 2 == 1):
            wanted = [
                sum([y[other] for other in near[id]]) / len(near[id]) if near.get(id) else y[id]
                for id in stacks[key]
            ]
            offsets, total = stacked[key]
            top, room = tops[key[0]], tall[key[0]] - total
            spots = _spread([w - top - o for w, o in zip(wanted, offsets, strict=True)], room)
            y |= {id: top + z + o for id, z, o in zip(stacks[key], spots, offsets, strict=True)}
    return y, tuple(tops), tuple(tall)


def _stacked(
    ids: list[str], heights: Mapping[str, float], lanes: set[str], gap: float
) -> tuple[list[float], float]:
    """Middles when the column is stacked without slack, and its height; lanes need less space around them."""
    offsets: list[float] = []
    end, last = 0.0, ""
    for id in ids:
        if last:
            end += gap * (1 - ((id in lanes) + (last in lanes)) / 2)
        offsets.append(end + heights[id] / 2)
        end, last = end + heights[id], id
    return offsets, end


def _spread(wanted: list[float], room: float) -> list[float]:
    """Nearest numbers to `wanted` that do not fall and stay in 0..room: isotonic regression by pooling."""
    blocks: list[tuple[float, int]] = []
    for value in wanted:
        total, count = value, 1
        while blocks and blocks[-1][0] / blocks[-1][1] > total / count:
            more, n = blocks.pop()
            total, count = total + more, count + n
        blocks.append((total, count))
    return [min(max(total / count, 0.0), room) for total, count in blocks for _n in range(count)]
