"""One picture: milliseconds a firm against the number of firms, both on logarithmic axes."""

from __future__ import annotations

import math
from typing import Any
from xml.sax.saxutils import escape

WIDTH, HEIGHT, LEFT, RIGHT, TOP, BOTTOM = 860, 460, 70, 310, 24, 52
LINE = 18
STYLES = (("#1f4e79", ""), ("#1f4e79", "6 4"), ("#b3541e", ""), ("#666666", "2 3"), ("#3a7d44", "8 3 2 3"))


def growth_plot(tables: dict[float, list[dict[str, Any]]], peers: dict[str, dict[int, float]]) -> str:
    """Return an SVG with our one-thread figures and those of others."""
    series = {f"chainmend, {links:g} buyers a firm": {r["firms"]: r["ms1"] for r in rows}
              for links, rows in tables.items()}  # fmt: skip
    series |= {
        name.replace(", run on a 2-core AMD EPYC with AVX-512", ", run by us"): f for name, f in peers.items()
    }
    firms = [n for points in series.values() for n in points]
    times = [t for points in series.values() for t in points.values()]
    x0, x1 = math.floor(math.log10(min(firms))), math.ceil(math.log10(max(firms)))
    y0, y1 = math.floor(math.log10(min(times))), math.ceil(math.log10(max(times)))

    def at(n: float, t: float) -> tuple[float, float]:
        x = LEFT + (math.log10(n) - x0) / max(1, x1 - x0) * (WIDTH - LEFT - RIGHT)
        y = HEIGHT - BOTTOM - (math.log10(t) - y0) / max(1, y1 - y0) * (HEIGHT - TOP - BOTTOM)
        return x, y

    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" font-family="sans-serif"'
        ' font-size="13" role="img">',
        "<title>Cost of the cascade against the number of firms</title>",
        f'<rect width="{WIDTH}" height="{HEIGHT}" fill="#ffffff"/>',
    ]
    parts += _grid(at, (x0, x1), (y0, y1))
    heights = _apart({name: at(*max(points.items()))[1] for name, points in series.items()})
    for (name, points), (colour, dash) in zip(series.items(), STYLES, strict=False):
        parts += _line(at, name, points, colour, dash, heights[name])
    return "\n".join([*parts, "</svg>", ""])


def _apart(wanted: dict[str, float]) -> dict[str, float]:
    """Heights of the labels: as wanted, from the top down, none closer than a line to the one above."""
    heights: dict[str, float] = {}
    last = -math.inf
    for name, y in sorted(wanted.items(), key=lambda item: item[1]):
        last = heights[name] = max(y, last + LINE)
    return heights


def _grid(at: Any, xs: tuple[int, int], ys: tuple[int, int]) -> list[str]:
    parts = []
    for e in range(xs[0], xs[1] + 1):
        (x, bottom), (_x, top) = at(10**e, 10 ** ys[0]), at(10**e, 10 ** ys[1])
        parts.append(f'<path d="M{x:.1f} {top:.1f}V{bottom:.1f}" stroke="#dddddd"/>')
        parts.append(f'<text x="{x:.1f}" y="{bottom + 20:.1f}" text-anchor="middle">{10**e:,}</text>')
    for e in range(ys[0], ys[1] + 1):
        (left, y), (right, _y) = at(10 ** xs[0], 10**e), at(10 ** xs[1], 10**e)
        parts.append(f'<path d="M{left:.1f} {y:.1f}H{right:.1f}" stroke="#dddddd"/>')
        parts.append(f'<text x="{left - 8:.1f}" y="{y + 4:.1f}" text-anchor="end">{10**e:g}</text>')
    middle, bottom = at(10 ** ((xs[0] + xs[1]) / 2), 10 ** ys[0])
    parts.append(f'<text x="{middle:.1f}" y="{bottom + 42:.1f}" text-anchor="middle">firms</text>')
    parts.append(f'<text x="8" y="{TOP - 8}">ms a firm, one thread</text>')
    return parts


def _line(at: Any, name: str, points: dict[int, float], colour: str, dash: str, height: float) -> list[str]:
    spots = [at(n, t) for n, t in sorted(points.items())]
    path = "M" + "L".join(f"{x:.1f} {y:.1f}" for x, y in spots)
    marks = [f'<circle cx="{x:.1f}" cy="{y:.1f}" r="4" fill="{colour}"/>' for x, y in spots]
    (x, y), edge = spots[-1], WIDTH - RIGHT + 18
    leader = (
        f'<path d="M{x + 6:.1f} {y:.1f}L{edge - 4} {height:.1f}" stroke="{colour}" stroke-opacity="0.35"/>'
    )
    label = f'<text x="{edge}" y="{height + 4:.1f}" fill="{colour}">{escape(name)}</text>'
    line = f'<path d="{path}" fill="none" stroke="{colour}" stroke-width="2" stroke-dasharray="{dash}"/>'
    return [line, *marks, leader, label]
