"""Customs figures of each segment by year: imports, exports, concentration over origins."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

import polars as pl

if TYPE_CHECKING:
    from chainmend.chain.model import Catalogue
    from chainmend.dataset import Dataset


@dataclass(frozen=True)
class TradeYear:
    """Imports and exports of a segment's HS codes in one year.

    `import_hhi` is None where nothing was imported; the own country is not an origin (re-imports are left out).
    """

    year: int
    imports: float
    exports: float
    import_hhi: float | None
    top_origin: str | None
    top_origin_share: float | None


def trade_by_segment(dataset: Dataset, catalogue: Catalogue) -> Mapping[str, list[TradeYear]] | None:
    """Segment id -> its customs figures, oldest year first; None without a customs table.

    A year with a whole-year row (month 0) for a code uses it; otherwise its months are summed.
    """
    if not dataset.has("customs"):
        return None
    pairs = [(s.id, hs) for s in catalogue.segments.values() for hs in s.hs]
    if not pairs:
        return {}
    codes = pl.DataFrame(pairs, schema={"segment_id": pl.String, "hs": pl.String}, orient="row")
    table = dataset.table("customs").filter(
        ~((pl.col("flow") == "import") & (pl.col("partner") == dataset.place.country))
    )
    whole = (pl.col("month") == 0).any().over("year", "flow", "hs", "partner")
    fen = (pl.col("value") * 100).round().cast(pl.Int64)
    yearly = (
        table.filter((pl.col("month") == 0) | ~whole)
        .join(codes, on="hs")
        .group_by("segment_id", "year", "flow", "partner")
        .agg(fen.sum().alias("value"))
        .sort(["segment_id", "year", "value", "partner"], descending=[False, False, True, False])
    )
    collected: dict[str, dict[int, dict[str, list[tuple[str, int]]]]] = {}
    for segment, year, flow, partner, value in yearly.iter_rows():
        collected.setdefault(segment, {}).setdefault(year, {}).setdefault(flow, []).append((partner, value))
    return {
        segment: [
            _year(year, flows.get("import", []), flows.get("export", [])) for year, flows in years.items()
        ]
        for segment, years in collected.items()
    }


def _year(year: int, imports: list[tuple[str, int]], exports: list[tuple[str, int]]) -> TradeYear:
    total = sum(v for _, v in imports)
    return TradeYear(
        year=year,
        imports=total / 100,
        exports=sum(v for _, v in exports) / 100,
        import_hhi=sum(v * v for _, v in imports) / total**2 if total else None,
        top_origin=imports[0][0] if total else None,
        top_origin_share=imports[0][1] / total if total else None,
    )
