"""What sectors need of each other: coefficients, the Leontief inverse, linkages, distance to the final user.

Rows sell, columns buy: ``flows[i, j]`` is what sector j bought of sector i. All money is in one unit; a table of one
country or of many. Arrays are dense, float64.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from chainmend.errors import IndicatorError
from chainmend.i18n import _
from chainmend.indicators.arrays import FloatArray, vector

_MOST = 1e12


def direct_coefficients(flows: npt.ArrayLike, output: npt.ArrayLike) -> FloatArray:
    """Return what a unit of output of each sector takes directly: ``a_ij = z_ij / x_j`` (直接消耗系数).

    Parameters
    ----------
    flows
        z, shape (n, n), non-negative.
    output
        x, gross output, shape (n,), non-negative.

    Returns
    -------
    ndarray
        A, shape (n, n), at least 0. A sector without output has a column of zeros.

    Raises
    ------
    IndicatorError
        If a number is negative or not finite, a shape does not fit, or a sector without output buys.

    Notes
    -----
    Leontief (1936). The published coefficients of China's table of 2007 (135 sectors) are those of its own column of
    total inputs to 1e-12 (tests/indicators/test_io_tables.py).

    Examples
    --------
    >>> direct_coefficients([[150, 500], [200, 100]], [1000, 2000])
    array([[0.15, 0.25],
           [0.2 , 0.05]])
    """
    z, x = _table(flows, output)
    _refuse_orphans(z.sum(axis=0), x, _("a sector without output buys"))
    return np.divide(z, x, out=np.zeros_like(z), where=x > 0)


def total_requirements(coefficients: npt.ArrayLike, demand: npt.ArrayLike) -> FloatArray:
    """Return the output that a final demand takes, directly and indirectly: ``x = (I - A)^-1 f``, by one solve.

    Parameters
    ----------
    coefficients
        A, shape (n, n), non-negative and productive.
    demand
        f, shape (n,), non-negative, not all zero.

    Returns
    -------
    ndarray
        x, shape (n,), in the unit of `demand`.

    Raises
    ------
    IndicatorError
        If a number is negative or not finite, a shape does not fit, or A is not productive.

    Notes
    -----
    Leontief (1936); the example is that of Miller and Blair (2009), section 2.3.

    Examples
    --------
    >>> total_requirements([[0.15, 0.25], [0.2, 0.05]], [600, 1500]).round(1)
    array([1247.5, 1841.6])
    """
    a = _productive(coefficients, "coefficients")
    return _solve(a, vector(demand, "demand", length=len(a)))


def leontief_inverse(coefficients: npt.ArrayLike) -> FloatArray:
    """Return ``L = (I - A)^-1``; less the identity it is the table of total coefficients (完全消耗系数).

    Where only a product with L is wanted, `total_requirements` and `multipliers` are faster and more exact.

    Parameters
    ----------
    coefficients
        A, shape (n, n), non-negative and productive.

    Returns
    -------
    ndarray
        Shape (n, n), at least 0, at least 1 on the diagonal.

    Raises
    ------
    IndicatorError
        If a number is negative or not finite, A is not square, or not productive (spectral radius of 1 or more).

    Notes
    -----
    Leontief (1936). Of China's table of 2007 it gives the published total coefficients to 1e-5, their last digit.

    Examples
    --------
    >>> leontief_inverse([[0.15, 0.25], [0.2, 0.05]]).round(4)
    array([[1.2541, 0.33  ],
           [0.264 , 1.1221]])
    """
    a = _productive(coefficients, "coefficients")
    return _solve(a, np.eye(len(a)))


def multipliers(coefficients: npt.ArrayLike, per_output: npt.ArrayLike | None = None) -> FloatArray:
    """Return what one more unit of final demand for each sector sets going everywhere: ``v' (I - A)^-1``.

    Parameters
    ----------
    coefficients
        A, shape (n, n), non-negative and productive.
    per_output
        v, of each sector a unit of output: value added, jobs, emissions; shape (n,), non-negative. Output itself
        where None.

    Returns
    -------
    ndarray
        Shape (n,); of output at least 1.

    Raises
    ------
    IndicatorError
        If a number is negative or not finite, a shape does not fit, or A is not productive.

    Notes
    -----
    Miller and Blair (2009), chapter 6, "simple" multipliers: households are outside the table.

    Examples
    --------
    >>> multipliers([[0.15, 0.25], [0.2, 0.05]]).round(3)
    array([1.518, 1.452])
    >>> multipliers([[0.15, 0.25], [0.2, 0.05]], [0.3, 0.25]).round(3)
    array([0.442, 0.38 ])
    """
    a = _productive(coefficients, "coefficients")
    v = np.ones(len(a)) if per_output is None else vector(per_output, "per_output", length=len(a))
    return _solve(a.T, v)


def backward_linkages(coefficients: npt.ArrayLike) -> FloatArray:
    """Return the power of dispersion: how strongly a sector pulls its suppliers, 1 = the average (影响力系数).

    ``n sum_i l_ij / sum_ij l_ij`` with l the Leontief inverse.

    Parameters
    ----------
    coefficients
        A, shape (n, n), non-negative and productive.

    Returns
    -------
    ndarray
        Shape (n,), above 0, of mean 1.

    Raises
    ------
    IndicatorError
        If a number is negative or not finite, A is not square, or not productive.

    Notes
    -----
    Rasmussen (1956). A sector above 1 both backward and forward is a key sector.

    Examples
    --------
    >>> backward_linkages([[0.15, 0.25], [0.2, 0.05]]).round(3)
    array([1.022, 0.978])
    """
    pulls = multipliers(coefficients)
    average: FloatArray = pulls / pulls.mean()
    return average


def forward_linkages(coefficients: npt.ArrayLike) -> FloatArray:
    """Return the sensitivity of dispersion: how strongly others need a sector, 1 = the average (感应度系数).

    ``n sum_j l_ij / sum_ij l_ij`` with l the Leontief inverse: one more unit of final demand for every sector.

    Parameters
    ----------
    coefficients
        A, shape (n, n), non-negative and productive.

    Returns
    -------
    ndarray
        Shape (n,), above 0, of mean 1.

    Raises
    ------
    IndicatorError
        If a number is negative or not finite, A is not square, or not productive.

    Notes
    -----
    Rasmussen (1956), as China's statistics office publishes it; others sum the rows of Ghosh's inverse.

    Examples
    --------
    >>> forward_linkages([[0.15, 0.25], [0.2, 0.05]]).round(3)
    array([1.067, 0.933])
    """
    a = _productive(coefficients, "coefficients")
    needed = _solve(a, np.ones(len(a)))
    average: FloatArray = needed / needed.mean()
    return average


def upstreamness(
    flows: npt.ArrayLike,
    output: npt.ArrayLike,
    *,
    inventories: npt.ArrayLike | None = None,
    net_exports: npt.ArrayLike | None = None,
) -> FloatArray:
    """Return how many steps, on average, the output of a sector is away from its final users.

    ``u = (I - D)^-1 1`` with ``d_ij = z_ij / (x_i - e_i - s_i)``: what goes to final users counts 1, what goes into
    what goes to them counts 2.

    Parameters
    ----------
    flows
        z, shape (n, n), non-negative.
    output
        x, gross output, shape (n,), non-negative.
    inventories
        s, change of inventories of what each sector makes, shape (n,), of any sign. The correction takes it for used
        as the rest of the output is; where None, it counts as final use.
    net_exports
        e, exports less imports, shape (n,), of any sign, for the table of one country; none in a table of the world.

    Returns
    -------
    ndarray
        Shape (n,), at least 1. A sector that sells to none is at 1, and so is one without output.

    Raises
    ------
    IndicatorError
        If a number is not finite, or negative where it must not be, a shape does not fit, a sector sells more of
        nothing, or sectors sell so much to each other that nothing is left for final use.

    Notes
    -----
    Antràs, Chor, Fally and Hillberry (2012). Without corrections, on the world table of WIOD for 2011, it is related
    to the published values by r = 0.989; those take inventories out, which that table does not show.

    Examples
    --------
    A chain of three, each selling all it makes to the next:

    >>> upstreamness([[0, 50, 0], [0, 0, 100], [0, 0, 0]], [50, 100, 150])
    array([3., 2., 1.])
    """
    z, x = _table(flows, output)
    used = x.copy()
    for name, less in (("inventories", inventories), ("net_exports", net_exports)):
        if less is not None:
            used -= _signed(less, name, len(x))
    _refuse_orphans(z.sum(axis=1), np.maximum(used, 0), _("a sector sells, and has nothing to sell"))
    d = np.divide(z, used[:, None], out=np.zeros_like(z), where=(used > 0)[:, None])
    return _solve(_productive(d, _("flows over output")), np.ones(len(x)))


def downstreamness(flows: npt.ArrayLike, output: npt.ArrayLike) -> FloatArray:
    """Return how many steps, on average, the output of a sector is away from the primary factors in it.

    ``d = (I - A')^-1 1``: value added of the sector itself counts 1, that of its suppliers 2. The number of stages of
    Fally (2012), and equal to the output multiplier.

    Parameters
    ----------
    flows
        z, shape (n, n), non-negative.
    output
        x, gross output, shape (n,), non-negative.

    Returns
    -------
    ndarray
        Shape (n,), at least 1.

    Raises
    ------
    IndicatorError
        If a number is negative or not finite, a shape does not fit, a sector without output buys, or the table is
        not productive.

    Notes
    -----
    Antràs and Chor (2018); r = 0.985 with their values on WIOD 2011.

    Examples
    --------
    >>> downstreamness([[0, 50, 0], [0, 0, 100], [0, 0, 0]], [50, 100, 150]).round(3)
    array([1. , 1.5, 2. ])
    """
    return multipliers(direct_coefficients(flows, output))


def _table(flows: npt.ArrayLike, output: npt.ArrayLike) -> tuple[FloatArray, FloatArray]:
    z = _square(flows, "flows")
    return z, vector(output, "output", length=len(z))


def _square(values: npt.ArrayLike, where: str) -> FloatArray:
    try:
        array = np.asarray(values, np.float64)
    except (TypeError, ValueError) as error:
        raise IndicatorError(str(error), expected=_("numbers"), where=where) from error
    if array.ndim != 2 or array.shape[0] != array.shape[1] or not array.size:
        raise IndicatorError(
            _("an array of shape {shape}").format(shape=array.shape),
            expected=_("as many rows as columns, at least one"),
            where=where,
        )
    bad = ~(array >= 0) | np.isinf(array)
    if bad.any():
        row, column = np.argwhere(bad)[0].tolist()
        raise IndicatorError(
            str(array[row, column]),
            expected=_("a finite number of at least 0"),
            where=f"{where}[{row}, {column}]",
        )
    return array


def _signed(values: npt.ArrayLike, where: str, length: int) -> FloatArray:
    try:
        array = np.asarray(values, np.float64)
    except (TypeError, ValueError) as error:
        raise IndicatorError(str(error), expected=_("numbers"), where=where) from error
    if array.shape != (length,) or not np.isfinite(array).all():
        raise IndicatorError(
            _("an array of shape {shape}, {n} of its numbers not finite").format(
                shape=array.shape, n=int((~np.isfinite(array)).sum())
            ),
            expected=_("{n} finite numbers").format(n=length),
            where=where,
        )
    return array


def _refuse_orphans(sums: FloatArray, output: FloatArray, came: str) -> None:
    """A flow without an output that it could be part of has no coefficient."""
    orphans = np.flatnonzero((output == 0) & (sums > 0))
    if orphans.size:
        raise IndicatorError(
            came,
            expected=_("an output above 0 where a sector buys or sells"),
            where=_("sectors {positions}").format(positions=", ".join(map(str, orphans[:5].tolist()))),
            do=_("add its output, or take the sector out of the table"),
        )


def _productive(coefficients: npt.ArrayLike, where: str) -> FloatArray:
    """Refuse a table that uses up as much as it makes, or all but 1e-12 of it: there a solution is rounding alone."""
    a = _square(coefficients, where)
    try:
        whole = np.linalg.solve(np.eye(len(a)) - a, np.ones(len(a)))
    except np.linalg.LinAlgError:
        whole = np.full(len(a), -1.0)
    if not (
        whole > 0
    ).all():  # for a >= 0: x > 0 and x - A x > 0 exist just where the spectral radius is below 1
        radius = float(np.abs(np.linalg.eigvals(a)).max())
        raise IndicatorError(
            _("a spectral radius of {radius:.6g}").format(radius=radius),
            expected=_("below 1: sectors that together make more than they use up"),
            where=where,
            do=_("check that flows and outputs are in one unit, and that columns buy and rows sell"),
        )
    return a


def _solve(a: FloatArray, right: FloatArray) -> FloatArray:
    return np.asarray(np.linalg.solve(np.eye(len(a)) - a, right), np.float64)
