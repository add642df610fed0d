"""``chainmend scan``: findings of a city, and what they do to its standing mend-list."""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal

import typer

from chainmend.chain import CATALOGUE_VARIABLE, DEFAULT_CATALOGUE
from chainmend.cli.losses import amount, assumed, may_stop, more
from chainmend.cli.output import Output
from chainmend.i18n import _, language

if TYPE_CHECKING:
    from chainmend.scanning import Scan


def add(app: typer.Typer) -> None:
    """Add the command to the application."""
    app.command("scan", help=_("Scan a city for missing and fragile segments."))(scan)


def scan(
    dataset: Annotated[Path, typer.Argument(help=_("folder with the tables of a city"))],
    out: Annotated[Path, typer.Option("--out", help=_("folder the scan is written to"))],
    catalogue: Annotated[
        str,
        typer.Option("--catalogue", envvar=CATALOGUE_VARIABLE, help=_("id of a catalogue, or its folder")),
    ] = DEFAULT_CATALOGUE,
    list: Annotated[  # noqa: A002
        Path | None,
        typer.Option("--list", help=_("folder of the standing mend-list; this scan is held against it")),
    ] = None,
    settings: Annotated[Path | None, typer.Option("--settings", help=_("YAML file of settings"))] = None,
    engine: Annotated[
        str, typer.Option("--engine", help=_("what does the work: threads, dask or cuda"))
    ] = "threads",
    workers: Annotated[
        int | None, typer.Option("--workers", min=1, help=_("number of workers; one per core by default"))
    ] = None,
    limit: Annotated[int, typer.Option("--limit", min=0, help=_("findings to print; 0 prints all"))] = 30,
    json: Annotated[bool, typer.Option("--json", help=_("print JSON for machines"))] = False,
) -> None:
    """Scan, save, and print."""
    from chainmend.chain.catalogue import load_catalogue
    from chainmend.errors import SettingsError
    from chainmend.intake.reader import read_dataset
    from chainmend.mendlist import read_list, reconcile, write_list
    from chainmend.scanning import STEPS, save_scan
    from chainmend.scanning import scan as run
    from chainmend.settings import load_settings

    if list is not None and out.resolve() in (list.resolve(), *list.resolve().parents):
        raise SettingsError(
            _("the mend-list is inside the folder of the scan"),
            expected=_("a folder of its own"),
            where=str(list),
            do=_("name another folder with --list"),
        )
    chosen, chains = load_settings(settings), load_catalogue(catalogue)
    output = Output(json=json)
    with output.progress(STEPS + 1) as step:
        step(_("reading the tables"))
        result = run(read_dataset(dataset), chains, chosen, engine=engine, workers=workers, progress=step)
    events: tuple[dict[str, Any], ...] = ()
    if list is not None:
        reconciled = reconcile(read_list(list), result, chosen)
        events = reconciled.events
    save_scan(result, out)
    if list is not None:
        write_list(list, reconciled)
    _tell(output, result, out, limit, events)


def _tell(output: Output, result: Scan, out: Path, limit: int, events: tuple[dict[str, Any], ...]) -> None:
    from chainmend.gaps.sensitivity import firmness
    from chainmend.settings import Sensitivity

    manifest = result.manifest
    chosen = Sensitivity(**manifest["settings"]["sensitivity"])
    output.emit(
        {
            "out": str(out),
            "manifest": manifest,
            "findings": result.findings.drop("evidence").to_dicts(),
            "not_checked": result.not_checked.to_dicts(),
            "values": result.values.to_dicts(),
            "scenarios": result.scenarios.to_dicts(),
            "remedies": result.remedies.to_dicts(),
            "sensitivity": result.sensitivity.to_dicts(),
            "stands": firmness(result.sensitivity, result.findings, chosen).to_dicts(),
            "events": events,
        }
    )
    mark = f"  [{_('made-up data, no real firm or city')}]" if manifest["synthetic"] else ""
    output.say(
        _("{city}, data of {date}, scan {id}").format(
            city=manifest["city"], date=manifest["date"], id=result.id
        )
        + mark
    )
    rejected = manifest["dataset"]["rejected"]
    if rejected:
        tables = ", ".join(f"{table} {n:,}" for table, n in rejected.items())
        output.say(_("rows refused, see `chainmend check`: {tables}").format(tables=tables))
    for note in manifest["notes"]:
        output.say(f"- {note}")
    _findings(output, result, out, limit)
    _values(output, result, limit)
    _by_cluster(output, result)
    _not_checked(output, result)
    _changes(output, events, limit)
    output.say(_("written to {folder}").format(folder=out))


