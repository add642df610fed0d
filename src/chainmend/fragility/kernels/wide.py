"""Many shocks in small networks: a frontier at first, then lanes for both directions.

Where a shock soon reaches a good part of all firms downstream as well, sweeping over all links with many shocks at once
costs less than following each of them. Both directions move together, step by step, until neither rises any more.
"""

from __future__ import annotations

from numba import njit

from chainmend.fragility.kernels.frontier import (
    NEAR,
    downstream_start,
    downstream_step,
    forget_markets,
    upstream_start,
    upstream_step,
)
from chainmend.fragility.kernels.lanes import sweep_both, sweep_downstream, sweep_markets
from chainmend.fragility.kernels.narrow import CONVERGED, DOWNSTREAM, STEPS, SURE, TOTAL, UPSTREAM, write
from chainmend.fragility.kernels.vector import LANES

_EMPTY, _CLEARING = -1, -2


@njit(cache=True, nogil=True)
def _inject(s, touched, up_touched, lane, down, up, one, rounding):
    """Copy the losses of the frontier into a cleared lane."""
    lost, reached = s.down, s.touched
    for c in range(touched):
        down[reached[c] * LANES + lane] = lost[reached[c]].loss * one + rounding
    felt, met = s.up, s.up_touched
    for c in range(up_touched):
        up[met[c] * LANES + lane] = felt[met[c]].loss * one + rounding


@njit(cache=True, nogil=True)
def _start(plan, job, shocks, k, row, s, lane, down, up, one, rounding):
    """Follow shock k as a frontier; return True when it went into the lane."""
    a, b = shocks.row[k], shocks.row[k + 1]
    changed, touched, used, active = downstream_start(plan, shocks.firm[a:b], shocks.down[a:b], s)
    up_touched, rising, work = upstream_start(plan, shocks.firm[a:b], shocks.up[a:b], s)
    for c in range(touched):
        work += s.down[s.touched[c]].links
    steps, sure, going, rise = 0, True, True, 0.0
    while going and work <= job.threshold:
        changed, touched, used, active, rise, monotone = downstream_step(
            plan, job.scale_free, s, changed, touched, used, active
        )
        up_touched, rising, work, other = upstream_step(plan, s, up_touched, rising)
        for c in range(changed):
            work += s.down[s.changed[c]].links
        rise = max(rise, other)
        steps += 1
        sure = sure and monotone and abs(rise - job.tolerance) >= NEAR
        going = rise > job.tolerance and steps < job.max_steps
    forget_markets(s, used)
    row[SURE], row[STEPS] = sure, steps
    if going:
        _inject(s, touched, up_touched, lane, down, up, one, rounding)
        return True
    total = 0.0
    for c in range(up_touched):
        total += job.weights[s.up_touched[c]] * s.up[s.up_touched[c]].loss
    write(job, row, total, s, touched, -1, up, one)
    row[CONVERGED] = not rise > job.tolerance
    return False


@njit(cache=True, nogil=True)
def _refill(plan, job, shocks, todo, out, s, down, up, one, rounding):
    """Fill the empty lanes; return the next shock and how many lanes are in use."""
    live = 0
    for lane in range(LANES):
        while s.lane_shock[lane] == _EMPTY and todo < len(out):
            if _start(plan, job, shocks, todo, out[todo], s, lane, down, up, one, rounding):
                s.lane_shock[lane] = todo
                s.lane_keep[lane] = 1.0
            todo += 1
        live += s.lane_shock[lane] >= 0
    return todo, live


@njit(cache=True, nogil=True)
def _judge(job, s, out, one):
    """Look at every lane after a sweep and give back those that are done."""
    for lane in range(LANES):
        if s.lane_shock[lane] == _CLEARING:
            s.lane_shock[lane] = _EMPTY
        if s.lane_shock[lane] < 0:
            continue
        row = out[s.lane_shock[lane]]
        rise = s.lane_rise[lane] / one
        row[STEPS] += 1
        if abs(rise - job.tolerance) < NEAR or s.lane_empty[lane] > 0.0:
            row[SURE] = 0.0
        if not rise > job.tolerance or row[STEPS] >= job.max_steps:
            row[TOTAL] = s.lane_total[lane] / one
            row[DOWNSTREAM] = s.lane_total[LANES + lane] / one
            row[UPSTREAM] = s.lane_total[2 * LANES + lane] / one
            row[CONVERGED] = not rise > job.tolerance
            s.lane_shock[lane] = _CLEARING
            s.lane_keep[lane] = 0.0


@njit(cache=True, nogil=True)
def follow_wide(plan, job, shocks, one, rounding, states, s, out):
    """Totals of all shocks, as `follow_narrow`; `states`: down, felt, up, other, of shape (n * LANES,), all zero."""
    down, felt, up, other = states
    todo, sweeps = 0, 0
    while True:
        todo, live = _refill(plan, job, shocks, todo, out, s, down, up, one, rounding)
        if live == 0 and todo >= len(out):
            return sweeps
        sweep_markets(plan, one, s.lane_keep, job.scale_free, down, felt, s.lane_empty)
        sweep_downstream(plan, one, felt, down, s.lane_rise)
        sweep_both(plan, one, s.lane_keep, up, other, down, job.weights, s.lane_rise, s.lane_total)
        up, other = other, up
        sweeps += 1
        _judge(job, s, out, one)
