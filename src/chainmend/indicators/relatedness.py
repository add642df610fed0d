"""How related activities are, and how near an activity is to what a region has already.

All of it is read off the presence matrix M (regions x activities, see `presence`): two activities are related when the
same regions have both. k_i is the ubiquity of an activity, the number of regions that have it; C = M'M counts the
regions that have both. Matrices of activities x activities are of single precision: counts are exact, quotients good to
6e-8, and 5,000 activities take 100 MB. Their diagonal is 0: an activity is not related to itself, else having it would
be a reason to have it. (`ecomplexity` counts the diagonal, `economic-complexity` and R's `economiccomplexity` do not.)
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from chainmend.errors import IndicatorError
from chainmend.i18n import _
from chainmend.indicators.presence import blocks, counted, numbers, present, refuse_empty

if TYPE_CHECKING:
    from chainmend.indicators.arrays import FloatArray

Square = npt.NDArray[np.float32]
ROWS = 32
"""So many rows of a matrix of activities are worked on at a time; they fit the processor's cache."""


def proximity(presence: Any) -> Square:
    """Return the least probability of having one activity given the other: ``phi_ij = C_ij / max(k_i, k_j)``.

    Parameters
    ----------
    presence
        M, shape (regions, activities), zeros and ones, dense or scipy.sparse.

    Returns
    -------
    ndarray
        Shape (activities, activities), symmetric, 0 to 1, diagonal 0.

    Raises
    ------
    IndicatorError
        If M holds anything but 0 and 1, or an activity that no region has; the message names the columns.

    Notes
    -----
    Hidalgo and others (2007), The Product Space Conditions the Development of Nations.

    Examples
    --------
    >>> proximity([[1, 1, 0], [1, 0, 1], [1, 1, 0]]).round(2)
    array([[0.  , 0.67, 0.33],
           [0.67, 0.  , 0.  ],
           [0.33, 0.  , 0.  ]], dtype=float32)
    """
    counts, k = _cooccurrence(presence)
    return _quotient(counts, lambda rows: np.maximum.outer(k[rows], k))


def cosine(presence: Any) -> Square:
    """Return the cosine of the regions of two activities: ``C_ij / sqrt(k_i k_j)``.

    Arguments, bounds and errors are those of `proximity`; Salton and McGill (1983).

    Examples
    --------
    >>> cosine([[1, 1], [1, 0]]).round(2)
    array([[0.  , 0.71],
           [0.71, 0.  ]], dtype=float32)
    """
    counts, k = _cooccurrence(presence)
    return _quotient(counts, lambda rows: np.sqrt(np.multiply.outer(k[rows], k)))


def jaccard(presence: Any) -> Square:
    """Return the regions that have both of those that have one: ``C_ij / (k_i + k_j - C_ij)``.

    Arguments, bounds and errors are those of `proximity`; Jaccard (1901).

    Examples
    --------
    >>> jaccard([[1, 1], [1, 0]])
    array([[0. , 0.5],
           [0.5, 0. ]], dtype=float32)
    """
    counts, k = _cooccurrence(presence)
    return _quotient(counts, lambda rows: np.add.outer(k[rows], k) - counts[rows])


def association(presence: Any) -> Square:
    """Return how much more often both are there than by chance: ``C_ij n / (k_i k_j)``, n regions.

    1 = independent, without upper bound; rare activities reach high values by few regions. Arguments and errors are
    those of `proximity`; van Eck and Waltman (2009), the association strength.

    Examples
    --------
    >>> association([[1, 1], [1, 1], [0, 0], [0, 0]])
    array([[0., 2.],
           [2., 0.]], dtype=float32)
    """
    counts, k = _cooccurrence(presence)
    n, exact = (
        np.shape(presence)[0],
        k.astype(np.float64),
    )  # products of counts are exact: both halves are the same
    return _quotient(counts, lambda rows: (np.multiply.outer(exact[rows], exact) / n).astype(np.float32))


