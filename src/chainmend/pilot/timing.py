"""Honest times: warm-up apart, every reading kept, and each so long that reading the clock does not count."""

from __future__ import annotations

import gc
import statistics
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass

from chainmend.errors import PilotError
from chainmend.i18n import _
from chainmend.pilot.record import Load

CLOCK_SHARE = 0.01
"""Most that reading the clock may add to a reading."""
_LEAST = 10
_MOMENTS = 9


@dataclass(frozen=True)
class Readings:
    """Raw readings: nanoseconds of `calls` runs each, what the clock takes, and values of `watch` along the way."""

    calls: int
    nanoseconds: tuple[int, ...]
    clock_ns: int
    watched: tuple[int, ...]


def clock_ns() -> int:
    """What two readings of the clock take, a median of 1,000, at least 1.

    Examples
    --------
    >>> 0 < clock_ns() < 10**6
    True
    """
    now = time.perf_counter_ns
    pairs = []
    for _i in range(1000):
        begin = now()
        pairs.append(now() - begin)
    return max(1, int(statistics.median(pairs)))


def time_runs(
    run: Callable[[], object],
    *,
    warm_up: int = 5,
    runs: int = 50,
    seconds: float = 5.0,
    watch: Callable[[], int] | None = None,
) -> Readings:
    """Time a function many times, one after another.

    Parameters
    ----------
    run
        Does the work, and returns when it is done.
    warm_up
        Runs before the first reading, at least 1; their times are thrown away. More come on top where it takes
        several runs to fill a reading.
    runs
        Readings.
    seconds
        Readings end early after so long, but not before ten (or `runs`) are there.
    watch
        Called between readings, at about nine evenly spaced moments, never inside one; its values are returned.

    Raises
    ------
    PilotError
        If a count is below 1.

    Examples
    --------
    >>> found = time_runs(lambda: sum(range(20_000)), runs=20)
    >>> len(found.nanoseconds), found.clock_ns / min(found.nanoseconds) < CLOCK_SHARE
    (20, True)
    """
    if warm_up < 1 or runs < 1:
        raise PilotError(
            _("{n} runs").format(n=min(warm_up, runs)), expected=_("at least 1"), where="warm_up, runs"
        )
    now, clock = time.perf_counter_ns, clock_ns()
    calls = 1
    shortest = min(_batch(run, 1) for _i in range(warm_up))
    while shortest < 2 * clock / CLOCK_SHARE:
        calls *= 2
        shortest = _batch(run, calls)
    readings: list[int] = []
    watched: list[int] = []
    every = max(1, runs // (_MOMENTS - 1))
    collecting = gc.isenabled()
    gc.disable()
    try:
        end = now() + int(seconds * 1e9)
        while len(readings) < runs and (now() < end or len(readings) < _LEAST):
            if watch is not None and len(readings) % every == 0:
                watched.append(watch())
                run()  # what watching took out of the caches is there again
            readings.append(_batch(run, calls))
    finally:
        if collecting:
            gc.enable()
    if watch is not None:
        watched.append(watch())
    return Readings(calls, tuple(readings), clock, tuple(watched))


def at_once(run: Callable[[], bool], *, threads: int = 2, each: int = 5) -> Load:
    """Run a function in several threads at once.

    Parameters
    ----------
    run
        Does the work, and says whether its outputs were what they should be.
    threads, each
        Threads, and runs of each.

    Examples
    --------
    >>> load = at_once(lambda: True, threads=2, each=3)
    >>> load.runs, load.errors, load.differing
    (6, 0, 0)
    """
    outcomes: list[bool | None] = []
    gate = threading.Barrier(threads + 1)

    def work() -> None:
        gate.wait()
        for _i in range(each):
            try:
                outcomes.append(run())
            except Exception:
                outcomes.append(None)

    crew = [threading.Thread(target=work, daemon=True) for _i in range(threads)]
    for thread in crew:
        thread.start()
    gate.wait()
    begin = time.perf_counter()
    for thread in crew:
        thread.join()
    took = time.perf_counter() - begin
    return Load(threads, len(outcomes), outcomes.count(None), outcomes.count(False), took)


def _batch(run: Callable[[], object], calls: int) -> int:
    """Nanoseconds of so many runs, at least 1."""
    begin = time.perf_counter_ns()
    for _i in range(calls):
        run()
    return max(1, time.perf_counter_ns() - begin)
