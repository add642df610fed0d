"""Whether the downstream side of a network is followed firm by firm or swept in lanes.

Both give the same numbers. Firm by firm wins where a shock reaches few of many firms, lanes where it reaches a good
part of few. Which holds is read off a sample of failures and a model of cost; the constants are measured and stand,
with the measurement, in docs/cascade-performance.md. Nothing is timed, so that a run is the same when it is repeated.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from chainmend.fragility.engines import Job
    from chainmend.fragility.network import Codes
    from chainmend.fragility.plan import Plan

_SAMPLE, _STEPS = 64, 5
_EVENT = 90.0  # nanoseconds for one rise of one firm's loss, with the links it goes along
_LANE_STEPS = 3.3  # sweeps a shock needs after its frontier
_SWEPT = (
    (8e6, 3.0),
    (24e6, 8.0),
    (np.inf, 20.0),
)  # bytes of the states up to which a swept link costs so many ns
_LANES, _BYTES = 32, 4 * 32 * 4


def is_wide(plan: Plan, job: Job, shocks: int, sets: Sequence[Codes] | None = None) -> bool:
    """Return whether sweeping both directions in lanes costs less for so many shocks.

    Parameters
    ----------
    shocks
        How many there are.
    sets
        The firms of each; None where single firms stop, of which the sample is then taken from the whole network.
    """
    from chainmend.fragility.engines.threads import Shocks
    from chainmend.fragility.kernels.frontier import downstream_events
    from chainmend.fragility.kernels.scratch import scratch

    n = plan.n_firms
    if shocks <= _SAMPLE or len(plan.pull) == 0:  # a sample would cost more than it can save
        return False
    spaced = np.unique(np.linspace(0, (n if sets is None else len(sets)) - 1, _SAMPLE).astype(np.int32))
    sample = Shocks.of([np.array([i], np.int32) if sets is None else sets[i] for i in spaced.tolist()])
    steps = min(_STEPS, job.max_steps)
    events = downstream_events(
        plan, job.scale_free, sample, job.tolerance, steps, job.max_steps, scratch(plan)
    )
    by_firm = _EVENT * events / len(spaced)
    each = next(cost for bytes_, cost in _SWEPT if n * _BYTES <= bytes_)
    swept = _LANE_STEPS * each * (len(plan.pull) + 2 * n) / _LANES
    return bool(by_firm > swept)
