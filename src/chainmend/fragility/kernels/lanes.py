"""Upstream losses of `LANES` shocks at once: one sweep over all links moves every lane by one step.

The state is [firm x lane], in uint32 fixed point or float64; sums are in float64. A lane that has been given back is
cleared by the next sweep (`keep` is 0 there) and may then be used again.
"""

from __future__ import annotations

from numba import njit

from chainmend.fragility.kernels.vector import (
    LANES,
    add,
    larger,
    load,
    multiply,
    multiply_add,
    prefetch,
    smaller,
    store,
    subtract,
    zeros,
)

_AHEAD = 20  # links between the prefetch of a row and its use
_LINE = 64  # bytes of a cache line


@njit(cache=True, nogil=True, boundscheck=False)
def sweep(plan, one, keep, state, out, weights, rise, total):
    """Write the losses after one more step to `out`.

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
