"""Made sounds at 16 kHz: the hum of a machine, and a voice out of pulses and formants; no recording of anybody."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt

    Sound = npt.NDArray[np.float64]

RATE = 16_000
_VOWELS = (
    (730, 1090, 2440),
    (270, 2290, 3010),
    (300, 870, 2240),
    (530, 1840, 2480),
    (570, 840, 2410),
    (390, 1990, 2550),
)
"""Formants in Hz; Peterson, Barney 1952, Control methods used in a study of the vowels, JASA 24(2), table II."""
_BANDWIDTHS = (80, 100, 140)


def machine(rng: np.random.Generator, n: int) -> Sound:
    """Return `n` samples of a turning machine: 29 harmonics of 24 to 60 Hz and reddish noise.

    Examples
    --------
    >>> import numpy as np
    >>> machine(np.random.default_rng(0), 1600).shape
    (1600,)
    """
    import numpy as np
    from scipy.signal import lfilter

    time, base = np.arange(n) / RATE, rng.uniform(24, 60)
    hum = sum(
        rng.uniform(0.2, 1) / k * np.sin(2 * np.pi * base * k * time + rng.uniform(0, 2 * np.pi))
        for k in range(1, 30)
    )
    noise = lfilter([1], [1, -0.9], rng.standard_normal(n))
    return np.asarray(0.05 * hum / np.abs(hum).max() + 0.01 * noise / noise.std())


def voice(rng: np.random.Generator, n: int) -> Sound:
    """Return `n` samples of syllables, four or five a second: pulses of the glottis through three formants.

    Examples
    --------
    >>> import numpy as np
    >>> made = voice(np.random.default_rng(0), 8000)
    >>> made.shape, bool(np.abs(made).max() <= 0.5)
    ((8000,), True)
    """
    import numpy as np

    sound, pitch, at = np.zeros(n), rng.uniform(95, 210), 0
    while at < n:
        vowel = _syllable(rng, int(RATE * rng.uniform(0.13, 0.26)), pitch)[: n - at]
        hiss = int(RATE * rng.uniform(0.03, 0.07))
        fricative = np.diff(rng.standard_normal(hiss) * np.hanning(hiss) * 0.15, prepend=0)
        sound[at : at + len(vowel)] += vowel
        room = max(0, n - at - len(vowel))
        sound[at + len(vowel) : at + len(vowel) + hiss] += fricative[:room]
        at += len(vowel) + hiss
    return 0.25 * sound


def _syllable(rng: np.random.Generator, n: int, pitch: float) -> Sound:
    import numpy as np
    from scipy.signal import lfilter

    time = np.arange(n) / RATE
    sway = 1 + 0.06 * np.sin(2 * np.pi * rng.uniform(2, 5) * time + rng.uniform(0, 2 * np.pi))
    phase = np.cumsum(pitch * sway * (1 - time / 3) / RATE)
    pulses = np.diff(np.floor(phase), prepend=0)
    sound = lfilter([1], [1, -0.96], pulses) + 0.01 * rng.standard_normal(n)
    sound = sound - sound.mean()
    for formant, width in zip(_VOWELS[rng.integers(len(_VOWELS))], _BANDWIDTHS, strict=True):
        r = np.exp(-np.pi * width / RATE)
        sound = lfilter([1 - r], [1, -2 * r * np.cos(2 * np.pi * formant / RATE), r * r], sound)
    rise = np.clip(np.minimum(time / 0.025, time[::-1] / 0.05), 0, 1)
    return np.asarray(sound * rise / (np.abs(sound * rise).max() + 1e-9))
