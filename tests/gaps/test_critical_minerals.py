"""When early warning would have rung before and after real controls of exports, and how often it rings for nothing.

China's monthly exports of gallium, germanium and graphite by importer, 2017 to 2024; not in this repository. Run as a
module, this prints the tables of docs/trials/critical-minerals.md:
``python -m tests.gaps.test_critical_minerals SHARED``.
"""

from __future__ import annotations

import sys
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pytest
from tests.gaps.critical_minerals import ALL, CONTROLS, MONTHS, QUIET, SHOCKS, array, load, strengths

from chainmend.gaps.distress import RUNNING, Judged, distress
from chainmend.names import percent

if TYPE_CHECKING:
    from tests.gaps.critical_minerals import Shock

    from chainmend.gaps.distress import Month

CUTS = (2.5, 3.0, 3.5, 4.0)
DEFAULT = 3.0
MEASURES = tuple(RUNNING)
Key = tuple[str, str]
VARIANTS = (
    ("z alone, one month", 1, False, False),
    ("z alone, one month, each calendar month's usual taken out", 1, False, True),
    ("z and beyond the band's own months, one month", 1, True, False),
    ("z alone, two months running", 2, False, False),
    ("z and beyond the band's own months, two months running", 2, True, False),
)


@cache
def judged(shared: Path, z: float) -> dict[Key, tuple[Judged, ...]]:
    """Every month of every series, by the function of the product."""
    return {key: distress(s.value, s.quantity, z=z) for key, s in load(shared).items()}


@cache
def rings(shared: Path, z: float, measure: str) -> dict[Key, dict[Month, bool]]:
    """Of single importers, each month that was judged and whether it rang."""
    return {
        key: {(j.year, j.month): j.rings for j in months if j.measure == measure}
        for key, months in judged(shared, z).items()
        if key[1] != ALL
    }


def rate(rang: int, months: int) -> float:
    """Alarms in a series and year."""
    return 12 * rang / months


def false_alarms(
    shared: Path, z: float, measure: str, products: tuple[str, ...], period: tuple[Month, Month] = QUIET
) -> tuple[int, int]:
    """Months that ring and months judged."""
    found = [
        rang
        for key, months in rings(shared, z, measure).items()
        for month, rang in months.items()
        if key[0] in products and period[0] <= month <= period[1]
    ]
    return sum(found), len(found)


def in_window(
    shared: Path, z: float, measure: str, product: str, window: list[Month]
) -> tuple[float, float, int]:
    """Shares of the importers judged, by number and by imports of the year before the shock, that ring; number judged.

    An importer is judged where one month of the window is.
    """
    known: list[tuple[bool, float]] = []
    for key, months in rings(shared, z, measure).items():
        found = [months[m] for m in window if m in months]
        if key[0] == product and found:
            known.append((any(found), load(shared)[key].in_year_before(SHOCKS[product])))
    if not known:
        return 0.0, 0.0, 0
    weight = sum(w for _, w in known)
    return sum(r for r, _ in known) / len(known), sum(w for r, w in known if r) / weight, len(known)


def caught(shared: Path, z: float, measure: str, product: str) -> tuple[float, float, int]:
    """`in_window` from the announcement to the end of the shock."""
    return in_window(shared, z, measure, product, _window(SHOCKS[product]))


@cache
def by_chance(shared: Path, z: float, measure: str, product: str) -> tuple[float, float]:
    """Means of the two shares of `in_window` over all windows of the same length in quiet years."""
    length = len(_window(SHOCKS[product]))
    first, last = (MONTHS.index(m) for m in QUIET)
    found = [
        in_window(shared, z, measure, product, MONTHS[k : k + length])
        for k in range(first, last - length + 2)
    ]
    judged_at_all = [f for f in found if f[2]]
    number, share = (float(np.mean([f[i] for f in judged_at_all])) for i in (0, 1))
    return number, share


def standing(shared: Path) -> float:
    """Share of the quiet months of a series that have an alarm, of either measure, in one of the last three months."""
    first, last = (MONTHS.index(m) for m in QUIET)
    volume, price = (rings(shared, DEFAULT, measure) for measure in MEASURES)
    found = [
        any(months.get(m, False) for months in (volume[key], price[key]) for m in MONTHS[k - 2 : k + 1])
        for key in volume
        for k in range(first + 2, last + 1)
        if MONTHS[k] in volume[key]
    ]
    return sum(found) / len(found)


# --- tests


@pytest.mark.parametrize("z", [2.5, 4.0])
def test_alarms_are_those_of_the_plain_way(shared: Path, z: float) -> None:
    rang = 0
    for key, series in load(shared).items():
        for measure in MEASURES:
            plain = strengths(array(series, measure), run=RUNNING[measure], beyond=True, seasonal=False)
            found = {
                MONTHS.index((j.year, j.month)): j.rings
                for j in judged(shared, z)[key]
                if j.measure == measure
            }
            assert sorted(found) == np.flatnonzero(~np.isnan(plain)).tolist(), (key, measure)
            assert [k for k in found if found[k]] == np.flatnonzero(plain > z).tolist(), (key, measure)
            rang += sum(found.values())
    assert rang > 50


