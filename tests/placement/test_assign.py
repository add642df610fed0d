"""Which firms stand on which segments, on a catalogue small enough to work out by hand."""

from __future__ import annotations

import datetime as dt
import json
from typing import Any

import polars as pl
import pytest

from chainmend.chain.model import Catalogue, Chain, Cluster, Segment, Stage, Terms, Text
from chainmend.dataset import Dataset, Place
from chainmend.errors import DatasetError
from chainmend.placement.assign import explain, place
from chainmend.tables import empty

TODAY = dt.date(2025, 12, 31)


def segment(name: str, zh: tuple[str, ...], **more: Any) -> Segment:
    terms = Terms(zh=zh, en=more.pop("en", ()), exclude=more.pop("exclude", ()))
    return Segment(
        id=name,
        name=Text(name, name),
        what=Text("", ""),
        stage="s",
        chain_id="c",
        cluster_id="k",
        terms=terms,
        **more,
    )


SEGMENTS = (
    segment("etch", ("刻蚀机", "刻蚀设备"), en=("plasma etcher",), codes=("3562",), hs=("848620",)),
    segment("robot", ("工业机器人", "机器人"), exclude=("扫地",), codes=("3491",)),
    segment("welding", ("焊接机器人",), codes=("3424", "3491")),
    segment("battery", ("锂电池",), codes=("3841",), en=("lithium battery",)),
)


def small_catalogue() -> Catalogue:
    chain = Chain("c", Text("链", "Chain"), "k", (Stage("s", Text("段", "Stage")),), SEGMENTS)
    cluster = Cluster("k", Text("群", "Cluster"), "future", "open", (chain,))
    return Catalogue("x", "1", Text("目录", "Catalogue"), "GB/T 4754-2017", (cluster,))


def table(name: str, rows: list[dict[str, Any]]) -> pl.DataFrame:
    bare = empty(name)
    return pl.DataFrame(rows, schema=bare.schema) if rows else bare


def city(
    firms: dict[str, dict[str, Any]],
    products: list[tuple[str, str] | tuple[str, str, float]] = (),  # type: ignore[assignment]
    overrides: list[dict[str, Any]] = (),  # type: ignore[assignment]
    hs: dict[str, str] | None = None,
) -> Dataset:
    rows = [
        {"firm_id": f, "name": f, "country": "CHN", "status": "active", "leader": False, **more}
        for f, more in firms.items()
    ]
    sold = [
        {
            "firm_id": p[0],
            "product": p[1],
            "share": p[2] if len(p) > 2 else None,
            "hs": (hs or {}).get(p[1]),
        }
        for p in products
    ]
    tables = {"firms": table("firms", rows), "products": table("products", sold)}
    if overrides:
        tables["overrides"] = table("overrides", list(overrides))
    return Dataset(Place("杭州市", "浙江省"), TODAY, tables, synthetic=True)


def weights(dataset: Dataset) -> dict[str, dict[str, float]]:
    out: dict[str, dict[str, float]] = {}
    for row in place(dataset, small_catalogue()).iter_rows(named=True):
        out.setdefault(row["firm_id"], {})[row["segment_id"]] = row["weight"]
    return out


def only(dataset: Dataset) -> dict[str, Any]:
    found = place(dataset, small_catalogue())
    assert found.height == 1
    return found.row(0, named=True)


@pytest.mark.parametrize(
    ("product", "where"),
    [
        ("刻蚀机", "etch"),
        ("12英寸等离子刻蚀设备", "etch"),
        ("Plasma Etcher", "etch"),
        ("ＰＬＡＳＭＡ　ＥＴＣＨＥＲ", "etch"),  # full width
        ("六轴工业机器人", "robot"),
        ("焊接机器人", "welding"),  # the longest term, not the shorter one within it
    ],
)
def test_a_product_names_its_segment(product: str, where: str) -> None:
    row = only(city({"1": {}}, [("1", product)]))
    assert (row["segment_id"], row["weight"], row["basis"]) == (where, 1.0, "product")
    assert 0 < row["confidence"] <= 1


