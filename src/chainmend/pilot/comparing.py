"""Outputs beside their reference: what is kept of them, and what is derived from what is kept.

Of a small output every value is kept; of a large one evenly spaced values, and those where the chip is worst: the
largest errors of the whole output are therefore among them, and whoever reads the result derives them again. The
cosine is that of the whole output: a few values, the worst among them, would not give it.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from chainmend.errors import PilotError
from chainmend.i18n import _
from chainmend.pilot.record import Compared

if TYPE_CHECKING:
    import numpy.typing as npt

    from chainmend.pilot.trial import Array, Arrays

    Floats = npt.NDArray[np.float64]

KEEP = 256
"""Values kept of an output that has more."""
_ROWS = 512


@dataclass(frozen=True)
class Errors:
    """Distance of outputs from their reference; infinite where a value is no finite number and should be.

    Attributes
    ----------
    error
        Most of ``|got - expected| / max(1, |expected|)``.
    absolute, relative
        Most of ``|got - expected|``, and of it over ``|expected|`` where that is not 0.
    cosine
        Least of all outputs.
    top1
        Share of rows whose largest value stands at the same place, None where there are no rows.
    repeat
        As `error`, of the second run against the first.
    repeats
        Whether both runs gave the same bytes.
    shapes
        Whether shapes are those of the reference.
    """

    error: float
    absolute: float
    relative: float
    cosine: float
    top1: float | None
    repeat: float
    repeats: bool
    shapes: bool


def digest(*arrays: Array) -> str:
    """SHA-256 of dtypes, shapes and bytes.

    Examples
    --------
    >>> digest(np.zeros(2)) == digest(np.zeros((2, 1)))
    False
    """
    found = hashlib.sha256()
    for array in arrays:
        if array.dtype.hasobject:
            found.update(repr((array.shape, array.tolist())).encode())
            continue
        little = array.astype(array.dtype.newbyteorder("<"), copy=False)
        found.update(f"{little.dtype.str}{little.shape}".encode())
        found.update(np.ascontiguousarray(little).tobytes())
    return found.hexdigest()


def digest_all(arrays: Arrays) -> str:
    """SHA-256 of named arrays, whatever their order.

    Examples
    --------
    >>> digest_all({"a": np.zeros(2), "b": np.ones(1)}) == digest_all({"b": np.ones(1), "a": np.zeros(2)})
    True
    """
    return hashlib.sha256("".join(f"{n}:{digest(arrays[n])};" for n in sorted(arrays)).encode()).hexdigest()


def compare(name: str, got: Array, again: Array, expected: Array) -> Compared:
    """Keep of an output, of its second run and of its reference what a verdict is derived from.

    Parameters
    ----------
    name
        Of the output.
    got, again, expected
        Arrays of numbers; where their shapes differ no values are kept.

    Raises
    ------
    PilotError
        If one holds something else than numbers.

    Examples
    --------
    >>> kept = compare("out", np.array([1.0, 2.5]), np.array([1.0, 2.5]), np.array([1.0, 2.0]))
    >>> errors([kept]).absolute
    0.5
    """
    for array in (got, again, expected):
        if array.dtype.kind not in "fiub":
            raise PilotError(
                _("an output of type {type}").format(type=array.dtype), expected=_("numbers"), where=name
            )
    same = got.shape == expected.shape == again.shape
    g, a, e = (np.ravel(x).astype("<f8") for x in (got, again, expected)) if same else [np.zeros(0)] * 3
    places = _places(g, a, e)
    return Compared(
        name=name,
        dtype=str(got.dtype),
        shape=got.shape,
        reference_shape=expected.shape,
        sha256=digest(got),
        again=digest(again),
        reference=digest(expected),
        places=tuple(int(p) for p in places),
        got=encode(g[places]),
        expected=encode(e[places]),
        repeated=encode(a[places]),
        moments=moments(g, e),
        top_got=tops(got) if same else (),
        top_expected=tops(expected) if same else (),
    )


def errors(outputs: Iterable[Compared]) -> Errors:
    """Derive how far outputs are from their reference.

    Raises
    ------
    PilotError
        If what was kept cannot be read.

    Examples
    --------
    >>> kept = compare("out", np.array([100.0]), np.array([100.5]), np.array([101.0]))
    >>> found = errors([kept])
    >>> round(found.error, 4), found.repeats, round(found.repeat, 4)
    (0.0099, False, 0.005)
    """
    each = [(c, decode(c.got, c), decode(c.expected, c), decode(c.repeated, c)) for c in outputs]
    rows = [a == b for c, _g, _e, _a in each for a, b in zip(c.top_got, c.top_expected, strict=True)]
    with np.errstate(invalid="ignore", divide="ignore", over="ignore"):
        return Errors(
            error=_most(_scaled(g, e) for _c, g, e, _a in each),
            absolute=_most(_apart(g, e) for _c, g, e, _a in each),
            relative=_most(_relative(g, e) for _c, g, e, _a in each),
            cosine=min((cosine(c.moments) for c, _g, _e, _a in each), default=1.0),
            top1=sum(rows) / len(rows) if rows else None,
            repeat=_most(_scaled(a, g) for _c, g, _e, a in each),
            repeats=all(c.sha256 == c.again for c, _g, _e, _a in each),
            shapes=all(c.shape == c.reference_shape for c, _g, _e, _a in each),
        )


def moments(got: Floats, expected: Floats) -> tuple[float, float, float]:
    """Sums of got x expected, got x got and expected x expected, each side over its own largest absolute value.

    Returns
    -------
    tuple of three floats
        Zeros where a value is no finite number.

    Examples
    --------
    >>> moments(np.array([2.0, 0.0]), np.array([3.0, 3.0]))
    (1.0, 1.0, 2.0)
    """
    if not (np.isfinite(got).all() and np.isfinite(expected).all()):
        return 0.0, 0.0, 0.0
    a, b = (x / (np.abs(x).max(initial=0.0) or 1.0) for x in (got, expected))
    return float(a @ b), float(a @ a), float(b @ b)


def cosine(sums: tuple[float, float, float]) -> float:
    """Cosine from `moments`; 1 of two outputs that are zero, 0 where only one is.

    Examples
    --------
    >>> cosine((1.0, 1.0, 4.0)), cosine((0.0, 0.0, 0.0)), cosine((0.0, 0.0, 1.0))
    (0.5, 1.0, 0.0)
    """
    product, got, expected = sums
    if got <= 0 or expected <= 0:
        return float(got == expected)
    return float(np.clip(product / np.sqrt(got * expected), -1, 1))


def encode(values: Floats) -> str:
    """Base64 of little-endian float64.

    Examples
    --------
    >>> encode(np.array([1.0]))
    'AAAAAAAA8D8='
    """
    return base64.b64encode(values.astype("<f8").tobytes()).decode()


def decode(text: str, of: Compared) -> Floats:
    """Values of `encode`, one for each place kept of an output.

    Raises
    ------
    PilotError
        If the text is none, or holds another number of values.

    Examples
    --------
    >>> kept = compare("out", np.array([1.0]), np.array([1.0]), np.array([2.0]))
    >>> decode(kept.expected, kept)
    array([2.])
    """
    try:
        data = base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        data = b"-"
    if len(data) != 8 * len(of.places) or base64.b64encode(data).decode() != text:
        raise PilotError(
            _("values that cannot be read"),
            expected=_("{n} values in base64").format(n=len(of.places)),
            where=of.name,
        )
    return np.frombuffer(data, "<f8")


def _places(got: Floats, again: Floats, expected: Floats) -> npt.NDArray[np.int64]:
    """Places to keep: all, or evenly spaced ones and the worst of each kind."""
    if len(got) <= KEEP:
        return np.arange(len(got))
    with np.errstate(invalid="ignore", divide="ignore", over="ignore"):
        worst = [
            int(np.argmax(distances))
            for distances in (
                _scaled(got, expected),
                _apart(got, expected),
                _relative(got, expected),
                _scaled(again, got),
            )
        ]
    return np.unique(np.concatenate([np.linspace(0, len(got) - 1, KEEP).astype(np.int64), worst]))


def _apart(a: Floats, b: Floats) -> Floats:
    """Absolute differences: 0 of two equal infinities or two that are no number, infinite where only one is."""
    apart = np.abs(a - b)
    apart[(a == b) | (np.isnan(a) & np.isnan(b))] = 0.0
    apart[np.isnan(apart)] = np.inf
    return np.asarray(apart)


def _scaled(got: Floats, expected: Floats) -> Floats:
    return _over(_apart(got, expected), np.maximum(1.0, np.abs(expected)))


def _relative(got: Floats, expected: Floats) -> Floats:
    return _over(_apart(got, expected), np.where(expected == 0, np.inf, np.abs(expected)))


def _over(apart: Floats, scale: Floats) -> Floats:
    """Differences over a scale; what is infinitely apart stays so, whatever the scale."""
    return np.where(np.isinf(apart), np.inf, apart / np.where(np.isnan(scale), 1.0, scale))


def _most(distances: Iterable[Floats]) -> float:
    return max((float(d.max(initial=0.0)) for d in distances), default=0.0)


def tops(array: Array) -> tuple[int, ...]:
    """Place of the largest value of each row of the last axis; of nothing where there are no rows or too many.

    Examples
    --------
    >>> tops(np.array([[1, 3, 2], [5, 4, 0]])), tops(np.array([1]))
    ((1, 0), ())
    """
    if array.ndim == 0 or array.shape[-1] < 2 or not 0 < array.size // array.shape[-1] <= _ROWS:
        return ()
    flat = np.nan_to_num(array.reshape(-1, array.shape[-1]).astype(float), nan=-np.inf)
    return tuple(int(t) for t in flat.argmax(axis=1))
