"""Times are those of the work: warm-up is apart, the clock does not count, and what grows beside them is seen."""

from __future__ import annotations

import gc
import time

import pytest

from chainmend.errors import PilotError
from chainmend.pilot.timing import CLOCK_SHARE, at_once, time_runs


def test_warm_up_is_not_among_the_readings() -> None:
    runs = 0

    def slow_at_first() -> None:
        nonlocal runs
        runs += 1
        time.sleep(0.2 if runs == 1 else 0.002)

    found = time_runs(slow_at_first, warm_up=2, runs=12)
    assert len(found.nanoseconds) == 12
    assert found.calls == 1
    assert max(found.nanoseconds) < 0.2e9
    assert min(found.nanoseconds) >= 0.002e9


def test_short_runs_are_put_together_until_the_clock_does_not_count() -> None:
    found = time_runs(lambda: None, runs=30)
    assert found.calls > 1
    assert found.clock_ns / sorted(found.nanoseconds)[15] < CLOCK_SHARE


def test_readings_end_with_the_time_but_not_before_ten() -> None:
    found = time_runs(lambda: time.sleep(0.005), warm_up=1, runs=10_000, seconds=0.001)
    assert len(found.nanoseconds) == 10
    assert len(time_runs(lambda: time.sleep(0.001), warm_up=1, runs=3, seconds=0.001).nanoseconds) == 3


def test_what_is_watched_is_read_along_the_way_and_at_the_end() -> None:
    held: list[None] = []

    def grow() -> None:
        held.append(None)
        time.sleep(0.0005)

    found = time_runs(grow, warm_up=1, runs=40, watch=lambda: len(held))
    assert list(found.watched) == sorted(set(found.watched))
    assert 8 <= len(found.watched) <= 10
    assert found.watched[-1] == len(held)


def test_the_garbage_collector_is_as_it_was() -> None:
    time_runs(lambda: None, runs=3)
    assert gc.isenabled()
    with pytest.raises(ZeroDivisionError):
        time_runs(lambda: 1 / 0, runs=3)
    assert gc.isenabled()


@pytest.mark.parametrize(("warm_up", "runs"), [(0, 1), (1, 0)])
def test_counts_below_one_are_refused(warm_up: int, runs: int) -> None:
    with pytest.raises(PilotError, match="at least 1"):
        time_runs(lambda: None, warm_up=warm_up, runs=runs)


def test_errors_and_other_outputs_of_runs_at_once_are_counted() -> None:
    numbers = iter(range(12))

    def run() -> bool:
        n = next(numbers)
        if n % 3 == 0:
            raise ValueError(n)
        return n % 3 == 1

    load = at_once(run, threads=3, each=4)
    assert (load.threads, load.runs, load.errors, load.differing) == (3, 12, 4, 4)
    assert load.seconds > 0
