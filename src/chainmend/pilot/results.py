"""Result files: one trial a line as JSON, and a manifest beside it with the digest of the lines and a signature.

``NAME.jsonl`` holds the trials, ``NAME.manifest.json`` the `Manifest`. A line is canonical JSON (keys in order, no
spaces), so that the same trial has the same bytes. Layouts (`TrialResult.schema`):

* 2: as `chainmend.pilot.record.TrialResult`.
* 1: readings as ``timing.latencies_ms`` (milliseconds of one run each) instead of ``calls`` and ``readings_ns``, no
  ``reference_shape`` of outputs (that of the chip's), no ``moments`` (those of the values kept), no ``features`` of the
  machine. Read, never written.
"""

from __future__ import annotations

import base64
import hashlib
import json
import os
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass, replace
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
from pydantic import TypeAdapter, ValidationError

from chainmend.errors import PilotError
from chainmend.i18n import _
from chainmend.pilot.comparing import moments
from chainmend.pilot.machine import TOOL
from chainmend.pilot.record import SCHEMA, TrialResult

TRIALS = "trials.jsonl"
IMPORTED = "imported"


@dataclass(frozen=True)
class Manifest:
    """What a result file is.

    Attributes
    ----------
    schema
        Version of the layout of its lines.
    tool
        Version of chainmend that wrote it.
    lab
        Who ran the trials, in their words; "" where not said.
    day
        Day it was written, ISO 8601.
    trials
        Number of lines.
    sha256
        Of the bytes of the file of trials.
    key, signature
        Public key and signature of the manifest without its signature, base64; both "" where it is not signed.
    """

    schema: int
    tool: str
    lab: str
    day: str
    trials: int
    sha256: str
    key: str = ""
    signature: str = ""

    @property
    def signed_bytes(self) -> bytes:
        """What a signature is of."""
        return _canonical(asdict(replace(self, signature=""))).encode()


def to_line(trial: TrialResult) -> str:
    """Write a trial as one line of canonical JSON, without the folder of its model.

    Raises
    ------
    PilotError
        If a number in it is not finite.
    """
    plain = replace(trial, model=replace(trial.model, folder=None))
    try:
        text = json.dumps(asdict(plain), allow_nan=False)
    except ValueError as error:
        raise PilotError(
            _("a number that is not finite"), expected=_("finite numbers"), where=" x ".join(trial.cell)
        ) from error
    return _canonical(asdict(_adapter().validate_json(text, strict=True)))


def from_line(line: str, where: str = "") -> TrialResult:
    """Read a trial of this or an older layout.

    Raises
    ------
    PilotError
        If it is no trial, of a newer layout, or not canonical.
    """
    try:
        raw = json.loads(line)
        schema = raw["schema"]
    except (ValueError, TypeError, KeyError) as error:
        raise PilotError(_("no trial"), expected=_("a line of a result file"), where=where) from error
    if schema not in (1, SCHEMA):
        raise PilotError(
            _("layout {came}").format(came=schema),
            expected=_("layouts 1 to {last}").format(last=SCHEMA),
            where=where,
            do=_("install a newer chainmend"),
        )
    if schema == 1:
        return _parse(_canonical(_from_1(raw, where)), where)
    trial = _parse(line, where)
    if to_line(trial) != line:
        raise PilotError(
            _("the line is not as it was written"),
            expected=_("canonical JSON without further keys"),
            where=where,
        )
    return trial


def manifest_path(path: Path) -> Path:
    """Path of the manifest of a file of trials.

    Examples
    --------
    >>> manifest_path(Path("a/trials.jsonl")).name
    'trials.manifest.json'
    """
    return path.with_name(path.stem + ".manifest.json")


def write_results(
    trials: Iterable[TrialResult], path: Path, *, day: str, lab: str = "", key: Path | None = None
) -> Manifest:
    """Write a result file and its manifest; trials in order of their cells.

    Parameters
    ----------
    trials
        With what is derived from them stated.
    path
        Ends in ``.jsonl``.
    day
        ISO 8601.
    lab
        Who ran the trials.
    key
        Private key that signs, see `chainmend.pilot.signing.make_keys`; None leaves the file unsigned.

    Raises
    ------
    PilotError
        If the path has another ending or the key cannot be used.
    """
    if path.suffix != ".jsonl":
        raise PilotError(path.name, expected=_("a name that ends in {ending}").format(ending=".jsonl"))
    lines = sorted(to_line(trial) for trial in trials)
    data = "".join(line + "\n" for line in lines).encode()
    manifest = Manifest(SCHEMA, TOOL, lab, day, len(lines), hashlib.sha256(data).hexdigest())
    if key is not None:
        from chainmend.pilot.signing import public_text, read_private, sign

        private = read_private(key)
        manifest = replace(manifest, key=public_text(private.public_key()))
        manifest = replace(manifest, signature=sign(private, manifest.signed_bytes))
    path.parent.mkdir(parents=True, exist_ok=True)
    write_whole(path, data)
    text = json.dumps(asdict(manifest), ensure_ascii=False, indent=2, sort_keys=True) + "\n"
    write_whole(manifest_path(path), text.encode())
    return manifest


