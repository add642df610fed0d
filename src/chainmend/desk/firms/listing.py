"""The list of firms as a person asked for it: filters, order, page."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import polars as pl
from django.core.paginator import Page, Paginator

from chainmend.desk.firms.frames import visible_firms
from chainmend.desk.visibility import may

if TYPE_CHECKING:
    from chainmend.desk.accounts.models import User
    from chainmend.desk.scans.view import ScanView

PAGE = 50
FILTERS = ("cluster", "segment", "district")
NOWHERE = "none"
_ORDERS = {"output": ("output", True), "name": ("low", False), "confidence": ("confidence", False)}


@dataclass(frozen=True)
class Asked:
    """What a person asked for.

    Attributes
    ----------
    text
        In the name or the id, or the beginning of the industry code; empty for everything.
    chosen
        Filter -> value; the cluster ``none`` stands for firms on no segment.
    order
        output (largest first), name, or confidence (lowest first).
    page
        Number of the page, as the address has it.
    """

    text: str
    chosen: Mapping[str, str]
    order: str
    page: str

    @classmethod
    def of(cls, query: Mapping[str, str], user: User) -> Asked:
        """Read the query of an address; what it does not know is left out."""
        allowed = orders(user)
        order = query.get("order", "")
        return cls(
            query.get("q", "").strip()[:80],
            {n: query[n].strip() for n in FILTERS if query.get(n, "").strip()},
            order if order in allowed else allowed[0],
            query.get("page", "1"),
        )


def orders(user: User) -> tuple[str, ...]:
    """Return the orders a person may ask for: that of outputs would tell who may not see them who is larger."""
    return tuple(_ORDERS) if may(user, "see_exact_figures") else ("name", "confidence")


@dataclass(frozen=True)
class Listed:
    """A page of the list: `rows` with the columns of `local_firms`, `number` of firms, how many are `placed`."""

    page: Page[int]
    rows: list[dict[str, Any]]
    number: int
    placed: int


def listed(asked: Asked, user: User, view: ScanView) -> Listed:
    """Return what a person asked for, among what they may see."""
    found = _filtered(visible_firms(view, user), asked)
    column, down = _ORDERS[asked.order]
    found = found.sort(column, "firm_id", descending=[down, False], nulls_last=True)
    return paged(found, asked.page)


def paged(found: pl.DataFrame, number: str, size: int = PAGE) -> Listed:
    """Return one page of a frame of firms."""
    page = Paginator(range(found.height), size).get_page(number)
    start = page.start_index() - 1 if found.height else 0
    placed = found.height - found["segment_id"].null_count()
    return Listed(page, found.slice(start, size).to_dicts(), found.height, placed)


def _filtered(found: pl.DataFrame, asked: Asked) -> pl.DataFrame:
    cluster, segment = asked.chosen.get("cluster"), asked.chosen.get("segment")
    if cluster == NOWHERE:
        found = found.filter(pl.col("segment_id").is_null())
    elif cluster:
        found = found.filter(pl.col("clusters").list.contains(cluster))
    if segment:
        found = found.filter(pl.col("segments").list.contains(segment))
    if asked.chosen.get("district"):
        found = found.filter(pl.col("district") == asked.chosen["district"])
    if asked.text:
        low = asked.text.lower()
        found = found.filter(
            pl.col("low").str.contains(low, literal=True)
            | pl.col("firm_id").str.to_lowercase().str.contains(low, literal=True)
            | pl.col("industry_code").str.starts_with(asked.text)
        )
    return found
