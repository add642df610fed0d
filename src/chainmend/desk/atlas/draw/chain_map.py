"""The chain map of a cluster as SVG: stages left to right, shape by state, area by output, edges by dependence.

Every segment is a link with a name, so that Tab and Enter reach it without any script. Colours come from classes of the
style sheet; nothing carries a style attribute.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from html import escape
from itertools import pairwise
from typing import TYPE_CHECKING

from chainmend.chain.layout import Layout, layout
from chainmend.chain.lettering import width, wrap
from chainmend.desk.atlas.draw.marks import mark
from chainmend.desk.atlas.pulling import step_of
from chainmend.desk.atlas.states import state_name
from chainmend.i18n import _, language

if TYPE_CHECKING:
    from chainmend.chain.columns import Heading
    from chainmend.chain.layout import Link
    from chainmend.chain.model import Catalogue, Cluster
    from chainmend.desk.atlas.pulling import Pull
    from chainmend.desk.atlas.reading import Atlas, Node

WIDTH, _TOP, _LEFT, _BOTTOM = 1000.0, 68.0, 28.0, 18.0
_ROW, _LEAST, _MOST = 34.0, 4.2, 17.0
_ZH, _EN = 12.5, 11.0
_COLUMNS = 7
_LONGEST = "−100%"
_HEAD_LINE = 14.0
_SUBSTITUTABLE = 0.3
"""How much thinner the loss along a substitutable dependence is drawn."""
_CLUSTERS, _NAMES = 64, 4096
"""How many layouts and broken names are kept: they rest on the catalogue alone, not on the scan or on who looks."""


@dataclass(frozen=True)
class _Drawn:
    """What is laid out; the same where fingerprint and segments are."""

    fingerprint: str
    ids: tuple[str, ...]
    catalogue: Catalogue = field(compare=False, repr=False)


@lru_cache(maxsize=_CLUSTERS)
def _plan(drawn: _Drawn) -> Layout:
    return layout(drawn.catalogue, list(drawn.ids), most=_COLUMNS, gap=0.0, lane=0.5, band_gap=1.0)


@lru_cache(maxsize=_NAMES)
def _lines(text: str, size: float, room: float) -> tuple[str, ...]:
    return tuple(wrap(text, size, room))


@lru_cache(maxsize=_NAMES)
def _width(text: str, size: float) -> float:
    return width(text, size)


@dataclass(frozen=True)
class _Spot:
    """Where a segment stands: middle of its shape, radius, lines of its name, room for them, where edges leave it."""

    x: float
    y: float
    r: float
    lines: tuple[str, ...]
    room: float
    out: float


def chain_map(
    atlas: Atlas,
    cluster: Cluster,
    link: Callable[[str], str],
    card: Callable[[Node], Mapping[str, str]],
    *,
    chosen: str | None = None,
    pull: Pull | None = None,
) -> str:
    """Draw a cluster.

    Parameters
    ----------
    atlas, cluster
        What is drawn.
    link
        Segment id -> the address that its shape leads to.
    card
        Segment -> what its hover card says, as ``data-`` attributes without the prefix.
    chosen
        Segment with a ring around it.
    pull
        A cascade to show: hit segments take the colours of the loss ramp, the others fade.
    """
    ids = [n.segment.id for n in atlas.of(cluster)]
    catalogue = atlas.catalogue
    plan = _plan(_Drawn(catalogue.fingerprint or str(id(catalogue)), tuple(ids), catalogue))
    step = (WIDTH - _LEFT) / max(plan.grid.columns, 1)
    most = max((n.output or 0.0 for n in atlas.of(cluster)), default=0.0)
    named = {s: _named(atlas.nodes[s], most, step) for s in ids}
    unit = _unit(plan, atlas, named, step)
    top = _top(plan, step)
    spots = {id: _spot(plan, id, named[id], step, (top, unit)) for id in ids}
    height = top + unit * (sum(plan.heights) + max(len(plan.heights) - 1, 0)) + _BOTTOM
    lanes = {id: (_LEFT + step * s.column, top + unit * s.y) for id, s in plan.spots.items() if s.lane}
    edges = "".join(_edge(e, spots, lanes, step, pull) for e in plan.links)
    read = sorted(ids, key=lambda id: (plan.spots[id].band, plan.spots[id].column, plan.spots[id].y))
    nodes = "".join(  # in the order that Tab shall go: band by band, column by column, downwards
        _node(atlas.nodes[id], spots[id], link(id), card(atlas.nodes[id]), chosen == id, pull) for id in read
    )
    label = escape(_("Chain map of {name}, upstream to downstream").format(name=cluster.name[language()]))
    return (
        f'<svg class="m{" pull" if pull else ""}" viewBox="0 0 {WIDTH:.0f} {height:.0f}" role="group" '
        f'aria-label="{label}">{_heads(plan, step, unit, top)}<g>{edges}</g><g>{nodes}</g></svg>'
    )


def _radius(node: Node, most: float) -> float:
    """Area = output; what has none, or an output nobody may tell, has the least."""
    if not node.output or most <= 0:
        return _LEAST + 0.8
    return max(_LEAST, _MOST * float((node.output / most) ** 0.5))


def _size() -> float:
    return _ZH if language() == "zh" else _EN


def _named(node: Node, most: float, step: float) -> tuple[float, tuple[str, ...]]:
    """Radius of a segment's shape, and the lines of its name."""
    r = _radius(node, most)
    if node.state == "missing":
        r = max(r, 7.0)
    return r, _lines(node.segment.name[language()], _size(), _room(step, r))


