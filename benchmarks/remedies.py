"""Measure how long the remedies of all findings of a scan take.

``python benchmarks/remedies.py`` makes a city of 100,000 firms and 1,000,000 supply links (as ``benchmarks/scan.py``
does) and gives 400 findings, one on each of 400 segments, their remedies; then the candidates of one segment, with and
without the time path. Writes ``benchmarks/results/remedies.md``.
"""

from __future__ import annotations

import argparse
import datetime as dt
import os
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import replace
from functools import partial
from importlib.metadata import version
from pathlib import Path

import polars as pl
from machine import machine, peak_bytes

from chainmend.chain.catalogue import load_catalogue
from chainmend.fragility.city import city_network
from chainmend.gaps.facts import segment_facts
from chainmend.intake.reader import read_dataset
from chainmend.placement.assign import place
from chainmend.remedy.candidates import candidates, for_segments
from chainmend.remedy.choose import remedies
from chainmend.remedy.context import Context
from chainmend.settings import Settings
from scan import make, parse_sizes

RESULTS = Path(__file__).parent / "results" / "remedies.md"
FINDINGS = 400
KINDS = ("missing", "weak", "single_source", "outside_dependent", "technology", "declining", "distress")


def made_findings(segments: list[str]) -> pl.DataFrame:
    """One finding on each of the first segments, of every kind in turn."""
    chosen = segments[:FINDINGS]
    return pl.DataFrame(
        {
            "finding_id": [f"F{n:04}" for n in range(len(chosen))],
            "kind": [KINDS[n % len(KINDS)] for n in range(len(chosen))],
            "segment_id": chosen,
        }
    )


def seconds(job: Callable[[], object]) -> float:
    """Wall time of one run."""
    start = time.perf_counter()
    job()
    return time.perf_counter() - start


def measure(folder: Path) -> list[tuple[str, float]]:
    """Seconds of each job on the city in `folder`; a context is made anew for each, so nothing is computed before."""
    data, catalogue, settings = read_dataset(folder), load_catalogue("hangzhou-296x"), Settings()
    placed = place(data, catalogue)
    facts = segment_facts(data, catalogue, placed, settings.thresholds)
    findings = made_findings(list(catalogue.segments))
    bought = {s: f.purchases or 0.0 for s, f in facts.segments.items()}
    one = max(bought, key=lambda s: (bought[s], s))
    segments = findings["segment_id"].to_list()

    def fresh() -> Context:
        return Context(data, catalogue, placed, facts, settings)

    city = city_network(data, placed, catalogue)
    jobs: list[tuple[str, Callable[[], object]]] = [
        (
            f"remedies of {findings.height} findings",
            lambda: remedies(data, catalogue, placed, facts, findings, settings),
        ),
        *(
            (
                f"{kind}, first three of {len(segments)} segments",
                partial(for_segments, kind, segments, fresh(), 3),
            )
            for kind in ("attract", "develop", "ally", "stock")
        ),
        (f"attract, first five of `{one}`", lambda: candidates("attract", one, fresh(), 5)),
        (
            f"stock of `{one}` by the time path",
            lambda: candidates("stock", one, replace(fresh(), city=city), 5),
        ),
    ]
    found = []
    for name, job in jobs:
        found.append((name, seconds(job)))
        sys.stderr.write(f"{name}: {found[-1][1]:.2f} s\n")
    return found


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--size", default="100k:1m", help="firms:links")
    size = parser.parse_args().size
    (chosen,) = parse_sizes(size)
    load = os.getloadavg()[0]
    with tempfile.TemporaryDirectory() as folder:
        make(chosen, Path(folder) / "dataset")
        rows = measure(Path(folder) / "dataset")
    lines = [
        "# Speed of the remedies",
        "",
        f"Command: `python benchmarks/remedies.py --size {size}`, on {dt.datetime.now(dt.UTC):%Y-%m-%d}.",
        f"Machine: {machine()}, polars {version('polars')}; load average {load:.1f} at the start.",
        "",
        f"A made-up city of {chosen.firms:,} firms and {chosen.links:,} supply links; one run each, nothing kept from"
        f" the run before. Peak memory of the whole process {peak_bytes() / 1e9:.2f} GB.",
        "",
        "| what | s |",
        "|---|---:|",
        *(f"| {name} | {took:.2f} |" for name, took in rows),
        "",
    ]
    RESULTS.write_text("\n".join(lines), "utf-8")


if __name__ == "__main__":
    main()
