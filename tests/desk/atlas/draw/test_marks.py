"""Shapes have the area they stand for, and strips a cell a segment."""

from __future__ import annotations

import math
import re
from pathlib import Path
from xml.etree import ElementTree

import pytest

from chainmend.desk.atlas.draw import marks
from chainmend.desk.atlas.draw.marks import icon, mark, strip
from chainmend.desk.atlas.states import STATES, counted
from chainmend.desk.worklist.templatetags.worklist import strip as tag


@pytest.mark.parametrize("state", STATES)
def test_every_state_has_a_well_formed_shape_of_its_own(state: str) -> None:
    assert ElementTree.fromstring(icon(state)).tag == "svg"
    assert sum(icon(state) == icon(other) for other in STATES) == 1


def test_shapes_of_one_output_have_one_area() -> None:
    r = 10.0
    square = [float(n) for n in re.findall(r"-?[\d.]+", mark("outside", r))[:2]]
    assert 2 * square[1] ** 2 == pytest.approx(math.pi * r**2, rel=0.01)
    side, low = (float(n) for n in re.findall(r"M(-?[\d.]+) (-?[\d.]+)", mark("single", r))[0])
    tip = float(re.findall(r"L0 ([\d.]+)", mark("single", r))[0])
    assert abs(side) * (tip - low) == pytest.approx(math.pi * r**2, rel=0.01)


def test_a_strip_has_a_cell_a_segment_and_says_its_counts() -> None:
    drawn = ElementTree.fromstring(strip([list(STATES), ["ok"]]))
    assert len(drawn.findall("rect")) == len(STATES) + 1
    assert drawn.get("aria-label") == counted([*STATES, "ok"])
    assert not drawn.findall("path")


def test_the_arrow_of_a_strip_stands_under_its_cell() -> None:
    drawn = ElementTree.fromstring(strip([["ok", "ok"], ["ok"]], here=2))
    (arrow,) = drawn.findall("path")
    at = float(re.findall(r"M([\d.]+)", arrow.get("d") or "")[0])
    cell = drawn.findall("rect")[2]
    assert at == pytest.approx(float(cell.get("x") or 0) + float(cell.get("width") or 0) / 2, abs=0.1)


def test_there_is_one_drawing_of_the_strip() -> None:
    """Tiles, entries and the list draw it by the same function."""
    parts = Path(marks.__file__).parents[2]
    drawing = [p.name for p in parts.rglob("*.py") if 'class="strip"' in p.read_text(encoding="utf-8")]
    assert drawing == ["marks.py"]
    stages = ((("a", "missing"), ("b", "ok")), (("c", "single"),))
    assert tag(stages, "c") == strip([["missing", "ok"], ["single"]], here=2)
    assert tag(stages, "none") == strip([["missing", "ok"], ["single"]])
