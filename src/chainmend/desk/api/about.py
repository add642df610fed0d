"""What every answer says of itself: which scan, which city, how old the data are, whether they are made up."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING

from pydantic import BaseModel, Field

from chainmend.chain.model import Text
from chainmend.names import CURRENCY

if TYPE_CHECKING:
    from chainmend.desk.scans.view import ScanView


class About(BaseModel):
    """Where an answer is from; all null while the desk has no scan."""

    scan: str | None = Field(description="Id of the last good scan.")
    scanned: dt.datetime | None = Field(description="When the desk finished it.")
    data_to: dt.date | None = Field(description="The day the data describe.")
    city: str | None
    synthetic: bool | None = Field(description="Whether the data are made up.")


class Answer(BaseModel):
    """Base of every answer."""

    about: About


class Name(BaseModel):
    """A name of the catalogue in both languages."""

    zh: str
    en: str


def about(view: ScanView | None) -> About:
    """Return where an answer is from."""
    if view is None:
        return About(scan=None, scanned=None, data_to=None, city=None, synthetic=None)
    return About(
        scan=view.scan_id,
        scanned=view.finished,
        data_to=view.date,
        city=view.city,
        synthetic=view.synthetic,
    )


def currency(view: ScanView | None) -> str:
    """Return the currency of the data of a scan."""
    return str(view.scan.manifest.get("currency", CURRENCY)) if view else CURRENCY


def name(text: Text) -> Name:
    """Return a name of the catalogue."""
    return Name(zh=text.zh, en=text.en)
