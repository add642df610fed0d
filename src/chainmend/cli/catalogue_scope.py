"""``chainmend catalogue scope``: output of clusters by codes and by placement, what is counted twice or not known."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from chainmend.chain import CATALOGUE_VARIABLE, DEFAULT_CATALOGUE
from chainmend.cli.catalogue import status_name
from chainmend.cli.output import Output
from chainmend.i18n import _, language

if TYPE_CHECKING:
    from collections.abc import Mapping

    from chainmend.chain.growth import Growth
    from chainmend.chain.model import Catalogue
    from chainmend.chain.output import Amount, Basis, CityParts, Measure
    from chainmend.dataset import Dataset

_MOST_PAIRS = 10


def add(group: typer.Typer) -> None:
    """Add the command to the group."""
    group.command(
        "scope", help=_("Output of clusters by codes and by placement, with what is counted twice.")
    )(scope)


def scope(
    dataset: Annotated[Path, typer.Argument(help=_("folder with the tables of a city"))],
    catalogue: Annotated[
        str,
        typer.Option("--catalogue", envvar=CATALOGUE_VARIABLE, help=_("id of a catalogue, or its folder")),
    ] = DEFAULT_CATALOGUE,
    before: Annotated[
        Path | None, typer.Option("--before", help=_("the same city at an earlier date, for growth"))
    ] = None,
    out: Annotated[
        Path | None,
        typer.Option("--out", help=_("write a .csv with a row for each cluster and the matrix of overlap")),
    ] = None,
    json: Annotated[bool, typer.Option("--json", help=_("print JSON for machines"))] = False,
) -> None:
    """Print both measures of every cluster, coverage, overlap, and growth where there is an earlier date."""
    from chainmend.chain.catalogue import load_catalogue
    from chainmend.chain.growth import growth
    from chainmend.chain.output import BASES, measure
    from chainmend.chain.scope import uncounted
    from chainmend.errors import SettingsError
    from chainmend.intake.reader import read_dataset

    if out is not None and out.suffix != ".csv":
        raise SettingsError(
            out.name, expected=_("a name that ends in .csv"), do=_("name another file with --out")
        )
    output, chains = Output(json=json), load_catalogue(catalogue)
    data, earlier = read_dataset(dataset), read_dataset(before) if before else None
    now = _parts(data, chains)
    measures = {basis: measure(now, basis) for basis in BASES}
    grown: dict[Basis, tuple[Growth, ...]] = {}
    if earlier:
        then = _parts(earlier, chains)
        grown = {basis: growth(now, then, basis) for basis in BASES}
    missed = uncounted(chains)
    if out is not None:
        _write(chains, measures, out)
    output.emit(
        {
            "catalogue": chains.id, "version": chains.version, "place": now.place, "date": now.date,
            "before": earlier.date if earlier else None, "synthetic": data.synthetic,
            "currency": data.currency, "code_system": chains.code_system, "city": asdict(measures["codes"].city),
            "measures": {b: _plain(m, chains) for b, m in measures.items()},
            "growth": {b: [asdict(g) for g in found] for b, found in grown.items()} or None,
            "uncounted": {code: list(segments) for code, segments in missed.items()},
        }
    )  # fmt: skip
    if data.synthetic:
        output.say(_("made-up data"))
    city = measures["codes"].city
    line = _(
        "{place}, twelve months to {date}: active firms {firms}, output {output}, not known of {unknown}"
    )
    output.say(
        line.format(
            place=now.place,
            date=now.date,
            firms=f"{city.firms:,}",
            output=_money(city, data.currency),
            unknown=f"{city.unknown:,}",
        )
    )
    _clusters(output, chains, measures, data.currency)
    _bounds(output, measures)
    _coverage(output, measures, data.currency)
    _overlap(output, chains, measures, data.currency)
    if earlier:
        _growth(output, chains, grown, f"{earlier.date} → {now.date}")
    line = _("classes that segments use and no cluster counts: {n} ({codes})")
    output.say(line.format(n=len(missed), codes=", ".join(missed) or "–"))


def _write(catalogue: Catalogue, measures: Mapping[Basis, Measure], out: Path) -> None:
    """A row for each cluster and measure, then a column for each cluster: the matrix of overlap."""
    import polars as pl

    from chainmend.chain.output import overlap_matrix

    rows = [
        {"measure": basis}
        | {k: v for k, v in row.items() if k != "id"}
        | {"cluster": row["id"]}
        | shared[row["id"]]
        for basis, m in measures.items()
        for shared in (overlap_matrix(m),)
        for row in _plain(m, catalogue)["clusters"]
    ]
    first = ("measure", "cluster", "zh", "en", "status")
    frame = pl.DataFrame(rows, infer_schema_length=None)
    frame.select(*first, pl.exclude(first)).write_csv(out)


def _parts(data: Dataset, catalogue: Catalogue) -> CityParts:
    from chainmend.chain.output import city_parts
    from chainmend.placement.assign import place

    return city_parts(data, catalogue, place(data, catalogue))


def _clusters(output: Output, catalogue: Catalogue, measures: Mapping[Basis, Measure], currency: str) -> None:
    rows, empty = [], []
    pairs = zip(measures["codes"].clusters, measures["placement"].clusters, strict=True)
    for cluster, (codes, placed) in zip(catalogue.clusters, pairs, strict=True):
        name = cluster.name[language()]
        if not codes.counted.firms and not placed.counted.firms:
            empty.append(_("{name} [{status}]").format(name=name, status=status_name(cluster.status)))
            continue
        cells = [
            (f"{c.counted.firms:,}", _money(c.counted, currency), _share(c.share)) for c in (codes, placed)
        ]
        rows.append((name, status_name(cluster.status), *cells[0], *cells[1]))
    total = [
        (f"{m.counted.firms:,}", _money(m.counted, currency), _share(_ratio(m.counted.output, m.city.output)))
        for m in measures.values()
    ]
    rows.append((_("all clusters"), "", *total[0], *total[1]))
    columns = (
        _("cluster"), _("status"), _("firms by codes"), _("output by codes"), _("share"), _("firms by placement"),
        _("output by placement"), _("share"),
    )  # fmt: skip
    output.table(_("Output of the clusters"), columns, rows, right=(2, 3, 4, 5, 6, 7))
    if empty:
        output.say(_("without a firm: {names}").format(names=_(", ").join(empty)))


def _bounds(output: Output, measures: Mapping[Basis, Measure]) -> None:
    """Say that the figures are lower bounds where a class, a segment or an output is not known."""
    codes = measures["codes"]
    classless = sum(a.firms for why, a in codes.unreached.items() if why != "not in scope")
    nowhere = sum(a.firms for a in measures["placement"].unreached.values())
    if classless or nowhere or codes.city.unknown:
        line = _(
            "lower bounds: of {a} firms no class is known, {b} are on no segment, of {c} no output is known"
        )
        output.say(line.format(a=f"{classless:,}", b=f"{nowhere:,}", c=f"{codes.city.unknown:,}"))


def _coverage(output: Output, measures: Mapping[Basis, Measure], currency: str) -> None:
    for basis, m in measures.items():
        rows = [(_("counted in clusters"), *_cells(m.counted, m.city, currency))]
        rest = "–" if m.rest is None else _value(m.rest, currency)
        rows.append(
            (_("rest of these firms, counted nowhere"), "", "", rest, _share(_ratio(m.rest, m.city.output)))
        )
        rows += [(_reason(why), *_cells(amount, m.city, currency)) for why, amount in m.unreached.items()]
        columns = (_("what became of it"), _("firms"), _("not known"), _("output"), _("share"))
        title = _("The city's output, {basis}").format(basis=_basis(basis))
        output.table(title, columns, rows, right=(1, 2, 3, 4))


def _cells(amount: Amount, city: Amount, currency: str) -> tuple[str, str, str, str]:
    share = _share(_ratio(amount.output, city.output))
    return f"{amount.firms:,}", f"{amount.unknown:,}", _money(amount, currency), share


def _overlap(output: Output, catalogue: Catalogue, measures: Mapping[Basis, Measure], currency: str) -> None:
    names = {c.id: c.name[language()] for c in catalogue.clusters}
    rows = []
    for basis, m in measures.items():
        if m.doubled is not None:
            line = _("{basis}: {money} would be counted more than once if clusters counted their firms whole")
            output.say(line.format(basis=_basis(basis), money=_value(m.doubled, currency)))
        largest = sorted(m.overlap.items(), key=lambda item: (-(item[1].output or 0), -item[1].firms))
        rows += [
            (_basis(basis), names[a], names[b], f"{both.firms:,}", _money(both, currency))
            for (a, b), both in largest[:_MOST_PAIRS]
        ]
    if rows:
        columns = (_("measure"), _("cluster"), _("and"), _("firms of both"), _("their whole output"))
        output.table(_("Firms that two clusters claim, resolved by the shares"), columns, rows, right=(3, 4))


def _growth(
    output: Output, catalogue: Catalogue, grown: Mapping[Basis, tuple[Growth, ...]], dates: str
) -> None:
    named = {c.id: (c.name[language()], status_name(c.status)) for c in catalogue.clusters}
    over_a_year = any(g.yearly is not None for g in grown["codes"])
    heads = (_("above all firms"), _("a year")) if over_a_year else (_("above all firms"),)
    rows = []
    for codes, placed in zip(grown["codes"], grown["placement"], strict=True):
        if codes.growth is None and placed.growth is None:
            continue
        name = named[codes.cluster_id] if codes.cluster_id else (_("all firms"), "")
        rows.append((*name, *_rates(codes, over_a_year), *_rates(placed, over_a_year)))
    columns = (_("cluster"), _("status"), _("by codes"), *heads, _("by placement"), *heads)
    title = _("Growth {dates}, of firms whose output is known at both dates").format(dates=dates)
    output.table(title, columns, rows, right=range(2, len(columns)))


def _rates(g: Growth, over_a_year: bool) -> tuple[str, ...]:
    cells = (_rate(g.growth), _points(g.excess))
    return (*cells, _rate(g.yearly)) if over_a_year else cells


def _basis(basis: Basis) -> str:
    return {"codes": _("by codes"), "placement": _("by placement")}[basis]


def _reason(why: str) -> str:
    return {
        "no code": _("no industry code"),
        "too coarse": _("code too coarse to tell"),
        "not in scope": _("code in no scope"),
        "other system": _("code of another classification"),
        "not placed": _("on no segment"),
    }[why]


def _money(amount: Amount, currency: str) -> str:
    return _("not known") if amount.output is None else _value(amount.output, currency)


def _value(amount: float, currency: str) -> str:
    from chainmend.names import money, whole_money

    texts = whole_money if abs(amount) < 10_000 else money
    return texts(amount, currency)[0 if language() == "zh" else 1]


def _ratio(part: float | None, whole: float | None) -> float | None:
    return part / whole if part is not None and whole else None


def _share(share: float | None) -> str:
    from chainmend.names import percent

    return "–" if share is None else percent(share)


def _rate(rate: float | None) -> str:
    return "–" if rate is None else f"{rate:+.1%}"


def _points(points: float | None) -> str:
    shown = round(100 * (points or 0), 1) or 0.0  # no minus before a zero
    return "–" if points is None else _("{n} pp").format(n=f"{shown:+.1f}")


def _plain(m: Measure, catalogue: Catalogue) -> dict[str, Any]:
    names = {c.id: {"zh": c.name.zh, "en": c.name.en, "status": c.status} for c in catalogue.clusters}
    return {
        "counted": asdict(m.counted),
        "rest": m.rest,
        "unreached": {why: asdict(amount) for why, amount in m.unreached.items()},
        "doubled": m.doubled,
        "clusters": [
            {
                "id": c.cluster_id,
                **names[c.cluster_id],
                **asdict(c.counted),
                "whole": c.whole,
                "share": c.share,
            }
            for c in m.clusters
        ],
        "overlap": [{"a": a, "b": b, **asdict(both)} for (a, b), both in m.overlap.items()],
    }
