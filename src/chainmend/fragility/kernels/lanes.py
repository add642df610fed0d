"""Losses of `LANES` shocks at once: one sweep over all links moves every lane by one step.

The state is [firm x lane], in uint32 fixed point or float64; sums are in float64. A lane that has been given back is
cleared by the next sweep (`keep` is 0 there) and may then be used again.
"""

from __future__ import annotations

from numba import njit

from chainmend.fragility.kernels.vector import (
    LANES,
    add,
    divide,
    larger,
    load,
    multiply,
    multiply_add,
    prefetch,
    smaller,
    store,
    subtract,
    where_at_most,
    zeros,
)

_AHEAD = 20  # links between the prefetch of a row and its use
_LINE = 64  # bytes of a cache line
_NOTHING_LEFT = 1e-10
_HUGE = 1e300


@njit(cache=True, nogil=True, boundscheck=False)
def sweep_upstream(plan, one, keep, state, out, weights, rise, total):
    """Write the upstream losses after one more step to `out`.

    Parameters
    ----------
    one
        What stands for 1.0 in `state`.
    keep
        Shape (LANES,): 1 where a shock is, 0 where a lane is to be cleared.
    state, out
        Shape (n * LANES,).
    rise, total
        Shape (LANES,), out: largest rise of a firm and weighted sum of losses, in units of `one`.
    """
    rows, buyers, impacts = plan.up_row, plan.up_buyer, plan.up_impact
    last = len(buyers) - 1
    kept, ones = load(keep, 0), add(zeros(), one)
    most, sums = zeros(), zeros()
    half = _LINE // state.itemsize
    for i in range(len(rows) - 1):
        lost = zeros()
        for e in range(rows[i], rows[i + 1]):
            soon = buyers[min(e + _AHEAD, last)] * LANES
            prefetch(state, soon)
            prefetch(state, soon + half)
            lost = multiply_add(impacts[e], load(state, buyers[e] * LANES), lost)
        before = multiply(load(state, i * LANES), kept)
        after = larger(before, smaller(multiply(lost, kept), ones))
        most = larger(most, subtract(after, before))
        sums = multiply_add(after, weights[i], sums)
        store(out, i * LANES, after)
    store(rise, 0, most)
    store(total, 0, sums)


@njit(cache=True, nogil=True, boundscheck=False)
def sweep_markets(plan, one, keep, scale_free, state, felt, empty):
    """Write to `felt` what buyers feel of the downstream losses; lanes to be cleared become 0 in both.

    Without markets that is all of them.

    Parameters
    ----------
    empty
        Shape (LANES,), out: 1 where a market had nothing left and a firm of it sells less than 1, so that what is felt
        of the firm may have fallen.
    """
    rows, members, sold, sales = plan.market_row, plan.market_firm, plan.out_strength, plan.market_total
    kept, ones, bare = load(keep, 0), add(zeros(), one), zeros()
    if len(members) == 0:
        for i in range(len(sold)):
            loss = multiply(load(state, i * LANES), kept)
            store(state, i * LANES, loss)
            store(felt, i * LANES, loss)
    for k in range(len(rows) - 1):
        left, least = zeros(), 1.0
        for p in range(rows[k], rows[k + 1]):
            i = members[p] * LANES
            loss = multiply(load(state, i), kept)
            store(state, i, loss)
            left = multiply_add(subtract(ones, loss), sold[members[p]], left)
            if sold[members[p]] > 0.0:
                least = min(least, sold[members[p]])
        limit = _NOTHING_LEFT * one * (sales[k] if scale_free else 1.0)
        if not scale_free and least < 1.0:
            bare = larger(bare, where_at_most(left, limit, 1.0, 0.0))
        share = where_at_most(left, limit, _HUGE if scale_free else 1.0, divide(ones, left))
        for p in range(rows[k], rows[k + 1]):
            i = members[p] * LANES
            store(felt, i, multiply(load(state, i), smaller(multiply(share, sold[members[p]]), 1.0)))
    store(empty, 0, bare)


@njit(cache=True, nogil=True, boundscheck=False)
def sweep_downstream(plan, one, felt, state, rise):
    """Move the downstream losses by one step in place; `rise`: shape (LANES,), out, the largest rise of a firm."""
    rows, links = plan.pull_row, plan.pull
    last = len(links) - 1
    most, ones = zeros(), add(zeros(), one)
    half = _LINE // state.itemsize
    for j in range(len(rows) - 1):
        if rows[j] == rows[j + 1]:
            continue
        running, worst = zeros(), zeros()
        for e in range(rows[j], rows[j + 1]):
            soon = links[min(e + _AHEAD, last)].supplier * LANES
            prefetch(felt, soon)
            prefetch(felt, soon + half)
            link = links[e]
            part = multiply(load(felt, link.supplier * LANES), link.impact)
            running = multiply_add(running, 1.0 - link.first, part)
            worst = larger(worst, running)  # parts of a sum are never more than the sum
        before = load(state, j * LANES)
        after = larger(before, smaller(worst, ones))
        most = larger(most, subtract(after, before))
        store(state, j * LANES, after)
    store(rise, 0, most)


@njit(cache=True, nogil=True, boundscheck=False)
def sweep_both(plan, one, keep, state, out, down, weights, rise, totals):
    """Move the upstream losses by one step, and add up the losses of both directions.

    Parameters
    ----------
    state, out
        Shape (n * LANES,): upstream losses before and after.
    down
        Downstream losses after the step.
    rise
        Shape (LANES,), in and out: largest rise of a firm.
    totals
        Shape (3 * LANES,), out: weighted sums of the larger losses, the downstream and the upstream ones.
    """
    rows, buyers, impacts = plan.up_row, plan.up_buyer, plan.up_impact
    last = len(buyers) - 1
    kept, ones = load(keep, 0), add(zeros(), one)
    most, both, lower, upper = load(rise, 0), zeros(), zeros(), zeros()
    half = _LINE // state.itemsize
    for i in range(len(rows) - 1):
        lost = zeros()
        for e in range(rows[i], rows[i + 1]):
            soon = buyers[min(e + _AHEAD, last)] * LANES
            prefetch(state, soon)
            prefetch(state, soon + half)
            lost = multiply_add(impacts[e], load(state, buyers[e] * LANES), lost)
        before = multiply(load(state, i * LANES), kept)
        after = larger(before, smaller(multiply(lost, kept), ones))
        most = larger(most, subtract(after, before))
        loss = load(down, i * LANES)
        both = multiply_add(larger(loss, after), weights[i], both)
        lower = multiply_add(loss, weights[i], lower)
        upper = multiply_add(after, weights[i], upper)
        store(out, i * LANES, after)
    store(rise, 0, most)
    store(totals, 0, both)
    store(totals, LANES, lower)
    store(totals, 2 * LANES, upper)
