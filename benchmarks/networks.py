"""The network of the measurements: a directed truncated power law, as the published figures have it."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from chainmend.fragility.network import SupplyNetwork

EXPONENT, LARGEST = 2.3, 128
GROUPS, CLASSES, SHARES = 56, (0, 1, 2), (0.25, 0.35, 0.40)


def _law(mean: float) -> npt.NDArray[np.float64]:
    """P(k) ~ (k + s)^-2.3 on 1..128, s such that the mean is `mean`."""
    k = np.arange(1, LARGEST + 1)

    def law(shift: float) -> npt.NDArray[np.float64]:
        p = (k + shift) ** -EXPONENT
        return np.asarray(p / p.sum())

    low, high = -0.99, 500.0
    for _ in range(80):
        middle = (low + high) / 2
        low, high = (middle, high) if law(middle) @ k < mean else (low, middle)
    return law(low)


def sectors_of(firms: int) -> int:
    """How many sectors a network of so many firms has."""
    return 80 if firms < 10_000 else 300 if firms < 100_000 else 600


def power_law(
    firms: int, *, links: float = 8.0, sectors: int | None = None, seed: int = 1, **options: Any
) -> SupplyNetwork:
    """Return a network of `firms` firms with `links` buyers a firm on average."""
    rng = np.random.default_rng(seed)
    m = sectors or sectors_of(firms)
    law = _law(links)
    degree = rng.choice(np.arange(1, LARGEST + 1), firms, p=law)
    fitness = rng.choice(np.arange(1, LARGEST + 1), firms, p=law).astype(float)
    supplier = np.repeat(np.arange(firms, dtype=np.int64), degree)
    steps = np.cumsum(fitness / fitness.sum())
    buyer = np.minimum(np.searchsorted(steps, rng.random(len(supplier))), firms - 1)
    pairs = np.unique((supplier * firms + buyer)[supplier != buyer])
    weight = rng.lognormal(0.0, 1.0, len(pairs))
    sector = np.concatenate([np.arange(m), rng.integers(0, m, firms - m)])
    rng.shuffle(sector)
    group = rng.integers(0, GROUPS, m)
    essentiality = rng.choice(CLASSES, (GROUPS, GROUPS), p=SHARES)[np.ix_(group, group)]
    given = {"sector": sector, "market": sector, "essentiality": essentiality} | options
    return SupplyNetwork.from_edges(pairs // firms, pairs % firms, weight, **given)
