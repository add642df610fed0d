"""``chainmend demo``: the whole loop on a made-up city with planted gaps."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from chainmend.chain import DEFAULT_CATALOGUE
from chainmend.cli.changes import change_table
from chainmend.cli.output import Output
from chainmend.cli.scan import kind_name
from chainmend.i18n import _, language

if TYPE_CHECKING:
    import polars as pl

    from chainmend.demo import DemoCity
    from chainmend.scanning import Scan

_PARTS = ("dataset-1", "dataset-2", "scan-1", "scan-2", "list", "desk")
_SHOWN = 12


def add(app: typer.Typer) -> None:
    """Add the command to the application."""
    app.command("demo", help=_("Make up a city with planted gaps, scan it twice and show what is found."))(
        demo
    )


def demo(
    out: Annotated[Path, typer.Option("--out", help=_("folder for everything the demo writes"))] = Path(
        "out/demo"
    ),
    firms: Annotated[int, typer.Option("--firms", min=1, help=_("number of made-up firms"))] = 3000,
    seed: Annotated[int, typer.Option("--seed", min=0, help=_("the same seed makes the same city"))] = 0,
    no_desk: Annotated[
        bool, typer.Option("--no-desk", help=_("only write files and print; opens no desk"))
    ] = False,
    json: Annotated[bool, typer.Option("--json", help=_("print JSON for machines"))] = False,
) -> None:
    """Run the whole loop: make up, write, read, scan, keep the list, half a year later once more."""
    from chainmend.demo import make_city

    output = Output(json=json)
    city = make_city(firms=firms, seed=seed)
    _prepare(out, city.planted)
    with output.progress(total=6) as step:
        scans, entries, events = _loop(city, out, step)
    _tell(output, out, city, scans, entries, events)
    if not (no_desk or json):
        _desk(output, out)


def _desk(output: Output, out: Path) -> None:
    """Make a desk of what was written; it runs where somebody sits at a terminal."""
    import sys

    from chainmend.cli.desk import lacking, show_demo

    if lacking():
        command = "pip install 'chainmend[desk]'"
        output.say(_("For the desk, install what it needs: {command}").format(command=command))
        return
    made = [(out / f"dataset-{n}", out / f"scan-{n}") for n in (1, 2)]
    show_demo(output, out / "desk", made, serve=sys.stdin.isatty() and sys.stdout.isatty())


def _prepare(out: Path, planted: Mapping[str, Any]) -> None:
    """Clear what an earlier demo left in `out`; a folder with anything else in it is refused."""
    import json
    import shutil

    from chainmend.errors import SettingsError

    mark = out / "planted.json"
    if out.exists() and (not out.is_dir() or (any(out.iterdir()) and not mark.is_file())):
        raise SettingsError(
            _("it holds something that no demo wrote"),
            expected=_("a new folder, or one of an earlier demo"),
            where=str(out),
            do=_("choose another folder with --out"),
        )
    out.mkdir(parents=True, exist_ok=True)
    mark.write_text(json.dumps(planted, ensure_ascii=False, indent=2) + "\n", "utf-8")
    for part in _PARTS:
        shutil.rmtree(out / part, ignore_errors=True)


def _loop(
    city: DemoCity, out: Path, step: Callable[[str], None]
) -> tuple[list[Scan], list[pl.DataFrame], list[tuple[dict[str, Any], ...]]]:
    """Scan both dates from files; scans, list after each, events of each."""
    from chainmend.chain.catalogue import load_catalogue
    from chainmend.intake.reader import read_dataset
    from chainmend.intake.writer import write_dataset
    from chainmend.mendlist import reconcile, write_list
    from chainmend.scanning import save_scan, scan

    catalogue = load_catalogue(DEFAULT_CATALOGUE)
    scans: list[Scan] = []
    lists: list[pl.DataFrame] = []
    events: list[tuple[dict[str, Any], ...]] = []
    for number, dataset in enumerate((city.now, city.later), 1):
        folder = out / f"dataset-{number}"
        step(_("write and read the data of {date}").format(date=dataset.date))
        write_dataset(dataset, folder)
        read = read_dataset(folder)
        step(_("scan of {date}").format(date=dataset.date))
        found = scan(read, catalogue)
        save_scan(found, out / f"scan-{number}")
        step(_("mend-list of {date}").format(date=dataset.date))
        reconciled = reconcile(lists[-1] if lists else None, found)
        write_list(out / "list", reconciled)
        scans.append(found)
        lists.append(reconciled.entries)
        events.append(reconciled.events)
    return scans, lists, events


def _score(scan: Scan, gaps: list[dict[str, str]]) -> dict[str, int]:
    """How many planted gaps a scan found, of how many, and how many findings of these kinds were not planted."""
    planted = {(g["kind"], g["segment_id"]) for g in gaps}
    kinds = {kind for kind, _segment in planted}
    found = {(k, s) for k, s in scan.findings.select("kind", "segment_id").iter_rows() if k in kinds}
    return {"planted": len(planted), "found": len(found & planted), "false": len(found - planted)}


def _tell(
    output: Output,
    out: Path,
    city: DemoCity,
    scans: list[Scan],
    entries: list[pl.DataFrame],
    events: list[tuple[dict[str, Any], ...]],
) -> None:
    planted = city.planted
    scores = [_score(scans[0], planted["gaps"]), _score(scans[1], planted["later"]["gaps"])]
    changed = [e for e in events[1] if e["event"] != "unchanged"]
    mark = _("Made-up data: it stands for no firm and no city.")
    output.emit(
        {
            "synthetic": True,
            "mark": mark,
            "out": str(out),
            "firms": city.now.tables["firms"].height,
            "planted": planted,
            "scores": scores,
            "scans": [s.manifest.get("scan_id") for s in scans],
            "changed": changed,
        }
    )
    output.say(mark, style="bold")
    _list_table(output, _("Mend-list of {date}").format(date=city.now.date), entries[0])
    _score_line(output, scores[0])
    output.say()
    change_table(output, _("What changed by {date}").format(date=city.later.date), changed)
    _score_line(output, scores[1])
    output.say()
    output.say(_("Try next:"))
    output.say(f"  chainmend check {out / 'dataset-1'}")
    output.say(f"  chainmend scan {out / 'dataset-1'} --out {out / 'scan-3'}")
    output.say(f"  chainmend diff {out / 'scan-1'} {out / 'scan-2'}")
    output.say(mark, style="bold")


def _score_line(output: Output, score: Mapping[str, int]) -> None:
    output.say(
        _(
            "planted gaps found: {found} of {planted}; findings of these kinds that were not planted: {false}"
        ).format(**score)
    )


def _list_table(output: Output, title: str, entries: pl.DataFrame) -> None:
    import polars as pl

    rows = entries.filter(pl.col("state") != "closed").sort(
        ["severity", "entry_id"], descending=[True, False], nulls_last=True
    )
    summary = f"summary_{language()}"
    output.table(
        title,
        (_("severity"), _("kind"), _("what")),
        [
            (None if r["severity"] is None else f"{r['severity']:.0f}", kind_name(r["kind"]), r[summary])
            for r in rows.head(_SHOWN).iter_rows(named=True)
        ],
        right=(0,),
    )
