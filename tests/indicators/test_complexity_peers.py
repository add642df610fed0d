"""The two packages that compute complexity in Python, side by side with ours; every difference is rebuilt to the digit.

What agrees: location quotients, presence, ECI and PCI (`ecomplexity`), proximity and density (`economic-complexity`).
What differs, and who is right:

- The diagonal of phi. `ecomplexity` counts phi_cc = 1 in density, which makes what a region has look nearer than what
  it lacks; Hidalgo and others (2007) ask how near an activity is to the others.
- PCI in the outlook. The Atlas has the standardised index; `ecomplexity` takes the raw eigenvector, whose zero is the
  mean weighted by ubiquity. COI moves by it (r = 0.94 on world trade) and is then standardised over the countries.
- The gain. It is the change of COI by one activity; `ecomplexity` leaves out what the activity itself stood for, and
  `economic-complexity` divides by the proximities around the wrong one of the two.
- The method. `economic-complexity` stops the reflections after 18 and 19 rounds: r = 0.9999 on world trade (0.04 of a
  standard deviation at most), 0.995 on 21 sections (0.38). It divides by the standard deviation of a sample.
"""

from __future__ import annotations

import warnings
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
import pytest

from chainmend.indicators.complexity import Complexity, complexity, reflections
from chainmend.indicators.presence import sizes
from chainmend.indicators.relatedness import Outlook, Square, complexity_outlook, proximity
from chainmend.indicators.specialisation import location_quotient, presence

FILES = {
    "sitc4": ("economic_complexity_sitc4/world_exports_sitc2_4d_avg1998_2000.parquet", "country", "product", "value"),
    "global": ("validation_lq_eg/datawheel_global_exports.csv", "Country ID", "Section ID", "Trade Value"),
    "subnational": (
        "validation_lq_eg/datawheel_subnat_exports.csv", "Subnat Geography ID", "Section ID", "Trade Value",
    ),
    "exports": (
        "validation_lq_eg/datawheel_fixture_exports.csv", "Exporter Country ID", "Section ID", "Trade Value",
    ),
}  # fmt: skip


@dataclass(frozen=True)
class Case:
    """One data set, and what we make of it."""

    frame: Any  # of pandas, long
    quotients: np.ndarray
    there: np.ndarray
    phi: Square
    found: Complexity
    outlook: Outlook


@pytest.fixture(scope="module", params=FILES)
def case(shared: Path, request: pytest.FixtureRequest) -> Case:
    pandas = pytest.importorskip("pandas")
    name, *columns = FILES[request.param]
    path = shared / "data" / name
    rows = pl.read_csv(path) if path.suffix == ".csv" else pl.read_parquet(path)
    region, activity, value = (pl.col(column) for column in columns)
    long = rows.select(region=region.cast(str), activity=activity.cast(str), value=value.cast(float))
    quotients = location_quotient(sizes(long).values.toarray())
    there = presence(quotients)
    phi, found = proximity(there), complexity(there)
    frame = pandas.DataFrame({"year": 1, **{name: long[name].to_list() for name in long.columns}})
    return Case(frame, quotients, there, phi, found, complexity_outlook(there, phi, found.pci))


@pytest.fixture(scope="module")
def harvard(case: Case) -> dict[str, np.ndarray]:
    """Matrices (regions, activities) of `ecomplexity`, by name."""
    package = pytest.importorskip("ecomplexity")
    columns = {"time": "year", "loc": "region", "prod": "activity", "val": "value"}
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        out = package.ecomplexity(case.frame, columns, check_logsupermodularity=False, verbose=False)
    wide = out.pivot(index="region", columns="activity")
    names = ("rca", "mcp", "eci", "pci", "density", "coi", "cog")
    return {name: wide[name].sort_index().sort_index(axis=1).to_numpy() for name in names}


@pytest.fixture(scope="module")
def datawheel(case: Case) -> tuple[Any, Any]:
    """`economic-complexity` and its quotients."""
    package = pytest.importorskip("economic_complexity")
    return package, package.rca(case.frame.pivot(index="region", columns="activity", values="value"))


def furthest(a: Any, b: Any) -> float:
    """Largest difference of two arrays of one shape."""
    a, b = np.asarray(a), np.asarray(b)
    assert a.shape == b.shape
    return float(np.abs(a - b).max())


def test_presence_eci_and_pci_are_those_of_ecomplexity(case: Case, harvard: dict[str, np.ndarray]) -> None:
    assert furthest(case.quotients, harvard["rca"]) < 1e-9
    assert np.array_equal(case.there, harvard["mcp"])
    assert furthest(case.found.eci, harvard["eci"][:, 0]) < 1e-9
    assert furthest(case.found.pci, harvard["pci"][0]) < 1e-9


def test_density_is_that_of_ecomplexity_less_the_diagonal(case: Case, harvard: dict[str, np.ndarray]) -> None:
    around = case.phi.sum(axis=0, dtype=np.float64)
    theirs = (case.outlook.density * around + case.there) / (1 + around)
    assert furthest(theirs, harvard["density"]) < 1e-6


def test_outlook_of_ecomplexity_is_rebuilt_from_its_choices(
    case: Case, harvard: dict[str, np.ndarray]
) -> None:
    m, pci = case.there, case.found.pci
    raw = pci - (m.sum(0) @ pci) / m.sum()  # the eigenvector has this zero
    theirs = complexity_outlook(m, case.phi + np.eye(len(pci), dtype=np.float32), raw)
    coi = (theirs.coi - theirs.coi.mean()) / theirs.coi.std()
    assert furthest(coi, harvard["coi"][:, 0]) < 1e-5
    assert furthest(np.where(m, 0, theirs.cog + theirs.density * raw), harvard["cog"]) < 1e-5


def test_proximity_and_density_are_those_of_economic_complexity(
    case: Case, datawheel: tuple[Any, Any]
) -> None:
    package, quotients = datawheel
    assert furthest(case.quotients, quotients) < 1e-9
    assert furthest(case.phi, package.proximity(quotients).to_numpy()) < 1e-6
    assert furthest(case.outlook.density, package.relatedness(quotients).to_numpy()) < 1e-6


def test_complexity_of_economic_complexity_is_the_18th_reflection(
    case: Case, datawheel: tuple[Any, Any]
) -> None:
    package, quotients = datawheel
    eci, pci = package.complexity(quotients)
    ours = reflections(case.there, 18)[0], reflections(case.there, 19)[1]
    for theirs, mine, index in zip((eci, pci), ours, (case.found.eci, case.found.pci), strict=True):
        assert furthest((mine - mine.mean()) / mine.std(ddof=1), theirs) < 1e-6
        assert np.corrcoef(theirs, index)[0, 1] > 0.994


def test_gain_of_economic_complexity_is_rebuilt_from_its_choices(
    case: Case, datawheel: tuple[Any, Any]
) -> None:
    package, quotients = datawheel
    m, pci = case.there, case.found.pci
    theirs = package.opportunity_gain(quotients, pci=quotients.iloc[0] * 0 + pci).to_numpy()
    around = case.phi.sum(axis=0, dtype=np.float64)  # of the activity itself, not of the one it leads to
    mine = ((1 - m) * pci) @ case.phi / around - (1 - (1 - m) @ case.phi / around) * pci
    assert furthest(mine, theirs) < 1e-6
    assert np.abs(mine - case.outlook.cog)[~m].max() > 0.1
