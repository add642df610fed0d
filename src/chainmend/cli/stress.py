"""``chainmend stress``: what the city loses when firms, a segment, a district or an origin stop."""

from __future__ import annotations

import warnings
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from chainmend.chain import DEFAULT_CATALOGUE
from chainmend.cli.days import path_json, tell_path
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
from chainmend.errors import SettingsError
from chainmend.i18n import _, language

if TYPE_CHECKING:
    from collections.abc import Callable

    import polars as pl

    from chainmend.chain.model import Catalogue
    from chainmend.dataset import Dataset
    from chainmend.fragility.city import CityNetwork
    from chainmend.fragility.path import CityPath
    from chainmend.fragility.stress import Stress

_STEPS = 4


def add(app: typer.Typer) -> None:
    """Add the command to the application."""
    app.command("stress", help=_("Say what the city loses when firms, a segment or an origin stop."))(stress)


def stress(
    dataset: Annotated[Path, typer.Argument(help=_("folder with the tables of a city"))],
    firm: Annotated[
        list[str] | None, typer.Option("--firm", help=_("id or name of a firm that stops; repeatable"))
    ] = None,
    segment: Annotated[
        list[str] | None,
        typer.Option("--segment", help=_("id or name of a segment whose firms stop; repeatable")),
    ] = None,
    origin: Annotated[
        list[str] | None,
        typer.Option(
            "--origin",
            help=_(
                "country, province or city outside whose firms stop; with --segment only those on it; repeatable"
            ),
        ),
    ] = None,
    district: Annotated[
        list[str] | None,
        typer.Option(
            "--district", help=_("district whose firms stop; with --segment only those on it; repeatable")
        ),
    ] = None,
    share: Annotated[float, typer.Option("--share", help=_("share of their production that is lost"))] = 1.0,
    upstream_share: Annotated[
        float | None,
        typer.Option(
            "--upstream-share", help=_("share of their purchases that is lost; as --share by default")
        ),
    ] = None,
    catalogue: Annotated[str, option("--catalogue")] = DEFAULT_CATALOGUE,
    year: Annotated[int | None, option("--year")] = None,
    estimate: Annotated[bool, option("--estimate")] = False,
    links_per_firm: Annotated[float, option("--links-per-firm")] = 8.0,
    inside: Annotated[float, option("--inside")] = 0.5,
    draws: Annotated[int, option("--draws")] = 20,
    seed: Annotated[int, option("--seed")] = 0,
    tolerance: Annotated[float, option("--tolerance")] = 0.01,
    days: Annotated[
        int | None,
        typer.Option(
            "--days",
            min=1,
            help=_("follow production for so many days: when segments stop, when they are back"),
        ),
    ] = None,
    stock: Annotated[
        float, typer.Option("--stock", min=1, help=_("with --days: days of every input that firms hold"))
    ] = 15.0,
    stop_days: Annotated[
        int,
        typer.Option("--stop-days", min=0, help=_("with --days: days that the stop lasts; 0: to the end")),
    ] = 30,
    recovery: Annotated[
        int,
        typer.Option(
            "--recovery", min=0, help=_("with --days: days in which capacity then comes back; 0: at once")
        ),
    ] = 30,
    below: Annotated[
        float,
        typer.Option(
            "--below", help=_("with --days: a segment has stopped below this share of its normal production")
        ),
    ] = 0.5,
    limit: Annotated[int, typer.Option("--limit", min=0, help=_("rows of each table; 0 prints all"))] = 15,
    out: Annotated[
        Path | None, typer.Option("--out", help=_("write the losses of all firms to a .parquet or .csv"))
    ] = None,
    out_path: Annotated[
        Path | None,
        typer.Option(
            "--out-path", help=_("with --days: write every day of every segment to a .parquet or .csv")
        ),
    ] = None,
    json: Annotated[bool, option("--json")] = False,
) -> None:
    """Read, shock, and print."""
    from chainmend.fragility.estimate import pool_stress
    from chainmend.fragility.path import Course, follow, pool_paths
    from chainmend.fragility.scenario import make_shock
    from chainmend.fragility.stress import stress as run

    check_out(out)
    check_out(out_path, "--out-path")
    if out_path is not None and days is None:
        raise SettingsError(
            _("--out-path without --days"), expected=_("the number of days to follow"), do=_("add --days 180")
        )
    course = None if days is None else Course(days, stock, stop_days or None, recovery, below)
    output = Output(json=json)
    with output.progress(_STEPS) as step:
        links = Links(year, estimate, links_per_firm, inside, draws, seed)
        data, chains, cities = read_city(dataset, catalogue, links, step)
        shock = make_shock(
            cities[0],
            chains,
            firms=firm or (),
            segments=segment or (),
            origins=origin or (),
            districts=district or (),
            share=share,
            upstream_share=upstream_share,
        )
        step(_("the cascade"))
        with warnings.catch_warnings(action="ignore", category=RuntimeWarning):  # told below
            results = [run(city, shock, tolerance=tolerance) for city in cities]
        result = pool_stress(results) if estimate else results[0]
        path = None
        if course is not None:
            step(_("day by day"))
            path = pool_paths([follow(city, shock, course) for city in cities])
    if out is not None:
        write(result.firms, out)
    if out_path is not None and path is not None:
        write(path.daily(), out_path)
    _emit(output, data, cities[0], result, path, limit)
    _tell(output, data, cities[0], chains, result, limit)
    if path is not None:
        tell_path(output, chains, path, limit, data.currency)
    for file in (out, out_path):
        if file is not None:
            output.say(_("written to {folder}").format(folder=file))


