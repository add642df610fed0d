"""What is kept of outputs gives the errors of the whole outputs, however large these are."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from chainmend.errors import PilotError
from chainmend.pilot.comparing import KEEP, compare, cosine, decode, digest, errors, moments


@given(
    size=st.integers(1, 5000), place=st.integers(0, 4999), seed=st.integers(0, 99), off=st.floats(1e-3, 1e3)
)
@settings(max_examples=60, deadline=None)
def test_one_wrong_value_anywhere_is_found(size: int, place: int, seed: int, off: float) -> None:
    expected = np.random.default_rng(seed).standard_normal(size)
    got = expected.copy()
    got[place % size] += off
    kept = compare("y", got, expected, expected)
    found = errors([kept])
    assert found.absolute == np.abs(got - expected).max()
    assert found.error == (np.abs(got - expected) / np.maximum(1, np.abs(expected))).max()
    assert found.relative == (np.abs(got - expected) / np.abs(expected)).max()
    assert found.repeat == (np.abs(got - expected) / np.maximum(1, np.abs(got))).max()
    assert not found.repeats
    assert min(size, KEEP) <= len(kept.places) <= KEEP + 4


@pytest.mark.parametrize("size", [2, 200, 50_000])
def test_cosine_is_that_of_the_whole_output(size: int) -> None:
    """Also where a few values only are kept, and the worst stand out among them."""
    a, b = np.random.default_rng(1).standard_normal((2, size))
    b[size // 2] += 1000
    right = a @ b / np.linalg.norm(a) / np.linalg.norm(b)
    assert errors([compare("y", a, a, b)]).cosine == pytest.approx(right, rel=1e-12)


def test_cosine_of_zeros_of_large_numbers_and_of_what_is_no_number() -> None:
    def of(a: list[float], b: list[float]) -> float:
        return cosine(moments(np.array(a), np.array(b)))

    assert of([0, 0], [0, 0]) == 1
    assert of([0, 0], [1, 0]) == 0
    assert of([1e300, 1e300], [1e-300, 1e-300]) == pytest.approx(1)
    assert of([1, 0], [-1, 0]) == -1
    assert moments(np.array([np.nan]), np.ones(1)) == (0, 0, 0)


def test_equal_infinities_are_right_and_others_are_not() -> None:
    e = np.array([np.inf, -np.inf, np.nan, 1.0])
    assert errors([compare("y", e, e, e)]).error == 0
    for place in range(4):
        got = e.copy()
        got[place] = 2.0 if place < 3 else np.inf
        assert errors([compare("y", got, got, e)]).error == np.inf


def test_types_are_compared_by_value() -> None:
    whole = np.array([1, 2, 3])
    assert errors([compare("y", whole.astype("f2"), whole.astype("f2"), whole.astype("f4"))]).error == 0
    assert errors([compare("y", whole > 1, whole > 1, np.array([0, 1, 1]))]).error == 0
    with pytest.raises(PilotError, match=r"y: an output of type .*; expected: numbers"):
        compare("y", np.array(["a"]), np.array(["a"]), np.array(["a"]))


def test_shapes_that_differ_keep_no_values() -> None:
    kept = compare("y", np.ones((1, 3)), np.ones((1, 3)), np.ones(3))
    assert (kept.shape, kept.reference_shape, kept.places, kept.got) == ((1, 3), (3,), (), "")
    assert not errors([kept]).shapes


def test_digest_is_of_type_shape_and_value_and_not_of_the_layout_in_memory() -> None:
    a = np.arange(6.0).reshape(2, 3)
    same = {digest(a), digest(np.asfortranarray(a)), digest(a.astype(">f8"))}
    other = {digest(a.T), digest(a.astype("f4")), digest(a + 1), digest(a.reshape(-1))}
    assert (len(same), len(other), same & other) == (1, 4, set())


def test_values_that_cannot_be_read_are_refused() -> None:
    kept = compare("y", np.ones(2), np.ones(2), np.ones(2))
    for text in ("", "AAAA", "***", kept.got + "A", kept.got[:-4]):
        with pytest.raises(PilotError, match="y: values that cannot be read"):
            decode(text, kept)


def test_nothing_compared_is_nothing_wrong() -> None:
    found = errors([])
    assert (found.error, found.cosine, found.top1, found.repeats) == (0, 1, None, True)
