"""One shock followed from firm to firm: only firms whose loss has just risen pass it on.

Exact as long as losses only rise, which holds but for the monopoly case of the reference (`scale_free=False`); that
is noticed and reported. Rises below `CUT` are not passed on until they have added up: no impact on a firm sums to
more than 1, so what this leaves out of any loss stays of that order.

Nothing is cleared between shocks: a record with the stamp of an earlier shock counts as empty, and is emptied when
it is next met.
"""

from __future__ import annotations

import numpy as np
from numba import njit

CUT = 1e-10
NEAR = 2e-9  # a rise this close to the tolerance is judged again in float64
_NOTHING_LEFT = 1e-10
_ALMOST = 1e-4  # below this share the difference "total less lost" has lost its digits
_ALONE, _LINEAR = -1, -2
_FREE, _END = -1, -2

# stamp: twice the number of the shock, plus 1 while the firm is queued
DOWN = np.dtype(
    [("coming", "f8"), ("linear", "f8"), ("loss", "f8"), ("stamp", "i4"), ("link", "i4")], align=True
)
UP = np.dtype([("sum", "f8"), ("loss", "f8"), ("stamp", "i8"), ("pad", "f8")], align=True)


@njit(inline="always")
def _left(rows, members, sold, total, lost, down, k):
    """What market k still sells."""
    left = total[k] - lost[k]
    if left < _ALMOST * total[k]:
        left = 0.0
        for p in range(rows[k], rows[k + 1]):
            left += (1.0 - down[members[p]].loss) * sold[members[p]]
    return left


@njit(inline="always")
def _empty(firm, i, stamp, slot_row, sums, felt):
    """Forget what an earlier shock left in the record of firm i."""
    firm.stamp = stamp
    firm.coming, firm.linear, firm.loss, firm.link = 0.0, 0.0, 0.0, _FREE
    felt[i] = 0.0
    for q in range(slot_row[i], slot_row[i + 1]):
        sums[q] = 0.0


@njit(inline="always")
def _push(links, begin, end, before, rise, down, sums, felt, slot_row, stamp, queue, queued):
    """Pass on what buyers feel of one firm; return how many buyers are queued."""
    for e in range(begin, end):
        link = links[e]
        buyer = down[link.buyer]
        if buyer.stamp < stamp:
            _empty(buyer, link.buyer, stamp, slot_row, sums, felt)
        # selects rather than branches: which kind of link comes next cannot be foreseen
        joined = link.slot == _LINEAR
        loss = (buyer.linear if joined else link.impact * before) + link.impact * rise
        buyer.linear = loss if joined else buyer.linear
        if link.slot >= 0:
            loss = sums[link.slot] + link.impact * rise
            sums[link.slot] = loss
        buyer.coming = max(buyer.coming, min(loss, 1.0))
        queue[queued] = link.buyer
        new = buyer.stamp == stamp and buyer.coming > buyer.loss + CUT
        buyer.stamp = stamp + 1 if new else buyer.stamp
        queued += 1 if new else 0
    return queued


@njit(cache=True, nogil=True)
def _pass_on(plan, s, changed):
    """Pass on the losses of the changed firms, which nobody can replace; return how many buyers are queued."""
    rows, links = (
        plan.push_row,
        plan.push,
    )  # in locals: reading them off the tuple in the loop counts references
    down, felt, sums, queue, risen = s.down, s.felt, s.sums, s.queue, s.changed
    slot_row, stamp = plan.slot_row, s.clock[0]
    queued = 0
    for c in range(changed):
        i = risen[c]
        rise = down[i].loss - felt[i]
        if rise > CUT:
            before = felt[i]
            felt[i] = down[i].loss
            queued = _push(
                links, rows[i], rows[i + 1], before, rise, down, sums, felt, slot_row, stamp, queue, queued
            )
    return queued


@njit(cache=True, nogil=True)
def _pass_on_markets(plan, scale_free, s, changed):
    """The same where others of the market replace a part; also return whether no loss fell."""
    rows, links, sold, market = plan.push_row, plan.push, plan.out_strength, plan.market
    market_row, member, total = plan.market_row, plan.market_firm, plan.market_total
    down, felt, sums, queue, risen = s.down, s.felt, s.sums, s.queue, s.changed
    head, lost, mark, found = s.market_head, s.market_lost, s.market_mark, s.market_list
    slot_row, stamp = plan.slot_row, s.clock[0]
    queued, monotone, markets = 0, True, 0
    for c in range(changed):
        k = market[risen[c]]
        if mark[k] == 0:
            mark[k] = 1
            found[markets] = k
            markets += 1
    for c in range(markets):
        k = found[c]
        mark[k] = 0
        left = _left(market_row, member, sold, total, lost, down, k)
        nothing = left <= (_NOTHING_LEFT * total[k] if scale_free else _NOTHING_LEFT)
        share = 1.0 if nothing else 1.0 / left
        i = head[k]
        while i >= 0:
            now = down[i].loss
            if not (nothing and scale_free):
                now *= min(1.0, sold[i] * share)
            rise = now - felt[i]
            if rise > CUT:
                before = felt[i]
                felt[i] = now
                queued = _push(
                    links,
                    rows[i],
                    rows[i + 1],
                    before,
                    rise,
                    down,
                    sums,
                    felt,
                    slot_row,
                    stamp,
                    queue,
                    queued,
                )
            elif rise < -1e-14:
                monotone = False
            i = down[i].link
    return queued, monotone


