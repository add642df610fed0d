"""What ``chainmend esri --why FIRM`` prints: who has no other supplier, whom the firm reaches, what hangs on it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from chainmend.cli.losses import about, amount, more, say_about, sector_name
from chainmend.i18n import _
from chainmend.names import percent

if TYPE_CHECKING:
    import polars as pl

    from chainmend.chain.model import Catalogue
    from chainmend.cli.output import Output
    from chainmend.dataset import Dataset
    from chainmend.fragility.city import CityNetwork
    from chainmend.fragility.role import Role

_STEPS = 5


def show_role(
    output: Output, data: Dataset, city: CityNetwork, chains: Catalogue, role: Role, top: int
) -> None:
    """Print a firm's role, or give it to a machine."""
    shown = role.captives.head(top) if top else role.captives
    output.emit(
        {
            **about(data, city),
            "tolerance": role.tolerance,
            "firm": role.firm,
            "esri": role.esri,
            "downstream": role.downstream,
            "upstream": role.upstream,
            "own_share": role.own_share,
            "only_supplier_of": shown.to_dicts(),
            "only_supplier_of_all": role.captives.height,
            "reach": role.reach.to_dicts(),
            "cut_off": role.cut_off,
        }
    )
    output.say(f"{role.firm['name']}  {sector_name(chains, role.firm['sector'])}", style="bold")
    say_about(output, data, city)
    output.say(
        _("If it stops, the city loses {esri} of its output, {money} a year; its own share is {own}.").format(
            esri=f"{role.esri:.2%}",
            money=amount(role.esri * city.output, data.currency),
            own=f"{role.own_share:.2%}",
        )
    )
    output.say(
        _(
            "Through missing inputs {down}, through missing demand {up}; each firm counts with the greater."
        ).format(down=f"{role.downstream:.2%}", up=f"{role.upstream:.2%}")
    )
    _captives(output, chains, role, shown, data.currency)
    _reach(output, role)
    output.say(
        _("Other firms that are cut off from the rest of the network without it: {n}.").format(
            n=f"{role.cut_off:,}"
        )
        if role.cut_off
        else _("Without it, the rest of the network still hangs together.")
    )


def _captives(output: Output, chains: Catalogue, role: Role, shown: pl.DataFrame, currency: str) -> None:
    if role.captives.is_empty():
        output.say(_("Every buyer has another supplier of the same segment."))
        return
    essential = int((role.captives["essentiality"] == 2).sum())
    output.say(
        _(
            "Buyers that have nobody else of its segment: {n}, for {essential} of which the input is essential."
        ).format(n=f"{role.captives.height:,}", essential=f"{essential:,}")
    )
    words = {2: _("essential"), 1: _("substitutable"), 0: _("irrelevant")}
    output.table(
        _("Buyers without another supplier"),
        (_("buyer"), _("segment"), _("input"), _("of its purchases"), _("output a year")),
        [
            (
                r["name"],
                sector_name(chains, r["sector"]),
                words[r["essentiality"]],
                percent(r["share"]),
                amount(r["output"] or 0.0, currency),
            )
            for r in shown.iter_rows(named=True)
        ],
        right=(3, 4),
    )
    more(output, role.captives.height - shown.height, "--top 0")


def _reach(output: Output, role: Role) -> None:
    names = {
        ("downstream", False): _("buyers, and their buyers"),
        ("downstream", True): _("the same, along essential inputs only"),
        ("upstream", False): _("suppliers, and their suppliers"),
    }
    output.table(
        _("Firms it reaches, by steps"),
        ("", *(str(n) for n in range(1, _STEPS + 1)), f"> {_STEPS}", _("all")),
        [(name, *_counts(role.reach, *way)) for way, name in names.items()],
        right=range(1, _STEPS + 3),
    )


def _counts(reach: pl.DataFrame, direction: str, essential: bool) -> list[Any]:
    mine = reach.filter((reach["direction"] == direction) & (reach["essential"] == essential))
    by = dict(mine.select("steps", "firms").iter_rows())
    near = [by.get(n, 0) for n in range(1, _STEPS + 1)]
    whole = sum(by.values())
    return [f"{n:,}" if n else "–" for n in (*near, whole - sum(near), whole)]
