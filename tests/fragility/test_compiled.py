"""Compiled kernels are dropped when any source they depend on has changed."""

from __future__ import annotations

from pathlib import Path

from chainmend.fragility.kernels import digest, drop_stale


def kernels(folder: Path) -> Path:
    """Sources as they lie in the package."""
    inner = folder / "kernels"
    (folder / "engines").mkdir(parents=True)
    inner.mkdir()
    for path in (inner / "a.py", inner / "b.py", folder / "plan.py", folder / "engines/threads.py"):
        path.write_text("x = 1\n", "utf-8")
    return inner


def test_the_digest_follows_every_source(tmp_path: Path) -> None:
    inner = kernels(tmp_path)
    seen = {digest(inner)}
    for path in (inner / "a.py", inner / "b.py", tmp_path / "plan.py", tmp_path / "engines/threads.py"):
        path.write_text("x = 2\n", "utf-8")
        seen.add(digest(inner))
    assert len(seen) == 5


def test_stale_files_go_and_fresh_ones_stay(tmp_path: Path) -> None:
    cache = tmp_path / "cache"
    cache.mkdir()
    for name in ("a.f-1.nbi", "a.f-1.1.nbc", "a.cpython.pyc"):
        (cache / name).write_bytes(b"old")
    assert drop_stale(cache, "one") == 2
    assert sorted(p.name for p in cache.iterdir()) == ["a.cpython.pyc", "sources.sha256"]
    (cache / "a.f-1.nbi").write_bytes(b"new")
    assert drop_stale(cache, "one") == 0
    assert (cache / "a.f-1.nbi").read_bytes() == b"new"
    assert drop_stale(cache, "two") == 1


def test_a_cache_that_is_not_there_yet_is_begun(tmp_path: Path) -> None:
    assert drop_stale(tmp_path / "new" / "cache", "one") == 0
    assert (tmp_path / "new" / "cache" / "sources.sha256").read_text("ascii") == "one"
