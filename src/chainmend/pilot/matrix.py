"""The matrix: every cell of chip x model x scenario that makes sense, with the verdict that holds today.

A cell takes the latest trial of its chip, model and scenario. What is not found and what nobody tried is untested;
what changed since its trial has expired. A chip of another machine is a column of its own.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, get_args

from chainmend.i18n import both
from chainmend.pilot.trial import Chip, Model, Names, Scenario, Task, Verdict, precision
from chainmend.pilot.verdict import Ruling, changes, numbers, today, unsteady

if TYPE_CHECKING:
    import polars as pl

    from chainmend.pilot.record import TrialResult

VERDICTS: tuple[Verdict, ...] = get_args(Verdict)
"""In the order of a legend."""
NUMBERS = (
    "p50",
    "p90",
    "p99",
    "cv",
    "accuracy",
    "reference_accuracy",
    "error",
    "cosine",
    "top1",
    "peak_bytes",
)
"""What a cell tells of its trial besides the verdict, as in `chainmend.pilot.verdict.numbers`."""


@dataclass(frozen=True)
class Row:
    """One row: a model in one precision at a task.

    Attributes
    ----------
    task, model
        As on this machine where they are found, else as in the latest trial.
    """

    task: Task
    model: Model

    @property
    def id(self) -> tuple[str, str]:
        """(scenario, model)."""
        return self.task.id, self.model.id


@dataclass(frozen=True)
class Cell:
    """One chip, model and scenario.

    Attributes
    ----------
    column
        Id of the column; that of the chip, with the hardware behind it where that is of another machine.
    chip, row
        What it is of.
    trial
        The latest, None where there is none.
    ruling
        What holds today, None where there is no trial.
    """

    column: str
    chip: Chip
    row: Row
    trial: TrialResult | None = None
    ruling: Ruling | None = None

    @property
    def verdict(self) -> Verdict:
        """The verdict that holds today."""
        return "untested" if self.ruling is None else self.ruling.verdict

    @property
    def sentence(self) -> Names:
        """(Chinese, English): why."""
        if self.ruling is not None:
            return self.ruling.sentence
        if not self.chip.found:
            return both("no trial yet; the chip is not on this machine")
        return (
            both("no trial yet") if self.row.model.found else both("no trial yet; the model is not installed")
        )

    @property
    def unsteady(self) -> bool:
        """Whether its latency varies by more than a tenth."""
        return self.trial is not None and self.tested and unsteady(self.trial)

    @property
    def tested(self) -> bool:
        """Whether there is a verdict other than untested."""
        return self.verdict != "untested"

    @property
    def numbers(self) -> dict[str, float | None]:
        """`NUMBERS` of the trial; None where unknown."""
        found = numbers(self.trial) if self.trial is not None and self.tested else {}
        return {name: found.get(name) for name in NUMBERS}


@dataclass(frozen=True)
class Matrix:
    """Rows and columns in order, and the cells that make sense by (column, scenario, model)."""

    rows: tuple[Row, ...]
    columns: dict[str, Chip]
    cells: dict[tuple[str, str, str], Cell]

    def cell(self, column: str, row: Row) -> Cell | None:
        """Return a cell; None where the chip cannot load the model's format or precision."""
        return self.cells.get((column, *row.id))

    @property
    def counts(self) -> dict[Verdict, int]:
        """Cells a verdict, all verdicts in order."""
        found = Counter(cell.verdict for cell in self.cells.values())
        return {verdict: found[verdict] for verdict in VERDICTS}

    @property
    def tested(self) -> int:
        """Cells with a verdict other than untested."""
        return len(self.cells) - self.counts["untested"]


def build_matrix(
    trials: Iterable[TrialResult],
    chips: Sequence[Chip] = (),
    models: Sequence[Model] = (),
    scenarios: Sequence[Scenario] = (),
) -> Matrix:
    """Put trials into the matrix of what this machine knows.

    Parameters
    ----------
    trials
        Of any machines, in any order; of one cell the latest counts, of one day one that has not expired, else the
        last given.
    chips, models, scenarios
        Known on this machine, whether found or not; those that only trials name are added.

    Examples
    --------
    >>> build_matrix([]).counts["works"]
    0
    """
    columns = {chip.id: chip for chip in chips}
    rows = {row.id: row for row in _rows(models, scenarios)}
    tried: dict[tuple[str, str, str], list[TrialResult]] = defaultdict(list)
    for trial in trials:
        column = _column(trial.chip, columns)
        columns.setdefault(column, trial.chip)
        row = Row(trial.task, trial.model)
        rows.setdefault(row.id, row)
        tried[column, *row.id].append(trial)
    latest = {key: _latest(found, columns[key[0]], rows[key[1:]]) for key, found in tried.items()}
    cells = {
        (column, *row.id): Cell(column, chip, row, trial, _holds(trial, chip, row))
        for column, chip in _in_order(columns, latest).items()
        for row in rows.values()
        for trial in (latest.get((column, *row.id)),)
        if trial is not None or _fits(chip, row)
    }
    return Matrix(
        rows=tuple(row for row in _grouped(rows) if any(key[1:] == row.id for key in cells)),
        columns=_faces(cells.values()),
        cells=cells,
    )


