"""From columns of links to numbered firms and compressed rows; what is wrong is said with its row."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
import polars as pl

from chainmend.errors import NetworkError
from chainmend.i18n import _

if TYPE_CHECKING:
    import numpy.typing as npt

    from chainmend.fragility.network import Codes, Column, Floats


def _array(values: Column) -> npt.NDArray[Any]:
    return values.to_numpy() if isinstance(values, pl.Series) else np.asarray(values)


def firms_of(
    labels: Column | Mapping[str, Any], names: Sequence[str] | pl.Series | None, n_firms: int | None
) -> tuple[tuple[str, ...] | None, npt.NDArray[Any]]:
    """Return the names of the firms, where they have any, and one label per firm."""
    firms = None if names is None else tuple(names)
    if isinstance(labels, Mapping):
        firms = firms or tuple(labels)
        unlabelled = [f for f in firms if f not in labels]
        if unlabelled:
            raise NetworkError(
                _("no sector for firm {name}").format(name=unlabelled[0]), expected=_("one label per firm")
            )
        given = _array([labels[f] for f in firms])
    else:
        given = _array(labels)
    if given.ndim != 1:
        raise NetworkError(
            _("labels of shape {shape}").format(shape=given.shape), expected=_("one label per firm")
        )
    if firms is not None and len(given) != len(firms):
        raise NetworkError(
            _("labels of shape {shape}").format(shape=given.shape),
            expected=_("one label per firm ({n})").format(n=len(firms)),
        )
    if n_firms is not None and len(given) != n_firms:
        raise NetworkError(
            _("labels for {came} firms").format(came=len(given)), expected=str(n_firms), where="n_firms"
        )
    if firms is not None and len(set(firms)) < len(firms):
        twice = Counter(firms).most_common(1)[0][0]
        raise NetworkError(_("firm {name} twice").format(name=twice), expected=_("every name once"))
    return firms, given


def substitutes_of(labels: Column | Mapping[str, Any], firms: tuple[str, ...] | None, n_firms: int) -> Codes:
    """Return the market of each firm."""
    if isinstance(labels, Mapping) and firms is None:
        raise NetworkError(
            _("names of firms"), expected=_("numbers, or sectors by name, or `names`"), where="market"
        )
    if isinstance(labels, Mapping):
        labels = [labels.get(f) for f in firms or ()]  # who has none is refused with the other gaps
    given = firms_of(labels, firms, None)[1]
    if len(given) != n_firms:
        raise NetworkError(
            _("labels for {came} firms").format(came=len(given)), expected=str(n_firms), where="market"
        )
    return codes_of(given)[1]


def codes_of(labels: npt.NDArray[Any]) -> tuple[tuple[Any, ...], Codes]:
    """Return the sorted labels and, for each firm, the index of its own."""
    kind = labels.dtype.kind
    gaps = np.array([v is None for v in labels], bool) if kind == "O" else labels != labels  # NaN is none
    if gaps.any():
        missing = int(gaps.argmax())
        raise NetworkError(
            _("no label"), expected=_("one label per firm"), where=_("firm {i}").format(i=missing)
        )
    try:
        unique, codes = np.unique(labels, return_inverse=True)
    except TypeError as error:  # labels are sorted, and text does not compare with numbers
        kinds = ", ".join(sorted({type(label).__name__ for label in labels}))
        raise NetworkError(
            _("labels of several kinds: {kinds}").format(kinds=kinds), expected=_("all text, or all numbers")
        ) from error
    return tuple(unique.tolist()), codes.astype(np.int32)


def numbers(column: Column, firms: tuple[str, ...] | None, n: int, what: str) -> Codes:
    """Return firms as numbers; names are looked up."""
    values = _array(column)
    if values.ndim != 1:
        raise NetworkError(
            _("shape {shape}").format(shape=values.shape), expected=_("one column"), where=what
        )
    if values.dtype.kind in "OUT" or (isinstance(column, pl.Series) and column.dtype == pl.String):
        if firms is None:
            raise NetworkError(
                _("names of firms"), expected=_("numbers, or sectors by name, or `names`"), where=what
            )
        known = pl.DataFrame({"name": firms, "number": np.arange(len(firms), dtype=np.int32)})
        found = pl.DataFrame({"name": pl.Series(column, dtype=pl.String)}).join(
            known, on="name", how="left", maintain_order="left"
        )["number"]
        if found.null_count():
            at = int(found.is_null().arg_max() or 0)
            raise NetworkError(
                _("unknown firm {name}").format(name=values[at]),
                expected=_("a firm with a sector"),
                where=_("{column}, row {row}").format(column=what, row=at),
            )
        return found.to_numpy().astype(np.int32)
    if len(values) and values.dtype.kind not in "iu":
        raise NetworkError(str(values.dtype), expected=_("whole numbers or names"), where=what)
    wrong = (values < 0) | (values >= n) if len(values) else np.zeros(0, bool)
    if wrong.any():
        at = int(wrong.argmax())
        raise NetworkError(
            str(values[at]),
            expected=_("a number from 0 to {last}").format(last=n - 1),
            where=_("{column}, row {row}").format(column=what, row=at),
        )
    return values.astype(np.int32)


def amounts(column: Column, what: str) -> Floats:
    """Return non-negative finite values."""
    try:
        values = _array(column).astype(np.float64)
    except (TypeError, ValueError) as error:
        raise NetworkError(str(error), expected=_("numbers"), where=what) from error
    if values.ndim != 1:
        raise NetworkError(
            _("shape {shape}").format(shape=values.shape), expected=_("one column"), where=what
        )
    wrong = ~(np.isfinite(values) & (values >= 0))
    if wrong.any():
        at = int(wrong.argmax())
        raise NetworkError(
            str(values[at]),
            expected=_("a finite number of at least 0"),
            where=_("{column}, row {row}").format(column=what, row=at),
        )
    return values


def per_firm(column: Column, n: int, what: str) -> Floats:
    """Return one non-negative finite value per firm."""
    values = amounts(column, what)
    if values.shape != (n,):
        raise NetworkError(
            _("shape {shape}").format(shape=values.shape),
            expected=_("one value per firm ({n})").format(n=n),
            where=what,
        )
    return values


def sizes(column: Column | None, n: int, what: str) -> Floats | None:
    """Return one non-negative value per firm, or None."""
    return None if column is None else per_firm(column, n, what)


def compress(
    supplier: Codes, buyer: Codes, weight: Floats, n: int
) -> tuple[npt.NDArray[np.int64], Codes, Floats, int, int]:
    """Return rows, buyers and weights, and how many rows were added to others and how many were zero."""
    if not len(supplier) == len(buyer) == len(weight):
        raise NetworkError(
            _("columns of {lengths} rows").format(lengths=f"{len(supplier)}, {len(buyer)}, {len(weight)}"),
            expected=_("three columns of one length"),
        )
    keep = weight > 0
    dropped = int(len(weight) - keep.sum())
    key = supplier[keep].astype(np.int64) * n + buyer[keep]
    order = np.argsort(key, kind="stable")
    key, value = key[order], weight[keep][order]
    first = np.ones(len(key), bool)
    first[1:] = key[1:] != key[:-1]
    merged = int(len(key) - first.sum())
    if merged:
        value = np.add.reduceat(value, np.flatnonzero(first))
        key = key[first]
    row = np.zeros(n + 1, np.int64)
    np.cumsum(np.bincount(key // n, minlength=n) if n else row[1:], out=row[1:])
    return row, (key % n).astype(np.int32) if n else key.astype(np.int32), value, merged, dropped
