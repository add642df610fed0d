"""Which mend first: what it is worth, over what it takes."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from math import isfinite

from chainmend.errors import NetworkError
from chainmend.i18n import _


@dataclass(frozen=True)
class Priority:
    """A number to sort mends by.

    Attributes
    ----------
    score
        Loss avoided x persistence x feasibility / cost / months, of what is known; None where the loss avoided is not.
    without
        What was not known and is left out: only scores without the same parts can be compared.
    """

    score: float | None
    without: tuple[str, ...]


def priority(
    avoided: float | None,
    *,
    persistence: float | None = None,
    feasibility: float | None = None,
    cost: float | None = None,
    months: float | None = None,
) -> Priority:
    """Return loss avoided x persistence x feasibility / (cost, months) where known.

    Parameters
    ----------
    avoided
        Loss avoided, money a year.
    persistence
        Share of the last scans in which the finding held, 0..1.
    feasibility
        How likely the mend succeeds, 0..1.
    cost
        Of the mend, money, above 0.
    months
        Until it works, above 0.

    Raises
    ------
    NetworkError
        If a number is out of its range.

    Examples
    --------
    >>> priority(12e6, persistence=1.0, feasibility=0.5, months=12.0)
    Priority(score=500000.0, without=('cost',))
    >>> priority(None, months=6.0).score is None
    True
    """
    factors = {"persistence": persistence, "feasibility": feasibility}
    divisors = {"cost": cost, "months": months}
    _check({"avoided": avoided}, lambda x: x >= 0, _("a finite number of at least 0"))
    _check(factors, lambda x: 0 <= x <= 1, _("a share from 0 to 1"))
    _check(divisors, lambda x: x > 0, _("a finite number above 0"))
    known = {"avoided": avoided, **factors, **divisors}
    without = tuple(name for name, value in known.items() if value is None)
    if avoided is None:
        return Priority(None, without)
    score = avoided
    for value in factors.values():
        score *= 1.0 if value is None else value
    for value in divisors.values():
        score /= 1.0 if value is None else value
    return Priority(score, without)


def _check(numbers: Mapping[str, float | None], fits: Callable[[float], bool], expected: str) -> None:
    for where, value in numbers.items():
        if value is not None and not (isfinite(value) and fits(value)):
            raise NetworkError(str(value), expected=expected, where=where)
