"""How unevenly something is spread: over firms, sources, regions or activities."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import replace
from typing import TYPE_CHECKING, Literal

import numpy as np
import numpy.typing as npt

from chainmend.errors import IndicatorError
from chainmend.i18n import _, both
from chainmend.indicators.arrays import vector
from chainmend.indicators.reading import Reading
from chainmend.indicators.segment_firms import each_segment
from chainmend.registry import register

if TYPE_CHECKING:
    from chainmend.indicators.city import City

Band = Literal["low", "moderate", "high"]

MODERATE, HIGH = 0.15, 0.25


def hhi(sizes: npt.ArrayLike) -> float:
    """Return the Herfindahl-Hirschman index, ``sum s^2`` of the shares s.

    Parameters
    ----------
    sizes
        Shape (n,), non-negative; shares are taken here, so any unit will do.

    Returns
    -------
    float
        1/n (all equal) to 1 (one has all); its inverse is the number of equals that would be as concentrated.

    Raises
    ------
    IndicatorError
        If `sizes` is negative, not finite, empty or all zero.

    Notes
    -----
    Hirschman (1945), Herfindahl (1950); REAT's ``herf``.

    Examples
    --------
    >>> hhi([50, 50])
    0.5

    With an interval over firms drawn anew:

    >>> from chainmend.indicators.estimate import of_firms
    >>> found = of_firms(hhi, [5.0, 4.0, 3.0, 2.0, 1.0], bounds=(0, 1), interval=True)
    >>> found.low < found.value < found.high <= 1
    True
    """
    s = vector(sizes, "sizes")
    return float(np.square(s / s.sum()).sum())


def hhi_band(value: float) -> Band:
    """Return what the merger guidelines call a market of this HHI.

    Parameters
    ----------
    value
        HHI, 0..1 (not the 0..10,000 of shares in per cent).

    Returns
    -------
    str
        ``low`` below 0.15, ``moderate`` up to 0.25, ``high`` above.

    Raises
    ------
    IndicatorError
        If `value` is not within 0..1.

    Notes
    -----
    US Department of Justice and Federal Trade Commission, Horizontal Merger Guidelines (2010), section 5.3.

    Examples
    --------
    >>> hhi_band(0.1), hhi_band(0.25), hhi_band(0.4)
    ('low', 'moderate', 'high')
    """
    if not 0 <= value <= 1 + 1e-9:
        raise IndicatorError(
            str(value),
            expected=_("an HHI of 0 to 1"),
            do=_("divide an HHI of shares in per cent by 10,000"),
        )
    return "low" if value < MODERATE else "moderate" if value <= HIGH else "high"


def concentration_ratio(sizes: npt.ArrayLike, n: int = 4) -> float:
    """Return the share of the `n` largest, CR_n; 1 where there are no more than `n`.

    Parameters
    ----------
    sizes
        Shape (m,), non-negative.
    n
        How many, at least 1.

    Raises
    ------
    IndicatorError
        If `sizes` is negative, not finite, empty or all zero, or `n` is below 1.

    Examples
    --------
    >>> concentration_ratio([4, 3, 2, 1], n=2)
    0.7
    """
    s = vector(sizes, "sizes")
    if not isinstance(n, (int, np.integer)) or n < 1:
        raise IndicatorError(str(n), expected=_("a whole number of at least 1"), where="n")
    return float(min(1.0, np.sort(s)[::-1][:n].sum() / s.sum()))


def entropy(sizes: npt.ArrayLike) -> float:
    """Return the Shannon entropy of the shares, ``-sum s log2 s``: how varied a structure is.

    Parameters
    ----------
    sizes
        Shape (n,), non-negative; what is zero adds nothing.

    Returns
    -------
    float
        Bits, 0 (one has all) to log2 n (all equal).

    Raises
    ------
    IndicatorError
        If `sizes` is negative, not finite, empty or all zero.

    Notes
    -----
    Shannon (1948); Jacquemin and Berry (1979) for firms, Frenken and others (2007) for regions.

    Examples
    --------
    >>> entropy([1, 1, 1, 1])
    2.0
    """
    s = vector(sizes, "sizes")
    shares = s[s > 0] / s.sum()
    return float(max(0.0, -(shares * np.log2(shares)).sum()))


@register(
    "indicator",
    "hhi",
    name=("赫芬达尔指数", "Herfindahl-Hirschman index"),
    unit="1",
    needs=("firms",),
    reference="Hirschman (1945); Herfindahl (1950)",
    resample=True,
    bounds=(0.0, 1.0),
)
def firm_concentration(city: City) -> Iterator[Reading]:
    """Concentration of a segment on few local firms, the sum of their squared shares.

    Below 0.15 low, above 0.25 high; 1 means a single firm. Shares are of output on the segment, or of employees where
    the dataset knows these of more firms.
    """
    names = {
        "low": both("low concentration"),
        "moderate": both("moderate concentration"),
        "high": both("high concentration"),
    }
    for reading in each_segment(city, lambda firms: hhi(firms.sizes), local=True):
        if reading.value is None:
            yield reading
        else:
            zh, en = names[hhi_band(reading.value)]
            known = reading.note
            yield replace(reading, note=(f"{zh}；{known[0]}", f"{en}; {known[1]}") if known else (zh, en))


@register(
    "indicator",
    "cr4",
    name=("前四企业集中度", "Four-firm concentration ratio"),
    unit="share",
    needs=("firms",),
    reference="Bain (1956)",
    resample=True,
    bounds=(0.0, 1.0),
)
def four_firm_ratio(city: City) -> Iterator[Reading]:
    """Share of a segment's four largest local firms in what local firms make of it.

    1 where there are no more than four.
    """
    return each_segment(city, lambda firms: concentration_ratio(firms.sizes), local=True)


@register(
    "indicator",
    "structure_entropy",
    name=("产业结构熵", "Entropy of the structure"),
    unit="bit",
    needs=("firms",),
    reference="Shannon (1948); Frenken, Van Oort and Verburg (2007)",
    resample=True,
    bounds=(0.0, math.inf),
)
def structure_entropy(city: City) -> Iterator[Reading]:
    """How varied the city is over segments: 0 with one segment, log2 n with n of equal size."""
    if city.home is None or not city.sizes[[city.home]].sum() > 0:
        note = both("the city has no firm on any segment")
        yield Reading("city", city.name, None, city.scope(), note=note)
    else:
        yield Reading("city", city.name, entropy(city.sizes[[city.home]].toarray()[0]), city.scope())
