"""Measure how long the coordinates of a chain take, for made-up chains and for the clusters that are shipped.

``python benchmarks/layout.py`` lays out chains of 50 to 300 segments with four inputs each, and every cluster of the
shipped catalogue. Writes ``benchmarks/results/layout.md``.
"""

from __future__ import annotations

import datetime as dt
import os
import random
import statistics
import sys
import time
from collections.abc import Callable
from pathlib import Path

from machine import machine

from chainmend.chain.catalogue import load_catalogue
from chainmend.chain.drawing import draw_cluster
from chainmend.chain.layout import layout
from chainmend.chain.model import Catalogue, Chain, Cluster, Dependence, Segment, Stage, Text

RESULTS = Path(__file__).parent / "results" / "layout.md"
STAGES, INPUTS, TIMES = 7, 4, 40
NAME = Text("环节", "Segment")


def made_up(segments: int, seed: int = 0) -> Catalogue:
    """A chain over seven stages; half of the inputs come from the stage before, a third skip stages."""
    rng = random.Random(seed)
    stage_of = [n * STAGES // segments for n in range(segments)]
    found = []
    for n, stage in enumerate(stage_of):
        near = [m for m in range(n) if stage - stage_of[m] <= 1]
        far = [m for m in range(n) if stage - stage_of[m] > 1]
        chosen = {rng.choice(far if far and rng.random() < 1 / 3 else near) for _ in range(INPUTS) if near}
        inputs = tuple(Dependence(f"c.{m:03}", f"c.{n:03}", "essential") for m in sorted(chosen))
        found.append(Segment(f"c.{n:03}", NAME, NAME, str(stage), "c", "k", inputs=inputs))
    stages = tuple(Stage(str(n), NAME) for n in range(STAGES))
    cluster = Cluster("k", NAME, "future", "open", (Chain("c", NAME, "k", stages, tuple(found)),))
    return Catalogue("made-up", "1", NAME, "", (cluster,))


def milliseconds(job: Callable[[], object]) -> tuple[float, float]:
    """Median and least wall time of a job, after one run to warm up."""
    job()
    taken = []
    for _ in range(TIMES):
        start = time.perf_counter()
        job()
        taken.append(time.perf_counter() - start)
    return statistics.median(taken) * 1000, min(taken) * 1000


def main() -> None:
    lines = [
        "# Speed of the coordinates of a chain",
        "",
        f"Command: `python benchmarks/layout.py`, on {dt.datetime.now(dt.UTC):%Y-%m-%d}.",
        f"Machine: {machine()}; load average {os.getloadavg()[0]:.1f} at the start.",
        "",
        f"Wall time, median of {TIMES} runs and the least of them; a picture includes its layout.",
        "",
        "| chain | segments | dependences | lanes | crossings | layout ms | least | picture ms |",
        "|---|---:|---:|---:|---:|---:|---:|---:|",
    ]
    shipped = load_catalogue("hangzhou-296x")
    jobs = [(f"made up, {n}", made_up(n), "k") for n in (50, 100, 200, 300)]
    jobs += [
        (c.name.en, shipped, c.id) for c in shipped.clusters if any(chain.segments for chain in c.chains)
    ]
    for name, catalogue, cluster in jobs:
        found = next(c for c in catalogue.clusters if c.id == cluster)
        ids = [s.id for chain in found.chains for s in chain.segments]
        plan = layout(catalogue, ids)
        lanes = sum(spot.lane for spot in plan.spots.values())
        took, least = milliseconds(lambda c=catalogue, i=ids: layout(c, i))  # type: ignore[misc]
        drawn, _least = milliseconds(lambda c=catalogue, k=cluster: draw_cluster(c, k))  # type: ignore[misc]
        counts = f"{len(ids)} | {len(plan.links)} | {lanes} | {plan.crossings}"
        lines.append(f"| {name} | {counts} | {took:.1f} | {least:.1f} | {drawn:.1f} |")
        sys.stderr.write(lines[-1] + "\n")
    RESULTS.write_text("\n".join([*lines, ""]), "utf-8")


if __name__ == "__main__":
    main()
