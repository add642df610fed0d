"""The made-up city keeps its contracts, its totals and its word that it is made up."""

from __future__ import annotations

import datetime as dt
import json
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import polars as pl
import pytest

from chainmend.chain.catalogue import load_catalogue
from chainmend.cli import main
from chainmend.demo import DemoCity, make_city
from chainmend.demo.city import CLUSTER_GROWTH, VALUE_ADDED, cluster_output
from chainmend.demo.customs import MONTHS
from chainmend.demo.planted import own_terms
from chainmend.errors import SettingsError
from chainmend.tables import ADDED, TABLES

if TYPE_CHECKING:
    from chainmend.chain.model import Catalogue
    from chainmend.dataset import Dataset


@pytest.fixture(scope="module")
def catalogue() -> Catalogue:
    return load_catalogue("hangzhou-296x")


@pytest.fixture(scope="module")
def city(catalogue: Catalogue) -> DemoCity:
    return make_city(firms=600, seed=4, catalogue=catalogue)


@pytest.fixture(params=["now", "later"])
def dataset(city: DemoCity, request: pytest.FixtureRequest) -> Dataset:
    made: Dataset = getattr(city, request.param)
    return made


def test_every_row_keeps_its_contract(dataset: Dataset) -> None:
    for name, frame in dataset.tables.items():
        good, refused = TABLES[name].filter(frame)
        assert good.height == frame.height > 0, (name, refused.counts())


def test_everything_says_that_it_is_made_up(dataset: Dataset) -> None:
    assert dataset.synthetic
    assert dataset.place.city.startswith("示例")
    for table in ("firms", "institutes"):
        assert dataset.tables[table]["name"].str.starts_with("示例").all()
    assert dataset.tables["firms"]["name"].n_unique() == dataset.tables["firms"].height


def test_outputs_sum_to_the_stated_total(dataset: Dataset) -> None:
    local = dataset.firms.filter(pl.col("place") == "local")
    assert local["output"].sum() == cluster_output(dataset.date)
    money = dataset.tables["statistics"].filter(pl.col("unit") == "yuan")
    stated = money.filter(pl.col("subject") == dataset.place.city)
    assert stated["value"].to_list() == [cluster_output(dataset.date)]


def test_totals_are_those_of_the_public_figures(city: DemoCity) -> None:
    year_before, now = cluster_output(dt.date(2024, 12, 31)), cluster_output(city.now.date)
    assert year_before == VALUE_ADDED / 0.20 * 0.50 == 1_102_250_000_000
    assert now / year_before - 1 == pytest.approx(CLUSTER_GROWTH, abs=1e-12)
    assert now < cluster_output(city.later.date) < now * (1 + CLUSTER_GROWTH)
    figures = city.now.tables["statistics"]
    of_2024 = figures.filter((pl.col("measure") == "value_added") & (pl.col("year") == 2024))
    added = of_2024.filter(~pl.col("subject").str.starts_with("示例"))
    assert added["value"].to_list() == [440.9e9]


def test_accounts_are_known_of_local_firms_only_and_hang_together(dataset: Dataset) -> None:
    figures = dataset.firms.select("place", *ADDED["firms"], "output")
    own, others = (figures.filter((pl.col("place") == "local") == here) for here in (True, False))
    assert others.select(ADDED["firms"]).null_count().sum_horizontal()[0] == 5 * others.height
    assert 0.05 < own["rd"].null_count() / own.height < 0.15
    assert own.drop("rd").null_count().sum_horizontal()[0] == 0
    assert own.filter(
        (pl.col("rd") > 0.09 * pl.col("revenue") + 1) | (pl.col("exports") > pl.col("revenue"))
    ).is_empty()
    assert 0.9 < own["revenue"].sum() / own["output"].sum() < 1.1
    assert dataset.tables["districts"]["area"].min() == 150.0


