"""Networks drawn from one model, and what a function gives over them: an interval, never one truth."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import polars as pl

from chainmend.errors import NetworkError
from chainmend.i18n import _

if TYPE_CHECKING:
    from chainmend.fragility.gravity import Gravity
    from chainmend.fragility.network import Codes, SupplyNetwork


@dataclass(frozen=True)
class Interval:
    """What a function gives over the draws of an ensemble: numbers, or arrays of what it returns.

    The interval says how much who deals with whom matters, all else as assumed; it does not say how wrong the
    assumptions are.
    """

    low: Any
    median: Any
    high: Any
    level: float
    draws: int
    estimated: bool = True


@dataclass(frozen=True, repr=False)
class Ensemble:
    """Networks drawn from one model; made by `reconstruct`.

    Attributes
    ----------
    networks
        The draws; each has ``estimated=True``.
    model
        Expected weights and probabilities of all links.
    mean_degree
        Expected number of links per firm.
    unsold
        Numbers of the firms that have output but nobody who could buy it; they have no buyers in any draw.
    seed
        What the draws were made from.
    """

    networks: tuple[SupplyNetwork, ...]
    model: Gravity
    mean_degree: float
    unsold: Codes
    seed: int
    estimated: bool = True

    def __repr__(self) -> str:
        return (
            f"Ensemble(estimated, {len(self.networks)} draws of {self.model.n_firms} firms, "
            f"mean degree {self.mean_degree:g}, seed {self.seed})"
        )

    def __len__(self) -> int:
        return len(self.networks)

    def __iter__(self) -> Iterator[SupplyNetwork]:
        return iter(self.networks)

    def interval(self, function: Callable[[SupplyNetwork], Any], level: float = 0.9) -> Interval:
        """Run `function` on every draw and return the middle and the middle `level` of what it gives.

        Parameters
        ----------
        function
            Takes a network, returns a number or an array, of the same shape for every draw.
        level
            Share of the draws inside the interval, 0..1.

        Raises
        ------
        NetworkError
            If there are fewer than two draws, or `level` is no share.

        Examples
        --------
        >>> from chainmend.fragility.reconstruct import reconstruct
        >>> drawn = reconstruct([4.0, 2.0, 1.0], ["a", "b", "b"], mean_degree=1, draws=5)
        >>> drawn.interval(lambda net: net.n_firms).median
        3.0
        """
        if len(self) < 2:
            raise NetworkError(
                _("one draw"), expected=_("at least two"), where="draws", do=_("draw more networks")
            )
        if not 0 < level < 1:
            raise NetworkError(str(level), expected=_("a share above 0 and below 1"), where="level")
        values = np.stack([np.asarray(function(network), dtype=np.float64) for network in self])
        found = np.quantile(values, [(1 - level) / 2, 0.5, (1 + level) / 2], axis=0)
        low, median, high = found.tolist() if found.ndim == 1 else found
        return Interval(low, median, high, level, len(self))

    def frame(self) -> pl.DataFrame:
        """Return the links that were drawn at all.

        Returns
        -------
        pl.DataFrame
            ``supplier``, ``buyer`` (names, or numbers where firms have none), ``drawn`` (share of the draws with this
            link), ``probability`` and expected ``weight`` by the model, ``estimated`` (true).
        """
        n = self.model.n_firms
        keys = np.concatenate([net.supplier.astype(np.int64) * n + net.buyer for net in self])
        key, times = np.unique(keys, return_counts=True)
        supplier, buyer = (part.astype(np.int32) for part in np.divmod(key, n))
        names = self.networks[0].names
        label = pl.Series(range(n) if names is None else names)
        return pl.DataFrame(
            {
                "supplier": label.gather(supplier),
                "buyer": label.gather(buyer),
                "drawn": times / len(self),
                "probability": self.model.probability(supplier, buyer),
                "weight": self.model.expected(supplier, buyer),
                "estimated": np.ones(len(key), bool),
            }
        )
