"""The review of placements: whose placement is to be looked at next, and what else the firm could be."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, Any

import polars as pl

from chainmend.chain.scope import same_system
from chainmend.desk.firms.facts import cluster_of, products
from chainmend.desk.firms.frames import local_firms
from chainmend.desk.worklist.words import segment_name
from chainmend.i18n import language
from chainmend.placement import votes
from chainmend.placement.terms import TermIndex

if TYPE_CHECKING:
    from collections.abc import Collection

    from chainmend.desk.scans.view import ScanView

TABS = ("doubtful", "nowhere", "decided")
PROPOSED, FOUND = 6, 12
_KEPT = 2


def queue(view: ScanView, tab: str, done: Collection[str]) -> pl.DataFrame:
    """Return the firms that wait for a decision, the most doubtful output first; `done` are those decided.

    Doubt is output times one less the confidence: what of the city's output may stand in the wrong place. Firms of
    unknown output come last. Of those on no segment (tab ``nowhere``) the largest come first.
    """
    found = local_firms(view).filter(~pl.col("firm_id").is_in(list(done)))
    if tab == "nowhere":
        found = found.filter(pl.col("segment_id").is_null())
        return found.sort("output", "firm_id", descending=[True, False], nulls_last=True)
    found = found.filter(pl.col("segment_id").is_not_null() & (pl.col("confidence") < 1))
    return found.sort("doubt", "confidence", "firm_id", descending=[True, False, False], nulls_last=True)


@lru_cache(maxsize=_KEPT)
def _index(view: ScanView) -> TermIndex:
    return TermIndex(view.catalogue)


def proposed(view: ScanView, firm: dict[str, Any]) -> list[tuple[str, str, str]]:
    """Return other segments a firm could be on: id, name, cluster. First those its scan has, then those its products
    name, then those of its industry code; the one of the greatest weight is not among them."""
    names = [p for p, _share in products(view, firm["firm_id"])]
    index = _index(view)
    told = [m.segment_id for name in names for m in index.find(name)]
    if same_system(view.dataset, view.catalogue):
        one = pl.DataFrame(
            [(firm["firm_id"], firm["industry_code"])],
            schema={"firm_id": pl.String, "industry_code": pl.String},
            orient="row",
        )
        told += votes.by_code(one, view.catalogue)["segment_id"].sort().to_list()
    ids = dict.fromkeys([*(firm["segments"] or ()), *told])
    return [_named(view, s) for s in ids if s != firm["segment_id"]][:PROPOSED]


def search(view: ScanView, text: str) -> list[tuple[str, str, str]]:
    """Return segments whose name, id or terms have the text: id, name, cluster; names first."""
    low = text.strip().casefold()
    if not low:
        return []
    by_name, by_term = [], []
    for s in view.catalogue.segments.values():
        if low in s.name.zh.casefold() or low in s.name.en.casefold() or low in s.id.casefold():
            by_name.append(s.id)
        elif any(low in t.casefold() for t in (*s.terms.zh, *s.terms.en)):
            by_term.append(s.id)
    by_name.sort(key=lambda i: (len(view.catalogue.segments[i].name[language()]), i))
    return [_named(view, s) for s in (by_name + by_term)[:FOUND]]


def _named(view: ScanView, segment_id: str) -> tuple[str, str, str]:
    return segment_id, segment_name(view.catalogue, segment_id), cluster_of(view, segment_id)
