"""``chainmend indicators``: what the registered indicators say of a city, each number with unit, scope and age."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from chainmend.chain import CATALOGUE_VARIABLE, DEFAULT_CATALOGUE
from chainmend.cli.output import Output
from chainmend.i18n import _, language
from chainmend.names import currency_name, is_currency, money

if TYPE_CHECKING:
    import polars as pl

    from chainmend.chain.model import Catalogue
    from chainmend.indicators.measure import Measured

POINTS = "100 points"
"""Unit of a difference of shares."""
LARGE = 1e6
"""From here on a number is told in millions and thousand millions (万 and 亿)."""


def add(app: typer.Typer) -> None:
    """Add the command to the application."""
    app.command("indicators", help=_("Compute the indicators of a city, its clusters and its segments."))(
        indicators
    )


def indicators(
    dataset: Annotated[Path, typer.Argument(help=_("folder with the tables of a city"))],
    only: Annotated[
        list[str] | None, typer.Option("--only", help=_("id of an indicator; may be given several times"))
    ] = None,
    subject: Annotated[
        str | None, typer.Option("--subject", help=_("id of one segment, cluster, product or firm"))
    ] = None,
    before: Annotated[
        Path | None, typer.Option("--before", help=_("the same city at an earlier date, for growth by firms"))
    ] = None,
    interval: Annotated[
        bool, typer.Option("--interval", help=_("draw firms anew and give intervals of 95 %"))
    ] = False,
    draws: Annotated[int, typer.Option("--draws", min=2, help=_("how often firms are drawn"))] = 200,
    seed: Annotated[int, typer.Option("--seed", help=_("the same seed gives the same intervals"))] = 0,
    catalogue: Annotated[
        str,
        typer.Option("--catalogue", envvar=CATALOGUE_VARIABLE, help=_("id of a catalogue, or its folder")),
    ] = DEFAULT_CATALOGUE,
    settings: Annotated[Path | None, typer.Option("--settings", help=_("YAML file of settings"))] = None,
    out: Annotated[
        Path | None, typer.Option("--out", help=_("write all readings to a .parquet or .csv"))
    ] = None,
    limit: Annotated[int, typer.Option("--limit", min=0, help=_("rows to print; 0 prints all"))] = 30,
    json: Annotated[bool, typer.Option("--json", help=_("print JSON for machines"))] = False,
) -> None:
    """Measure and print."""
    from chainmend.chain.catalogue import load_catalogue
    from chainmend.errors import SettingsError
    from chainmend.indicators.city import City
    from chainmend.indicators.measure import measure, registered
    from chainmend.intake.reader import read_dataset
    from chainmend.settings import load_settings

    if out is not None and out.suffix not in (".csv", ".parquet"):
        raise SettingsError(
            out.name, expected=_("a name that ends in .csv or .parquet"), do=_("name another file with --out")
        )
    registered(only)  # a wrong id is told before the tables are read
    chains, chosen = load_catalogue(catalogue), load_settings(settings)
    output = Output(json=json)
    with output.progress(3) as step:
        step(_("reading the tables"))
        earlier = City(read_dataset(before), chains, chosen) if before is not None else None
        city = City(read_dataset(dataset), chains, chosen, before=earlier)
        found = measure(city, only, interval=interval, draws=draws, seed=seed, progress=step)
    if out is not None:
        found.readings.write_csv(out) if out.suffix == ".csv" else found.readings.write_parquet(out)
    readings = found.readings if subject is None else _of(found, subject)
    data = city.dataset
    output.emit(
        {
            "city": data.place.city,
            "date": data.date,
            "synthetic": data.synthetic,
            "currency": data.currency,
            "clusters": chains.cluster_names,
            "readings": readings.to_dicts(),
            "not_measured": {id: {"zh": zh, "en": en} for id, (zh, en) in found.not_measured.items()},
        }
    )
    mark = f"  [{_('made-up data, no real firm or city')}]" if data.synthetic else ""
    output.say(_("{city}, data of {date}").format(city=data.place.city, date=data.date) + mark)
    if only or subject is not None:
        _rows(output, readings, chains, limit)
    else:
        _overview(output, readings)
    if found.not_measured:
        index = 0 if language() == "zh" else 1
        output.table(
            _("Not measured"),
            (_("indicator"), _("reason")),
            [(indicator_name(id), why[index]) for id, why in found.not_measured.items()],
        )
    if out is not None:
        output.say(_("written to {folder}").format(folder=out))


def _of(found: Measured, subject: str) -> pl.DataFrame:
    """Readings of one subject."""
    import polars as pl

    from chainmend.errors import DatasetError

    readings = found.readings.filter(pl.col("subject") == subject)
    if readings.is_empty():
        raise DatasetError(
            _("nothing was measured of {subject}").format(subject=subject),
            expected=_("the id of a segment, cluster, product or firm, or the name of the city"),
            do=_("leave out --subject to see what was measured"),
        )
    return readings


def indicator_name(id: str) -> str:
    """Name of an indicator in the current language."""
    from chainmend.registry import get

    return get("indicator", id).name[0 if language() == "zh" else 1]


def _overview(output: Output, readings: pl.DataFrame) -> None:
    """One line an indicator and level: the value where there is one subject, else the span of the values."""
    rows = []
    for (id, level), group in readings.group_by("indicator", "level", maintain_order=True):
        values = group["value"].drop_nulls()
        if group.height == 1:
            told = _value(group.row(0, named=True))
        elif values.is_empty():
            told = _("unknown")
        else:
            ends = [number(v, group["unit"][0]) for v in (values.min(), values.median(), values.max())]  # type: ignore[arg-type]
            told = _("{low} … median {median} … {high}").format(low=ends[0], median=ends[1], high=ends[2])
        named = (id, indicator_name(str(id)), level_name(str(level)))
        rows.append((*named, f"{values.len()}/{group.height}", told, unit_name(group["unit"][0])))
    head = (_("indicator"), _("name"), _("level"), _("known"), _("values"), _("unit"))
    output.table(_("Indicators: {n}").format(n=readings["indicator"].n_unique()), head, rows, right=(3,))
    output.say(
        _("each number with --only ID or --subject ID; what an indicator means: chainmend list indicators")
    )


def _rows(output: Output, readings: pl.DataFrame, chains: Catalogue, limit: int) -> None:
    """Every known reading, the highest first within an indicator, scopes and sources below; then what is unknown."""
    import polars as pl

    order = ["indicator", "level", "value", "subject"]
    known = readings.filter(pl.col("value").is_not_null()).sort(order, descending=[False, False, True, False])
    shown = known.head(limit) if limit else known
    rows, sources = [], dict[str, int]()
    for r in shown.iter_rows(named=True):
        told = _("{scope}; {source}, {n} months old").format(scope=_scope(r), source=r["source"], n=r["age"])
        mark = f"[{sources.setdefault(told, len(sources) + 1)}]"
        who = subject_name(chains, r["level"], r["subject"])
        note = r[f"note_{language()}"] or ""
        rows.append((indicator_name(r["indicator"]), who, _value(r), unit_name(r["unit"]), mark, note))
    head = (_("indicator"), _("subject"), _("value"), _("unit"), _("scope"), _("note"))
    output.table(_("Readings: {n}").format(n=readings.height), head, rows, right=(2,))
    for told, number_ in sources.items():
        output.say(f"[{number_}] {told}")
    if shown.height < known.height:
        output.say(_("{n} more; --limit 0 prints all").format(n=known.height - shown.height))
    _unknown(output, readings, chains)


def _unknown(output: Output, readings: pl.DataFrame, chains: Catalogue) -> None:
    """Unknown readings, put together by indicator and reason."""
    import polars as pl

    why = f"note_{language()}"
    unknown = readings.filter(pl.col("value").is_null())
    rows = []
    for (id, note), group in unknown.group_by("indicator", why, maintain_order=True):
        first = group.row(0, named=True)
        who = subject_name(chains, first["level"], first["subject"])
        if group.height > 1:
            who = _("{name} and {n} more").format(name=who, n=group.height - 1)
        rows.append((indicator_name(str(id)), who, note))
    if rows:
        output.table(
            _("Unknown: {n}").format(n=unknown.height), (_("indicator"), _("subject"), _("reason")), rows
        )


def _value(r: dict[str, Any]) -> str:
    if r["value"] is None:
        return _("unknown")
    told = number(r["value"], r["unit"])
    return (
        told
        if r["low"] is None
        else f"{told} [{number(r['low'], r['unit'])}, {number(r['high'], r['unit'])}]"
    )


def number(value: float, unit: str = "1") -> str:
    """A number to four digits, whole from a thousand on; shares in per cent, differences of shares in points."""
    if unit == "share":
        return f"{value:.2%}" if abs(value) < 0.1 else f"{value:.1%}"
    if unit == POINTS:
        return f"{round(100 * value, 2) + 0.0:.2f}"
    if abs(value) >= LARGE:
        return money(value, "")[0 if language() == "zh" else 1].strip()
    return f"{value:,.0f}" if abs(value) >= 1000 else f"{value:.4g}"


def _scope(r: dict[str, Any]) -> str:
    from chainmend.indicators.scope import Scope

    return str(Scope(r["measure"], r["universe"], r["year"], r["months"], r["basis"], r["until"]))


def unit_name(unit: str) -> str:
    """A unit in the current language; nothing for a pure number or a share, which is shown as per cent."""
    plain = {
        "1": "",
        "share": "",
        POINTS: _("percentage point(s)"),
        "money": _("money"),
        "bit": _("bit"),
        "firms": _("firm(s)"),
        "stars": _("star(s)"),
        "years": _("year(s)"),
        "months": _("month(s)"),
        "rank": _("place in the ranking"),
        "km2": _("km2"),
        "m2": _("m2"),
        "person": _("person"),
        "patents": _("patent(s)"),
    }
    if unit in plain:
        return plain[unit]
    if is_currency(unit):
        return currency_name(unit)[0 if language() == "zh" else 1]
    above, slash, below = unit.partition("/")
    factor, _blank, of = below.partition(" ")
    if slash and of and factor == "1e8":
        return _("{above} per 100 million {of}").format(above=unit_name(above), of=unit_name(of))
    return f"{unit_name(above)}/{unit_name(below)}" if slash else unit


def level_name(level: str) -> str:
    """Name of a level in the current language."""
    return {
        "city": _("city"),
        "district": _("district"),
        "cluster": _("cluster"),
        "chain": _("chain"),
        "segment": _("segment"),
        "product": _("product"),
        "firm": _("firm"),
    }[level]


def subject_name(chains: Catalogue, level: str, subject: str) -> str:
    """Id and name of a subject, a cluster's with how surely its name is known."""
    from chainmend.cli.catalogue import status_name

    if level == "segment" and subject in chains.segments:
        name = chains.segments[subject].name
        return f"{subject} {name.zh if language() == 'zh' else name.en}"
    if level == "cluster" and subject in chains.cluster_names:
        named = chains.cluster_names[subject]
        return f"{named[language()]} ({status_name(named['status'])})"
    return subject
