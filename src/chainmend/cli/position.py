"""``chainmend position``: the city's two sets of ranks by published figures, each with unit, scope, source and age."""

from __future__ import annotations

from dataclasses import asdict
from itertools import groupby
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
    sources: list[str] = []
    _set(output, _("Scale and growth"), found.scale, sources)
    _set(output, _("Structure and resilience"), found.structure, sources)
    for number, source in enumerate(sources, 1):
        output.say(f"[{number}] {source}")
    _universes(output, found)
    _left_out(output, found.left_out)


def _machine(line: Line) -> dict[str, Any]:
    zh, en = line.scope.label
    return {**asdict(line), "label": {"zh": zh, "en": en}}


def _set(output: Output, title: str, lines: Sequence[Line], sources: list[str]) -> None:
    """One set as a table: a figure with its scope, its rates below it; sources are numbered over both sets."""
    if not lines:
        output.say(title, style="bold")
        output.say(_("no figure of the city"))
        return
    from chainmend.indicators.wording import measure_name

    index = 0 if language() == "zh" else 1
    rows: list[tuple[str, ...]] = []
    for _scope, group in groupby(lines, key=lambda line: (line.scope, line.source)):
        found = list(group)
        named = f"{measure_name(found[0].scope.measure)[index]}\n  {found[0].scope.extent[index]}"
        source = _("{source}, {n} months old").format(source=found[0].source or _("unknown"), n=found[0].age)
        if source not in sources:
            sources.append(source)
        mark = f"[{sources.index(source) + 1}]"
        if found[0].kind == "value":
            rows.append((named, *_cells(found.pop(0)), mark))
        else:
            rows.append((named, *("",) * 5, mark))
        rows.extend((f"  {_kind(line)}", *_cells(line), "") for line in found)
    head = (
        _("figure"),
        _("value"),
        _("rank"),
        _("next above"),
        _("next below"),
        _("of the first"),
        _("source"),
    )
    output.table(title, head, rows, right=(1, 5))


def _cells(line: Line) -> tuple[str, ...]:
    ends = _next(line, above=True), _next(line, above=False)
    return _bounded(line), _rank(line), *ends, _of_first(line)


def _kind(line: Line) -> str:
    if line.kind == "compound_growth":
        return _("growth a year since {year}, n = {n}").format(
            year=line.since, n=line.scope.year - (line.since or 0)
        )
    return _("growth on the year before") if line.stated else _("growth, computed here")


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
        return _("unknown")
    told = _("{rank} of {n}").format(rank=found.rank, n=found.of)
    if found.tied:
        told = _("{rank}, tied with {names}").format(rank=told, names=_(", ").join(found.tied))
    if found.best == found.worst:
        return told
    return _("{rank}, perhaps {best} to {worst}").format(rank=told, best=found.best, worst=found.worst)


def _next(line: Line, *, above: bool) -> str:
    """Name of the next city and by how much it has more or less."""
    found = line.standing and (line.standing.above if above else line.standing.below)
    if not found:
        return ""
    name, gap = found
    sign = "+" if above else "-"
    if line.unit == "1":
        return _("{name} {gap} points").format(name=name, gap=f"{sign}{gap * 100:.2f}")
    return f"{name} {sign}{amount(gap, line.unit)}"


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
    if among and any(line.standing is None for line in (*found.scale, *found.structure)):
        output.say(_("A rank is unknown where no other city of the table has the figure on the same scope."))
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
