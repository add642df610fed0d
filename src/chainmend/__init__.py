"""Chainmend (补链): find the missing and fragile segments of a city's manufacturing chains, and see them mended.

The names below are loaded on first use, so that ``import chainmend`` costs nothing.

>>> import chainmend
>>> chainmend.load_catalogue("hangzhou-296x").id
'hangzhou-296x'
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from chainmend.chain.catalogue import load_catalogue
    from chainmend.chain.model import Catalogue
    from chainmend.dataset import Dataset
    from chainmend.errors import ChainmendError
    from chainmend.intake.reader import read_dataset
    from chainmend.mendlist import reconcile
    from chainmend.placement.assign import place
    from chainmend.scanning import Scan, scan
    from chainmend.settings import Settings

__version__ = "0.1.0"

_HOMES = {
    "Catalogue": "chainmend.chain.model",
    "ChainmendError": "chainmend.errors",
    "Dataset": "chainmend.dataset",
    "Scan": "chainmend.scanning",
    "Settings": "chainmend.settings",
    "load_catalogue": "chainmend.chain.catalogue",
    "place": "chainmend.placement.assign",
    "read_dataset": "chainmend.intake.reader",
    "reconcile": "chainmend.mendlist",
    "scan": "chainmend.scanning",
}

__all__ = [
    "Catalogue",
    "ChainmendError",
    "Dataset",
    "Scan",
    "Settings",
    "load_catalogue",
    "place",
    "read_dataset",
    "reconcile",
    "scan",
]


def __getattr__(name: str) -> Any:
    if name in _HOMES:
        return getattr(import_module(_HOMES[name]), name)
    raise AttributeError(f"module 'chainmend' has no attribute {name!r}")
