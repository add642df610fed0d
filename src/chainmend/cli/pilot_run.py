"""``chainmend pilot run``: try chips, models and scenarios, and write the result file."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, TypeVar

import typer

from chainmend.cli.output import Output
from chainmend.cli.pilot import RESULTS, option
from chainmend.errors import PilotError
from chainmend.i18n import _, language

if TYPE_CHECKING:
    from chainmend.pilot.record import TrialResult
    from chainmend.pilot.trial import Chip, Model, Scenario

T = TypeVar("T")
_MESSAGE = 80


def add(group: typer.Typer) -> None:
    """Add the command to the group."""
    group.command("run", help=_("Run trials, each in its own process, and write a result file."))(run)


def _day(text: str) -> str:
    try:
        return dt.date.fromisoformat(text).isoformat()
    except ValueError as error:
        raise typer.BadParameter(_("expected: a day as YYYY-MM-DD")) from error


def run(
    chip: Annotated[
        list[str] | None,
        typer.Option(
            "--chip", help=_("id of a chip or of a back end; may be repeated; all that are found by default")
        ),
    ] = None,
    model: Annotated[
        list[str] | None,
        typer.Option(
            "--model", help=_("id or family of a model, or an ONNX or PyTorch file; may be repeated")
        ),
    ] = None,
    scenario: Annotated[
        list[str] | None, typer.Option("--scenario", help=_("id of a scenario; may be repeated"))
    ] = None,
    out: Annotated[
        Path, typer.Option("--out", help=_("folder of results; finished trials there are not run again"))
    ] = RESULTS,
    inputs: Annotated[
        list[str] | None,
        typer.Option(
            "--input", help=_("NAME:DTYPE:SHAPE of an input of your own model, e.g. x:float32:1,16")
        ),
    ] = None,
    precision: Annotated[
        str, typer.Option("--precision", help=_("precision of the weights of your own model"))
    ] = "float32",
    extensions: Annotated[list[Path] | None, option("--with")] = None,
    key: Annotated[
        Path | None, typer.Option("--key", help=_("private key that signs the result file"))
    ] = None,
    lab: Annotated[str, typer.Option("--lab", help=_("name of the lab, for the manifest"))] = "",
    seed: Annotated[int, typer.Option("--seed", min=0, help=_("first seed of the random trials"))] = 0,
    draws: Annotated[int, typer.Option("--draws", min=3, help=_("random trials of each cell"))] = 3,
    runs: Annotated[int, typer.Option("--runs", min=10, help=_("timed runs of each cell"))] = 50,
    seconds: Annotated[
        float, typer.Option("--seconds", min=0.1, help=_("timed runs end after so many seconds"))
    ] = 4.0,
    time_limit: Annotated[
        float, typer.Option("--time-limit", min=1, help=_("seconds a process may take"))
    ] = 120.0,
    memory_limit: Annotated[
        int, typer.Option("--memory-limit", min=64, help=_("MiB of memory a process may take"))
    ] = 8192,
    again: Annotated[bool, typer.Option("--again", help=_("run finished trials once more"))] = False,
    day: Annotated[
        str | None,
        typer.Option(
            "--date", callback=lambda v: v and _day(v), help=_("day of the trials; today by default")
        ),
    ] = None,
    json: Annotated[bool, option("--json")] = False,
) -> None:
    """Run the cells that make sense among those chosen."""
    from chainmend.pilot import runner
    from chainmend.pilot.job import Settings
    from chainmend.pilot.results import TRIALS, write_results
    from chainmend.pilot.signing import read_private

    output, today = Output(json=json), day or dt.date.today().isoformat()
    files = [str(path) for path in extensions or ()]
    if key is not None:
        read_private(key)  # one that cannot be used is told before hours of trials, not after
    settings = Settings(
        seeds=tuple(range(seed, seed + draws)),
        runs=runs,
        seconds=seconds,
        time_limit=time_limit,
        memory_limit=memory_limit * 2**20,
    )
    chips = runner.probe(files)
    known, models = _models(model, inputs or (), precision)
    cells = runner.chosen_cells(_chips(chips, chip), models, _scenarios(scenario))
    if not cells:
        raise PilotError(
            _("no cell to try"),
            expected=_("a model that fits a chip and a scenario"),
            do=_("choose others; a model of your own fits the scenario {id}").format(id="random_inputs"),
        )
    trials = []
    try:
        with output.progress(len(cells)) as step:
            for trial in runner.run_cells(
                cells,
                out,
                models=known,
                chips=chips,
                day=today,
                settings=settings,
                extensions=files,
                again=again,
            ):
                step(" x ".join(trial.cell))
                trials.append(trial)
    finally:  # what is finished is in the file, also where the run is interrupted
        write_results(runner.finished(out), out / TRIALS, day=today, lab=lab, key=key)
    output.emit({"folder": str(out), "trials": [_plain(trial) for trial in trials]})
    _show(output, trials)
    output.say(_("written to {folder}").format(folder=out / TRIALS))


def _chips(chips: Sequence[Chip], names: list[str] | None) -> list[Chip]:
    """Chips found, or those named by id; a back end stands for what it found, or for all it looked for in vain."""
    if not names:
        return [chip for chip in chips if chip.found]
    picked = _pick(chips, names, lambda chip: (chip.id, chip.back_end), "--chip")
    there = {chip.back_end for chip in picked if chip.found}
    return [c for c in picked if c.found or c.id in names or c.back_end not in there]


def _models(
    names: list[str] | None, inputs: Iterable[str], precision: str
) -> tuple[dict[str, Model], list[Model]]:
    """All models by id, and those chosen: by default those installed."""
    from chainmend.pilot.finding import models, own_model

    files = [Path(n) for n in names or () if Path(n).suffix and Path(n).exists()]
    own = [own_model(path, tuple(inputs), precision) for path in files]
    ids = [n for n in names or () if Path(n) not in files]
    known = {} if own and not ids else models()
    known |= {model.id: model for model in own}
    if not names:
        return known, [model for model in known.values() if model.found]
    picked = (
        _pick(list(known.values()), ids, lambda model: (model.id, model.family), "--model") if ids else []
    )
    return known, [*picked, *own]


def _scenarios(names: list[str] | None) -> list[Scenario]:
    from chainmend.pilot.finding import scenarios

    found = list(scenarios().values())
    return _pick(found, names, lambda s: (s.task.id,), "--scenario") if names else found


def _pick(things: Sequence[T], names: list[str], called: Any, where: str) -> list[T]:
    """Those of `things` that have one of the names.

    Raises
    ------
    PilotError
        If nothing has one of the names.
    """
    every = sorted({name for thing in things for name in called(thing)})
    unknown = [name for name in names if name not in every]
    if unknown:
        raise PilotError(
            ", ".join(unknown), expected=_("one of: {ids}").format(ids=", ".join(every)), where=where
        )
    return [thing for thing in things if set(called(thing)) & set(names)]


def _plain(trial: TrialResult) -> dict[str, Any]:
    from chainmend.pilot.verdict import judge, unsteady

    ruling = judge(trial)
    return {
        "chip": trial.chip.id,
        "model": trial.model.id,
        "scenario": trial.task.id,
        "verdict": ruling.verdict,
        "reason": ruling.sentence[language() != "zh"],
        "operator": trial.ending.operator,
        "message": trial.ending.message,
        "unsteady": unsteady(trial),
        "numbers": trial.stated.numbers if trial.stated else {},
    }


def _show(output: Output, trials: Iterable[TrialResult]) -> None:
    """Print one line a trial; those whose latency varies much are marked."""
    from chainmend.pilot.verdict import verdict_name

    rows = []
    for trial in trials:
        plain = _plain(trial)
        n = plain["numbers"]
        rows.append(
            (
                plain["scenario"], plain["model"], plain["chip"],
                verdict_name(plain["verdict"])[language() != "zh"],
                *(_milliseconds(n.get(p)) for p in ("p50", "p90", "p99")),
                _variation(n.get("cv"), plain["unsteady"]),
                "–" if n.get("accuracy") is None else f"{n['accuracy']:.3f}",
                "–" if n.get("error") is None else f"{n['error']:.1e}",
                plain["reason"] + (f": {plain['message'][:_MESSAGE]}" if plain["message"] else ""),
            )
        )  # fmt: skip
    output.table(
        _("Trials"),
        (
            _("scenario"), _("model"), _("chip"), _("verdict"), _("p50, ms"), _("p90, ms"), _("p99, ms"),
            _("variation"), _("accuracy"), _("error"), _("reason"),
        ),
        rows,
        right=(4, 5, 6, 7, 8, 9),
    )  # fmt: skip


def _milliseconds(value: float | None) -> str:
    return "–" if value is None else f"{value * 1000:.3g}"


def _variation(value: float | None, unsteady: bool) -> str:
    if value is None:
        return "–"
    return _("{cv} unsteady").format(cv=f"{value:.0%}") if unsteady else f"{value:.0%}"
