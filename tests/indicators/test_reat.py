"""Every number that REAT 3.0.3 printed for the data of validation_lq_eg, and the printed textbook example."""

from __future__ import annotations

import re
from pathlib import Path

import numpy as np
import polars as pl
import pytest

from chainmend.indicators.agglomeration import cluster_index, ellison_glaeser, ellison_glaeser_by
from chainmend.indicators.gini import quotient_gini
from chainmend.indicators.specialisation import hoover, krugman, location_quotient

Table = dict[str, dict[str, str]]

# R prints so many significant digits of the smallest number of a column
PRINTED = {"rtol": 5e-7, "atol": 5e-9}


def blocks(folder: Path) -> dict[str, list[str]]:
    """Title -> lines of each part of what REAT printed."""
    text = (folder / "expected_reat_3.0.3.txt").read_text("utf-8")
    parts = re.split(r"^## ", text, flags=re.MULTILINE)[1:]
    return {title: rest.splitlines() for title, _newline, rest in (p.partition("\n") for p in parts)}


def tables(lines: list[str], first_column: str) -> list[Table]:
    """The matrices among `lines`, R's groups of columns joined: row -> column -> text."""
    found: list[Table] = []
    columns: list[str] = []
    for line in lines:
        if re.match(r"\s{6,}\S", line):  # nothing stands over the names of the rows
            columns = re.findall(r"Gamma i|G i|z Gi|K i|HHI i|[A-Z]{2}", line)
            if columns[0] == first_column:
                found.append({})
        elif columns and line.strip():
            name, *cells = line.rsplit(maxsplit=len(columns))
            found[-1].setdefault(name, {}).update(zip(columns, cells, strict=True))
    return found


def numbers(lines: list[str]) -> list[float]:
    """Numbers of R's printed vectors."""
    return [float(x) for line in lines for x in re.sub(r"^\s*\[\d+\]", "", line).split()]


@pytest.fixture(scope="module")
def folder(shared: Path) -> Path:
    return shared / "data" / "validation_lq_eg"


@pytest.fixture(scope="module")
def printed(folder: Path) -> dict[str, list[str]]:
    return blocks(folder)


@pytest.fixture(scope="module")
def goettingen(folder: Path) -> tuple[np.ndarray, np.ndarray]:
    """Employees by section of the city and of Germany, 2017; the last number is what stands in no section.

    That is 0 for Germany and 2,120 for the city: for its quotients REAT was given the totals of all.
    """
    frame = pl.read_csv(folder / "Goettingen.csv.gz")
    city, country = (frame[c].to_numpy().astype(float) for c in ("Goettingen2017", "BRD2017"))
    city, country = (np.append(x[1:], x[0] - x[1:].sum()) for x in (city, country))
    assert (city[-1], country[-1]) == (2120, 0)
    return city, country


@pytest.fixture(scope="module")
def laender(folder: Path) -> pl.DataFrame:
    return pl.read_csv(folder / "G_regions_industries.csv.gz").sort("region_code", "ind_code")


def grid(frame: pl.DataFrame, column: str) -> np.ndarray:
    """Regions x industries."""
    return frame[column].to_numpy().astype(float).reshape(frame["region_code"].n_unique(), -1)


def matrix(table: Table) -> np.ndarray:
    """Regions x industries, as we lay them out; REAT has industries as rows."""
    return np.array([[float(x) for x in row.values()] for row in table.values()]).T


def test_nothing_that_reat_printed_is_left_out(printed: dict[str, list[str]]) -> None:
    tested = (
        "ellison.a2",
        "locq Goettingen",
        "gini.spec / krugman.spec",
        "locq2",
        "litzenberger2",
        "Published",
    )
    assert [title.startswith(name) for title, name in zip(printed, tested, strict=True)] == [True] * 6


