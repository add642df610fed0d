"""``chainmend catalogue find``: the segments a word, a code or a firm leads to, with what they need and feed."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

import typer

from chainmend.chain import CATALOGUE_VARIABLE, DEFAULT_CATALOGUE
from chainmend.cli.catalogue import joined, status_name, tell_neighbours
from chainmend.cli.output import Output
from chainmend.i18n import _, language

if TYPE_CHECKING:
    from chainmend.chain.lookup import Match
    from chainmend.chain.model import Catalogue, Cluster, Segment


def add(group: typer.Typer) -> None:
    """Add the command to the group."""
    about = _("Find segments by name, product term, industry code, customs code or firm.")
    group.command("find", help=about)(find)


def find(
    term: Annotated[str, typer.Argument(help=_("what to look for, Chinese or English"))],
    catalogue: Annotated[
        str,
        typer.Option("--catalogue", envvar=CATALOGUE_VARIABLE, help=_("id of a catalogue, or its folder")),
    ] = DEFAULT_CATALOGUE,
    limit: Annotated[int, typer.Option("--limit", min=0, help=_("segments to print; 0 prints all"))] = 5,
    json: Annotated[bool, typer.Option("--json", help=_("print JSON for machines"))] = False,
) -> None:
    """Print the segments a term names, the likeliest first; ends with 1 if there is none."""
    from chainmend.chain.catalogue import load_catalogue
    from chainmend.chain.lookup import find as look
    from chainmend.chain.lookup import near
    from chainmend.errors import SettingsError

    if not term.strip():
        raise SettingsError(_("an empty term"), expected=_("a word, a code or the name of a firm"))
    output, chains = Output(json=json), load_catalogue(catalogue)
    matches = look(chains, term)
    like = [] if matches else near(chains, term)
    shown = matches[:limit] if limit else matches
    output.emit(
        {
            "term": term,
            "catalogue": chains.id,
            "count": len(matches),
            "found": [_plain(chains, m) for m in shown],
            "near": like,
        }
    )
    for number, match in enumerate(shown, 1):
        _tell(output, chains, match, number)
    if len(shown) < len(matches):
        output.say(_("{n} more; --limit 0 prints all").format(n=len(matches) - len(shown)))
    if not matches:
        output.say(_("no segment is found by {term}").format(term=term))
        if like:
            output.say(_("what looks like it: {names}").format(names=joined(like)))
        raise typer.Exit(1)


def _tell(output: Output, chains: Catalogue, match: Match, number: int) -> None:
    s, cluster = match.segment, _cluster(chains, match.segment)
    other = s.name["en" if language() == "zh" else "zh"]
    output.say(f"{number}. {s.name[language()]} {other}  {s.id}", style="bold")
    stage = next(st.name for st in chains.chains[s.chain_id].stages if st.id == s.stage)
    name = f"{cluster.name[language()]} · {status_name(cluster.status)}"
    output.say("   " + _("{cluster} · stage {stage}").format(cluster=name, stage=stage[language()]))
    output.say("   " + s.what[language()])
    output.say("   " + _("found by {kind}: {text}").format(kind=_by(match.by), text=match.text))
    if s.codes or s.hs:
        codes = _("industry codes {codes}; customs codes {hs}")
        output.say("   " + codes.format(codes=joined(s.codes) or "–", hs=joined(s.hs) or "–"))
    tell_neighbours(output, chains, s)


def _by(by: str) -> str:
    words = {
        "id": _("id"),
        "name": _("name"),
        "part": _("name"),
        "term": _("product term"),
        "firm": _("firm"),
        "code": _("industry code"),
        "hs": _("customs code"),
        "class": _("name of the code"),
        "what": _("description"),
    }
    return words[by]


def _cluster(chains: Catalogue, segment: Segment) -> Cluster:
    return next(c for c in chains.clusters if c.id == segment.cluster_id)


def _plain(chains: Catalogue, match: Match) -> dict[str, Any]:
    from chainmend.chain.lookup import neighbours

    s, cluster = match.segment, _cluster(chains, match.segment)
    stage = next(st for st in chains.chains[s.chain_id].stages if st.id == s.stage)
    into, out = neighbours(chains, s)
    return {
        "segment": s.id,
        "name": {"zh": s.name.zh, "en": s.name.en},
        "what": {"zh": s.what.zh, "en": s.what.en},
        "cluster": {"id": cluster.id, "zh": cluster.name.zh, "en": cluster.name.en, "status": cluster.status},
        "chain": s.chain_id,
        "stage": {"id": stage.id, "zh": stage.name.zh, "en": stage.name.en},
        "codes": list(s.codes),
        "hs": list(s.hs),
        "by": match.by,
        "text": match.text,
        "score": match.score,
        "upstream": [_end(chains, d.source, d.kind) for d in into],
        "downstream": [_end(chains, d.target, d.kind) for d in out],
    }


def _end(chains: Catalogue, id: str, kind: str) -> dict[str, Any]:
    s = chains.segments[id]
    cluster = _cluster(chains, s)
    return {
        "segment": id,
        "zh": s.name.zh,
        "en": s.name.en,
        "class": kind,
        "cluster": cluster.id,
        "status": cluster.status,
    }
