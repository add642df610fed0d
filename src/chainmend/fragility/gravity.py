"""Who might supply whom and how much: a gravity model whose number of links is known, drawn without looking at pairs.

For supplier i of sector k and buyer j, the expected value of the link is

    w_ij = u_i v_j D_kl H_ab        (i != j; l sector of j; a, b places)

with u, v such that sales (and purchases) come out as given. The link is there with probability

    p_ij = z x_i y_j D_kl H_ab / (1 + z x_i y_j D_kl H_ab)

and is then worth w_ij / p_ij. One z for all pairs makes the expected number of links what it should be. With one
sector and one place x_i y_j is sales times purchases: the density-corrected gravity model of Cimini, Squartini,
Garlaschelli and Gabrielli (2015). With several it is the sales of i times what j buys of sector k: the stripe-corrected
model of Ialongo et al. (2022).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from chainmend.errors import NetworkError
from chainmend.i18n import _

if TYPE_CHECKING:
    from chainmend.fragility.network import Codes, Floats

_BIN = 0.05  # width of a bin of log size; the expected number of links is then right to 1e-4
_TOLERANCE, _MOST = 1e-9, 5000
_FULL = 0.999  # of all possible links; beyond, z goes to infinity


@dataclass(frozen=True)
class Gravity:
    """Expected weights and probabilities of all links, kept as factors.

    Attributes
    ----------
    affinity
        Shape (m, m): D, row sector of the supplier, column of the buyer.
    decay
        Shape (places, places): H.
    sector, place
        Shape (n,).
    sold, bought
        Shape (n,): u and v.
    fitness_out, fitness_in
        Shape (n,): z x and y.
    """

    affinity: Floats
    decay: Floats
    sector: Codes
    place: Codes
    sold: Floats
    bought: Floats
    fitness_out: Floats
    fitness_in: Floats

    @property
    def n_firms(self) -> int:
        """Number of firms."""
        return len(self.sector)

    def _kernel(self, supplier: Codes, buyer: Codes) -> Floats:
        near = self.decay[self.place[supplier], self.place[buyer]]
        value: Floats = self.affinity[self.sector[supplier], self.sector[buyer]] * near
        return np.where(supplier == buyer, 0.0, value)

    def expected(self, supplier: Codes, buyer: Codes) -> Floats:
        """Return the expected value of each link, whether it is there or not."""
        return self.sold[supplier] * self.bought[buyer] * self._kernel(supplier, buyer)

    def probability(self, supplier: Codes, buyer: Codes) -> Floats:
        """Return the probability that each link is there."""
        odds = self.fitness_out[supplier] * self.fitness_in[buyer] * self._kernel(supplier, buyer)
        return odds / (1 + odds)

    def renumbered(self, number: Codes) -> Gravity:
        """Return the same model with firm i as number ``number[i]``."""
        names = ("sector", "place", "sold", "bought", "fitness_out", "fitness_in")
        back = np.argsort(number)
        return replace(self, **{name: getattr(self, name)[back] for name in names})


def fit(
    sales: Floats,
    purchases: Floats,
    sector: Codes,
    place: Codes,
    affinity: Floats,
    decay: Floats,
    *,
    links: float,
    both: bool,
) -> tuple[Gravity, npt.NDArray[np.bool_]]:
    """Return the model, and which firms have sales but nobody who could buy from them.

    Parameters
    ----------
    sales, purchases
        Shape (n,), >= 0. Purchases are scaled to the sum of sales.
    links
        Expected number of links.
    both
        Whether purchases must be met as well; otherwise they say only in which proportion sales are shared out.

    Raises
    ------
    NetworkError
        If there are fewer possible links than wanted, or sales and purchases cannot be met together.
    """
    model = Gravity(affinity, decay, sector, place, *np.zeros((4, len(sector))))
    own = affinity[sector, sector] * decay[place, place]
    could = replace(model, affinity=_one(affinity > 0), decay=_one(decay > 0))
    itself = (own > 0) & (sales > 0) & (purchases > 0)
    buyers = np.rint(_at_suppliers(could, _one(purchases > 0)) - itself)
    sellers = np.rint(_at_buyers(could, _one(sales > 0)) - itself)
    stuck = (sales > 0) & (buyers <= 0)
    sales = np.where(buyers > 0, sales, 0.0)
    purchases = np.where(sellers > 0, purchases, 0.0)
    possible = float(buyers[sales > 0].sum())
    if not 0 < links <= _FULL * possible:
        raise NetworkError(
            _("{links:.0f} expected links").format(links=links),
            expected=_("more than 0 and fewer than the {possible:.0f} possible ones").format(
                possible=possible
            ),
            where="mean_degree",
            do=_("lower it, or give more pairs of sectors a weight above 0") if links > 0 else None,
        )
    purchases = purchases * (sales.sum() / purchases.sum())
    u, v = _balance(model, sales, purchases, np.zeros_like(own), both)
    stripe = np.bincount(sector, sales, len(affinity))[sector]
    model = replace(model, fitness_out=u * stripe, fitness_in=v)
    sold, bought = _balance(model, sales, purchases, own, both)
    z = _calibrate(model, links)
    return replace(model, sold=sold, bought=bought, fitness_out=z * model.fitness_out), stuck


def draw_links(model: Gravity, seed: int, draws: int) -> list[tuple[Codes, Codes]]:
    """Return suppliers and buyers of each draw; the first draws do not depend on how many follow.

    Where the odds of a pair are above 1 it is asked itself, for then at least every second such pair is a link. For
    all others a Poisson number of candidates is drawn with the odds as rate; a pair that came up at all stays with
    the probability that is missing. So time and memory grow with links, not with pairs.
    """
    found: list[list[tuple[Codes, Codes]]] = [[] for _draw in range(draws)]
    for group, firms, buyers, stripe in _stripes(model):
        rng = np.random.Generator(np.random.PCG64(np.random.SeedSequence(seed, spawn_key=(group,))))
        order = np.argsort(stripe, kind="stable")
        for links, drawn in zip(
            found, _draw_stripe(model.fitness_out[firms], stripe[order], rng, draws), strict=True
        ):
            supplier, buyer = firms[drawn[0]], buyers[order[drawn[1]]]
            other = supplier != buyer
            links.append((supplier[other], buyer[other]))
    return [
        (np.concatenate([s for s, _b in links]), np.concatenate([b for _s, b in links])) for links in found
    ]


def _draw_stripe(
    x: Floats, y: Floats, rng: np.random.Generator, draws: int
) -> Iterator[tuple[npt.NDArray[np.intp], npt.NDArray[np.intp]]]:
    """Draw pairs with odds x y, y sorted; pairs are places in x and y."""
    cumulated = np.concatenate(([0.0], np.cumsum(y)))
    rare = np.searchsorted(y, 1 / x, side="right")  # odds of at most 1
    often = len(y) - rare
    i = np.repeat(np.arange(len(x)), often)
    j = np.arange(len(i)) - np.repeat(np.cumsum(often) - often, often) + np.repeat(rare, often)
    p = x[i] * y[j] / (1 + x[i] * y[j])
    for _draw in range(draws):
        there = rng.random(len(p)) < p
        a = np.repeat(np.arange(len(x)), rng.poisson(x * cumulated[rare]))
        at = rng.random(len(a)) * cumulated[rare[a]]
        b = np.minimum(np.searchsorted(cumulated, at, side="right") - 1, rare[a] - 1)
        a, b = np.divmod(np.unique(a * len(y) + b), len(y))
        odds = x[a] * y[b]
        stays = rng.random(len(a)) * -np.expm1(-odds) < odds / (1 + odds)
        yield np.concatenate((i[there], a[stays])), np.concatenate((j[there], b[stays]))


def _stripes(model: Gravity) -> Iterator[tuple[int, Codes, Codes, Floats]]:
    """Yield for each sector and place: its number, its suppliers, who could buy there, and their part of the odds."""
    places = len(model.decay)
    group = model.sector * np.int64(places) + model.place
    sells = np.flatnonzero(model.fitness_out > 0).astype(np.int32)
    sells = sells[np.argsort(group[sells], kind="stable")]
    numbers, first = np.unique(group[sells], return_index=True)
    for number, firms in zip(numbers.tolist(), np.split(sells, first[1:]), strict=True):
        k, a = divmod(number, places)
        stripe = model.fitness_in * model.affinity[k][model.sector] * model.decay[a][model.place]
        buyers = np.flatnonzero(stripe > 0).astype(np.int32)
        yield number, firms, buyers, stripe[buyers]


def _at_suppliers(model: Gravity, v: Floats) -> Floats:
    """Return sum over j of v_j D_kl H_ab for each supplier, itself included."""
    return _summed(model, v, model.affinity, model.decay)


def _at_buyers(model: Gravity, u: Floats) -> Floats:
    """Return sum over i of u_i D_kl H_ab for each buyer, itself included."""
    return _summed(model, u, model.affinity.T, model.decay.T)


def _summed(model: Gravity, value: Floats, affinity: Floats, decay: Floats) -> Floats:
    m, places = len(affinity), len(decay)
    group = model.sector * np.int64(places) + model.place
    sums = np.bincount(group, value, m * places).reshape(m, places)
    result: Floats = (affinity @ sums @ decay.T).ravel()[group]
    return result


def _balance(
    model: Gravity, sales: Floats, purchases: Floats, own: Floats, both: bool
) -> tuple[Floats, Floats]:
    """Return u and v by iterative proportional fitting; `own`, each firm's kernel with itself, is left out."""
    v = purchases
    u = _ratio(sales, _at_suppliers(model, v) - own * v)
    sells = sales > 0
    for _step in range(_MOST if both else 0):
        with np.errstate(over="ignore", invalid="ignore"):  # where there is no solution, factors run away
            v = _ratio(purchases, _at_buyers(model, u) - own * u)
            reached = u * (_at_suppliers(model, v) - own * v)
            off = float(np.abs(reached[sells] / sales[sells] - 1).max())
            u = _ratio(sales, _at_suppliers(model, v) - own * v)
        if off <= _TOLERANCE:
            return u, v
        if not np.isfinite(off):
            break
    if both:
        raise NetworkError(
            _("sales and purchases cannot be met together by these pairs of sectors"),
            expected=_("a way to share out every firm's sales"),
            where="inputs",
            do=_("leave `inputs` out, or give more pairs of sectors a weight above 0"),
        )
    return u, v


