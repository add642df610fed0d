"""Measure knock-outs of all segments and main origins, the value of mends with their draws, and systemic firms.

``python benchmarks/value.py`` measures cities of ten and a hundred thousand firms; ``--sizes 10k`` only some,
``--draws 20`` fewer draws. Every size is measured in a fresh process. Writes ``benchmarks/results/value.md``.
"""

from __future__ import annotations

import argparse
import datetime as dt
import json
import subprocess
import sys
import time
from collections.abc import Callable
from importlib.metadata import version
from pathlib import Path
from typing import Any

from cascade import number
from machine import load, machine, peak_bytes

RESULTS = Path(__file__).parent / "results" / "value.md"
SEGMENTS, LINKS, VALUED, DRAWS = 585, 10.0, 50, 200
OUTSIDE = {"JPN": "abroad", "DEU": "abroad", "深圳市": "country", "宁波市": "region"}
SHARES = [0.4, 0.15, 0.15, 0.15, 0.15]  # local firms, and those of each origin


def city(firms: int) -> Any:
    """A power law between firms of 585 segments, of which 40 % are local; half of all sales are inside the network."""
    from dataclasses import replace

    import numpy as np
    import polars as pl
    from networks import power_law

    from chainmend.fragility.city import CityNetwork

    network = power_law(firms, links=LINKS, sectors=SEGMENTS)
    names = np.array(["here", *OUTSIDE])
    at = names[np.random.default_rng(2).choice(len(names), firms, p=SHARES)]
    place = np.array([OUTSIDE.get(name, "local") for name in at])
    output = np.maximum(2 * network.out_strength, 1e-3)
    frame = pl.DataFrame(
        {
            "firm_id": [f"F{i:07}" for i in range(firms)],
            "place": place,
            "country": np.where(place == "abroad", at, "CHN"),
            "province": pl.Series([None] * firms, dtype=pl.String),
            "city": pl.Series(
                [None if far else town for far, town in zip(place == "abroad", at, strict=True)]
            ),
            "segment_id": [f"s{code:03}" for code in network.sector],
            "weight": np.where(place == "local", output, 0.0),
        }
    )
    return CityNetwork(replace(network, revenue=output), frame, 2025)


def seconds(job: Callable[[], Any]) -> tuple[tuple[float, float], Any]:
    """Wall time and processor time of all threads of a job, and what it gives."""
    start, before = time.perf_counter(), time.process_time()
    found = job()
    return (time.perf_counter() - start, time.process_time() - before), found


def measure(firms: int, draws: int) -> dict[str, Any]:
    """Measure one size in this process."""
    from chainmend.fragility.knockout import knock_outs
    from chainmend.fragility.stress import systemic_firms
    from chainmend.remedy.value import values
    from chainmend.settings import Value

    made = city(firms)
    made.network.plan  # noqa: B018
    valued = [f"s{code:03}" for code in range(VALUED)]
    knock_outs(city(2_000))  # compiled kernels are read
    values(city(2_000), valued[:2], Value(draws=2))
    stopped, outs = seconds(lambda: knock_outs(made))
    took, found = seconds(lambda: values(made, valued, Value(draws=draws)))
    risk, firms_found = seconds(lambda: systemic_firms(made, above=0.0))
    frame = found.frame
    return {
        "firms": firms, "links": made.network.n_links, "knock_outs": outs.height,
        "sources": outs.filter(outs["kind"] != "segment").height, "stopped": stopped,
        "steps": float(outs["steps"].mean()), "hit": float(outs["firms"].mean()),
        "scenarios": found.scenarios.height, "values": took,
        "width": float(((frame["high"] - frame["low"]) / frame["value"]).median()),
        "inside": float(((frame["low"] <= frame["value"]) & (frame["value"] <= frame["high"])).mean()),
        "local": firms_found.height, "risk": risk, "peak": peak_bytes(),
    }  # fmt: skip


def report(rows: list[dict[str, Any]], facts: dict[str, str]) -> str:
    """The figures as Markdown."""
    lines = [
        "# Speed of knock-outs and values",
        "",
        f"Command: `{facts['command']}`, on {dt.datetime.now(dt.UTC):%Y-%m-%d}.",
        f"Machine: {machine()}, numba {version('numba')}, numpy {version('numpy')}.",
        f"Other work on it meanwhile: load {facts['before']} before, {facts['after']} after (2 threads are ours).",
        "",
        f"A directed power law of {LINKS:g} buyers a firm over {SEGMENTS} segments, market = segment, essentiality"
        " mixed; 40 % of the firms are local, the others in two countries and two cities; half of every firm's"
        " output is sold inside. Seconds of wall time (and of processor time, all threads), one run each, a thread"
        " a core, compiled kernels read before."
        f" *values*: {VALUED} segments, at most 3 sources each, {facts['draws']} draws and the network as it is."
        " *width*: median of (high - low) / value. *inside*: segments whose value lies in its interval."
        " *systemic*: every local firm stops alone.",
        "",
        "| firms | links | knock-outs | of sources | firms that stop | steps | knock-outs, s | scenarios | values, s |"
        " processor ms a scenario and draw | width | inside | local firms | systemic, s | peak GB |",
        "|---:|---:|---:|---:|---:|---:|---:|---:|---:|---:|---:|---:|---:|---:|---:|",
    ]
    for r in rows:
        stopped, valued, risk = (f"{r[k][0]:.1f} ({r[k][1]:.1f})" for k in ("stopped", "values", "risk"))
        each = r["values"][1] / (r["scenarios"] * (1 + int(facts["draws"]))) * 1e3
        lines.append(
            f"| {r['firms']:,} | {r['links']:,} | {r['knock_outs']:,} | {r['sources']:,} | {r['hit']:.0f} |"
            f" {r['steps']:.1f} | {stopped} | {r['scenarios']} | {valued} | {each:.2f} |"
            f" {r['width']:.0%} | {r['inside']:.0%} | {r['local']:,} | {risk} | {r['peak'] / 1e9:.2f} |"
        )
    return "\n".join([*lines, ""])


def in_fresh_process(firms: int, draws: int) -> dict[str, Any]:
    """Measure one size in a process of its own."""
    done = subprocess.run(
        [sys.executable, __file__, "--measure", str(firms), str(draws)],
        check=True, stdout=subprocess.PIPE, text=True,
    )  # fmt: skip
    found: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return found


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--sizes", default="10k,100k", help="numbers of firms, with commas")
    parser.add_argument("--draws", type=int, default=DRAWS, help="draws of the links")
    parser.add_argument("--measure", nargs=2, type=int, metavar=("FIRMS", "DRAWS"), help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.measure:
        sys.stdout.write(json.dumps(measure(*given.measure)) + "\n")
        return
    facts = {
        "command": f"python benchmarks/value.py --sizes {given.sizes} --draws {given.draws}",
        "draws": str(given.draws),
        "before": load(),
    }
    rows = []
    for size in map(number, given.sizes.split(",")):
        rows.append(in_fresh_process(size, given.draws))
        sys.stderr.write(f"{rows[-1]}\n")
    facts["after"] = load()
    text = report(rows, facts)
    RESULTS.write_text(text, "utf-8")
    sys.stdout.write(text)


if __name__ == "__main__":
    main()
