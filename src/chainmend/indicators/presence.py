"""Where which activity is: the 0/1 matrix M of regions (rows) and activities (columns) behind relatedness.

It comes from `specialisation.presence` of location quotients, or from any table of zeros and ones.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import polars as pl
import scipy.sparse as sp
from scipy.sparse.csgraph import connected_components

from chainmend.errors import IndicatorError
from chainmend.i18n import _

SHOWN = 5


@dataclass(frozen=True)
class Sizes:
    """A long table as a matrix.

    Attributes
    ----------
    values
        Shape (regions, activities), sparse.
    regions, activities
        Names of rows and columns, in order.
    """

    values: sp.csr_array
    regions: tuple[str, ...]
    activities: tuple[str, ...]


@dataclass(frozen=True)
class Kept:
    """What is left of a presence matrix.

    Attributes
    ----------
    matrix
        Rows and columns that were kept, sparse, of bool.
    rows, columns
        Their positions in the matrix they come from, ascending.
    """

    matrix: sp.csr_array
    rows: npt.NDArray[np.intp]
    columns: npt.NDArray[np.intp]


def sizes(frame: pl.DataFrame) -> Sizes:
    """Arrange a long table as a matrix of regions and activities.

    Parameters
    ----------
    frame
        Columns ``region``, ``activity``, ``value`` (at least 0) and, if it has one, ``year`` (one only).

    Raises
    ------
    IndicatorError
        If a column or every row lacks, a name or value is missing, a value is negative or not finite, a pair of region
        and activity stands twice, or the years are several; the message names the rows, counted from 0.

    Examples
    --------
    >>> rows = [("A", "steel", 3.0), ("A", "silk", 1.0), ("B", "silk", 2.0)]
    >>> sizes(pl.DataFrame(rows, schema=["region", "activity", "value"], orient="row")).values.toarray()
    array([[1., 3.],
           [2., 0.]])
    """
    names = ("region", "activity", "value")
    lacking = [name for name in names if name not in frame.columns]
    if lacking:
        raise IndicatorError(
            _("no column {columns}").format(columns=", ".join(lacking)),
            expected=", ".join(names),
            where="frame",
        )
    if frame.is_empty():
        raise IndicatorError(_("no rows"), expected=_("at least one"), where="frame")
    if "year" in frame.columns and frame["year"].n_unique() > 1:
        years = frame["year"].unique().sort().cast(pl.String).fill_null("?")
        raise IndicatorError(
            _("the years {years}").format(years=", ".join(years)),
            expected=_("one year"),
            where="year",
            do=_("take the rows of one year"),
        )
    numeric = pl.col("value").cast(pl.Float64, strict=False)
    missing = pl.any_horizontal(pl.col("region", "activity").is_null()) | numeric.is_null() | numeric.is_nan()
    _refuse(frame, missing, _("a missing name or value"), _("a name and a number in every row"))
    _refuse(
        frame, (numeric < 0) | numeric.is_infinite(), _("a wrong value"), _("a finite number of at least 0")
    )
    (row, rows), (column, columns) = _codes(frame["region"]), _codes(frame["activity"])
    values = frame.select(numeric).to_series().to_numpy()
    matrix = sp.coo_array((values, (row, column)), shape=(len(rows), len(columns))).tocsr()
    if matrix.nnz < frame.height:  # cells of one place were added up
        twice = pl.struct("region", "activity").is_duplicated()
        _refuse(
            frame, twice, _("a region and activity twice"), _("one row for each pair of region and activity")
        )
    matrix.eliminate_zeros()
    return Sizes(matrix, rows, columns)


def numbers(values: Any, where: str, dtype: npt.DTypeLike | None = None) -> npt.NDArray[Any]:
    """Return `values` as an array.

    Raises
    ------
    IndicatorError
        If numpy makes none of them: texts, rows of different lengths.

    Examples
    --------
    >>> numbers([1, 2], "pci", np.float64)
    array([1., 2.])
    """
    try:
        return np.asarray(values, dtype)
    except (TypeError, ValueError) as error:
        raise IndicatorError(str(error), expected=_("numbers"), where=where) from error


def present(matrix: Any, where: str = "presence") -> Any:
    """Return a presence matrix as an array of bool, sparse where it came so.

    Raises
    ------
    IndicatorError
        If it is not two-dimensional, is empty, or holds anything but 0 and 1.

    Examples
    --------
    >>> present([[1, 0], [1, 1]]).tolist()
    [[True, False], [True, True]]
    """
    found: Any = sp.csr_array(matrix) if sp.issparse(matrix) else numbers(matrix, where)
    if found.ndim != 2 or 0 in found.shape:
        raise IndicatorError(
            _("an array of shape {shape}").format(shape=found.shape),
            expected=_("regions x activities, at least one of each"),
            where=where,
        )
    if found.dtype != np.bool_:
        cells: npt.NDArray[Any] = found.data if sp.issparse(found) else found.ravel()
        wrong = cells[~((cells == 0) | (cells == 1))]
        if wrong.size:
            raise IndicatorError(str(wrong[0]), expected=_("0 or 1 in every cell"), where=where)
    found = found.astype(np.bool_)
    if sp.issparse(found):
        found.sum_duplicates()
        found.eliminate_zeros()
    return found


def counted(matrix: Any) -> tuple[npt.NDArray[np.float64], npt.NDArray[np.float64]]:
    """Return (diversity, ubiquity): activities of each region, regions of each activity.

    Examples
    --------
    >>> counted(np.array([[True, False], [True, True]]))
    (array([1., 2.]), array([2., 1.]))
    """
    return np.asarray(matrix.sum(axis=1), np.float64), np.asarray(matrix.sum(axis=0), np.float64)


def blocks(matrix: Any, rows: int = 64) -> Iterator[tuple[slice, npt.NDArray[np.float32]]]:
    """Yield a presence matrix as dense parts of so many rows, so that a large one never stands dense as a whole.

    Single precision counts exactly up to 2**24 regions and multiplies twice as fast as double. Parts are so small that
    the memory of one serves the next: fetching new memory takes longer than the product of a small matrix.

    Examples
    --------
    >>> [(part, block.shape) for part, block in blocks(np.ones((3, 2), bool), rows=2)]
    [(slice(0, 2, None), (2, 2)), (slice(2, 3, None), (1, 2))]
    """
    for start in range(0, matrix.shape[0], rows):
        part = slice(start, min(start + rows, matrix.shape[0]))
        block = matrix[part]
        yield part, (block.toarray() if sp.issparse(block) else block).astype(np.float32)


def nonempty(matrix: Any) -> Kept:
    """Leave out regions without any activity and activities without any region.

    Examples
    --------
    >>> nonempty([[1, 0, 1], [0, 0, 0]]).columns
    array([0, 2])
    """
    m = sp.csr_array(present(matrix))
    diversity, ubiquity = counted(m)
    return _kept(m, diversity > 0, ubiquity > 0)


def core(matrix: Any, diversity: int, ubiquity: int) -> Kept:
    """Leave out regions of fewer activities and activities of fewer regions, again and again until none is left out.

    What remains does not depend on the order in which they go. A region of one activity, and an activity of one
    region, hang on the others by a thread: the eigenvectors behind complexity tell of them and of nothing else.

    Parameters
    ----------
    matrix
        M, shape (regions, activities), zeros and ones, dense or scipy.sparse.
    diversity, ubiquity
        Activities that a region, and regions that an activity, must have within what is kept.

    Examples
    --------
    >>> core([[1, 1, 0], [1, 1, 0], [0, 0, 1]], 2, 2).rows
    array([0, 1])
    """
    m = sp.csr_array(present(matrix))
    rows, columns = np.arange(m.shape[0]), np.arange(m.shape[1])
    while min(m.shape) > 0:
        diverse, ubiquitous = counted(m)
        row, column = diverse >= diversity, ubiquitous >= ubiquity
        if row.all() and column.all():
            break
        m, rows, columns = m[row][:, column], rows[row], columns[column]
    return Kept(m, rows, columns)


def largest_component(matrix: Any) -> Kept:
    """Leave only the largest set of regions and activities that are connected with one another.

    Examples
    --------
    >>> found = largest_component([[1, 1, 0], [0, 1, 0], [0, 0, 1]])
    >>> found.rows, found.columns
    (array([0, 1]), array([0, 1]))
    """
    m = sp.csr_array(present(matrix))
    label = components(m)
    chosen = label == np.bincount(label).argmax()
    return _kept(m, chosen[: m.shape[0]], chosen[m.shape[0] :])


def components(matrix: sp.csr_array) -> npt.NDArray[np.int32]:
    """Return the component of each region, then of each activity, shape (regions + activities,).

    Examples
    --------
    >>> components(sp.csr_array(np.eye(2, dtype=bool)))
    array([0, 1, 0, 1], dtype=int32)
    """
    both_ways = sp.block_array([[None, matrix], [matrix.T, None]], format="csr")
    return connected_components(both_ways, directed=False)[1]  # type: ignore[no-any-return]


def refuse_empty(totals: npt.NDArray[np.float64], rows: bool) -> None:
    """Refuse a matrix in which a row (or column) holds nothing.

    Raises
    ------
    IndicatorError
        Naming the first of them.
    """
    empty = np.flatnonzero(totals == 0)
    if empty.size:
        named = ", ".join(map(str, empty[:SHOWN])) + (", ..." if empty.size > SHOWN else "")
        kind = (
            _("rows (regions) without any 1: {named}")
            if rows
            else _("columns (activities) without any 1: {named}")
        )
        raise IndicatorError(
            kind.format(named=named),
            expected=_("at least one in each"),
            where="presence",
            do=_("leave them out with `nonempty`"),
        )


def _kept(m: sp.csr_array, rows: npt.NDArray[np.bool_], columns: npt.NDArray[np.bool_]) -> Kept:
    return Kept(m[rows][:, columns], np.flatnonzero(rows), np.flatnonzero(columns))


def _codes(names: pl.Series) -> tuple[npt.NDArray[np.int32], tuple[str, ...]]:
    """Position of every name among the sorted ones, and those."""
    unique = names.cast(pl.String).unique().sort()
    codes = names.cast(pl.String).cast(pl.Enum(unique)).to_physical()
    return codes.cast(pl.Int32).to_numpy(), tuple(unique)


def _refuse(frame: pl.DataFrame, wrong: pl.Expr, came: str, expected: str) -> None:
    rows = frame.select(wrong.alias("wrong").arg_true()).to_series()
    if len(rows):
        named = ", ".join(map(str, rows.head(SHOWN))) + (", ..." if len(rows) > SHOWN else "")
        raise IndicatorError(came, expected=expected, where=_("rows {rows}").format(rows=named))
