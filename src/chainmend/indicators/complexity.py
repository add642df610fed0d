"""How complex a region's economy and an activity are, from which regions have which activities."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import scipy.linalg
import scipy.sparse as sp
from scipy.sparse.linalg import LinearOperator, eigsh

from chainmend.errors import IndicatorError
from chainmend.i18n import _
from chainmend.indicators.arrays import one_thread
from chainmend.indicators.presence import SHOWN, components, counted, present, refuse_empty

if TYPE_CHECKING:
    from chainmend.indicators.arrays import FloatArray

DENSE = 600
"""Up to so many regions (or activities, if fewer) all eigenvalues are computed of a dense matrix."""
SAME = 1e-9
"""Eigenvalues nearer than this are one."""


@dataclass(frozen=True)
class Complexity:
    """Complexity of regions and activities.

    Attributes
    ----------
    eci
        Economic complexity index, shape (regions,): mean 0, standard deviation 1 (of the population).
    pci
        Product complexity index, shape (activities,), on the scale of `eci`: a region's index is exactly the mean of
        those of its activities.
    eigenvalue, next_eigenvalue
        The second and the third one; the nearer they are, the less the order says. None where there is no third.
    """

    eci: FloatArray
    pci: FloatArray
    eigenvalue: float
    next_eigenvalue: float | None


def complexity(presence: Any) -> Complexity:
    """Return economic and product complexity: the second eigenvectors of ``(M/k_r)(M/k_c)'`` and its twin.

    Both come at once from the second singular vectors of ``D^-1/2 M U^-1/2`` (D diversity, U ubiquity); no matrix of
    all activities is formed. The sign is such that complexity goes up with diversity.

    Parameters
    ----------
    presence
        M, shape (regions, activities), zeros and ones, dense or scipy.sparse.

    Returns
    -------
    Complexity
        Independent of the order of rows and columns.

    Raises
    ------
    IndicatorError
        If M holds anything but 0 and 1, fewer than two regions or activities, or an empty row or column; if it falls
        into parts that share nothing (the second eigenvalue is 1 then, and its vector tells the parts apart, not
        complexity; the message gives their sizes); if all regions have the same; if second and third eigenvalue are
        one, so that any mixture of their vectors would do; or if diversity does not tell the sign.

    Notes
    -----
    Hidalgo and Hausmann (2009); Hausmann and others (2014); Mealy, Farmer and Teytelboym (2019) on what it is.
    `ecomplexity` gives the same numbers, by all eigenvalues of a matrix that is not symmetric; on one that falls into
    parts it returns the vector that tells them apart, without a word. `economic-complexity` stops the method of
    reflections after 20 rounds, has PCI of mean 0 of its own, and divides by the standard deviation of a sample.

    Examples
    --------
    >>> found = complexity([[1, 1, 1, 1], [0, 1, 1, 1], [0, 0, 1, 1], [0, 0, 0, 1]])
    >>> found.eci.round(3), found.pci.round(3)
    (array([ 1.342,  0.447, -0.447, -1.342]), array([ 4.025,  2.236,  0.447, -1.342]))
    """
    m, diversity, ubiquity = _counts(presence)
    values, vector = _second(m, diversity, ubiquity)
    if values[0] > 1 - SAME:
        raise _apart(sp.csr_array(m))
    if values[0] < SAME:
        raise IndicatorError(
            _("all regions have the same activities"), expected=_("regions that differ"), where="presence"
        )
    if len(values) > 1 and values[0] - values[1] < SAME:
        raise IndicatorError(
            _("the second and the third eigenvalue are one: {value:.6g}").format(value=values[0]),
            expected=_("a second eigenvector that is the only one"),
            where="presence",
        )
    by_activity = m.T @ (vector / np.sqrt(diversity)) / ubiquity
    by_region = m @ by_activity / diversity
    mean, scale = by_region.mean(), by_region.std() * _sign(by_region, diversity)
    third = float(values[1]) if len(values) > 1 else None
    return Complexity((by_region - mean) / scale, (by_activity - mean) / scale, float(values[0]), third)


def reflections(presence: Any, iterations: int = 20) -> tuple[FloatArray, FloatArray]:
    """Return diversity and ubiquity after so many reflections: each the mean of the other over what is present.

    ``k_r,n = sum_c M_rc k_c,n-1 / k_r,0``, ``k_c,n = sum_r M_rc k_r,n-1 / k_c,0``. Standardised, even ones of regions
    and odd ones of activities tend to the indices of `complexity`. What they differ by shrinks by the root of the
    second eigenvalue in every round: after some dozens no digit of it is left. `complexity` has no such limit.

    Parameters
    ----------
    presence
        M, as of `complexity`.
    iterations
        n, at least 0; 0 gives diversity and ubiquity.

    Raises
    ------
    IndicatorError
        If M holds anything but 0 and 1 or an empty row or column, or `iterations` is below 0.

    Notes
    -----
    Hidalgo and Hausmann (2009). `economic-complexity` is its 18th reflection of regions and its 19th of activities.

    Examples
    --------
    >>> reflections([[1, 1], [0, 1]], 1)
    (array([1.5, 2. ]), array([2. , 1.5]))
    """
    m, diversity, ubiquity = _counts(presence, least=1)
    _at_least_0(iterations)
    of_regions, of_activities = diversity, ubiquity
    for _round in range(iterations):
        of_regions, of_activities = m @ of_activities / diversity, m.T @ of_regions / ubiquity
    return of_regions, of_activities


def fitness(presence: Any, iterations: int = 20) -> tuple[FloatArray, FloatArray]:
    """Return fitness of regions and complexity of activities, each of mean 1.

    ``F_r = sum_c M_rc Q_c``, ``Q_c = 1 / sum_r M_rc / F_r``, both divided by their mean in every round, from 1 on: an
    activity is as complex as the least fit region that has it allows.

    Parameters
    ----------
    presence
        M, as of `complexity`; it may fall into parts.
    iterations
        Rounds, at least 0.

    Returns
    -------
    fitness, complexity
        Shapes (regions,) and (activities,), at least 0.

    Raises
    ------
    IndicatorError
        If M holds anything but 0 and 1 or an empty row or column, if `iterations` is below 0, or if a fitness went so
        far down in many rounds that it can no longer be told from 0.

    Notes
    -----
    Tacchella and others (2012). R's `economiccomplexity` counts the start as the first of its 20 iterations: it gives
    what 19 rounds give here, to all digits (tests/indicators/test_sitc4.py).

    Examples
    --------
    >>> fitness([[1, 1], [0, 1]], 1)
    (array([1.33..., 0.66...]), array([1.33..., 0.66...]))
    """
    m, diversity, ubiquity = _counts(presence, least=1)
    _at_least_0(iterations)
    f, q = np.ones(len(diversity)), np.ones(len(ubiquity))
    for _round in range(iterations):
        f, q = m @ q, 1 / (m.T @ (1 / f))
        f, q = f / f.mean(), q / q.mean()
        if not f.min() > np.finfo(np.float64).tiny:
            raise IndicatorError(
                _("the fitness of region {row} is 0 to all digits").format(row=int(f.argmin())),
                expected=_("fewer rounds"),
                where="iterations",
            )
    return f, q


def _counts(presence: Any, least: int = 2) -> tuple[Any, FloatArray, FloatArray]:
    """M as floats, diversity and ubiquity of a matrix of at least so many rows and columns, none of them empty."""
    m = present(presence)
    if min(m.shape) < least:
        raise IndicatorError(
            _("an array of shape {shape}").format(shape=m.shape),
            expected=_("at least two regions and two activities"),
            where="presence",
        )
    diversity, ubiquity = counted(m)
    refuse_empty(diversity, rows=True)
    refuse_empty(ubiquity, rows=False)
    return m.astype(np.float64), diversity, ubiquity


def _second(m: Any, diversity: FloatArray, ubiquity: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Second (and third) eigenvalue of ``A A'``, A = D^-1/2 M U^-1/2, and the vector (regions,) of the second."""
    n, other = m.shape
    if n > other:
        values, twin = _second(m.T, ubiquity, diversity)
        found = m @ (twin / np.sqrt(ubiquity)) / np.sqrt(diversity)
        return values, found / (np.linalg.norm(found) or 1)
    if n <= DENSE:
        a = (m.toarray() if sp.issparse(m) else m) / np.sqrt(ubiquity)
        a /= np.sqrt(diversity)[:, None]
        with one_thread():
            values, vectors = scipy.linalg.eigh(
                a @ a.T, subset_by_index=(max(0, n - 3), n - 2), check_finite=False
            )
    else:
        s = sp.diags_array(diversity**-0.5) @ sp.csr_array(m) @ sp.diags_array(ubiquity**-0.5)
        t = s.T.tocsr()
        gram = LinearOperator((n, n), matvec=lambda x: s @ (t @ x), dtype=np.float64)
        start = np.random.default_rng(0).normal(size=n)  # always the same
        values, vectors = eigsh(gram, k=3, which="LA", v0=start)
        order = np.argsort(values)[:-1]
        values, vectors = values[order], vectors[:, order]
    return values[::-1], vectors[:, -1]


