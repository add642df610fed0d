"""``chainmend value``: what a new local supplier of a segment would save the city a year."""

from __future__ import annotations

import warnings
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from chainmend.chain import DEFAULT_CATALOGUE
from chainmend.cli.losses import (
    Links,
    about,
    amount,
    assumed,
    check_out,
    may_stop,
    more,
    option,
    read_city,
    say_about,
    sector_name,
    segment_named,
    write,
)
from chainmend.cli.output import Output
from chainmend.errors import SettingsError
from chainmend.i18n import _, language
from chainmend.names import country_name, percent

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from chainmend.chain.model import Catalogue
    from chainmend.fragility.city import CityNetwork
    from chainmend.remedy.value import Values
    from chainmend.settings import Value

_TENTHS, _NETWORKS = 10, 20


def add(app: typer.Typer) -> None:
    """Add the command to the application."""
    app.command("value", help=_("Say what a new local supplier of a segment would save the city a year."))(
        value
    )


def value(
    dataset: Annotated[Path, typer.Argument(help=_("folder with the tables of a city"))],
    segment: Annotated[
        list[str] | None,
        typer.Option(
            "--segment", help=_("id or name of a segment; repeatable; all that are bought by default")
        ),
    ] = None,
    q: Annotated[
        float | None,
        typer.Option("--q", help=_("share of local purchases that the new supplier takes; 0.3 by default")),
    ] = None,
    draws: Annotated[
        int | None,
        typer.Option(
            "--draws",
            min=0,
            help=_(
                "draws of the links for the interval, 200 by default; with --estimate: networks drawn, 20"
            ),
        ),
    ] = None,
    seed: Annotated[
        int | None, typer.Option("--seed", min=0, help=_("the same seed gives the same draws"))
    ] = None,
    settings: Annotated[Path | None, typer.Option("--settings", help=_("YAML file of settings"))] = None,
    catalogue: Annotated[str, option("--catalogue")] = DEFAULT_CATALOGUE,
    year: Annotated[int | None, option("--year")] = None,
    estimate: Annotated[bool, option("--estimate")] = False,
    links_per_firm: Annotated[float, option("--links-per-firm")] = 8.0,
    inside: Annotated[float, option("--inside")] = 0.5,
    tolerance: Annotated[float, option("--tolerance")] = 0.01,
    limit: Annotated[int, typer.Option("--limit", min=0, help=_("rows of each table; 0 prints all"))] = 15,
    out: Annotated[
        Path | None, typer.Option("--out", help=_("write the values of all segments to a .parquet or .csv"))
    ] = None,
    json: Annotated[bool, option("--json")] = False,
) -> None:
    """Read, value the mends, and print."""
    from chainmend.remedy.value import Values, values

    check_out(out)
    if estimate and draws == 0:
        raise SettingsError(
            "0", expected=_("a whole number of at least {least}").format(least=1), where="--draws"
        )
    chosen = _chosen(settings, {"q": q, "draws": draws, "seed": seed})
    output = Output(json=json)
    with output.progress(2 + _TENTHS) as step:
        networks = _NETWORKS if draws is None else draws
        links = Links(year, estimate, links_per_firm, inside, networks, chosen.seed)
        data, chains, cities = read_city(dataset, catalogue, links, step)
        wanted = _wanted(chains, cities, segment, chosen)
        with warnings.catch_warnings(record=True, action="always", category=RuntimeWarning) as restless:
            found = values(
                cities if estimate else cities[0], wanted, chosen, tolerance=tolerance, progress=_tell(step)
            )
    ranked = Values(
        found.frame.sort(["value", "segment_id"], descending=[True, False], nulls_last=True),
        found.scenarios.sort(["avoided", "segment_id", "source"], descending=[True, False, False]),
    )
    if out is not None:
        write(ranked.frame, out)
    output.emit(
        {
            **about(data, cities[0]),
            "tolerance": tolerance,
            "settings": chosen.model_dump(),
            "by_segment": (ranked.frame.head(limit) if limit else ranked.frame).to_dicts(),
            "scenarios": (ranked.scenarios.head(limit) if limit else ranked.scenarios).to_dicts(),
        }
    )
    say_about(output, data, cities[0])
    _print(output, chains, ranked, chosen, limit, data.currency)
    for text in sorted({str(warning.message) for warning in restless}):
        output.say(text, style="bold")
    if out is not None:
        output.say(_("written to {folder}").format(folder=out))


