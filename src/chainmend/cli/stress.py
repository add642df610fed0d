"""``chainmend stress``: what the city loses when firms, a segment, a district or an origin stop."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from chainmend.cli.output import Output
from chainmend.i18n import _, language

if TYPE_CHECKING:
    from collections.abc import Callable

    import polars as pl

    from chainmend.chain.model import Catalogue
    from chainmend.dataset import Dataset
    from chainmend.fragility.city import CityNetwork
    from chainmend.fragility.stress import Stress

_STEPS = 3


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
    catalogue: Annotated[
        str, typer.Option("--catalogue", help=_("id of a catalogue, or its folder"))
    ] = "hangzhou-296x",
    year: Annotated[
        int | None, typer.Option("--year", help=_("year of the links; the last by default"))
    ] = None,
    tolerance: Annotated[
        float, typer.Option("--tolerance", help=_("end when no firm's loss changes by more in a step"))
    ] = 0.01,
    limit: Annotated[int, typer.Option("--limit", min=0, help=_("rows of each table; 0 prints all"))] = 15,
    out: Annotated[
        Path | None, typer.Option("--out", help=_("write the losses of all firms to a .parquet or .csv"))
    ] = None,
    json: Annotated[bool, typer.Option("--json", help=_("print JSON for machines"))] = False,
) -> None:
    """Read, shock, and print."""
    from chainmend.fragility.scenario import make_shock
    from chainmend.fragility.stress import stress as run

    check_out(out)
    output = Output(json=json)
    with output.progress(_STEPS) as step:
        data, chains, city = read_city(dataset, catalogue, year, step)
        shock = make_shock(
            city,
            chains,
            firms=firm or (),
            segments=segment or (),
            origins=origin or (),
            districts=district or (),
            share=share,
            upstream_share=upstream_share,
        )
        step(_("the cascade"))
        result = run(city, shock, tolerance=tolerance)
    if out is not None:
        write(result.firms, out)
    _emit(output, data, city, result, limit)
    _tell(output, data, city, chains, result, limit)
    if out is not None:
        output.say(_("written to {folder}").format(folder=out))


def read_city(
    dataset: Path, catalogue: str, year: int | None, step: Callable[[str], None]
) -> tuple[Dataset, Catalogue, CityNetwork]:
    """Read a dataset and a catalogue and make the supply network of the city; two steps of progress."""
    from chainmend.chain.catalogue import load_catalogue
    from chainmend.fragility.city import city_network
    from chainmend.intake.reader import read_dataset
    from chainmend.placement.assign import place

    chains = load_catalogue(catalogue)
    step(_("reading the tables"))
    data = read_dataset(dataset)
    step(_("placing firms on segments"))
    return data, chains, city_network(data, place(data, chains), chains, year=year)


def check_out(out: Path | None) -> None:
    """Refuse a file whose name does not say how it is written, before any work is done."""
    from chainmend.errors import SettingsError

    if out is not None and out.suffix not in (".csv", ".parquet"):
        raise SettingsError(
            out.name, expected=_("a name that ends in .csv or .parquet"), do=_("name another file with --out")
        )


def write(frame: pl.DataFrame, out: Path) -> None:
    """Write a frame as CSV or Parquet, whichever `out` ends in."""
    frame.write_csv(out) if out.suffix == ".csv" else frame.write_parquet(out)


def about(data: Dataset, city: CityNetwork) -> dict[str, Any]:
    """What a loss was computed from, for machines."""
    return {
        "synthetic": data.synthetic,
        "estimated": city.network.estimated,
        "city": data.place.city,
        "date": data.date.isoformat(),
        "year": city.year,
        "firms": city.network.n_firms,
        "links": city.network.n_links,
        "output": city.output,
        "notes": list(city.notes),
        "rejected": dict(data.rejected),
    }


def say_about(output: Output, data: Dataset, city: CityNetwork) -> None:
    """Print what a loss was computed from."""
    marks = [_("made-up data, no real firm or city")] if data.synthetic else []
    if city.network.estimated:
        marks.append(_("links are estimates"))
    line = _("{city}, data of {date}; {links} links of {year} between {firms} firms").format(
        city=data.place.city,
        date=data.date,
        links=f"{city.network.n_links:,}",
        year=city.year,
        firms=f"{city.network.n_firms:,}",
    )
    output.say(line + "".join(f"  [{m}]" for m in marks))
    if data.rejected:
        tables = ", ".join(f"{table} {n:,}" for table, n in data.rejected.items())
        output.say(_("rows refused, see `chainmend check`: {tables}").format(tables=tables))
    for note in city.notes:
        output.say(f"- {note}")


def amount(yuan: float) -> str:
    """Return money as the current language writes it, a dash for none."""
    from chainmend.names import money

    return money(yuan)[language() != "zh"] if yuan else "–"


def sector_name(chains: Catalogue, sector: str) -> str:
    """Return the name of a segment, or what stands in its place for firms on none."""
    if sector in chains.segments:
        return chains.segments[sector].name[language()]
    if sector.startswith("code:"):
        return _("on no segment, industry division {code}").format(code=sector.removeprefix("code:"))
    return _("on no segment")


def _emit(output: Output, data: Dataset, city: CityNetwork, result: Stress, limit: int) -> None:
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
            "yuan": {k: v * result.output for k, v in parts.items()},
            "steps": result.steps,
            "converged": result.converged,
            "tolerance": result.tolerance,
            "by_cluster": rows(result.by("cluster_id")),
            "by_segment": rows(result.by("sector")),
            "by_district": rows(result.by("district")),
            "by_firm": rows(result.firms),
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
            money=amount(result.total * result.output),
            own=f"{result.own:.2%}",
            spread=f"{result.spread:.2%}",
        )
    )
    output.say(
        _(
            "Through missing inputs {down}, through missing demand {up}; each firm counts with the greater."
        ).format(down=f"{result.downstream:.2%}", up=f"{result.upstream:.2%}")
    )
    output.say(
        _("firms that stop: {n}; steps: {steps}; tolerance: {tolerance:g}").format(
            n=f"{int((result.shock.own > 0).sum()):,}", steps=result.steps, tolerance=result.tolerance
        )
    )
    if not result.converged:
        output.say(_("The cascade did not come to rest: the loss is at least this."), style="bold")
    clusters = {c.id: c.name[language()] for c in chains.clusters}
    _groups(
        output, _("By cluster"), _("cluster"), result.by("cluster_id"), limit,
        lambda c: clusters[c] if c else _("on no cluster"),
    )  # fmt: skip
    _groups(
        output, _("By segment"), _("segment"), result.by("sector"), limit, lambda s: sector_name(chains, s)
    )
    _firms(output, chains, result, limit)


def _groups(
    output: Output, title: str, what: str, groups: pl.DataFrame, limit: int, name: Callable[[Any], str]
) -> None:
    rows = groups.filter(groups["lost"] > 0)
    shown = rows.head(limit) if limit else rows
    output.table(
        title,
        (what, _("lost a year"), _("of its output"), _("by the shock"), _("by what follows")),
        [
            (name(key), amount(lost), f"{loss:.2%}", amount(own), amount(lost - own))
            for key, _n, _output, own, lost, loss in shown.iter_rows()
        ],
        right=(1, 2, 3, 4),
    )
    more(output, rows.height - shown.height)


def more(output: Output, n: int, option: str = "--limit 0") -> None:
    """Say how many rows a table leaves out."""
    if n:
        output.say(_("{n} more; {option} shows all").format(n=f"{n:,}", option=option))


def _firms(output: Output, chains: Catalogue, result: Stress, limit: int) -> None:
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
                amount(r["lost"]),
                f"{r['loss']:.2%}",
                f"{r['downstream']:.2%}",
                f"{r['upstream']:.2%}",
            )
            for r in shown.iter_rows(named=True)
        ],
        right=(2, 3, 4, 5),
    )
    more(output, rows.height - shown.height)