def _findings(output: Output, result: Scan, out: Path, limit: int) -> None:
    rows = result.findings.head(limit) if limit else result.findings
    first = dict(result.remedies.select("finding_id", "remedy").iter_rows())
    moved = dict(
        result.sensitivity.filter("found")
        .group_by("finding_id")
        .len()
        .select("finding_id", "len")
        .iter_rows()
    )
    output.table(
        _("Findings: {n}").format(n=result.findings.height),
        (
            _("severity"), _("range"), _("kind"), _("segment"), _("gap"), _("what"), _("first remedy"), _("stands"),
        ),
        [
            (
                f"{r['severity']:.0f}",
                f"{r['severity_low']:.0f}–{r['severity_high']:.0f}",
                kind_name(r["kind"]),
                r["segment_id"],
                gap_name(r["gap_class"]),
                r[f"summary_{language()}"],
                kind_name(first[r["finding_id"]], "remedy"),
                _("sensitive ({n})").format(n=moved[r["finding_id"]]) if r["finding_id"] in moved else _("robust"),
            )
            for r in rows.iter_rows(named=True)
        ],
        right=(0,),
    )  # fmt: skip
    if rows.height < result.findings.height:
        output.say(_("{n} more in {folder}").format(n=result.findings.height - rows.height, folder=out))


def _changes(output: Output, events: tuple[dict[str, Any], ...], limit: int) -> None:
    """What became of the standing list; a list that is new has nothing to compare with."""
    from chainmend.cli.changes import change_table

    changed = [e for e in events if e["event"] != "unchanged"]
    if any(e["event"] != "opened" for e in events):
        change_table(output, _("What changed on the mend-list"), changed[:limit] if limit else changed)
    counted = Counter(event_name(e["event"]) for e in events)
    if events:
        output.say(_("Mend-list: ") + ", ".join(f"{event} {n}" for event, n in counted.items()))


def _values(output: Output, result: Scan, limit: int) -> None:
    """What mending is worth, most first; segments that nobody local is seen to buy have no value."""
    if result.values.is_empty():
        return
    currency, settings = result.manifest["currency"], result.manifest["settings"]["value"]
    known = result.values.drop_nulls("value").sort(["value", "segment_id"], descending=[True, False])
    shown = known.head(limit) if limit else known

    def span(row: dict[str, Any]) -> str:
        if row["low"] is None:
            return ""
        return f"{amount(row['low'], currency)} – {amount(row['high'], currency)}"

    output.table(
        _("Losses avoided a year by a new local supplier"),
        (_("segment"), _("avoided a year"), _("range"), _("sources that may stop")),
        [
            (r["segment_id"], amount(r["value"], currency), span(r), may_stop(r["scenarios"]))
            for r in shown.iter_rows(named=True)
        ],
        right=(1, 3),
    )
    more(output, known.height - shown.height)
    output.say(assumed(settings["q"]))


def _by_cluster(output: Output, result: Scan) -> None:
    """How many findings each cluster has, with how surely its name is known."""
    from chainmend.cli.catalogue import status_name

    if result.findings.is_empty():
        return
    counted = dict(result.findings.group_by("cluster_id").len().iter_rows())
    rows = [
        (name[language()], status_name(name["status"]), counted[id])
        for id, name in result.manifest["clusters"].items()
        if id in counted
    ]
    output.table(_("Findings by cluster"), (_("cluster"), _("status"), _("Findings")), rows, right=(2,))


def _not_checked(output: Output, result: Scan) -> None:
    if result.not_checked.is_empty():
        return
    grouped: dict[tuple[str, str, str], int] = {}
    for r in result.not_checked.iter_rows(named=True):
        key = (r["rule"], r["tables"], r[f"reason_{language()}"])
        grouped[key] = grouped.get(key, 0) + (1 if r["segment_id"] else 0)
    output.table(
        _("Not checked"),
        (_("kind"), _("segments"), _("table needed"), _("reason")),
        [(kind_name(k), n or _("all"), tables, reason) for (k, tables, reason), n in grouped.items()],
        right=(1,),
    )


def kind_name(id: str, kind: Literal["rule", "remedy"] = "rule") -> str:
    """Name of a rule or a remedy in the current language."""
    from chainmend.registry import get

    return get(kind, id).name[0 if language() == "zh" else 1]


def gap_name(gap: str | None) -> str:
    """Name of a gap class in the current language; empty where there is none."""
    names = {"local": _("local"), "regional": _("regional"), "national": _("national")}
    return names[gap] if gap else ""


def event_name(event: str) -> str:
    """Name of an event of the mend-list in the current language."""
    return {
        "opened": _("opened"),
        "worsened": _("worsened"),
        "eased": _("eased"),
        "unchanged": _("unchanged"),
        "gone": _("gone"),
        "closed": _("closed"),
        "relapsed": _("relapsed"),
        "not_checked": _("not checked"),
    }[event]
