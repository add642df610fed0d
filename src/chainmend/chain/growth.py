"""Growth of clusters' output between two dates, on one scope."""

from __future__ import annotations

from dataclasses import dataclass

import polars as pl

from chainmend.chain.output import FEN, Basis, CityParts, own_output
from chainmend.errors import ScopeError
from chainmend.i18n import _


@dataclass(frozen=True)
class Growth:
    """Output at two dates of a cluster, or of the city (`cluster_id` None), over firms that are known at both.

    Attributes
    ----------
    before, now
        Output in the twelve months to either date.
    growth
        From one date to the other; None where there was none before.
    yearly
        Compound rate a year, None if the dates are less than a year apart.
    excess
        Growth less the growth of all the city's firms on the same scope: 0.027 is 2.7 percentage points.
    """

    cluster_id: str | None
    before: float
    now: float
    growth: float | None
    yearly: float | None
    excess: float | None


def growth(now: CityParts, before: CityParts, basis: Basis) -> tuple[Growth, ...]:
    """Growth of the city (first) and of each cluster between two dates, on one scope.

    A firm that is there at one of the dates only counts with nothing at the other: it came or went. A firm whose
    output is unknown at a date at which it is there is left out at both, or growth would measure how much is known.
    The rate a year is (V1/V0)^(12/months) - 1.

    Raises
    ------
    ScopeError
        If the two are not of one city, or the second is not earlier.
    """
    if now.place != before.place or now.date <= before.date:
        raise ScopeError(
            _("{place} of {date} beside {place_before} of {date_before}").format(
                place=now.place, date=now.date, place_before=before.place, date_before=before.date
            ),
            expected=_("data of the same city at an earlier date"),
        )
    if now.currency != before.currency:
        raise ScopeError(
            _("amounts in {a} beside amounts in {b}").format(a=now.currency, b=before.currency),
            expected=_("one currency at both dates; amounts are never converted"),
        )
    unknown = pl.concat([c.firms.filter(pl.col("fen").is_null()).select("firm_id") for c in (now, before)])
    first, last = (_sums(c, unknown, basis) for c in (before, now))
    months = (now.date.year - before.date.year) * 12 + now.date.month - before.date.month
    total = _rate(first[None], last[None])
    found = []
    for cluster in (None, *now.clusters):
        v0, v1 = first.get(cluster, 0), last.get(cluster, 0)
        rate = _rate(v0, v1)
        yearly = (v1 / v0) ** (12 / months) - 1 if rate is not None and months >= 12 else None
        excess = rate - total if rate is not None and total is not None and cluster else None
        found.append(Growth(cluster, v0 / FEN, v1 / FEN, rate, yearly, excess))
    return tuple(found)


def _sums(city: CityParts, without: pl.DataFrame, basis: Basis) -> dict[str | None, int]:
    """Fen of each cluster, and under None of all firms."""
    firms = city.firms.join(without, on="firm_id", how="anti")
    parts = own_output(city, basis).join(without, on="firm_id", how="anti")
    sums: dict[str | None, int] = dict(parts.group_by("cluster_id").agg(pl.col("own").sum()).iter_rows())
    return sums | {None: int(firms["fen"].sum())}


def _rate(first: int, last: int) -> float | None:
    return last / first - 1 if first > 0 else None
