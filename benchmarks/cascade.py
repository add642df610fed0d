"""Measure the cascade: milliseconds a firm, growth from a thousand to a million firms, one shock, opening, memory.

``python benchmarks/cascade.py`` measures all sizes; ``--sizes 10k,100k`` only some, ``--links 3`` another density.
Every size is measured in a fresh process. Writes ``benchmarks/results/cascade.md`` and ``cascade.svg``.
"""

from __future__ import annotations

import argparse
import datetime as dt
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from importlib import import_module
from importlib.metadata import version
from pathlib import Path
from typing import Any

from growth import growth_plot
from machine import load, machine, peak_bytes, streaming_limit

RESULTS = Path(__file__).parent / "results"
FACTORS = {"k": 1_000, "m": 1_000_000}
SAMPLE = {1_000: 1_000, 10_000: 10_000, 100_000: 20_000, 1_000_000: 3_000}
RUNS = 5
PUBLISHED = {  # ms a firm, one thread, as their authors or our own runs of their program give them
    "fastcascade 0.9.3.1 (R, C++), published": {10_000: 172.0, 100_000: 1900.0},
    "fastcascade 0.9.3.1, run on a 2-core AMD EPYC with AVX-512": {10_000: 289.0, 100_000: 9808.0},
    "ESRIcascade.jl (Julia), published": {10_000: 0.78, 100_000: 9.9},
}


def number(word: str) -> int:
    """Return 10000 for ``10k``."""
    return int(word[:-1]) * FACTORS[word[-1]] if word[-1] in FACTORS else int(word)


def compile_seconds() -> float:
    """Seconds of the first call in a fresh process that finds no compiled kernels."""
    code = (
        "import sys, time; sys.path.insert(0, sys.argv[1]); from networks import power_law\n"
        "net = power_law(2000); net.plan; start = time.perf_counter(); net.esri(firms=range(10), workers=1)\n"
        "print(time.perf_counter() - start)"
    )
    with tempfile.TemporaryDirectory() as cache:
        done = subprocess.run(
            [sys.executable, "-c", code, str(Path(__file__).parent)], check=True, stdout=subprocess.PIPE,
            text=True, env=os.environ | {"NUMBA_CACHE_DIR": cache},
        )  # fmt: skip
    return float(done.stdout)


def measure(firms: int, links: float, folder: Path) -> dict[str, Any]:
    """Measure one size in this process."""
    import numpy as np
    from networks import power_law, sectors_of

    from chainmend.fragility.network import SupplyNetwork

    network = power_law(firms, links=links)
    network.save(folder / "network")
    del network
    start = time.perf_counter()
    network = SupplyNetwork.open(folder / "network")
    opened = time.perf_counter() - start
    chosen = np.sort(np.random.default_rng(0).permutation(firms)[: SAMPLE.get(firms, min(firms, 10_000))])
    network.esri(firms=chosen[:64])  # compiled kernels are read, pages of the file are in memory
    network.cascade({int(chosen[0]): 1.0})
    found: dict[str, Any] = {
        "firms": firms, "links": network.n_links, "sectors": sectors_of(firms), "sample": len(chosen), "open": opened,
    }  # fmt: skip
    for workers in (1, 2):
        taken = []
        for _run in range(RUNS if firms < 1_000_000 else 2):
            start = time.perf_counter()
            result = network.esri(firms=chosen, workers=workers)
            taken.append((time.perf_counter() - start) / len(chosen) * 1e3)
        found[f"ms{workers}"], found[f"least{workers}"] = statistics.median(taken), min(taken)
        found["steps"] = float(result.steps.mean())
    found["one"] = _one_shock(network, chosen)
    found["twin"] = _twin(network, chosen) if firms <= 1_000 else None
    found["peak"] = peak_bytes()
    return found


