"""``chainmend diff``: what changed between two scans, and which fact moved."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer

from chainmend.cli.output import Output
from chainmend.cli.scan import event_name, kind_name
from chainmend.i18n import _, language
from chainmend.names import CURRENCY, whole_money


def add(app: typer.Typer) -> None:
    """Add the command to the application."""
    app.command("diff", help=_("Say what changed from one scan to another, and which fact moved."))(diff)


def diff(
    a: Annotated[Path, typer.Argument(help=_("folder of the earlier scan"))],
    b: Annotated[Path, typer.Argument(help=_("folder of the later scan"))],
    json: Annotated[bool, typer.Option("--json", help=_("print JSON for machines"))] = False,
) -> None:
    """Compare two scans."""
    import chainmend.gaps.rules  # noqa: F401  (registers the names of the rules)
    from chainmend.mendlist import diff as compare
    from chainmend.scanning import load_scan

    before, after = load_scan(a), load_scan(b)
    changes = compare(before, after)
    output = Output(json=json)
    synthetic = bool(before.manifest["synthetic"] or after.manifest["synthetic"])
    currencies = [s.manifest.get("currency", CURRENCY) for s in (before, after)]  # older scans do not say
    output.emit(
        {"a": before.id, "b": after.id, "synthetic": synthetic, "currency": currencies, "changes": changes}
    )
    dates = {"a": before.manifest["date"], "b": after.manifest["date"]}
    if synthetic:
        output.say(_("made-up data"))
    shown = [c for c in changes if c["event"] != "unchanged"]
    output.table(
        _("From {a} to {b}").format(**dates),
        (_("change"), _("kind"), _("severity"), _("what"), _("facts that moved")),
        [
            (
                event_name(c["event"]),
                kind_name(c["kind"]),
                _points(c["severity_before"]) + " → " + _points(c["severity_after"]),
                c[f"summary_{language()}"],
                "; ".join(_moved(c["moved"], *currencies)),
            )
            for c in shown
        ],
    )
    same = len(changes) - len(shown)
    output.say(_("{n} findings are unchanged").format(n=same))


def _moved(facts: list[dict[str, Any]], before: str = CURRENCY, after: str = CURRENCY) -> list[str]:
    """The facts whose printed values differ, by their names in the current language; money with its currency."""
    sides = (("before", before), ("after", after))
    names = {
        "firms": _("firms here"),
        "firms_region": _("firms in the region"),
        "firms_country": _("firms elsewhere in the country"),
        "firms_abroad": _("firms abroad"),
        "purchases": _("local purchases"),
        "self_sufficiency": _("share bought here"),
        "supplier_hhi": _("HHI over suppliers"),
        "top_share": _("share of the largest supplier"),
        "outside_share": _("share bought outside"),
        "source_hhi": _("HHI over outside sources"),
        "location_quotient": _("location quotient"),
        "world_hhi": _("HHI of world supply"),
        "world_foreign_share": _("share of world supply abroad"),
        "year": _("year"),
    }
    shown = [
        (
            names.get(m["fact"], m["fact"]),
            *(_value(m[k], c if m["fact"] == "purchases" else None) for k, c in sides),
        )
        for m in facts
    ]
    return [f"{name} {a} → {b}" for name, a, b in shown if a != b][:4]


def _points(value: float | None) -> str:
    return "–" if value is None else f"{value:.0f}"


def _value(value: Any, currency: str | None = None) -> str:
    if value is None:
        return _("unknown")
    if currency is not None:
        return whole_money(value, currency)[language() != "zh"]
    return (
        f"{value:.4g}"
        if isinstance(value, float) and abs(value) < 1e4
        else f"{value:,.0f}"
        if isinstance(value, float)
        else str(value)
    )
