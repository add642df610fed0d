"""How producers react to a shortage: the settings of the time path."""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import Literal

import numpy as np

from chainmend.errors import NetworkError
from chainmend.i18n import _


@dataclass(frozen=True)
class Behaviour:
    """How producers react; the defaults are those usual in the literature.

    Attributes
    ----------
    alpha_max
        Largest overproduction, as a multiple of normal capacity, >= 1.
    alpha_tau
        Days in which overproduction builds up, >= 1.
    psi
        Part of the stock aimed at below which production suffers, 0..1. 0: production goes on until the stock is gone.
    inventory_tau
        Days in which a gap of the stock is ordered, >= 1; where stocks reach less far,
        a deep shortage feeds on itself (see `chainmend.fragility.dynamics`).
    orders
        ``"capacity"``: orders go to the suppliers of a kind by their usual share times the capacity they have left
        (Guan et al. 2020); ``"shares"``: by their usual share, whatever happens to them (Hallegatte 2014).
    scarcity
        ``"today"``: demand of the day against production of the day, as published. ``"tomorrow"``: next day's orders
        against production of the day, negative where orders fall; the published package BoARIO 0.7.2 does so.
    negligible
        A need below this part of the buyer's output limits nothing. 0: every need counts.
    """

    alpha_max: float = 1.25
    alpha_tau: float = 365.0
    psi: float = 0.80
    inventory_tau: float = 60.0
    orders: Literal["capacity", "shares"] = "capacity"
    scarcity: Literal["today", "tomorrow"] = "today"
    negligible: float = 0.0

    def __post_init__(self) -> None:
        """Check every value."""
        bounds = {"alpha_max": 1, "alpha_tau": 1, "psi": 0, "inventory_tau": 1, "negligible": 0}
        choices = {"orders": ("capacity", "shares"), "scarcity": ("today", "tomorrow")}
        for field in fields(self):
            value = getattr(self, field.name)
            if field.name in choices and value not in choices[field.name]:
                raise NetworkError(repr(value), expected=", ".join(choices[field.name]), where=field.name)
            if field.name in bounds and not bounds[field.name] <= value < np.inf:
                raise NetworkError(
                    f"{value:g}",
                    expected=_("a finite number of at least {least}").format(least=bounds[field.name]),
                    where=field.name,
                )
        if self.psi > 1:
            raise NetworkError(f"{self.psi:g}", expected=_("a share between 0 and 1"), where="psi")
