"""A city of a few firms on four segments in a row, small enough to reckon by hand."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Any

import polars as pl

import chainmend.gaps.rules  # noqa: F401  (registers the rules)
from chainmend.chain.model import Catalogue, Chain, Cluster, Dependence, Segment, Stage, Terms, Text
from chainmend.dataset import Dataset, Place
from chainmend.gaps.facts import segment_facts
from chainmend.gaps.impact import CityImpact, city_impact
from chainmend.registry import get
from chainmend.settings import Settings, Thresholds
from chainmend.tables import empty

if TYPE_CHECKING:
    from chainmend.gaps.finding import Verdict

WHERE = {
    "local": ("杭州市", "浙江省", "CHN"),
    "region": ("宁波市", "浙江省", "CHN"),
    "country": ("深圳市", "广东省", "CHN"),
    "abroad": ("Tokyo", None, "JPN"),
}


def _segment(id: str, zh: str, inputs: tuple[str, ...] = ()) -> Segment:
    return Segment(
        id=id,
        name=Text(zh, id),
        what=Text("", ""),
        stage="s",
        chain_id="c",
        cluster_id="k",
        terms=Terms(zh=(zh,)),
        hs=("848620",) if id == "etcher" else (),
        inputs=tuple(Dependence(i, id, "essential") for i in inputs),
    )


SEGMENTS = (
    _segment("etcher", "刻蚀机"),
    _segment("chip", "芯片代工", ("etcher",)),
    _segment("robot", "机器人", ("chip",)),
)


def catalogue() -> Catalogue:
    chain = Chain("c", Text("链", "Chain"), "k", (Stage("s", Text("段", "Stage")),), SEGMENTS)
    return Catalogue(
        "x",
        "1",
        Text("目录", "Catalogue"),
        "GB/T 4754-2017",
        (Cluster("k", Text("群", "Cluster"), "future", "open", (chain,)),),
        fingerprint="f",
    )


def table(name: str, rows: list[dict[str, Any]]) -> pl.DataFrame:
    return pl.DataFrame(rows, schema=empty(name).schema)


def city(
    firms: dict[str, tuple[str, float | None]],
    links: list[tuple[str, str, int, float]] | None = None,
    makes: dict[str, str] | None = None,
    about: dict[str, dict[str, Any]] | None = None,
    **tables: list[dict[str, Any]],
) -> Dataset:
    """Firms: id -> (place, output); makes: id -> product; links: supplier, buyer, year, amount.

    `about`: id -> other columns of a firm, such as its district.
    """
    rows = []
    for id, (where, output) in firms.items():
        town, province, country = WHERE[where]
        rows.append(
            {
                "firm_id": id,
                "name": id,
                "city": town,
                "province": province,
                "country": country,
                "status": "active",
                "leader": False,
                "output": output,
                **(about or {}).get(id, {}),
            }
        )
    made = {"firms": table("firms", rows)} | {n: table(n, t) for n, t in tables.items()}
    if makes:
        made["products"] = table("products", [{"firm_id": f, "product": p} for f, p in makes.items()])
    if links is not None:
        keys = ("supplier_id", "buyer_id", "year", "amount")
        made["supply_links"] = table("supply_links", [dict(zip(keys, x, strict=True)) for x in links])
    return Dataset(Place("杭州市", "浙江省"), dt.date(2025, 12, 31), made, synthetic=True)


def verdict(
    rule: str, segment: str, dataset: Dataset, on: dict[str, str], t: Thresholds | None = None
) -> Verdict:
    """What a rule says of a segment, each firm wholly on one, with what the supply network tells."""
    t, placed = t or Thresholds(), weights(on)
    impact = city_impact(dataset, catalogue(), placed, Settings(thresholds=t))
    known = impact.segments if isinstance(impact, CityImpact) else impact
    facts = segment_facts(dataset, catalogue(), placed, t, known)
    function = get("rule", rule).function
    found: Verdict = function(catalogue().segments[segment], facts.segments[segment], facts, t)
    return found


def weights(on: dict[str, str]) -> pl.DataFrame:
    """Each firm wholly on one segment."""
    schema = {"firm_id": pl.String, "segment_id": pl.String, "weight": pl.Float64}
    return pl.DataFrame([(f, s, 1.0) for f, s in on.items()], schema=schema, orient="row")
