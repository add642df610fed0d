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

from chainmend.fragility.kernels.vector import prefetch_record

CUT = 1e-10
NEAR = 2e-9  # a rise this close to the tolerance is judged again in float64
_NOTHING_LEFT = 1e-10
_ALMOST = 1e-4  # below this share the difference "total less lost" has lost its digits
_HUGE = 1e300
_MOST = 0.5  # a market that has less than this share left is looked at firm by firm
_ALONE, _LINEAR = -1, -2
_SOON = 10  # firms between the prefetch of a record and its use

# One cache line a firm. stamp: twice the number of the shock, plus 1 while the firm is queued.
DOWN = np.dtype(
    [
        ("coming", "f8"), ("linear", "f8"), ("loss", "f8"), ("felt", "f8"), ("sold", "f8"),
        ("begin", "i8"), ("stamp", "i4"), ("links", "i4"), ("market", "i4"), ("slots", "i4"),
    ],
    align=True,
)  # fmt: skip
UP = np.dtype([("sum", "f8"), ("loss", "f8"), ("begin", "i8"), ("stamp", "i4"), ("links", "i4")], align=True)


@njit(inline="always")
def _left(rows, members, total, lost, down, stamp, k):
    """What market k still sells."""
    left = total[k] - lost[k]
    if left < _ALMOST * total[k]:
        left = 0.0
        for p in range(rows[k], rows[k + 1]):
            firm = down[members[p]]
            left += firm.sold if firm.stamp < stamp else (1.0 - firm.loss) * firm.sold
    return left


@njit(inline="always")
def _empty(firm, i, stamp, slot_row, sums):
    """Forget what an earlier shock left in the record of firm i."""
    firm.stamp = stamp
    firm.coming, firm.linear, firm.loss, firm.felt = 0.0, 0.0, 0.0, 0.0
    if firm.slots > 0:
        for q in range(slot_row[i], slot_row[i + 1]):
            sums[q] = 0.0


@njit(inline="always")
def _push(firm, now, links, down, sums, slot_row, stamp, queue, queued):
    """Pass on what buyers feel of one firm; return how many buyers are queued."""
    before = firm.felt
    rise = now - before
    firm.felt = now
    for e in range(firm.begin, firm.begin + firm.links):
        link = links[e]
        buyer = down[link.buyer]
        if buyer.stamp < stamp:
            _empty(buyer, link.buyer, stamp, slot_row, sums)
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
    links, slot_row = (
        plan.push,
        plan.slot_row,
    )  # in locals: reading them off the tuple in the loop counts references
    down, sums, queue, risen, stamp = s.down, s.sums, s.queue, s.changed, s.clock[0]
    queued = 0
    for c in range(changed):
        prefetch_record(down, risen[min(c + _SOON, changed - 1)])
        firm = down[risen[c]]
        if firm.loss - firm.felt > CUT:
            queued = _push(firm, firm.loss, links, down, sums, slot_row, stamp, queue, queued)
    return queued


@njit(cache=True, nogil=True)
def _share_markets(plan, scale_free, s, changed):
    """For the markets in which something changed, note what a firm's sales are to be multiplied by.

    They are marked with the number of this turn, or with its negative where most of the market is lost; return how
    many markets those are.
    """
    rows, members, total = plan.market_row, plan.market_firm, plan.market_total
    down, risen, lost, mark, share = s.down, s.changed, s.market_lost, s.market_mark, s.market_share
    s.clock[2] += 1
    turn, stamp, bare = s.clock[2], s.clock[0], 0
    for c in range(changed):
        k = down[risen[c]].market
        if abs(mark[k]) == turn:
            continue
        left = _left(rows, members, total, lost, down, stamp, k)
        mark[k] = turn
        if left < _MOST * total[k]:
            mark[k] = -turn
            s.market_bare[bare] = k
            bare += 1
        if left <= (_NOTHING_LEFT * total[k] if scale_free else _NOTHING_LEFT):
            share[k] = _HUGE if scale_free else 1.0
        else:
            share[k] = 1.0 / left
    return bare


@njit(cache=True, nogil=True)
def _pass_on_markets(plan, s, bare, active):
    """The same where others of the market replace a part; also return whether no loss fell.

    Most firms have so small a part of their market that others replace what they lose: only the `active` ones are
    looked at, and in the markets that are mostly lost every firm.
    """
    links, slot_row, rows, members = plan.push, plan.slot_row, plan.market_row, plan.market_firm
    down, sums, queue, listed = s.down, s.sums, s.queue, s.active
    mark, share, turn, stamp = s.market_mark, s.market_share, s.clock[2], s.clock[0]
    queued, monotone = 0, True
    for c in range(active):
        prefetch_record(down, listed[min(c + _SOON, active - 1)])
        firm = down[listed[c]]
        if mark[firm.market] == turn:
            now = firm.loss * min(1.0, firm.sold * share[firm.market])
            if now - firm.felt > CUT:
                queued = _push(firm, now, links, down, sums, slot_row, stamp, queue, queued)
    for c in range(bare):
        k = s.market_bare[c]
        for p in range(rows[k], rows[k + 1]):
            firm = down[members[p]]
            if firm.stamp >= stamp and firm.loss > 0.0:
                now = firm.loss * min(1.0, firm.sold * share[k])
                if now - firm.felt > CUT:
                    queued = _push(firm, now, links, down, sums, slot_row, stamp, queue, queued)
                elif now - firm.felt < -1e-14:
                    monotone = False  # only a market that has just lost everything can come here
    return queued, monotone


