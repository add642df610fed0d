"""Made inputs are what they are said to be."""

from __future__ import annotations

import io
import zipfile

import numpy as np
import pytest

from chainmend.pilot.scenarios.files import KINDS, file_of
from chainmend.pilot.scenarios.sounds import RATE, machine, voice
from chainmend.pilot.scenarios.surfaces import SIZE, damaged, surface

MAGIC = {
    "bmp": b"BM",
    "bzip": b"BZh",
    "gif": b"GIF8",
    "gzip": b"\x1f\x8b",
    "jpeg": b"\xff\xd8\xff",
    "png": b"\x89PNG",
    "sqlite": b"SQLite format 3\0",
    "tiff": b"II*\0",
    "wav": b"RIFF",
    "xz": b"\xfd7zXZ\0",
    "zip": b"PK\x03\x04",
}
"""First bytes as the formats' own standards give them."""


@pytest.mark.parametrize("kind", sorted(KINDS))
def test_file_is_of_its_type(kind: str) -> None:
    pytest.importorskip("PIL", reason="the extra pilot is not installed")
    data = file_of(kind, np.random.default_rng(3))
    assert data.startswith(MAGIC.get(kind, b""))
    assert data == file_of(kind, np.random.default_rng(3))
    assert data != file_of(kind, np.random.default_rng(4))


def test_archive_opens() -> None:
    with zipfile.ZipFile(io.BytesIO(file_of("zip", np.random.default_rng(0)))) as archive:
        assert archive.testzip() is None


def test_plate_has_its_text_where_the_boxes_say() -> None:
    pytest.importorskip("PIL", reason="the extra pilot is not installed")
    from chainmend.pilot.scenarios.plates import as_input, line_image, plate

    for seed in range(5):
        made = plate(np.random.default_rng(seed))
        for number in range(len(made.lines)):
            pixels = np.asarray(line_image(made, number), float)
            assert np.percentile(pixels, 2) < np.median(pixels) - 40  # dark letters on a light ground
        given = as_input(line_image(made, 0), 48, 320)
        assert given.shape == (1, 3, 48, 320)
        assert -1 <= given.min() <= given.max() <= 1


def test_machine_repeats_itself_24_to_60_times_a_second() -> None:
    for seed in range(4):
        hum = machine(np.random.default_rng(seed), RATE)
        lags = range(RATE // 60, RATE // 24 + 1)
        likeness = [np.corrcoef(hum[:-lag], hum[lag:])[0, 1] for lag in lags]
        assert max(likeness) > 0.4  # of the noise alone it is 0.05


def test_voice_has_its_energy_in_the_formants() -> None:
    for seed in range(4):
        power = np.abs(np.fft.rfft(voice(np.random.default_rng(seed), RATE))) ** 2  # one bin a hertz
        assert power[90:3500].sum() > 0.9 * power.sum()


def test_defect_changes_a_surface_in_one_place() -> None:
    for seed in range(6):
        good = surface(np.random.default_rng(seed))
        bad = damaged(np.random.default_rng(seed), good)
        changed = np.abs(bad - good) > 0.05
        assert 0 < changed.mean() < 0.05
        assert good.shape == (SIZE, SIZE)
