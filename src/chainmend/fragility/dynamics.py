"""The path of production through time: stocks run down, orders fall, capacity comes back (ARIO with inventories).

A day, for every producer j and every kind of input k that it needs, in the order in which it is computed:

1. demand D = orders of all buyers + final demand; capacity C = alpha (1 - lost) x0; wanted production o = min(D, C)
2. a stock S below psi T a o limits production to r = S / (psi T a o) of what is wanted (T days of normal use, a use per
   unit of production; never less than what the day itself needs). Over essential inputs the smallest r counts; a
   substitutable input takes away its share in all inputs times 1 - r; an irrelevant one nothing
3. production x goes to buyers and final demand in proportion to what they asked for
4. S gains what came and loses a x, as far as there is stock
5. next day's orders: a x + max(0, T a o - S) / tau, split over the suppliers of the kind
6. overproduction: with scarcity z = (D - x) / D, alpha gains (alpha_max - alpha) z / tau_alpha; without any it returns
   by (1 - alpha) / tau_alpha

Steps 1 to 6 are Hallegatte (2014) with the stocks by firm of Henriet et al. (2012); orders that turn to the suppliers
with capacity left are those of Guan et al. (2020); classes of inputs are those of Pichler et al. (2022).

Stocks T shorter than tau make a deep shortage feed on itself: where all of a kind are short alike, what is ordered to
refill, T (1 - s) / tau of use at a stock of s T, makes up for what rationing takes, 1 - s / psi, at every s only if
T >= tau. Firms that hold few days of stock therefore need a `Behaviour` with a small `inventory_tau`.

The published package BoARIO 0.7.2 (ARIOPsiModel) gives the same path to rounding for essential inputs, with
``scarcity="tomorrow"`` and ``negligible=1e-5 / 365``, as long as none of these differences of its own counts: a loss
arrives on the day after its occurrence, stays whole for its duration and two more days, and is rounded to six decimals
while it recovers (``Outage(loss, occurrence + 1, duration + 2, recovery)``); stocks and orders stay as they are where
they are equal to 1e-5; a stock of one day or less is taken for two days.

References
----------
Hallegatte, S. (2008), Risk Analysis 28(3); Henriet, F., Hallegatte, S., Tabourier, L. (2012), Journal of Economic
Dynamics and Control 36(1); Hallegatte, S. (2014), Risk Analysis 34(1); Guan, D. et al. (2020), Nature Human Behaviour
4; Pichler, A. et al. (2022), Journal of Economic Dynamics and Control 144.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from chainmend.errors import NetworkError
from chainmend.fragility.behaviour import Behaviour
from chainmend.fragility.production import ESSENTIAL, SUBSTITUTABLE
from chainmend.fragility.timepath import TimePath, grouping
from chainmend.i18n import _

if TYPE_CHECKING:
    from chainmend.fragility.economy import Economy
    from chainmend.fragility.network import Floats

ROUNDING = 1e-10  # part of a stock that rounding may be short by


@dataclass(frozen=True)
class Outage:
    """Capacity that is lost for a while.

    Attributes
    ----------
    loss
        Share of capacity that is lost, 0..1: shape (n,), or a mapping from producers' names (numbers, where they have
        none) to shares.
    start
        First day of the loss, >= 0.
    duration
        Days until recovery begins, >= 1; None: it never does.
    recovery
        Days in which capacity comes back, evenly; 0: all at once.
    """

    loss: npt.ArrayLike | Mapping[Any, float]
    start: int = 0
    duration: int | None = None
    recovery: int = 0

    def __post_init__(self) -> None:
        """Check days; `loss` is checked where the producers are known."""
        for name, least in (("start", 0), ("duration", 1), ("recovery", 0)):
            value = getattr(self, name)
            if value is not None and value < least:
                raise NetworkError(
                    f"{value:g}",
                    expected=_("a finite number of at least {least}").format(least=least),
                    where=name,
                )

    def level(self, day: int) -> float:
        """Return the part of the loss that is there on a day.

        Examples
        --------
        >>> outage = Outage([1.0], start=1, duration=2, recovery=4)
        >>> [outage.level(day) for day in range(8)]
        [0.0, 1.0, 1.0, 0.75, 0.5, 0.25, 0.0, 0.0]
        """
        if day < self.start:
            return 0.0
        if self.duration is None or day < self.start + self.duration:
            return 1.0
        return max(0.0, 1 - (day - self.start - self.duration + 1) / max(self.recovery, 1))


def simulate(
    economy: Economy,
    outages: Outage | Sequence[Outage],
    *,
    days: int = 365,
    behaviour: Behaviour | None = None,
    by: Sequence[Any] | npt.NDArray[Any] | None = None,
) -> TimePath:
    """Follow production day by day.

    Parameters
    ----------
    economy
        Producers at rest.
    outages
        Lost capacity; where several meet, the largest loss counts.
    days
        Days to follow, >= 1.
    behaviour
        Reactions; the defaults of `Behaviour`.
    by
        ``"sector"``, or one label per producer: sums over them are kept instead of every producer, None leaves a
        producer out. Saves memory, which is days x producers x 8 bytes otherwise.

    Raises
    ------
    NetworkError
        If a loss is outside 0..1, has another shape or names no producer, or a number of days is too small.

    Examples
    --------
    A car maker with ten days of steel, none of which is held back, stands still when they are over.

    >>> from chainmend.fragility import behaviour, economy
    >>> table = [[0, 365], [0, 0]]
    >>> rest = economy.sector_economy(table, [0, 730], inventory_days=10, sectors=["steel", "cars"])
    >>> path = simulate(rest, Outage([1, 0]), days=30, behaviour=behaviour.Behaviour(psi=0))
    >>> path.days_to_stop()
    [0, 10]
    """
    if days < 1:
        raise NetworkError(
            str(days), expected=_("a finite number of at least {least}").format(least=1), where="days"
        )
    listed = [outages] if isinstance(outages, Outage) else list(outages)
    losses = [_loss(outage.loss, economy) for outage in listed]
    labels, series = grouping(by, economy)
    model = _Model(economy, behaviour or Behaviour())
    production = np.empty((days, len(labels)))
    unmet = np.empty(days)
    for day in range(days):
        lost = np.zeros(economy.n)
        for outage, loss in zip(listed, losses, strict=True):
            np.maximum(lost, outage.level(day) * loss, out=lost)
        made, unmet[day] = model.day(lost)
        production[day] = series(made)
    return TimePath(
        labels=labels,
        production=production,
        normal=series(economy.output),
        unmet_final=unmet,
        start=min((outage.start for outage in listed), default=0),
    )


def _loss(given: npt.ArrayLike | Mapping[Any, float], economy: Economy) -> Floats:
    n = economy.n
    if isinstance(given, Mapping):
        position = {name: i for i, name in enumerate(economy.names or range(n))}
        unknown = [key for key in given if key not in position]
        if unknown:
            raise NetworkError(_("no firm {key}").format(key=unknown[0]), where="loss")
        loss = np.zeros(n)
        loss[[position[key] for key in given]] = list(given.values())
    else:
        loss = np.asarray(given, dtype=np.float64)
    if loss.shape != (n,):
        raise NetworkError(
            _("shape {shape}").format(shape=loss.shape),
            expected=_("one value per firm ({n})").format(n=n),
            where="loss",
        )
    wrong = ~((loss >= 0) & (loss <= 1))
    if wrong.any():
        i = int(wrong.argmax())
        raise NetworkError(
            f"{loss[i]:g}",
            expected=_("a share between 0 and 1"),
            where=_("{column}, row {row}").format(column="loss", row=i),
        )
    return loss


class _Model:
    """State of one run: stocks by need, orders by link, overproduction by producer."""

    def __init__(self, economy: Economy, behaviour: Behaviour) -> None:
        self.economy, self.behaviour = economy, behaviour
        stocked = np.isfinite(economy.days)
        # An infinite stock is never short and never refilled: what it holds does not matter.
        self.target = np.where(stocked, economy.days, 0.0) * economy.use
        self.required = np.maximum(behaviour.psi * self.target, economy.use)
        self.limiting = stocked & (economy.use > behaviour.negligible)
        self.essential = np.flatnonzero(self.limiting & (economy.essentiality == ESSENTIAL))
        self.substitutable = np.flatnonzero(self.limiting & (economy.essentiality == SUBSTITUTABLE))
        self.stocked = stocked
        self.stock = self.target * economy.output[economy.buyer]
        self.orders = economy.flow.copy()
        self.usual = economy.flow / economy.per_need(economy.flow)[economy.need]
        self.alpha = np.ones(economy.n)

    def day(self, lost: Floats) -> tuple[Floats, float]:
        """Advance by a day; return production and the final demand that was not met."""
        e = self.economy
        demand = np.bincount(e.supplier, self.orders, e.n) + e.final
        capacity = self.alpha * (1 - lost) * e.output
        wanted = np.minimum(demand, capacity)
        made = wanted * self._within_stocks(wanted)
        met = np.divide(made, demand, out=np.zeros(e.n), where=demand > 0)
        use = e.use * made[e.buyer]
        drawn = np.where(self.stocked, np.minimum(self.stock, use), 0.0)
        came = e.per_need(self.orders * met[e.supplier])
        self.stock += np.where(self.stocked, came, 0.0) - drawn
        gap = np.where(self.stocked, np.maximum(self.target * wanted[e.buyer] - self.stock, 0.0), 0.0)
        self._order(use + gap / self.behaviour.inventory_tau, capacity)
        self._overproduce(demand, made)
        return made, float(e.final @ (1 - met))

    def _within_stocks(self, wanted: Floats) -> Floats:
        """Return the share of wanted production that stocks allow, shape (n,)."""
        e = self.economy
        required = self.required * wanted[e.buyer]
        ratio = np.ones(len(required))
        # At rest a stock may be exactly what is required: rounding is no shortage, or it would grow day by day.
        np.divide(self.stock, required, out=ratio, where=self.stock < required * (1 - ROUNDING))
        scarcest = np.ones(e.n)
        np.minimum.at(scarcest, e.buyer[self.essential], ratio[self.essential])
        k = self.substitutable
        lost = np.bincount(e.buyer[k], e.share[k] * (1 - ratio[k]), e.n)
        return np.maximum(np.minimum(scarcest, 1 - lost), 0.0)

    def _order(self, amount: Floats, capacity: Floats) -> None:
        """Split what each buyer orders of each kind over the suppliers of the kind."""
        e = self.economy
        if self.behaviour.orders == "shares":
            self.orders = amount[e.need] * self.usual
            return
        left = np.divide(capacity, e.output, out=np.ones(e.n), where=e.output > 0)
        weight = self.usual * left[e.supplier]
        total = e.per_need(weight)
        per_weight = np.divide(amount, total, out=np.zeros(len(amount)), where=total > 0)
        self.orders = weight * per_weight[e.need]

    def _overproduce(self, demand: Floats, made: Floats) -> None:
        """Move overproduction towards its largest value where there is scarcity, back to normal where there is none."""
        e, b = self.economy, self.behaviour
        if b.scarcity == "tomorrow":
            demand = np.bincount(e.supplier, self.orders, e.n) + e.final
        scarcity = np.divide(demand - made, demand, out=np.zeros(e.n), where=demand > 0)
        none = scarcity == 0 if b.scarcity == "tomorrow" else scarcity <= 1e-12  # rounding is no scarcity
        change = np.where(none, 1 - self.alpha, (b.alpha_max - self.alpha) * scarcity)
        self.alpha = np.maximum(self.alpha + change / b.alpha_tau, 1.0)