def test_customs_are_of_forty_months_and_a_later_date_changes_none(city: DemoCity) -> None:
    keys = ["year", "month", "flow", "hs", "partner"]
    now, later = (d.tables["customs"] for d in (city.now, city.later))
    for customs, date in ((now, city.now.date), (later, city.later.date)):
        months = customs.select("year", "month").unique().sort("year", "month").rows()
        assert len(months) == MONTHS
        assert months[-1] == (date.year, date.month)
        assert customs["quantity"].null_count() == 0
    both = now.join(later, on=keys, suffix="_later")
    assert both.height == now.height * (MONTHS - 6) // MONTHS
    assert both["value"].equals(both["value_later"], check_names=False)


def test_made_up_peers_stand_on_the_scope_of_value_added(dataset: Dataset) -> None:
    peers = dataset.tables["statistics"].filter(pl.col("subject").str.contains("^示例[甲乙丙]市$"))
    assert peers["subject"].n_unique() == 3
    assert set(peers.filter(pl.col("unit") == "yuan")["measure"]) == {"value_added"}
    assert peers["source"].str.starts_with("示例数据").all()


def test_lists_and_quarterly_growth_are_made_up_and_clusters_grow_as_all_of_them_did(
    dataset: Dataset,
) -> None:
    table = dataset.tables["statistics"]
    lists = table.filter(pl.col("universe") == "示例榜单")
    assert sorted(set(lists["subject"])) == sorted([dataset.place.city, "示例甲市", "示例乙市", "示例丙市"])
    assert lists.height == 20
    quarterly = table.filter((pl.col("months").is_in([3, 6, 9])) & (pl.col("measure") == "gross_output"))
    assert quarterly.height == 2 * 3 * 12 + (dataset.date.month == 6)  # and what the firms sum to
    for made_up in (lists, quarterly):
        assert made_up["source"].str.starts_with("示例数据").all()
    of_2025 = table.filter(
        pl.col("growth").is_not_null() & (pl.col("year") == 2025) & (pl.col("months") == 12)
    )
    rates = dict(of_2025.filter(pl.col("measure") == "gross_output").select("subject", "growth").iter_rows())
    assert len(rates) == 13
    clusters = [rate for subject, rate in rates.items() if subject not in ("296X", "规上工业")]
    assert sum(clusters) / len(clusters) == pytest.approx(CLUSTER_GROWTH, abs=0.005)


def test_firms_elsewhere_have_coordinates_patents_and_some_are_in_talks(dataset: Dataset) -> None:
    firms, talks = dataset.firms, dataset.tables["talks"]
    assert firms.select("lon", "lat").null_count().sum_horizontal()[0] == 0
    owners = firms.join(dataset.tables["patents"], left_on="firm_id", right_on="owner_id")
    assert set(owners["place"].cast(pl.String)) == {"local", "region", "country"}
    called = firms.join(talks, on="firm_id")
    assert called.height == talks.height == 3
    assert set(called["place"].cast(pl.String)) <= {"region", "country"}


def test_firms_do_not_all_grow_at_one_rate(city: DemoCity) -> None:
    both = city.now.firms.join(city.later.firms, on="firm_id", suffix="_later")
    grown = both.select(grown=pl.col("output_later") / pl.col("output"))["grown"]
    assert 0.03 < grown.log().std() < 0.07  # type: ignore[operator]


def test_every_place_has_firms(dataset: Dataset) -> None:
    assert set(dataset.firms["place"].cast(pl.String)) == {"local", "region", "country", "abroad"}


def test_nothing_is_later_than_the_dataset(dataset: Dataset) -> None:
    for table, column in (("trades", "date"), ("needs", "date"), ("patents", "date"), ("firms", "founded")):
        assert dataset.tables[table][column].max() <= dataset.date  # type: ignore[operator]
    assert dataset.tables["supply_links"]["year"].unique().sort().to_list() == [
        dataset.date.year - 1,
        dataset.date.year,
    ]


def test_links_are_the_trades_of_twelve_months(dataset: Dataset) -> None:
    last = dataset.date
    ended = (
        pl.when(pl.col("date") > last.replace(year=last.year - 1)).then(last.year).otherwise(last.year - 1)
    )
    summed = (
        dataset.tables["trades"]
        .group_by(supplier_id="seller_id", buyer_id="buyer_id", year=ended.cast(pl.Int32))
        .agg(pl.col("amount").sum(), trades=pl.len().cast(pl.Int64))
    )
    keys = ["supplier_id", "buyer_id", "year"]
    assert summed.sort(keys).equals(dataset.tables["supply_links"].sort(keys))


