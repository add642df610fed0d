"""The contracts of the tables a city's data consists of.

Money is in the currency of the dataset, shares in 0..1, codes are text (leading zeros matter). A column that may be
null may also be absent from a file. What each rule refuses goes to the quarantine, never silently away.
"""

from __future__ import annotations

import dataframely as dy
import polars as pl


class Firms(dy.Schema):
    """Legal entities, local and elsewhere; one row a firm.

    `output`, `revenue`, `rd` (spent on research and development) and `exports` are of one year; `high_tech` says
    whether the firm holds the title of a high-tech enterprise (高新技术企业); `land` is the land it uses, in square
    metres.
    """

    firm_id = dy.String(primary_key=True, min_length=1)
    name = dy.String(nullable=False, min_length=1)
    industry_code = dy.String(nullable=True)
    country = dy.String(nullable=False, regex=r"^[A-Z]{3}$")
    province = dy.String(nullable=True)
    city = dy.String(nullable=True)
    district = dy.String(nullable=True)
    lon = dy.Float64(nullable=True, min=-180, max=180)
    lat = dy.Float64(nullable=True, min=-90, max=90)
    output = dy.Float64(nullable=True, min=0)
    employees = dy.Float64(nullable=True, min=0)
    revenue = dy.Float64(nullable=True, min=0)
    rd = dy.Float64(nullable=True, min=0)
    exports = dy.Float64(nullable=True, min=0)
    high_tech = dy.Bool(nullable=True)
    land = dy.Float64(nullable=True, min=0)
    founded = dy.Date(nullable=True)
    status = dy.String(nullable=False, check=lambda c: c.is_in(["active", "closed"]))
    leader = dy.Bool(nullable=False)
    scope_text = dy.String(nullable=True)


class Products(dy.Schema):
    """What a firm makes or sells, with the share in its output where known."""

    firm_id = dy.String(primary_key=True)
    product = dy.String(primary_key=True, min_length=1)
    share = dy.Float64(nullable=True, min=0, max=1)
    hs = dy.String(nullable=True, regex=r"^\d{2,10}$")


class Trades(dy.Schema):
    """Single sales of a seller to a buyer (invoice level)."""

    seller_id = dy.String(nullable=False, min_length=1)
    buyer_id = dy.String(nullable=False, min_length=1)
    date = dy.Date(nullable=False)
    amount = dy.Float64(nullable=False, min=0)


class SupplyLinks(dy.Schema):
    """Trades of one seller to one buyer summed over a year: the edges of the supply network."""

    supplier_id = dy.String(primary_key=True, min_length=1)
    buyer_id = dy.String(primary_key=True, min_length=1)
    year = dy.Int32(primary_key=True, min=1900, max=2200)
    amount = dy.Float64(nullable=False, min=0)
    trades = dy.Int64(nullable=True, min=0)

    @dy.rule()
    def not_to_itself(cls) -> pl.Expr:  # noqa: D102, N805
        return pl.col("supplier_id") != pl.col("buyer_id")


class Customs(dy.Schema):
    """Imports and exports of the city by product and partner; `month` 0 means the whole year."""

    year = dy.Int32(primary_key=True, min=1900, max=2200)
    month = dy.Int32(primary_key=True, min=0, max=12)
    flow = dy.String(primary_key=True, check=lambda c: c.is_in(["import", "export"]))
    hs = dy.String(primary_key=True, regex=r"^\d{6}$")
    partner = dy.String(primary_key=True, regex=r"^[A-Z]{3}$")
    value = dy.Float64(nullable=False, min=0)
    quantity = dy.Float64(nullable=True, min=0)


class Provision(dy.Schema):
    """Who in the world supplies a segment: shares of world supply by country of origin."""

    segment_id = dy.String(primary_key=True, min_length=1)
    origin = dy.String(primary_key=True, regex=r"^([A-Z]{3}|other)$")
    year = dy.Int32(primary_key=True, min=1900, max=2200)
    share = dy.Float64(nullable=False, min=0, max=1)
    source = dy.String(nullable=False, min_length=1)


