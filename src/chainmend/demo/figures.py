"""Published figures, needs, patents, institutes and districts of a made-up city."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Any

import numpy as np
import polars as pl

from chainmend.demo.city import (
    CITY,
    CLUSTER_GROWTH,
    CLUSTER_SHARE,
    DISTRICTS,
    DOMESTIC,
    VALUE_ADDED,
    VALUE_ADDED_RATE,
    firm_ids,
)
from chainmend.tables import empty

if TYPE_CHECKING:
    from chainmend.chain.model import Catalogue
    from chainmend.demo.city import Firms
    from chainmend.demo.planted import Plan

_PUBLIC = "公开报道的杭州市数据，仅作示例城市的标定"
_MADE_UP = (
    f"示例数据：由 2024 年规上工业增加值 4409 亿元、假定增加值率 {VALUE_ADDED_RATE:.0%}、"
    f"假定集群占比 {CLUSTER_SHARE:.0%} 推算"
)

_INVENTED = "示例数据：虚构的对比城市"
_INVENTED_LISTS = "示例数据：虚构的榜单"
_QUARTERLY = "示例数据：虚构的分季累计增速"
_PEERS = (("示例甲市", 512e9, 0.055), ("示例乙市", 446e9, 0.068), ("示例丙市", 372e9, 0.049))
"""Made-up cities with value added of industry in 2024, yuan, and its growth in January to November 2025."""
_LISTS = "示例榜单"
_STRUCTURE = (
    ("firms_in_private_500", "家", 34.0, (21.0, 18.0, 11.0)),
    ("firms_in_manufacturing_500", "家", 41.0, (30.0, 33.0, 16.0)),
    ("firms_in_services_100", "家", 17.0, (9.0, 6.0, 4.0)),
    ("manufacturers_in_private_500", "1", 0.58, (0.66, 0.61, 0.52)),
    ("giants_100bn", "家", 4.0, (3.0, 2.0, 1.0)),
)
"""Made-up lists of 2025: measure, unit, the city and its peers."""
_ENDS = (3, 6, 9, 12)
_GROWTH = (
    ("人工智能", (0.142, 0.150, 0.161, 0.168, 0.176, 0.187, 0.196)),
    ("视觉智能", (0.081, 0.086, 0.090, 0.088, 0.092, 0.097, 0.094, 0.100)),
    ("具身智能", (0.102, 0.114, 0.121, 0.129, 0.138, 0.144, 0.153, 0.160)),
    ("集成电路", (0.061, 0.070, 0.066, 0.074, 0.081, 0.079, 0.087, 0.090)),
    ("网络通信", (0.068, 0.064, 0.071, 0.077, 0.074, 0.080, 0.083, 0.086)),
    ("智能网联汽车", (0.049, 0.055, 0.058, 0.064, 0.061, 0.069, 0.073, 0.076)),
    ("新能源装备", (0.071, 0.058, 0.049, 0.046, 0.053, 0.060, 0.058, 0.062)),
    ("生物医药与医疗器械", (0.057, 0.050, 0.047, 0.054, 0.059, 0.052, 0.055, 0.056)),
    ("新材料", (0.049, 0.053, 0.044, 0.039, 0.036, 0.034, 0.030, 0.031)),
    ("高端通用设备", (0.046, 0.055, 0.052, 0.047, 0.055, 0.049, 0.045, 0.044)),
    ("现代纺织与服装", (0.034, 0.026, 0.029, 0.022, 0.017, 0.019, 0.012, 0.013)),
    ("规上工业", (0.048, 0.051, 0.050, 0.053, 0.051, 0.054, 0.053)),
)
"""Made-up growth of output on the year before, from January to the end of each quarter of 2024 and 2025, as an office
of statistics tells it; where the last is not there it was published. Together the clusters grow about as 296X did."""


def _frame(table: str, rows: list[tuple[Any, ...]]) -> pl.DataFrame:
    return pl.DataFrame(rows, schema=empty(table).schema, orient="row")


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
    for peer, value, growth in _PEERS:
        rows += [
            (peer, added, industry, 2024, 12, "nominal", value, None, "exact", _INVENTED),
            (peer, added, industry, 2025, 11, "real", None, growth, "exact", _INVENTED),
        ]
    quarters = [(year, months) for year in (2024, 2025) for months in _ENDS]
    rows += [
        (subject, output, industry, year, months, "nominal", None, growth, "exact", _QUARTERLY)
        for subject, path in _GROWTH
        for (year, months), growth in zip(quarters, path, strict=False)
    ]
    listed = [
        (subject, measure, _LISTS, 2025, 12, "nominal", value, unit, None, "exact", _INVENTED_LISTS)
        for measure, unit, own, others in _STRUCTURE
        for subject, value in zip((CITY, *(p[0] for p in _PEERS)), (own, *others), strict=True)
    ]
    return _frame("statistics", [*((*r[:7], "yuan", *r[7:]) for r in rows), *listed])


def small_tables(
    plan: Plan,
    firms: Firms,
    catalogue: Catalogue,
    n: int,
    date: dt.date,
    seed: int,
) -> dict[str, pl.DataFrame]:
    """Needs for a part of the planted gaps, patents, institutes, districts, and firms in talks."""
    rng = np.random.default_rng([seed, 6])
    needs = _needs(plan, firms, catalogue, n, date, rng)
    patents = _patents(plan, firms, n, date, rng)
    institutes = _institutes(plan, np.random.default_rng([seed, 8]))
    districts = [(d, None, 100.0 + 0.2 * k, 30.0 + 0.1 * k, 150.0 * (k + 1)) for k, d in enumerate(DISTRICTS)]
    return {
        "needs": _frame("needs", needs),
        "patents": _frame("patents", patents),
        "institutes": _frame("institutes", institutes),
        "districts": _frame("districts", districts),
        "talks": _frame("talks", _talks(plan, firms)),
    }


def _needs(
    plan: Plan, firms: Firms, catalogue: Catalogue, n: int, date: dt.date, rng: np.random.Generator
) -> list[tuple[Any, ...]]:
    ids, local = firm_ids(n), np.flatnonzero(firms.source[:n] < 0)
    gaps = [s for s, x in plan.now.items() if x.kind and s not in plan.mended][::3]
    # no chain leaders: nothing is planted as reported
    small = local[firms.size[local] < np.median(firms.size[local])]
    return [
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


def _patents(
    plan: Plan, firms: Firms, n: int, date: dt.date, rng: np.random.Generator
) -> list[tuple[Any, ...]]:
    """Of one firm in five, here and elsewhere in the country; where technology is planted, of none here."""
    ids = firm_ids(n)
    poor = np.isin(firms.segment[:n], [firms.segments.index(s) for s in plan.technology])
    local, country = firms.source[:n] < 0, np.isin(firms.source[:n], DOMESTIC)
    drawn = [
        owners[rng.integers(0, len(owners), max(1, len(owners) // 5))]
        for owners in (np.flatnonzero(local & ~poor), np.flatnonzero(country))
    ]
    ahead = np.repeat(np.flatnonzero(country & poor), 3)
    owned = [(o, bool(rng.random() < 0.4)) for o in np.concatenate(drawn)] + [(o, True) for o in ahead]
    return [
        (
            f"demo-patent-{k:06d}",
            str(ids[o]),
            None,
            "示例专利",
            date - dt.timedelta(days=int(rng.integers(1, 1500))),
            invention,
        )
        for k, (o, invention) in enumerate(owned)
    ]


def _institutes(plan: Plan, rng: np.random.Generator) -> list[tuple[Any, ...]]:
    """Institutes that work on all that depends on others, except where technology is planted, and on more."""
    dependent = [s for s, x in plan.now.items() if x.kind == "outside_dependent" and s not in plan.technology]
    others = [s for s, x in plan.now.items() if x.kind is None]
    drawn = [others[int(i)] for i in rng.integers(0, len(others), 10)]
    works_on = dict.fromkeys([*dependent, *drawn])
    fields = [plan.terms[s][0] for s in works_on]
    return [
        (f"demo-institute-{k}", f"示例第{k}研究院", CITY, "、".join(fields[k - 1 :: 5])) for k in range(1, 6)
    ]


def _talks(plan: Plan, firms: Firms) -> list[tuple[Any, ...]]:
    """The largest firm elsewhere in the country on each of the first three gaps: talks on, signed, ended."""
    ids = firm_ids(firms.first)
    stages = ("negotiating", "signed", "ended")
    gaps = [s for s, x in plan.now.items() if x.kind in ("missing", "weak")]
    rows: list[tuple[Any, ...]] = []
    for stage, s in zip(stages, gaps, strict=False):
        _local, outside = firms.of(firms.segments.index(s), later=False)
        country = outside[np.isin(firms.source[outside], DOMESTIC)]
        if len(country):
            called = country[int(np.argmax(firms.size[country]))]
            rows.append((str(ids[called]), s, stage, dt.date(2025, 11, 3 + len(rows)), "示例投资促进局"))
    return rows
