"""Many shocks in large networks: a frontier at first, then lanes for the upstream side alone.

A shock starts upstream as a frontier. Most end there; the others are put into a lane when their next step would cost
more than a lane's share of a sweep. Upstream rises never grow from step to step, so the first step at which both
directions have converged is found by following the downstream side, always as a frontier, from the step at which the
upstream side has converged. What counts is the larger loss of each firm: the upstream total, plus the excess of the
downstream loss over the upstream one at the firms it reached.
"""

from __future__ import annotations

from numba import njit

from chainmend.fragility.kernels.frontier import (
    NEAR,
    downstream,
    upstream_start,
    upstream_step,
)
from chainmend.fragility.kernels.lanes import sweep_upstream
from chainmend.fragility.kernels.vector import LANES

_EMPTY, _CLEARING = -1, -2
TOTAL, DOWNSTREAM, UPSTREAM, STEPS, CONVERGED, SURE = range(6)


@njit(cache=True, nogil=True)
def _follow(plan, job, shocks, k, at_least, s):
    """Downstream side of shock k."""
    a, b = shocks.row[k], shocks.row[k + 1]
    return downstream(
        plan, job.scale_free, shocks.firm[a:b], shocks.down[a:b], at_least, job.tolerance, job.max_steps, s
    )


@njit(cache=True, nogil=True)
def write(job, row, up_total, s, touched, lane, state, one):
    """Write the totals of a shock whose upstream losses stand in a lane, or in s.up where lane < 0."""
    lost, up, reached, weights = s.down, s.up, s.touched, job.weights
    stamp, down, excess = s.clock[1], 0.0, 0.0
    for c in range(touched):
        i = reached[c]
        loss = lost[i].loss
        if lane >= 0:
            other = state[i * LANES + lane] / one
        else:
            other = up[i].loss if up[i].stamp >= stamp else 0.0
        down += weights[i] * loss
        if loss > other:
            excess += weights[i] * (loss - other)
    row[TOTAL], row[DOWNSTREAM], row[UPSTREAM] = up_total + excess, down, up_total


@njit(cache=True, nogil=True)
def _inject(s, touched, lane, state, one, rounding):
    """Copy the upstream losses of the frontier into a cleared lane."""
    up, reached = s.up, s.up_touched
    for c in range(touched):
        state[reached[c] * LANES + lane] = up[reached[c]].loss * one + rounding


@njit(cache=True, nogil=True)
def _start(plan, job, shocks, k, out, s, lane, state, one, rounding):
    """Follow shock k as a frontier; return True when it went into the lane."""
    row = out[k]
    a, b = shocks.row[k], shocks.row[k + 1]
    touched, rising, work = upstream_start(plan, shocks.firm[a:b], shocks.up[a:b], s)
    steps, target, rise, sure = 0, 0, 0.0, True
    converged, down_touched = True, 0
    while True:
        if target == 0 or steps < target:
            if work > job.threshold:
                break
            touched, rising, work, rise = upstream_step(plan, s, touched, rising)
            steps += 1
            sure = sure and abs(rise - job.tolerance) >= NEAR
        if target == 0 and (not rise > job.tolerance or steps >= job.max_steps):
            target, converged, certain, down_touched = _follow(plan, job, shocks, k, steps, s)
            converged = converged and not rise > job.tolerance
            sure = sure and certain
        if target > 0 and (steps == target or rising == 0):
            steps = target
            total = 0.0
            for c in range(touched):
                total += job.weights[s.up_touched[c]] * s.up[s.up_touched[c]].loss
            write(job, row, total, s, down_touched, -1, state, one)
            row[STEPS], row[CONVERGED], row[SURE] = steps, converged, sure
            return False
    _inject(s, touched, lane, state, one, rounding)
    s.lane_steps[lane], s.lane_target[lane] = steps, target
    row[SURE] = sure
    return True


@njit(cache=True, nogil=True)
def _advance(plan, job, shocks, out, s, lane, state, one):
    """Judge a lane after a sweep; return True when its shock is done."""
    k = s.lane_shock[lane]
    row = out[k]
    s.lane_steps[lane] += 1
    steps, target = s.lane_steps[lane], s.lane_target[lane]
    rise = s.lane_rise[lane] / one
    if target == 0:
        if abs(rise - job.tolerance) < NEAR:
            row[SURE] = 0.0
        if rise > job.tolerance and steps < job.max_steps:
            return False
    elif steps < target:
        return False
    target, converged, sure, touched = _follow(plan, job, shocks, k, steps, s)
    s.lane_target[lane] = target
    if target == steps:
        write(job, row, s.lane_total[lane] / one, s, touched, lane, state, one)
        row[STEPS], row[CONVERGED] = steps, converged and not rise > job.tolerance
        if not sure:
            row[SURE] = 0.0
    return target == steps


@njit(cache=True, nogil=True)
def _refill(plan, job, shocks, todo, out, s, state, one, rounding):
    """Fill the empty lanes; return the next shock and how many lanes are in use."""
    live = 0
    for lane in range(LANES):
        while s.lane_shock[lane] == _EMPTY and todo < len(out):
            if _start(plan, job, shocks, todo, out, s, lane, state, one, rounding):
                s.lane_shock[lane] = todo
                s.lane_keep[lane] = 1.0
            todo += 1
        live += s.lane_shock[lane] >= 0
    return todo, live


@njit(cache=True, nogil=True)
def follow_narrow(plan, job, shocks, one, rounding, states, s, out):
    """Totals of all shocks.

    Parameters
    ----------
    job
        tolerance, weights (n,), scale_free, max_steps, threshold (links a frontier may pass on in one step).
    shocks
        row (S + 1,), firm, down, up: the firms of each shock with their initial losses.
    one, rounding
        What stands for 1.0 in `state`, and what is added before a value is cut to its type.
    states
        Two of shape (n * LANES,), all zero.
    out
        Shape (S, 6): total, downstream, upstream, steps, converged, sure.

    Returns
    -------
    sweeps
    """
    state, other = states
    todo, sweeps = 0, 0
    while True:
        todo, live = _refill(plan, job, shocks, todo, out, s, state, one, rounding)
        if live == 0 and todo >= len(out):
            return sweeps
        sweep_upstream(plan, one, s.lane_keep, state, other, job.weights, s.lane_rise, s.lane_total)
        state, other = other, state
        sweeps += 1
        for lane in range(LANES):
            if s.lane_shock[lane] >= 0:
                if _advance(plan, job, shocks, out, s, lane, state, one):
                    s.lane_shock[lane] = _CLEARING
                    s.lane_keep[lane] = 0.0
            elif s.lane_shock[lane] == _CLEARING:
                s.lane_shock[lane] = _EMPTY
