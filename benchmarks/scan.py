"""Measure how long a scan of a made-up city takes and how much memory it needs.

``python benchmarks/scan.py`` measures 10,000 and 100,000 firms; ``--sizes 10k:100k,1m:10m`` other numbers of
firms and supply links. Every size is read, scanned and saved in a fresh process. Writes ``benchmarks/results/scan.md``.
"""

from __future__ import annotations

import argparse
import datetime as dt
import json
import statistics
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass, replace
from importlib.metadata import version
from pathlib import Path
from typing import Any

from machine import load, machine, peak_bytes

RESULTS = Path(__file__).parent / "results" / "scan.md"
FACTORS = {"k": 1_000, "m": 1_000_000}


@dataclass(frozen=True)
class Size:
    """How large a city is: number of firms and of supply links."""

    firms: int
    links: int


def parse_sizes(text: str) -> list[Size]:
    """Return the sizes of ``10k:100k,1m:10m``."""

    def number(word: str) -> int:
        return int(word[:-1]) * FACTORS[word[-1]] if word[-1] in FACTORS else int(word)

    pairs = (part.lower().split(":") for part in text.split(","))
    return [Size(number(firms), number(links)) for firms, links in pairs]


def make(size: Size, folder: Path) -> None:
    """Write a made-up city of that size; links beyond the city's own join firms drawn by chance."""
    import numpy as np
    import polars as pl

    from chainmend.demo import make_city
    from chainmend.intake.writer import write_dataset

    city = make_city(firms=size.firms, seed=0).now
    tables = {name: frame for name, frame in city.tables.items() if name != "trades"}
    links = city.table("supply_links")
    rng = np.random.default_rng(0)
    ids = city.tables["firms"]["firm_id"]
    years = links["year"].unique().sort()
    while links.height < size.links:
        n = int((size.links - links.height) * 1.05) + 100
        drawn = pl.DataFrame(
            {
                "supplier_id": ids.gather(rng.integers(0, len(ids), n)),
                "buyer_id": ids.gather(rng.integers(0, len(ids), n)),
                "year": years.gather(rng.integers(0, len(years), n)),
                "amount": rng.lognormal(13.0, 1.5, n),
                "trades": rng.integers(1, 50, n),
            },
            schema=links.schema,
        )
        keys = ["supplier_id", "buyer_id", "year"]
        more = drawn.filter(pl.col("supplier_id") != pl.col("buyer_id")).unique(keys, maintain_order=True)
        links = pl.concat([links, more.join(links, on=keys, how="anti")]).head(size.links)
    write_dataset(replace(city, tables=tables | {"supply_links": links}), folder)


def measure(dataset: Path, out: Path) -> dict[str, Any]:
    """Read, scan and save in this process; seconds of each and of the scan's steps, peak memory, and counts."""
    from chainmend import Settings, load_catalogue, read_dataset, scan
    from chainmend.scanning import save_scan

    start = time.perf_counter()
    city = read_dataset(dataset)
    catalogue = load_catalogue("hangzhou-296x")
    read = time.perf_counter()
    began: list[tuple[str, float]] = []
    result = scan(
        city, catalogue, Settings(), progress=lambda step: began.append((step, time.perf_counter()))
    )
    scanned = time.perf_counter()
    ends = [moment for _step, moment in began[1:]] + [scanned]
    save_scan(result, out)
    saved = time.perf_counter()
    return {
        "firms": city.tables["firms"].height,
        "links": city.table("supply_links").height,
        "findings": result.findings.height,
        "read": read - start,
        "scan": scanned - read,
        "save": saved - scanned,
        "peak": peak_bytes(),
        "steps": {step: end - begin for (step, begin), end in zip(began, ends, strict=True)},
        "knock_outs": result.knock_outs.height,
        "values": result.values.height,
    }


def in_fresh_process(size: Size) -> dict[str, Any]:
    """Make a city and measure its scan, each in a process of its own."""
    with tempfile.TemporaryDirectory() as folder:
        dataset, out = Path(folder) / "dataset", Path(folder) / "scan"
        me = [sys.executable, __file__]
        subprocess.run([*me, "--make", f"{size.firms}:{size.links}", str(dataset)], check=True)
        done = subprocess.run(
            [*me, "--measure", str(dataset), str(out)], check=True, stdout=subprocess.PIPE, text=True
        )
        found: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
        return found


def help_seconds(times: int = 7) -> float:
    """Median wall time of ``chainmend --help``."""
    program = Path(sys.executable).with_name("chainmend")
    taken = []
    for _ in range(times):
        start = time.perf_counter()
        subprocess.run([program, "--help"], check=True, stdout=subprocess.DEVNULL)
        taken.append(time.perf_counter() - start)
    return statistics.median(taken)


def report(rows: list[dict[str, Any]], help_time: float, sizes: str, began: str) -> str:
    """The figures as a Markdown table."""
    lines = [
        "# Speed and memory of a scan",
        "",
        f"Command: `python benchmarks/scan.py --sizes {sizes}`, on {dt.datetime.now(dt.UTC):%Y-%m-%d}.",
        f"Machine: {machine()}, polars {version('polars')}; load {began} at the start, {load()} at the end.",
        "",
        "Read, scan and save run one after the other in a fresh process; memory is the peak of that process.",
        "",
        "| firms | links | findings | read s | scan s | save s | all s | peak GB |",
        "|---:|---:|---:|---:|---:|---:|---:|---:|",
    ]
    for row in rows:
        total = row["read"] + row["scan"] + row["save"]
        lines.append(
            f"| {row['firms']:,.0f} | {row['links']:,.0f} | {row['findings']:,.0f} | {row['read']:.1f} |"
            f" {row['scan']:.1f} | {row['save']:.1f} | {total:.1f} | {row['peak'] / 1e9:.2f} |"
        )
    lines += [
        "",
        "## Where a scan's time goes",
        "",
        "| step, seconds | " + " | ".join(f"{row['firms']:,} firms" for row in rows) + " |",
        "|---|" + "---:|" * len(rows),
    ]
    for step in rows[0]["steps"]:
        lines.append(f"| {step} | " + " | ".join(f"{row['steps'][step]:.1f}" for row in rows) + " |")
    stopped = ", ".join(f"{row['knock_outs']:,}" for row in rows)
    valued = ", ".join(f"{row['values']:,}" for row in rows)
    lines += [
        "",
        f"Every local firm is stopped once; knock-outs of segments and sources: {stopped}; segments valued with 200"
        f" draws of the links: {valued}.",
    ]
    return "\n".join([*lines, "", f"`chainmend --help`: {help_time:.2f} s (median of 7).", ""])


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--sizes", default="10k:100k,100k:1m", help="firms:links, several with commas")
    parser.add_argument("--make", nargs=2, metavar=("SIZE", "FOLDER"), help=argparse.SUPPRESS)
    parser.add_argument("--measure", nargs=2, metavar=("DATASET", "OUT"), help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.make:
        make(parse_sizes(given.make[0])[0], Path(given.make[1]))
    elif given.measure:
        sys.stdout.write(json.dumps(measure(*map(Path, given.measure))) + "\n")
    else:
        rows, began = [], load()
        for size in parse_sizes(given.sizes):
            rows.append(in_fresh_process(size))
            sys.stderr.write(f"{rows[-1]}\n")
        text = report(rows, help_seconds(), given.sizes, began)
        RESULTS.parent.mkdir(exist_ok=True)
        RESULTS.write_text(text, "utf-8")
        sys.stdout.write(text)


if __name__ == "__main__":
    main()