def frame(matrix: Matrix) -> pl.DataFrame:
    """Return one line a cell: ids, names, versions, verdict, reason and `NUMBERS` (seconds, bytes, shares 0..1)."""
    import polars as pl

    lines = []
    for cell in matrix.cells.values():
        chip = cell.trial.chip if cell.trial else cell.chip
        sentence = cell.sentence
        lines.append(
            {
                "chip": cell.column,
                "chip_zh": chip.name[0],
                "chip_en": chip.name[1],
                "maker": chip.maker or None,
                "hardware": chip.hardware or None,
                "driver": chip.driver,
                "runtime": ", ".join(f"{k} {v}" for k, v in sorted(chip.runtime.items())) or None,
                "model": cell.row.model.id,
                "model_version": cell.row.model.version or None,
                "precision": precision(chip, cell.row.model),
                "scenario": cell.row.task.id,
                "verdict": cell.verdict,
                "reason_zh": sentence[0],
                "reason_en": sentence[1],
                "unsteady": cell.unsteady if cell.trial else None,
                "day": cell.trial.day if cell.trial else None,
                **cell.numbers,
            }
        )
    text = ["chip", "chip_zh", "chip_en", "maker", "hardware", "driver", "runtime", "model", "model_version"]
    text += ["precision", "scenario", "verdict", "reason_zh", "reason_en"]
    schema = {
        **dict.fromkeys(text, pl.String),
        "unsteady": pl.Boolean,
        "day": pl.String,
        **dict.fromkeys(NUMBERS, pl.Float64),
    }
    return pl.DataFrame(lines, schema=schema)


def _faces(cells: Iterable[Cell]) -> dict[str, Chip]:
    """Chip of each column: as found here, else as in a trial, else as it was looked for."""
    found: dict[str, Chip] = {}
    for cell in cells:
        face = cell.chip if cell.chip.found or cell.trial is None else cell.trial.chip
        if cell.column not in found or (face.found and not found[cell.column].found):
            found[cell.column] = face
    return found


def _rows(models: Sequence[Model], scenarios: Sequence[Scenario]) -> list[Row]:
    """Rows that a scenario takes; a model of the user's own fits any scenario that names no family."""
    return [
        Row(scenario.task, model)
        for scenario in scenarios
        for model in models
        if not scenario.families or model.family in scenario.families
    ]


def _fits(chip: Chip, row: Row) -> bool:
    return row.model.format in chip.formats and precision(chip, row.model) in row.task.tolerances


def _column(chip: Chip, columns: Mapping[str, Chip]) -> str:
    """Column of a trial's chip: the one of this machine where the hardware is the same or was not found here."""
    here = columns.get(chip.id)
    if here is None or here.hardware == chip.hardware or not here.found:
        return chip.id
    return f"{chip.id}@{chip.hardware}"


def _latest(trials: Sequence[TrialResult], chip: Chip, row: Row) -> TrialResult:
    return sorted(trials, key=lambda t: (t.day, not changes(t, *_today(t, chip, row))))[-1]


def _today(trial: TrialResult, chip: Chip, row: Row) -> tuple[Chip, Model, Task]:
    """What a trial is compared with: chip and model only where they are found here."""
    return chip if chip.found else trial.chip, row.model if row.model.found else trial.model, row.task


def _holds(trial: TrialResult | None, chip: Chip, row: Row) -> Ruling | None:
    return None if trial is None else today(trial, *_today(trial, chip, row))


def _in_order(
    columns: Mapping[str, Chip], latest: Mapping[tuple[str, str, str], TrialResult]
) -> dict[str, Chip]:
    """Columns with something found first, then by back end; the empty column of a maker goes where it has a chip."""
    tried = {column for column, _task, _model in latest}
    makers = {
        chip.maker for column, chip in columns.items() if chip.maker and (chip.found or column in tried)
    }
    kept = {
        column: chip
        for column, chip in columns.items()
        if chip.found or column in tried or chip.maker not in makers
    }
    back_ends = list(dict.fromkeys(chip.back_end for chip in kept.values()))
    alive = {chip.back_end for column, chip in kept.items() if chip.found or column in tried}

    def place(column: str) -> tuple[bool, bool, int]:
        chip = kept[column]
        return chip.back_end not in alive, bool(chip.maker), back_ends.index(chip.back_end)

    return {column: kept[column] for column in sorted(kept, key=place)}


def _grouped(rows: Mapping[tuple[str, str], Row]) -> list[Row]:
    """Rows of a scenario together, each family with float32 first, in order of ids."""
    order = {"float32": 0, "bfloat16": 1, "float16": 2, "int8": 3, "int4": 4}
    return sorted(
        rows.values(), key=lambda r: (r.task.id, r.model.family, order[r.model.precision], r.model.id)
    )
