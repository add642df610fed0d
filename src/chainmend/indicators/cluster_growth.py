"""Growth of a cluster against all industry, in two parts that sum to the difference.

The *composition* is what the cluster would grow more than all industry if each of its activities grew as that activity
does in all industry: it sits in activities that grow fast. *Within* is the rest: it grows faster than its activities.
Activities are the divisions of the industry codes (two digits). Both dates are of the same firms: one that is in the
earlier data only counts if it has closed since, one in the later data only if it was founded since.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

import numpy as np

from chainmend.errors import IndicatorError
from chainmend.i18n import _, both
from chainmend.indicators.arrays import table, vector
from chainmend.indicators.estimate import Estimate, amounts
from chainmend.indicators.matched import match
from chainmend.indicators.members import local_members, unknown
from chainmend.indicators.reading import Reading
from chainmend.indicators.resampling import DRAWS, bootstrap
from chainmend.registry import register

if TYPE_CHECKING:
    from numpy.typing import ArrayLike, NDArray

    from chainmend.indicators.arrays import FloatArray
    from chainmend.indicators.city import City


@dataclass(frozen=True)
class GrowthGap:
    """Growth of clusters against all industry; arrays of shape (clusters,), 0.027 is 2.7 percentage points.

    Attributes
    ----------
    growth
        Of each cluster.
    industry
        Of all industry.
    composition, within
        The two parts of the gap.
    """

    growth: FloatArray
    industry: float
    composition: FloatArray
    within: FloatArray

    @property
    def gap(self) -> FloatArray:
        """Growth of each cluster less that of all industry: the sum of the two parts."""
        return self.composition + self.within


def growth_gap(
    before: ArrayLike,
    after: ArrayLike,
    industry_before: ArrayLike | None = None,
    industry_after: ArrayLike | None = None,
) -> GrowthGap:
    """Growth of clusters against all industry, split into composition and within effects.

    With ``w`` the shares of activities in the cluster before, ``G_s`` the growth of an activity and ``G`` that of all
    industry, ``composition = sum w_s (G_s - G)`` and ``within = sum w_s (g_s - G_s)``. An activity that all industry
    had nothing of before has no ``G_s``: what is made of it is growth within, of the cluster and of all industry.

    Parameters
    ----------
    before, after
        Output of each cluster by activity, shape (clusters, activities), non-negative, on one scope.
    industry_before, industry_after
        Output of all industry by activity, shape (activities,); None: the sum over the clusters.

    Raises
    ------
    IndicatorError
        If a number is negative or not finite, shapes differ, a cluster (named by its row) or all industry had no
        output before, or a cluster had output in an activity that all industry had none in.

    Notes
    -----
    Dunn (1960), A statistical and analytical technique for regional analysis: shift-share, with the two shifts as
    rates of the cluster. Multiplied by the cluster's output before they are its proportional and differential shift.

    Examples
    --------
    >>> found = growth_gap([[50.0, 50.0]], [[60.0, 55.0]], [100.0, 300.0], [110.0, 300.0])
    >>> [round(float(x[0]), 4) for x in (found.growth, found.composition, found.within, found.gap)]
    [0.15, 0.025, 0.1, 0.125]
    >>> round(found.industry, 4)
    0.025
    """
    x0, x1 = _pair(before, after)
    n = x0.shape[1]
    all0 = x0.sum(axis=0) if industry_before is None else vector(industry_before, "industry_before", length=n)
    all1 = x1.sum(axis=0) if industry_after is None else amounts(industry_after, "industry_after", length=n)
    base = x0.sum(axis=1)
    if (base == 0).any():
        raise IndicatorError(
            _("zeros only"),
            expected=_("some output of the cluster before"),
            where=f"before[{int(np.flatnonzero(base == 0)[0])}]",
        )
    strange = (x0 > 0).any(axis=0) & (all0 == 0)
    if strange.any():
        raise IndicatorError(
            "0.0",
            expected=_("an output of all industry wherever a cluster has one"),
            where=f"industry_before[{int(np.flatnonzero(strange)[0])}]",
        )
    old = all0 > 0
    expected = x0 @ np.divide(all1, all0, out=np.ones(n), where=old)
    kept, fresh = all1[old].sum() / all0.sum(), all1[~old].sum() / all0.sum()
    return GrowthGap(
        growth=x1.sum(axis=1) / base - 1,
        industry=float(kept + fresh - 1),
        composition=expected / base - kept,
        within=(x1.sum(axis=1) - expected) / base - fresh,
    )


def _pair(before: ArrayLike, after: ArrayLike) -> tuple[FloatArray, FloatArray]:
    x0 = np.asarray(table(before, "before"), np.float64)
    x1 = np.asarray(after)
    if x1.shape != x0.shape:
        raise IndicatorError(
            _("an array of shape {shape}").format(shape=x1.shape),
            expected=_("the shape of `before`, {shape}").format(shape=x0.shape),
            where="after",
        )
    return x0, amounts(x1.ravel(), "after").reshape(x0.shape)


def growth_gap_of_firms(
    before: ArrayLike,
    after: ArrayLike,
    activity: ArrayLike,
    member: ArrayLike,
    *,
    interval: bool = False,
    draws: int = DRAWS,
    seed: int = 0,
) -> dict[str, Estimate]:
    """`growth_gap` of one cluster from its firms and those of all industry.

    Parameters
    ----------
    before, after
        Output by firm at the two dates, shape (n,), non-negative; 0 for a firm that was not there.
    activity
        Number of each firm's activity, shape (n,), whole and from 0.
    member
        Part of each firm in the cluster, shape (n,), 0..1.
    interval, draws, seed
        Draw firms anew for an interval of 95 %, so often, from there.

    Returns
    -------
    dict
        ``gap``, ``composition`` and ``within``.

    Raises
    ------
    IndicatorError
        If a number is out of its range or not finite, lengths differ, or the cluster had no output before (with
        `interval`: in a draw).

    Examples
    --------
    >>> found = growth_gap_of_firms([50, 50, 300], [60, 50, 310], [0, 1, 1], [1, 0, 0])
    >>> round(found["gap"].value, 4), round(found["within"].value, 4)
    (0.15, 0.0)
    """
    x0 = vector(before, "before")
    x1 = amounts(after, "after", length=len(x0))
    part = vector(member, "member", length=len(x0))
    kind = _whole(activity, len(x0))
    if (part > 1).any():
        raise IndicatorError(str(part.max()), expected=_("parts of 0 to 1"), where="member")
    n = int(kind.max()) + 1

    def sums(drawn: NDArray[np.int64]) -> list[FloatArray]:
        k, w = kind[drawn], part[drawn]
        return [_by_activity(k, v, n) for v in (w * x0[drawn], w * x1[drawn], x0[drawn], x1[drawn])]

    def parts(mine0: FloatArray, mine1: FloatArray, all0: FloatArray, all1: FloatArray) -> FloatArray:
        found = growth_gap(mine0[None], mine1[None], all0, all1)
        return np.array([found.gap[0], found.composition[0], found.within[0]])

    def of(drawn: NDArray[np.int64]) -> FloatArray:
        drawn_sums = sums(drawn)
        return parts(*drawn_sums) if drawn_sums[0].any() else np.full(3, np.nan)

    value = parts(*sums(np.arange(len(x0))))
    names = ("gap", "composition", "within")
    if not interval:
        return {name: Estimate(float(v)) for name, v in zip(names, value, strict=True)}
    ends = bootstrap(of, len(x0), draws=draws, seed=seed)
    rows = zip(names, value.tolist(), ends.low.tolist(), ends.high.tolist(), strict=True)
    return {name: Estimate(v, low, high) for name, v, low, high in rows}


def _by_activity(activity: NDArray[np.int64], values: FloatArray, n: int) -> FloatArray:
    return np.asarray(np.bincount(activity, values, minlength=n), np.float64)


def _whole(activity: ArrayLike, length: int) -> NDArray[np.int64]:
    given = np.asarray(activity)
    if given.shape != (length,) or given.dtype.kind not in "iu" or (given < 0).any():
        raise IndicatorError(
            _("activities of type {type} and shape {shape}").format(type=given.dtype, shape=given.shape),
            expected=_("whole numbers from 0, one a firm: {n}").format(n=length),
            where="activity",
        )
    return given.astype(np.int64)


def _growth_readings(city: City, part: Literal["gap", "composition", "within"]) -> Iterator[Reading]:
    """One part of the gap of each cluster, and of all clusters together, against all industry of the city."""
    scope, earlier = city.scope("output"), city.before
    if earlier is None:
        for level, subject in local_members(city).subjects:
            yield unknown(level, subject, scope, both("no data of an earlier date to compare with"))
        return
    matched = match(city)
    members, figures = matched.members, (matched.before, matched.after)
    n = int(matched.activity.max(initial=0)) + 1

    def sums(group: int, mask: NDArray[np.bool_]) -> list[FloatArray]:
        weight = members.share[group, mask]
        return [_by_activity(matched.activity[mask], weight * f[mask], n) for f in figures]

    industry = members.cover(-1, *figures)
    whole = sums(-1, industry.mask)
    for group, (level, subject) in enumerate(members.subjects[:-1]):
        known = members.cover(group, *figures)
        own = sums(group, known.mask)
        if known.reason is not None or industry.reason is not None:
            why = known.reason or both("all industry: {why}", why=industry.reason)
            yield unknown(level, subject, scope, why)
        elif not own[0].any():
            yield unknown(level, subject, scope, both("no output at the earlier date"))
        else:
            found = getattr(growth_gap(own[0][None], own[1][None], *whole), part)
            note = both("from {a} to {b}", a=earlier.dataset.date, b=city.dataset.date)
            if known.note:
                note = both("{period}; {known}", period=note, known=known.note)
            yield Reading(level, subject, float(found[0]), scope, note=note)


_REFERENCE = "Dunn (1960), shift-share; the two parts sum to the gap"


@register(
    "indicator",
    "cluster_growth_gap",
    name=("集群产值增速与全部工业之差", "Cluster growth against all industry"),
    unit="100 points",
    needs=("firms",),
    reference=_REFERENCE,
    resample=True,
)
def cluster_growth_gaps(city: City) -> Iterator[Reading]:
    """Growth of each cluster's output less that of all local firms, 0.027 for 2.7 points; city: all clusters."""
    yield from _growth_readings(city, "gap")


@register(
    "indicator",
    "cluster_growth_composition",
    name=("增速差中的结构效应", "Composition effect in the growth gap"),
    unit="100 points",
    needs=("firms",),
    reference=_REFERENCE,
    resample=True,
)
def cluster_growth_compositions(city: City) -> Iterator[Reading]:
    """Part of the growth gap that comes of the cluster's activities growing faster than all industry."""
    yield from _growth_readings(city, "composition")


@register(
    "indicator",
    "cluster_growth_within",
    name=("增速差中的内部效应", "Within effect in the growth gap"),
    unit="100 points",
    needs=("firms",),
    reference=_REFERENCE,
    resample=True,
)
def cluster_growth_withins(city: City) -> Iterator[Reading]:
    """Part of the growth gap that comes of the cluster growing faster than its activities do in all industry."""
    yield from _growth_readings(city, "within")
