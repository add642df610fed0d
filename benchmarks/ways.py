"""Measure the two ways of following shocks, and one sweep, on networks of several kinds.

``python benchmarks/ways.py`` prints microseconds a firm with the downstream side as a frontier and in lanes, and which
of them the sample chooses; then what a sweep costs one lane. Writes ``benchmarks/results/ways.md``.
"""

from __future__ import annotations

import datetime as dt
import sys
import time
from importlib import import_module
from pathlib import Path
from typing import Any

import numpy as np
from machine import load, machine
from networks import power_law

from chainmend.fragility.engines import Job, threads
from chainmend.fragility.strategy import is_wide

RESULTS = Path(__file__).parent / "results" / "ways.md"
FIRMS, SLOW = 1500, 300
CASES: tuple[tuple[str, int, float, dict[str, Any]], ...] = (
    ("1,000 firms", 1_000, 8, {}),
    ("10,000 firms", 10_000, 8, {}),
    ("20,000 firms", 20_000, 8, {}),
    ("30,000 firms", 30_000, 8, {}),
    ("100,000 firms", 100_000, 8, {}),
    ("10,000 firms, 3 buyers a firm", 10_000, 3, {}),
    ("10,000 firms, nobody replaced", 10_000, 8, {"market": None}),
    ("10,000 firms, all inputs essential", 10_000, 8, {"essentiality": "leontief"}),
)


def microseconds(network: Any, job: Job, wide: bool, firms: Any) -> float:
    """Processor time a firm on one thread, the less of two runs."""
    worker = threads._Worker(network.plan, job, wide)
    worker.solve(firms[:2])
    taken = []
    for _run in range(2):
        start = time.process_time()
        worker.solve(firms)
        taken.append(time.process_time() - start)
    return min(taken) / len(firms) * 1e6


def lane_step(firms: int) -> float:
    """Least microseconds that one upstream sweep costs one lane."""
    sweep = import_module("chainmend.fragility.kernels.lanes").sweep_upstream
    vector = import_module("chainmend.fragility.kernels.vector")
    network = power_law(firms)
    rng, lanes = np.random.default_rng(0), vector.LANES
    state = rng.integers(0, 2**32 - 1, firms * lanes, dtype=np.uint32)
    other, weights = np.zeros_like(state), np.full(firms, 1 / firms)
    keep, rise, total = np.ones(lanes), np.zeros(lanes), np.zeros(lanes)
    taken = []
    for _run in range(30):
        start = time.perf_counter()
        sweep(network.plan, vector.ONE, keep, state, other, weights, rise, total)
        taken.append(time.perf_counter() - start)
    return float(min(taken) / lanes * 1e6)


def main() -> None:
    lines = [
        "# The two ways of following shocks",
        "",
        f"Command: `python benchmarks/ways.py`, on {dt.datetime.now(dt.UTC):%Y-%m-%d}, {machine()}, load {load()}.",
        "",
        "| network | frontier downstream, us a firm | lanes downstream, us a firm | chosen |",
        "|---|---:|---:|---|",
    ]
    for name, firms, links, options in CASES:
        network = power_law(firms, links=links, **options)
        sold = network.out_strength
        job = Job(1e-2, False, 1000, sold / sold.sum())
        count = SLOW if "market" in options else min(FIRMS, firms)
        chosen = np.random.default_rng(0).permutation(firms)[:count].astype(np.int32)
        narrow, wide = (microseconds(network, job, way, chosen) for way in (False, True))
        choice = "lanes" if is_wide(network.plan, job, firms) else "frontier"
        lines.append(f"| {name} | {narrow:,.0f} | {wide:,.0f} | {choice} |")
        sys.stderr.write(lines[-1] + "\n")
    lines += ["", "| firms | us a lane and sweep, least of 30 |", "|---:|---:|"]
    lines += [f"| {n:,} | {lane_step(n):.3g} |" for n in (10_000, 100_000)]
    RESULTS.write_text("\n".join([*lines, ""]), "utf-8")
    sys.stdout.write("\n".join([*lines, ""]))


if __name__ == "__main__":
    main()
