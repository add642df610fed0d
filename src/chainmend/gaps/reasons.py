"""Why a finding is not what it was: which fact moved across which cut, or which cut moved, and the rows behind.

A reason is a mapping with its ``cause`` and a clause in both languages (``zh``, ``en``):

``world``
    a fact or a row of the data is another one;
``settings``
    a threshold is another one; where the facts alone would not have crossed it, the settings made the change;
``catalogue``, ``program``
    the chains or the version of the program are others, so that any fact may have moved with them;
``data``
    a rule could not look;
``unknown``
    nothing that is kept of the two scans differs.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from chainmend.gaps.behind import behind
from chainmend.gaps.wording import Pair, label, value
from chainmend.i18n import both
from chainmend.names import CURRENCY

CUTS: Mapping[str, str] = {
    "self_sufficiency": "self_sufficiency",
    "location_quotient": "location_quotient",
    "top_share": "top_share",
    "supplier_hhi": "supplier_hhi",
    "purchases": "minimum_purchases",
    "source_hhi": "origin_hhi",
    "import_hhi": "origin_hhi",
    "world_hhi": "origin_hhi",
    "outside_share": "outside_share",
    "world_foreign_share": "outside_share",
    "outside_over_local_sales": "imports_over_exports",
    "imports_over_exports": "imports_over_exports",
    "esri": "systemic_esri",
    "ratio": "systemic_ratio",
    "knock_out_loss": "fragile_loss",
    "sales_growth": "decline",
    "top_district_share": "district_share",
    "z": "distress_z",
    "patents_per_output_ratio": "technology_ratio",
}
"""Fact -> the threshold it is held against."""
_BELOW = frozenset({"self_sufficiency", "location_quotient", "patents_per_output_ratio"})
_FALLS = frozenset({"sales_growth"})
_PRESENCE = frozenset({"firms", "downstream_present", "needs", "anchors_gone"})
_SILENT = frozenset({"year", "form", "basis", "dependent_by", "holds", "location_quotient_basis", "newest"})
_COMPONENTS: Mapping[str, tuple[str, ...]] = {
    "criticality": ("knock_out_loss", "dependent_share"),
    "exposure": (
        "self_sufficiency",
        "top_share",
        "foreign_share",
        "source_hhi",
        "world_foreign_share",
        "world_hhi",
    ),
    "recovery": ("alternatives", "density"),
}
_ANCHORS = ("knock_out_anchor", "dependent_output_anchor", "alternatives_anchor")
_LEAST = 0.005
_SHOWN = 3


@dataclass(frozen=True)
class Sighting:
    """What one scan says of a finding and of its segment.

    Attributes
    ----------
    finding
        Its row in the scan; None where the scan does not have it.
    segment
        The facts of its segment; empty where they are not known.
    thresholds
        Thresholds and anchors of the scan; those of the finding's evidence where empty.
    rows
        Rows behind any finding on the segment, and its outside sources.
    placed
        Firms placed on the segment, with name, place and status as far as the scan has them; None where not known.
    """

    finding: Mapping[str, Any] | None
    segment: Mapping[str, Any] = field(default_factory=dict)
    thresholds: Mapping[str, Any] = field(default_factory=dict)
    rows: Sequence[Mapping[str, Any]] = ()
    placed: Mapping[str, Mapping[str, Any]] | None = None

    @property
    def evidence(self) -> Mapping[str, Any]:
        """Facts, thresholds and rows of the finding; nothing where there is none."""
        nothing: dict[str, Any] = {"facts": {}, "thresholds": {}, "rows": []}
        return nothing | (json.loads(self.finding["evidence"]) if self.finding else {})

    @property
    def facts(self) -> dict[str, Any]:
        """Facts of the segment, and over them those the finding rests on."""
        return dict(self.segment) | dict(flat(self.evidence["facts"]))

    def cut(self, name: str) -> Any:
        """A threshold or anchor of the scan; None where not known."""
        return self.thresholds.get(name, self.evidence["thresholds"].get(name))


def flat(facts: Mapping[str, Any]) -> Iterator[tuple[str, Any]]:
    """The facts of a finding under one name each; of a series the last counts.

    Examples
    --------
    >>> dict(flat({"form": "links", "years": [{"year": 2024}, {"year": 2025}]}))
    {'form': 'links', 'year': 2025}
    """
    for name, fact in facts.items():
        if isinstance(fact, list):
            if fact and isinstance(fact[-1], dict):
                yield from flat(fact[-1])
        else:
            yield name, fact


def moved(before: Mapping[str, Any], after: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Which facts differ, from what to what.

    Examples
    --------
    >>> moved({"firms": 2, "year": 2025}, {"firms": 3, "year": 2025})
    [{'fact': 'firms', 'before': 2, 'after': 3}]
    """
    names = sorted({*before, *after})
    return [
        {"fact": n, "before": before.get(n), "after": after.get(n)}
        for n in names
        if before.get(n) != after.get(n)
    ]


