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


CURRENCY = "CNY"
"""ISO 4217 code of the amounts of a dataset that does not say."""


@cache
def is_currency(code: str) -> bool:
    """Return whether `code` is an ISO 4217 code of money that some country pays or paid with.

    Examples
    --------
    >>> is_currency("EUR"), is_currency("eur"), is_currency("XTS")
    (True, False, False)
    """
    from babel.core import get_global

    return code == CURRENCY or "ZZ" not in get_global("all_currencies").get(code, ("ZZ",))  # ZZ: nowhere


@cache
def currency_name(code: str) -> tuple[str, str]:
    """Return what stands behind an amount: 元 and yuan, else the Chinese name (or the code) and the code.

    Examples
    --------
    >>> currency_name("CNY"), currency_name("EUR"), currency_name("ZZZ")
    (('元', 'yuan'), ('欧元', 'EUR'), ('ZZZ', 'ZZZ'))
    """
    if code == CURRENCY:
        return "元", "yuan"
    from babel import Locale

    return str(Locale("zh").currencies.get(code, code)), code


def money(amount: float, currency: str = CURRENCY) -> tuple[str, str]:
    """Return an amount as (亿 or 万, bn or m) of its currency.

    Examples
    --------
    >>> money(53_200_000_000.0)
    ('532 亿元', '53.2 bn yuan')
    >>> money(1_250_000.0)
    ('125 万元', '1.2 m yuan')
    >>> money(72_300_000.0, "EUR")
    ('7,230 万欧元', '72 m EUR')
    """
    zh = ("亿", amount / 1e8) if abs(amount) >= 1e8 else ("万", amount / 1e4)
    en = f"{_digits(amount / 1e9, 3)} bn" if abs(amount) >= 1e9 else f"{_digits(amount / 1e6, 2)} m"
    unit = currency_name(currency)
    return _in_chinese(f"{_digits(zh[1], 3)} {zh[0]}", unit[0]), f"{en} {unit[1]}"


def money_rounded(amount: float) -> float:
    """Return an amount with the digits that `money` writes in Chinese: three, or whole 亿 or 万 where those are more.

    Examples
    --------
    >>> money_rounded(53_234_567_890.0), money_rounded(1_254_321.0), money_rounded(0.0)
    (53200000000.0, 1250000.0, 0.0)
    """
    one = 1e8 if abs(amount) >= 1e8 else 1e4
    counted = amount / one
    return float(round(one * (round(counted) if abs(counted) >= 100 else float(f"{counted:.3g}"))))


def whole_money(amount: float, currency: str = CURRENCY) -> tuple[str, str]:
    """Return an amount to its last unit, in Chinese and in English.

    Examples
    --------
    >>> whole_money(7230.0), whole_money(7230.0, "EUR")
    (('7,230 元', '7,230 yuan'), ('7,230 欧元', '7,230 EUR'))
    """
    unit = currency_name(currency)
    return _in_chinese(f"{amount:,.0f}", unit[0]), f"{amount:,.0f} {unit[1]}"


def _in_chinese(amount: str, unit: str) -> str:
    """A space stands between Chinese and figures or Latin letters only."""
    return f"{amount} {unit}" if amount[-1].isdigit() or unit.isascii() else f"{amount}{unit}"


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
