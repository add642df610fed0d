"""``chainmend catalogue new``: a commented catalogue to begin with."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from chainmend.cli.output import Output
from chainmend.i18n import _


def add(group: typer.Typer) -> None:
    """Add the command to the group."""
    group.command("new", help=_("Write a commented template of a catalogue into a new folder."))(new)


def new(
    folder: Annotated[Path, typer.Argument(help=_("new folder for the catalogue"))],
    json: Annotated[bool, typer.Option("--json", help=_("print JSON for machines"))] = False,
) -> None:
    """Write the template, and say what to do next."""
    from chainmend.chain.catalogue import load_catalogue
    from chainmend.chain.new import write_template
    from chainmend.cli.catalogue import status_name

    output = Output(json=json)
    files = write_template(folder)
    catalogue = load_catalogue(folder)
    clusters = [
        {"id": c.id, "name": {"zh": c.name.zh, "en": c.name.en}, "status": c.status}
        for c in catalogue.clusters
    ]
    output.emit({
        "folder": str(folder), "catalogue": catalogue.id, "files": [f.name for f in files], "clusters": clusters,
    })  # fmt: skip
    output.say(_("written to {folder}").format(folder=folder), style="bold")
    for file in files:
        output.say(f"  {file.name}")
    for c in catalogue.clusters:
        output.say(
            _("{id} is an example, its status is {status}").format(id=c.id, status=status_name(c.status))
        )
    output.say(_("Try next:"))
    output.say(f"  chainmend catalogue check {folder}")
    output.say(f"  chainmend catalogue show {folder}")