def _unit(
    plan: Layout, atlas: Atlas, named: Mapping[str, tuple[float, tuple[str, ...]]], step: float
) -> float:
    """Height of a row: so that names of neighbours in a column keep clear of each other, with losses as without."""
    high = _size() + 1
    unit = max(_ROW, 4 + high * max(len(lines) for _r, lines in named.values()))
    columns: dict[int, list[tuple[float, float]]] = defaultdict(list)
    for id, (r, lines) in named.items():
        name = atlas.nodes[id].segment.name[language()]
        most = len(_lines(f"{name} {_LONGEST}", _size(), _room(step, r))) if len(lines) > 1 else 2
        columns[plan.spots[id].column].append((plan.spots[id].y, high * most))
    for spots in columns.values():
        for (y, own), (below, other) in pairwise(sorted(spots)):
            unit = max(unit, ((own + other) / 2 + 1) / max(below - y, 0.5))
    return unit


def _room(step: float, r: float) -> float:
    """What a name has between its shape and the next column."""
    return step - r - 8 - 16


def _spot(
    plan: Layout, id: str, named: tuple[float, tuple[str, ...]], step: float, rows: tuple[float, float]
) -> _Spot:
    at, (r, lines) = plan.spots[id], named
    x, y = _LEFT + step * at.column, rows[0] + rows[1] * at.y
    widest = min(max(_width(line, _size()) for line in lines), _room(step, r))
    return _Spot(x, y, r, lines, _room(step, r), x + r + 8 + widest + 3)


def _heads(plan: Layout, step: float, unit: float, top: float) -> str:
    """Stages over their columns, band by band."""
    parts = []
    for head in plan.grid.headings:
        y = top + unit * plan.tops[head.band] - 36
        left = _LEFT + step * head.first - 12
        parts.append(f'<path class="stl" d="M{left:.1f} {y:.1f}H{left + _over(head, step):.1f}"/>')
        for n, line in enumerate(reversed(_head_lines(head, step))):
            parts.append(
                f'<text class="stg" x="{left:.1f}" y="{y - 6 - n * _HEAD_LINE:.1f}">{escape(line)}</text>'
            )
    return "".join(parts)


def _over(head: Heading, step: float) -> float:
    """How wide the rule of a stage is."""
    return step * (head.last + 1 - head.first) - 18


def _head_lines(head: Heading, step: float) -> list[str]:
    return list(_lines(head.name[language()], _size(), _over(head, step)))


def _top(plan: Layout, step: float) -> float:
    """Where the first row begins: below the longest name of a stage of the first band."""
    lines = max((len(_head_lines(h, step)) for h in plan.grid.headings if h.band == 0), default=1)
    return _TOP + _HEAD_LINE * max(0, lines - 2)


def _edge(
    edge: Link,
    spots: Mapping[str, _Spot],
    lanes: Mapping[str, tuple[float, float]],
    step: float,
    pull: Pull | None,
) -> str:
    """One dependence; long ones pass their lanes straight, so that lines of one segment merge."""
    a, b = spots[edge.source], spots[edge.target]
    if edge.beside:
        x = max(a.out, b.out)
        d = f"M{a.out:.1f} {a.y:.1f}C{x + 16:.1f} {a.y:.1f} {x + 16:.1f} {b.y:.1f} {b.out:.1f} {b.y:.1f}"
    elif edge.back:
        d = _curve(a.x - a.r - 2, a.y, b.out, b.y)
    else:
        x, y, d = a.out, a.y, ""
        for id in edge.via:
            lx, ly = lanes[id]
            d += _curve(x, y, lx, ly, start=not d) + f"H{lx + step * 0.45:.1f}"
            x, y = lx + step * 0.45, ly
        d += _curve(x, y, b.x - b.r - 3, b.y, start=not d)
    kind = "c2" if edge.kind == "essential" else "c1"
    return (
        f'<path class="e {kind}{_carried(edge, pull)}" data-a="{escape(edge.source)}" '
        f'data-b="{escape(edge.target)}" d="{d}"/>'
    )


