"""The rows behind a change: suppliers, sources, origins, districts and needs that came or went, and firms."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from chainmend.gaps.wording import Pair, value
from chainmend.i18n import both
from chainmend.names import country_name

if TYPE_CHECKING:
    from chainmend.gaps.reasons import Sighting

Rows = Mapping[str, Mapping[str, Any]]
_KEYS = ("supplier_id", "source", "origin", "district", "need_id")
_LEAST = 0.01
_SHOWN = 3
_COMPLETE = 10


def behind(old: Sighting, new: Sighting) -> list[dict[str, Any]]:
    """Which rows of the data are behind the change of a finding.

    Parameters
    ----------
    old, new
        The finding in the earlier and the later scan.

    Returns
    -------
    list
        Reasons of the cause ``world`` with the ids of the rows under `came`, `went`, `changed` or `rows`.
    """
    firms = [*_firms(old, new)]
    told = {firm for reason in firms for firm in reason.get("went", ())}
    return [*firms, *_fallen(new, told), *_listed(old, new)]


def _key(row: Mapping[str, Any]) -> str | None:
    return next(
        (k for k in _KEYS if row.get(k) is not None and (k != "district" or "firm_id" not in row)), None
    )


def _all(side: Sighting) -> list[Mapping[str, Any]]:
    return [*side.rows, *side.evidence["rows"]]


def _group(side: Sighting, key: str) -> Rows:
    return {str(r[key]): r for r in _all(side) if _key(r) == key}


def _listed(old: Sighting, new: Sighting) -> Iterator[dict[str, Any]]:
    """Rows of the finding's own kind in both scans; where one scan has none, those of the other."""
    own = [_key(r) for side in (old, new) for r in side.evidence["rows"]]
    for key in [k for k in _KEYS if k in own]:
        a, b = (_group(side, key) for side in (old, new))
        if (a and b) or key == "need_id":  # needs are all known, other rows only of what was found
            yield from _compared(key, a, b)
        elif key == "supplier_id" and all(_group(side, "source") for side in (old, new)):
            yield from _compared("source", *(_group(side, "source") for side in (old, new)))
        elif b:
            yield _told(both("behind it: {names}", names=_names(_largest(b))), rows=[*b])
        else:
            yield _told(both("behind it until now: {names}", names=_names(_largest(a))), rows=[*a])


def _compared(key: str, a: Rows, b: Rows) -> Iterator[dict[str, Any]]:
    what = _what(key)
    came, gone = ({k: r for k, r in x.items() if k not in y} for x, y in ((b, a), (a, b)))
    if came:
        names = _names(_largest(came))
        told = (
            both("newly reported: {names}", names=names)
            if key == "need_id"
            else both("new among the largest {what}: {names}", what=what, names=names)
        )
        yield _told(told, came=[*came])
    if gone:
        names = _names(_largest(gone))
        told = (
            both("no longer reported: {names}", names=names)
            if key == "need_id"
            else both("no longer among the largest {what}: {names}", what=what, names=names)
        )
        yield _told(told, went=[*gone])
    shifts = {
        k: abs(b[k]["share"] - a[k]["share"])
        for k in a
        if k in b and None not in (_share(a[k]), _share(b[k]))
    }
    most = [k for k in sorted(shifts, key=lambda k: (-shifts[k], k)) if shifts[k] >= _LEAST][:2]
    for k in most:
        told = both(
            "the share of {name} went from {a} to {b}",
            name=_name(b[k]),
            a=value("share", a[k]["share"]),
            b=value("share", b[k]["share"]),
        )
        yield _told(told, changed=k, before=a[k]["share"], after=b[k]["share"])


def _what(key: str) -> Pair:
    return {
        "supplier_id": both("suppliers"),
        "source": both("main sources"),
        "origin": both("origins"),
        "district": both("districts"),
        "need_id": both("needs"),
    }[key]


def _share(row: Mapping[str, Any]) -> Any:
    return row.get("share")


def _largest(rows: Rows) -> list[Mapping[str, Any]]:
    return [rows[k] for k in sorted(rows, key=lambda k: (-(_share(rows[k]) or 0.0), k))]


def _name(row: Mapping[str, Any]) -> Pair:
    named = row.get("name") or row.get("reporter")
    if named:
        return str(named), str(named)
    return country_name(
        str(row.get("source") or row.get("origin") or row.get("district") or row.get("firm_id"))
    )


