"""Texts of the HTML matrix: pairs of languages as spans, latencies, sizes, limits."""

from __future__ import annotations

import html as escaping
import re
from typing import TYPE_CHECKING

from chainmend.pilot.wording import METRIC_NAMES

if TYPE_CHECKING:
    from chainmend.pilot.trial import Model, Names, Task


def says(text: Names) -> str:
    """Return a text in both languages, of which the page shows one.

    Examples
    --------
    >>> says(("可用", "Works"))
    '<span lang="zh">可用</span><span lang="en">Works</span>'
    >>> says(("fp16", "fp16"))
    'fp16'
    """
    zh, en = (escaping.escape(t) for t in text)
    return zh if zh == en else f'<span lang="zh">{zh}</span><span lang="en">{en}</span>'


def shown(name: Names) -> Names:
    """Return a name without what stands in it after the second comma."""
    zh, en = ("，".join(re.split("[，,] ?", name[0])[:2]), ", ".join(re.split("[，,] ?", name[1])[:2]))
    return zh, en


def duration(seconds: float) -> str:
    """Return a latency as people read it.

    Examples
    --------
    >>> [duration(x) for x in (0.00012, 0.0034, 0.0821, 1.26)]
    ['0.12 ms', '3.4 ms', '82 ms', '1.3 s']
    """
    if seconds >= 1:
        return f"{seconds:.1f} s"
    ms = seconds * 1000
    return f"{ms:.0f} ms" if ms >= 10 else f"{ms:.1f} ms" if ms >= 1 else f"{ms:.2f} ms"


def size(model: Model) -> str:
    """Return the size of the file that is loaded, in MB or kB of a thousand."""
    n = model.files[0].bytes if model.files else 0
    return f"{n / 1e6:.1f} MB" if n >= 100_000 else f"{n / 1e3:.1f} kB"


def limits(task: Task) -> Names:
    """Return what a scenario accepts, e.g. ``≤ 300 ms · accuracy ≥ 0.95``."""
    found = []
    if task.limits.latency_seconds is not None:
        seconds = task.limits.latency_seconds
        found.append((f"≤ {seconds:g} s" if seconds >= 1 else f"≤ {seconds * 1000:g} ms",) * 2)
    if task.limits.accuracy is not None:
        zh, en = METRIC_NAMES.get(task.metric, (task.metric, task.metric))
        found.append((f"{zh} ≥ {task.limits.accuracy:g}", f"{en} ≥ {task.limits.accuracy:g}"))
    return " · ".join(f[0] for f in found), " · ".join(f[1] for f in found)
