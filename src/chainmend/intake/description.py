"""``dataset.yaml``: whose data a folder holds, of which day, in which headings and units."""

from __future__ import annotations

import datetime as dt
import re
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

from chainmend.dataset import Place
from chainmend.errors import DatasetError
from chainmend.i18n import _
from chainmend.intake.columns import MONEY, UNITS, WORDS
from chainmend.names import CURRENCY, is_currency
from chainmend.tables import TABLES

NAME = "dataset.yaml"
_KEYS = (
    "city",
    "province",
    "country",
    "region",
    "date",
    "synthetic",
    "units",
    "columns",
    "code_system",
    "currency",
    "notes",
)


@dataclass(frozen=True)
class Description:
    """What ``dataset.yaml`` says, with its defaults where it is silent."""

    place: Place
    date: dt.date
    synthetic: bool = False
    factors: dict[tuple[str, str], float] = field(default_factory=dict)
    columns: dict[str, dict[str, str]] = field(default_factory=dict)
    notes: tuple[str, ...] = ()
    code_system: str | None = None
    country_told: bool = False
    currency: str = CURRENCY


def read_description(folder: Path) -> Description | None:
    """Read ``dataset.yaml`` of `folder`; None where there is none.

    Raises
    ------
    DatasetError
        If it is no YAML, or a key or value in it is not understood.
    """
    path = folder / NAME
    if not path.is_file():
        return None
    try:
        values = yaml.safe_load(path.read_text("utf-8-sig")) or {}
    except (OSError, UnicodeDecodeError, yaml.YAMLError) as error:
        raise DatasetError(str(error), expected=_("valid YAML"), where=NAME) from error
    if not isinstance(values, dict):
        raise DatasetError(repr(values), expected=_("keys such as city and date"), where=NAME)
    unknown = [k for k in values if k not in _KEYS]
    if unknown:
        raise DatasetError(
            _("unknown key {key}").format(key=unknown[0]),
            expected=_("one of: {ids}").format(ids=", ".join(_KEYS)),
            where=NAME,
        )
    if not values.get("city"):
        raise DatasetError(
            _("no city"), expected=_("city: the name as it stands in the table of firms"), where=NAME
        )
    for key, kind, such_as in (
        ("region", list, "[宁波市, 绍兴市]"),
        ("units", dict, "{firms.output: 万元}"),
        ("columns", dict, "{firms: {户名: name}}"),
    ):
        if not isinstance(values.get(key) or kind(), kind):
            raise DatasetError(f"{key}: {values[key]}", expected=f"{key}: {such_as}", where=NAME)
    place = Place(
        city=str(values["city"]),
        province=values.get("province"),
        country=_country(values.get("country", "CHN")),
        region=tuple(values.get("region") or ()),
    )
    return Description(
        place,
        _date(values.get("date")),
        bool(values.get("synthetic", False)),
        _factors(values),
        _columns(values),
        tuple(map(str, values.get("notes") or ())),
        str(values["code_system"]) if values.get("code_system") else None,
        country_told=bool(values.get("country")),
        currency=_currency(values.get("currency") or CURRENCY),
    )


def _country(value: Any) -> str:
    code = WORDS["firms", "country"].get(str(value), str(value))
    if not re.fullmatch("[A-Z]{3}", code):
        raise DatasetError(
            f"country: {value}", expected=_("a code of three letters such as CHN (ISO 3166)"), where=NAME
        )
    return code


def _currency(value: Any) -> str:
    code = str(value)
    if not is_currency(code):
        raise DatasetError(
            f"currency: {value}", expected=_("a currency code such as CNY or EUR (ISO 4217)"), where=NAME
        )
    return code


def _date(value: Any) -> dt.date:
    if value is None:
        return dt.date.today()
    if isinstance(value, dt.datetime):
        return value.date()
    if isinstance(value, dt.date):
        return value
    try:
        return dt.date.fromisoformat(str(value))
    except ValueError:
        pass
    raise DatasetError(f"date: {value}", expected=_("a day such as 2025-12-31"), where=NAME)


def _factors(values: dict[str, Any]) -> dict[tuple[str, str], float]:
    factors: dict[tuple[str, str], float] = {}
    for key, unit in (values.get("units") or {}).items():
        if not isinstance(unit, str) or unit not in UNITS:
            raise DatasetError(
                f"units: {key}: {unit}", expected=_("one of: {ids}").format(ids=", ".join(UNITS)), where=NAME
            )
        table, _dot, column = str(key).partition(".")
        named = MONEY if key == "money" else {(table, column)}
        if not named <= MONEY:
            known = ", ".join(["money", *sorted(".".join(m) for m in MONEY)])
            raise DatasetError(f"units: {key}", expected=_("one of: {ids}").format(ids=known), where=NAME)
        factors |= {m: UNITS[unit] for m in named if key != "money" or m not in factors}
    return factors


def _columns(values: dict[str, Any]) -> dict[str, dict[str, str]]:
    columns = values.get("columns") or {}
    for table, headings in columns.items():
        if table not in TABLES:
            raise DatasetError(
                f"columns: {table}", expected=_("one of: {ids}").format(ids=", ".join(TABLES)), where=NAME
            )
        if not isinstance(headings, dict):
            raise DatasetError(f"columns: {table}: {headings}", expected="{户名: name}", where=NAME)
        for column in headings.values():
            if column not in TABLES[table].column_names():
                names = ", ".join(TABLES[table].column_names())
                raise DatasetError(
                    f"columns: {table}: {column}", expected=_("one of: {ids}").format(ids=names), where=NAME
                )
    return columns
