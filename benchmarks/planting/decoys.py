"""Segments that look like gaps and are none: a function for each, beside the kind that it must not be taken for."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from .gaps import Planter, from_one, scattered
from .plan import (
    ABROAD,
    NEAR,
    YEARS,
    Customs,
    Need,
    Plan,
    Shock,
    even,
    every_year,
    many_origins,
    mix,
    one_origin,
)  # fmt: skip


def near_suppliers(rng: np.random.Generator, p: Plan, _n: int) -> Plan:
    """Most comes from outside, from three cities 40 km away."""
    shares = mix(float(rng.uniform(0.34, 0.42)), even(rng, p.local), even(rng, 3))
    return replace(p, outside=NEAR, shares=every_year(shares), exported=0.05)


def ten_origins(rng: np.random.Generator, p: Plan, _n: int) -> Plan:
    """More is imported than exported, and most is bought outside, but from ten countries."""
    shares = mix(float(rng.uniform(0.34, 0.4)), even(rng, p.local), even(rng, 10))
    customs = Customs(dict.fromkeys(YEARS, many_origins(rng, 10)), exports=0.3, monthly=True)
    return replace(p, outside=ABROAD, shares=every_year(shares), exported=0.05, customs=customs)


def small_purchases(rng: np.random.Generator, p: Plan, _n: int) -> Plan:
    """One supplier abroad has all of it, but it is next to nothing."""
    places, _away = from_one(rng, 0.9)
    away = np.concatenate([[1.0], np.zeros(len(places) - 1)])
    return replace(p, outside=places, shares=every_year(mix(0.0, even(rng, p.local), away)), small=True)


def low_quotient(rng: np.random.Generator, p: Plan, _n: int) -> Plan:
    """A small part of the country's output, but nearly all that is bought here is made here."""
    return replace(p, size=0.3, shares=every_year(mix(0.9, even(rng, p.local), even(rng, len(p.outside)))))


def mild_fall(rng: np.random.Generator, p: Plan, _n: int) -> Plan:
    """Sales fell by less than the cut."""
    return replace(p, volume={2023: 1.0, 2024: 1 / (1 - float(rng.uniform(0.08, 0.18))), 2025: 1.0})


def small_firm_closed(rng: np.random.Generator, p: Plan, _n: int) -> Plan:
    """A firm closed that neither led nor sold much."""
    firms, away = even(rng, p.local - 1), even(rng, len(p.outside))
    before, after = np.concatenate([firms * 0.9, [0.1]]), np.concatenate([firms, [0.0]])
    shares = {y: mix(0.7, before, away) for y in YEARS[:-1]} | {YEARS[-1]: mix(0.7, after, away)}
    return replace(p, closed=True, shares=shares, exporters=before)


def exporter(rng: np.random.Generator, p: Plan, _n: int) -> Plan:
    """Most is bought from one country, but local firms sell more than that elsewhere."""
    places, away = from_one(rng, 0.9)
    return replace(
        p, outside=places, shares=every_year(mix(0.4, even(rng, p.local), away)), exported=0.6,
    )  # fmt: skip


def one_year(rng: np.random.Generator, p: Plan, _n: int) -> Plan:
    """Dependent in the last year only."""
    places, away = from_one(rng, 0.9)
    firms = even(rng, p.local)
    shares = every_year(mix(0.8, firms, away)) | {YEARS[-1]: mix(0.4, firms, away)}
    return replace(p, outside=places, shares=shares, exported=0.04)


def made_at_home(rng: np.random.Generator, p: Plan, _n: int) -> Plan:
    """World supply comes from one country, which is the city's own."""
    shares = one_origin(rng, 0.7)
    return replace(p, world={"CHN" if k == 0 else o: s for k, (o, s) in enumerate(shares.items())})


def exports_more(rng: np.random.Generator, p: Plan, _n: int) -> Plan:
    """Imports come from one country, but more is exported."""
    return replace(p, customs=Customs(dict.fromkeys(YEARS, one_origin(rng, 0.9)), exports=1.2))


def open_world(rng: np.random.Generator, p: Plan, _n: int) -> Plan:
    """Imports come from one country, but many in the world make it."""
    return replace(
        p,
        customs=Customs(dict.fromkeys(YEARS, one_origin(rng, 0.9)), exports=0.3),
        world=many_origins(rng, 8),
    )


def needed_by_few(_rng: np.random.Generator, p: Plan, _n: int) -> Plan:
    """Nobody can do without it, but those who need it make less than a hundredth of the city's output."""
    return replace(p, essential=True, reach=(0.003, 0.0075))


