"""Segments of one catalogue set against those of another, and figures carried over.

A concordance is a YAML file (``from``, ``to``, ``sources``, ``links``) or a CSV with the columns from, to, kind,
share, source (and status: a row that is only ``proposed`` counts for nothing). The kinds:

exact
    both are the same; the whole figure goes over;
broader
    the target is the wider of the two and holds all of the source; the whole figure goes over;
narrower
    the target is a part of the source; its share of the source's figure goes over, nothing where no share is given;
related
    they have something to do with each other; nothing goes over.

Shares of one source sum to at most 1. What no share carries over stays and is told; it is not zero.
"""

from __future__ import annotations

import csv
from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, get_args

from chainmend.chain.positions import Lines, read_text, read_yaml
from chainmend.chain.problem import Problem
from chainmend.chain.reading import Reader
from chainmend.errors import CatalogueError
from chainmend.i18n import _

if TYPE_CHECKING:
    from chainmend.chain.model import Catalogue

Kind = Literal["exact", "broader", "narrower", "related"]
KINDS: tuple[Kind, ...] = get_args(Kind)
COLUMNS = ("from", "to", "kind", "share", "source")
PROPOSED = "proposed"
_SHIPPED = Path(__file__).parent / "concordances"
_ROUNDING = 1e-9


@dataclass(frozen=True)
class Link:
    """One segment set against another; `share` is the part of the source's figure that belongs to the target."""

    source: str
    target: str
    kind: Kind
    share: float | None
    citation: str | None = None
    line: int = 0

    @property
    def part(self) -> float:
        """What goes over: 1 where the kind says so, 0 where no share is known."""
        whole = 1.0 if self.kind in ("exact", "broader") else 0.0
        return 0.0 if self.kind == "related" else whole if self.share is None else self.share


@dataclass(frozen=True)
class Concordance:
    """All links from the segments of catalogue `a` to those of catalogue `b`."""

    a: str
    b: str
    links: tuple[Link, ...]
    sources: tuple[tuple[str, str], ...] = ()

    @property
    def same(self) -> dict[str, str]:
        """Source -> target of the exact links."""
        return {link.source: link.target for link in self.links if link.kind == "exact"}


@dataclass(frozen=True)
class Converted:
    """Figures in the segments of the other catalogue.

    Attributes
    ----------
    values
        Segment of the other catalogue -> figure.
    left
        Segment of the own catalogue -> the part of its figure that no link carries over. Values and what is left
        sum to what was given.
    unknown
        Segments whose figure was not known; nothing of them is in `values`.
    """

    values: Mapping[str, float]
    left: Mapping[str, float]
    unknown: tuple[str, ...]


def shipped_concordance(a: str, b: str) -> Path | None:
    """File of the concordance that comes with Chainmend from catalogue `a` to `b`; None where there is none.

    Examples
    --------
    >>> shipped_concordance("hangzhou-296x", "demo-region-nace").name
    'hangzhou-296x_demo-region-nace.yaml'
    """
    path = _SHIPPED / f"{a}_{b}.yaml"
    return path if path.is_file() else None


def load_concordance(path: Path, a: Catalogue, b: Catalogue) -> Concordance:
    """Read a concordance.

    Raises
    ------
    CatalogueError
        At the first thing that is refused; the message names file and line.
    """
    found, problems = check_concordance(path, a, b)
    if problems:
        first = problems[0]
        raise CatalogueError(first.came, expected=first.expected, where=first.where, do=first.do)
    return found


def check_concordance(path: Path, a: Catalogue, b: Catalogue) -> tuple[Concordance, list[Problem]]:
    """Read a concordance with everything that is wrong with it.

    Raises
    ------
    CatalogueError
        If there is no such file, or it is neither YAML nor CSV.
    """
    if path.suffix not in (".yaml", ".csv") or not path.is_file():
        raise CatalogueError(
            _("no concordance {source}").format(source=path),
            expected=_("an existing file whose name ends in .yaml or .csv"),
            do=_("name one with --file"),
        )
    given, lines = read_yaml(path) if path.suffix == ".yaml" else _read_csv(path, a.id, b.id)
    reader = Reader(lines)
    values = reader.only(given, ("from", "to", "sources", "links"), ())
    for key, catalogue in (("from", a), ("to", b)):
        if reader.need(values, key, ()) not in ("", catalogue.id):
            reader.refuse((key,), f"{key}: {values[key]}", _("the catalogue {id}").format(id=catalogue.id))
    sources = reader.sources(values, ("sources",))
    reader.cited = dict(sources)
    links = tuple(_link(reader, item, n) for n, item in enumerate(reader.items(values, ("links",))))
    found = Concordance(a.id, b.id, links, sources)
    return found, [*reader.problems, *_problems(found, a, b, lines.file)]