def _sign(index: FloatArray, diversity: FloatArray) -> float:
    """1 where the index goes up with diversity, -1 where it goes down."""
    centred, d = index - index.mean(), diversity - diversity.mean()
    if abs(centred @ d) < SAME * np.linalg.norm(centred) * np.linalg.norm(d) or not d.any():
        raise IndicatorError(
            _("complexity goes neither up nor down with diversity"),
            expected=_("a correlation that tells which end is complex"),
            where="presence",
        )
    return float(np.sign(centred @ d))


def _apart(m: sp.csr_array) -> IndicatorError:
    """Say into which parts a matrix falls, the largest first."""
    label = components(m)
    rows, columns = (np.bincount(part, minlength=label.max() + 1) for part in np.split(label, [m.shape[0]]))
    order = np.argsort(-(rows + columns), kind="stable")
    parts = ", ".join(f"{rows[n]} x {columns[n]}" for n in order[:SHOWN])
    return IndicatorError(
        _("{n} parts that share no activity, of regions x activities: {parts}").format(
            n=len(order), parts=parts + (", ..." if len(order) > SHOWN else "")
        ),
        expected=_("regions that are all connected by what they have"),
        where="presence",
        do=_("take the largest part with `largest_component`"),
    )


def _at_least_0(iterations: int) -> None:
    if not isinstance(iterations, int | np.integer) or iterations < 0:
        raise IndicatorError(repr(iterations), expected=_("a whole number of at least 0"), where="iterations")