class Statistics(dy.Schema):
    """Published figures, each with its scope: measure, universe, period, months, basis.

    `value` is in `unit`; `growth` is year on year on the same scope, 0.079 for 7.9 %; `bound` says whether the
    figure is an exact one or only a lower or upper bound.
    """

    subject = dy.String(primary_key=True, min_length=1)
    measure = dy.String(primary_key=True, min_length=1)
    universe = dy.String(primary_key=True, min_length=1)
    year = dy.Int32(primary_key=True, min=1900, max=2200)
    months = dy.Int32(primary_key=True, min=1, max=12)
    basis = dy.String(primary_key=True, check=lambda c: c.is_in(["nominal", "real"]))
    value = dy.Float64(nullable=True)
    unit = dy.String(nullable=False, min_length=1)
    growth = dy.Float64(nullable=True, min=-1)
    bound = dy.String(nullable=False, check=lambda c: c.is_in(["exact", "lower", "upper"]))
    source = dy.String(nullable=False, min_length=1)


class Needs(dy.Schema):
    """Needs reported by firms and institutes."""

    need_id = dy.String(primary_key=True, min_length=1)
    reporter_id = dy.String(nullable=False, min_length=1)
    segment_id = dy.String(nullable=True)
    text = dy.String(nullable=False, min_length=1)
    date = dy.Date(nullable=False)
    verified = dy.Bool(nullable=False)


class Patents(dy.Schema):
    """Granted patents by owner (a firm or an institute)."""

    patent_id = dy.String(primary_key=True, min_length=1)
    owner_id = dy.String(nullable=False, min_length=1)
    ipc = dy.String(nullable=True)
    title = dy.String(nullable=True)
    date = dy.Date(nullable=False)
    invention = dy.Bool(nullable=False)


class Institutes(dy.Schema):
    """Universities, laboratories and research institutes."""

    institute_id = dy.String(primary_key=True, min_length=1)
    name = dy.String(nullable=False, min_length=1)
    city = dy.String(nullable=True)
    fields = dy.String(nullable=True)


class Districts(dy.Schema):
    """Districts of the city with their centre (degrees) and `area` (square kilometres)."""

    district = dy.String(primary_key=True, min_length=1)
    code = dy.String(nullable=True)
    lon = dy.Float64(nullable=True, min=-180, max=180)
    lat = dy.Float64(nullable=True, min=-90, max=90)
    area = dy.Float64(nullable=True, min=0)


class Overrides(dy.Schema):
    """Corrections of placements by people; they win over what the scan would place.

    The segment `none` says that the firm belongs on no segment. Rows of one firm without a weight share equally.
    """

    firm_id = dy.String(primary_key=True, min_length=1)
    segment_id = dy.String(primary_key=True, min_length=1)
    weight = dy.Float64(nullable=True, min=0, max=1)
    by = dy.String(nullable=True)
    date = dy.Date(nullable=True)
    note = dy.String(nullable=True)


class Talks(dy.Schema):
    """Firms from elsewhere that somebody of the city is talking to, so that nobody calls them a second time.

    `stage` is contact, negotiating, signed or ended; a firm whose talks are not ended is proposed for nothing, on
    whatever segment they are. `by` says who is talking to it.
    """

    firm_id = dy.String(primary_key=True, min_length=1)
    segment_id = dy.String(primary_key=True, min_length=1)
    stage = dy.String(nullable=False, check=lambda c: c.is_in(["contact", "negotiating", "signed", "ended"]))
    date = dy.Date(nullable=True)
    by = dy.String(nullable=True)


TABLES: dict[str, type[dy.Schema]] = {
    "firms": Firms,
    "products": Products,
    "trades": Trades,
    "supply_links": SupplyLinks,
    "customs": Customs,
    "provision": Provision,
    "statistics": Statistics,
    "needs": Needs,
    "patents": Patents,
    "institutes": Institutes,
    "districts": Districts,
    "overrides": Overrides,
    "talks": Talks,
}
REQUIRED = ("firms",)
ADDED: dict[str, tuple[str, ...]] = {
    "firms": ("revenue", "rd", "exports", "high_tech", "land"),
    "districts": ("area",),
}
"""Columns that came to a contract after its first release: data without values in them count as data without them."""


def empty(table: str) -> pl.DataFrame:
    """Return a table of that contract without rows.

    Examples
    --------
    >>> empty("districts").columns
    ['district', 'code', 'lon', 'lat', 'area']
    """
    return TABLES[table].create_empty()
