"""What things of a scan are called on the pages of the list, and which figures of it a person may read."""

from __future__ import annotations

import json
import pkgutil
from functools import cache
from importlib import import_module
from typing import TYPE_CHECKING, Any

from chainmend.desk.figures import side
from chainmend.desk.visibility import may
from chainmend.desk.worklist.given import said
from chainmend.i18n import _, language

if TYPE_CHECKING:
    from chainmend.chain.model import Catalogue
    from chainmend.desk.accounts.models import User
    from chainmend.desk.worklist.models import Entry
    from chainmend.workflow import Pair


def kind_name(kind: str) -> str:
    """Return what a finding of that kind is called; the id itself where no rule has it."""
    rule = _rules().get(kind)
    return said(rule) if rule else kind


@cache
def _rules() -> dict[str, Pair]:
    import chainmend.gaps.rules
    from chainmend.registry import entries

    for module in pkgutil.iter_modules(chainmend.gaps.rules.__path__, "chainmend.gaps.rules."):
        import_module(module.name)
    return {rule.id: rule.name for rule in entries("rule")}


def gap_name(gap: str) -> str:
    """Return where what is missing can be found; a stroke where that is not known."""
    return {"local": _("local"), "regional": _("regional"), "national": _("national")}.get(gap, "—")


def segment_name(catalogue: Catalogue | None, segment_id: str) -> str:
    """Return the name of a segment; its id where the catalogue does not have it."""
    found = catalogue.segments.get(segment_id) if catalogue else None
    return found.name[language()] if found else segment_id


def place_name(catalogue: Catalogue | None, entry: Entry) -> str:
    """Return cluster and stage of an entry."""
    found = catalogue.segments.get(entry.segment_id) if catalogue else None
    if catalogue is None or found is None:
        return entry.cluster_id
    cluster = catalogue.cluster_names[found.cluster_id][language()]
    stages = {s.id: s.name[language()] for s in catalogue.chains[found.chain_id].stages}
    return f"{cluster} · {stages.get(found.stage, found.stage)}"


def headline(entry: Entry, user: User, catalogue: Catalogue | None) -> str:
    """Return what is the matter; without firms and their figures for who may not see those."""
    if may(user, "see_exact_figures"):
        return entry.summary
    segment = segment_name(catalogue, entry.segment_id)
    kept: dict[str, Any] = json.loads(entry.standing.get("evidence") or "{}")
    facts, cuts = kept.get("facts", {}), kept.get("thresholds", {})
    share, cut = facts.get("top_share"), cuts.get("top_share")
    if entry.kind == "single_source" and share is not None and cut is not None and share > cut:
        return _("{segment}: one supplier has {share} of local purchases").format(
            segment=segment, share=side("top_share", share, cut)
        )
    return _("{segment}: {kind}").format(segment=segment, kind=kind_name(entry.kind))
