"""What a figure measures (its scope), and figures that cannot be compared across scopes."""

from __future__ import annotations

import calendar
import datetime as dt
import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal, get_args

from chainmend.errors import DatasetError, IndicatorError, ScopeError
from chainmend.i18n import _, both, language
from chainmend.indicators.wording import COUNTED, measure_id, measure_name, part_names, universe_name
from chainmend.intake.columns import UNITS

if TYPE_CHECKING:
    from chainmend.dataset import Dataset

Basis = Literal["nominal", "real"]
Bound = Literal["exact", "lower", "upper"]
MOST_GROWTH = 3.0
"""A published growth beyond it is taken for one that was written in per cent: 6.1 for 6.1 %."""


@dataclass(frozen=True)
class Scope:
    """What a figure measures (口径).

    Attributes
    ----------
    measure
        What is counted, such as ``value_added``, ``gross_output``, ``revenue``, ``output``, ``firms``.
    universe
        Over whom: industry above designated size, ``dataset`` for the firms of the dataset.
    year, months
        From January of `year` on, so many months (1..12) cumulated.
    basis
        ``nominal`` (at current prices) or ``real`` (at comparable prices).
    until
        Last month of `year` that is counted, where the period does not begin in January: the twelve months to the
        end of June have `months` 12 and `until` 6.

    Raises
    ------
    ScopeError
        If a part is empty or out of its range.

    Examples
    --------
    >>> Scope("value_added", "industry", 2025, 11, "real").label[1]
    'value added (industry, January to November 2025, real)'
    """

    measure: str
    universe: str
    year: int
    months: int = 12
    basis: Basis = "nominal"
    until: int | None = None

    def __post_init__(self) -> None:
        if self.until == self.months:  # from January on: one period is written in one way
            object.__setattr__(self, "until", None)
        for name, ok, expected in (
            ("measure", bool(self.measure), _("a text that says what is measured")),
            ("universe", bool(self.universe), _("a text that says over whom it is measured")),
            ("year", 1900 <= self.year <= 2200, _("a year from 1900 to 2200")),
            ("months", 1 <= self.months <= 12, _("1 to 12 months")),
            ("basis", self.basis in get_args(Basis), "nominal, real"),
            ("until", self.until is None or 1 <= self.until <= 12, _("a month from 1 to 12")),
        ):
            if not ok:
                raise ScopeError(f"{name}: {getattr(self, name)!r}", expected=expected)

    @property
    def end(self) -> dt.date:
        """Last day of the period.

        Examples
        --------
        >>> Scope("revenue", "industry", 2025, 9).end
        datetime.date(2025, 9, 30)
        """
        month = self.until or self.months
        return dt.date(self.year, month, calendar.monthrange(self.year, month)[1])

    @property
    def label(self) -> tuple[str, str]:
        """All parts in Chinese and in English."""
        return both("{measure} ({extent})", measure=measure_name(self.measure), extent=self.extent)

    @property
    def extent(self) -> tuple[str, str]:
        """All parts but the measure, in Chinese and in English; no price basis of what is counted.

        Examples
        --------
        >>> Scope("revenue", "industry", 2025, 9).extent[1]
        'industry, January to September 2025, nominal'
        """
        parts = {"universe": universe_name(self.universe), "period": self._period()}
        if self.measure in COUNTED and self.basis == "nominal":  # a number of firms has no prices
            return both("{universe}, {period}", **parts)
        basis = both("nominal") if self.basis == "nominal" else both("real")
        return both("{universe}, {period}, {basis}", **parts, basis=basis)

    def __str__(self) -> str:
        return self.label[0 if language() == "zh" else 1]

    def _period(self) -> tuple[str, str]:
        if self.until is not None:
            return both(
                "{n} months to {month} {year}",
                n=self.months,
                month=(str(self.until), calendar.month_name[self.until]),
                year=self.year,
            )
        if self.months == 12:
            return both("the year {year}", year=self.year)
        if self.months == 1:
            return both("January {year}", year=self.year)
        return both(
            "January to {month} {year}",
            month=(str(self.months), calendar.month_name[self.months]),
            year=self.year,
        )

    def differences(self, other: Scope, *, over_time: bool = False) -> tuple[str, ...]:
        """Names of the parts that differ; with `over_time` the year may.

        Examples
        --------
        >>> Scope("revenue", "industry", 2025, 9).differences(Scope("value_added", "industry", 2025))
        ('measure', 'months')
        """
        parts = ("measure", "universe", "months", "basis", "until", *(() if over_time else ("year",)))
        return tuple(p for p in parts if getattr(self, p) != getattr(other, p))

    def same_as(self, other: Scope, *, over_time: bool = False) -> bool:
        """Whether figures of both may be compared; with `over_time` the year may differ."""
        return not self.differences(other, over_time=over_time)


