"""What the city would lose if a segment, one of its sources or one of its firms stopped, on its supply network."""

from __future__ import annotations

import warnings
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import polars as pl

from chainmend.errors import NetworkError
from chainmend.fragility.city import city_network
from chainmend.fragility.knockout import knock_outs
from chainmend.fragility.stress import systemic_firms
from chainmend.gaps.finding import NotChecked
from chainmend.i18n import _, both

if TYPE_CHECKING:
    from chainmend.chain.model import Catalogue
    from chainmend.dataset import Dataset
    from chainmend.fragility.city import CityNetwork
    from chainmend.settings import Settings

SYSTEMIC = ("firm_id", "name", "district", "esri", "own_share", "ratio", "lost", "downstream", "upstream")
"""What is kept of a systemic firm."""
SOURCES = (
    "kind", "place", "source", "name", "firms", "purchases", "share", "own", "loss", "spread", "money",
)  # fmt: skip
"""What is kept of a source that stops."""


@dataclass(frozen=True)
class Impact:
    """Losses that hang on one segment; shares of the city's output.

    Attributes
    ----------
    firms
        Firms of the network on the segment, wherever they are.
    own
        Lost on the segment itself when all its firms stop.
    spread
        Lost elsewhere in the city because of it.
    money
        Both, money a year.
    sources
        Main origins outside the city and suppliers that dominate, each stopping alone, greatest loss first: kind
        (origin or supplier), place, source, name (of a supplier), firms, purchases, share, own, loss, spread, money.
    systemic
        Firms on it whose index (ESRI) is above the cut asked for, greatest first: firm_id, name, district, esri,
        own_share, ratio, lost, downstream, upstream.
    """

    firms: int
    own: float
    spread: float
    money: float
    sources: tuple[Mapping[str, Any], ...] = ()
    systemic: tuple[Mapping[str, Any], ...] = ()


@dataclass(frozen=True)
class CityImpact:
    """Losses of all segments, the network they were computed on, and cascades that did not come to rest."""

    city: CityNetwork
    knock_outs: pl.DataFrame
    segments: Mapping[str, Impact]
    restless: int


def city_impact(
    dataset: Dataset,
    catalogue: Catalogue,
    placements: pl.DataFrame,
    settings: Settings,
    *,
    engine: str = "threads",
    workers: int | None = None,
    say: Callable[[str], None] | None = None,
) -> CityImpact | NotChecked:
    """Stop every segment, its main sources and every firm of the city that could be systemic.

    Parameters
    ----------
    dataset, catalogue, placements
        The city; a firm counts on the segment of its largest placement weight.
    settings
        Tolerance of the cascades, and the cut above which a firm's index is asked for: the lowest that the
        sensitivity of the scan tries.
    engine, workers
        What computes the index of firms, and with how many workers.
    say
        Called as each part begins, with its name in the current language.

    Returns
    -------
    CityImpact or NotChecked
        Why not, where the settings switch it off, there are no supply links, or no output of the city is known.
    """
    if not settings.network.enabled:
        return NotChecked((), both("the settings leave out what is computed on the network"))
    if not dataset.has("supply_links"):
        return NotChecked(("supply_links",), both("no supply links or trades"))
    try:
        city = city_network(dataset, placements, catalogue)
    except NetworkError:
        return NotChecked(("firms",), both("no output of local firms is known"))
    tell = say or (lambda step: None)  # noqa: ARG005
    tolerance = settings.network.tolerance
    with warnings.catch_warnings(action="ignore", category=RuntimeWarning):  # counted in `restless`
        tell(_("knock-outs of segments and sources"))
        stopped = knock_outs(
            city,
            main_share=settings.value.main_share,
            sources=settings.value.sources,
            tolerance=tolerance,
            workers=workers,
        )
        tell(_("firms that take much of the city with them"))
        firms = systemic_firms(
            city,
            above=settings.thresholds.systemic_esri * (1 - settings.sensitivity.step),
            tolerance=tolerance,
            engine=engine,
            workers=workers,
        )
    names = dict(city.firms.select("firm_id", "name").iter_rows())
    restless = sum(frame.filter(~pl.col("converged")).height for frame in (stopped, firms))
    return CityImpact(city, stopped, impacts(stopped, firms, names), restless)


def impacts(stopped: pl.DataFrame, firms: pl.DataFrame, names: Mapping[str, str]) -> dict[str, Impact]:
    """Arrange knock-outs and systemic firms by segment.

    Parameters
    ----------
    stopped
        As of `knock_outs`.
    firms
        As of `systemic_firms`.
    names
        Firm id -> name.

    Returns
    -------
    dict
        Segment id -> impact, of the segments that have a firm in the network.

    Examples
    --------
    >>> from chainmend.fragility.city import CityNetwork
    >>> from chainmend.fragility.network import SupplyNetwork
    >>> segments = ["etcher", "chip"]
    >>> net = SupplyNetwork.from_edges([0], [1], [5.0], sector=segments, essentiality="leontief")
    >>> table = pl.DataFrame({"firm_id": ["E", "C"], "name": ["E", "C"], "place": ["abroad", "local"],
    ...     "country": ["JPN", "CHN"], "province": None, "city": [None, "here"], "district": None,
    ...     "segment_id": segments, "weight": [0.0, 10.0]})
    >>> city = CityNetwork(net, table, 2025)
    >>> found = impacts(knock_outs(city), systemic_firms(city), {"E": "E", "C": "C"})
    >>> found["etcher"].own, found["etcher"].spread, found["etcher"].sources[0]["source"]
    (0.0, 1.0, 'JPN')
    """
    whole = stopped.filter(pl.col("kind") == "segment")
    parts = stopped.filter(pl.col("kind") != "segment").sort(
        ["segment_id", "loss", "kind", "source"], descending=[False, True, False, False]
    )
    named = parts.with_columns(
        name=pl.when(pl.col("kind") == "supplier")
        .then(pl.col("source").replace_strict(names, default=None, return_dtype=pl.String))
        .otherwise(None)
    )
    sources = _rows(named.select("segment_id", *SOURCES))
    ranked = firms.filter((pl.col("place") == "local") & pl.col("segment_id").is_not_null()).sort(
        ["segment_id", "esri", "firm_id"], descending=[False, True, False]
    )
    systemic = _rows(ranked.select("segment_id", *SYSTEMIC))
    return {
        r["segment_id"]: Impact(
            r["firms"],
            r["own"],
            r["spread"],
            r["money"],
            tuple(sources.get(r["segment_id"], ())),
            tuple(systemic.get(r["segment_id"], ())),
        )
        for r in whole.iter_rows(named=True)
    }


def _rows(frame: pl.DataFrame) -> dict[str, list[dict[str, Any]]]:
    rows: dict[str, list[dict[str, Any]]] = {}
    for r in frame.iter_rows(named=True):
        rows.setdefault(r.pop("segment_id"), []).append(r)
    return rows
