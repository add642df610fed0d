"""Names of facts and thresholds, and their values, as a person writes them in Chinese and in English."""

from __future__ import annotations

import math
from functools import cache
from typing import Any

from chainmend.i18n import both
from chainmend.names import CURRENCY, country_name, money, money_rounded, percent, whole_money

Pair = tuple[str, str]

_SHARES = frozenset({
    "anchor_share", "decline", "dependent_share", "district_share", "esri", "extra_share", "foreign_share",
    "fragile_loss", "knock_out_loss", "knock_out_own", "loss", "outside_share", "own_share", "placement_weight",
    "sales_growth", "self_sufficiency", "share", "share_of_country", "systemic_esri", "top_district_share",
    "top_esri", "top_origin_share", "top_share", "unknown_share", "upstream", "downstream", "weight",
    "world_foreign_share", "worst_source_loss",
})  # fmt: skip
_FINE = frozenset({
    "dependent_share", "esri", "fragile_loss", "knock_out_loss", "knock_out_own", "loss", "own_share", "systemic_esri",
    "top_esri", "worst_source_loss",
})  # fmt: skip
"""Shares of the city's output: a tenth of a per cent counts."""
_MONEY = frozenset({
    "amount", "exports", "imports", "local_sales", "lost", "minimum_purchases", "money", "output", "output_floor",
    "purchases", "sales_after", "sales_before",
})  # fmt: skip
_WHOLE = 10_000
"""Money below is told to its last unit."""
_PLACES = frozenset({"source", "origin", "top_source", "top_origin", "world_top_origin", "worst_source"})


@cache
def _labels() -> dict[str, Pair]:
    return _presence() | _supply() | _network() | _severity()


def _presence() -> dict[str, Pair]:
    return {
        "firms": both("firms here"),
        "local_firms": both("firms here"),
        "firms_region": both("firms in the region"),
        "firms_country": both("firms elsewhere in the country"),
        "firms_abroad": both("firms abroad"),
        "downstream_present": both("a segment downstream is here"),
        "output": both("output of the segment here"),
        "share_of_country": both("share of the country"),
        "location_quotient": both("location quotient"),
        "location_quotient_basis": both("what the location quotient counts"),
        "placement_weight": both("weight of a placement"),
        "output_floor": both("least output of a firm"),
        "alternatives": both("other firms here and in the region"),
        "needs": both("verified needs of leaders and institutes"),
        "needs_of_all": both("verified needs"),
        "newest": both("day of the newest need"),
        "top_district": both("district with most of the supply"),
        "top_district_share": both("share of that district"),
        "district_share": both("share of one district"),
        "unknown_share": both("share of firms of unknown district"),
        "level": both("region level of the nearest firm"),
        "suppliers_near": both("suppliers near by"),
        "nearest_km": both("distance of the nearest supplier in km"),
        "near_km": both("distance that counts as near in km"),
        "patents": both("invention patents"),
        "patents_per_output": both("patents per 100 million of output"),
        "national_patents_per_output": both("the same in the country"),
        "patents_per_output_ratio": both("patents per output over the country's"),
        "technology_ratio": both("patents per output over the country's"),
        "institutes": both("institutes that work on it"),
        "density": both("relatedness density"),
    }


def _supply() -> dict[str, Pair]:
    return {
        "year": both("year"),
        "purchases": both("local purchases"),
        "minimum_purchases": both("least purchases"),
        "self_sufficiency": both("share bought here"),
        "supplier_hhi": both("HHI over suppliers"),
        "top_share": both("share of the largest supplier"),
        "outside_share": both("share bought outside"),
        "foreign_share": both("share bought abroad"),
        "source_hhi": both("HHI over outside sources"),
        "origin_hhi": both("HHI over origins"),
        "top_source": both("largest outside source"),
        "outside_over_local_sales": both("purchases outside over sales here"),
        "imports_over_exports": both("imports over exports"),
        "import_hhi": both("HHI of imports over origins"),
        "imports": both("imports"),
        "exports": both("exports"),
        "top_origin": both("largest origin of imports"),
        "top_origin_share": both("share of the largest origin"),
        "world_hhi": both("HHI of world supply"),
        "world_foreign_share": both("share of world supply abroad"),
        "world_top_origin": both("largest origin of world supply"),
        "local_sales": both("sales of local firms"),
        "sales_before": both("sales of the year before"),
        "sales_after": both("sales of the year"),
        "sales_growth": both("growth of local sales"),
        "decline": both("fall of sales in a year"),
        "anchors_gone": both("anchor firms that closed"),
        "anchor_share": both("share that makes an anchor"),
        "years_needed": both("years in which it must hold"),
        "years_window": both("years looked at"),
        "distress_z": both("distance of a month from its band"),
        "distress_years": both("years that make the band"),
    }


