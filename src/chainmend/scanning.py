"""A scan: dataset + catalogue + settings -> findings. Pure, and the same bytes for the same inputs.

As a folder it is a Parquet file a table and a manifest, and appears whole or not at all.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import json
import platform
import time
import warnings
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING, Any

import polars as pl

from chainmend.chain.scope import system_notes
from chainmend.errors import ScanError
from chainmend.folders import restore, whole_folder
from chainmend.gaps.facts import segment_facts
from chainmend.gaps.finding import FINDING_SCHEMA, NotChecked
from chainmend.gaps.impact import CityImpact, city_impact
from chainmend.gaps.judge import NOT_CHECKED_SCHEMA, judge, ranked
from chainmend.gaps.sensitivity import sensitivity
from chainmend.i18n import _
from chainmend.placement.assign import place
from chainmend.remedy.choose import remedies
from chainmend.remedy.value import values
from chainmend.settings import Settings

if TYPE_CHECKING:
    from chainmend.chain.model import Catalogue
    from chainmend.dataset import Dataset

STEPS = 8
TABLES = ("findings", "segment_facts", "placements", "not_checked")
ADDED_TABLES = ("knock_outs", "values", "scenarios", "remedies", "sensitivity")
"""Tables that scans did not always have; empty in an older one, the first three also where there is no network."""
FIRM_COLUMNS = ("name", "place", "status")
"""What the placements of a scan say of the firm; an older scan does not."""
MANIFEST = "manifest.json"


@dataclass(frozen=True)
class Scan:
    """What one scan found.

    Attributes
    ----------
    findings
        One row a finding, gravest first.
    segment_facts
        One row a segment.
    placements
        Firms on segments, closed ones too, with name, place and status of the firm.
    not_checked
        Rules that could not look, with the tables they lack; `segment_id` is null where it holds for all segments.
    knock_outs
        What the city loses when a segment or a main source of it stops (`fragility.knockout.knock_outs`).
    values, scenarios
        Losses avoided by mending the segments of the gravest findings, and what may stop (`remedy.value.values`).
    remedies
        What to do first about each finding, who leads it, with whom to begin (`remedy.choose.remedies`).
    sensitivity
        Which findings would not hold, and which would appear, were a cut, a link or a placement not quite what was
        thought (`gaps.sensitivity.sensitivity`).
    manifest
        Versions, settings, fingerprints, counts; only `started` and `seconds` differ between two runs.
    """

    findings: pl.DataFrame
    segment_facts: pl.DataFrame
    placements: pl.DataFrame
    not_checked: pl.DataFrame
    manifest: Mapping[str, Any]
    knock_outs: pl.DataFrame = field(default_factory=pl.DataFrame)
    values: pl.DataFrame = field(default_factory=pl.DataFrame)
    scenarios: pl.DataFrame = field(default_factory=pl.DataFrame)
    remedies: pl.DataFrame = field(default_factory=pl.DataFrame)
    sensitivity: pl.DataFrame = field(default_factory=pl.DataFrame)

    @property
    def id(self) -> str:
        """Digest of everything the scan was made from."""
        return str(self.manifest["scan_id"])


def scan(
    dataset: Dataset,
    catalogue: Catalogue,
    settings: Settings | None = None,
    *,
    engine: str = "threads",
    workers: int | None = None,
    progress: Callable[[str], None] | None = None,
) -> Scan:
    """Find the missing and fragile segments of a city, and say what mending the gravest would be worth.

    Parameters
    ----------
    dataset
        The city's tables.
    catalogue
        Clusters, chains and segments.
    settings
        Thresholds; the defaults where None. `settings.network.enabled` leaves out all that needs the supply network.
    engine, workers
        What computes the systemic risk of firms (threads, dask or cuda), and with how many workers; what is found does
        not depend on them.
    progress
        Called with the name of each step as it begins, at most `STEPS` times.

    Raises
    ------
    DatasetError
        If a correction of a placement names an unknown segment.
    NetworkError
        If there is no engine of that name.
    """
    settings = settings or Settings()
    say = progress or (lambda step: None)  # noqa: ARG005
    started, clock = dt.datetime.now(dt.UTC), time.perf_counter()
    say(_("placing firms on segments"))
    placements = place(dataset, catalogue)
    impact = city_impact(dataset, catalogue, placements, settings, engine=engine, workers=workers, say=say)
    known = impact.segments if isinstance(impact, CityImpact) else impact
    say(_("facts of the segments"))
    facts = segment_facts(dataset, catalogue, placements, settings.thresholds, known)
    say(_("rules"))
    findings, not_checked = judge(catalogue, facts, settings)
    manifest = _manifest(dataset, catalogue, settings)
    manifest["counts"] = {
        "firms": dataset.tables["firms"].height,
        "placed": placements["firm_id"].n_unique(),
        "segments": len(catalogue.segments),
        "findings": findings.height,
        "not_checked": not_checked.height,
    }
    added = _on_network(impact, findings, settings, manifest, workers, say)
    findings = ranked(findings, facts, added.get("values"))
    made_of = (dataset, catalogue, placements, facts, findings, settings)
    say(_("what to do first about each finding"))
    added["remedies"] = remedies(*made_of)
    say(_("which findings stand firm"))
    added["sensitivity"] = sensitivity(*made_of)
    manifest["started"] = started.isoformat(timespec="seconds")
    manifest["seconds"] = round(time.perf_counter() - clock, 3)
    named = placements.join(
        dataset.firms.select("firm_id", *FIRM_COLUMNS), on="firm_id", how="left", maintain_order="left"
    )
    return Scan(findings, facts.frame(), named, not_checked, manifest, **added)


def _on_network(
    impact: CityImpact | NotChecked,
    findings: pl.DataFrame,
    settings: Settings,
    manifest: dict[str, Any],
    workers: int | None,
    say: Callable[[str], None],
) -> dict[str, pl.DataFrame]:
    """Knock-outs and values of the segments of the gravest findings; the manifest says of which network."""
    if isinstance(impact, NotChecked):
        return {}
    say(_("what mending the gravest findings is worth"))
    gravest = findings["segment_id"].unique(maintain_order=True).head(settings.value.top)
    with warnings.catch_warnings(action="ignore", category=RuntimeWarning):  # losses are taken as they stand
        mends = values(
            impact.city, gravest, settings.value, tolerance=settings.network.tolerance, workers=workers
        )
    manifest["network"] = {
        "year": impact.city.year,
        "output": impact.city.output,
        "firms": impact.city.network.n_firms,
        "not_converged": impact.restless,
    }
    manifest["notes"] += impact.city.notes
    return {"knock_outs": impact.knock_outs, "values": mends.frame, "scenarios": mends.scenarios}


def _manifest(dataset: Dataset, catalogue: Catalogue, settings: Settings) -> dict[str, Any]:
    inputs = {
        "chainmend": version("chainmend"),
        "catalogue": {"id": catalogue.id, "version": catalogue.version, "fingerprint": catalogue.fingerprint},
        "dataset": {
            "fingerprint": dataset.fingerprint,
            "rows": {n: t.height for n, t in sorted(dataset.tables.items())},
            "rejected": dict(sorted(dataset.rejected.items())),
        },
        "settings": settings.model_dump(mode="json"),
    }
    digest = hashlib.sha256(json.dumps(inputs, sort_keys=True).encode()).hexdigest()
    return {
        "scan_id": "S" + digest[:16],
        "city": dataset.place.city,
        "date": dataset.date.isoformat(),
        "currency": dataset.currency,
        "synthetic": dataset.synthetic,
        **inputs,
        "clusters": catalogue.cluster_names,  # a reader of the folder shows how surely each name is known
        "versions": {"python": platform.python_version(), "polars": version("polars")},
        "notes": [*dataset.notes, *system_notes(dataset, catalogue)],
    }


def save_scan(result: Scan, out: Path) -> None:
    """Write a scan to the folder `out`; an earlier scan there is replaced, anything else is left alone.

    Raises
    ------
    ScanError
        If `out` holds something that is not a scan.
    """
    ours = {MANIFEST, *(f"{name}.parquet" for name in (*TABLES, *ADDED_TABLES))}
    held = {p.name for p in out.iterdir()} if out.is_dir() else set()
    if out.is_file() or held - ours or (held and MANIFEST not in held):
        raise ScanError(
            _("{folder} holds something that is not a scan").format(folder=out),
            expected=_("a new folder, or one that holds a scan"),
            do=_("name another folder with --out"),
        )
    with whole_folder(out) as partial:
        for name in (*TABLES, *ADDED_TABLES):
            frame: pl.DataFrame = getattr(result, name)
            frame.write_parquet(partial / f"{name}.parquet", compression="zstd", statistics=True)
        text = json.dumps(dict(result.manifest), ensure_ascii=False, indent=2)
        (partial / MANIFEST).write_text(text + "\n", "utf-8")


def load_scan(folder: Path) -> Scan:
    """Read a scan back; tables that an older scan did not write are empty.

    Raises
    ------
    ScanError
        If the folder holds no scan, or one that is damaged.
    """
    restore(folder)
    try:
        manifest = json.loads((folder / MANIFEST).read_text("utf-8"))
        frames = {name: pl.read_parquet(folder / f"{name}.parquet") for name in TABLES}
        later = [name for name in ADDED_TABLES if (folder / f"{name}.parquet").exists()]
        frames |= {name: pl.read_parquet(folder / f"{name}.parquet") for name in later}
    except (OSError, ValueError, pl.exceptions.PolarsError) as error:
        raise ScanError(
            str(error).splitlines()[0],
            expected=_("a folder that `chainmend scan --out` wrote"),
            where=str(folder),
            do=_("run the scan again"),
        ) from error
    wanted: dict[str, list[str]] = {"findings": list(FINDING_SCHEMA), "not_checked": list(NOT_CHECKED_SCHEMA)}
    lost = [k for k in ("scan_id", "date", "city", "catalogue", "synthetic") if k not in manifest]
    lost += [
        f"{name}.{c}" for name, columns in wanted.items() for c in columns if c not in frames[name].columns
    ]
    if lost:
        raise ScanError(
            _("{names} is missing").format(names=", ".join(lost[:5])),
            expected=_("a folder that `chainmend scan --out` wrote"),
            where=str(folder),
            do=_("run the scan again"),
        )
    return Scan(**frames, manifest=manifest)
