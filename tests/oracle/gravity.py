"""The published gravity models in dense matrices, and an estimated ensemble's model written out for all pairs."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from scipy.optimize import brentq

if TYPE_CHECKING:
    from chainmend.fragility.ensemble import Ensemble


def all_pairs(n: int) -> tuple[np.ndarray, np.ndarray]:
    """Supplier and buyer of every pair, n x n in rows."""
    return tuple(part.astype(np.int32) for part in np.divmod(np.arange(n * n), n))  # type: ignore[return-value]


def probabilities(drawn: Ensemble) -> np.ndarray:
    n = drawn.model.n_firms
    return drawn.model.probability(*all_pairs(n)).reshape(n, n)


def weights(drawn: Ensemble) -> np.ndarray:
    n = drawn.model.n_firms
    return drawn.model.expected(*all_pairs(n)).reshape(n, n)


def published(fitness: np.ndarray, links: float) -> np.ndarray:
    """p = z f / (1 + z f) without self-links, z such that `links` are expected (Cimini et al. 2015)."""
    f = fitness * (1 - np.eye(len(fitness)))
    z = np.exp(brentq(lambda t: (np.exp(t) * f / (1 + np.exp(t) * f)).sum() - links, -60, 60, xtol=1e-12))
    return z * f / (1 + z * f)


def sizes(n: int, seed: int = 0) -> tuple[np.ndarray, np.ndarray]:
    """Sales and purchases over three orders of magnitude, of the same sum."""
    rng = np.random.default_rng(seed)
    sales, purchases = rng.lognormal(0, 1.5, (2, n))
    return sales, purchases * sales.sum() / purchases.sum()
