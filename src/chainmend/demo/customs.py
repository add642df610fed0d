"""What a made-up city imports and exports, month by month."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from typing import TYPE_CHECKING

import numpy as np
import polars as pl

from chainmend.demo.city import CLUSTER_GROWTH
from chainmend.tables import empty

if TYPE_CHECKING:
    from chainmend.chain.model import Catalogue

MONTHS = 40
"""Months of customs in a dataset: three years that make a band, and those that are judged against it."""
STOPPED_MONTHS = 2
_LEFT = 0.15
"""Of the usual imports, in the months of a planted stop."""
_PARTNERS = ("DEU", "JPN", "KOR", "NLD", "USA")
_NOISE = 0.03
_FIRST = 12 * 2022


def own_codes(catalogue: Catalogue, segments: Collection[str]) -> Mapping[str, Sequence[str]]:
    """Segment id -> its customs codes that no other segment has; a shared one could not say which is meant."""
    used = Counter(hs for s in catalogue.segments.values() for hs in set(s.hs))
    return {s: tuple(hs for hs in catalogue.segments[s].hs if used[hs] == 1) for s in segments}


def customs_table(
    codes: Sequence[str],
    dependent: Collection[str],
    stopped: Collection[str],
    date: dt.date,
    rng: np.random.Generator,
) -> pl.DataFrame:
    """Imports and exports by code and month: many origins and more exports, except where dependence is planted.

    Parameters
    ----------
    codes
        Customs codes that are traded.
    dependent
        Codes of which nearly all comes from one country, and more than is sold.
    stopped
        Codes of which nearly nothing comes in the last two months.
    date
        End of the last month.
    rng
        The same for every date of a city, so that a month is the same in each of its datasets.
    """
    last = 12 * date.year + date.month - 1
    grown = np.arange(last - _FIRST + 1)
    shape = (len(codes), len(_PARTNERS))
    base, price = rng.lognormal(15.5, 0.5, len(codes)), rng.lognormal(3, 1, len(codes))
    parts = rng.uniform(0.8, 1.2, shape)
    main = rng.integers(len(_PARTNERS), size=len(codes))
    narrow = np.isin(codes, list(dependent))
    parts[narrow, main[narrow]] = 20.0
    parts /= parts.sum(axis=1, keepdims=True)
    # month by month, so that a later date adds months and changes none
    noise = np.stack([rng.normal(0, _NOISE, (2, *shape)) for _month in grown])
    usual = base[:, None] * parts * ((1 + CLUSTER_GROWTH) ** (grown / 12))[:, None, None]
    ending = grown > last - _FIRST - STOPPED_MONTHS
    left = np.where(ending[:, None] & np.isin(codes, list(stopped)), _LEFT, 1.0)[:, :, None]
    imported = usual * np.exp(noise[:, 0]) * left
    exported = usual.sum(axis=2, keepdims=True) * np.where(narrow, 0.3, 1.6)[:, None] / len(_PARTNERS)
    flows = {"import": imported, "export": exported * np.exp(noise[:, 1])}
    kept = grown[-MONTHS:]
    month, code, partner = (x.ravel() for x in np.indices((len(kept), *shape)))
    number = _FIRST + kept[month]
    frames = [
        pl.DataFrame(
            {
                "year": number // 12,
                "month": number % 12 + 1,
                "flow": [flow] * len(number),
                "hs": np.array(codes)[code],
                "partner": np.array(_PARTNERS)[partner],
                "value": np.round(value[-MONTHS:].ravel()),
                "quantity": np.round(value[-MONTHS:].ravel() / price[code], 3),
            },
            schema=empty("customs").schema,
        )
        for flow, value in flows.items()
    ]
    return pl.concat(frames)
