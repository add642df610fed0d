"""Local firms by cluster or district, with their figures, and for how many of them a figure is known.

A figure that only some firms have is computed of those firms, and its note says of how many. Where they have less
than half of the group's output (of its firms, where an output is unknown), it is unknown: the rest could be anything.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property, wraps
from typing import TYPE_CHECKING, TypeVar

import numpy as np
import polars as pl

from chainmend.i18n import both
from chainmend.indicators.estimate import ratio
from chainmend.indicators.reading import Reading
from chainmend.names import percent

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from chainmend.indicators.arrays import FloatArray
    from chainmend.indicators.city import City
    from chainmend.indicators.reading import Level
    from chainmend.indicators.scope import Scope

LEAST_COVERED = 0.5
"""Part of a group's output (or firms) whose figure must be known, so that the group's is given."""

Text = tuple[str, str]
T = TypeVar("T")


def once(function: Callable[[City], T]) -> Callable[[City], T]:
    """Keep what `function` says of a city with that city, as a cached property would: several indicators ask it.

    Examples
    --------
    >>> from types import SimpleNamespace
    >>> asked = []
    >>> seven = once(lambda city: asked.append(city.name) or 7)
    >>> city = SimpleNamespace(name="here")
    >>> seven(city), seven(city), asked
    (7, 7, ['here'])
    """

    @wraps(function)
    def kept(city: City) -> T:
        store, key = vars(city), f"{function.__module__}.{function.__qualname__}"
        if key not in store:
            store[key] = function(city)
        found: T = store[key]
        return found

    return kept


@dataclass(frozen=True)
class Known:
    """For which firms of a group some figures are known.

    Attributes
    ----------
    mask
        Those firms, shape (firms,).
    note
        Of how many, where not of all.
    reason
        Why the group's figure is not given, None where it is.
    """

    mask: NDArray[np.bool_]
    note: Text | None = None
    reason: Text | None = None


@dataclass(frozen=True)
class Members:
    """Firms in groups.

    Attributes
    ----------
    city
        Whose firms.
    firms
        One row a firm, in order of its id.
    subjects
        (level, subject) of each group; the last one is the city.
    share
        Part of each firm in each group, times how often the firm is drawn; shape (groups, firms).
    """

    city: City
    firms: pl.DataFrame
    subjects: tuple[tuple[Level, str], ...]
    share: FloatArray

    @cached_property
    def output(self) -> FloatArray:
        """Output of every firm, shape (firms,); nan where it is unknown."""
        return self.figure("output")

    def figure(self, name: str) -> FloatArray:
        """Figure of every firm, shape (firms,); nan where it is unknown.

        `name` is a column of the table of firms, ``patents`` (invention patents, none where the table has none) or
        ``one``.
        """
        if name == "one":
            return np.ones(self.firms.height)
        if name == "patents":
            inventions = self.city.dataset.table("patents").filter("invention").group_by("owner_id").len("n")
            joined = self.firms.join(
                inventions, left_on="firm_id", right_on="owner_id", how="left", maintain_order="left"
            )
            return joined["n"].fill_null(0).cast(pl.Float64).to_numpy()
        if name not in self.firms.columns:
            return np.full(self.firms.height, np.nan)
        return self.firms[name].cast(pl.Float64).fill_null(np.nan).to_numpy()

    def cover(self, group: int, *figures: str | FloatArray) -> Known:
        """For which firms of a group all `figures` (names or arrays) are known, and whether they are enough."""
        there = self.share[group] > 0
        if not there.any():
            return Known(there, reason=both("no local firm"))
        arrays = [self.figure(f) if isinstance(f, str) else f for f in figures]
        mask = there & np.all([np.isfinite(a) for a in arrays], axis=0)
        n, firms = int(mask.sum()), int(there.sum())
        output = self.share[group, there] * self.output[there]
        by_output = bool(np.isfinite(output).all() and output.sum() > 0)
        covered = float(output[mask[there]].sum() / output.sum()) if by_output else n / firms
        if n == firms:
            return Known(mask)
        if by_output:
            share = percent(min(covered, 0.999))  # some firms are unknown, however small
            told = both(
                "known of {n} of {firms} firms, {share} of their output", n=n, firms=firms, share=share
            )
        else:
            told = both("known of {n} of {firms} firms", n=n, firms=firms)
        return Known(mask, note=told) if covered >= LEAST_COVERED else Known(mask, reason=told)

    def total(self, group: int, figure: str, mask: NDArray[np.bool_]) -> float:
        """Sum of a figure over the firms of `mask`, by their parts in the group."""
        return float((self.share[group, mask] * self.figure(figure)[mask]).sum())


def members_of(city: City, firms: pl.DataFrame, level: Level, names: Sequence[str]) -> Members:
    """Put `firms` into the groups `names` of one level, ``cluster`` or ``district``, and all of them into the city.

    Parameters
    ----------
    city
        With the parts of firms in clusters.
    firms
        Those wanted, with `times`.
    level
        By cluster a firm has parts, by district it is there or not.
    names
        Ids of the groups.
    """
    firms = firms.sort("firm_id")
    share = np.zeros((len(names) + 1, firms.height))
    share[-1] = firms["times"].to_numpy()
    row = pl.Series("firm", np.arange(firms.height))
    of = {name: n for n, name in enumerate(names)}
    if level == "cluster":
        where = city.parts.join(
            firms.select("firm_id", row), on="firm_id", how="inner", maintain_order="left"
        )
        size = where["weight"] * where["times"]
    else:
        where = firms.with_columns(row).filter(pl.col(level).is_in(list(names)))
        size = where["times"]
    column = "cluster_id" if level == "cluster" else level
    group = where[column].replace_strict(of, return_dtype=pl.Int64).to_numpy()
    np.add.at(share, (group, where["firm"].to_numpy()), size.to_numpy())
    subjects: list[tuple[Level, str]] = [(level, name) for name in names]
    return Members(city, firms, (*subjects, ("city", city.name)), share)


@once
def local_members(city: City) -> Members:
    """The active local firms by cluster."""
    firms = city.firms.filter(pl.col("place") == "local")
    return members_of(city, firms, "cluster", [c.id for c in city.catalogue.clusters])


def unknown(level: Level, subject: str, scope: Scope, why: Text, unit: str | None = None) -> Reading:
    """A reading that says why it has no value."""
    return Reading(level, subject, None, scope, note=why, unit=unit)


def ratio_readings(
    city: City,
    numerator: str,
    denominator: str,
    scope: Scope,
    *,
    factor: float = 1.0,
    unit: str | None = None,
) -> Iterator[Reading]:
    """Ratio of two figures of each cluster's local firms, and of all local firms.

    Parameters
    ----------
    city
        Whose firms.
    numerator, denominator
        Names of figures, see `Members.figure`.
    scope
        Of the readings.
    factor
        What the ratio is multiplied by.
    unit
        Unit with ``{currency}`` for that of the data; None: the indicator's own.
    """
    groups = local_members(city)
    a, b = groups.figure(numerator), groups.figure(denominator)
    written = None if unit is None else unit.format(currency=city.dataset.currency)
    for n, (level, subject) in enumerate(groups.subjects):
        known = groups.cover(n, a, b)
        part = groups.share[n, known.mask]
        below = part * b[known.mask]
        if known.reason is not None:
            yield unknown(level, subject, scope, known.reason, written)
        elif not below.sum() > 0:
            yield unknown(level, subject, scope, both("what it is divided by is zero"), written)
        else:
            value = ratio((numerator, part * a[known.mask]), (denominator, below), factor=factor).value
            yield Reading(level, subject, value, scope, note=known.note, unit=written)