def _chosen(path: Path | None, given: dict[str, Any]) -> Value:
    """Settings of the file with what was given on the line in their place."""
    from pydantic import ValidationError

    from chainmend.settings import Value, load_settings

    told = {name: number for name, number in given.items() if number is not None}
    try:
        return Value(**load_settings(path).value.model_dump() | told)
    except ValidationError as error:
        fault = error.errors()[0]
        raise SettingsError(
            f"{fault['input']}", expected=_("a share from 0 to 1"), where=f"--{fault['loc'][0]}"
        ) from error


def _wanted(
    chains: Catalogue, cities: Sequence[CityNetwork], given: Sequence[str] | None, chosen: Value
) -> list[str]:
    """Ids of the segments that were named; all that have a main source where none is."""
    from chainmend.fragility.sources import main_sources

    if given:
        return [segment_named(chains, name) for name in given]
    return sorted(
        {
            segment
            for city in cities
            for segment in main_sources(city, main_share=chosen.main_share, sources=chosen.sources)[
                "segment_id"
            ]
        }
    )


def _tell(step: Callable[[str], None]) -> Callable[[int, int], None]:
    """Turn counts of draws into at most ten steps of progress."""
    told = 0

    def tell(done: int, of: int) -> None:
        nonlocal told
        while told < _TENTHS * done // of:
            told += 1
            step(_("losses without and with the mend: {percent}").format(percent=f"{told / _TENTHS:.0%}"))

    return tell


def _print(
    output: Output, chains: Catalogue, found: Values, chosen: Value, limit: int, currency: str
) -> None:
    rows = found.frame
    shown = rows.head(limit) if limit else rows
    output.table(
        _("Losses avoided a year by a new local supplier"),
        (_("segment"), _("value"), _("interval of 95%"), _("sources that may stop")),
        [
            (
                sector_name(chains, r["segment_id"]),
                _("unknown: no local firm is seen to buy it")
                if r["value"] is None
                else amount(r["value"], currency),
                "" if r["low"] is None else f"{amount(r['low'], currency)} – {amount(r['high'], currency)}",
                may_stop(r["scenarios"]),
            )
            for r in shown.iter_rows(named=True)
        ],
        right=(1, 2, 3),
    )
    more(output, rows.height - shown.height)
    _sources(output, chains, found, limit, currency)
    output.say(assumed(chosen.q))
    if found.frame["draws"].max():
        draws = int(found.frame["draws"][0])
        text = (
            _("Mean of {n} networks drawn, with the interval that holds 95% of them.")
            if found.frame["estimated"][0]
            else _("Interval: {n} draws of the values of all links.")
        )
        output.say(text.format(n=draws))


def _sources(output: Output, chains: Catalogue, found: Values, limit: int, currency: str) -> None:
    rows = found.scenarios
    shown = rows.head(limit) if limit else rows
    output.table(
        _("What may stop, and what that costs"),
        (
            _("segment"), _("source"), _("firms"), _("of local purchases"), _("probability a year"),
            _("lost now"), _("lost with the mend"), _("avoided a year"),
        ),
        [
            (
                sector_name(chains, r["segment_id"]),
                country_name(r["source"])[language() != "zh"] if r["place"] == "abroad" else r["source"],
                r["firms"],
                percent(r["share"]),
                percent(r["probability"]),
                f"{r['loss_now']:.2%}",
                f"{r['loss_mended']:.2%}",
                amount(r["avoided"], currency),
            )
            for r in shown.iter_rows(named=True)
        ],
        right=(2, 3, 4, 5, 6, 7),
    )  # fmt: skip
    more(output, rows.height - shown.height)
