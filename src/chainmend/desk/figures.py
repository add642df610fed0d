"""What of an entry's figures a role may read: exact ones, or bands from which no firm's share can be reckoned back.

One rule for every page, export and the API. Who may see exact figures sees them. Everybody else sees

- the three parts of a severity as one of four levels, the severity as the range that it has over the level of the
  exposure (and over the band of the criticality where the entry names a firm), widened to whole tens;
- a loss avoided as a step of the series 1, 2, 5, 10 and no interval;
- a fact of the evidence where the page of the segment shows the same figure, else the side of the cut that it is on;
- of what scans changed, whether it rose or fell and not from what to what;
- lists in the order of these bands, and within a band in the order of numbers of entries.

Why every entry and not those of a single source alone: the exposure of a segment is the share of its largest supplier
wherever that is the largest of its parts, whatever rule found something there. And why a range over the level instead
of a rounded severity: criticality and recovery follow from open facts, so that a rounded severity would give the
exposure away. What is shown is a function of bands and of open facts, hence tells no more than they do.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal, Protocol, get_args

from chainmend.desk.suppression import FEWEST_FIRMS
from chainmend.gaps.severity import geometric
from chainmend.gaps.wording import label
from chainmend.i18n import _, language
from chainmend.names import percent

if TYPE_CHECKING:
    from chainmend.desk.worklist.models import Entry

Level = Literal["low", "middle", "high", "very_high"]
LEVELS = (0.2, 0.5, 0.8)
"""Where a part of a severity goes from one level to the next: low, middle, high, very high."""
_STEPS = (1.0, 2.0, 5.0, 10.0)
_TENS, _MOST = 10, 100
_UNKNOWN = 0.5
_SIDES = frozenset({"top_share", "self_sufficiency", "outside_share"})
"""Facts of which the side of their cut is told where the value is withheld."""
_OPEN = frozenset(
    {
        "location_quotient_basis", "firms_region", "firms_country", "firms_abroad", "downstream_present", "density",
        "level", "patents", "institutes", "needs", "year", "newest", "basis",
    }
)  # fmt: skip
_ON_SEGMENT = frozenset(
    {
        "output", "share_of_country", "location_quotient", "patents_per_output_ratio", "purchases", "self_sufficiency",
        "outside_share", "foreign_share", "source_hhi", "knock_out_loss", "dependent_share", "sales_growth",
        "alternatives", "suppliers_near", "nearest_km",
    }
)  # fmt: skip
"""Facts that are open where the page of the segment shows them with the same value."""


@dataclass(frozen=True)
class Part:
    """One part of a severity.

    Attributes
    ----------
    bar
        How much of its bar is filled, 0 to 1; None where it is not known.
    words
        What it says.
    level
        Which of the levels it is on; None where it is not known.
    value
        0 to 1; None where it is not known or withheld.
    """

    bar: float | None
    words: str
    level: Level | None
    value: float | None


@dataclass(frozen=True)
class Loss:
    """A loss avoided in the currency a year: estimate (None in a band), low, high."""

    value: float | None
    low: float
    high: float


@dataclass(frozen=True)
class Figures:
    """The figures of an entry for one reader.

    Attributes
    ----------
    exact
        Whether they are exact.
    severity
        The number, or the range in whole tens; a stroke where it is not known.
    span
        The range that an unknown part leaves, for who sees exact figures; else empty.
    parts
        Criticality, exposure, recovery.
    loss
        None where it is not known.
    value, low, high
        The severity, and between what it is: the range in whole tens, or for who sees exact figures the one that the
        scan gave. None where not known, the value also where it is withheld.
    """

    exact: bool
    severity: str
    span: str
    parts: tuple[Part, Part, Part]
    loss: Loss | None
    value: float | None
    low: float | None
    high: float | None


def figures(entry: Entry, exact: bool) -> Figures:
    """Return what a reader may know of an entry's figures."""
    three = (entry.criticality, entry.exposure, entry.recovery)
    if not exact:
        found = severity_range(entry)
        told = f"{found[0]}–{found[1]}" if found else "—"
        low, high = found or (None, None)
        return Figures(
            False, told, "", _three(map(_level, three)), _step_of_loss(entry.loss), None, low, high
        )
    known = all(v is not None for v in three)
    wide = not known and entry.severity_low is not None and entry.severity_high is not None
    loss = None
    if entry.loss is not None:
        loss = Loss(
            entry.loss,
            entry.loss if entry.loss_low is None else entry.loss_low,
            entry.loss if entry.loss_high is None else entry.loss_high,
        )
    return Figures(
        True,
        "—" if entry.severity is None else f"{entry.severity:.0f}",
        f"{entry.severity_low:.0f}–{entry.severity_high:.0f}" if wide else "",
        _three(Part(v, _("not known") if v is None else f"{v:.2f}", _level(v).level, v) for v in three),
        loss,
        entry.severity,
        entry.severity_low,
        entry.severity_high,
    )


def _three(parts: Any) -> tuple[Part, Part, Part]:
    first, second, third = parts
    return first, second, third


