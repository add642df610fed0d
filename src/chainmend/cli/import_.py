"""``chainmend import``: public data of outside formats into a dataset."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from chainmend.cli.output import Output
from chainmend.i18n import _

if TYPE_CHECKING:
    from chainmend.dataset import Dataset

PROVISION = "provision.parquet"


def add(app: typer.Typer) -> None:
    """Add the command to the application."""
    app.command("import", help=_("Import public data (ashare, chipchain) into a dataset."))(import_)


def import_(
    kind: Annotated[str, typer.Argument(help=_("kind of data: ashare or chipchain"))],
    source: Annotated[Path, typer.Argument(help=_("folder with the files as published"))],
    out: Annotated[Path, typer.Option("--out", help=_("folder of the dataset"))],
    city: Annotated[str | None, typer.Option("--city", help=_("the local city, for ashare"))] = None,
    province: Annotated[
        str | None,
        typer.Option("--province", help=_("its province, for ashare; by default that of its companies")),
    ] = None,
    json: Annotated[bool, typer.Option("--json", help=_("print JSON for machines"))] = False,
) -> None:
    """Import one source and say what came of it and what was left out."""
    import chainmend.intake.sources  # noqa: F401  (registers the sources)
    from chainmend.errors import DatasetError
    from chainmend.intake.writer import write_dataset
    from chainmend.registry import get

    entry = get("source", kind)
    if not source.is_dir():
        raise DatasetError(
            _("no such folder"), expected=_("the folder with the files as published"), where=str(source)
        )
    if kind == "chipchain":
        dataset = entry.function(source, _present(out))
        new: tuple[str, ...] = ("provision",)
        # Only what is new: the other tables may stand there in files of the city's own, which stay as they are.
        part = out / ".provision.partial"
        dataset.tables["provision"].write_parquet(part)
        part.replace(out / PROVISION)
    else:
        dataset = entry.function(source, **_of_city(kind, out, city, province))
        new = tuple(dataset.tables)
        write_dataset(dataset, out)
    _tell(Output(json=json), kind, out, dataset, new)


def _present(out: Path) -> Dataset:
    """The dataset that is to be added to."""
    from chainmend.errors import DatasetError
    from chainmend.intake.reader import read_report

    if not (out / "dataset.yaml").is_file():
        raise DatasetError(
            _("no dataset to add to"),
            expected=_("a dataset with a table of firms"),
            where=str(out),
            do=_("import the firms first, for instance with ashare"),
        )
    dataset, reports = read_report(out)
    others = sorted({f for r in reports if r.table == "provision" for f in r.files} - {PROVISION})
    if others:
        raise DatasetError(
            _("provision stands in {files} already").format(files=", ".join(others)),
            expected=_("no file for provision but provision.parquet"),
            where=str(out),
            do=_("move that table out of the dataset or name it provision.parquet"),
        )
    return dataset


def _of_city(kind: str, out: Path, city: str | None, province: str | None) -> dict[str, Any]:
    """Options of a source that makes a whole dataset; one that is there is not written over."""
    from chainmend.errors import DatasetError

    if not city:
        raise DatasetError(
            _("no city"), expected=_("--city with the name of the local city"), where=f"import {kind}"
        )
    if out.exists() and (not out.is_dir() or any(out.iterdir())):
        raise DatasetError(
            _("there is something already"),
            expected=_("a new or an empty folder"),
            where=str(out),
            do=_("choose another folder or remove that one"),
        )
    return {"city": city, "province": province}


def _tell(output: Output, kind: str, out: Path, dataset: Dataset, new: tuple[str, ...]) -> None:
    """Rows by table, then what a user should know."""
    rows = {name: dataset.tables[name].height for name in new}
    local = dataset.firms.filter(dataset.firms["place"] == "local").height
    output.table(
        _("Imported from {kind} into {folder}").format(kind=kind, folder=out),
        [_("table"), _("rows"), _("left out")],
        [(name, count, dataset.rejected.get(name, 0)) for name, count in rows.items()],
        right=(1, 2),
    )
    output.say(_("{count} firms of {city} are local").format(count=local, city=dataset.place.city))
    for note in dataset.notes:
        output.say(f"- {note}")
    output.emit(
        {
            "source": kind,
            "out": str(out),
            "city": dataset.place.city,
            "province": dataset.place.province,
            "date": dataset.date.isoformat(),
            "currency": dataset.currency,
            "rows": rows,
            "local_firms": local,
            "rejected": {name: dataset.rejected.get(name, 0) for name in new},
            "notes": list(dataset.notes),
        }
    )
