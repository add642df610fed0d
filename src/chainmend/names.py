"""Names of countries and amounts of money as each language writes them."""

from __future__ import annotations

from functools import cache

_AS_WRITTEN_IN_CHINA = {"TWN": "中国台湾", "HKG": "中国香港", "MAC": "中国澳门"}


@cache
def country_name(code: str) -> tuple[str, str]:
    """Return (Chinese, English) of an ISO 3166 alpha-3 code; the code itself where it is none.

    Examples
    --------
    >>> country_name("NLD")
    ('荷兰', 'Netherlands')
    >>> country_name("杭州市")
    ('杭州市', '杭州市')
    """
    from babel import Locale
    from babel.core import get_global

    alias = get_global("territory_aliases").get(code)
    if not alias:
        return code, code
    zh, en = (str(Locale(language).territories.get(alias[0], code)) for language in ("zh", "en"))
    return _AS_WRITTEN_IN_CHINA.get(code, zh), en


def money(yuan: float) -> tuple[str, str]:
    """Return an amount as (亿元 or 万元, bn or m yuan).

    Examples
    --------
    >>> money(53_200_000_000.0)
    ('532 亿元', '53.2 bn yuan')
    >>> money(1_250_000.0)
    ('125 万元', '1.2 m yuan')
    >>> money(72_300_000.0)
    ('7,230 万元', '72 m yuan')
    """
    zh = f"{_digits(yuan / 1e8, 3)} 亿元" if abs(yuan) >= 1e8 else f"{_digits(yuan / 1e4, 3)} 万元"
    en = f"{_digits(yuan / 1e9, 3)} bn yuan" if abs(yuan) >= 1e9 else f"{_digits(yuan / 1e6, 2)} m yuan"
    return zh, en


def _digits(value: float, digits: int) -> str:
    """At least so many digits, never an exponent for a large value."""
    return f"{value:,.0f}" if abs(value) >= 10 ** (digits - 1) else f"{value:,.{digits}g}"


def percent(share: float) -> str:
    """Return a share as whole per cent, one decimal below one per cent and between 99 and 100.

    Examples
    --------
    >>> percent(0.864), percent(0.004), percent(0.996)
    ('86%', '0.4%', '99.6%')
    """
    return f"{share:.1%}" if 0 < share < 0.01 or 0.99 < share < 1 else f"{share:.0%}"
