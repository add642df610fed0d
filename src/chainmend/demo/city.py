"""Firms of a made-up city: where they are, what they make, how large they are."""

from __future__ import annotations

import datetime as dt
import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import polars as pl

from chainmend.errors import SettingsError
from chainmend.i18n import _
from chainmend.tables import empty

if TYPE_CHECKING:
    from collections.abc import Sequence

    from chainmend.chain.model import Catalogue
    from chainmend.demo.planted import Plan

CITY, PROVINCE, COUNTRY = "示例市", "示例省", "CHN"
DISTRICTS = ("示例一区", "示例二区", "示例三区", "示例四区", "示例五区")
STEMS = "甲乙丙丁戊己庚辛壬癸"
SOURCES = (
    ("CHN", PROVINCE, "示例邻市"),
    ("CHN", "示例外省", "示例外市"),
    ("JPN", None, None),
    ("DEU", None, None),
    ("CHN", "示例远省", "示例远市"),
    ("USA", None, None),
    ("CHN", PROVINCE, "示例近市"),
    ("NLD", None, None),
    ("KOR", None, None),
)
DOMESTIC = tuple(i for i, s in enumerate(SOURCES) if s[0] == COUNTRY)
"""Positions of the sources in the country."""
_ABROAD = tuple(i for i, s in enumerate(SOURCES) if s[0] != COUNTRY)
_MIDDLES = (
    (100.9, 30.5),
    (103.0, 30.6),
    (139.7, 35.7),
    (10.0, 51.0),
    (112.0, 34.0),
    (-95.0, 38.0),
    (99.5, 29.6),
    (5.3, 52.1),
    (127.8, 36.5),
)
"""Longitude and latitude of each source: made up in the country, about the middle of the countries abroad."""
_LEAST_LOCAL, _LEAST_OUTSIDE, _LEAST_SOURCES = 3, 1, 6
_MOST_FOR_GAPS = 54
"""What three gaps of each of the four kinds need beyond the firms of as many healthy segments."""

VALUE_ADDED = 440.9e9
"""Value added of industry above designated size, yuan, 2024: the public figure the city is scaled to."""
VALUE_ADDED_RATE = 0.20
"""Assumption: value added over gross output."""
CLUSTER_SHARE = 0.50
"""Assumption: the clusters' part of the gross output of all industry."""
_UNEVEN = 0.05
"""Assumption: standard deviation of the growth of single firms in half a year."""
CLUSTER_GROWTH = 0.079
"""Growth of the clusters' gross output in 2025, the public figure."""


def cluster_output(date: dt.date) -> int:
    """Gross output of the city's firms in the twelve months to `date`, whole yuan.

    Examples
    --------
    >>> round(cluster_output(dt.date(2025, 12, 31)) / cluster_output(dt.date(2024, 12, 31)) - 1, 6)
    0.079
    """
    years = date.year - 2024 - (12 - date.month) / 12
    return round(VALUE_ADDED / VALUE_ADDED_RATE * CLUSTER_SHARE * math.pow(1 + CLUSTER_GROWTH, years))


@dataclass(frozen=True)
class Firms:
    """Firms as arrays, one entry a firm; those founded later stand at the end.

    Attributes
    ----------
    segments
        Ids of segments; `segment` holds positions in it.
    source
        -1 for a local firm, else the position in `SOURCES`.
    size
        Relative size, before it is scaled to the city's output.
    first
        Number of firms that are there now; the others come later.
    """

    segments: Sequence[str]
    segment: np.ndarray
    source: np.ndarray
    size: np.ndarray
    first: int

    def of(self, index: int, *, later: bool) -> tuple[np.ndarray, np.ndarray]:
        """Positions of the local firms and of the others on a segment."""
        there = np.flatnonzero(self.segment == index)
        there = there if later else there[there < self.first]
        local = self.source[there] < 0
        return there[local], there[~local]


def room(firms: int) -> int:
    """Number of segments that so many firms can be put on, whatever gaps are planted.

    Examples
    --------
    >>> room(3000)
    736
    """
    return (firms - _MOST_FOR_GAPS) // (_LEAST_LOCAL + _LEAST_OUTSIDE)


