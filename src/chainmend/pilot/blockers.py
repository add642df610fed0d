"""What holds cells back: cells that fail, are wrong or unstable for the same cause are one blocker."""

from __future__ import annotations

import re
from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING

from chainmend.i18n import both
from chainmend.pilot.trial import Names, precision
from chainmend.pilot.wording import back_end_name

if TYPE_CHECKING:
    from chainmend.pilot.matrix import Cell, Matrix

HELD = ("fails", "wrong", "unstable")
"""Verdicts that hold a cell back; a degraded one is right, only late."""
_TITLES = {
    "crash": lambda v: both("the process dies ({error}) at the stage {stage}", **v),
    "hang": lambda v: both("no end within the time limit at the stage {stage}", **v),
    "memory": lambda v: both("more memory than the limit at the stage {stage}", **v),
    "failed": lambda v: both("{error} at the stage {stage}", **v),
    "failed_operator": lambda v: both("operator {operator}: {error} at the stage {stage}", **v),
    "wrong": lambda v: both("{precision}: runs, but outputs are out of tolerance", **v),
    "unstable": lambda v: both("two runs do not give the same, or memory grows", **v),
}


@dataclass(frozen=True)
class Blocker:
    """One cause.

    Attributes
    ----------
    title
        (Chinese, English).
    operator
        That failed, "" where none was named.
    message
        What the runtime said, as it said it; "" where it said nothing of its own.
    cells
        What it holds back, in the order of the matrix.
    """

    title: Names
    operator: str
    message: str
    cells: tuple[Cell, ...]

    @property
    def held(self) -> int:
        """Number of cells it holds back."""
        return len(self.cells)

    @property
    def where(self) -> Names:
        """(Chinese, English): models and what drives the chips, each once."""
        chips = list(dict.fromkeys(back_end_name(cell.chip) for cell in self.cells))
        models = list(dict.fromkeys(cell.row.model.name for cell in self.cells))
        return both("{models} on {chips}", models=_listed(models), chips=_listed(chips))


def find_blockers(matrix: Matrix) -> list[Blocker]:
    """Return the causes that hold cells back, the one that holds most first.

    A cause is the operator with its error where an operator is named; else, for an exception, its error, stage and
    message without numbers; for a process that died or went over a limit, how, where, and the family of models; for
    wrong outputs the precision and the family; for unstable ones the family.

    Examples
    --------
    >>> from chainmend.pilot.matrix import build_matrix
    >>> find_blockers(build_matrix([]))
    []
    """
    groups: dict[tuple[str, ...], list[Cell]] = defaultdict(list)
    for cell in matrix.cells.values():
        if cell.verdict in HELD:
            groups[_cause(cell)].append(cell)
    found = [Blocker(_title(cells[0]), *_said(cells[0]), tuple(cells)) for cells in groups.values()]
    return sorted(found, key=lambda b: (-b.held, b.title[1], b.where[1]))


def _cause(cell: Cell) -> tuple[str, ...]:
    ending = cell.trial.ending if cell.trial else None
    if cell.verdict == "fails" and ending is not None:
        if ending.operator:
            return "operator", ending.operator, ending.error
        if ending.state == "error":
            return "error", ending.error, ending.stage, re.sub(r"\d+", "0", ending.message)
        return "fails", ending.state, ending.error, ending.stage, cell.row.model.family
    return cell.verdict, precision(cell.chip, cell.row.model), cell.row.model.family


def _said(cell: Cell) -> tuple[str, str]:
    """Operator and message of a failure."""
    if cell.trial is None or cell.verdict != "fails":
        return "", ""
    ending = cell.trial.ending
    return ending.operator, ending.message if ending.state == "error" else ""


def _title(cell: Cell) -> Names:
    found = cell.ruling
    key = found.reason if found and cell.verdict == "fails" else cell.verdict
    values = found.values if found else {}
    return _TITLES[key]({"precision": precision(cell.chip, cell.row.model), **values})


def _listed(names: list[Names]) -> Names:
    return "、".join(n[0] for n in names), ", ".join(n[1] for n in names)
