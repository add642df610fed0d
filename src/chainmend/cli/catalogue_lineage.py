"""``chainmend catalogue lineage``: what the clusters grew out of, and how surely that is known."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from chainmend.chain import CATALOGUE_VARIABLE, DEFAULT_CATALOGUE
from chainmend.cli.catalogue import status_name
from chainmend.cli.output import Output
from chainmend.i18n import _, language

if TYPE_CHECKING:
    from chainmend.chain.model import Catalogue, Cluster, Origin


def add(group: typer.Typer) -> None:
    """Add the command to the group."""
    group.command("lineage", help=_("Show what the clusters grew out of."))(lineage)


def lineage(
    name: Annotated[
        str, typer.Argument(envvar=CATALOGUE_VARIABLE, help=_("a shipped catalogue or a folder"))
    ] = DEFAULT_CATALOGUE,
    out: Annotated[
        Path | None,
        typer.Option("--out", help=_("write the links as a table for a Sankey diagram, to a .csv or .json")),
    ] = None,
    json: Annotated[bool, typer.Option("--json", help=_("print JSON for machines"))] = False,
) -> None:
    """Print every succession, and what has none."""
    from chainmend.chain.catalogue import load_catalogue
    from chainmend.chain.lineage import flow, without_origin, without_successor
    from chainmend.errors import SettingsError

    if out is not None and out.suffix not in (".csv", ".json"):
        raise SettingsError(
            out.name, expected=_("a name that ends in .csv or .json"), do=_("name another file with --out")
        )
    output, catalogue = Output(json=json), load_catalogue(name)
    links = flow(catalogue)
    lost, new = without_successor(catalogue.lineage), without_origin(catalogue)
    if out is not None:
        _write(links, out)
    output.emit(_plain(catalogue) | {
        "links": links,
        "no_successor": [o.id for o in lost],
        "no_origin": [{"cluster": c.id, "status": c.status} for c in new],
    })  # fmt: skip
    if not catalogue.lineage.origins:
        output.say(_("this catalogue says nothing of what its clusters grew out of"))
    else:
        _table(output, catalogue)
        _rest(output, lost, new)
    if out is not None:
        output.say(_("written to {folder}").format(folder=out))


def _table(output: Output, catalogue: Catalogue) -> None:
    origins = {o.id: o for o in catalogue.lineage.origins}
    clusters = {c.id: c for c in catalogue.clusters}
    rows = []
    for s in catalogue.lineage.successions:
        origin, cluster = origins[s.origin], clusters[s.cluster]
        rows.append(
            (
                origins[origin.within or origin.id].name[language()],
                origin.name[language()] if origin.within else "",
                cluster.name[language()],
                status_name(cluster.status),
                _kind(s.kind),
                s.date,
                _sureness(s.status),
                s.note[language()] if s.note else s.source,
            )
        )
    title = _("From the groups before to the clusters of {name}").format(name=catalogue.name[language()])
    columns = (
        _("group"), _("part"), _("cluster"), _("the cluster's name"), _("kind of succession"), _("since"),
        _("succession"), _("why"),
    )  # fmt: skip
    output.table(title, columns, rows)


def _rest(output: Output, lost: tuple[Origin, ...], new: tuple[Cluster, ...]) -> None:
    between = "、" if language() == "zh" else ", "
    if lost:
        names = between.join(o.name[language()] for o in lost)
        output.say(_("no successor is recorded: {names}").format(names=names))
    if new:
        form = "{}（{}）" if language() == "zh" else "{} ({})"
        names = between.join(form.format(c.name[language()], status_name(c.status)) for c in new)
        output.say(_("no origin is recorded: {names}").format(names=names))


def _kind(kind: str) -> str:
    words = {
        "continues": _("continues"),
        "renamed": _("renamed"),
        "splits": _("splits"),
        "merges": _("merges"),
    }
    return words[kind]


def _sureness(status: str) -> str:
    if status != "inferred":
        return status_name(status)
    return _("inferred") if language() == "en" else f"{_('inferred')} {status}"


def _plain(catalogue: Catalogue) -> dict[str, Any]:
    known = catalogue.lineage
    return {
        "catalogue": catalogue.id,
        "version": catalogue.version,
        "sources": dict(known.sources),
        "origins": [
            {
                "id": o.id,
                "name": {"zh": o.name.zh, "en": o.name.en},
                "within": o.within,
                "date": o.date,
                "status": o.status,
                "source": o.source,
            }
            for o in known.origins
        ],
        "successions": [
            {
                "from": s.origin,
                "to": s.cluster,
                "kind": s.kind,
                "date": s.date,
                "status": s.status,
                "source": s.source,
                "note": {"zh": s.note.zh, "en": s.note.en} if s.note else None,
            }
            for s in known.successions
        ],
        "clusters": [
            {"id": c.id, "name": {"zh": c.name.zh, "en": c.name.en}, "status": c.status}
            for c in catalogue.clusters
        ],
    }


def _write(links: list[dict[str, Any]], out: Path) -> None:
    import csv
    import io
    import json

    from chainmend.chain.lineage import FLOW

    if out.suffix == ".json":
        text = json.dumps(links, ensure_ascii=False, indent=2) + "\n"
    else:
        table = io.StringIO()
        writer = csv.DictWriter(table, FLOW, lineterminator="\n")
        writer.writeheader()
        writer.writerows(links)
        text = table.getvalue()
    out.write_text(text, "utf-8")