def read_manifest(path: Path) -> Manifest:
    """Read the manifest of a file of trials.

    Raises
    ------
    PilotError
        If it is not there or not one.
    """
    beside = manifest_path(path)
    try:
        return _manifests().validate_json(beside.read_bytes(), strict=True)
    except FileNotFoundError as error:
        raise PilotError(_("there is no manifest"), expected=beside.name, where=str(path)) from error
    except ValidationError as error:
        raise PilotError(
            _("no manifest"), expected=_("what write_results wrote"), where=str(beside)
        ) from error


def read_trials(path: Path) -> list[TrialResult]:
    """Read the trials of a file, of this or an older layout, without checking them.

    Raises
    ------
    PilotError
        If the file is not there or a line is no trial.
    """
    try:
        text = path.read_text("utf-8")
    except (FileNotFoundError, IsADirectoryError, UnicodeDecodeError) as error:
        raise PilotError(_("no result file"), expected=_("a file of trials"), where=str(path)) from error
    return [
        from_line(line, where=f"{path.name}:{number}")
        for number, line in enumerate(text.splitlines(), 1)
        if line.strip()
    ]


def load_folder(folder: Path) -> list[TrialResult]:
    """Read all trials of a folder of results: its own, then those imported, in order of their names.

    Raises
    ------
    PilotError
        If a line is no trial.
    """
    files = [folder / TRIALS, *sorted((folder / IMPORTED).glob("*.jsonl"))]
    return [trial for file in files if file.is_file() for trial in read_trials(file)]


def write_whole(path: Path, data: bytes) -> None:
    """Write a file that appears whole or not at all."""
    partial = path.with_name(f".{path.name}.{os.getpid()}")
    with partial.open("wb") as file:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())
    partial.replace(path)


def json_schema() -> dict[str, Any]:
    """JSON Schema of a line.

    Examples
    --------
    >>> sorted(json_schema()["properties"])[:4]
    ['chip', 'day', 'draws', 'drift']
    """
    return _adapter().json_schema()


@cache
def _adapter() -> TypeAdapter[TrialResult]:
    return TypeAdapter(TrialResult)


@cache
def _manifests() -> TypeAdapter[Manifest]:
    return TypeAdapter(Manifest)


def _parse(line: str, where: str) -> TrialResult:
    try:
        return _adapter().validate_json(line, strict=True)
    except ValidationError as error:
        first = error.errors()[0]
        raise PilotError(
            first["msg"],
            expected=_("a trial of layout {last}").format(last=SCHEMA),
            where=f"{where} {_at(first['loc'])}",
        ) from error


def _at(place: Sequence[int | str]) -> str:
    return ".".join(map(str, place))


def _canonical(plain: object) -> str:
    return json.dumps(plain, ensure_ascii=False, sort_keys=True, separators=(",", ":"), allow_nan=False)


def _from_1(raw: dict[str, Any], where: str) -> dict[str, Any]:
    """Bring a trial of layout 1 to layout 2; what the writer derived is derived again by the reader."""
    try:
        machine = {"features": [], **raw["machine"]}
        timing = raw["timing"]
        if timing is not None:
            ms = timing["latencies_ms"]
            rest = {k: v for k, v in timing.items() if k != "latencies_ms"}
            timing = {**rest, "calls": 1, "readings_ns": [round(x * 1_000_000) for x in ms]}
        draws = [
            {**draw, "items": [{**i, "outputs": [_output_1(o) for o in i["outputs"]]} for i in draw["items"]]}
            for draw in raw["draws"]
        ]
        drift = [_output_1(o) for o in raw["drift"]]
    except (KeyError, TypeError, ValueError) as error:
        raise PilotError(
            _("the trial of layout 1 lacks {name}").format(name=error),
            expected=_("a whole trial"),
            where=where,
        ) from error
    return {**raw, "schema": SCHEMA, "machine": machine, "timing": timing, "draws": draws, "drift": drift}


def _output_1(output: dict[str, Any]) -> dict[str, Any]:
    """An output of layout 1; its cosine was that of the values kept."""
    got, expected = (np.frombuffer(base64.b64decode(output[side]), "<f8") for side in ("got", "expected"))
    return {"reference_shape": output["shape"], "moments": moments(got, expected), **output}
