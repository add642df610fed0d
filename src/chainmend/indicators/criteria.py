"""Criteria of dependence: one number of one year against its cut, for a product's trade and a segment's purchases.

A criterion holds above its cut, not at it. What cannot be known is None, and leaves it open whether it holds.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

from chainmend.errors import IndicatorError
from chainmend.i18n import _
from chainmend.settings import Thresholds

_CUTS = Thresholds()


@dataclass(frozen=True)
class Criterion:
    """One number of one year against its cut.

    Attributes
    ----------
    name
        Such as ``import_hhi``.
    value
        At least 0, infinite for a ratio to nothing; None where it is unknown.
    cut
        It holds above this, not at it.

    Raises
    ------
    IndicatorError
        If `value` is negative or NaN, or `cut` not a finite number.

    Examples
    --------
    >>> Criterion("import_hhi", 0.41, 0.4).holds, Criterion("import_hhi", 0.4, 0.4).holds
    (True, False)
    """

    name: str
    value: float | None
    cut: float

    def __post_init__(self) -> None:
        if self.value is not None and not self.value >= 0:
            raise IndicatorError(str(self.value), expected=_("a number of at least 0"), where=self.name)
        if not math.isfinite(self.cut):
            raise IndicatorError(
                str(self.cut), expected=_("a finite number"), where=_("cut of {name}").format(name=self.name)
            )

    @property
    def holds(self) -> bool | None:
        """Whether the value is above the cut; None where it is unknown."""
        return None if self.value is None else self.value > self.cut


def trade_criteria(
    import_hhi: float | None,
    imports: float | None,
    exports: float | None,
    *,
    world_hhi: float | None = None,
    cuts: Thresholds = _CUTS,
) -> tuple[Criterion, ...]:
    """Return the tests on a product's trade: few origins, few exporters in the world, more in than out.

    Parameters
    ----------
    import_hhi
        HHI of imports over origins, without the own country (re-imports are no origin), 0..1.
    imports, exports
        Of the region, in one unit, at least 0. Imports without exports count as infinite.
    world_hhi
        HHI of the world's exports over exporters, 0..1. Where None the test is left out, not held open: most customs
        come without it.
    cuts
        `origin_hhi` (0.4) for both HHIs and `imports_over_exports` (1).

    Raises
    ------
    IndicatorError
        If a number is negative or not finite.

    Notes
    -----
    Arjona, Connell and Herghelegiu (2023) for the European Commission; cuts of SWD(2021) 352.

    Examples
    --------
    >>> [(c.name, c.value, c.holds) for c in trade_criteria(0.5, 30.0, 0.0, world_hhi=0.3)]
    [('import_hhi', 0.5, True), ('world_hhi', 0.3, False), ('imports_over_exports', inf, True)]
    """
    world = () if world_hhi is None else (Criterion("world_hhi", world_hhi, cuts.origin_hhi),)
    return (
        Criterion("import_hhi", import_hhi, cuts.origin_hhi),
        *world,
        Criterion("imports_over_exports", ratio(imports, exports), cuts.imports_over_exports),
    )


def extra_region_criteria(
    import_hhi: float | None,
    extra_share: float | None,
    imports: float | None,
    exports: float | None,
    *,
    cuts: Thresholds = _CUTS,
) -> tuple[Criterion, ...]:
    """Return the older tests, for a union of regions that trade with each other.

    Parameters
    ----------
    import_hhi
        HHI over origins outside the union, 0..1.
    extra_share
        Share of all its members' imports that comes from outside it, 0..1.
    imports, exports
        From and to the outside, in one unit.
    cuts
        `origin_hhi` (0.4), `outside_share` (0.5) and `imports_over_exports` (1).

    Raises
    ------
    IndicatorError
        If a number is negative or not finite.

    Notes
    -----
    European Commission, SWD(2021) 352, three core indicators.

    Examples
    --------
    >>> [c.holds for c in extra_region_criteria(0.5, 0.5, 30.0, 10.0)]
    [True, False, True]
    """
    return (
        Criterion("import_hhi", import_hhi, cuts.origin_hhi),
        Criterion("extra_share", extra_share, cuts.outside_share),
        Criterion("imports_over_exports", ratio(imports, exports), cuts.imports_over_exports),
    )


def purchase_criteria(
    source_hhi: float | None,
    outside_share: float | None,
    outside: float | None,
    local_sales: float | None,
    *,
    cuts: Thresholds = _CUTS,
) -> tuple[Criterion, ...]:
    """Return the tests on what a city buys of a segment: the tests of trade, with purchases for imports.

    Parameters
    ----------
    source_hhi
        HHI of purchases over the places outside the city they come from, 0..1.
    outside_share
        Share of purchases from outside the city, 0..1.
    outside
        Purchases from outside, a year.
    local_sales
        Sales of the city's own firms on the segment, to anybody. None of them count as infinitely little.
    cuts
        `origin_hhi` (0.4), `outside_share` (0.5) and `imports_over_exports` (1).

    Raises
    ------
    IndicatorError
        If a number is negative or not finite.

    Examples
    --------
    >>> [c.holds for c in purchase_criteria(0.5, 0.7, 70.0, 30.0)]
    [True, True, True]
    """
    return (
        Criterion("source_hhi", source_hhi, cuts.origin_hhi),
        Criterion("outside_share", outside_share, cuts.outside_share),
        Criterion("outside_over_local_sales", ratio(outside, local_sales), cuts.imports_over_exports),
    )


def ratio(part: float | None, against: float | None) -> float | None:
    """Return `part` over `against`: infinite over nothing, None where either is unknown or both are nothing.

    Raises
    ------
    IndicatorError
        If a number is negative or not finite.

    Examples
    --------
    >>> ratio(3.0, 2.0), ratio(3.0, 0.0), ratio(0.0, 0.0), ratio(3.0, None)
    (1.5, inf, None, None)
    """
    if part is None or against is None:
        return None
    for value in (part, against):
        if not 0 <= value < math.inf:
            raise IndicatorError(
                str(value), expected=_("a finite number of at least 0"), where=f"{part} / {against}"
            )
    if against == 0:
        return math.inf if part else None
    return part / against