def _one_shock(network: Any, chosen: Any) -> float:
    """Median milliseconds of one cascade with the losses of every firm, over twenty firms."""
    taken = []
    for firm in chosen[:: max(1, len(chosen) // 20)][:20]:
        start = time.perf_counter()
        network.cascade({int(firm): 1.0})
        taken.append((time.perf_counter() - start) * 1e3)
    return statistics.median(taken)


def _twin(network: Any, chosen: Any) -> float:
    """Milliseconds a firm of the dense NumPy twin, over twenty firms."""
    import numpy as np

    sys.path.insert(0, str(Path(__file__).parents[1]))
    dense_cascade = import_module("tests.oracle.dense").dense_cascade
    start = time.perf_counter()
    for firm in chosen[:20]:
        loss = np.zeros(network.n_firms)
        loss[firm] = 1.0
        dense_cascade(network, loss, scale_free=False)
    return (time.perf_counter() - start) / 20 * 1e3


def in_fresh_process(firms: int, links: float) -> dict[str, Any]:
    """Measure one size in a process of its own."""
    with tempfile.TemporaryDirectory() as folder:
        done = subprocess.run(
            [sys.executable, __file__, "--measure", str(firms), str(links), folder],
            check=True, stdout=subprocess.PIPE, text=True,
        )  # fmt: skip
        found: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
        return found


def report(tables: dict[float, list[dict[str, Any]]], facts: dict[str, str]) -> str:
    """The figures as Markdown."""
    lines = [
        "# Speed of the cascade",
        "",
        f"Command: `{facts['command']}`, on {dt.datetime.now(dt.UTC):%Y-%m-%d}.",
        f"Machine: {machine()}, numba {version('numba')}, numpy {version('numpy')}.",
        f"Other work on it meanwhile: load {facts['before']} before, {facts['after']} after (2 threads are ours).",
        f"Reading from memory on one core: {facts['stream']} GB/s. First call, compiling everything:"
        f" {facts['compile']} s; later processes read the compiled kernels.",
        "",
        "A directed power law (exponent 2.3, degrees cut at 128), weights lognormal, essentiality mixed,"
        " market = sector, tolerance 1e-2; every firm of the sample fails alone. ms a firm: median (least) of the"
        " runs. *ns a link and step*: the time of one thread over links x steps. *one shock*: losses of every firm,"
        " median of twenty. *twin*: the dense NumPy twin of the tests, same network, same numbers.",
        "",
    ]
    for links, rows in tables.items():
        lines += [
            f"## {links:g} buyers a firm",
            "",
            "| firms | links | sectors | failed | steps | ms a firm, 1 thread | 2 threads | gain | ns a link and step |"
            " one shock, ms | open, s | peak GB | twin, ms |",
            "|---:|---:|---:|---:|---:|---:|---:|---:|---:|---:|---:|---:|---:|",
        ]
        for r in rows:
            per = r["ms1"] * 1e6 / (r["links"] * r["steps"])
            twin = f"{r['twin']:,.0f}" if r["twin"] else "–"
            lines.append(
                f"| {r['firms']:,} | {r['links']:,} | {r['sectors']} | {r['sample']:,} | {r['steps']:.2f} |"
                f" {r['ms1']:.4g} ({r['least1']:.4g}) | {r['ms2']:.4g} ({r['least2']:.4g}) |"
                f" {r['ms1'] / r['ms2']:.2f} | {per:.3g} | {r['one']:.3g} | {r['open']:.2f} |"
                f" {r['peak'] / 1e9:.2f} | {twin} |"
            )
        lines.append("")
    lines += ["![growth of the cost with the number of firms](cascade.svg)", "", *_peers(tables)]
    return "\n".join([*lines, ""])


def _peers(tables: dict[float, list[dict[str, Any]]]) -> list[str]:
    """What others need for the same kind of network (8 buyers a firm), and how often ours is as fast."""
    rows = {r["firms"]: r for r in tables.get(8.0, [])}
    sizes = [n for n in (10_000, 100_000) if n in rows]
    if not sizes:
        return []
    lines = ["## Beside others, one thread", ""]
    lines.append("| program | " + " | ".join(f"{n:,} firms, ms | times ours" for n in sizes) + " |")
    lines.append("|---|" + "---:|---:|" * len(sizes))
    for name, figures in PUBLISHED.items():
        cells = [f"{figures[n]:,g} | {figures[n] / rows[n]['ms1']:,.0f}" for n in sizes]
        lines.append(f"| {name} | " + " | ".join(cells) + " |")
    lines.append("| chainmend | " + " | ".join(f"{rows[n]['ms1']:.3g} | 1" for n in sizes) + " |")
    return lines


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--sizes", default="1k,10k,100k,1m", help="numbers of firms, with commas")
    parser.add_argument("--links", default="8,3", help="buyers a firm, with commas")
    parser.add_argument("--measure", nargs=3, metavar=("FIRMS", "LINKS", "FOLDER"), help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.measure:
        firms, links, folder = given.measure
        sys.stdout.write(json.dumps(measure(int(firms), float(links), Path(folder))) + "\n")
        return
    facts = {
        "command": f"python benchmarks/cascade.py --sizes {given.sizes} --links {given.links}",
        "before": load(),
        "compile": f"{compile_seconds():.0f}",
        "stream": f"{streaming_limit() / 1e9:.0f}",
    }
    tables: dict[float, list[dict[str, Any]]] = {}
    for density in map(float, given.links.split(",")):
        for size in map(number, given.sizes.split(",")):
            tables.setdefault(density, []).append(in_fresh_process(size, density))
            sys.stderr.write(f"{tables[density][-1]}\n")
    facts["after"] = load()
    RESULTS.mkdir(exist_ok=True)
    text = report(tables, facts)
    (RESULTS / "cascade.md").write_text(text, "utf-8")
    (RESULTS / "cascade.svg").write_text(growth_plot(tables, PUBLISHED), "utf-8")
    sys.stdout.write(text)


if __name__ == "__main__":
    main()
