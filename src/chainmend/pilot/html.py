"""The matrix as one HTML file in both languages: no network, no script needed to read it, prints on A4 landscape."""

from __future__ import annotations

import html as escaping
import re
from pathlib import Path
from typing import TYPE_CHECKING

from chainmend.i18n import both, language
from chainmend.pilot.blockers import find_blockers
from chainmend.pilot.html_cells import cell_html, popup, swatch
from chainmend.pilot.html_text import limits, says, shown, size
from chainmend.pilot.matrix import VERDICTS
from chainmend.pilot.next_trial import next_trials
from chainmend.pilot.wording import VERDICT_NAMES, back_end_name, chip_heading

if TYPE_CHECKING:
    from chainmend.pilot.blockers import Blocker
    from chainmend.pilot.matrix import Matrix, Row
    from chainmend.pilot.next_trial import NextTrial
    from chainmend.pilot.trial import Names

_LOGO = (
    '<svg viewBox="0 0 44 24" fill="none" aria-hidden="true">'
    '<rect x="1.5" y="4.5" width="17" height="15" rx="7.5" stroke="#14211d" stroke-width="3"/>'
    '<rect x="25.5" y="4.5" width="17" height="15" rx="7.5" stroke="#14211d" stroke-width="3"/>'
    '<path d="M13 12h18" stroke="#fff" stroke-width="7.5"/>'
    '<path d="M13.5 12h17" stroke="#0c574c" stroke-width="3.4" stroke-dasharray="4.4 1.9"/></svg>'
)
_SHOWN_NEXT, _SHOWN_BLOCKERS, _SHOWN_MESSAGE = 3, 6, 120


def page(matrix: Matrix) -> str:
    """Return the whole page; the same matrix gives the same bytes.

    Examples
    --------
    >>> from chainmend.pilot.matrix import build_matrix
    >>> page(build_matrix([])).startswith("<!doctype html>")
    True
    """
    folder = Path(__file__).parent
    style, script = ((folder / name).read_text("utf-8") for name in ("page.css", "page.js"))
    nexts, blockers = next_trials(matrix), find_blockers(matrix)
    lang = "zh-CN" if language() == "zh" else "en"
    title = both("Pilot field")
    body = f"""{_top(matrix, lang)}
<main class="page">
<div class="head">
<h1>{_headline(matrix)}</h1>
<p class="dek">{says(both("Chip × model × scenario. First: is it right? Then steady. Only then fast."))}</p>
</div>
<div class="pil">
<section>
{_legend(matrix)}
{_table(matrix, nexts)}
<p class="note">{says(_note())}</p>
</section>
<aside>
{_next(nexts)}
{_blockers(blockers)}
{_coverage(matrix)}
</aside>
</div>
{"".join(popup(cell, number) for number, cell in enumerate(matrix.cells.values()) if cell.trial)}
</main>"""
    return (
        f'<!doctype html>\n<html lang="{lang}">\n<head>\n<meta charset="utf-8">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        f"<title>{escaping.escape(' · '.join(title))} · Chainmend</title>\n<style>\n{style}</style>\n</head>\n"
        f"<body>\n{body}\n<script>\n{script}</script>\n</body>\n</html>\n"
    )


def _top(matrix: Matrix, lang: str) -> str:
    trials = [cell.trial for cell in matrix.cells.values() if cell.trial]
    last = max((trial.day for trial in trials), default="–")
    made = bool(trials) and all(trial.task.synthetic for trial in trials)
    mark = f'<span class="demo keep">{says(both("made inputs"))}</span>' if made else ""
    buttons = "".join(
        f'<button type="button" data-lang="{code}" aria-pressed="{str(code == lang).lower()}">{label}</button>'
        for code, label in (("zh-CN", "中"), ("en", "EN"))
    )
    return (
        f'<header class="top"><span class="logo">{_LOGO}<b>补链</b></span><div class="age">'
        f'<span class="keep"><b>{says(both("Pilot field"))}</b></span>'
        f"<span>{says(both('Results'))} <b>{len(trials)}</b></span>"
        f'<span>{says(both("Last trial"))} <b class="num">{last}</b></span>{mark}</div>'
        f'<span class="lang" role="group" aria-label="中 / EN">{buttons}</span></header>'
    )


