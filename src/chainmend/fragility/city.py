"""The supply network of a city: firms and links of its last year, and what each firm weighs in the city's output.

Suppliers and buyers outside the city and abroad are firms of the network too, so that they can stop; they weigh
nothing: every loss is a share of the city's own output.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import polars as pl

from chainmend.errors import NetworkError
from chainmend.fragility.network import SupplyNetwork
from chainmend.i18n import _

if TYPE_CHECKING:
    from chainmend.chain.model import Catalogue
    from chainmend.dataset import Dataset
    from chainmend.fragility.network import Floats

UNPLACED = "unplaced"
COLUMNS = (
    "firm_id", "name", "place", "country", "province", "city", "district", "segment_id", "cluster_id", "sector",
    "output", "weight",
)  # fmt: skip


@dataclass(frozen=True)
class CityNetwork:
    """A supply network with the firms behind its numbers.

    Attributes
    ----------
    network
        Firms are named by their ids; sectors are segments, and divisions of industry where a firm is on none.
    firms
        One row a firm, in the order of the network: firm_id, name, place (local, region, country, abroad), country,
        province, city, district, segment_id and cluster_id (of the main segment; null on none), sector, output
        (yuan a year, null where unknown), weight (yuan: what the firm's production counts in a loss; 0 for firms
        elsewhere).
    year
        Year of the links.
    notes
        What was assumed or left out, in the current language.
    """

    network: SupplyNetwork
    firms: pl.DataFrame
    year: int
    notes: tuple[str, ...] = ()

    @property
    def weights(self) -> Floats:
        """Weight of each firm in yuan, shape (n,)."""
        return self.firms["weight"].to_numpy()

    @property
    def output(self) -> float:
        """Output of the city in yuan a year: what a loss of 1 would be."""
        return float(self.firms["weight"].sum())


def city_network(
    dataset: Dataset, placements: pl.DataFrame, catalogue: Catalogue, *, year: int | None = None
) -> CityNetwork:
    """Make the supply network of a city from its supply links.

    Local firms without a link belong to it: they count in the city's output. Closed firms and their links are
    left out. Firms of one sector can replace each other; a pair of segments has the class of its dependence in
    the catalogue, any other pair is substitutable. A lost customer counts with its share of the supplier's output:
    what a firm sells to the public or to buyers the table does not have goes on; only where the output is unknown
    or smaller do its sales within the network take its place.

    Parameters
    ----------
    dataset
        With a table of supply links.
    placements
        Firms on segments: firm_id, segment_id, weight. A firm's sector is the segment of its largest weight; the
        division of its industry code (``code:39``) where it is on none; ``unplaced`` where it has no code.
    catalogue
        Segments and dependences.
    year
        Year of the links; the last there is by default.

    Raises
    ------
    NetworkError
        If there are no supply links (of that year), or nothing tells the output of the city.

    References
    ----------
    Diem et al. (2022), Quantifying firm-level economic systemic risk from nation-wide supply networks.
    """
    links, chosen = _links(dataset, year)
    closed = dataset.firms.filter(pl.col("status") == "closed").select("firm_id")
    kept = links.join(closed, left_on="supplier_id", right_on="firm_id", how="anti").join(
        closed, left_on="buyer_id", right_on="firm_id", how="anti"
    )
    firms = with_sectors(_traders(dataset.firms, kept), placements, catalogue)
    weighed, unknown = _weigh(firms)
    network = SupplyNetwork.from_edges(
        kept["supplier_id"],
        kept["buyer_id"],
        kept["amount"],
        sector=firms["sector"],
        market=firms["sector"],
        names=firms["firm_id"],
        essentiality=catalogue,
        revenue=weighed["revenue"],
    )
    notes = []
    if links.height > kept.height:
        notes.append(
            _("links of closed firms are left out: {n} of {all}").format(
                n=f"{links.height - kept.height:,}", all=f"{links.height:,}"
            )
        )
    if unknown:
        notes.append(
            _("local firms of unknown output, which count with their sales within the network: {n}").format(
                n=f"{unknown:,}"
            )
        )
    return CityNetwork(network, weighed.select(COLUMNS), chosen, tuple(notes))


def _links(dataset: Dataset, year: int | None) -> tuple[pl.DataFrame, int]:
    """Links of one year, and the year."""
    if not dataset.has("supply_links"):
        raise NetworkError(
            _("no table supply_links"),
            expected=_("who sold to whom, and how much in a year"),
            where=dataset.place.city,
            do=_(
                "add the table supply_links, or trades, from which it is summed; --estimate draws links instead"
            ),
        )
    table = dataset.table("supply_links")
    years = table["year"].unique().sort().to_list()
    chosen = years[-1] if year is None else year
    if chosen not in years:
        raise NetworkError(
            _("no supply links of {year}").format(year=chosen),
            expected=_("one of: {ids}").format(ids=", ".join(str(y) for y in years)),
            where="supply_links",
        )
    return table.filter(pl.col("year") == chosen).sort("supplier_id", "buyer_id"), int(chosen)


def _traders(firms: pl.DataFrame, links: pl.DataFrame) -> pl.DataFrame:
    """Active firms of the city, and those elsewhere that trade with somebody, with their sales; sorted by id."""
    known = pl.concat([links["supplier_id"], links["buyer_id"]]).unique()
    belongs = (pl.col("place") == "local") | pl.col("firm_id").is_in(known.implode())
    sales = links.group_by(pl.col("supplier_id").alias("firm_id")).agg(pl.col("amount").sum().alias("sales"))
    return (
        firms.filter((pl.col("status") != "closed") & belongs)
        .join(sales, on="firm_id", how="left")
        .with_columns(pl.col("sales").fill_null(0.0))
        .sort("firm_id")
    )


def with_sectors(firms: pl.DataFrame, placements: pl.DataFrame, catalogue: Catalogue) -> pl.DataFrame:
    """Firms with segment_id, cluster_id and sector."""
    main = (
        placements.sort(["firm_id", "weight", "segment_id"], descending=[False, True, False])
        .group_by("firm_id", maintain_order=True)
        .agg(pl.col("segment_id").first())
    )
    clusters = pl.DataFrame(
        [(s.id, s.cluster_id) for s in catalogue.segments.values()],
        schema={"segment_id": pl.String, "cluster_id": pl.String},
        orient="row",
    )
    division = pl.col("industry_code").str.extract(r"^[A-Z]?(\d{2})")
    return (
        firms.join(main, on="firm_id", how="left", maintain_order="left")
        .join(clusters, on="segment_id", how="left", maintain_order="left")
        .with_columns(sector=pl.coalesce("segment_id", "code:" + division, pl.lit(UNPLACED)))
    )


def _weigh(firms: pl.DataFrame) -> tuple[pl.DataFrame, int]:
    """Firms with their weight and revenue, and how many local ones have no known output."""
    local = pl.col("place") == "local"
    weighed = firms.with_columns(
        weight=pl.when(local).then(pl.coalesce("output", "sales")).otherwise(0.0),
        revenue=pl.max_horizontal("output", "sales"),
    )
    if not weighed["weight"].sum() > 0:
        raise NetworkError(
            _("no output of local firms is known, and none of them sells"),
            expected=_("the output of some local firm"),
            where=_("firms, column output"),
        )
    return weighed, weighed.filter(local & pl.col("output").is_null()).height
