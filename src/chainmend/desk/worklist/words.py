"""What things of a scan are called on the pages of the list, and which figures of it a person may read."""

from __future__ import annotations

import pkgutil
from functools import cache
from importlib import import_module
from typing import TYPE_CHECKING, Any

from chainmend.desk.suppression import FEWEST_FIRMS
from chainmend.desk.visibility import may
from chainmend.desk.worklist.given import said
from chainmend.i18n import _, language

if TYPE_CHECKING:
    from collections.abc import Mapping

    from chainmend.chain.model import Catalogue
    from chainmend.desk.accounts.models import User
    from chainmend.desk.worklist.models import Entry
    from chainmend.workflow import Pair

_OPEN_FACTS = frozenset(
    {
        "location_quotient", "location_quotient_basis", "share_of_country", "downstream_present", "density",
        "patents", "patents_per_output_ratio", "technology_ratio", "institutes", "needs", "year", "criticality",
        "exposure", "recovery", "knock_out_loss", "firms_region", "firms_country", "firms_abroad", "newest", "basis",
    }
)  # fmt: skip


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
    return _("{segment}: {kind}").format(
        segment=segment_name(catalogue, entry.segment_id), kind=kind_name(entry.kind)
    )


def readable(name: str, facts: Mapping[str, Any], user: User) -> bool:
    """Return whether a person may read a fact of a finding; a figure of few firms is for analysts and auditors."""
    if may(user, "see_exact_figures"):
        return True
    if name in ("firms", "local_firms"):
        return facts.get(name) == 0 or (facts.get(name) or 0) >= FEWEST_FIRMS
    return name in _OPEN_FACTS
