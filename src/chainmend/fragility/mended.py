"""Losses now and with a new local supplier, over many draws of the links' values, without building a network anew.

What stops is supply. The new supplier takes a share q of what local buyers buy of a segment; it stops with nobody, buys
from nobody and weighs nothing. So the mended network is the one there is, with the impact of the segment's other firms
on local buyers multiplied by 1 - q, and with the new volume among those that can replace a supplier that stops. Orders
that fail with a source are left out: the mend does not bring them back.

Both losses are taken after the same number of steps, that in which the cascade has come to rest in the network as it
is. Then a loss with the mend is never above the one without, and never grows with q.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from chainmend.errors import NetworkError
from chainmend.fragility.engines.threads import Shocks, spread, thread_count
from chainmend.fragility.esri import warn_unconverged
from chainmend.fragility.memory import check_memory
from chainmend.fragility.plan import ALONE, Plan, build_plan
from chainmend.fragility.production import ESSENTIAL, IRRELEVANT
from chainmend.i18n import _

if TYPE_CHECKING:
    import numpy.typing as npt

    from chainmend.fragility.engines import Job
    from chainmend.fragility.network import Codes, Floats, SupplyNetwork


@dataclass(frozen=True)
class Mend:
    """A shock, and the sector that gets a new supplier.

    Attributes
    ----------
    sector
        Code of the sector in the network.
    firms
        Numbers of the firms that stop.
    """

    sector: int
    firms: Codes


class _Links(NamedTuple):
    """Links by supplier, and where they stand in a plan; see `kernels.mended.reweigh`."""

    row: npt.NDArray[np.int64]
    buyer: Codes
    weight: Floats
    local: npt.NDArray[np.bool_]
    pushed: Codes
    share: npt.NDArray[np.int8]


class _Mends(NamedTuple):
    """What each mend changes; see `kernels.mended.follow_mended`."""

    segment: Codes
    share: float
    link_row: npt.NDArray[np.int64]
    link: Codes
    firm_row: npt.NDArray[np.int64]
    firm: Codes
    newcomer: Codes


class _Own(NamedTuple):
    """Arrays of one worker that change from draw to draw, and from shock to shock."""

    weight: Floats
    push: npt.NDArray[np.void]
    out_strength: Floats
    market_total: Floats
    local_out: Floats
    bought: Floats
    slot_sum: Floats
    kept: Floats


def mended_losses(
    network: SupplyNetwork,
    local: npt.NDArray[np.bool_],
    mends: Sequence[Mend],
    job: Job,
    *,
    share: float,
    draws: int = 0,
    seed: int = 0,
    workers: int | None = None,
    progress: Callable[[int, int], None] | None = None,
) -> Floats:
    """Follow every stop of supply without and with its mend, once as observed and in every draw.

    A draw multiplies the value of every link by an exponential number of mean 1 (the Bayesian bootstrap): as the
    counts of an ordinary bootstrap these have mean and variance 1, but no link vanishes, so a buyer's only supplier
    stays its only one.

    Parameters
    ----------
    network
        Without `costs`; where firms have markets, the firms of a mended sector are in one.
    local
        Shape (n,): the firms whose purchases a mend moves.
    mends
        Shocks and mended sectors.
    job
        Tolerance, most steps, and weights of the firms (sum 1); always free of scale.
    share
        What the new supplier takes of local purchases, 0..1.
    draws, seed
        How many draws, and what they are made from: the same seed gives the same ones, whatever the mends are.
    workers
        Threads; one a core where None. The numbers do not depend on it.
    progress
        Called with the number of draws done and of all.

    Returns
    -------
    numpy.ndarray
        Shape (1 + draws, mends, 2): weighted loss through missing inputs now and with the mend, 0..1; the first row is
        as observed.

    References
    ----------
    Rubin (1981), The Bayesian bootstrap, Annals of Statistics 9, 130-134.
    """
    if network.costs is not None:
        raise NetworkError(_("a network with costs"), expected=_("one whose links hold all purchases"))
    found = np.zeros((1 + draws, len(mends), 3))
    if not mends:
        return found[..., :2]
    sectors = sorted({mend.sector for mend in mends})
    wider = _with_newcomers(network, sectors)
    plan = build_plan(wider)
    links = _links(wider, plan, local)
    changes = _changes(wider, links, mends, sectors, share)
    threads = thread_count(workers, 1 + draws)
    check_memory(network, threads)
    job = replace(job, weights=np.append(job.weights, np.zeros(len(sectors))))
    shocks = Shocks.of([mend.firms for mend in mends])
    crew = [_Worker(plan, job, links, changes, shocks, seed) for _thread in range(threads)]
    for done, (draw, losses) in enumerate(spread(crew, range(1 + draws), _Worker.losses), 1):
        found[draw] = losses
        if progress is not None:
            progress(done, 1 + draws)
    warn_unconverged(found[..., 2].ravel() > 0, job.max_steps)
    return found[..., :2]


def _with_newcomers(network: SupplyNetwork, sectors: Sequence[int]) -> SupplyNetwork:
    """The network with one firm more for each of the sectors, which has no links."""
    n = len(sectors)
    market = network.market
    if market is not None:
        theirs = [np.unique(market[network.sector == sector]) for sector in sectors]
        if any(len(one) != 1 for one in theirs):
            raise NetworkError(
                _("a segment whose firms are in several markets"),
                expected=_("firms of one segment that can replace each other"),
            )
        market = np.append(market, np.concatenate(theirs)).astype(np.int32)
    return replace(
        network,
        row=np.append(network.row, np.full(n, network.row[-1])),
        sector=np.append(network.sector, np.array(sectors, np.int32)).astype(np.int32),
        market=market,
        names=None,
        revenue=None if network.revenue is None else np.append(network.revenue, np.zeros(n)),
    )


def _links(network: SupplyNetwork, plan: Plan, local: npt.NDArray[np.bool_]) -> _Links:
    from chainmend.fragility.kernels.mended import CONSTANT, LINEAR, SUMMED

    sector, n = np.asarray(network.sector), network.n_firms
    kinds = network.essentiality[sector[network.supplier], sector[network.buyer]]
    # the plan holds links by supplier, then buyer, as the network does, but for those that do not matter
    pushed = np.flatnonzero(kinds != IRRELEVANT).astype(np.int32)
    slot = plan.push["slot"]
    constant = (slot == ALONE) & (kinds[pushed] == ESSENTIAL)
    return _Links(
        row=np.array(network.row, np.int64),
        buyer=np.array(network.buyer, np.int32),
        weight=np.array(network.weight, np.float64),
        local=np.append(local, np.zeros(n - len(local), bool)),
        pushed=pushed,
        share=np.where(constant, CONSTANT, np.where(slot >= 0, SUMMED, LINEAR)).astype(np.int8),
    )


def _changes(
    network: SupplyNetwork, links: _Links, mends: Sequence[Mend], sectors: Sequence[int], share: float
) -> _Mends:
    number = {sector: g for g, sector in enumerate(sectors)}
    group = np.full(len(network.sectors), -1)
    group[sectors] = np.arange(len(sectors))
    of_firm = group[network.sector]
    newcomers = np.arange(network.n_firms - len(sectors), network.n_firms, dtype=np.int32)
    of_firm[newcomers] = -1
    of_link = np.where(links.local[network.buyer], of_firm[network.supplier], -1)[links.pushed]
    link_row, link = _by_group(of_link, len(sectors))
    firm_row, firm = _by_group(of_firm, len(sectors))
    segment = np.array([number[mend.sector] for mend in mends], np.int32)
    return _Mends(segment, share, link_row, link, firm_row, firm, newcomers)


def _by_group(group: npt.NDArray[np.int64], count: int) -> tuple[npt.NDArray[np.int64], Codes]:
    """Rows and members of groups 0 to count - 1; -1 belongs to none."""
    inside = np.flatnonzero(group >= 0)
    members = inside[np.argsort(group[inside], kind="stable")].astype(np.int32)
    sizes = np.bincount(group[members], minlength=count)
    return np.concatenate([[0], np.cumsum(sizes)]).astype(np.int64), np.asarray(members)


class _Worker:
    """One thread's own arrays."""

    def __init__(
        self, plan: Plan, job: Job, links: _Links, changes: _Mends, shocks: Shocks, seed: int
    ) -> None:
        from chainmend.fragility.kernels.scratch import scratch

        self.job, self.links, self.changes, self.shocks, self.seed = job, links, changes, shocks, seed
        n = plan.n_firms
        self.own = _Own(
            weight=links.weight.copy(),
            push=plan.push.copy(),
            out_strength=plan.out_strength.copy(),
            market_total=plan.market_total.copy(),
            local_out=np.zeros(n),
            bought=np.zeros(n),
            slot_sum=np.zeros(int(plan.slot_row[-1])),
            kept=np.zeros(int(np.diff(changes.link_row).max(initial=0))),
        )
        self.plan = _reading(plan, self.own)
        self.scratch = scratch(self.plan)

    def losses(self, draw: int) -> Floats:
        """Losses now and with the mend of every shock, and whether at rest, in one draw; 0: as observed."""
        from chainmend.fragility.kernels.mended import follow_mended, reweigh

        noise = np.ones(len(self.links.weight))
        if draw:
            np.random.default_rng([self.seed, draw]).standard_exponential(out=noise)
        reweigh(self.plan, self.links, noise, self.own, self.scratch)
        job, out = self.job, np.zeros((len(self.shocks.row) - 1, 3))
        follow_mended(
            self.plan, job.tolerance, job.max_steps, job.weights, self.shocks, self.changes, self.own, self.scratch,
            out,
        )  # fmt: skip
        return out


def _reading(plan: Plan, own: _Own) -> Plan:
    """The plan over arrays that change, which the kernels only read: they are compiled for plans nobody writes to."""
    reading = plan._replace(
        push=own.push.view(),
        out_strength=own.out_strength.view(),
        market_total=own.market_total.view(),
    )
    for array in reading:
        array.flags.writeable = False
    return reading
