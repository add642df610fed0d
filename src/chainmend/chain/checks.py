"""What a catalogue as a whole is refused for: each check is one function that yields problems."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING

from chainmend.chain.elsewhere import ELSEWHERE
from chainmend.chain.problem import Problem
from chainmend.chain.scope import claims
from chainmend.i18n import _

if TYPE_CHECKING:
    from chainmend.chain.model import Catalogue, Segment
    from chainmend.chain.positions import Lines

_Files = Mapping[str, "Lines"]


def problems_between(catalogue: Catalogue, lines: _Files) -> list[Problem]:
    """Everything that only shows when all files are read."""
    segments = [s for c in catalogue.clusters for chain in c.chains for s in chain.segments]
    checks = (_twice, _codes, _stages, _inputs, _cycles, _terms, _isolated, _shares)
    return [problem for check in checks for problem in check(catalogue, segments, lines)]


def _at(segment: Segment, lines: _Files) -> tuple[str, int]:
    return lines[segment.cluster_id].file, segment.line


def _twice(catalogue: Catalogue, segments: list[Segment], lines: _Files) -> Iterator[Problem]:
    seen: dict[str, str] = {}
    for s in segments:
        if s.id in seen:
            yield Problem(
                *_at(s, lines),
                _("the segment {id} stands twice, first in {where}").format(id=s.id, where=seen[s.id]),
                _("each id once in the catalogue"),
            )
        seen.setdefault(s.id, "{}:{}".format(*_at(s, lines)))
    chains: set[str] = set()
    for cluster in catalogue.clusters:
        for chain in cluster.chains:
            if chain.id in chains:
                yield Problem(
                    cluster.file,
                    1,
                    _("the chain {id} stands twice").format(id=chain.id),
                    _("each id once in the catalogue"),
                )
            chains.add(chain.id)


def _codes(catalogue: Catalogue, segments: list[Segment], lines: _Files) -> Iterator[Problem]:
    known = {code for code, _name in catalogue.codes}
    named = _("a code that catalogue.yaml names under codes")
    for cluster in catalogue.clusters:
        for n, share in enumerate(cluster.codes):
            if share.code not in known:
                line = lines[cluster.id].line(("scope", "codes", n))
                yield Problem(cluster.file, line, _("unknown code {code}").format(code=share.code), named)
    for s in segments:
        for code in s.codes:
            if code not in known:
                yield Problem(*_at(s, lines), _("unknown code {code}").format(code=code), named)
        for hs in s.hs:
            if not re.fullmatch(r"[0-9]{6}", hs):
                yield Problem(*_at(s, lines), f"hs: {hs}", _("a customs code of six digits, in quotes"))


def _stages(catalogue: Catalogue, segments: list[Segment], lines: _Files) -> Iterator[Problem]:
    for s in segments:
        stages = [stage.id for stage in catalogue.chains[s.chain_id].stages]
        if s.stage not in stages:
            yield Problem(
                *_at(s, lines),
                _("unknown stage {stage}").format(stage=s.stage),
                _("one of: {ids}").format(ids=", ".join(stages)),
            )


def _inputs(catalogue: Catalogue, segments: list[Segment], lines: _Files) -> Iterator[Problem]:
    for s in segments:
        for d in s.inputs:
            if d.source not in catalogue.segments:
                yield Problem(
                    *_at(s, lines),
                    _("unknown input {id} of {segment}").format(id=d.source, segment=s.id),
                    _("the id of a segment of this catalogue"),
                )


def _cycles(catalogue: Catalogue, segments: list[Segment], lines: _Files) -> Iterator[Problem]:
    inputs = {s.id: [d.source for d in s.inputs if d.kind != "irrelevant"] for s in segments}
    done: set[str] = set()
    for s in segments:
        path: list[str] = []
        stack = [(s.id, iter(inputs[s.id]))] if s.id not in done else []
        while stack:
            node, rest = stack[-1]
            if not path or path[-1] != node:
                path.append(node)
            source = next(rest, None)
            if source is None:
                done.add(node)
                stack.pop()
                path.pop()
            elif source in path:
                ring = [*path[path.index(source) :], source]
                yield Problem(
                    *_at(catalogue.segments[source], lines),
                    _("a cycle: {ring}").format(ring=" <- ".join(ring)),
                    _("inputs that lead from raw material to final product"),
                    _("take out the dependence that does not hold, or call it irrelevant"),
                )
                return
            elif source in inputs and source not in done:
                stack.append((source, iter(inputs[source])))


def _folded(term: str) -> str:
    return unicodedata.normalize("NFKC", term).lower().replace(" ", "")


def _terms(catalogue: Catalogue, segments: list[Segment], lines: _Files) -> Iterator[Problem]:
    seen: dict[str, Segment] = {}
    for s in segments:
        for term in (*s.terms.zh, *s.terms.en):
            other = seen.setdefault(_folded(term), s)
            if other.id != s.id:
                yield Problem(
                    *_at(s, lines),
                    _("the term {term} stands in {a} and in {b}").format(term=term, a=other.id, b=s.id),
                    _("terms that tell two segments apart"),
                    _("keep it in one of them, or make both longer"),
                )
    for trade in catalogue.elsewhere:
        for term in (*trade.terms.zh, *trade.terms.en):
            if _folded(term) in seen:
                yield Problem(
                    ELSEWHERE,
                    trade.line,
                    _("the term {term} stands in {a} and in {b}").format(
                        term=term, a=seen[_folded(term)].id, b=trade.id
                    ),
                    _("terms that tell two segments apart"),
                    _("keep it in one of them, or make both longer"),
                )


def _isolated(catalogue: Catalogue, segments: list[Segment], lines: _Files) -> Iterator[Problem]:
    for s in segments:
        if not s.inputs and not catalogue.downstream.get(s.id) and len(segments) > 1:
            yield Problem(
                *_at(s, lines),
                _("nothing goes into {id} and it goes into nothing").format(id=s.id),
                _("a segment that some path of the chain reaches"),
            )


def _shares(catalogue: Catalogue, _segments: list[Segment], lines: _Files) -> Iterator[Problem]:
    codes = dict.fromkeys(share.code for cluster in catalogue.clusters for share in cluster.codes)
    for code in codes:  # a firm of this class, and of every class below it that nobody counts on its own
        parts = claims(catalogue.clusters, code)
        total = sum(parts.values())
        if total > 1 + 1e-9:
            last = [c for c in catalogue.clusters if c.id in parts][-1]
            yield Problem(
                last.file,
                lines[last.id].line(("scope", "codes")),
                _("code {code} counts {total} times: {clusters}").format(
                    code=code,
                    total=f"{total:g}",
                    clusters=", ".join(f"{c} {share:g}" for c, share in parts.items()),
                ),
                _("shares of one code that sum to at most 1"),
            )