def large_firm(_rng: np.random.Generator, p: Plan, _n: int) -> Plan:
    """A firm whose stop costs more than a hundredth of the city's output, because it makes that itself."""
    return replace(p, giant=True)


def two_districts(rng: np.random.Generator, p: Plan, _n: int) -> Plan:
    """Most supply in one district, but less than the cut."""
    return replace(p, in_one_district=float(rng.uniform(0.66, 0.77)))


def one_firm(rng: np.random.Generator, p: Plan, _n: int) -> Plan:
    """One local firm, which is always in one district, with half of what is bought."""
    places = scattered(rng, 6)
    return replace(
        p,
        local=1,
        outside=places,
        shares=every_year(mix(0.55, np.ones(1), even(rng, 6))),
        exporters=np.ones(1),
    )


def price_of_a_month(rng: np.random.Generator, p: Plan, _n: int) -> Plan:
    """Outside-dependent, and one month's unit value was high: another mix of goods."""
    origins = dict.fromkeys(YEARS, one_origin(rng, 0.85))
    return replace(p, customs=Customs(origins, 0.4, True, 0.04, Shock("price", 2.0, 1)))


def old_shock(rng: np.random.Generator, p: Plan, _n: int) -> Plan:
    """Outside-dependent, and imports fell a year ago and are back."""
    origins = dict.fromkeys(YEARS, one_origin(rng, 0.85))
    return replace(p, customs=Customs(origins, 0.4, True, 0.04, Shock("volume", 0.3, 2, 12)))


def mild_shock(rng: np.random.Generator, p: Plan, _n: int) -> Plan:
    """Outside-dependent, and imports are a tenth lower than usual."""
    origins = dict.fromkeys(YEARS, one_origin(rng, 0.85))
    return replace(p, customs=Customs(origins, 0.4, True, 0.02, Shock("volume", 0.92, 2)))


def shock_without_need(_rng: np.random.Generator, p: Plan, _n: int) -> Plan:
    """Imports stopped, but the city does not depend on them."""
    return replace(p, customs=Customs(p.customs.origins, 1.6, True, 0.04, Shock("volume", 0.2, 2)))


def institute_works(rng: np.random.Generator, p: Plan, _n: int) -> Plan:
    """Depends on others and holds few patents, but an institute works on it."""
    shares = one_origin(rng, 0.8)
    return replace(p, world=shares, patents=0.1, institute=True)


def few_patents(_rng: np.random.Generator, p: Plan, _n: int) -> Plan:
    """Few patents, but nobody depends on others for it."""
    return replace(p, patents=0.1)


def unverified(_rng: np.random.Generator, p: Plan, _n: int) -> Plan:
    """A leader reported a need that nobody verified."""
    return replace(p, needs=(Need("leader", False), Need("institute", False)))


def other_reporter(_rng: np.random.Generator, p: Plan, _n: int) -> Plan:
    """A firm that leads no chain reported a need."""
    return replace(p, needs=(Need("firm"),))


def just_enough(rng: np.random.Generator, p: Plan, _n: int) -> Plan:
    """Local firms sell a little more than the cut."""
    shares = mix(float(rng.uniform(0.315, 0.35)), even(rng, p.local), even(rng, 6))
    return replace(p, outside=scattered(rng, 6), shares=every_year(shares))


def large_share(rng: np.random.Generator, p: Plan, _n: int) -> Plan:
    """One supplier has much, but less than the cut."""
    top, home = float(rng.uniform(0.68, 0.74)), 0.92
    firms = np.concatenate([[top / home], even(rng, p.local - 1) * (1 - top / home)])
    exporters = np.concatenate([[0.0], even(rng, p.local - 1)])
    return replace(
        p, shares=every_year(mix(home, firms, even(rng, len(p.outside)))), exported=1.2, exporters=exporters
    )


DECOYS: dict[str, tuple[str, Planter]] = {
    f.__name__: (kind, f)
    for kind, f in (
        ("outside_dependent", near_suppliers), ("outside_dependent", ten_origins),
        ("single_source", small_purchases), ("weak", low_quotient), ("declining", mild_fall),
        ("declining", small_firm_closed), ("outside_dependent", exporter), ("outside_dependent", one_year),
        ("outside_dependent", made_at_home), ("outside_dependent", exports_more),
        ("outside_dependent", open_world), ("fragile_segment", needed_by_few), ("systemic", large_firm),
        ("clustered_risk", two_districts), ("clustered_risk", one_firm), ("distress", price_of_a_month),
        ("distress", old_shock), ("distress", mild_shock), ("distress", shock_without_need),
        ("technology", institute_works), ("technology", few_patents), ("reported", unverified),
        ("reported", other_reporter), ("weak", just_enough), ("single_source", large_share),
    )
}  # fmt: skip
