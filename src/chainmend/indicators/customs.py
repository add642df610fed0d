"""Customs figures of each segment and product by year: imports, exports, origins, and dependence on them."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

import polars as pl

from chainmend.i18n import both
from chainmend.indicators.criteria import ratio, trade_criteria
from chainmend.indicators.dependence import Dependence, churn, dependence, years_held
from chainmend.indicators.origins import world_supply_hhi
from chainmend.indicators.reading import Reading
from chainmend.indicators.scope import Scope
from chainmend.names import country_name, percent
from chainmend.registry import register

if TYPE_CHECKING:
    from chainmend.chain.model import Catalogue
    from chainmend.dataset import Dataset
    from chainmend.indicators.city import City


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
    codes = pl.DataFrame(pairs, schema={"subject": pl.String, "hs": pl.String}, orient="row")
    return _trade(dataset, codes)


def trade_by_product(dataset: Dataset) -> Mapping[str, list[TradeYear]] | None:
    """HS code -> its customs figures, oldest year first; None without a customs table."""
    if not dataset.has("customs"):
        return None
    return _trade(dataset, dataset.table("customs").select("hs", subject="hs").unique())


def _trade(dataset: Dataset, codes: pl.DataFrame) -> dict[str, list[TradeYear]]:
    """Trade of each `subject` of `codes` (subject, hs)."""
    table = dataset.table("customs").filter(
        ~((pl.col("flow") == "import") & (pl.col("partner") == dataset.place.country))
    )
    whole = (pl.col("month") == 0).any().over("year", "flow", "hs", "partner")
    fen = (pl.col("value") * 100).round().cast(pl.Int64)
    yearly = (
        table.filter((pl.col("month") == 0) | ~whole)
        .join(codes, on="hs")
        .group_by("subject", "year", "flow", "partner")
        .agg(fen.sum().alias("value"))
        .sort(["subject", "year", "value", "partner"], descending=[False, False, True, False])
    )
    collected: dict[str, dict[int, dict[str, list[tuple[str, int]]]]] = {}
    for subject, year, flow, partner, value in yearly.iter_rows():
        collected.setdefault(subject, {}).setdefault(year, {}).setdefault(flow, []).append((partner, value))
    return {
        subject: [
            _year(year, flows.get("import", []), flows.get("export", [])) for year, flows in years.items()
        ]
        for subject, years in collected.items()
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


@register(
    "indicator", "origin_hhi", name=("进口来源集中度", "Concentration of imports over origins"), unit="1",
    needs=("customs",), reference="Hirschman (1964); European Commission SWD(2021) 352, cut 0.4",
)  # fmt: skip
def origin_hhi(city: City) -> Iterator[Reading]:
    """HHI over the countries that a segment's goods were imported from, in the last year of the customs.

    1 where all came from one. The own country is no origin: what comes back from abroad is left out.
    """
    for segment, last, scope in _segments(city):
        if isinstance(last, tuple):
            yield Reading("segment", segment, None, scope, note=last)
        elif last.import_hhi is None or last.top_origin is None or last.top_origin_share is None:
            yield Reading("segment", segment, None, scope, note=both("nothing of it was imported"))
        else:
            note = both(
                "{country}: {share}",
                country=country_name(last.top_origin),
                share=percent(last.top_origin_share),
            )
            yield Reading("segment", segment, last.import_hhi, scope, note=note)


@register(
    "indicator", "imports_over_exports", name=("进出口比", "Imports over exports"), unit="1",
    needs=("customs",), reference="European Commission SWD(2021) 352, cut 1",
)  # fmt: skip
def imports_over_exports(city: City) -> Iterator[Reading]:
    """Imports of a segment's goods over its exports, in the last year of the customs.

    Above 1 what goes out could not stand in for what comes in.
    """
    for segment, last, scope in _segments(city):
        if isinstance(last, tuple):
            yield Reading("segment", segment, None, scope, note=last)
            continue
        value = ratio(last.imports, last.exports)
        if value == math.inf:
            note = both("nothing of it was exported: beyond any cut")
            yield Reading("segment", segment, None, scope, note=note)
        elif value is None:
            yield Reading("segment", segment, None, scope, note=both("neither imported nor exported"))
        else:
            yield Reading("segment", segment, value, scope)


@register(
    "indicator", "import_dependence", name=("进口依赖持续年数", "Years of import dependence"), unit="years",
    needs=("customs",), reference="European Commission SWD(2021) 352; persistence after Vicard and Wibaux (2023)",
)  # fmt: skip
def import_dependence(city: City) -> Iterator[Reading]:
    """In how many of the last years imports were concentrated on few origins and exceeded exports.

    Of each segment with customs codes and of each product. For a segment whose world supply is known, that has to be
    concentrated too. The cuts and the years needed are those of the settings.
    """
    trade = city.customs or {}
    world = world_supply_hhi(city.dataset)
    scope = _scope(city)
    for segment in city.segments:
        if city.catalogue.segments[segment].hs:
            found = _judged(city, trade.get(segment, []), scope.year, world.get(segment))
            yield years_held(found, "segment", segment, scope)
    for product, years in (trade_by_product(city.dataset) or {}).items():
        yield years_held(_judged(city, years, scope.year), "product", product, scope)


@register(
    "indicator", "import_churn", name=("进口依赖产品更替率", "Churn of import-dependent products"), unit="share",
    needs=("customs",), reference="Vicard and Wibaux (2023); Jaccard distance",
)  # fmt: skip
def import_churn(city: City) -> Iterator[Reading]:
    """Products that became dependent or ceased to be in the last year, over all that were in either year.

    0 where the list stayed, 1 where it changed wholly. Only products judged in both years are compared.
    """
    scope = _scope(city)
    products = trade_by_product(city.dataset) or {}
    (found,) = churn(
        {
            last: {p: _judged(city, years, last).dependent for p, years in products.items()}
            for last in (scope.year - 1, scope.year)
        }
    )
    if found.compared:
        note = both(
            "{n} products judged in both years: {entered} became dependent, {left} no longer are, {stayed} stayed so",
            n=found.compared,
            entered=len(found.entered),
            left=len(found.left),
            stayed=len(found.stayed),
        )
        yield Reading("city", city.name, found.rate, scope, note=note)
    else:
        note = both("no product can be judged in both years: the customs hold too few years")
        yield Reading("city", city.name, None, scope, note=note)


def _judged(city: City, years: list[TradeYear], last: int, world_hhi: float | None = None) -> Dependence:
    t = city.settings.thresholds
    criteria = {
        y.year: trade_criteria(y.import_hhi, y.imports, y.exports, world_hhi=world_hhi, cuts=t) for y in years
    }
    return dependence(criteria, last=last, needed=t.years_needed, window=t.years_window)


def _scope(city: City) -> Scope:
    """Of the last year there is; of so many months as it has."""
    table = city.dataset.table("customs")
    last = table.filter(pl.col("year") == pl.col("year").max()).get_column("month")
    months = 12 if (last == 0).any() else int(last.to_numpy().max())
    return Scope("imports", "customs", int(table["year"].to_numpy().max()), months)


def _segments(city: City) -> Iterator[tuple[str, TradeYear | tuple[str, str], Scope]]:
    """Segment, its trade of the last year or why there is none, scope."""
    trade, scope = city.customs or {}, _scope(city)
    for segment in city.segments:
        last = [y for y in trade.get(segment, []) if y.year == scope.year]
        if last:
            yield segment, last[0], scope
        elif city.catalogue.segments[segment].hs:
            yield segment, both("neither imported nor exported"), scope
        else:
            yield segment, both("the segment has no customs codes"), scope
