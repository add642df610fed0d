"""Which column every segment of a picture stands in: by stage, and within a tall stage by what goes into what.

A chain is a band of its own: its stages are columns, upstream first. A stage with many segments takes several
columns, cut so that no dependence inside the stage points backwards.
"""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from chainmend.chain.model import Dependence
from chainmend.errors import CatalogueError
from chainmend.i18n import _

if TYPE_CHECKING:
    from chainmend.chain.model import Catalogue, Chain, Text

_ENOUGH = 6  # a column of so few segments is not split further
_KINDS = ("essential", "substitutable")


@dataclass(frozen=True)
class Heading:
    """A stage over the columns it takes, `first` to `last`."""

    band: int
    first: int
    last: int
    stage: str
    name: Text


@dataclass(frozen=True)
class Grid:
    """Columns of a picture; `place` gives the band and the column of every segment.

    Where the neighbours were asked for, `left` and `right` hold one node for each other cluster that goes into the
    selection or takes from it: ``<`` or ``>`` and the cluster's id.
    """

    columns: int
    bands: tuple[str, ...]
    headings: tuple[Heading, ...]
    place: Mapping[str, tuple[int, int]]
    links: tuple[Dependence, ...]
    left: frozenset[str] = frozenset()
    right: frozenset[str] = frozenset()


def grid(
    catalogue: Catalogue, segments: Iterable[str] | None = None, *, outside: bool = False, most: int = 8
) -> Grid:
    """Give every segment its band (its chain) and its column (its stage, or a part of it).

    Parameters
    ----------
    segments
        Ids of the segments to show; all of the catalogue by default.
    outside
        Show the clusters of what stands outside the selection and goes into it, in a column before all others, and
        of what it goes into, in a column after them.
    most
        How many columns a band may take; a chain with more stages takes one column a stage.

    Raises
    ------
    CatalogueError
        If a segment is unknown.

    Examples
    --------
    >>> from chainmend.chain.catalogue import load_catalogue
    >>> catalogue = load_catalogue("hangzhou-296x")
    >>> found = grid(catalogue, [s.id for s in catalogue.chains["emb"].segments], most=3)
    >>> [(h.first, h.name.en) for h in found.headings]
    [(0, 'Core components'), (1, 'Robot bodies'), (2, 'System integration and solutions')]
    """
    chosen = set(catalogue.segments if segments is None else segments)
    for id in sorted(chosen - set(catalogue.segments)):
        raise CatalogueError(
            _("unknown segment {id}").format(id=id), expected=_("the id of a segment of this catalogue")
        )
    links = _links(catalogue, chosen, outside)
    left = frozenset(d.source for d in links) - chosen
    right = frozenset(d.target for d in links) - chosen
    chains = [c for _id, c in sorted(catalogue.chains.items()) if any(s.id in chosen for s in c.segments)]
    parts = [_parts(chain, chosen, links, most) for chain in chains]
    width = max((len(p) for p in parts), default=0)
    shift = 1 if left else 0
    place: dict[str, tuple[int, int]] = {}
    headings = []
    for band, columns in enumerate(parts):
        spread = [shift + n * width // len(columns) for n in range(len(columns))]
        for (_stage, ids), at in zip(columns, spread, strict=True):
            place |= dict.fromkeys(ids, (band, at))
        for stage in chains[band].stages:
            taken = [at for (name, _ids), at in zip(columns, spread, strict=True) if name == stage.id]
            if taken:
                headings.append(Heading(band, taken[0], taken[-1], stage.id, stage.name))
    for id in sorted(left | right):
        band = min(
            place[d.target if d.source == id else d.source][0] for d in links if id in (d.source, d.target)
        )
        place[id] = (band, 0 if id in left else shift + width)
    total = shift + width + (1 if right else 0)
    return Grid(total, tuple(c.id for c in chains), tuple(headings), place, links, left, right)


def _links(catalogue: Catalogue, chosen: set[str], outside: bool) -> tuple[Dependence, ...]:
    """Dependences that are drawn, each pair once, in an order that the catalogue's own does not change."""
    found: dict[tuple[str, str], Dependence] = {}
    of = {id: s.cluster_id for id, s in catalogue.segments.items()}
    for d in catalogue.dependences:
        into, out_of = d.target in chosen, d.source in chosen
        if d.kind not in _KINDS or not ((into and out_of) or (outside and into != out_of)):
            continue
        pair = (d.source if out_of else f"<{of[d.source]}", d.target if into else f">{of[d.target]}")
        known = found.get(pair)
        if known is None or _KINDS.index(d.kind) < _KINDS.index(known.kind):
            found[pair] = d if into and out_of else Dependence(*pair, d.kind)
    return tuple(d for _pair, d in sorted(found.items()))


def _parts(
    chain: Chain, chosen: set[str], links: tuple[Dependence, ...], most: int
) -> list[tuple[str, list[str]]]:
    """Columns of one chain as (stage, ids); the tallest stage is split first."""
    of: dict[str, list[str]] = defaultdict(list)
    for s in chain.segments:
        if s.id in chosen:
            of[s.stage].append(s.id)
    stages = [stage.id for stage in chain.stages if of[stage.id]]
    counts = dict.fromkeys(stages, 1)
    while sum(counts.values()) < most:
        tallest = max(stages, key=lambda s: len(of[s]) / counts[s])
        if len(of[tallest]) / counts[tallest] <= _ENOUGH:
            break
        counts[tallest] += 1
    columns = []
    for stage in stages:
        ids = _inward(of[stage], links)
        size = math.ceil(len(ids) / counts[stage])
        columns += [(stage, ids[n : n + size]) for n in range(0, len(ids), size)]
    return columns


def _inward(ids: list[str], links: tuple[Dependence, ...]) -> list[str]:
    """Segments of one stage, so ordered that what goes into another stands before it; ties by id."""
    inside = set(ids)
    before: dict[str, list[str]] = defaultdict(list)
    after: dict[str, list[str]] = defaultdict(list)
    for d in links:
        if d.source in inside and d.target in inside:
            before[d.target].append(d.source)
            after[d.source].append(d.target)

    def depth(of: Mapping[str, list[str]]) -> dict[str, int]:
        found: dict[str, int] = {}

        def longest(id: str) -> int:
            if id not in found:
                found[id] = 0  # a cycle, which the check refuses, ends here
                found[id] = max((longest(other) + 1 for other in of.get(id, ())), default=0)
            return found[id]

        for id in sorted(ids):
            longest(id)
        return found

    down, up = depth(before), depth(after)
    return sorted(ids, key=lambda id: (down[id] - up[id], id))
