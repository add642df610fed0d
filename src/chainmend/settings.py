"""Thresholds and choices of a scan, from defaults, a TOML or YAML file, or CHAINMEND_* variables."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError
from pydantic_settings import BaseSettings, SettingsConfigDict

from chainmend.errors import SettingsError
from chainmend.i18n import _


class Thresholds(BaseModel):
    """Cuts of the rules; each is explained where the rule is."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    placement_weight: float = Field(
        0.2, ge=0, le=1, description="weight from which a firm counts as present on a segment"
    )
    output_floor: float = Field(
        0.0,
        ge=0,
        description="output a year, in the currency of the dataset; a firm below it does not make a segment present",
    )
    self_sufficiency: float = Field(
        0.3, ge=0, le=1, description="weak below this share of purchases from local sellers"
    )
    location_quotient: float = Field(
        0.5, ge=0, description="weak below this location quotient where trades are missing"
    )
    top_share: float = Field(0.8, ge=0, le=1, description="single source above this share of one supplier")
    supplier_hhi: float = Field(0.6, ge=0, le=1, description="single source above this HHI over suppliers")
    origin_hhi: float = Field(0.4, ge=0, le=1, description="dependent above this HHI over outside sources")
    outside_share: float = Field(0.5, ge=0, le=1, description="dependent above this share bought outside")
    imports_over_exports: float = Field(
        1.0, ge=0, description="dependent above this ratio of imports to exports"
    )
    years_needed: int = Field(
        2, ge=1, description="years of `years_window` in which the dependence tests must hold"
    )
    years_window: int = Field(3, ge=1, description="consecutive years looked at")
    minimum_purchases: float = Field(
        0.0,
        ge=0,
        description="a year, in the currency of the dataset; below it purchases say too little for the link rules",
    )


class Severity(BaseModel):
    """Absolute anchors of severity."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    knock_out_anchor: float = Field(
        0.05, gt=0, le=1, description="share of city output whose loss means criticality 1"
    )
    dependent_output_anchor: float = Field(
        0.20, gt=0, le=1, description="same, for output on essential paths"
    )
    alternatives_anchor: int = Field(
        3, ge=1, description="alternatives within the region that make recovery easy"
    )


class Persistence(BaseModel):
    """A finding is confirmed when it holds in `k` of the last `n` scans."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    k: int = Field(2, ge=1, description="scans of the last `n` in which a finding must hold to be confirmed")
    n: int = Field(3, ge=1, description="scans looked back at")
    change: float = Field(1.0, ge=0, description="points a severity must move to be worse or eased")


class Settings(BaseSettings):
    """Everything a scan can be told beside its data and its catalogue.

    Examples
    --------
    >>> Settings().thresholds.top_share
    0.8
    """

    model_config = SettingsConfigDict(
        env_prefix="CHAINMEND_", env_nested_delimiter="__", frozen=True, extra="forbid"
    )

    thresholds: Thresholds = Thresholds()
    severity: Severity = Severity()
    persistence: Persistence = Persistence()


def load_settings(path: Path | None = None) -> Settings:
    """Read settings from a YAML file, or the defaults where `path` is None.

    Raises
    ------
    SettingsError
        If the file cannot be read, holds an unknown key, or a value is out of its range.
    """
    values: Any = {}
    if path is not None:
        try:
            values = yaml.safe_load(path.read_text("utf-8")) or {}
        except (OSError, UnicodeDecodeError, yaml.YAMLError) as error:
            raise SettingsError(str(error), expected=_("a YAML file of settings"), where=str(path)) from error
    where = str(path) if path else _("settings")
    if not isinstance(values, dict):
        raise SettingsError(repr(values), expected=_("settings as in the documentation"), where=where)
    try:
        return Settings(**values)
    except ValidationError as error:
        faults = "; ".join(f"{'.'.join(map(str, e['loc']))}: {e['msg']}" for e in error.errors())
        raise SettingsError(faults, expected=_("settings as in the documentation"), where=where) from error