def cooccurrence_relatedness(presence: Any) -> Square:
    """Return joint presences over those expected of the totals of both activities.

    ``C_ij / {[S_i/T * S_j/(T - S_i) + S_j/T * S_i/(T - S_j)] * T/2}`` with S the joint presences of an activity with
    all others and T their sum. 1 = as expected, without upper bound; an activity that is nowhere together with another
    has 0. Arguments and errors are those of `proximity`.

    Notes
    -----
    Steijn (2017), the probability index of the package EconGeo; Hidalgo and others (2018).

    Examples
    --------
    >>> cooccurrence_relatedness([[1, 1, 0], [0, 1, 1], [1, 0, 1]]).round(2)
    array([[0., 1., 1.],
           [1., 0., 1.],
           [1., 1., 0.]], dtype=float32)
    """
    counts, _k = _cooccurrence(presence)
    np.fill_diagonal(counts, 0)
    s = counts.sum(axis=1, dtype=np.float64)
    total = s.sum()
    if total == 0:
        return counts
    odds = s / (total - s)  # T > S_i: what i shares with others they share with i
    half = np.multiply.outer
    return _quotient(
        counts, lambda rows: (half(odds[rows], s / 2) + half(s[rows] / 2, odds)).astype(np.float32)
    )


def relatedness_density(presence: Any, proximities: Square) -> FloatArray:
    """Return the share of the activities around each one that a region has.

    ``density_rc = sum_c' M_rc' phi_cc' / sum_c' phi_cc'``

    Parameters
    ----------
    presence
        M, shape (regions, activities), zeros and ones, dense or scipy.sparse.
    proximities
        phi, shape (activities, activities), symmetric, at least 0: `proximity` or another relatedness.

    Returns
    -------
    ndarray
        Shape (regions, activities), 0 to 1 (0 where an activity is related to no other), good to 1e-6.

    Raises
    ------
    IndicatorError
        If `presence` holds anything but 0 and 1, or `proximities` is of another shape, negative or not finite.

    Notes
    -----
    Hidalgo and others (2007). `economic-complexity` gives the same. `ecomplexity` counts phi_cc = 1 in both sums, so
    that its density is ``(sum_c' M_rc' phi_cc' + M_rc) / (1 + sum_c' phi_cc')``: what a region has already seems nearer
    than what it has not. In its branch for k nearest neighbours it weights by proximity, then sums what was not
    weighted; here is no such branch.

    Examples
    --------
    >>> m = [[1, 1, 0], [1, 0, 1], [1, 1, 0]]
    >>> relatedness_density(m, proximity(m)).round(2)
    array([[0.67, 1.  , 1.  ],
           [0.33, 1.  , 1.  ],
           [0.67, 1.  , 1.  ]])
    """
    m = present(presence)
    phi, around = _checked(proximities, m.shape[1])
    found = np.empty(m.shape)
    for rows, block in blocks(m):
        np.multiply(block @ phi, around, out=found[rows])
    return np.minimum(found, 1, out=found)  # of rounding


@dataclass(frozen=True)
class Outlook:
    """What lies ahead of each region.

    Attributes
    ----------
    density
        As of `relatedness_density`, shape (regions, activities).
    coi
        Complexity outlook index, shape (regions,): how much complexity is near that the region does not have.
    cog
        Complexity outlook gain, shape (regions, activities): what the index gains by an activity; 0 where the region
        has it.
    """

    density: FloatArray
    coi: FloatArray
    cog: FloatArray


