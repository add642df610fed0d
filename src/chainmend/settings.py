"""Thresholds and choices of a scan, from defaults, a TOML or YAML file, or CHAINMEND_* variables."""

from __future__ import annotations

from pathlib import Path
from typing import Any, Self

import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator
from pydantic_core import PydanticCustomError
from pydantic_settings import BaseSettings, SettingsConfigDict

from chainmend.errors import SettingsError
from chainmend.i18n import _
from chainmend.settings_remedies import Remedies


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
    systemic_esri: float = Field(
        0.01,
        ge=0,
        le=1,
        description="systemic above this share of the city's output lost when the firm stops",
    )
    systemic_ratio: float = Field(
        3.0, ge=1, description="and above so many times the firm's own share of the city's output"
    )
    fragile_loss: float = Field(
        0.01,
        ge=0,
        le=1,
        description="fragile above this share of the city's output lost beyond the segment's own when it stops",
    )
    decline: float = Field(
        0.2, ge=0, le=1, description="declining where sales fell by more than this in a year"
    )
    anchor_share: float = Field(
        0.3,
        ge=0,
        le=1,
        description="a local firm with this share of a year's local sales on the segment is an anchor, like a leader",
    )
    district_share: float = Field(
        0.8, ge=0, le=1, description="clustered risk above this share of local supply in one district"
    )
    distress_z: float = Field(
        3.0, gt=0, description="distress above this robust z of a month against its own band"
    )
    distress_years: int = Field(3, ge=1, description="years before a month that make its band")
    technology_ratio: float = Field(
        0.5,
        ge=0,
        description="short of technology below this ratio of patents per output to the national mean",
    )
    near_km: float = Field(50.0, gt=0, description="a supplier within so many kilometres of the city is near")

    @model_validator(mode="after")
    def _years_fit(self) -> Self:
        if self.years_needed > self.years_window:
            text = _("years_needed is {k}, years_window {n}: no more years can be needed than are looked at")
            raise PydanticCustomError("years", text.format(k=self.years_needed, n=self.years_window))
        return self


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

    @model_validator(mode="after")
    def _scans_fit(self) -> Self:
        if self.k > self.n:
            text = _("k is {k}, n {n}: a finding cannot hold in more scans than are looked back at")
            raise PydanticCustomError("scans", text.format(k=self.k, n=self.n))
        return self


class Network(BaseModel):
    """What a scan computes on the supply network: knock-outs, systemic firms, values of mending."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    enabled: bool = Field(
        True, description="false leaves out what is computed on the network; its rules are then not checked"
    )
    tolerance: float = Field(
        0.01, gt=0, lt=1, description="a cascade ends when no firm's loss changes by more in a step"
    )


class Value(BaseModel):
    """What the value of a mend assumes; the probabilities are yours to set, no data stand behind the defaults."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    q: float = Field(
        0.3, ge=0, le=1, description="share of local purchases of the segment that a new local supplier takes"
    )
    draws: int = Field(200, ge=0, description="draws of the links for the interval; 0 gives none")
    seed: int = Field(0, ge=0, description="the same seed gives the same draws")
    abroad: float = Field(
        0.10, ge=0, le=1, description="probability a year that supply from a main country abroad stops"
    )
    country: float = Field(
        0.03, ge=0, le=1, description="the same for a main city elsewhere in the country of the city"
    )
    region: float = Field(0.02, ge=0, le=1, description="the same for a main city of its own region")
    local: float = Field(0.02, ge=0, le=1, description="the same for a local supplier that dominates")
    main_share: float = Field(
        0.05,
        ge=0,
        le=1,
        description="share of local purchases of a segment from which an origin is a main one",
    )
    sources: int = Field(5, ge=1, description="most main origins of a segment, the largest first")
    top: int = Field(50, ge=0, description="segments a scan values, those of the most severe findings")


class Sensitivity(BaseModel):
    """How far things move when a scan asks which findings stand firm; a figure of 0 leaves its question out."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    step: float = Field(
        0.2, ge=0, lt=1, description="part of itself that each threshold moves by, either way"
    )
    missing_links: float = Field(
        0.1, ge=0, lt=1, description="share of the supply links that a draw leaves out"
    )
    draws: int = Field(10, ge=0, description="draws of the links")
    seed: int = Field(0, ge=0, description="the same seed gives the same draws")
    low_confidence: float = Field(
        0.5, ge=0, le=1, description="placements of a confidence below this are dropped, all at once"
    )


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
    network: Network = Network()
    remedies: Remedies = Remedies()
    value: Value = Value()
    sensitivity: Sensitivity = Sensitivity()


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
