"""Load a catalogue from a folder of YAML files, and refuse what cannot be meant.

``catalogue.yaml`` names the catalogue and its codes; ``lineage.yaml`` says what its clusters grew out of and
``elsewhere.yaml`` which trades no chain has, and both may be left out; every other file is one cluster. Loading stops
at the first problem; `check_catalogue` collects them all.
"""

from __future__ import annotations

import hashlib
from functools import lru_cache
from pathlib import Path
from typing import Any, get_args

from chainmend.chain.checks import problems_between
from chainmend.chain.elsewhere import ELSEWHERE, read_elsewhere
from chainmend.chain.lineage import LINEAGE, read_lineage
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
    Tier,
)
from chainmend.chain.positions import read_yaml
from chainmend.chain.problem import Problem
from chainmend.chain.reading import Reader
from chainmend.errors import CatalogueError
from chainmend.i18n import _

_SHIPPED = Path(__file__).parent / "catalogues"
_TIERS = get_args(Tier)
_KEPT = 4
_HEAD = ("id", "version", "name", "code_system", "sources", "order", "codes")
_CLUSTER = ("id", "name", "aliases", "tier", "status", "scope", "sources", "chains")
_SEGMENT = ("id", "name", "what", "stage", "codes", "hs", "terms", "firms", "difficulty", "unit", "inputs")