def _headline(matrix: Matrix) -> str:
    waiting = _makers_waiting(matrix)
    values = {"tested": matrix.tested, "all": len(matrix.cells), "n": waiting}
    text = both("Pilot field: {tested} of {all} cells tested", **values)
    if waiting:
        text = both("Pilot field: {tested} of {all} cells tested, makers to come: {n}", **values)
    clauses = [re.split(r"(?<=[：，:,])\s*", one) for one in text]
    parts = [
        " ".join(f'<span class="ph">{escaping.escape(c)}</span>' for c in clauses[1]),
        "".join(f'<span class="ph">{escaping.escape(c)}</span>' for c in clauses[0]),
    ]
    return f'<span lang="zh">{parts[1]}</span><span lang="en">{parts[0]}</span>'


def _makers_waiting(matrix: Matrix) -> int:
    tested = {cell.chip.maker for cell in matrix.cells.values() if cell.tested}
    return len({chip.maker for chip in matrix.columns.values() if chip.maker} - tested)


def _legend(matrix: Matrix) -> str:
    counts = matrix.counts
    parts = [
        f'<span>{swatch(verdict)}{says(VERDICT_NAMES[verdict])} <b class="num">{counts[verdict]}</b></span>'
        for verdict in VERDICTS
    ]
    return f'<div class="legend">{"".join(parts)}</div>'


def _table(matrix: Matrix, nexts: list[NextTrial]) -> str:
    columns = list(matrix.columns.items())
    wanted = (nexts[0].cell.column, *nexts[0].cell.row.id) if nexts else None
    numbers = {key: number for number, key in enumerate(matrix.cells)}
    body, scenario = [], ""
    for row in matrix.rows:
        if row.task.id != scenario:
            scenario = row.task.id
            heading = f'<span class="st">{says(row.task.name)}<small>{says(limits(row.task))}</small></span>'
            body.append(
                f'<tr class="sc"><th colspan="{len(columns) + 1}" scope="rowgroup">{heading}</th></tr>'
            )
        cells = []
        for column, _chip in columns:
            cell, key = matrix.cell(column, row), (column, *row.id)
            made = cell_html(cell, numbers[key], first=key == wanted) if cell is not None else ""
            cells.append(f"<td>{made}</td>")
        body.append(f'<tr><th scope="row">{_row_heading(row)}</th>{"".join(cells)}</tr>')
    heads = "".join(f'<th scope="col">{_column_heading(matrix, column)}</th>' for column, _chip in columns)
    return (
        f'<div class="scroll"><table class="mx" style="--columns:{len(columns)}"><colgroup><col class="l">'
        f'<col span="{max(len(columns), 1)}"></colgroup><thead><tr class="g"><td></td>{_groups(matrix)}</tr>'
        f"<tr><td></td>{heads}</tr></thead><tbody>\n{chr(10).join(body)}\n</tbody></table></div>"
    )


def _groups(matrix: Matrix) -> str:
    spans: list[tuple[Names, int]] = []
    for chip in matrix.columns.values():
        name = back_end_name(chip)
        if spans and spans[-1][0] == name:
            spans[-1] = (name, spans[-1][1] + 1)
        else:
            spans.append((name, 1))
    return "".join(f'<th colspan="{n}" scope="colgroup">{says(name)}</th>' for name, n in spans)


def _column_heading(matrix: Matrix, column: str) -> str:
    tested = any(cell.tested for cell in matrix.cells.values() if cell.column == column)
    name, below = chip_heading(matrix.columns[column], tested=tested)
    return f"<b>{says(name)}</b><small>{says(below)}</small>"


