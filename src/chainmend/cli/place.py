"""``chainmend place``: firms on segments, with the evidence, and how well that agrees with a labelled sample."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from chainmend.chain import CATALOGUE_VARIABLE, DEFAULT_CATALOGUE
from chainmend.cli.output import Output
from chainmend.i18n import _, language

if TYPE_CHECKING:
    import polars as pl

    from chainmend.chain.model import Catalogue
    from chainmend.dataset import Dataset


def add(app: typer.Typer) -> None:
    """Add the command to the application."""
    app.command("place", help=_("Place firms on segments, or explain where one firm is placed."))(place)


def place(
    dataset: Annotated[Path, typer.Argument(help=_("folder with the tables of a city"))],
    catalogue: Annotated[
        str,
        typer.Option("--catalogue", envvar=CATALOGUE_VARIABLE, help=_("id of a catalogue, or its folder")),
    ] = DEFAULT_CATALOGUE,
    explain: Annotated[str | None, typer.Option("--explain", help=_("id or name of one firm"))] = None,
    labels: Annotated[
        Path | None, typer.Option("--labels", help=_("CSV with firm_id and segment_id to compare with"))
    ] = None,
    out: Annotated[
        Path | None, typer.Option("--out", help=_("write the placements to a .parquet or .csv"))
    ] = None,
    json: Annotated[bool, typer.Option("--json", help=_("print JSON for machines"))] = False,
) -> None:
    """Place the firms of a dataset."""
    from chainmend.chain.catalogue import load_catalogue
    from chainmend.errors import SettingsError
    from chainmend.intake.reader import read_dataset
    from chainmend.placement import assign

    if out is not None and out.suffix not in (".csv", ".parquet"):
        raise SettingsError(
            out.name, expected=_("a name that ends in .csv or .parquet"), do=_("name another file with --out")
        )
    output = Output(json=json)
    data, chains = read_dataset(dataset), load_catalogue(catalogue)
    if explain is not None:
        found = assign.explain(data, chains, explain)
        for p in found["placements"]:
            cluster = chains.segments[p["segment_id"]].cluster_id
            p["cluster"] = {"id": cluster} | chains.cluster_names[cluster]
        _explain(output, found | {"synthetic": data.synthetic})
        return
    placed = assign.place(data, chains)
    if out is not None:
        placed.write_csv(out) if out.suffix == ".csv" else placed.write_parquet(out)
    measured = _compare(placed, labels) if labels is not None else None
    _summary(output, data, chains, placed, measured)


def _explain(output: Output, found: dict[str, Any]) -> None:
    from chainmend.cli.catalogue import status_name

    output.emit(found)
    _mark(output, found["synthetic"])
    output.say(f"{found['firm_id']}  {found['name']}")
    output.say(_("industry code: {code}").format(code=found["industry_code"] or _("unknown")))
    index = 0 if language() == "zh" else 1
    if not found["placements"] and found["corrected"]:
        output.say(_("on no segment: people corrected it so"))
    elif not found["placements"]:
        output.say(_("on no segment: neither products nor code nor text name one"))
    for p in found["placements"]:
        line = _("{segment} {name}: weight {weight}, confidence {confidence}, by {basis}")
        output.say(
            line.format(
                segment=p["segment_id"],
                name=p["name"][index],
                weight=f"{p['weight']:.2f}",
                confidence=f"{p['confidence']:.2f}",
                basis=_basis(p["basis"]),
            )
        )
        output.say(f"    {p['cluster'][language()]} · {status_name(p['cluster']['status'])}")
        evidence = p["evidence"] if isinstance(p["evidence"], list) else [p["evidence"]]
        for why in evidence:
            output.say("    " + ", ".join(f"{k}: {v}" for k, v in why.items() if v is not None))
    if found["silent_products"]:
        output.say(
            _("products that name no segment: {names}").format(names="、".join(found["silent_products"][:12]))
        )


def _mark(output: Output, synthetic: bool) -> None:
    if synthetic:
        output.say(_("made-up data"))


def _basis(basis: str) -> str:
    return {
        "override": _("correction"),
        "product": _("products"),
        "named": _("the catalogue"),
        "code": _("code"),
        "text": _("text"),
    }[basis]


def _summary(
    output: Output, data: Dataset, chains: Catalogue, placed: pl.DataFrame, measured: dict[str, Any] | None
) -> None:
    import polars as pl

    from chainmend.chain.scope import system_notes
    from chainmend.cli.catalogue import status_name

    firms = data.tables["firms"].height
    n = placed["firm_id"].n_unique()
    by_basis = dict(placed.group_by("basis").agg(pl.col("firm_id").n_unique()).sort("basis").iter_rows())
    clusters = {s.id: s.cluster_id for s in chains.segments.values()}
    by_cluster = dict(
        placed.select(
            pl.col("segment_id").replace_strict(clusters, return_dtype=pl.String).alias("c"), "firm_id"
        )
        .group_by("c")
        .agg(pl.col("firm_id").n_unique())
        .iter_rows()
    )
    output.emit(
        {
            "firms": firms, "placed": n, "by_basis": by_basis, "by_cluster": by_cluster,
            "clusters": {id: name for id, name in chains.cluster_names.items() if id in by_cluster},
            "synthetic": data.synthetic, "evaluation": measured,
        }
    )  # fmt: skip
    _mark(output, data.synthetic)
    for note in system_notes(data, chains):
        output.say(f"- {note}")
    output.say(_("{n} of {firms} firms are placed").format(n=f"{n:,}", firms=f"{firms:,}"))
    output.table(
        _("By evidence"),
        (_("evidence"), _("firms")),
        [(_basis(b), f"{k:,}") for b, k in by_basis.items()],
        (1,),
    )
    output.table(
        _("By cluster"),
        (_("cluster"), _("status"), _("firms")),
        [
            (c.name[language()], status_name(c.status), f"{by_cluster[c.id]:,}")
            for c in chains.clusters
            if c.id in by_cluster
        ],
        (2,),
    )
    if measured:
        output.say(
            _("against the labels: macro-F1 {f1}, precision {p}, recall {r}, coverage {c}").format(
                f1=_score(measured["macro_f1"]),
                p=_score(measured["precision"]),
                r=_score(measured["recall"]),
                c=_score(measured["coverage"]),
            )
        )
        for row in measured["confusions"]:
            output.say("  " + "  ".join(str(v) for v in row.values()))


def _score(value: float | None) -> str:
    return "–" if value is None else f"{value:.3f}"


def _compare(placed: pl.DataFrame, labels: Path) -> dict[str, Any]:
    from chainmend.intake.files import read_columns
    from chainmend.placement.evaluate import evaluate

    found = evaluate(placed, read_columns(labels, ("firm_id", "segment_id")))
    return {
        "macro_f1": found.macro_f1,
        "precision": found.precision,
        "recall": found.recall,
        "coverage": found.coverage,
        "confusions": found.confusions.to_dicts(),
    }
