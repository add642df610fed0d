"""``chainmend pilot matrix``, ``next`` and ``blockers``: what the results say together."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from chainmend.cli.losses import check_out, more, write
from chainmend.cli.output import Output
from chainmend.cli.pilot import RESULTS, option
from chainmend.errors import PilotError
from chainmend.i18n import _, language

if TYPE_CHECKING:
    from chainmend.pilot.matrix import Cell, Matrix
    from chainmend.pilot.next_trial import NextTrial


def add(group: typer.Typer) -> None:
    """Add the commands to the group."""
    group.command("matrix", help=_("Show the matrix of chips, models and scenarios as it stands today."))(
        matrix
    )
    group.command("next", help=_("Rank the trials that would unblock or inform most."))(next_)
    group.command("blockers", help=_("Rank the causes that hold cells back."))(blockers)


def _folder() -> Any:
    """Return the argument of all three; its help is in the language that is current now."""
    return typer.Argument(help=_("folder of results; without any, everything is untested"))


def matrix(
    results: Annotated[Path, _folder()] = RESULTS,
    html: Annotated[Path | None, typer.Option("--html", help=_("write the matrix as one HTML file"))] = None,
    out: Annotated[
        Path | None, typer.Option("--out", help=_("write one line a cell to a .parquet or .csv"))
    ] = None,
    extensions: Annotated[list[Path] | None, option("--with")] = None,
    json: Annotated[bool, option("--json")] = False,
) -> None:
    """Print the matrix, and write it where asked."""
    from chainmend.pilot.html import page
    from chainmend.pilot.matrix import frame
    from chainmend.pilot.results import write_whole

    check_out(out)
    output, found = Output(json=json), _read(results, extensions)
    if out is not None:
        write(frame(found), out)
    if html is not None:
        write_whole(html, page(found).encode())
    output.emit(
        {
            "results": str(results),
            "cells": len(found.cells),
            "tested": found.tested,
            "counts": found.counts,
            "by_cell": [_plain(cell) for cell in found.cells.values()],
        }
    )
    _show(output, found)
    for file in (out, html):
        if file is not None:
            output.say(_("written to {folder}").format(folder=file))


def next_(
    results: Annotated[Path, _folder()] = RESULTS,
    top: Annotated[int, typer.Option("--top", min=0, help=_("trials to print; 0 prints all"))] = 5,
    here: Annotated[bool, typer.Option("--here", help=_("only what can be run on this machine"))] = False,
    extensions: Annotated[list[Path] | None, option("--with")] = None,
    json: Annotated[bool, option("--json")] = False,
) -> None:
    """Rank open cells."""
    from chainmend.pilot.next_trial import next_trials

    output = Output(json=json)
    ranked = next_trials(_read(results, extensions), here_only=here)
    shown = ranked[:top] if top else ranked
    output.emit({"open": len(ranked), "next": [_plain_next(trial) for trial in shown]})
    if not ranked:
        output.say(_("Every cell has a verdict that holds today."))
        return
    output.table(
        _("Next best trials"),
        (_("tells of"), _("model"), _("chip"), _("scenario"), _("on this machine"), _("why")),
        [
            (
                trial.informs,
                trial.cell.row.model.id,
                trial.cell.column,
                trial.cell.row.task.id,
                _("yes") if trial.here else _("no"),
                trial.reason[language() != "zh"],
            )
            for trial in shown
        ],
        right=(0,),
    )
    more(output, len(ranked) - len(shown), "--top 0")


def blockers(
    results: Annotated[Path, _folder()] = RESULTS,
    extensions: Annotated[list[Path] | None, option("--with")] = None,
    json: Annotated[bool, option("--json")] = False,
) -> None:
    """Rank causes."""
    from chainmend.pilot.blockers import find_blockers

    output, side = Output(json=json), language() != "zh"
    found = find_blockers(_read(results, extensions))
    output.emit(
        {
            "blockers": [
                {
                    "held": blocker.held,
                    "title": blocker.title[side],
                    "operator": blocker.operator or None,
                    "message": blocker.message or None,
                    "cells": [_plain(cell) for cell in blocker.cells],
                }
                for blocker in found
            ]
        }
    )
    if not found:
        output.say(_("Nothing that was tried is held back."))
        return
    output.table(
        _("Blockers"),
        (_("cells"), _("cause"), _("where"), _("message")),
        [(b.held, b.title[side], b.where[side], b.message) for b in found],
        right=(0,),
    )


def _read(results: Path, extensions: Iterable[Path] | None) -> Matrix:
    """Build the matrix of a folder and of what this machine knows.

    Raises
    ------
    PilotError
        If a folder was named that is not there.
    """
    from chainmend.pilot.finding import extend, models, scenarios
    from chainmend.pilot.matrix import build_matrix
    from chainmend.pilot.results import load_folder
    from chainmend.pilot.runner import finished, probe

    if results != RESULTS and not results.is_dir():
        raise PilotError(
            _("no such folder"),
            expected=_("a folder that `chainmend pilot run` or `import` wrote to"),
            where=str(results),
        )
    files = [str(path) for path in extensions or ()]
    extend(files)
    trials = [*load_folder(results), *finished(results)]  # a run that was stopped has written no file yet
    return build_matrix(trials, probe(files), list(models().values()), list(scenarios().values()))


def _plain(cell: Cell) -> dict[str, Any]:
    return {
        "chip": cell.column,
        "model": cell.row.model.id,
        "scenario": cell.row.task.id,
        "verdict": cell.verdict,
        "reason": cell.sentence[language() != "zh"],
        "unsteady": cell.unsteady if cell.trial else None,
        "day": cell.trial.day if cell.trial else None,
        **cell.numbers,
    }


def _plain_next(trial: NextTrial) -> dict[str, Any]:
    return {
        "chip": trial.cell.column,
        "model": trial.cell.row.model.id,
        "scenario": trial.cell.row.task.id,
        "here": trial.here,
        "informs": trial.informs,
        "reason": trial.reason[language() != "zh"],
    }


def _show(output: Output, found: Matrix) -> None:
    """Print columns with something in them; name the others below."""
    from chainmend.pilot.wording import VERDICT_NAMES, chip_heading

    side = language() != "zh"
    full = {cell.column for cell in found.cells.values() if cell.trial or cell.chip.found}
    columns = [column for column in found.columns if column in full]
    headings = [chip_heading(found.columns[column], tested=True) for column in columns]
    output.table(
        _("Pilot field"),
        (_("scenario"), _("model"), *(f"{name[side]} {below[side]}".strip() for name, below in headings)),
        [
            (row.task.name[side], row.model.id, *(_word(found.cell(column, row)) for column in columns))
            for row in found.rows
        ],
    )
    empty = [found.columns[column].name[side] for column in found.columns if column not in full]
    if empty:
        output.say(_("untested, nothing of them on this machine: {names}").format(names=_joined(empty)))
    counts = _joined([f"{VERDICT_NAMES[v][side]} {n}" for v, n in found.counts.items() if n])
    output.say(
        _("cells tested: {tested} of {all} ({counts})").format(
            tested=found.tested, all=len(found.cells), counts=counts
        )
    )
    output.say(
        _("times are the p99 of one item; ± varies by more than 10%. Untested does not mean it fails.")
    )


def _joined(parts: list[str]) -> str:
    return ("；" if language() == "zh" else "; ").join(parts)


def _word(cell: Cell | None) -> str:
    """The verdict and, where it is right, how long one item takes."""
    from chainmend.pilot.html_text import duration
    from chainmend.pilot.wording import VERDICT_NAMES

    if cell is None:
        return ""
    word, p99 = VERDICT_NAMES[cell.verdict][language() != "zh"], cell.numbers["p99"]
    if cell.verdict not in ("works", "degraded") or p99 is None:
        return word
    return f"{word} {duration(p99)}{' ±' if cell.unsteady else ''}"
