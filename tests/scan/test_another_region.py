"""A region in another country and another code system goes through the whole program: nothing of a city is wired in."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import polars as pl
import pytest

from chainmend.chain.catalogue import load_catalogue
from chainmend.chain.output import city_parts, measure
from chainmend.demo import make_city
from chainmend.intake.reader import read_dataset
from chainmend.intake.writer import write_dataset
from chainmend.placement.assign import place
from chainmend.scanning import scan

if TYPE_CHECKING:
    from chainmend.dataset import Dataset

ABOUT = """\
city: Musterstadt
province: Musterland
country: DEU
date: 2025-12-31
synthetic: true
code_system: NACE Rev. 2
"""
FIRMS = """\
firm_id,name,industry_code,country,province,city,output
F1,Muster Guss GmbH,C24.51,DEU,Musterland,Musterstadt,40000000
F2,Muster Lager AG,28.15,DEU,Musterland,Musterstadt,60000000
F3,Muster Maschinen SE,2841,DEU,Musterland,Musterstadt,90000000
F4,Muster Antriebe KG,27.11,DEU,Musterland,Nachbarstadt,30000000
F5,Exemple Optique SA,26.70,FRA,Exemplaire,Exempleville,20000000
F6,Muster Chirurgie GmbH,32.50,DEU,Musterland,Musterstadt,
F7,Muster Bank AG,64.19,DEU,Musterland,Musterstadt,10000000
"""
PRODUCTS = """\
firm_id,product
F2,Spindle bearings
F3,CNC lathes and machining centres
F4,Servo motors
F5,Rod lenses
F6,Surgical instruments
"""


@pytest.fixture
def region(tmp_path: Path) -> Path:
    folder = tmp_path / "region"
    folder.mkdir()
    for name, text in (("dataset.yaml", ABOUT), ("firms.csv", FIRMS), ("products.csv", PRODUCTS)):
        (folder / name).write_text(text, "utf-8")
    return folder


def segments(dataset: Dataset, catalogue: str) -> dict[str, list[str]]:
    placed = place(dataset, load_catalogue(catalogue))
    return dict(placed.group_by("firm_id").agg(pl.col("segment_id").sort()).iter_rows())


def test_firms_are_placed_by_products_and_by_codes_in_any_form(region: Path) -> None:
    found = segments(read_dataset(region), "demo-region-nace")
    assert found == {
        "F1": ["mt.castings"],  # by its code alone, with the letter of the section
        "F2": ["mt.bearings"],
        "F3": ["mt.machining-centres"],
        "F4": ["mt.servo-drives"],
        "F5": ["med.optics"],
        "F6": ["med.surgical-instruments"],
    }


def test_a_code_without_its_dot_agrees_as_well(region: Path) -> None:
    placed = place(read_dataset(region), load_catalogue("demo-region-nace"))
    (row,) = placed.filter(pl.col("firm_id") == "F3").to_dicts()
    assert row["confidence"] == pytest.approx(0.9)


def test_the_scan_knows_near_from_far(region: Path) -> None:
    found = scan(read_dataset(region), load_catalogue("demo-region-nace"))
    facts = {r["segment_id"]: r for r in found.segment_facts.to_dicts()}
    assert found.manifest["notes"] == []
    assert facts["mt.bearings"]["firms"] == 1
    assert facts["mt.servo-drives"]["firms_region"] == 1
    assert facts["med.optics"]["firms_abroad"] == 1
    missing = set(found.findings.filter(pl.col("kind") == "missing")["segment_id"])
    assert "mt.numerical-control" in missing
    assert "mt.bearings" not in missing
    assert set(found.findings["cluster_id"]) <= {"machine-tools", "medical-technology"}


def test_output_is_counted_by_dotted_codes(region: Path) -> None:
    catalogue, dataset = load_catalogue("demo-region-nace"), read_dataset(region)
    parts = city_parts(dataset, catalogue, place(dataset, catalogue))
    counted = {row.cluster_id: row.counted.output for row in measure(parts, "codes").clusters}
    assert counted["machine-tools"] == pytest.approx(0.5 * 40e6 + 0.9 * 60e6 + 90e6)


def test_codes_of_another_system_are_left_out_and_that_is_said(region: Path) -> None:
    """2451 is the casting of iron in NACE and the making of electric toys in GB/T 4754-2017."""
    dataset, catalogue = read_dataset(region), load_catalogue("hangzhou-296x")
    assert "F1" not in segments(dataset, "hangzhou-296x")
    assert "F3" in segments(dataset, "hangzhou-296x")
    (note,) = scan(dataset, catalogue).manifest["notes"]
    assert "NACE Rev. 2" in note
    assert "GB/T 4754-2017" in note


def test_a_dataset_that_does_not_say_is_read_in_the_catalogues_system(region: Path) -> None:
    (region / "dataset.yaml").write_text(ABOUT.replace("code_system: NACE Rev. 2\n", ""), "utf-8")
    dataset = read_dataset(region)
    assert dataset.code_system is None
    assert segments(dataset, "demo-region-nace")["F1"] == ["mt.castings"]


@pytest.mark.parametrize("told", ["nace rev.2", "NACE Rev 2"])
def test_the_name_of_the_system_may_be_written_otherwise(told: str, region: Path) -> None:
    (region / "dataset.yaml").write_text(ABOUT.replace("NACE Rev. 2", told), "utf-8")
    assert segments(read_dataset(region), "demo-region-nace")["F1"] == ["mt.castings"]


def test_the_system_is_kept_and_is_part_of_the_fingerprint(region: Path, tmp_path: Path) -> None:
    dataset = read_dataset(region)
    write_dataset(dataset, tmp_path / "again")
    assert read_dataset(tmp_path / "again").code_system == "NACE Rev. 2"
    assert read_dataset(tmp_path / "again").fingerprint == dataset.fingerprint
    (region / "dataset.yaml").write_text(ABOUT.replace("NACE Rev. 2", "ISIC Rev. 4"), "utf-8")
    assert read_dataset(region).fingerprint != dataset.fingerprint


@pytest.mark.parametrize("about", [None, ABOUT.replace("country: DEU\n", "")], ids=["no file", "no country"])
def test_a_country_that_is_not_told_is_that_of_the_city(about: str | None, region: Path) -> None:
    (region / "dataset.yaml").unlink()
    if about:
        (region / "dataset.yaml").write_text(about, "utf-8")
    dataset = read_dataset(region)
    assert (dataset.place.city, dataset.place.country) == ("Musterstadt", "DEU")
    assert dataset.firms.filter(pl.col("firm_id") == "F1")["place"].to_list() == ["local"]


def test_codes_that_a_workbook_holds_as_numbers(region: Path) -> None:
    """28.12 stays 28.12, and 26.60 became 26.6: the group whose only class it is."""
    (region / "firms.csv").unlink()
    (region / "products.csv").unlink()
    firms = {"firm_id": ["F1", "F2"], "name": ["A", "B"], "country": ["DEU"] * 2, "city": ["Musterstadt"] * 2}
    pl.DataFrame(firms | {"industry_code": [28.12, 26.6]}).write_excel(
        region / "firms.xlsx", worksheet="firms", float_precision=4
    )
    read = read_dataset(region)
    assert read.tables["firms"].sort("firm_id")["industry_code"].to_list() == ["28.12", "26.6"]
    assert segments(read, "demo-region-nace") == {
        "F1": ["mt.hydraulics"],
        "F2": ["med.endoscopes", "med.imaging"],
    }


def test_codes_that_a_table_holds_as_numbers(region: Path) -> None:
    (region / "firms.csv").unlink()
    firms = {"firm_id": ["F1", "F2", "F3"], "name": ["A", "B", "C"], "country": ["DEU"] * 3}
    pl.DataFrame(firms | {"industry_code": [28.12, 26.6, 1.11]}).write_parquet(region / "firms.parquet")
    read = read_dataset(region).tables["firms"].sort("firm_id")
    assert read["industry_code"].to_list() == ["28.12", "26.60", "01.11"]


def test_a_made_up_city_lives_on_this_catalogue_as_well() -> None:
    catalogue = load_catalogue("demo-region-nace")
    city = make_city(firms=400, seed=1, catalogue=catalogue)
    found = scan(city.now, catalogue)
    assert found.manifest["counts"]["placed"] == 400
    assert set(found.findings["segment_id"]) <= set(catalogue.segments)
    assert "missing" in found.findings["kind"].to_list()
