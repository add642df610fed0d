"""Whether dependence on few places lasts, and how the list of what is dependent changes.

A year holds where all its criteria do, and a product or segment is dependent where enough of a window of consecutive
years hold. A verdict has three values: what cannot be known is None, and does not count as held.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING

from chainmend.errors import IndicatorError
from chainmend.i18n import _, both
from chainmend.indicators.reading import Level, Reading
from chainmend.settings import Thresholds

if TYPE_CHECKING:
    from chainmend.indicators.criteria import Criterion
    from chainmend.indicators.scope import Scope

_CUTS = Thresholds()


@dataclass(frozen=True)
class YearTested:
    """All criteria of one year; none where nothing is known of it.

    Examples
    --------
    >>> from chainmend.indicators.criteria import Criterion
    >>> YearTested(2025, (Criterion("a", 1.0, 0.5), Criterion("b", None, 0.5))).holds is None
    True
    >>> YearTested(2025, (Criterion("a", 0.1, 0.5), Criterion("b", None, 0.5))).holds
    False
    """

    year: int
    criteria: tuple[Criterion, ...]

    @property
    def holds(self) -> bool | None:
        """Whether all criteria hold; one that does not decides it, else one that is unknown leaves it open."""
        verdicts = [c.holds for c in self.criteria]
        if False in verdicts:
            return False
        return None if None in verdicts or not verdicts else True


@dataclass(frozen=True)
class Dependence:
    """Verdict over a window of years.

    Attributes
    ----------
    years
        The consecutive years looked at, oldest first.
    needed
        In how many of them the criteria must hold.
    """

    years: tuple[YearTested, ...]
    needed: int

    @property
    def held(self) -> tuple[YearTested, ...]:
        """The years in which all criteria hold."""
        return tuple(y for y in self.years if y.holds)

    @property
    def judged(self) -> tuple[YearTested, ...]:
        """The years of which it is known whether they hold."""
        return tuple(y for y in self.years if y.holds is not None)

    @property
    def dependent(self) -> bool | None:
        """Whether enough years hold; None where the years that are unknown could decide it."""
        if len(self.held) >= self.needed:
            return True
        unknown = len(self.years) - len(self.judged)
        return None if len(self.held) + unknown >= self.needed else False


def dependence(
    by_year: Mapping[int, Sequence[Criterion]],
    *,
    last: int | None = None,
    needed: int = _CUTS.years_needed,
    window: int = _CUTS.years_window,
) -> Dependence:
    """Judge the `window` consecutive years up to `last`.

    Parameters
    ----------
    by_year
        Year -> its criteria. A year that is missing, or has none, is unknown.
    last
        Last year of the window; the last of `by_year` where None.
    needed, window
        The criteria must hold in so many of so many years.

    Raises
    ------
    IndicatorError
        If there is no year, or `needed` is not within 1..window.

    Notes
    -----
    One year's test flags products that the next year's does not: Vicard and Wibaux (2023) count only those that stay.

    Examples
    --------
    >>> from chainmend.indicators.criteria import Criterion
    >>> few, many = (Criterion("import_hhi", 0.9, 0.4),), (Criterion("import_hhi", 0.1, 0.4),)
    >>> found = dependence({2023: few, 2024: many, 2025: few})
    >>> found.dependent, [y.year for y in found.held]
    (True, [2023, 2025])
    >>> dependence({2024: many, 2025: few}).dependent is None  # 2023 would decide it
    True
    """
    _window(needed, window)
    if last is None:
        if not by_year:
            raise IndicatorError(_("no year"), expected=_("at least one year with its criteria"))
        last = max(by_year)
    years = range(last - window + 1, last + 1)
    return Dependence(tuple(YearTested(y, tuple(by_year.get(y, ()))) for y in years), needed)


def persistence(
    by_year: Mapping[int, Sequence[Criterion]],
    *,
    needed: int = _CUTS.years_needed,
    window: int = _CUTS.years_window,
) -> dict[int, bool | None]:
    """Return for each year, first to last, whether the window that ends in it is dependent.

    Parameters
    ----------
    by_year
        Year -> its criteria.
    needed, window
        As in `dependence`.

    Raises
    ------
    IndicatorError
        If there is no year, or `needed` is not within 1..window.

    Examples
    --------
    >>> from chainmend.indicators.criteria import Criterion
    >>> few, many = (Criterion("import_hhi", 0.9, 0.4),), (Criterion("import_hhi", 0.1, 0.4),)
    >>> persistence({2021: few, 2022: few, 2023: many, 2024: many})
    {2021: None, 2022: True, 2023: True, 2024: False}
    """
    last = dependence(by_year, needed=needed, window=window).years[-1].year
    return {
        year: dependence(by_year, last=year, needed=needed, window=window).dependent
        for year in range(min(by_year), last + 1)
    }


@dataclass(frozen=True)
class Churn:
    """What changed between two years among the products judged in both.

    Attributes
    ----------
    since, year
        The two years.
    entered, left, stayed
        Products dependent only in `year`, only in `since`, in both; in order of name.
    compared
        Number of products judged in both years, dependent or not.
    """

    since: int
    year: int
    entered: tuple[str, ...]
    left: tuple[str, ...]
    stayed: tuple[str, ...]
    compared: int

    @property
    def rate(self) -> float:
        """Those that entered or left over all that were dependent in either year; 0 where none was."""
        changed = len(self.entered) + len(self.left)
        return changed / (changed + len(self.stayed)) if changed else 0.0


def churn(dependent: Mapping[int, Mapping[str, bool | None]]) -> tuple[Churn, ...]:
    """Compare each year with the one before it that there is.

    A product that is not judged in one of the two, because its code was not in use or nothing was imported, neither
    enters nor leaves: a new edition of the nomenclature is no churn.

    Parameters
    ----------
    dependent
        Year -> product -> verdict, None where it is unknown.

    Returns
    -------
    tuple
        One `Churn` a pair of years, oldest first; its `rate` is the Jaccard distance, 0..1.

    Raises
    ------
    IndicatorError
        If there are fewer than two years.

    Examples
    --------
    >>> found = churn({2024: {"a": True, "b": True, "c": False}, 2025: {"a": True, "b": False, "c": True, "d": True}})
    >>> found[0].entered, found[0].left, found[0].compared, round(found[0].rate, 3)
    (('c',), ('b',), 3, 0.667)
    """
    years = sorted(dependent)
    if len(years) < 2:
        raise IndicatorError(_("{n} years").format(n=len(years)), expected=_("at least two years to compare"))
    found = []
    for since, year in pairwise(years):
        old, new = dependent[since], dependent[year]
        judged = sorted(p for p in old if old[p] is not None and new.get(p) is not None)
        found.append(
            Churn(
                since,
                year,
                entered=tuple(p for p in judged if new[p] and not old[p]),
                left=tuple(p for p in judged if old[p] and not new[p]),
                stayed=tuple(p for p in judged if old[p] and new[p]),
                compared=len(judged),
            )
        )
    return tuple(found)


def years_held(found: Dependence, level: Level, subject: str, scope: Scope) -> Reading:
    """Return in how many years of the window the criteria hold, and what that means; None where it is open.

    Examples
    --------
    >>> from chainmend.indicators.criteria import Criterion
    >>> from chainmend.indicators.scope import Scope
    >>> few = (Criterion("import_hhi", 0.9, 0.4),)
    >>> found = dependence({2024: few, 2025: few})
    >>> reading = years_held(found, "product", "854231", Scope("imports", "customs", 2025))
    >>> reading.value, reading.note[1]
    (2.0, 'dependent: the tests hold in 2 of 3 years')
    """
    k, n = len(found.held), len(found.years)
    if found.dependent is None:
        note = both(
            "only {k} of {n} years can be judged; the others could decide it", k=len(found.judged), n=n
        )
    elif found.dependent:
        note = both("dependent: the tests hold in {k} of {n} years", k=k, n=n)
    else:
        note = both(
            "not dependent: the tests hold in {k} of {n} years, {needed} are needed",
            k=k,
            n=n,
            needed=found.needed,
        )
    return Reading(level, subject, None if found.dependent is None else float(k), scope, note=note)


def _window(needed: int, window: int) -> None:
    if not 1 <= needed <= window:
        raise IndicatorError(
            _("{k} of {n} years").format(k=needed, n=window),
            expected=_("at least one year, and no more than the window has"),
        )
