"""``chainmend catalogue draw``: pictures of clusters and chains."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, get_args

import typer

from chainmend.chain import CATALOGUE_VARIABLE, DEFAULT_CATALOGUE
from chainmend.cli.output import Output
from chainmend.i18n import _, language

if TYPE_CHECKING:
    from chainmend.chain.model import Catalogue


def add(group: typer.Typer) -> None:
    """Add the command to the group."""
    group.command("draw", help=_("Draw the clusters of a catalogue as SVG pictures."))(draw)


def draw(
    out: Annotated[Path, typer.Option("--out", help=_("folder that the pictures are written to"))],
    name: Annotated[
        str, typer.Argument(envvar=CATALOGUE_VARIABLE, help=_("a shipped catalogue or a folder"))
    ] = DEFAULT_CATALOGUE,
    cluster: Annotated[str | None, typer.Option("--cluster", help=_("id of one cluster to draw"))] = None,
    chain: Annotated[str | None, typer.Option("--chain", help=_("id of one chain to draw"))] = None,
    neighbours: Annotated[
        bool, typer.Option("--neighbours", help=_("draw the clusters before and after it as boxes"))
    ] = False,
    names: Annotated[str, typer.Option("--names", help=_("names in zh, in en, or in both"))] = "both",
    json: Annotated[bool, typer.Option("--json", help=_("print JSON for machines"))] = False,
) -> None:
    """Write one picture for each cluster with segments, or for the one that was asked for."""
    from chainmend.chain.catalogue import load_catalogue
    from chainmend.chain.drawing import Languages, draw_cluster
    from chainmend.cli.catalogue import status_name
    from chainmend.errors import SettingsError

    if names not in get_args(Languages):
        raise SettingsError(
            f"--names {names}", expected=_("one of: {ids}").format(ids=", ".join(get_args(Languages)))
        )
    if out.exists() and not out.is_dir():
        raise SettingsError(out.name, expected=_("a folder"), do=_("name another folder with --out"))
    catalogue = load_catalogue(name)
    pictures = {
        f"{chain or id}.svg": (
            id,
            draw_cluster(catalogue, id, chain=chain, outside=neighbours, languages=names),  # type: ignore[arg-type]
        )
        for id in _chosen(catalogue, cluster, chain)
    }
    out.mkdir(parents=True, exist_ok=True)
    for file, (_id, picture) in pictures.items():
        (out / file).write_text(picture, "utf-8")
    by_id = {c.id: c for c in catalogue.clusters}
    clusters = [(file, by_id[id]) for file, (id, _picture) in pictures.items()]
    output = Output(json=json)
    output.emit({
        "folder": str(out),
        "catalogue": catalogue.id,
        "pictures": [
            {"file": file, "cluster": c.id, "name": {"zh": c.name.zh, "en": c.name.en}, "status": c.status}
            for file, c in clusters
        ],
    })  # fmt: skip
    rows = [(file, c.name[language()], status_name(c.status)) for file, c in clusters]
    output.table(str(out), (_("file"), _("cluster"), _("status")), rows)


def _chosen(catalogue: Catalogue, cluster: str | None, chain: str | None) -> list[str]:
    """Ids of the clusters to draw."""
    from chainmend.errors import CatalogueError

    if cluster:
        return [cluster]
    if chain and chain not in catalogue.chains:
        raise CatalogueError(
            _("unknown chain {id}").format(id=chain),
            expected=_("one of: {ids}").format(ids=", ".join(catalogue.chains)),
        )
    if chain:
        return [catalogue.chains[chain].cluster_id]
    return [c.id for c in catalogue.clusters if any(x.segments for x in c.chains)]
