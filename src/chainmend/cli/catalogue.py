"""``chainmend catalogue show`` and ``catalogue check``: what a catalogue holds, and what is wrong with it."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Annotated, Any

import typer

from chainmend.chain import CATALOGUE_VARIABLE, DEFAULT_CATALOGUE
from chainmend.cli.output import Output
from chainmend.i18n import _, language

if TYPE_CHECKING:
    from collections.abc import Iterable

    from chainmend.chain.model import Catalogue, Cluster, Dependence, Segment
    from chainmend.chain.problem import Problem

# further subcommands, each in its module catalogue_<name>
MORE: tuple[str, ...] = ("lineage", "find", "scope", "new", "diff", "concordance", "draw")


def add(app: typer.Typer) -> None:
    """Add the group of commands to the application."""
    group = typer.Typer(no_args_is_help=True, rich_markup_mode=None)
    group.command("show", help=_("Show the clusters, chains and segments of a catalogue."))(show)
    group.command("check", help=_("Check a catalogue; every problem with file and line."))(check)
    for name in MORE:
        import_module(f"chainmend.cli.catalogue_{name}").add(group)
    app.add_typer(group, name="catalogue", help=_("What clusters, chains and segments there are."))


def show(
    name: Annotated[
        str, typer.Argument(envvar=CATALOGUE_VARIABLE, help=_("a shipped catalogue or a folder"))
    ] = DEFAULT_CATALOGUE,
    cluster: Annotated[str | None, typer.Option("--cluster", help=_("id of one cluster to show"))] = None,
    json: Annotated[bool, typer.Option("--json", help=_("print JSON for machines"))] = False,
) -> None:
    """Print the clusters, or the segments of one."""
    from chainmend.chain.catalogue import load_catalogue

    output, catalogue = Output(json=json), load_catalogue(name)
    chosen = [_find(catalogue, cluster)] if cluster else list(catalogue.clusters)
    output.emit(
        {
            "id": catalogue.id,
            "version": catalogue.version,
            "name": _text(catalogue.name),
            "code_system": catalogue.code_system,
            "fingerprint": catalogue.fingerprint,
            "clusters": [_plain(catalogue, c) for c in chosen],
        }
    )
    if cluster:
        _one(output, catalogue, chosen[0])
    else:
        _all(output, catalogue)


def check(
    name: Annotated[
        str, typer.Argument(envvar=CATALOGUE_VARIABLE, help=_("a shipped catalogue or a folder"))
    ] = DEFAULT_CATALOGUE,
    json: Annotated[bool, typer.Option("--json", help=_("print JSON for machines"))] = False,
) -> None:
    """Print every problem of a catalogue; ends with 1 if there is one."""
    from chainmend.chain.catalogue import check_catalogue
    from chainmend.chain.problem import Problem
    from chainmend.errors import CatalogueError

    output = Output(json=json)
    catalogue: Catalogue | None = None
    try:
        catalogue, problems = check_catalogue(name)
    except CatalogueError as error:  # a file that cannot be read at all hides the others
        if error.where is None:
            raise
        file, _colon, line = error.where.partition(":")
        problems = [Problem(file, int(line or 1), error.came, error.expected or "", error.do)]
    output.emit({"catalogue": name, "clean": not problems, "problems": [_problem(p) for p in problems]})
    for p in problems:
        output.say(_("{where}: {came}").format(where=p.where, came=p.came), style="bold")
        output.say("  " + _("expected: {expected}").format(expected=p.expected))
        if p.do:
            output.say("  " + _("what to do: {do}").format(do=p.do))
    if problems:
        output.say(_("problems: {n}").format(n=len(problems)), style="red")
        raise typer.Exit(1)
    if catalogue:
        clusters, segments = len(catalogue.clusters), len(catalogue.segments)
        output.say(
            _("no problems; clusters: {clusters}, segments: {segments}").format(
                clusters=clusters, segments=segments
            )
        )


def _find(catalogue: Catalogue, id: str) -> Cluster:
    from chainmend.errors import CatalogueError

    ids = [c.id for c in catalogue.clusters]
    if id not in ids:
        raise CatalogueError(
            _("unknown cluster {id}").format(id=id), expected=_("one of: {ids}").format(ids=", ".join(ids))
        )
    return catalogue.clusters[ids.index(id)]


def status_name(status: str) -> str:
    """The status as it stands in the file, in Chinese with the Chinese word before it."""
    words = {
        "confirmed": _("confirmed"),
        "stated": _("stated"),
        "unofficial": _("unofficial"),
        "open": _("open"),
    }
    return words[status] if language() == "en" else f"{words[status]} {status}"


def tier_name(tier: str) -> str:
    """The size class of a cluster in the current language."""
    words = {
        "trillion": _("trillion class"),
        "hundred-billion": _("hundred-billion class"),
        "unranked": _("no size class"),
        "future": _("future"),
    }
    return words[tier]


def _all(output: Output, catalogue: Catalogue) -> None:
    rows = [
        (
            c.id,
            c.name[language()],
            tier_name(c.tier),
            status_name(c.status),
            sum(len(chain.segments) for chain in c.chains),
        )
        for c in catalogue.clusters
    ]
    columns = ("id", _("cluster"), _("tier"), _("status"), _("segments"))
    output.table(f"{catalogue.name[language()]} {catalogue.version}", columns, rows, right=(4,))


def _one(output: Output, catalogue: Catalogue, cluster: Cluster) -> None:
    name = cluster.name[language()]
    output.say(f"{name} · {tier_name(cluster.tier)} · {status_name(cluster.status)}", style="bold")
    if cluster.scope_note:
        output.say(cluster.scope_note[language()])
    for chain in cluster.chains:
        for stage in chain.stages:
            output.say(f"{chain.name[language()]} · {stage.name[language()]}", style="bold")
            for s in chain.segments:
                if s.stage == stage.id:
                    output.say(f"{s.name[language()]}  {s.id}")
                    tell_neighbours(output, catalogue, s)


def tell_neighbours(output: Output, chains: Catalogue, segment: Segment) -> None:
    """What goes into a segment and what it goes into, a line for each class of dependence."""
    from chainmend.chain.lookup import neighbours

    into, out = neighbours(chains, segment)
    _edges(output, chains, _("upstream"), [(d, d.source) for d in into])
    _edges(output, chains, _("downstream"), [(d, d.target) for d in out])


def _edges(output: Output, chains: Catalogue, title: str, edges: list[tuple[Dependence, str]]) -> None:
    """One line a class of dependence: the segments on the other side, with their clusters where they differ."""
    if not edges:
        output.say("   " + _("{side}: nothing").format(side=title))
    for kind in dict.fromkeys(d.kind for d, _id in edges):
        ends = [chains.segments[id] for d, id in edges if d.kind == kind]
        names = joined([f"{e.name[language()]} {e.id}" for e in ends])
        output.say(
            "   " + _("{side}, {kind}: {names}").format(side=title, kind=class_name(kind), names=names)
        )


def class_name(kind: str) -> str:
    """Name of a class of dependence in the current language."""
    words = {
        "essential": _("essential"),
        "substitutable": _("substitutable"),
        "irrelevant": _("irrelevant"),
    }
    return words[kind]


def joined(texts: Iterable[str]) -> str:
    """Texts in one line, as the current language lists them."""
    return ("、" if language() == "zh" else ", ").join(texts)


def _text(text: Any) -> dict[str, str] | None:
    return {"zh": text.zh, "en": text.en} if text else None


def _plain(catalogue: Catalogue, cluster: Cluster) -> dict[str, Any]:
    return {
        "id": cluster.id,
        "name": _text(cluster.name),
        "tier": cluster.tier,
        "status": cluster.status,
        "scope": _text(cluster.scope_note),
        "codes": [{"code": c.code, "share": c.share} for c in cluster.codes],
        "chains": [
            {
                "id": chain.id,
                "name": _text(chain.name),
                "segments": [
                    {
                        "id": s.id,
                        "name": _text(s.name),
                        "stage": s.stage,
                        "codes": list(s.codes),
                        "hs": list(s.hs),
                        "inputs": [{"segment": d.source, "class": d.kind} for d in s.inputs],
                        "users": [
                            {"segment": d.target, "class": d.kind} for d in catalogue.downstream.get(s.id, ())
                        ],
                    }
                    for s in chain.segments
                ],
            }
            for chain in cluster.chains
        ],
    }


def _problem(p: Problem) -> dict[str, Any]:
    return {"file": p.file, "line": p.line, "came": p.came, "expected": p.expected, "do": p.do}
