"""The cascade on a CUDA device: the same steps as `dense`, one thread per firm and lane.

A lane is one shock. State arrays have shape (firms, lanes), lanes side by side, so that the threads of a warp follow
the same links for different shocks and read adjacent memory. Threads along x are lanes, along y rows (firms, markets);
blocks are numbered the other way round, rows first, so that those that run together share what they read.
"""

from __future__ import annotations

from numba import config, cuda

config.CUDA_LOW_OCCUPANCY_WARNINGS = 0  # that a small network leaves a device idle is no news to its user

IDLE = -1  # shock of a lane that has none
NOTHING_LEFT = 1e-10


@cuda.jit(device=True)
def place():
    """Row and lane of this thread."""
    return (
        cuda.blockIdx.x * cuda.blockDim.y + cuda.threadIdx.y,
        cuda.blockIdx.y * cuda.blockDim.x + cuda.threadIdx.x,
    )


@cuda.jit
def market_losses(market_row, market_firm, market_total, out_strength, scale_free, shock, d, x):
    """Write to x what buyers feel of the losses d, market by market."""
    k, lane = place()
    if k >= market_total.size or lane >= shock.size or shock[lane] == IDLE:
        return
    left = 0.0
    for p in range(market_row[k], market_row[k + 1]):
        i = market_firm[p]
        left += (1.0 - d[i, lane]) * out_strength[i]
    nothing = left <= (NOTHING_LEFT * market_total[k] if scale_free else NOTHING_LEFT)
    for p in range(market_row[k], market_row[k + 1]):
        i = market_firm[p]
        sold = out_strength[i]
        felt = min(1.0, sold if nothing else sold / left)
        if nothing and scale_free:
            felt = 1.0
        x[i, lane] = felt * d[i, lane]


@cuda.jit
def downstream_step(row, supplier, first, impact, tolerance, shock, x, d, moving):
    """Replace the downstream losses d by the next ones; mark lanes in which one rises by more than `tolerance`."""
    j, lane = place()
    if j >= d.shape[0] or lane >= shock.size or shock[lane] == IDLE:
        return
    running, worst = 0.0, 1.0 if shock[lane] == j else 0.0
    for e in range(row[j], row[j + 1]):
        if first[e]:
            running = 0.0
        running += impact[e] * x[supplier[e], lane]
        worst = max(worst, running)  # parts of a sum are never more than the sum
    worst = min(1.0, worst)
    if worst - d[j, lane] > tolerance:
        moving[lane] = 1
    d[j, lane] = worst


@cuda.jit
def upstream_step(row, buyer, impact, tolerance, shock, u, out, moving):
    """Write the next upstream losses to `out`; mark lanes in which one rises by more than `tolerance`."""
    i, lane = place()
    if i >= u.shape[0] or lane >= shock.size or shock[lane] == IDLE:
        return
    lost = 0.0
    for e in range(row[i], row[i + 1]):
        lost += impact[e] * u[buyer[e], lane]
    lost = min(1.0, max(lost, 1.0 if shock[lane] == i else 0.0))
    if lost - u[i, lane] > tolerance:
        moving[lane] = 1
    out[i, lane] = lost


@cuda.jit
def start(lanes, shock, d, u):
    """Set the state of `lanes` to that in which only the firm of the shock has stopped."""
    i, place_in_list = place()
    if i < d.shape[0] and place_in_list < lanes.size:
        lane = lanes[place_in_list]
        loss = 1.0 if shock[lane] == i else 0.0
        d[i, lane] = loss
        u[i, lane] = loss


@cuda.jit
def add_up(lanes, weights, d, u, parts):
    """Write total, downstream and upstream loss to `parts` (parts, 3, lanes): part p adds firms p, p + parts, ..."""
    part, place_in_list = place()
    if part >= parts.shape[0] or place_in_list >= lanes.size:
        return
    lane = lanes[place_in_list]
    total, down, up = 0.0, 0.0, 0.0
    for i in range(part, d.shape[0], parts.shape[0]):
        total += weights[i] * max(d[i, lane], u[i, lane])
        down += weights[i] * d[i, lane]
        up += weights[i] * u[i, lane]
    parts[part, 0, place_in_list] = total
    parts[part, 1, place_in_list] = down
    parts[part, 2, place_in_list] = up
