"""One number about a city, a cluster, a segment, a product or a firm, with everything that makes it comparable."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from chainmend.indicators.scope import Scope

Level = Literal["city", "district", "cluster", "chain", "segment", "product", "firm"]


@dataclass(frozen=True)
class Reading:
    """What an indicator says of one subject.

    Attributes
    ----------
    level, subject
        What it is about: an id of that level; for the city its name as the dataset writes it.
    value
        In `unit`; None where it is unknown, and then `note` says why. Never NaN.
    scope
        What was measured: measure, universe, period, basis. Readings of different scopes are not compared.
    low, high
        Interval of 95 %, where there is one.
    note
        (Chinese, English): why it is unknown, or how much of the data it speaks for.
    unit
        Where it differs from the indicator's own. ``share`` is of 1 = 100 %; a difference of shares is in
        ``100 points``: 0.027 is 2.7 percentage points.
    source
        Where the numbers are from; the tables the indicator needs where None.

    Examples
    --------
    >>> from chainmend.indicators.scope import Scope
    >>> Reading("segment", "ic.eda", 1.4, Scope("output", "firms", 2025)).value
    1.4
    """

    level: Level
    subject: str
    value: float | None
    scope: Scope
    low: float | None = None
    high: float | None = None
    note: tuple[str, str] | None = None
    unit: str | None = None
    source: str | None = None
