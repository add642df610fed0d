"""The threads of one process: the default, and what the other engines are held against."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Sequence, Sized
from concurrent.futures import ThreadPoolExecutor, as_completed
from queue import SimpleQueue
from typing import TYPE_CHECKING, NamedTuple, TypeVar

import numpy as np

from chainmend.fragility.engines import RESULT, Job
from chainmend.fragility.memory import check_memory
from chainmend.fragility.strategy import is_wide
from chainmend.registry import register

if TYPE_CHECKING:
    import numpy.typing as npt

    from chainmend.fragility.network import Codes, Floats, SupplyNetwork
    from chainmend.fragility.plan import Plan

Batch = TypeVar("Batch", bound=Sized)
Task = TypeVar("Task")
Result = TypeVar("Result")
Worker = TypeVar("Worker")
FINE = 1e-4  # below this tolerance the lanes keep float64: fixed point has steps of 2e-10
_SHARE, _LEAST = 40, 300  # a frontier passes on at most this part of all links in one step, or so many


class _Settings(NamedTuple):
    """A job as the kernels take it."""

    tolerance: float
    weights: Floats
    scale_free: bool
    max_steps: int
    threshold: int


class Shocks(NamedTuple):
    """Initial losses of many shocks: those of shock s are ``row[s]:row[s + 1]``."""

    row: npt.NDArray[np.int64]
    firm: Codes
    down: Floats
    up: Floats

    @classmethod
    def of(cls, sets: Sequence[Codes]) -> Shocks:
        """All firms of a set stop, set after set."""
        row = np.concatenate([[0], np.cumsum([len(firms) for firms in sets])]).astype(np.int64)
        firm = np.concatenate([np.zeros(0, np.int32), *sets]).astype(np.int32)
        ones = np.ones(len(firm))
        return cls(row, firm, ones, ones)


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
            ones = np.ones(len(firms))
            self._follow(Shocks(np.arange(len(firms) + 1), firms, ones, ones), out)
        again = np.flatnonzero(out[:, 5] == 0.0)  # too close to call, or not monotone
        if len(again):
            out[again, :5] = _dense(self.plan, self.job, firms[again])
        return _results(out)

    def solve_sets(self, sets: Sequence[Codes]) -> npt.NDArray[np.void]:
        """Fail all firms of a set at once, set after set."""
        out = np.zeros((len(sets), 6))
        if self.fast:
            self._follow(Shocks.of(sets), out)
        for again in np.flatnonzero(out[:, 5] == 0.0).tolist():
            out[again, :5] = _dense_set(self.plan, self.job, sets[again])
        return _results(out)

    def _follow(self, shocks: Shocks, out: Floats) -> None:
        from chainmend.fragility.kernels.narrow import follow_narrow
        from chainmend.fragility.kernels.wide import follow_wide

        for state in self.states:
            state[:] = 0
        job, threshold = self.job, max(_LEAST, len(self.plan.up_buyer) // _SHARE)
        settings = _Settings(job.tolerance, job.weights, job.scale_free, job.max_steps, threshold)
        follow = follow_wide if self.wide else follow_narrow
        follow(self.plan, settings, shocks, self.one, self.rounding, self.states, self.scratch, out)


def _results(out: Floats) -> npt.NDArray[np.void]:
    results = np.zeros(len(out), RESULT)
    for column, name in enumerate(RESULT.names or ()):
        results[name] = out[:, column]
    return results


def _dense(plan: Plan, job: Job, firms: Codes) -> Floats:
    from chainmend.fragility.kernels.dense import dense_singles

    out, work = np.zeros((len(firms), 5)), np.zeros((6, plan.n_firms))
    dense_singles(plan, firms, job.tolerance, False, job.weights, job.scale_free, job.max_steps, work, out)
    return out


def _dense_set(plan: Plan, job: Job, firms: Codes) -> tuple[float, float, float, int, bool]:
    from chainmend.fragility.kernels.dense import dense_cascade, total_loss

    psi, work = np.zeros(plan.n_firms), np.zeros((5, plan.n_firms))
    psi[firms] = 1.0
    down, up = work[3], work[4]
    settings = (job.tolerance, False, job.weights, job.scale_free, job.max_steps)
    steps, converged, _change = dense_cascade(plan, psi, psi, *settings, down, up, work[:3])
    total = total_loss(job.weights, down, up)
    return total, job.weights @ down, job.weights @ up, steps, converged


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
    yield from _run(network, batches, job, workers, _Worker.solve)


def run_sets(
    network: SupplyNetwork, batches: Sequence[Sequence[Codes]], job: Job, workers: int | None
) -> Iterator[tuple[int, npt.NDArray[np.void]]]:
    """The same for sets of firms that fail together: a batch is a sequence of sets."""
    sets = [firms for batch in batches for firms in batch]
    yield from _run(network, batches, job, workers, _Worker.solve_sets, sets)


def _run(
    network: SupplyNetwork,
    batches: Sequence[Batch],
    job: Job,
    workers: int | None,
    solve: Callable[[_Worker, Batch], npt.NDArray[np.void]],
    sets: Sequence[Codes] | None = None,
) -> Iterator[tuple[int, npt.NDArray[np.void]]]:
    threads = thread_count(workers, len(batches))
    check_memory(network, threads)
    plan = network.plan
    wide = plan.contracting and is_wide(plan, job, sum(map(len, batches)), sets)
    yield from spread([_Worker(plan, job, wide) for _thread in range(threads)], batches, solve)


def thread_count(workers: int | None, tasks: int) -> int:
    """Threads for so many tasks: as many as asked for or one a core, but no more than there are tasks."""
    return max(1, min(workers or os.cpu_count() or 1, tasks))


def spread(
    workers: Sequence[Worker], tasks: Sequence[Task], solve: Callable[[Worker, Task], Result]
) -> Iterator[tuple[int, Result]]:
    """Do every task on whichever worker is free, a thread a worker; yield number and result as they are ready."""
    if len(workers) == 1:
        for number, task in enumerate(tasks):
            yield number, solve(workers[0], task)
        return
    idle: SimpleQueue[Worker] = SimpleQueue()
    for worker in workers:
        idle.put(worker)

    def on_idle(task: Task) -> Result:
        worker = idle.get()
        try:
            return solve(worker, task)
        finally:
            idle.put(worker)

    with ThreadPoolExecutor(len(workers)) as pool:
        futures = {pool.submit(on_idle, task): number for number, task in enumerate(tasks)}
        try:
            for future in as_completed(futures):
                yield futures[future], future.result()
        finally:
            pool.shutdown(wait=True, cancel_futures=True)
