"""Which trial to run next: the untested or expired cell that would unblock or inform most."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from chainmend.i18n import both

if TYPE_CHECKING:
    from chainmend.pilot.matrix import Cell, Matrix
    from chainmend.pilot.trial import Names

_OPEN = ("untested", "expired")


@dataclass(frozen=True)
class NextTrial:
    """A trial worth running.

    Attributes
    ----------
    cell
        What to run.
    here
        Whether this machine has the chip and the model.
    column
        Open cells of a chip that has no result at all: the first one says whether it runs anything. 0 elsewhere.
    family
        Other open cells of the same family of models on the chip: they share its operators.
    siblings
        Open cells of the same model and scenario on the same hardware driven otherwise.
    held
        Cells of the same model and scenario that other chips hold back: a chip that runs it unblocks the row.
    """

    cell: Cell
    here: bool
    column: int
    family: int
    siblings: int
    held: int

    @property
    def informs(self) -> int:
        """Number of cells it says something about, its own included."""
        return 1 + max(self.column - 1, self.family) + self.siblings + self.held

    @property
    def reason(self) -> Names:
        """(Chinese, English): what it decides."""
        parts = []
        if self.column:
            parts.append(both("the first result of a chip with {n} open cells", n=self.column))
        if self.family:
            parts.append(both("{n} more cells of the same family on the chip", n=self.family))
        if self.siblings:
            parts.append(both("{n} cells of the same model on the same hardware", n=self.siblings))
        if self.held:
            parts.append(both("{n} cells of the same model are held back on other chips", n=self.held))
        if not parts:
            return both("It decides its own cell")
        listed = "；".join(p[0] for p in parts), "; ".join(p[1] for p in parts)
        return both("It tells of {n} cells: {parts}", n=self.informs, parts=listed)


def next_trials(matrix: Matrix, *, here_only: bool = False) -> list[NextTrial]:
    """Rank open cells: those that can be run here first, then by what they inform, then the smaller model.

    What one of them already tells of comes behind: the same model and scenario on another chip, or the same family of
    models on the same chip.

    Parameters
    ----------
    matrix
        With untested and expired cells.
    here_only
        Leave out what this machine has no chip or model for.

    Examples
    --------
    >>> from chainmend.pilot.matrix import build_matrix
    >>> next_trials(build_matrix([]))
    []
    """
    cells = list(matrix.cells.values())
    started = {cell.column for cell in cells if cell.tested and cell.verdict != "expired"}
    found = [_weigh(cell, cells, started) for cell in cells if cell.verdict in _OPEN]
    kept = [trial for trial in found if trial.here or not here_only]
    return _spread(sorted(kept, key=_rank))


def _spread(ranked: list[NextTrial]) -> list[NextTrial]:
    """Move behind the others what an earlier one already tells of: a new chip; else the row, the family on the chip."""
    told: set[tuple[str, ...]] = set()
    first: list[NextTrial] = []
    later: list[NextTrial] = []
    for trial in ranked:
        cell = trial.cell
        keys: set[tuple[str, ...]] = {cell.row.id, (cell.column, cell.row.model.family, "")}
        if trial.column:
            keys = {(cell.column,)}
        (later if keys & told or trial.here != ranked[0].here else first).append(trial)
        told |= keys
    return first + later


def _weigh(cell: Cell, cells: list[Cell], started: set[str]) -> NextTrial:
    opened = [c for c in cells if c.verdict in _OPEN and c is not cell]
    column = [c for c in opened if c.column == cell.column]
    row = [c for c in cells if c.row.id == cell.row.id and c.column != cell.column]
    return NextTrial(
        cell=cell,
        here=cell.chip.found and cell.row.model.found,
        column=0 if cell.column in started else len(column) + 1,
        family=sum(c.row.model.family == cell.row.model.family for c in column),
        siblings=sum(c.verdict in _OPEN and _hardware(c) == _hardware(cell) for c in row),
        held=sum(c.verdict in ("fails", "wrong", "unstable") for c in row),
    )


def _hardware(cell: Cell) -> tuple[str, str, str]:
    return cell.chip.back_end, cell.chip.maker, cell.chip.hardware


def _rank(trial: NextTrial) -> tuple[bool | int | str, ...]:
    """What can be run here, what informs most, a new chip from a reference on; makers of the city, small models."""
    model, chip = trial.cell.row.model, trial.cell.chip
    variant, size = model.reference != model.id, model.files[0].bytes if model.files else 0
    begins_with_variant = trial.column > 0 and variant
    last = trial.cell.column, trial.cell.row.task.id, model.id
    return not trial.here, begins_with_variant, -trial.informs, not chip.maker, variant, size, *last