def _names(rows: Sequence[Mapping[str, Any]], shown: int = _SHOWN) -> Pair:
    told = [
        _name(r)
        if _share(r) is None
        else both("{name} ({share})", name=_name(r), share=value("share", _share(r)))
        for r in rows[:shown]
    ]
    names = ("、".join(t[0] for t in told), ", ".join(t[1] for t in told))
    more = len(rows) - len(told)
    return both("{names} and {n} more", names=names, n=more) if more else names


def _firms(old: Sighting, new: Sighting) -> Iterator[dict[str, Any]]:
    """Firms that came to the segment or left it, and how: by name, place and status where both scans have them."""
    if old.placed is None or new.placed is None:
        return
    if not all(
        "status" in r for placed in (old.placed, new.placed) for r in placed.values()
    ):  # of an early version
        yield from _placements(old.placed, new.placed, {})
        return
    was, here = _active(old.placed), _active(new.placed)
    came, gone = sorted(here - was), sorted(was - here)
    closed = [f for f in gone if f in new.placed and new.placed[f]["status"] == "closed"]
    away = [f for f in gone if f in new.placed and f not in closed]
    left = [f for f in gone if f not in new.placed]
    a, b = _counted(old), _counted(new)
    small = sorted((a - b) & here) if a is not None and b is not None else []
    named = {**old.placed, **new.placed}
    if came:
        yield _told(both("new here: {names}", names=_firm_names(came, named)), came=came)
    if closed:
        yield _told(both("closed: {names}", names=_firm_names(closed, named)), went=closed)
    if away:
        yield _told(both("moved away: {names}", names=_firm_names(away, named)), went=away)
    if left:
        yield _told(both("no longer placed on it: {names}", names=_firm_names(left, named)), went=left)
    if small:
        yield _told(both("too small to count now: {names}", names=_firm_names(small, named)), went=small)


def _placements(was: Rows, now: Rows, named: Rows) -> Iterator[dict[str, Any]]:
    """Firms, wherever they are, that were placed on the segment or no longer are."""
    came, gone = sorted(now.keys() - was.keys()), sorted(was.keys() - now.keys())
    if came:
        yield _told(both("newly placed on it: {names}", names=_firm_names(came, named)), came=came)
    if gone:
        yield _told(both("no longer placed on it: {names}", names=_firm_names(gone, named)), went=gone)


def _active(placed: Rows) -> set[str]:
    """Those in the city that are not closed."""
    return {f for f, r in placed.items() if r["place"] == "local" and r["status"] == "active"}


def _fallen(new: Sighting, told: set[str]) -> Iterator[dict[str, Any]]:
    """Anchor firms that closed and are not told yet, and firms whose sales fell most, of a finding that says so."""
    rows = [r for r in new.evidence["rows"] if "firm_id" in r]
    anchors = [r for r in rows if r.get("anchor") and r["firm_id"] not in told]
    fallen = [r for r in rows if "before" in r and "after" in r]
    if anchors:
        yield _told(both("closed: {names}", names=_names(anchors)), rows=[r["firm_id"] for r in anchors])
    if fallen:
        named = [{"name": r["name"]} for r in fallen]
        yield _told(
            both("sales fell most at {names}", names=_names(named)), rows=[r["firm_id"] for r in fallen]
        )


def _counted(side: Sighting) -> set[str] | None:
    """Local firms that count as present on the segment; None where the rows do not hold them all."""
    count = side.segment.get("firms")
    rows = {str(r["firm_id"]) for r in _all(side) if r.get("place") == "local" and "firm_id" in r}
    return rows if count is not None and count == len(rows) and count < _COMPLETE else None


def _firm_names(ids: Sequence[str], named: Rows) -> Pair:
    """Firms by name as far as the rows of the scans name them, the others by number."""
    known = [{"name": named[f]["name"]} for f in ids if named.get(f, {}).get("name")]
    if not known:
        return both("{n} firms", n=len(ids)) if len(ids) > 1 else both("one firm")
    return _names([*known, *({} for _ in range(len(ids) - len(known)))], shown=min(len(known), _SHOWN))


def _told(told: Pair, **details: Any) -> dict[str, Any]:
    return {"cause": "world", **details, "zh": told[0], "en": told[1]}
