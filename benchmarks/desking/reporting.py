"""The figures of the desk as Markdown."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from importlib.metadata import version
from typing import TYPE_CHECKING, Any

from machine import load, machine

from .timing import LIMIT, Timed, quantile

if TYPE_CHECKING:
    from .working import Work


@dataclass(frozen=True)
class Held:
    """What the desk that was measured holds."""

    firms: int
    entries: int
    events: int
    database: str


def held(database: str) -> Held:
    """Count what the desk of this process holds."""
    from chainmend.desk.scans import current
    from chainmend.desk.worklist.models import Entry, Event

    view = current()
    firms = view.dataset.firms.height if view else 0
    return Held(firms, Entry.objects.count(), Event.objects.count(), database)


def _head(title: str, command: str, began: str, desk: Held) -> list[str]:
    return [
        f"# {title}",
        "",
        f"Command: `python benchmarks/desk.py {command}`, on {dt.datetime.now(dt.UTC):%Y-%m-%d}.",
        f"Machine: {machine()}, Django {version('django')}, granian {version('granian')}, polars {version('polars')};"
        f" load {began} at the start, {load()} at the end.",
        f"Desk: {desk.firms:,} firms, {desk.entries:,} entries, {desk.events:,} events, {desk.database}; started with"
        " `chainmend desk`, asked over HTTP on the loopback of the same machine.",
        "",
    ]


def pages(
    rows: Sequence[Timed], firsts: Sequence[tuple[str, float]], unknown: Sequence[str], began: str, desk: Held
) -> str:
    """How long pages take: for every page its slowest role, then every page and role."""
    over = [r for r in rows if r.p95 > LIMIT]
    lines = _head("Speed of the desk's pages", "pages", began, desk)
    lines += [
        "One person asks for one page after another; every address was asked for once before. Times are whole answers",
        f"in ms, of all addresses of a page. {len(rows)} pages by role, {len(over)} of them with a p95 over"
        f" {LIMIT * 1000:.0f} ms{': ' if over else ''}{', '.join(f'{r.page} ({r.role})' for r in over)}.",
        "",
        "## The first pages after something is new",
        "",
        "| what | s |",
        "|---|---:|",
        *(f"| {what} | {seconds:.2f} |" for what, seconds in firsts),
        "",
        "## Every page, of its slowest role",
        "",
        "| page | roles | role | answers | p50 | p95 | max | slowest address |",
        "|---|---:|---|---:|---:|---:|---:|---|",
    ]
    names = list(dict.fromkeys(r.page for r in rows))
    worst = [max((r for r in rows if r.page == name), key=lambda r: r.p95) for name in names]
    for r in sorted(worst, key=lambda r: -r.p95):
        roles = sum(q.page == r.page for q in rows)
        lines.append(f"| {r.page} | {roles} | {_times(r)} | `{r.slowest}` |")
    lines += ["", "## Every page and role", "", "| page | role | answers | p50 | p95 | max |"]
    lines += ["|---|---|---:|---:|---:|---:|", *(f"| {r.page} | {_times(r)} |" for r in rows)]
    if unknown:
        lines += ["", f"Not measured, for want of an address: {', '.join(unknown)}."]
    return "\n".join([*lines, ""])


def _times(r: Timed) -> str:
    return f"{r.role} | {r.times} | {r.p50 * 1e3:.0f} | {r.p95 * 1e3:.0f} | {r.most * 1e3:.0f}"


@dataclass(frozen=True)
class Outcome:
    """What the record says after people worked: new events, marks it holds twice or not at all, whether it verifies."""

    new: int
    lost: list[str]
    doubled: list[str]
    kept_though_refused: list[str]
    verified: Mapping[str, Any]

    @property
    def whole(self) -> bool:
        """Whether nothing is lost or doubled and the record holds."""
        return not (self.lost or self.doubled or self.kept_though_refused) and self.verified["broken"] is None


def crowd(
    work: Sequence[Work], outcome: Outcome, seconds: float, command: str, began: str, desk: Held
) -> str:
    """What people at once did to the desk."""
    statuses: Counter[tuple[str, int]] = Counter()
    taken: dict[str, list[float]] = {}
    for one in work:
        statuses.update(one.statuses)
        for kind, times in one.seconds.items():
            taken.setdefault(kind, []).extend(times)
    faults = [f for one in work for f in one.faults]
    accepted = sum(len(one.accepted) for one in work)
    answers = sum(statuses.values())
    lines = _head(f"{len(work)} people at once", command, began, desk)
    lines += [
        f"For {seconds:.0f} s everybody opened pages, moved entries and wrote comments, with 1 to 2 s between two of"
        " them; 4 of 10 moves were at the same six entries.",
        "",
        f"- {answers:,} answers, {answers / seconds:.1f} a second; {len(faults)} faults (an answer of 500 or more, or"
        f" none within 30 s){': ' if faults else ''}{'; '.join(faults[:5])}",
        f"- {accepted:,} moves and comments taken, {statuses['move', 409]:,} told that somebody was first (409),"
        f" {statuses['move', 422]:,} refused for what was given (422)",
        f"- {outcome.new:,} new events; of those taken {len(outcome.lost)} are not in the record and"
        f" {len(outcome.doubled)} are there twice; of those refused {len(outcome.kept_though_refused)} are there",
        f"- `chainmend desk verify`: {outcome.verified['events']:,} events,"
        f" {'the record is whole' if outcome.verified['broken'] is None else outcome.verified['broken']}",
        "",
        "| what | answers | p50 ms | p95 ms | max ms | statuses |",
        "|---|---:|---:|---:|---:|---|",
    ]
    for kind, times in sorted(taken.items()):
        of = ", ".join(f"{s}: {n:,}" for (k, s), n in sorted(statuses.items()) if k == kind)
        p50, p95 = quantile(times, 0.5) * 1e3, quantile(times, 0.95) * 1e3
        lines.append(f"| {kind} | {len(times):,} | {p50:.0f} | {p95:.0f} | {max(times) * 1e3:.0f} | {of} |")
    return "\n".join([*lines, ""])
