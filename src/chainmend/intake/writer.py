"""A dataset to a folder that `read_dataset` reads back unchanged."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Literal

import yaml

from chainmend.intake.description import NAME
from chainmend.intake.files import KINDS
from chainmend.names import CURRENCY

if TYPE_CHECKING:
    from chainmend.dataset import Dataset


def write_dataset(dataset: Dataset, folder: Path, *, format: Literal["parquet", "csv"] = "parquet") -> None:
    """Write every table and ``dataset.yaml``; each file appears whole or not at all."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, frame in dataset.tables.items():
        path = folder / f"{name}.{format}"
        partial = folder / f".{name}.partial"
        if format == "parquet":
            frame.write_parquet(partial)
        else:
            frame.write_csv(partial)
        partial.replace(path)
        for other in KINDS:  # else the table would be read twice
            if other != path.suffix:
                path.with_suffix(other).unlink(missing_ok=True)
    place = dataset.place
    about = {
        "city": place.city,
        "province": place.province,
        "country": place.country,
        "region": list(place.region),
        "date": dataset.date,
        "synthetic": dataset.synthetic,
        "notes": list(dataset.notes),
    }
    if dataset.code_system:
        about["code_system"] = dataset.code_system
    if dataset.currency != CURRENCY:
        about["currency"] = dataset.currency
    partial = folder / ".dataset.partial"
    partial.write_text(yaml.safe_dump(about, allow_unicode=True, sort_keys=False), "utf-8")
    partial.replace(folder / NAME)
