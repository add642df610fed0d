"""Figures as the API gives them: with currency, unit, and whether they are withheld rather than unknown."""

from __future__ import annotations

from typing import Annotated

from pydantic import BaseModel, Field

from chainmend.gaps.wording import rounded, unit
from chainmend.names import money_rounded

Number = Annotated[float, Field(allow_inf_nan=False)]
_HUNDRED_MILLION = 1e8


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
    """An amount a year with its interval of 95 %."""

    low: Number | None
    high: Number | None


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
    withheld: bool = Field(description="Whether the value is withheld; else a null is unknown.")


def money(value: float | None, currency: str, *, exact: bool, withheld: bool = False) -> Money:
    """Return an amount; with the digits of pages unless `exact`."""
    shown = value if exact or value is None else money_rounded(value)
    return Money(value=None if withheld else shown, currency=currency, withheld=withheld)


def estimate(
    value: float | None, low: float | None, high: float | None, currency: str, *, exact: bool
) -> Estimate:
    """Return an amount with its interval; with the digits of the list, in 100 million, unless `exact`."""
    shown = [v if exact or v is None else _of_list(v) for v in (value, low, high)]
    return Estimate(value=shown[0], low=shown[1], high=shown[2], currency=currency, withheld=False)


def _of_list(value: float) -> float:
    amount = value / _HUNDRED_MILLION
    return float(round(round(amount, 1 if abs(amount) >= 1 else 2) * _HUNDRED_MILLION))


def fact(
    id: str,
    name: str,
    value: bool | float | str | None,
    currency: str,
    *,
    exact: bool,
    withheld: bool,
    threshold: float | None = None,
) -> Fact:
    """Return a fact of the name `id`; with the digits of pages unless `exact`."""
    kind = unit(id)
    shown = None if withheld else value if exact else rounded(id, value)
    return Fact(
        id=id, name=name, value=shown, unit=kind, currency=currency if kind == "money" else None,
        threshold=threshold, withheld=withheld,
    )  # fmt: skip