def test_no_local_firm_sells_more_than_it_makes(dataset: Dataset) -> None:
    sold = dataset.tables["supply_links"].group_by("supplier_id", "year").agg(pl.col("amount").sum())
    both = sold.join(
        dataset.firms.filter(pl.col("place") == "local"), left_on="supplier_id", right_on="firm_id"
    )
    assert both.filter(pl.col("amount") > pl.col("output") * 1.001 + 100).is_empty()


def test_products_stand_on_one_segment(city: DemoCity, catalogue: Catalogue) -> None:
    owner = {term: s for s, terms in own_terms(catalogue).items() for term in terms}
    placed = city.now.tables["products"].with_columns(segment=pl.col("product").replace_strict(owner))
    assert placed.group_by("firm_id").agg(pl.col("segment").n_unique())["segment"].max() == 1
    assert placed["firm_id"].n_unique() == city.now.tables["firms"].height == 600


def test_the_same_seed_makes_the_same_city(city: DemoCity, catalogue: Catalogue) -> None:
    again = make_city(firms=600, seed=4, catalogue=catalogue)
    other = make_city(firms=600, seed=5, catalogue=catalogue)
    assert again.now.fingerprint == city.now.fingerprint
    assert again.later.fingerprint == city.later.fingerprint
    assert again.planted == city.planted
    assert other.now.fingerprint != city.now.fingerprint


def test_firms_of_now_are_there_later(city: DemoCity) -> None:
    columns = ["firm_id", "name", "city", "industry_code"]
    now, later = (d.tables["firms"].select(columns) for d in (city.now, city.later))
    assert later.head(now.height).equals(now)
    assert later.height > now.height


def test_large_cities_have_no_single_trades(catalogue: Catalogue) -> None:
    large = make_city(firms=20_001, catalogue=catalogue).now
    assert not large.has("trades")
    assert large.has("supply_links")


def test_too_few_firms_are_refused_with_the_number_needed(catalogue: Catalogue) -> None:
    with pytest.raises(SettingsError, match=r"5 firms.*at least \d+"):
        make_city(firms=5, catalogue=catalogue)


def test_too_few_segments_are_refused(catalogue: Catalogue) -> None:
    with pytest.raises(SettingsError, match="0 segments with a buyer"):
        make_city(catalogue=replace(catalogue, clusters=()))


def run(capsys: pytest.CaptureFixture[str], *arguments: str) -> tuple[object, str, str]:
    with pytest.raises(SystemExit) as ended:
        main(list(arguments))
    captured = capsys.readouterr()
    return ended.value.code, captured.out, captured.err


def test_the_command_runs_the_whole_loop(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    out = tmp_path / "demo"
    arguments = ("demo", "--out", str(out), "--firms", "600", "--no-desk")
    code, text, _err = run(capsys, *arguments, "--json")
    told = json.loads(text)
    assert code == 0
    assert told["synthetic"] is True
    assert [(s["found"], s["false"]) for s in told["scores"]] == [(s["planted"], 0) for s in told["scores"]]
    changes = {(e["event"], e["segment_id"]) for e in told["changed"]}
    assert {("opened", g["segment_id"]) for g in told["planted"]["later"]["new"]} <= changes
    assert {p.name for p in out.iterdir()} >= {"dataset-1", "dataset-2", "scan-1", "scan-2", "list"}
    assert json.loads((out / "planted.json").read_text("utf-8")) == told["planted"]

    made = make_city(firms=600)
    code, text, _err = run(capsys, "--lang", "zh", *arguments)
    assert code == 0
    assert text.count("示例数据，不代表任何企业或城市。") == 2
    assert f"预埋的缺口，以及 {made.now.date} 扫描的结果" in text
    assert "未找出" not in text
    assert "非预埋的发现 0 个" in text


def test_a_folder_of_somebody_else_is_left_alone(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "list").mkdir()
    code, _out, err = run(capsys, "demo", "--out", str(tmp_path), "--firms", "600")
    assert code == 2
    assert "no demo wrote" in err
    assert [p.name for p in tmp_path.iterdir()] == ["list"]
