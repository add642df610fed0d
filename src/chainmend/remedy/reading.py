"""How much of a firm's business is on a segment, and what that share is of."""

from __future__ import annotations

from typing import TYPE_CHECKING

from chainmend.i18n import both
from chainmend.names import percent

if TYPE_CHECKING:
    from chainmend.remedy.ranking import Phrase


def on_segment(weight: float, basis: str | None) -> Phrase:
    """Say a placement weight by what the placement rests on.

    A weight is a share of what could be read, whether that is all of a firm or little. A firm that stands on a segment
    because the catalogue names it there has no share that anybody read, and none is told.

    Parameters
    ----------
    weight
        Placement weight, 0..1.
    basis
        override, product, named, code or text, as of `chainmend.placement.place`; None where it is not known.

    Returns
    -------
    tuple of str
        The phrase in Chinese and in English.

    Examples
    --------
    >>> on_segment(0.25, "product")[1]
    '25% of what could be read of its products is on the segment'
    >>> on_segment(0.993, "named")[1]
    'named by the catalogue as typical'
    """
    if basis == "named":
        return both("named by the catalogue as typical")
    share = percent(weight)
    if basis == "override":
        return both("{share} of its business is on the segment", share=share)
    if basis == "product":
        return both("{share} of what could be read of its products is on the segment", share=share)
    return both("{share} of what could be read of its business is on the segment", share=share)
