"""What a city gains a year by a new local supplier of a segment: the losses it avoids.

Summed over what may stop (each main origin outside, and a local supplier that dominates): the probability in a year,
times the output lost through missing inputs now, less that lost when a new local supplier has taken a share q of what
local firms buy of the segment. The probabilities are assumptions of the settings; the losses are those of the cascade.
What is lost because a source no longer buys in the city is not counted: the mend does not bring it back.
See docs/value.md.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import polars as pl

from chainmend.errors import NetworkError
from chainmend.fragility.city import CityNetwork
from chainmend.fragility.engines import Job
from chainmend.fragility.esri import checked, checked_workers, weights_of
from chainmend.fragility.mended import Mend, mended_losses
from chainmend.fragility.sources import main_sources, on_segments
from chainmend.i18n import _
from chainmend.settings import Value

if TYPE_CHECKING:
    from chainmend.fragility.network import Floats

_LOW, _HIGH = 0.025, 0.975
_MOST_STEPS = 1000
_KEY = ("segment_id", "kind", "place", "source")


@dataclass(frozen=True)
class Values:
    """Losses avoided by mending segments.

    Attributes
    ----------
    frame
        One row a segment, by id: segment_id, value (money a year; null where no local firm is seen to buy the segment),
        low, high (the interval of 95 % of the draws; null without draws), scenarios (main sources that may stop),
        draws, estimated (links were drawn, not observed).
    scenarios
        One row a segment and main source: segment_id, kind, place, source, firms, purchases and share as in
        `main_sources`, probability (a year), loss_now and loss_mended (shares of the city's output lost through missing
        inputs), avoided (money a year: probability x difference x output). Of several networks the means, sources that
        are none in one of them counting with zero there.
    """

    frame: pl.DataFrame
    scenarios: pl.DataFrame


def loss_avoided(probability: Floats, now: Floats, mended: Floats, output: float) -> Floats:
    """Expected losses of output avoided, money a year.

    Parameters
    ----------
    probability
        Of each scenario in a year, 0..1, shape (scenarios,).
    now, mended
        Shares of the city's output lost in each scenario as things are and after the mend, shape (..., scenarios).
    output
        Output of the city, money a year.

    Returns
    -------
    numpy.ndarray
        Shape (...): the sum over scenarios; 0 for none.

    Raises
    ------
    NetworkError
        If shapes differ, a share or probability is outside 0..1, or `output` is negative or not finite.

    Examples
    --------
    Once in ten years 30 % of an output of 400 is lost; with the mend it would be 10 %.

    >>> float(loss_avoided(np.array([0.1]), np.array([0.3]), np.array([0.1]), 400.0).round(9))
    8.0
    """
    if not (np.isfinite(output) and output >= 0):
        raise NetworkError(str(output), expected=_("a finite number of at least 0"), where="output")
    p, before, after = (np.asarray(values, np.float64) for values in (probability, now, mended))
    if p.ndim != 1 or before.shape != after.shape or before.shape[-1:] != p.shape:
        raise NetworkError(
            _("shape {shape}").format(shape=(p.shape, before.shape, after.shape)),
            expected=_("one probability for every scenario, and losses of one shape"),
            where="probability, now, mended",
        )
    for what, shares in (("probability", p), ("now", before), ("mended", after)):
        if not ((shares >= 0) & (shares <= 1 + 1e-9)).all():
            raise NetworkError(_("a value outside 0 to 1"), expected=_("a share from 0 to 1"), where=what)
    return np.asarray((before - after) @ p * output)


def values(
    city: CityNetwork | Sequence[CityNetwork],
    segments: Iterable[str],
    settings: Value | None = None,
    *,
    tolerance: float = 1e-2,
    workers: int | None = None,
    progress: Callable[[int, int], None] | None = None,
) -> Values:
    """Value the mend of each of some segments.

    Parameters
    ----------
    city
        The network of the city, whose links are then drawn anew for the interval; or several estimated networks
        (`estimated_networks`), whose mean and spread are given.
    segments
        Ids; repeated ones count once. Their order changes nothing, nor which others are asked.
    settings
        Share taken, draws, seed, probabilities, what counts as a main source; the defaults where None.
    tolerance
        A cascade ends when no firm's loss changes by more in a step.
    workers
        Threads; one a core where None. The numbers do not depend on it.
    progress
        Called with the number of draws (or networks) done and of all.

    Raises
    ------
    NetworkError
        If there is no network, or several of which one is not estimated, or a setting is out of its range.

    Notes
    -----
    Loss with the mend: see `fragility.mended`. A firm counts on its main segment only. The value of several mends
    together is not the sum of theirs.

    Examples
    --------
    A firm abroad sells etchers, essential, to the only local chip maker; a new supplier takes 30 % of that. The market
    has then 0.3 left when the firm stops, its part 0.7 of the purchases cannot be replaced.

    >>> from chainmend.fragility.network import SupplyNetwork
    >>> on = ["etcher", "chip"]
    >>> net = SupplyNetwork.from_edges([0], [1], [5.0], sector=on, market=on, essentiality="leontief")
    >>> firms = pl.DataFrame({"firm_id": ["E", "C"], "place": ["abroad", "local"], "country": ["JPN", "CHN"],
    ...     "province": None, "city": [None, "here"], "segment_id": on, "weight": [0.0, 10.0]})
    >>> found = values(CityNetwork(net, firms, 2025), ["etcher"], Value(q=0.3, draws=20, abroad=0.1))
    >>> found.scenarios.select("source", "probability", "loss_now", pl.col("loss_mended").round(9)).rows()
    [('JPN', 0.1, 1.0, 0.7)]
    >>> found.frame.select("segment_id", pl.col("value").round(9), "scenarios", "draws").rows()
    [('etcher', 0.3, 1, 20)]
    """
    settings = settings or Value()
    workers = checked_workers(workers)
    wanted = sorted(set(segments))
    if isinstance(city, CityNetwork):
        value, scenarios, drawn = _observed(city, wanted, settings, tolerance, workers, progress)
        return Values(_frame([city], wanted, scenarios, value, drawn, settings.draws), scenarios)
    cities = list(city)
    if not cities or (len(cities) > 1 and not all(one.network.estimated for one in cities)):
        raise NetworkError(
            _("no network, or several that are not estimated"),
            expected=_("the network of a city, or networks drawn by `estimated_networks`"),
        )
    plain = settings.model_copy(update={"draws": 0})
    parts, points = [], []
    for number, one in enumerate(cities, 1):
        value, scenarios, _none = _observed(one, wanted, plain, tolerance, workers, None)
        parts.append(scenarios)
        points.append(value)
        if progress is not None:
            progress(number, len(cities))
    pooled, drawn = _pooled(parts), np.array(points)
    several = drawn if len(cities) > 1 else drawn[:0]
    return Values(_frame(cities, wanted, pooled, drawn.mean(axis=0), several, len(cities)), pooled)


def _observed(
    city: CityNetwork,
    wanted: Sequence[str],
    settings: Value,
    tolerance: float,
    workers: int | None,
    progress: Callable[[int, int], None] | None,
) -> tuple[Floats, pl.DataFrame, Floats]:
    """Value of each segment, scenarios, and values in each draw."""
    sources = _scenarios(city, wanted, settings)
    job = Job(*checked(tolerance, True, _MOST_STEPS), weights_of(city.network, city.weights))
    stopping = [np.asarray(members, np.int32) for members in sources["members"].to_list()]
    losses = mended_losses(
        city.network,
        (city.firms["place"] == "local").to_numpy(),
        [Mend(int(city.network.sector[firms[0]]), firms) for firms in stopping],
        job,
        share=settings.q,
        draws=settings.draws,
        seed=settings.seed,
        workers=workers,
        progress=progress,
    )
    probability = sources["probability"].to_numpy()
    now, mended = losses[:, :, 0], losses[:, :, 1]
    segment_of = sources["segment_id"].to_numpy()
    of_segment = np.zeros((len(losses), len(wanted)))
    for number, segment in enumerate(wanted):
        ours = np.flatnonzero(segment_of == segment)
        of_segment[:, number] = loss_avoided(probability[ours], now[:, ours], mended[:, ours], city.output)
    scenarios = sources.drop("members").with_columns(
        loss_now=pl.Series(now[0], dtype=pl.Float64),
        loss_mended=pl.Series(mended[0], dtype=pl.Float64),
        avoided=pl.Series(probability * (now[0] - mended[0]) * city.output, dtype=pl.Float64),
    )
    return of_segment[0], scenarios, of_segment[1:]


def _scenarios(city: CityNetwork, wanted: Sequence[str], settings: Value) -> pl.DataFrame:
    """Main sources that may stop, with probabilities; a dominating supplier elsewhere stops with its origin."""
    found = main_sources(city, main_share=settings.main_share, sources=settings.sources).filter(
        pl.col("segment_id").is_in(wanted) & ((pl.col("kind") == "origin") | (pl.col("place") == "local"))
    )
    chances = {place: getattr(settings, place) for place in ("abroad", "country", "region", "local")}
    return found.with_columns(probability=pl.col("place").replace_strict(chances, return_dtype=pl.Float64))


def _pooled(parts: Sequence[pl.DataFrame]) -> pl.DataFrame:
    """Scenarios of several networks: means, zero where a source is none."""
    count = len(parts)
    means = ("purchases", "share", "loss_now", "loss_mended", "avoided")
    return (
        pl.concat(parts)
        .group_by(_KEY)
        .agg(
            pl.col("firms").max(),
            *(pl.col(name).sort().sum() / count for name in means[:2]),
            pl.col("probability").first(),
            *(pl.col(name).sort().sum() / count for name in means[2:]),
        )
        .sort((*_KEY[:2], "avoided", "source"), descending=[False, False, True, False])
    )


def _frame(
    cities: Sequence[CityNetwork],
    wanted: Sequence[str],
    scenarios: pl.DataFrame,
    point: Floats,
    spread: Floats,
    draws: int,
) -> pl.DataFrame:
    """Values of the segments, unknown where nobody is seen to buy."""
    bought = {
        segment
        for city in cities
        for segment in on_segments(city).filter(pl.col("purchases") > 0)["segment_id"].unique()
    }
    known = np.array([segment in bought for segment in wanted], bool)
    low, high = [*np.quantile(spread, [_LOW, _HIGH], axis=0)] if len(spread) else (None, None)
    counts = dict(scenarios.group_by("segment_id").len().iter_rows())

    def column(numbers: Floats | None) -> pl.Series:
        given = [None] * len(wanted) if numbers is None else np.where(known, numbers, np.nan).tolist()
        return pl.Series(given, dtype=pl.Float64).fill_nan(None)

    return pl.DataFrame(
        {
            "segment_id": pl.Series(wanted, dtype=pl.String),
            "value": column(point),
            "low": column(low),
            "high": column(high),
            "scenarios": pl.Series([counts.get(segment, 0) for segment in wanted], dtype=pl.UInt32),
            "draws": pl.Series([draws] * len(wanted), dtype=pl.UInt32),
            "estimated": pl.Series([cities[0].network.estimated] * len(wanted), dtype=pl.Boolean),
        }
    )