def complexity_outlook(presence: Any, proximities: Square, pci: npt.ArrayLike) -> Outlook:
    """Return the outlook of each region, and what each activity it lacks would add to it.

    ``COI_r = sum_c (1 - M_rc) density_rc PCI_c`` and
    ``COG_rc = sum_c' phi_cc' / (sum_c'' phi_c''c') (1 - M_rc') PCI_c' - density_rc PCI_c`` for what r lacks: COI with
    the activity less COI without, M changed in that one cell and phi and PCI kept.

    Parameters
    ----------
    presence, proximities
        As of `relatedness_density`.
    pci
        Complexity of the activities, shape (activities,), of either sign: of `complexity`, or of a larger economy.

    Raises
    ------
    IndicatorError
        As of `relatedness_density`, or if `pci` is of another shape or not finite.

    Notes
    -----
    Hausmann and others (2014), The Atlas of Economic Complexity. The packages differ, and from it:

    - `ecomplexity` takes the eigenvector as it is for PCI, not the standardised one, counts the diagonal of phi, leaves
      out ``- density PCI`` of the Atlas, and standardises COI over the regions. Its COG is not the change of its COI.
    - `economic-complexity` (``opportunity_gain``) divides by the sum of phi around the activity itself, c, where the
      Atlas has the sum around the one it leads to, c'; and it gives numbers for what a region has. It has no COI.

    The test of what is right is the difference itself (tests/indicators/test_relatedness.py).

    Examples
    --------
    >>> m = [[1, 1, 0], [1, 0, 1], [1, 1, 0]]
    >>> found = complexity_outlook(m, proximity(m), [-1.0, 0.0, 2.0])
    >>> found.coi
    array([2., 0., 2.])
    >>> found.cog.round(2)
    array([[ 0.,  0., -2.],
           [ 0.,  0.,  0.],
           [ 0.,  0., -2.]])
    """
    m = present(presence)
    phi, around = _checked(proximities, m.shape[1])
    worth = numbers(pci, "pci", np.float64)
    if worth.shape != (m.shape[1],) or not np.isfinite(worth).all():
        raise IndicatorError(
            _("an array of shape {shape}").format(shape=worth.shape),
            expected=_("one finite number for each of the {n} activities").format(n=m.shape[1]),
            where="pci",
        )
    density, cog, coi = np.empty(m.shape), np.empty(m.shape), np.empty(m.shape[0])
    weight = (worth * around).astype(np.float32)
    for rows, block in blocks(m):
        n = len(block)
        both = np.empty((2 * n, m.shape[1]), np.float32)  # one product for what is there and what lacks
        both[:n] = block
        lacks = np.subtract(1, block, out=both[n:])
        lacks *= weight
        sums = both @ phi
        lacks = np.subtract(1, block, out=block)
        near, gain = density[rows], cog[rows]
        np.multiply(sums[:n], around, out=near)
        np.minimum(near, 1, out=near)  # of rounding
        np.multiply(near, worth, out=gain)
        gain *= lacks
        gain.sum(axis=1, out=coi[rows])
        np.subtract(sums[n:], gain, out=gain)
        gain *= lacks
        gain += 0.0  # a zero has no sign
    return Outlook(density, coi, cog)


def _cooccurrence(presence: Any) -> tuple[Square, Square]:
    """C (activities, activities) and k (activities,), both exact."""
    m = present(presence)
    ubiquity = counted(m)[1]
    refuse_empty(ubiquity, rows=False)
    products = (block.T @ block for _rows, block in blocks(m, 4096))
    counts = next(products)
    for product in products:
        counts += product
    return counts, ubiquity.astype(np.float32)


def _quotient(counts: Square, of: Callable[[slice], Square]) -> Square:
    """`counts` over what `of` gives for some rows, in place; 0 on the diagonal and where there is nothing to divide by.

    By few rows at a time: a second matrix of this size is never there.
    """
    for start in range(0, len(counts), ROWS):
        rows = slice(start, start + ROWS)
        below = of(rows)
        if below.min() > 0:
            counts[rows] /= below
        else:
            np.divide(counts[rows], below, out=counts[rows], where=below > 0)
    np.fill_diagonal(counts, 0)
    return counts


def _checked(proximities: Any, n: int) -> tuple[Square, FloatArray]:
    """Phi, and 1 / its sums (0 where a sum is 0)."""
    phi = numbers(proximities, "proximities", np.float32)
    if phi.shape != (n, n):
        raise IndicatorError(
            _("an array of shape {shape}").format(shape=phi.shape),
            expected=f"({n}, {n})",
            where="proximities",
        )
    if not (phi.min() >= 0 and phi.max() < np.inf):  # catches nan too
        raise IndicatorError(
            _("a negative, missing or infinite proximity"),
            expected=_("a finite number of at least 0"),
            where="proximities",
        )
    around = np.einsum("ij->j", phi, dtype=np.float64)
    return phi, np.divide(1.0, around, out=np.zeros(n), where=around > 0)
