"""How firmly each finding stands: what becomes of it when a cut, a link or a placement is not quite what was thought.

Three kinds of variation, each alone, all else as in the scan:

a threshold
    every cut of the rules moves by `step` either way, within what it may be; a whole number moves by whole steps within
    that, so two years stay two years. `near_km` decides no rule and stays.
missing links
    a part of the supply links, drawn by seed, is left out; a link is one seller and one buyer over all years. The
    share of draws in which the finding holds is told.
unsure placements
    placements of low confidence are left out; the firm's other placements keep their weights.

What is computed on the whole network (knock-outs, systemic firms) is not computed anew: its values are held against
the moved thresholds only. A rule that cannot look under a variation gives null: unknown is neither held nor gone.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from typing import TYPE_CHECKING, Any, cast

import polars as pl

import chainmend.gaps.rules  # noqa: F401  (importing the package registers the rules)
from chainmend.gaps.decline import declines
from chainmend.gaps.facts import Facts, segment_facts
from chainmend.gaps.finding import Hit, NotChecked, finding_id
from chainmend.gaps.sold import local_sales
from chainmend.gaps.varied import moved_thresholds, without_links
from chainmend.gaps.wording import label
from chainmend.i18n import both
from chainmend.indicators.split import Split
from chainmend.names import percent
from chainmend.registry import entries

if TYPE_CHECKING:
    from chainmend.chain.model import Catalogue
    from chainmend.dataset import Dataset
    from chainmend.settings import Sensitivity, Settings, Thresholds

SENSITIVITY_SCHEMA: dict[str, Any] = {
    "finding_id": pl.String,
    "kind": pl.String,
    "segment_id": pl.String,
    "firm_id": pl.String,
    "variation": pl.String,
    "found": pl.Boolean,
    "holds": pl.Float64,
}
LINKS, PLACEMENTS = "links", "placements"
_BY_PRESENCE = frozenset({"placement_weight", "output_floor"})

Key = tuple[str, str]
"""(rule, segment)."""
Finding = tuple[str, str, str | None]
"""(rule, segment, firm)."""
Verdicts = Mapping[Key, frozenset[str | None] | None]
"""The firms a rule speaks of on a segment (None for the segment itself); None where it could not look."""


class _Watched:
    """Thresholds that note which of them a rule reads: one that is not read can move without changing the verdict."""

    def __init__(self, thresholds: Thresholds) -> None:
        self._thresholds = thresholds
        self.read: set[str] = set()

    def __getattr__(self, name: str) -> Any:
        self.read.add(name)
        return getattr(self._thresholds, name)


def sensitivity(
    dataset: Dataset,
    catalogue: Catalogue,
    placements: pl.DataFrame,
    facts: Facts,
    findings: pl.DataFrame,
    settings: Settings,
) -> pl.DataFrame:
    """Say which findings vanish or appear when thresholds move, links are missing or unsure placements are dropped.

    Parameters
    ----------
    dataset, catalogue
        What was scanned.
    placements
        firm_id, segment_id, weight, confidence.
    facts
        As of `segment_facts` for these placements and `settings.thresholds`.
    findings
        The scan's findings.
    settings
        `sensitivity` says how far things move; a step, a share, a number of draws or a confidence of 0 leaves that
        kind of variation out.

    Returns
    -------
    polars.DataFrame
        One row a finding and variation that it does not surely survive, and one a finding that appears: columns of
        `SENSITIVITY_SCHEMA`, sorted. `variation` is a threshold with its direction (``top_share+``, ``top_share-``),
        ``links`` or ``placements``; `found` whether the scan itself found it; `holds` the share of draws in which it
        holds (0 or 1 without draws), null where the rule could not look. A finding without a row is robust.

    Examples
    --------
    >>> import datetime as dt
    >>> from chainmend.chain.catalogue import load_catalogue
    >>> from chainmend.dataset import Dataset, Place
    >>> from chainmend.gaps.finding import FINDING_SCHEMA
    >>> from chainmend.placement.assign import SCHEMA
    >>> from chainmend.settings import Settings
    >>> from chainmend.tables import empty
    >>> city = Dataset(Place("杭州市"), dt.date(2025, 12, 31), {"firms": empty("firms")})
    >>> chains, nobody = load_catalogue("hangzhou-296x"), pl.DataFrame(schema=SCHEMA)
    >>> known = segment_facts(city, chains, nobody, Settings().thresholds)
    >>> sensitivity(city, chains, nobody, known, pl.DataFrame(schema=FINDING_SCHEMA), Settings()).height
    0
    """
    found = {
        (kind, segment, firm)
        for kind, segment, firm in findings.select("kind", "segment_id", "firm_id").iter_rows()
    }
    city = _City(dataset, catalogue, placements, facts, settings)
    rows = [
        (finding_id(catalogue.id, *finding), *finding, variation, finding in found, holds)
        for variation, draws in city.variations()
        for finding, holds in _held(draws, found)
        if holds != (1.0 if finding in found else 0.0)
    ]
    return pl.DataFrame(rows, schema=SENSITIVITY_SCHEMA, orient="row").sort(
        "finding_id", "variation", "firm_id"
    )


def _held(draws: Iterable[Verdicts], found: Iterable[Finding]) -> Iterator[tuple[Finding, float | None]]:
    """Share of the draws in which each finding, of the scan or of a draw, holds, over those that could look."""
    looked: dict[Key, int] = {}
    hits: dict[Finding, int] = {}
    for verdicts in draws:
        for key, firms in verdicts.items():
            looked[key] = looked.get(key, 0) + (firms is not None)
            for firm in firms or ():
                hits[*key, firm] = hits.get((*key, firm), 0) + 1
    known = [f for f in found if f[:2] in looked]
    for finding in sorted({*hits, *known}, key=lambda f: (f[0], f[1], f[2] or "")):
        n = looked[finding[:2]]
        yield finding, hits.get(finding, 0) / n if n else None


@dataclass(frozen=True)
class _City:
    dataset: Dataset
    catalogue: Catalogue
    placements: pl.DataFrame
    facts: Facts
    settings: Settings

    @cached_property
    def _sold(self) -> pl.DataFrame | None:
        return local_sales(self.dataset, Split.of(self.placements, self.catalogue))

    def variations(self) -> Iterator[tuple[str, Iterable[Verdicts]]]:
        """Each variation with the verdicts of its draws; of a threshold only those that can differ."""
        chosen, t = self.settings.sensitivity, self.settings.thresholds
        readers = self._readers()
        for name, sign, moved in moved_thresholds(t, chosen.step):
            if name in _BY_PRESENCE:
                verdicts = self._judge(self._facts(self.placements, moved), moved)
            elif name == "anchor_share":
                verdicts = self._judge(self._anchors(moved), moved)
            else:
                verdicts = self._judge(self.facts, moved, readers.get(name, ()))
            yield name + sign, (verdicts,)
        if chosen.missing_links and chosen.draws and self.dataset.has("supply_links"):
            drawn = without_links(self.dataset, self.catalogue, self.placements, self.facts, self.settings)
            yield LINKS, (self._judge(facts, t) for facts in drawn)
        if chosen.low_confidence:
            sure = self.placements.filter(pl.col("confidence") >= chosen.low_confidence)
            if sure.height < self.placements.height:
                yield PLACEMENTS, (self._judge(self._facts(sure, t), t),)

    def _judge(self, facts: Facts, t: Thresholds, keys: Iterable[Key] | None = None) -> Verdicts:
        """Verdicts of the rules on the segments of `keys`; on all where None."""
        rules = {e.id: e.function for e in entries("rule")}
        asked = ((r, s) for r in rules for s in self.catalogue.segments) if keys is None else keys
        return {(r, s): self._one(rules[r], s, facts, t) for r, s in asked}

    def _one(
        self, rule: Callable[..., Any], s: str, facts: Facts, t: Thresholds
    ) -> frozenset[str | None] | None:
        verdict = rule(self.catalogue.segments[s], facts.segments[s], facts, t)
        if isinstance(verdict, NotChecked):
            return None
        hits = (verdict,) if isinstance(verdict, Hit) else verdict or ()
        return frozenset(h.firm_id for h in hits)

    def _readers(self) -> dict[str, list[Key]]:
        """Threshold -> the rules and segments whose verdict reads it."""
        readers: dict[str, list[Key]] = {}
        for entry in entries("rule"):
            for s in self.catalogue.segments:
                watched = _Watched(self.settings.thresholds)
                self._one(entry.function, s, self.facts, cast("Thresholds", watched))
                for name in watched.read:
                    readers.setdefault(name, []).append((entry.id, s))
        return readers

    def _facts(self, placements: pl.DataFrame, t: Thresholds) -> Facts:
        new = segment_facts(self.dataset, self.catalogue, placements, t, self.facts.impact)
        return replace(new, distress=self.facts.distress)

    def _anchors(self, t: Thresholds) -> Facts:
        weight, share = t.placement_weight, t.anchor_share
        found = declines(self.dataset, self.placements, self._sold, weight=weight, anchor_share=share)
        return replace(self.facts, declines=found)


def firmness(sensitive: pl.DataFrame, findings: pl.DataFrame, chosen: Sensitivity) -> pl.DataFrame:
    """Say of every finding what it is sensitive to, or that it is robust.

    Parameters
    ----------
    sensitive
        As of `sensitivity`.
    findings
        The scan's findings.
    chosen
        How far things moved.

    Returns
    -------
    polars.DataFrame
        finding_id, robust, summary_zh, summary_en; in the order of `findings`.

    Examples
    --------
    >>> from chainmend.settings import Sensitivity
    >>> nothing, one = pl.DataFrame(schema=SENSITIVITY_SCHEMA), pl.DataFrame({"finding_id": ["F1"]})
    >>> firmness(nothing, one, Sensitivity()).row(0)
    ('F1', True, '稳健', 'robust')
    """
    moved: dict[str, dict[str, float | None]] = {}
    for r in sensitive.filter("found").iter_rows(named=True):
        moved.setdefault(r["finding_id"], {})[r["variation"]] = r["holds"]
    rows = []
    for id in findings["finding_id"]:
        told = [_told(v, holds, chosen) for v, holds in moved.get(id, {}).items()]
        if told:
            what = ("；".join(t[0] for t in told), "; ".join(t[1] for t in told))
            zh, en = both("sensitive to: {what}", what=what)
        else:
            zh, en = both("robust")
        rows.append((id, not told, zh, en))
    schema = {
        "finding_id": pl.String,
        "robust": pl.Boolean,
        "summary_zh": pl.String,
        "summary_en": pl.String,
    }
    return pl.DataFrame(rows, schema=schema, orient="row")


def _told(variation: str, holds: float | None, chosen: Sensitivity) -> tuple[str, str]:
    if variation == LINKS:
        share = percent(holds) if holds is not None else both("unknown")
        return both(
            "{part} of links missing (holds in {share} of draws)",
            part=percent(chosen.missing_links),
            share=share,
        )
    if variation == PLACEMENTS:
        told = both("placements of confidence below {cut} left out", cut=f"{chosen.low_confidence:g}")
    elif variation.endswith("+"):
        told = both("cut of “{name}” {step} higher", name=label(variation[:-1]), step=percent(chosen.step))
    else:
        told = both("cut of “{name}” {step} lower", name=label(variation[:-1]), step=percent(chosen.step))
    return told if holds is not None else both("{what} (it cannot be checked then)", what=told)
