"""What stops: firms, segments, districts, or everything from one country or city.

A shock says for every firm of a network which share of its production is lost at the start.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from typing import TYPE_CHECKING

import numpy as np
import polars as pl

from chainmend.errors import NetworkError
from chainmend.i18n import _, language
from chainmend.names import country_name, percent

if TYPE_CHECKING:
    from chainmend.chain.model import Catalogue
    from chainmend.fragility.city import CityNetwork
    from chainmend.fragility.network import Floats

_NAMED, _FEW = 3, 12


@dataclass(frozen=True)
class Shock:
    """Initial losses of production.

    Attributes
    ----------
    label
        What stops, in the current language.
    loss
        Shape (n,): share of each firm's production that is lost at the start, 0..1; spreads to its buyers.
    loss_upstream
        Shape (n,): share of its purchases that it gives up, which spreads to its suppliers; None: the same.
    """

    label: str
    loss: Floats
    loss_upstream: Floats | None = None

    @property
    def own(self) -> Floats:
        """Loss of each firm before anything spreads, shape (n,)."""
        return self.loss if self.loss_upstream is None else np.maximum(self.loss, self.loss_upstream)


def make_shock(
    city: CityNetwork,
    catalogue: Catalogue,
    *,
    firms: Sequence[str] = (),
    segments: Sequence[str] = (),
    origins: Sequence[str] = (),
    districts: Sequence[str] = (),
    share: float = 1.0,
    upstream_share: float | None = None,
) -> Shock:
    """Say who stops.

    Several values of one kind all stop. Segments, origins and districts narrow each other down: a segment and an
    origin together are the firms of that segment from there.

    Parameters
    ----------
    city
        The network and its firms.
    catalogue
        Names of the segments.
    firms
        Ids or full names.
    segments
        Ids or names; stops every firm, here and elsewhere, whose main segment it is.
    origins
        Countries (ISO 3166 alpha-3 or name), provinces or cities; stops the firms there, never those of the city
        itself.
    districts
        Districts of the city; stops its firms there.
    share
        Share of their production that is lost, above 0 and at most 1.
    upstream_share
        Share of their purchases that is lost, 0..1; as `share` where None.

    Raises
    ------
    NetworkError
        If nobody is named, a name is unknown (the message names similar ones), nobody fits, or a share is out of
        range.
    """
    _check_share(share, "share", above_zero=upstream_share is None or upstream_share == 0)
    if upstream_share is not None:
        _check_share(upstream_share, "upstream_share", above_zero=False)
    if not (firms or segments or origins or districts):
        raise NetworkError(_("nothing that stops"), expected=_("firms, segments, origins or districts"))
    if firms and (segments or origins or districts):
        raise NetworkError(
            _("firms together with segments, origins or districts"),
            expected=_("firms alone, or any of the others"),
        )
    hit = np.ones(city.firms.height, bool)
    names: list[str] = []
    for find, values in (
        (_firm, firms), (_segment, segments), (_origin, origins), (_district, districts)
    ):  # fmt: skip
        if values:
            found = [find(city, catalogue, value) for value in values]
            hit &= np.logical_or.reduce([mask for mask, _name in found])
            listed = _listed([name for _mask, name in found])
            names.append(_("suppliers from {names}").format(names=listed) if find is _origin else listed)
    if not hit.any():
        raise NetworkError(
            _("no firm of the network is at once: {names}").format(names=" + ".join(names)),
            expected=_("a combination that some firm fits"),
        )
    loss = np.where(hit, share, 0.0)
    upstream = None if upstream_share is None else np.where(hit, upstream_share, 0.0)
    return Shock(_label(" + ".join(names), share, upstream_share), loss, upstream)


def _check_share(value: float, where: str, *, above_zero: bool) -> None:
    if not (0 <= value <= 1) or (above_zero and value == 0):
        raise NetworkError(
            str(value),
            expected=_("a share above 0, at most 1") if above_zero else _("a share from 0 to 1"),
            where=where,
        )


def _label(names: str, share: float, upstream_share: float | None) -> str:
    if upstream_share is not None and upstream_share != share:
        return _("{names}: {share} less sold, {upstream} less bought").format(
            names=names, share=percent(share), upstream=percent(upstream_share)
        )
    if share == 1:
        return _("{names}: all production stops").format(names=names)
    return _("{names}: {share} of production lost").format(names=names, share=percent(share))


def _listed(names: Sequence[str]) -> str:
    between = "、" if language() == "zh" else ", "
    if len(names) <= _NAMED:
        return between.join(names)
    return _("{names} and {n} more").format(names=between.join(names[:_NAMED]), n=len(names) - _NAMED)


def _firm(city: CityNetwork, _catalogue: Catalogue, given: str) -> tuple[np.ndarray, str]:
    frame = city.firms
    mask = ((frame["firm_id"] == given) | (frame["name"] == given)).to_numpy()
    if not mask.any():
        raise _unknown(
            _("no firm {name} in the network of {year}").format(name=given, year=city.year),
            _("the id or the full name of a firm that is active and trades, or is local"),
            given,
            frame["name"],
        )
    if mask.sum() > 1:
        ids = frame.filter(pl.Series(mask))["firm_id"].head(5)
        raise NetworkError(
            _("{n} firms have the name {name}").format(n=int(mask.sum()), name=given),
            expected=_("one of: {ids}").format(ids=", ".join(ids)),
        )
    return mask, str(frame["name"][int(mask.argmax())])


def _segment(city: CityNetwork, catalogue: Catalogue, given: str) -> tuple[np.ndarray, str]:
    matches = [s for s in catalogue.segments.values() if given in (s.id, *s.name.pair)]
    if len(matches) != 1:
        if matches:
            raise NetworkError(
                _("{n} segments have the name {name}").format(n=len(matches), name=given),
                expected=_("one of: {ids}").format(ids=", ".join(s.id for s in matches)),
            )
        known = [n for s in catalogue.segments.values() for n in (s.id, *s.name.pair)]
        raise _unknown(
            _("no segment {name}").format(name=given),
            _("the id or name of a segment"),
            given,
            known,
            do=_("see `chainmend catalogue show` for the ids"),
        )
    name = matches[0].name[language()]
    mask = (city.firms["segment_id"] == matches[0].id).fill_null(value=False).to_numpy()
    if not mask.any():
        raise NetworkError(
            _("no firm of the network is on segment {name}").format(name=name),
            expected=_("a segment that is the main one of some firm"),
            where=matches[0].id,
        )
    return mask, name


def _origin(city: CityNetwork, _catalogue: Catalogue, given: str) -> tuple[np.ndarray, str]:
    outside = city.firms.filter(pl.col("place") != "local")
    codes = outside["country"].unique().sort().to_list()
    code = next((c for c in codes if given in (c, *country_name(c))), None)
    there = pl.col("country") == code if code else pl.any_horizontal(pl.col("city", "province") == given)
    mask = city.firms.select((there & (pl.col("place") != "local")).fill_null(value=False)).to_series()
    if not mask.any():
        places = pl.concat([outside["city"], outside["province"]]).drop_nulls().unique().sort()
        known = [*(n for c in codes for n in (c, country_name(c)[language() != "zh"])), *places]
        raise _unknown(
            _("no firm of the network outside the city is in {name}").format(name=given),
            _("a country, province or city that firms of the network are in"),
            given,
            known,
        )
    return mask.to_numpy(), country_name(code)[language() != "zh"] if code else given


def _district(city: CityNetwork, _catalogue: Catalogue, given: str) -> tuple[np.ndarray, str]:
    local = pl.col("place") == "local"
    mask = city.firms.select((local & (pl.col("district") == given)).fill_null(value=False)).to_series()
    if not mask.any():
        known = city.firms.filter(local)["district"].drop_nulls().unique().sort()
        raise _unknown(
            _("no local firm in district {name}").format(name=given),
            _("a district of the city that has a firm"),
            given,
            known,
        )
    return mask.to_numpy(), given


def _unknown(
    came: str, expected: str, given: str, known: Iterable[str], do: str | None = None
) -> NetworkError:
    """An error that names what is similar, or all there is where that is little."""
    names = list(dict.fromkeys(known))
    near = [n for n in names if given and given in n][:5] or get_close_matches(given, names, 5)
    if not near and 0 < len(names) <= _FEW:
        expected = _("one of: {ids}").format(ids=", ".join(names))
    return NetworkError(
        came,
        expected=expected,
        do=_("similar names: {names}").format(names=", ".join(near)) if near else do,
    )
