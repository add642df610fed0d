"""Every shock twice in one go: in the network as it is, and with a new supplier beside those that sell a segment.

A mend changes nothing but the impact of the segment's firms on local buyers and the volumes of one market, so the
arrays are changed in place for the second run and put back. Supply alone stops, so there is no upstream side.
`reweigh` changes all impacts, for another draw of the values of all links.
"""

from __future__ import annotations

from numba import njit

from chainmend.fragility.kernels.frontier import downstream

CONSTANT, LINEAR, SUMMED = 0, 1, 2


@njit(cache=True, nogil=True)
def reweigh(plan, links, noise, own, s):
    """Multiply the value of every link by its noise and write what follows from that to the plan's arrays.

    Parameters
    ----------
    links
        Links by supplier: row, buyer, weight, local (of the firm); pushed (the link of each entry of the plan's
        push), share (of what its impact is a share).
    noise
        Shape (links,).
    own
        Arrays of this plan that may be written to: weight (links,), push, out_strength, market_total; local_out,
        bought (n,); slot_sum.
    """
    row, buyer, local = links.row, links.buyer, links.local
    weight, sold, sold_here, bought = own.weight, own.out_strength, own.local_out, own.bought
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
def _mend(mends, own, g, s):
    """Put the new supplier of segment g beside the others."""
    push, kept, hit, begin = own.push, own.kept, mends.link, mends.link_row[g]
    for c in range(begin, mends.link_row[g + 1]):
        kept[c - begin] = push[hit[c]].impact
        push[hit[c]].impact = kept[c - begin] * (1.0 - mends.share)
    volume = 0.0
    for c in range(mends.firm_row[g], mends.firm_row[g + 1]):
        i = mends.firm[c]
        moved = mends.share * own.local_out[i]
        volume += moved
        s.down[i].sold = own.out_strength[i] - moved
    s.down[mends.newcomer[g]].sold = volume


@njit(cache=True, nogil=True)
def _unmend(mends, own, g, s):
    """Put everything back."""
    push, kept, hit, begin = own.push, own.kept, mends.link, mends.link_row[g]
    for c in range(begin, mends.link_row[g + 1]):
        push[hit[c]].impact = kept[c - begin]
    for c in range(mends.firm_row[g], mends.firm_row[g + 1]):
        s.down[mends.firm[c]].sold = own.out_strength[mends.firm[c]]
    s.down[mends.newcomer[g]].sold = 0.0


@njit(cache=True, nogil=True)
def _total(weights, s, touched):
    total = 0.0
    for c in range(touched):
        total += weights[s.touched[c]] * s.down[s.touched[c]].loss
    return total


@njit(cache=True, nogil=True)
def follow_mended(plan, tolerance, max_steps, weights, shocks, mends, own, s, out):
    """Weighted losses through missing inputs of every shock, without and with its mend after as many steps.

    Parameters
    ----------
    shocks
        row (shocks + 1,), firm, down: the firms of each shock with their initial losses.
    mends
        segment (shocks,): number of the segment that is mended; share: what the new supplier takes; link_row, link:
        entries of the plan's push from firms of each segment to local buyers; firm_row, firm: firms of each segment;
        newcomer: the firm without links that stands for the new supplier of each segment.
    own
        As `reweigh`; kept: scratch for the links of one segment.
    out
        Shape (shocks, 3), out: losses now and mended, and 1 where the first cascade came to rest.
    """
    for k in range(len(out)):
        a, b = shocks.row[k], shocks.row[k + 1]
        firms, losses = shocks.firm[a:b], shocks.down[a:b]
        steps, converged, _sure, touched = downstream(plan, True, firms, losses, 1, tolerance, max_steps, s)
        out[k, 0], out[k, 2] = _total(weights, s, touched), converged
        _mend(mends, own, mends.segment[k], s)
        _steps, _rest, _sure, touched = downstream(plan, True, firms, losses, steps, tolerance, steps, s)
        out[k, 1] = _total(weights, s, touched)
        _unmend(mends, own, mends.segment[k], s)
