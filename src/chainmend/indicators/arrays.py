"""What indicators accept as numbers: arrays of non-negative finite sizes of which not all are zero."""

from __future__ import annotations

from contextlib import AbstractContextManager
from functools import cache
from typing import Any

import numpy as np
import numpy.typing as npt
import scipy.sparse as sp
from threadpoolctl import ThreadpoolController

from chainmend.errors import IndicatorError
from chainmend.i18n import _

FloatArray = npt.NDArray[np.float64]

LARGEST = 1e150
"""Numbers beyond it and below its inverse are refused: squares of them are infinite or nought."""


def vector(values: npt.ArrayLike, where: str, *, length: int | None = None) -> FloatArray:
    """Return `values` as float64 of shape (n,), n > 0, non-negative, finite, not all zero.

    Parameters
    ----------
    values
        Sizes in any unit.
    where
        Name of the argument, for the message.
    length
        Length it must have; None: any.

    Raises
    ------
    IndicatorError
        If it is anything else; the message names the argument and the first wrong position.

    Examples
    --------
    >>> vector([1, 3], "sizes")
    array([1., 3.])
    >>> vector([1, -3], "sizes")
    Traceback (most recent call last):
    chainmend.errors.IndicatorError: sizes[1]: -3.0; expected: a finite number of at least 0
    """
    array = floats(values, where)
    if array.ndim != 1 or not array.size or (length is not None and len(array) != length):
        raise IndicatorError(
            _("an array of shape {shape}").format(shape=array.shape),
            expected=_("shape ({n},), at least one number").format(n="n" if length is None else length),
            where=where,
        )
    _check(array, where, np.flatnonzero)
    return array


def table(values: Any, where: str) -> Any:
    """Return `values` (regions x activities) as float64, where sparse as a `csr_array` of its own without zeros.

    Raises
    ------
    IndicatorError
        If it is not two-dimensional, is empty, holds a negative or not finite number, or zeros only.

    Examples
    --------
    >>> table([[1, 0], [2, 5]], "sizes").shape
    (2, 2)
    """
    sparse = sp.issparse(values)
    found: Any = sp.csr_array(values, dtype=np.float64, copy=True) if sparse else floats(values, where)
    if found.ndim != 2 or 0 in found.shape:
        raise IndicatorError(
            _("an array of shape {shape}").format(shape=found.shape),
            expected=_("regions x activities, at least one of each"),
            where=where,
        )
    if not sparse:
        _check(found, where, np.argwhere)
        return found
    found.sum_duplicates()
    found.eliminate_zeros()
    _check(found.data, where, lambda bad: _cells(found, bad))
    return found


def shares_of_rows(x: Any) -> Any:
    """Return the share of each cell in its row, of the kind of `x`; 0 in a row of zeros.

    Divided once, so that equal ratios stay equal.

    Parameters
    ----------
    x
        As `table` returns it.

    Examples
    --------
    >>> shares_of_rows(np.array([[1.0, 3.0], [0.0, 0.0]]))
    array([[0.25, 0.75],
           [0.  , 0.  ]])
    """
    total = np.asarray(x.sum(axis=1), np.float64)
    if sp.issparse(x):
        shares = x.copy()
        shares.data /= np.repeat(total, np.diff(x.indptr))
        return shares
    return np.divide(x, total[:, None], out=np.zeros_like(x), where=total[:, None] > 0)


def one_thread() -> AbstractContextManager[Any]:
    """Linear algebra on one thread: a small problem is no faster on two, and waits for both on a busy machine.

    Examples
    --------
    >>> with one_thread():
    ...     np.linalg.norm([3.0, 4.0])
    np.float64(5.0)
    """
    limit: AbstractContextManager[Any] = _threads().limit(limits=1)
    return limit


@cache
def _threads() -> ThreadpoolController:
    return ThreadpoolController()


def floats(values: Any, where: str) -> FloatArray:
    """Return `values` as float64 of any shape.

    Raises
    ------
    IndicatorError
        If numpy makes no numbers of them: texts, rows of different lengths.

    Examples
    --------
    >>> floats([1, 2], "growth")
    array([1., 2.])
    """
    try:
        return np.asarray(values, np.float64)
    except (TypeError, ValueError) as error:
        raise IndicatorError(str(error), expected=_("numbers"), where=where) from error


def above_0(number: Any, where: str) -> float:
    """Return a finite number above zero.

    Raises
    ------
    IndicatorError
        If it is not.

    Examples
    --------
    >>> above_0(2, "area")
    2.0
    """
    if not isinstance(number, (int, float, np.number)) or not 0 < number < np.inf:
        raise IndicatorError(str(number), expected=_("a finite number above 0"), where=where)
    return float(number)


def _cells(found: Any, bad: npt.NDArray[np.bool_]) -> npt.NDArray[Any]:
    coordinates = found.tocoo()
    return np.column_stack((coordinates.row, coordinates.col))[bad]


def _check(numbers: FloatArray, where: str, places: Any) -> None:
    wrong = ~((numbers == 0) | ((numbers >= 1 / LARGEST) & (numbers <= LARGEST)))  # nan too
    if wrong.any():
        unusual = ~(numbers >= 0) | np.isinf(numbers)
        wrong = unusual if unusual.any() else wrong
        first = np.atleast_1d(places(wrong)[0]).tolist()
        raise IndicatorError(
            str(numbers[wrong].ravel()[0]),
            expected=_("a finite number of at least 0")
            if unusual.any()
            else _("0, or a number whose square a computer can hold"),
            where=f"{where}[{', '.join(map(str, first))}]",
        )
    if not numbers.any():
        raise IndicatorError(_("zeros only"), expected=_("at least one number above 0"), where=where)
