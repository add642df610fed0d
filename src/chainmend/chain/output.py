"""Output of clusters from the output of firms: by industry codes and shares, and by placement.

Both measures split a firm's output over clusters by parts that sum to at most 1, so that clusters together never
exceed the city. *By codes* the parts are the shares of the catalogue's scopes (`chainmend.chain.scope`); *by
placement* they are the weights of the firm's segments, summed by cluster, and scaled to sum to 1 where they are more.

Beside that stands what each cluster would claim if it counted its firms whole, and for each pair of clusters the output
both would claim: that is the double counting the rule resolves.

Amounts are whole fen, rounded down for each part: sums do not depend on the order of rows, and parts never exceed the
whole. A firm whose output is unknown counts as a firm and is shown as unknown; it is never zero.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from itertools import combinations
from typing import TYPE_CHECKING, Literal

import polars as pl

from chainmend.chain.scope import code_shares, same_system, why_unreached
from chainmend.errors import DatasetError
from chainmend.i18n import _
from chainmend.names import CURRENCY

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Iterator, Mapping

    from chainmend.chain.model import Catalogue
    from chainmend.dataset import Dataset

Basis = Literal["codes", "placement"]
BASES: tuple[Basis, ...] = ("codes", "placement")
FEN = 100.0
_NUDGE = 1e-6  # of a fen: 0.29 of 100 is 29, whatever the binary fraction says
_PARTS = {"firm_id": pl.String, "cluster_id": pl.String, "part": pl.Float64}


@dataclass(frozen=True)
class CityParts:
    """The active local firms of one dataset and their parts in clusters.

    Attributes
    ----------
    firms
        firm_id, fen (output in whole fen, null where unknown), why_codes, why_placement (why no cluster has a part).
    parts
        For each basis: firm_id, cluster_id, part (above 0; sums to at most 1 over a firm).
    place, date
        Whose output, in the twelve months to which day.
    clusters
        Ids of the clusters, in catalogue order.
    currency
        Of the amounts (ISO 4217); a fen is the hundredth of its unit.
    """

    firms: pl.DataFrame
    parts: Mapping[Basis, pl.DataFrame]
    place: str
    date: dt.date
    clusters: tuple[str, ...]
    currency: str = CURRENCY


@dataclass(frozen=True)
class Amount:
    """Firms, how many of them have no known output, and the output of the others (None if none is known)."""

    firms: int
    unknown: int
    output: float | None


@dataclass(frozen=True)
class ClusterOutput:
    """One cluster under one measure.

    Attributes
    ----------
    cluster_id
        The cluster.
    counted
        Its firms and its output by the rule.
    whole
        Output of the same firms counted whole: what the cluster would claim if nobody else did.
    share
        Of the city's output.
    """

    cluster_id: str
    counted: Amount
    whole: float | None
    share: float | None


@dataclass(frozen=True)
class Measure:
    """All clusters under one measure; ``counted + rest + sum(unreached) = city``, to the fen.

    Attributes
    ----------
    clusters
        Each cluster, in catalogue order.
    city
        All active local firms.
    counted
        Firms with a part in some cluster, and their output by the rule: the sum over clusters.
    rest
        What of these firms' output counts nowhere (shares of a split code that sum to less than 1, rounding).
    unreached
        Why a firm has no part in any cluster -> these firms and their output.
    doubled
        Money counted more than once if each cluster counted its firms whole.
    overlap
        (cluster, cluster) -> firms that both have a part of and their whole output; pairs without a firm are left out.
    """

    basis: Basis
    clusters: tuple[ClusterOutput, ...]
    city: Amount
    counted: Amount
    rest: float | None
    unreached: Mapping[str, Amount]
    doubled: float | None
    overlap: Mapping[tuple[str, str], Amount]


def city_parts(dataset: Dataset, catalogue: Catalogue, weights: pl.DataFrame) -> CityParts:
    """Parts of the active local firms of `dataset` in the clusters of `catalogue`.

    Parameters
    ----------
    weights
        Placements: firm_id, segment_id, weight.

    Raises
    ------
    DatasetError
        If a weight is no number or negative.
    """
    local = dataset.firms.filter((pl.col("place") == "local") & (pl.col("status") == "active"))
    same = same_system(dataset, catalogue)  # codes of another system say nothing here
    placed = _by_placement(weights.join(local, on="firm_id", how="semi"), catalogue)
    codes = local["industry_code"].unique().to_list()
    why = {code: why_unreached(catalogue, code) if same or not code else "other system" for code in codes}
    firms = local.select(
        "firm_id",
        fen=pl.when(pl.col("output").is_finite()).then((pl.col("output") * FEN).round()).cast(pl.Int64),
        why_codes=pl.col("industry_code").replace_strict(why, return_dtype=pl.String),
        why_placement=pl.when(~pl.col("firm_id").is_in(placed["firm_id"].unique().to_list())).then(
            pl.lit("not placed")
        ),
    )
    rows = [
        (code, c, share)
        for code in codes
        if code and same
        for c, share in code_shares(catalogue, code).items()
    ]
    shares = pl.DataFrame(
        rows, schema={"industry_code": pl.String} | dict(list(_PARTS.items())[1:]), orient="row"
    )
    counted = local.select("firm_id", "industry_code").join(shares, on="industry_code").select(*_PARTS)
    return CityParts(
        firms=firms,
        parts={"codes": counted, "placement": placed},
        place=dataset.place.city,
        date=dataset.date,
        clusters=tuple(c.id for c in catalogue.clusters),
        currency=dataset.currency,
    )


def _by_placement(weights: pl.DataFrame, catalogue: Catalogue) -> pl.DataFrame:
    wrong = weights.filter(~(pl.col("weight").is_finite() & (pl.col("weight") >= 0)).fill_null(value=False))
    if wrong.height:
        firm, segment, weight = wrong.select("firm_id", "segment_id", "weight").row(0)
        raise DatasetError(
            _("weight {weight} of {firm} on {segment}").format(weight=weight, firm=firm, segment=segment),
            expected=_("a number of at least 0"),
        )
    clusters = {s.id: s.cluster_id for s in catalogue.segments.values()}
    return (
        weights.filter(pl.col("weight") > 0)
        .sort("firm_id", "segment_id")
        .with_columns(
            cluster_id=pl.col("segment_id").replace_strict(clusters, default=None, return_dtype=pl.String),
            part=pl.col("weight") / pl.max_horizontal(pl.col("weight").sum().over("firm_id"), pl.lit(1.0)),
        )
        .drop_nulls("cluster_id")
        .group_by("firm_id", "cluster_id", maintain_order=True)
        .agg(pl.col("part").sum())
        .select(*_PARTS)
    )


def _yuan(fen: int | None) -> float | None:
    return None if fen is None else fen / FEN


def _fen(frame: pl.DataFrame, column: str) -> int:
    return int(frame[column].sum())


def _amount(frame: pl.DataFrame, column: str = "fen") -> Amount:
    unknown = frame[column].null_count()
    return Amount(frame.height, unknown, None if unknown == frame.height else _fen(frame, column) / FEN)


def own_output(city: CityParts, basis: Basis) -> pl.DataFrame:
    """Parts of one measure with `fen`, the firm's whole output, and `own`, the cluster's part of it, in whole fen."""
    whole = city.firms.select("firm_id", "fen")
    own = (pl.col("fen") * pl.col("part") + _NUDGE).floor().cast(pl.Int64)
    return city.parts[basis].join(whole, on="firm_id").with_columns(own=own)


def measure(city: CityParts, basis: Basis) -> Measure:
    """Output of each cluster by one measure, with what is counted twice, counted nowhere and not known."""
    parts, everybody, why = own_output(city, basis), _amount(city.firms), f"why_{basis}"
    reached = city.firms.join(parts.select("firm_id").unique(), on="firm_id", how="semi")
    touched = _amount(reached)
    missed = city.firms.filter(pl.col(why).is_not_null()).sort(why)
    own, whole = _fen(parts, "own"), _fen(parts, "fen")
    told = reached.height + missed.filter(pl.col(why) == "not in scope").height

    def known(fen: int) -> float | None:
        return None if touched.output is None else fen / FEN

    return Measure(
        basis=basis,
        clusters=tuple(_clusters(parts, city.clusters, everybody, told > 0)),
        city=everybody,
        counted=Amount(touched.firms, touched.unknown, known(own)),
        rest=known(_fen(reached, "fen") - own),
        unreached={str(key[0]): _amount(frame) for key, frame in missed.group_by(why, maintain_order=True)},
        doubled=known(whole - _fen(reached, "fen")),
        overlap=_overlap(parts, city.clusters),
    )


def _clusters(
    parts: pl.DataFrame, order: tuple[str, ...], city: Amount, told: bool
) -> Iterator[ClusterOutput]:
    """Each cluster; one without a firm has no output, unless of no firm it is known where it belongs."""
    by_cluster = {str(key[0]): frame for key, frame in parts.group_by("cluster_id")}
    nothing = 0.0 if told else None
    for cluster in order:
        frame = by_cluster.get(cluster)
        if frame is None:
            yield ClusterOutput(cluster, Amount(0, 0, nothing), nothing, nothing if city.output else None)
            continue
        counted = _amount(frame, "own")
        share = counted.output / city.output if counted.output is not None and city.output else None
        yield ClusterOutput(cluster, counted, _amount(frame).output, share)


def _overlap(parts: pl.DataFrame, order: tuple[str, ...]) -> dict[tuple[str, str], Amount]:
    """Firms of each pair of clusters; firms of the same clusters are summed first, so that there are few rows."""
    sets = (
        parts.group_by("firm_id")
        .agg(pl.col("cluster_id").sort().str.join("\n").alias("set"), pl.col("fen").first())
        .group_by("set")
        .agg(pl.len(), pl.col("fen").is_null().sum().alias("unknown"), pl.col("fen").sum())
    )
    summed: dict[tuple[str, str], list[int]] = defaultdict(lambda: [0, 0, 0])
    for joined, *numbers in sets.iter_rows():
        for pair in combinations(sorted(joined.split("\n"), key=order.index), 2):
            summed[pair] = [a + b for a, b in zip(summed[pair], numbers, strict=True)]
    pairs = sorted(summed.items(), key=lambda item: (order.index(item[0][0]), order.index(item[0][1])))
    return {pair: Amount(n, gap, _yuan(fen if gap < n else None)) for pair, (n, gap, fen) in pairs}


def overlap_matrix(m: Measure) -> dict[str, dict[str, float | None]]:
    """Cluster -> cluster -> whole output of the firms both have a part of, in yuan; itself on the diagonal.

    Pairs without a common firm have 0, pairs of whose firms no output is known None.
    """
    shown: dict[str, dict[str, float | None]] = {
        a.cluster_id: {b.cluster_id: a.whole if a is b else 0.0 for b in m.clusters} for a in m.clusters
    }
    for (a, b), both in m.overlap.items():
        shown[a][b] = shown[b][a] = both.output
    return shown
