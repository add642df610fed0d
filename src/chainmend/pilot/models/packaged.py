"""Models that lie inside installed packages: found without importing the package, hashed, never fetched."""

from __future__ import annotations

import hashlib
from functools import cache
from importlib.metadata import PackageNotFoundError, version
from importlib.util import find_spec
from pathlib import Path

from chainmend.pilot.trial import InputSpec, Model, ModelFile, Names, Precision

NO_HASH = ""
"""Stands for the hash of a file that is not there."""


def packaged(
    id: str,
    *,
    name: Names,
    family: str,
    package: str,
    module: str,
    files: tuple[str, ...],
    precision: Precision = "float32",
    reference: str | None = None,
    inputs: tuple[InputSpec, ...] = (),
    install: str | None = None,
) -> Model:
    """Describe a model of an installed package.

    Parameters
    ----------
    id, name, family, precision, inputs
        As in `Model`.
    package, module
        Distribution that is installed, and the module whose folder holds the first file.
    files
        Paths below the folder that the module's folder lies in; the first is loaded.
    reference
        Id of the model that says what is right; by default this one.
    install
        What to hand to pip where it is missing; by default the package.

    Returns
    -------
    Model
        With ``found=False`` where the package or one of its files is not there.

    Examples
    --------
    >>> packaged("x.float32", name=("无", "None"), family="x", package="no-such", module="no_such_module",
    ...          files=("no_such_module/x.onnx",)).how
    'not installed: pip install no-such'
    """
    folder = home(module)
    there = folder is not None and all((folder / file).is_file() for file in files)
    number = installed(package)
    missing = "not installed: pip install " if number is None else "its files are not there: pip install "
    return Model(
        id=id,
        name=name,
        family=family,
        package=package,
        version=number or "",
        precision=precision,
        reference=reference or id,
        files=tuple(
            described(folder, file) if folder and there else ModelFile(file, NO_HASH, 0) for file in files
        ),
        found=there,
        how=f"in the installed package {package} {number}" if there else missing + (install or package),
        inputs=inputs,
        folder=folder if there else None,
    )


def home(module: str) -> Path | None:
    """Return the folder that a package's folder lies in, without importing the package; None where it is not there.

    Examples
    --------
    >>> (home("numpy") / "numpy").is_dir()
    True
    """
    try:
        found = find_spec(module)
    except (ImportError, ValueError):
        return None
    places = list(found.submodule_search_locations or ()) if found else []
    return Path(places[0]).parent if places else None


def installed(package: str) -> str | None:
    """Return the version of an installed package, None where it is not installed.

    Examples
    --------
    >>> installed("no-such-package") is None
    True
    """
    try:
        return version(package)
    except PackageNotFoundError:
        return None


def described(folder: Path, file: str) -> ModelFile:
    """Describe a file by its name below `folder`, its SHA-256 and its bytes."""
    path = folder / file
    state = path.stat()
    return ModelFile(file, _sha256(path, state.st_mtime_ns, state.st_size), state.st_size)


@cache
def _sha256(path: Path, _changed: int, _size: int) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
