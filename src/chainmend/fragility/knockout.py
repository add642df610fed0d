"""What a city loses when a segment stops altogether, and when what it buys of a segment from one source stops.

A firm counts on its main segment only, as in the network of the city (`city_network`). The numbers are those of
`SupplyNetwork.cascade` for the same firms; only totals are kept, so that all segments and origins of a large city can
be followed at once.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

import numpy as np
import polars as pl

from chainmend.fragility.engines import RESULT, Job
from chainmend.fragility.esri import checked, checked_workers, warn_unconverged, weights_of
from chainmend.fragility.sources import main_sources, on_segments

if TYPE_CHECKING:
    import numpy.typing as npt

    from chainmend.fragility.city import CityNetwork
    from chainmend.fragility.network import Codes

_BATCHES, _SMALLEST, _LARGEST = 16, 32, 256
_MOST_STEPS = 1000


def knock_outs(
    city: CityNetwork,
    *,
    main_share: float = 0.05,
    sources: int = 5,
    tolerance: float = 1e-2,
    workers: int | None = None,
    progress: Callable[[int, int], None] | None = None,
) -> pl.DataFrame:
    """Stop every segment once, and every main source of a segment once.

    Parameters
    ----------
    city
        The network, and what each firm weighs.
    main_share, sources
        What counts as a main origin, see `main_sources`.
    tolerance
        A cascade ends when no firm's loss changes by more in a step.
    workers
        Threads; one a core where None. The numbers do not depend on it.
    progress
        Called with the number of knock-outs done and of all.

    Returns
    -------
    polars.DataFrame
        One row a knock-out: segment_id; kind (segment: all its firms stop, here and elsewhere; origin: its suppliers
        from one country or city; supplier: one that dominates); place and source as in `main_sources`, null for a
        segment; firms (that stop); purchases (of local firms from those, money a year) and share (in all their
        purchases of the segment; null where they buy none); own (lost at the start), loss, spread (loss - own),
        downstream (through missing inputs), upstream (through missing demand), each a share of the city's output;
        money (the loss, a year); steps, converged. By segment; the segment itself first, then origins, then suppliers.

    Raises
    ------
    NetworkError
        If a setting is out of its range.

    References
    ----------
    Diem et al. (2022), Quantifying firm-level economic systemic risk from nation-wide supply networks.

    Examples
    --------
    A firm abroad sells etchers, essential, to the only local chip maker.

    >>> from chainmend.fragility.city import CityNetwork
    >>> from chainmend.fragility.network import SupplyNetwork
    >>> segments = ["etcher", "chip"]
    >>> net = SupplyNetwork.from_edges([0], [1], [5.0], sector=segments, essentiality="leontief")
    >>> firms = pl.DataFrame({"firm_id": ["E", "C"], "place": ["abroad", "local"], "country": ["JPN", "CHN"],
    ...     "province": None, "city": [None, "here"], "segment_id": segments, "weight": [0.0, 10.0]})
    >>> found = knock_outs(CityNetwork(net, firms, 2025))
    >>> found.select("segment_id", "kind", "source", "own", "spread", "money").rows()
    [('chip', 'segment', None, 1.0, 0.0, 10.0), ('etcher', 'segment', None, 0.0, 1.0, 10.0),
     ('etcher', 'origin', 'JPN', 0.0, 1.0, 10.0)]
    """
    workers = checked_workers(workers)
    job = Job(*checked(tolerance, True, _MOST_STEPS), weights_of(city.network, city.weights))
    rows = pl.concat(
        [_segments(city), main_sources(city, main_share=main_share, sources=sources)], how="diagonal"
    )
    order = {"segment": 0, "origin": 1, "supplier": 2}
    rows = rows.sort(
        ["segment_id", pl.col("kind").replace_strict(order, return_dtype=pl.Int8), "purchases", "source"],
        descending=[False, False, True, False],
    )
    sets = [np.asarray(members, np.int32) for members in rows["members"].to_list()]
    found = _stop(city, sets, job, workers, progress)
    warn_unconverged(found["converged"], job.max_steps)
    own = np.array([job.weights[firms].sum() for firms in sets])
    return rows.drop("members").with_columns(
        own=pl.Series(own, dtype=pl.Float64),
        loss=pl.Series(found["total"]),
        spread=pl.Series(np.maximum(found["total"] - own, 0.0)),
        downstream=pl.Series(found["downstream"]),
        upstream=pl.Series(found["upstream"]),
        money=pl.Series(found["total"] * city.output),
        steps=pl.Series(found["steps"]),
        converged=pl.Series(found["converged"]),
    )


def _segments(city: CityNetwork) -> pl.DataFrame:
    """One row a segment: all firms whose main one it is."""
    bought = pl.col("purchases").first()
    return (
        on_segments(city)
        .group_by("segment_id")
        .agg(
            pl.lit("segment").alias("kind"),
            pl.lit(None, pl.String).alias("place"),
            pl.lit(None, pl.String).alias("source"),
            pl.col("number").sort().alias("members"),
            pl.len().cast(pl.UInt32).alias("firms"),
            bought,
            pl.when(bought > 0).then(1.0).alias("share"),
        )
    )


def _stop(
    city: CityNetwork,
    sets: Sequence[Codes],
    job: Job,
    workers: int | None,
    progress: Callable[[int, int], None] | None,
) -> npt.NDArray[np.void]:
    """Totals of every set of firms that stops."""
    from chainmend.fragility.engines.threads import run_sets

    size = min(_LARGEST, max(_SMALLEST, -(-len(sets) // _BATCHES)))
    batches = [sets[begin : begin + size] for begin in range(0, len(sets), size)]
    results, done = np.zeros(len(sets), RESULT), 0
    for number, rows in run_sets(city.network, batches, job, workers) if batches else ():
        results[number * size : number * size + len(rows)] = rows
        done += len(rows)
        if progress is not None:
            progress(done, len(sets))
    return results
