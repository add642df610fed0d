"""The cascade in dense matrices: an independent twin of the fast one, for small networks.

Every step is one line of the definition (Diem et al. 2022 with the replaceability of Diem et al. 2024): all firms
at once from the state before, both directions under one stop test.
"""

from __future__ import annotations

import numpy as np


def impacts(network):
    """Impact matrices (n, n), row supplier, column buyer, and the class of the input of every link."""
    n, k = network.n_firms, network.sector
    w = np.zeros((n, n))
    w[network.supplier, network.buyer] = network.weight
    kind = np.asarray(network.essentiality)[np.ix_(k, k)]
    of_type = (k[:, None] == np.arange(len(network.sectors))).astype(float)  # (n, m)
    bought = (of_type.T @ w)[k]  # inputs of the supplier's type that the buyer buys, (n, n)
    scale = 1.0 if network.costs is None else _or_one(w.sum(0)) / _or_one(network.costs)
    down = np.where(kind == 2, w / _or_one(bought), np.where(kind == 1, w / _or_one(w.sum(0)), 0)) * scale
    up = w / _or_one(w.sum(1) if network.revenue is None else network.revenue)[:, None]
    return w.sum(1), of_type, down, up, kind


def dense_cascade(
    network,
    loss,
    loss_upstream=None,
    tolerance=1e-2,
    scale_free=True,
    stop="change",
    weights=None,
    max_steps=1000,
):
    """Losses downstream and upstream, each (n,), and the number of steps, of one scenario."""
    sales, of_type, down, up, kind = impacts(network)
    v = sales if weights is None else np.asarray(weights, float)
    v = v / _or_one(v.sum())
    d0 = np.asarray(loss, float)
    u0 = d0 if loss_upstream is None else np.asarray(loss_upstream, float)
    d, u = d0, u0
    steps = 0
    while steps < max_steps:
        steps += 1
        lost = down * (replaceability(network, sales, d, scale_free) * d)[:, None]
        leontief = (of_type.T @ np.where(kind == 2, lost, 0)).max(0)  # the scarcest essential input
        linear = np.where(kind == 1, lost, 0).sum(0)
        d1 = np.clip(np.maximum(d0, np.maximum(leontief, linear)), 0, 1)
        u1 = np.clip(np.maximum(u0, up @ u), 0, 1)
        change = max((d1 - d).max(), (u1 - u).max())
        before, after = v @ np.maximum(d, u), v @ np.maximum(d1, u1)
        d, u = d1, u1
        more = change > tolerance if stop == "change" else after > before * (1 + tolerance)
        if not more:
            break
    return d, u, steps


def replaceability(network, sales, d, scale_free):
    """Factor on the loss of each firm, (n,): its part of what is left of its market, 1 where nobody can step in."""
    if network.market is None:
        return np.ones(len(sales))
    m = np.asarray(network.market)
    left, whole = np.bincount(m, sales * (1 - d))[m], np.bincount(m, sales)[m]
    if scale_free:
        gone = left <= 1e-10 * whole
        return np.where(gone, (sales > 0).astype(float), np.minimum(1, sales / np.where(gone, 1, left)))
    return np.minimum(1, sales / np.where(left <= 1e-10, 1, left))


def _or_one(values):
    values = np.asarray(values, float)
    return np.where(values == 0, 1, values)
