"""``chainmend check``: what a dataset's tables hold, what was refused and why."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from chainmend.cli.output import Output
from chainmend.i18n import _


def add(app: typer.Typer) -> None:
    """Add the command to the application."""
    app.command("check", help=_("Say what the tables of a dataset hold, what was refused and why."))(check)


def check(
    dataset: Annotated[Path, typer.Argument(help=_("folder with the tables of a city"))],
    strict: Annotated[bool, typer.Option("--strict", help=_("exit with 1 when a row was refused"))] = False,
    json: Annotated[bool, typer.Option("--json", help=_("print JSON for machines"))] = False,
) -> None:
    """Read a dataset and report."""
    from chainmend.intake.quarantine import rule_name
    from chainmend.intake.reader import read_report

    data, reports = read_report(dataset)
    output = Output(json=json)
    refused = sum(r.rejected for r in reports)
    place = data.place
    output.emit(
        {
            "city": place.city,
            "date": data.date,
            "currency": data.currency,
            "synthetic": data.synthetic,
            "tables": [vars(r) for r in reports],
            "rejected": refused,
            "quarantine": str(dataset / "quarantine") if refused else None,
            "notes": list(data.notes),
        }
    )
    mark = _("made-up data") if data.synthetic else ""
    output.say(
        _("{city}, data of {date}").format(city=place.city, date=data.date) + (f"  [{mark}]" if mark else "")
    )
    output.table(
        _("Tables"),
        (_("table"), _("file"), _("read"), _("kept"), _("refused"), _("reasons")),
        [
            (
                r.table,
                ", ".join(r.files),
                f"{r.read:,}",
                f"{r.kept:,}",
                f"{r.rejected:,}",
                ", ".join(f"{rule_name(rule)} {n:,}" for rule, n in r.rules.items()),
            )
            for r in reports
        ],
        right=(2, 3, 4),
    )
    if refused:
        for example in (e for r in reports for e in r.examples):
            output.say(f"  {example}")
        output.say(_("refused rows with their reasons: {folder}").format(folder=dataset / "quarantine"))
    for note in data.notes:
        output.say(f"- {note}")
    if strict and refused:
        raise typer.Exit(1)
