"""``chainmend position``: the city's two sets of ranks by published figures, each with unit, scope, source and age."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from chainmend.cli.output import Output
from chainmend.i18n import _, language
from chainmend.names import is_currency, money

if TYPE_CHECKING:
    from collections.abc import Sequence

    from chainmend.indicators.peers import LeftOut
    from chainmend.indicators.position import Line, Position


def add(app: typer.Typer) -> None:
    """Add the command to the application."""
    app.command("position", help=_("Rank the city among its peers by published figures of one scope."))(
        position
    )


def position(
    dataset: Annotated[Path, typer.Argument(help=_("folder with the tables of a city"))],
    year: Annotated[
        int | None, typer.Option("--year", help=_("year of the figures; the last of each by default"))
    ] = None,
    json: Annotated[bool, typer.Option("--json", help=_("print JSON for machines"))] = False,
) -> None:
    """Put the city's figures beside those of its peers."""
    from chainmend.indicators import position as work
    from chainmend.intake.reader import read_dataset

    data = read_dataset(dataset)
    found = work.position(data, year)
    output = Output(json=json)
    output.emit(
        {
            "city": found.city,
            "date": found.date,
            "synthetic": data.synthetic,
            "currency": data.currency,
            "scale": [_machine(line) for line in found.scale],
            "structure": [_machine(line) for line in found.structure],
            "left_out": [
                {**asdict(x.figure), "why": {"zh": x.why[0], "en": x.why[1]}} for x in found.left_out
            ],
            "rejected": dict(data.rejected),
            "notes": list(data.notes),
        }
    )
    mark = f"  [{_('made-up data, no real firm or city')}]" if data.synthetic else ""
    output.say(_("{city}, data of {date}").format(city=found.city, date=found.date) + mark)
    if data.rejected:
        tables = ", ".join(f"{table} {n:,}" for table, n in data.rejected.items())
        output.say(_("rows refused, see `chainmend check`: {tables}").format(tables=tables))
    for note in data.notes:
        output.say(f"- {note}")
    _set(output, _("Scale and growth"), found.scale)
    _set(output, _("Structure and resilience"), found.structure)
    _universes(output, found)
    _left_out(output, found.left_out)


def _machine(line: Line) -> dict[str, Any]:
    zh, en = line.scope.label
    return {**asdict(line), "label": {"zh": zh, "en": en}}


def _set(output: Output, title: str, lines: Sequence[Line]) -> None:
    if not lines:
        output.say(title, style="bold")
        output.say(_("no figure of the city"))
        return
    output.table(
        title,
        (
            _("figure"),
            _("what of it"),
            _("value"),
            _("rank"),
            _("next above"),
            _("next below"),
            _("of the first"),
            _("source"),
            _("age"),
        ),
        [
            (
                str(line.scope),
                _kind(line),
                _bounded(line),
                _rank(line),
                _next(line, above=True),
                _next(line, above=False),
                _of_first(line),
                line.source if line.stated else _("{source}; computed here").format(source=line.source),
                _("{n} months").format(n=line.age),
            )
            for line in lines
        ],
        right=(2, 8),
    )


def _kind(line: Line) -> str:
    if line.kind == "compound_growth":
        return _("growth a year since {year}, n = {n}").format(
            year=line.since, n=line.scope.year - (line.since or 0)
        )
    return _("growth on the year before") if line.kind == "growth" else _("value itself")


def amount(value: float, unit: str) -> str:
    """A number with its unit in the current language; shares in per cent."""
    if is_currency(unit):
        return money(value, unit)[0 if language() == "zh" else 1]
    if unit == "1":
        return f"{value:.2%}"
    return f"{value:,.6g} {_('firm(s)') if unit in ('家', 'firms') else unit}"


def _bounded(line: Line) -> str:
    sign = {"exact": "", "lower": "≥ ", "upper": "≤ "}[line.bound]
    return sign + amount(line.value, line.unit)


def _rank(line: Line) -> str:
    found = line.standing
    if found is None:
        return _("unknown: no peer has it")
    told = _("{rank} of {n}").format(rank=found.rank, n=found.of)
    if found.tied:
        told = _("{rank}, tied with {names}").format(rank=told, names=_(", ").join(found.tied))
    if found.best == found.worst:
        return told
    return _("{rank}, perhaps {best} to {worst}").format(rank=told, best=found.best, worst=found.worst)


def _next(line: Line, *, above: bool) -> str:
    found = line.standing and (line.standing.above if above else line.standing.below)
    if not found:
        return ""
    name, gap = found
    if line.unit == "1":
        return _("{name}, by {gap} points").format(name=name, gap=f"{gap * 100:.2f}")
    return _("{name}, by {gap}").format(name=name, gap=amount(gap, line.unit))


def _of_first(line: Line) -> str:
    share = line.standing.of_top if line.standing and line.kind == "value" else None
    return "" if share is None else f"{share:.1%}"


def _universes(output: Output, found: Position) -> None:
    """Among whom the ranks are, once for each universe."""
    among = {
        tuple(sorted(line.standing.universe)): None
        for line in (*found.scale, *found.structure)
        if line.standing
    }
    for names in among:
        output.say(_("ranked among: {names}").format(names=_(", ").join(names)))
    if not among:
        output.say(
            _(
                "No rank is known: the table of statistics has no other city on the scope of any figure of {city}."
            ).format(city=found.city)
        )


def _left_out(output: Output, left: Sequence[LeftOut]) -> None:
    if left:
        index = 0 if language() == "zh" else 1
        output.table(
            _("Left out: {n}").format(n=len(left)),
            (_("subject"), _("scope"), _("reason")),
            [(x.figure.subject, str(x.figure.scope), x.why[index]) for x in left],
        )
