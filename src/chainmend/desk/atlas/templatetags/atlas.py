"""Tags of the atlas: names in the language of the moment, bars, state shapes."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django import template
from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe

from chainmend.desk.atlas.draw.marks import icon
from chainmend.desk.atlas.growth import Excess
from chainmend.desk.atlas.states import State, badge_of, kind_name, state_name
from chainmend.desk.suppression import FEWEST_FIRMS
from chainmend.i18n import _, language
from chainmend.indicators.wording import measure_name
from chainmend.names import is_currency, money

if TYPE_CHECKING:
    from chainmend.desk.scans.view import ScanView
    from chainmend.indicators.position import Line
    from chainmend.indicators.scope import Figure

register = template.Library()
_LEAST = 0.05


@register.filter
def said(pair: Any) -> str:
    """The text of a pair, or of a catalogue's name, in the language of the moment."""
    if isinstance(pair, tuple):
        return str(pair[0 if language() == "zh" else 1])
    return str(pair[language()])


@register.filter
def share_bar(share: float | None) -> SafeString:
    """A bar from zero, filled to a share of 0..1."""
    width = f"{100 * min(max(share or 0.0, 0.0), 1.0):.1f}"
    return format_html(
        '<svg class="bar" viewBox="0 0 100 10" preserveAspectRatio="none" aria-hidden="true">'
        '<rect width="{}" height="10"/></svg>',
        width,
    )


@register.filter
def shape(state: str) -> SafeString:
    """The shape of a state, as maps and badges draw it."""
    return mark_safe(icon(state))  # ours alone: no text of users is in it


@register.filter
def points(excess: Excess) -> str:
    """A difference of growth in percentage points with its sign, and that of a bound.

    Examples
    --------
    >>> points(Excess(-2.14, "lower", None, None, ("", ""), "firms"))
    '≥ −2.1'
    """
    sign = {"exact": "", "lower": "≥ ", "upper": "≤ "}[excess.bound]
    return sign + (f"{excess.points:+.1f}".replace("-", "−") if abs(excess.points) >= _LEAST else "0.0")


@register.filter
def per_cent(share: float) -> str:
    """A share of 0..1 in per cent; small ones with the digits that tell them from nothing.

    Examples
    --------
    >>> per_cent(0.124), per_cent(0.0043), per_cent(1.0)
    ('12.4%', '0.43%', '100%')
    """
    return "100%" if share >= 1 else f"{share:.1%}" if share >= 0.01 else f"{share:.2%}"


@register.filter
def amount(value: float, view: ScanView) -> str:
    """Money of the scan's data in the language of the moment."""
    return money(value, view.dataset.currency)[0 if language() == "zh" else 1]


@register.filter
def few(count: int, exact: bool) -> str:
    """How many firms; how few exactly only to who may know."""
    return str(count) if exact or not 0 < count < FEWEST_FIRMS else _("fewer than {n}").format(n=FEWEST_FIRMS)


@register.filter
def state_word(state: State) -> str:
    """What a state is called."""
    return state_name(state)


@register.filter
def kind_word(kind: str) -> str:
    """What a finding of a rule is called."""
    return kind_name(kind)


@register.filter
def badge(kind: str) -> str:
    """The class of a finding's badge."""
    return badge_of(kind)


@register.filter
def remedy_word(remedy: str) -> str:
    """What a remedy is called."""
    return kind_name(remedy, "remedy")


@register.filter
def segment_name(id: str, view: ScanView) -> str:
    """The name of a segment; its id where the catalogue has it no more."""
    found = view.catalogue.segments.get(id)
    return found.name[language()] if found else id


@register.filter
def number(line: Line) -> str:
    """The number of a line of the ranks, with its unit and the sign of a bound."""
    sign = {"exact": "", "lower": "≥ ", "upper": "≤ "}[line.bound]
    if is_currency(line.unit):
        return sign + money(line.value, line.unit)[0 if language() == "zh" else 1]
    if line.kind != "value":
        return sign + f"{line.value:+.2%}".replace("-", "−")
    return sign + (f"{line.value:.1%}" if line.unit == "1" else f"{line.value:,.6g} {line.unit}")


@register.filter
def what(line: Line) -> str:
    """What kind of number a line of the ranks is."""
    if line.kind == "compound_growth":
        return _("growth a year since {year}, n = {n}").format(
            year=line.since, n=line.scope.year - (line.since or 0)
        )
    if line.kind == "growth":
        return _("growth on the year before")
    return measure_name(line.scope.measure)[0 if language() == "zh" else 1]


@register.filter
def figure(found: Figure) -> str:
    """A published figure: its value, its growth, or both."""
    side = 0 if language() == "zh" else 1
    parts = [measure_name(found.scope.measure)[side]]
    if found.value is not None:
        parts.append(
            money(found.value, found.unit)[side]
            if is_currency(found.unit)
            else f"{found.value:,.6g} {found.unit}"
        )
    if found.growth is not None:
        parts.append(f"{found.growth:+.1%}".replace("-", "−"))
    return " ".join(parts)
