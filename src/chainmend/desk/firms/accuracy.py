"""How often placements are right, measured on a random sample that a person judges without seeing them.

The sample is drawn band by band of confidence, each band in proportion to its firms but no fewer than a few, and
judged in random order. A band's precision is that of `placement.evaluate`; that of the scan weighs each band with its
firms. Its interval is Wilson's with the effective size of the sample, never more than the number judged: C. Franco,
R. J. A. Little, T. A. Louis, E. V. Slud, Comparative study of confidence intervals for proportions in complex sample
surveys, Journal of Survey Statistics and Methodology 7(3), 2019.
"""

from __future__ import annotations

import random
from dataclasses import dataclass
from math import sqrt
from typing import TYPE_CHECKING

import polars as pl
from django.db import transaction
from django.utils import timezone

from chainmend.desk.firms.frames import local_firms
from chainmend.desk.firms.models import Judgement, Sample
from chainmend.desk.visibility import may
from chainmend.errors import DeskError
from chainmend.i18n import _
from chainmend.placement.assign import NOWHERE
from chainmend.placement.evaluate import evaluate

if TYPE_CHECKING:
    from collections.abc import Sequence

    from chainmend.desk.accounts.models import User
    from chainmend.desk.scans.view import ScanView

BANDS = (0.0, 0.5, 0.7, 0.9)
"""Lowest confidence of each band."""
SIZE, FEWEST_IN_BAND = 60, 5
ENOUGH = 30
"""Firms that must be judged before a precision is told."""
UNKNOWN = "unknown"
_Z = 1.959963984540054


@dataclass(frozen=True)
class Band:
    """Placements of one band of confidence: from `low` to below `high`, `firms` in all, `judged`, of them `right`."""

    low: float
    high: float
    firms: int
    judged: int
    right: int


@dataclass(frozen=True)
class Measured:
    """How often placements are right.

    Attributes
    ----------
    precision, low, high
        Share of placed firms that are on a right segment, with its interval of 95 %; None until enough are judged.
    judged, unclear, size
        Firms judged, those of which a person could not tell, firms drawn.
    bands
        Those that have firms.
    """

    precision: float | None
    low: float | None
    high: float | None
    judged: int
    unclear: int
    size: int
    bands: tuple[Band, ...]


@transaction.atomic
def draw(view: ScanView, user: User, seed: int) -> Sample:
    """Draw a sample of the firms that the scan itself placed; what people corrected is not measured.

    Raises
    ------
    DeskError
        If the role may not, the scan placed no firm, or a sample of it waits to be judged: nobody draws until the
        result pleases.
    """
    if not may(user, "review_placements"):
        raise DeskError(_("a sample of placements"), expected=_("somebody who reviews placements"))
    if Judgement.objects.filter(sample__scan_id=view.scan_id, label="").exists():
        raise DeskError(
            _("a second sample of one scan"),
            expected=_("one that is judged"),
            do=_("judge the first to its end"),
        )
    placed = local_firms(view).filter(pl.col("basis").is_not_null() & (pl.col("basis") != "override"))
    if placed.is_empty():
        raise DeskError(_("no placement to draw from"), do=_("run a scan first"))
    banded = placed.select("firm_id", "segment_id", band=_band()).sort("firm_id")
    counts = [banded.filter(pl.col("band") == b).height for b in range(len(BANDS))]
    dice = random.Random(seed)
    rows = []
    for band, number in enumerate(sizes(counts, SIZE)):
        firms = banded.filter(pl.col("band") == band).rows()
        rows += dice.sample(firms, number)
    dice.shuffle(rows)
    sample = Sample.objects.create(
        scan_id=view.scan_id, seed=seed, by=user, bands=[list(b) for b in zip(BANDS, counts, strict=True)]
    )
    Judgement.objects.bulk_create(
        Judgement(sample=sample, place=i, firm_id=f, segment_id=s, band=b) for i, (f, s, b) in enumerate(rows)
    )
    return sample


def _band() -> pl.Expr:
    at = pl.lit(0)
    for number, low in enumerate(BANDS):
        at = pl.when(pl.col("confidence") >= low).then(number).otherwise(at)
    return at