def _level(value: float | None) -> Part:
    if value is None:
        return Part(None, _("not known"), None, None)
    at = sum(value > cut for cut in LEVELS)
    names = (_("low"), _("middle"), _("high"), _("very high"))
    return Part((at + 1) / len(names), names[at], get_args(Level)[at], None)


def level(value: float) -> tuple[float, float]:
    """Return the edges of the level that a part of a severity is in.

    Examples
    --------
    >>> level(0.93), level(0.8), level(0.1)
    ((0.8, 1.0), (0.5, 0.8), (0.0, 0.2))
    """
    at = sum(value > cut for cut in LEVELS)
    edges = (0.0, *LEVELS, 1.0)
    return edges[at], edges[at + 1]


def step(value: float) -> tuple[float, float]:
    """Return the edges of the step of the series 1, 2, 5, 10 that an amount is in; nothing is lost below 0.

    Examples
    --------
    >>> step(3.1e7), step(0.5), step(0.0)
    ((20000000.0, 50000000.0), (0.5, 1.0), (0.0, 0.0))
    """
    if value <= 0:
        return 0.0, 0.0
    scale = float(f"1e{math.floor(math.log10(value))}")
    at = max(sum(value / scale >= s for s in _STEPS[:-1]), 1)
    return _STEPS[at - 1] * scale, _STEPS[at] * scale


class Severe(Protocol):
    """What has a severity with its parts: an entry, or a finding of an earlier scan."""

    @property
    def severity(self) -> float | None:
        """0 to 100."""

    @property
    def criticality(self) -> float | None:
        """0 to 1, as the other parts."""

    @property
    def exposure(self) -> float | None:
        """See `criticality`."""

    @property
    def recovery(self) -> float | None:
        """See `criticality`."""

    @property
    def firm_id(self) -> str | None:
        """Of the firm that it names."""


def severity_range(entry: Severe) -> tuple[int, int] | None:
    """Return the severities, in whole tens, that an entry can have as far as its bands tell; None where unknown."""
    if entry.severity is None:
        return None
    c = _UNKNOWN if entry.criticality is None else entry.criticality
    r = _UNKNOWN if entry.recovery is None else entry.recovery
    cs = step(c) if entry.firm_id else (c, c)
    es = (_UNKNOWN, _UNKNOWN) if entry.exposure is None else level(entry.exposure)
    low, high = geometric(cs[0], es[0], r), geometric(min(cs[1], 1.0), es[1], r)
    return (
        min(math.floor(low / _TENS) * _TENS, _MOST - _TENS),
        min(max(math.ceil(high / _TENS), 1) * _TENS, _MOST),
    )


def _step_of_loss(value: float | None) -> Loss | None:
    if value is None:
        return None
    return Loss(None, *step(value))


def ranks(entry: Entry) -> tuple[int | None, float | None]:
    """Return what lists sort by for who sees bands alone: middle of the range of the severity, low edge of the loss."""
    found = severity_range(entry)
    return (sum(found) // 2 if found else None), (step(entry.loss)[0] if entry.loss is not None else None)


def order_of(name: str, exact: bool) -> str:
    """Return the column that a list sorts by for a reader: ``severity`` or ``loss`` itself, or its band."""
    return name if exact or name not in ("severity", "loss") else f"{name}_rank"


def readable(name: str, facts: Mapping[str, Any], shown: Mapping[str, Any], exact: bool) -> bool:
    """Return whether a reader may know a fact of the evidence.

    Parameters
    ----------
    name
        Of the fact.
    facts
        Those of the evidence.
    shown
        Those of the segment as its page shows them to who sees no exact figures; what is withheld is None there.
    exact
        Whether the reader sees exact figures.

    Examples
    --------
    >>> readable("top_share", {"top_share": 0.9}, {"top_share": None}, exact=False)
    False
    >>> readable("firms", {"firms": 2}, {}, exact=False), readable("firms", {"firms": 0}, {}, exact=False)
    (False, True)
    """
    if exact or name in _OPEN:
        return True
    amount = facts.get(name)
    if name in ("firms", "local_firms"):
        return amount == 0 or (amount or 0) >= FEWEST_FIRMS
    return name in _ON_SEGMENT and amount is not None and shown.get(name) == amount


def side(name: str, amount: Any, cut: Any) -> str | None:
    """Return on which side of its cut a fact is, for who may not know its value; None where that is not told.

    Examples
    --------
    >>> side("top_share", 0.93, 0.8), side("supplier_hhi", 0.9, 0.6), side("top_share", 0.93, None)
    ('over 80%', None, None)
    """
    if name not in _SIDES or not isinstance(amount, float | int) or not isinstance(cut, float | int):
        return None
    words = _("over {cut}") if amount > cut else _("{cut} at most")
    return words.format(cut=percent(cut))


def reason(told: Mapping[str, Any], exact: bool) -> str:
    """Return why a scan changed an entry, as a reader may know it; empty where nothing may be told."""
    spoken = language()
    if exact:
        return str(told.get(spoken, ""))
    name = told.get("fact") or told.get("component")
    before, after = told.get("before"), told.get("after")
    if not name or not isinstance(before, float | int) or not isinstance(after, float | int):
        return ""
    words = _("{name}: rose") if after > before else _("{name}: fell")
    return words.format(name=label(str(name))[0 if spoken == "zh" else 1])
