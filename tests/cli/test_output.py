"""How tables of Chinese sentences are broken into lines."""

from __future__ import annotations

from itertools import pairwise

import pytest
from rich.cells import cell_len

from chainmend.cli.output import _breaks

SENTENCE = "暴露度由 0.52 升至 0.67；新进入主要供应商：示例甲（10%）、示例乙（9%），另有 1 个"


@pytest.mark.parametrize("width", [12, 20, 40])
def test_lines_fill_their_width_and_begin_with_no_closing_mark(width: int) -> None:
    at = [0, *_breaks(SENTENCE, width), len(SENTENCE)]
    lines = [SENTENCE[a:b].rstrip() for a, b in pairwise(at)]
    assert "".join(lines).replace(" ", "") == SENTENCE.replace(" ", "")
    assert max(map(cell_len, lines)) <= width
    assert not [x for x in lines if x[0] in "，。；：、）"]
    assert min(map(cell_len, lines[:-1])) > width - 10
    assert not [x for x in lines if x.endswith("0.")]


def test_what_fits_is_one_line() -> None:
    assert _breaks("本地企业 3 家", 80) == []
