"""Days and amounts as people of each language write them."""

from __future__ import annotations

import datetime as dt

from django.utils import timezone

from chainmend.i18n import language
from chainmend.names import CURRENCY, currency_name

_UNITS = {"zh": 1e8, "en": 1e6}
_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
_LEAST, _MANY = 0.01, 100


def day(date: dt.date) -> str:
    """Return a day; of a moment, the day it is in the city.

    Examples
    --------
    >>> from chainmend.i18n import speaking
    >>> for spoken in ("zh", "en"):
    ...     with speaking(spoken):
    ...         day(dt.date(2026, 3, 5))
    '2026 年 3 月 5 日'
    '5 Mar 2026'
    """
    if isinstance(date, dt.datetime):
        date = timezone.localdate(date)
    if language() == "zh":
        return f"{date.year} 年 {date.month} 月 {date.day} 日"
    return f"{date.day} {_MONTHS[date.month - 1]} {date.year}"


def iso(text: str) -> str:
    """Return a day that is kept as text, as `day` writes it; what is no day stays as it is.

    Examples
    --------
    >>> iso("soon")
    'soon'
    """
    try:
        return day(dt.date.fromisoformat(text))
    except ValueError:
        return text


def unit_of(currency: str = CURRENCY) -> str:
    """Return the unit that `in_unit` writes amounts in.

    Examples
    --------
    >>> from chainmend.i18n import speaking
    >>> for spoken in ("zh", "en"):
    ...     with speaking(spoken):
    ...         unit_of()
    '亿元'
    'm yuan'
    """
    name = currency_name(currency)
    return f"亿{name[0]}" if language() == "zh" else f"m {name[1]}"


def in_unit(value: float) -> str:
    """Return an amount in the unit of the language: 100 million (亿) in Chinese, a million in English.

    Examples
    --------
    >>> from chainmend.i18n import speaking
    >>> for spoken in ("zh", "en"):
    ...     with speaking(spoken):
    ...         in_unit(1.234e8), in_unit(3e5), in_unit(0.0), in_unit(2.5e11)
    ('1.2', '<0.01', '0', '2,500')
    ('123', '0.30', '0', '250,000')
    """
    amount = value / _UNITS[language()]
    if amount == 0:
        return "0"
    if 0 < amount < _LEAST:
        return f"<{_LEAST}"
    size = abs(amount)
    return f"{amount:,.0f}" if size >= _MANY else f"{amount:,.1f}" if size >= 1 else f"{amount:.2f}"


def step_in_unit(low: float, high: float) -> str:
    """Return a step of the series 1, 2, 5, 10 in the unit of the language, without digits that say nothing.

    Examples
    --------
    >>> from chainmend.i18n import speaking
    >>> with speaking("zh"):
    ...     step_in_unit(2e7, 5e7), step_in_unit(0.0, 0.0), step_in_unit(5e8, 1e9)
    ('0.2–0.5', '0', '5–10')
    """
    unit = _UNITS[language()]
    if not high:
        return "0"
    if high / unit <= _LEAST:
        return f"<{_LEAST}"
    return f"{low / unit:,.10g}–{high / unit:,.10g}"