@pytest.mark.parametrize("product", ["扫地机器人", "服务", "其他", "平衡项目"])
def test_an_excluded_or_generic_product_places_nowhere(product: str) -> None:
    assert weights(city({"1": {}}, [("1", product)])) == {}


def test_shares_of_products_become_weights() -> None:
    found = weights(city({"1": {}}, [("1", "刻蚀机", 0.6), ("1", "锂电池", 0.2), ("1", "房租", 0.2)]))
    assert found["1"]["etch"] == pytest.approx(0.75)
    assert found["1"]["battery"] == pytest.approx(0.25)


def test_products_without_shares_count_alike() -> None:
    found = weights(city({"1": {}}, [("1", "刻蚀机"), ("1", "锂电池")]))
    assert found == {"1": {"battery": pytest.approx(0.5), "etch": pytest.approx(0.5)}}


def test_a_code_places_a_firm_that_lists_no_product() -> None:
    row = only(city({"1": {"industry_code": "3841"}}))
    assert (row["segment_id"], row["basis"], row["weight"]) == ("battery", "code", 1.0)


def test_a_code_of_several_segments_is_weaker_than_one_of_a_single_segment() -> None:
    found = place(city({"1": {"industry_code": "3841"}, "2": {"industry_code": "3491"}}), small_catalogue())
    alone = found.filter(pl.col("firm_id") == "1")["confidence"].max()
    shared = found.filter(pl.col("firm_id") == "2")["confidence"].max()
    assert isinstance(alone, float)
    assert shared is None or (isinstance(shared, float) and shared < alone)


def test_an_hs_code_of_a_product_names_a_segment() -> None:
    assert weights(city({"1": {}}, [("1", "型号 Q7")], hs={"型号 Q7": "848620"})) == {"1": {"etch": 1.0}}


def test_the_scope_text_places_with_less_confidence_than_a_product() -> None:
    scope = "一般项目：锂电池制造；货物进出口（依法须经批准的项目，经相关部门批准后方可开展经营活动）"
    told = only(city({"1": {"scope_text": scope}}))
    assert (told["segment_id"], told["basis"]) == ("battery", "text")
    assert told["confidence"] < only(city({"1": {}}, [("1", "锂电池")]))["confidence"]


def test_the_text_is_not_heard_where_products_speak() -> None:
    row = only(city({"1": {"scope_text": "锂电池制造"}}, [("1", "刻蚀机")]))
    assert row["segment_id"] == "etch"


def test_no_evidence_no_row() -> None:
    firms = {
        "1": {},
        "2": {"scope_text": "货物进出口；技术服务、技术开发、技术咨询"},
        "3": {"industry_code": "6620"},
    }
    assert weights(city(firms)) == {}


def test_no_firms_no_rows_but_the_same_columns() -> None:
    some = place(city({"1": {}}, [("1", "刻蚀机")]), small_catalogue())
    none = place(city({}), small_catalogue())
    assert none.height == 0
    assert none.schema == some.schema
    assert some.columns == ["firm_id", "segment_id", "weight", "confidence", "basis", "evidence"]


def test_the_evidence_names_product_and_term() -> None:
    evidence = only(city({"1": {}}, [("1", "六轴工业机器人")]))["evidence"]
    json.loads(evidence)
    assert "六轴工业机器人" in json.dumps(json.loads(evidence), ensure_ascii=False)


def test_an_override_wins_and_keeps_its_weights() -> None:
    by_people = [
        {"firm_id": "1", "segment_id": "battery", "weight": 0.25},
        {"firm_id": "1", "segment_id": "robot", "weight": 0.75},
    ]
    dataset = city({"1": {"industry_code": "3562"}}, [("1", "刻蚀机")], by_people)
    assert weights(dataset) == {"1": {"battery": pytest.approx(0.25), "robot": pytest.approx(0.75)}}
    assert set(place(dataset, small_catalogue())["basis"]) == {"override"}


def test_overrides_without_weights_share_equally() -> None:
    by_people = [{"firm_id": "1", "segment_id": s} for s in ("robot", "etch")]
    assert weights(city({"1": {}}, [], by_people)) == {"1": {"etch": 0.5, "robot": 0.5}}