def test_ellison_glaeser_of_the_42_firms(folder: Path, printed: dict[str, list[str]]) -> None:
    firms = pl.read_csv(folder / "FK2014_EGC.csv.gz")
    found = ellison_glaeser_by(
        firms["emp_firm"].to_numpy(), firms["region"].to_list(), firms["industry"].to_list()
    )
    short, full = tables(printed["ellison.a2(FK2014_EGC)"], "Gamma i")
    assert len(full) == len(found) == len(short) == 4
    for industry, row in full.items():
        eg = found[industry]
        assert eg.firms == int(row["K i"])
        ours = [eg.gamma, eg.g, eg.z, eg.hhi]
        np.testing.assert_allclose(
            ours, [float(row[c]) for c in ("Gamma i", "G i", "z Gi", "HHI i")], **PRINTED
        )
        np.testing.assert_allclose(eg.gamma, float(short[industry]["Gamma i"]), **PRINTED)


def test_ellison_glaeser_of_the_textbook(printed: dict[str, list[str]]) -> None:
    regions, sizes, totals, value = printed[next(t for t in printed if t.startswith("Published"))]
    region = [int(n) * [name] for name, n in re.findall(r"(\w+) x(\d)", regions)]
    names = [r[0] for r in region]
    employees = [float(x) for x in sizes.split(": ")[1].split(",")]
    reference = {name: float(x) for name, x in re.findall(r"(\w+) (\d+)", totals.split(": ")[1])}
    where = np.array([names.index(name) for group in region for name in group])
    found = ellison_glaeser(employees, where, [reference[name] for name in names])
    assert round(found.gamma, 8) == float(value.split(" = ")[1]) == 0.05990628


def test_location_quotients_of_goettingen(
    goettingen: tuple[np.ndarray, np.ndarray], printed: dict[str, list[str]]
) -> None:
    city, country = goettingen
    expected = numbers(printed["locq Goettingen 2017"])
    assert len(expected) == 15
    ours = location_quotient(city[None, :-1], country[:-1])[0]
    np.testing.assert_allclose(ours * city[:-1].sum() / city.sum(), expected, **PRINTED)


def test_gini_and_krugman_of_goettingen(
    goettingen: tuple[np.ndarray, np.ndarray], printed: dict[str, list[str]]
) -> None:
    city, country = goettingen
    gini, k = numbers(printed["gini.spec / krugman.spec Goettingen 2017"])
    ours = [quotient_gini(city[:-1], country[:-1]), krugman(city[:-1], country[:-1])]
    np.testing.assert_allclose(ours, [gini, k], **PRINTED)
    assert hoover(city, country) == krugman(city, country) / 2


def test_location_quotients_of_the_laender(laender: pl.DataFrame, printed: dict[str, list[str]]) -> None:
    twice = tables(printed["locq2 G.regions.industries (emp)"], "BB")
    ours = location_quotient(grid(laender, "emp_all"))
    assert ours.shape == (16, 17)
    assert len(twice) == 2
    assert list(twice[0]["WZ08-B"]) == laender["region_code"].unique(maintain_order=True).to_list()
    for table in twice:
        np.testing.assert_allclose(ours, matrix(table), **PRINTED)


def test_cluster_indices_of_the_laender(laender: pl.DataFrame, printed: dict[str, list[str]]) -> None:
    twice = tables(printed["litzenberger2 G.regions.industries"], "BB")
    once = laender.unique("region_code", maintain_order=True)
    ours = cluster_index(
        grid(laender, "emp_all"), grid(laender, "firms"), once["area_sqkm"].to_numpy(), once["pop"].to_numpy()
    )
    assert len(twice) == 2
    for table in twice:
        theirs = matrix(table)
        unknown = np.isnan(theirs)  # Bremen has mines and no miner: 0/0 there, 0 here
        assert unknown.sum() == 1
        assert (ours[unknown] == 0).all()
        np.testing.assert_allclose(ours[~unknown], theirs[~unknown], **PRINTED)