def test_no_month_needs_those_after_it(shared: Path) -> None:
    until = (2023, 10)
    for key, series in load(shared).items():
        value = {m: x for m, x in series.value.items() if m <= until}
        quantity = {m: x for m, x in series.quantity.items() if m <= until}
        before = tuple(j for j in judged(shared, DEFAULT)[key] if (j.year, j.month) <= until)
        assert distress(value, quantity, z=DEFAULT) == before


def test_quiet_years_ring_less_than_once_in_two_years(shared: Path) -> None:
    products = (*SHOCKS, *CONTROLS)
    both = [rate(*false_alarms(shared, DEFAULT, measure, products)) for measure in MEASURES]
    assert sum(both) < 0.5


def test_natural_graphite_rang_before_and_at_the_control(shared: Path) -> None:
    rang = {
        (j.year, j.month): j.value > j.usual
        for j in judged(shared, DEFAULT)["250410", ALL]
        if j.rings and j.measure == "volume" and (j.year, j.month) > (2020, 12)
    }
    assert rang == {(2023, 11): True, (2023, 12): False}  # stocks first, then nearly nothing


def test_natural_graphite_is_caught_far_beyond_chance_and_gallium_is_not(shared: Path) -> None:
    def share(product: str) -> tuple[float, float]:
        rang, chance = (f(shared, DEFAULT, "volume", product) for f in (caught, by_chance))
        return rang[1], chance[1]

    rang, chance = share("250410")
    assert rang > 0.8
    assert rang > 4 * chance
    rang, chance = share("811292")
    assert rang <= chance


def test_the_page_shows_what_is_computed(shared: Path, root: Path) -> None:
    page = (root / "docs" / "trials" / "critical-minerals.md").read_text("utf-8")
    for block in tables(shared):
        assert block in page, "older than the data or the code: put in what the module prints"


# --- the tables of the page


def tables(shared: Path) -> list[str]:
    """The tables and sentences of the page."""
    return [
        _summary(shared),
        _variants(shared),
        _quiet(shared),
        _caught(shared),
        _first(shared),
        _total(shared),
        _one_month(shared),
    ]


def _window(shock: Shock) -> list[Month]:
    return MONTHS[MONTHS.index(shock.announced) : MONTHS.index(shock.last) + 1]


def _name(measure: str) -> str:
    return measure.replace("_", " ")


def _month(month: Month) -> str:
    return f"{month[0]}-{month[1]:02d}"


def _summary(shared: Path) -> str:
    single = [key for key in load(shared) if key[1] != ALL]
    known = [key for key in single if judged(shared, DEFAULT)[key]]
    lines = [
        f"- series: {len(single)}, of them with trade in enough months to be judged at all: {len(known)}"
    ]
    for measure in MEASURES:
        rang, months = false_alarms(shared, DEFAULT, measure, (*SHOCKS, *CONTROLS))
        lines.append(
            f"- {_name(measure)} at z = {DEFAULT:g}: {rang} alarms in {months / 12:.0f} quiet series-years,"
            f" {rate(rang, months):.2f} a series and year"
        )
    lines.append(f"- quiet months in which an alarm stands, of either measure: {percent(standing(shared))}")
    lines.append(
        f"- importers of 811292 whose band of 2023-08 has a month without trade: {_with_gaps(shared)}"
    )
    later = [
        f"{_name(m)} {rate(*false_alarms(shared, DEFAULT, m, CONTROLS, ((2023, 1), (2024, 12)))):.2f}"
        for m in MEASURES
    ]
    lines.append(f"- goods without control in 2023 and 2024, alarms a series and year: {', '.join(later)}")
    return "\n".join(lines)


def _with_gaps(shared: Path) -> str:
    bands = [
        j.low
        for key, months in judged(shared, DEFAULT).items()
        for j in months
        if key[0] == "811292" and key[1] != ALL and (j.year, j.month, j.measure) == (2023, 8, "volume")
    ]
    return f"{sum(low == 0 for low in bands)} of {len(bands)} judged"


def _variants(shared: Path) -> str:
    """False alarms of the rule and of what it might have been."""
    lines = [
        "| condition | measure | " + " | ".join(f"z = {z:g}" for z in CUTS) + " |",
        "|---|---|" + "---:|" * len(CUTS),
    ]
    first, last = (MONTHS.index(m) for m in QUIET)
    single = [s for key, s in load(shared).items() if key[1] != ALL]
    for name, run, beyond, seasonal in VARIANTS:
        for measure in MEASURES:
            found = np.concatenate(
                [
                    strengths(array(s, measure), run=run, beyond=beyond, seasonal=seasonal)[first : last + 1]
                    for s in single
                ]
            )
            months = int((~np.isnan(found)).sum())
            cells = [f"{rate(int((found > z).sum()), months):.2f}" for z in CUTS]
            lines.append(f"| {name} | {_name(measure)} | {' | '.join(cells)} |")
    return "\n".join(lines)


