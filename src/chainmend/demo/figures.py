"""Customs, published figures, needs, patents, institutes and districts of a made-up city."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from typing import TYPE_CHECKING, Any

import numpy as np
import polars as pl

from chainmend.demo.city import (
    CITY,
    CLUSTER_GROWTH,
    CLUSTER_SHARE,
    DISTRICTS,
    VALUE_ADDED,
    VALUE_ADDED_RATE,
    firm_ids,
)
from chainmend.tables import empty

if TYPE_CHECKING:
    from chainmend.chain.model import Catalogue
    from chainmend.demo.city import Firms
    from chainmend.demo.planted import Plan

_PARTNERS = ("DEU", "JPN", "KOR", "NLD", "USA")
_PUBLIC = "公开报道的杭州市数据，仅作示例城市的标定"
_MADE_UP = (
    f"示例数据：由 2024 年规上工业增加值 4409 亿元、假定增加值率 {VALUE_ADDED_RATE:.0%}、"
    f"假定集群占比 {CLUSTER_SHARE:.0%} 推算"
)


def _frame(table: str, rows: list[tuple[Any, ...]]) -> pl.DataFrame:
    return pl.DataFrame(rows, schema=empty(table).schema, orient="row")


def customs_table(
    plan: Plan, catalogue: Catalogue, years: tuple[int, ...], rng: np.random.Generator
) -> pl.DataFrame:
    """Yearly imports and exports by code: many origins and more exports, except where dependence is planted.

    A code that several segments share stays healthy, since it could not say which of them is meant.
    """
    used = Counter(hs for s in catalogue.segments.values() for hs in set(s.hs))
    dependent = {
        hs
        for name, supply in plan.now.items()
        if supply.kind == "outside_dependent"
        for hs in catalogue.segments[name].hs
        if used[hs] == 1
    }
    rows: list[tuple[Any, ...]] = []
    for hs in sorted(used):
        base = float(rng.lognormal(18, 0.5))
        parts = rng.uniform(0.8, 1.2, len(_PARTNERS))
        if hs in dependent:
            parts[int(rng.integers(len(parts)))] = 20.0
        for n, year in enumerate(years):
            value = base * (1 + CLUSTER_GROWTH) ** n
            exported = value * (0.3 if hs in dependent else 1.6)
            for partner, part in zip(_PARTNERS, parts / parts.sum(), strict=True):
                rows.append((year, 0, "import", hs, partner, round(value * float(part)), None))
                rows.append((year, 0, "export", hs, partner, round(exported / len(_PARTNERS)), None))
    return _frame("customs", rows)


def statistics_table(date: dt.date, total: int) -> pl.DataFrame:
    """Published figures with their scopes, and what the city's firms sum to."""
    industry, output = "规上工业", "gross_output"
    billion = 1e9
    added = "value_added"
    rows = [
        (industry, added, industry, 2015, 12, "nominal", 290.3 * billion, None, "exact", _PUBLIC),
        (industry, added, industry, 2024, 12, "nominal", VALUE_ADDED, None, "exact", _PUBLIC),
        (industry, added, industry, 2025, 11, "nominal", 418.9 * billion, None, "exact", _PUBLIC),
        (industry, added, industry, 2025, 11, "real", None, 0.061, "exact", _PUBLIC),
        ("数字经济核心制造业", added, industry, 2025, 11, "real", None, 0.105, "exact", _PUBLIC),
        ("296X", output, industry, 2025, 12, "nominal", None, CLUSTER_GROWTH, "exact", _PUBLIC),
        (industry, output, industry, 2025, 12, "nominal", None, CLUSTER_GROWTH - 0.027, "exact", _PUBLIC),
        ("视觉智能", "revenue", industry, 2025, 9, "nominal", 710.4 * billion, 0.144, "exact", _PUBLIC),
        ("人工智能", output, industry, 2025, 12, "nominal", None, 0.20, "lower", _PUBLIC),
        (CITY, output, "示例企业", date.year, date.month, "nominal", float(total), None, "exact", _MADE_UP),
    ]
    return _frame("statistics", [(*r[:7], "yuan", *r[7:]) for r in rows])


def small_tables(
    plan: Plan, firms: Firms, catalogue: Catalogue, n: int, date: dt.date, rng: np.random.Generator
) -> dict[str, pl.DataFrame]:
    """Needs for a part of the planted gaps, patents, institutes and districts."""
    ids = firm_ids(n)
    local = np.flatnonzero(firms.source[:n] < 0)
    gaps = [s for s, x in plan.now.items() if x.kind and s not in plan.mended][::3]
    small = local[
        firms.size[local] < np.median(firms.size[local])
    ]  # no chain leaders: nothing is planted as reported
    needs = [
        (
            f"demo-need-{k}",
            str(ids[small[int(rng.integers(len(small)))]]),
            s,
            f"示例需求：本地缺少可靠的{catalogue.segments[s].name.zh}供应",
            date - dt.timedelta(days=int(rng.integers(10, 200))),
            bool(k % 2 == 0),
        )
        for k, s in enumerate(gaps)
    ]
    owners = local[rng.integers(0, len(local), max(1, len(local) // 5))]
    patents = [
        (
            f"demo-patent-{k:06d}",
            str(ids[o]),
            None,
            "示例专利",
            date - dt.timedelta(days=int(rng.integers(1, 1500))),
            bool(rng.random() < 0.4),
        )
        for k, o in enumerate(owners)
    ]
    institutes = [(f"demo-institute-{k}", f"示例第{k}研究院", CITY, None) for k in range(1, 6)]
    districts = [(d, None, 100.0 + 0.2 * k, 30.0 + 0.1 * k, 150.0 * (k + 1)) for k, d in enumerate(DISTRICTS)]
    return {
        "needs": _frame("needs", needs),
        "patents": _frame("patents", patents),
        "institutes": _frame("institutes", institutes),
        "districts": _frame("districts", districts),
    }
