"""A dataset in euro is scanned, stressed and scoped without a word of yuan; amounts are shown and never converted."""

from __future__ import annotations

import datetime as dt
import json
from pathlib import Path

import polars as pl
import pytest
from tests.cli.test_main import run

from chainmend.chain.catalogue import load_catalogue
from chainmend.chain.growth import growth
from chainmend.chain.output import city_parts
from chainmend.dataset import Dataset, Place
from chainmend.errors import DatasetError, ScopeError
from chainmend.intake.reader import read_dataset
from chainmend.intake.writer import write_dataset
from chainmend.names import is_currency, money
from chainmend.placement.assign import place

ABOUT = """\
city: Musterstadt
province: Musterland
country: DEU
date: 2025-12-31
synthetic: true
code_system: NACE Rev. 2
units: {money: thousand}
"""
FIRMS = """\
firm_id,name,industry_code,country,province,city,output
F1,Muster Guss GmbH,24.51,DEU,Musterland,Musterstadt,400000
F2,Muster Lager AG,28.15,DEU,Musterland,Musterstadt,60000
F3,Muster Maschinen SE,28.41,DEU,Musterland,Musterstadt,4
"""
LINKS = "supplier_id,buyer_id,year,amount\nF1,F2,2025,20000\nF2,F3,2025,30000\n"
ON = ("--catalogue", "demo-region-nace")


@pytest.fixture
def euro(tmp_path: Path) -> Path:
    folder = tmp_path / "euro"
    folder.mkdir()
    about = ABOUT + "currency: EUR\n"
    for name, text in (("dataset.yaml", about), ("firms.csv", FIRMS), ("supply_links.csv", LINKS)):
        (folder / name).write_text(text, "utf-8")
    return folder


@pytest.fixture(autouse=True)
def wide(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "220")


@pytest.mark.parametrize("language", ["en", "zh"])
@pytest.mark.parametrize("command", ["check", "scan", "stress", "days", "esri", "why", "scope"])
def test_every_output_is_in_euro(
    command: str, language: str, euro: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    words = {
        "check": ("check", str(euro)),
        "scan": ("scan", str(euro), *ON, "--out", str(tmp_path / "scan")),
        "stress": ("stress", str(euro), *ON, "--firm", "F1"),
        "days": ("stress", str(euro), *ON, "--firm", "F1", "--days", "30"),
        "esri": ("esri", str(euro), *ON),
        "why": ("esri", str(euro), *ON, "--why", "F1"),
        "scope": ("catalogue", "scope", str(euro), *ON),
    }[command]
    code, out, _err = run(capsys, *words, "--lang", language)
    assert code == 0
    assert "yuan" not in out.lower()
    assert "CNY" not in out
    for word in ("欧元", "元件", "单元"):  # euro, and words of the catalogue
        out = out.replace(word, "€" if word == "欧元" else "")
    assert "元" not in out
    if command not in ("check", "scan"):
        assert ("亿€" if language == "zh" else "m EUR") in out
    told = json.loads(run(capsys, *words, "--json")[1])
    assert told.get("manifest", told)["currency"] == "EUR"
    assert "yuan" not in json.dumps(told)


def test_amounts_are_what_they_were(euro: Path, capsys: pytest.CaptureFixture[str]) -> None:
    out = run(capsys, "catalogue", "scope", str(euro), *ON)[1]
    assert "active firms 3, output 460 m EUR" in out
    told = json.loads(run(capsys, "stress", str(euro), *ON, "--firm", "F1", "--json")[1])
    assert told["output"] == 460_004_000
    assert told["lost"]["own"] == 400_000_000


def test_it_is_kept_and_is_part_of_the_fingerprint_only_where_it_is_not_the_default(
    euro: Path, tmp_path: Path
) -> None:
    dataset = read_dataset(euro)
    write_dataset(dataset, tmp_path / "again")
    again = read_dataset(tmp_path / "again")
    assert (again.currency, again.fingerprint) == ("EUR", dataset.fingerprint)
    (euro / "dataset.yaml").write_text(ABOUT, "utf-8")
    silent = read_dataset(euro)
    (euro / "dataset.yaml").write_text(ABOUT + "currency: CNY\n", "utf-8")
    assert silent.currency == "CNY"
    assert silent.fingerprint == read_dataset(euro).fingerprint != dataset.fingerprint
    write_dataset(silent, tmp_path / "silent")
    assert "currency" not in (tmp_path / "silent" / "dataset.yaml").read_text("utf-8")


@pytest.mark.parametrize("code", ["Euro", "eur", "XTS", "XAU", "12", "[EUR]"])
def test_what_is_no_currency_is_refused(code: str, euro: Path) -> None:
    (euro / "dataset.yaml").write_text(ABOUT + f"currency: {code}\n", "utf-8")
    with pytest.raises(DatasetError, match="currency") as caught:
        read_dataset(euro)
    assert caught.value.where == "dataset.yaml"
    with pytest.raises(DatasetError, match="currency: Taler"):
        Dataset(Place("A"), dt.date(2025, 1, 1), {"firms": pl.DataFrame()}, currency="Taler")


def test_two_currencies_are_not_compared(euro: Path) -> None:
    catalogue, parts = load_catalogue("demo-region-nace"), []
    for about in (
        ABOUT + "currency: EUR\n",
        ABOUT.replace("2025-12-31", "2024-12-31"),
    ):
        (euro / "dataset.yaml").write_text(about, "utf-8")
        (euro / "supply_links.csv").unlink(missing_ok=True)
        dataset = read_dataset(euro)
        parts.append(city_parts(dataset, catalogue, place(dataset, catalogue)))
    with pytest.raises(ScopeError, match="amounts in EUR beside amounts in CNY"):
        growth(parts[0], parts[1], "codes")


@pytest.mark.parametrize(
    ("code", "zh", "en"),
    [
        ("CNY", "5 亿元", "500 m yuan"),
        ("USD", "5 亿美元", "500 m USD"),
        ("CHF", "5 亿瑞士法郎", "500 m CHF"),
        ("ZWG", "5 亿 ZWG", "500 m ZWG"),  # no Chinese name is known
    ],
)
def test_each_language_writes_money_its_own_way(code: str, zh: str, en: str) -> None:
    assert is_currency(code)
    assert money(5e8, code) == (zh, en)
