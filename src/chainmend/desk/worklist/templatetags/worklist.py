"""Marks of the list: severity, interval, flag, finding, strip. Drawn as SVG, for pages carry no inline styles."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from django import template
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString, mark_safe

from chainmend.desk.atlas.draw.marks import icon
from chainmend.desk.atlas.draw.marks import strip as draw
from chainmend.desk.worklist.colours import flag
from chainmend.desk.worklist.words import kind_name
from chainmend.i18n import _

if TYPE_CHECKING:
    from chainmend.desk.atlas.states import State
    from chainmend.desk.worklist.models import Entry

register = template.Library()

_FILLS = ("#2c6a5d", "#4b8577", "#84aca1")
_WIDE = 66
_LEAST = 0.01
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


def parts(entry: Entry) -> tuple[tuple[str, float | None], ...]:
    """Name and value (0 to 1, None where not known) of the three parts of the severity."""
    return (
        (_("Criticality"), entry.criticality),
        (_("Exposure"), entry.exposure),
        (_("Recovery"), entry.recovery),
    )


@register.simple_tag
def severity(entry: Entry) -> SafeString:
    """The severity with its three parts as bars of one scale; a part that is not known is hatched."""
    said = " ".join(
        f"{name} {value:.2f}" if value is not None else f"{name} {_('not known')}"
        for name, value in parts(entry)
    )
    bars = format_html_join("", "{}", ((_bar(i, v),) for i, (_name, v) in enumerate(parts(entry))))
    return format_html(
        '<span class="sev"><b>{}{}</b><svg class="tri" viewBox="0 0 66 19" role="img" aria-label="{}">'
        "<title>{}</title>{}</svg></span>",
        "—" if entry.severity is None else f"{entry.severity:.0f}",
        _range(entry),
        said,
        said,
        bars,
    )


def _range(entry: Entry) -> SafeString:
    known = all(v is not None for _name, v in parts(entry))
    if known or entry.severity_low is None or entry.severity_high is None:
        return SafeString("")
    return format_html("<small>{}–{}</small>", f"{entry.severity_low:.0f}", f"{entry.severity_high:.0f}")


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
def long_bar(value: float | None, index: int) -> SafeString:
    """One part of the severity over the whole width of its place."""
    if value is None:
        return format_html('<span class="unk">{}</span>', _("not known"))
    return format_html(
        '<svg class="bar" viewBox="0 0 100 8" preserveAspectRatio="none" aria-hidden="true">'
        '<rect width="100" height="8" fill="#eaefec"/><rect width="{}" height="8" fill="{}"/></svg>',
        f"{100 * value:.1f}",
        _FILLS[index],
    )


@register.simple_tag
def hundred_million(value: float | None) -> str:
    """An amount in 100 million, with one place; a stroke where it is not known."""
    if value is None:
        return "—"
    amount = value / 1e8
    if amount == 0:
        return "0"
    if 0 < amount < _LEAST:
        return f"<{_LEAST}"
    return f"{amount:,.1f}" if abs(amount) >= 1 else f"{amount:.2f}"


@register.simple_tag
def interval(value: float | None, low: float | None, high: float | None, top: float) -> SafeString:
    """An estimate with its band of 95 % on a scale from 0 to `top`, all in the same unit."""
    if value is None or low is None or high is None or not top:
        return SafeString('<span class="iv"><b>—</b></span>')
    at = [100 * min(x / top, 1) for x in (low, high, value)]
    said = _("{value}, 95% interval {low} to {high}").format(
        value=hundred_million(value), low=hundred_million(low), high=hundred_million(high)
    )
    return format_html(
        '<span class="iv"><b>{}</b><svg class="ivl" viewBox="0 0 100 14" preserveAspectRatio="none" role="img" '
        'aria-label="{}"><title>{}</title><path d="M0 13.5h100" stroke="#dae2de"/>'
        '<rect x="{}" y="4" width="{}" height="6" fill="#e3bf95"/>'
        '<rect x="{}" y="1" width="3" height="12" fill="#8d4c12"/></svg></span>',
        hundred_million(value), said, said, f"{at[0]:.1f}", f"{max(at[1] - at[0], 1):.1f}",
        f"{min(max(at[2] - 1.5, 0), 97):.1f}",
    )  # fmt: skip


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
        [(0, "start", points[0][0]), (250, "end", points[-1][0])] if len(points) > 1 else [(0, "start", points[0][0])],
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
