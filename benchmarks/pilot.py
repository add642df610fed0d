"""The full matrix of the pilot field on the processor, run twice: how long it takes, and whether verdicts repeat.

    python benchmarks/pilot.py --out benchmarks/results/pilot.md

Needs the extra `pilot`; models that are not installed are left out and named.
"""

from __future__ import annotations

import argparse
import datetime as dt
import tempfile
import time
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING

from machine import load, machine

from chainmend.pilot.finding import models, scenarios
from chainmend.pilot.html_text import duration
from chainmend.pilot.runner import chosen_cells, probe, run_cells
from chainmend.pilot.verdict import judge, numbers, unsteady

if TYPE_CHECKING:
    from chainmend.pilot.record import TrialResult
    from chainmend.pilot.trial import Chip, Model

BACK_END = "onnxruntime_cpu"


def main() -> None:
    """Run, and write the page."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--out", type=Path, help="Markdown file; printed without it")
    parser.add_argument("--rounds", type=int, default=2)
    options = parser.parse_args()
    start = time.perf_counter()
    known = models()
    making = time.perf_counter() - start
    chips = [chip for chip in probe() if chip.back_end == BACK_END and chip.found]
    busy, rounds = load(), []
    for number in range(options.rounds):
        rounds.append(one_round(known, chips))
        print(f"round {number + 1}: {rounds[-1][0]:.0f} s")
    text = report(known, chips, rounds, making, busy)
    if options.out:
        options.out.write_text(text, "utf-8")
    else:
        print(text)


def one_round(known: dict[str, Model], chips: list[Chip]) -> tuple[float, list[TrialResult]]:
    """Seconds of all trials that make sense, begun from nothing, and the trials."""
    found = [model for model in known.values() if model.found]
    cells = chosen_cells(chips, found, list(scenarios().values()))
    with tempfile.TemporaryDirectory() as room:
        start = time.perf_counter()
        done = list(run_cells(cells, Path(room), models=known, chips=chips, day=dt.date.today().isoformat()))
        return time.perf_counter() - start, done


def report(
    known: dict[str, Model],
    chips: list[Chip],
    rounds: list[tuple[float, list[TrialResult]]],
    making: float,
    busy: str,
) -> str:
    """The page: what it ran on, how long it took, how many verdicts repeated, every cell of the last round."""
    verdicts = [{trial.cell: judge(trial).verdict for trial in trials} for _seconds, trials in rounds]
    last = rounds[-1][1]
    same = sum(len({v[cell] for v in verdicts}) == 1 for cell in verdicts[0])
    missing = sorted({m.package for m in known.values() if not m.found})
    families = {trial.model.family for trial in last}
    runtime = ", ".join(f"{k} {v}" for k, v in sorted(chips[0].runtime.items()))
    lines = [
        "# The pilot field on a processor",
        "",
        "Made by `python benchmarks/pilot.py --out benchmarks/results/pilot.md`.",
        "",
        f"- Machine: {machine()}; load before: {busy}; {runtime}",
        f"- Cells: {len(last)}: {len(families)} families of models in {len({t.model.id for t in last})} variants, "
        f"{len({t.task.id for t in last})} scenarios, {len(chips)} ways to drive the processor",
        f"- Models not installed: {', '.join(missing) or 'none'}",
        f"- Describing models, and making variants that were not there: {making:.1f} s",
        f"- Seconds a round, from nothing: {', '.join(f'{seconds:.0f}' for seconds, _trials in rounds)}",
        f"- Verdicts that are the same in all {len(rounds)} rounds: {same} of {len(last)}",
        f"- Verdicts of the last round: {', '.join(f'{v} {n}' for v, n in Counter(verdicts[-1].values()).items())}",
        f"- Unsteady in the last round (latency varies by more than 10 %): {sum(map(unsteady, last))}",
        f"- Largest share of the clock in a reading: {max(clock_shares(last)):.2%}",
        "",
        "| scenario | model | chip | verdict | p50 | p99 | varies by | accuracy | reason |",
        "|---|---|---|---|---:|---:|---:|---:|---|",
        *(row(trial) for trial in last),
    ]
    return "\n".join(lines) + "\n"


def clock_shares(trials: list[TrialResult]) -> list[float]:
    """Time to read the clock as a share of the median reading, of each trial that was timed."""
    found = [numbers(trial).get("clock_share") for trial in trials if trial.timing]
    return [share for share in found if share is not None]


def row(trial: TrialResult) -> str:
    """One line of the table."""
    found, ruling = numbers(trial), judge(trial)
    p50, p99, cv, accuracy = (found.get(name) for name in ("p50", "p99", "cv", "accuracy"))
    cells = [
        trial.task.id,
        trial.model.id,
        trial.chip.id,
        ruling.verdict,
        "–" if p50 is None else duration(p50),
        "–" if p99 is None else duration(p99),
        "–" if cv is None else f"{cv:.0%}",
        "–" if accuracy is None else f"{accuracy:.3f}",
        ruling.sentence[1],
    ]
    return f"| {' | '.join(cells)} |"


if __name__ == "__main__":
    main()
