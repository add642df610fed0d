"""What the clusters grew out of: groups that were governed before them, and which became what.

It stands in ``lineage.yaml`` beside the clusters. The kinds:

continues
    one group becomes one cluster under its name;
renamed
    one group becomes one cluster under another name;
splits
    one group becomes several clusters;
merges
    several groups or parts become one cluster.
"""

from __future__ import annotations

import re
from collections import defaultdict
from pathlib import Path
from typing import TYPE_CHECKING, Any, get_args

from chainmend.chain.model import Catalogue, Cluster, Lineage, Origin, Succession, SuccessionKind, Sureness
from chainmend.chain.positions import read_yaml
from chainmend.chain.reading import Place, Reader
from chainmend.i18n import _

if TYPE_CHECKING:
    from chainmend.chain.problem import Problem

LINEAGE = "lineage.yaml"
FLOW = (
    "source", "target", "source_zh", "source_en", "target_zh", "target_en", "value", "kind", "status", "date",
)  # fmt: skip
_DATE = re.compile(r"[0-9]{4}(-(0[1-9]|1[0-2])(-(0[1-9]|[12][0-9]|3[01]))?)?")
_ORIGIN = ("id", "name", "date", "status", "source", "members")
_SUCCESSION = ("from", "to", "kind", "date", "status", "note", "source")


def read_lineage(folder: Path, clusters: tuple[str, ...]) -> tuple[Lineage, list[Problem]]:
    """Read ``lineage.yaml`` of a catalogue's folder with everything that is wrong with it.

    Parameters
    ----------
    folder
        Folder of the catalogue; without the file the lineage is empty.
    clusters
        Ids of the clusters of the catalogue.

    Raises
    ------
    CatalogueError
        If the file is no YAML.
    """
    if not (folder / LINEAGE).is_file():
        return Lineage(), []
    given, lines = read_yaml(folder / LINEAGE)
    reader = Reader(lines)
    values = reader.only(given, ("sources", "origins", "successions"), ())
    sources = reader.sources(values, ("sources",))
    reader.cited = dict(sources)
    origins: list[Origin] = []
    for n, item in enumerate(reader.items(values, ("origins",))):
        origins += _origin(reader, item, ("origins", n))
    successions = tuple(
        _succession(reader, item, ("successions", n))
        for n, item in enumerate(reader.items(values, ("successions",)))
    )
    lineage = Lineage(tuple(origins), successions, sources)
    _known(reader, lineage, clusters)
    _shapes(reader, lineage)
    return lineage, reader.problems


def _origin(reader: Reader, given: Any, path: Place) -> list[Origin]:
    """A group and its members."""
    values = reader.only(given, _ORIGIN, path)
    id, date = str(reader.need(values, "id", path)), _date(reader, values, path)
    status = reader.one_of(values, "status", get_args(Sureness), path)
    source = _source(reader, values, status, path)
    found = [Origin(id, reader.text(values, (*path, "name")), date, status, None, source)]
    for n, item in enumerate(reader.items(values, (*path, "members"))):
        at = (*path, "members", n)
        member = reader.only(item, ("id", "name"), at)
        own = str(reader.need(member, "id", at))
        if own and not own.startswith(f"{id}."):
            reader.refuse((*at, "id"), f"id: {own}", _("{chain}. and a name").format(chain=id))
        found.append(Origin(own, reader.text(member, (*at, "name")), date, status, id, source))
    return found


def _succession(reader: Reader, given: Any, path: Place) -> Succession:
    values = reader.only(given, _SUCCESSION, path)
    status = reader.one_of(values, "status", get_args(Sureness), path)
    note = reader.text(values, (*path, "note")) if values.get("note") else None
    if status == "inferred" and note is None:
        reader.refuse(path, _("inferred without a note"), _("a note that says from what it is inferred"))
    return Succession(
        origin=str(reader.need(values, "from", path)),
        cluster=str(reader.need(values, "to", path)),
        kind=reader.one_of(values, "kind", get_args(SuccessionKind), path),
        date=_date(reader, values, path),
        status=status,
        note=note,
        source=_source(reader, values, status, path),
    )


def _date(reader: Reader, values: Any, path: Place) -> str:
    date = reader.need(values, "date", path)
    if date and not (isinstance(date, str) and _DATE.fullmatch(date)):
        reader.refuse(
            (*path, "date"), f"date: {date}", _('a year, month or day in quotes: "2025", "2025-06"')
        )
    return str(date)


def _source(reader: Reader, values: Any, status: Sureness, path: Place) -> str | None:
    """The key of the source; only what is inferred may do without one."""
    source = values.get("source")
    if source is None:
        if status != "inferred":
            reader.refuse(
                path, _("{status} without its source").format(status=status), _("the key of a source")
            )
        return None
    if not isinstance(source, str) or source not in reader.cited:
        reader.refuse((*path, "source"), f"source: {source}", _("a key under sources of this file"))
    return str(source)