def shipped() -> list[str]:
    """Ids of the catalogues that come with Chainmend.

    Examples
    --------
    >>> shipped()
    ['demo-region-nace', 'hangzhou-296x']
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
    folder = catalogue_folder(source)
    return _loaded(folder, _fingerprint(folder), tuple(sorted(folder.glob("*.yml"))))


@lru_cache(maxsize=_KEPT)
def _loaded(folder: Path, *_files: object) -> Catalogue:
    """The catalogue of a folder as its files are now; nobody can change one, so all may share it."""
    catalogue, problems = check_catalogue(folder)
    if problems or catalogue is None:
        first = problems[0]
        raise CatalogueError(first.came, expected=first.expected, where=first.where, do=first.do)
    return catalogue


def _fingerprint(folder: Path) -> str:
    digest = hashlib.sha256()
    for path in sorted(folder.glob("*.yaml")):
        digest.update(path.name.encode() + b"\0" + path.read_bytes())
    return digest.hexdigest()


def check_catalogue(source: str | Path) -> tuple[Catalogue | None, list[Problem]]:
    """Load a catalogue and return it with everything that is wrong with it.

    The catalogue is None where a file is so broken that nothing can be built.

    Raises
    ------
    CatalogueError
        If there is no such catalogue or a file is no YAML.
    """
    folder = catalogue_folder(source)
    files = sorted(folder.glob("*.yaml"))
    head, head_lines = read_yaml(folder / "catalogue.yaml")
    reader = _Reader(head_lines)
    head = reader.only(head, _HEAD, ())
    known = reader.names(head, "codes")
    clusters, lines = [], {}
    for path in files:
        if path.name not in ("catalogue.yaml", LINEAGE, ELSEWHERE):
            values, at = read_yaml(path)
            part = _Reader(at)
            cluster = part.cluster(values)
            reader.problems += part.problems
            if cluster:
                clusters.append(cluster)
                lines[cluster.id] = at
    for path in folder.glob("*.yml"):
        reader.problems.append(Problem(path.name, 1, path.name, _("a file whose name ends in .yaml")))
    order = {name: n for n, name in enumerate(reader.texts(head, ("order",)))}
    for name, n in order.items():
        if name not in lines:
            reader.refuse(
                ("order", n), _("unknown cluster {id}").format(id=name), _("the name of a file without .yaml")
            )
    sources = reader.sources(head, ("sources",))
    lineage, unclear = read_lineage(folder, tuple(lines))
    elsewhere, unread = read_elsewhere(folder)
    reader.problems += [*unclear, *unread]
    clusters.sort(key=lambda c: (order.get(c.id, len(order)), _TIERS.index(c.tier), c.id))
    if not head or reader.problems:
        return None, reader.problems
    catalogue = Catalogue(
        id=str(reader.need(head, "id", ())),
        version=str(reader.need(head, "version", ())),
        name=reader.text(head, ("name",)),
        code_system=str(reader.need(head, "code_system", ())),
        clusters=tuple(clusters),
        codes=tuple(known.items()),
        sources=sources,
        lineage=lineage,
        elsewhere=elsewhere,
        fingerprint=_fingerprint(folder),
    )
    return catalogue, [*reader.problems, *problems_between(catalogue, lines)]


def catalogue_folder(source: str | Path) -> Path:
    """Return the folder of a shipped catalogue, by its id, or the folder given.

    Raises
    ------
    CatalogueError
        If there is no such catalogue, or the folder holds none.

    Examples
    --------
    >>> catalogue_folder("hangzhou-296x").name
    'hangzhou_296x'
    """
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


class _Reader(Reader):
    """Reads the values of one cluster."""

    def cluster(self, given: Any) -> Cluster | None:
        values = self.only(given, _CLUSTER, ())
        if not values:
            return None
        id = str(self.need(values, "id", ()))
        if f"{id}.yaml" != self.lines.file:
            self.refuse(("id",), f"id: {id}", _("the name of the file without .yaml"))
        scope = self.only(values.get("scope") or {}, ("note", "codes"), ("scope",))
        codes = self.items(scope, ("scope", "codes"))
        shares = tuple(self.share(item, ("scope", "codes", n)) for n, item in enumerate(codes))
        chains = self.items(values, ("chains",))
        sources = self.sources(values, ("sources",))
        self.cited = dict(sources)
        return Cluster(
            id=id,
            name=self.text(values, ("name",)),
            tier=self.one_of(values, "tier", _TIERS, ()),
            status=self.one_of(values, "status", get_args(Status), ()),
            chains=tuple(self.chain(chain, id, ("chains", n)) for n, chain in enumerate(chains)),
            codes=shares,
            scope_note=self.text(scope, ("scope", "note")) if scope.get("note") else None,
            aliases=self.texts(values, ("aliases",)),
            sources=sources,
            file=self.lines.file,
        )

    def share(self, given: Any, path: tuple[str | int, ...]) -> CodeShare:
        values = self.only(given, ("code", "share"), path)
        share = values.get("share", 1.0)
        if isinstance(share, bool) or not isinstance(share, int | float) or not 0 < share <= 1:
            self.refuse((*path, "share"), f"share: {share!r}", _("a number above 0 and at most 1"))
            share = 1.0
        if not isinstance(values.get("code"), str):
            self.refuse(path, f"code: {values.get('code')!r}", _("a code in quotes"))
        return CodeShare(str(values.get("code")), float(share))

    def chain(self, given: Any, cluster: str, path: tuple[str | int, ...]) -> Chain:
        values = self.only(given, ("id", "name", "stages", "segments"), path)
        id = str(self.need(values, "id", path))
        stages = tuple(
            self.stage(s, (*path, "stages", n)) for n, s in enumerate(self.items(values, (*path, "stages")))
        )
        ids = [stage.id for stage in stages]
        for n, stage in enumerate(ids):
            if stage in ids[:n]:
                self.refuse(
                    (*path, "stages", n),
                    _("the stage {id} stands twice").format(id=stage),
                    _("each stage once in its chain"),
                )
        segments = tuple(
            self.segment(s, id, cluster, (*path, "segments", n))
            for n, s in enumerate(self.items(values, (*path, "segments")))
        )
        return Chain(id, self.text(values, (*path, "name")), cluster, stages, segments)

    def stage(self, given: Any, path: tuple[str | int, ...]) -> Stage:
        values = self.only(given, ("id", "name"), path)
        return Stage(str(self.need(values, "id", path)), self.text(values, (*path, "name")))

    def segment(self, given: Any, chain: str, cluster: str, path: tuple[str | int, ...]) -> Segment:
        values = self.only(given, _SEGMENT, path)
        id = str(self.need(values, "id", path))
        if id and not id.startswith(f"{chain}."):
            self.refuse((*path, "id"), f"id: {id}", _("{chain}. and a name").format(chain=chain))
        terms = self.only(values.get("terms") or {}, ("zh", "en", "not"), (*path, "terms"))
        inputs = tuple(
            self.dependence(item, id, (*path, "inputs", n))
            for n, item in enumerate(self.items(values, (*path, "inputs")))
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
        if readiness is not None and (type(readiness) is not int or not 1 <= readiness <= 9):
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
            elif values["source"] not in self.cited:
                self.refuse(
                    (*path, "source"), f"source: {values['source']}", _("a key under sources of this file")
                )
        reason = self.text(values, (*path, "reason")) if values.get("reason") else None
        return Difficulty(readiness, concentration, values.get("source"), reason)
