"""Supply networks of a city whose trades nobody has: drawn from the firms' outputs and the catalogue."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
import polars as pl

from chainmend.errors import NetworkError
from chainmend.fragility.city import COLUMNS, CityNetwork, with_sectors
from chainmend.fragility.reconstruct import reconstruct
from chainmend.i18n import _
from chainmend.names import percent

if TYPE_CHECKING:
    from chainmend.chain.model import Catalogue
    from chainmend.dataset import Dataset
    from chainmend.fragility.stress import Stress

LINKS_PER_FIRM, INSIDE, DRAWS = 8.0, 0.5, 20
_LOW, _HIGH = 0.05, 0.95


def estimated_networks(
    dataset: Dataset,
    placements: pl.DataFrame,
    catalogue: Catalogue,
    *,
    links_per_firm: float = LINKS_PER_FIRM,
    inside: float = INSIDE,
    draws: int = DRAWS,
    seed: int = 0,
) -> tuple[CityNetwork, ...]:
    """Draw supply networks of a city from outputs and dependences, each marked as estimated.

    Parameters
    ----------
    dataset, placements, catalogue
        As for `city_network`; supply links are not looked at. Firms of unknown output are left out.
    links_per_firm
        Expected number of customers of a firm: an assumption, to be varied.
    inside
        Share of its output that a firm sells to other firms of the dataset, above 0 and at most 1: an assumption.
        Over a whole country about two thirds of output are inputs of others (China's input-output table of 2007);
        no city's data hold all of them. Losses through missing demand grow steeply with it.
    draws, seed
        Number of networks; the same seed gives the same ones.

    Raises
    ------
    NetworkError
        If no local firm has a known output, or a number is out of its range.
    """
    if not 0 < inside <= 1:
        raise NetworkError(str(inside), expected=_("a share above 0, at most 1"), where="inside")
    active = dataset.firms.filter(pl.col("status") != "closed").sort("firm_id")
    known = active.filter(pl.col("output") > 0)
    if known.filter(pl.col("place") == "local").is_empty():
        raise NetworkError(
            _("no output of local firms is known"),
            expected=_("the output of some local firm"),
            where=_("firms, column output"),
        )
    firms = with_sectors(known, placements, catalogue).with_columns(
        weight=pl.when(pl.col("place") == "local").then("output").otherwise(0.0)
    )
    ensemble = reconstruct(
        firms["output"] * inside,
        firms["sector"],
        market=firms["sector"],
        names=firms["firm_id"],
        essentiality=catalogue,
        mean_degree=links_per_firm,
        draws=draws,
        seed=seed,
    )
    notes = [
        _(
            "links are estimated from outputs and the catalogue: {n} draws, {links:g} customers a firm, "
            "{inside} of output sold inside"
        ).format(n=draws, links=links_per_firm, inside=percent(inside))
    ]
    if active.height > known.height:
        notes.append(
            _("firms of unknown output, left out: {n}").format(n=f"{active.height - known.height:,}")
        )
    output = firms["output"].to_numpy()
    return tuple(
        CityNetwork(
            replace(net, revenue=np.maximum(output, net.out_strength)),
            firms.select(COLUMNS),
            dataset.date.year,
            tuple(notes),
        )
        for net in ensemble.networks
    )


def pool_stress(draws: Sequence[Stress]) -> Stress:
    """Mean losses over the draws of an estimated network, with the interval that holds 90 % of several draws.

    The cascade counts as converged where every one of them is; its steps are the most of any.
    """
    one = draws[0]
    frames = [d.firms.sort("firm_id") for d in draws]
    means = {
        c: pl.Series(np.mean([f[c].to_numpy() for f in frames], axis=0))
        for c in ("downstream", "upstream", "loss", "lost")
    }
    firms = frames[0].with_columns(**means)
    totals = {
        name: np.array([getattr(d, name) for d in draws]) for name in ("total", "downstream", "upstream")
    }
    totals["spread"] = totals["total"] - one.own
    return replace(
        one,
        firms=firms.sort(["lost", "loss", "firm_id"], descending=[True, True, False]),
        total=float(totals["total"].mean()),
        downstream=float(totals["downstream"].mean()),
        upstream=float(totals["upstream"].mean()),
        steps=max(d.steps for d in draws),
        converged=all(d.converged for d in draws),
        interval={
            name: (float(np.quantile(v, _LOW)), float(np.quantile(v, _HIGH))) for name, v in totals.items()
        }
        if len(draws) > 1
        else {},
    )


def pool_risk(draws: Sequence[pl.DataFrame]) -> pl.DataFrame:
    """Mean systemic risk over the draws, with columns esri_low and esri_high: the interval of 90 % of several draws."""
    frames = [d.sort("firm_id") for d in draws]
    index = np.array([f["esri"].to_numpy() for f in frames])
    own = pl.col("own_share")
    interval = {
        "esri_low": pl.Series(np.quantile(index, _LOW, axis=0)),
        "esri_high": pl.Series(np.quantile(index, _HIGH, axis=0)),
    }
    return (
        frames[0]
        .with_columns(
            *(
                pl.Series(c, np.mean([f[c].to_numpy() for f in frames], axis=0))
                for c in ("esri", "downstream", "upstream", "lost")
            ),
            **(interval if len(draws) > 1 else {}),
            steps=pl.Series(np.max([f["steps"].to_numpy() for f in frames], axis=0)),
            converged=pl.Series(np.all([f["converged"].to_numpy() for f in frames], axis=0)),
        )
        .with_columns(ratio=pl.when(own > 0).then(pl.col("esri") / own))
        .sort(["esri", "firm_id"], descending=[True, False])
    )