def _one(condition: npt.NDArray[np.bool_]) -> Floats:
    """Return 1 where the condition holds, 0 elsewhere."""
    return condition.astype(np.float64)


def _ratio(a: Floats, b: Floats) -> Floats:
    """Return a / b where there is an a, 0 elsewhere."""
    return np.divide(a, b, out=np.zeros_like(a), where=(a > 0) & (b > 0))


def _calibrate(model: Gravity, links: float) -> float:
    """Return the z at which `links` links are expected."""
    from scipy.optimize import brentq

    stripes = [
        (*_binned(model.fitness_out[firms]), *_binned(stripe)) for _g, firms, _b, stripe in _stripes(model)
    ]
    itself = model.fitness_out * model.fitness_in
    itself = itself * model.affinity[model.sector, model.sector] * model.decay[model.place, model.place]

    def surplus(log_z: float) -> float:
        z = np.exp(log_z)
        total = -float((z * itself / (1 + z * itself)).sum())
        for x, n_x, y, n_y in stripes:
            odds = z * np.multiply.outer(x, y)
            total += float(n_x @ (odds / (1 + odds)) @ n_y)
        return total - links

    low = float(np.log(links / sum((x @ n_x) * (y @ n_y) for x, n_x, y, n_y in stripes)))
    high = low + 1
    while surplus(high) < 0:
        low, high = high, high + 4
    # the root may lie a rounding below the first `low`, where all odds are small
    return float(np.exp(brentq(surplus, low - 1e-3, high, xtol=1e-10)))


def _binned(size: Floats) -> tuple[Floats, Floats]:
    """Return means and numbers of sizes of about the same size, so that the cost does not grow with pairs."""
    bins = np.floor(np.log(size) / _BIN).astype(np.int64)
    bins -= bins.min()
    if len(bins) <= 64:
        return size, np.ones_like(size)
    counts = np.bincount(bins)
    kept = counts > 0
    return np.bincount(bins, size)[kept] / counts[kept], counts[kept].astype(np.float64)
