"""Tags that every template may use; they are loaded by themselves."""

from __future__ import annotations

import re

from django import template
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from chainmend.i18n import _

register = template.Library()
_CLAUSES = re.compile(r"(?<=[，；：。])|(?<=[:;,] )")


@register.simple_tag
def demo_mark() -> SafeString:
    """The mark of a block that shows made-up data."""
    return format_html(
        '<span class="demo" title="{}">{}</span>', _("Demo data: no real firm or city"), _("Demo")
    )


@register.simple_tag
def scope(*parts: str) -> SafeString:
    """The scope of a figure: measure, universe, period, comparison, parted by hairlines."""
    spans = format_html_join("", "<span>{}</span>", ((p,) for p in parts if p))
    return format_html('<span class="scope">{}</span>', spans)


@register.filter
def phrases(headline: str) -> SafeString:
    """A headline that breaks after punctuation only, where it can."""
    parts = [p for p in _CLAUSES.split(headline) if p]
    return format_html_join(
        "", '<span class="ph">{}</span>{}', ((p.rstrip(), p[len(p.rstrip()) :]) for p in parts)
    )


@register.filter
def grouped(value: float | None) -> str:
    """A number with thin spaces between thousands and a true minus; "not known" where there is none.

    Examples
    --------
    >>> grouped(-1234567.0)
    '−1\u202f234\u202f567'
    """
    if value is None:
        return _("not known")
    return f"{value:,.0f}".replace(",", "\u202f").replace("-", "−")
