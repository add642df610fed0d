"""Outside-dependent 外依: supply comes from few places that can be cut off.

Three forms of the same tests (concentrated origins, mostly from outside, more in than out), by what the dataset
holds; one that holds is enough, and the finding says which:

``links``
    purchases of local buyers: HHI over outside sources, outside share, outside purchases over local sales, each
    above its cut in `years_needed` of the last `years_window` years;
``customs``
    import HHI over origins, imports over exports, likewise by year; and the HHI of world supply where it is known;
``world``
    world supply by country (a cross-section, so without the years): HHI over origins and foreign share.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

from chainmend.gaps.finding import Hit, NotChecked, Verdict
from chainmend.i18n import both
from chainmend.indicators.criteria import Criterion, purchase_criteria, trade_criteria
from chainmend.indicators.dependence import YearTested, dependence
from chainmend.names import country_name, percent
from chainmend.registry import register

if TYPE_CHECKING:
    from chainmend.chain.model import Segment
    from chainmend.gaps.facts import Facts, SegmentFacts
    from chainmend.settings import Thresholds


@register(
    "rule", "outside_dependent", name=("外依", "Outside-dependent"), needs=("supply_links", "customs", "provision"),
    reference="European Commission SWD(2021) 352, dependence tests; persistence k of n years",
)  # fmt: skip
def outside_dependent(segment: Segment, fact: SegmentFacts, facts: Facts, t: Thresholds) -> Verdict:
    """Few outside sources, most of the supply, more in than out: by links, by customs or by world supply."""
    forms = (
        _links(segment, fact, facts, t),
        _customs(segment, fact, facts, t),
        _world(segment, fact, facts, t),
    )
    for form in forms:
        if isinstance(form, Hit):
            return form
    if all(isinstance(form, NotChecked) for form in forms):
        tables = tuple(
            dict.fromkeys(name for form in forms if isinstance(form, NotChecked) for name in form.tables)
        )
        reasons = [form.reason for form in forms if isinstance(form, NotChecked)]
        return NotChecked(tables, ("；".join(r[0] for r in reasons), "; ".join(r[1] for r in reasons)))
    return None


def _links(segment: Segment, fact: SegmentFacts, facts: Facts, t: Thresholds) -> Verdict:
    if facts.sourcing is None:
        return NotChecked(("supply_links",), both("no supply links or trades"))
    if len(facts.sourcing.years) < t.years_needed:
        return NotChecked(("supply_links",), both("supply links of {n} years are needed", n=t.years_needed))
    by_year = facts.sourcing.by_segment.get(segment.id, {})
    found = dependence(
        {
            y: purchase_criteria(p.source_hhi, p.outside_share, p.outside, p.local_sales, cuts=t)
            for y, p in by_year.items()
            if p.outside_share is not None and p.source_hhi is not None and p.purchases >= t.minimum_purchases
        },
        last=facts.sourcing.years[-1],
        needed=t.years_needed,
        window=t.years_window,
    )
    if not found.dependent:
        return None
    tests = [_row(y) | {"top_source": by_year[y.year].top_source, "holds": y.holds} for y in found.judged]
    held = [x for x in tests if x["holds"]]
    latest = held[-1]
    return Hit(
        summary=both(
            "{name}: {share} of purchases come from outside the city, mostly from {source}"
            " (HHI {hhi}), in {k} of {n} years",
            name=segment.name.pair,
            share=percent(latest["outside_share"]),
            source=country_name(latest["top_source"]),
            hhi=f"{latest['source_hhi']:.2f}",
            k=len(held),
            n=len(tests),
        ),
        facts={"form": "links", "years": tests},
        thresholds=_cuts(t),
        rows=tuple(facts.sourcing.suppliers.get(segment.id, ())),
    )


def _customs(segment: Segment, fact: SegmentFacts, facts: Facts, t: Thresholds) -> Verdict:
    if facts.trade is None:
        return NotChecked(("customs",), both("no customs table"))
    if not segment.hs:
        return NotChecked(("customs",), both("the segment has no customs codes"))
    years = {y.year: y for y in facts.trade.get(segment.id, ())}
    if len(facts.customs_years) < t.years_needed:
        return NotChecked(("customs",), both("customs of {n} years are needed", n=t.years_needed))
    found = dependence(
        {
            y: trade_criteria(x.import_hhi, x.imports, x.exports, world_hhi=fact.world_hhi, cuts=t)
            for y, x in years.items()
            if x.import_hhi is not None
        },
        last=max(facts.customs_years),
        needed=t.years_needed,
        window=t.years_window,
    )
    if not found.dependent:
        return None
    tests = [
        _row(y)
        | {
            "imports": years[y.year].imports,
            "exports": years[y.year].exports,
            "top_origin": years[y.year].top_origin,
            "top_origin_share": years[y.year].top_origin_share,
            "holds": y.holds,
        }
        for y in found.judged
    ]
    held = [x for x in tests if x["holds"]]
    latest = held[-1]
    return Hit(
        summary=both(
            "{name}: imports exceed exports and {share} come from {source} (HHI {hhi}), in {k} of {n} years",
            name=segment.name.pair,
            share=percent(latest["top_origin_share"]),
            source=country_name(latest["top_origin"]),
            hhi=f"{latest['import_hhi']:.2f}",
            k=len(held),
            n=len(tests),
        ),
        facts={"form": "customs", "years": tests, "world_hhi": fact.world_hhi},
        thresholds=_cuts(t),
        rows=tuple(tests),
    )


def _row(tested: YearTested) -> dict[str, Any]:
    """One year as evidence: a ratio to nothing is null, for JSON knows no infinity; world supply stands apart."""
    values = {
        c.name: None if c.value == math.inf else c.value for c in tested.criteria if c.name != "world_hhi"
    }
    return {"year": tested.year} | values


def _world(segment: Segment, fact: SegmentFacts, facts: Facts, t: Thresholds) -> Verdict:
    if facts.world is None:
        return NotChecked(("provision",), both("no table of world supply"))
    if fact.world_hhi is None or fact.world_foreign_share is None or fact.world_top_origin is None:
        return NotChecked(("provision",), both("world supply of the segment is not known"))
    few, foreign = (
        Criterion("world_hhi", fact.world_hhi, t.origin_hhi),
        Criterion("world_foreign_share", fact.world_foreign_share, t.outside_share),
    )
    if not (few.holds and foreign.holds):
        return None
    origins = facts.world[segment.id]
    return Hit(
        summary=both(
            "{name}: {foreign} of world supply is abroad and {share} in {source} (HHI {hhi})",
            name=segment.name.pair,
            foreign=percent(fact.world_foreign_share),
            share=percent(origins[0]["share"]),
            source=country_name(fact.world_top_origin),
            hhi=f"{fact.world_hhi:.2f}",
        ),
        facts={
            "form": "world",
            "world_hhi": fact.world_hhi,
            "world_foreign_share": fact.world_foreign_share,
            "local_firms": fact.firms,
        },
        thresholds={"origin_hhi": t.origin_hhi, "outside_share": t.outside_share},
        rows=tuple(origins),
    )


def _cuts(t: Thresholds) -> dict[str, Any]:
    return {
        "origin_hhi": t.origin_hhi,
        "outside_share": t.outside_share,
        "imports_over_exports": t.imports_over_exports,
        "years_needed": t.years_needed,
        "years_window": t.years_window,
    }
