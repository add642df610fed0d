"""``chainmend demo``: the whole loop on a made-up city with planted gaps."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from chainmend.chain import DEFAULT_CATALOGUE
from chainmend.cli.changes import change_table
from chainmend.cli.output import Output
from chainmend.cli.scan import kind_name
from chainmend.i18n import _, language

if TYPE_CHECKING:
    from chainmend.demo import DemoCity
    from chainmend.scanning import Scan

_PARTS = ("dataset-1", "dataset-2", "scan-1", "scan-2", "list", "desk")


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
        scans, events = _loop(city, out, step)
    _tell(output, out, city, scans, events)
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
) -> tuple[list[Scan], tuple[dict[str, Any], ...]]:
    """Scan both dates from files, and what the second scan did to the list of the first."""
    from chainmend.chain.catalogue import load_catalogue
    from chainmend.intake.reader import read_dataset
    from chainmend.intake.writer import write_dataset
    from chainmend.mendlist import reconcile, write_list
    from chainmend.scanning import save_scan, scan

    catalogue = load_catalogue(DEFAULT_CATALOGUE)
    scans: list[Scan] = []
    entries = None
    events: tuple[dict[str, Any], ...] = ()
    for number, dataset in enumerate((city.now, city.later), 1):
        folder = out / f"dataset-{number}"
        step(_("write and read the data of {date}").format(date=dataset.date))
        write_dataset(dataset, folder)
        read = read_dataset(folder)
        step(_("scan of {date}").format(date=dataset.date))
        found = scan(read, catalogue)
        save_scan(found, out / f"scan-{number}")
        step(_("mend-list of {date}").format(date=dataset.date))
        reconciled = reconcile(entries, found)
        write_list(out / "list", reconciled)
        scans.append(found)
        entries, events = reconciled.entries, reconciled.events
    return scans, events


def _pairs(gaps: Iterable[Mapping[str, Any]]) -> set[tuple[str, str]]:
    return {(g["kind"], g["segment_id"]) for g in gaps}


def _score(scan: Scan, gaps: list[dict[str, str]]) -> dict[str, int]:
    """How many planted gaps a scan found, of how many, and how many findings of these kinds were not planted."""
    planted = _pairs(gaps)
    kinds = {kind for kind, _segment in planted}
    found = {(k, s) for k, s in scan.findings.select("kind", "segment_id").iter_rows() if k in kinds}
    return {"planted": len(planted), "found": len(found & planted), "false": len(found - planted)}


def _others(scan: Scan, gaps: list[dict[str, str]]) -> dict[str, int]:
    """Number of findings of each kind that is not planted."""
    kinds = {kind for kind, _segment in _pairs(gaps)}
    return dict(sorted(Counter(k for k in scan.findings["kind"] if k not in kinds).items()))


def _tell(
    output: Output, out: Path, city: DemoCity, scans: list[Scan], events: tuple[dict[str, Any], ...]
) -> None:
    planted = city.planted
    later = planted["later"]
    scores = [_score(scans[0], planted["gaps"]), _score(scans[1], later["gaps"])]
    others = [_others(scans[0], planted["gaps"]), _others(scans[1], later["gaps"])]
    changed = [e for e in events if e["event"] != "unchanged"]
    mark = _("Made-up data: it stands for no firm and no city.")
    output.emit(
        {
            "synthetic": True,
            "mark": mark,
            "out": str(out),
            "firms": city.now.tables["firms"].height,
            "planted": planted,
            "scores": scores,
            "others": others,
            "scans": [s.manifest.get("scan_id") for s in scans],
            "changed": changed,
        }
    )
    output.say(mark, style="bold")
    _gap_table(
        output,
        _("Planted gaps, and what the scan of {date} says").format(date=city.now.date),
        scans[0],
        planted["gaps"],
    )
    _score_line(output, scores[0], others[0])
    output.say()
    told = _pairs(g for part in ("mended", "worsened", "new") for g in later[part])
    shown = [e for e in changed if (e["kind"], e["segment_id"]) in told]
    change_table(
        output,
        _("What was planned to change, and what the scan of {date} says").format(date=city.later.date),
        shown,
    )
    _score_line(output, scores[1], others[1])
    output.say(
        _(
            "other changes of the mend-list: {n}, mostly losses that moved with the links; see `chainmend diff`"
        ).format(n=len(changed) - len(shown))
    )
    output.say()
    _next(output, out, scans[1])
    output.say(mark, style="bold")


def _gap_table(output: Output, title: str, scan: Scan, gaps: list[dict[str, str]]) -> None:
    """One row a planted gap, gravest first, with what the scan says of it."""
    first = dict(scan.remedies.select("finding_id", "remedy").iter_rows())
    found = {(r["kind"], r["segment_id"]): r for r in scan.findings.iter_rows(named=True)}
    told = [(kind, found.get((kind, segment)), segment) for kind, segment in _pairs(gaps)]
    told.sort(key=lambda t: (-t[1]["severity"] if t[1] else 0.0, t[0], t[2]))
    output.table(
        title,
        (_("severity"), _("kind"), _("what"), _("first remedy")),
        [
            (
                f"{r['severity']:.0f}",
                kind_name(kind),
                r[f"summary_{language()}"],
                kind_name(first[r["finding_id"]], "remedy"),
            )
            if r
            else (None, kind_name(kind), _("{segment}: not found").format(segment=segment), None)
            for kind, r, segment in told
        ],
        right=(0,),
    )


def _score_line(output: Output, score: Mapping[str, int], others: Mapping[str, int]) -> None:
    output.say(
        _(
            "planted gaps found: {found} of {planted}; findings of these kinds that were not planted: {false}"
        ).format(**score)
    )
    if others:
        counted = _(", ").join(f"{kind_name(kind)} {n}" for kind, n in others.items())
        output.say(
            _(
                "further findings: {counted}. Nobody planted them: who sells to whom is drawn by chance in a made-up"
                " city, so when a segment stops, the loss spreads widely"
            ).format(counted=counted)
        )


def _next(output: Output, out: Path, scan: Scan) -> None:
    """Commands to try, with the segment whose mending is worth most."""
    worth = scan.values.drop_nulls("value").sort(["value", "segment_id"], descending=[True, False])
    segment = worth["segment_id"][0] if worth.height else scan.findings["segment_id"][0]
    output.say(_("Try next:"))
    for line in (
        f"check {out / 'dataset-2'}",
        f"scan {out / 'dataset-2'} --out {out / 'scan-3'}",
        f"diff {out / 'scan-1'} {out / 'scan-2'}",
        f"value {out / 'dataset-2'} --segment {segment}",
        f"remedy {out / 'dataset-2'} --segment {segment}",
    ):
        output.say(f"  chainmend {line}")
