"""The validated tables of one city at one date."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING

import polars as pl

from chainmend.errors import DatasetError
from chainmend.i18n import _
from chainmend.names import CURRENCY, is_currency
from chainmend.tables import ADDED, TABLES, empty

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Mapping

PLACES = ("local", "region", "country", "abroad")


@dataclass(frozen=True)
class Place:
    """The city a dataset is about.

    Attributes
    ----------
    city, province, country
        As written in the firms table; country as ISO 3166 alpha-3.
    region
        Cities that count as the region around the city; empty means the whole province.
    """

    city: str
    province: str | None = None
    country: str = "CHN"
    region: tuple[str, ...] = ()


@dataclass(frozen=True)
class Dataset:
    """Tables that keep their contracts, for one city at one date.

    Attributes
    ----------
    place
        Whose data this is.
    date
        Day the data describe; nothing in the tables is later.
    tables
        Contract name -> frame. A table that was not provided is absent, not empty.
    synthetic
        True for made-up data; every output then says so.
    rejected
        Contract name -> number of rows that were refused.
    notes
        What the reader did that a user should know, in the current language.
    code_system
        Classification the firms' industry codes are of, such as GB/T 4754-2017; None where nobody said.
    currency
        ISO 4217 code of the money in every table; amounts are shown in it and never converted.
    """

    place: Place
    date: dt.date
    tables: Mapping[str, pl.DataFrame]
    synthetic: bool = False
    rejected: Mapping[str, int] = field(default_factory=dict)
    notes: tuple[str, ...] = ()
    code_system: str | None = None
    currency: str = CURRENCY

    def __post_init__(self) -> None:
        unknown = sorted(set(self.tables) - set(TABLES))
        if unknown:
            raise DatasetError(
                _("unknown tables: {names}").format(names=", ".join(unknown)),
                expected=_("some of: {names}").format(names=", ".join(TABLES)),
            )
        if "firms" not in self.tables:
            raise DatasetError(
                _("no table of firms"), expected=_("a table `firms`; no scan can do without it")
            )
        if not is_currency(self.currency):
            raise DatasetError(
                f"currency: {self.currency}", expected=_("a currency code such as CNY or EUR (ISO 4217)")
            )

    def has(self, table: str) -> bool:
        """Return whether the table was provided with at least one row."""
        return table in self.tables and not self.tables[table].is_empty()

    def table(self, name: str) -> pl.DataFrame:
        """Return a table; an empty one of the right columns where it was not provided."""
        return self.tables[name] if name in self.tables else empty(name)

    @cached_property
    def firms(self) -> pl.DataFrame:
        """The firms with a column `place`: local, region, country or abroad."""
        place = self.place
        same_country = pl.col("country") == place.country
        if place.region:
            near = pl.col("city").is_in(list(place.region))
        else:
            near = pl.col("province").eq_missing(pl.lit(place.province)) & pl.col("province").is_not_null()
        return self.tables["firms"].with_columns(
            pl.when(same_country & (pl.col("city") == place.city))
            .then(pl.lit("local"))
            .when(same_country & near)
            .then(pl.lit("region"))
            .when(same_country)
            .then(pl.lit("country"))
            .otherwise(pl.lit("abroad"))
            .cast(pl.Enum(PLACES))
            .alias("place")
        )

    @cached_property
    def fingerprint(self) -> str:
        """Digest of place, date and the content of all tables, whatever order rows or files came in."""
        about = (self.place, self.date, self.synthetic, *([self.code_system] if self.code_system else []))
        digest = hashlib.sha256(repr(about).encode())
        if self.currency != CURRENCY:
            digest.update(f"currency:{self.currency}".encode())
        for name in sorted(self.tables):
            frame = self.tables[name]
            # a column that the contract did not always have counts where it says something
            silent = {c for c in ADDED.get(name, ()) if c in frame.columns and frame[c].is_null().all()}
            columns = sorted(set(frame.columns) - silent)
            rows = frame.select(columns).hash_rows(seed=296).sort()
            digest.update(f"{name}:{frame.height}:{columns}".encode())
            digest.update(rows.to_numpy().tobytes())
        return digest.hexdigest()
