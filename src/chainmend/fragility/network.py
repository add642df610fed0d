"""A supply network: who sells to whom, how much, and which inputs a buyer cannot do without.

Links are kept by supplier (compressed sparse rows). On disk a network is a folder of ``.npy`` files and a
``network.json``; opened again it is mapped into memory, so that a million firms open in no time.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt
import polars as pl

from chainmend.errors import NetworkError
from chainmend.folders import restore, whole_folder
from chainmend.fragility.production import essentiality_matrix
from chainmend.i18n import _

if TYPE_CHECKING:
    from chainmend.chain.model import Catalogue
    from chainmend.fragility.cascade import Cascade, Loss, Stop
    from chainmend.fragility.esri import Esri
    from chainmend.fragility.plan import Plan

Floats = npt.NDArray[np.float64]
Codes = npt.NDArray[np.int32]
Column = Sequence[Any] | npt.NDArray[Any] | pl.Series
FORMAT = 1
MANIFEST = "network.json"
_NAMES = "names.parquet"
_ARRAYS = ("row", "buyer", "weight", "sector", "essentiality", "market", "revenue", "costs")


@dataclass(frozen=True)
class SupplyNetwork:
    """Firms and the links between them; made by `from_edges` or `open`.

    Attributes
    ----------
    row
        Shape (n + 1,): the links of supplier i are ``row[i]:row[i + 1]``.
    buyer, weight
        Shape (links,): buyer of each link and its value per year, > 0; sorted by supplier, then buyer.
    sector
        Shape (n,): index of the firm's sector in `sectors`.
    sectors
        Labels of the sectors, sorted; every one has a firm.
    essentiality
        Shape (m, m): 2 essential, 1 substitutable, 0 irrelevant; row: sector of the supplier, column: of the buyer.
    market
        Shape (n,): firms that can replace each other, or None where nobody can be replaced.
    names
        Names of the firms, or None where they are numbered.
    revenue, costs
        Shape (n,): replace what a firm sells and buys within the network as measure of its size, or None.
    merged
        Rows given to `from_edges` that were added to an earlier row of the same two firms.
    dropped
        Rows of weight zero, which are no links.
    estimated
        Whether the links were estimated (`reconstruct`), not observed.
    """

    row: npt.NDArray[np.int64]
    buyer: Codes
    weight: Floats
    sector: Codes
    sectors: tuple[Any, ...]
    essentiality: npt.NDArray[np.int8]
    market: Codes | None = None
    names: tuple[str, ...] | None = None
    revenue: Floats | None = None
    costs: Floats | None = None
    merged: int = 0
    dropped: int = 0
    estimated: bool = False
    folder: Path | None = None

    @property
    def n_firms(self) -> int:
        """Number of firms."""
        return len(self.row) - 1

    @property
    def n_links(self) -> int:
        """Number of links."""
        return len(self.buyer)

    @cached_property
    def supplier(self) -> Codes:
        """Supplier of each link, shape (links,)."""
        return np.repeat(np.arange(self.n_firms, dtype=np.int32), np.diff(self.row))

    @cached_property
    def out_strength(self) -> Floats:
        """What each firm sells to others of the network, shape (n,)."""
        return np.bincount(self.supplier, self.weight, self.n_firms).astype(np.float64)

    @cached_property
    def in_strength(self) -> Floats:
        """What each firm buys from others of the network, shape (n,)."""
        return np.bincount(self.buyer, self.weight, self.n_firms).astype(np.float64)

    @cached_property
    def _index(self) -> dict[str, int]:
        return {name: i for i, name in enumerate(self.names or ())}

    @cached_property
    def plan(self) -> Plan:
        """Arrays the cascade's kernels read; built once."""
        from chainmend.fragility.plan import build_plan

        return build_plan(self)

    def firm(self, key: str | int) -> int:
        """Return the number of a firm given by name or number.

        Raises
        ------
        NetworkError
            If there is no such firm.
        """
        if isinstance(key, str):
            if key in self._index:
                return self._index[key]
        elif isinstance(key, (int, np.integer)) and not isinstance(key, bool) and 0 <= key < self.n_firms:
            return int(key)
        kind = _("the name of a firm of the network") if self.names else _("a number from 0 to {last}")
        raise NetworkError(
            _("no firm {key}").format(key=key),
            expected=kind.format(last=self.n_firms - 1),
            where=_("network"),
        )

    def esri(
        self,
        *,
        tolerance: float = 1e-2,
        firms: Sequence[int | str] | npt.NDArray[np.integer] | None = None,
        weights: npt.ArrayLike | None = None,
        engine: str = "threads",
        scale_free: bool = False,
        max_steps: int = 1000,
        workers: int | None = None,
        folder: Path | str | None = None,
        progress: Callable[[int, int], None] | None = None,
    ) -> Esri:
        """Return what is lost when each firm fails alone: the economic systemic risk index.

        Parameters
        ----------
        tolerance
            A cascade ends with the first step in which no firm's loss rises by more; part of the definition.
        firms
            Numbers or names of the firms that fail; all where None.
        weights
            Shape (n,): importance of each firm; what it sells inside the network where None.
        engine
            ``"threads"``, ``"dask"`` or ``"cuda"``; the numbers are the same.
        scale_free
            Whether a market of which nothing is left counts as irreplaceable whatever the unit of money; False is
            the published program's way.
        max_steps
            Steps after which a cascade is given up, with a warning.
        workers
            Threads or processes; one a core where None.
        folder
            Where finished batches are kept; the same call goes on there after it was killed.
        progress
            Called with the number of firms done and of all.

        References
        ----------
        Diem et al. (2022), Scientific Reports 12, 7719.

        Examples
        --------
        A chain of three: the first firm's buyer stops with it, and so does the buyer's buyer.

        >>> net = SupplyNetwork.from_edges([0, 1], [1, 2], [1.0, 1.0], sector=["a", "b", "c"], essentiality="leontief")
        >>> net.esri(weights=[1, 1, 2]).downstream.tolist()
        [1.0, 0.75, 0.5]
        """
        from chainmend.fragility.esri import esri

        return esri(
            self, tolerance=tolerance, firms=firms, weights=weights, engine=engine, scale_free=scale_free,
            max_steps=max_steps, workers=workers, folder=folder, progress=progress,
        )  # fmt: skip

    def cascade(
        self,
        loss: Loss,
        *,
        loss_upstream: Loss | None = None,
        tolerance: float = 1e-2,
        scale_free: bool = True,
        max_steps: int = 1000,
        stop: Stop = "change",
        weights: npt.ArrayLike | None = None,
        workers: int | None = None,
    ) -> Cascade:
        """Follow a shock, or several, to the loss of every firm.

        Parameters
        ----------
        loss
            Initial share of production lost, 0..1: shape (n,) or (scenarios, n), or a mapping from firm to share, or a
            list of mappings.
        loss_upstream
            The same for the demand side; as `loss` where None.
        tolerance, scale_free, max_steps, weights, workers
            As for `esri`; where nobody sells anything, all firms weigh the same.
        stop
            ``"change"``: no firm's loss rises by more than `tolerance`; ``"total"``: the total grows by no more than
            that part of itself.

        Examples
        --------
        >>> net = SupplyNetwork.from_edges([0, 1], [2, 2], [3.0, 1.0], sector=["a", "a", "b"])
        >>> net.cascade({0: 1.0}).downstream.tolist()
        [1.0, 0.0, 0.75]
        """
        from chainmend.fragility.cascade import cascade

        return cascade(
            self, loss, loss_upstream=loss_upstream, tolerance=tolerance, scale_free=scale_free,
            max_steps=max_steps, stop=stop, weights=weights, workers=workers,
        )  # fmt: skip

    @classmethod
    def from_edges(
        cls,
        supplier: Column,
        buyer: Column,
        weight: Column,
        *,
        sector: Column | Mapping[str, Any],
        essentiality: npt.ArrayLike | str | Catalogue | None = None,
        market: Column | Mapping[str, Any] | None = None,
        n_firms: int | None = None,
        names: Sequence[str] | pl.Series | None = None,
        revenue: Column | None = None,
        costs: Column | None = None,
    ) -> SupplyNetwork:
        """Make a network from a list of links.

        Parameters
        ----------
        supplier, buyer
            Shape (rows,): numbers from 0, or names. ``supplier`` sells to ``buyer``.
        weight
            Shape (rows,): value per year, >= 0. Rows of the same two firms are added, rows of zero are left out.
        sector
            One label per firm, in the order of their numbers; for firms known by name a mapping from name to
            label, or a sequence in the order of `names`.
        essentiality
            A matrix over the sorted labels (row supplier, column buyer) of 0, 1, 2; ``"linear"`` (all 1, the default);
            ``"leontief"`` (all 2); or a catalogue whose dependences between segments, named by the labels, decide.
        market
            Firms that can replace each other, one label per firm as `sector`; None: nobody can be replaced.
            Usually the same as `sector`.
        n_firms
            Number of firms, checked against `sector`.
        names
            Names of the firms where `supplier` and `buyer` are names and `sector` is no mapping.
        revenue, costs
            Shape (n,), optional: measures of size where the network holds only a part of a firm's trade.

        Raises
        ------
        NetworkError
            If a weight is negative or not a number, a firm is unknown, or a shape does not fit.

        Examples
        --------
        >>> net = SupplyNetwork.from_edges([0, 0, 1], [1, 2, 2], [3.0, 1.0, 2.0], sector=["a", "b", "b"])
        >>> net.n_firms, net.n_links, net.out_strength.tolist()
        (3, 3, [4.0, 2.0, 0.0])
        """
        from chainmend.fragility import edges

        firms, labels = edges.firms_of(sector, names, n_firms)
        n = len(labels)
        sectors, sector_codes = edges.codes_of(labels)
        row, to, value, merged, dropped = edges.compress(
            edges.numbers(supplier, firms, n, "supplier"),
            edges.numbers(buyer, firms, n, "buyer"),
            edges.amounts(weight, "weight"),
            n,
        )
        return cls(
            row=row,
            buyer=to,
            weight=value,
            sector=sector_codes,
            sectors=sectors,
            essentiality=essentiality_matrix(essentiality, sectors),
            market=None if market is None else edges.substitutes_of(market, firms, n),
            names=firms,
            revenue=edges.sizes(revenue, n, "revenue"),
            costs=edges.sizes(costs, n, "costs"),
            merged=merged,
            dropped=dropped,
        )

    def save(self, folder: Path | str) -> Path:
        """Write the network and the arrays of its plan to `folder`, which appears whole or not at all.

        A network that is there already is replaced; anything else is left alone.
        """
        target = Path(folder)
        if target.is_file():
            raise NetworkError(
                _("a file stands in the way"), expected=_("an empty or new folder"), where=str(target)
            )
        ours = {
            MANIFEST,
            _NAMES,
            *(f"{name}.npy" for name in _ARRAYS),
            *(f"plan_{f}.npy" for f in self.plan._fields),
        }
        held = {p.name for p in target.iterdir()} if target.exists() else set()
        if held - ours or (held and MANIFEST not in held):
            raise NetworkError(
                _("the folder holds something that is no network"),
                expected=_("an empty or new folder, or one that holds nothing but a network"),
                where=str(target),
            )
        with whole_folder(target) as partial:
            for name in _ARRAYS:
                if getattr(self, name) is not None:
                    np.save(partial / f"{name}.npy", getattr(self, name))
            self.plan.save(partial)
            meta = {
                "format": FORMAT, "firms": self.n_firms, "links": self.n_links, "sectors": list(self.sectors),
                "merged": self.merged, "dropped": self.dropped, "estimated": self.estimated,
            }  # fmt: skip
            if self.names is not None:
                pl.DataFrame({"name": self.names}).write_parquet(partial / _NAMES)
            (partial / MANIFEST).write_text(json.dumps(meta, ensure_ascii=False, default=_plain), "utf-8")
        return target

    @classmethod
    def open(cls, folder: Path | str) -> SupplyNetwork:
        """Open a saved network; its arrays stay on disk and are read as they are used.

        Raises
        ------
        NetworkError
            If the folder holds no network, or one that another version wrote.
        """
        from chainmend.fragility.plan import Plan

        source = Path(folder)
        restore(source)
        meta = _manifest(source)
        arrays = {
            name: _mapped(source / f"{name}.npy") for name in _ARRAYS if (source / f"{name}.npy").exists()
        }
        missing = sorted({"row", "buyer", "weight", "sector", "essentiality"} - set(arrays))
        if missing:
            raise NetworkError(
                _("files are missing: {names}").format(names=", ".join(f"{m}.npy" for m in missing)),
                where=str(source),
                do=_("save the network again"),
            )
        lengths = {name: len(arrays[name]) for name in ("row", "buyer", "weight", "sector")}
        wanted = (meta["firms"] + 1, meta["links"], meta["links"], meta["firms"])
        for (name, came), length in zip(lengths.items(), wanted, strict=True):
            if came != length:
                raise NetworkError(
                    _("{n} values").format(n=came), expected=str(length), where=str(source / f"{name}.npy"),
                    do=_("save the network again"),
                )  # fmt: skip
        listed = source / _NAMES
        network = cls(
            **arrays,
            sectors=tuple(meta["sectors"]),
            names=tuple(pl.read_parquet(listed)["name"]) if listed.exists() else None,
            merged=meta["merged"],
            dropped=meta["dropped"],
            estimated=meta.get("estimated", False),
            folder=source,
        )
        network.__dict__["plan"] = Plan.open(source)
        return network


def _mapped(path: Path) -> npt.NDArray[Any]:
    try:
        return np.asanyarray(np.load(path, mmap_mode="r"))
    except (EOFError, ValueError) as error:
        raise NetworkError(
            _("no array, or a torn one"),
            expected=_("the files `SupplyNetwork.save` wrote"),
            where=str(path),
            do=_("save the network again"),
        ) from error


def _plain(value: object) -> object:
    return value.item() if isinstance(value, np.generic) else str(value)


def _manifest(source: Path) -> dict[str, Any]:
    """Return the description of a saved network."""
    try:
        meta: dict[str, Any] = json.loads((source / MANIFEST).read_text("utf-8"))
    except (OSError, ValueError) as error:
        raise NetworkError(
            _("no saved network"), expected=_("a folder that `SupplyNetwork.save` wrote"), where=str(source)
        ) from error
    if meta.get("format") != FORMAT:
        raise NetworkError(
            _("format {came} of the folder").format(came=meta.get("format")),
            expected=str(FORMAT),
            where=str(source),
            do=_("save the network again"),
        )
    return meta
