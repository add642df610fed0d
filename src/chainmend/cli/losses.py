"""What the commands on losses share: reading a city and its network, and the words before and after the tables."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import typer

from chainmend.chain import CATALOGUE_VARIABLE
from chainmend.errors import SettingsError
from chainmend.i18n import _, language
from chainmend.names import percent

if TYPE_CHECKING:
    from collections.abc import Callable

    import polars as pl

    from chainmend.chain.model import Catalogue
    from chainmend.cli.output import Output
    from chainmend.dataset import Dataset
    from chainmend.fragility.city import CityNetwork


def option(name: str) -> Any:
    """Return an option that several commands have; its help is in the language that is current now."""
    texts = {
        "--catalogue": _("id of a catalogue, or its folder"),
        "--year": _("year of the links; the last by default"),
        "--estimate": _("draw links from outputs and the catalogue, where there are none"),
        "--links-per-firm": _("with --estimate: expected customers of a firm"),
        "--inside": _("with --estimate: share of output sold to firms of the dataset"),
        "--draws": _("with --estimate: number of networks drawn"),
        "--seed": _("with --estimate: the same seed draws the same networks"),
        "--tolerance": _("end when no firm's loss changes by more in a step"),
        "--json": _("print JSON for machines"),
    }
    return typer.Option(
        name,
        min={"--draws": 1, "--seed": 0}.get(name),
        envvar=CATALOGUE_VARIABLE if name == "--catalogue" else None,
        help=texts[name],
    )


@dataclass(frozen=True)
class Links:
    """Where the links of a city come from: a year of the data, or draws."""

    year: int | None
    estimate: bool
    per_firm: float
    inside: float
    draws: int
    seed: int


def read_city(
    dataset: Path, catalogue: str, links: Links, step: Callable[[str], None]
) -> tuple[Dataset, Catalogue, tuple[CityNetwork, ...]]:
    """Read a dataset and a catalogue and make the city's supply network, or draw several; two steps of progress."""
    from chainmend.chain.catalogue import load_catalogue
    from chainmend.fragility.city import city_network
    from chainmend.fragility.estimate import estimated_networks
    from chainmend.intake.reader import read_dataset
    from chainmend.placement.assign import place

    if links.estimate and links.year is not None:
        raise SettingsError(
            _("--year together with --estimate"),
            expected=_("one of them: estimated links are of the year of the firms' outputs"),
            do=_("leave out --year or --estimate"),
        )
    chains = load_catalogue(catalogue)
    step(_("reading the tables"))
    data = read_dataset(dataset)
    step(_("placing firms on segments"))
    placed = place(data, chains)
    if not links.estimate:
        return data, chains, (city_network(data, placed, chains, year=links.year),)
    networks = estimated_networks(
        data,
        placed,
        chains,
        links_per_firm=links.per_firm,
        inside=links.inside,
        draws=links.draws,
        seed=links.seed,
    )
    return data, chains, networks


def check_out(out: Path | None, option: str = "--out") -> None:
    """Refuse a file whose name does not say how it is written, before any work is done."""
    if out is not None and out.suffix not in (".csv", ".parquet"):
        raise SettingsError(
            out.name,
            expected=_("a name that ends in .csv or .parquet"),
            do=_("name another file with {option}").format(option=option),
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
        "currency": data.currency,
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


def amount(value: float, currency: str) -> str:
    """Return money as the current language writes it, a dash for none."""
    from chainmend.names import money

    return money(value, currency)[language() != "zh"] if value else "–"


def may_stop(sources: int) -> str:
    """Return how many sources of a segment may stop, or that none of them is a main one."""
    return str(sources) if sources else _("no main source")


def assumed(q: float) -> str:
    """Return the sentence that says what a loss avoided rests on."""
    return _(
        "The new supplier takes {q} of what local firms buy of the segment. Counted is what is lost through missing "
        "inputs. Probabilities are assumptions, see `--settings`; values of several segments cannot be added."
    ).format(q=percent(q))


def sector_name(chains: Catalogue, sector: str) -> str:
    """Return the name of a segment, or what stands in its place for firms on none."""
    if sector in chains.segments:
        return chains.segments[sector].name[language()]
    if sector.startswith("code:"):
        return _("on no segment, industry division {code}").format(code=sector.removeprefix("code:"))
    return _("on no segment")


def segment_named(chains: Catalogue, given: str) -> str:
    """Return the id of the segment that has `given` as its id or name.

    Raises
    ------
    SettingsError
        If none has, or several; the message names similar ones.
    """
    from chainmend.chain.lookup import near

    matches = [s.id for s in chains.segments.values() if given in (s.id, *s.name.pair)]
    if len(matches) == 1:
        return matches[0]
    if matches:
        raise SettingsError(
            _("{n} segments have the name {name}").format(n=len(matches), name=given),
            expected=_("one of: {ids}").format(ids=", ".join(matches)),
        )
    similar = near(chains, given)
    raise SettingsError(
        _("no segment {name}").format(name=given),
        expected=_("the id or name of a segment"),
        do=_("similar names: {names}").format(names=", ".join(similar)) if similar else None,
    )


def more(output: Output, n: int, option: str = "--limit 0") -> None:
    """Say how many rows a table leaves out."""
    if n:
        output.say(_("{n} more; {option} shows all").format(n=f"{n:,}", option=option))