def facts_moved(old: Sighting, new: Sighting) -> list[dict[str, Any]]:
    """The facts a finding rests on, in either scan, that differ and that both scans know."""
    names = {n for side in (old, new) for n, _value in flat(side.evidence["facts"])}
    sides = [{n: v for n, v in side.facts.items() if n in names} for side in (old, new)]
    return [m for m in moved(*sides) if all(m["fact"] in side for side in sides)]


def reasons(old: Sighting, new: Sighting, currency: str = CURRENCY) -> list[dict[str, Any]]:
    """Why the finding came, went, or is graver or less grave than it was.

    Parameters
    ----------
    old, new
        The finding in the earlier and the later scan; at least one has it.
    currency
        Of the money.

    Returns
    -------
    list
        Reasons as mappings: cause, zh, en and, where there is one, fact or threshold with before, after, cut and
        whether this is what crossed it (`crossed`); or the rows that came, went or changed most. Settings first.

    Examples
    --------
    >>> old = Sighting(None, {"self_sufficiency": 0.35}, {"self_sufficiency": 0.3})
    >>> evidence = '{"facts": {"self_sufficiency": 0.24}, "thresholds": {"self_sufficiency": 0.3}, "rows": []}'
    >>> new = Sighting({"kind": "weak", "evidence": evidence}, {"self_sufficiency": 0.24}, {"self_sufficiency": 0.3})
    >>> reasons(old, new)[0]["en"]
    'share bought here fell from 35% to 24%, below the cut of 30%'
    """
    facts = facts_moved(old, new)
    cuts = {n for side in (old, new) for n in side.evidence["thresholds"]}
    stays = old.finding is not None and new.finding is not None
    crossing = [] if stays else [m for m in facts if _crosses(m, old, new)]
    found = [*_thresholds(old, new, cuts | (set(_ANCHORS) if stays else set()), currency)]
    if stays:
        found += _severity(old, new)
    told = crossing or ([] if found else [m for m in facts if m["fact"] not in _SILENT][:_SHOWN])
    found += [_fact(m, old, new, currency) for m in told]
    found += behind(old, new)
    return found


def _past(fact: str, amount: Any, cut: Any) -> bool | None:
    """Whether a fact is on the side of its cut on which a rule fires; None where either is no number."""
    if fact in _PRESENCE:
        return None if amount is None else bool(amount)
    if not isinstance(amount, int | float) or not isinstance(cut, int | float):
        return None
    if fact in _BELOW:
        return amount < cut
    return (-amount if fact in _FALLS else abs(amount)) > cut


def _crosses(m: Mapping[str, Any], old: Sighting, new: Sighting) -> bool:
    """Whether the fact itself is what crossed: it would have, had the cut stayed where it was."""
    name, cut = m["fact"], CUTS.get(m["fact"], "")
    before = _past(name, m["before"], old.cut(cut))
    after = _past(name, m["after"], new.cut(cut))
    return None not in (before, after) and before != after and _past(name, m["after"], old.cut(cut)) == after


