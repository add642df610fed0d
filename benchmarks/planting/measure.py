"""How much of what is planted a scan finds, what it finds besides, and whether it puts the most harmful first."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import polars as pl
from scipy.stats import spearmanr

from chainmend.scanning import Scan, scan
from chainmend.settings import Network as NetworkSettings
from chainmend.settings import Settings, Thresholds, Value

from .chains import segment_id
from .city import MINIMUM, City, Ints
from .figures import make_figures
from .reference import Network, stops
from .tables import WHOLE, Seen, firm_id, make_dataset
from .truth import Gap, network_of, truth, truth_without_links

DOMINATES, MAIN, MOST = 0.5, 0.05, 5
"""Share of what is bought that makes a firm a source of its own, and an origin a main one; most main origins."""
TOP = 10
DRAWS = 20
"""Draws of the links for the intervals of the values, which are not looked at here."""


@dataclass(frozen=True)
class Found:
    """One gap of the city or one finding of the scan, or both.

    Attributes
    ----------
    kind, segment, firm, role
        What and where; what was put on the segment.
    real, reported
        Whether the city has it, and whether the scan says so.
    planted
        Planted as such; False for what follows from something else.
    margin
        How far beyond the threshold it is; None where nothing is measured.
    """

    kind: str
    segment: int
    firm: int | None
    role: str
    real: bool
    reported: bool
    planted: bool
    margin: float | None


@dataclass(frozen=True)
class Ranked:
    """One segment that the scan valued: losses avoided a year, yuan; severity 0-100.

    Attributes
    ----------
    value, exact, every_origin
        As the scan says, exactly, and exactly where origins count that are no main ones.
    """

    segment: int
    value: float
    exact: float
    every_origin: float
    severity: float


@dataclass(frozen=True)
class Measured:
    """What one scan of one made-up city came to."""

    found: tuple[Found, ...]
    ranked: tuple[Ranked, ...]
    scan: Scan

    @property
    def rank_correlation(self) -> float:
        """Spearman correlation of values and exact losses avoided."""
        return _spearman([(r.value, r.exact) for r in self.ranked])

    @property
    def correlation_above_zero(self) -> float:
        """The same without the segments that have no main source, where both are zero."""
        return _spearman([(r.value, r.exact) for r in self.ranked if r.value or r.exact])

    @property
    def every_origin_correlation(self) -> float:
        """The same where origins count that are no main ones."""
        return _spearman([(r.value, r.every_origin) for r in self.ranked])

    @property
    def severity_correlation(self) -> float:
        """The same for severity, which is not made for it."""
        return _spearman([(r.severity, r.exact) for r in self.ranked])

    @property
    def first(self) -> float:
        """Share of the most harmful segments that are among as many first ones by value."""
        n = min(TOP, len(self.ranked) // 2)
        by_value, by_loss = (
            {r.segment for r in sorted(self.ranked, key=key, reverse=True)[:n]}
            for key in (lambda r: r.value, lambda r: r.exact)
        )
        return len(by_value & by_loss) / n


def _spearman(pairs: Sequence[tuple[float, float]]) -> float:
    return float(spearmanr([a for a, _b in pairs], [b for _a, b in pairs]).statistic)


def precision(found: Sequence[Found]) -> float:
    """Share of findings that are gaps of the city; 1 where nothing was found."""
    reported = [f.real for f in found if f.reported]
    return sum(reported) / len(reported) if reported else 1.0


def recall(found: Sequence[Found]) -> float:
    """Share of the gaps of the city that were found; 1 where there is none."""
    real = [f.reported for f in found if f.real]
    return sum(real) / len(real) if real else 1.0


def settings() -> Settings:
    """The defaults, but for what counts as small purchases, and values of every segment with a finding."""
    return Settings(
        thresholds=Thresholds(minimum_purchases=MINIMUM),
        network=NetworkSettings(),
        value=Value(draws=DRAWS, top=10_000),
    )


class Ground:
    """What is known of a city before anybody scans it."""

    def __init__(self, city: City) -> None:
        self.city, self.figures, self.network = city, make_figures(city), network_of(city)
        self.gaps = truth(city, self.figures, self.network)
        self._exact: dict[int, tuple[float, float]] = {}

    def exact(self, segment: int) -> tuple[float, float]:
        """Loss avoided at a segment by its main sources, and by every origin."""
        if segment not in self._exact:
            main, every = (
                exact_loss_avoided(self.city, self.network, segment, settings().value, every_origin=e)
                for e in (False, True)
            )
            self._exact[segment] = main, every
        return self._exact[segment]


def measure(ground: Ground, seen: Seen = WHOLE) -> Measured:
    """Scan the city as its tables show it and hold the findings against what it really has."""
    city = ground.city
    result = scan(make_dataset(city, ground.figures, seen), city.catalogue, settings())
    gaps = truth_without_links(city, ground.figures) if seen.unlinked else ground.gaps
    ranked = () if seen.unlinked else tuple(_rank(ground, result))
    return Measured(tuple(_compare(city, gaps, result)), ranked, result)


def _compare(city: City, gaps: Sequence[Gap], result: Scan) -> list[Found]:
    real = {(g.kind, segment_id(g.segment), None if g.firm is None else firm_id(g.firm)): g for g in gaps}
    told = set(result.findings.select("kind", "segment_id", "firm_id").iter_rows())
    number = {segment_id(s): s for s in range(len(city.layout.plans))}
    found = []
    for key in sorted({*real, *told}, key=str):
        kind, segment, firm = key
        gap, s = real.get(key), number[segment]
        found.append(
            Found(
                kind,
                s,
                None if firm is None else int(firm.rpartition("-")[2]),
                city.layout.plans[s].role,
                gap is not None,
                key in told,
                gap is not None and gap.planted,
                gap.margin if gap else None,
            )
        )
    return found


def _rank(ground: Ground, result: Scan) -> list[Ranked]:
    number = {segment_id(s): s for s in range(len(ground.city.layout.plans))}
    severity = dict(result.findings.group_by("segment_id").agg(pl.col("severity").max()).iter_rows())
    valued = result.values.filter(pl.col("value").is_not_null()).select("segment_id", "value")
    return [
        Ranked(number[s], value, *ground.exact(number[s]), severity[s]) for s, value in valued.iter_rows()
    ]


def exact_loss_avoided(
    city: City, network: Network, segment: int, assumed: Value, *, every_origin: bool = False
) -> float:
    """Loss avoided a year by one more local firm that is really there, yuan.

    What may stop: the main origins outside (a twentieth of what is bought, the five largest) and a local firm that has
    half of it; with `every_origin` all origins, however little comes from them.
    """
    sets, chances = _scenarios(city, network, segment, assumed, every_origin)
    if not sets:
        return 0.0
    mended = network.mended(segment, assumed.q, city.local)
    now = network.losses(stops(sets, len(network.kind)))
    after = mended.losses(stops(sets, len(mended.kind)))
    return float(np.array(chances) @ (now - after) * network.weight.sum())


def _scenarios(
    city: City, network: Network, segment: int, assumed: Value, every_origin: bool
) -> tuple[list[Ints], list[float]]:
    """Firms that stop together, and how likely that is in a year."""
    links, ours = network.links, city.of(segment)
    bought = np.bincount(
        links.supplier, np.where(city.local[links.buyer], links.amount, 0), len(network.kind)
    )
    ours = ours[bought[ours] > 0]
    all_bought = bought[ours].sum()
    places = {(p, o) for p, o in zip(city.place[ours].tolist(), city.origin[ours].tolist(), strict=True)}
    origins = [(p, ours[city.origin[ours] == o]) for p, o in sorted(places) if p != "local"]
    if not every_origin:
        large = [(p, firms) for p, firms in origins if bought[firms].sum() >= MAIN * all_bought]
        origins = sorted(large, key=lambda x: -bought[x[1]].sum())[:MOST]
    alone = [("local", np.array([f])) for f in ours[city.local[ours]] if bought[f] >= DOMINATES * all_bought]
    both = [*origins, *alone]
    return [firms for _place, firms in both], [float(getattr(assumed, place)) for place, _firms in both]