def _curve(x0: float, y0: float, x1: float, y1: float, *, start: bool = True) -> str:
    middle = (x0 + x1) / 2
    head = f"M{x0:.1f} {y0:.1f}" if start else ""
    return f"{head}C{middle:.1f} {y0:.1f} {middle:.1f} {y1:.1f} {x1:.1f} {y1:.1f}"


def _carried(edge: Link, pull: Pull | None) -> str:
    """Classes of an edge that the loss runs along: its width grows with the loss of where it comes from."""
    if pull is None:
        return ""
    if edge.target not in pull.losses or edge.source not in {*pull.at, *pull.losses}:
        return ""
    whole = pull.stop.kind == "segment" and edge.source == pull.stop.id
    loss = 1.0 if whole else pull.losses.get(edge.source, 0.0)
    if loss is not None and edge.kind != "essential":
        loss *= _SUBSTITUTABLE
    return f" on w{step_of(loss)}"


def _pulled(node: Node, spot: _Spot, pull: Pull) -> tuple[str, str] | None:
    """Shape and loss of a segment that a pull stops or hits; None of one that it leaves alone."""
    id = node.segment.id
    if pull.stop.kind == "segment" and id == pull.stop.id:
        return '<circle class="broken" r="9"/><path class="cross" d="M-4 -4L4 4M4 -4L-4 4"/>', ""
    shape, loss = mark(node.state, spot.r), ""
    if id in pull.losses:
        value = pull.losses[id]
        shape = f'<circle class="hit l{step_of(value)}" r="{max(spot.r, 6):.1f}"/>'
        loss = _("withheld") if value is None else f"−{value:.0%}"
    elif id not in pull.at:
        return None
    if id in pull.at:  # some of its firms stop, here or elsewhere
        d = max(spot.r, 6) * 0.75
        shape += f'<g transform="translate({-d:.1f} {-d:.1f})"><circle class="broken sm" r="5"/>'
        shape += '<path class="cross sm" d="M-2.2 -2.2L2.2 2.2M2.2 -2.2L-2.2 2.2"/></g>'
    return shape, loss


def _label(name: str, spot: _Spot, loss: str) -> str:
    """The name right of the shape; a loss stands below a name of one line, else where it fits behind the last one."""
    size, x = _size(), spot.r + 8
    lines = list(spot.lines)
    if loss and len(lines) == 1:
        lines.append(loss)
    elif loss:
        lines = list(_lines(f"{name} {loss}", size, spot.room))
    first = 4.2 - (len(lines) - 1) * (size + 1) / 2
    drawn = []
    for n, line in enumerate(lines):
        y = first + n * (size + 1)
        last = loss if n == len(lines) - 1 else ""
        own = line.removesuffix(last).rstrip() if last else line
        if own:
            wide = (
                f' textLength="{spot.room:.1f}" lengthAdjust="spacingAndGlyphs"'
                if _width(own, size) > spot.room
                else ""
            )
            drawn.append(f'<text x="{x:.1f}" y="{y:.1f}"{wide}>{escape(own)}</text>')
        if last:
            left = x + _width(own, size) + 3 if own else x
            drawn.append(f'<text class="lossn" x="{left:.1f}" y="{y:.1f}">{escape(last)}</text>')
    return "".join(drawn)


def _node(
    node: Node, spot: _Spot, href: str, card: Mapping[str, str], chosen: bool, pull: Pull | None
) -> str:
    id, name = node.segment.id, node.segment.name[language()]
    classes, shape, loss = [f"n s-{node.state}"], mark(node.state, spot.r), ""
    said = f"{name}, {state_name(node.state)}" if language() == "en" else f"{name}，{state_name(node.state)}"
    if chosen:
        classes.append("sel")
    if pull:
        shape, loss = _pulled(node, spot, pull) or (shape, "")
        if loss or id in pull.at:
            classes.append("on")
            said += f" {loss}".rstrip()
    lines = _label(name, spot, loss)
    data = "".join(f' data-{k}="{escape(v)}"' for k, v in card.items())
    return (
        f'<a class="{" ".join(classes)}" href="{escape(href)}" data-id="{escape(id)}"{data} '
        f'aria-label="{escape(said)}" transform="translate({spot.x:.1f} {spot.y:.1f})">'
        f'<circle class="touch" r="{max(spot.r, 15):.1f}"/>{shape}<circle class="ring" r="{spot.r + 4:.1f}"/>'
        f"{lines}</a>"
    )
