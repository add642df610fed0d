"""What a time path says: who stops when, who is back when, and how many days of output were lost."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt
import polars as pl

from chainmend.errors import NetworkError
from chainmend.i18n import _

if TYPE_CHECKING:
    from chainmend.fragility.economy import Economy
    from chainmend.fragility.network import Floats


@dataclass(frozen=True)
class TimePath:
    """Production day by day; the result of `simulate`.

    Attributes
    ----------
    labels
        Shape (series,): names or numbers of the producers, or labels of groups of them.
    production
        Shape (days, series): value produced per day.
    normal
        Shape (series,): production per day at rest.
    unmet_final
        Shape (days,): final demand that was not met.
    start
        First day of the first outage; days of results count from it.
    """

    labels: tuple[Any, ...]
    production: Floats
    normal: Floats
    unmet_final: Floats
    start: int = 0

    @property
    def relative(self) -> Floats:
        """Production as a share of normal, shape (days, series); 1 where normal is 0; above 1 while catching up."""
        out = np.ones_like(self.production)
        np.divide(self.production, self.normal, out=out, where=self.normal > 0)
        return out

    @property
    def loss(self) -> Floats:
        """Share of all production lost on each day, shape (days,); negative while catching up."""
        whole = self.normal.sum()
        return 1 - self.production.sum(axis=1) / whole if whole > 0 else np.zeros(len(self.production))

    @property
    def total_loss(self) -> float:
        """Days of all producers' normal output that were lost."""
        return float(self.loss.sum())

    @property
    def days_lost(self) -> Floats:
        """Days of its own normal output that each series lost, shape (series,)."""
        lost: Floats = (1 - self.relative).sum(axis=0)
        return lost

    def days_to_stop(self, below: float = 0.05) -> list[int | None]:
        """Return the first day on which each series makes less than `below` of normal; None: never.

        Examples
        --------
        >>> path = TimePath(("a", "b"), np.array([[1.0, 2], [0.5, 2], [0, 2]]), np.array([1.0, 2]), np.zeros(3))
        >>> path.days_to_stop(), path.days_to_stop(below=0.6), path.total_loss
        ([2, None], [1, None], 0.5)
        """
        under: npt.NDArray[np.bool_] = self.relative[self.start :] < _share(below, "below")
        first = np.where(under.any(axis=0), under.argmax(axis=0), -1)
        return [int(day) if day >= 0 else None for day in first]

    def recovery_day(self, within: float = 0.01) -> list[int | None]:
        """Return the day from which each series stays within `within` of normal or above it.

        0 for a series that never left; None for one that is not back when the path ends.

        Examples
        --------
        >>> path = TimePath(("a", "b"), np.array([[0.0, 2], [1, 1], [1, 1]]), np.array([1.0, 2]), np.zeros(3))
        >>> path.recovery_day()
        [1, None]
        """
        away = self.relative[self.start :] < 1 - _share(within, "within")
        back = len(away) - np.where(away.any(0), away[::-1].argmax(0), len(away))
        return [int(d) if d < len(away) else None for d in back]

    def by(self, labels: Sequence[Any] | npt.NDArray[Any]) -> TimePath:
        """Return the sums over series of one label; a series labelled None is left out.

        Raises
        ------
        NetworkError
            If there is not one label for each series.

        Examples
        --------
        >>> path = TimePath((0, 1, 2), np.array([[1.0, 2, 4]]), np.array([1.0, 4, 4]), np.zeros(1))
        >>> path.by(["chips", "chips", None]).production
        array([[3.]])
        """
        names, add = _sums(labels, len(self.normal))
        production = np.array([add(day) for day in self.production]).reshape(-1, len(names))
        return TimePath(names, production, add(self.normal), self.unmet_final, self.start)

    def frame(self, *, below: float = 0.05, within: float = 0.01) -> pl.DataFrame:
        """Return one row per series: normal output, lowest share of it, days until stop and recovery, days lost.

        Examples
        --------
        >>> path = TimePath(("a",), np.array([[0.0], [1.0]]), np.array([1.0]), np.zeros(2))
        >>> path.frame().row(0)
        ('a', 1.0, 0.0, 0, 1, 1.0)
        """
        return pl.DataFrame(
            {
                "label": pl.Series(self.labels, strict=False),
                "normal": self.normal,
                "lowest": self.relative.min(axis=0, initial=np.inf),
                "stop_day": pl.Series(self.days_to_stop(below), dtype=pl.Int64),
                "recovery_day": pl.Series(self.recovery_day(within), dtype=pl.Int64),
                "days_lost": self.days_lost,
            }
        )


def _share(value: float, what: str) -> float:
    if not 0 <= value <= 1:
        raise NetworkError(f"{value:g}", expected=_("a share between 0 and 1"), where=what)
    return value


def _sums(
    labels: Sequence[Any] | npt.NDArray[Any], n: int
) -> tuple[tuple[Any, ...], Callable[[Floats], Floats]]:
    """Return the labels in the order they first appear, and what adds up values of one label; None adds to nothing."""
    given = labels.tolist() if isinstance(labels, np.ndarray) else list(labels)
    if len(given) != n:
        raise NetworkError(
            _("labels for {came} firms").format(came=len(given)), expected=str(n), where=_("time path")
        )
    position = {label: i for i, label in enumerate(dict.fromkeys(g for g in given if g is not None))}
    kept = np.array([i for i, g in enumerate(given) if g is not None], np.int64)
    member = np.array([position[given[i]] for i in kept], np.int64)

    def add(values: Floats) -> Floats:
        total: Floats = np.zeros(len(position))
        np.add.at(total, member, values[kept])
        return total

    return tuple(position), add


def grouping(
    by: Sequence[Any] | npt.NDArray[Any] | None, economy: Economy
) -> tuple[tuple[Any, ...], Callable[[Floats], Floats]]:
    """Return the labels of a path's series and how producers add up to them."""
    if isinstance(by, str):
        if by != "sector":
            raise NetworkError(repr(by), expected=_('"sector", or one label per firm'), where="by")
        by = [economy.sectors[k] for k in economy.sector]
    if by is None:
        return economy.names or tuple(range(economy.n)), lambda values: values
    return _sums(by, economy.n)