def _emit(
    output: Output, data: Dataset, city: CityNetwork, result: Stress, path: CityPath | None, limit: int
) -> None:
    parts = {
        "total": result.total,
        "own": result.own,
        "spread": result.spread,
        "downstream": result.downstream,
        "upstream": result.upstream,
    }

    def rows(frame: pl.DataFrame) -> list[dict[str, Any]]:
        return (frame.head(limit) if limit else frame).to_dicts()

    output.emit(
        {
            "scenario": result.shock.label,
            **about(data, city),
            "stopped": int((result.shock.own > 0).sum()),
            "share": parts,
            "interval": {k: list(v) for k, v in result.interval.items()} if result.interval else None,
            "lost": {k: v * result.output for k, v in parts.items()},
            "steps": result.steps,
            "converged": result.converged,
            "tolerance": result.tolerance,
            "by_cluster": rows(result.by("cluster_id")),
            "by_segment": rows(result.by("sector")),
            "by_district": rows(result.by("district")),
            "by_firm": rows(result.firms),
            "path": None if path is None else path_json(path, limit),
        }
    )


def _tell(
    output: Output, data: Dataset, city: CityNetwork, chains: Catalogue, result: Stress, limit: int
) -> None:
    output.say(result.shock.label, style="bold")
    say_about(output, data, city)
    output.say(
        _(
            "The city loses {total} of its output, {money} a year: {own} by the shock itself, {spread} by what follows."
        ).format(
            total=f"{result.total:.2%}",
            money=amount(result.total * result.output, data.currency),
            own=f"{result.own:.2%}",
            spread=f"{result.spread:.2%}",
        )
    )
    if result.interval:
        low, high = result.interval["total"]
        output.say(
            _("Mean of the drawn networks; nine of ten of them lose between {low} and {high}.").format(
                low=f"{low:.2%}", high=f"{high:.2%}"
            )
        )
    output.say(
        _(
            "Through missing inputs {down}, through missing demand {up}; each firm counts with the greater."
        ).format(down=f"{result.downstream:.2%}", up=f"{result.upstream:.2%}")
    )
    output.say(
        _("firms that the shock hits: {n}; steps: {steps}; tolerance: {tolerance:g}").format(
            n=f"{int((result.shock.own > 0).sum()):,}", steps=result.steps, tolerance=result.tolerance
        )
    )
    if not result.converged:
        output.say(_("The cascade did not come to rest: the loss is at least this."), style="bold")
    clusters = {c.id: c.name[language()] for c in chains.clusters}
    _groups(
        output, _("By cluster"), _("cluster"), result.by("cluster_id"), limit,
        lambda c: clusters[c] if c else _("on no cluster"), data.currency,
    )  # fmt: skip
    _groups(
        output,
        _("By segment"),
        _("segment"),
        result.by("sector"),
        limit,
        lambda s: sector_name(chains, s),
        data.currency,
    )
    _firms(output, chains, result, limit, data.currency)


def _groups(
    output: Output,
    title: str,
    what: str,
    groups: pl.DataFrame,
    limit: int,
    name: Callable[[Any], str],
    currency: str,
) -> None:
    money = partial(amount, currency=currency)
    rows = groups.filter(groups["lost"] > 0)
    shown = rows.head(limit) if limit else rows
    output.table(
        title,
        (what, _("lost a year"), _("of its output"), _("by the shock"), _("by what follows")),
        [
            (name(key), money(lost), f"{loss:.2%}", money(own), money(lost - own))
            for key, _n, _output, own, lost, loss in shown.iter_rows()
        ],
        right=(1, 2, 3, 4),
    )
    more(output, rows.height - shown.height)


def _firms(output: Output, chains: Catalogue, result: Stress, limit: int, currency: str) -> None:
    rows = result.firms.filter(result.firms["lost"] > 0)
    shown = rows.head(limit) if limit else rows
    output.table(
        _("By firm"),
        (
            _("firm"),
            _("segment"),
            _("lost a year"),
            _("of its output"),
            _("missing inputs"),
            _("missing demand"),
        ),
        [
            (
                r["name"],
                sector_name(chains, r["sector"]),
                amount(r["lost"], currency),
                f"{r['loss']:.2%}",
                f"{r['downstream']:.2%}",
                f"{r['upstream']:.2%}",
            )
            for r in shown.iter_rows(named=True)
        ],
        right=(2, 3, 4, 5),
    )
    more(output, rows.height - shown.height)
