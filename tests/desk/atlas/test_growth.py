"""Growth is compared on one scope or not at all."""

from __future__ import annotations

from chainmend.desk.atlas.growth import same_scope
from chainmend.indicators.scope import Figure, Scope

OUTPUT = Scope("gross_output", "规上工业", 2025)
INDUSTRY = Figure("规上工业", OUTPUT, growth=0.052)


def test_a_difference_is_in_points_and_keeps_the_bound() -> None:
    found = same_scope(Figure("人工智能", OUTPUT, growth=0.2, bound="lower"), (INDUSTRY,))
    assert found is not None
    assert (round(found.points, 6), found.bound) == (14.8, "lower")


def test_another_scope_has_no_difference() -> None:
    for scope in (
        Scope("revenue", "规上工业", 2025),
        Scope("gross_output", "规上工业", 2024),
        Scope("gross_output", "规上工业", 2025, 11),
        Scope("gross_output", "规上工业", 2025, basis="real"),
    ):
        assert same_scope(Figure("人工智能", scope, growth=0.2), (INDUSTRY,)) is None


def test_a_bound_of_all_industry_bounds_nothing() -> None:
    bound = Figure("规上工业", OUTPUT, growth=0.052, bound="lower")
    assert same_scope(Figure("人工智能", OUTPUT, growth=0.2), (bound,)) is None
