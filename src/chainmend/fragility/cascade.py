"""What any shock does to every firm: partial losses, sets of firms, separate shocks to supply and demand."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

import numpy as np
import numpy.typing as npt
import polars as pl

from chainmend.errors import NetworkError
from chainmend.fragility.esri import checked, checked_workers, warn_unconverged, weights_of
from chainmend.fragility.memory import check_memory
from chainmend.i18n import _

if TYPE_CHECKING:
    from chainmend.fragility.network import Codes, Column, Floats, SupplyNetwork

Loss = npt.ArrayLike | Mapping[Any, float] | Sequence[Mapping[Any, float]]
Stop = Literal["change", "total"]


@dataclass(frozen=True)
class Cascade:
    """Losses of every firm after a shock, or after each of several, has spread.

    Attributes
    ----------
    downstream, upstream
        Shape (n,), or (scenarios, n): share of each firm's production lost through missing inputs, and through missing
        demand, 0..1.
    initial_downstream, initial_upstream
        The same at the start.
    steps, converged
        Shape (scenarios,): steps until the losses came to rest, and whether they did.
    weights
        Shape (n,), sum 1: importance of each firm.
    """

    downstream: Floats
    upstream: Floats
    initial_downstream: Floats
    initial_upstream: Floats
    steps: Codes
    converged: npt.NDArray[np.bool_]
    weights: Floats

    @property
    def loss(self) -> Floats:
        """The larger of both losses of each firm; the two are not added."""
        return np.maximum(self.downstream, self.upstream)

    def total(self) -> Any:
        """Weighted sum of the losses: a number, or shape (scenarios,)."""
        summed = self.loss @ self.weights
        return float(summed) if summed.ndim == 0 else summed

    def by(self, labels: Column) -> pl.DataFrame:
        """Losses of groups of firms.

        Parameters
        ----------
        labels
            One label per firm.

        Returns
        -------
        polars.DataFrame
            scenario, label, firms, weight (share of the whole), and the weighted means downstream, upstream, loss,
            initial_downstream, initial_upstream; groups without weight have a mean of 0.
        """
        names = pl.Series("label", labels)
        n = len(self.weights)
        if len(names) != n:
            raise NetworkError(
                _("labels for {came} firms").format(came=len(names)), expected=str(n), where="labels"
            )
        columns = ("downstream", "upstream", "loss", "initial_downstream", "initial_upstream")
        frames = []
        for scenario in range(len(self.steps)):
            values = {c: np.atleast_2d(getattr(self, c))[scenario] for c in columns}
            frames.append(pl.DataFrame({"label": names, "weight": self.weights, **values}).with_columns(
                scenario=pl.lit(scenario, pl.Int32)
            ))  # fmt: skip
        weight = pl.col("weight").sum()
        means = [
            pl.when(weight > 0).then((pl.col(c) * pl.col("weight")).sum() / weight).otherwise(0.0).alias(c)
            for c in columns
        ]
        return (
            pl.concat(frames)
            .group_by("scenario", "label")
            .agg(pl.len().alias("firms"), weight.alias("total_weight"), *means)
            .rename({"total_weight": "weight"})
            .sort("scenario", "label")
        )


def cascade(
    network: SupplyNetwork,
    loss: Loss,
    *,
    loss_upstream: Loss | None = None,
    tolerance: float = 1e-2,
    scale_free: bool = True,
    max_steps: int = 1000,
    stop: Stop = "change",
    weights: npt.ArrayLike | None = None,
    workers: int | None = None,
) -> Cascade:
    """Follow one shock, or several; see `SupplyNetwork.cascade`."""
    tolerance, scale_free, max_steps = checked(tolerance, scale_free, max_steps)
    workers = checked_workers(workers)
    if stop not in ("change", "total"):
        raise NetworkError(repr(stop), expected='"change", "total"', where="stop")
    psi, single = _losses(network, loss, "loss")
    psi_up = psi if loss_upstream is None else _losses(network, loss_upstream, "loss_upstream")[0]
    if psi.shape != psi_up.shape:
        raise NetworkError(
            _("shape {shape}").format(shape=psi_up.shape), expected=str(psi.shape), where="loss_upstream"
        )
    if weights is None and not network.out_strength.any():
        weights = np.ones(network.n_firms)  # losses need none, and without links nobody counts for more
    importance = weights_of(network, weights)
    check_memory(network, 1, len(psi))
    down, up = np.empty_like(psi), np.empty_like(psi)
    settings = (tolerance, stop == "total", importance, scale_free, max_steps)
    ended = _follow_all(network, psi, psi_up, down, up, settings, workers)
    converged = np.array([c for _steps, c in ended], bool)
    warn_unconverged(converged, max_steps)
    pick = slice(None) if not single else 0
    return Cascade(
        downstream=down[pick],
        upstream=up[pick],
        initial_downstream=psi[pick],
        initial_upstream=psi_up[pick],
        steps=np.array([s for s, _converged in ended], np.int32),
        converged=converged,
        weights=importance,
    )


def _follow_all(
    network: SupplyNetwork,
    psi: Floats,
    psi_up: Floats,
    down: Floats,
    up: Floats,
    settings: tuple[float, bool, Floats, bool, int],
    workers: int | None,
) -> list[tuple[int, bool]]:
    """Write the final losses of every scenario; return steps and whether it converged."""
    from chainmend.fragility.kernels.dense import dense_cascade

    plan, scenarios = network.plan, len(psi)
    threads = max(1, min(workers or os.cpu_count() or 1, scenarios))

    def follow(first: int) -> list[tuple[int, bool]]:
        work, ended = np.empty((3, network.n_firms)), []
        for s in range(first, scenarios, threads):
            steps, converged, _change = dense_cascade(
                plan, psi[s], psi_up[s], *settings, down[s], up[s], work
            )
            ended.append((int(steps), bool(converged)))
        return ended

    with ThreadPoolExecutor(threads) as pool:
        parts = list(pool.map(follow, range(threads)))
    return [parts[s % threads][s // threads] for s in range(scenarios)]


def _losses(network: SupplyNetwork, given: Loss, what: str) -> tuple[Floats, bool]:
    """Return initial losses, shape (scenarios, n), and whether one scenario was given."""
    try:
        return _shares(network, given, what)
    except (TypeError, ValueError) as error:
        raise NetworkError(str(error), expected=_("numbers"), where=what) from error


def _shares(network: SupplyNetwork, given: Loss, what: str) -> tuple[Floats, bool]:
    n = network.n_firms
    if isinstance(given, Mapping) or (
        isinstance(given, Sequence) and len(given) > 0 and isinstance(given[0], Mapping)
    ):
        scenarios = [given] if isinstance(given, Mapping) else list(given)
        losses = np.zeros((len(scenarios), n))
        for s, scenario in enumerate(scenarios):
            if not isinstance(scenario, Mapping):
                raise NetworkError(
                    type(scenario).__name__,
                    expected=_("a mapping from firm to share, as the first scenario"),
                    where=_("{what}, scenario {s}").format(what=what, s=s),
                )
            for firm, share in scenario.items():
                losses[s, network.firm(firm)] = share
        single = isinstance(given, Mapping)
    else:
        losses = np.array(given, np.float64)
        single = losses.ndim == 1
        if losses.ndim not in (1, 2) or losses.shape[-1] != n:
            raise NetworkError(
                _("shape {shape}").format(shape=losses.shape),
                expected=_("({n},) or (scenarios, {n})").format(n=n),
                where=what,
            )
        losses = np.ascontiguousarray(np.atleast_2d(losses))
    wrong = ~((losses >= 0.0) & (losses <= 1.0))
    if wrong.any():
        s, i = (int(axis[0]) for axis in np.nonzero(wrong))
        raise NetworkError(
            str(losses[s, i]),
            expected=_("a share from 0 to 1"),
            where=_("{what}, scenario {s}, firm {i}").format(what=what, s=s, i=i),
        )
    return losses, single
