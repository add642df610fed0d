"""The lines of a picture: curves between columns, straight lines along lanes, arrow heads where they end."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from chainmend.chain.layout import Layout, Link


@dataclass(frozen=True)
class Frame:
    """Left edges of the columns and the width of a box."""

    lefts: tuple[float, ...]
    box: float


def number(value: float) -> str:
    """A coordinate with at most one decimal."""
    return f"{value:.1f}".removesuffix(".0")


def lines(plan: Layout, frame: Frame, top: float) -> Iterable[str]:
    """Every stretch of a line once, as essential if anything essential takes it; arrow heads where lines end."""
    drawn: dict[str, str] = {}
    for kind, style in (("substitutable", "u"), ("essential", "e")):
        for link in plan.links:
            if link.kind == kind:
                for stretch in _stretches(link, plan, frame, top):
                    drawn[stretch] = style
    for stretch, style in sorted(drawn.items(), key=lambda item: item[1], reverse=True):
        yield f'<path class="{style}" d="{stretch}"/>'  # essential ones lie above
    heads = set()
    for link in plan.links:
        spot = plan.spots[link.target]
        x, y = frame.lefts[spot.column], top + spot.y
        if link.back:
            heads.add((x + frame.box + 0.5, y, "l7 -4m-7 4l7 4", "k"))
        elif link.beside and _next(link, plan):
            heads.add((x + frame.box / 2, y - spot.size / 2, "l-3.2 -6h6.4z", "a"))
        else:
            heads.add((x, y, "l-6 -3.2v6.4z", "a"))
    for x, y, shape, style in sorted(heads):
        yield f'<path class="{style}" d="M{number(x)} {number(y)}{shape}"/>'


def _next(link: Link, plan: Layout) -> bool:
    """Whether the target stands right below the source."""
    return plan.spots[link.target].row == plan.spots[link.source].row + 1


def _stretches(link: Link, plan: Layout, frame: Frame, top: float) -> Iterable[str]:
    """Path of each stretch: between two columns a curve, along a lane a straight line."""
    source, target = plan.spots[link.source], plan.spots[link.target]
    left = frame.lefts[source.column]
    if link.beside and _next(link, plan):
        x, y = number(left + frame.box / 2), number(top + source.y + source.size / 2)
        yield f"M{x} {y}V{number(top + target.y - target.size / 2)}"
    elif link.beside:  # round the left edge, from the side that looks at the target
        start = source.y + (0.3 if target.y > source.y else -0.3) * source.size
        bulge = 9 + min(abs(target.y - source.y) / 40, 15)
        y1, y2, x = number(top + start), number(top + target.y), number(left - bulge)
        yield f"M{number(left)} {y1}C{x} {y1} {x} {y2} {number(left)} {y2}"
    else:
        spots = [source, *(plan.spots[id] for id in link.via), target]
        for a, b in pairwise(reversed(spots) if link.back else spots):
            x1, x2 = frame.lefts[a.column] + frame.box, frame.lefts[b.column]
            y1, y2, middle = number(top + a.y), number(top + b.y), number((x1 + x2) / 2)
            yield f"M{number(x1)} {y1}C{middle} {y1} {middle} {y2} {number(x2)} {y2}"
            if b.lane:
                yield f"M{number(x2)} {y2}h{number(frame.box)}"


def stub(x: float, y: float, side: int, count: int, essential: bool) -> str:
    """A short line off a corner of a box, with a count; `side` is -1 for the left one, 1 for the right one."""
    dashes = "" if essential else ' stroke-dasharray="2.5 2"'
    start, end = x + side * 9, x + side * 17
    return (
        f'<line x1="{number(start)}" x2="{number(end)}" y1="{number(y)}" y2="{number(y)}" class="e"/>'
        f'<rect class="p" x="{number(x - 9)}" y="{number(y - 6.5)}" width="18" height="13" rx="6.5"{dashes}/>'
        f'<text x="{number(x)}" y="{number(y + 3.5)}" font-size="9.5" text-anchor="middle">{count}</text>'
    )
