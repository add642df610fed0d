"""The local firms of two dates side by side, so that growth is of the same firms.

One that is in the earlier data only counts if it has closed since (output 0 now), one in the later data only if it was
founded since (0 then). Everybody else without an output at both dates is left out: a longer list of firms is no growth.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import polars as pl

from chainmend.chain.scope import bare_code
from chainmend.errors import IndicatorError
from chainmend.i18n import _
from chainmend.indicators.members import Members, local_members, once

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from chainmend.indicators.arrays import FloatArray
    from chainmend.indicators.city import City


@dataclass(frozen=True)
class Matched:
    """Local firms of two dates, with their output then and now (nan: not comparable) and activity.

    The groups are the clusters, the city as all clusters together, and all industry.
    """

    members: Members
    before: FloatArray
    after: FloatArray
    activity: NDArray[np.int64]


@once
def match(city: City) -> Matched:
    """Put the firms of two dates side by side; those that closed in between keep the clusters they were in.

    Parameters
    ----------
    city
        With the same city `before`.

    Raises
    ------
    IndicatorError
        If there is no data before, or they are not earlier.
    """
    earlier, date = city.before, city.dataset.date
    if earlier is None or earlier.dataset.date >= date:
        raise IndicatorError(
            _("no data") if earlier is None else str(earlier.dataset.date),
            expected=_("an earlier date than {date}").format(date=date),
            where="before",
        )
    now, then = local_members(city), local_members(earlier)
    closed = city.dataset.firms.filter(pl.col("status") == "closed")["firm_id"]
    gone = np.flatnonzero(then.firms["firm_id"].is_in(closed.implode()).to_numpy())
    was_there = now.firms["firm_id"].is_in(earlier.dataset.firms["firm_id"].implode()).to_numpy()
    old = pl.DataFrame({"firm_id": then.firms["firm_id"], "old": then.figure("output")})
    joined = now.firms.join(old, on="firm_id", how="left", maintain_order="left")
    founded = (joined["founded"] > earlier.dataset.date).fill_null(value=False).to_numpy()
    before = np.where(founded & ~was_there, 0.0, joined["old"].fill_null(np.nan).to_numpy())
    columns = ["firm_id", "industry_code", "output"]
    firms = pl.concat([now.firms.select(columns), then.firms[gone.tolist()].select(columns)])
    share = np.hstack([now.share, then.share[:, gone]])
    together = np.minimum(share[:-1].sum(axis=0), share[-1])
    codes = [bare_code(c)[:2] if c else "" for c in firms["industry_code"]]
    return Matched(
        Members(city, firms, (*now.subjects, now.subjects[-1]), np.vstack([share[:-1], together, share[-1]])),
        np.concatenate([before, then.figure("output")[gone]]),
        np.concatenate([now.figure("output"), np.zeros(len(gone))]),
        np.unique(codes, return_inverse=True)[1].astype(np.int64),
    )
