"""Plant all eleven kinds of gaps in made-up cities and measure what a scan finds of them.

``python benchmarks/injection.py`` makes five cities of each of three sizes and scans each with whole tables and with
tables as cities have them; ``--seeds 2 --sizes 1k`` for less. Writes ``benchmarks/results/injection.md``.
"""

from __future__ import annotations

import argparse
import datetime as dt
import statistics
import sys
import time
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from machine import load, machine
from planting.city import make_city
from planting.decoys import DECOYS
from planting.gaps import GAPS
from planting.measure import Found, Ground, Measured, measure, precision, recall
from planting.tables import BLURRED, MIXED, UNLINKED, WHOLE, Seen

RESULTS = Path(__file__).parent / "results" / "injection.md"
VIEWS: dict[str, Seen] = {"whole": WHOLE, "blurred": BLURRED, "mixed": MIXED}
ALL = VIEWS | {"unlinked": UNLINKED}
MARGINS = ((0.0, 0.1), (0.1, 0.3), (0.3, 1.0), (1.0, float("inf")))


@dataclass(frozen=True)
class Size:
    """How large a city is, and how much is planted in it."""

    firms: int
    chains: int
    each: int
    copies: int


SIZES = {"1k": Size(1_000, 5, 2, 1), "3k": Size(3_000, 11, 5, 2), "10k": Size(10_000, 30, 10, 5)}


@dataclass(frozen=True)
class City:
    """One city, measured in one view."""

    size: str
    seed: int
    firms: int
    links: int
    view: str
    measured: Measured
    decoys: dict[str, int]


def run(size: str, seed: int) -> list[City]:
    """Make a city, and scan it in every view."""
    given = SIZES[size]
    city = make_city(seed=seed, firms=given.firms, chains=given.chains, each=given.each, copies=given.copies)
    ground = Ground(city)
    roles = [p.role for p in city.layout.plans if p.looks_like]
    counts = {role: roles.count(role) for role in roles}
    links = len(city.links[max(city.links)][0])
    return [
        City(size, seed, len(city.segment), links, view, measure(ground, seen), counts)
        for view, seen in ALL.items()
    ]


def found_of(cities: Iterable[City]) -> list[Found]:
    return [f for c in cities for f in c.measured.found]


RANKINGS = (
    "rank_correlation",
    "correlation_above_zero",
    "every_origin_correlation",
    "severity_correlation",
    "first",
)


def overall(cities: Sequence[City]) -> list[str]:
    """One row a size and view: precision, recall, ranks."""
    rows = [
        "| firms | tables | cities | gaps | precision | recall | rank correlation, least | without zeros | every origin"
        " | severity | harmful first |",
        "|---:|---|---:|---:|---:|---:|---:|---:|---:|---:|---:|",
    ]
    for size in dict.fromkeys(c.size for c in cities):
        for view in VIEWS:
            these = [c for c in cities if (c.size, c.view) == (size, view)]
            found = found_of(these)
            ranks = [[getattr(c.measured, name) for c in these] for name in RANKINGS]
            firms = round(statistics.mean(c.firms for c in these))
            means = " | ".join(f"{statistics.mean(r):.2f}" for r in ranks[1:])
            rows.append(
                f"| {firms:,} | {view} | {len(these)} | {sum(f.real for f in found)} | {precision(found):.3f} |"
                f" {recall(found):.3f} | {statistics.mean(ranks[0]):.2f}, {min(ranks[0]):.2f} | {means} |"
            )
    return rows


def kinds_of(cities: Sequence[City], view: str, kind: str) -> list[Found]:
    return [f for f in found_of(c for c in cities if c.view == view) if f.kind == kind]


def by_kind(cities: Sequence[City]) -> list[str]:
    """One row a kind: how many, recall of the planted and of all, precision; and with tables that are not whole."""
    rows = [
        "| kind | planted | that follow | recall, planted | recall | precision | blurred: recall | precision |"
        " mixed: recall | precision |",
        "|---|---:|---:|---:|---:|---:|---:|---:|---:|---:|",
    ]
    for kind in GAPS:
        whole, *others = (kinds_of(cities, view, kind) for view in VIEWS)
        planted = [f for f in whole if f.planted]
        both = " | ".join(f"{recall(f):.3f} | {precision(f):.3f}" for f in (whole, *others))
        follow = sum(f.real for f in whole) - len(planted)
        rows.append(f"| `{kind}` | {len(planted)} | {follow} | {recall(planted):.3f} | {both} |")
    return rows


def without_links(cities: Sequence[City]) -> list[str]:
    """What is left to see, and what of it is found."""
    rows = [
        "| kind | real gaps | that can be told without links | recall | precision |",
        "|---|---:|---:|---:|---:|",
    ]
    for kind in GAPS:
        real = sum(f.real for f in kinds_of(cities, "whole", kind))
        found = kinds_of(cities, "unlinked", kind)
        told = sum(f.real for f in found)
        shown = f"{recall(found):.3f} | {precision(found):.3f}" if found else "not checked |"
        rows.append(f"| `{kind}` | {real} | {told} | {shown} |")
    return rows


def by_margin(cities: Sequence[City]) -> list[str]:
    """Recall by how far beyond its threshold a gap is."""
    rows = [
        "| beyond the threshold by | gaps | " + " | ".join(VIEWS) + " |",
        "|---|---:|" + "---:|" * len(VIEWS),
    ]
    for low, high in MARGINS:
        parts = [
            [
                f
                for f in found_of(c for c in cities if c.view == v)
                if f.margin is not None and low <= f.margin < high
            ]
            for v in VIEWS
        ]
        name = f"{low:.0%} to {high:.0%}" if high < float("inf") else f"more than {low:.0%}"
        recalls = " | ".join(f"{recall(part):.3f}" for part in parts)
        rows.append(f"| {name} | {sum(f.real for f in parts[0])} | {recalls} |")
    return rows