@njit(cache=True, nogil=True)
def _reach(plan, s, queued, touched, used, active):
    """Give the queued firms their coming losses; return touched and active firms, used markets, the largest rise."""
    total = plan.market_total
    down, queue, risen, reached, stamp = s.down, s.queue, s.changed, s.touched, s.clock[0]
    lost, opened, listed = s.market_lost, s.market_used, s.active
    most = 0.0
    for c in range(queued):
        i = queue[c]
        risen[c] = i
        firm = down[i]
        firm.stamp = stamp
        before = firm.loss
        if before == 0.0:
            reached[touched] = i
            touched += 1
        rise = firm.coming - before
        most = max(most, rise)
        firm.loss = firm.coming
        if firm.market >= 0:
            before_market = lost[firm.market]
            lost[firm.market] = before_market + rise * firm.sold
            if before_market == 0.0 and lost[firm.market] > 0.0:
                opened[used] = firm.market
                used += 1
            least = _MOST * CUT * total[firm.market]
            if before * firm.sold < least <= firm.loss * firm.sold:
                listed[active] = i
                active += 1
    return touched, used, active, most


@njit(cache=True, nogil=True)
def downstream_start(plan, firms, losses, s):
    """Set the initial downstream losses; return changed and touched firms, used markets, active firms."""
    queued = 0
    stamp = s.clock[0] = s.clock[0] + 2
    for c in range(len(firms)):
        if losses[c] > 0.0:
            firm = s.down[firms[c]]
            _empty(firm, firms[c], stamp, plan.slot_row, s.sums)
            firm.coming = losses[c]
            s.queue[queued] = firms[c]
            queued += 1
    touched, used, active, _rise = _reach(plan, s, queued, 0, 0, 0)
    return queued, touched, used, active


@njit(cache=True, nogil=True)
def downstream_step(plan, scale_free, s, changed, touched, used, active):
    """Move the downstream losses by one step.

    Returns
    -------
    changed, touched, used, active, rise, monotone
    """
    monotone = True
    if len(plan.market):
        bare = _share_markets(plan, scale_free, s, changed)
        changed, monotone = _pass_on_markets(plan, s, bare, active)
    else:
        changed = _pass_on(plan, s, changed)
    touched, used, active, rise = _reach(plan, s, changed, touched, used, active)
    return changed, touched, used, active, rise, monotone


@njit(cache=True, nogil=True)
def forget_markets(s, used):
    """Set the losses of the markets that were used to zero; the firms' records are told apart by their stamps."""
    for c in range(used):
        s.market_lost[s.market_used[c]] = 0.0


@njit(cache=True, nogil=True)
def downstream(plan, scale_free, firms, losses, at_least, tolerance, max_steps, s):
    """Follow one shock downstream until step `at_least` or later, when no firm's loss rose by more than `tolerance`.

    The losses stand in ``s.down[i].loss`` of the firms ``s.touched[:touched]`` until the next call.

    Returns
    -------
    steps, converged, sure, touched
        `sure` is False where the result must be had from the dense kernel.
    """
    changed, touched, used, active = downstream_start(plan, firms, losses, s)
    steps, sure, rise = 0, True, 0.0
    while True:
        changed, touched, used, active, rise, monotone = downstream_step(
            plan, scale_free, s, changed, touched, used, active
        )
        steps += 1
        sure = sure and monotone and not (steps >= at_least and abs(rise - tolerance) < NEAR)
        if (steps >= at_least and not rise > tolerance) or steps >= max_steps:
            break
        if changed == 0:
            steps = min(at_least, max_steps)
            break
    forget_markets(s, used)
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
            work += s.up[i].links
    return rising, rising, work


@njit(cache=True, nogil=True)
def upstream_step(plan, s, touched, rising):
    """Move the upstream losses by one step; return touched and rising firms, their links, the largest rise."""
    suppliers, impact = plan.back_supplier, plan.back_impact
    up, queue, risen, rises, reached = s.up, s.queue, s.rising, s.rise, s.up_touched
    stamp, queued = s.clock[1], 0
    for c in range(rising):
        prefetch_record(up, risen[min(c + _SOON, rising - 1)])
        rise, source = rises[c], up[risen[c]]
        for e in range(source.begin, source.begin + source.links):
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
            work += firm.links
    return touched, rising, work, most


@njit(cache=True, nogil=True)
def downstream_events(plan, scale_free, shocks, tolerance, steps, max_steps, s):
    """Times that a firm's downstream loss rises in at least so many steps, summed over the shocks."""
    events = 0
    for k in range(len(shocks.row) - 1):
        a, b = shocks.row[k], shocks.row[k + 1]
        changed, touched, used, active = downstream_start(plan, shocks.firm[a:b], shocks.down[a:b], s)
        step, rise = 0, 1.0
        while changed > 0 and step < max_steps and (step < steps or rise > tolerance):
            changed, touched, used, active, rise, _monotone = downstream_step(
                plan, scale_free, s, changed, touched, used, active
            )
            events += changed
            step += 1
        forget_markets(s, used)
    return events
