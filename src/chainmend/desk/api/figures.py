"""Figures as the API gives them: with currency, unit, and whether they are withheld rather than unknown."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

from pydantic import BaseModel, Field

from chainmend.desk.figures import Level, figures
from chainmend.desk.suppression import FEWEST_FIRMS
from chainmend.gaps.wording import rounded, unit
from chainmend.names import money_rounded

if TYPE_CHECKING:
    from chainmend.desk import figures as rule
    from chainmend.desk.worklist.models import Entry

Number = Annotated[float, Field(allow_inf_nan=False)]


class Count(BaseModel):
    """How many."""

    value: int | None
    withheld: bool = Field(description="Whether the value is withheld; else a null is unknown.")


class Share(BaseModel):
    """A share, 0..1."""

    value: Number | None
    withheld: bool = Field(description="Whether the value is withheld; else a null is unknown.")


class Money(BaseModel):
    """An amount a year."""

    value: Number | None
    currency: str = Field(description="ISO 4217 code.")
    withheld: bool = Field(description="Whether the value is withheld; else a null is unknown.")


class Estimate(Money):
    """An amount a year with its interval of 95 %; where the value is withheld, the band that it is in."""

    low: Number | None
    high: Number | None


class Part(BaseModel):
    """A part of a severity, 0..1; where the value is withheld, the level that it is on."""

    value: Number | None
    level: Level | None = Field(
        description="Levels end at 0.2, 0.5, 0.8 and 1; null where the part is unknown."
    )
    withheld: bool = Field(description="Whether the value is withheld; else a null is unknown.")


class Severity(BaseModel):
    """How grave, 0..100, between what, and its three parts; where the value is withheld, `low` and `high` are tens."""

    value: Number | None
    low: Number | None
    high: Number | None
    withheld: bool = Field(description="Whether the value is withheld; else a null is unknown.")
    criticality: Part
    exposure: Part
    recovery: Part


class Fact(BaseModel):
    """A fact of a segment or a finding."""

    id: str
    name: str
    value: bool | int | Number | str | None
    unit: str = Field(
        description="`money` in `currency`, `share` of 0..1, or empty: a count, an index, a name."
    )
    currency: str | None = Field(description="ISO 4217 code of a fact that is money.")
    threshold: Number | None = Field(description="What it is held against, in the same unit.")
    side: str | None = Field(
        description="On which side of the threshold a value is that is withheld; null where that is not told."
    )
    withheld: bool = Field(description="Whether the value is withheld; else a null is unknown.")


def money(value: float | None, currency: str, *, exact: bool, withheld: bool = False) -> Money:
    """Return an amount; with the digits of pages unless `exact`."""
    shown = value if exact or value is None else money_rounded(value)
    return Money(value=None if withheld else shown, currency=currency, withheld=withheld)


def estimate(loss: rule.Loss | None, currency: str) -> Estimate:
    """Return a loss avoided as the reader of `loss` may know it: an estimate with its interval, or a band."""
    if loss is None:
        return Estimate(value=None, low=None, high=None, currency=currency, withheld=False)
    return Estimate(
        value=loss.value, low=loss.low, high=loss.high, currency=currency, withheld=loss.value is None
    )


def severity(entry: Entry, *, exact: bool) -> Severity:
    """Return the severity of an entry and its parts, or what bands say of them unless `exact`."""
    known = figures(entry, exact)
    criticality, exposure, recovery = (
        Part(value=p.value, level=p.level, withheld=p.level is not None and p.value is None)
        for p in known.parts
    )
    return Severity(
        value=known.value,
        low=known.low,
        high=known.high,
        withheld=not exact and known.low is not None,
        criticality=criticality,
        exposure=exposure,
        recovery=recovery,
    )


def count(firms: int, *, exact: bool) -> Count:
    """Return how many firms; how few exactly only where `exact`."""
    few = not exact and 0 < firms < FEWEST_FIRMS
    return Count(value=None if few else firms, withheld=few)


def fact(
    id: str,
    name: str,
    value: bool | float | str | None,
    currency: str,
    *,
    exact: bool,
    withheld: bool,
    threshold: float | None = None,
    side: str | None = None,
) -> Fact:
    """Return a fact of the name `id`; with the digits of pages unless `exact`."""
    kind = unit(id)
    shown = None if withheld else value if exact else rounded(id, value)
    return Fact(
        id=id, name=name, value=shown, unit=kind, currency=currency if kind == "money" else None,
        threshold=threshold, side=side, withheld=withheld,
    )  # fmt: skip
