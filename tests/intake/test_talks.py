"""Firms in talks, as an office keeps them."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

from chainmend.intake.reader import read_dataset

from .city import quarantined, write

FIRMS = "企业编号,企业名称,所在城市\nf1,甲公司,杭州市\nf2,乙公司,宁波市\n"


def test_talks_under_chinese_headings_and_words(tmp_path: Path) -> None:
    talks = "企业编号,环节,洽谈阶段,洽谈日期,洽谈单位\nf2,ic.etchers,在谈,2025-03-01,投促局\nf1,ic.etchers,终止,,\n"
    read = read_dataset(write(tmp_path, {"企业.csv": FIRMS, "在谈企业.csv": talks}))
    assert read.tables["talks"].sort("firm_id").rows() == [
        ("f1", "ic.etchers", "ended", None, None),
        ("f2", "ic.etchers", "negotiating", dt.date(2025, 3, 1), "投促局"),
    ]


def test_bad_rows_are_refused(tmp_path: Path) -> None:
    talks = "firm_id,segment_id,stage\nf2,s,hopeful\nf9,s,contact\nf2,t,contact\n"
    read = read_dataset(write(tmp_path, {"企业.csv": FIRMS, "talks.csv": talks}))
    assert read.tables["talks"]["segment_id"].to_list() == ["t"]
    assert sorted((r["column"], r["rule"]) for r in quarantined(tmp_path, "talks")) == [
        ("firm_id", "unknown_firm"),
        ("stage", "unknown_word"),
    ]
