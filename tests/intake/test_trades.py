"""Trades are summed exactly, whatever their order, and bad rows are told apart with file, row and rule."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import polars as pl
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from polars.testing import assert_frame_equal

from chainmend.errors import DatasetError, TableError
from chainmend.intake.trades import SummedTrades, sum_trades
from chainmend.tables import SupplyLinks

LATEST = dt.date(2025, 12, 31)
RENAME = {"销方": "seller_id", "购方": "buyer_id", "开票日期": "date", "金额": "amount"}
ROWS = """销方,购方,开票日期,金额
A,B,2024-03-01,1.5
A,B,2024/4/2,"1,000.25"
A,B,20240503,2
A,B,2025年1月5日,3
A,B,2024-03-01,-7
A,B,2024-03-01,约五万
A,B,2026-01-01,1
A,A,2024-03-01,1
A,X,2024-03-01,1
B,A,2024.06.01,0.5
"""


def summed(path: Path, text: str = ROWS, encoding: str = "utf-8", **options: object) -> SummedTrades:
    path.write_bytes(text.encode(encoding))
    keywords: dict[str, object] = {"rename": RENAME, "factor": 1.0, "latest": LATEST, "firm_ids": ["A", "B"]}
    return sum_trades([path], **(keywords | options))  # type: ignore[arg-type]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030"])
def test_good_rows_are_summed_and_bad_ones_told_apart(tmp_path: Path, encoding: str) -> None:
    kept = tmp_path / "quarantine" / "trades.csv"
    result = summed(tmp_path / "交易.csv", encoding=encoding, rejected_to=kept)
    assert result.links.rows() == [
        ("A", "B", 2024, 1003.75, 3),
        ("A", "B", 2025, 3.0, 1),
        ("B", "A", 2024, 0.5, 1),
    ]
    SupplyLinks.validate(result.links)
    assert (result.read, result.rejected) == (10, 5)
    assert pl.read_csv(kept, infer_schema=False).rows() == [
        ("交易.csv", "6", "amount", "amount_negative", "-7"),
        ("交易.csv", "7", "amount", "amount_unreadable", "约五万"),
        ("交易.csv", "8", "date", "date_after_dataset", "2026-01-01"),
        ("交易.csv", "9", "buyer_id", "sold_to_itself", "A"),
        ("交易.csv", "10", "buyer_id", "buyer_unknown", "X"),
    ]
    assert sum(result.reasons.values()) == 5


def test_what_an_earlier_reading_refused_does_not_stay(tmp_path: Path) -> None:
    kept = tmp_path / "trades.csv"
    summed(tmp_path / "t.csv", rejected_to=kept)
    assert kept.exists()
    summed(tmp_path / "t.csv", "销方,购方,开票日期,金额\nA,B,2024-01-01,1\n", rejected_to=kept)
    assert not kept.exists()


@pytest.mark.parametrize(
    ("row", "rule"),
    [
        (",B,2024-01-01,1", "seller_missing"),
        ("A, ,2024-01-01,1", "buyer_missing"),
        ("A,B,,1", "date_unreadable"),
        ("A,B,epoch,1", "date_unreadable"),
        ("A,B,2024-02-30,1", "date_unreadable"),
        ("A,B,0024-02-03,1", "date_unreadable"),
        ("A,B,2024-01-01,", "amount_unreadable"),
        ("A,B,2024-01-01", "amount_unreadable"),
        ("A,B,2024-01-01,nan", "amount_unreadable"),
        ("A,B,2024-01-01,inf", "amount_unreadable"),
        ("A,B,2024-01-01,1e300", "amount_unreadable"),
        ("X,B,2024-01-01,1", "seller_unknown"),
    ],
)
def test_each_fault_has_its_rule(tmp_path: Path, row: str, rule: str) -> None:
    text = f"销方,购方,开票日期,金额\n{row}\nA,B,2024-01-01,1\n"
    result = summed(tmp_path / "t.csv", text)
    assert result.reasons == {rule: 1}
    assert result.links["trades"].to_list() == [1]


def test_amounts_are_multiplied_into_yuan_and_any_firm_is_taken_without_a_list(tmp_path: Path) -> None:
    text = "\ufeff金额;购方;销方;备注;开票日期\n12.3456;Y;X;注;2024-12-31 23:59:59\n"
    result = summed(tmp_path / "t.csv", text, factor=10_000.0, firm_ids=None)
    assert result.links.rows() == [("X", "Y", 2024, 123456.0, 1)]


def test_several_files_of_both_formats(tmp_path: Path) -> None:
    rows = {"seller_id": ["A"], "buyer_id": ["B"], "date": [dt.date(2024, 1, 1)], "amount": [0.1]}
    pl.DataFrame(rows).write_parquet(tmp_path / "o'ne.parquet")
    pl.DataFrame(rows).write_csv(tmp_path / "two.csv")
    files = [tmp_path / "o'ne.parquet", tmp_path / "two.csv"]
    result = sum_trades(files, rename={}, factor=1, latest=LATEST)
    assert result.links.rows() == [("A", "B", 2024, 0.2, 2)]


def test_no_files_and_no_rows_give_an_empty_table(tmp_path: Path) -> None:
    assert sum_trades([], rename={}, factor=1, latest=LATEST).links.is_empty()
    result = summed(tmp_path / "t.csv", "销方,购方,开票日期,金额\n")
    assert (result.read, result.rejected, result.links.height) == (0, 0, 0)
    SupplyLinks.validate(result.links)


def test_unusable_files_are_errors_that_say_where(tmp_path: Path) -> None:
    with pytest.raises(TableError, match="no column date, amount among: 销方, 购方"):
        summed(tmp_path / "t.csv", "销方,购方\nA,B\n")
    with pytest.raises(DatasetError, match="no such file"):
        sum_trades([tmp_path / "none.csv"], rename={}, factor=1, latest=LATEST)
    (tmp_path / "x.csv").write_bytes(b"\xff\xff\xff\n")
    with pytest.raises(DatasetError, match="unknown encoding"):
        sum_trades([tmp_path / "x.csv"], rename={}, factor=1, latest=LATEST)


@pytest.mark.parametrize(
    "rows", ['A,"B,2024-01-01,1\nA,B,2024-01-01,1\n', '"A,B,2024-01-01,1\nA,B,2024-01-01,1\n']
)
def test_a_quote_that_is_never_closed_swallows_nothing_unsaid(tmp_path: Path, rows: str) -> None:
    with pytest.raises(DatasetError, match=r"2 lines give only [01] rows"):
        summed(tmp_path / "t.csv", "销方,购方,开票日期,金额\n" + rows)


@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_blank_lines_inner_quotes_and_spare_cells_do_no_harm(tmp_path: Path, end: str) -> None:
    rows = ["销方,购方,开票日期,金额", "A,B,2024-01-01,1", "", "A,B,2024-01-01,1,9", 'A"x,B,2024-01-01,1', ""]
    result = summed(tmp_path / "t.csv", end.join(rows))
    assert (result.read, result.reasons) == (3, {"seller_unknown": 1})


TRADE = st.tuples(
    st.sampled_from("ABC"), st.sampled_from("DEF"), st.integers(2022, 2024), st.integers(0, 10**13)
)


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(trades=st.lists(TRADE, min_size=1, max_size=60), seed=st.randoms(use_true_random=False))
def test_sums_equal_a_plain_group_by_in_any_order(tmp_path: Path, trades: list, seed) -> None:  # type: ignore[no-untyped-def, type-arg]
    frame = pl.DataFrame(trades, schema=["supplier_id", "buyer_id", "year", "fen"], orient="row")
    expected = (
        frame.group_by("supplier_id", "buyer_id", "year")
        .agg(pl.col("fen").sum().alias("amount"), pl.len().cast(pl.Int64).alias("trades"))
        .with_columns(pl.col("year").cast(pl.Int32))
        .sort("supplier_id", "buyer_id", "year")
    )
    results = []
    for order in (trades, seed.sample(trades, len(trades))):
        lines = [f"{s},{b},{y}-06-30,{fen // 100}.{fen % 100:02d}" for s, b, y, fen in order]
        (tmp_path / "t.csv").write_text("seller_id,buyer_id,date,amount\n" + "\n".join(lines), "utf-8")
        results.append(sum_trades([tmp_path / "t.csv"], rename={}, factor=1.0, latest=LATEST).links)
    assert_frame_equal(results[0], results[1], check_exact=True)
    fen = results[0].with_columns((pl.col("amount") * 100).round().cast(pl.Int64))
    assert_frame_equal(fen, expected, check_exact=True)


def test_more_trades_than_the_memory_allowed_spill_and_leave_nothing_behind(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    import tempfile

    (tmp_path / "temp").mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path / "temp"))
    n = 300_000
    numbers = pl.int_range(n, eager=True)
    pl.DataFrame(
        {
            "seller_id": "a long name of a seller " + numbers.cast(pl.String),
            "buyer_id": "a long name of a buyer " + (numbers * 7919 % n).cast(pl.String),
            "date": pl.repeat(dt.date(2024, 5, 1), n, eager=True),
            "amount": numbers / 100,
        }
    ).write_parquet(tmp_path / "t.parquet")
    result = sum_trades([tmp_path / "t.parquet"], rename={}, factor=1, latest=LATEST, memory="64MB")
    assert (result.read, result.rejected) == (n, 0)
    assert result.links["amount"].sum() == pytest.approx(n * (n - 1) / 200)
    assert list((tmp_path / "temp").iterdir()) == []
