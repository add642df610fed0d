"""Marks of the list: severity, interval, flag, finding, strip. Drawn as SVG, for pages carry no inline styles."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import TYPE_CHECKING

from django import template
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString, mark_safe

from chainmend.desk.atlas.draw.marks import icon
from chainmend.desk.atlas.draw.marks import strip as draw
from chainmend.desk.worklist.colours import flag
from chainmend.desk.worklist.days import day, in_unit, iso, step_in_unit
from chainmend.desk.worklist.words import kind_name
from chainmend.i18n import _

if TYPE_CHECKING:
    from chainmend.desk.atlas.states import State
    from chainmend.desk.figures import Figures, Loss, Part
    from chainmend.desk.worklist.models import Entry

register = template.Library()

_FILLS = ("#2c6a5d", "#4b8577", "#84aca1")
_WIDE = 66
_STATES = {
    "missing": "missing",
    "outside_dependent": "outside",
    "single_source": "single",
    "weak": "weak",
}
"""Findings that are a state of the segment, whose shape the chain map draws."""


@register.simple_tag
def badge(kind: str) -> SafeString:
    """A finding: shape and word, or a word in a frame where it is no state of a segment."""
    if kind not in _STATES:
        return format_html('<span class="fb k-other">{}</span>', kind_name(kind))
    shape = mark_safe(icon(_STATES[kind]))
    return format_html('<span class="fb k-{}">{}{}</span>', _STATES[kind], shape, kind_name(kind))


@register.simple_tag
def due(entry: Entry) -> SafeString:
    """The flag of time: shape, colour and words with days."""
    found = flag(entry)
    return format_html('<span class="due {}">{}</span>', found.colour, found.words)


@register.simple_tag
def severity(found: Figures) -> SafeString:
    """The severity with its three parts as bars of one scale; a part that is not known is hatched."""
    names = (_("Criticality"), _("Exposure"), _("Recovery"))
    told = " ".join(f"{name} {part.words}" for name, part in zip(names, found.parts, strict=True))
    bars = format_html_join("", "{}", ((_bar(i, part.bar),) for i, part in enumerate(found.parts)))
    return format_html(
        '<span class="sev{}"><b>{}{}</b><svg class="tri" viewBox="0 0 66 19" role="img" aria-label="{}">'
        "<title>{}</title>{}</svg></span>",
        "" if found.exact else " band", found.severity,
        format_html("<small>{}</small>", found.span) if found.span else "", told, told, bars,
    )  # fmt: skip


def _bar(index: int, value: float | None) -> SafeString:
    y = index * 7
    if value is None:
        ticks = format_html_join(
            "", '<path d="M{} {}v5" stroke="#9fada8" stroke-width="2"/>', ((x, y) for x in range(1, _WIDE, 5))
        )
        return format_html("<g>{}</g>", ticks)
    return format_html(
        '<rect y="{}" width="66" height="5" fill="#eaefec"/><rect y="{}" width="{}" height="5" fill="{}"/>',
        y, y, f"{_WIDE * value:.1f}", _FILLS[index],
    )  # fmt: skip


@register.simple_tag
def long_bar(part: Part, index: int) -> SafeString:
    """One part of the severity over the whole width of its place."""
    if part.bar is None:
        return format_html('<span class="unk">{}</span>', _("not known"))
    return format_html(
        '<svg class="bar" viewBox="0 0 100 8" preserveAspectRatio="none" aria-hidden="true">'
        '<rect width="100" height="8" fill="#eaefec"/><rect width="{}" height="8" fill="{}"/></svg>',
        f"{100 * part.bar:.1f}",
        _FILLS[index],
    )


@register.simple_tag
def loss_words(loss: Loss) -> str:
    """A loss avoided in the unit of the language: an estimate, or a band."""
    return _loss(loss)


def _loss(loss: Loss) -> str:
    if loss.value is not None:
        return in_unit(loss.value)
    return step_in_unit(loss.low, loss.high)


@register.simple_tag
def interval(loss: Loss | None, top: float) -> SafeString:
    """An estimate with its band of 95 %, or a band alone, on a scale from 0 to `top`, all in the same unit."""
    if loss is None or not top:
        return SafeString('<span class="iv"><b>—</b></span>')
    shape = "iv" if loss.value is not None else "iv band"
    low, high = (100 * min(x / top, 1) for x in (loss.low, loss.high))
    told, mark = _loss(loss), SafeString("")
    if loss.value is not None:
        told = _("{value}, 95% interval {low} to {high}").format(
            value=told, low=in_unit(loss.low), high=in_unit(loss.high)
        )
        at = min(max(100 * min(loss.value / top, 1) - 1.5, 0), 97)
        mark = format_html('<rect x="{}" y="1" width="3" height="12" fill="#8d4c12"/>', f"{at:.1f}")
    return format_html(
        '<span class="{}"><b>{}</b><svg class="ivl" viewBox="0 0 100 14" preserveAspectRatio="none" role="img" '
        'aria-label="{}"><title>{}</title><path d="M0 13.5h100" stroke="#dae2de"/>'
        '<rect x="{}" y="4" width="{}" height="6" fill="#e3bf95"/>{}</svg></span>',
        shape, _loss(loss), told, told, f"{low:.1f}", f"{max(high - low, 1):.1f}", mark,
    )  # fmt: skip


@register.filter
def local_day(text: str) -> str:
    """A day that is kept as text, as the language writes it; other words as they are."""
    return iso(text)


@register.filter
def as_day(date: dt.date) -> str:
    """A day as the language writes it."""
    return day(date)


@register.simple_tag
def strip(stages: Sequence[Sequence[tuple[str, State]]], here: str = "") -> SafeString:
    """The strip of a chain: segments with their states by stage, and the id of the one that an arrow points at."""
    ids = [id for stage in stages for id, _state in stage]
    states = [[state for _id, state in stage] for stage in stages]
    return mark_safe(draw(states, ids.index(here) if here in ids else None))  # no text of users is in it


@register.simple_tag
def history(points: Sequence[tuple[str, float]]) -> SafeString:
    """Severities (0 to 100) scan after scan, the first and the last with their number; dates below."""
    if not points:
        return SafeString("")
    step = 216 / max(len(points) - 1, 1)
    at = [(8 + step * i, 52 - 0.45 * value) for i, (_date, value) in enumerate(points)]
    line = " ".join(f"{x:.0f},{y:.0f}" for x, y in at)
    dots = format_html_join(
        "", '<circle cx="{}" cy="{}" r="2.4" fill="#fff" stroke="#14211d" stroke-width="1.4"/>',
        ((f"{x:.0f}", f"{y:.0f}") for x, y in at[:-1]),
    )  # fmt: skip
    dates = format_html_join(
        "", '<text x="{}" y="72" font-size="10.5" fill="#596863" text-anchor="{}">{}</text>',
        [(0, "start", iso(points[0][0])), (250, "end", iso(points[-1][0]))][: len(points)],
    )  # fmt: skip
    said = _("severity scan after scan: {numbers}").format(numbers=", ".join(f"{v:.0f}" for _d, v in points))
    return format_html(
        '<svg class="hist" viewBox="0 0 250 76" role="img" aria-label="{}"><path d="M0 56H250" stroke="#dae2de"/>'
        '<polyline points="{}" fill="none" stroke="#14211d" stroke-width="1.8"/>{}'
        '<circle cx="{}" cy="{}" r="3.6" fill="#0c574c" stroke="#14211d" stroke-width="1.4"/>'
        '<text x="{}" y="{}" font-size="13" font-weight="700" fill="#14211d">{}</text>{}</svg>',
        said, line, dots, f"{at[-1][0]:.0f}", f"{at[-1][1]:.0f}", f"{at[-1][0] + 8:.0f}",
        f"{at[-1][1] + 5:.0f}", f"{points[-1][1]:.0f}", dates,
    )  # fmt: skip
