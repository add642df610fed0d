"""Measure relatedness and complexity beside the packages that compute them, and at a size that they are not made for.

``python benchmarks/indicators.py`` needs ``ecomplexity`` and ``economic-complexity`` (both in the group ``dev``). With
CHAINMEND_SHARED it takes world trade of 226 countries in 785 products; without, made-up trade of the same size. On a
busy machine two threads wait for each other: OPENBLAS_NUM_THREADS=1. Writes ``benchmarks/results/indicators.md``.
"""

from __future__ import annotations

import datetime as dt
import json
import os
import statistics
import subprocess
import sys
import time
import warnings
from collections.abc import Callable
from importlib import import_module, metadata
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
import scipy.sparse as sp
from machine import load, machine, peak_bytes

from chainmend.indicators.complexity import complexity
from chainmend.indicators.presence import sizes
from chainmend.indicators.relatedness import complexity_outlook, proximity
from chainmend.indicators.specialisation import location_quotient, presence

RESULTS = Path(__file__).parent / "results" / "indicators.md"
SMALL, LARGE, TIMES = (226, 785), (3000, 5000), 15
STEPS = ("quotients and presence", "proximity", "ECI and PCI", "density, COI and COG")
WORLD = "data/economic_complexity_sitc4/world_exports_sitc2_4d_avg1998_2000.parquet"
COLUMNS = ["region", "activity", "value"]


def made_up(regions: int, activities: int, seed: int = 0) -> sp.csr_array:
    """Nested trade: able regions have nearly everything, hard activities are with the able ones."""
    rng = np.random.default_rng(seed)
    able, hard = rng.normal(size=regions), rng.normal(1.2, 1.2, size=activities)
    there = rng.random((regions, activities)) < 1 / (1 + np.exp(3 * (hard - able[:, None])))
    there[able.argmax()] = there[:, hard.argmin()] = True
    row, column = np.nonzero(there)
    size = np.exp(1.5 * able[row] + rng.normal(0, 1.5, activities)[column] + rng.normal(0, 1.5, len(row)))
    return sp.csr_array((size, (row, column)), shape=there.shape)


def world() -> tuple[pl.DataFrame, str]:
    """A long table of the small size, and what it is."""
    path = Path(os.environ.get("CHAINMEND_SHARED", "")) / WORLD
    if os.environ.get("CHAINMEND_SHARED") and path.exists():
        return pl.read_parquet(path, columns=["country", "product", "value"]).rename(
            {"country": "region", "product": "activity"}
        ), "world trade, SITC revision 2, mean of 1998 to 2000"
    cells = made_up(*SMALL).tocoo()
    frame = pl.DataFrame({"region": cells.row, "activity": cells.col, "value": cells.data})
    return frame.with_columns(pl.col("region", "activity").cast(pl.String)), "made up, nested"


class Watch:
    """Milliseconds of each step since the one before, and of all of them."""

    def __init__(self) -> None:
        self.steps: dict[str, float] = {}
        self.start = self.last = time.perf_counter()

    def __call__(self, step: str) -> None:
        now = time.perf_counter()
        self.steps[step], self.last = (now - self.last) * 1000, now
        self.steps["total"] = (now - self.start) * 1000


def ours(values: Any, clock: Watch) -> None:
    """All steps on a matrix of sizes; `clock` is called after each."""
    there = presence(location_quotient(values))
    clock(STEPS[0])
    phi = proximity(there)
    clock(STEPS[1])
    found = complexity(there)
    clock(STEPS[2])
    complexity_outlook(there, phi, found.pci)
    clock(STEPS[3])


def datawheel(package: Any, wide: Any, clock: Watch) -> None:
    """The same of `economic-complexity`; it has no COI, and reflections for ECI and PCI."""
    quotients = package.rca(wide)
    clock(STEPS[0])
    phi = package.proximity(quotients)
    clock(STEPS[1])
    _eci, pci = package.complexity(quotients)
    clock(STEPS[2])
    package.relatedness(quotients, proximities=phi)
    package.opportunity_gain(quotients, pci=pci, proximities=phi)
    clock(STEPS[3])


def timed(jobs: dict[str, Callable[[Watch], None]]) -> dict[str, dict[str, tuple[float, float]]]:
    """Job -> step -> median and least milliseconds; the jobs take turns, so that a busy minute hits all."""
    taken: dict[str, list[dict[str, float]]] = {name: [] for name in jobs}
    for _turn in range(TIMES + 1):
        for name, job in jobs.items():
            watch = Watch()
            job(watch)
            taken[name].append(watch.steps)
    return {
        name: {
            step: (statistics.median(t), min(t)) for step in runs[0] for t in [[r[step] for r in runs[1:]]]
        }
        for name, runs in taken.items()
    }