def require_same(a: Scope, b: Scope, *, over_time: bool = False) -> None:
    """Refuse to go on where two scopes differ.

    Parameters
    ----------
    a, b
        Scopes of the figures about to be compared.
    over_time
        Let the year differ: the figures are of one thing in two years.

    Raises
    ------
    ScopeError
        Naming both scopes in full and the parts that differ.

    Examples
    --------
    >>> require_same(Scope("revenue", "industry", 2025), Scope("revenue", "industry", 2024), over_time=True)
    >>> require_same(Scope("revenue", "all", 2025), Scope("profit", "all", 2025))
    Traceback (most recent call last):
        ...
    chainmend.errors.ScopeError: revenue (all, the year 2025, nominal) beside profit (all, the year 2025, nominal):
    not the same statistical measure; ...
    """
    differ = a.differences(b, over_time=over_time)
    if differ:
        came = both("{a} beside {b}: not the same {parts}", a=a.label, b=b.label, parts=part_names(differ))
        raise ScopeError(
            came[0 if language() == "zh" else 1],
            expected=_("figures of one scope"),
            do=_("take two figures of the same measure, universe, months and basis"),
        )


@dataclass(frozen=True)
class Figure:
    """A published number with its scope.

    Attributes
    ----------
    subject
        Whose number: a city, a cluster, an industry.
    scope
        What it measures.
    value
        In `unit`; None where it is not known.
    unit
        A currency code for money, ``1`` for shares, else as written.
    growth
        Year on year on the same scope, 0.079 for 7.9 %; None where it is not known.
    bound
        ``lower`` where value and growth are known only to be above what is given, ``upper`` where below.
    source
        Where it was published.

    Raises
    ------
    IndicatorError
        If value or growth is not finite, growth is below -1, or the bound is unknown.

    Examples
    --------
    >>> output = Scope("gross_output", "industry", 2025)
    >>> Figure("296X", output, growth=0.079).growth
    0.079
    """

    subject: str
    scope: Scope
    value: float | None = None
    unit: str = "1"
    growth: float | None = None
    bound: Bound = "exact"
    source: str | None = None

    def __post_init__(self) -> None:
        where = f"{self.subject}, {self.scope}"
        if self.value is not None and not math.isfinite(self.value):
            raise IndicatorError(f"value: {self.value}", expected=_("a number, or nothing"), where=where)
        if self.growth is not None and not (math.isfinite(self.growth) and self.growth >= -1):
            raise IndicatorError(
                f"growth: {self.growth}", expected=_("a number of at least -1: 0.079 for 7.9 %"), where=where
            )
        if self.bound not in get_args(Bound):
            raise IndicatorError(f"bound: {self.bound!r}", expected="exact, lower, upper", where=where)


def figures(dataset: Dataset) -> tuple[Figure, ...]:
    """Return the figures of the dataset's statistics table, in order of subject and scope.

    A measure may be named in Chinese or English instead of by its id. Units of money are brought to the unit of the
    dataset's currency (亿元 to 元, ``billion EUR`` to EUR) and per cent to shares; any other unit stays as written.

    Raises
    ------
    DatasetError
        If a subject has two figures of one scope, or a growth is so large that it must be one in per cent.

    Examples
    --------
    >>> from chainmend.demo import make_city
    >>> found = [f for f in figures(make_city(firms=400).now) if f.scope.year == 2024 and f.value]
    >>> found[-1].subject, found[-1].value, found[-1].unit
    ('规上工业', 440900000000.0, 'CNY')
    """
    found: dict[tuple[str, Scope], Figure] = {}
    order = ["subject", "measure", "universe", "basis", "months", "year"]
    for row in dataset.table("statistics").sort(order).iter_rows(named=True):
        measure = measure_id(row["measure"])
        scope = Scope(measure, row["universe"], row["year"], row["months"], row["basis"])
        if row["growth"] is not None and row["growth"] > MOST_GROWTH:
            raise DatasetError(
                _("a growth of {growth}").format(growth=f"{row['growth']:.0%}"),
                expected=_("growth as a share or with its sign: 0.061 or 6.1%"),
                where=f"statistics: {row['subject']}, {scope}",
            )
        if (row["subject"], scope) in found:
            raise DatasetError(
                _("two figures of {subject}: {scope}").format(subject=row["subject"], scope=scope),
                expected=_("one figure for each subject and scope"),
                where="statistics",
            )
        factor, unit = unit_of(row["unit"], dataset.currency)
        value = None if row["value"] is None else row["value"] * factor
        rest = (value, unit, row["growth"], row["bound"], row["source"])
        found[row["subject"], scope] = Figure(row["subject"], scope, *rest)
    return tuple(found.values())


def unit_of(text: str, currency: str) -> tuple[float, str]:
    """Return (factor, unit) that a unit stands for: the factor brings a value to the plain unit.

    Examples
    --------
    >>> unit_of("亿元", "CNY"), unit_of("billion EUR", "EUR"), unit_of("%", "CNY"), unit_of("家", "CNY")
    ((100000000.0, 'CNY'), (1000000000.0, 'EUR'), (0.01, '1'), (1.0, '家'))
    """
    text = text.strip()
    if text == "%":
        return 0.01, "1"
    first, _blank, rest = text.partition(" ")
    if rest and first in UNITS:
        factor, unit = unit_of(rest, currency)
        return UNITS[first] * factor, unit
    if text in UNITS:
        return UNITS[text], currency
    if text == currency or (text == "yuan" and currency == "CNY"):
        return 1.0, currency
    return 1.0, text
