"""The made-up city as a dataset: whole, or as a city would really see it, with gaps and noise in its tables."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Any

import numpy as np
import polars as pl

from chainmend.dataset import Dataset, Place
from chainmend.tables import empty

from .chains import product, segment_id
from .city import DISTRICTS, City
from .figures import DATE, Figures, describe

_PROVINCE = {"local": "示例省", "region": "示例省", "country": "外省"}
_MIDDLE = {"local": (120.0, 30.0), "region": (120.4, 30.1), "country": (113.0, 23.0)}
_HEIGHT, _SIDE = 0.03, 0.1
SIDE_LINE, SECOND = 0.1, 0.3
"""Shares of a firm's sales: of what it makes besides, and of a second product."""


@dataclass(frozen=True)
class Seen:
    """How well the tables show the city.

    Attributes
    ----------
    links
        Share of links that nobody recorded.
    amounts
        Standard deviation of the logarithm of recorded amounts around the true ones.
    products
        Share of firms of which it is not known what they make.
    seconds
        Share of firms that also make something of another segment, for 30 % of their sales, which none of their buyers
        in the links buys.
    unlinked
        Nobody recorded who sells to whom.
    """

    links: float = 0.0
    amounts: float = 0.0
    products: float = 0.0
    seconds: float = 0.0
    unlinked: bool = False


WHOLE = Seen()
BLURRED = Seen(links=0.05, amounts=0.1, products=0.03)
MIXED = Seen(seconds=0.05)
UNLINKED = Seen(unlinked=True)


def firm_id(number: int) -> str:
    return f"plant-{number:06}"


def make_dataset(city: City, figures: Figures, seen: Seen = WHOLE) -> Dataset:
    """The tables of the city."""
    rng = np.random.default_rng([city.seed, 9])
    customs = pl.DataFrame(figures.customs, schema=empty("customs").schema, orient="row")
    world = [
        (segment_id(s), origin, DATE.year, share, "made up")
        for s, origins in figures.world.items()
        for origin, share in origins.items()
    ]
    tables = {
        "firms": _firms(city),
        "products": _products(city, rng, seen),
        "supply_links": _links(city, rng, seen),
        "customs": customs,
        "provision": _frame("provision", world),
        "needs": _frame("needs", _needs(figures)),
        "patents": _frame("patents", _patents(figures)),
        "institutes": _frame(
            "institutes", [(name, name, "示例市", describe(s)) for s, name in figures.institutes.items()]
        ),
        "districts": _frame(
            "districts",
            [(d, None, 120.0 + _SIDE * k, 30.0 + _HEIGHT * k, 100.0) for k, d in enumerate(DISTRICTS)],
        ),
    }
    if seen.unlinked:
        del tables["supply_links"]
    return Dataset(Place("示例市", "示例省"), DATE, tables, synthetic=True)


def _frame(table: str, rows: list[tuple[Any, ...]]) -> pl.DataFrame:
    return pl.DataFrame(rows, schema=empty(table).schema, orient="row")


def _firms(city: City) -> pl.DataFrame:
    made = []
    for i, (place, origin) in enumerate(zip(city.place.tolist(), city.origin.tolist(), strict=True)):
        home = place == "local"
        lon, lat = _MIDDLE.get(place, (None, None))
        district = int(city.district[i])
        if home and district >= 0:
            lon, lat = 120.0 + _SIDE * district, 30.0 + _HEIGHT * district
        made.append(
            {
                "firm_id": firm_id(i),
                "name": f"示例企业{i:06}",
                "country": origin if place == "abroad" else "CHN",
                "province": _PROVINCE.get(place),
                "city": None if place == "abroad" else origin,
                "district": DISTRICTS[district] if home else None,
                "lon": lon,
                "lat": lat,
                "output": float(city.output[i]) if city.segment[i] >= 0 else None,
                "status": "closed" if city.closed[i] else "active",
                "leader": bool(city.leader[i]),
            }
        )
    return pl.DataFrame(made, schema=empty("firms").schema)


def _products(city: City, rng: np.random.Generator, seen: Seen) -> pl.DataFrame:
    """Each firm's products with their shares of its sales."""
    n = len(city.segment)
    unknown, second = rng.random(n) < seen.products, rng.random(n) < seen.seconds
    healthy = [s for s, p in enumerate(city.layout.plans) if p.role == "healthy"]
    others = rng.choice(healthy, n)
    side = {i: (int(others[i]), SECOND) for i in np.flatnonzero(second & (city.segment >= 0)).tolist()}
    side |= {firm: (s, SIDE_LINE) for s, firm in side_lines(city).items()}
    rows: list[tuple[str, str, float, None]] = []
    for i, s in enumerate(city.segment.tolist()):
        other, share = side.get(i, (s, 0.0))
        if s >= 0 and not unknown[i]:
            rows.append((firm_id(i), product(s), 1.0 if other == s else 1 - share, None))
            if other != s:
                rows.append((firm_id(i), product(other), share, None))
    return _frame("products", rows)


def side_lines(city: City) -> dict[int, int]:
    """Segment -> the smallest local firm of a healthy segment, which makes a little of it besides."""
    plain = [s for s, p in enumerate(city.layout.plans) if p.role == "healthy"]
    found = {}
    for k, s in enumerate(s for s, p in enumerate(city.layout.plans) if p.side_line):
        ours = city.of(plain[k % len(plain)])
        here = ours[city.local[ours]]
        found[s] = int(here[np.argmin(city.output[here])])
    return found


def _links(city: City, rng: np.random.Generator, seen: Seen) -> pl.DataFrame:
    n = len(city.segment)
    unseen: dict[int, bool] = {}
    frames = []
    for year, (supplier, buyer, amount) in city.links.items():
        pair = supplier * n + buyer
        for key in pair[[p not in unseen for p in pair.tolist()]].tolist():
            unseen[key] = bool(rng.random() < seen.links)
        noisy = np.maximum(1, np.round(amount * np.exp(seen.amounts * rng.standard_normal(len(amount)))))
        kept = np.array([not unseen[p] for p in pair.tolist()])
        frames.append(
            pl.DataFrame(
                {
                    "supplier_id": [firm_id(i) for i in supplier[kept].tolist()],
                    "buyer_id": [firm_id(i) for i in buyer[kept].tolist()],
                    "year": np.full(kept.sum(), year, np.int32),
                    "amount": noisy[kept] if seen.amounts else amount[kept],
                }
            )
        )
    summed = pl.concat(frames).group_by("supplier_id", "buyer_id", "year").agg(pl.col("amount").sum())
    return (
        summed.with_columns(trades=pl.lit(None, pl.Int64))
        .select(empty("supply_links").columns)
        .sort("year", "supplier_id", "buyer_id")
    )


def _needs(figures: Figures) -> list[tuple[Any, ...]]:
    day = dt.date(2025, 9, 1)
    return [
        (f"need-{k}", firm_id(by) if isinstance(by, int) else by, segment_id(s), "示例需求", day, verified)
        for k, (s, by, verified) in enumerate(figures.needs)
    ]


def _patents(figures: Figures) -> list[tuple[Any, ...]]:
    day = dt.date(2024, 5, 1)
    owners = [firm for firm, n in figures.patents.items() for _patent in range(n)]
    inventions = [(f"patent-{k}", firm_id(f), None, None, day, True) for k, f in enumerate(owners)]
    # patents that are no inventions count for nothing, however many there are
    models = [
        (f"model-{f}-{k}", firm_id(f), None, None, day, False) for f in figures.patents for k in range(3)
    ]
    return inventions + models