def test_an_override_to_none_takes_a_firm_off_all_segments() -> None:
    dataset = city(
        {"1": {}, "2": {}}, [("1", "刻蚀机"), ("2", "刻蚀机")], [{"firm_id": "1", "segment_id": "none"}]
    )
    assert set(weights(dataset)) == {"2"}


def test_an_override_to_an_unknown_segment_names_firm_and_segment() -> None:
    with pytest.raises(DatasetError) as error:
        place(city({"1": {}}, [], [{"firm_id": "1", "segment_id": "moon"}]), small_catalogue())
    assert "moon" in str(error.value)


def many() -> Dataset:
    names = ["刻蚀机", "锂电池", "工业机器人", "焊接机器人", "房租"]
    firms = {f"f{n:03}": {"industry_code": "3491" if n % 3 else "3841"} for n in range(200)}
    products = [(f"f{n:03}", names[(n * k) % 5], 0.1 + 0.07 * k) for n in range(200) for k in (1, 2, 3)]
    return city(firms, list({(p[0], p[1]): p for p in products}.values()))


def test_the_weights_of_a_firm_sum_to_one() -> None:
    found = place(many(), small_catalogue())
    sums = found.group_by("firm_id").agg(pl.col("weight").sum(), pl.col("segment_id").is_duplicated().any())
    assert (sums["weight"] - 1).abs().max() < 1e-12  # type: ignore[operator]
    assert not sums["segment_id"].any()
    assert found["weight"].min() > 0  # type: ignore[operator]
    assert found["confidence"].is_between(0, 1).all()


def test_the_order_of_rows_changes_nothing() -> None:
    dataset = many()
    mixed = {name: frame.sample(fraction=1, shuffle=True, seed=3) for name, frame in dataset.tables.items()}
    once = place(dataset, small_catalogue())
    again = place(Dataset(dataset.place, dataset.date, mixed, synthetic=True), small_catalogue())
    assert once.equals(again)
    assert once.equals(once.sort("firm_id", "segment_id"))


def test_a_firm_is_explained_by_id_and_by_name() -> None:
    dataset = city({"1": {"name": "某某科技", "industry_code": "3562"}}, [("1", "刻蚀机"), ("1", "房租")])
    told = explain(dataset, small_catalogue(), "某某科技")
    assert told == explain(dataset, small_catalogue(), "1")
    assert [p["segment_id"] for p in told["placements"]] == ["etch"]
    assert told["silent_products"] == ["房租"]


def test_an_unknown_firm_is_an_error_that_names_similar_ones() -> None:
    with pytest.raises(DatasetError) as error:
        explain(city({"1": {"name": "某某科技有限公司"}}), small_catalogue(), "某某科技")
    assert "某某科技有限公司" in str(error.value)


def test_a_code_that_agrees_raises_weight_and_confidence() -> None:
    products = [(firm, product) for firm in ("1", "2") for product in ("刻蚀机", "锂电池")]
    found = place(city({"1": {"industry_code": "3562"}, "2": {}}, products), small_catalogue())
    etch = {row["firm_id"]: row for row in found.filter(pl.col("segment_id") == "etch").iter_rows(named=True)}
    assert etch["1"]["weight"] > etch["2"]["weight"] == 0.5
    assert etch["1"]["confidence"] > etch["2"]["confidence"]


def test_a_side_business_is_less_sure_than_a_main_one() -> None:
    main = city({"1": {}}, [("1", "刻蚀机", 0.9), ("1", "房租", 0.1)])
    side = city({"1": {}}, [("1", "刻蚀机", 0.02), ("1", "房租", 0.98)])
    assert only(side)["confidence"] < only(main)["confidence"]


def test_an_override_leaves_other_firms_alone() -> None:
    plain = city({"1": {}, "2": {}}, [("1", "刻蚀机"), ("2", "锂电池")])
    corrected = city(
        {"1": {}, "2": {}}, [("1", "刻蚀机"), ("2", "锂电池")], [{"firm_id": "1", "segment_id": "robot"}]
    )
    assert weights(corrected)["2"] == weights(plain)["2"]
