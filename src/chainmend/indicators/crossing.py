"""When clusters reach the size of their tier, by published figures."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import TYPE_CHECKING

from chainmend.i18n import both
from chainmend.indicators.milestone import milestone
from chainmend.indicators.position import growth_between
from chainmend.indicators.published import Part, base_before, parts
from chainmend.indicators.scope import Figure, Scope
from chainmend.registry import register

if TYPE_CHECKING:
    from chainmend.indicators.city import City
    from chainmend.indicators.reading import Reading

TARGETS = {"trillion": 1e12, "hundred-billion": 1e11}
"""What a cluster of that tier is to reach in twelve months, in the currency of the dataset."""


@register(
    "indicator",
    "milestone",
    name=("距目标规模月数", "Months to the milestone"),
    unit="months",
    needs=("statistics",),
    reference="Trailing twelve-month total carried on at its growth",
)
def milestones_of_clusters(city: City) -> Iterator[Reading]:
    """Months until a cluster's twelve-month total reaches its tier (a trillion, a hundred billion) at its last growth.

    The interval is between its greatest and its least yearly growth on record; months within a period are taken as
    even.
    """
    tiers = {c.id: TARGETS[c.tier] for c in city.catalogue.clusters if c.tier in TARGETS}
    everything = parts(city)
    for part in everything:
        last = part.last
        if part.subject not in tiers or last.scope.basis != "nominal" or last.unit != city.dataset.currency:
            continue
        if last.value is None or any(_overtakes(other, part) for other in everything):
            continue
        rates = _rates(part.years)
        monthly = _trailing(part, everything)
        if monthly is None:
            yield part.reading(None, both("a total of twelve months is not known"))
        elif not rates:
            yield part.reading(None, both("its growth is not known"))
        else:
            yield _crossing(part, monthly, rates, tiers[part.subject])


def _overtakes(other: Part, part: Part) -> bool:
    """Whether `other` is of the same cluster, measure and universe, and later."""
    a, b = other.last.scope, part.last.scope
    alike = other.subject == part.subject and other.last.unit == part.last.unit
    return alike and not set(a.differences(b)) - {"months", "year"} and a.end > b.end


def _crossing(part: Part, monthly: list[float], rates: list[float], target: float) -> Reading:
    scope = part.last.scope

    def months(growth: float) -> float | None:
        found = milestone(monthly, (scope.year, scope.months), target, growth)
        return None if found is None else float((found[0] - scope.year) * 12 + found[1] - scope.months)

    value, low, high = months(rates[-1]), months(max(rates)), months(min(rates))
    growth = f"{rates[-1]:.1%}"
    if value is None:
        return part.reading(None, both("never, at {growth} a year", growth=growth))
    y, m = divmod(scope.year * 12 + scope.months - 1 + int(value), 12)
    note = both("in {month}, at {growth} a year", month=f"{y}-{m + 1:02}", growth=growth)
    reading = part.reading(value, note)
    return replace(reading, low=low, high=high) if None not in (low, high) and low != high else reading


def _rates(years: Mapping[int, Figure]) -> list[float]:
    """Known growth of one year on the one before, in order of year; the last figure's must be among them."""
    found = {}
    for year, figure in years.items():
        rate = figure.growth if figure.bound == "exact" else None
        if rate is None and year - 1 in years:
            rate = growth_between(years[year - 1], figure)
        if rate is not None:
            found[year] = rate
    return [found[year] for year in sorted(found)] if max(years) in found else []


def _trailing(part: Part, everything: tuple[Part, ...]) -> list[float] | None:
    """Twelve months up to the last figure: its own, and the end of the year before from the full year's total."""
    last = part.last
    n = last.scope.months
    if last.value is None or last.bound != "exact" or last.value < 0:
        return None
    this = [last.value / n] * n
    if n == 12:
        return this if last.value > 0 else None
    base = base_before(part.years, last.scope.year)
    full = Scope(last.scope.measure, last.scope.universe, last.scope.year - 1)
    totals = [
        other.years[full.year]
        for other in everything
        if other.subject == part.subject and full.year in other.years and other.years[full.year].scope == full
    ]
    total = totals[0] if totals else None
    if base is None or total is None or total.value is None or total.bound != "exact" or total.value < base:
        return None
    if total.value == base and last.value == 0:
        return None
    return [(total.value - base) / (12 - n)] * (12 - n) + this
