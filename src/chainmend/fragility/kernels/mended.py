"""Every shock twice in one go: in the network as it is, and with a new supplier beside those that sell a segment.

A mend changes nothing but the impact of the segment's firms on local buyers and the volumes of one market, so the
arrays are changed in place for the second run and put back. The upstream side is the same in both and is followed once.
`reweigh` changes all impacts, for another draw of the values of all links.
"""

from __future__ import annotations

from numba import njit

from chainmend.fragility.kernels.frontier import downstream
from chainmend.fragility.kernels.lanes import sweep_upstream
from chainmend.fragility.kernels.narrow import STEPS, UPSTREAM, _advance, _start, write
from chainmend.fragility.kernels.vector import LANES

_EMPTY, _CLEARING = -1, -2
CONSTANT, LINEAR, SUMMED = 0, 1, 2


@njit(cache=True, nogil=True)
def reweigh(plan, links, noise, own, s):
    """Multiply the value of every link by its noise and write what follows from that to the plan's arrays.

    Parameters
    ----------
    links
        Links by supplier: row, buyer, weight, local (of the firm); pushed (the link of each entry of the plan's
        push), share (of what its impact is a share); back (the link of each entry of the plan's back_impact);
        revenue (n,), zero where sales stand for it.
    noise
        Shape (links,).
    own
        Arrays of this plan that may be written to: weight (links,), push, up_impact, back_impact, out_strength,
        market_total; local_out, bought (n,); slot_sum.
    """
    row, buyer, local = links.row, links.buyer, links.local
    weight, sold, sold_here, bought, up = (
        own.weight,
        own.out_strength,
        own.local_out,
        own.bought,
        own.up_impact,
    )
    bought[:] = 0.0
    for i in range(len(row) - 1):
        total, here = 0.0, 0.0
        for e in range(row[i], row[i + 1]):
            value = links.weight[e] * noise[e]
            weight[e] = value
            total += value
            here += value if local[buyer[e]] else 0.0
            bought[buyer[e]] += value
        sold[i], sold_here[i] = total, here
        s.down[i].sold = total
        size = max(total, links.revenue[i])
        for e in range(row[i], row[i + 1]):
            up[e] = weight[e] / size
    back, back_impact = links.back, own.back_impact
    for p in range(len(back)):
        back_impact[p] = up[back[p]]
    push, pushed, share, sums = own.push, links.pushed, links.share, own.slot_sum
    sums[:] = 0.0
    for p in range(len(push)):
        if share[p] == SUMMED:
            sums[push[p].slot] += weight[pushed[p]]
    for p in range(len(push)):
        if share[p] == SUMMED:
            push[p].impact = weight[pushed[p]] / sums[push[p].slot]
        elif share[p] == LINEAR:
            push[p].impact = weight[pushed[p]] / bought[push[p].buyer]
    own.market_total[:] = 0.0
    if len(plan.market):
        for i in range(len(row) - 1):
            own.market_total[plan.market[i]] += sold[i]


@njit(cache=True, nogil=True)
def _after_mend(plan, job, shocks, k, mends, own, row, s, lane, state, one, after):
    """Follow shock k for as many steps with the new supplier, and write the totals to `after`."""
    g = mends.segment[k]
    push, kept, hit, firms = own.push, own.kept, mends.link, mends.firm
    begin, end = mends.link_row[g], mends.link_row[g + 1]
    for c in range(begin, end):
        kept[c - begin] = push[hit[c]].impact
        push[hit[c]].impact = kept[c - begin] * (1.0 - mends.share)
    volume = 0.0
    for c in range(mends.firm_row[g], mends.firm_row[g + 1]):
        i = firms[c]
        moved = mends.share * own.local_out[i]
        volume += moved
        s.down[i].sold = own.out_strength[i] - moved
    s.down[mends.newcomer[g]].sold = volume
    steps = int(row[STEPS])
    a, b = shocks.row[k], shocks.row[k + 1]
    _steps, _converged, _sure, touched = downstream(
        plan, True, shocks.firm[a:b], shocks.down[a:b], steps, job.tolerance, steps, s
    )
    write(job, after, row[UPSTREAM], s, touched, lane, state, one)
    for c in range(begin, end):
        push[hit[c]].impact = kept[c - begin]
    for c in range(mends.firm_row[g], mends.firm_row[g + 1]):
        s.down[firms[c]].sold = own.out_strength[firms[c]]
    s.down[mends.newcomer[g]].sold = 0.0


@njit(cache=True, nogil=True)
def follow_mended(plan, job, shocks, mends, own, one, rounding, states, s, out, after):
    """Totals of all shocks, as `follow_narrow`, and in `after` the same with the mend of each.

    Parameters
    ----------
    mends
        segment (shocks,): number of the segment that is mended; share: what the new supplier takes; link_row, link:
        entries of the plan's push from firms of each segment to local buyers; firm_row, firm: firms of each segment;
        newcomer: the firm without links that stands for the new supplier of each segment.
    own
        As `reweigh`; kept: scratch for the links of one segment.
    after
        Shape (shocks, 6), as `out`; only the totals are written.
    """
    state, other = states
    todo = 0
    while True:
        live = 0
        for lane in range(LANES):
            while s.lane_shock[lane] == _EMPTY and todo < len(out):
                if _start(plan, job, shocks, todo, out, s, lane, state, one, rounding):
                    s.lane_shock[lane] = todo
                    s.lane_keep[lane] = 1.0
                else:
                    _after_mend(
                        plan, job, shocks, todo, mends, own, out[todo], s, -1, state, one, after[todo]
                    )
                todo += 1
            live += s.lane_shock[lane] >= 0
        if live == 0 and todo >= len(out):
            return
        sweep_upstream(plan, one, s.lane_keep, state, other, job.weights, s.lane_rise, s.lane_total)
        state, other = other, state
        for lane in range(LANES):
            k = s.lane_shock[lane]
            if k >= 0:
                if _advance(plan, job, shocks, out, s, lane, state, one):
                    _after_mend(plan, job, shocks, k, mends, own, out[k], s, lane, state, one, after[k])
                    s.lane_shock[lane] = _CLEARING
                    s.lane_keep[lane] = 0.0
            elif k == _CLEARING:
                s.lane_shock[lane] = _EMPTY
