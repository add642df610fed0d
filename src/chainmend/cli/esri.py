"""``chainmend esri``: which firms would take most of the city's output with them if they stopped."""

from __future__ import annotations

import warnings
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from chainmend.chain import DEFAULT_CATALOGUE
from chainmend.cli.losses import (
    Links,
    about,
    amount,
    check_out,
    more,
    option,
    read_city,
    say_about,
    sector_name,
    write,
)
from chainmend.cli.output import Output
from chainmend.cli.why import show_role
from chainmend.errors import SettingsError
from chainmend.i18n import _, language
from chainmend.names import country_name

if TYPE_CHECKING:
    import polars as pl

    from chainmend.chain.model import Catalogue

_TENTHS = 10


def add(app: typer.Typer) -> None:
    """Add the command to the application."""
    app.command("esri", help=_("Rank firms by what the city loses when they stop (ESRI)."))(esri)


def esri(
    dataset: Annotated[Path, typer.Argument(help=_("folder with the tables of a city"))],
    top: Annotated[int, typer.Option("--top", min=0, help=_("firms to print; 0 prints all"))] = 20,
    catalogue: Annotated[str, option("--catalogue")] = DEFAULT_CATALOGUE,
    year: Annotated[int | None, option("--year")] = None,
    estimate: Annotated[bool, option("--estimate")] = False,
    links_per_firm: Annotated[float, option("--links-per-firm")] = 8.0,
    inside: Annotated[float, option("--inside")] = 0.5,
    draws: Annotated[int, option("--draws")] = 20,
    seed: Annotated[int, option("--seed")] = 0,
    tolerance: Annotated[float, option("--tolerance")] = 0.01,
    engine: Annotated[
        str, typer.Option("--engine", help=_("what does the work: threads, dask or cuda"))
    ] = "threads",
    workers: Annotated[
        int | None, typer.Option("--workers", min=1, help=_("number of workers; one per core by default"))
    ] = None,
    out: Annotated[
        Path | None, typer.Option("--out", help=_("write the results of all firms to a .parquet or .csv"))
    ] = None,
    why: Annotated[
        str | None,
        typer.Option(
            "--why",
            help=_(
                "id or name of one firm: who depends on it alone, whom it reaches, what it holds together"
            ),
        ),
    ] = None,
    json: Annotated[bool, option("--json")] = False,
) -> None:
    """Stop every firm once, and rank."""
    from chainmend.fragility.estimate import pool_risk
    from chainmend.fragility.stress import systemic_risk

    check_out(out)
    output = Output(json=json)
    if why is not None:
        if estimate or out is not None:
            raise SettingsError(
                _("--why together with --estimate or --out"),
                expected=_("--why alone, with recorded links: drawn ones do not say who deals with one firm"),
                do=_("leave out --estimate and --out"),
            )
        _explain(
            output,
            dataset,
            catalogue,
            Links(year, False, links_per_firm, inside, draws, seed),
            why,
            tolerance,
            top,
        )
        return
    with output.progress(2 + _TENTHS) as step:
        links = Links(year, estimate, links_per_firm, inside, draws, seed)
        data, chains, cities = read_city(dataset, catalogue, links, step)
        tell = _tenths(step, len(cities))
        with warnings.catch_warnings(action="ignore", category=RuntimeWarning):  # told below
            found = [
                systemic_risk(
                    city, tolerance=tolerance, engine=engine, workers=workers, progress=tell(number)
                )
                for number, city in enumerate(cities)
            ]
    ranked = pool_risk(found) if estimate else found[0]
    if out is not None:
        write(ranked, out)
    shown = ranked.head(top) if top else ranked
    restless = ranked.height - int(ranked["converged"].sum())
    output.emit(
        {
            **about(data, cities[0]),
            "tolerance": tolerance,
            "engine": engine,
            "not_converged": restless,
            "by_firm": shown.to_dicts(),
        }
    )
    say_about(output, data, cities[0])
    _table(output, chains, shown, data.currency)
    more(output, ranked.height - shown.height, "--top 0")
    output.say(
        _(
            "ESRI: share of the city's output lost when the firm stops, its own included; tolerance {t:g}"
        ).format(t=tolerance)
    )
    if restless:
        output.say(_("cascades that did not come to rest: {n}").format(n=f"{restless:,}"), style="bold")
    if out is not None:
        output.say(_("written to {folder}").format(folder=out))


def _explain(
    output: Output, dataset: Path, catalogue: str, links: Links, firm: str, tolerance: float, top: int
) -> None:
    """Say why one firm's stop costs what it costs."""
    from chainmend.fragility.role import role
    from chainmend.fragility.scenario import make_shock

    with output.progress(3) as step:
        data, chains, cities = read_city(dataset, catalogue, links, step)
        city = cities[0]
        number = int(make_shock(city, chains, firms=[firm]).loss.argmax())
        step(_("the cascade"))
        found = role(city, number, tolerance=tolerance)
    show_role(output, data, city, chains, found, top)


def _tenths(step: Callable[[str], None], networks: int) -> Callable[[int], Callable[[int, int], None]]:
    """Turn counts of firms, network after network, into at most ten steps of progress."""
    told = 0

    def of_network(number: int) -> Callable[[int, int], None]:
        def tell(done: int, of: int) -> None:
            nonlocal told
            while told < _TENTHS * (number + done / max(of, 1)) // networks:
                told += 1
                step(_("stopping one firm after another: {percent}").format(percent=f"{told / _TENTHS:.0%}"))

        return tell

    return of_network


def _where(firm: dict[str, Any]) -> str:
    """The district of a local firm; for others the city, or abroad the country."""
    if firm["place"] == "local":
        return firm["district"] or _("in the city")
    if firm["place"] == "abroad":
        return country_name(firm["country"])[language() != "zh"]
    return str(firm["city"] or firm["province"] or _("elsewhere"))


def _index(firm: dict[str, Any]) -> str:
    """The index, and its interval where the links were drawn."""
    if "esri_low" not in firm:
        return f"{firm['esri']:.2%}"
    return _("{value} ({low}–{high})").format(
        value=f"{firm['esri']:.2%}", low=f"{firm['esri_low']:.2%}", high=f"{firm['esri_high']:.2%}"
    )


def _table(output: Output, chains: Catalogue, shown: pl.DataFrame, currency: str) -> None:
    output.table(
        _("Firms by ESRI"),
        (
            _("firm"), _("place"), _("segment"), "ESRI", _("lost a year"), _("own share"), _("ratio"),
            _("missing inputs"), _("missing demand"),
        ),
        [
            (
                r["name"],
                _where(r),
                sector_name(chains, r["sector"]),
                _index(r),
                amount(r["lost"], currency),
                f"{r['own_share']:.2%}",
                "–" if r["ratio"] is None else f"{r['ratio']:.1f}",
                f"{r['downstream']:.2%}",
                f"{r['upstream']:.2%}",
            )
            for r in shown.iter_rows(named=True)
        ],
        right=(3, 4, 5, 6, 7, 8),
    )  # fmt: skip