def _row_heading(row: Row) -> str:
    below = f"{row.model.precision} · {size(row.model)}" if row.model.found else row.model.precision
    missing = "" if row.model.found else f" · {says(both('not installed'))}"
    return f"{says(row.model.name)}<small>{escaping.escape(below)}{missing}</small>"


def _note() -> Names:
    return both(
        "Cells show the p99 latency of one item, ± where it varies by more than 10%. Right means: as on the CPU in "
        "float32 on the same inputs, within 1e-4 in float32 and 1e-2 in float16, in int8 as the scenario states; all "
        "random trials must pass, and two identical runs must agree. An empty place: the chip does not load the format."
    )


def _next(nexts: list[NextTrial]) -> str:
    if not nexts:
        nothing = says(both("Every cell has a verdict that holds today."))
        inner = f'<p class="pad small">{nothing}</p>'
    else:
        items = []
        for trial in nexts[:_SHOWN_NEXT]:
            cell = trial.cell
            place = both("on this machine") if trial.here else both("on a machine that has it")
            chip = f"--chip {cell.chip.id} " if cell.chip.found else ""  # elsewhere it is found by its own id
            command = f"chainmend pilot run {chip}--model {cell.row.model.id} --scenario {cell.row.task.id}"
            items.append(
                f'<li><p class="what">{says(cell.row.model.name)} × {says(shown(cell.chip.name))}</p>'
                f'<p class="muted">{says(cell.row.task.name)} · {cell.row.model.precision} · {says(place)}</p>'
                f"<p>{says(trial.reason)}</p><code>{escaping.escape(command)}</code></li>"
            )
        inner = f'<ol class="pad small">{"".join(items)}</ol>'
    return f'<section class="card next"><p class="hd">{says(both("Next best trial"))}</p>{inner}</section>'


def _blockers(blockers: list[Blocker]) -> str:
    head = f'<h2>{says(both("Blockers"))}<span class="n">{says(both("by cells held back"))}</span></h2>'
    if not blockers:
        text = f'<p class="muted small">{says(both("Nothing that was tried is held back."))}</p>'
        return f'<section class="card pad">{head}{text}</section>'
    items = "".join(
        f'<li><span class="c">{b.held}<small>{says(both("cells"))}</small></span><div><b>{says(b.title)}</b>'
        f'<p class="muted">{says(b.where)}</p>{_code(b.message)}</div></li>'
        for b in blockers[:_SHOWN_BLOCKERS]
    )
    rest = len(blockers) - _SHOWN_BLOCKERS
    more = f'<p class="muted small">{says(both("and {n} more", n=rest))}</p>' if rest > 0 else ""
    return f'<section class="card pad">{head}<ol class="blk">{items}</ol>{more}</section>'


def _code(message: str) -> str:
    """What a runtime said, shortened."""
    if not message:
        return ""
    short = message if len(message) <= _SHOWN_MESSAGE else f"{message[:_SHOWN_MESSAGE]}…"
    return f"<code>{escaping.escape(short)}</code>"


def _coverage(matrix: Matrix) -> str:
    counts, all_ = matrix.counts, len(matrix.cells)
    share = f" = {matrix.tested / all_:.0%}" if all_ else ""
    order = [v for v in VERDICTS if v != "untested"] + ["untested"]
    bars = "".join(f'<i class="c-{v}" style="flex:{counts[v]}"></i>' for v in order if counts[v])  # type: ignore[index]
    label = " / ".join(
        both("{tested} cells tested, {n} untested", tested=matrix.tested, n=counts["untested"])
    )
    text = both("Untested does not mean it fails.")
    if counts["expired"]:
        text = both(
            "{n} expired: a version changed, test again. Untested does not mean it fails.",
            n=counts["expired"],
        )
    return (
        f'<section class="card pad"><h2>{says(both("Coverage"))}<span class="n num">{matrix.tested} / {all_}{share}'
        f'</span></h2><div class="cover" role="img" aria-label="{escaping.escape(label)}">{bars}</div>'
        f'<p class="muted small">{says(text)}</p></section>'
    )
