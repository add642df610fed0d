"""The threads of one process: the default, and what the other engines are held against."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor, as_completed
from queue import SimpleQueue
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from chainmend.fragility.engines import RESULT, Job
from chainmend.fragility.memory import check_memory
from chainmend.fragility.strategy import is_wide
from chainmend.registry import register

if TYPE_CHECKING:
    import numpy.typing as npt

    from chainmend.fragility.network import Codes, Floats, SupplyNetwork
    from chainmend.fragility.plan import Plan

FINE = 1e-4  # below this tolerance the lanes keep float64: fixed point has steps of 2e-10
_SHARE, _LEAST = 40, 300  # a frontier passes on at most this part of all links in one step, or so many


class _Settings(NamedTuple):
    """A job as the kernels take it."""

    tolerance: float
    weights: Floats
    scale_free: bool
    max_steps: int
    threshold: int


class _Shocks(NamedTuple):
    """Initial losses of many shocks: those of shock s are ``row[s]:row[s + 1]``."""

    row: npt.NDArray[np.int64]
    firm: Codes
    down: Floats
    up: Floats


class _Worker:
    """Buffers of one thread."""

    def __init__(self, plan: Plan, job: Job, wide: bool) -> None:
        from chainmend.fragility.kernels.scratch import scratch
        from chainmend.fragility.kernels.vector import LANES, ONE

        self.plan, self.job, self.wide = plan, job, wide
        self.fast = plan.contracting
        fixed = job.tolerance >= FINE
        self.one, self.rounding = (ONE, 0.5) if fixed else (1.0, 0.0)
        size, dtype = plan.n_firms * LANES, np.uint32 if fixed else np.float64
        self.states = tuple(np.zeros(size, dtype) for _state in range(4 if wide else 2))
        self.scratch = scratch(plan)

    def solve(self, firms: Codes) -> npt.NDArray[np.void]:
        """Fail each of the firms alone."""
        out = np.zeros((len(firms), 6))
        if self.fast:
            self._follow(firms, out)
        again = np.flatnonzero(out[:, 5] == 0.0)  # too close to call, or not monotone
        if len(again):
            out[again, :5] = _dense(self.plan, self.job, firms[again])
        results = np.zeros(len(firms), RESULT)
        for column, name in enumerate(RESULT.names or ()):
            results[name] = out[:, column]
        return results

    def _follow(self, firms: Codes, out: Floats) -> None:
        from chainmend.fragility.kernels.narrow import follow_narrow
        from chainmend.fragility.kernels.wide import follow_wide

        job, ones = self.job, np.ones(len(firms))
        threshold = max(_LEAST, len(self.plan.up_buyer) // _SHARE)
        settings = _Settings(job.tolerance, job.weights, job.scale_free, job.max_steps, threshold)
        shocks = _Shocks(np.arange(len(firms) + 1), firms, ones, ones)
        for state in self.states:
            state[:] = 0
        follow = follow_wide if self.wide else follow_narrow
        follow(self.plan, settings, shocks, self.one, self.rounding, self.states, self.scratch, out)


def _dense(plan: Plan, job: Job, firms: Codes) -> Floats:
    from chainmend.fragility.kernels.dense import dense_singles

    out, work = np.zeros((len(firms), 5)), np.zeros((6, plan.n_firms))
    dense_singles(plan, firms, job.tolerance, False, job.weights, job.scale_free, job.max_steps, work, out)
    return out


@register(
    "engine",
    "threads",
    name=("本机多线程", "Threads of this machine"),
    reference="Diem et al. (2022); frontier of changed firms, then lanes",
)
def run(
    network: SupplyNetwork, batches: Sequence[Codes], job: Job, workers: int | None
) -> Iterator[tuple[int, npt.NDArray[np.void]]]:
    """Solve batches on `workers` threads, by default one a core.

    Yields
    ------
    tuple
        Number of the batch and its results, in the order they are ready.

    Raises
    ------
    NetworkError
        If the network does not fit in memory.
    """
    threads = max(1, min(workers or os.cpu_count() or 1, len(batches)))
    check_memory(network, threads)
    plan = network.plan
    wide = plan.contracting and is_wide(plan, job, sum(map(len, batches)))
    idle: SimpleQueue[_Worker] = SimpleQueue()
    for _thread in range(threads):
        idle.put(_Worker(plan, job, wide))

    def solve(firms: Codes) -> npt.NDArray[np.void]:
        worker = idle.get()
        try:
            return worker.solve(firms)
        finally:
            idle.put(worker)

    if threads == 1:
        for number, firms in enumerate(batches):
            yield number, solve(firms)
        return
    with ThreadPoolExecutor(threads) as pool:
        futures = {pool.submit(solve, firms): number for number, firms in enumerate(batches)}
        try:
            for future in as_completed(futures):
                yield futures[future], future.result()
        finally:
            pool.shutdown(wait=True, cancel_futures=True)
