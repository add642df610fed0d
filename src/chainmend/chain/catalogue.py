"""Load a catalogue from a folder of YAML files, and refuse what cannot be meant.

``catalogue.yaml`` names the catalogue and its codes; every other file is one cluster. Loading stops at the first
problem; `check_catalogue` collects them all.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, get_args

from chainmend.chain.checks import problems_between
from chainmend.chain.model import (
    Catalogue,
    Chain,
    Cluster,
    CodeShare,
    Dependence,
    DependenceClass,
    Difficulty,
    Segment,
    Stage,
    Status,
    Terms,
    Text,
    Tier,
)
from chainmend.chain.positions import Lines, read_yaml
from chainmend.chain.problem import Problem
from chainmend.errors import CatalogueError
from chainmend.i18n import _

_SHIPPED = Path(__file__).parent / "catalogues"
_TIERS = get_args(Tier)
_CLUSTER = ("id", "name", "aliases", "tier", "status", "scope", "sources", "chains")
_SEGMENT = ("id", "name", "what", "stage", "codes", "hs", "terms", "firms", "difficulty", "unit", "inputs")


def shipped() -> list[str]:
    """Ids of the catalogues that come with Chainmend.

    Examples
    --------
    >>> shipped()
    ['hangzhou-296x']
    """
    return sorted(p.name.replace("_", "-") for p in _SHIPPED.iterdir() if (p / "catalogue.yaml").is_file())


def load_catalogue(source: str | Path) -> Catalogue:
    """Load a shipped catalogue by its id, or the one in a folder.

    Raises
    ------
    CatalogueError
        At the first thing that is refused; the message names file and line.

    Examples
    --------
    >>> load_catalogue("hangzhou-296x").clusters[2].name.en
    'Embodied intelligence'
    """
    catalogue, problems = check_catalogue(source)
    if problems or catalogue is None:
        first = problems[0]
        raise CatalogueError(first.came, expected=first.expected, where=first.where, do=first.do)
    return catalogue


def check_catalogue(source: str | Path) -> tuple[Catalogue | None, list[Problem]]:
    """Load a catalogue and return it with everything that is wrong with it.

    The catalogue is None where a file is so broken that nothing can be built.

    Raises
    ------
    CatalogueError
        If there is no such catalogue or a file is no YAML.
    """
    folder = _folder(source)
    files = sorted(folder.glob("*.yaml"))
    head, head_lines = read_yaml(folder / "catalogue.yaml")
    reader = _Reader(head_lines)
    known = reader.names(head, "codes")
    clusters, lines = [], {}
    for path in files:
        if path.name != "catalogue.yaml":
            values, at = read_yaml(path)
            part = _Reader(at)
            cluster = part.cluster(values)
            reader.problems += part.problems
            if cluster:
                clusters.append(cluster)
                lines[cluster.id] = at
    order = {name: n for n, name in enumerate(reader.texts(head, ("order",)))}
    clusters.sort(key=lambda c: (order.get(c.id, len(order)), _TIERS.index(c.tier), c.id))
    digest = hashlib.sha256()
    for path in files:
        digest.update(path.name.encode() + b"\0" + path.read_bytes())
    if not isinstance(head, dict) or reader.problems:
        return None, reader.problems
    catalogue = Catalogue(
        id=str(reader.need(head, "id", ())),
        version=str(reader.need(head, "version", ())),
        name=reader.text(head, ("name",)),
        code_system=str(reader.need(head, "code_system", ())),
        clusters=tuple(clusters),
        codes=tuple(known.items()),
        sources=tuple(sorted((k, str(v)) for k, v in (head.get("sources") or {}).items())),
        fingerprint=digest.hexdigest(),
    )
    return catalogue, [*reader.problems, *problems_between(catalogue, lines)]


def _folder(source: str | Path) -> Path:
    folder = Path(source)
    named = _SHIPPED / str(source).replace("-", "_")
    if not folder.is_dir() and str(source) in shipped():
        return named
    if (folder / "catalogue.yaml").is_file():
        return folder
    raise CatalogueError(
        _("no catalogue {source}").format(source=source),
        expected=_("a folder with catalogue.yaml, or one of: {names}").format(names=", ".join(shipped())),
        do=_("name a shipped catalogue or the folder of your own"),
    )


@dataclass
class _Reader:
    """Reads the values of one file; what is wrong is kept, and something harmless is returned in its place."""

    lines: Lines

    def __post_init__(self) -> None:
        self.problems: list[Problem] = []

    def refuse(self, path: tuple[str | int, ...], came: str, expected: str, do: str | None = None) -> None:
        self.problems.append(Problem(self.lines.file, self.lines.line(path), came, expected, do))

    def need(self, values: Any, key: str, path: tuple[str | int, ...]) -> Any:
        if not isinstance(values, Mapping) or values.get(key) is None:
            self.refuse(path, _("{key} is missing").format(key=key), _("a value for {key}").format(key=key))
            return ""
        return values[key]

    def only(self, values: Any, keys: tuple[str, ...], path: tuple[str | int, ...]) -> dict[str, Any]:
        if not isinstance(values, dict):
            self.refuse(path, repr(values), _("keys and values: {keys}").format(keys=", ".join(keys)))
            return {}
        for key in values:
            if key not in keys:
                self.refuse(
                    (*path, key),
                    _("unknown key {key}").format(key=key),
                    _("one of: {ids}").format(ids=", ".join(keys)),
                )
        return values

    def one_of(self, values: Any, key: str, choices: tuple[str, ...], path: tuple[str | int, ...]) -> Any:
        value = self.need(values, key, path)
        if value not in choices:
            self.refuse((*path, key), f"{key}: {value}", _("one of: {ids}").format(ids=", ".join(choices)))
            return choices[-1]
        return value

    def text(self, values: Any, path: tuple[str | int, ...]) -> Text:
        value = values.get(path[-1]) if isinstance(values, Mapping) else None
        if not isinstance(value, dict) or not all(isinstance(value.get(k), str) for k in ("zh", "en")):
            self.refuse(
                path, f"{path[-1]}: {value!r}", _("a text in both languages: {{zh: ..., en: ...}}").format()
            )
            return Text("", "")
        return Text(value["zh"], value["en"])

    def texts(self, values: Any, path: tuple[str | int, ...]) -> tuple[str, ...]:
        value = values.get(path[-1]) if isinstance(values, Mapping) else None
        if value is None:
            return ()
        if not isinstance(value, list):
            self.refuse(path, f"{path[-1]}: {value!r}", _("a list of texts"))
            return ()
        for number, item in enumerate(value):
            if not isinstance(item, str):
                self.refuse(
                    (*path, number),
                    repr(item),
                    _("a text"),
                    _('put it in quotes, so that it stays a text: "3973"'),
                )
        return tuple(str(item) for item in value)

    def names(self, values: Any, key: str) -> dict[str, Text]:
        found = values.get(key) if isinstance(values, Mapping) else None
        return {code: self.text(found, (key, code)) for code in found} if isinstance(found, dict) else {}

    def cluster(self, given: Any) -> Cluster | None:
        values = self.only(given, _CLUSTER, ())
        if not values:
            return None
        id = str(self.need(values, "id", ()))
        if f"{id}.yaml" != self.lines.file:
            self.refuse(("id",), f"id: {id}", _("the name of the file without .yaml"))
        scope = self.only(values.get("scope") or {}, ("note", "codes"), ("scope",))
        shares = tuple(
            self.share(item, ("scope", "codes", n)) for n, item in enumerate(scope.get("codes") or [])
        )
        chains = values.get("chains") or []
        return Cluster(
            id=id,
            name=self.text(values, ("name",)),
            tier=self.one_of(values, "tier", _TIERS, ()),
            status=self.one_of(values, "status", get_args(Status), ()),
            chains=tuple(self.chain(chain, id, ("chains", n)) for n, chain in enumerate(chains)),
            codes=shares,
            scope_note=self.text(scope, ("scope", "note")) if scope.get("note") else None,
            aliases=self.texts(values, ("aliases",)),
            sources=tuple(sorted((k, str(v)) for k, v in (values.get("sources") or {}).items())),
            file=self.lines.file,
        )

    def share(self, given: Any, path: tuple[str | int, ...]) -> CodeShare:
        values = self.only(given, ("code", "share"), path)
        share = values.get("share", 1.0)
        if not isinstance(share, int | float) or not 0 < share <= 1:
            self.refuse((*path, "share"), f"share: {share!r}", _("a number above 0 and at most 1"))
            share = 1.0
        if not isinstance(values.get("code"), str):
            self.refuse(path, f"code: {values.get('code')!r}", _("a code in quotes"))
        return CodeShare(str(values.get("code")), float(share))

    def chain(self, given: Any, cluster: str, path: tuple[str | int, ...]) -> Chain:
        values = self.only(given, ("id", "name", "stages", "segments"), path)
        id = str(self.need(values, "id", path))
        stages = tuple(
            Stage(str(self.need(s, "id", (*path, "stages", n))), self.text(s, (*path, "stages", n, "name")))
            for n, s in enumerate(values.get("stages") or [])
        )
        segments = tuple(
            self.segment(s, id, cluster, (*path, "segments", n))
            for n, s in enumerate(values.get("segments") or [])
        )
        return Chain(id, self.text(values, (*path, "name")), cluster, stages, segments)

    def segment(self, given: Any, chain: str, cluster: str, path: tuple[str | int, ...]) -> Segment:
        values = self.only(given, _SEGMENT, path)
        id = str(self.need(values, "id", path))
        terms = self.only(values.get("terms") or {}, ("zh", "en", "not"), (*path, "terms"))
        inputs = tuple(
            self.dependence(item, id, (*path, "inputs", n))
            for n, item in enumerate(values.get("inputs") or [])
        )
        return Segment(
            id=id,
            name=self.text(values, (*path, "name")),
            what=self.text(values, (*path, "what")),
            stage=str(self.need(values, "stage", path)),
            chain_id=chain,
            cluster_id=cluster,
            codes=self.texts(values, (*path, "codes")),
            hs=self.texts(values, (*path, "hs")),
            terms=Terms(
                self.texts(terms, (*path, "terms", "zh")),
                self.texts(terms, (*path, "terms", "en")),
                self.texts(terms, (*path, "terms", "not")),
            ),
            firms=self.texts(values, (*path, "firms")),
            difficulty=self.difficulty(values.get("difficulty") or {}, (*path, "difficulty")),
            unit=self.text(values, (*path, "unit")) if values.get("unit") else None,
            inputs=inputs,
            line=self.lines.line(path),
        )

    def dependence(self, given: Any, target: str, path: tuple[str | int, ...]) -> Dependence:
        values = self.only(given, ("segment", "class"), path)
        kind = self.one_of(values, "class", get_args(DependenceClass), path)
        return Dependence(str(self.need(values, "segment", path)), target, kind)

    def difficulty(self, given: Any, path: tuple[str | int, ...]) -> Difficulty:
        values = self.only(given, ("readiness", "concentration", "source", "reason"), path)
        readiness, concentration = values.get("readiness"), values.get("concentration")
        if readiness is not None and (not isinstance(readiness, int) or not 1 <= readiness <= 9):
            self.refuse(
                (*path, "readiness"), f"readiness: {readiness!r}", _("a whole number from 1 to 9, or null")
            )
        if concentration is not None:
            if not isinstance(concentration, int | float) or not 0 <= concentration <= 1:
                self.refuse(
                    (*path, "concentration"), f"concentration: {concentration!r}", _("0 to 1, or null")
                )
            if not values.get("source"):
                self.refuse(path, _("a concentration without its source"), _("the key of a source"))
        reason = self.text(values, (*path, "reason")) if values.get("reason") else None
        return Difficulty(readiness, concentration, values.get("source"), reason)
