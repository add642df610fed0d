"""Figures that could tell of one firm are withheld, and others with them so that nobody can subtract them back."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import polars as pl

from chainmend.errors import DeskError
from chainmend.i18n import _

FEWEST_FIRMS = 3
LARGEST_SHARE = 0.85
_ROUNDING = 1e-9


@dataclass(frozen=True)
class Suppressed:
    """A table with its totals, as a person without the right to exact figures may see it.

    Attributes
    ----------
    cells
        The rows given, in their order; the sum and `largest` are null where they are withheld, and `withheld` says so.
    totals
        One frame a total asked for: its columns, the sum, `firms`, `largest`, `withheld`.
    """

    cells: pl.DataFrame
    totals: tuple[pl.DataFrame, ...]


def sensitive(firms: float, value: float, largest: float) -> bool:
    """Return whether a sum could tell of one firm.

    Parameters
    ----------
    firms
        How many firms it rests on. A sum over nobody tells of nobody.
    value, largest
        The sum, and the part of it of the largest firm, in the same unit.

    Examples
    --------
    >>> sensitive(2, 10.0, 6.0), sensitive(3, 10.0, 8.6), sensitive(3, 10.0, 8.5), sensitive(0, 0.0, 0.0)
    (True, True, False, False)
    """
    return 0 < firms < FEWEST_FIRMS or (firms > 0 and largest > LARGEST_SHARE * value)


def suppress(cells: pl.DataFrame, value: str, totals: Sequence[Sequence[str]] = ((),)) -> Suppressed:
    """Withhold the figures of a table that could tell of one firm, and others so that nothing gives them away.

    Parameters
    ----------
    cells
        One row a cell, with the sum `value`, `firms` (how many firms it rests on) and `largest` (the part of the
        largest), and whatever columns name the cell. A firm counts in one cell alone.
    value
        Name of the column of sums; at least 0, in any unit.
    totals
        Which sums over cells are published too: each a list of columns, one sum for each of their combinations.
        ``()`` is the sum of all, ``("cluster",)`` one a cluster. An empty sequence where nothing is summed.

    Raises
    ------
    DeskError
        If a column is missing, a number is missing, negative or not finite, or the largest part exceeds the sum.

    Notes
    -----
    Figures that are `sensitive` are withheld first. Then, until nothing changes: the withheld parts of each published
    total must not be sensitive together, for their sum is the total less what is shown; and no sensitive figure may
    follow from all that is shown, which is so when its vector over the cells lies in the span of theirs. The smallest
    part that is still shown is withheld next, or the total where no part is. Hundepool et al., Statistical Disclosure
    Control, Wiley 2012, chapter 4.

    Examples
    --------
    >>> cells = pl.DataFrame({"of": ["a", "b", "c"], "output": [5.0, 7.0, 90.0], "firms": [1, 9, 40],
    ...                       "largest": [5.0, 2.0, 9.0]})
    >>> safe = suppress(cells, "output")
    >>> safe.cells["output"].to_list(), safe.totals[0]["output"].to_list()
    ([None, None, 90.0], [102.0])
    """
    _check(cells, value, totals)
    groups = [cells.select(*of, value, "firms", "largest").with_row_index("row") for of in totals]
    frames = [cells, *(_total(g, list(of), value) for g, of in zip(groups, totals, strict=True))]
    table = _Table(frames, value)
    hidden = table.protect()
    out, at = [], 0
    for frame in frames:
        out.append(_shown(frame, value, hidden[at : at + frame.height]))
        at += frame.height
    return Suppressed(out[0], tuple(out[1:]))


def _check(cells: pl.DataFrame, value: str, totals: Sequence[Sequence[str]]) -> None:
    wanted = [value, "firms", "largest", *(c for total in totals for c in total)]
    missing = [c for c in wanted if c not in cells.columns]
    if missing:
        raise DeskError(
            _("columns: {names}").format(names=", ".join(cells.columns)),
            expected=_("also: {names}").format(names=", ".join(missing)),
        )
    numbers = cells.select(value, "firms", "largest").cast(pl.Float64)
    good = all(s.null_count() == 0 and s.is_finite().all() and (s >= 0).all() for s in numbers)
    if not good or not (numbers["largest"] <= numbers[value] * (1 + _ROUNDING)).all():
        raise DeskError(
            _("a sum, a number of firms or a largest part that is missing, negative or too large"),
            expected=_("numbers of at least 0, and no part larger than its sum"),
            do=_("leave out the cells of which the sum is unknown"),
        )


def _total(rows: pl.DataFrame, by: list[str], value: str) -> pl.DataFrame:
    """The sums of one total, with the rows each is made of."""
    made = (pl.col(value, "firms").sum(), pl.col("largest").max(), pl.col("row").alias("rows"))
    if by:
        return rows.group_by(by, maintain_order=True).agg(made)
    return rows.select(
        pl.col(value, "firms").sum(), pl.col("largest").max(), pl.col("row").implode().alias("rows")
    )


def _shown(frame: pl.DataFrame, value: str, hidden: np.ndarray) -> pl.DataFrame:
    kept = pl.Series(~hidden, dtype=pl.Boolean)
    blank = [pl.when(kept).then(pl.col(c)).alias(c) for c in (value, "largest")]
    return frame.drop("rows", strict=False).with_columns(*blank, withheld=pl.Series(hidden, dtype=pl.Boolean))


class _Table:
    """All figures of a table, cells first, each as a vector over the cells."""

    def __init__(self, frames: Sequence[pl.DataFrame], value: str) -> None:
        n = frames[0].height
        vectors = [np.eye(n, dtype=bool)]
        for frame in frames[1:]:
            of = np.zeros((frame.height, n), dtype=bool)
            for line, rows in enumerate(frame["rows"]):
                of[line, rows.to_numpy()] = True
            vectors.append(of)
        self.n = n
        self.vectors = np.concatenate(vectors)
        self.sums, self.firms, self.largest = (
            np.concatenate([f[c].to_numpy().astype(float) for f in frames])
            for c in (value, "firms", "largest")
        )
        self.sensitive = np.array(list(map(sensitive, self.firms, self.sums, self.largest)), dtype=bool)
        ends = np.cumsum([f.height for f in frames])
        self.groupings = [np.arange(e - f.height, e) for e, f in zip(ends, frames, strict=True)]
        self.made_of = [(t, parts) for t in range(n, len(self.sums)) for parts in self._partitions(t)]

    def _partitions(self, total: int) -> list[np.ndarray]:
        """The groupings of which some figures make up a total, each as those figures."""
        found = []
        for grouping in self.groupings:
            inside = grouping[~(self.vectors[grouping] & ~self.vectors[total]).any(axis=1)]
            if total not in inside and (self.vectors[inside].any(axis=0) == self.vectors[total]).all():
                found.append(inside)
        return found

    def protect(self) -> np.ndarray:
        """Which figures are withheld."""
        hidden = self.sensitive.copy()
        while (more := self._by_subtraction(hidden)) is not None or (
            more := self._by_all(hidden)
        ) is not None:
            hidden[more] = True
        return hidden

    def _by_subtraction(self, hidden: np.ndarray) -> int | None:
        for total, parts in self.made_of:
            own = parts[hidden[parts] & (self.firms[parts] > 0)]
            if hidden[total] or not len(own):
                continue
            if sensitive(self.firms[own].sum(), self.sums[own].sum(), self.largest[own].max()):
                return self._smallest(hidden, parts) if self._left(hidden, parts) else total
        return None

    def _by_all(self, hidden: np.ndarray) -> int | None:
        """The figure to withhold because a sensitive one follows from all that is shown."""
        columns = np.flatnonzero(hidden[: self.n])
        known = self.vectors[~hidden][:, columns].astype(float)
        known = known[known.any(axis=1)]
        if len(known):
            _u, s, v = np.linalg.svd(known, full_matrices=False)
            basis = v[s > s[0] * _ROUNDING]
        else:
            basis = np.zeros((0, len(columns)))
        for item in np.flatnonzero(self.sensitive):
            vector = self.vectors[item][columns].astype(float)
            if np.linalg.norm(vector - basis.T @ (basis @ vector)) < _ROUNDING * max(1, len(columns)):
                return self._near(hidden, int(item))
        return None

    def _near(self, hidden: np.ndarray, item: int) -> int:
        """The smallest cell still shown in a total with the figure, else the smallest total, else anything."""
        touch = (self.vectors & self.vectors[item]).any(axis=1) & ~hidden
        cells = np.flatnonzero(self.vectors[touch].any(axis=0) & ~hidden[: self.n])
        for among in (cells, np.flatnonzero(touch), np.flatnonzero(~hidden)):
            if self._left(hidden, among):
                return self._smallest(hidden, among)
        return int(np.flatnonzero(~hidden)[0])

    def _left(self, hidden: np.ndarray, among: np.ndarray) -> bool:
        return bool((~hidden[among] & (self.firms[among] > 0)).any())

    def _smallest(self, hidden: np.ndarray, among: np.ndarray) -> int:
        able = among[~hidden[among] & (self.firms[among] > 0)]  # a sum over nobody hides nothing
        return int(able[np.lexsort((able, self.sums[able]))[0]])
