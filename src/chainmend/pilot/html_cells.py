"""Cells of the HTML matrix: shape first, colour second; a press shows the evidence."""

from __future__ import annotations

import html as escaping
from typing import TYPE_CHECKING

from chainmend.i18n import both, language
from chainmend.pilot.html_text import duration, says
from chainmend.pilot.wording import METRIC_NAMES, VERDICT_NAMES

if TYPE_CHECKING:
    from chainmend.pilot.matrix import Cell
    from chainmend.pilot.trial import Names, Verdict

_SHAPES: dict[Verdict, str] = {
    "works": '<path d="M3 8.5l3.2 3.2L13 4.8" fill="none" stroke="currentColor" stroke-width="2.2"/>',
    "degraded": '<circle cx="8" cy="8" r="5.4" fill="none" stroke="currentColor" stroke-width="1.6"/>'
    '<path d="M2.6 8a5.4 5.4 0 0 0 10.8 0z" fill="currentColor"/>',
    "wrong": '<path d="M4 4l8 8M12 4l-8 8" fill="none" stroke="currentColor" stroke-width="2.2"/>',
    "unstable": '<path d="M1.5 9c2-6 3.5-6 5 0s3.2 5 5 0 2-4 3-4.5" fill="none" stroke="currentColor" '
    'stroke-width="2"/>',
    "fails": '<rect x="3" y="3" width="10" height="10" fill="currentColor"/>',
    "untested": '<circle cx="8" cy="8" r="2" fill="currentColor"/>',
    "expired": '<circle cx="8" cy="8" r="5.6" fill="none" stroke="currentColor" stroke-width="1.7"/>'
    '<path d="M8 4.8V8l2.3 1.7" fill="none" stroke="currentColor" stroke-width="1.7"/>',
}


def shape(verdict: Verdict) -> str:
    """Return the shape of a verdict as SVG."""
    return f'<svg viewBox="0 0 16 16" aria-hidden="true">{_SHAPES[verdict]}</svg>'


def swatch(verdict: Verdict) -> str:
    """Return a small cell for the legend."""
    return f'<span class="cell sw v-{verdict}">{shape(verdict)}</span>'


def cell_html(cell: Cell, number: int, *, first: bool = False) -> str:
    """Return a cell: shape, then p99 or the verdict; a button where there is evidence.

    Parameters
    ----------
    cell
        What it says.
    number
        Of its popup.
    first
        Whether it is the next best trial.
    """
    verdict, p99 = cell.verdict, cell.numbers["p99"]
    shows_time = verdict in ("works", "degraded", "expired") and p99 is not None
    label = both(
        "{model} × {chip}: {verdict}",
        model=cell.row.model.name,
        chip=cell.chip.name,
        verdict=VERDICT_NAMES[verdict],
    )
    if first and verdict == "untested":
        inner = says(both("Try first"))
    elif shows_time and p99 is not None:
        inner = f'{shape(verdict)}<span class="num">{duration(p99)}{" ±" if cell.unsteady else ""}</span>'
    elif verdict == "untested":
        inner = shape(verdict)
    else:
        inner = f"{shape(verdict)}{says(VERDICT_NAMES[verdict])}"
    style = f"cell v-{verdict}{' nxt' if first else ''}"
    hint = escaping.escape(label[language() != "zh"])
    hidden = f'<span class="vh">{says(label)}</span>'
    if cell.trial is None:
        return f'<div class="{style}" title="{hint}">{inner}{hidden}</div>'
    return f'<button type="button" class="{style}" title="{hint}" popovertarget="c{number}">{inner}{hidden}</button>'


def popup(cell: Cell, number: int) -> str:
    """Return the evidence behind a cell: reason, versions and numbers."""
    trial, found = cell.trial, cell.numbers
    if trial is None:
        return ""
    lines: list[tuple[Names, Names]] = [
        (both("why"), cell.sentence),
        (both("scenario"), trial.task.name),
        (both("one item"), trial.task.item),
        (both("hardware"), _plain(trial.chip.hardware or "–")),
        (both("driver"), _plain(trial.chip.driver or "–")),
        (
            both("runtime"),
            _plain(", ".join(f"{k} {v}" for k, v in sorted(trial.chip.runtime.items())) or "–"),
        ),
        (both("model"), _plain(" ".join((trial.model.id, trial.model.version)).strip())),
        (both("tried on"), _plain(trial.day)),
    ]
    if found["p50"] is not None and found["p90"] is not None and found["p99"] is not None:
        times = " / ".join(duration(found[n] or 0.0) for n in ("p50", "p90", "p99"))
        lines.append((("p50 / p90 / p99", "p50 / p90 / p99"), _plain(times)))
    if found["cv"] is not None:
        lines.append((both("varies by"), _plain(f"{found['cv']:.1%}")))
    if found["accuracy"] is not None and found["reference_accuracy"] is not None:
        text = f"{found['accuracy']:.3f} ({found['reference_accuracy']:.3f})"
        lines.append((_metric(trial.task.metric), _plain(text)))
    if found["error"] is not None:
        lines.append((both("error"), _plain(f"{found['error']:.2g}")))
    rows = "".join(f"<dt>{says(name)}</dt><dd>{says(value)}</dd>" for name, value in lines)
    title = f"{says(cell.row.model.name)} × {says(cell.chip.name)}"
    mark = f' <span class="demo">{says(both("made inputs"))}</span>' if trial.task.synthetic else ""
    return (
        f'<div class="pop" id="c{number}" popover><b class="t">{title}</b>'
        f"<p>{says(VERDICT_NAMES[cell.verdict])}{mark}</p><dl>{rows}</dl></div>\n"
    )


def _metric(metric: str) -> Names:
    name = METRIC_NAMES.get(metric, (metric, metric))
    return both("{metric} (reference)", metric=name)


def _plain(text: str) -> Names:
    return text, text
