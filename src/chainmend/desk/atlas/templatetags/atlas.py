"""Tags of the atlas: names in the language of the moment, bars, state shapes."""

from __future__ import annotations

import calendar
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from django import template
from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe

from chainmend.desk.atlas.draw.marks import icon
from chainmend.desk.atlas.draw.spark import crossing_bar
from chainmend.desk.atlas.growth import Excess
from chainmend.desk.atlas.states import State, badge_of, kind_name, state_name
from chainmend.desk.atlas.trend import MARKS
from chainmend.desk.suppression import FEWEST_FIRMS
from chainmend.i18n import _, language
from chainmend.indicators.position import COUNTS
from chainmend.indicators.wording import measure_name
from chainmend.names import currency_name, is_currency, money

if TYPE_CHECKING:
    import datetime as dt

    from chainmend.desk.atlas.league import Row
    from chainmend.desk.atlas.trend import Crossing
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
    return money(value, view.dataset.currency)[0 if language() == "zh" else 1].replace(",", "\u202f")


@register.filter
def units(amount: str) -> SafeString:
    """An amount whose unit stands smaller beside it; words as they are.

    Examples
    --------
    >>> units("195 m yuan"), units("withheld")
    ('195<small> m yuan</small>', 'withheld')
    """
    number, _space, unit = amount.partition(" ")
    if not unit or not number[-1:].isdigit():
        return format_html("{}", amount)
    return format_html("{}<small>{}</small>", number, f" {unit}")


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
        return sign + money(line.value, line.unit)[0 if language() == "zh" else 1].replace(",", "\u202f")
    if line.kind != "value":
        return sign + f"{line.value:+.2%}".replace("-", "−")
    if line.unit in COUNTS[1:]:
        return sign + _("{n} firms").format(n=f"{line.value:,.0f}")
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
def month(found: tuple[int, int] | None) -> str:
    """A month of a year in words.

    Examples
    --------
    >>> month((2028, 6))
    'Jun 2028'
    """
    if found is None:
        return _("not within a hundred years")
    if language() == "zh":
        return f"{found[0]} 年 {found[1]} 月"
    return f"{calendar.month_abbr[found[1]]} {found[0]}"


@register.filter
def month_code(found: tuple[int, int] | None) -> str:
    """A month of a year in figures; "later" where it is not known.

    Examples
    --------
    >>> month_code((2028, 6))
    '2028-06'
    """
    return f"{found[0]}-{found[1]:02d}" if found else _("later")


@register.filter
def rate(growth: float) -> str:
    """A rate of growth with its sign.

    Examples
    --------
    >>> rate(-0.004)
    '−0.4%'
    """
    return f"{growth:+.1%}".replace("-", "−")


@register.filter
def mark(crossing: Crossing) -> str:
    """The mark that an output is to cross, in words."""
    return _("1,000 bn") if crossing.mark >= MARKS["trillion"] else _("100 bn")


@register.filter
def drawn(crossing: Crossing, date: dt.date) -> SafeString:
    """When it is crossed, as a bar."""
    return mark_safe(crossing_bar(crossing, date))  # ours alone


@register.filter
def bare(value: float, unit: str) -> str:
    """A number of a column whose head says its unit; money in 100 million or, in English, billions."""
    if not is_currency(unit):
        return f"{value:,.6g}".replace(",", "\u202f").replace("-", "−")
    shown = value / (1e8 if language() == "zh" else 1e9)
    return f"{shown:,.{0 if abs(shown) >= 1000 or language() == 'zh' else 1}f}".replace(
        ",", "\u202f"
    ).replace("-", "−")


@register.filter
def column(unit: str) -> str:
    """The unit of such a column."""
    if not is_currency(unit):
        return "" if unit == "1" else unit
    name = currency_name(unit)
    return f"亿{name[0]}" if language() == "zh" else f"bn {name[1]}"


@register.filter
def of_most(value: float, rows: Sequence[Row]) -> float:
    """A number as a share of the greatest of a league."""
    most = max(row.value for row in rows)
    return value / most if most > 0 else 0.0


@register.filter
def figure(found: Figure) -> str:
    """A published figure: its value, its growth, or both."""
    side = 0 if language() == "zh" else 1
    parts = [measure_name(found.scope.measure)[side]]
    if found.value is not None:
        parts.append(
            money(found.value, found.unit)[side].replace(",", "\u202f")
            if is_currency(found.unit)
            else f"{found.value:,.6g} {found.unit}"
        )
    if found.growth is not None:
        parts.append(f"{found.growth:+.1%}".replace("-", "−"))
    return " ".join(parts)
