"""Folders that appear whole or not at all, whatever is killed while they are written."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


@contextmanager
def whole_folder(out: Path) -> Iterator[Path]:
    """Yield a new folder to write to; at the end of the block it takes the place of `out`.

    What `out` held is kept until the new folder stands; where the block raises, `out` is as it was. Whether `out`
    may be replaced at all is for the caller to know.

    Examples
    --------
    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as room:
    ...     out = Path(room) / "out"
    ...     with whole_folder(out) as folder:
    ...         _ = (folder / "a.txt").write_text("a")
    ...     sorted(p.name for p in out.iterdir())
    ['a.txt']
    """
    out.parent.mkdir(parents=True, exist_ok=True)
    restore(out)
    partial = Path(tempfile.mkdtemp(prefix=f".{out.name}.", dir=out.parent))
    try:
        yield partial
        partial.chmod(0o755)
        if out.exists():
            old = partial.with_name(partial.name + ".old")
            os.replace(out, old)
            os.replace(partial, out)
            shutil.rmtree(old)
        else:
            os.replace(partial, out)
    finally:
        shutil.rmtree(partial, ignore_errors=True)


def restore(out: Path) -> None:
    """Put back the earlier folder where a process was killed between taking it away and putting the new one there."""
    left = sorted(out.parent.glob(f".{out.name}.*.old"))
    if left and not out.exists():
        os.replace(left[-1], out)
