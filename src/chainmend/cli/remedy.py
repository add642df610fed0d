"""``chainmend remedy``: what to do first about each finding, who leads it, and whom to call."""

from __future__ import annotations

import json as text
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from chainmend.chain import DEFAULT_CATALOGUE
from chainmend.cli.losses import more, option, segment_named
from chainmend.cli.output import Output
from chainmend.cli.scan import kind_name
from chainmend.errors import SettingsError
from chainmend.i18n import _, language

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    import polars as pl

    from chainmend.remedy.choose import Choice
    from chainmend.remedy.context import Context
    from chainmend.settings import Settings

KINDS = ("attract", "develop", "ally", "stock")
_STEPS = 5


def add(app: typer.Typer) -> None:
    """Add the command to the application."""
    app.command("remedy", help=_("Say what to do first about each finding, who leads it, and with whom."))(
        remedy
    )


def remedy(
    dataset: Annotated[Path, typer.Argument(help=_("folder with the tables of a city"))],
    segment: Annotated[
        str | None, typer.Option("--segment", help=_("id or name of one segment; all findings by default"))
    ] = None,
    kind: Annotated[
        str | None,
        typer.Option(
            "--kind", help=_("with --segment: attract, develop, ally or stock; what comes first by default")
        ),
    ] = None,
    limit: Annotated[int, typer.Option("--limit", min=0, help=_("rows of each table; 0 prints all"))] = 5,
    catalogue: Annotated[str, option("--catalogue")] = DEFAULT_CATALOGUE,
    settings: Annotated[Path | None, typer.Option("--settings", help=_("YAML file of settings"))] = None,
    json: Annotated[bool, option("--json")] = False,
) -> None:
    """Read, judge, choose, and print."""
    from chainmend.chain.catalogue import load_catalogue
    from chainmend.settings import load_settings

    if kind is not None and (kind not in KINDS or segment is None):
        raise SettingsError(
            f"--kind {kind}",
            expected=_("one of: {ids}").format(ids=", ".join(KINDS)) + _(", together with --segment"),
        )
    chosen, chains = load_settings(settings), load_catalogue(catalogue)
    id = None if segment is None else segment_named(chains, segment)
    output = Output(json=json)
    with output.progress(_STEPS) as step:
        city = _judge(dataset, chains, chosen, step, rules=kind is None)
    if id is None:
        _all(output, city, limit)
    else:
        _one(output, city, id, kind, limit)


@dataclass(frozen=True)
class _City:
    """A city, its findings (none were asked for where None), and its notes."""

    context: Context
    findings: pl.DataFrame | None


def _judge(
    dataset: Path, chains: Any, chosen: Settings, step: Callable[[str], None], *, rules: bool
) -> _City:
    """Read a city and find what a scan finds; with `rules` off only what candidates need."""
    from chainmend.gaps.facts import segment_facts
    from chainmend.gaps.impact import CityImpact, city_impact
    from chainmend.gaps.judge import judge
    from chainmend.intake.reader import read_dataset
    from chainmend.placement.assign import place
    from chainmend.remedy.context import Context

    step(_("reading the tables"))
    data = read_dataset(dataset)
    step(_("placing firms on segments"))
    placed = place(data, chains)
    impact = city_impact(data, chains, placed, chosen, say=step) if rules else None
    known = impact.segments if isinstance(impact, CityImpact) else impact
    facts = segment_facts(data, chains, placed, chosen.thresholds, known)
    findings = judge(chains, facts, chosen)[0] if rules else None
    return _City(Context(data, chains, placed, facts, chosen), findings)


def _about(city: _City) -> dict[str, Any]:
    data = city.context.dataset
    return {
        "city": data.place.city,
        "date": data.date.isoformat(),
        "synthetic": data.synthetic,
        "currency": data.currency,
        "rejected": dict(data.rejected),
        "notes": list(data.notes),
    }


def _say_about(output: Output, city: _City) -> None:
    data = city.context.dataset
    mark = f"  [{_('made-up data, no real firm or city')}]" if data.synthetic else ""
    output.say(_("{city}, data of {date}").format(city=data.place.city, date=data.date) + mark)
    if data.rejected:
        tables = ", ".join(f"{table} {n:,}" for table, n in data.rejected.items())
        output.say(_("rows refused, see `chainmend check`: {tables}").format(tables=tables))
    for note in data.notes:
        output.say(f"- {note}")


