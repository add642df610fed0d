"""The shape of each state of a segment: shape first, colour second, so that grey prints say the same."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from html import escape

from chainmend.desk.atlas.states import State, counted

_ICONS: Mapping[str, str] = {
    "ok": '<circle cx="8" cy="8" r="5.6" fill="#a8c5bb" stroke="#557c70" stroke-width="1.4"/>',
    "weak": '<circle cx="8" cy="8" r="5.8" fill="#fff" stroke="#7857a5" stroke-width="1.5"/>'
    '<path d="M2.2 8a5.8 5.8 0 0 0 11.6 0z" fill="#cfbbe3" stroke="#7857a5" stroke-width="1.5"/>',
    "single": '<path d="M1.6 2.6h12.8L8 14.4z" fill="#ad2f78"/>',
    "outside": '<path d="M8 .8 15.2 8 8 15.2.8 8z" fill="#553a9c"/>',
    "none": '<circle cx="8" cy="8" r="4" fill="#fff" stroke="#76857f" stroke-width="1.2"/>',
    "missing": '<circle cx="8" cy="8" r="6" fill="#fff" stroke="#14211d" stroke-width="2.2" '
    'stroke-dasharray="3.4 2.3"/>',
}


def icon(state: str) -> str:
    """Return the shape of a state as a small SVG; nothing for what has none.

    Examples
    --------
    >>> icon("outside")[:4], icon("other")
    ('<svg', '')
    """
    inner = _ICONS.get(state)
    if inner is None:
        return ""
    return f'<svg viewBox="0 0 16 16" width="14" height="14" aria-hidden="true">{inner}</svg>'


def mark(state: State, r: float) -> str:
    """Return the shape of a state around the origin, with the area of a circle of radius `r`.

    Examples
    --------
    >>> mark("ok", 5.0)
    '<circle class="k-ok" r="5.0"/>'
    """
    if state == "missing":
        return f'<circle class="k-missing" r="{max(r, 7.0):.1f}"/>'
    if state == "outside":
        d = r * 1.2533  # half the diagonal of a square of the same area
        return f'<path class="k-outside" d="M0 {-d:.1f} {d:.1f} 0 0 {d:.1f} {-d:.1f} 0z"/>'
    if state == "single":
        a, h = r * 1.3468, r * 2.3327  # half the side and the height of a triangle of the same area
        return f'<path class="k-single" d="M{-a:.1f} {-h / 3:.1f}H{a:.1f}L0 {2 * h / 3:.1f}z"/>'
    if state == "weak":
        return (
            f'<circle class="k-weak" r="{r:.1f}"/><path class="k-weak-half" '
            f'd="M{-r:.1f} 0a{r:.1f} {r:.1f} 0 0 0 {2 * r:.1f} 0z"/>'
        )
    return f'<circle class="k-{state}" r="{r:.1f}"/>'


_HEIGHT, _STEP, _CELL, _GAP = 13.0, 6.0, 4.5, 5.0
_BELOW = 7.0
"""What an arrow under the strip takes."""


def strip(stages: Sequence[Sequence[State]], here: int | None = None) -> str:
    """Return the chain strip: one cell a segment, upstream to downstream, stages a little apart.

    It is the one drawing of a chain's states in small, for tiles, entries and the list; it says its counts to who does
    not see it.

    Parameters
    ----------
    stages
        States of the segments of each stage, upstream first.
    here
        Number of the segment, from 0 on, that an arrow points at; None for no arrow.

    Examples
    --------
    >>> strip([["missing"], ["ok", "weak"]]).count("<rect")
    3
    >>> strip([["missing"], ["ok", "weak"]], here=1).count('class="here"')
    1
    """
    x, cells, seen = 0.0, [], 0
    for states in stages:
        for state in states:
            cells.append(_cell(state, x))
            if seen == here:
                middle = x + _CELL / 2
                cells.append(f'<path class="here" d="M{middle:.2f} 15l3 4.5h-6z" fill="#14211d"/>')
            x += _STEP
            seen += 1
        x += _GAP
    width = max(x - _GAP - (_STEP - _CELL), 1.0)
    height = _HEIGHT + (0.0 if here is None else _BELOW)
    said = escape(counted(state for states in stages for state in states))
    return (
        f'<svg class="strip" viewBox="0 0 {width:.1f} {height:.0f}" width="{width:.0f}" height="{height:.0f}" '
        f'preserveAspectRatio="none" role="img" aria-label="{said}"><title>{said}</title>'
        f"{''.join(cells)}</svg>"
    )


def _cell(state: State, x: float) -> str:
    if state == "weak":
        return (
            f'<rect x="{x + 0.4:.1f}" y="6.5" width="3.7" height="6" fill="#cfbbe3" stroke="#7857a5" '
            'stroke-width=".8"/>'
        )
    if state == "single":
        return f'<rect x="{x + 1.25:.2f}" y="0" width="2" height="13" fill="#ad2f78"/>'
    if state == "missing":
        return (
            f'<rect x="{x + 0.6:.1f}" y=".6" width="3.3" height="11.8" fill="#fff" stroke="#14211d" '
            'stroke-width="1.2" stroke-dasharray="2 1.5"/>'
        )
    if state == "none":
        return (
            f'<rect x="{x + 0.5:.1f}" y="9.5" width="3.5" height="3" fill="#fff" stroke="#76857f" '
            'stroke-width=".8"/>'
        )
    colour = "#553a9c" if state == "outside" else "#a8c5bb"
    return f'<rect x="{x:.1f}" y="0" width="{_CELL}" height="13" fill="{colour}"/>'
