"""``chainmend list``: what is registered, with unit, tables and reference."""

from __future__ import annotations

from typing import Annotated, Any

import typer

from chainmend.cli.output import Output
from chainmend.i18n import _, language


def add(app: typer.Typer) -> None:
    """Add the command to the application."""
    app.command("list", help=_("List the indicators, rules, remedies, sources or engines there are."))(list_)


def list_(
    kind: Annotated[str, typer.Argument(help=_("indicators, rules, remedies, sources or engines"))],
    json: Annotated[bool, typer.Option("--json", help=_("print JSON for machines"))] = False,
) -> None:
    """List what is registered under a kind."""
    from chainmend.errors import SettingsError
    from chainmend.registry import Kind, entries

    kinds: dict[str, Kind] = {
        "indicators": "indicator",
        "rules": "rule",
        "remedies": "remedy",
        "sources": "source",
        "engines": "engine",
    }
    if kind not in kinds:
        raise SettingsError(kind, expected=_("one of: {ids}").format(ids=", ".join(kinds)))
    _load(kinds[kind])
    found = entries(kinds[kind])
    output = Output(json=json)
    output.emit(
        {
            kind: [
                {
                    "id": e.id,
                    "zh": e.name[0],
                    "en": e.name[1],
                    "unit": e.unit,
                    "needs": e.needs,
                    "reference": e.reference,
                    "about": e.doc,
                }
                for e in found
            ]
        }
    )
    index = 0 if language() == "zh" else 1
    rows: list[tuple[Any, ...]] = [
        (e.id, e.name[index], _unit(e.unit), ", ".join(e.needs), e.reference) for e in found
    ]
    head = (_("id"), _("name"), _("unit"), _("tables"), _("reference"))
    titles = {
        "indicators": _("Indicators: {n}"),
        "rules": _("Rules: {n}"),
        "remedies": _("Remedies: {n}"),
        "sources": _("Sources: {n}"),
        "engines": _("Engines: {n}"),
    }
    output.table(titles[kind].format(n=len(found)), head, rows)


def _unit(unit: str) -> str:
    from chainmend.cli.indicators import unit_name

    return {"": "", "1": _("pure number"), "share": "%"}.get(unit) or unit_name(unit)


def _load(kind: str) -> None:
    """Import what registers the things of a kind."""
    from importlib import import_module

    if kind == "indicator":
        from chainmend.indicators.measure import registered

        registered()
        return
    homes = {
        "rule": ("chainmend.gaps.rules",),
        "remedy": ("chainmend.remedy.candidates",),
        "source": ("chainmend.intake.sources",),
        "engine": (
            "chainmend.fragility.engines.threads",
            "chainmend.fragility.engines.dask_",
            "chainmend.fragility.engines.cuda",
        ),
    }
    for home in homes[kind]:
        import_module(home)
