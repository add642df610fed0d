"""What the page of one firm shows: where it is placed and why, what it trades, what names it."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import polars as pl

from chainmend.desk.visibility import may, visible_entries
from chainmend.desk.worklist.words import segment_name
from chainmend.i18n import _, language

if TYPE_CHECKING:
    from collections.abc import Mapping

    from chainmend.desk.accounts.models import User
    from chainmend.desk.scans.view import ScanView
    from chainmend.desk.worklist.models import Entry

_PARTNERS, _ENTRIES, _PRODUCTS = 20, 20, 30


@dataclass(frozen=True)
class Placed:
    """A firm on one segment: the segment and its cluster, weight and confidence (0 to 1), basis, words it rests on."""

    segment_id: str
    segment: str
    cluster: str
    weight: float
    confidence: float
    basis: str
    words: tuple[str, ...]


@dataclass(frozen=True)
class Partner:
    """Whom a firm sells to or buys from, and the amount in the last year of the links; `local` firms have a page."""

    firm_id: str
    name: str
    amount: float
    local: bool


def basis_name(basis: str | None) -> str:
    """Return what a placement rests on; a stroke where there is none."""
    return {
        "override": _("a person's correction"),
        "product": _("products"),
        "named": _("named by the catalogue"),
        "code": _("industry code"),
        "text": _("business scope"),
    }.get(basis or "", "—")


def cluster_of(view: ScanView, segment_id: str) -> str:
    """Return the name of the cluster of a segment; empty where the catalogue has it no more."""
    found = view.catalogue.segments.get(segment_id)
    return view.catalogue.cluster_names[found.cluster_id][language()] if found else ""


def placed(view: ScanView, firm_id: str, *, who: bool) -> list[Placed]:
    """Return where a scan placed a firm, greatest weight first.

    Parameters
    ----------
    who
        Whether to say who corrected it and why, which is for those who may see placements.
    """
    rows = view.scan.placements.filter(pl.col("firm_id") == firm_id).sort(
        "weight", "segment_id", descending=[True, False]
    )
    return [
        Placed(
            r["segment_id"],
            segment_name(view.catalogue, r["segment_id"]),
            cluster_of(view, r["segment_id"]),
            r["weight"],
            r["confidence"],
            basis_name(r["basis"]),
            tuple(_words(json.loads(r["evidence"] or "[]"))) if who or r["basis"] != "override" else (),
        )
        for r in rows.iter_rows(named=True)
    ]


def _words(evidence: Any) -> list[str]:
    """What a placement rests on, in words; evidence as `placement.assign.place` writes it."""
    return [w for one in (evidence if isinstance(evidence, list) else [evidence]) if (w := _word(one))]


def _word(why: Mapping[str, Any]) -> str:
    if "hs" in why:
        return _("product “{product}”, HS code {code}").format(product=why["product"], code=why["hs"])
    if "product" in why:
        return _("product “{product}”, by the word “{term}”").format(product=why["product"], term=why["term"])
    if "code" in why:
        return _("industry code {code}").format(code=why["code"])
    if "text" in why:
        return _("business scope “{text}”, by the word “{term}”").format(text=why["text"], term=why["term"])
    if "named" in why:
        return _("the catalogue names {name}").format(name=why["named"])
    said = [str(why[n]) for n in ("by", "date", "note") if why.get(n)]
    return " · ".join(said)


def products(view: ScanView, firm_id: str) -> list[tuple[str, float | None]]:
    """Return the products of a firm with their shares (0 to 1, None where not known), largest first."""
    rows = view.dataset.table("products").filter(pl.col("firm_id") == firm_id)
    rows = rows.sort("share", "product", descending=[True, False], nulls_last=True)
    return list(rows.head(_PRODUCTS).select("product", "share").iter_rows())


def partners(view: ScanView, firm_id: str, user: User) -> tuple[list[Partner], list[Partner], int] | None:
    """Return buyers, suppliers and the year of the links; None for who may not see links, or without links."""
    if not may(user, "see_links") or not view.dataset.has("supply_links"):
        return None
    links = view.dataset.table("supply_links")
    year = links["year"].max()
    last = links.filter(pl.col("year") == year)
    return (
        _partners(view, last, firm_id, "supplier_id", "buyer_id"),
        _partners(view, last, firm_id, "buyer_id", "supplier_id"),
        int(str(year)),
    )


def _partners(view: ScanView, links: pl.DataFrame, firm_id: str, own: str, other: str) -> list[Partner]:
    rows = (
        links.filter(pl.col(own) == firm_id)
        .group_by(other)
        .agg(pl.col("amount").sum())
        .join(view.dataset.firms.select("firm_id", "name", "place"), left_on=other, right_on="firm_id")
        .sort("amount", other, descending=[True, False])
        .head(_PARTNERS)
    )
    return [
        Partner(r[other], r["name"], r["amount"], r["place"] == "local") for r in rows.iter_rows(named=True)
    ]


def naming(view: ScanView, firm_id: str, segments: list[str], user: User) -> tuple[list[Entry], list[Entry]]:
    """Return the entries that name a firm, and others of its segments, among those a person may see.

    An entry names a firm where it is of that firm, or where the firm is among the rows behind its finding; the second
    is told only to who may see links, for it says who sells to whom.
    """
    seen = visible_entries(user).exclude(state__in=("closed", "rejected"))
    own = {e.pk: e for e in seen.filter(firm_id=firm_id)[:_ENTRIES]}
    if may(user, "see_links"):
        quoted = json.dumps(firm_id, ensure_ascii=False)
        said = view.scan.findings.filter(pl.col("evidence").str.contains(quoted, literal=True))
        ids = said["finding_id"].to_list()[:_ENTRIES]
        own |= {e.pk: e for e in seen.filter(finding_id__in=ids)}
    others = seen.filter(segment_id__in=segments).exclude(pk__in=own)[:_ENTRIES]
    return list(own.values()), list(others)