def _network() -> dict[str, Pair]:
    return {
        "dependent_share": both("output that depends on it"),
        "knock_out_own": both("loss on the segment itself"),
        "knock_out_loss": both("loss beyond the segment if it stops"),
        "fragile_loss": both("loss beyond the segment"),
        "worst_source": both("costliest source"),
        "worst_source_loss": both("loss if that source stops"),
        "firms_stopped": both("firms on the segment, wherever they are"),
        "money": both("loss a year"),
        "lost": both("loss a year"),
        "top_esri": both("largest systemic risk index of a firm"),
        "top_esri_firm": both("firm of that index"),
        "esri": both("systemic risk index"),
        "systemic_esri": both("systemic risk index"),
        "own_share": both("the firm's own share of output"),
        "ratio": both("index over the firm's own share"),
        "systemic_ratio": both("index over the firm's own share"),
        "downstream": both("loss downstream"),
        "upstream": both("loss upstream"),
    }


def _severity() -> dict[str, Pair]:
    return {
        "criticality": both("criticality"),
        "exposure": both("exposure"),
        "recovery": both("recovery difficulty"),
        "knock_out_anchor": both("loss that means criticality 1"),
        "dependent_output_anchor": both("dependent output that means criticality 1"),
        "alternatives_anchor": both("alternatives that make recovery easy"),
    }


def label(name: str) -> Pair:
    """Name of a fact or threshold in Chinese and in English; the identifier itself where it has none.

    Examples
    --------
    >>> label("self_sufficiency")[1], label("my_own_fact")
    ('share bought here', ('my_own_fact', 'my_own_fact'))
    """
    return _labels().get(name, (name, name))


def value(name: str, amount: Any, currency: str = CURRENCY) -> Pair:
    """Value of a fact or threshold in Chinese and in English, in the unit of its name.

    Parameters
    ----------
    name
        The fact or threshold.
    amount
        Its value; None is unknown.
    currency
        ISO 4217 code of the money.

    Examples
    --------
    >>> value("self_sufficiency", 0.243), value("firms", 1200), value("supplier_hhi", 0.5)
    (('24%', '24%'), ('1,200', '1,200'), ('0.50', '0.50'))
    >>> value("purchases", 7230.0)[1], value("firms", None)[1], value("worst_source", "NLD")[1]
    ('7,230 yuan', 'unknown', 'Netherlands')
    """
    if amount is None:
        return both("unknown")
    if isinstance(amount, bool):
        return both("yes") if amount else both("no")
    if name in _PLACES:
        return country_name(str(amount))
    if not isinstance(amount, int | float) or name == "year":
        return str(amount), str(amount)
    if name in _MONEY:
        return (whole_money if abs(amount) < _WHOLE else money)(amount, currency)
    text = (
        (f"{amount:.2%}" if abs(amount) < 0.02 else f"{amount:.1%}")
        if name in _FINE
        else percent(amount)
        if name in _SHARES
        else f"{amount:,}"
        if isinstance(amount, int)
        else f"{amount:,.0f}"
        if math.isfinite(amount) and abs(amount) >= 1000
        else f"{amount:.2f}"
    )
    return text, text


def unit(name: str) -> str:
    """Unit of a fact or threshold: ``money`` (the currency of the dataset), ``share`` (0..1), else empty.

    Examples
    --------
    >>> unit("purchases"), unit("self_sufficiency"), unit("firms")
    ('money', 'share', '')
    """
    return "money" if name in _MONEY else "share" if name in _SHARES else ""


def rounded(name: str, amount: Any) -> Any:
    """Value of a fact with the digits that `value` writes, for whom no more than those are meant.

    Parameters
    ----------
    name
        The fact.
    amount
        Its value; what is no number with a fraction comes back as it is.

    Examples
    --------
    >>> rounded("self_sufficiency", 0.2431), rounded("knock_out_loss", 0.01234), rounded("source_hhi", 0.456)
    (0.24, 0.0123, 0.46)
    >>> rounded("output", 53_234_567_890.0), rounded("firms", 7), rounded("source", "NLD")
    (53200000000.0, 7, 'NLD')
    """
    if not isinstance(amount, float) or not math.isfinite(amount):
        return amount
    if name in _MONEY:
        return float(round(amount)) if abs(amount) < _WHOLE else money_rounded(amount)
    text = value(name, amount)[1]
    if text.endswith("%"):
        return round(float(text[:-1]) / 100, 4)
    return float(text.replace(",", ""))
