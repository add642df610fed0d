"""One form of a text, and scopes without what every firm writes."""

from __future__ import annotations

import pytest

from chainmend.placement.text import clauses, plain


@pytest.mark.parametrize(
    ("text", "one"),
    [
        ("ＲＶ　减速器", "rv减速器"),
        ("RV 减速器", "rv减速器"),
        ("  Plasma\n Etcher ", "plasma etcher"),
        ("１２英寸 硅片", "12英寸硅片"),
        ("", ""),
    ],
)
def test_a_text_has_one_form(text: str, one: str) -> None:
    assert plain(text) == one
    assert plain(plain(text)) == one


@pytest.mark.parametrize(
    "scope",
    [
        "货物进出口；技术进出口",
        "一般项目：技术服务、技术开发、技术咨询、技术交流、技术转让、技术推广",
        "进出口代理（依法须经批准的项目，经相关部门批准后方可开展经营活动）",
        "（除依法须经批准的项目外，凭营业执照依法自主开展经营活动）",
        "",
    ],
)
def test_what_every_firm_writes_says_nothing(scope: str) -> None:
    assert clauses(scope) == []


@pytest.mark.parametrize(
    ("scope", "told"),
    [
        ("许可项目：特种设备制造；锂电池制造。货物进出口", ["特种设备制造", "锂电池制造"]),
        ("It makes chips. It sells robots.", ["It makes chips", "It sells robots"]),
    ],
)
def test_a_scope_falls_into_clauses(scope: str, told: list[str]) -> None:
    assert clauses(scope) == told
