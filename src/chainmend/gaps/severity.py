"""Severity 0-100: criticality x exposure x recovery difficulty, each 0..1 on absolute anchors.

Nothing is normalised by the worst segment, so a figure means the same in every city and every scan. A component
that cannot be computed is unknown: it spans 0..1 and the severity carries its range.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Component:
    """One of the three, as an interval; `value` is None where nothing is known of it."""

    low: float = 0.0
    high: float = 1.0

    @property
    def value(self) -> float | None:
        """Middle of the interval, None where it spans everything."""
        return None if self.high - self.low >= 1.0 else (self.low + self.high) / 2


@dataclass(frozen=True)
class SeverityTriple:
    """Severity with its three components and its range."""

    value: float
    low: float
    high: float
    criticality: Component
    exposure: Component
    recovery: Component


def geometric(criticality: float, exposure: float, recovery: float) -> float:
    """Return ``100 (C E R)^(1/3)``.

    Examples
    --------
    >>> round(geometric(0.5, 0.5, 0.5), 6)
    50.0
    """
    return float(100.0 * (criticality * exposure * recovery) ** (1 / 3))


def criticality(loss: float | None, anchor: float) -> Component:
    """Share of the city's output against its anchor: lost beyond the segment, or on segments that need it.

    Examples
    --------
    >>> criticality(0.05, 0.2).value
    0.25
    >>> criticality(None, 0.2).value is None
    True
    """
    if loss is None:
        return Component()
    value = min(1.0, loss / anchor)
    return Component(value, value)


def exposure(
    self_sufficiency: float | None,
    top_share: float | None,
    foreign_share: float | None,
    origin_hhi: float | None,
) -> Component:
    """Largest of what is known: share bought outside, top supplier's share, foreign share x HHI over origins.

    Examples
    --------
    >>> exposure(0.75, 0.5, None, None).value
    0.5
    """
    known = []
    if self_sufficiency is not None:
        known.append(1.0 - self_sufficiency)
    if top_share is not None:
        known.append(top_share)
    if foreign_share is not None and origin_hhi is not None:
        known.append(foreign_share * origin_hhi)
    if not known:
        return Component()
    value = min(1.0, max(known))
    return Component(value, value)


def recovery(alternatives: int | None, density: float | None, anchor: int) -> Component:
    """``1 - min(1, alternatives / anchor) (0.5 + 0.5 relatedness density)``; an unknown density spans 0..1.

    Examples
    --------
    >>> recovery(0, None, 3).value
    1.0
    >>> recovery(3, 1.0, 3).value
    0.0
    >>> recovery(3, None, 3)
    Component(low=0.0, high=0.5)
    """
    if alternatives is None:
        return Component()
    near = min(1.0, alternatives / anchor)
    low_density, high_density = (0.0, 1.0) if density is None else (density, density)
    return Component(1.0 - near * (0.5 + 0.5 * high_density), 1.0 - near * (0.5 + 0.5 * low_density))


def severity(c: Component, e: Component, r: Component) -> SeverityTriple:
    """Combine the three; the value is taken at the middle of each interval.

    Examples
    --------
    >>> triple = severity(Component(1, 1), Component(1, 1), Component(0, 1))
    >>> triple.low, round(triple.value, 1), triple.high
    (0.0, 79.4, 100.0)
    """
    middle = [(x.low + x.high) / 2 for x in (c, e, r)]
    return SeverityTriple(
        geometric(*middle), geometric(c.low, e.low, r.low), geometric(c.high, e.high, r.high), c, e, r
    )
