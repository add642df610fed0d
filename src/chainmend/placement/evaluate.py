"""How well placements agree with a labelled sample.

Each firm counts with the segment of its greatest weight. A label may accept several segments, because a trade
classification and a catalogue cut the world differently: then any of them is right.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Collection
from dataclasses import dataclass

import polars as pl

WORST = 10
NOWHERE = "none"
_CLASS_SCHEMA = {
    "label": pl.String,
    "firms": pl.Int64,
    "right": pl.Int64,
    "claimed": pl.Float64,
    "precision": pl.Float64,
    "recall": pl.Float64,
    "f1": pl.Float64,
}
_CONFUSION_SCHEMA = {"label": pl.String, "predicted": pl.String, "firms": pl.Int64}


@dataclass(frozen=True)
class Evaluation:
    """Agreement of placements with labels; a ratio without a denominator is None, never zero.

    Attributes
    ----------
    firms, on_segments
        Firms that were judged, and those of them whose label names a segment.
    precision
        Of the judged firms that were placed, those on a right segment; a firm that belongs nowhere but was
        placed is wrong here.
    recall
        Of the firms whose label names a segment, those on a right one.
    macro_f1
        Mean of F1 over the labels that name a segment; each label counts the same, however many firms it has.
    coverage
        Of the firms whose label names a segment, those that were placed at all.
    classes
        One row a label that names a segment: firms, right, claimed, precision, recall, f1.
    confusions
        The worst ten: label, predicted segment (`none` where it was not placed), firms.
    """

    firms: int
    on_segments: int
    precision: float | None
    recall: float | None
    macro_f1: float | None
    coverage: float | None
    classes: pl.DataFrame
    confusions: pl.DataFrame


@dataclass(frozen=True)
class _Judged:
    """One firm of the sample: its label, the segments that are right, and where it was placed."""

    label: str
    accepted: frozenset[str]
    predicted: str | None

    @property
    def right(self) -> bool:
        return self.predicted in self.accepted if self.accepted else self.predicted is None


def evaluate(
    placed: pl.DataFrame,
    labels: pl.DataFrame,
    *,
    among: Collection[str] | None = None,
    confidence: float = 0.0,
) -> Evaluation:
    """Compare placements with labels.

    Parameters
    ----------
    placed
        What `place` returned: firm_id, segment_id, weight, and confidence where one is asked for.
    labels
        firm_id and segment_id: null or empty where the firm belongs nowhere, several accepted segments joined by
        `|` or in several rows; and optionally `label`, by which macro-F1 groups (else by segment_id).
    among
        Segments the sample is about; a firm placed elsewhere counts as not placed. None means all.
    confidence
        A firm placed with less than this counts as not placed.

    Examples
    --------
    >>> placed = pl.DataFrame({"firm_id": ["1", "2"], "segment_id": ["a", "b"], "weight": [1.0, 1.0]})
    >>> labels = pl.DataFrame({"firm_id": ["1", "2", "3"], "segment_id": ["a", "a|c", None]})
    >>> found = evaluate(placed, labels)
    >>> found.precision, found.recall, found.coverage
    (0.5, 0.5, 1.0)
    """
    judged = _judged(_predictions(_sure(placed, confidence), labels, among), labels)
    named = [j for j in judged if j.accepted]
    right = sum(j.right for j in named)
    classes = _classes(judged)
    wrong = Counter((j.label, j.predicted or NOWHERE) for j in judged if not j.right)
    worst = sorted(wrong.items(), key=lambda item: (-item[1], item[0]))[:WORST]
    scores = classes["f1"].to_list()
    return Evaluation(
        firms=len(judged),
        on_segments=len(named),
        precision=_ratio(right, sum(j.predicted is not None for j in judged)),
        recall=_ratio(right, len(named)),
        macro_f1=sum(scores) / len(scores) if scores else None,
        coverage=_ratio(sum(j.predicted is not None for j in named), len(named)),
        classes=classes,
        confusions=pl.DataFrame(
            [(*pair, count) for pair, count in worst], schema=_CONFUSION_SCHEMA, orient="row"
        ),
    )


def _sure(placed: pl.DataFrame, confidence: float) -> pl.DataFrame:
    """Placements of at least that confidence."""
    return placed.filter(pl.col("confidence") >= confidence) if confidence > 0 else placed


def _predictions(placed: pl.DataFrame, labels: pl.DataFrame, among: Collection[str] | None) -> dict[str, str]:
    """Firm -> segment of the greatest weight; of equal ones the first by id, so that runs agree."""
    top = (
        placed.select("firm_id", "segment_id", "weight")
        .join(labels.select("firm_id").unique(), on="firm_id", how="semi")
        .sort(["firm_id", "weight", "segment_id"], descending=[False, True, False])
        .unique("firm_id", keep="first", maintain_order=True)
    )
    if among is not None:
        top = top.filter(pl.col("segment_id").is_in(sorted(among)))
    return dict(top.select("firm_id", "segment_id").iter_rows())


def _judged(predictions: dict[str, str], labels: pl.DataFrame) -> list[_Judged]:
    """One entry a firm, rows of one firm put together."""
    accepted: dict[str, set[str]] = defaultdict(set)
    label: dict[str, str] = {}
    named = "label" if "label" in labels.columns else "segment_id"
    rows = labels.select("firm_id", "segment_id", pl.col(named).alias("label")).sort(
        "firm_id", "segment_id", nulls_last=True
    )
    for firm, segments, name in rows.iter_rows():
        accepted[firm].update(s.strip() for s in (segments or "").split("|") if s.strip())
        label.setdefault(firm, name or NOWHERE)
    return [_Judged(label[f], frozenset(accepted[f]), predictions.get(f)) for f in sorted(accepted)]


def _classes(judged: list[_Judged]) -> pl.DataFrame:
    """Precision, recall and F1 of each label that names a segment.

    A wrongly placed firm is one false claim, divided over the labels that would accept where it was placed: a
    segment that three labels accept must not make three mistakes of one.
    """
    segments: dict[str, set[str]] = defaultdict(set)
    for j in judged:
        if j.accepted:
            segments[j.label] |= j.accepted
    labels = Counter(s for accepted in segments.values() for s in accepted)
    wrong = Counter(j.predicted for j in judged if j.predicted in labels and not j.right)
    false_claims = {s: n / labels[s] for s, n in wrong.items() if s is not None}
    rows = []
    for label in sorted(segments):
        own = [j for j in judged if j.accepted and j.label == label]
        right = sum(j.right for j in own)
        claimed = right + sum(false_claims.get(s, 0.0) for s in sorted(segments[label]))
        f1 = 2 * right / (claimed + len(own))
        rows.append((label, len(own), right, claimed, _ratio(right, claimed), right / len(own), f1))
    return pl.DataFrame(rows, schema=_CLASS_SCHEMA, orient="row")


def _ratio(part: float, whole: float) -> float | None:
    """Return part / whole, None where there is nothing to divide by."""
    return part / whole if whole else None
