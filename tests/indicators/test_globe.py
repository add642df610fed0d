"""Distances on the globe, held against arcs that everybody knows."""

from __future__ import annotations

import math

import numpy as np

from chainmend.indicators.globe import on_the_globe, pairs


def test_a_degree_on_the_equator_and_the_other_side_of_the_earth() -> None:
    points = on_the_globe([0, 1, 180], [0, 0, 0], "x")
    arcs = next(pairs(points))
    np.testing.assert_allclose(arcs, [math.pi * 6371.0088 * f for f in (1 / 180, 1, 179 / 180)], rtol=1e-9)
