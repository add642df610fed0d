"""The time path once more, with plain loops over a dense table: slow, and written from the equations alone."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]


def dense_ario(
    flows: Floats,
    final: Floats,
    sector: list[int],
    classes: npt.NDArray[np.int8],
    days_of_stock: Floats,
    lost: Floats,
    *,
    psi: float,
    tau: float,
    alpha_max: float,
    alpha_tau: float,
    by_capacity: bool,
) -> Floats:
    """Production, shape (days, n).

    `flows` (n, n) and `final` (n,) are per day, `days_of_stock` (m,) by kind of input, `lost` (days, n) the share of
    capacity lost.
    """
    n, kinds = len(final), max(sector) + 1
    normal = flows.sum(axis=1) + final
    bought = np.array([[flows[[s == k for s in sector], j].sum() for j in range(n)] for k in range(kinds)])
    stock = bought * days_of_stock[:, None]
    orders, alpha, path = flows.copy(), np.ones(n), []
    for away in lost:
        demand = orders.sum(axis=1) + final
        capacity = alpha * (1 - away) * normal
        wanted = np.minimum(demand, capacity)
        made = np.zeros(n)
        for j in range(n):
            least, linear = 1.0, 1.0
            for k in range(kinds):
                use = bought[k, j] / normal[j] * wanted[j] if bought[k, j] else 0.0
                ratio = min(1.0, stock[k, j] / (max(psi * days_of_stock[k], 1) * use)) if use else 1.0
                if classes[k, sector[j]] == 2:
                    least = min(least, ratio)
                elif classes[k, sector[j]] == 1 and bought[k, j]:
                    linear -= bought[k, j] / bought[:, j].sum() * (1 - ratio)
            made[j] = wanted[j] * max(0.0, min(least, linear))
        got = orders * np.array([made[i] / demand[i] if demand[i] else 0.0 for i in range(n)])[:, None]
        orders = np.zeros((n, n))
        for j in range(n):
            for k in range(kinds):
                if not bought[k, j]:
                    continue
                of_kind = [i for i in range(n) if sector[i] == k]
                use = bought[k, j] / normal[j]
                stock[k, j] += sum(got[i, j] for i in of_kind) - min(stock[k, j], use * made[j])
                gap = max(0.0, days_of_stock[k] * use * wanted[j] - stock[k, j])
                weight = {
                    i: flows[i, j] * (capacity[i] / normal[i] if by_capacity else 1)
                    for i in of_kind
                    if flows[i, j]
                }
                for i, w in weight.items():
                    if sum(weight.values()) > 0:
                        orders[i, j] = (use * made[j] + gap / tau) * w / sum(weight.values())
        for i in range(n):
            scarcity = (demand[i] - made[i]) / demand[i] if demand[i] else 0.0
            step = (alpha_max - alpha[i]) * scarcity if scarcity > 1e-12 else 1 - alpha[i]
            alpha[i] += step / alpha_tau
        path.append(made)
    return np.array(path)