def _all(output: Output, city: _City, limit: int) -> None:
    """The first remedy and who leads it for every finding."""
    from chainmend.remedy.choose import remedies

    c, findings = city.context, city.findings
    assert findings is not None
    found = remedies(c.dataset, c.catalogue, c.placements, c.facts, findings, c.settings)
    rows = [
        f | {**r, "candidates": text.loads(r["candidates"])}
        for f, r in zip(
            findings.select("finding_id", "kind", "severity", "gap_class").iter_rows(named=True),
            found.iter_rows(named=True),
            strict=True,
        )
    ]
    shown = rows[:limit] if limit else rows
    output.emit({**_about(city), "findings": found.height, "remedies": shown})
    _say_about(output, city)
    output.table(
        _("First remedies of {n} findings").format(n=found.height),
        (_("severity"), _("kind"), _("segment"), _("remedy"), _("also"), _("who leads"), _("first to call")),
        [
            (
                f"{r['severity']:.0f}",
                kind_name(r["kind"]),
                r["segment_id"],
                remedy_name(r["remedy"]),
                _names(r["also"].split(",")),
                r[f"lead_{language()}"],
                r["candidates"][0]["name"] if r["candidates"] else "–",
            )
            for r in shown
        ],
        right=(0,),
    )
    more(output, found.height - len(shown))


def _one(output: Output, city: _City, id: str, kind: str | None, limit: int) -> None:
    """The findings of one segment, what comes first, and the candidates."""
    from chainmend.remedy.candidates import candidates
    from chainmend.remedy.choose import choose, days_of

    context = _with_network(city.context) if kind in (None, "stock") else city.context
    choices: list[tuple[dict[str, Any] | None, Choice]] = []
    if city.findings is not None:
        days = days_of(context, [id]).get(id)
        rows = city.findings.filter(city.findings["segment_id"] == id).to_dicts()
        choices = [(r, choose(r["kind"], id, context, days)) for r in rows]
        choices = choices or [(None, choose(None, id, context, days))]
    wanted = [kind] if kind else list(dict.fromkeys(k for _r, c in choices for k in (c.first, *c.also)))
    frames = {k: candidates(k, id, context, limit or None) for k in wanted}
    output.emit(
        {
            **_about(city),
            "segment_id": id,
            "findings": [_machine(r, c) for r, c in choices],
            "candidates": {k: [_read(r) for r in f.iter_rows(named=True)] for k, f in frames.items()},
        }
    )
    _say_about(output, city)
    output.say(f"{context.catalogue.segments[id].name[language()]}  {id}", style="bold")
    for row, choice in choices:
        _say_choice(output, row, choice)
    for k, frame in frames.items():
        _table(output, k, frame)


def _with_network(context: Context) -> Context:
    """The same with its supply network, for the days on which buyers run short; without where there is none."""
    from dataclasses import replace

    from chainmend.errors import NetworkError
    from chainmend.fragility.city import city_network

    if not context.dataset.has("supply_links"):
        return context
    try:
        return replace(context, city=city_network(context.dataset, context.placements, context.catalogue))
    except NetworkError:  # no output is known
        return context


def _machine(row: dict[str, Any] | None, choice: Choice) -> dict[str, Any]:
    about = {k: row[k] for k in ("finding_id", "kind", "severity", "gap_class")} if row else {}
    return about | {
        "remedy": choice.first,
        "also": choice.also,
        "row": choice.row,
        "why": {"zh": choice.why[0], "en": choice.why[1]},
        "lead": choice.lead,
        "department": {"zh": choice.department[0], "en": choice.department[1]},
        "months": choice.months,
        "days": choice.days,
    }


def _read(row: dict[str, Any]) -> dict[str, Any]:
    return row | {"parts": text.loads(row["parts"]), "facts": text.loads(row["facts"])}


def _say_choice(output: Output, row: dict[str, Any] | None, choice: Choice) -> None:
    index = 0 if language() == "zh" else 1
    if row is None:
        output.say(_("No finding on this segment. If there were one:"))
    else:
        told = {"kind": kind_name(row["kind"]), "what": row[f"summary_{language()}"]}
        output.say(_("[{kind}] {what}").format(**told))
    output.say(
        _("  first {remedy}, led by {department}: {why}").format(
            remedy=remedy_name(choice.first), department=choice.department[index], why=choice.why[index]
        )
    )
    if choice.also:
        output.say(_("  beside it: {remedies}").format(remedies=_names(choice.also)))


def _table(output: Output, kind: str, frame: pl.DataFrame) -> None:
    title = _("{remedy}: candidates").format(remedy=remedy_name(kind))
    if frame.is_empty():
        output.say(title, style="bold")
        nobody = _("nobody is known")
        safe = _("no buyer is known to run short before another remedy has mended it")
        output.say(safe if kind == "stock" else nobody)
        return
    output.table(
        title,
        (_("rank"), _("name"), _("score"), _("why this one")),
        [
            (
                "–" if r["rank"] is None else r["rank"],
                r["name"],
                "" if r["score"] is None else f"{r['score']:.2f}",
                r[language()],
            )
            for r in frame.iter_rows(named=True)
        ],
        right=(0, 2),
    )


def remedy_name(kind: str) -> str:
    """Name of a remedy in the current language."""
    import chainmend.remedy.candidates  # noqa: F401  (registers the remedies)
    from chainmend.registry import get

    return get("remedy", kind).name[0 if language() == "zh" else 1]


def _names(kinds: Sequence[str]) -> str:
    return ("、" if language() == "zh" else ", ").join(remedy_name(k) for k in kinds if k)
