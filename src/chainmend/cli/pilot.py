"""``chainmend pilot``: what chips there are, whether result files are sound, and keys of a lab."""

from __future__ import annotations

from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from chainmend.cli.output import Output
from chainmend.i18n import _, language

if TYPE_CHECKING:
    from chainmend.pilot.checking import Checked
    from chainmend.pilot.trial import Chip

# further subcommands, each in its module pilot_<name>
MORE: tuple[str, ...] = ("run", "matrix")
RESULTS = Path("pilot-results")
"""Folder of results where none is named."""


def add(app: typer.Typer) -> None:
    """Add the group of commands to the application."""
    group = typer.Typer(no_args_is_help=True, rich_markup_mode=None)
    group.command("probe", help=_("List the chips of this machine and how they were found."))(probe)
    for name in MORE:
        import_module(f"chainmend.cli.pilot_{name}").add(group)
    group.command("verify", help=_("Derive every verdict of a result file again, and check its signature."))(
        verify
    )
    group.command("import", help=_("Check the result file of a lab and keep it among the results."))(import_)
    group.command("keygen", help=_("Make the pair of keys a lab signs its results with."))(keygen)
    app.add_typer(group, name="pilot", help=_("Trials of chips, models and scenarios, and their matrix."))


def option(name: str) -> Any:
    """Return an option that several commands have; its help is in the language that is current now."""
    texts = {
        "--with": _("Python file of your own that registers chips, models or scenarios; may be repeated"),
        "--json": _("print JSON for machines"),
    }
    return typer.Option(name, help=texts[name])


def probe(
    extensions: Annotated[list[Path] | None, option("--with")] = None,
    json: Annotated[bool, option("--json")] = False,
) -> None:
    """List chips, those found first."""
    from dataclasses import asdict

    from chainmend.pilot import runner
    from chainmend.pilot.machine import machine

    output, here = Output(json=json), machine()
    chips = sorted(runner.probe(map(str, extensions or ())), key=lambda chip: not chip.found)
    output.emit({"machine": asdict(here), "chips": [asdict(chip) for chip in chips]})
    output.say(
        _("{processor}, cores: {cores}, memory: {memory}, {system}, Python {python}").format(
            processor=here.processor,
            cores=here.cores,
            memory=_size(here.memory_bytes),
            system=here.system,
            python=here.python,
        )
    )
    if here.features:
        output.say(_("features of the processor: {names}").format(names=", ".join(here.features)))
    output.table(
        _("Chips"),
        (_("id"), _("name"), _("found"), _("hardware"), _("driver"), _("runtime"), _("memory"), _("how")),
        [_row(chip) for chip in chips],
    )


def verify(
    file: Annotated[Path, typer.Argument(help=_("result file, NAME.jsonl; its manifest lies beside it"))],
    key: Annotated[
        Path | None, typer.Option("--key", help=_("public key of the lab that must have signed it"))
    ] = None,
    json: Annotated[bool, option("--json")] = False,
) -> None:
    """Check a result file; ends with 1 if anything is wrong."""
    from dataclasses import asdict

    from chainmend.pilot.checking import check_results
    from chainmend.pilot.signing import read_public

    output = Output(json=json)
    found = check_results(file, read_public(key) if key else None)
    output.emit(
        {
            "file": str(file),
            "manifest": asdict(found.manifest),
            "fingerprint": found.fingerprint,
            "key_checked": key is not None,
            "sound": not found.problems,
            "problems": found.problems,
        }
    )
    for problem in found.problems:
        output.say(problem, style="red")
    if found.problems:
        output.say(_("problems: {n}").format(n=len(found.problems)), style="red")
        raise typer.Exit(1)
    output.say(_("every verdict and number can be derived again; trials: {n}").format(n=len(found.trials)))
    _say_signed(output, found, checked=key is not None)


def import_(
    file: Annotated[Path, typer.Argument(help=_("result file, NAME.jsonl; its manifest lies beside it"))],
    key: Annotated[Path, typer.Option("--key", help=_("public key of the lab that must have signed it"))],
    into: Annotated[Path, typer.Option("--into", help=_("folder of results"))] = RESULTS,
    json: Annotated[bool, option("--json")] = False,
) -> None:
    """Keep a lab's result file, if nothing is wrong with it."""
    from chainmend.pilot.checking import import_results
    from chainmend.pilot.signing import read_public

    output = Output(json=json)
    found = import_results(file, into, read_public(key))
    output.emit({"file": str(file), "trials": len(found.trials), "fingerprint": found.fingerprint})
    output.say(_("trials imported: {n}").format(n=len(found.trials)))
    _say_signed(output, found, checked=True)


def keygen(
    out: Annotated[Path, typer.Argument(help=_("file of the private key; the public one gets .pub"))],
    json: Annotated[bool, option("--json")] = False,
) -> None:
    """Make a pair of keys."""
    from chainmend.pilot.signing import fingerprint, make_keys, read_public

    output = Output(json=json)
    public = make_keys(out)
    mark = fingerprint(read_public(public))
    output.emit({"private": str(out), "public": str(public), "fingerprint": mark})
    output.say(_("private key, for nobody else: {path}").format(path=out))
    output.say(_("public key, to hand out: {path}").format(path=public))
    output.say(_("fingerprint: {mark}").format(mark=mark))


def _row(chip: Chip) -> tuple[str, ...]:
    from chainmend.pilot.wording import how_found

    return (
        chip.id,
        chip.name[language() != "zh"],
        _("yes") if chip.found else _("no"),
        chip.hardware if chip.found else "",
        chip.driver or "",
        ", ".join(f"{name} {version}" for name, version in chip.runtime.items()),
        _size(chip.memory_bytes) if chip.found else "",
        how_found(chip.how)[language() != "zh"],
    )


def _size(count: int | None) -> str:
    return _("unknown") if count is None else f"{count / 2**30:.1f} GiB"


def _say_signed(output: Output, found: Checked, *, checked: bool) -> None:
    """Say whose the file is: a signature says nothing as long as nobody compared the key."""
    if not found.fingerprint:
        output.say(_("not signed"), style="bold")
    elif checked:
        output.say(_("signed by the key {mark}").format(mark=found.fingerprint))
    else:
        output.say(
            _("signed by the key {mark}; whose it is was not checked, --key does").format(
                mark=found.fingerprint
            ),
            style="bold",
        )