def by_decoy(cities: Sequence[City]) -> list[str]:
    """How often each decoy was taken for what it looks like."""
    rows = [
        "| decoy | looks like | planted | " + " | ".join(VIEWS) + " |",
        "|---|---|---:|" + "---:|" * len(VIEWS),
    ]
    for role, kind in {**{r: k for r, (k, _make) in DECOYS.items()}, "unneeded": "missing"}.items():
        planted = sum(c.decoys.get(role, 0) for c in cities if c.view == "whole")
        taken = " | ".join(
            str(sum(f.reported and f.role == role for f in kinds_of(cities, view, kind))) for view in VIEWS
        )
        rows.append(f"| {role.replace('_', ' ')} | `{kind}` | {planted} | {taken} |")
    return rows


def wrong(cities: Sequence[City]) -> list[str]:
    """Every gap that was missed and every finding that is none, with whole tables."""
    rows = [
        f"- {c.size}, seed {c.seed}: {'missed' if f.real else 'false'} `{f.kind}` on segment {f.segment} ({f.role}"
        f"{f', {f.margin:.1%} beyond its threshold' if f.margin is not None else ''})"
        for c in cities
        if c.view == "whole"
        for f in c.measured.found
        if f.real != f.reported
    ]
    return rows or ["None."]


def report(cities: Sequence[City], command: str, seconds: float) -> str:
    """The figures as Markdown."""
    sections = {
        "All kinds together": (GOALS, *overall(cities), "", RANKS.rstrip()),
        "By kind, all sizes": by_kind(cities),
        "By distance from the threshold": (
            "Recall of the gaps for which a threshold is measured.",
            "",
            *by_margin(cities),
        ),
        "Decoys": ("How many were taken for what they look like.", "", *by_decoy(cities)),
        "Without supply links": (UNLINKED_TEXT, *without_links(cities)),
        "Everything that was wrong with whole tables": wrong(cities),
    }
    lines = [
        "# Planted gaps: what a scan finds of them",
        "",
        f"Command: `{command}`, on {dt.datetime.now(dt.UTC):%Y-%m-%d}, {machine()}, load {load()};"
        f" {seconds:,.0f} s in all.",
        "",
        HOW,
    ]
    for title, body in sections.items():
        lines += [f"## {title}", "", *body, ""]
    return "\n".join(lines)


HOW = """\
A made-up city has segments in chains of 15 and firms, links of three years, customs, patents and needs that are drawn
so that some segments have a gap of one kind, others only look like one (`benchmarks/planting/gaps.py`,
`decoys.py`), and the rest are healthy. What the city really has is then reckoned once more from its arrays
(`truth.py`), in plain arithmetic that shares nothing with the scan; what follows from something planted (a missing
segment bought in one country is outside-dependent) counts as real, and is told apart below. Losses come from a cascade
of its own (`reference.py`), which runs to rest. The scan sees the tables alone:

- *whole*;
- *blurred*: 5 % of the links unseen, recorded amounts 10 % off, 3 % of the firms without products;
- *mixed*: 5 % of the firms make a second product of another segment for 30 % of their sales, which none of their buyers
  in the links buys. A sale counts as one of the second product only where that goes into what the buyer makes as well,
  or where neither product does.

Precision is the share of findings that are real, recall the share of real gaps that were found. The rules' definitions
are the same on both sides, so whole tables test that the scan computes what it says; the others test how much it hangs
on its data. How well the definitions catch what ails a real city is not measured here.
"""

MARGIN_TEXT = """\
Recall of the gaps for which a threshold is measured.
"""

GOALS = """\
Goals with whole tables: precision 0.95, recall 0.98, rank correlation 0.8.
"""

RANKS = """\
Rank correlation (Spearman) is that of the scan's loss avoided with the exact one: a firm more is put into the network,
and every loss followed to rest. *Without zeros* leaves out segments without a main source, where both are zero. In
*every origin* the exact loss counts all origins, also those with less than a twentieth of what is bought, which the
scan leaves out by `value.main_share`. *Severity* is the rank correlation of severity, by which a scan orders its
findings, with the exact loss. *Harmful first* is the share of the ten most harmful segments that are among the ten
first by the scan's value.
"""

UNLINKED_TEXT = """\
The same cities without the table of supply links: `weak` goes by location quotients, `outside_dependent` by customs and
world supply, `clustered_risk` by output, `declining` by leaders that closed. Other gaps can then be told than with
links; recall and precision are of those.
"""


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seeds", type=int, default=5, help="cities of each size")
    parser.add_argument("--sizes", default="1k,3k,10k", help=f"some of {', '.join(SIZES)}")
    given = parser.parse_args()
    start, cities = time.perf_counter(), []
    for size in given.sizes.split(","):
        for seed in range(given.seeds):
            cities += run(size, seed)
            for c in cities[-len(ALL) :]:
                found = c.measured.found
                sys.stderr.write(
                    f"{size} {seed} {c.view}: precision {precision(found):.3f}, recall {recall(found):.3f}\n"
                )
    command = f"python benchmarks/injection.py --seeds {given.seeds} --sizes {given.sizes}"
    text = report(cities, command, time.perf_counter() - start)
    RESULTS.write_text(text, "utf-8")
    sys.stdout.write(text)


if __name__ == "__main__":
    main()
