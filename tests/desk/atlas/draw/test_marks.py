"""Shapes have the area they stand for, and strips a cell a segment."""

from __future__ import annotations

import math
import re
from xml.etree import ElementTree

import pytest

from chainmend.desk.atlas.draw.marks import icon, mark, strip
from chainmend.desk.atlas.states import STATES


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


def test_a_strip_has_a_cell_a_segment() -> None:
    drawn = ElementTree.fromstring(strip([list(STATES), ["ok"]], "six"))
    assert len(drawn.findall("rect")) == 6
    assert drawn.get("aria-label") == "six"
