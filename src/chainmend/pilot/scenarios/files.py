"""Files of known types, written by the standard library and Pillow; their contents are made up."""

from __future__ import annotations

import bz2
import csv
import gzip
import io
import json
import lzma
import sqlite3
import tarfile
import wave
import zipfile
from collections.abc import Callable
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np

_PARTS = (
    "valve",
    "bearing",
    "spindle",
    "gearbox",
    "sensor",
    "bracket",
    "flange",
    "coupling",
    "encoder",
    "nozzle",
)


def file_of(kind: str, rng: np.random.Generator) -> bytes:
    """Return a file of one of `KINDS`.

    Examples
    --------
    >>> import numpy as np
    >>> file_of("zip", np.random.default_rng(0))[:2]
    b'PK'
    """
    return KINDS[kind](rng)


def _rows(rng: np.random.Generator, n: int = 60) -> list[dict[str, str | float]]:
    return [
        {
            "part": str(rng.choice(_PARTS)),
            "order": int(rng.integers(1_000, 99_999)),
            "price": round(float(rng.uniform(1, 900)), 2),
            "checked": str(rng.choice(("yes", "no"))),
        }
        for _ in range(n)
    ]


def _json(rng: np.random.Generator) -> bytes:
    return json.dumps({"plant": "P-1", "orders": _rows(rng)}, indent=1).encode()


def _csv(rng: np.random.Generator) -> bytes:
    text = io.StringIO()
    rows = _rows(rng)
    writer = csv.DictWriter(text, list(rows[0]))
    writer.writeheader()
    writer.writerows(rows)
    return text.getvalue().encode()


def _html(rng: np.random.Generator) -> bytes:
    cells = "".join(f"<tr><td>{r['part']}</td><td>{r['price']}</td></tr>\n" for r in _rows(rng))
    head = "<!doctype html>\n<html>\n<head><title>Orders</title></head>\n<body>\n<table>\n"
    return f"{head}{cells}</table>\n</body>\n</html>\n".encode()


def _xml(rng: np.random.Generator) -> bytes:
    rows = "".join(f'  <order id="{r["order"]}"><part>{r["part"]}</part></order>\n' for r in _rows(rng))
    return f'<?xml version="1.0" encoding="UTF-8"?>\n<orders>\n{rows}</orders>\n'.encode()


def _python(rng: np.random.Generator) -> bytes:
    body = "".join(
        f"\n\ndef price_of_{r['part']}_{r['order']}(quantity: int) -> float:\n"
        f'    """Return the price."""\n    if quantity < 0:\n        raise ValueError(quantity)\n'
        f"    return quantity * {r['price']}\n"
        for r in _rows(rng, 20)
    )
    return f"from __future__ import annotations\n\nimport math\n{body}".encode()


def _packed(rng: np.random.Generator) -> bytes:
    return _csv(rng) + rng.bytes(2_000)


def _zip(rng: np.random.Generator) -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        for number in range(3):
            entry = zipfile.ZipInfo(f"orders-{number}.csv", (2026, 1, 1, 0, 0, 0))
            archive.writestr(entry, _csv(rng), zipfile.ZIP_DEFLATED)
    return file.getvalue()


def _tar(rng: np.random.Generator) -> bytes:
    file = io.BytesIO()
    with tarfile.open(fileobj=file, mode="w") as archive:
        data = _csv(rng)
        entry = tarfile.TarInfo("orders.csv")
        entry.size = len(data)
        archive.addfile(entry, io.BytesIO(data))
    return file.getvalue()


def _sqlite(rng: np.random.Generator) -> bytes:
    connection = sqlite3.connect(":memory:")
    try:
        connection.execute("create table orders (part text, number integer, price real)")
        rows = [(r["part"], r["order"], r["price"]) for r in _rows(rng)]
        connection.executemany("insert into orders values (?, ?, ?)", rows)
        connection.commit()
        return bytes(connection.serialize())
    finally:
        connection.close()


def _wav(rng: np.random.Generator) -> bytes:
    file = io.BytesIO()
    with wave.open(file, "wb") as sound:
        sound.setnchannels(1)
        sound.setsampwidth(2)
        sound.setframerate(16_000)
        sound.writeframes(rng.integers(-3000, 3000, 4000).astype("<i2").tobytes())
    return file.getvalue()


def _image(form: str) -> Callable[[np.random.Generator], bytes]:
    def make(rng: np.random.Generator) -> bytes:
        from PIL import Image

        file = io.BytesIO()
        Image.fromarray(rng.integers(0, 255, (48, 64, 3)).astype("uint8")).save(file, form)
        return file.getvalue()

    return make


KINDS: dict[str, Callable[[np.random.Generator], bytes]] = {
    "bmp": _image("BMP"),
    "bzip": lambda rng: bz2.compress(_packed(rng)),
    "csv": _csv,
    "gif": _image("GIF"),
    "gzip": lambda rng: gzip.compress(_packed(rng), mtime=0),
    "html": _html,
    "jpeg": _image("JPEG"),
    "json": _json,
    "png": _image("PNG"),
    "python": _python,
    "sqlite": _sqlite,
    "tar": _tar,
    "tiff": _image("TIFF"),
    "wav": _wav,
    "xml": _xml,
    "xz": lambda rng: lzma.compress(_packed(rng)),
    "zip": _zip,
}
"""Type, as Magika names it -> what writes a file of it."""
