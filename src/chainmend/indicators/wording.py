"""Names of measures, universes and parts of a scope in both languages."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

from chainmend.i18n import both

if TYPE_CHECKING:
    from collections.abc import Iterable

COUNTED = frozenset(
    {
        *("firms", "employees", "patents", "giants_100bn", "manufacturers_in_private_500"),
        *("firms_in_private_500", "firms_in_manufacturing_500", "firms_in_services_100"),
    }
)
"""Measures that count heads, and so are at no prices."""


def part_names(parts: Iterable[str]) -> tuple[str, str]:
    """Names of parts of a scope, or of the unit, in Chinese and in English.

    Examples
    --------
    >>> part_names(["months", "unit"])[1]
    'cumulated months, unit'
    """
    names = {
        "measure": both("statistical measure"),
        "universe": both("universe"),
        "year": both("year"),
        "months": both("cumulated months"),
        "basis": both("price basis"),
        "until": both("last month"),
        "unit": both("unit"),
    }
    comma = both(", ")
    zh, en = (comma[n].join(names[part][n] for part in parts) for n in (0, 1))
    return zh, en


def measure_name(measure: str) -> tuple[str, str]:
    """Return a measure in Chinese and in English; one that is not known stays as it is written.

    Examples
    --------
    >>> measure_name("value_added")[1], measure_name("吞吐量")
    ('value added', ('吞吐量', '吞吐量'))
    """
    return _measures().get(measure, (measure, measure))


def measure_id(name: str) -> str:
    """Return the measure that is so called in either language; one that is not known stays as it is written.

    Examples
    --------
    >>> measure_id("Value added"), measure_id("value_added"), measure_id("吞吐量")
    ('value_added', 'value_added', '吞吐量')
    """
    ids = {text.lower(): id for id, names in _measures().items() for text in names}
    return ids.get(name.strip().lower(), name)


@cache
def _measures() -> dict[str, tuple[str, str]]:
    return {
        "value_added": both("value added"),
        "gross_output": both("gross output"),
        "output": both("output"),
        "revenue": both("revenue"),
        "profit": both("profit"),
        "gdp": both("gross domestic product"),
        "secondary_value_added": both("value added of the secondary sector"),
        "exports": both("exports"),
        "imports": both("imports"),
        "purchases": both("purchases"),
        "sales": both("sales"),
        "employees": both("employees"),
        "firms": both("firms"),
        "patents": both("patents"),
        "firms_in_private_500": both("firms among the top 500 private enterprises"),
        "firms_in_manufacturing_500": both("firms among the top 500 private manufacturers"),
        "firms_in_services_100": both("firms among the top 100 private service enterprises"),
        "manufacturing_share": both("share of manufacturing"),
        "manufacturers_in_private_500": both("share of manufacturers among its top 500 private enterprises"),
        "giants_100bn": both("firms above 100 bn"),
    }


def universe_name(universe: str) -> tuple[str, str]:
    """Return a universe in Chinese and in English; one that is not known stays as it is written.

    Examples
    --------
    >>> universe_name("dataset")[1]
    'firms of the dataset'
    """
    names = {
        "dataset": both("firms of the dataset"),
        "customs": both("customs"),
        "world": both("the world"),
    }
    return names.get(universe, (universe, universe))
