"""``chainmend catalogue concordance``: two catalogues set against each other, and figures carried over."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from chainmend.cli.output import Output
from chainmend.i18n import _, language

if TYPE_CHECKING:
    from chainmend.chain.concordance import Concordance, Converted
    from chainmend.chain.matching import Likeness
    from chainmend.chain.model import Catalogue


def add(group: typer.Typer) -> None:
    """Add the command to the group."""
    group.command(
        "concordance",
        help=_("Set the segments of one catalogue against those of another; propose more pairs."),
    )(concordance)


def concordance(
    a: Annotated[str, typer.Argument(help=_("the catalogue that figures come from"))],
    b: Annotated[str, typer.Argument(help=_("the catalogue that figures go to"))],
    file: Annotated[Path | None, typer.Option("--file", help=_("concordance, a .yaml or .csv"))] = None,
    figures: Annotated[
        Path | None, typer.Option("--figures", help=_("CSV with segment_id and value to carry over"))
    ] = None,
    least: Annotated[
        float, typer.Option("--least", min=0, max=1, help=_("score a proposal has at least"))
    ] = 0.25,
    out: Annotated[
        Path | None, typer.Option("--out", help=_("write links and proposals, or figures, to a .csv"))
    ] = None,
    json: Annotated[bool, typer.Option("--json", help=_("print JSON for machines"))] = False,
) -> None:
    """Print links, proposals and, with --figures, what goes over and what stays."""
    from chainmend.chain.catalogue import load_catalogue
    from chainmend.chain.concordance import convert
    from chainmend.chain.matching import proposals
    from chainmend.errors import SettingsError

    if out is not None and out.suffix != ".csv":
        raise SettingsError(
            out.name, expected=_("a name that ends in .csv"), do=_("name another file with --out")
        )
    output, ours, theirs = Output(json=json), load_catalogue(a), load_catalogue(b)
    links, derived = _links(output, file, ours, theirs)
    known = [(link.source, link.target) for link in links.links] if links else []
    proposed = proposals(ours, theirs, known, least)
    carried = None
    if figures is not None:
        if links is None:
            raise SettingsError(
                _("figures without a concordance"), expected=_("a concordance"), do=_("name one with --file")
            )
        carried = convert(_figures(figures), links, ours)
    if out is not None:
        _write(out, links, proposed, carried)
    output.emit({"derived": derived} | _plain(ours, theirs, links, proposed, carried))
    if derived:
        output.say(_("derived from the concordance of the other direction"))
    _tell(output, ours, theirs, links, proposed, carried)
    if out is not None:
        output.say(_("written to {folder}").format(folder=out))


def _links(
    output: Output, file: Path | None, ours: Catalogue, theirs: Catalogue
) -> tuple[Concordance | None, bool]:
    """The concordance of the file, the shipped one or that of the other direction, and whether it is the last."""
    from chainmend.chain.concordance import check_concordance, load_concordance, shipped_concordance
    from chainmend.chain.reverse import reverse

    path = file or shipped_concordance(ours.id, theirs.id)
    if path:
        links, problems = check_concordance(path, ours, theirs)
        if problems:
            _refuse(output, problems)
        return links, False
    back = shipped_concordance(theirs.id, ours.id)
    return (reverse(load_concordance(back, theirs, ours)), True) if back else (None, False)


def _refuse(output: Output, problems: list[Any]) -> None:
    rows = [{"file": p.file, "line": p.line, "came": p.came, "expected": p.expected} for p in problems]
    output.emit({"clean": False, "problems": rows})
    for p in problems:
        output.say(_("{where}: {came}").format(where=p.where, came=p.came), style="bold")
        output.say("  " + _("expected: {expected}").format(expected=p.expected))
    output.say(_("problems: {n}").format(n=len(problems)), style="red")
    raise typer.Exit(1)


def _figures(path: Path) -> dict[str, float | None]:
    from chainmend.errors import DatasetError
    from chainmend.intake.files import read_columns

    table = read_columns(path, ("segment_id", "value"))
    found: dict[str, float | None] = {}
    for n, (id, text) in enumerate(table.iter_rows(), 2):
        try:
            value = float(text) if text not in (None, "") else None
        except ValueError:
            value = float("nan")
        if id in found or (value is not None and abs(value) in (float("inf"),)) or value != value:
            raise DatasetError(
                f"{id}: {text}",
                expected=_("each segment once, with a number or nothing"),
                where=f"{path}, {n}",
            )
        found[id] = value
    return found


def kind_name(kind: str) -> str:
    """Kind of a link, in Chinese with the Chinese word before it."""
    words = {"exact": _("exact"), "broader": _("broader"), "narrower": _("narrower"), "related": _("related")}
    return words[kind] if language() == "en" else f"{words[kind]} {kind}"


def _kind(p: Likeness) -> str:
    """What is proposed: the same only where the names say so; else a person decides."""
    return "exact" if p.names and p.score >= 0.75 else "related"


def _plain(
    a: Catalogue, b: Catalogue, links: Concordance | None, proposed: list[Likeness], carried: Converted | None
) -> dict[str, Any]:
    from chainmend.chain.concordance import PROPOSED

    return {
        "a": {"id": a.id, "version": a.version, "code_system": a.code_system},
        "b": {"id": b.id, "version": b.version, "code_system": b.code_system},
        "links": [
            {"from": x.source, "to": x.target, "kind": x.kind, "share": x.share, "source": x.citation}
            for x in (links.links if links else ())
        ],
        "proposals": [
            {
                "from": p.source, "to": p.target, "kind": _kind(p), "status": PROPOSED, "score": p.score,
                "terms": p.terms, "hs": p.hs, "codes": p.codes,
            }
            for p in proposed
        ],
        "converted": carried
        and {"values": dict(carried.values), "left": dict(carried.left), "unknown": carried.unknown},
    }  # fmt: skip


def _tell(
    output: Output, a: Catalogue, b: Catalogue, links: Concordance | None, proposed: list[Likeness],
    carried: Converted | None,
) -> None:  # fmt: skip
    names = {s.id: s.name[language()] for c in (a, b) for s in c.segments.values()}
    output.say(f"{a.id} ({a.code_system}) → {b.id} ({b.code_system})", style="bold")
    columns = (_("from"), "", _("to"), "", _("kind"))
    if links is None:
        output.say(_("no concordance between the two; there are only proposals"))
    else:
        rows = [
            (x.source, names[x.source], x.target, names[x.target], kind_name(x.kind), _share(x.share))
            for x in links.links
        ]
        output.table(_("Links: {n}").format(n=len(rows)), (*columns, _("share")), rows, right=(5,))
    if carried is not None:
        _carried(output, names, carried)
        return
    output.table(
        _("Proposals, for a person to decide: {n}").format(n=len(proposed)),
        (*columns, _("score"), _("in common")),
        [
            (p.source, names[p.source], p.target, names[p.target], kind_name(_kind(p)), f"{p.score:.2f}",
             ", ".join((*p.terms, *(f"HS {hs}" for hs in p.hs), *p.codes)))
            for p in proposed
        ],
        right=(5,),
    )  # fmt: skip


def _share(share: float | None) -> str:
    return "–" if share is None else f"{share:g}"


def _carried(output: Output, names: dict[str, str], carried: Converted) -> None:
    for title, rows in (
        (_("Carried over"), carried.values),
        (_("Not carried over"), carried.left),
    ):
        table = [(id, names[id], f"{value:,.10g}") for id, value in rows.items()]
        output.table(title, ("id", _("segment"), _("value")), table, right=(2,))
    if carried.unknown:
        output.say(_("figure unknown: {names}").format(names=", ".join(carried.unknown)))


def _write(out: Path, links: Concordance | None, proposed: list[Likeness], carried: Converted | None) -> None:
    import csv

    from chainmend.chain.concordance import COLUMNS, PROPOSED

    with out.open("w", encoding="utf-8", newline="") as file:
        table = csv.writer(file, lineterminator="\n")
        if carried is not None:
            table.writerow(("segment_id", "value"))
            table.writerows(carried.values.items())
            return
        cited = dict(links.sources) if links else {}
        table.writerow((*COLUMNS, "status", "score"))
        for x in links.links if links else ():
            table.writerow((x.source, x.target, x.kind, x.share, cited.get(x.citation or ""), "", ""))
        table.writerows((p.source, p.target, _kind(p), "", "", PROPOSED, p.score) for p in proposed)
