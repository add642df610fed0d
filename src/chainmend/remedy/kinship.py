"""How near local firms are to a segment that they are not on: by the product space, and by common inputs and uses."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import polars as pl
from scipy import sparse

if TYPE_CHECKING:
    from chainmend.chain.model import Catalogue
    from chainmend.indicators.arrays import FloatArray
    from chainmend.remedy.context import Context


@dataclass(frozen=True)
class Kinship:
    """How near firms are to one segment; each of shape (firms,), 0..1.

    Attributes
    ----------
    makes
        Placement weight on the segment.
    related
        Proximity of the firm's segments to it, weighted by placement; None where the cities say nothing of it.
    shared
        Inputs and uses that the firm's segments and this one have in common over those either has, weighted the same.
    """

    makes: FloatArray
    related: FloatArray | None
    shared: FloatArray


def kinship(context: Context, firms: pl.Series, segments: Sequence[str]) -> Iterator[tuple[str, Kinship]]:
    """Yield each segment with how near every firm is to it.

    Parameters
    ----------
    context
        The city.
    firms
        Ids of firms, shape (firms,).
    segments
        Ids of segments of the catalogue.

    References
    ----------
    Hidalgo et al. (2007), The Product Space Conditions the Development of Nations, Science 317.
    """
    on = firm_matrix(context, firms, context.weights)
    common, ids = _common(context.catalogue), list(context.catalogue.segments)
    for s in segments:
        phi = _proximity(context, s)
        yield (
            s,
            Kinship(column_of(on, context, s), None if phi is None else on @ phi, on @ common[ids.index(s)]),
        )


def firm_matrix(context: Context, firms: pl.Series, cells: pl.DataFrame) -> sparse.csr_array:
    """Put numbers of firms on segments into a matrix.

    Parameters
    ----------
    context
        The city.
    firms
        Ids of the rows.
    cells
        Id of a firm, segment_id, number: three columns in this order; other firms are left out.

    Returns
    -------
    scipy.sparse.csr_array
        Shape (firms, segments of the catalogue).
    """
    id, segment, number = cells.columns
    rows = pl.DataFrame({id: firms}).with_row_index("row")
    columns = pl.DataFrame({segment: list(context.catalogue.segments)}).with_row_index("column")
    found = cells.join(rows, on=id).join(columns, on=segment)
    where = (found["row"].to_numpy(), found["column"].to_numpy())
    values = found[number].cast(pl.Float64).to_numpy()
    matrix = sparse.coo_array((values, where), shape=(rows.height, columns.height)).tocsr()
    matrix.sort_indices()  # sums are taken in one order
    return matrix


def column_of(matrix: sparse.csr_array, context: Context, segment_id: str) -> FloatArray:
    """Return the numbers of all firms on one segment, shape (firms,), of a `firm_matrix`."""
    column = list(context.catalogue.segments).index(segment_id)
    return np.asarray(matrix[:, [column]].toarray()[:, 0])


def _proximity(context: Context, segment_id: str) -> np.ndarray | None:
    """Proximity of every segment of the catalogue to one, 1 to itself; None where the cities say nothing of it."""
    column = context.columns.get(segment_id)
    if context.space is None or column is None:
        return None
    found = np.zeros(len(context.catalogue.segments))
    found[context.space.kept.columns] = context.space.phi[column]
    found[context.space.kept.columns[column]] = 1.0
    return found


def _common(catalogue: Catalogue) -> np.ndarray:
    """Inputs and uses that two segments have in common over those that either has, themselves included."""
    ids = {s: n for n, s in enumerate(catalogue.segments)}
    around = np.eye(len(ids))
    for d in catalogue.dependences:
        around[ids[d.source], ids[d.target]] = around[ids[d.target], ids[d.source]] = 1.0
    both_have = around @ around.T
    size = around.sum(axis=1)
    return np.asarray(both_have / (size[:, None] + size - both_have))