def _counts(plan: Plan, firms: int, rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
    """Local and other firms of each segment."""
    kinds = [s.kind for s in plan.now.values()]
    local = np.array([0 if k == "missing" else _LEAST_LOCAL + (k == "outside_dependent") for k in kinds])
    outside = np.array([_LEAST_SOURCES if k else _LEAST_OUTSIDE for k in kinds])
    rest = firms - int(local.sum() + outside.sum())
    if rest < 0:
        raise SettingsError(
            _("{n} firms").format(n=firms),
            expected=_("at least {n}, so that every segment has some").format(n=firms - rest),
            where=_("made-up city"),
        )
    chance = rng.lognormal(0, 0.5, len(kinds))
    at_home = chance * (local > 0)
    n = int(rest * 0.7)
    local += rng.multinomial(n, at_home / at_home.sum())
    outside += rng.multinomial(rest - n, chance / chance.sum())
    return local, outside


def make_firms(plan: Plan, firms: int, rng: np.random.Generator) -> Firms:
    """Put `firms` firms on the segments of `plan`, and those that come later behind them."""
    local, outside = _counts(plan, firms, rng)
    index = np.arange(len(plan.now))
    segment, source = [np.repeat(index, local)], [np.full(local.sum(), -1)]
    for i, supply in enumerate(plan.now.values()):
        places = (np.arange(outside[i]) + int(rng.integers(len(SOURCES)))) % len(SOURCES)
        if supply.kind == "outside_dependent":
            # nearly all from one country: that is what the gap is
            places[: outside[i] - 1] = _ABROAD[int(rng.integers(len(_ABROAD)))]
            places[outside[i] - 1] = DOMESTIC[i % len(DOMESTIC)]
        segment.append(np.full(outside[i], i))
        source.append(places)
    founded = [i for i, s in enumerate(plan.now) if s in plan.mended]
    segment.append(np.repeat(founded, _LEAST_LOCAL))
    source.append(np.full(len(founded) * _LEAST_LOCAL, -1))
    all_segments = np.concatenate(segment).astype(np.int64)
    size = rng.lognormal(0, 1.2, len(all_segments))
    # newcomers are small, so that they do not shift what the city's output rests on elsewhere
    size[firms:] = 0.2
    return Firms(tuple(plan.now), all_segments, np.concatenate(source).astype(np.int64), size, firms)


def outputs(firms: Firms, n: int, total: int, grown: np.random.Generator | None = None) -> np.ndarray:
    """Outputs of the first `n` firms in whole yuan; those of the local ones sum to `total` exactly.

    With `grown` as the source of chance each firm has grown by its own rate.
    """
    local = firms.source[:n] < 0
    size = firms.size[:n] * (1.0 if grown is None else np.exp(grown.normal(0, _UNEVEN, n)))
    scaled: np.ndarray = np.floor(size / size[local].sum() * total)
    largest = int(np.argmax(np.where(local, size, 0)))
    scaled[largest] += total - int(scaled[local].astype(np.int64).sum())
    return scaled


def firm_ids(n: int) -> np.ndarray:
    """Ids of the first `n` firms."""
    return np.array([f"demo-{i:07d}" for i in range(n)])


def _accounts(
    output: np.ndarray, local: np.ndarray, total: int, rng: np.random.Generator
) -> dict[str, pl.Series]:
    """Revenue, R&D, exports, title and land of the local firms, of `total` drawn ones (assumed ranges).

    A city knows these of its own firms only, and one firm in ten does not tell its R&D.
    """
    n = len(output)
    turned, spent, sold, used = (rng.random(total)[:n] for _figure in range(4))
    title, exporter, silent = (rng.random(total)[:n] < p for p in (0.25, 0.4, 0.1))
    revenue = np.round(output * (0.9 + 0.2 * turned))
    figures = {
        "revenue": revenue,
        "rd": np.where(
            silent, np.nan, np.round(revenue * np.where(title, 0.03 + 0.06 * spent, 0.03 * spent))
        ),
        "exports": np.where(exporter, np.round(revenue * (0.05 + 0.45 * sold)), 0.0),
        "land": np.maximum(100.0, np.round(output / (7_500 + 15_000 * used))),
    }
    own = pl.Series(local)
    unknown = pl.Series([None], dtype=pl.Float64)
    known = {k: pl.Series(v).fill_nan(None).zip_with(own, unknown) for k, v in figures.items()}
    return known | {"high_tech": pl.Series(title).zip_with(own, unknown.cast(pl.Boolean))}


def _spread(firms: Firms, n: int, drawn: np.ndarray) -> list[int | None]:
    """District of each of the first `n` firms, None outside the city.

    The firms of a segment go round the districts by size from a drawn one on, so that no district has nearly all of it
    unless one firm has.
    """
    order = np.lexsort((-firms.size, firms.segment))
    local = order[firms.source[order] < 0]
    segment = firms.segment[local]
    begin = np.searchsorted(segment, segment)  # where the firms of that segment begin
    place = np.full(len(firms.segment), -1)
    place[local] = (drawn[local[begin] % n] + np.arange(len(local)) - begin) % len(DISTRICTS)
    return [None if d < 0 else int(d) for d in place[:n]]


def firms_table(
    firms: Firms, plan: Plan, catalogue: Catalogue, output: np.ndarray, rng: np.random.Generator
) -> pl.DataFrame:
    """Firms by contract; the names say that they are made up."""
    n = len(output)
    chosen = [catalogue.segments[s] for s in firms.segments]
    segment, source = firms.segment[:n].tolist(), firms.source[:n].tolist()
    drawn = {
        name: rng.integers(0, 2**31, len(firms.segment))[:n] for name in ("term", "district", "code", "day")
    }
    lon, lat = (rng.normal(0, 0.02, len(firms.segment))[:n] for _axis in range(2))
    district = _spread(firms, n, drawn["district"])
    places = [(COUNTRY, PROVINCE, CITY) if s < 0 else SOURCES[s] for s in source]
    middles = [
        _MIDDLES[s] if d is None else (100.0 + 0.2 * d, 30.0 + 0.1 * d)
        for d, s in zip(district, source, strict=True)
    ]
    terms = [plan.terms[firms.segments[s]] for s in segment]
    first_day = dt.date(1995, 1, 1).toordinal()
    order = np.lexsort((-output, firms.segment[:n], firms.source[:n] >= 0))
    leader = np.zeros(n, dtype=bool)
    _unique, first = np.unique(firms.segment[:n][order], return_index=True)
    leader[order[first]] = firms.source[:n][order[first]] < 0
    accounts = _accounts(output, firms.source[:n] < 0, len(firms.segment), rng)
    return pl.DataFrame(
        {
            "firm_id": firm_ids(n),
            "name": [
                f"示例{STEMS[i % 10]}{i:05d}{t[k % len(t)].replace(' ', '')}有限公司"
                for i, (t, k) in enumerate(zip(terms, drawn["term"].tolist(), strict=True))
            ],
            "industry_code": [
                c[k % len(c)] if (c := chosen[s].codes) else None
                for s, k in zip(segment, drawn["code"].tolist(), strict=True)
            ],
            "country": [p[0] for p in places],
            "province": [p[1] for p in places],
            "city": [p[2] for p in places],
            "district": [None if d is None else DISTRICTS[d] for d in district],
            "lon": [at[0] + x for at, x in zip(middles, lon, strict=True)],
            "lat": [at[1] + y for at, y in zip(middles, lat, strict=True)],
            "output": output,
            "employees": np.maximum(5, np.round(output / 1.2e6)),
            **accounts,
            "founded": [dt.date.fromordinal(first_day + int(k) % 10_000) for k in drawn["day"]],
            "status": ["active"] * n,
            "leader": leader,
            "scope_text": [None] * n,
        },
        schema=empty("firms").schema,
    )


def products_table(firms: Firms, plan: Plan, n: int, rng: np.random.Generator) -> pl.DataFrame:
    """One to three products a firm, all of its segment."""
    ids = firm_ids(n).tolist()
    number = rng.integers(1, 4, len(firms.segment))[:n].tolist()
    start = rng.integers(0, 1000, len(firms.segment))[:n].tolist()
    rows: list[tuple[str, str, float, None]] = []
    for i, s in enumerate(firms.segment[:n].tolist()):
        terms = plan.terms[firms.segments[s]]
        made = {terms[(start[i] + k) % len(terms)] for k in range(number[i])}
        rows.extend((ids[i], t, 1 / len(made), None) for t in sorted(made))
    return pl.DataFrame(rows, schema=empty("products").schema, orient="row")