@njit(cache=True, nogil=True)
def _reach(plan, s, queued, touched, used):
    """Give the queued firms their coming losses; return touched firms, used markets and the largest rise."""
    down, queue, risen, reached = s.down, s.queue, s.changed, s.touched
    market, sold = plan.market, plan.out_strength
    head, lost, opened = s.market_head, s.market_lost, s.market_used
    stamp, most = s.clock[0], 0.0
    for c in range(queued):
        i = queue[c]
        risen[c] = i
        firm = down[i]
        firm.stamp = stamp
        if firm.loss == 0.0:
            reached[touched] = i
            touched += 1
        rise = firm.coming - firm.loss
        most = max(most, rise)
        firm.loss = firm.coming
        if len(market):
            k = market[i]
            lost[k] += rise * sold[i]
            if firm.link == _FREE:
                firm.link = head[k] if head[k] != _FREE else _END
                if firm.link == _END:
                    opened[used] = k
                    used += 1
                head[k] = i
    return touched, used, most


@njit(cache=True, nogil=True)
def downstream(plan, scale_free, firms, losses, at_least, tolerance, max_steps, s):
    """Follow one shock downstream until step `at_least` or later, when no firm's loss rose by more than `tolerance`.

    The losses stand in ``s.down[i].loss`` of the firms ``s.touched[:touched]`` until the next call.

    Returns
    -------
    steps, converged, sure, touched
        `sure` is False where the result must be had from the dense kernel.
    """
    queued = 0
    stamp = s.clock[0] = s.clock[0] + 2
    for c in range(len(firms)):
        if losses[c] > 0.0:
            firm = s.down[firms[c]]
            _empty(firm, firms[c], stamp, plan.slot_row, s.sums, s.felt)
            firm.coming = losses[c]
            s.queue[queued] = firms[c]
            queued += 1
    touched, used, rise = _reach(plan, s, queued, 0, 0)
    steps, sure = 0, True
    while True:
        if len(plan.market):
            queued, monotone = _pass_on_markets(plan, scale_free, s, queued)
            sure = sure and monotone
        else:
            queued = _pass_on(plan, s, queued)
        touched, used, rise = _reach(plan, s, queued, touched, used)
        steps += 1
        if steps >= at_least and abs(rise - tolerance) < NEAR:
            sure = False
        if (steps >= at_least and not rise > tolerance) or steps >= max_steps:
            break
        if queued == 0:
            steps = min(at_least, max_steps)
            break
    for c in range(used):
        s.market_head[s.market_used[c]] = _FREE
        s.market_lost[s.market_used[c]] = 0.0
    return steps, not rise > tolerance, sure, touched


@njit(cache=True, nogil=True)
def upstream_start(plan, firms, losses, s):
    """Set the initial upstream losses; return touched firms, rising firms and the links they have."""
    rising, work = 0, 0
    s.clock[1] += 2
    for c in range(len(firms)):
        if losses[c] > 0.0:
            i = firms[c]
            s.up[i].loss, s.up[i].sum = losses[c], 0.0
            s.up[i].stamp = s.clock[1]
            s.up_touched[rising] = i
            s.rising[rising] = i
            s.rise[rising] = losses[c]
            rising += 1
            work += plan.back_row[i + 1] - plan.back_row[i]
    return rising, rising, work


@njit(cache=True, nogil=True)
def upstream_step(plan, s, touched, rising):
    """Move the upstream losses by one step; return touched and rising firms, their links, the largest rise."""
    rows, suppliers, impact = plan.back_row, plan.back_supplier, plan.back_impact
    up, queue, risen, rises, reached = s.up, s.queue, s.rising, s.rise, s.up_touched
    stamp, queued = s.clock[1], 0
    for c in range(rising):
        rise = rises[c]
        for e in range(rows[risen[c]], rows[risen[c] + 1]):
            supplier = up[suppliers[e]]
            if supplier.stamp < stamp:
                supplier.sum, supplier.loss, supplier.stamp = 0.0, 0.0, stamp
            supplier.sum += impact[e] * rise
            if supplier.stamp == stamp:
                supplier.stamp = stamp + 1
                queue[queued] = suppliers[e]
                queued += 1
    most, rising, work = 0.0, 0, 0
    for c in range(queued):
        i = queue[c]
        firm = up[i]
        firm.stamp = stamp
        loss = min(1.0, firm.sum)
        if firm.loss == 0.0 and loss > 0.0:
            reached[touched] = i
            touched += 1
        rise = loss - firm.loss
        if rise > 0.0:
            most = max(most, rise)
            firm.loss = loss
            risen[rising] = i
            rises[rising] = rise
            rising += 1
            work += rows[i + 1] - rows[i]
    return touched, rising, work, most
