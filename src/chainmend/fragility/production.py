"""Which inputs a buyer cannot do without: the generalised Leontief production function.

Output of a firm is limited by the scarcest of its essential inputs, and by its substitutable inputs in proportion
to all it buys; irrelevant inputs limit nothing (Pichler et al. 2022; Diem et al. 2022).
"""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from chainmend.chain.model import Catalogue
from chainmend.errors import NetworkError
from chainmend.i18n import _

ESSENTIAL, SUBSTITUTABLE, IRRELEVANT = 2, 1, 0
CLASSES = {"essential": ESSENTIAL, "substitutable": SUBSTITUTABLE, "irrelevant": IRRELEVANT}


def essentiality_matrix(
    given: npt.ArrayLike | str | Catalogue | None, sectors: tuple[Any, ...]
) -> npt.NDArray[np.int8]:
    """Return the class of every input, shape (sectors, sectors): row supplier, column buyer.

    Parameters
    ----------
    given
        ``"linear"`` or None (all substitutable), ``"leontief"`` (all essential), a matrix of 0, 1, 2 in the order of
        `sectors`, or a catalogue: dependences between its segments, found by label, have their class. A pair that
        the catalogue does not name is substitutable: what is bought counts with its share.

    Raises
    ------
    NetworkError
        If the matrix has another shape or other values, or the word is unknown.

    Examples
    --------
    >>> essentiality_matrix("leontief", ("a", "b")).tolist()
    [[2, 2], [2, 2]]
    """
    m = len(sectors)
    if given is None or isinstance(given, str):
        value = {None: SUBSTITUTABLE, "linear": SUBSTITUTABLE, "leontief": ESSENTIAL}.get(given)
        if value is None:
            raise NetworkError(repr(given), expected='"linear", "leontief"', where="essentiality")
        return np.full((m, m), value, np.int8)
    if isinstance(given, Catalogue):
        return _of_catalogue(given, sectors)
    try:
        matrix = np.asarray(given)
    except ValueError as error:  # rows of different lengths
        raise NetworkError(
            _("rows of different lengths"), expected=_shape_wanted(m), where="essentiality"
        ) from error
    return _checked(matrix, m)


def _shape_wanted(m: int) -> str:
    return _("({m}, {m}): a row and a column for every sector that has a firm, labels sorted").format(m=m)


def _of_catalogue(catalogue: Catalogue, sectors: tuple[Any, ...]) -> npt.NDArray[np.int8]:
    matrix = np.full((len(sectors), len(sectors)), SUBSTITUTABLE, np.int8)
    position = {label: k for k, label in enumerate(sectors)}
    for d in catalogue.dependences:
        if d.source in position and d.target in position:
            matrix[position[d.source], position[d.target]] = CLASSES[d.kind]
    return matrix


def _checked(matrix: npt.NDArray[Any], m: int) -> npt.NDArray[np.int8]:
    if matrix.shape != (m, m):
        raise NetworkError(
            _("shape {shape}").format(shape=matrix.shape),
            expected=_shape_wanted(m),
            where="essentiality",
        )
    wrong = ~np.isin(matrix, (IRRELEVANT, SUBSTITUTABLE, ESSENTIAL))
    if wrong.any():
        k, j = (int(i[0]) for i in np.nonzero(wrong))
        raise NetworkError(
            str(matrix[k, j]),
            expected=_("2 essential, 1 substitutable or 0 irrelevant"),
            where=_("essentiality, row {row}, column {column}").format(row=k, column=j),
        )
    return matrix.astype(np.int8)
