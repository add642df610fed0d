"""Who sells a segment to the city's buyers: purchases by segment, year, supplier and source.

A link's amount is divided over those of the supplier's segments that go into what the buyer makes, by placement
weights (`chainmend.indicators.split`). A *source* is a place that can stop: a country for suppliers abroad, a city (or
province) for the others outside the city.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import polars as pl

from chainmend.i18n import both
from chainmend.indicators.criteria import purchase_criteria
from chainmend.indicators.dependence import dependence, years_held
from chainmend.indicators.reading import Reading
from chainmend.indicators.scope import Scope
from chainmend.names import country_name
from chainmend.registry import register

if TYPE_CHECKING:
    from chainmend.dataset import Dataset
    from chainmend.indicators.city import City
    from chainmend.indicators.split import Split

_FEN = 100.0
_PARTS = 1e12


@dataclass(frozen=True)
class Purchases:
    """What local buyers bought of one segment in one year; yuan, shares 0..1.

    Shares are None where nothing was bought; `source_hhi` is None where nothing was bought outside.
    """

    year: int
    purchases: float
    outside: float
    self_sufficiency: float | None
    supplier_hhi: float | None
    top_share: float | None
    top_supplier: str | None
    top_place: str | None
    outside_share: float | None
    foreign_share: float | None
    source_hhi: float | None
    top_source: str | None
    local_sales: float


@dataclass(frozen=True)
class Sourcing:
    """Purchases of all segments over the years, with the largest suppliers of the last year."""

    years: tuple[int, ...]
    by_segment: Mapping[str, Mapping[int, Purchases]]
    suppliers: Mapping[str, list[dict[str, Any]]]

    def latest(self, segment_id: str) -> Purchases | None:
        """Purchases of the last year there is, None where nobody local bought the segment in it."""
        return self.by_segment.get(segment_id, {}).get(self.years[-1]) if self.years else None


def _hhi(amount: str, total: str) -> pl.Expr:
    """Sum of squared shares in whole 1e-12 parts: exact whatever the order."""
    share = pl.col(amount) / pl.col(total)
    return (share * share * _PARTS).round().cast(pl.Int64).sum() / _PARTS


def _by_supplier(dataset: Dataset, split: Split, draw: pl.DataFrame | None) -> pl.DataFrame:
    """segment_id, year, supplier_id, place, source, bought (fen, by local buyers), sold (fen, to anybody)."""
    firms = dataset.firms.select(
        "firm_id",
        "name",
        "place",
        source=pl.when(pl.col("place") == "abroad")
        .then(pl.col("country"))
        .otherwise(pl.coalesce("city", "province", "country")),
    )
    local_buyers = firms.select(buyer_id="firm_id", local=pl.col("place") == "local")
    amount = (pl.col("amount") * _FEN).round().cast(pl.Int64)
    table = dataset.table("supply_links").lazy()
    if draw is not None:
        table = table.filter(pl.col("year") == pl.col("year").max())
        table = table.join(_times(dataset, draw).lazy(), on="buyer_id", how="left")
        amount = amount * pl.col("times").fill_null(1)
    links = table.join(local_buyers.lazy(), on="buyer_id", how="left").select(
        "supplier_id",
        "buyer_id",
        "year",
        bought=pl.when("local").then(amount).otherwise(0),
        sold=amount,
    )
    return split.divide(links, ["year"], ["bought", "sold"]).join(
        firms.rename({"firm_id": "supplier_id"}), on="supplier_id"
    )


def _times(dataset: Dataset, draw: pl.DataFrame) -> pl.DataFrame:
    """buyer_id, times: only active firms are drawn; what others bought counts once, as in the city itself."""
    drawn = pl.col("times").fill_null(0).cast(pl.Int64)
    return (
        dataset.firms.join(draw.select("firm_id", "times"), on="firm_id", how="left")
        .with_columns(times=pl.when(pl.col("status") == "active").then(drawn).otherwise(1))
        .select(buyer_id="firm_id", times="times")
    )


def _aggregate(rows: pl.DataFrame) -> pl.DataFrame:
    keys = ["segment_id", "year"]
    outside = pl.col("place") != "local"
    sums = rows.group_by(keys).agg(
        pl.col("bought").sum().alias("purchases"),
        pl.col("bought").filter(outside).sum().alias("outside"),
        pl.col("bought").filter(pl.col("place") == "abroad").sum().alias("foreign"),
        pl.col("sold").filter(~outside).sum().alias("local_sales"),
    )
    bought = rows.filter(pl.col("bought") > 0).join(sums.select(*keys, "purchases", "outside"), on=keys)
    suppliers = (
        bought.sort([*keys, "bought", "supplier_id"], descending=[False, False, True, False])
        .group_by(keys, maintain_order=True)
        .agg(
            _hhi("bought", "purchases").alias("supplier_hhi"),
            pl.col("bought").first().alias("top"),
            pl.col("supplier_id").first().alias("top_supplier"),
            pl.col("place").first().alias("top_place"),
        )
    )
    sources = (
        bought.filter(outside)
        .group_by([*keys, "source", "outside"])
        .agg(pl.col("bought").sum())
        .sort([*keys, "bought", "source"], descending=[False, False, True, False])
        .group_by(keys, maintain_order=True)
        .agg(_hhi("bought", "outside").alias("source_hhi"), pl.col("source").first().alias("top_source"))
    )
    return sums.join(suppliers, on=keys, how="left").join(sources, on=keys, how="left").sort(keys)


def sourcing(dataset: Dataset, split: Split, draw: pl.DataFrame | None = None) -> Sourcing:
    """Aggregate the supply links of `dataset` by segment and year.

    Parameters
    ----------
    dataset
        With a table of supply links.
    split
        How links are divided over the segments of their suppliers.
    draw
        firm_id, times: count what each active firm buys so many times, not at all where it is not there. Gives no
        largest suppliers and no year but the last: a draw needs only its sums. All buyers once where None.
    """
    rows = _by_supplier(dataset, split, draw)
    years = tuple(int(y) for y in dataset.table("supply_links")["year"].unique().sort())
    by_segment: dict[str, dict[int, Purchases]] = {}
    for r in _aggregate(rows).iter_rows(named=True):
        total = r["purchases"]
        some = total > 0
        by_segment.setdefault(r["segment_id"], {})[r["year"]] = Purchases(
            year=r["year"],
            purchases=total / _FEN,
            outside=r["outside"] / _FEN,
            self_sufficiency=(total - r["outside"]) / total if some else None,
            supplier_hhi=r["supplier_hhi"],
            top_share=r["top"] / total if some else None,
            top_supplier=r["top_supplier"],
            top_place=str(r["top_place"]) if r["top_place"] is not None else None,
            outside_share=r["outside"] / total if some else None,
            foreign_share=r["foreign"] / total if some else None,
            source_hhi=r["source_hhi"],
            top_source=r["top_source"],
            local_sales=r["local_sales"] / _FEN,
        )
    largest = _largest(rows, years[-1]) if years and draw is None else {}
    return Sourcing(years, by_segment, largest)


def _largest(rows: pl.DataFrame, year: int, limit: int = 5) -> dict[str, list[dict[str, Any]]]:
    """Segment -> its largest suppliers in `year`, as rows of evidence."""
    last = rows.filter((pl.col("year") == year) & (pl.col("bought") > 0))
    top = (
        last.with_columns(share=pl.col("bought") / pl.col("bought").sum().over("segment_id"))
        .sort(["segment_id", "bought", "supplier_id"], descending=[False, True, False])
        .group_by("segment_id", maintain_order=True)
        .head(limit)
    )
    result: dict[str, list[dict[str, Any]]] = {}
    for r in top.iter_rows(named=True):
        result.setdefault(r["segment_id"], []).append(
            {
                "supplier_id": r["supplier_id"],
                "name": r["name"],
                "place": str(r["place"]),
                "source": r["source"],
                "amount": r["bought"] / _FEN,
                "share": round(r["share"], 6),
                "year": year,
            }
        )
    return result


@register(
    "indicator", "self_sufficiency", name=("本地自给率", "Self-sufficiency"), unit="share",
    needs=("supply_links",), resample=True, bounds=(0.0, 1.0),
    reference="design: share of purchases from local sellers",
)  # fmt: skip
def self_sufficiency(city: City) -> Iterator[Reading]:
    """Share of what local buyers bought of a segment that local firms sold, in the last year of the links."""
    return _readings(city, lambda p: p.self_sufficiency)


@register(
    "indicator", "outside_share", name=("市外采购占比", "Share bought outside the city"), unit="share",
    needs=("supply_links",), resample=True, bounds=(0.0, 1.0),
    reference="European Commission SWD(2021) 352, for a city; cut 0.5",
)  # fmt: skip
def outside_share(city: City) -> Iterator[Reading]:
    """Share of what local buyers bought of a segment from outside the city: 1 less self-sufficiency."""
    return _readings(city, lambda p: p.outside_share)


@register(
    "indicator", "foreign_share", name=("境外采购占比", "Share bought abroad"), unit="share",
    needs=("supply_links",), resample=True, bounds=(0.0, 1.0),
    reference="design: share of purchases from abroad",
)  # fmt: skip
def foreign_share(city: City) -> Iterator[Reading]:
    """Share of what local buyers bought of a segment from suppliers abroad."""
    return _readings(city, lambda p: p.foreign_share)


@register(
    "indicator", "source_hhi", name=("市外来源集中度", "Concentration over outside sources"), unit="1",
    needs=("supply_links",), resample=True, bounds=(0.0, 1.0),
    reference="European Commission SWD(2021) 352, for a city; cut 0.4",
)  # fmt: skip
def source_hhi(city: City) -> Iterator[Reading]:
    """HHI of purchases over the places outside the city they came from: a country abroad, a city at home."""
    return _readings(city, lambda p: p.source_hhi, lambda p: p.top_source)


@register(
    "indicator", "purchase_dependence", name=("采购外依持续年数", "Years of dependence on outside sources"),
    unit="years", needs=("supply_links",),
    reference="European Commission SWD(2021) 352, for a city; persistence after Vicard and Wibaux (2023)",
)  # fmt: skip
def purchase_dependence(city: City) -> Iterator[Reading]:
    """In how many of the last years a segment came mostly from outside, from few places, and more than is sold here.

    The cuts and the years needed are those of the settings; a year in which less than `minimum_purchases` was bought is
    not judged.
    """
    bought = city.sourcing
    if bought is None:
        return
    t, scope = city.settings.thresholds, _scope(bought)
    for segment in city.segments:
        criteria = {
            y: purchase_criteria(p.source_hhi, p.outside_share, p.outside, p.local_sales, cuts=t)
            for y, p in bought.by_segment.get(segment, {}).items()
            if p.purchases >= t.minimum_purchases
        }
        found = dependence(criteria, last=scope.year, needed=t.years_needed, window=t.years_window)
        yield years_held(found, "segment", segment, scope)


def _scope(bought: Sourcing) -> Scope:
    return Scope("purchases", "dataset", bought.years[-1])


def _readings(
    city: City,
    value: Callable[[Purchases], float | None],
    place: Callable[[Purchases], str | None] = lambda p: None,  # noqa: ARG005
) -> Iterator[Reading]:
    bought = city.sourcing
    if bought is None:
        return
    scope = _scope(bought)
    for segment in city.segments:
        p = bought.latest(segment)
        found = None if p is None else value(p)
        if p is None or not p.purchases:
            yield Reading("segment", segment, None, scope, note=both("nobody here bought of it"))
        elif found is None:
            yield Reading("segment", segment, None, scope, note=both("nothing of it was bought outside"))
        else:
            top = place(p)
            note = both("most from {place}", place=country_name(top)) if top else None
            yield Reading("segment", segment, found, scope, note=note)
