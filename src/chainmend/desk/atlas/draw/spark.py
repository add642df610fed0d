"""The small line of a tile: growth of a cluster against the dashed line of all industry, the area between filled."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape
from itertools import pairwise
from typing import TYPE_CHECKING

from chainmend.i18n import _

if TYPE_CHECKING:
    import datetime as dt

    from chainmend.desk.atlas.trend import Crossing, Trend

_WIDTH, _HEIGHT, _EDGE = 120.0, 38.0, 3.0
_BAR = 56.0
_ABOVE, _BELOW = "#d6e6e0", "#f4e7d7"
Point = tuple[float, float]


def spark(found: Trend) -> str:
    """Draw it: celadon where the cluster grows more than all industry, ochre where less.

    Examples
    --------
    >>> import datetime as dt
    >>> from chainmend.desk.atlas.trend import Trend
    >>> ends = tuple(dt.date(2025, m, 28) for m in (3, 6, 9))
    >>> drawn = spark(Trend(ends, (0.1, 0.02, 0.1), (0.05, 0.05, 0.05), ("", "")))
    >>> drawn.count("#d6e6e0"), drawn.count("#f4e7d7"), drawn.count("<polyline")
    (2, 2, 2)
    """
    low, high = min(*found.own, *found.industry), max(*found.own, *found.industry)
    span = max(high - low, 1e-9)
    first = found.ends[0]
    days = max((found.ends[-1] - first).days, 1)
    xs = [1 + (_WIDTH - 2) * (end - first).days / days for end in found.ends]

    def line(values: Sequence[float]) -> list[Point]:
        room = _HEIGHT - 2 * _EDGE
        return [(x, _EDGE + room * (high - v) / span) for x, v in zip(xs, values, strict=True)]

    own, whole = line(found.own), line(found.industry)
    areas = "".join(_areas(own, whole))
    said = escape(
        _("growth on the year before from {a} to {b}: at the end {own}, all industry {all}").format(
            a=first.isoformat(),
            b=found.ends[-1].isoformat(),
            own=f"{found.own[-1]:.1%}",
            all=f"{found.industry[-1]:.1%}",
        )
    )
    return (
        f'<svg class="spark" viewBox="0 0 {_WIDTH:.0f} {_HEIGHT:.0f}" preserveAspectRatio="none" role="img" '
        f'aria-label="{said}"><title>{said}</title>{areas}'
        f'<polyline points="{_points(whole)}" fill="none" stroke="#76857f" stroke-width="1.2" '
        'stroke-dasharray="3 2.5" vector-effect="non-scaling-stroke"/>'
        f'<polyline points="{_points(own)}" fill="none" stroke="#14211d" stroke-width="1.6" '
        'stroke-linejoin="round" vector-effect="non-scaling-stroke"/></svg>'
    )


def crossing_bar(found: Crossing, date: dt.date) -> str:
    """Draw when a mark is crossed: a band from the earliest month to the latest, and a stroke at the expected one.

    A band whose end is not known runs off to the right. The scale begins at the date of the data.
    """
    now = date.year * 12 + date.month
    ends = [m[0] * 12 + m[1] - now if m else None for m in (found.earliest, found.month, found.latest)]
    known = [e for e in ends if e is not None]
    if not known:
        return ""
    scale = _BAR / (1.15 * max(*known, 1))
    left, middle, right = (None if e is None else e * scale for e in ends)
    band = (right if right is not None else _BAR) - (left or 0.0)
    tick = (
        "" if middle is None else f'<rect x="{middle - 1:.1f}" y="0" width="2" height="12" fill="#14211d"/>'
    )
    return (
        f'<svg class="when" viewBox="0 0 {_BAR:.0f} 12" width="{_BAR:.0f}" height="12" aria-hidden="true">'
        f'<path d="M0 6h{_BAR:.0f}" stroke="#b7c3be"/>'
        f'<rect x="{left or 0.0:.1f}" y="3" width="{max(band, 1.0):.1f}" height="6" fill="#a8c5bb"/>{tick}</svg>'
    )


def _areas(own: Sequence[Point], whole: Sequence[Point]) -> list[str]:
    """One polygon for each stretch between two points, two where the lines cross."""
    found = []
    for (a, b), (c, d) in zip(pairwise(own), pairwise(whole), strict=True):
        gap, then = c[1] - a[1], d[1] - b[1]  # above 0: the cluster stands higher, for y falls upwards
        if gap * then < 0:
            share = gap / (gap - then)
            cross = (a[0] + share * (b[0] - a[0]), a[1] + share * (b[1] - a[1]))
            found += [_polygon([a, cross, c], gap), _polygon([cross, b, d], then)]
        else:
            found.append(_polygon([a, b, d, c], gap or then))
    return found


def _polygon(points: Sequence[Point], gap: float) -> str:
    return f'<polygon points="{_points(points)}" fill="{_ABOVE if gap >= 0 else _BELOW}"/>'


def _points(line: Sequence[Point]) -> str:
    return " ".join(f"{x:.1f},{y:.1f}" for x, y in line)
