"""Ratios of the evaluation, worked out by hand."""

from __future__ import annotations

import polars as pl
import pytest

from chainmend.placement.evaluate import evaluate


def placed(*rows: tuple[str, str, float]) -> pl.DataFrame:
    return pl.DataFrame(
        rows, schema={"firm_id": pl.String, "segment_id": pl.String, "weight": pl.Float64}, orient="row"
    )


def labelled(*rows: tuple[str, str | None, str]) -> pl.DataFrame:
    return pl.DataFrame(
        rows, schema={"firm_id": pl.String, "segment_id": pl.String, "label": pl.String}, orient="row"
    )


SAMPLE = labelled(
    ("1", "a", "A"),
    ("2", "a", "A"),
    ("3", "b|c", "B"),
    ("4", "b|c", "B"),
    ("5", None, "bank"),
    ("6", "", "bank"),
)
PLACED = placed(
    ("1", "a", 1.0),
    ("2", "b", 0.7),
    ("2", "a", 0.3),
    ("3", "c", 1.0),
    ("5", "a", 1.0),
    ("9", "a", 1.0),  # in no sample
)


def test_ratios_worked_out_by_hand() -> None:
    found = evaluate(PLACED, SAMPLE)
    assert (found.firms, found.on_segments) == (6, 4)
    assert found.precision == 2 / 4  # 1 and 3 of 1, 2, 3, 5
    assert found.recall == 2 / 4
    assert found.coverage == 3 / 4  # 4 was not placed
    # A: firm 1 is right, 1 and 5 claim it; B: firm 3 is right, 2 and 3 claim it
    assert found.classes.select("label", "firms", "right", "claimed", "f1").rows() == [
        ("A", 2, 1, 2, 0.5),
        ("B", 2, 1, 2, 0.5),
    ]
    assert found.macro_f1 == 0.5


def test_confusions_name_what_was_taken_for_what() -> None:
    assert evaluate(PLACED, SAMPLE).confusions.rows() == [("A", "b", 1), ("B", "none", 1), ("bank", "a", 1)]


def test_the_most_frequent_confusions_come_first_and_there_are_ten_at_most() -> None:
    labels = labelled(*((f"{n:02}", "a", f"L{n:02}") for n in range(12)), ("90", "a", "Z"), ("91", "a", "Z"))
    confusions = evaluate(placed(), labels).confusions
    assert confusions.height == 10
    assert confusions.row(0) == ("Z", "none", 2)


def test_the_greatest_weight_counts_and_of_equal_ones_the_first_by_id() -> None:
    rows = [("1", "b", 0.5), ("1", "a", 0.5), ("2", "a", 0.4), ("2", "b", 0.6)]
    labels = labelled(("1", "a", "A"), ("2", "b", "B"))
    for order in (rows, rows[::-1]):
        assert evaluate(placed(*order), labels).macro_f1 == 1


def test_outside_the_judged_segments_counts_as_not_placed() -> None:
    labels = labelled(("1", None, "bank"), ("2", "a", "A"))
    found = evaluate(placed(("1", "z", 1.0), ("2", "z", 1.0)), labels, among={"a"})
    assert (found.precision, found.recall, found.coverage) == (None, 0, 0)
    assert found.confusions.rows() == [("A", "none", 1)]


def test_several_rows_of_a_firm_accept_each_of_their_segments() -> None:
    labels = pl.DataFrame({"firm_id": ["1", "1"], "segment_id": ["a", "b"]})
    found = evaluate(placed(("1", "b", 1.0)), labels)
    assert (found.firms, found.recall, found.classes.height) == (1, 1, 1)


@pytest.mark.parametrize("labels", [labelled(), labelled(("1", None, "bank"))])
def test_what_cannot_be_computed_is_unknown(labels: pl.DataFrame) -> None:
    found = evaluate(placed(), labels)
    assert (found.precision, found.recall, found.macro_f1, found.coverage) == (None, None, None, None)
    assert found.confusions.is_empty()


def test_less_confidence_than_asked_for_counts_as_not_placed() -> None:
    rows = placed(("1", "a", 1.0), ("2", "b", 1.0)).with_columns(confidence=pl.Series([0.8, 0.2]))
    labels = labelled(("1", "a", "A"), ("2", None, "bank"))
    assert evaluate(rows, labels).precision == 0.5
    assert evaluate(rows, labels, confidence=0.3).precision == 1


def test_a_mistake_is_one_claim_divided_over_the_labels_that_accept_the_segment() -> None:
    labels = labelled(("1", "a", "A"), ("2", "a|b", "B"), ("3", "c", "C"), ("4", None, "bank"))
    rows = placed(("1", "a", 1.0), ("2", "b", 1.0), ("3", "a", 1.0), ("4", "a", 1.0))
    # 3 and 4 stand wrongly on a, which A and B accept: each has one claim of the two
    assert evaluate(rows, labels).classes.select("label", "right", "claimed").rows() == [
        ("A", 1, 2.0),
        ("B", 1, 2.0),
        ("C", 0, 0.0),
    ]
