"""``chainmend catalogue diff``: what changed between two catalogues, and which firms move."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from chainmend.cli.catalogue import status_name, tier_name
from chainmend.cli.output import Output
from chainmend.i18n import _, language

if TYPE_CHECKING:
    import polars as pl

    from chainmend.chain.compare import Change, Comparison
    from chainmend.chain.model import Catalogue

_EXAMPLES = 3


def add(group: typer.Typer) -> None:
    """Add the command to the group."""
    group.command("diff", help=_("Say what changed from one catalogue to another, and which firms move."))(
        diff
    )


def diff(
    a: Annotated[str, typer.Argument(help=_("the earlier catalogue, or its folder"))],
    b: Annotated[str, typer.Argument(help=_("the later catalogue, or its folder"))],
    dataset: Annotated[
        Path | None, typer.Option("--dataset", help=_("place its firms under both and say which move"))
    ] = None,
    concordance: Annotated[
        Path | None, typer.Option("--concordance", help=_("file that says which segments are the same"))
    ] = None,
    limit: Annotated[int, typer.Option("--limit", min=0, help=_("rows to print a table; 0 prints all"))] = 30,
    out: Annotated[
        Path | None, typer.Option("--out", help=_("write the firms that move to a .parquet or .csv"))
    ] = None,
    json: Annotated[bool, typer.Option("--json", help=_("print JSON for machines"))] = False,
) -> None:
    """Compare two catalogues."""
    from chainmend.chain.catalogue import load_catalogue
    from chainmend.chain.compare import compare
    from chainmend.chain.concordance import load_concordance
    from chainmend.errors import SettingsError

    if out is not None and (out.suffix not in (".csv", ".parquet") or dataset is None):
        raise SettingsError(
            out.name,
            expected=_("a name that ends in .csv or .parquet, and a dataset"),
            do=_("name another file with --out, and a dataset with --dataset"),
        )
    output, before, after = Output(json=json), load_catalogue(a), load_catalogue(b)
    told = load_concordance(concordance, before, after).same if concordance else None
    found = compare(before, after, told)
    moved = _moves(dataset, before, after, found) if dataset else None
    if out is not None and moved is not None:
        rows = moved["rows"]
        rows.write_csv(out) if out.suffix == ".csv" else rows.write_parquet(out)
    output.emit(_plain(before, after, found, moved))
    _changes(output, before, after, found, limit)
    if moved is not None:
        _moved(output, before, after, moved, limit)
    if out is not None:
        output.say(_("written to {folder}").format(folder=out))


def _moves(dataset: Path, before: Catalogue, after: Catalogue, found: Comparison) -> dict[str, Any]:
    import polars as pl

    from chainmend.intake.reader import read_dataset
    from chainmend.placement.assign import place
    from chainmend.placement.moves import fitted, moves

    data = read_dataset(dataset)
    back = {now: then for then, now in found.same.items()}
    (old, lost), (new, gone) = fitted(data, before, after, back), fitted(data, after, before, found.same)
    rows = moves(place(old, before), place(new, after), found.same)
    named = rows.join(data.table("firms").select("firm_id", "name"), on="firm_id", how="left")
    most = pl.col("name").sort_by(["weight", "firm_id"], descending=[True, False]).head(_EXAMPLES)
    flows = (
        named.group_by("before", "after")
        .agg(
            pl.col("firm_id").n_unique().alias("firms"),
            pl.col("weight").sum().round(6),
            most.alias("such_as"),
        )
        .sort(["weight", "before", "after"], descending=[True, False, False])
    )
    return {
        "firms": data.table("firms").height,
        "moving": rows["firm_id"].n_unique(),
        "synthetic": data.synthetic,
        "corrections_left_out": {"a": lost, "b": gone},
        "flows": flows,
        "rows": named.select("firm_id", "name", "before", "after", "weight"),
    }


def _plain(a: Catalogue, b: Catalogue, found: Comparison, moved: dict[str, Any] | None) -> dict[str, Any]:
    return {
        "a": {"id": a.id, "version": a.version, "fingerprint": a.fingerprint},
        "b": {"id": b.id, "version": b.version, "fingerprint": b.fingerprint},
        "clusters": {
            side: [{"id": c.id, "name": {"zh": c.name.zh, "en": c.name.en}, "status": c.status} for c in x.clusters]
            for side, x in (("a", a), ("b", b))
        },
        "unchanged": found.unchanged,
        "changes": [
            {"level": c.level, "event": c.event, "id": c.id, "before": c.before, "after": c.after}
            for c in found.changes
        ],
        "placements": moved
        and {
            "firms": moved["firms"], "moving": moved["moving"], "synthetic": moved["synthetic"],
            "corrections_left_out": moved["corrections_left_out"],
            "flows": moved["flows"].to_dicts(), "rows": moved["rows"].to_dicts(),
        },
    }  # fmt: skip


def _level(level: str) -> str:
    words = {
        "catalogue": _("catalogue"),
        "cluster": _("cluster"),
        "chain": _("chain"),
        "segment": _("segment"),
    }
    return words[level]


def _event(event: str) -> str:
    words = {
        "added": _("added"),
        "removed": _("removed"),
        "moved": _("moved"),
        "renamed": _("renamed"),
        "status": _("status of the name"),
        "tier": _("tier"),
        "scope": _("scope"),
        "recoded": _("other codes"),
        "inputs": _("other inputs"),
        "terms": _("other terms"),
        "described": _("described otherwise"),
        "difficulty": _("difficulty"),
        "code_system": _("code system"),
    }
    return words[event]


def _values(change: Change, values: tuple[str, ...]) -> str:
    """What stood there, as a reader is to see it."""
    if change.event == "status":
        return ", ".join(map(status_name, values))
    if change.event == "tier":
        return ", ".join(map(tier_name, values))
    return (
        " / ".join(values) if change.event in ("moved", "renamed", "added", "removed") else ", ".join(values)
    )


def _changes(output: Output, a: Catalogue, b: Catalogue, found: Comparison, limit: int) -> None:
    output.say(f"{a.id} {a.version} → {b.id} {b.version}", style="bold")
    if not found.changes:
        same = a.fingerprint == b.fingerprint
        equal, rest = _("the two catalogues are the same"), _("nothing that is compared changed")
        output.say(equal if same else rest)
        return
    names = {c.id: c for x in (a, b) for c in x.clusters}
    counted: dict[tuple[str, str], int] = {}
    for c in found.changes:
        counted[c.level, c.event] = counted.get((c.level, c.event), 0) + 1
    output.table(
        _("Changes: {n}").format(n=len(found.changes)),
        (_("what"), _("change"), _("number")),
        [(_level(level), _event(event), n) for (level, event), n in counted.items()],
        right=(2,),
    )
    shown = found.changes[:limit] if limit else found.changes
    output.table(
        _("Each change"),
        (_("what"), "id", _("change"), _("before"), _("after")),
        [
            (_level(c.level), _id(c, names), _event(c.event), _values(c, c.before), _values(c, c.after))
            for c in shown
        ],
    )
    _more(output, len(found.changes) - len(shown))
    output.say(_("segments that did not change: {n}").format(n=found.unchanged))


def _id(change: Change, clusters: dict[str, Any]) -> str:
    """The id; a cluster with how surely its name is known."""
    if change.level != "cluster":
        return change.id
    return f"{change.id} · {status_name(clusters[change.id].status)}"


def _more(output: Output, n: int) -> None:
    if n > 0:
        output.say(_("{n} more; --limit 0 prints all").format(n=n))


def _moved(output: Output, a: Catalogue, b: Catalogue, moved: dict[str, Any], limit: int) -> None:
    if moved["synthetic"]:
        output.say(_("made-up data"))
    output.say(_("{n} of {firms} firms move").format(n=f"{moved['moving']:,}", firms=f"{moved['firms']:,}"))
    for side, catalogue in (("a", a), ("b", b)):
        if moved["corrections_left_out"][side]:
            line = _("corrections onto segments that {id} does not have, left out there: {n}")
            output.say(
                line.format(id=f"{catalogue.id} {catalogue.version}", n=moved["corrections_left_out"][side])
            )
    before, after = ({s.id: s.name[language()] for s in x.segments.values()} for x in (a, b))

    def named(id: str | None, names: dict[str, str]) -> str:
        return f"{id} {names[id]}" if id is not None else _("on no segment")

    flows: pl.DataFrame = moved["flows"]
    if flows.is_empty():
        return
    shown = flows.head(limit) if limit else flows
    output.table(
        _("Firms that move"),
        (_("from"), _("to"), _("firms"), _("weight"), _("such as")),
        [
            (
                named(r["before"], before),
                named(r["after"], after),
                f"{r['firms']:,}",
                f"{r['weight']:,.2f}",
                _list(r["such_as"]),
            )
            for r in shown.iter_rows(named=True)
        ],
        right=(2, 3),
    )
    _more(output, flows.height - shown.height)


def _list(names: list[str]) -> str:
    return ("、" if language() == "zh" else ", ").join(names)