def _fact(m: Mapping[str, Any], old: Sighting, new: Sighting, currency: str) -> dict[str, Any]:
    name, before, after = m["fact"], m["before"], m["after"]
    cut, crossed = new.cut(CUTS.get(name, "")), _crosses(m, old, new)
    told = went(name, before, after, currency)
    if crossed and name in CUTS:
        shown = -cut if name in _FALLS else cut
        where = value(name, shown, currency)
        side = (after > shown) - (after < shown)
        told = both(
            "{told}, {where}",
            told=told,
            where=both("above the cut of {cut}", cut=where)
            if side > 0
            else both("below the cut of {cut}", cut=where)
            if side < 0
            else both("at the cut of {cut}", cut=where),
        )
    return _reason("world", told, fact=name, before=before, after=after, cut=cut, crossed=crossed)


def went(name: str, before: Any, after: Any, currency: str = CURRENCY) -> Pair:
    """A fact that moved, as a clause.

    Examples
    --------
    >>> went("firms", 0, 2)
    ('本地企业数由 0 升至 2', 'firms here rose from 0 to 2')
    """
    numbers = all(isinstance(x, int | float) and not isinstance(x, bool) for x in (before, after))
    verb = both("went") if not numbers else both("rose") if after > before else both("fell")
    a, b = value(name, before, currency), value(name, after, currency)
    zh, en = label(name)
    fact = (f"{zh} " if zh[-1].isascii() else zh, en)  # a space stands between Latin and Chinese
    return both("{fact} {verb} from {a} to {b}", fact=fact, verb=verb, a=a, b=b)


def _thresholds(old: Sighting, new: Sighting, cuts: set[str], currency: str) -> Iterator[dict[str, Any]]:
    """Cuts of the rule that are others now; `crossed` where a fact lies between the old and the new one."""
    for name in sorted(cuts):
        before, after = old.cut(name), new.cut(name)
        if before is None or after is None or before == after:
            continue
        held = [f for f, cut in CUTS.items() if cut == name]
        between = [f for f in held if _past(f, old.facts.get(f), before) != _past(f, old.facts.get(f), after)]
        told = both(
            "the cut of “{name}” was moved from {a} to {b}",
            name=label(name),
            a=value(name, before, currency),
            b=value(name, after, currency),
        )
        yield _reason("settings", told, threshold=name, before=before, after=after, crossed=bool(between))


def _severity(old: Sighting, new: Sighting) -> Iterator[dict[str, Any]]:
    """Components of severity that moved, with the facts behind them."""
    for name, facts in _COMPONENTS.items():
        before, after = ((side.finding or {}).get(name) for side in (old, new))
        if before is None and after is None:
            continue
        if before is not None and after is not None and abs(after - before) < _LEAST:
            continue
        shifts = _shifts(facts, old.facts, new.facts)
        told = went(name, before, after)
        seen = value(name, before) != value(name, after)
        if shifts:
            parts = [went(m["fact"], m["before"], m["after"]) for m in shifts[:2]]
            why = ("、".join(p[0] for p in parts), ", ".join(p[1] for p in parts))
            told = both("{told} ({why})", told=told, why=why) if seen else why
        elif not seen:
            continue
        yield _reason("world", told, component=name, before=before, after=after, facts=shifts)


def _shifts(
    facts: Sequence[str], before: Mapping[str, Any], after: Mapping[str, Any]
) -> list[dict[str, Any]]:
    """Those of the facts that moved as far as a reader can see, most first."""
    sides = [{f: side[f] for f in facts if side.get(f) is not None} for side in (before, after)]
    seen = [
        m
        for m in moved(*sides)
        if None not in (m["before"], m["after"])
        and value(m["fact"], m["before"]) != value(m["fact"], m["after"])
    ]
    return sorted(seen, key=lambda m: (-abs(m["after"] - m["before"]), m["fact"]))


def _reason(cause: str, told: Pair, **details: Any) -> dict[str, Any]:
    return {"cause": cause, **details, "zh": told[0], "en": told[1]}


def sentence(found: Sequence[Mapping[str, Any]]) -> Pair:
    """The reasons in one sentence, in Chinese and in English.

    Examples
    --------
    >>> sentence([{"zh": "甲", "en": "a"}, {"zh": "乙", "en": "b"}])
    ('甲；乙', 'a; b')
    """
    return "；".join(r["zh"] for r in found), "; ".join(r["en"] for r in found)