def sizes(counts: Sequence[int], size: int) -> list[int]:
    """Return how many firms to draw of each band: in proportion, but no fewer than five where it has as many.

    Examples
    --------
    >>> sizes([0, 3, 100, 900], 60)
    [0, 3, 6, 54]
    """
    whole = sum(counts)
    if not whole:
        return [0 for _c in counts]
    return [min(c, max(FEWEST_IN_BAND, round(size * c / whole))) for c in counts]


def judge(sample: Sample, firm_id: str, label: str, user: User, view: ScanView) -> Judgement:
    """Keep what a person said of a firm of a sample; what is said stays.

    Parameters
    ----------
    label
        A segment, ``none`` (on no chain) or ``unknown`` (cannot be told).

    Raises
    ------
    DeskError
        If the role may not judge, there is no such firm or segment, or somebody judged it already.
    """
    if not may(user, "review_placements"):
        raise DeskError(_("a judgement on a placement"), expected=_("somebody who reviews placements"))
    if label not in (NOWHERE, UNKNOWN) and label not in view.catalogue.segments:
        raise DeskError(_("the segment {id}").format(id=label), expected=_("a segment of the catalogue"))
    waiting = Judgement.objects.filter(sample=sample, firm_id=firm_id, label="")
    if not waiting.update(label=label, by=user, at=timezone.now()):
        raise DeskError(
            _("somebody judged it before you, or it is not in the sample"), do=_("go on with the next firm")
        )
    return Judgement.objects.get(sample=sample, firm_id=firm_id)


def measure(sample: Sample) -> Measured:
    """Return how often the placements of a sample's scan are right, as far as it is judged."""
    rows = list(sample.firms.all())
    judged = [r for r in rows if r.label and r.label != UNKNOWN]
    highs = [*(low for low, _n in sample.bands[1:]), 1.0]
    bands = []
    for number, ((low, firms), high) in enumerate(zip(sample.bands, highs, strict=True)):
        of = [r for r in judged if r.band == number]
        precision = _precision(of)
        right = round(precision * len(of)) if precision is not None else 0
        if firms:
            bands.append(Band(low, high, firms, len(of), right))
    precision, low, high = None, None, None
    if len(judged) >= ENOUGH and all(b.judged for b in bands):
        precision, low, high = estimate(bands)
    return Measured(
        precision, low, high, len(judged), sum(r.label == UNKNOWN for r in rows), len(rows), tuple(bands)
    )


def _precision(rows: Sequence[Judgement]) -> float | None:
    placed = pl.DataFrame(
        [(r.firm_id, r.segment_id, 1.0) for r in rows],
        schema={"firm_id": pl.String, "segment_id": pl.String, "weight": pl.Float64},
        orient="row",
    )
    labels = pl.DataFrame(
        [(r.firm_id, None if r.label == NOWHERE else r.label) for r in rows],
        schema={"firm_id": pl.String, "segment_id": pl.String},
        orient="row",
    )
    return evaluate(placed, labels).precision


def estimate(bands: Sequence[Band]) -> tuple[float, float, float]:
    """Return the share of right placements over all bands, and its interval of 95 %.

    Parameters
    ----------
    bands
        Each with at least one firm judged.

    Examples
    --------
    >>> p, low, high = estimate([Band(0, 0.5, 200, 10, 5), Band(0.5, 1, 800, 30, 27)])
    >>> round(p, 3), round(low, 3), round(high, 3)
    (0.82, 0.675, 0.909)
    """
    whole, n = sum(b.firms for b in bands), sum(b.judged for b in bands)
    shares = [(b.firms / whole, b.right / b.judged, b.judged) for b in bands]
    p = sum(w * of for w, of, _n in shares)
    spread = sum(w * w * of * (1 - of) / k for w, of, k in shares)
    size = min(n, p * (1 - p) / spread) if spread > 0 else n
    return p, *wilson(p, size)


def wilson(p: float, n: float) -> tuple[float, float]:
    """Return Wilson's interval of 95 % of a share `p` of `n`.

    Examples
    --------
    >>> low, high = wilson(0.9, 10)  # as scipy.stats.binomtest(9, 10) gives it
    >>> round(low, 4), round(high, 4)
    (0.5958, 0.9821)
    """
    square = _Z * _Z / n
    middle, half = (
        (p + square / 2) / (1 + square),
        _Z * sqrt(p * (1 - p) / n + square / (4 * n)) / (1 + square),
    )
    return max(0.0, middle - half), min(1.0, middle + half)
