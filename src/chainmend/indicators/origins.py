"""Where goods come from: concentration over origins, holders of the world market, who depends on us."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt
import polars as pl
from scipy import sparse

from chainmend.errors import IndicatorError
from chainmend.i18n import _, both
from chainmend.indicators.arrays import FloatArray, table
from chainmend.indicators.reading import Reading
from chainmend.indicators.scope import Scope
from chainmend.names import country_name, percent
from chainmend.registry import register
from chainmend.settings import Thresholds

if TYPE_CHECKING:
    from chainmend.dataset import Dataset
    from chainmend.indicators.city import City

MAJORITY = 0.5
NEAR_MONOPOLY = 0.9
_CUTS = Thresholds()


def import_origins(flows: pl.DataFrame, home: str) -> pl.DataFrame:
    """Return how concentrated the imports of each product are over the places they come from.

    Parameters
    ----------
    flows
        product, year, origin, value: imports in one unit, at least 0, one row an origin.
    home
        The importer itself: its re-imports are not an origin and are left out.

    Returns
    -------
    DataFrame
        product, year, imports, import_hhi (0..1, sum of squared shares), top_origin, top_origin_share, in order of
        product and year. A product that nothing was imported of in a year has no row.

    Raises
    ------
    IndicatorError
        If a column is missing, a value is missing, negative or not finite, or a product has an origin twice in a year.

    Examples
    --------
    >>> flows = pl.DataFrame({"product": ["a"] * 3, "year": 2025, "origin": ["X", "Y", "home"], "value": [3, 1, 9]})
    >>> import_origins(flows, "home").row(0)
    ('a', 2025, 4.0, 0.625, 'X', 0.75)
    """
    rows = _checked(flows, ("product", "year"))
    return _concentrated(rows.filter(pl.col("origin") != home), ["product", "year"])


def reverse_dependence(flows: pl.DataFrame, home: str, cuts: Thresholds = _CUTS) -> pl.DataFrame:
    """Return who depends on us: importers that get more than half of a product here, and have few other origins.

    Parameters
    ----------
    flows
        importer, product, year, origin, value: imports of others in one unit, at least 0.
    home
        Us, as an origin. Our own imports, and what an importer brings back from abroad, are left out.
    cuts
        `origin_hhi` (0.4) for the importer's HHI and `outside_share` (0.5) for our share.

    Returns
    -------
    DataFrame
        importer, product, year, imports, import_hhi, share (ours, 0..1), depends; in order of the first three.

    Raises
    ------
    IndicatorError
        As `import_origins`.

    Examples
    --------
    >>> flows = pl.DataFrame(
    ...     {"importer": "P", "product": ["a"] * 2, "year": 2025, "origin": ["us", "Q"], "value": [3.0, 1.0]}
    ... )
    >>> reverse_dependence(flows, "us").row(0)
    ('P', 'a', 2025, 4.0, 0.625, 0.75, True)
    """
    keys = ["importer", "product", "year"]
    rows = _checked(flows, keys)
    rows = rows.filter((pl.col("importer") != home) & (pl.col("origin") != pl.col("importer")))
    ours = rows.filter(pl.col("origin") == home).select(*keys, ours="value")
    return (
        _concentrated(rows, keys)
        .join(ours, on=keys, how="left", maintain_order="left")
        .with_columns(share=pl.col("ours").fill_null(0.0) / pl.col("imports"))
        .with_columns(
            depends=(pl.col("import_hhi") > cuts.origin_hhi) & (pl.col("share") > cuts.outside_share)
        )
        .select(*keys, "imports", "import_hhi", "share", "depends")
    )


@dataclass(frozen=True)
class WorldMarket:
    """Who holds the world market of each product; arrays of shape (products,).

    Attributes
    ----------
    holder
        Position of the largest exporter, the first of equals.
    share
        Its share of the world's exports, 0..1.
    hhi
        Over all exporters, 0..1.
    """

    holder: npt.NDArray[np.int64]
    share: FloatArray
    hhi: FloatArray

    def single_points(self, cut: float = MAJORITY) -> npt.NDArray[np.bool_]:
        """Return which products are a single point of failure: one exporter has more than `cut`.

        Above 0.5 (`MAJORITY`) the others together cannot stand in for it without doubling; above 0.9
        (`NEAR_MONOPOLY`) there is in effect no other. The cuts are conventions, not estimates.

        Raises
        ------
        IndicatorError
            If `cut` is not within 0..1.
        """
        if not 0 <= cut <= 1:
            raise IndicatorError(str(cut), expected=_("a share of 0 to 1"), where="cut")
        return self.share > cut


def world_market(exports: Any) -> WorldMarket:
    """Return who holds the world market of each product.

    Parameters
    ----------
    exports
        Shape (exporters, products), dense or sparse, in any unit, non-negative; all exporters of the world, or shares
        mislead.

    Raises
    ------
    IndicatorError
        If a number is negative or not finite, the shape is not two-dimensional, or nobody exports a product; the
        message names its column.

    Notes
    -----
    Korniyenko, Pinat and Dew (2017) on goods whose supply hangs on one exporter.

    Examples
    --------
    >>> found = world_market([[95, 30], [5, 30], [0, 40]])
    >>> found.holder.tolist(), found.share.tolist(), found.single_points().tolist()
    ([0, 2], [0.95, 0.4], [True, False])
    """
    found = table(exports, "exports")
    sizes = found.toarray() if sparse.issparse(found) else found
    totals = sizes.sum(axis=0)
    if not totals.all():
        raise IndicatorError(
            _("nobody exports it"),
            expected=_("at least one number above 0 in a column"),
            where=f"exports[:, {int(np.flatnonzero(totals == 0)[0])}]",
        )
    shares = sizes / totals
    holder = shares.argmax(axis=0)
    return WorldMarket(
        holder.astype(np.int64), shares[holder, np.arange(len(totals))], (shares**2).sum(axis=0)
    )


def _checked(flows: pl.DataFrame, keys: Iterable[str]) -> pl.DataFrame:
    columns = [*keys, "origin", "value"]
    missing = [c for c in columns if c not in flows.columns]
    if missing:
        raise IndicatorError(
            _("no column {names}").format(names=", ".join(missing)),
            expected=", ".join(columns),
            where="flows",
        )
    if not flows.schema["value"].is_numeric():
        raise IndicatorError(str(flows.schema["value"]), expected=_("numbers"), where="flows, value")
    names = [c for c in ("importer", "product", "origin") if c in columns]
    rows = flows.select(columns).with_columns(pl.col(names).cast(pl.String), pl.col("value").cast(pl.Float64))
    bad = rows.filter(
        pl.any_horizontal(pl.all().is_null()) | ~pl.col("value").is_finite() | (pl.col("value") < 0)
    )
    if bad.height:
        raise IndicatorError(
            str(bad.row(0)), expected=_("names, and a finite number of at least 0"), where="flows"
        )
    twice = rows.filter(rows.select(columns[:-1]).is_duplicated())
    if twice.height:
        raise IndicatorError(
            _("{row} is there more than once").format(row=twice.row(0)[:-1]),
            expected=_("one row an origin"),
            where="flows",
            do=_("add its values up"),
        )
    return rows.filter(pl.col("value") > 0)


def _concentrated(rows: pl.DataFrame, keys: list[str]) -> pl.DataFrame:
    """Sort first, so that sums do not depend on the order of rows."""
    ordered = rows.sort([*keys, "value", "origin"], descending=[*(False for _key in keys), True, False])
    share = pl.col("value") / pl.col("value").sum()
    return ordered.group_by(keys, maintain_order=True).agg(
        pl.col("value").sum().alias("imports"),
        (share * share).sum().alias("import_hhi"),
        pl.col("origin").first().alias("top_origin"),
        share.first().alias("top_origin_share"),
    )


@register(
    "indicator", "single_point_of_failure", name=("世界供给最大来源占比", "Largest holder of world supply"),
    unit="share", needs=("provision",), reference="Korniyenko, Pinat and Dew (2017); cuts 0.5 and 0.9",
)  # fmt: skip
def single_points_of_failure(city: City) -> Iterable[Reading]:
    """Share of world supply of the largest country.

    Above 0.5 the segment hangs on one country, above 0.9 there is in effect no other. Of the last year the table of
    world supply has of the segment; countries it sums up as `other` are many and are never the largest.
    """
    found = _world_supply(city.dataset)
    for segment in city.segments:
        rows = found.get(segment)
        if rows is None:
            scope = Scope("output", "world", city.dataset.date.year)
            yield Reading("segment", segment, None, scope, note=both("world supply of it is not known"))
            continue
        _origin, year, share = rows.row(0)
        scope = Scope("output", "world", year)
        yield Reading("segment", segment, share, scope, note=_held(share, country_name(rows["origin"][0])))


def world_supply_hhi(dataset: Dataset) -> dict[str, float]:
    """Return segment id -> HHI of world supply over the countries that the table of world supply names.

    Of the last year the table has of the segment. A segment whose countries it does not name is left out.
    """
    return {s: round(float((rows["share"] ** 2).sum()), 12) for s, rows in _world_supply(dataset).items()}


def _world_supply(dataset: Dataset) -> dict[str, pl.DataFrame]:
    """Segment -> origin, year, share of all (named or not), largest first, of the last year."""
    table = dataset.table("provision")
    latest = (
        table.filter(pl.col("year") == pl.col("year").max().over("segment_id"))
        .sort(["segment_id", "share", "origin"], descending=[False, True, False])
        .with_columns(share=pl.col("share") / pl.col("share").sum().over("segment_id"))
        .filter((pl.col("origin") != "other") & pl.col("share").is_finite() & (pl.col("share") > 0))
    )
    return {
        str(segment): rows.select("origin", "year", "share")
        for (segment,), rows in latest.group_by("segment_id", maintain_order=True)
    }


def _held(share: float, name: tuple[str, str]) -> tuple[str, str]:
    if share > NEAR_MONOPOLY:
        return both("{country}: in effect the only one", country=name)
    if share > MAJORITY:
        return both("{country}: more than all others together", country=name)
    return both("{country}: {share}", country=name, share=percent(share))