def _known(reader: Reader, lineage: Lineage, clusters: tuple[str, ...]) -> None:
    """Ids stand once, both ends of a succession exist, and no cluster is older than what it grew out of."""
    at = _places(lineage)
    dates: dict[str, str] = {}
    for origin in lineage.origins:
        if origin.id in dates:
            reader.refuse(
                at[id(origin)],
                _("the origin {id} stands twice").format(id=origin.id),
                _("each id once in the catalogue"),
            )
        if origin.id in clusters:
            reader.refuse(
                at[id(origin)],
                _("the origin {id} has the id of a cluster").format(id=origin.id),
                _("an id of its own, so that the two can be told apart"),
            )
        dates.setdefault(origin.id, origin.date)
    seen: set[tuple[str, str]] = set()
    for n, s in enumerate(lineage.successions):
        path = ("successions", n)
        if s.origin and s.origin not in dates:
            reader.refuse(
                (*path, "from"),
                _("unknown origin {id}").format(id=s.origin),
                _("one of: {ids}").format(ids=", ".join(dates)),
            )
        if s.cluster and s.cluster not in clusters:
            reader.refuse(
                (*path, "to"),
                _("unknown cluster {id}").format(id=s.cluster),
                _("one of: {ids}").format(ids=", ".join(clusters)),
            )
        if (s.origin, s.cluster) in seen:
            reader.refuse(
                path,
                _("from {a} to {b} stands twice").format(a=s.origin, b=s.cluster),
                _("each succession once"),
            )
        seen.add((s.origin, s.cluster))
        if s.date < dates.get(s.origin, s.date)[: len(s.date)]:
            reader.refuse(
                (*path, "date"),
                _("{date}, before its origin of {other}").format(date=s.date, other=dates[s.origin]),
                _("a date that is not earlier than the origin's"),
            )


def _places(lineage: Lineage) -> dict[int, Place]:
    """Where in the file each origin stands."""
    found: dict[int, Place] = {}
    group, member = -1, 0
    for origin in lineage.origins:
        if origin.within is None:
            group, member = group + 1, 0
            found[id(origin)] = ("origins", group)
        else:
            found[id(origin)] = ("origins", group, "members", member)
            member += 1
    return found


def _shapes(reader: Reader, lineage: Lineage) -> None:
    """What splits leads to several clusters; what merges comes from several origins."""
    group = {o.id: o.within or o.id for o in lineage.origins}
    targets: dict[str, set[str]] = defaultdict(set)
    origins: dict[str, set[str]] = defaultdict(set)
    for s in lineage.successions:
        targets[group.get(s.origin, s.origin)].add(s.cluster)
        origins[s.cluster].add(s.origin)
    for n, s in enumerate(lineage.successions):
        if s.kind == "splits" and len(targets[group.get(s.origin, s.origin)]) < 2:
            reader.refuse(
                ("successions", n, "kind"),
                _("splits, with one cluster only"),
                _("two clusters or more from one group, or: continues, renamed"),
            )
        if s.kind == "merges" and len(origins[s.cluster]) < 2:
            reader.refuse(
                ("successions", n, "kind"),
                _("merges, with one origin only"),
                _("two origins or more of one cluster, or: continues, renamed"),
            )


def flow(catalogue: Catalogue) -> list[dict[str, Any]]:
    """The lineage as the links of a Sankey diagram: group to part, part or group to cluster.

    Every succession counts one, because no source divides the output of a group over its clusters; a link from a
    group to a part carries as many as leave the part, at least one.

    Returns
    -------
    list of dict
        Keys `FLOW`: ids, names and value of each link, with its kind, status and date.

    Examples
    --------
    >>> from chainmend.chain.catalogue import load_catalogue
    >>> links = flow(load_catalogue("hangzhou-296x"))
    >>> [(k["source"], k["kind"], k["status"]) for k in links if k["target"] == "visual-intelligence"]
    [('intelligent-iot.visual-intelligence', 'splits', 'stated')]
    """
    lineage = catalogue.lineage
    origins = {o.id: o for o in lineage.origins}
    names = {id: o.name for id, o in origins.items()} | {c.id: c.name for c in catalogue.clusters}
    links: list[tuple[str, str, int, str, str, str]] = [
        (o.within, o.id, max(1, sum(s.origin == o.id for s in lineage.successions)), "part", o.status, o.date)
        for o in lineage.origins
        if o.within
    ]
    links += [(s.origin, s.cluster, 1, s.kind, s.status, s.date) for s in lineage.successions]
    return [
        dict(
            zip(
                FLOW,
                (a, b, names[a].zh, names[a].en, names[b].zh, names[b].en, value, kind, status, date),
                strict=True,
            )
        )
        for a, b, value, kind, status, date in links
    ]


def without_successor(lineage: Lineage) -> tuple[Origin, ...]:
    """Groups and parts that no succession leaves: what became of them is not recorded."""
    left = {s.origin for s in lineage.successions}
    left |= {o.within for o in lineage.origins if o.within and o.id in left}
    return tuple(o for o in lineage.origins if o.id not in left)


def without_origin(catalogue: Catalogue) -> tuple[Cluster, ...]:
    """Clusters that no succession leads to, the open slots left aside: what they grew out of is not recorded."""
    reached = {s.cluster for s in catalogue.lineage.successions}
    return tuple(c for c in catalogue.clusters if c.id not in reached and c.status != "open")