def _read_csv(path: Path, a: str, b: str) -> tuple[dict[str, Any], Lines]:
    """A CSV in the form of the YAML file; citations stand in the column itself, rows only proposed are left out."""
    lines = Lines(path.name)
    links: list[dict[str, Any]] = []
    table = csv.DictReader(read_text(path).splitlines())
    lost = [c for c in COLUMNS[:3] if c not in (table.fieldnames or ())]
    if lost:
        raise CatalogueError(
            _("no column {names}").format(names=", ".join(lost)),
            expected=", ".join(COLUMNS),
            where=f"{path.name}:1",
        )
    for row in table:
        if row.get("status") == PROPOSED:
            continue
        lines.of["links", len(links)] = table.line_num
        filled: dict[str, Any] = {c: row[c].strip() for c in COLUMNS if (row.get(c) or "").strip()}
        if "share" in filled:
            filled["share"] = _number(filled["share"])
        links.append(filled)
    cited = {link["source"]: link["source"] for link in links if "source" in link}
    return {"from": a, "to": b, "sources": cited, "links": links}, lines


def _number(text: str) -> float | str:
    try:
        return float(text)
    except ValueError:
        return text


def _link(reader: Reader, given: Any, n: int) -> Link:
    path = ("links", n)
    values = reader.only(given, COLUMNS, path)
    kind: Kind = reader.one_of(values, "kind", KINDS, path)
    share, source = values.get("share"), values.get("source")
    if share is not None and (
        isinstance(share, bool) or not isinstance(share, int | float) or not 0 < share <= 1
    ):
        reader.refuse((*path, "share"), f"share: {share!r}", _("a number above 0 and at most 1"))
        share = None
    if share is not None and kind == "related":
        reader.refuse(path, _("a share of what is only related"), _("no share, or another kind"))
    if share not in (None, 1) and kind == "exact":
        reader.refuse(path, f"share: {share}", _("no share, or another kind"))
    if share is not None and kind == "narrower" and not source:
        reader.refuse(path, _("a share without its source"), _("the key of a source"))
    if source and source not in reader.cited:
        reader.refuse((*path, "source"), f"source: {source}", _("a key under sources of this file"))
    return Link(
        str(reader.need(values, "from", path)), str(reader.need(values, "to", path)), kind, share,
        str(source) if source else None, reader.lines.line(path),
    )  # fmt: skip


def _problems(found: Concordance, a: Catalogue, b: Catalogue, file: str) -> Iterator[Problem]:
    pairs: dict[tuple[str, str], int] = {}
    sums: dict[str, float] = defaultdict(float)
    exact: dict[tuple[str, str], str] = {}
    for link in found.links:
        for id, catalogue in ((link.source, a), (link.target, b)):
            if id and id not in catalogue.segments:
                yield Problem(
                    file, link.line, _("unknown segment {id}").format(id=id),
                    _("the id of a segment of the catalogue {id}").format(id=catalogue.id),
                )  # fmt: skip
        pair = (link.source, link.target)
        if pair in pairs:
            said = _("{a} and {b} stand together twice, first in line {line}")
            yield Problem(
                file, link.line, said.format(a=pair[0], b=pair[1], line=pairs[pair]), _("each pair once")
            )
        pairs.setdefault(pair, link.line)
        if link.kind == "exact":
            for side, id, other in (("from", *pair), ("to", *reversed(pair))):
                if exact.setdefault((side, id), other) != other:
                    yield Problem(
                        file, link.line,
                        _("{id} is exactly {a} and exactly {b}").format(id=id, a=exact[side, id], b=other),
                        _("one exact partner, or another kind"),
                    )  # fmt: skip
        before = sums[link.source]
        sums[link.source] += link.part
        if before <= 1 + _ROUNDING < sums[link.source]:
            said = _("shares of {id} sum to {total}")
            yield Problem(
                file, link.line, said.format(id=link.source, total=f"{sums[link.source]:g}"),
                _("shares of one segment that sum to at most 1"),
            )  # fmt: skip


def convert(figures: Mapping[str, float | None], concordance: Concordance, a: Catalogue) -> Converted:
    """Carry figures that may be summed (output, firms, jobs) over to the other catalogue's segments.

    Raises
    ------
    CatalogueError
        If a figure stands at a segment that catalogue `a` does not have.

    Examples
    --------
    >>> from chainmend.chain.catalogue import load_catalogue
    >>> links = (Link("mt.bearings", "b.x", "narrower", 0.75), Link("mt.bearings", "b.y", "related", None))
    >>> found = convert({"mt.bearings": 100.0}, Concordance("a", "b", links), load_catalogue("demo-region-nace"))
    >>> dict(found.values), dict(found.left)
    ({'b.x': 75.0}, {'mt.bearings': 25.0})
    """
    lost = [id for id in figures if id not in a.segments]
    if lost:
        raise CatalogueError(
            _("unknown segment {id}").format(id=lost[0]),
            expected=_("the id of a segment of the catalogue {id}").format(id=a.id),
        )
    values: dict[str, float] = defaultdict(float)
    left = {id: figure for id, figure in figures.items() if figure is not None}
    for link in concordance.links:
        figure = figures.get(link.source)
        if figure is not None and link.part:
            values[link.target] += figure * link.part
            left[link.source] -= figure * link.part
    kept = {id: rest for id, rest in left.items() if abs(rest) > _ROUNDING * abs(figures[id] or 0.0)}
    unknown = tuple(sorted(id for id, figure in figures.items() if figure is None))
    return Converted(dict(sorted(values.items())), kept, unknown)