def _quiet(shared: Path) -> str:
    """False alarms of the rule by product; the year of the epidemic apart."""
    lines = [
        "| goods | measure | series-years | " + " | ".join(f"z = {z:g}" for z in CUTS)
        + f" | 2020 at {DEFAULT:g} | 2021-2022 at {DEFAULT:g} |",
        "|---|---|---:|" + "---:|" * (len(CUTS) + 2),
    ]  # fmt: skip
    for product in (*SHOCKS, *CONTROLS):
        for measure in MEASURES:
            months = false_alarms(shared, DEFAULT, measure, (product,))[1]
            cells = [f"{rate(*false_alarms(shared, z, measure, (product,))):.2f}" for z in CUTS]
            cells += [
                f"{rate(*false_alarms(shared, DEFAULT, measure, (product,), period)):.2f}"
                for period in (((2020, 1), (2020, 12)), ((2021, 1), (2022, 12)))
            ]
            lines.append(f"| {product} | {_name(measure)} | {months / 12:.0f} | {' | '.join(cells)} |")
    return "\n".join(lines)


def _caught(shared: Path) -> str:
    """Importers that ring within the months of a shock, against chance."""
    lines = [
        "| goods | months | measure | z | importers judged | rang | by chance | share of imports | by chance |",
        "|---|---|---|---:|---:|---:|---:|---:|---:|",
    ]
    for product, shock in SHOCKS.items():
        for measure in MEASURES:
            for z in CUTS:
                number, share, known = caught(shared, z, measure, product)
                chance = by_chance(shared, z, measure, product)
                lines.append(
                    f"| {product} | {_month(shock.announced)} to {_month(shock.last)} | {_name(measure)} | {z:g}"
                    f" | {known} | {number:.0%} | {chance[0]:.0%} | {share:.0%} | {chance[1]:.0%} |"
                )
    return "\n".join(lines)


def _first(shared: Path) -> str:
    """The largest importers: the first alarms from three months before the announcement on."""
    lines = [
        "| goods | importer | imports of the year before, m USD | alarms (share of the usual) |",
        "|---|---|---:|---|",
    ]
    for product, shock in SHOCKS.items():
        sizes = {k: s.in_year_before(shock) for k, s in load(shared).items() if k[0] == product}
        for key in sorted(sizes, key=lambda k: -sizes[k])[:9]:
            told = _told(judged(shared, DEFAULT)[key], shock)
            lines.append(f"| {product} | {key[1]} | {sizes[key] / 1e6:.1f} | {told} |")
    return "\n".join(lines)


def _told(months: tuple[Judged, ...], shock: Shock) -> str:
    first = MONTHS[MONTHS.index(shock.announced) - 3]
    if not any((j.year, j.month) >= shock.announced for j in months):
        return "not judged: too few months with trade"
    rang = [j for j in months if j.rings and first <= (j.year, j.month) <= shock.last]
    told = [f"{_month((j.year, j.month))} {_name(j.measure)} {percent(j.value / j.usual)}" for j in rang]
    return ", ".join(told) or "none"


def _total(shared: Path) -> str:
    """All importers together: every alarm there was."""
    lines = [
        "| goods | months judged | alarms, all importers together (share of the usual) |",
        "|---|---:|---|",
    ]
    for product in SHOCKS:
        months = judged(shared, DEFAULT)[product, ALL]
        told = [
            f"{_month((j.year, j.month))} {_name(j.measure)} {percent(j.value / j.usual)}"
            for j in months
            if j.rings
        ]
        lines.append(f"| {product} | {len({(j.year, j.month) for j in months})} | {', '.join(told)} |")
    return "\n".join(lines)


def _one_month(shared: Path) -> str:
    """What unit values of one month instead of two would have told of natural graphite."""
    product = "250410"
    told = []
    for key, series in load(shared).items():
        if key[0] == product and key[1] != ALL:
            plain = strengths(array(series, "unit_value"), run=1, beyond=True, seasonal=False)
            for month in _window(SHOCKS[product]):
                if plain[MONTHS.index(month)] > DEFAULT:
                    loud = rings(shared, DEFAULT, "volume")[key].get(month, False)
                    told.append((month, key[1], loud))
    early = ", ".join(f"{name} {_month(month)}" for month, name, loud in sorted(told) if not loud)
    late = ", ".join(f"{name} {_month(month)}" for month, name, loud in sorted(told) if loud)
    return f"- with the volume of the same month: {late}\n- without it: {early}"


def main(shared: Path) -> None:
    """Print the tables of the page."""
    print("\n\n".join(tables(shared)))


if __name__ == "__main__":
    main(Path(sys.argv[1]))