def of_harvard(package: Any, long: Any, clock: Watch) -> None:
    """All of it in one call of `ecomplexity`."""
    names = {"time": "year", "loc": "region", "prod": "activity", "val": "value"}
    package.ecomplexity(long, names, check_logsupermodularity=False, verbose=False)
    clock("total")


def small() -> list[str]:
    """Lines on the size of world trade, all packages in turn."""
    frame, what = world()
    found = sizes(frame)
    values = found.values.toarray()
    pandas = import_module("pandas")
    long = pandas.DataFrame({"year": 1, **{name: frame[name].to_list() for name in COLUMNS}})
    wide = long.pivot(index="region", columns="activity", values="value")
    harvard, other = import_module("ecomplexity"), import_module("economic_complexity")
    warnings.simplefilter("ignore")
    took = timed(
        {
            "ours, of the table": lambda clock: ours(sizes(frame).values.toarray(), clock),
            "ecomplexity, of the table": lambda clock: of_harvard(harvard, long, clock),
            "ours, of the matrix": lambda clock: ours(values, clock),
            "economic-complexity, of the matrix": lambda clock: datawheel(other, wide, clock),
        }
    )
    lines = [
        f"## {len(found.regions)} regions x {len(found.activities)} activities",
        "",
        f"{what[0].upper() + what[1:]}: {frame.height:,} rows. Median of {TIMES} runs in turn (in brackets the least),"
        " in ms.",
        "",
        "| step | " + " | ".join(took) + " |",
        "|---|" + "---:|" * len(took),
    ]
    for step in (*STEPS, "total"):
        cells = [f"{t[step][0]:.2f} ({t[step][1]:.2f})" if step in t else "" for t in took.values()]
        lines.append(f"| {step} | " + " | ".join(cells) + " |")
    by = {name: t["total"] for name, t in took.items()}
    a, b, c, d = by.values()
    lines += [
        "",
        f"Times faster: than `ecomplexity` {b[0] / a[0]:.0f} ({b[1] / a[1]:.0f} by the least times), than"
        f" `economic-complexity` {d[0] / c[0]:.0f} ({d[1] / c[1]:.0f}). What a table takes to become a matrix is in its"
        " first step. `ecomplexity` computes all in one call; `economic-complexity` has no COI and, for ECI and PCI, 20"
        " reflections instead of the eigenvector.",
        "",
    ]
    return lines


def large() -> None:
    """Print seconds of each step, and the peak of memory, at the large size, as JSON."""
    values = made_up(*LARGE)
    before = peak_bytes()
    watch = Watch()
    ours(values, watch)
    there = presence(location_quotient(values)).count_nonzero()
    print(
        json.dumps(
            {
                "steps": watch.steps,
                "before": before,
                "peak": peak_bytes(),
                "sizes": values.nnz,
                "there": int(there),
            }
        )
    )


def of_large() -> list[str]:
    """Lines on the large size, measured in a process of its own."""
    run = subprocess.run([sys.executable, __file__, "large"], capture_output=True, text=True, check=True)
    found = json.loads(run.stdout)
    cells = LARGE[0] * LARGE[1]
    return [
        f"## {LARGE[0]:,} regions x {LARGE[1]:,} activities, made up",
        "",
        f"Nested sizes in {found['sizes'] / cells:.0%} of the cells, presence in {found['there'] / cells:.0%}; one run"
        f" in a process of its own, sparse matrix in; load average {load()} after it.",
        "",
        "| step | s |",
        "|---|---:|",
        *(f"| {step} | {found['steps'][step] / 1000:.2f} |" for step in (*STEPS, "total")),
        "",
        f"Peak of memory {found['peak'] / 2**30:.2f} GiB, of which {found['before'] / 2**30:.2f} GiB were reached while"
        " the sizes were made up.",
        "",
    ]


def main() -> None:
    versions = ", ".join(
        f"{name} {metadata.version(name)}" for name in ("ecomplexity", "economic-complexity", "numpy")
    )
    lines = [
        "# Speed of relatedness and complexity",
        "",
        f"Command: `python benchmarks/indicators.py`, on {dt.datetime.now(dt.UTC):%Y-%m-%d}.",
        f"Machine: {machine()}; load average {load()} at the start. {versions}.",
        f"Threads of the linear algebra (OPENBLAS_NUM_THREADS): {os.environ.get('OPENBLAS_NUM_THREADS', 'all')}.",
        "",
        "Location quotients, presence, proximity, ECI and PCI, density, COI and COG. Where the packages compute the"
        " same thing they give the same numbers: `tests/indicators/test_complexity_peers.py`.",
        "",
        *small(),
        *of_large(),
    ]
    RESULTS.write_text("\n".join(lines), "utf-8")


if __name__ == "__main__":
    large() if "large" in sys.argv else main()
