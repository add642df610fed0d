"""The cascade step by step over all links in float64: the reference all faster ways are held against.

Every step recomputes every firm from the last state, so it also holds where replaceability is not monotone and where a
loss may grow on its way. Cost: steps x links.
"""

from __future__ import annotations

import numpy as np
from numba import njit

_NOTHING_LEFT = 1e-10


@njit(cache=True, nogil=True)
def market_losses(plan, scale_free, d, x):
    """Write to x what buyers feel of the losses d: as much as others of the market cannot replace."""
    rows, members, strength, total = plan.market_row, plan.market_firm, plan.out_strength, plan.market_total
    for k in range(len(rows) - 1):
        left = 0.0
        for p in range(rows[k], rows[k + 1]):
            left += (1.0 - d[members[p]]) * strength[members[p]]
        nothing = left <= (_NOTHING_LEFT * total[k] if scale_free else _NOTHING_LEFT)
        for p in range(rows[k], rows[k + 1]):
            i = members[p]
            sold = strength[i]
            if nothing:
                felt = 1.0 if scale_free else min(1.0, sold)
            else:
                felt = min(1.0, sold / left)
            x[i] = felt * d[i]


@njit(cache=True, nogil=True)
def downstream_step(plan, psi, x, d, out):
    """Write the next downstream losses to `out`; return the largest rise."""
    rows, links = (
        plan.pull_row,
        plan.pull,
    )  # in locals: reading them off the tuple in the loop counts references
    rise = 0.0
    for j in range(len(d)):
        running, worst = 0.0, psi[j]
        for e in range(rows[j], rows[j + 1]):
            link = links[e]
            if link.first:
                running = 0.0
            running += link.impact * x[link.supplier]
            worst = max(worst, running)  # parts of a sum are never more than the sum
        out[j] = min(1.0, worst)
        rise = max(rise, out[j] - d[j])
    return rise


@njit(cache=True, nogil=True)
def upstream_step(plan, psi, u, out):
    """Write the next upstream losses to `out`; return the largest rise."""
    rows, buyers, impacts = plan.up_row, plan.up_buyer, plan.up_impact
    rise = 0.0
    for i in range(len(u)):
        lost = 0.0
        for e in range(rows[i], rows[i + 1]):
            lost += impacts[e] * u[buyers[e]]
        out[i] = min(1.0, max(psi[i], lost))
        rise = max(rise, out[i] - u[i])
    return rise


@njit(cache=True, nogil=True)
def total_loss(weights, d, u):
    """Weighted sum of the larger of both losses."""
    total = 0.0
    for i in range(len(d)):
        total += weights[i] * max(d[i], u[i])
    return total


@njit(cache=True, nogil=True)
def dense_cascade(plan, psi, psi_up, tolerance, by_total, weights, scale_free, max_steps, d, u, work):
    """Follow one shock until it has converged.

    Parameters
    ----------
    psi, psi_up
        Shape (n,): initial losses downstream and upstream.
    by_total
        Stop when the total grows by no more than `tolerance` of itself, instead of by the largest rise of one firm.
    d, u
        Shape (n,), out: final losses.
    work
        Shape (3, n), scratch.

    Returns
    -------
    steps, converged, last
        `last` is the change that the last step was judged by.
    """
    d[:] = psi
    u[:] = psi_up
    x, other_d, other_u = work[0], work[1], work[2]
    before = total_loss(weights, d, u) if by_total else 0.0
    steps, going, change = 0, True, 0.0
    while going and steps < max_steps:
        if len(plan.market):
            market_losses(plan, scale_free, d, x)
            rise = downstream_step(plan, psi, x, d, other_d)
        else:
            rise = downstream_step(plan, psi, d, d, other_d)
        change = max(rise, upstream_step(plan, psi_up, u, other_u))
        d[:] = other_d
        u[:] = other_u
        steps += 1
        if by_total:
            after = total_loss(weights, d, u)
            grown = after / before - 1.0 if before > 0.0 else (np.inf if after > 0.0 else 0.0)
            going, change = grown > tolerance, grown
            before = after
        else:
            going = change > tolerance
    return steps, not going, change


@njit(cache=True, nogil=True)
def dense_singles(plan, firms, tolerance, by_total, weights, scale_free, max_steps, work, out):
    """Fail every firm of `firms` alone; rows of `out`: total, downstream, upstream, steps, converged."""
    n = plan.push_row.size - 1
    psi, d, u = work[3], work[4], work[5]
    psi[:] = 0.0
    for s in range(len(firms)):
        psi[firms[s]] = 1.0
        steps, converged, _last = dense_cascade(
            plan, psi, psi, tolerance, by_total, weights, scale_free, max_steps, d, u, work[:3]
        )
        psi[firms[s]] = 0.0
        down, up = 0.0, 0.0
        for i in range(n):
            down += weights[i] * d[i]
            up += weights[i] * u[i]
        out[s, 0], out[s, 1], out[s, 2] = total_loss(weights, d, u), down, up
        out[s, 3], out[s, 4] = steps, converged
